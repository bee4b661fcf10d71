//! Kinds of failures as criteria name them: `timeout`, `503`, `5xx`, `429, 503`, `other than timeout`.
//!
//! A kind that no run shows is either one that did not happen or one that is misspelt, and the share of both is 0 %. What can be
//! told apart is told: a name that is nearly one of those below, or of the runs' own, was not meant as it stands.

use super::status;

/// Kinds that this program gives failures, whatever tool their results come from. Tools have others of their own.
const KINDS: [&str; 29] = [
    "HTTP status of 400 and above",
    "blocked IP address",
    "blocked host name",
    "broken pipe",
    "certificate of another host",
    "connect timeout",
    "connection closed",
    "connection refused",
    "connection reset",
    "decompression",
    "dial error",
    "dial timeout",
    "DNS",
    "error",
    "failed",
    "failed check",
    "HTTP/2 error",
    "invalid URL",
    "name not resolved",
    "network error",
    "no response",
    "no route to host",
    "other",
    "TCP error",
    "timeout",
    "TLS",
    "TLS certificate",
    "unexpected response",
    "unknown certificate authority",
];

/// What a name is, held against the kinds that are known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// A kind of ours or of the runs, or a status.
    Known,
    /// Nearly such a kind, which was probably meant.
    Near(String),
    /// Nothing is called so, or nearly so.
    Unheard,
}

/// The names in a list of kinds, and whether all others are meant.
pub fn names(wanted: &str) -> (bool, impl Iterator<Item = &str>) {
    let (others, list) = wanted.strip_prefix("other than ").map_or((false, wanted), |allowed| (true, allowed));
    (others, list.split(',').map(str::trim))
}

/// Whether failures of a kind are meant by a name: `timeout` is any kind with that word in it, whatever the case, `*` any letters
/// between two words, `5xx` any status from 500 to 599.
#[must_use]
pub fn is_kind(kind: &str, wanted: &str) -> bool {
    let (kind, wanted) = (kind.to_lowercase(), wanted.to_lowercase());
    let class = bare(&wanted);
    if is_class(class) {
        let mut numbers = kind.split(|letter: char| !letter.is_ascii_digit());
        return numbers.any(|digits| digits.len() == 3 && status::is_status(digits, class));
    }
    let mut rest = kind.as_str();
    wanted.split('*').all(|word| {
        let found = rest.find(word).and_then(|at| rest.get(at + word.len()..));
        rest = found.unwrap_or(rest);
        found.is_some()
    })
}

/// Whether failures of a kind are meant by a list of names, or by all names but those.
#[must_use]
pub fn is_meant(kind: &str, wanted: &str) -> bool {
    let (others, mut wanted) = names(wanted);
    wanted.any(|one| is_kind(kind, one)) != others
}

/// `HTTP 404` is 404.
fn bare(wanted: &str) -> &str {
    wanted.strip_prefix("http").map_or(wanted, str::trim_start)
}

/// Whether it is the pattern of a status: three digits, some of them `x` or `?`, the first of them given.
fn is_class(wanted: &str) -> bool {
    let open = |letter: u8| matches!(letter, b'x' | b'?');
    let bytes = wanted.as_bytes();
    bytes.len() == 3
        && bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.iter().all(|letter| letter.is_ascii_digit() || open(*letter))
        && bytes.iter().any(|letter| open(*letter))
}

/// What a name is, with the kinds of the runs.
#[must_use]
pub fn standing<'a>(name: &str, of_runs: &(impl Iterator<Item = &'a str> + Clone)) -> Standing {
    let wanted = name.to_lowercase();
    let status = bare(&wanted);
    let is_number = status.len() == 3 && status.bytes().all(|letter| letter.is_ascii_digit());
    let known = || KINDS.into_iter().chain(of_runs.clone());
    if is_class(status) || is_number && status::can_be(status) || known().any(|kind| is_kind(kind, name)) {
        return Standing::Known;
    }
    let words = known().chain(["5xx", "4xx"]).filter(|_| !is_number);
    let near = words.map(|kind| (strsim::damerau_levenshtein(&kind.to_lowercase(), &wanted), kind)).min();
    match near.filter(|(distance, kind)| *distance <= 1 + kind.len() / 6) {
        Some((_, kind)) => Standing::Near(kind.to_owned()),
        None => Standing::Unheard,
    }
}

/// Refuses a list that names nothing, or a class of statuses that there is not.
pub(super) fn check(wanted: &str) -> Result<(), String> {
    let (_, mut names) = names(wanted);
    names.try_for_each(|name| {
        if name.trim_matches('*').is_empty() {
            return Err(format!("`{{{wanted}}}` names no kind of failure, such as timeout or 503"));
        }
        let wanted = name.to_lowercase();
        let class = bare(&wanted);
        if is_class(class) { status::check(class) } else { Ok(()) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_matched_as_people_name_them() {
        assert!(is_kind("Timeout awaiting response", "timeout"));
        assert!(is_kind("HTTP 503", "5xx") && !is_kind("HTTP 429", "5xx"));
        assert!(is_kind("HTTP 503", "50?") && !is_kind("HTTP 520", "50?"));
        assert!(is_kind("HTTP 503", "HTTP 5xx") && is_kind("failed with HTTP 302", "http 302"));
        assert!(is_kind("HTTP 503", "503") && !is_kind("connection refused", "timeout"));
        assert!(is_kind("connection refused", "conn*ref") && !is_kind("refused connection", "conn*ref"));
    }

    /// `failures.ratio{timeuot}` was 0 % of every run, and the suite READY.
    #[test]
    fn a_misspelt_kind_is_told_from_one_that_did_not_happen() {
        let of = |name: &str| standing(name, &["PaymentDeclined"].into_iter());
        for known in
            ["timeout", "Timeout", "refused", "503", "5xx", "50x", "tls", "paymentdeclined", "conn*", "HTTP 404"]
        {
            assert_eq!(of(known), Standing::Known, "{known}");
        }
        for (name, meant) in [
            ("timeuot", "timeout"),
            ("conection refuzed", "connection refused"),
            ("PaymentDeclind", "PaymentDeclined"),
            ("5xy", "5xx"),
        ] {
            assert_eq!(of(name), Standing::Near(meant.to_owned()), "{name}");
        }
        assert_eq!((of("banana"), of("600")), (Standing::Unheard, Standing::Unheard));
    }

    #[test]
    fn what_no_status_can_be_is_refused() {
        assert!(
            check("6xx").is_err() && check("").is_err() && check("other than ").is_err() && check("429,, 503").is_err()
        );
        assert!(check("5xx").is_ok() && check("other than 429, 503").is_ok() && check("*timeout*").is_ok());
        for refused in ["6xx", "abc", "5xy", "", "1000", "99"] {
            assert!(status::check(refused).is_err(), "{refused}");
        }
        for given in ["5xx", "404", "0", "2*", "40?", "*", "???"] {
            assert!(status::check(given).is_ok(), "{given}");
        }
    }
}
