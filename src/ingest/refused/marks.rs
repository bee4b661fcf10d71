//! The marks by which a kind is known that takes more than one comparison to tell.

use crate::ingest::Head;

/// Gatling writes a byte 0 for its run's record, then the version as a text: its length in four bytes, `3.13.1`.
pub(super) fn gatling_binary(head: &Head) -> bool {
    let Some(([0, 0, 0, 0, length], rest)) = head.bytes().split_first_chunk::<5>() else { return false };
    let version = rest.get(..usize::from(*length)).unwrap_or(&[]);
    let plain = version.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
    plain && matches!(version, [b'0'..=b'9', b'.', ..])
}

/// Go's gob begins with the length and then the definition of the type that it will hold.
pub(super) fn vegeta_gob(head: &Head) -> bool {
    let begin = head.bytes().get(..32).unwrap_or_else(|| head.bytes());
    memchr::memmem::find(begin, b"\x03\x01\x01\x06Result").is_some()
}

/// PNG, JPEG, GIF and WebP.
pub(super) fn picture(head: &Head) -> bool {
    let bytes = head.bytes();
    bytes.starts_with(b"\x89PNG\r\n")
        || bytes.starts_with(&[0xff, 0xd8, 0xff])
        || bytes.starts_with(b"GIF8")
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

/// pcap in both byte orders, and pcapng.
pub(super) fn packets(head: &Head) -> bool {
    let bytes = head.bytes();
    [[0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0xc3, 0xd4], [0x0a, 0x0d, 0x0d, 0x0a]]
        .iter()
        .any(|magic| bytes.starts_with(magic) && bytes.contains(&0))
}

/// `{"log": {"version"…, "entries"`: the names in that order stand near the beginning of every HAR.
pub(super) fn har(head: &Head) -> bool {
    let dense: Vec<u8> = head.bytes().iter().take(2048).copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    dense.starts_with(b"{\"log\":{") && (head.contains(b"\"entries\"") || head.contains(b"\"creator\""))
}

/// Whether it begins like an HTML page.
pub(super) fn page(head: &Head) -> bool {
    let begin = head.bytes().trim_ascii_start();
    let is = |with: &[u8]| begin.get(..with.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(with));
    is(b"<!doctype") || is(b"<html")
}

/// Whether it is an HTML page whose title begins so, in lower case; a `<` is the title's end.
pub(super) fn titled(head: &Head, begins: &str) -> bool {
    title(head).is_some_and(|title| title.starts_with(begins))
}

/// An HTML page from its title on, in lower case.
fn title(head: &Head) -> Option<String> {
    if !page(head) {
        return None;
    }
    let text = head.text().to_lowercase();
    let title = text.split_once("<title").and_then(|(_, rest)| rest.split_once('>')).map(|(_, title)| title);
    title.map(|title| title.trim_start().to_owned())
}

/// Words by which servers call a status, with the number before them: `502 Bad Gateway`, `HTTP Status 404 – Not Found`.
const STATUSES: [&str; 16] = [
    "bad request",
    "unauthorized",
    "authorization required",
    "forbidden",
    "not found",
    "method not allowed",
    "request timeout",
    "request time-out",
    "gone",
    "too many requests",
    "internal server error",
    "bad gateway",
    "service unavailable",
    "service temporarily unavailable",
    "gateway timeout",
    "gateway time-out",
];

/// What a server, a proxy or a gateway shows in the place of what was asked for.
pub(super) fn error_page(head: &Head) -> bool {
    let Some(title) = title(head) else { return false };
    let title = title.split('<').next().unwrap_or_default();
    STATUSES.iter().filter_map(|words| title.split_once(words)).any(|(before, _)| {
        let before = before.trim_end_matches([' ', ':', '-', '–', '|', '.']);
        let number = before.len().checked_sub(3).and_then(|at| before.split_at_checked(at));
        number.is_some_and(|(before, number)| {
            let is_status = number.starts_with(['4', '5']) && number.bytes().all(|byte| byte.is_ascii_digit());
            is_status && !before.ends_with(|letter: char| letter.is_alphanumeric())
        })
    })
}

/// `<Error><Code>NoSuchKey</Code>`: what S3 and its like answer.
pub(super) fn storage_error(head: &Head) -> bool {
    let text = head.text();
    let begin = text.trim_start();
    let root = match begin.strip_prefix("<?xml").and_then(|rest| rest.split_once("?>")) {
        Some((_, rest)) => rest.trim_start(),
        None => begin,
    };
    root.strip_prefix("<Error>").is_some_and(|rest| rest.trim_start().starts_with("<Code>"))
}

/// `<testsuites>` or `<testsuite name=` as the root, with or without an XML declaration.
pub(super) fn junit(head: &Head) -> bool {
    let begin = head.bytes().trim_ascii_start();
    let root = memchr::memmem::find(begin, b"<testsuite").unwrap_or(usize::MAX);
    let before = begin.get(..root).unwrap_or(b"<x");
    begin.starts_with(b"<") && elements(before) == 0
}

/// Elements in a piece of XML; declarations and comments are none.
fn elements(xml: &[u8]) -> usize {
    xml.windows(2)
        .filter(|pair| pair.first() == Some(&b'<') && pair.get(1).is_some_and(u8::is_ascii_alphabetic))
        .count()
}

/// The lines that every version of k6 prints at the end of a run: dots between a metric's name and its figures.
pub(super) fn k6_text(head: &Head) -> bool {
    [&b"iteration_duration..."[..], b"http_req_duration...", b"vus_max..."].iter().any(|name| head.contains(name))
        && !head.bytes().trim_ascii_start().starts_with(b"{")
}

/// `vegeta report` and `vegeta report -type hist`.
pub(super) fn vegeta_text(head: &Head) -> bool {
    head.first_line().starts_with(b"Requests      [total, rate")
        || (head.first_line().starts_with(b"Bucket ") && head.first_line().ends_with(b"Histogram"))
}

/// `Running 3s test @ http://…` and then connections without threads, which wrk would name.
pub(super) fn autocannon_text(head: &Head) -> bool {
    let lines: Vec<&[u8]> = head.lines().take(100).collect();
    lines.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        let began = first.starts_with(b"Running ") && memchr::memmem::find(first, b" test @ ").is_some();
        let count = second.split(|&byte| byte == b' ').next().unwrap_or(&[]);
        began
            && memchr::memmem::find(second, b" connections").is_some()
            && count.iter().all(u8::is_ascii_digit)
            && !count.is_empty()
    })
}

