//! Patterns of HTTP statuses: `404`, `5xx`, `50?`, `2*`.

/// Whether a status is one that a pattern means: `x` and `?` stand for one letter, `*` for any.
#[must_use]
pub fn is_status(status: &str, pattern: &str) -> bool {
    let mut pattern = pattern.chars();
    let mut letters = status.chars();
    loop {
        match (pattern.next(), letters.next()) {
            (Some('*'), _) | (None, None) => return true,
            (Some('x' | '?'), Some(_)) => {}
            (Some(wanted), Some(letter)) if wanted == letter => {}
            _ => return false,
        }
    }
}

/// Whether any status is as a pattern says: 100 to 599, or the 0 that stands where there was no answer.
pub(super) fn can_be(pattern: &str) -> bool {
    (100..600).chain([0]).any(|code: u16| is_status(&code.to_string(), pattern))
}

/// Refuses a pattern that no status can be: a share of nothing would be 0 % of every run.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    if can_be(pattern) {
        return Ok(());
    }
    Err(format!("no HTTP status is `{pattern}`: they are 100 to 599, written as 404, 5xx, 50? or 2*"))
}
