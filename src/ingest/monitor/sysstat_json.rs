//! sysstat's JSON: `sadf -j`, `iostat -t -o JSON` and `mpstat -o JSON`, which share one frame.

use super::instants::Instants;
use super::shown::{Figure, Shown};
use super::sysstat::{Days, titled, unit};
use crate::error::Error;
use crate::ingest::document::{Object, reject, several};
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};
use crate::unit::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// Reads sysstat's JSON.
pub struct MonitorSysstatJson;

#[derive(Deserialize)]
struct File {
    sysstat: Hosts,
}

#[derive(Deserialize)]
struct Hosts {
    hosts: Vec<Host>,
}

#[derive(Deserialize)]
struct Host {
    #[serde(default)]
    date: Option<String>,
    #[serde(default)]
    statistics: Vec<Object>,
}

impl Adapter for MonitorSysstatJson {
    fn name(&self) -> &'static str {
        "monitor_sysstat_json"
    }

    fn tool(&self) -> &'static str {
        "sysstat"
    }

    fn about(&self) -> &'static str {
        "sysstat's JSON: `sadf -j FILE -- -A`, `iostat -t -o JSON 1`, `mpstat -o JSON 1`"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let start: Vec<u8> = head.bytes().iter().filter(|byte| !byte.is_ascii_whitespace()).take(30).copied().collect();
        if start.starts_with(b"{\"sysstat\":{\"hosts\":") {
            Sniff::yes("JSON that begins with sysstat's hosts")
        } else {
            Sniff::no("no JSON of sysstat")
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        let files: Vec<File> = several(input, "sysstat's JSON")?;
        let mut clock = Instants::of(settings);
        let mut tally = Tally::default();
        let mut shown = Shown::new(sink);
        let mut timeless = false;
        for host in files.iter().flat_map(|file| &file.sysstat.hosts) {
            let mut days = Days::default();
            host.date.iter().for_each(|date| days.begin(date));
            for (position, entry) in host.statistics.iter().enumerate() {
                let at = match entry.get("timestamp") {
                    Some(stamp) => instant(stamp, &mut days, &mut clock),
                    None => None,
                };
                timeless |= !entry.contains_key("timestamp");
                // iostat alone has these, and its first report is of the time since the machine started.
                if position == 0 && (entry.contains_key("avg-cpu") || is_iostat(entry)) {
                    tally.note(
                        "iostat's first report is left out: but with `-y` it is of the time since the machine's start",
                    );
                    tally.skipped();
                    continue;
                }
                match at {
                    Some(at) => {
                        walk(entry, at, &mut shown, sink);
                        tally.used();
                    }
                    None => reject(&format!("statistics[{position}].timestamp"), "should be a time", &mut tally),
                }
                tally.stop_if_strict(settings, input)?;
            }
        }
        if tally.used == 0 && timeless {
            let error = Error::input("says nowhere when its figures were read").at(input.place());
            return Err(error.hint("have the time written: iostat -t -o JSON 1"));
        }
        clock.tell(&mut tally);
        shown.tell(&mut tally);
        Ok(tally)
    }
}

fn is_iostat(entry: &Object) -> bool {
    let disks = entry.get("disk").and_then(Value::as_array);
    disks.and_then(|disks| disks.first()).is_some_and(|disk| disk.get("disk_device").is_some())
}

/// A text, or sadf's `{"date": …, "time": …, "utc": 1}`.
fn instant(stamp: &Value, days: &mut Days, clock: &mut Instants) -> Option<Timestamp> {
    match stamp {
        Value::String(text) => days.read(text, clock),
        Value::Object(stamp) => {
            let text = |key: &str| stamp.get(key).and_then(Value::as_str);
            let zone = if stamp.get("utc").and_then(Value::as_u64) == Some(1) { "Z" } else { "" };
            clock.read(&format!("{} {}{zone}", text("date")?, text("time")?))
        }
        _ => None,
    }
}

/// Every number of an entry becomes a figure, named by its group, its key and what its object is about.
fn walk(entry: &Object, at: Timestamp, shown: &mut Shown, sink: &mut dyn Sink) {
    for (group, value) in entry.iter().filter(|(key, _)| *key != "timestamp") {
        figures(group, value, at, shown, sink);
    }
}

fn figures(group: &str, value: &Value, at: Timestamp, shown: &mut Shown, sink: &mut dyn Sink) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| figures(group, item, at, shown, sink)),
        Value::Object(object) => {
            let label = object.values().find_map(Value::as_str);
            for (key, value) in object {
                match value.as_f64() {
                    Some(number) => {
                        let name = titled(&format!("{group} {key}"), label);
                        shown.take(&Figure::level(name, unit_of(group, key), Some(number)), at, sink);
                    }
                    None => figures(key, value, at, shown, sink),
                }
            }
        }
        _ => {}
    }
}

