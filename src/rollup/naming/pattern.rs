//! What in a text is an id, a date, an address or a number, and which words stand between.
//!
//! [`Pattern::of`] is a pure function of the text: `/users/17/orders/3f2504e0-…` is the pattern `/users/{id}/orders/{uuid}`
//! with the values `17` and `3f2504e0-…`. Whether the pattern or the text is shown is decided elsewhere, by how many texts
//! one pattern has; so it does no harm that `v2` in `/api/v2` is read as `v{n}`.
//!
//! The text of a pattern is a pattern of itself: what stands in braces is left alone.

use super::scan::{self, Found};

/// Stands in a pattern for words that were found to vary. It cannot occur in a text, see [`super::plain`].
pub(super) const VARIED: char = '\0';

/// What a value in a text is. Braces around its word are how a pattern shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Id,
    Number,
    Uuid,
    Ulid,
    Hash,
    Token,
    Date,
    Time,
    Email,
    Address,
    Value,
}

/// How sure it is that nobody means different things by different values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Nobody names an endpoint by a UUID.
    Strong,
    /// `/users/7` may be meant as such.
    Plain,
    /// `Q7` mostly is.
    Loose,
}

impl Kind {
    const ALL: [Self; 11] = [
        Self::Id,
        Self::Number,
        Self::Uuid,
        Self::Ulid,
        Self::Hash,
        Self::Token,
        Self::Date,
        Self::Time,
        Self::Email,
        Self::Address,
        Self::Value,
    ];

    pub(super) fn placeholder(self) -> &'static str {
        match self {
            Self::Id => "{id}",
            Self::Number => "{n}",
            Self::Uuid => "{uuid}",
            Self::Ulid => "{ulid}",
            Self::Hash => "{hash}",
            Self::Token => "{token}",
            Self::Date => "{date}",
            Self::Time => "{time}",
            Self::Email => "{email}",
            Self::Address => "{address}",
            Self::Value => "{}",
        }
    }

    pub(super) fn strength(self) -> Strength {
        match self {
            Self::Uuid | Self::Ulid | Self::Hash | Self::Token | Self::Email => Strength::Strong,
            Self::Id | Self::Date | Self::Time | Self::Address | Self::Value => Strength::Plain,
            Self::Number => Strength::Loose,
        }
    }

    fn of_placeholder(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.placeholder() == text)
    }
}

/// What kind of text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::rollup) enum Style {
    /// Names of requests, of groups and the like: segments between slashes, a query at the end.
    #[default]
    Name,
    /// Sentences.
    Sentence,
}

/// A Pattern is a text with its values taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Pattern {
    /// The text with placeholders.
    pub(super) key: String,
    /// The values in order; where the text itself holds a placeholder, that.
    pub(super) values: Vec<String>,
    /// Of its surest value; `None` without values.
    pub(super) strength: Option<Strength>,
    /// Whether the text has placeholders in place of all its values: it is the pattern, and none of its names.
    pub(super) is_given: bool,
}

impl Pattern {
    /// The pattern of a text.
    pub(super) fn of(text: &str, style: Style) -> Self {
        let mut pattern = Self::default();
        let (head, query) = match (style, text.split_once('?')) {
            (Style::Name, Some((head, query))) if query.contains('=') => (head, Some(query)),
            _ => (text, None),
        };
        match style {
            Style::Name => pattern.add_segments(head),
            Style::Sentence => pattern.add_tokens(head),
        }
        if let Some(query) = query {
            pattern.add_query(query);
        }
        pattern.is_given = !pattern.values.is_empty() && pattern.key == text;
        pattern
    }

    fn add_segments(&mut self, text: &str) {
        for segment in text.split_inclusive(['/', ' ']) {
            let bare = segment.trim_end_matches(['/', ' ']);
            match scan::whole(bare) {
                Some(kind) => self.add_value(kind, bare),
                None => self.add_tokens(bare),
            }
            self.key.push_str(segment.get(bare.len()..).unwrap_or(""));
        }
    }

