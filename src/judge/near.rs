//! What exists beside a name that nothing has: a reason that names it tells a slip of the pen from a run that is not there.

use crate::config::value::Globs;
use crate::fmt;
use std::collections::BTreeSet;

/// So many names are shown.
const MOST: usize = 5;

/// The names that exist, the nearest to what was asked for first: `` `GET /a`, `GET /b` and 3 more ``; `None` where there is none.
pub(super) fn listed<'a>(asked: &[String], names: impl Iterator<Item = &'a str>) -> Option<String> {
    let likeness = |name: &str| {
        let each = asked.iter().map(|one| strsim::normalized_damerau_levenshtein(one, name));
        each.fold(0.0, f64::max)
    };
    let mut names: Vec<&str> = names.collect::<BTreeSet<_>>().into_iter().collect();
    names.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    let shown: Vec<String> = names.iter().take(MOST).map(|name| fmt::code(name)).collect();
    let more = match names.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    (!shown.is_empty()).then(|| format!("{}{more}", shown.join(", ")))
}

/// That nothing is called as a criterion's `test` or `endpoint` asks, what there is instead, and what to do.
pub(super) fn nothing_matches<'a>(key: &str, globs: &Globs, names: impl Iterator<Item = &'a str>) -> String {
    let asked = globs.texts();
    let there = listed(asked, names).map(|names| format!("; there is {names}: correct the criterion's `{key}`"));
    format!("no {key} matches {}{}", asked.join(", "), there.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_of_five_names_stands_first() {
        let asked = |names: &[&str]| listed(&["steedy".to_owned()], names.iter().copied());
        assert_eq!(asked(&["spike", "steady", "steady"]).unwrap(), "`steady`, `spike`");
        assert_eq!(
            asked(&["b", "c", "d", "e", "f", "g", "steady"]).unwrap(),
            "`steady`, `d`, `e`, `b`, `c` and 2 more"
        );
        assert_eq!(asked(&[]), None);
    }

    /// "No test matches steedy" left it to the reader to find out what the tests are called.
    #[test]
    fn what_matches_nothing_is_told_what_there_is() {
        let globs = Globs::new(vec!["GET /nope".to_owned()]).unwrap();
        assert_eq!(
            nothing_matches("endpoint", &globs, ["POST /a", "GET /note"].into_iter()),
            "no endpoint matches GET /nope; there is `GET /note`, `POST /a`: correct the criterion's `endpoint`"
        );
        assert_eq!(nothing_matches("test", &globs, std::iter::empty()), "no test matches GET /nope");
    }
}
