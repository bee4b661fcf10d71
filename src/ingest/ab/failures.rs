//! Which requests failed by what ab prints.
//!
//! It counts one kind of failure more than once. With `-r` a connection that is reset is counted under `Receive`, where its
//! request is complete, and again under `Exceptions`; a length other than the first answer's is counted for it as well. So
//! of the two the greater one is how many connections broke at least.
//!
//! An answer of another length is no failure: every page that is not static has them. But one without a body, where the
//! first had one, is what ab makes of a connection that was closed instead of an answer, and says nowhere. They are known where
//! those of the document's length have all bytes of the bodies between them.

use crate::fmt::plural;
use crate::model::sample::{Fact, Fault};

/// What ab counts of failures, and the bodies' bytes.
#[derive(Debug, Default)]
pub(super) struct Failures {
    pub(super) connect: u64,
    pub(super) receive: u64,
    pub(super) exceptions: u64,
    pub(super) other_length: u64,
    pub(super) non_2xx: u64,
    /// Of all bodies, and of the first one.
    pub(super) html_bytes: Option<u64>,
    pub(super) document_bytes: Option<u64>,
}

impl Failures {
    /// `(Connect: 0, Receive: 0, Length: 8, Exceptions: 0)`; before `Receive` was counted there were three.
    pub(super) fn take(&mut self, line: &str) {
        for pair in line.trim().trim_matches(['(', ')']).split(',') {
            let Some((what, count)) = pair.split_once(':') else { continue };
            let count: u64 = count.trim().parse().unwrap_or(0);
            match what.trim() {
                "Length" => self.other_length = count,
                "Connect" => self.connect = count,
                "Receive" => self.receive = count,
                _ => self.exceptions = self.exceptions.saturating_add(count),
            }
        }
    }

    /// As ab adds them up.
    pub(super) fn kinds(&self) -> u64 {
        [self.receive, self.exceptions, self.other_length].into_iter().fold(self.connect, u64::saturating_add)
    }

    /// Connections that broke, each once; of those that ended in a bad status, as many as there is room for.
    fn broken(&self, complete: u64) -> u64 {
        let broken = self.connect.saturating_add(self.receive.max(self.exceptions));
        broken.min(complete.saturating_sub(self.non_2xx))
    }

    /// Answers of the document's length at least, of so many requests.
    pub(super) fn alike(&self, complete: u64) -> u64 {
        complete.saturating_sub(self.broken(complete).saturating_add(self.other_length))
    }

    /// Requests that had no body and are not counted as anything else, where the first answer had one.
    fn bodiless(&self, complete: u64) -> u64 {
        let alike = complete.saturating_sub(self.other_length);
        let bytes = self.document_bytes.filter(|bytes| *bytes > 0).and_then(|bytes| bytes.checked_mul(alike));
        let are_without = bytes.is_some() && bytes == self.html_bytes;
        let counted = self.non_2xx.saturating_add(self.broken(complete));
        if are_without { self.other_length.saturating_sub(counted) } else { 0 }
    }

    /// Requests that failed, of so many that are complete.
    pub(super) fn count(&self, complete: u64) -> u64 {
        let known = self.non_2xx.saturating_add(self.broken(complete)).saturating_add(self.bodiless(complete));
        known.min(complete)
    }

    pub(super) fn faults(&self, complete: u64) -> impl Iterator<Item = Fault> {
        let faults = [
            ("HTTP status other than 2xx", self.non_2xx),
            ("connection broken", self.broken(complete)),
            ("closed without a body", self.bodiless(complete)),
        ];
        let fault =
            |(text, count): (&str, _)| Fault { endpoint: None, text: text.to_owned(), count, of_requests: true };
        faults.into_iter().filter(|(_, count)| *count > 0).map(fault)
    }

    /// What ab calls failed and is not counted here, and why the rest is.
    pub(super) fn remarks(&self, complete: u64) -> impl Iterator<Item = Fact> {
        let bodiless = self.bodiless(complete);
        let without = (bodiless > 0).then(|| {
            let answers = plural(bodiless, "request had", "requests had");
            format!("{answers} no body, where the first answer had one: ab counts them by their length alone")
        });
        let others = self.other_length.saturating_sub(bodiless);
        let others = (others > 0).then(|| {
            let answers = plural(others, "answer that differs", "answers that differ");
            format!("ab calls {answers} in length from the first failed; that alone is no failure here")
        });
        let twice = self.receive.min(self.exceptions);
        let twice = (twice > 0).then(|| {
            let broken = plural(twice, "broken connection", "broken connections");
            format!("ab counts {broken} under Receive and again under Exceptions; they are counted once here")
        });
        [twice, without, others].into_iter().flatten().map(Fact::Remark)
    }
}