    fn add_tokens(&mut self, text: &str) {
        let mut rest = text;
        let mut before = None;
        while let Some(letter) = rest.chars().next() {
            let taken = match scan::token(rest, before) {
                Found::Value(kind, length) => {
                    let (value, _) = rest.split_at(length.min(rest.len()));
                    self.add_value(kind, value);
                    value.len()
                }
                Found::Braced(length) => {
                    let braced = rest.get(..length).unwrap_or(rest);
                    self.add_braced(braced);
                    braced.len()
                }
                Found::Text(length) => {
                    let plain = rest.get(..length).unwrap_or(rest);
                    self.key.push_str(plain);
                    plain.len()
                }
            };
            // What was found is never empty; should it be, a letter is taken all the same.
            let taken = if taken == 0 { letter.len_utf8() } else { taken };
            before = rest.get(..taken).and_then(|taken| taken.chars().next_back());
            rest = rest.get(taken..).unwrap_or("");
        }
    }

    /// Values of a query; one that was taken out already stays as it is.
    fn add_query(&mut self, query: &str) {
        self.key.push('?');
        for pair in query.split_inclusive('&') {
            let bare = pair.strip_suffix('&').unwrap_or(pair);
            match bare.split_once('=') {
                Some((key, value)) => {
                    self.add_given(key);
                    self.key.push('=');
                    match value {
                        "…" | "" => self.key.push_str(value),
                        _ => self.add_value(Kind::Value, value),
                    }
                }
                None => self.add_given(bare),
            }
            self.key.push_str(pair.get(bare.len()..).unwrap_or(""));
        }
    }

    /// A text in which nothing is a value but what stands for one already. A placeholder passed over here would be taken for
    /// the place of the next value when values go back to where they stood.
    fn add_given(&mut self, text: &str) {
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, from) = rest.split_at(open);
            self.key.push_str(before);
            let (braced, after) = from.split_at(scan::braced(from).unwrap_or(1).min(from.len()));
            self.add_braced(braced);
            rest = after;
        }
        self.key.push_str(rest);
    }

    fn add_braced(&mut self, braced: &str) {
        match Kind::of_placeholder(braced) {
            Some(kind) => self.add_value(kind, braced),
            None => self.key.push_str(braced),
        }
    }

    fn add_value(&mut self, kind: Kind, value: &str) {
        self.key.push_str(kind.placeholder());
        self.values.push(value.to_owned());
        self.strength = Some(self.strength.map_or(kind.strength(), |known| known.min(kind.strength())));
    }
}