/// `oha` without `--output-format`, or with `text`.
pub(super) fn oha_text(head: &Head) -> bool {
    let has = |start: &[u8]| head.lines().any(|line| line.starts_with(start));
    has(b"Summary:") && has(b"  Success rate:\t") && has(b"  Slowest:\t")
}

/// `[2026-11-21 02:13:28,491] host/INFO/locust.main: Starting Locust`.
pub(super) fn locust_log(head: &Head) -> bool {
    head.lines().take(40).any(|line| line.starts_with(b"[") && memchr::memmem::find(line, b"/locust.main: ").is_some())
}

/// YAML with `config:` holding a target, and `scenarios:`.
pub(super) fn artillery_script(head: &Head) -> bool {
    let has = |key: &[u8]| head.lines().any(|line| line == key);
    has(b"config:") && has(b"scenarios:") && head.lines().any(|line| line.trim_ascii_start().starts_with(b"target:"))
}

/// The header, or the keys of the first line, of `--transaction-log`, `--scenario-log` and `--error-log`.
pub(super) fn goose_log(head: &Head) -> bool {
    const HEADERS: [&[u8]; 4] = [
        b"elapsed,scenario_index,transaction_index,name,run_time,success,user",
        b"elapsed,transaction_index,name,run_time,success,user",
        b"elapsed,name,index,run_time,user",
        b"elapsed,raw,name,final_url,redirected,response_time,status_code,user,error",
    ];
    let line = head.first_line();
    let key = |name: &[u8]| memchr::memmem::find(line, &[b"\"", name, b"\":"].concat()).is_some();
    let is_step = key(b"run_time") && (key(b"scenario_index") || key(b"transaction_index") || key(b"index"));
    let is_error = key(b"final_url") && key(b"redirected") && key(b"error");
    HEADERS.contains(&line.trim_ascii_end()) || line.starts_with(b"{\"elapsed\":") && (is_step || is_error)
}

