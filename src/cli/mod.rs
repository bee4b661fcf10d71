//! The command line: arguments, one file per command, exit codes, errors in words. Only here is anything printed.

mod against;
mod args;
mod attest;
mod baseline;
mod browser;
mod check;
mod choices;
mod compare;
mod declarations;
mod deliver;
mod exit;
mod explain;
mod fold;
mod glossary;
mod history;
mod init;
mod inspect;
mod judging;
mod pipeline;
mod progress;
mod report;
mod signoff;
mod surroundings;
mod verify;

use crate::error::{Error, ErrorKind};
use crate::fmt;
use clap::Parser;
use std::ffi::OsString;
use std::io::{self, Read, Write};

/// Ready, also under conditions; compared, and nothing regressed.
pub const EXIT_READY: u8 = 0;
/// Not ready; something regressed.
pub const EXIT_NOT_READY: u8 = 1;
/// Wrong use or configuration.
pub const EXIT_USAGE: u8 = 2;
/// Input unreadable.
pub const EXIT_INPUT: u8 = 3;
/// Inconclusive; nothing could be told.
pub const EXIT_INCONCLUSIVE: u8 = 4;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Whether standard output shows colours.
    pub colour: bool,
    /// Whether standard error is watched by somebody.
    pub progress: bool,
    /// Columns.
    pub width: usize,
}

/// The streams a command talks to.
struct Streams<'a> {
    input: &'a mut dyn Read,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
    terminal: Terminal,
}

/// Why a command ended before its end: said to the user, with an exit code.
struct Stop(Error);

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self(Error::output(format!("cannot write: {error}")))
    }
}

/// Standard output, whose reader may go away (`| head`): what comes after that is written for nobody, the files are written and the
/// exit code tells all the same.
struct Output<'a>(&'a mut dyn Write);

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        heard(self.0.write(bytes)).map(|written| written.unwrap_or(bytes.len()))
    }

    fn flush(&mut self) -> io::Result<()> {
        heard(self.0.flush()).map(Option::unwrap_or_default)
    }
}

/// What was written; `None` where nobody reads any more.
fn heard<T>(written: io::Result<T>) -> io::Result<Option<T>> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(None),
        other => other.map(Some),
    }
}

/// Runs the program; returns the exit code.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    input: &mut dyn Read,
    out: &mut dyn Write,
    err: &mut dyn Write,
    terminal: Terminal,
) -> u8 {
    let typed: Vec<OsString> = args.into_iter().collect();
    let exit_map = choices::ExitMap::typed(&typed);
    let out = &mut Output(out);
    let own = match args::Cli::try_parse_from(typed) {
        Ok(cli) => obey(cli, Streams { input, out, err, terminal }),
        Err(error) => usage(&error, out, err),
    };
    exit_map.map_or(own, |map| map.code(own))
}

/// Carries a command out; returns the exit code.
fn obey(cli: args::Cli, mut streams: Streams<'_>) -> u8 {
    let ended = match cli.command {
        args::Command::Report(args) => report::run(&args, &mut streams),
        args::Command::Signoff(args) => signoff::run(&args, &mut streams),
        args::Command::Verify(args) => verify::run(&args, &mut streams),
        args::Command::Inspect(args) => inspect::run(&args, &mut streams),
        args::Command::Compare(args) => compare::run(&args, &mut streams),
        args::Command::Fold(args) => fold::run(&args, &mut streams),
        args::Command::Baseline(command) => baseline::run(&command, &mut streams),
        args::Command::History(args) => history::run(&args, &mut streams),
        args::Command::Init(args) => init::run(&args, &mut streams),
        args::Command::Check(args) => check::run(&args, &mut streams),
        args::Command::Explain(args) => explain::run(&args, &mut streams),
    };
    let flushed = streams.out.flush().map_err(Stop::from);
    match ended.and_then(|code| flushed.map(|()| code)) {
        Ok(code) => code,
        Err(Stop(error)) => {
            // Nothing can be said if standard error is gone too; the exit code still tells.
            let _ = write_error(&error, "error", streams.err);
            match error.kind {
                ErrorKind::Usage => EXIT_USAGE,
                ErrorKind::Input | ErrorKind::Output => EXIT_INPUT,
            }
        }
    }
}

