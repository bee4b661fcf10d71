//! Rows known by sight say what the general reader makes of them.

use super::*;
use crate::ingest::own::recording::Recording;
use crate::ingest::{Rejection, Settings};
use proptest::prelude::*;

/// Headers and rows as JMeter writes them under several settings, and some that are off in ways that matter.
const FILES: [(&str, &[&str]); 4] = [
    (
        "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect",
        &[
            "1795226390337,681,POST food,200,OK,\"Thread Group, A 1-2\",text,true,,419,231,10,10,http://127.0.0.1/food,681,0,529",
            "1795226390340,45,\"GET reminders, \"\"all\"\"\",200,OK,Users 1-2,text,true,,425,230,10,10,http://127.0.0.1/r?token=1,45,0,0",
            "1795226384201,726,TX browse,200,\"Number of samples in transaction : 2, number of failing samples : 0\",Users 1-2,,true,,844,461,10,10,null,726,6138,529",
            "1795226390341,12,POST food,Non HTTP response code: java.net.ConnectException,Non HTTP response message: refused,10.0.0.3:1099-T 1-1,text,false,,2500,0,4,9,http://h/,0,0,12",
            "1795226390341,15,POST food,200,OK,10.0.0.4-T 1-1,text,false,\"Test failed:\nnot \"\"ok\"\"\",419,238,4,7,http://h/pay,15,0,1",
            "1795226390341,15.5,POST food,200,OK,,text,TRUE,,,,,7,http://h/pay,,,",
            "1795227999999,15,POST food,503,,T 1-1,text,false,,1234567890,,4,7,http://h/pay,15,0,1",
            "1795226390,15,POST food,200,OK,T 1-1,text,true,,12345678,,4,7,http://h/pay,15,0,1",
        ],
    ),
    (
        "label;Hostname;elapsed;success;timeStamp;allThreads;Latency",
        &[
            "a;vm;12;true;1795226390337;3;11",
            "\"b;c\";\"vm\";12;false;1795226390338;4;",
            "a;v\"m;12;true;2026/11/21 02:01:54.829;3;1",
            "c;;12;true;1795226390338;4;7",
            "d;\"\";12;true;1795226390338;4;7",
        ],
    ),
    (
        "timeStamp\telapsed\tlabel\tresponseCode\tURL\tdataType",
        &[
            "1795226390337\t1\ta\t200\thttp://h/\ttext",
            "1795226390338\t2\ta\t404\tnull\t",
            "1795226390339\t3\t\t\t\"\"\t",
        ],
    ),
    (
        "timeStamp,elapsed,label,success,SampleCount",
        &["1795226390337,1,a,true,1", "1795226390338,2,a,true,2", "1795226390339,00000003,a,true,"],
    ),
];

/// Everything that reaches a sink, and the tally; with rows known by sight, or each read field by field.
fn told(text: &[u8], by_sight: bool) -> (String, Tally) {
    let input = Input::memory("results.jtl", text.to_vec()).unwrap();
    let settings = Settings::default();
    let layout = Layout::new(Columns::of(&input.head().unwrap()).unwrap());
    let blocks = RowBlocks::open(&input, layout.columns.delimiter).unwrap();
    let mut sink = Recording::default();
    let mut reader = Reader::new(&layout, Teller::new(&mut sink, &settings));
    if !by_sight {
        reader.sight = None;
    }
    reader.read(&blocks, false).unwrap();
    let mut findings = reader.finish();
    findings.conclude(blocks.unfinished(), &layout, &settings, &mut sink);
    (format!("{sink:?}"), findings.tally)
}

