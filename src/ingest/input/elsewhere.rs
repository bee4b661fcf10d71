//! Texts that stand in a file again and begin neither with it nor end with it: `cat a.jtl; tail -n 1000 a.jtl`, or a day's
//! file behind another in which its first hour lies already.
//!
//! Where time goes far back, as some lines of the file show that were taken as it was read, one of the lines behind is
//! looked for in what stands before. Only of such files all is read once more.

use super::copies::{Alike, Copies};
use super::watch::Watch;
use super::{BUFFER, Input, read_full};
use memchr::memmem::Finder;
use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader};

/// Fewer lines may be alike by chance.
const FEW_LINES: u64 = 10;
/// Of each line that is looked for, so many places are held against it.
const PLACES: usize = 4;

impl Input {
    /// What stands again where time goes back, of several texts the longest.
    pub(super) fn copies_elsewhere(&self, watch: &Watch, most: usize) -> io::Result<Option<Copies>> {
        let mut longest: Option<Copies> = None;
        let mut seen: Vec<(u64, u64, u64)> = Vec::new();
        let places = self.places_before(&watch.probes.after_going_back())?;
        for (former, latter) in places.into_iter().take(most) {
            let apart = latter - former;
            if seen.iter().any(|(other, begin, end)| *other == apart && (*begin..*end).contains(&former)) {
                continue;
            }
            let (begin, lead, alike) = self.alike_around(former, apart)?;
            seen.push((apart, begin, begin + alike.bytes));
            let copies = self.copies_along((begin, lead), apart, &alike)?;
            if copies.lines_again >= longest.map_or(FEW_LINES, |longest| longest.lines_again + 1) {
                longest = Some(copies);
            }
        }
        Ok(longest)
    }

    /// Where lines that stand at a place stand before it too.
    fn places_before(&self, wanted: &[(u64, Vec<u8>)]) -> io::Result<BTreeSet<(u64, u64)>> {
        let (Some(end), Some(longest)) =
            (wanted.iter().map(|(place, _)| *place).max(), wanted.iter().map(|(_, line)| line.len()).max())
        else {
            return Ok(BTreeSet::new());
        };
        let mut lines: Vec<_> = wanted.iter().map(|(place, line)| (*place, Finder::new(line), 0)).collect();
        let mut found = BTreeSet::new();
        let mut text = self.piece(0, end)?;
        // What was read before is kept as far as a line and the end of the one before may reach into it.
        let (mut buffer, mut kept, mut at) = (vec![0; longest + 1 + BUFFER], 0, 0);
        loop {
            let got = read_full(&mut text, buffer.get_mut(kept..).unwrap_or_default())?;
            if got == 0 {
                return Ok(found);
            }
            let seen = buffer.get(..kept + got).unwrap_or_default();
            for (latter, line, places) in &mut lines {
                for begin in line.find_iter(seen).take(PLACES) {
                    let former = at + begin as u64;
                    let begins_line = former == 0 || begin.checked_sub(1).and_then(|end| seen.get(end)) == Some(&b'\n');
                    if *places < PLACES && begins_line && former < *latter && found.insert((former, *latter)) {
                        *places += 1;
                    }
                }
            }
            let passed = seen.len().saturating_sub(longest + 1);
            kept = seen.len() - passed;
            at += passed as u64;
            buffer.copy_within(passed..passed + kept, 0);
        }
    }

    /// The copies of which the former begins here, with so many bytes before it that are alike too, and the latter so far
    /// behind it.
    fn copies_along(&self, (begin, lead): (u64, u64), apart: u64, alike: &Alike) -> io::Result<Copies> {
        let again = begin + apart;
        let bytes = if alike.at_end { alike.bytes } else { alike.whole };
        let ((former, _), (latter, _)) = (self.counted(begin)?, self.counted(again)?);
        let (end, open) = self.counted(again + bytes)?;
        // The former was cut if it goes on to where the latter begins: to the end of a row that has lost its own, or to the row
        // before the latter if that was glued to it.
        let is_glued = || Ok::<_, io::Error>(begin == lead || self.line_end_before(begin - lead)? > 0);
        let reaches = |before: u64| !alike.at_end && alike.bytes + before >= apart;
        let is_cut = reaches(self.line_end_before(again)?) || (reaches(lead) && is_glued()?);
        let line_ends_again = if is_cut { latter - former } else { end - latter };
        Ok(Copies {
            again: if is_cut { (begin, apart) } else { (again, bytes) },
            lines_again: line_ends_again + u64::from(open && !is_cut),
            line_ends_again,
            former,
            latter,
            keeps_latter: is_cut,
            at_end: alike.at_end,
            stretch: Some((begin, bytes.min(apart))),
            times: if alike.at_end { 1 + bytes.div_ceil(apart) } else { 2 },
            headed: false,
        })
    }

