//! Monitors as teams write them.

use super::{
    MonitorCsv, MonitorDockerStats, MonitorDstat, MonitorGrafana, MonitorIostat, MonitorKubectlTop, MonitorPrometheus,
    MonitorResource, MonitorSar, MonitorSysstatJson, MonitorSysstatText, MonitorVmstat,
};
use crate::error::Error;
use crate::ingest::own::digits::Sign;
use crate::ingest::own::recording::Recording;
use crate::ingest::{Adapter, Input, Settings, Sniff, Tally};
use crate::model::key::ColumnKind;
use crate::unit::Timestamp;

const FIFTEEN: &str = "timestamp,cpu_percent,memory_mb,memory_percent,disk_read_mb,disk_write_mb,network_sent_mb,network_recv_mb,api_latency_ms,api_status,db_pool_size,db_pool_available,db_pool_active,redis_hit_rate,redis_total_reads\n";

pub(super) fn read(adapter: &dyn Adapter, text: &str) -> (Tally, Recording) {
    let input = Input::memory("monitor.csv", text.as_bytes()).unwrap();
    let mut sink = Recording::default();
    let tally = adapter.read(&input, &Settings::default(), &mut sink).unwrap();
    (tally, sink)
}

/// The error of a file of which nothing can be used.
pub(super) fn failed(adapter: &dyn Adapter, text: &str) -> Error {
    let input = Input::memory("monitor", text.as_bytes()).unwrap();
    adapter.read(&input, &Settings::default(), &mut Recording::default()).unwrap_err()
}

pub(super) fn sniff(adapter: &dyn Adapter, text: &str) -> Sniff {
    adapter.sniff(&Input::memory("x", text.as_bytes()).unwrap().head().unwrap())
}

pub(super) fn values(sink: &Recording, name: &str) -> Vec<Option<f64>> {
    let position = sink.columns.iter().position(|key| key.name == name).unwrap();
    sink.readings.iter().filter(|(id, ..)| id.0 as usize == position).map(|(_, _, value)| *value).collect()
}

#[test]
fn the_fifteen_columns() {
    let text = format!(
        "{FIFTEEN}1795225419.543,0.0,36.6,0.152,0.316,0.0,0.184,0.184,42.75,200,13,13,0,0.0,0\n1795225424.543,1.5,36.9,0.153,0.316,0.0,0.193,0.193,,timeout,,,,,\n"
    );
    assert!(matches!(sniff(&MonitorResource, &text), Sniff::Yes(_)));
    assert!(matches!(sniff(&MonitorCsv, &text), Sniff::No(_)));
    let (tally, sink) = read(&MonitorResource, &text);
    assert_eq!((tally.used, tally.rejected), (2, 0));
    assert_eq!(sink.columns.len(), 14);
    assert_eq!(values(&sink, "cpu_percent"), [Some(0.0), Some(1.5)]);
    assert_eq!(values(&sink, "api_status"), [Some(200.0), None], "no status is not a status");
    assert_eq!(values(&sink, "db_pool_available"), [Some(13.0), None], "empty is not measured, not zero");
    assert_eq!(sink.readings[0].1, Timestamp(1_795_225_419_543_000_000));
    let kind =
        |name: &str| sink.columns.iter().find(|key| key.name == name).map(|key| (key.kind, key.unit.clone())).unwrap();
    assert_eq!(kind("network_sent_mb"), (ColumnKind::Cumulative, "MB".into()));
    assert_eq!(kind("redis_hit_rate"), (ColumnKind::CumulativeRatio, "%".into()));
}