fn unit_of(group: &str, key: &str) -> &'static str {
    match group {
        "cpu-load" | "cpu-load-all" | "avg-cpu" => "%",
        "memory" | "hugepages" if !key.ends_with("-percent") => "KiB",
        "net-dev" | "disk" if matches!(key, "rxkB" | "txkB" | "rkB" | "wkB" | "dkB") => "kB/s",
        _ => unit(key),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;

    #[test]
    fn figures_of_sar() {
        let text = r#"{"sysstat": {"hosts": [{"nodename": "vm", "file-date": "2026-11-21", "statistics": [
            {"timestamp": {"date": "2026-11-21", "time": "08:42:41", "utc": 1, "interval": 1},
             "cpu-load": [{"cpu": "all", "user": 94.15, "idle": 0.00}, {"cpu": "0", "user": 90.0}],
             "io": {"tps": 88.12, "io-reads": {"rtps": 88.12}},
             "network": {"net-dev": [{"iface": "eth0", "rxkB": 3.5, "ifutil-percent": 0.0}]}}]}]}}"#;
        assert!(matches!(sniff(&MonitorSysstatJson, text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorSysstatJson, text);
        assert_eq!((tally.used, tally.rejected, tally.notes.len()), (1, 0, 0));
        assert_eq!(sink.readings[0].1, Timestamp(1_795_250_561_000_000_000));
        for (name, value) in [
            ("cpu-load user", 94.15),
            ("cpu-load user 0", 90.0),
            ("io tps", 88.12),
            ("io-reads rtps", 88.12),
            ("net-dev rxkB eth0", 3.5),
        ] {
            assert_eq!(values(&sink, name), [Some(value)], "{name}");
        }
        let units = [("memory", "anonpg"), ("memory", "swpcad-percent"), ("hugepages", "hugfree"), ("io", "tps")];
        assert_eq!(units.map(|(group, key)| unit_of(group, key)), ["KiB", "%", "KiB", ""]);
    }

    #[test]
    fn iostat_without_times_is_refused_and_its_first_report_left_out() {
        let entry = |time: &str| {
            format!(r#"{{{time}"avg-cpu": {{"user": 1.0}}, "disk": [{{"disk_device": "vda", "tps": 2.0}}]}}"#)
        };
        let file = |entries: [String; 2]| {
            format!(r#"{{"sysstat": {{"hosts": [{{"date": "11/21/26", "statistics": [{}]}}]}}}}"#, entries.join(","))
        };
        let timed = |at: &str| entry(&format!(r#""timestamp": "11/21/26 {at}", "#));
        let (tally, sink) = read(&MonitorSysstatJson, &file([timed("08:42:51"), timed("08:42:52")]));
        assert_eq!((tally.used, tally.skipped), (1, 1));
        assert_eq!(values(&sink, "disk tps vda"), [Some(2.0)]);
        assert!(failed(&MonitorSysstatJson, &file([entry(""), entry("")])).hint.unwrap().contains("-t"));
    }

    /// Of a monitor that was started for each load test and appended to one file, none was read: it was "not JSON".
    #[test]
    fn what_several_runs_appended_is_read_on() {
        let run = |date: &str, usr: u32| {
            format!(
                r#"{{"sysstat": {{"hosts": [{{"date": "{date}", "statistics": [{{"timestamp": "10:13:49", "cpu-load": [{{"cpu": "all", "usr": {usr}}}]}}]}}]}}}}"#
            )
        };
        let text = format!("{}\n{}\n", run("11/21/26", 1), run("11/22/26", 2));
        let (tally, sink) = read(&MonitorSysstatJson, &text);
        assert_eq!((tally.used, values(&sink, "cpu-load usr")), (2, vec![Some(1.0), Some(2.0)]));
        assert_eq!(sink.readings[1].1.0 - sink.readings[0].1.0, 86_400_000_000_000);
        assert!(failed(&MonitorSysstatJson, &text[..text.len() - 9]).to_string().contains("breaks off"));
    }

    #[test]
    fn mpstat_writes_the_time_of_day_only() {
        let text = r#"{"sysstat": {"hosts": [{"date": "11/21/26", "statistics": [
            {"timestamp": "23:59:59", "cpu-load": [{"cpu": "all", "usr": 1}]},
            {"timestamp": "00:00:00", "cpu-load": [{"cpu": "all", "usr": 2}]},
            {"timestamp": "later", "cpu-load": []}]}]}}"#;
        let (tally, sink) = read(&MonitorSysstatJson, text);
        assert_eq!((tally.used, tally.rejected), (2, 1));
        assert_eq!(sink.readings[1].1.0 - sink.readings[0].1.0, 1_000_000_000);
    }
}
