//! Counts that a tool's figures make twice: by adding up its parts, or as a rate by a time, a share of all, a sum by its mean.
//!
//! Where the two are not the same the file was edited, or the tool counts two things under one name; both figures are said. A
//! count that follows from printed figures is known as far as their digits go: half a step of the last digit that the tool
//! prints, of each of them, and half of one request. A tool that prints whole floats has no step, and is held to the request.

use crate::fmt;
use crate::model::distribution::{Quoted, Recorded};
use crate::model::sample::Fact;
use crate::unit::{Timestamp, Unit};

/// What is left of a float after it was computed, printed and read again, as a share of it.
const OF_FLOATS: f64 = 1e-6;

/// A printed figure, and the step in which its tool prints it: 0 for all digits that there are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Printed {
    pub(super) value: f64,
    pub(super) step: f64,
}

impl Printed {
    /// A float as its tool had it.
    pub(super) fn whole(value: f64) -> Self {
        Self { value, step: 0.0 }
    }

    /// The product of two.
    pub(super) fn times(self, other: Self) -> Self {
        let step = self.value * other.step + other.value * self.step + self.step * other.step / 2.0;
        Self { value: self.value * other.value, step }
    }

    /// How far the two may be apart and yet be one figure.
    fn room(self, other: Self) -> f64 {
        f64::midpoint(self.step, other.step) + self.value.abs().max(other.value.abs()) * OF_FLOATS
    }
}

/// A doubt where a figure that a tool prints twice, or that follows from others, is not the same; each with its name.
pub(super) fn differs(one: (&str, Printed), other: (&str, Printed), unit: Unit) -> Option<Fact> {
    let far = (one.1.value - other.1.value).abs() > one.1.room(other.1);
    far.then(|| beside(one, other, unit))
}

/// A doubt where a figure is above one that it cannot exceed.
pub(super) fn exceeds(low: (&str, Printed), high: (&str, Printed), unit: Unit) -> Option<Fact> {
    (low.1.value - high.1.value > low.1.room(high.1)).then(|| beside(low, high, unit))
}

/// A doubt where two instants that are one are not the same; each with its name.
pub(super) fn instants_differ(one: &str, a: Timestamp, other: &str, b: Timestamp) -> Option<Fact> {
    (a != b).then(|| contradiction(&format!("{one} is {}, and {other} {}", fmt::instant(a), fmt::instant(b))))
}

fn beside((one, a): (&str, Printed), (other, b): (&str, Printed), unit: Unit) -> Fact {
    let (a, b) = fmt::apart(a.value, b.value, unit);
    contradiction(&format!("{one} is {a}, and {other} {b}"))
}

/// A doubt where bytes a request, rounded down to whole ones as some tools do, are not all bytes by the requests.
pub(super) fn size_differs(name: &str, size: u64, (total, bytes): (&str, u64), requests: u64) -> Option<Fact> {
    let made = bytes.checked_div(requests)?;
    let other = format!("{total} makes for each answer");
    differs((name, Printed::whole(float(size))), (&other, Printed::whole(float(made))), Unit::Bytes)
}

/// Doubts where extremes or mean that a tool printed, in steps of so many µs, are not those of the values beside them.
pub(super) fn summary_differs<'a>(
    recorded: &'a Recorded,
    quoted: &'a Quoted,
    step: f64,
) -> impl Iterator<Item = Fact> + 'a {
    let pairs = [
        ("the least", quoted.min_us, recorded.min_us()),
        ("the mean", quoted.mean_us, recorded.mean_us()),
        ("the greatest", quoted.max_us, recorded.max_us()),
    ];
    pairs.into_iter().filter_map(move |(name, printed, own)| {
        let printed = (name, Printed { value: printed?, step });
        differs(printed, ("that of all its values", Printed::whole(own?)), Unit::Micros)
    })
}

/// A count that follows from other figures, and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Implied {
    count: f64,
    off: f64,
}

impl Implied {
    /// Requests from their rate and their time, or those of some kind from their share of all.
    pub(super) fn by(rate: Printed, time: Printed) -> Self {
        let Printed { value: count, step } = rate.times(time);
        Self { count, off: step / 2.0 + count.abs() * OF_FLOATS + 0.5 }
    }