/// What was printed behind a prompt, or kept by script(1), was nobody's file.
#[test]
fn lines_of_a_shell_around_a_table_are_passed_over() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/monitor");
    let of: [(&dyn Adapter, &str); 12] = [
        (&MonitorSysstatText, "pidstat/pidstat.txt"),
        (&MonitorSysstatText, "pidstat/mpstat.txt"),
        (&MonitorVmstat, "vmstat/vmstat.txt"),
        (&MonitorIostat, "iostat/devices.txt"),
        (&MonitorIostat, "iostat/extended.txt"),
        (&MonitorSar, "sar/sar.csv"),
        (&MonitorDstat, "dstat/dstat.csv"),
        (&MonitorDockerStats, "docker-table/stats.txt"),
        (&MonitorDockerStats, "docker-stats/stats.csv"),
        (&MonitorDockerStats, "docker-named/stats.txt"),
        (&MonitorDockerStats, "docker-json/loop.ndjson"),
        (&MonitorKubectlTop, "kubectl-top/cpu.txt"),
    ];
    let before = [
        "$ pidstat 1 60\n",
        "user@host:~$ docker stats --no-stream --format '{{.Name}},{{.CPUPerc}},{{.MemUsage}}'\n",
        "# sar -u 1\n",
        "# docker stats of the API\n\n",
        "\n# made by us\n\n",
        "+ pidstat 1 60\n",
        "nohup: ignoring input\n",
        "Script started on 2026-11-21 02:00:00+00:00 [COMMAND=\"x\" TERM=\"xterm\" LINES=\"40\"]\n$ export LC_ALL=C\n$ ps | grep api > /tmp/1\n[1] 12345\n",
        "\u{1b}[?2004h\u{1b}]0;user@host: ~\u{7}user@host:~$ vmstat 1\r\n\u{1b}[?2004l\r",
    ];
    let behind = [
        "",
        "$ exit\n",
        "^C\nuser@host:~$ exit\nexit\n\nScript done on 2026-11-21 02:10:00+00:00 [COMMAND_EXIT_CODE=\"0\"]\n",
    ];
    for (adapter, file) in of {
        let text = std::fs::read_to_string(samples.join(file)).unwrap();
        let (plain, readings) = read(adapter, &text);
        for (before, behind) in before.iter().flat_map(|before| behind.map(|behind| (before, behind))) {
            let text = format!("{before}{text}{behind}");
            assert!(matches!(sniff(adapter, &text), Sniff::Yes(_)), "{file} behind {before}");
            let (tally, again) = read(adapter, &text);
            assert_eq!(tally.first_rejections, plain.first_rejections, "{file} behind {before}");
            assert_eq!((&tally.notes, &again.columns), (&plain.notes, &readings.columns), "{file} behind {before}");
            assert_eq!(again.readings, readings.readings, "{file} behind {before}");
        }
    }
}

/// The time that a script wrote once, before its table, is no table's where the rows have times of their own.
#[test]
fn a_date_before_rows_with_times() {
    for before in ["Sat Nov 21 02:00:00 UTC 2026\n", "2026-11-21T02:00:00Z\n# of the API\n\n"] {
        let sadf =
            format!("{before}# hostname;interval;timestamp;tps\n# once more\nvm;1;2026-11-21 08:42:41 UTC;94.15\n");
        assert!(matches!(sniff(&MonitorSar, &sadf), Sniff::Yes(_)), "{sadf}");
        let (tally, sink) = read(&MonitorSar, &sadf);
        assert_eq!((tally.used, tally.rejected, values(&sink, "tps")), (1, 0, vec![Some(94.15)]), "{sadf}");
    }
}

/// Each run of vmstat begins with a row since the machine's start, which was taken for one of the test.
#[test]
fn a_second_run_of_vmstat_behind_a_prompt() {
    let table = "procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu----- -----timestamp-----\n \
                 r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st                 UTC\n";
    let row = |busy: u8| format!(" 1  0      0 1 2 3    0    0  1  3  3  8 {busy}  6 16  0  3 2026-11-21 08:42:40\n");
    let run = format!("$ vmstat -t 1 2\n{table}{}{}", row(99), row(10));
    let (tally, sink) = read(&MonitorVmstat, &format!("{run}{run}"));
    assert_eq!((tally.rejected, values(&sink, "cpu user")), (0, vec![Some(10.0); 2]));
}

#[test]
fn prose_that_names_monitors_is_nobodys() {
    let monitors: [&dyn Adapter; 7] = [
        &MonitorSysstatText,
        &MonitorVmstat,
        &MonitorIostat,
        &MonitorSar,
        &MonitorDstat,
        &MonitorDockerStats,
        &MonitorKubectlTop,
    ];
    for text in [
        "# Watching\n\n$ vmstat -t 1\n\nprints procs, memory, swap and cpu.\n",
        "$ pidstat 1 60\nLinux has no such command: install sysstat (needs 1 CPU)\n",
        "Script started on 2026-11-21\n$ docker stats\nCannot connect to the Docker daemon.\n$ exit\n",
        "user@host:~$ kubectl top pod\nerror: Metrics API not available\n",
        "$ sadf -d\n# hostname and interval are columns of it\n",
    ] {
        for monitor in monitors {
            assert!(matches!(sniff(monitor, text), Sniff::No(_)), "{} {text}", monitor.name());
        }
    }
}

