//! What a new plimsoll.toml takes over from the one that results were read with. What people wrote is not lost: tables that `init`
//! does not write itself stay in force; its own, and those that name criteria by their ids, are set aside as comments.

use crate::config::Config;
use crate::error::{Error, Place};
use toml::Table;

/// Tables that stay in force.
const KEPT: [&str; 10] =
    ["suite", "inputs", "endpoints", "tests", "grades", "import", "compare", "baseline", "report", "approvals"];
/// Tables that become comments.
const ASIDE: [&str; 4] = ["criteria", "groups", "waivers", "requirements"];

/// The file that was there.
pub(super) struct Former {
    tables: Table,
    source: String,
}

impl Former {
    /// The configuration's file; nothing where there is none.
    pub(super) fn of(config: &Config) -> Result<Self, Error> {
        let source = config.source.clone().unwrap_or_default();
        let wrong = |error: toml::de::Error| Error::usage(error.to_string()).at(Place::source(source.clone()));
        Ok(Self { tables: config.text.parse().map_err(wrong)?, source })
    }

    /// Whether it has such a table.
    pub(super) fn has(&self, table: &str) -> bool {
        self.tables.contains_key(table)
    }

    /// What stays in force.
    pub(super) fn kept(&self) -> String {
        let text = self.those(&KEPT);
        if text.is_empty() { text } else { format!("\n# Kept from {}:\n{text}", self.name()) }
    }

    /// What is set aside: written anew here, or about criteria that are.
    pub(super) fn set_aside(&self) -> String {
        let text = self.those(&ASIDE);
        if text.is_empty() {
            return text;
        }
        format!("\n# What {} demanded, to be taken over by hand:\n{}", self.name(), aside(&text))
    }

    fn name(&self) -> String {
        super::comment(&self.source)
    }

    /// Each table by itself, in the order of the names.
    fn those(&self, names: &[&str]) -> String {
        let one = |name: &&str| {
            let alone = Table::from_iter([((*name).to_owned(), self.tables.get(*name)?.clone())]);
            toml::to_string(&alone).ok()
        };
        names.iter().filter_map(one).collect::<Vec<_>>().join("\n")
    }
}

/// Lines as comments.
pub(super) fn aside(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(|line| format!("# {line}").trim_end().to_owned()).collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `init --force` dropped `[inputs]` and `[[endpoints]]` of the file it replaced, and read the next run otherwise.
    #[test]
    fn what_people_wrote_stays() {
        let text = "[inputs]\nlatency_unit = \"ms\"\n[[endpoints]]\nmatch = \"^/a\"\nname = \"/a/{id}\"\n\
                    [[criteria]]\nid = \"x\"\nmetric = \"latency.p95\"\nat_most = \"1 s\"\n";
        let former = Former::of(&Config::parse(text, "old.toml").unwrap()).unwrap();
        let (kept, aside) = (former.kept(), former.set_aside());
        assert!(kept.starts_with("\n# Kept from old.toml:\n[inputs]\nlatency_unit"), "{kept}");
        assert!(kept.contains("name = \"/a/{id}\"") && !kept.contains("criteria"), "{kept}");
        assert!(aside.lines().all(|line| line.is_empty() || line.starts_with('#')), "{aside}");
        assert!(aside.contains("# at_most = \"1 s\""), "{aside}");
        let none = Former::of(&Config::defaults().unwrap()).unwrap();
        assert_eq!((none.kept(), none.set_aside()), (String::new(), String::new()));
    }
}