    /// Where the lines begin that are the same as those so many bytes behind them, one of them at this place; how many bytes of
    /// the line before are too; and how much is from where they begin on.
    fn alike_around(&self, place: u64, apart: u64) -> io::Result<(u64, u64, Alike)> {
        let mut differs = self.last_difference(place.saturating_sub(BUFFER as u64), place, apart)?;
        if differs.is_none() {
            differs = self.last_difference(0, place, apart)?;
        }
        let lead = match differs {
            Some(at) => BufReader::new(self.piece(at + 1, place - at - 1)?).skip_until(b'\n')? as u64,
            None => 0,
        };
        let begin = differs.map_or(0, |at| at + 1 + lead);
        let ahead = self.compare(place, place + apart)?;
        let behind = place - begin;
        Ok((begin, lead, Alike { bytes: behind + ahead.bytes, whole: behind + ahead.whole, ..ahead }))
    }

    /// The last byte from `from` to this place that is not the same as that so many bytes behind it.
    fn last_difference(&self, from: u64, place: u64, apart: u64) -> io::Result<Option<u64>> {
        let (mut own, mut other) = (self.piece(from, place - from)?, self.piece(from + apart, place - from)?);
        let (mut buffer, mut other_buffer) = (vec![0; BUFFER], vec![0; BUFFER]);
        let (mut at, mut differs) = (from, None);
        loop {
            let got = read_full(&mut own, &mut buffer)?;
            if got == 0 {
                return Ok(differs);
            }
            let space = other_buffer.get_mut(..got).unwrap_or_default();
            read_full(&mut other, space)?;
            let pairs = buffer.iter().zip(space.iter());
            differs = pairs.take(got).rposition(|(one, two)| one != two).map(|last| at + last as u64).or(differs);
            at += got as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::input::tests::gzip;
    use proptest::prelude::*;
    use std::io::Read;

    fn rows(rows: std::ops::Range<u64>) -> String {
        let row = |at: u64| format!("{},{},some row of many\n", 1_795_226_390_000 + at * 50, at * 7919 % 1009);
        rows.map(row).collect()
    }

    /// What is kept of a text, and what was found in it.
    fn kept(text: &[u8]) -> Option<(String, Copies)> {
        let input = Input::memory("x", text).unwrap().watched().unwrap();
        let mut all = String::new();
        input.stream().unwrap().read_to_string(&mut all).unwrap();
        let copies = input.copies().unwrap()?;
        let mut kept = String::new();
        input.without(copies.again.0, copies.again.1).stream().unwrap().read_to_string(&mut kept).unwrap();
        Some((kept, copies))
    }

    proptest! {
        /// Of a text in which some of its lines stand again, wherever and however cut, the text itself is kept.
        #[test]
        fn a_text_is_found_without_what_stands_in_it_again(
            all in 200..6000_u64,
            (from, size, behind) in (0..80_u64, 10..50_u64, 0..=100_u64),
            (form, cut, packed) in (0..3_u8, 1..30_usize, any::<bool>()),
        ) {
            let from = all * from / 100;
            let to = (from + all * size / 100).min(all - 1);
            let at = to + (all - to) * behind / 100;
            let whole = rows(0..all);
            let (next, end) = (rows(to..to + 1), rows(from..all));
            let text = match form {
                0 => [rows(0..at), rows(from..to), rows(at..all)].concat(),
                1 => [&rows(0..to), &next[..cut], "\n", &end].concat(),
                _ => [&rows(0..to), &next[..cut], &end].concat(),
            };
            let (kept, copies) = kept(&if packed { gzip(text.as_bytes()) } else { text.into_bytes() }).unwrap();
            prop_assert!(kept == whole, "{:?}", copies);
        }

        /// Texts in which time goes back for other rows have none.
        #[test]
        fn what_differs_is_no_copy(all in 200..3000_u64, from in 0..150_u64) {
            let other = rows(from..all).replace("some row", "another");
            prop_assert!(kept([rows(0..all), other].concat().as_bytes()).is_none());
        }
    }
}