#[test]
fn what_is_read_with_decimals_is_said_where_nothing_tells() {
    let of = |cell: &str, sign| {
        let text = format!("time;cpu_percent;mem_mb\n2026-11-21 02:09:50;1,512;{cell}\n2026-11-21 02:09:52;2,125;7\n");
        let (mut sink, settings) = (Recording::default(), Settings { sign, ..Settings::default() });
        let tally = MonitorCsv.read(&Input::memory("m", text.into_bytes()).unwrap(), &settings, &mut sink).unwrap();
        (values(&sink, "cpu_percent")[0], tally.notes.iter().filter(|note| note.contains("decimal_sign")).count())
    };
    assert_eq!(of("7", None), (Some(1.512), 1));
    assert_eq!(of("7,5", None), (Some(1.512), 0), "another column tells");
    assert_eq!(of("7", Some(Sign::OnlyComma)), (Some(1.512), 0));
    assert_eq!(of("7", Some(Sign::OnlyPoint)), (Some(1512.0), 0));
    assert_eq!(of("7,5", Some(Sign::OnlyPoint)), (Some(1.512), 0), "what the file shows goes first");
}

#[test]
fn order_repetition_and_damage() {
    let (tally, sink) = read(
        &MonitorResource,
        concat!(
            "memory_mb,timestamp,cpu_percent,gpu_percent\n",
            "100,1795225420,5,1\n",
            "100,1795225420,5,1\n",
            "90,1795225419,4,1\n",
            "95,never,4,1\n",
            "95,1795225421,much,1\n",
            "95,17952",
        ),
    );
    assert_eq!((tally.used, tally.skipped, tally.rejected), (2, 1, 3));
    assert_eq!(tally.first_rejections[0].field.as_deref(), Some("timestamp"));
    assert_eq!(tally.first_rejections[1].field.as_deref(), Some("cpu_percent"));
    assert_eq!(tally.unfinished.as_deref(), Some("the last row breaks off"));
    assert_eq!(tally.notes.len(), 2, "{:?}", tally.notes);
    assert_eq!(values(&sink, "gpu_percent"), [Some(1.0), Some(1.0)], "an added column is read too");
}

/// A script that was started again appended its header with its rows: nobody took the file.
#[test]
fn a_header_may_stand_among_the_rows() {
    let run = |from: u32| format!("time,cpu%,pool_free\n{from},5,1\n{},6,2\n", from + 1);
    let text = [run(1_795_225_420), run(1_795_229_420)].concat();
    assert!(matches!(sniff(&MonitorCsv, &text), Sniff::Unsure(_)));
    let (tally, sink) = read(&MonitorCsv, &text);
    assert_eq!((tally.read, tally.used, tally.skipped), (5, 4, 1), "{:?}", tally.first_rejections);
    assert_eq!(values(&sink, "pool_free"), [1.0, 2.0, 1.0, 2.0].map(Some));
}

#[test]
fn any_numbers_over_time() {
    let text = "time,cpu%,net_total_bytes,mem_total_mb,errors_total,requests_per_s\n2026-11-21 02:00:00,12.5%,10,512,5,3\n2026-11-21 02:00:05,13%,15,512,4,3\n";
    assert!(matches!(sniff(&MonitorCsv, text), Sniff::Unsure(_)));
    assert!(matches!(sniff(&MonitorResource, text), Sniff::No(_)));
    let (tally, sink) = read(&MonitorCsv, text);
    let keys: Vec<_> = sink.columns.iter().map(|key| (key.name.as_str(), key.kind, key.unit.as_str())).collect();
    assert_eq!(
        keys,
        [
            ("cpu%", ColumnKind::Level, "%"),
            ("net_total_bytes", ColumnKind::Cumulative, "B"),
            ("mem_total_mb", ColumnKind::Level, "MB"),
            ("errors_total", ColumnKind::Level, ""),
            ("requests_per_s", ColumnKind::Level, "/s"),
        ]
    );
    assert_eq!(values(&sink, "cpu%"), [Some(12.5), Some(13.0)]);
    assert!(tally.notes[0].contains("UTC"));
}

