//! Lines from places spread evenly over a text, taken in passing while it is read.
//!
//! They show cheaply what a text of any size is like: whether time goes back in it, and far, and whether each line stands
//! there twice in a row. Neither is sure to be so of the lines between; it is worth a second look.

use super::watch::TOLD_APART;
use memchr::memchr_iter;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// So many are kept at most: half as many at least, of a text that is long enough.
const MOST: usize = 128;
/// They are never nearer than so many bytes.
const NEAREST: u64 = 256;
/// So many bytes are kept of each: a few lines.
const KEPT: usize = 4096;
/// So many places are looked at again behind which time has gone back, those where it did so the farthest.
const SUSPECTS: usize = 4;
/// So many bytes of what stands there are looked for, or one line if that is longer, but none that the next one holds: single
/// rows of a second may be alike.
const LOOKED_FOR: u64 = 1024;
/// A time that is one number has so many digits at least.
const DIGITS: usize = 10;
/// The date of a time has so many bytes, as `2026-11-21 ` has.
const DATE: usize = 11;
/// From fewer places nothing is concluded.
const FEW: usize = 3;

/// Probes are what stands at each multiple of a stride.
#[derive(Debug)]
pub(super) struct Probes {
    stride: AtomicU64,
    kept: Mutex<BTreeMap<u64, Box<[u8]>>>,
}

impl Probes {
    /// Of a file of about so many bytes; its text may have more.
    pub(super) fn of(len: u64) -> Self {
        let stride = (len / MOST as u64).next_power_of_two().max(NEAREST);
        Self { stride: AtomicU64::new(stride), kept: Mutex::default() }
    }

    /// Looks at a piece of the text that begins at this byte of it. Pieces may come in any order and overlap.
    pub(super) fn look(&self, piece: &[u8], at: u64) {
        let end = at + piece.len() as u64;
        // The stride only grows, and what is a multiple of the greater was one of the lesser.
        if at.next_multiple_of(self.stride.load(Ordering::Relaxed)) >= end {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut stride = self.stride.load(Ordering::Relaxed);
        let mut place = at.next_multiple_of(stride);
        while place < end {
            let text = usize::try_from(place - at).ok().and_then(|from| piece.get(from..)).unwrap_or_default();
            let text = text.get(..KEPT).unwrap_or(text);
            if kept.get(&place).is_none_or(|before| before.len() < text.len()) {
                kept.insert(place, text.into());
            }
            if kept.len() > MOST {
                stride *= 2;
                kept.retain(|place, _| place.is_multiple_of(stride));
                self.stride.store(stride, Ordering::Relaxed);
            }
            place = (place + 1).next_multiple_of(stride);
        }
    }

    /// Some lines that stand behind later ones, where they do so behind the most, each time with the byte at which they begin.
    pub(super) fn after_going_back(&self) -> Vec<(u64, Vec<u8>)> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let looked_for = usize::try_from(self.stride.load(Ordering::Relaxed).min(LOOKED_FOR)).unwrap_or_default();
        let mut before: Vec<Vec<u8>> = Vec::new();
        let mut found: Vec<(usize, u64, &[u8])> = Vec::new();
        for (place, text) in kept.iter() {
            let Some((from, first)) = lines_of(*place, text).next() else { continue };
            let Some(time) = time_of(first) else { continue };
            let later = before.iter().filter(|other| **other > time).count();
            if later > 0 {
                let behind = text.get(from..).unwrap_or_default();
                let near = behind.get(..looked_for.max(first.len())).unwrap_or(behind);
                let lines = near.get(..=memchr::memrchr(b'\n', near).unwrap_or_default()).unwrap_or_default();
                found.push((later, place + from as u64, lines));
            }
            before.push(time);
        }
        found.retain(|(_, _, lines)| lines.len() >= TOLD_APART);
        found.sort_by_key(|(later, place, _)| (std::cmp::Reverse(*later), *place));
        found.into_iter().take(SUSPECTS).map(|(_, place, lines)| (place, lines.to_vec())).collect()
    }

    /// Whether of three lines in a row two neighbours are the same wherever one looks.
    pub(super) fn have_equal_neighbours(&self) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = 0;
        let are_equal = kept.iter().filter(|(place, _)| **place > 0).all(|(place, text)| {
            let mut lines = lines_of(*place, text).map(|(_, line)| line);
            let (Some(one), Some(two), Some(three)) = (lines.next(), lines.next(), lines.next()) else { return true };
            seen += 1;
            one == two || two == three
        });
        are_equal && seen >= FEW
    }
}

