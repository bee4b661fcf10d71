//! The HTML report of before 2.28 (and of 2.18 to 2.27 without `--modern-ui`): tables for people, and the charts' points.
//!
//! The tables hold whole milliseconds. The points have a time of day without date or zone; the date is that of the line
//! "During", and both are read as UTC, which they are from 2.0 on.

use super::legacy_page::{Table, chart, charted, during, percentile, table};
use super::quote::{US_PER_MS, successes_unknown, sum_of_bytes};
use super::table::{endpoint, whole};
use super::{TOOL, bucket, exceptions};
use crate::error::Error;
use crate::ingest::scrub;
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::distribution::{Distribution, LOCUST, Quoted};
use crate::model::key::Population;
use crate::model::sample::{Fact, Fault, Interval, LoadModel, Total};
use crate::unit::{NANOS_PER_SECOND, Timestamp};
use std::collections::BTreeMap;

/// Reads the HTML report of older versions.
pub struct LegacyHtml;

/// What the page calls itself.
const HEADING: &[u8] = b"<h1>Locust Test Report</h1>";
const DAY_NS: i64 = 86_400 * NANOS_PER_SECOND;

impl Adapter for LegacyHtml {
    fn name(&self) -> &'static str {
        "locust_legacy_html"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "Locust's HTML report of before 2.28, --html FILE, from its tables"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.bytes().trim_ascii_start().starts_with(b"<") && head.contains(HEADING) {
            Sniff::yes("the tables of Locust's older HTML report")
        } else {
            Sniff::no("no page with the heading of Locust's older HTML report")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (bytes, broken) = input.document()?;
        let page = String::from_utf8_lossy(&bytes);
        let part = sink.part(None);
        sink.fact(part, Fact::Load(LoadModel::Closed));
        let mut tally = Tally::default();
        let Some(requests) = table(&page, "Request Statistics") else {
            return Err(Error::input("is a page of Locust without its table of requests").at(input.place()));
        };
        let is_whole = page.to_ascii_lowercase().contains("</html>");
        if requests.rows.is_empty() && is_whole {
            return Err(super::html::empty(input));
        }
        take_requests(&requests, &page, part, sink, &mut tally);
        if let Some(failures) = table(&page, "Failures Statistics") {
            each(&failures, &mut tally, |row| failure(row).map(|fault| sink.fault(part, fault)));
        }
        if let Some(raised) = table(&page, "Exceptions Statistics") {
            each(&raised, &mut tally, |row| exception(row).map(|fault| sink.fault(part, fault)));
        }
        if let Some(span) = during(&page) {
            sink.fact(part, Fact::Ran(span));
            tally.note("the page does not name its times' zone: read as UTC");
            take_course(&page, span.start, part, sink, &mut tally);
        }
        tally.note("response times are rounded to whole milliseconds");
        tally.unfinished = broken;
        if tally.unfinished.is_none() && !is_whole {
            tally.unfinished = Some("the page breaks off before its end".to_owned());
        }
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

/// A row by its columns' names.
type Row<'a> = BTreeMap<&'a str, &'a str>;

/// Uses each row of a table; what `take` refuses is rejected with its place.
fn each(table: &Table, tally: &mut Tally, mut take: impl FnMut(&Row<'_>) -> Result<(), String>) {
    for (place, cells) in &table.rows {
        let row: Row<'_> = table.names.iter().map(String::as_str).zip(cells.iter().map(String::as_str)).collect();
        let width = if cells.len() == table.names.len() {
            Ok(())
        } else {
            Err(format!("should have {} cells, found {}", table.names.len(), cells.len()))
        };
        match width.and_then(|()| take(&row)) {
            Ok(()) => tally.used(),
            Err(reason) => tally.reject(Rejection {
                byte: place.byte,
                line: place.line,
                field: Some(table.title.clone()),
                reason,
                excerpt: scrub::text(&crate::fmt::excerpt(cells.join(" | ").as_bytes())),
            }),
        }
    }
}

fn take_requests(requests: &Table, page: &str, part: PartId, sink: &mut dyn Sink, tally: &mut Tally) {
    let mut percentiles: BTreeMap<(String, String), Vec<(f64, f64)>> = BTreeMap::new();
    if let Some(responses) = table(page, "Response Time Statistics") {
        each(&responses, tally, |row| {
            percentiles.insert(subject(row)?, quantiles(row));
            Ok(())
        });
    }
    let mut left = requests.rows.len();
    each(requests, tally, |row| {
        left -= 1;
        let subject = subject(row)?;
        let quantiles = percentiles.remove(&subject).unwrap_or_default();
        total(row, subject, left == 0, quantiles).map(|total| sink.total(part, total))
    });
}

fn subject(row: &Row<'_>) -> Result<(String, String), String> {
    let name = row.get("Name").ok_or("should have a name")?;
    Ok((row.get("Method").copied().unwrap_or_default().to_owned(), (*name).to_owned()))
}

/// Percentiles by columns such as `95%ile (ms)`; that of 100 % is the bucket of the maximum.
fn quantiles(row: &Row<'_>) -> Vec<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = row
        .iter()
        .filter_map(|(name, value)| {
            let p: f64 = format!("{}e-2", name.strip_suffix("%ile (ms)")?).parse().ok()?;
            let ms = value.parse::<f64>().ok().filter(|ms| ms.is_finite() && *ms >= 0.0)?;
            (p < 1.0).then_some((p, ms * US_PER_MS))
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    found
}

fn number(row: &Row<'_>, column: &str) -> Result<f64, String> {
    let text = row.get(column).ok_or_else(|| format!("should have a column `{column}`"))?;
    let value = text.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0);
    value.ok_or_else(|| format!("should have a number as `{column}`, found `{}`", crate::fmt::excerpt(text.as_bytes())))
}

fn count(row: &Row<'_>, column: &str) -> Result<u64, String> {
    whole(number(row, column)?).ok_or_else(|| format!("should have a whole number as `{column}`"))
}

fn total(
    row: &Row<'_>,
    (method, name): (String, String),
    is_last: bool,
    quantiles: Vec<(f64, f64)>,
) -> Result<Total, String> {
    let is_sum = is_last && method.is_empty() && name == "Aggregated";
    let requests = count(row, "# Requests")?;
    let max_ms = number(row, "Max (ms)")?;
    let latency = if requests == 0 || max_ms <= 0.0 {
        Distribution::Unknown("Locust has only zeros: no response times, or all below half a millisecond".to_owned())
    } else {
        Distribution::Quoted(Quoted {
            n: Some(requests),
            mean_us: Some(number(row, "Average (ms)")? * US_PER_MS),
            min_us: Some(number(row, "Min (ms)")? * US_PER_MS),
            max_us: Some(max_ms * US_PER_MS),
            quantiles,
            definition: LOCUST.to_owned(),
            rounding_us: bucket::STEPS_US.to_vec(),
        })
    };
    Ok(Total {
        requests: Some(requests),
        failures: Some(count(row, "# Fails")?),
        latency,
        latency_ok: successes_unknown(),
        rate_per_s: number(row, "RPS").ok(),
        bytes: number(row, "Average size (bytes)").ok().and_then(|mean| sum_of_bytes(mean, requests)),
        ..Total::of(Population::Request, (!is_sum).then(|| endpoint(&method, &name)))
    })
}

fn failure(row: &Row<'_>) -> Result<Fault, String> {
    let (method, name) = subject(row)?;
    let text = scrub::text(row.get("Error").ok_or("should have an error")?);
    Ok(Fault { endpoint: Some(endpoint(&method, &name)), text, count: count(row, "Occurrences")?, of_requests: true })
}

fn exception(row: &Row<'_>) -> Result<Fault, String> {
    Ok(exceptions::fault(row.get("Message").ok_or("should have a message")?, count(row, "Count")?))
}

/// The charts' points, about every five seconds, over all requests.
fn take_course(page: &str, start: Timestamp, part: PartId, sink: &mut dyn Sink, tally: &mut Tally) {
    let Some(times) = chart(page, "time") else { return };
    let lines: Vec<(f64, Vec<f64>)> = [
        (Some(0.5), "response_time_percentile_50"),
        (Some(0.95), "response_time_percentile_95"),
        (percentile(page, 1), "response_time_percentile_1"),
        (percentile(page, 2), "response_time_percentile_2"),
    ]
    .into_iter()
    .filter_map(|(p, name)| Some((p?, charted(page, name)?)))
    .collect();
    let course = |name: &str| charted(page, name).unwrap_or_default();
    let (users, rates, failing) = (course("user_count"), course("current_rps"), course("current_fail_per_sec"));
    let mut day = start.0.div_euclid(DAY_NS);
    let mut before = start.0;
    for (number, time) in times.iter().enumerate() {
        let Some(of_day) = time.as_str().and_then(time_of_day) else { continue };
        // Past midnight the clock falls; a point may be a moment older than the start.
        if day * DAY_NS + of_day < before - DAY_NS / 2 {
            day += 1;
        }
        before = day * DAY_NS + of_day;
        tally.used();
        let mut quantiles: Vec<(f64, f64)> =
            lines.iter().filter_map(|(p, line)| Some((*p, *line.get(number)? * US_PER_MS))).collect();
        quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
        let began = quantiles.iter().any(|(_, us)| *us > 0.0);
        sink.interval(
            part,
            Interval {
                at: Timestamp(before),
                endpoint: None,
                users: users.get(number).copied(),
                rate_per_s: rates.get(number).copied().filter(|_| began),
                failures_per_s: failing.get(number).copied().filter(|_| began),
                quantiles: if began { quantiles } else { Vec::new() },
                cumulative: None,
            },
        );
    }
}

/// `07:55:40` in nanoseconds since midnight.
fn time_of_day(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [hours @ 0..24, minutes @ 0..60, seconds @ 0..62] => {
            Some((hours * 3600 + minutes * 60 + seconds) * NANOS_PER_SECOND)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::{Part, Rollup};

    fn read(page: &str) -> (Tally, Part) {
        let input = Input::memory("f", page.as_bytes().to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = LegacyHtml.read(&input, &Settings::default(), &mut rollup).unwrap();
        (tally, rollup.into_parts().remove(0))
    }

    const OLD: &str = include_str!("../../../samples/locust/html-1.6/report.html");
    const NEWER: &str = include_str!("../../../samples/locust/html-2.15/report.html");

    #[test]
    fn tables_of_two_versions() {
        for (page, requests, failures, points) in [(OLD, 497, 119, 2), (NEWER, 505, 116, 1)] {
            let (tally, part) = read(page);
            assert_eq!((tally.rejected, tally.unfinished), (0, None));
            let totals = part.totals();
            let sum = totals.iter().find(|total| total.endpoint.is_none()).unwrap();
            assert_eq!((totals.len(), sum.requests, sum.failures), (4, Some(requests), Some(failures)));
            let of_endpoints: u64 =
                totals.iter().filter(|one| one.endpoint.is_some()).filter_map(|one| one.requests).sum();
            assert_eq!(of_endpoints, requests);
            let Distribution::Quoted(quoted) = &sum.latency else { panic!("{sum:?}") };
            assert_eq!(quoted.quantiles.len(), 7);
            assert_eq!(part.intervals()[0].rows.len(), points);
            assert_eq!(
                part.faults().iter().filter(|fault| fault.of_requests).map(|fault| fault.count).sum::<u64>(),
                failures
            );
            assert!(
                part.faults().iter().any(|fault| !fault.of_requests && fault.text.contains("boom, with <b>markup</b>"))
            );
        }
    }

    /// It was a test of no requests, or held "no results".
    #[test]
    fn a_page_whose_tables_are_empty_says_so() {
        let begin = OLD.find("<tbody>").unwrap() + "<tbody>".len();
        let end = OLD.find("</tbody>").unwrap();
        let page = [&OLD[..begin], &OLD[end..]].concat();
        let input = Input::memory("f", page.into_bytes()).unwrap();
        let error = LegacyHtml.read(&input, &Settings::default(), &mut Rollup::new()).unwrap_err();
        assert!(error.message.contains("without a single request"), "{}", error.message);
    }

    #[test]
    fn damaged_cells_are_refused_and_a_page_may_break_off() {
        let (tally, part) = read(&OLD.replacen("<td>291</td>", "<td>many</td>", 1));
        assert_eq!((tally.rejected, part.totals().len()), (1, 3));
        assert!(tally.first_rejections[0].line > 1);
        let cut = OLD.find("Response Time Statistics").unwrap();
        assert!(read(&OLD[..cut]).0.unfinished.is_some());
    }

    #[test]
    fn clocks_pass_midnight() {
        assert_eq!(time_of_day("23:59:58"), Some(86_398 * NANOS_PER_SECOND));
        for text in ["24:00:00", "1:2", "a:b:c", ""] {
            assert_eq!(time_of_day(text), None, "{text}");
        }
    }
}