/// A German spreadsheet writes `1795225420,5` for the time and `1.250` for a thousand and more; the one made the file nobody's,
/// the other a mebibyte of a gibibyte.
#[test]
fn a_german_table_of_readings() {
    let text = "timestamp;cpu_percent;mem_mb\n1795225420,5;12,5;1.250\n1795225421,5;13;1.251\n";
    assert!(matches!(sniff(&MonitorCsv, text), Sniff::Unsure(_)));
    let (tally, sink) = read(&MonitorCsv, text);
    assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
    assert_eq!(values(&sink, "mem_mb"), [Some(1250.0), Some(1251.0)]);
    assert_eq!(values(&sink, "cpu_percent"), [Some(12.5), Some(13.0)]);
    assert_eq!(sink.readings[0].1, Timestamp(1_795_225_420_500_000_000));
}

#[test]
fn what_is_no_monitor() {
    for text in [
        "",
        "timestamp,latency_ms,status\n1795225420,5,200\n",
        "timestamp,cpu_percent,memory_mb,endpoint,latency_ms\n1795225420,5,200,/a,1\n",
        "time,run,branch,chat_p95_ms,rps\n2026-10-01 06:00:00 +0000,r000,main,171.7,138.42\n",
        "Timestamp,User Count,Type,Name,Requests/s\n1795225380,0,,Aggregated,0.0\n",
        "label,avg_ct\nx,1\n",
        "timestamp,cpu\n",
        "timestamp,cpu\nsoon,1\n",
        "timestamp,cpu\n12,1\n",
        "timestamp,date,cpu\n1795225420,2026-11-21,1\n",
    ] {
        assert!(matches!(sniff(&MonitorCsv, text), Sniff::No(_)), "{text}");
        assert!(matches!(sniff(&MonitorResource, text), Sniff::No(_)), "{text}");
    }
}

/// Every tool's samples are read to the last row; what is not used is a header, a time or a first row since the start.
#[test]
fn samples_are_read_whole() {
    let samples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/monitor");
    let all: [(&dyn Adapter, &str, u64); 23] = [
        (&MonitorDockerStats, "docker-stats/stats.csv", 10),
        (&MonitorDockerStats, "docker-table/stats.txt", 4),
        (&MonitorDockerStats, "docker-stream/stats.txt", 48),
        (&MonitorDockerStats, "docker-json/loop.ndjson", 7),
        (&MonitorDockerStats, "docker-json/stamped.ndjson", 3),
        (&MonitorPrometheus, "prometheus/range.json", 8),
        (&MonitorPrometheus, "prometheus/rate.json", 8),
        (&MonitorSar, "sar/sar.csv", 6),
        (&MonitorSysstatJson, "sysstat-json/sar.json", 6),
        (&MonitorSysstatJson, "sysstat-json/iostat.json", 2),
        (&MonitorSysstatJson, "sysstat-json/mpstat.json", 4),
        (&MonitorSysstatText, "pidstat/pidstat.txt", 4),
        (&MonitorSysstatText, "pidstat/mpstat.txt", 3),
        (&MonitorSysstatText, "sar-text/sar.txt", 24),
        (&MonitorIostat, "iostat/extended.txt", 8),
        (&MonitorIostat, "iostat/devices.txt", 3),
        (&MonitorVmstat, "vmstat/vmstat.txt", 5),
        (&MonitorDstat, "dstat/dstat.csv", 4),
        (&MonitorDstat, "dstat/epoch.csv", 2),
        (&MonitorKubectlTop, "kubectl-top/cpu.txt", 8),
        (&MonitorGrafana, "grafana/cpu.csv", 8),
        (&MonitorGrafana, "grafana/memory.csv", 8),
        (&MonitorGrafana, "grafana/network.csv", 8),
    ];
    for (adapter, file, least) in all {
        let text = std::fs::read_to_string(samples.join(file)).unwrap();
        assert!(matches!(sniff(adapter, &text), Sniff::Yes(_)), "{file}");
        let (tally, sink) = read(adapter, &text);
        assert_eq!(tally.rejected, 0, "{file}: {:?}", tally.first_rejections);
        assert!(tally.used >= least, "{file}: {} of {least}", tally.used);
        assert!(sink.readings.iter().any(|(_, _, value)| value.is_some_and(|value| value > 0.0)), "{file}");
    }
}
