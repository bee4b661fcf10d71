//! The only place where a number or a foreign text becomes text for people.

/// Foreign text made fit for a terminal line: control characters (also escape sequences and the marks that turn the
/// direction of writing) are shown as `\u{…}`, so that a file's name or an error text cannot steer the terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => {
                out.extend(letter.escape_unicode());
            }
            letter if letter.is_control() => out.extend(letter.escape_default()),
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
