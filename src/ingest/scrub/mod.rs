//! Takes out of foreign texts what nobody should find in a report, the same way for every tool.
//!
//! Tools copy addresses, headers and replies into names, tags and error texts, and with them passwords, tokens and the
//! paths of whoever wrote the script. Every adapter brings such texts through here:
//!
//! * [`text`] for error texts and remarks, [`excerpt`] for the beginning of a row that was rejected,
//! * [`name`] for what a request is called, with the query treated as the tool's names need it ([`Query`]),
//! * [`may_show`] for a tag's value: by the tag's name and by the look of the value, since a token may stand under any name.
//!
//! What is taken out leaves `…` where a reader would otherwise wonder. All of them are idempotent, and none ever makes a
//! text longer than the bounds below; a property test holds that for any text.

mod secret;
mod url;

pub use secret::is_secret_name;
use secret::{blanked, looks_secret};
use std::borrow::Cow;
pub use url::Query;

/// The longest error text that is handed on, in characters.
pub const TEXT_CHARS: usize = 400;
/// The longest sentence of a document that is handed on, in characters.
pub const SENTENCE_CHARS: usize = 4000;
/// The longest name of a request that is handed on, in characters.
pub const NAME_CHARS: usize = 500;

/// An error text as it may be shown: without logins and queries of addresses, without values that are called secret or look
/// it, without the folders of scripts; at most [`TEXT_CHARS`] characters.
#[must_use]
pub fn text(text: &str) -> String {
    settled(text, TEXT_CHARS, |text| blanked(&url::in_text(text)))
}

/// A sentence that somebody wrote for readers, as it may be shown: as [`text`], at most [`SENTENCE_CHARS`] characters.
#[must_use]
pub fn sentence(sentence: &str) -> String {
    settled(sentence, SENTENCE_CHARS, |text| blanked(&url::in_text(text)))
}

/// The beginning of a row as it may be shown beside the reason why it was rejected. Commas separate its fields, so a query
/// ends there.
#[must_use]
pub fn excerpt(row: &str) -> String {
    settled(row, TEXT_CHARS, |row| blanked(&url::in_row(row)))
}

/// A request's name without login and fragment, its query as told, and its segments without what looks like a token
/// (`/reset/eyJhbGciOi…` is `/reset/{token}`); at most [`NAME_CHARS`] characters.
#[must_use]
pub fn name(name: &str, query: Query) -> Cow<'_, str> {
    let shown = cut(name, NAME_CHARS);
    if !url::may_hold_secrets(&shown) {
        return shown;
    }
    Cow::Owned(settled(name, NAME_CHARS, |name| secret::without_tokens(&url::of_name(name, query))))
}

/// A name, or a row's beginning, up to the `?` of its address, and without login: that is where tokens stand.
#[must_use]
pub fn without_queries(text: &str) -> Cow<'_, str> {
    name(text, Query::Cut)
}

/// What is said of a file of whose names something behind `?` was left out.
pub const QUERIES_LEFT_OUT: &str = "what stands behind `?` in names is left out, because secrets stand there: requests that differ \
                                    in it alone are one endpoint (a column or label without it tells them apart)";

/// Whether a name has lost its query.
#[must_use]
pub fn lost_query(name: &str, shown: &str) -> bool {
    name.contains('?') && !shown.contains('?')
}

/// Whether a tag may be kept: neither its name says that it is secret, nor does its value look it.
#[must_use]
pub fn may_show(tag: &str, value: &str) -> bool {
    !is_secret_name(tag) && !looks_secret(value)
}

/// Scrubs until nothing more is found, since what remains of two things that were taken out may look like a third; and
/// again where the bound cut something in two.
fn settled(text: &str, most: usize, scrub: impl Fn(&str) -> String) -> String {
    const ROUNDS: usize = 4;
    let mut shown = cut(text, 4 * most).into_owned();
    for _ in 0..ROUNDS {
        let next = cut(&scrub(&shown), most).into_owned();
        if next == shown {
            break;
        }
        shown = next;
    }
    shown
}

/// At most so many characters, the last of them `…` where something was cut off.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most || text.chars().nth(most).is_none() {
        return Cow::Borrowed(text);
    }
    let end = text.char_indices().nth(most.saturating_sub(1)).map_or(text.len(), |(end, _)| end);
    Cow::Owned(format!("{}…", text.get(..end).unwrap_or(text).trim_end()))
}

#[cfg(test)]
mod tests;
