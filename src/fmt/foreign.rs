//! Text that somebody else wrote, made harmless for where it is shown.

/// Whether a character steers what shows it: control characters and the marks that turn the direction of writing.
fn steers(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
        || letter.is_control()
}

/// Fit for one line of a terminal: steering characters are shown as `\u{…}`, so that a file's name or an error text
/// can neither colour, clear nor reorder what is printed.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if steers(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
    }
    out
}

/// At most 160 bytes of an offending line, as plain text.
#[must_use]
pub fn excerpt(bytes: &[u8]) -> String {
    const MOST: usize = 160;
    let cut = bytes.get(..MOST).unwrap_or(bytes);
    let mut text = plain(&String::from_utf8_lossy(cut));
    if cut.len() < bytes.len() {
        text.push('…');
    }
    text
}

/// At most `most` characters, the middle left out: both ends of a long name tell it from others.
#[must_use]
pub fn shorten(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most || most < 5 {
        return text.to_owned();
    }
    let head = (most - 1) * 2 / 3;
    let tail = most - 1 - head;
    let first: String = text.chars().take(head).collect();
    let last: String = text.chars().skip(length - tail).collect();
    format!("{first}…{last}")
}

/// At most `most` characters of sentences of ours: cut where one of them ends, else between two words, and `…` says that more was said.
/// Code between backticks is never cut open.
#[must_use]
pub fn sentences(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let end = text.char_indices().nth(most.saturating_sub(2)).map_or(text.len(), |(at, _)| at);
    let mut head = text.get(..end).unwrap_or_default();
    if head.matches('`').count() % 2 == 1 {
        head = head.rsplit_once('`').map_or(head, |(before, _)| before);
    }
    let stop = [". ", "; "].iter().filter_map(|stop| head.rfind(stop)).max().filter(|at| *at * 2 >= end);
    let cut = stop.map(|at| at + 1).or_else(|| head.rfind(' ')).unwrap_or(head.len());
    format!("{} …", head.get(..cut).unwrap_or(head).trim_end_matches([' ', ',', ';']))
}

/// A space without width, as an entity, so that the source shows that it is there.
const APART: &str = "&#8203;";

/// Text for a Markdown paragraph or table cell: everything that Markdown, HTML or a forge would act on (emphasis, links,
/// tags, `@name`, `#123`, `GH-123`, `!123`, table bars, bare addresses) is made plain.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len() + 8);
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Forges look for `@name` and `#123` in what Markdown has become, where an entity is the letter again: only something
            // between the sign and the name stops them.
            '@' | '#' => {
                out.push(letter);
                out.push_str(APART);
            }
            // Without a live `[` or `]` there is no link, so round brackets and `!` may stay as they are.
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
        if refers(&text, at) {
            out.push_str(APART);
        }
    }
    // Likewise what begins with a scheme, or with `www.`, is linked.
    unlisted(&out.replace("://", &format!(":{APART}//")).replace("www.", &format!("www{APART}.")))
}

/// Whether a forge would read what ends here, and the number behind it, as a reference: `GH-12`, and GitLab's `!12`, `&12`, `%12`.
fn refers(text: &str, at: usize) -> bool {
    let (Some(before), Some(rest)) = (text.get(..at), text.get(at..)) else { return false };
    let is_gh = |word: &str| word.eq_ignore_ascii_case("gh");
    let mut letters = rest.chars();
    let sign = match letters.next() {
        Some('!' | '&' | '%') => true,
        Some('-') => before.rsplit(|letter: char| !letter.is_alphanumeric()).next().is_some_and(is_gh),
        _ => false,
    };
    let is_number_next = letters.next().is_some_and(|letter| letter.is_ascii_digit());
    sign && is_number_next
}

/// The text without what would make a list, a heading or a rule of it where it begins a line: `- `, `+ `, `1. `, `===`.
fn unlisted(text: &str) -> String {
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let mark = text.len() - rest.len();
    let mut letters = rest.chars();
    match letters.next() {
        Some('-' | '+' | '=') if mark == 0 => format!("\\{text}"),
        // `1.29 s` begins no list; `1. s` does.
        Some('.' | ')') if mark > 0 && letters.next().is_none_or(char::is_whitespace) => {
            format!("{}\\{rest}", text.get(..mark).unwrap_or_default())
        }
        _ => text.to_owned(),
    }
}

/// Text as a Markdown code span that no content can leave, also within a table: the fence is longer than any run of
/// backticks inside, and a bar is escaped as tables demand.
#[must_use]
pub fn code_span(text: &str) -> String {
    let text = plain(text).replace('|', "\\|");
    let text = if text.trim().is_empty() { format!("({} blank)", text.len()) } else { text };
    let longest = text.split(|letter| letter != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn terminals_are_not_steered() {
        assert_eq!(plain("a\u{1b}[31mred\u{202e}x"), "a\\u{1b}[31mred\\u{202e}x");
        assert_eq!(excerpt(&[b'x'; 200]).chars().count(), 161);
    }

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(shorten("abcdefghij", 7), "abcd…ij");
        assert_eq!(shorten("short", 7), "short");
    }

    /// A pull request read "See which file was…last or cut off".
    #[test]
    fn sentences_are_cut_where_one_ends() {
        assert_eq!(sentences("One is short.", 20), "One is short.");
        assert_eq!(sentences("One is short. Two is rather long.", 24), "One is short. …");
        assert_eq!(sentences("a: one; b: two; c: three and more", 20), "a: one; b: two …");
        assert_eq!(sentences("words without any end of a sentence", 20), "words without any …");
        assert_eq!(sentences("what `is code` stays `as it is written` here", 30), "what `is code` stays …");
        assert_eq!(sentences(&"long".repeat(20), 9), "longlon …");
    }

    #[test]
    fn code_spans_hold_backticks_and_bars() {
        assert_eq!(code_span("GET /a|b"), "`GET /a\\|b`");
        assert_eq!(code_span("a`b"), "``a`b``");
        assert_eq!(code_span("`"), "`` ` ``");
    }

    /// A test called `GH-12` linked issue 12 of the repository to every pull request.
    #[test]
    fn forges_find_no_reference() {
        for (text, written) in [
            ("GH-12", "GH-&#8203;12"),
            ("see gh-7 and !3", "see gh-&#8203;7 and !&#8203;3"),
            ("&4 %5", "&amp;&#8203;4 %&#8203;5"),
            ("100 %, a-1, high-2 & b!", "100 %, a-1, high-2 &amp; b!"),
        ] {
            assert_eq!(markdown(text), written);
        }
    }

    proptest! {
        /// Whatever a name holds, a CommonMark parser sees text and nothing else in a paragraph made of it.
        #[test]
        fn markdown_stays_text(text in "\\PC{0,60}|[<>&@#`*_|\\[\\]()!~a/: ]{0,40}|[-+=1.)# ]{1,9}", begins in any::<bool>()) {
            let source = if begins { format!("{} x", markdown(text.trim())) } else { format!("x {} x", markdown(&text)) };
            for event in pulldown_cmark::Parser::new(&source) {
                use pulldown_cmark::{Event, Tag, TagEnd};
                let harmless = matches!(event, Event::Text(_) | Event::SoftBreak
                    | Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph));
                prop_assert!(harmless, "{event:?} from {source:?}");
            }
        }

        #[test]
        fn plain_text_has_no_steering(text in any::<String>()) {
            prop_assert!(!plain(&text).chars().any(steers));
        }
    }
}
