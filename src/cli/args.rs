//! The command line as typed. What it means is decided by each command's own file.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// plimsoll: what a load test leaves behind, turned into an answer.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, about, max_term_width = 100, disable_help_subcommand = true, after_help = EXIT_CODES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 ready (also under conditions), 1 not ready, 2 wrong use or configuration, \
3 input unreadable, 4 inconclusive.\n`plimsoll explain` lists the words of a report, the rules and the formats.";

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Judge results and write report.html, report.md and report.json
    Report(ReportArgs),
    /// Show what each file is and why, the tests and their figures; judge nothing
    Inspect(InspectArgs),
    /// Compare two inputs or baselines
    Compare(CompareArgs),
    /// Keep runs to compare with
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Explain a word of a report, a rule, a format, the configuration or the JSON schema
    Explain(ExplainArgs),
}

/// How inputs are found and read; shared by every command that reads results.
#[derive(Debug, Args, Clone, Default)]
pub struct InputArgs {
    /// Files, folders, globs, or - for standard input; .gz and .zst are read as they are
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<String>,
    /// Configuration; otherwise INPUT/plimsoll.toml where INPUT is one folder, else ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Read FILE with this adapter instead of asking all
    #[arg(long = "as", value_name = "ADAPTER=FILE")]
    pub adapters: Vec<String>,
    /// A resource monitor's file, for one test or for all that it overlaps
    #[arg(long, value_name = "[TEST=]FILE")]
    pub monitor: Vec<String>,
    /// Stop at the first row that cannot be read
    #[arg(long)]
    pub strict: bool,
}

/// Where stored runs are.
#[derive(Debug, Args, Clone)]
pub struct StoreArgs {
    /// Folder of stored runs
    #[arg(long, value_name = "DIR", default_value = ".plimsoll")]
    pub store: PathBuf,
}

/// Arguments of `report`.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// Compare with this baseline: a saved name, `latest`, or a stored run's file
    #[arg(long, value_name = "NAME|latest|FILE")]
    pub baseline: Option<String>,
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "plimsoll-report")]
    pub out: PathBuf,
    /// Title of the report
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Store each test under its name and start time
    #[arg(long)]
    pub save: bool,
    /// Exit with 1 on warnings, or on any condition
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 although the verdict is INCONCLUSIVE, and say so
    #[arg(long, value_name = "VERDICT")]
    pub allow: Option<Allow>,
    /// What to write
    #[arg(long, value_name = "LIST", value_delimiter = ',', default_values_t = [Format::Html, Format::Md, Format::Json])]
    pub format: Vec<Format>,
    /// Stored runs.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// What else ends with exit code 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Warnings.
    Warn,
    /// Every condition.
    Conditions,
}

/// Which verdict is let pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Allow {
    /// INCONCLUSIVE.
    Inconclusive,
}

/// What `report` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Format {
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
pub struct InspectArgs {
    /// Inputs.
    #[command(flatten)]
    pub input: InputArgs,
    /// Print JSON of the shape of report.json's tests
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// Input or baseline to compare with
    pub before: String,
    /// Input or baseline to compare
    pub after: String,
    /// Print the comparisons as JSON
    #[arg(long)]
    pub json: bool,
    /// Configuration; otherwise ./plimsoll.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Stored runs.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// The baseline commands.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
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
pub struct ExplainArgs {
    /// What to explain; without it, the list of what can be
    pub word: Option<String>,
}
