//! What `docker stats` printed, in the forms that people keep.

use super::super::tests::{failed, read, sniff, values};
use super::*;
use crate::unit::Timestamp;

const TABLE: &str =
    "CONTAINER ID   NAME   CPU %     MEM USAGE / LIMIT     MEM %     NET I/O           BLOCK I/O   PIDS\n";

#[test]
fn a_repeated_table_with_a_time_before_each() {
    let text = format!(
        "2026-11-21T02:00:00Z\n{TABLE}a1 web 12.34% 98.79MiB / 15.51GiB 0.62% 1.2kB / 3.4MB 0B / 0B 11\n2026-11-21T02:00:01Z\n{TABLE}a1 web 2% 1.5GiB / 15.51GiB 0.62% 1.3kB / 3.5MB 0B / 4.1kB 11\nb2 db -- -- / -- -- -- -- --\n"
    );
    assert!(matches!(sniff(&MonitorDockerStats, &text), Sniff::Yes(_)));
    let (tally, sink) = read(&MonitorDockerStats, &text);
    assert_eq!((tally.used, tally.skipped, tally.rejected), (3, 4, 0), "{:?}", tally.first_rejections);
    assert_eq!(values(&sink, "web cpu_percent"), [Some(12.34), Some(2.0)]);
    assert_eq!(values(&sink, "web memory"), [Some(98.79), Some(1536.0)]);
    assert_eq!(values(&sink, "web network_out"), [Some(3400.0), Some(3500.0)]);
    assert_eq!(values(&sink, "db memory"), [None], "not running is not zero");
    assert_eq!(sink.readings[0].1, Timestamp(1_795_226_400_000_000_000));
}

#[test]
fn rows_of_a_format_with_the_time_after_them() {
    let text = "0041efd6ad46 follower 0.00% 3.301MiB / 1GiB 0.32% 2.96kB / 1.43kB 0B / 16.4kB 11\ndom 17 ott 2021, 12:40:33, UTC\n0041efd6ad46 follower 0.05% 4.23MiB / 1GiB 0.41% 3.9kB / 1.66kB 4.1kB / 16.4kB 13\ndom 17 ott 2021, 12:40:36, UTC\n0041efd6ad46 follower 0.05% 4.23MiB / 1GiB 0.41% 3.9kB / 1.66kB 4.1kB / 16.4kB 13\n";
    assert!(matches!(sniff(&MonitorDockerStats, text), Sniff::Yes(_)));
    let (tally, sink) = read(&MonitorDockerStats, text);
    assert_eq!((tally.used, tally.rejected), (2, 1), "the last row has no time");
    assert_eq!(values(&sink, "follower network_in"), [Some(2.96), Some(3.9)]);
    assert_eq!(sink.readings[0].1, Timestamp(1_634_474_433_000_000_000));
    assert_eq!(values(&sink, "follower pids"), [Some(11.0), Some(13.0)]);
}