fn usage(error: &clap::Error, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let text = error.render().to_string();
    if error.use_stderr() {
        let _ = err.write_all(text.as_bytes());
        return EXIT_USAGE;
    }
    // Help and version are answers, not errors.
    let _ = out.write_all(text.as_bytes());
    EXIT_READY
}

/// Writes an error (or, with another word, a warning) as people read it:
///
/// ```text
/// error: `data.value` should be a number, found the string "fast"
///   --> runs/checkout.ndjson, line 48213 (byte 9183442)
///    |  {"metric":"http_req_duration","type":"Point",…
///    = hint: `--strict` stops at the first bad row
/// ```
fn write_error(error: &Error, word: &str, to: &mut dyn Write) -> io::Result<()> {
    writeln!(to, "{word}: {}", unheeded(&error.message))?;
    if let Some(place) = &error.place {
        writeln!(to, "  --> {place}")?;
    }
    if let Some(excerpt) = &error.excerpt {
        writeln!(to, "   |  {}", unheeded(excerpt))?;
    }
    if let Some(hint) = &error.hint {
        for line in hint.lines() {
            writeln!(to, "   = hint: {}", unheeded(line))?;
        }
    }
    Ok(())
}

/// Foreign text of which neither a terminal nor a build server that obeys its log (`##[command]`, `##vso[command]`) takes heed.
fn unheeded(text: &str) -> String {
    fmt::plain(text).replace("##", "# #")
}

impl Terminal {
    /// How text is coloured there.
    fn style(self) -> crate::render::text::Style {
        crate::render::text::Style { colour: self.colour, width: self.width }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Nobody reads any more.
    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    /// `plimsoll report … | head` let a build pass whose run was NOT READY.
    #[test]
    fn a_reader_that_went_away_does_not_change_the_answer() {
        let out = tempfile::tempdir().unwrap();
        let typed = ["plimsoll", "report", "samples/hey/csv", "--out", out.path().to_str().unwrap()];
        let terminal = Terminal { colour: false, progress: false, width: 100 };
        let code = run(typed.map(OsString::from), &mut io::empty(), &mut Gone, &mut Vec::new(), terminal);
        assert_eq!(code, EXIT_NOT_READY);
        assert!(out.path().join("report.json").exists(), "what was asked for is written all the same");
    }

    /// `report . --out .` wrote its report.json over Artillery's, and `fold rows.csv -o rows.csv` a part over the rows.
    #[test]
    fn results_are_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let (results, rows) = (folder.path().join("report.json"), folder.path().join("rows.csv"));
        std::fs::copy("samples/artillery/report/report.json", &results).unwrap();
        std::fs::write(&rows, "timestamp,endpoint,latency_ms,status\n1795226522,/a,5,200\n").unwrap();
        let before = [&results, &rows].map(|path| std::fs::read(path).unwrap());
        let (here, rows_named) = (folder.path().to_str().unwrap(), rows.to_str().unwrap());
        for typed in
            [vec!["plimsoll", "report", here, "--out", here], vec!["plimsoll", "fold", rows_named, "-o", rows_named]]
        {
            let terminal = Terminal { colour: false, progress: false, width: 100 };
            let mut said = Vec::new();
            let code =
                run(typed.into_iter().map(OsString::from), &mut io::empty(), &mut Vec::new(), &mut said, terminal);
            assert_ne!(code, EXIT_READY);
            assert!(String::from_utf8_lossy(&said).contains("is there already"), "{}", String::from_utf8_lossy(&said));
        }
        assert_eq!([&results, &rows].map(|path| std::fs::read(path).unwrap()), before);
        let part = folder.path().join("part.plimsoll");
        for _ in 0..2 {
            let typed = ["plimsoll", "fold", rows_named, "-o", part.to_str().unwrap()].map(OsString::from);
            let terminal = Terminal { colour: false, progress: false, width: 100 };
            assert_eq!(run(typed, &mut io::empty(), &mut Vec::new(), &mut Vec::new(), terminal), EXIT_READY);
        }
    }
}
