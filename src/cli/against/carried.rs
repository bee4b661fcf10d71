//! A baseline as a report carries it, so that `verify` compares anew without the store.

use super::{Against, Counterpart};
use crate::compare::tau::Tau;
use crate::error::Error;
use crate::store::declared::DeclaredBaseline;
use crate::store::run::{self, RunLine};
use serde::{Deserialize, Serialize};

/// What is carried; in a report it is one text.
#[derive(Serialize, Deserialize)]
struct Carried {
    counterparts: Vec<CarriedRun>,
    declared: Option<(String, DeclaredBaseline)>,
    missing: Vec<String>,
    /// Earlier results, by test, each as its file without histograms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<(String, String)>,
}

/// A stored run as its file, and the runs before it, each with the hash of its line.
#[derive(Serialize, Deserialize)]
struct CarriedRun {
    file: String,
    lines: Vec<(String, RunLine)>,
    since: Option<String>,
    spread: Option<Tau>,
}

impl Against {
    /// Itself as text; `None` where a histogram cannot be encoded.
    pub(super) fn carried(&self) -> Option<String> {
        let counterpart = |one: &Counterpart| {
            Some(CarriedRun {
                file: if one.run.file.is_empty() { run::to_text(&one.run).ok()? } else { one.run.file.clone() },
                lines: one.lines.iter().map(|line| (line.sha256.clone(), line.clone())).collect(),
                since: one.since.clone(),
                spread: one.spread,
            })
        };
        let carried = Carried {
            counterparts: self.counterparts.iter().map(counterpart).collect::<Option<_>>()?,
            declared: self.declared.as_ref().map(|one| (one.sha256.clone(), one.clone())),
            missing: self.missing.clone(),
            earlier: self
                .earlier
                .iter()
                .map(|(test, run)| Some((test.clone(), run::to_text(run).ok()?)))
                .collect::<Option<_>>()?,
        };
        serde_json::to_string(&carried).ok()
    }

    /// The baseline that a report carries.
    ///
    /// # Errors
    /// The text is not what [`Against::carried`] wrote, or a run in it was changed.
    pub(in crate::cli) fn read(id: &str, text: &str) -> Result<Self, Error> {
        let carried: Carried = serde_json::from_str(text).map_err(|error| {
            Error::input(format!("the baseline that the report carries is not understood: {error}"))
        })?;
        let counterpart = |one: CarriedRun| -> Result<Counterpart, Error> {
            let line = |(sha256, line): (String, RunLine)| RunLine { sha256, ..line };
            Ok(Counterpart {
                run: run::parse(&one.file, id)?,
                lines: one.lines.into_iter().map(line).collect(),
                since: one.since,
                spread: one.spread,
            })
        };
        let earlier = |(test, file): (String, String)| -> Result<_, Error> { Ok((test, run::parse(&file, id)?)) };
        Ok(Self {
            id: id.to_owned(),
            counterparts: carried.counterparts.into_iter().map(counterpart).collect::<Result<_, _>>()?,
            declared: carried.declared.map(|(sha256, one)| DeclaredBaseline { sha256, ..one }),
            missing: carried.missing,
            earlier: carried.earlier.into_iter().map(earlier).collect::<Result<_, _>>()?,
            damaged: Vec::new(),
        })
    }
}
