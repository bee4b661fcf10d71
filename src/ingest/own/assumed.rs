//! What reading rows took for granted: each assumption is told to the reader once.

use super::columns::Plan;
use super::instant::assumed_zone;
use super::known::Wanted;
use crate::fmt;
use crate::ingest::{Tally, scrub};
use jiff::tz::TimeZone;

/// What was assumed while reading, for the notes.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "six independent things that one may have to say")]
pub(super) struct Assumed {
    pub(super) time_is_start: bool,
    pub(super) zoneless: bool,
    pub(super) since_start: bool,
    pub(super) success_by_status: bool,
    pub(super) success_by_error: bool,
    pub(super) queries_left_out: bool,
    pub(super) without_time: u64,
    /// Failed requests with a number below zero where the latency stands.
    pub(super) without_latency: u64,
    pub(super) without_zone_column: Option<usize>,
}

impl Assumed {
    /// Adds what another reader of the same file assumed.
    pub(super) fn merge(&mut self, other: &Self) {
        self.time_is_start |= other.time_is_start;
        self.zoneless |= other.zoneless;
        self.since_start |= other.since_start;
        self.success_by_status |= other.success_by_status;
        self.success_by_error |= other.success_by_error;
        self.queries_left_out |= other.queries_left_out;
        self.without_time += other.without_time;
        self.without_latency += other.without_latency;
        self.without_zone_column = self.without_zone_column.max(other.without_zone_column);
    }

    /// Everything that was assumed, as notes of the tally.
    pub(super) fn tell(&self, plan: &Plan, names: &[String], zone: Option<&TimeZone>, tally: &mut Tally) {
        let name = |wanted| plan.column(wanted).and_then(|column| names.get(column)).map_or("", String::as_str);
        if self.time_is_start {
            tally.note(format!(
                "`{}` is taken as the start of a request; if it is the end, call it `ended_at` or map `end`",
                name(Wanted::Time)
            ));
        }
        if self.zoneless {
            let column = self.without_zone_column.and_then(|column| names.get(column)).map_or("time", String::as_str);
            tally.note(format!("`{column}` states no time zone and is {}", assumed_zone(zone)));
        }
        if self.since_start && self.without_time >= tally.used {
            tally.note("times count from a start that is not stated (no date), so there are no figures over time");
        } else if self.without_time > 0 && plan.has_time() {
            let dateless = if self.since_start { " with a date" } else { "" };
            let rows = fmt::plural(self.without_time, "row has", "rows have");
            tally.note(format!("{rows} no time{dateless}: counted in totals, not over time"));
        }
        if self.without_latency > 0 {
            let failed = fmt::plural(self.without_latency, "failed request has", "failed requests have");
            let column = name(Wanted::Latency);
            tally.note(format!("{failed} a number below zero in `{column}`: counted, without a latency"));
        }
        if !plan.has_time() {
            tally.note("no column holds a time, so duration, throughput and figures over time are not known");
        }
        if plan.unit_from_settings {
            tally.note(format!("`{}` is read in the unit of inputs.latency_unit", name(Wanted::Latency)));
        }
        if plan.unit_in_cells {
            tally.note(format!("`{}` is read in the unit behind each number", name(Wanted::Latency)));
        }
        if self.success_by_status {
            tally.note(format!("success is taken from `{}`: 200 to 399", name(Wanted::Status)));
        }
        if self.success_by_error {
            tally.note(format!("success is taken from `{}`: empty means success", name(Wanted::Error)));
        }
        if self.queries_left_out {
            tally.note(scrub::QUERIES_LEFT_OUT);
        }
        let unused: Vec<String> =
            plan.unused.iter().filter_map(|column| names.get(*column)).map(|name| format!("`{name}`")).collect();
        if !unused.is_empty() {
            tally.note(format!("not read: {}", unused.join(", ")));
        }
    }
}
