//! `[cost]`: a price and a volume, from which the cost of the runs, of 1,000 requests and of a month follow.

use crate::config::value::Globs;
use crate::quantity::Quantity;
use crate::unit::Unit;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

/// Days of a month, so that a volume a day and a month's bill can be held against each other.
pub const DAYS_A_MONTH: f64 = 30.0;
/// Hours of such a month.
pub const HOURS_A_MONTH: f64 = DAYS_A_MONTH * 24.0;

/// `[cost]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cost {
    /// Written before amounts: `$`, `EUR`.
    #[serde(default)]
    pub currency: Option<String>,
    /// Price of a request that the cache does not answer.
    #[serde(default)]
    pub per_request: Option<f64>,
    /// Price of one that it does; nothing where left out.
    #[serde(default)]
    pub per_cached_request: f64,
    /// Price of an instance for an hour.
    #[serde(default)]
    pub per_instance_hour: Option<f64>,
    /// Instances that bore the measured load.
    #[serde(default)]
    pub instances: Option<f64>,
    /// Globs on tests that are counted; all where left out.
    #[serde(default)]
    pub tests: Option<Globs>,
    /// Share that the cache answers, where no source tells.
    #[serde(default)]
    pub hit_ratio: Option<Quantity>,
    /// Requests in production.
    #[serde(default)]
    pub volume: Option<Volume>,
    /// What was said a month costs, to be held against the price.
    #[serde(default)]
    pub stated_month: Option<StatedMonth>,
}

/// What somebody said a month costs.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedMonth {
    /// If the cache answered nothing.
    #[serde(default)]
    pub without_cache: Option<f64>,
    /// As it is.
    #[serde(default)]
    pub with_cache: Option<f64>,
    /// Share of hits that they assumed; the measured one where left out.
    #[serde(default)]
    pub hit_ratio: Option<Quantity>,
}

/// A Volume is a number of requests in a time: `1000 a day`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Volume {
    /// As written.
    pub requests: f64,
    /// In which time.
    pub per: Period,
}

/// The time of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A month of 30 days.
    Month,
}

impl Period {
    /// How many a month has.
    #[must_use]
    pub fn a_month(self) -> f64 {
        match self {
            Self::Second => HOURS_A_MONTH * 3600.0,
            Self::Minute => HOURS_A_MONTH * 60.0,
            Self::Hour => HOURS_A_MONTH,
            Self::Day => DAYS_A_MONTH,
            Self::Month => 1.0,
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Second => "second",
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

impl Volume {
    /// Reads `1000 a day`, `1000/day`, `50 per minute`.
    ///
    /// # Errors
    /// What was found instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no volume such as \"1000 a day\"");
        let split = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(wrong)?;
        let (number, rest) = text.split_at(split);
        let rest = rest.trim();
        let period = ["/", "per ", "an ", "a "].iter().find_map(|word| rest.strip_prefix(word)).ok_or_else(wrong)?;
        let all = [Period::Second, Period::Minute, Period::Hour, Period::Day, Period::Month];
        let per = all.into_iter().find(|one| one.words() == period.trim()).ok_or_else(wrong)?;
        Ok(Self { requests: number.parse().map_err(|_| wrong())?, per })
    }
}

impl<'de> Deserialize<'de> for Volume {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl Cost {
    /// Holds what one key alone cannot say.
    pub(super) fn check(&self) -> Result<(), String> {
        let stated = self.stated_month;
        let prices = [self.per_request, Some(self.per_cached_request), self.per_instance_hour, self.instances];
        let said = [stated.and_then(|month| month.without_cache), stated.and_then(|month| month.with_cache)];
        if prices.into_iter().chain(said).flatten().any(|price| !price.is_finite() || price < 0.0) {
            return Err("a price of `[cost]` is below zero or no number".to_owned());
        }
        let ratios = [self.hit_ratio, stated.and_then(|month| month.hit_ratio)];
        if ratios.into_iter().flatten().any(|ratio| !is_share(ratio)) {
            return Err("`hit_ratio` of `[cost]` is no share such as \"80 %\"".to_owned());
        }
        if self.per_request.is_none() && self.per_instance_hour.is_none() {
            return Err("`[cost]` names no price: add `per_request` or `per_instance_hour`".to_owned());
        }
        Ok(())
    }
}

fn is_share(ratio: Quantity) -> bool {
    matches!(ratio.unit, Unit::Ratio | Unit::Plain) && (0.0..=1.0).contains(&ratio.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volumes_are_read() {
        let day = Volume { requests: 1000.0, per: Period::Day };
        for text in ["1000 a day", "1000/day", "1000 per day"] {
            assert_eq!(Volume::parse(text), Ok(day));
        }
        assert_eq!(Volume::parse("3 an hour").unwrap().per, Period::Hour);
        for wrong in ["1000", "a day", "1000 a moon", ""] {
            assert!(Volume::parse(wrong).is_err(), "{wrong}");
        }
    }
}
