//! The command line as typed. What it means is decided by each command's own file.

use super::choices::{Allow, Ci, CompatArg, ExitMap, FailOn, Format};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// plimsoll: what a load test leaves behind, turned into an answer.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, about, max_term_width = 100, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub(super) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ready (also under conditions), 1 not ready, 2 wrong use or configuration, \
3 input unreadable, 4 inconclusive.\n`plimsoll explain` lists the words of a report, the rules and the formats.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Judge results and write report.html, report.md and report.json
    Report(ReportArgs),
    /// Show what each file is and why, the tests and their figures; judge nothing
    Inspect(InspectArgs),
    /// Write a document to sign: signoff.html and signoff.md, and report.json
    Signoff(SignoffArgs),
    /// Begin a file that people fill in, from what the results show
    Init(InitArgs),
    /// Compute a report anew from its inputs and say what differs
    Verify(VerifyArgs),
    /// Compare two inputs or baselines
    Compare(CompareArgs),
    /// Count a load generator's files into one small part, to be reported on with the other generators' parts
    Fold(FoldArgs),
    /// Keep runs to compare with
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Show each endpoint's figures over the stored runs, and where their level changed
    History(HistoryArgs),
    /// Check a plimsoll.toml and say each criterion in a sentence
    Check(CheckArgs),
    /// Explain a word of a report, a rule, a format, the configuration or the JSON schema
    Explain(ExplainArgs),
}

/// How inputs are found and read; shared by every command that reads results.
#[derive(Debug, Args, Clone, Default)]
pub(super) struct InputArgs {
    /// Files, folders, globs, or - for standard input; .gz, .bz2, .xz and .zst are read as they are
    #[arg(required = true, value_name = "INPUT")]
    pub(super) inputs: Vec<String>,
    /// Configuration; otherwise INPUT/plimsoll.toml where INPUT is one folder, else ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Read FILE with this adapter instead of asking all
    #[arg(long = "as", value_name = "ADAPTER=FILE")]
    pub(super) adapters: Vec<String>,
    /// A resource monitor's file, for one test or for all that it overlaps
    #[arg(long, value_name = "[TEST=]FILE")]
    pub(super) monitor: Vec<String>,
    /// Stop at the first row that cannot be read
    #[arg(long)]
    pub(super) strict: bool,
}