/// A pattern's key with these values in place of its placeholders; where there is none, the placeholder stays.
pub(super) fn filled(key: &str, values: &[Option<String>]) -> String {
    let mut out = String::with_capacity(key.len());
    let mut values = values.iter();
    let mut rest = key;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        out.push_str(before);
        let length = scan::braced(from).unwrap_or(1);
        let (braced, after) = from.split_at(length.min(from.len()));
        match Kind::of_placeholder(braced).and_then(|_| values.next()) {
            Some(Some(value)) => out.push_str(value),
            _ => out.push_str(braced),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The words of a pattern that may vary: their places in its key, from the left. A segment without a letter outside of
/// braces is none, nor is a scheme, nor what stands behind a query's `?`.
pub(super) fn words(key: &str) -> Vec<std::ops::Range<usize>> {
    let head = key.split('?').next().unwrap_or(key);
    let mut words = Vec::new();
    let mut start = 0;
    for segment in head.split_inclusive(['/', ' ']) {
        let bare = segment.trim_end_matches(['/', ' ']);
        let is_scheme = bare.ends_with(':') && segment.ends_with('/');
        if !is_scheme && is_word(bare) {
            words.push(start..start + bare.len());
        }
        start += segment.len();
    }
    words
}

fn is_word(segment: &str) -> bool {
    let mut depth = 0_usize;
    segment.chars().any(|letter| {
        match letter {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            VARIED => return true,
            _ => {}
        }
        depth == 0 && letter.is_alphanumeric()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> String {
        Pattern::of(text, Style::Name).key
    }

    fn sentence(text: &str) -> String {
        Pattern::of(text, Style::Sentence).key
    }

    #[test]
    fn ids_of_all_kinds_are_seen_in_names() {
        for (text, key) in [
            ("/users/17", "/users/{id}"),
            ("/users/17/orders/4711.json", "/users/{id}/orders/{id}.json"),
            ("/api/v2", "/api/v{n}"),
            ("http://shop:8080/users/17", "http://shop:{n}/users/{id}"),
            ("/o/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/o/{uuid}"),
            ("/o/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/o/{ulid}"),
            ("/c/507f1f77bcf86cd799439011/x", "/c/{hash}/x"),
            ("/c/da39a3ee5e6b4b0d3255bfef95601890afd80709", "/c/{hash}"),
            ("/d/2026-11-21/x", "/d/{date}/x"),
            ("/d/2026-11-21T02:04:17.5Z", "/d/{date}"),
            ("/u/ann.b+c@x.example.org/mails", "/u/{email}/mails"),
            // These were addresses of mail once their number was a placeholder.
            ("/u/ann@x.aa0", "/u/ann@x.aa{n}"),
            ("/u/ann@x.org-7", "/u/ann@x.org-{n}"),
            ("/v/dQw4w9WgXcQ", "/v/{token}"),
            ("/customers/cus_NffrFeUfNV2Hib", "/customers/{token}"),
            ("/search?q=shoes&page=2", "/search?q={}&page={}"),
            ("/search?q={}", "/search?q={}"),
            ("/pay?key=…", "/pay?key=…"),
            ("/users/{id}", "/users/{id}"),
            ("/users/${}", "/users/${}"),
            ("/users/:id", "/users/:id"),
            ("/caf%C3%A9/17", "/caf%C3%A9/{id}"),
            ("/artikel/schöne-schuhe", "/artikel/schöne-schuhe"),
            ("/phones/iphone-15-pro", "/phones/iphone-{n}-pro"),
            ("T01_Login", "T{n}_Login"),
            ("Checkout", "Checkout"),
            ("/feedback/decade", "/feedback/decade"),
            ("", ""),
        ] {
            assert_eq!(name(text), key);
            assert_eq!(name(key), key, "a pattern's pattern is itself");
        }
    }

    #[test]
    fn addresses_times_and_numbers_are_seen_in_sentences() {
        for (text, key) in [
            ("dial tcp 127.0.0.1:54321: connection refused", "dial tcp {address}: connection refused"),
            ("row 4711 is gone after 3021ms", "row {n} is gone after {n}ms"),
            ("at 2026-11-21 02:04:17,123 order 3f2504e0-4f89-11d3-9a0c-0305e82c3301", "at {date},{n} order {uuid}"),
            ("12:03:55 no user ann@x.org", "{time} no user {email}"),
            ("object at 0x7f3a2b1c", "object at {address}"),
            ("took 1.25 s", "took {n} s"),
            ("HTTP 503", "HTTP {n}"),
            ("boom", "boom"),
        ] {
            assert_eq!(sentence(text), key);
            assert_eq!(sentence(key), key);
        }
    }

    #[test]
    fn values_go_back_to_where_they_stood() {
        let text = "/t/42/orders/7?x=1";
        let pattern = Pattern::of(text, Style::Name);
        assert_eq!(pattern.values, ["42", "7", "1"]);
        assert_eq!(pattern.strength, Some(Strength::Plain));
        let values: Vec<Option<String>> = pattern.values.into_iter().map(Some).collect();
        assert_eq!(filled(&pattern.key, &values), text);
        assert_eq!(filled(&pattern.key, &[Some("42".into()), None, None]), "/t/42/orders/{id}?x={}");
    }

    /// The key of a query that was a placeholder itself took the value that stood behind it: `?{}=0` came back as `?0={}`.
    #[test]
    fn placeholders_among_a_querys_keys_keep_their_place() {
        for text in ["?{}=0", "?{id}&a=1", "/a?b{n}c=2&{}", "/{id}/7?{}={}&x{=1}"] {
            let pattern = Pattern::of(text, Style::Name);
            assert_eq!(name(&pattern.key), pattern.key);
            let values: Vec<Option<String>> = pattern.values.into_iter().map(Some).collect();
            assert_eq!(filled(&pattern.key, &values), text);
        }
    }

    #[test]
    fn words_are_what_is_left() {
        let words_of = |key: &str| words(key).into_iter().map(|at| key[at].to_owned()).collect::<Vec<_>>();
        assert_eq!(words_of("http://shop:{n}/a/{id}/b-{n}?q=x"), ["shop:{n}", "a", "b-{n}"]);
        assert_eq!(words_of("Add to cart"), ["Add", "to", "cart"]);
        assert_eq!(words_of("/{id}/${}/\0"), ["\0"]);
    }
}
