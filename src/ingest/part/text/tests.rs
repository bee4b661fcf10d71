use super::*;
use crate::ingest::part::PlimsollPart;
use crate::ingest::{Adapter, Head, Settings, Sink};
use crate::model::folded::FoldedAnswers;
use crate::model::input::InputFile;
use crate::model::key::{CellKey, EndpointKey, Outcome, Population};
use crate::model::sample::Sample;
use crate::rollup::Rollup;
use crate::unit::Timestamp;
use proptest::prelude::*;

/// A rollup of some requests.
fn rollup(rows: &[(i64, u64)]) -> Rollup {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    for (seconds, latency_ns) in rows {
        let key = CellKey {
            population: Population::Request,
            endpoint: EndpointKey::new(Some("GET"), "/a"),
            outcome: if latency_ns % 3 == 0 { Outcome::Failed("HTTP 503".into()) } else { Outcome::Ok },
            status: Some(200),
            cached: None,
            tags: vec![("scenario".into(), "main".into())],
        };
        let cell = rollup.cell(part, &key);
        let ended_at = Some(Timestamp(1_795_225_420_000_000_000 + seconds * 100_000_000));
        rollup.sample(cell, Sample { ended_at, latency_ns: Some(*latency_ns), bytes: Some(7) });
        rollup.users(part, Timestamp(seconds * 1_000_000_000), 3.5);
    }
    rollup
}

fn files(rollup: Rollup) -> Vec<FoldedFile> {
    let tests: Vec<Folded> = rollup.into_parts().iter().map(crate::rollup::Part::folded).collect();
    let evidence = InputFile {
        source: "raw.csv".into(),
        adapter: "own_rows_csv".into(),
        why: "the header".into(),
        role: String::new(),
        sha256: None,
        bytes: 10,
        rows_read: 1,
        rows_used: 1,
        rows_skipped: 0,
        rows_rejected: 0,
        rows_rejected_aside: 0,
        first_rejections: Vec::new(),
        unfinished: None,
        notes: Vec::new(),
        within: None,
        copies: Vec::new(),
    };
    let about =
        About { folders: Vec::new(), file: "raw.csv".into(), certain: false, tests: tests.len() as u64, evidence };
    vec![FoldedFile { about, tests }]
}

fn input(text: &str) -> Input {
    Input::memory("x.plimsoll", text.as_bytes().to_vec()).unwrap()
}

proptest! {
    #[test]
    fn what_is_read_back_is_what_was_written(rows in prop::collection::vec((0_i64..20_000, 0_u64..9_000_000_000), 1..60)) {
        let text = write(&files(rollup(&rows))).unwrap();
        prop_assert_eq!(read(&input(&text)).unwrap(), files(rollup(&rows)));
        let mut again = Rollup::new();
        PlimsollPart.read(&input(&text), &Settings::default(), &mut again).unwrap();
        prop_assert!(again == rollup(&rows));
    }

    #[test]
    fn a_changed_byte_is_an_error_and_never_a_panic(at in 0.0_f64..1.0, byte in any::<u8>()) {
        let text = write(&files(rollup(&[(1, 5), (900, 70_000_000)]))).unwrap();
        let mut bytes = text.into_bytes();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place")]
        let at = (at * bytes.len() as f64) as usize;
        let changed = bytes[at] != byte;
        bytes[at] = byte;
        // Only a line end may become another line end.
        let read = Input::memory("x", bytes).and_then(|input| read(&input));
        prop_assert!(!changed || read.is_err() || byte == b'\n' || byte == b'\r');
    }
}

#[test]
fn a_part_is_told_by_its_beginning() {
    let text = write(&files(rollup(&[(1, 5)]))).unwrap();
    assert!(matches!(PlimsollPart.sniff(&Head::new(text.as_bytes(), true)), crate::ingest::Sniff::Yes(_)));
}

#[test]
fn what_is_wrong_with_a_part_is_said() {
    let text = write(&files(rollup(&[(1, 5)]))).unwrap();
    let message = |text: &str| {
        let error = read(&input(text)).unwrap_err();
        (error.message, error.place.unwrap().line)
    };
    let first_line = text.lines().next().unwrap();
    let (broken_off, _) = message(first_line);
    assert!(broken_off.contains("breaks off"), "{broken_off}");
    for other in ["2", "4"] {
        let (said, _) = message(&text.replacen("plimsoll-part 3", &format!("plimsoll-part {other}"), 1));
        assert!(said.contains(&format!("version {other}")), "{said}");
    }
    let (changed, line) = message(&text.replacen("\"count\":1", "\"count\":2", 1));
    assert!(changed.contains("hash") && line == Some(2), "{changed}");
    let (more, line) = message(&format!("{text}more\n"));
    assert!(more.contains("more than its first line announces") && line == Some(3), "{more}");
    let with_carriage_returns = text.replace('\n', "\r\n");
    assert!(read(&input(&with_carriage_returns)).is_ok());
}

/// A part whose hash is right and whose content cannot be true.
#[test]
fn what_cannot_be_true_is_refused_with_its_line() {
    let sound = files(rollup(&[(1, 5), (2, 6)]));
    let lie = |change: &dyn Fn(&mut Folded)| {
        let mut files = sound.clone();
        change(&mut files[0].tests[0]);
        let error = read(&input(&write(&files).unwrap())).and_then(|files| {
            let part = files.into_iter().flat_map(|file| file.tests).map(crate::rollup::Part::unfolded).next().unwrap();
            part.map_err(Error::input)
        });
        error.unwrap_err().message
    };
    assert!(lie(&|test| test.cells[0].count = u64::MAX).contains("counts"));
    assert!(lie(&|test| test.cells[0].count = 0).contains("more latencies"));
    assert!(lie(&|test| test.cells[0].latency.extremes_ns = Some((9, 1))).contains("contradicts"));
    assert!(lie(&|test| test.cells[0].latency.extremes_ns = None).contains("extremes"));
    assert!(lie(&|test| test.requests.endpoints[0].1[0].0 = i64::MIN).contains("no window"));
    assert!(lie(&|test| test.requests.extremes = None).contains("no window"));
    assert!(lie(&|test| test.users[0].windows[0].0 = i64::MAX).contains("no window"));
    assert!(lie(&|test| test.requests.endpoints[0].1[0].2 = 99).contains("more latencies, failures or sizes"));
    assert!(lie(&|test| test.requests.endpoints[0].1[0].5 = Some((9, 99))).contains("or sizes"));
    let answered = |window, count| {
        let key = EndpointKey::new(None, "a");
        FoldedAnswers(key, Some(200), None, vec![(window, count)])
    };
    assert!(lie(&|test| test.requests.answers = vec![answered(i64::MAX, 1)]).contains("no window"));
    assert!(lie(&|test| test.requests.answers = vec![answered(0, u64::MAX)]).contains("answers of `a` counts"));
}
