//! signoff.toml and the report of the last sign-off: found, read, and put together with a report.

use super::glossary::WORDS;
use crate::config::signoff::Signoff as Declared;
use crate::error::{Error, Place};
use crate::ingest::scrub;
use crate::report::model::Report;
use crate::report::signoff::{self, At, DeclaredFrom, Signoff};
use crate::store::run;
use std::fs;
use std::path::{Path, PathBuf};

/// What people declare.
#[derive(Debug, Default)]
pub(super) struct Declarations {
    declared: Declared,
    from: Option<DeclaredFrom>,
    last: Option<Report>,
}

/// The declarations: as named, else INPUT/signoff.toml where INPUT is one folder, else ./signoff.toml, else none.
///
/// # Errors
/// A file that is named and not there, a mistake in it, or the last sign-off's report cannot be read.
pub(super) fn find(named: Option<&Path>, inputs: &[String]) -> Result<Declarations, Error> {
    if let Some(path) = named {
        return load(path);
    }
    let beside = match inputs {
        [one] if Path::new(one).is_dir() => Some(Path::new(one).join("signoff.toml")),
        _ => None,
    };
    let found = beside.into_iter().chain([PathBuf::from("signoff.toml")]).find(|path| path.is_file());
    found.map_or_else(|| Ok(Declarations::default()), |path| load(&path))
}

fn load(path: &Path) -> Result<Declarations, Error> {
    let source = path.display().to_string();
    let place = || Place::source(source.clone());
    let text = fs::read_to_string(path)
        .map_err(|error| Error::usage(format!("the declarations cannot be read: {error}")).at(place()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let declared = Declared::parse(text, &source)?;
    let folder = path.parent().unwrap_or_else(|| Path::new(""));
    let last = declared.last.as_ref().map(|last| earlier(&folder.join(&last.report))).transpose()?;
    let from = Some(DeclaredFrom { sha256: run::hash(text), text: harmless(text)?, source });
    Ok(Declarations { declared, from, last })
}

/// What the text declares, without secrets and comments: each text of it is looked at by itself, since what stands before it is a key
/// and no name of a secret.
fn harmless(text: &str) -> Result<String, Error> {
    let wrong = |error: &dyn std::fmt::Display| Error::usage(format!("the declarations cannot be read: {error}"));
    let mut all: toml::Value = toml::from_str::<toml::Table>(text).map_err(|error| wrong(&error))?.into();
    scrubbed(&mut all);
    toml::to_string(&all).map_err(|error| wrong(&error))
}

fn scrubbed(value: &mut toml::Value) {
    match value {
        toml::Value::String(text) => {
            let lines: Vec<String> = text.lines().map(scrub::sentence).collect();
            *text = lines.join("\n");
        }
        toml::Value::Array(all) => all.iter_mut().for_each(scrubbed),
        toml::Value::Table(all) => all.iter_mut().for_each(|(_, one)| scrubbed(one)),
        _ => {}
    }
}

/// The report of the last sign-off.
fn earlier(path: &Path) -> Result<Report, Error> {
    let place = || Place::source(path.display().to_string());
    let wrong = |error: &dyn std::fmt::Display| {
        Error::usage(format!("the last sign-off's report cannot be read: {error}")).at(place())
    };
    let text = fs::read_to_string(path).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}

impl Declarations {
    /// What a report carries of them.
    ///
    /// # Errors
    /// Its text is not understood.
    pub(super) fn carried(from: &DeclaredFrom) -> Result<Self, Error> {
        let declared = Declared::parse(&from.text, &from.source)?;
        Ok(Self { declared, from: Some(from.clone()), last: None })
    }

    /// The report's id with what was declared: two documents that declare different things have different names.
    pub(super) fn name(&self, report: &mut Report) {
        if let Some(from) = &self.from {
            report.run_id = run::hash(&format!("{}{}", report.run_id, from.sha256)).chars().take(12).collect();
        }
    }

    /// The sign-off of a report.
    pub(super) fn sign_off(&self, report: &mut Report) -> Box<Signoff> {
        self.name(report);
        Box::new(signoff::sign_off(&At {
            report,
            declared: &self.declared,
            from: self.from.as_ref(),
            last: self.last.as_ref(),
            words: WORDS,
        }))
    }
}
