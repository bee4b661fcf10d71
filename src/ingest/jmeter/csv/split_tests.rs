//! Who reads which rows cannot be seen in what a file amounts to.

use super::*;
use crate::rollup::Rollup;

/// What is written of a file as it was folded by so many threads, out of blocks of about so many bytes.
fn folded(text: &str, threads: usize, block: usize) -> String {
    let input = Input::memory("results.jtl", text.as_bytes().to_vec()).unwrap();
    let layout = Layout::new(Columns::of(&input.head().unwrap()).unwrap());
    let blocks = RowBlocks::of(input.stream().unwrap(), Some(layout.columns.delimiter), block);
    let settings = Settings::default();
    let mut rollup = Rollup::new();
    let mut findings = layout.read(&blocks, threads, &settings, &mut rollup).unwrap();
    findings.conclude(blocks.unfinished(), &layout, &settings, &mut rollup);
    let parts: Vec<_> = rollup.into_parts().iter().map(crate::rollup::part::Part::folded).collect();
    format!("{}\n{:?}", serde_json::to_string(&parts).unwrap(), findings.tally)
}

fn assert_same(text: &str, wanted: &str) {
    let whole = folded(text, 1, 4 << 20);
    assert!(whole.contains(wanted), "{whole}");
    for threads in 1..=3 {
        for block in [200, 1500, 4096, 20_000] {
            assert_eq!(folded(text, threads, block), whole, "{threads} threads, blocks of {block} bytes");
        }
    }
}

/// Each thread left out readings of users that it had told itself just before, so their number and the first and last of
/// them were another with each run of the program.
#[test]
fn threads_and_blocks_do_not_show() {
    let mut text = "timeStamp,elapsed,label,responseCode,responseMessage,threadName,success,failureMessage,bytes,allThreads,Latency,Hostname,Connect\n".to_owned();
    for row in 0..3000_u64 {
        // Several rows a tenth of a second on two generators, and a silence that parts two runs.
        let at = 1_795_226_390_000 + row * 13 + if row > 2000 { 3_600_000 } else { 0 };
        let (elapsed, threads, host) = (row * 7919 % 900, 10 + row / 700, ["vm", "other"][usize::from(row % 7 == 0)]);
        let (code, success) = if row % 11 == 0 { ("503", "false") } else { ("200", "true") };
        text += &format!(
            "{at},{elapsed},\"GET {}\",{code},OK,T 1-{},{success},,419,{threads},{elapsed},{host},{}\n",
            row % 3,
            row % 10,
            row % 4
        );
        if row % 500 == 0 {
            text += "soon,1,a,200,OK,T 1-1,true,,1,1,1,vm,1\n";
        }
    }
    assert_same(&text, "\"other\"");
}

/// Each thread had a bound of its own on kinds of failure, and past it what came first was told apart.
#[test]
fn which_kinds_of_failure_come_first_does_not_show() {
    let mut text = "timeStamp,elapsed,label,responseCode,responseMessage,success,failureMessage\n".to_owned();
    for row in 0..800_u64 {
        let (at, word) = (1_795_226_390_000 + row * 13, char::from(b'a' + u8::try_from(row % 26).unwrap()));
        text += &format!("{at},5,a,200,OK,false,Test {word}{} of {} found nothing\n", (row * 7919) % 800, row % 500);
    }
    assert_same(&text, "found nothing");
}
