//! JMeter's JTL as XML: samples side by side, or within each other.

use super::TOOL;
use super::outcome;
use super::sample::{Given, Refusal, Teller};
use super::seen::Seen;
use crate::error::Error;
use crate::ingest::scrub::without_queries;
use crate::ingest::tag::{Tag, TagKind, Tags, attributes};
use crate::ingest::{Adapter, Head, Input, Rejection, Settings, Sink, Sniff, Tally};
use std::borrow::Cow;

/// Samples within samples that are followed; what lies deeper is left out like every sample within a request.
const DEPTH: usize = 64;

/// Reads JTL files in XML.
pub(in crate::ingest) struct JmeterXml;

impl Adapter for JmeterXml {
    fn name(&self) -> &'static str {
        "jmeter_xml"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "JMeter's samples as XML: a JTL written with jmeter.save.saveservice.output_format=xml"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let is_first_form =
            head.contains(b"<sampleResult ") && !head.contains(b"<httpSample ") && !head.contains(b"<sample ");
        if !is_first_form && (head.contains(b"<testResults version=") || head.contains(b"<testResults>")) {
            return Sniff::yes("the element testResults, as JMeter's XML has it");
        }
        Sniff::no("no element testResults")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut tags = Tags::open(input)?;
        let mut reader = Reader {
            teller: Teller::new(sink, settings),
            tally: Tally::default(),
            open: Vec::new(),
            too_deep: 0,
            left_out: 0,
            closed: false,
        };
        loop {
            let broken = |error| Error::input(format!("cannot be read: {error}")).at(input.place());
            let Some(tag) = tags.next_tag().map_err(broken)? else { break };
            reader.tag(&tag);
            if settings.strict && reader.tally.rejected > 0 {
                break;
            }
        }
        let (mut tally, seen) = reader.finish(tags.unfinished());
        seen.conclude(&mut tally, settings, sink);
        tally.stop_if_strict(settings, input)?;
        Ok(tally)
    }
}

struct Reader<'s> {
    teller: Teller<'s>,
    tally: Tally,
    /// The samples that the current place lies in.
    open: Vec<Element>,
    too_deep: usize,
    /// Samples within requests.
    left_out: u64,
    closed: bool,
}

/// A sample whose end has not come yet.
struct Element {
    content: String,
    http: bool,
    /// A transaction, whose samples are requests; `None` while nothing says so or the contrary.
    transaction: Option<bool>,
    left_out: bool,
    /// The message of its first failed assertion.
    failure: String,
    place: (u64, u64),
    overlong: bool,
}

impl Reader<'_> {
    fn tag(&mut self, tag: &Tag<'_>) {
        let name = tag.name();
        match (name, tag.kind) {
            (b"sample" | b"httpSample", TagKind::Start) => self.begin(tag),
            (b"sample" | b"httpSample", TagKind::Empty) => {
                self.begin(tag);
                self.end();
            }
            (b"sample" | b"httpSample", TagKind::End) => self.end(),
            (b"failureMessage", TagKind::End) => {
                if let Some(own) = self.open.last_mut().filter(|own| own.failure.is_empty()) {
                    tag.text().trim().clone_into(&mut own.failure);
                }
            }
            (b"testResults", kind) => self.closed = kind != TagKind::Start,
            _ => {}
        }
    }

    fn begin(&mut self, tag: &Tag<'_>) {
        self.closed = false;
        if self.open.len() >= DEPTH {
            self.too_deep += 1;
            return;
        }
        let content = tag.content().into_owned();
        let message = attributes(&content).find(|(key, _)| *key == "rm").map(|(_, value)| value);
        let http = tag.name() == b"httpSample";
        let transaction = match message {
            Some(message) => Some(!http && outcome::is_transaction(message.as_bytes())),
            None => http.then_some(false),
        };
        // A sample that makes no request itself and holds requests is their transaction, where no message says so.
        if let Some(parent) = self.open.last_mut().filter(|parent| parent.transaction.is_none()) {
            parent.transaction = Some(http);
        }
        let left_out = self.open.last().is_some_and(|parent| parent.left_out || parent.transaction != Some(true));
        self.open.push(Element {
            content,
            http,
            transaction,
            left_out,
            failure: String::new(),
            place: (tag.line, tag.byte),
            overlong: tag.overlong,
        });
    }

    fn end(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            self.left_out += 1;
            self.tally.skipped();
            return;
        }
        let Some(own) = self.open.pop() else { return };
        if own.left_out {
            self.left_out += 1;
            self.tally.skipped();
            return;
        }
        let told = if own.overlong {
            Err(Refusal { field: None, reason: "is a tag of more than 1 MiB".to_owned() })
        } else {
            Saved::of(&own.content).tell(&own, &mut self.teller)
        };
        match told {
            Ok(()) => self.tally.used(),
            Err(refusal) => self.tally.reject(Rejection {
                byte: own.place.1,
                line: own.place.0,
                field: refusal.field.map(str::to_owned),
                reason: without_queries(&refusal.reason).into_owned(),
                excerpt: without_queries(&crate::fmt::excerpt(own.content.as_bytes())).into_owned(),
            }),
        }
    }

    fn finish(mut self, unfinished: Option<&str>) -> (Tally, Seen) {
        // What is still open when the file breaks off has its figures in its first tag.
        let open = self.open.len();
        while !self.open.is_empty() {
            self.end();
        }
        self.tally.unfinished = unfinished.map(str::to_owned);
        if !self.closed && self.tally.unfinished.is_none() {
            let within = if open > 0 { ", within a sample" } else { "" };
            self.tally.unfinished = Some(format!("ends without </testResults>{within}"));
        }
        if self.left_out > 0 {
            self.tally.note(format!(
                "{} samples lie within requests (redirects, embedded resources): their time is in the request's, and they are \
                 not counted beside it",
                self.left_out
            ));
        }
        (self.tally, self.teller.finish())
    }
}

