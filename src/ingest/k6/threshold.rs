//! k6's thresholds: what `p(95)<300` on `http_req_duration{scenario:auth}` says.
//!
//! The grammar is that of k6's own parser (`metrics/thresholds_parser.go`): an aggregation, an operator and a number, stating
//! what must hold. Times are in milliseconds, as in k6. Which aggregations a metric has depends on its kind.

use crate::model::key::{MetricKind, Tags};
use std::fmt;
use std::str::FromStr;

/// An Aggregation is which of a metric's figures is held against the limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aggregation {
    /// A counter's sum.
    Count,
    /// A counter's sum per second of the run, or a rate's share of non-zero values.
    Rate,
    /// A gauge's last value.
    Value,
    /// A trend's arithmetic mean.
    Avg,
    /// A trend's least value.
    Min,
    /// A trend's greatest value.
    Max,
    /// A trend's median.
    Med,
    /// A trend's percentile, 0–100, by linear interpolation (type 7).
    Percentile(f64),
}

impl Aggregation {
    /// Whether metrics of this kind have the figure; k6 refuses the script otherwise.
    #[must_use]
    pub const fn fits(self, kind: MetricKind) -> bool {
        match kind {
            MetricKind::Counter => matches!(self, Self::Count | Self::Rate),
            MetricKind::Gauge => matches!(self, Self::Value),
            MetricKind::Rate => matches!(self, Self::Rate),
            MetricKind::Trend => matches!(self, Self::Avg | Self::Min | Self::Max | Self::Med | Self::Percentile(_)),
        }
    }
}

impl FromStr for Aggregation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "count" => Self::Count,
            "rate" => Self::Rate,
            "value" => Self::Value,
            "avg" => Self::Avg,
            "min" => Self::Min,
            "max" => Self::Max,
            "med" => Self::Med,
            _ => {
                let percent = text
                    .strip_prefix("p(")
                    .and_then(|rest| rest.strip_suffix(')'))
                    .ok_or_else(|| format!("`{text}` is none of avg, min, max, med, p(N), count, rate and value"))?;
                match percent.trim().parse::<f64>() {
                    Ok(percent) if (0.0..=100.0).contains(&percent) => Self::Percentile(percent),
                    _ => return Err(format!("the percentile in `{text}` should be a number from 0 to 100")),
                }
            }
        })
    }
}

impl fmt::Display for Aggregation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count => out.write_str("count"),
            Self::Rate => out.write_str("rate"),
            Self::Value => out.write_str("value"),
            Self::Avg => out.write_str("avg"),
            Self::Min => out.write_str("min"),
            Self::Max => out.write_str("max"),
            Self::Med => out.write_str("med"),
            Self::Percentile(percent) => write!(out, "p({percent})"),
        }
    }
}

/// An Operator says on which side of the limit the figure must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `===`, which means the same.
    StrictlyEqual,
    /// `!=`
    NotEqual,
}

impl Operator {
    /// In the order in which k6 looks for them: a longer one before its own beginning.
    const ALL: [(&'static str, Self); 7] = [
        ("<=", Self::AtMost),
        ("<", Self::Below),
        (">=", Self::AtLeast),
        (">", Self::Above),
        ("===", Self::StrictlyEqual),
        ("==", Self::Equal),
        ("!=", Self::NotEqual),
    ];
}

impl fmt::Display for Operator {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = Self::ALL.iter().find(|(_, operator)| operator == self);
        out.write_str(written.map_or("", |(written, _)| written))
    }
}

/// A Threshold expression is what must hold of a metric, such as `p(95)<300`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdExpression {
    /// Which figure.
    pub aggregation: Aggregation,
    /// How it is compared.
    pub operator: Operator,
    /// With what, in k6's unit (milliseconds for times, a share from 0 to 1 for rates).
    pub value: f64,
}

impl ThresholdExpression {
    /// Whether it holds for an observed figure, in k6's unit.
    #[must_use]
    #[expect(clippy::float_cmp, reason = "k6 compares exactly, and its outcome is what is being told")]
    pub fn holds(&self, observed: f64) -> bool {
        match self.operator {
            Operator::Below => observed < self.value,
            Operator::AtMost => observed <= self.value,
            Operator::Above => observed > self.value,
            Operator::AtLeast => observed >= self.value,
            Operator::Equal | Operator::StrictlyEqual => observed == self.value,
            Operator::NotEqual => observed != self.value,
        }
    }
}

impl FromStr for ThresholdExpression {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let cut = |(written, operator): &(&str, Operator)| {
            text.split_once(*written).map(|(before, after)| (before, *operator, after))
        };
        let (before, operator, after) = Operator::ALL
            .iter()
            .find_map(cut)
            .ok_or_else(|| format!("`{text}` has none of the operators <, <=, >, >=, ==, ===, !="))?;
        let value = after.trim().parse::<f64>().ok().filter(|value| value.is_finite());
        Ok(Self {
            aggregation: before.trim().parse()?,
            operator,
            value: value.ok_or_else(|| format!("`{}` in `{text}` should be a number", after.trim()))?,
        })
    }
}

impl fmt::Display for ThresholdExpression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}{}{}", self.aggregation, self.operator, self.value)
    }
}

