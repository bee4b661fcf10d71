//! Files of which each line stands there several times in a row: whoever collected them wrote each twice.

use super::Input;
use crate::error::Error;

/// Fewer different neighbours may be alike by chance.
const FEW: u64 = 20;
/// So many lines at the beginning may stand there once: a header, or what opens a document.
const OPENING: u64 = 2;

impl Input {
    /// How often each line stands in a row, if each does more than once, which was seen as the file was read
    /// [watched](Input::watched).
    ///
    /// # Errors
    /// It cannot be read.
    pub fn times_each_line(&self) -> Result<Option<u64>, Error> {
        if !self.watch.as_ref().is_some_and(|watch| watch.probes.have_equal_neighbours()) {
            return Ok(None);
        }
        let mut lines = self.quiet().lines()?;
        let (mut last, mut alike, mut before, mut runs, mut times) = (Vec::new(), 0, 0, 0, 0);
        while let Some(line) = lines.next_line().map_err(|error| self.broken(&error))? {
            if alike > 0 && line.bytes == last.as_slice() {
                alike += 1;
                continue;
            }
            if before > 1 || runs > OPENING + 1 {
                times = common(times, before);
            }
            if times == 1 {
                return Ok(None);
            }
            last.clear();
            last.extend_from_slice(line.bytes);
            (before, alike, runs) = (alike, 1, runs + 1);
        }
        // The last may be cut, or what closes a document.
        for run in [before, alike].into_iter().filter(|run| *run > 1) {
            times = common(times, run);
        }
        Ok((times > 1 && runs >= FEW).then_some(times))
    }
}

/// The greatest number of which both are multiples.
fn common(one: u64, other: u64) -> u64 {
    if other == 0 { one } else { common(other, one % other) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    fn times(text: &str) -> Option<u64> {
        let input = Input::memory("x", text).unwrap().watched().unwrap();
        io::copy(&mut input.stream().unwrap(), &mut io::sink()).unwrap();
        input.times_each_line().unwrap()
    }

    fn rows(times: &dyn Fn(usize) -> usize) -> String {
        (0..500).map(|at| format!("{},some row of many\n", 1000 + at).repeat(times(at))).collect()
    }

    #[test]
    fn each_line_must_stand_there_as_often() {
        assert_eq!(times(&rows(&|_| 2)), Some(2));
        assert_eq!(times(&rows(&|_| 3)), Some(3));
        assert_eq!(times(&rows(&|at| if at % 7 == 0 { 4 } else { 2 })), Some(2), "one stood twice before");
        assert_eq!(times(&["header\n", &rows(&|_| 2)].concat()), Some(2));
        assert_eq!(times(&rows(&|_| 2)[..20_000]), Some(2), "the last line is cut");
        assert_eq!(times(&rows(&|_| 1)), None);
        assert_eq!(times(&rows(&|at| if at == 250 { 1 } else { 2 })), None);
        assert_eq!(times(&rows(&|at| if at == 250 { 3 } else { 2 })), None);
        assert_eq!(times(&"the same row of all\n".repeat(1000)), None, "all lines are alike");
    }
}