/// The HTML and Markdown that Goose writes, and what it prints.
pub(super) fn goose_text(head: &Head) -> bool {
    let is_page = page(head) && head.contains(b"<title>Goose Attack Report</title>");
    let is_markdown = head.lines().take(5).any(|line| line == b"# Goose Attack Report");
    is_page || is_markdown || head.lines().any(|line| line.trim_ascii() == b"=== PER REQUEST METRICS ===")
}

/// Entries of a name, a duration and a status each.
pub(super) fn drill_report(head: &Head) -> bool {
    let lines: Vec<&[u8]> = head.lines().filter(|line| !line.trim_ascii().is_empty()).take(3).collect();
    let [name, duration, status] = lines.as_slice() else { return false };
    name.starts_with(b"- name: ") && duration.starts_with(b"  duration: ") && status.starts_with(b"  status: ")
}

/// `<sampleResult … time="1502">`: later versions call it `t`, and the elements `sample` and `httpSample`.
pub(super) fn jmeter_first_xml(head: &Head) -> bool {
    let text = head.text();
    let first = text.split_once("<sampleResult ").and_then(|(_, rest)| rest.split_once('>')).map(|(tag, _)| tag);
    text.trim_start().starts_with('<') && first.is_some_and(|tag| tag.contains(" time=\""))
}

/// Rows that begin with one of k6's own metrics and a unix time.
pub(super) fn k6_headless(head: &Head) -> bool {
    const METRICS: [&[u8]; 8] = [
        b"http_reqs",
        b"http_req_duration",
        b"http_req_blocked",
        b"http_req_failed",
        b"vus",
        b"vus_max",
        b"iterations",
        b"data_sent",
    ];
    let mut fields = head.first_line().split(|&byte| byte == b',').map(unquoted);
    let named = fields.next().is_some_and(|name| METRICS.contains(&name));
    named && fields.next().is_some_and(|time| matches!(time.len(), 10 | 13 | 16 | 19) && is_number(time))
}

/// Records of requests that the line RUN does not stand before, and those of Gatling 1, which it called actions.
pub(super) fn gatling_headless(head: &Head) -> bool {
    let first = |line: &[u8]| line.split(|&byte| byte == b'\t').next().unwrap_or_default().to_vec();
    let ended = |line: &[u8]| line.split(|&byte| byte == b'\t').any(|field| matches!(field, b"OK" | b"KO"));
    let began = matches!(first(head.first_line()).as_slice(), b"RUN" | b"USER" | b"GROUP" | b"REQUEST" | b"ACTION");
    let kinds: [&[u8]; 2] =
        if head.first_line().starts_with(b"RUN\t") { [b"ACTION", b"ACTION"] } else { [b"REQUEST", b"ACTION"] };
    began && head.lines().take(200).any(|line| ended(line) && kinds.contains(&first(line).as_slice()))
}

/// `Transactions: 58285 hits` and the next line's `Availability: 100.00 %`.
pub(super) fn siege_text(head: &Head) -> bool {
    let lines: Vec<&[u8]> = head.lines().map(<[u8]>::trim_ascii).collect();
    lines.windows(2).any(|pair| {
        let [first, second] = pair else { return false };
        let hits = first.starts_with(b"Transactions:") && first.ends_with(b" hits");
        hits && second.starts_with(b"Availability:") && second.ends_with(b" %")
    })
}

/// Seconds with a full stop behind them, as hey wrote them while it was called boom.
pub(super) fn hey_old_text(head: &Head) -> bool {
    let has = |start: &[u8], end: &[u8]| {
        head.lines().map(<[u8]>::trim_ascii).any(|line| line.starts_with(start) && line.ends_with(end))
    };
    has(b"Summary:", b"") && has(b"Slowest:", b" secs.") && has(b"Requests/sec:", b"")
}

