//! Lines that a shell leaves around what a monitor prints: prompts with the command behind them, traces of `set -x`, and what
//! script(1), nohup and jobs in the background say.
//!
//! Only what begins as one of them does counts. A sentence that names `vmstat` is none.

/// How script(1), nohup, ssh and some prompts begin; in other languages script's lines are told by [what stands in their
/// brackets](STATED).
const BEGINNINGS: [&str; 6] = ["Script started", "Script done", "nohup: ", "Last login: ", "➜ ", "❯ "];
/// What script(1) states of the run, in whatever language the words before it are.
const STATED: [&str; 3] = ["[COMMAND=\"", "[TERM=\"", "[COMMAND_EXIT_CODE=\""];
/// Lines that end a session.
const ENDINGS: [&str; 4] = ["exit", "logout", "^C", "^D"];
/// Commands behind root's bare prompt, which is a comment's sign too.
#[rustfmt::skip]
const COMMANDS: [&str; 13] = [
    "pidstat", "sar", "sadf", "mpstat", "iostat", "vmstat", "dstat", "dool", "docker", "podman", "kubectl", "while", "for",
];
/// The longest prompt, in bytes and in words.
const PROMPT: (usize, usize) = (100, 5);

/// Whether a line is a shell's.
pub(super) fn is_line(line: &str) -> bool {
    let line = line.trim();
    ENDINGS.contains(&line)
        || BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
        || STATED.iter().any(|stated| line.contains(stated))
        || is_trace(line)
        || is_job(line)
        || is_prompt(line)
        || is_windows_prompt(line)
}

/// Whether a shell's line calls the tool with an option, whose short form may stand among others: `vmstat -ty 1`.
pub(super) fn calls_with(line: &str, tool: &str, short: char, long: &str) -> bool {
    let asks = |word: &str| word == long || word.starts_with('-') && !word.starts_with("--") && word.contains(short);
    line.split_whitespace().skip_while(|word| *word != tool && !word.ends_with(&format!("/{tool}"))).any(asks)
}

/// `+ pidstat 1 60`; within a subshell with more signs. The second line of a command at the prompt begins with `>`.
fn is_trace(line: &str) -> bool {
    let behind = line.trim_start_matches('+');
    behind.len() < line.len() && behind.starts_with(' ') || line.starts_with("> ")
}

/// `[1] 12345` and `[1]+  Done`.
fn is_job(line: &str) -> bool {
    let Some((number, rest)) = line.strip_prefix('[').and_then(|rest| rest.split_once(']')) else { return false };
    (1..=3).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with(['+', '-', ' '])
}

/// `PS C:\> kubectl top pod` and `C:\Users>kubectl top pod`.
fn is_windows_prompt(line: &str) -> bool {
    let path = line.strip_prefix("PS ").unwrap_or(line);
    let of_windows = path.len() < line.len() || path.get(1..3) == Some(":\\");
    of_windows && path.contains('>') && path.starts_with(|first: char| first.is_ascii_alphabetic() || first == '/')
}

/// `$ vmstat 1`, `user@host:~$ vmstat 1`, `bash-5.2# vmstat 1`, `/app # vmstat 1` and `# vmstat 1`.
fn is_prompt(line: &str) -> bool {
    let ends = |(at, letter): &(usize, char)| {
        matches!(letter, '$' | '#' | '%' | '>')
            && line.get(at + 1..).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let Some((at, sign)) = line.char_indices().find(ends) else { return false };
    let (before, command) = (line.get(..at).unwrap_or_default(), line.get(at + 1..).unwrap_or_default());
    if before.is_empty() {
        let first = command.split_whitespace().next().unwrap_or_default();
        return sign == '$' || sign == '#' && COMMANDS.contains(&first);
    }
    // Before `user@host` stands at most the name of an environment: `(venv) user@host:~$`.
    let mut words = before.split_whitespace().filter(|word| !word.starts_with('('));
    let names_host = words.next().is_some_and(|word| word.contains('@'));
    // A row begins with a time or a name; behind a number a sign of percent is its own.
    let is_apart = before.ends_with(' ');
    before.len() <= PROMPT.0
        && before.split_whitespace().count() <= PROMPT.1
        && !before.starts_with(|letter: char| letter.is_ascii_digit())
        && if matches!(sign, '%' | '>') {
            names_host && (is_apart || sign == '>')
        } else {
            names_host
                || before.contains(":~")
                || before.contains(":/")
                || ["bash-", "sh-"].iter().any(|shell| before.starts_with(shell))
                || is_apart && before.starts_with(['/', '~'])
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shells_leave() {
        for line in [
            "$ pidstat 1 60",
            "$",
            "user@host:~$ vmstat 1",
            "(venv) [root@host ~]# sar -u 1",
            "user@laptop ~ % vmstat -t 1",
            "Laptop:~ user$ iostat -w 1",
            "bash-5.2# exit",
            "/app # docker stats",
            "# sar -u 1",
            "❯ docker stats",
            "user@host ~> docker stats",
            "PS C:\\Users\\me> kubectl top pod",
            "PS /home/me> docker stats",
            "C:\\Users\\me>kubectl top pod",
            "Last login: Sat Nov 21 02:00:00 2026 from 10.0.0.1",
            "+ pidstat 1 60",
            "++++ TZ=UTC",
            "> done",
            "[1] 12345",
            "[1]+  Done                    vmstat -t 1 > vm.txt",
            "nohup: ignoring input",
            "^C",
            "exit",
            "Script started on 2026-11-22 09:13:59+00:00 [COMMAND=\"bash\" <not executed on terminal>]",
            "Skript gestartet am 2026-11-22 09:13:59+00:00 [TERM=\"xterm\" TTY=\"/dev/pts/0\"]",
            "Script done on 2026-11-22 09:14:05+00:00 [COMMAND_EXIT_CODE=\"0\"]",
        ] {
            assert!(is_line(line), "{line}");
        }
    }

    #[test]
    fn options_of_a_call() {
        let first_left_out = |line: &str| calls_with(line, "vmstat", 'y', "--no-first");
        for line in ["$ vmstat -t -y 1", "user@host:~$ sudo /usr/bin/vmstat -ty 1", "+ vmstat --no-first 1"] {
            assert!(first_left_out(line), "{line}");
        }
        for line in ["$ vmstat -t 1", "$ ls -y", "$ iostat -y 1", "$ vmstat --why 1"] {
            assert!(!first_left_out(line), "{line}");
        }
    }

    #[test]
    fn rows_and_sentences_are_none() {
        for line in [
            "",
            "We ran vmstat 1 on the host, as user@host, for 60 s.",
            "# Results",
            "# hostname;interval;timestamp;CPU;%user",
            "# Time        UID       PID    %usr    %CPU   Command",
            "08:42:41        0      5460    0.00    0.00 java -Dhost=user@host $ x",
            "/api 12.34% 98.79MiB / 15.51GiB 0.62%",
            "/api   12.34 %   98.79MiB / 15.51GiB",
            "node-1 500m 12% 1024Mi 40%",
            "[2026-11-21T02:00:00Z] web 1%",
            "exit code 1",
            "web-1 > 9m 61Mi",
            "PS 12% 98.79MiB / 15.51GiB",
            "+1",
            "It cost user@host 5$ and more than one sentence says, which is no prompt",
        ] {
            assert!(!is_line(line), "{line}");
        }
    }
}