#[test]
fn csv_with_a_time_column_anywhere() {
    for text in [
        "time,container,cpu_perc,mem_usage,net_io\n1795226400,web,1.5%,10MiB / 1GiB,1kB / 2kB\n",
        "Name,CPU %,Mem Usage / Limit,Net I/O,Timestamp\nweb,1.5%,10MiB / 1GiB,1kB / 2kB,2026-11-21 02:00:00\n",
        "2026-11-21 02:00:00,web,1.5%,10MiB / 1GiB,1kB / 2kB\n",
    ] {
        assert!(matches!(sniff(&MonitorDockerStats, text), Sniff::Yes(_)), "{text}");
        let (tally, sink) = read(&MonitorDockerStats, text);
        assert_eq!((tally.used, tally.rejected), (1, 0), "{text} {:?}", tally.first_rejections);
        assert_eq!(values(&sink, "web cpu_percent"), [Some(1.5)]);
        assert_eq!(values(&sink, "web memory"), [Some(10.0)]);
        assert_eq!(values(&sink, "web network_out"), [Some(2.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_795_226_400_000_000_000));
    }
}

#[test]
fn a_format_with_a_colon_behind_the_name() {
    let (tally, sink) = read(&MonitorDockerStats, include_str!("../../../../samples/monitor/docker-named/stats.txt"));
    assert_eq!((tally.used, tally.rejected), (8, 0), "{:?}", tally.first_rejections);
    assert_eq!(values(&sink, "minecraft_server_29 cpu_percent")[3..5], [Some(431.53), Some(470.06)]);
    assert_eq!(values(&sink, "minecraft_server_29 network_out")[..2], [Some(13_100.0), Some(13_100.0)]);
}

#[test]
fn without_times_it_is_refused_with_what_to_do() {
    let text = format!("{TABLE}a1 web 12.34% 98.79MiB / 15.51GiB 0.62% 1.2kB / 3.4MB 0B / 0B 11\n");
    let error = failed(&MonitorDockerStats, &text);
    assert!(error.hint.unwrap().contains("date -u"));
}

#[test]
fn damaged_rows_are_counted() {
    let text = "time,container,cpu_perc,mem_usage,net_io\n1795226400,web,1.5%,10MiB / 1GiB,1kB\n1795226401,web,x%,10MiB / 1GiB,1kB / 2kB\n1795226402,web,1%,10MiB / 1GiB,1kB / 2kB\n1795226403,web\n";
    let (tally, _) = read(&MonitorDockerStats, text);
    assert_eq!((tally.used, tally.rejected), (1, 3), "{:?}", tally.first_rejections);
    assert!(matches!(sniff(&MonitorDockerStats, "# How to\nRun this\nand see\na1 web 1% 1MiB / 1GiB\n"), Sniff::No(_)));
}

/// Redirected to a file the stream keeps what it tells a terminal: cursor home, clear to the end, and each table twice. The
/// header was no header with a code before it, so every row was refused.
#[test]
fn a_stream_with_codes_for_a_terminal() {
    let table = |end: &str| {
        format!(
            "{}{end}\na1   web   1.50%   98.79MiB / 15.51GiB   0.62%   1.2kB / 3.4MB   0B / 0B   11{end}\n",
            TABLE.trim_end()
        )
    };
    let text = format!("\u{1b}[2J\u{1b}[H{}\u{1b}[H{} \u{1b}[K\n\u{1b}[J", table(""), table(" \u{1b}[K"));
    assert!(matches!(sniff(&MonitorDockerStats, &text), Sniff::Yes(_)));
    assert_eq!(failed(&MonitorDockerStats, &text).message, "says nowhere when its rows were read");
    let stamped = text.lines().map(|line| format!("2026-11-21T02:00:00Z {line}\n")).collect::<Vec<_>>().concat();
    assert!(matches!(sniff(&MonitorDockerStats, &stamped), Sniff::Yes(_)));
    let (tally, sink) = read(&MonitorDockerStats, &stamped);
    assert_eq!((tally.used, tally.rejected), (2, 0), "{:?}", tally.first_rejections);
    assert_eq!(values(&sink, "web cpu_percent"), [Some(1.5), Some(1.5)]);
}

#[test]
fn rows_as_json() {
    let row = |time: &str, cpu: &str| {
        format!(
            r#"{{{time}"BlockIO":"0B / 4.1kB","CPUPerc":"{cpu}","Container":"a1","ID":"a1","MemPerc":"0.62%","MemUsage":"98.79MiB / 15.51GiB","Name":"web","NetIO":"1.2kB / 3.4MB","PIDs":"11"}}"#
        )
    };
    let stamped = |second: u8, cpu: &str| row(&format!(r#""timestamp":"2026-11-21T02:00:0{second}Z","#), cpu);
    let texts = [
        format!("2026-11-21T02:00:00Z\n{}\n2026-11-21T02:00:01Z\n{}\n", row("", "1.50%"), row("", "2.50%")),
        format!("{}\n{}\n", stamped(0, "1.50%"), stamped(1, "2.50%")),
        format!("1795226400 [{}]\n1795226401 \u{1b}[H[{}]\u{1b}[K\n", row("", "1.50%"), row("", "2.50%")),
        format!(r#"{{"time":1795226400,"stats":[{}]}}"#, row("", "1.50%"))
            + "\n"
            + &format!(r#"{{"time":1795226401.0,"stats":[{}]}}"#, row("", "2.50%")),
    ];
    for text in texts {
        assert!(matches!(sniff(&MonitorDockerStats, &text), Sniff::Yes(_)), "{text}");
        let (tally, sink) = read(&MonitorDockerStats, &text);
        assert_eq!((tally.used, tally.rejected), (2, 0), "{text} {:?}", tally.first_rejections);
        assert_eq!(values(&sink, "web cpu_percent"), [Some(1.5), Some(2.5)], "{text}");
        assert_eq!(values(&sink, "web memory"), [Some(98.79), Some(98.79)], "{text}");
        assert_eq!(values(&sink, "web network_out"), [Some(3400.0), Some(3400.0)], "{text}");
        assert_eq!(sink.readings[0].1, Timestamp(1_795_226_400_000_000_000), "{text}");
    }
    let error = failed(&MonitorDockerStats, &format!("{}\n", row("", "1.50%")));
    assert_eq!(error.message, "says nowhere when its rows were read");
    let (tally, _) = read(
        &MonitorDockerStats,
        &format!("{}\n{{\"CPUPerc\":\n[{},{}]\n", stamped(0, "1%"), stamped(1, "1%"), stamped(2, "1%")),
    );
    assert_eq!((tally.used, tally.rejected), (1, 2), "{:?}", tally.first_rejections);
}

/// The form of Docker's own manual, with objects in the object.
#[test]
fn the_samples_of_real_containers() {
    let (tally, sink) =
        read(&MonitorDockerStats, include_str!("../../../../samples/monitor/docker-json/stamped.ndjson"));
    assert_eq!((tally.used, tally.rejected), (3, 0), "{:?}", tally.first_rejections);
    assert_eq!(values(&sink, "db memory"), [Some(316.0 / 1024.0); 3]);
    let (tally, sink) = read(&MonitorDockerStats, include_str!("../../../../samples/monitor/docker-stream/stats.txt"));
    assert_eq!((tally.used, tally.rejected), (48, 0), "{:?}", tally.first_rejections);
    assert!(values(&sink, "api cpu_percent").contains(&Some(5.16)));
}
