//! `final_stats.xml`: the option `dump-xml` of Taurus's final-stats reporter.

use super::group::{Figure, Group, Groups, TOOL};
use crate::error::Error;
use crate::ingest::scrub::without_queries;
use crate::ingest::tag::{Tag, TagKind, Tags, attributes};
use crate::ingest::{Adapter, Head, Input, PartId, Rejection, Settings, Sink, Sniff, Tally};
use crate::model::sample::Fact;

/// Reads Taurus's final stats in XML.
pub(in crate::ingest) struct TaurusXml;

impl Adapter for TaurusXml {
    fn name(&self) -> &'static str {
        "taurus_xml"
    }

    fn tool(&self) -> &'static str {
        TOOL
    }

    fn about(&self) -> &'static str {
        "figures by label of Taurus's final-stats reporter: dump-xml"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        if head.contains(b"<FinalStatus>") || head.contains(b"<FinalStatus ") {
            return Sniff::yes("the element FinalStatus, as Taurus's final stats have it");
        }
        Sniff::no("no element FinalStatus")
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let mut tags = Tags::open(input)?;
        let part = sink.part(None);
        let mut reader = Reader {
            part,
            tally: Tally::default(),
            groups: Groups::default(),
            group: None,
            totalled: false,
            closed: false,
        };
        loop {
            let broken = |error| Error::input(format!("cannot be read: {error}")).at(input.place());
            let Some(tag) = tags.next_tag().map_err(broken)? else { break };
            reader.tag(&tag, sink);
        }
        let mut tally = reader.tally;
        tally.stop_if_strict(settings, input)?;
        reader.groups.tell(settings, part, sink);
        tally.unfinished = tags.unfinished().map(str::to_owned);
        if tally.unfinished.is_none() && !(reader.closed && reader.totalled) {
            let lacks = if reader.closed { "the group of the total is missing" } else { "ends without </FinalStatus>" };
            tally.unfinished = Some(lacks.to_owned());
        }
        Ok(tally)
    }
}

struct Reader {
    part: PartId,
    tally: Tally,
    groups: Groups,
    /// The group that the current place lies in, where it began, and what is wrong with it.
    group: Option<Open>,
    totalled: bool,
    closed: bool,
}

struct Open {
    group: Group,
    place: (u64, u64),
    wrong: Option<(String, String)>,
}

impl Reader {
    fn tag(&mut self, tag: &Tag<'_>, sink: &mut dyn Sink) {
        match (tag.name(), tag.kind, &mut self.group) {
            (b"Group", TagKind::Start, _) => {
                let content = tag.content();
                let label = attributes(&content).find(|(key, _)| *key == "label").map(|(_, label)| label.into_owned());
                let group = Group { label: label.unwrap_or_default(), ..Group::default() };
                self.group = Some(Open { group, place: (tag.line, tag.byte), wrong: None });
            }
            (b"Group", TagKind::End, open) => {
                if let Some(open) = open.take() {
                    self.add(open);
                }
            }
            (_, TagKind::Start | TagKind::Empty, Some(open)) => open.take(tag),
            (b"TestDuration", TagKind::End, None) => {
                let seconds = tag.text().trim().parse::<f64>().ok();
                if let Some(seconds) = seconds.filter(|seconds| seconds.is_finite() && *seconds > 0.0) {
                    sink.fact(self.part, Fact::DurationSeconds(seconds));
                }
            }
            (b"FinalStatus", TagKind::End, _) => self.closed = true,
            _ => {}
        }
    }

    fn add(&mut self, open: Open) {
        let Open { group, place: (line, byte), wrong } = open;
        let (label, totals) = (group.label.clone(), group.label.is_empty());
        let told = match wrong {
            Some(wrong) => Err(wrong),
            None => self.groups.add(group),
        };
        match told {
            Ok(()) => {
                self.totalled |= totals;
                self.tally.used();
            }
            Err((field, reason)) => self.tally.reject(Rejection {
                byte,
                line,
                field: Some(field),
                reason: without_queries(&reason).into_owned(),
                excerpt: without_queries(&crate::fmt::excerpt(label.as_bytes())).into_owned(),
            }),
        }
    }
}

impl Open {
    /// Takes a figure, `<perc value="0.393" param="95.0">`; the elements within it say the same once more.
    fn take(&mut self, tag: &Tag<'_>) {
        let content = tag.content();
        let find = |wanted: &str| attributes(&content).find(|(key, _)| *key == wanted).map(|(_, value)| value);
        let Some(value) = find("value") else { return };
        let name = String::from_utf8_lossy(tag.name());
        let parameter = find("param").unwrap_or_default();
        let taken = self.group.take(&Figure { name: &name, parameter: &parameter, value: &value });
        if let Err(wrong) = taken {
            self.wrong.get_or_insert(wrong);
        }
    }
}
