//! A chain of calls as Scala, Java, Kotlin and JavaScript write it: words parted by dots or blanks, each perhaps with arguments.

/// A word of the chain with its arguments.
pub(super) type Call = (String, Vec<String>);

/// `500`, `95.0`, `95d`, `1_000L`.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.trim().replace('_', "");
    let bare = text.trim_end_matches(['d', 'D', 'f', 'F', 'L', 'l']);
    bare.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Splits a chain of calls: words parted by dots or blanks, each perhaps with arguments.
pub(super) fn calls(text: &str) -> Result<Vec<Call>, String> {
    let mut found: Vec<Call> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        rest = rest.trim_start_matches(|letter: char| letter.is_whitespace() || letter == '.' || letter == ',');
        let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
        // A number's point is not the chain's.
        let numeric = rest.starts_with(|first: char| first.is_ascii_digit() || first == '-');
        let end = rest.find(|letter: char| !(is_word(letter) || numeric && letter == '.')).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if word.is_empty() {
            return if rest.is_empty() { Ok(found) } else { Err(format!("`{rest}` cannot be read")) };
        }
        let open = after.trim_start();
        if let Some(inside) = open.strip_prefix('(') {
            let (arguments, behind) = balanced(inside).ok_or_else(|| format!("`{text}` lacks a closing bracket"))?;
            found.push((word.to_owned(), split(arguments)));
            rest = behind;
        } else {
            found.push((word.to_owned(), Vec::new()));
            rest = after;
        }
    }
    Ok(found)
}

/// What stands before the bracket that closes, and what comes after it. Brackets in texts do not count.
pub(super) fn balanced(text: &str) -> Option<(&str, &str)> {
    let (mut depth, mut quote) = (0_usize, None::<char>);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => (),
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')') if depth == 0 => return Some((text.get(..at)?, text.get(at + 1..)?)),
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Arguments, parted by the commas that are in no bracket and in no text.
pub(super) fn split(text: &str) -> Vec<String> {
    let (mut depth, mut quote, mut from) = (0_usize, None::<char>, 0);
    let mut parts = Vec::new();
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (Some(_), _) => (),
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                parts.extend(text.get(from..at));
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(text.get(from..));
    parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