/// A Metric selector is what a threshold is on: a metric, or of its points those with certain tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetricSelector {
    /// The metric's name.
    pub name: String,
    /// All of which a point must have; an empty value means that the point has no such tag.
    pub tags: Tags,
}

impl MetricSelector {
    /// What kind the metric is, where it is one of k6's own.
    #[must_use]
    pub fn built_in_kind(&self) -> Option<MetricKind> {
        super::metric::Definition::built_in(&self.name).map(|definition| definition.kind)
    }
}

impl FromStr for MetricSelector {
    type Err = String;

    /// Reads `http_req_duration{scenario:auth,group:::outer}`: pairs are parted by commas, name and value by the first colon.
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((name, rest)) = text.split_once('{') else {
            return Ok(Self { name: text.trim().to_owned(), tags: Tags::new() });
        };
        let inside = rest.trim_end().strip_suffix('}').ok_or_else(|| format!("`{text}` lacks its closing brace"))?;
        let pair = |pair: &str| match pair.split_once(':') {
            Some((name, value)) => Ok((unquoted(name).to_owned(), unquoted(value).to_owned())),
            None => Err(format!("`{pair}` in `{text}` should be a tag and its value with a colon between them")),
        };
        let mut tags =
            inside.split(',').map(str::trim).filter(|pair| !pair.is_empty()).map(pair).collect::<Result<Tags, _>>()?;
        tags.sort();
        Ok(Self { name: name.trim().to_owned(), tags })
    }
}

/// k6 allows spaces and quotes around a tag's name and value.
fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '\''])
}

impl fmt::Display for MetricSelector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.name)?;
        if self.tags.is_empty() {
            return Ok(());
        }
        let pairs: Vec<String> = self.tags.iter().map(|(name, value)| format!("{name}:{value}")).collect();
        write!(out, "{{{}}}", pairs.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(text: &str) -> ThresholdExpression {
        text.parse().unwrap()
    }

    #[test]
    fn expressions_say_what_must_hold() {
        assert!(parsed("p(95)<300").holds(299.9) && !parsed("p(95)<300").holds(300.0));
        assert!(parsed("count >= 1").holds(1.0) && !parsed("value!=3").holds(3.0));
        assert!(parsed("rate===1").holds(1.0) && parsed("rate == 1").holds(1.0) && !parsed("max<=-1").holds(0.0));
        assert_eq!(parsed("p( 99.9 ) < 1e3").aggregation, Aggregation::Percentile(99.9));
    }

    #[test]
    fn errors_are_in_words() {
        let error = |text: &str| text.parse::<ThresholdExpression>().unwrap_err();
        assert!(error("p(95)").contains("operators"));
        assert!(error("p95<300").contains("`p95`"));
        assert!(error("p(101)<300").contains("0 to 100"));
        assert!(error("p(NaN)<300").contains("0 to 100"));
        assert!(error("avg<fast").contains("`fast`"));
        assert!(error("avg<inf").contains("number"));
        assert!("m{a:b".parse::<MetricSelector>().unwrap_err().contains("brace"));
        assert!("m{a}".parse::<MetricSelector>().unwrap_err().contains("colon"));
    }

    #[test]
    fn aggregations_belong_to_kinds() {
        assert!(Aggregation::Rate.fits(MetricKind::Counter) && Aggregation::Rate.fits(MetricKind::Rate));
        assert!(!Aggregation::Count.fits(MetricKind::Trend) && !Aggregation::Avg.fits(MetricKind::Gauge));
    }

    #[test]
    fn selectors_part_at_the_first_colon() {
        let one: MetricSelector = "checks{group:::outer::inner}".parse().unwrap();
        assert_eq!(one.tags, [("group".to_owned(), "::outer::inner".to_owned())]);
        let two: MetricSelector = "m{ tier:gold, a:'b' }".parse().unwrap();
        assert_eq!(two.to_string(), "m{a:b,tier:gold}");
        let none: MetricSelector = "http_reqs".parse().unwrap();
        assert_eq!((none.name.as_str(), none.tags.len()), ("http_reqs", 0));
        assert_eq!("m{a:}".parse::<MetricSelector>().unwrap().tags, [("a".to_owned(), String::new())]);
    }

    fn aggregation() -> impl Strategy<Value = Aggregation> {
        prop_oneof![
            Just(Aggregation::Count),
            Just(Aggregation::Rate),
            Just(Aggregation::Value),
            Just(Aggregation::Avg),
            Just(Aggregation::Min),
            Just(Aggregation::Max),
            Just(Aggregation::Med),
            (0.0..=100.0_f64).prop_map(Aggregation::Percentile),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(aggregation in aggregation(), at in 0..7_usize, value in -1e12..1e12_f64) {
            let expression = ThresholdExpression { aggregation, operator: Operator::ALL[at].1, value };
            prop_assert_eq!(expression.to_string().parse::<ThresholdExpression>(), Ok(expression));
        }

        #[test]
        fn no_text_is_too_odd(text in ".*") {
            let _ = text.parse::<ThresholdExpression>();
            if let Ok(selector) = text.parse::<MetricSelector>() {
                prop_assert!(selector.to_string().len() <= text.len() + 2);
            }
        }
    }
}