/// `Summary report @ 15:03:05(-0500) 2018-11-17` and what it prints before.
pub(super) fn artillery_text(head: &Head) -> bool {
    let begins = |line: &[u8]| {
        [&b"Summary report @ "[..], b"Complete report @ ", b"Metrics for period to: "]
            .iter()
            .any(|with| line.starts_with(with))
    };
    head.lines().map(<[u8]>::trim_ascii).any(begins)
}

/// The header of wrk's and wrk2's table of threads.
pub(super) fn wrk_headless(head: &Head) -> bool {
    head.lines()
        .take(40)
        .map(<[u8]>::trim_ascii)
        .any(|line| line.starts_with(b"Thread Stats ") && line.ends_with(b"+/- Stdev"))
}

/// A time in nanoseconds, a status, a latency, two sizes, and one to three columns of the seven that follow today.
pub(super) fn vegeta_short(head: &Head) -> bool {
    let fields: Vec<&[u8]> = head.first_line().split(|&byte| byte == b',').map(unquoted).collect();
    let [time, status, latency, sent, received, _, ..] = fields.as_slice() else { return false };
    let status_fits = matches!(status.len(), 1 | 3) && is_number(status);
    let numbers = [latency, sent, received].into_iter().all(|field| is_number(field));
    fields.len() <= 8 && time.len() == 19 && is_number(time) && status_fits && numbers
}

fn unquoted(field: &[u8]) -> &[u8] {
    field.strip_prefix(b"\"").and_then(|field| field.strip_suffix(b"\"")).unwrap_or(field)
}

fn is_number(field: &[u8]) -> bool {
    !field.is_empty() && field.iter().all(u8::is_ascii_digit)
}

/// sysstat's magic number in either order of bytes, and the number of its format, of which all begin with 0x21.
pub(super) fn sar_binary(head: &Head) -> bool {
    matches!(head.bytes(), [0x96, 0xd5, _, 0x21, ..] | [0xd5, 0x96, 0x21, _, ..])
}

/// XML, rows of six fields between tabs, raw counters between semicolons, a picture, and what the record's head says.
pub(super) fn sadf_other(head: &Head) -> bool {
    let first = String::from_utf8_lossy(head.first_line());
    let fields: Vec<&str> = first.trim_end().split('\t').collect();
    let is_row = matches!(fields.as_slice(), [_, interval, time, _, _, value]
        if interval.parse::<i64>().is_ok() && time.starts_with("20") && value.parse::<f64>().is_ok());
    let raw: Vec<&str> = first.trim_end().split("; ").collect();
    let is_raw = matches!(raw.as_slice(), [time, .., last]
        if time.get(..8).is_some_and(|time| time.matches(':').count() == 2) && raw.len() > 3 && last.ends_with(';'));
    first.starts_with("System activity data file: ")
        || head.contains(b"<!DOCTYPE sysstat ")
        || (head.contains(b"<svg") && head.contains(b">Linux ") && head.contains(b" CPU)"))
        || is_row
        || is_raw
}

/// `Linux 6.1.0 (host) 2026年11月22日 _x86_64_ (2 CPU)`, below which stands `09时57分48秒`.
pub(super) fn sysstat_cjk(head: &Head) -> bool {
    let first = String::from_utf8_lossy(head.first_line());
    first.starts_with("Linux ") && first.trim_end().ends_with("CPU)") && first.contains(['年', '년'])
}

/// The headers of `vmstat -d` and of `vmstat -p`.
pub(super) fn vmstat_disks(head: &Head) -> bool {
    let first = String::from_utf8_lossy(head.first_line());
    let words: Vec<&str> = first.split_whitespace().collect();
    first.starts_with("disk-") && first.contains("-reads-") && first.contains("-writes-")
        || matches!(words.as_slice(), [_, "reads", "read", "sectors", "writes", "requested", "writes"])
}
