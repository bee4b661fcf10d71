//! `vegeta encode --to csv`: rows without a header, one request each.
//!
//! Columns: unix time of sending in ns, status, latency in ns, bytes out, bytes in, error, body (base64), attack's name,
//! number, and since 12.8 method, address and headers (base64). Rows are in order of completion.

use super::TOOL;
use super::result::{Attack, Hit};
use crate::error::Error;
use crate::ingest::scrub::without_queries;
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::input::NOT_TEXT;
use crate::unit::Timestamp;
use std::borrow::Cow;

/// Columns before 12.8.
const FEWEST: usize = 9;
const ALL: usize = 12;

/// Reads `vegeta encode --to csv`.
pub struct VegetaCsv;

impl Adapter for VegetaCsv {
    fn name(&self) -> &'static str {
        "vegeta_csv"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "vegeta's results as CSV, `vegeta encode --to csv`: one request a row, no header"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let line = head.first_line();
        let mut fields = line.split(|&byte| byte == b',');
        let mut number = |digits: std::ops::RangeInclusive<usize>| {
            fields.next().is_some_and(|field| digits.contains(&field.len()) && field.iter().all(u8::is_ascii_digit))
        };
        let numbers = number(18..=19) && number(1..=3) && number(1..=19) && number(1..=19) && number(1..=19);
        // A long body may hide the rest of the first row.
        let shown = fields.count() + 5;
        if numbers && (shown >= FEWEST || line.len() == head.bytes().len()) {
            Sniff::yes(
                "rows that begin with a time in nanoseconds, a status, a latency and two sizes, as vegeta writes",
            )
        } else {
            Sniff::no("the first row does not begin with a time in nanoseconds, a status, a latency and two sizes")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut lines = input.lines()?;
        let (mut tally, mut attack, mut last) = (Tally::default(), Attack::default(), true);
        let broken = |error: std::io::Error| Error::input(format!("cannot be read: {error}")).at(input.place());
        while let Some(line) = lines.next_line().map_err(broken)? {
            last = line.terminated;
            if line.bytes.is_empty() {
                continue;
            }
            match fields(line.bytes, line.overlong).and_then(|fields| take(&fields, &mut attack, sink)) {
                Ok(()) => tally.used(),
                Err(reason) => tally.reject(Rejection {
                    byte: line.byte,
                    line: line.number,
                    field: None,
                    reason,
                    excerpt: shown(line.bytes),
                }),
            }
            tally.stop_if_strict(settings, input)?;
        }
        attack.tell(sink);
        tally.unfinished = lines.unfinished().map(str::to_owned);
        if !last && tally.unfinished.is_none() {
            tally.unfinished = Some("its last row has no end, so it was cut off".to_owned());
        }
        Ok(tally)
    }
}

/// The first five columns: what follows are texts, in which secrets may stand.
fn shown(line: &[u8]) -> String {
    let numbers: Vec<&[u8]> = line.splitn(6, |&byte| byte == b',').take(5).collect();
    without_queries(&crate::fmt::excerpt(&numbers.join(&b','))).into_owned()
}

/// The fields of a row: quoted where they hold a comma, with quotes doubled.
fn fields(line: &[u8], overlong: bool) -> Result<Vec<Cow<'_, str>>, String> {
    if overlong {
        return Err("the row is longer than 1 MiB, so its address is not read".to_owned());
    }
    let mut rest = std::str::from_utf8(line).map_err(|_| NOT_TEXT.to_owned())?;
    let mut fields = Vec::with_capacity(ALL);
    loop {
        let (field, after) = if let Some(quoted) = rest.strip_prefix('"') {
            unquoted(quoted).ok_or("a quoted field does not end in its row")?
        } else {
            let (field, after) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
            (Cow::Borrowed(field), after)
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(next) => rest = next,
            None if after.is_empty() => return Ok(fields),
            None => return Err("a quoted field does not end where the next begins".to_owned()),
        }
    }
}

/// A quoted field, given from behind its opening quote, and what follows its closing one.
fn unquoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find('"')?;
        let after = text.get(at + 1..)?;
        if !after.starts_with('"') {
            return Some((Cow::Owned(text.get(..at)?.replace("\"\"", "\"")), after));
        }
        from = at + 2;
    }
}

fn take(fields: &[Cow<'_, str>], attack: &mut Attack, sink: &mut dyn Sink) -> Result<(), String> {
    if !(FEWEST..=ALL).contains(&fields.len()) {
        return Err(format!("has {} fields, expected 9 or 12", fields.len()));
    }
    let text = |at: usize| fields.get(at).map_or("", |field| field.as_ref());
    let number = |at: usize, what: &str| {
        let found = || format!("{what} should be a whole number, found `{}`", crate::fmt::excerpt(text(at).as_bytes()));
        text(at).parse::<u64>().map_err(|_| found())
    };
    let sent = number(0, "the time")?;
    let hit = Hit {
        sent_at: Timestamp(i64::try_from(sent).map_err(|_| format!("the time {sent} is beyond the year 2262"))?),
        code: u16::try_from(number(1, "the status")?).map_err(|_| "the status is no HTTP status".to_owned())?,
        latency_ns: number(2, "the latency")?,
        bytes_in: number(4, "the number of bytes in")?,
        error: text(5),
        attack: text(7),
        seq: text(8).parse().ok(),
        method: text(9),
        url: text(10),
    };
    attack.take(&hit, sink);
    Ok(())
}
