//! The command line as typed. What it means is decided by each command's own file.

use clap::{Args, Parser, Subcommand, ValueEnum};
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
    /// Compare two inputs or baselines
    Compare(CompareArgs),
    /// Count a load generator's files into one small part, to be reported on with the other generators' parts
    Fold(FoldArgs),
    /// Keep runs to compare with
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Write a plimsoll.toml from what results show
    Init(InitArgs),
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
    #[arg(long, value_name = "DIR", default_value = "plimsoll-report")]
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
    /// Answer missing data as that tool does, and say so
    #[arg(long, value_name = "TOOL")]
    pub(super) compat: Option<CompatArg>,
    /// Stored runs.
    #[command(flatten)]
    pub(super) store: StoreArgs,
}

/// Whose answer is given where data are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum CompatArg {
    /// A threshold on nothing is kept, or held against 0.
    K6,
    /// A missing SLI fails, and what is relative to nothing passes.
    Keptn,
}

/// Arguments of `init`.
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// Inputs.
    #[command(flatten)]
    pub(super) input: InputArgs,
    /// File to write; - for standard output
    #[arg(short, long, value_name = "FILE", default_value = "plimsoll.toml")]
    pub(super) out: String,
    /// Replace the file
    #[arg(long)]
    pub(super) force: bool,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Configuration, or a folder with one
    #[arg(value_name = "FILE", default_value = "plimsoll.toml")]
    pub(super) file: PathBuf,
}

/// What else ends with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Warnings.
    Warn,
    /// Every condition.
    Conditions,
}

/// Which verdict is let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Allow {
    /// INCONCLUSIVE.
    Inconclusive,
}

/// What `report` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(super) enum Format {
    /// report.html
    Html,
    /// report.md and its pictures
    Md,
    /// report.json
    Json,
}

impl std::fmt::Display for Format {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Html => "html",
            Self::Md => "md",
            Self::Json => "json",
        })
    }
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
    /// Remove what is stored under NAME
    Remove {
        /// A stored name
        name: String,
        /// Stored runs.
        #[command(flatten)]
        store: StoreArgs,
    },
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(super) struct ExplainArgs {
    /// What to explain; without it, the list of what can be
    pub(super) word: Option<String>,
}
