//! A build's machine: a folder, variables, and a shell for each step.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A build's folder and environment, kept from step to step.
pub(super) struct Build {
    pub(super) folder: PathBuf,
    pub(super) variables: BTreeMap<String, String>,
    /// What `${{ … }}` stands for.
    pub(super) context: BTreeMap<&'static str, String>,
}

impl Build {
    pub(super) fn new(folder: &Path, context: &[(&'static str, &str)]) -> Self {
        fs::create_dir_all(folder).unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let program = Path::new(env!("CARGO_BIN_EXE_plimsoll")).parent().unwrap();
        let path =
            format!("{}:{}:{}", root.join("tests/ci/bin").display(), program.display(), std::env::var("PATH").unwrap());
        let variables = BTreeMap::from([
            ("PATH".to_owned(), path),
            ("HOME".to_owned(), folder.display().to_string()),
            ("GIT_CONFIG_NOSYSTEM".to_owned(), "1".to_owned()),
        ]);
        let context = context.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self { folder: folder.to_owned(), variables, context }
    }

    pub(super) fn set(&mut self, pairs: &[(&str, &str)]) {
        self.variables.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    }

    /// A text of the recipe with what its expressions stand for.
    pub(super) fn filled(&self, text: &str) -> String {
        let mut parts = text.split("${{");
        let mut out = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            let value = self.context.get(expression.trim());
            out.push_str(value.unwrap_or_else(|| panic!("nobody says what {expression} is")));
            out.push_str(rest);
        }
        out
    }

    pub(super) fn shell(&self, shell: &[&str], script: &str, more: &Value) -> Output {
        let own = more.as_object().into_iter().flatten();
        Command::new(shell[0])
            .args(&shell[1..])
            .arg(script)
            .current_dir(&self.folder)
            .env_clear()
            .envs(&self.variables)
            .envs(own.map(|(name, value)| (name, self.filled(value.as_str().unwrap()))))
            .output()
            .unwrap()
    }
}

pub(super) fn said(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr)
}