/// Where stored runs are.
#[derive(Debug, Args, Clone)]
pub(super) struct StoreArgs {
    /// Folder of stored runs
    #[arg(long, value_name = "DIR", default_value = ".plimsoll")]
    pub(super) store: PathBuf,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// Inputs.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Compare with this baseline: a saved name, `latest`, or a stored run's file
    #[arg(long, value_name = "NAME|latest|FILE")]
    pub(super) baseline: Option<String>,
    /// Folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "plimsoll-report")]
    pub(super) out: PathBuf,
    /// Title of the report
    #[arg(long, value_name = "TEXT")]
    pub(super) title: Option<String>,
    /// Store each test under its name and start time
    #[arg(long)]
    pub(super) save: bool,
    /// Exit with 1 on warnings, or on any condition
    #[arg(long, value_name = "LEVEL")]
    pub(super) fail_on: Option<FailOn>,
    /// Exit with 0 although the verdict is INCONCLUSIVE, and say so
    #[arg(long, value_name = "VERDICT")]
    pub(super) allow: Option<Allow>,
    /// What to write
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = [Format::Html, Format::Md, Format::Json])]
    pub(super) format: Vec<Format>,
    /// What people declare in a sign-off; otherwise INPUT/signoff.toml where INPUT is one folder, else ./signoff.toml
    #[arg(long, value_name = "FILE")]
    pub(super) signoff: Option<PathBuf>,
    /// Also write what this build server reads and tell it the outcome; auto asks the environment which it is
    #[arg(long, value_name = "SERVER", default_value_t = Ci::None)]
    pub(super) ci: Ci,
    /// Exit with the codes of this tool instead
    #[arg(long, value_name = "TOOL")]
    pub(super) exit_map: Option<ExitMap>,
    /// Answer missing data as that tool does, and say so
    #[arg(long, value_name = "TOOL")]
    pub(super) compat: Option<CompatArg>,
    /// Stored runs.
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// Arguments of `signoff`.
#[derive(Debug, Args)]
#[command(mut_arg("inputs", |inputs| inputs.required(false)))]
pub(super) struct SignoffArgs {
    /// Inputs; without any, the plan of plimsoll.toml alone makes the document.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Compare with this baseline: a saved name, `latest`, or a stored run's file
    #[arg(long, value_name = "NAME|latest|FILE")]
    pub(super) baseline: Option<String>,
    /// Folder to write to
    #[arg(short, long, value_name = "DIR", default_value = "plimsoll-report")]
    pub(super) out: PathBuf,
    /// What people declare; otherwise INPUT/signoff.toml where INPUT is one folder, else ./signoff.toml
    #[arg(long, value_name = "FILE")]
    pub(super) signoff: Option<PathBuf>,
    /// Print it to signoff.pdf too, by the Chromium that is installed
    #[arg(long)]
    pub(super) pdf: bool,
    /// Stored runs.
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Inputs.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Write signoff.toml instead: what people declare in a sign-off
    #[arg(long)]
    pub(super) signoff: bool,
    /// File to write instead of ./plimsoll.toml or ./signoff.toml; - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub(super) out: Option<String>,
    /// Replace the file
    #[arg(long)]
    pub(super) force: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// A report that `report` or `signoff` wrote
    #[arg(value_name = "report.json")]
    pub(super) report: PathBuf,
    /// Where inputs are sought by their hashes if they are not where the report says
    #[arg(long, value_name = "DIR")]
    pub(super) inputs: Option<PathBuf>,
    /// Write an in-toto test-result statement beside the report if nothing differs
    #[arg(long)]
    pub(super) attest: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Configuration, or a folder with one
    #[arg(value_name = "FILE", default_value = "plimsoll.toml")]
    pub(super) file: PathBuf,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    /// Inputs.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// Print JSON of the shape of report.json's tests
    #[arg(long)]
    pub(super) json: bool,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub(super) struct CompareArgs {
    /// Input or baseline to compare with
    pub(super) before: String,
    /// Input or baseline to compare
    pub(super) after: String,
    /// Print the comparisons as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Configuration; otherwise ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Stored runs.
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// Arguments of `fold`.
#[derive(Debug, Args)]
pub(super) struct FoldArgs {
    /// Inputs.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// The part to write; docs/part-files.md describes it
    #[arg(short, long, value_name = "PART")]
    pub(super) out: PathBuf,
}

/// The baseline commands.
#[derive(Debug, Subcommand)]
pub(super) enum BaselineCommand {
    /// Store the tests of INPUT under NAME
    Save {
        /// Name to compare with later
        name: String,
        /// Inputs.
        #[command(flatten)]
        input: InputArgs,
        /// Replace what is stored under NAME
        #[arg(long)]
        force: bool,
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// List what is stored
    List {
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Show the figures stored under NAME
    Show {
        /// A stored name
        name: String,
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Take a stored run as the new normal, whatever its verdict: a new baseline begins with it
    Accept {
        /// TEST/START as listed, a test (its newest run), or a stored run's file
        run: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who; otherwise the name of the user who runs this
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
        /// On which day; otherwise today
        #[arg(long, value_name = "YYYY-MM-DD")]
        date: Option<String>,
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Store figures or ranges that are known from a document only
    Declare {
        /// Name to compare with later
        name: String,
        /// TOML with source, date and figures; docs/baselines.md describes it
        file: PathBuf,
        /// Replace what is stored under NAME
        #[arg(long)]
        force: bool,
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
    /// Remove what is stored under NAME
    Remove {
        /// A stored name
        name: String,
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Arguments of `history`.
#[derive(Debug, Args)]
pub(super) struct HistoryArgs {
    /// The test; every stored one where left out
    pub(super) test: Option<String>,
    /// How many of the newest runs
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    pub(super) last: u32,
    /// Print JSON
    #[arg(long, conflicts_with = "out")]
    pub(super) json: bool,
    /// Write history.html, history.md with its pictures, and history.json into this folder
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Configuration; otherwise ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Stored runs.
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// What to explain; without it, the list of what can be
    pub(super) word: Option<String>,
}