#[test]
fn usual_rows_are_known_by_sight() {
    let (header, rows) = FILES[0];
    let text = [header, rows[0], rows[1], rows[2], rows[3], ""].join("\r\n");
    let layout = Layout::new(Columns::of_header(header.as_bytes()).unwrap());
    let mut sink = Recording::default();
    let settings = Settings::default();
    let mut reader = Reader::new(&layout, Teller::new(&mut sink, &settings));
    let first = text.len() - text.split_once('\n').unwrap().1.len();
    for round in 0..2 {
        let mut at = first;
        for _ in 0..4 {
            let glance = reader.sight.as_ref().unwrap().glance(&text.as_bytes()[at..]);
            // The last row has not eight bytes behind its last number; it is read field by field.
            let Some(glance) = glance else {
                assert_eq!(at + rows[3].len() + 2, text.len());
                break;
            };
            assert_eq!(reader.known_row(&text.as_bytes()[at..], &glance), round == 1, "at {at}");
            at += reader.any_row(&text.as_bytes()[at..], (1, 0), Some(&glance)).0;
        }
    }
    reader.finish();
    assert_eq!(sink.samples.len(), 9);
}

#[test]
fn the_places_of_bad_rows_are_the_same() {
    let (header, rows) = FILES[0];
    let bad = rows[0].replace("681", "soon");
    let text = [header, rows[0], rows[0], &bad, rows[4], rows[0], &bad, rows[0], ""].join("\n");
    let (by_sight, one_by_one) = (told(text.as_bytes(), true), told(text.as_bytes(), false));
    assert_eq!(by_sight, one_by_one);
    let lines: Vec<u64> = by_sight.1.first_rejections.iter().map(|one: &Rejection| one.line).collect();
    assert_eq!(lines, [4, 8]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]
    #[test]
    fn rows_known_by_sight_say_the_same(file in 0..FILES.len(), which in 0..8_usize, at in 0..200_usize, byte in any::<u8>(), kind in 0..4_u8, ending in 0..2_usize) {
        let (header, rows) = FILES[file];
        let ending = ["\n", "\r\n"][ending];
        let mut mutated = rows[which % rows.len()].as_bytes().to_vec();
        let at = at % mutated.len();
        match kind {
            0 => mutated[at] = byte,
            1 => { mutated.remove(at); }
            2 => { mutated.truncate(at); }
            _ => mutated.insert(at, b"\",;\t\r\n0 -."[usize::from(byte) % 10]),
        }
        // The rows as they are come first, so that there is something to be known.
        let mut lines: Vec<&[u8]> = vec![header.as_bytes()];
        lines.extend(rows.iter().chain(rows).map(|row| row.as_bytes()));
        lines.extend([mutated.as_slice(), mutated.as_slice()]);
        lines.extend(rows.iter().map(|row| row.as_bytes()));
        let text = lines.join(ending.as_bytes());
        prop_assert_eq!(told(&text, true), told(&text, false));
    }

    /// Columns that mostly hold what they held are compared with it first; that must not be seen either.
    #[test]
    fn rows_whose_numbers_change_now_and_then_say_the_same(file in 0..FILES.len(), rows in prop::collection::vec((0..8_usize, 0..60_usize, 0..8_u8), 0..80)) {
        let (header, models) = FILES[file];
        let mut lines = vec![header.to_owned()];
        lines.extend(rows.into_iter().map(|(which, at, how)| with_other_digit(models[which % models.len()], at, how)));
        let text = lines.join("\n").into_bytes();
        prop_assert_eq!(told(&text, true), told(&text, false));
    }
}

/// A row with one of its digits as another, doubled, or left out; or as it is.
fn with_other_digit(row: &str, at: usize, how: u8) -> String {
    let digits: Vec<usize> = row.match_indices(|one: char| one.is_ascii_digit()).map(|(at, _)| at).collect();
    let at = digits[at % digits.len()];
    match how {
        0 => format!("{}7{}", &row[..at], &row[at + 1..]),
        1 => format!("{}{}", &row[..=at], &row[at..]),
        2 => format!("{}{}", &row[..at], &row[at + 1..]),
        _ => row.to_owned(),
    }
}