/// The whole lines of what stands at a place, with their ends, and where in it each begins.
fn lines_of(place: u64, text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut from = (place == 0).then_some(0);
    memchr_iter(b'\n', text).filter_map(move |end| {
        let line = from.map(|from| (from, text.get(from..=end).unwrap_or_default()));
        from = Some(end + 1);
        line
    })
}

/// The first time that a line states, in a form in which the times of a file's lines compare: a long whole number with what
/// follows its point, or a time of day with what stands before it, which mostly is the date.
fn time_of(line: &[u8]) -> Option<Vec<u8>> {
    let is_digit = |at: usize| line.get(at).is_some_and(u8::is_ascii_digit);
    let digits_from =
        |at: usize| line.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
    let with_fraction = |from: usize, mut to: usize| {
        if line.get(to) == Some(&b'.') {
            to += 1 + digits_from(to + 1);
        }
        line.get(from..to).map(<[u8]>::to_vec)
    };
    let mut at = 0;
    while at < line.len() {
        let digits = digits_from(at);
        if digits >= DIGITS {
            return with_fraction(at, at + digits);
        }
        let is_hour = digits == 2 && line.get(at + 2) == Some(&b':') && is_digit(at + 3) && is_digit(at + 4);
        if is_hour && line.get(at + 5) == Some(&b':') && is_digit(at + 6) && is_digit(at + 7) {
            return with_fraction(at.saturating_sub(DATE), at + "00:00:00".len());
        }
        at += digits.max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(rows: std::ops::Range<u64>) -> String {
        let row = |at: u64| format!("{},some row of many\n", 1_795_226_390_000 + at * 50);
        rows.map(row).collect()
    }

    fn probed(text: &str, sizes: &[usize]) -> Probes {
        let probes = Probes::of(0);
        let (mut rest, mut at) = (text.as_bytes(), 0);
        for size in sizes.iter().cycle() {
            let (piece, behind) = rest.split_at((*size).min(rest.len()));
            probes.look(piece, at);
            (rest, at) = (behind, at + piece.len() as u64);
            if rest.is_empty() {
                break;
            }
        }
        probes
    }

    #[test]
    fn time_goes_back_where_it_is_before_that_of_many() {
        let on = text(0..5000);
        assert!(probed(&on, &[60_000]).after_going_back().is_empty());
        let (first, last) = (text(0..3000), text(1000..3000));
        let all = [first.as_str(), &last].concat();
        let found = probed(&all, &[60_000]).after_going_back();
        assert_eq!(found.len(), SUSPECTS);
        for (place, lines) in found {
            assert!(place >= first.len() as u64 && place < (first.len() + last.len() / 5) as u64);
            assert!(all.as_bytes()[usize::try_from(place).unwrap()..].starts_with(&lines) && lines.ends_with(b"\n"));
        }
    }

    #[test]
    fn a_time_is_found_in_every_form() {
        let time = |line: &str| time_of(line.as_bytes()).map(|time| String::from_utf8(time).unwrap());
        let expected = |time: &str| Some(time.to_owned());
        assert_eq!(time("1795226390123,12,/a,200"), expected("1795226390123"));
        assert_eq!(time("/a,12,1795226390.5,x"), expected("1795226390.5"));
        assert_eq!(time(r#"{"n":7,"at":"2026-11-21T02:12:38.69Z"}"#), expected("2026-11-21T02:12:38.69"));
        assert_eq!(time("02:12:38 x"), expected("02:12:38"));
        assert_eq!((time("0.123,0.4,200"), time("12:30,7"), time("")), (None, None, None));
    }

    #[test]
    fn lines_that_stand_twice_have_equal_neighbours() {
        let rows = text(0..1000);
        let twice: String = rows.split_inclusive('\n').map(|row| row.repeat(2)).collect();
        assert!(probed(&twice, &[60_000]).have_equal_neighbours());
        assert!(!probed(&rows, &[60_000]).have_equal_neighbours());
        assert!(!probed(&[twice.as_str(), &rows].concat(), &[60_000]).have_equal_neighbours());
    }

    proptest! {
        /// However many there are of it, from half as many as are kept on to all: the text's size alone says which.
        #[test]
        fn probes_are_spread_evenly(rows in 1..30_000_u64, sizes in proptest::collection::vec(1..200_000_usize, 1..9)) {
            let text = text(0..rows);
            let probes = probed(&text, &sizes);
            let (kept, stride) = (probes.kept.into_inner().unwrap(), probes.stride.into_inner());
            let places: Vec<u64> = kept.into_keys().collect();
            let all: Vec<u64> = (0..text.len() as u64).filter(|place| place.is_multiple_of(stride)).collect();
            prop_assert_eq!(&places, &all);
            prop_assert!(places.len() <= MOST && (stride == NEAREST || places.len() > MOST / 2));
        }
    }
}