    /// Requests from a sum over all of them and its mean; `None` where there is nothing to divide by.
    pub(super) fn sum_by_mean(sum: f64, mean: Printed) -> Option<Self> {
        let least = mean.value - mean.step;
        (least > 0.0).then(|| {
            let count = sum / mean.value;
            Self { count, off: (sum / least - count).abs() + count.abs() * OF_FLOATS + 0.5 }
        })
    }

    /// A doubt where it cannot be the count that is given: `from` names its figures, `what` they count and `whole` the count.
    pub(super) fn differs(self, from: &str, what: &str, whole: &str, all: u64) -> Option<Fact> {
        let stated = float(all);
        let is_far = (self.count - stated).abs() > self.off;
        is_far.then(|| {
            contradiction(&format!("by {from} there were {} {what}, and {whole} {}", self.text(), fmt::count(all)))
        })
    }

    /// The least count that it can be.
    pub(super) fn least(self) -> f64 {
        (self.count - self.off).max(0.0)
    }

    /// The nearest whole count as text.
    pub(super) fn text(self) -> String {
        super::document::whole(self.count.round()).map_or_else(|| format!("{:.0}", self.count), fmt::count)
    }
}

/// A doubt where the parts that a tool counts are not together what it counts of all; `parts` and `whole` name them.
pub(super) fn sum_differs(parts: &str, sum: u64, whole: &str, all: u64) -> Option<Fact> {
    let (sum_text, all_text) = (fmt::count(sum), fmt::count(all));
    (sum != all).then(|| contradiction(&format!("{parts} add up to {sum_text}, and {whole} to {all_text}")))
}

/// A count as a float: those of requests are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts of requests are far below 2^53")]
pub(super) fn float(count: u64) -> f64 {
    count as f64
}

pub(super) fn contradiction(text: &str) -> Fact {
    Fact::Warning(format!("the file contradicts itself: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(fact: Option<Fact>) -> Option<String> {
        fact.map(|fact| format!("{fact:?}"))
    }

    /// wrk's `867 requests in 6.03s` at `143.74` a second: 6.03 s is anything from 6.025 to 6.035.
    #[test]
    fn a_count_is_known_as_far_as_digits_go() {
        let made = |rate: f64| Implied::by(Printed { value: rate, step: 0.01 }, Printed { value: 6.03, step: 0.01 });
        let doubt = |rate: f64, all| said(made(rate).differs("its rate and its time", "requests", "it counts", all));
        assert_eq!((doubt(143.74, 867), doubt(143.74, 868)), (None, None));
        assert!(
            doubt(143.74, 870).unwrap().contains("by its rate and its time there were 867 requests, and it counts 870")
        );
        assert!(doubt(145.74, 867).is_some());
    }

    /// siege's 0.03 MB/s over 5.23 s are 0.13 to 0.19 MB; a longest of 0.02 s has no shortest of 0.04 s.
    #[test]
    fn figures_are_held_to_their_digits() {
        let cents = |value: f64| Printed { value, step: 0.01 };
        let megabytes = |sum: f64| {
            said(differs(("it moved", cents(sum)), ("its rate makes", cents(0.03).times(cents(5.23))), Unit::Plain))
        };
        assert_eq!((megabytes(0.17), megabytes(0.14)), (None, None));
        assert!(megabytes(0.25).unwrap().contains("it moved is 0.25, and its rate makes 0.157"));
        let order = |low: f64| said(exceeds(("low", cents(low)), ("high", cents(0.02)), Unit::Plain));
        assert_eq!((order(0.01), order(0.03)), (None, None));
        assert!(order(0.04).unwrap().contains("low is 0.04, and high 0.02"));
    }

    #[test]
    fn floats_are_held_to_the_request() {
        let of = |share: f64| Implied::by(Printed::whole(share), Printed::whole(900.0));
        assert!(of(592.0 / 900.0).differs("a", "b", "c", 592).is_none());
        assert!(of(592.0 / 900.0).differs("a", "b", "c", 593).is_some());
        assert!(of(f64::NAN).differs("a", "b", "c", 593).is_none(), "nothing is known of it");
    }

    #[test]
    fn a_sum_by_its_mean_is_a_count() {
        let mean = |ns: f64| Implied::sum_by_mean(26_663_871_612.0, Printed { value: ns, step: 1.0 });
        assert!(mean(29_626_524.0).unwrap().differs("a", "b", "c", 900).is_none());
        assert!(mean(38_514_481.0).unwrap().differs("a", "b", "c", 900).is_some());
        assert_eq!(mean(0.0), None);
    }
}