/// A sample's attributes.
#[derive(Default)]
struct Saved<'a> {
    stamp: Option<Cow<'a, str>>,
    elapsed: Cow<'a, str>,
    idle: Cow<'a, str>,
    latency: Cow<'a, str>,
    connect: Cow<'a, str>,
    label: Cow<'a, str>,
    code: Cow<'a, str>,
    message: Cow<'a, str>,
    success: Option<Cow<'a, str>>,
    bytes: Cow<'a, str>,
    sent: Cow<'a, str>,
    threads: Cow<'a, str>,
    thread: Cow<'a, str>,
    host: Cow<'a, str>,
    samples: Cow<'a, str>,
}

impl<'a> Saved<'a> {
    fn of(content: &'a str) -> Self {
        let mut saved = Self::default();
        for (key, value) in attributes(content) {
            match key {
                "ts" => saved.stamp = Some(value),
                "t" => saved.elapsed = value,
                "it" => saved.idle = value,
                "lt" => saved.latency = value,
                "ct" => saved.connect = value,
                "lb" => saved.label = value,
                "rc" => saved.code = value,
                "rm" => saved.message = value,
                "s" => saved.success = Some(value),
                "by" => saved.bytes = value,
                "sby" => saved.sent = value,
                "na" => saved.threads = value,
                "tn" => saved.thread = value,
                "hn" => saved.host = value,
                "sc" => saved.samples = value,
                _ => {}
            }
        }
        saved
    }

    fn tell(&self, own: &Element, teller: &mut Teller<'_>) -> Result<(), Refusal> {
        // A transaction that only its requests gave away is told like one that says so.
        let message = match (own.transaction, own.http) {
            (Some(true), false) if self.message.is_empty() => outcome::TRANSACTION,
            _ => self.message.as_bytes(),
        };
        teller.tell(&Given {
            stamp: self.stamp.as_deref().map(str::as_bytes),
            elapsed: self.elapsed.as_bytes(),
            idle: self.idle.as_bytes(),
            latency: self.latency.as_bytes(),
            connect: self.connect.as_bytes(),
            label: self.label.as_bytes(),
            code: self.code.as_bytes(),
            message,
            failure: own.failure.as_bytes(),
            success: self.success.as_deref().map(str::as_bytes),
            bytes: self.bytes.as_bytes(),
            sent: self.sent.as_bytes(),
            threads: self.threads.as_bytes(),
            thread: self.thread.as_bytes(),
            host: self.host.as_bytes(),
            samples: self.samples.as_bytes(),
        })?;
        Ok(())
    }
}
