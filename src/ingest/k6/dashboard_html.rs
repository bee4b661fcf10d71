//! The web dashboard's report, `K6_WEB_DASHBOARD_EXPORT=report.html`: a page that holds its recording, packed, in base64.

use super::dashboard::Recording;
use crate::error::Error;
use crate::ingest::document::reject;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::io::{BufRead, BufReader, Read};

/// Reads the dashboard's report.
pub(in crate::ingest) struct K6DashboardHtml;

/// What stands before the data.
const DATA: &[u8] = b"<script id=\"data\" type=\"application/json; charset=utf-8; gzip; base64\">";
/// Unpacked bytes that are read: a day of periods of ten seconds has about as many.
const MOST_BYTES: u64 = 64 << 20;

impl Adapter for K6DashboardHtml {
    fn name(&self) -> &'static str {
        "k6_dashboard_html"
    }

    fn tool(&self) -> &'static str {
        "k6"
    }

    fn about(&self) -> &'static str {
        "the web dashboard's report, which holds its data: `K6_WEB_DASHBOARD_EXPORT=report.html k6 run`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let page = head.bytes().trim_ascii_start().starts_with(b"<");
        if page && (head.contains(DATA) || head.contains(b"<title>k6 report</title>")) {
            Sniff::yes("the HTML report of k6's web dashboard")
        } else {
            Sniff::no("no HTML report of k6's web dashboard")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let (page, unfinished) = input.document()?;
        let Some(begin) = memchr::memmem::rfind(&page, DATA).map(|at| at + DATA.len()) else {
            return Err(Error::input("is a page of k6's dashboard without a run's data")
                .at(input.place())
                .hint("give the recording of `K6_WEB_DASHBOARD_RECORD`, or the summary's JSON"));
        };
        let behind = page.get(begin..).unwrap_or(&[]);
        let end = memchr::memchr(b'<', behind);
        let text = behind.get(..end.unwrap_or(behind.len())).unwrap_or(&[]).trim_ascii();
        // Base64 that breaks off is still good up to its last group of four.
        let whole = text.get(..text.len() / 4 * 4).unwrap_or(text);
        let packed = STANDARD
            .decode(whole)
            .map_err(|error| Error::input(format!("holds data that are no base64 ({error})")).at(input.place()))?;
        let part = sink.part(None);
        let mut recording = Recording::default();
        let mut tally = Tally::default();
        let unpacked = flate2::read::GzDecoder::new(packed.as_slice()).take(MOST_BYTES);
        for (number, line) in BufReader::new(unpacked).split(b'\n').enumerate() {
            match line.map_err(|_| None).and_then(|line| recording.line(&line, part, sink).map_err(Some)) {
                Ok(true) => tally.used(),
                Ok(false) => tally.skipped(),
                Err(Some(reason)) => reject(&format!("data, event {}", number + 1), reason, &mut tally),
                Err(None) => {
                    tally.unfinished = Some("the page's data break off".to_owned());
                    break;
                }
            }
        }
        tally.unfinished = unfinished.or(tally.unfinished);
        if end.is_none() {
            tally.unfinished = Some("the page breaks off within its data".to_owned());
        }
        let finished = tally.unfinished.clone();
        recording.finish(part, sink, &mut tally);
        // The page has no event for the end: it is written then.
        tally.unfinished = finished;
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rollup::Rollup;

    const PAGE: &[u8] = include_bytes!("../../../samples/k6/dashboard-html/report.html");

    fn read(bytes: &[u8]) -> Result<(Tally, Option<u64>), Error> {
        let input = Input::memory("f", bytes.to_vec()).unwrap();
        let mut rollup = Rollup::new();
        let tally = K6DashboardHtml.read(&input, &Settings::default(), &mut rollup)?;
        let parts = rollup.into_parts();
        Ok((tally, parts[0].totals().first().and_then(|total| total.requests)))
    }

    #[test]
    fn the_data_of_the_page_are_read() {
        let (tally, requests) = read(PAGE).unwrap();
        assert_eq!((requests, tally.rejected, tally.unfinished), (Some(766), 0, None));
    }

    #[test]
    fn a_page_without_data_and_one_that_breaks_off() {
        assert!(read(b"<html><title>k6 report</title></html>").unwrap_err().hint.is_some());
        let cut = memchr::memmem::find(PAGE, DATA).unwrap() + DATA.len() + 1001;
        let (tally, _) = read(&PAGE[..cut]).unwrap();
        assert!(tally.unfinished.is_some());
    }
}
