//! The program is a shell around [`plimsoll::cli::run`], which is tested without a process.

use std::io::{IsTerminal, stderr, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let terminal = plimsoll::cli::Terminal {
        colour: stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
        progress: stderr().is_terminal(),
        width: std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(100),
    };
    let code =
        plimsoll::cli::run(std::env::args_os(), &mut stdin().lock(), &mut stdout().lock(), &mut stderr(), terminal);
    ExitCode::from(code)
}
