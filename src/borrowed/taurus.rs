//! Taurus's pass/fail criteria: `avg-rt of IndexPage>150ms for 10s, stop as failed`. A criterion states when the run *fails*.

mod configuration;

pub(super) use configuration::read;

use serde::{Deserialize, Serialize};
use std::fmt;

/// A Criterion is one condition under which a run fails.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// What Taurus says when it triggers.
    pub message: Option<String>,
    /// What is watched.
    pub subject: Subject,
    /// Label of the samples; all where left out.
    pub label: Option<String>,
    /// The comparison that triggers it.
    pub condition: Condition,
    /// With its unit.
    pub threshold: Threshold,
    /// How long it must hold; the whole run where left out.
    pub timeframe: Option<(Logic, f64)>,
    /// Whether Taurus stops the run.
    pub stop: bool,
    /// Whether it fails the run.
    pub fail: bool,
}

/// What is watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Subject {
    /// Mean response time.
    ResponseTime,
    /// Mean time to the first byte.
    Latency,
    /// Mean time to connect.
    ConnectTime,
    /// Standard deviation of the response time.
    Deviation,
    /// Users at a time.
    Concurrency,
    /// Responses.
    Hits,
    /// Bytes received.
    Bytes,
    /// Successes.
    Success,
    /// Failures.
    Fail,
    /// A percentile of the response time, 0–100.
    Percentile(f64),
    /// Response codes by wildcard.
    Code(String),
    /// A monitor's metric (`host/cpu`).
    Monitor(String),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `=` and `==`
    Equal,
}

impl Condition {
    const ALL: [(&'static str, Self); 6] = [
        (">=", Self::AtLeast),
        ("<=", Self::AtMost),
        ("==", Self::Equal),
        (">", Self::Above),
        ("<", Self::Below),
        ("=", Self::Equal),
    ];

    fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            other => Self::ALL.iter().find(|(_, one)| *one == other).map_or("", |(sign, _)| sign),
        }
    }
}

/// How values within a timeframe are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Logic {
    /// Every second of it.
    For,
    /// Their sum or mean, also before it is full.
    Within,
    /// Their sum or mean.
    Over,
}

impl Logic {
    const ALL: [(&'static str, Self); 3] = [("for", Self::For), ("within", Self::Within), ("over", Self::Over)];
}

/// A threshold with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Threshold {
    /// Seconds.
    Seconds(f64),
    /// A share in percent.
    Percent(f64),
    /// A count or a plain number.
    Number(f64),
    /// Bytes.
    Bytes(f64),
}

impl Criterion {
    /// Reads the short form.
    ///
    /// # Errors
    /// What was found instead, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (body, action) = text.split_once(',').map_or((text, None), |(body, action)| (body, Some(action)));
        let (stop, fail) = action.map_or(Ok((true, true)), parse_action)?;
        let (message, body) = split_message(body);
        let at = body.find(['<', '>', '=']).ok_or_else(|| {
            format!("`{text}` has no comparison: write it like `avg-rt of label>150ms for 10s, stop as failed`")
        })?;
        let (before, rest) = body.split_at(at);
        let (condition, rest) = Condition::ALL
            .iter()
            .find_map(|(sign, one)| Some((*one, rest.strip_prefix(sign)?)))
            .ok_or_else(|| format!("`{text}` has no comparison that Taurus knows"))?;
        let mut parts = rest.split_whitespace();
        let threshold = parts.next().ok_or_else(|| format!("`{text}` has no threshold"))?;
        let timeframe = match (parts.next(), parts.next()) {
            (None, _) => None,
            (Some(logic), Some(time)) => Some(parse_timeframe(logic, time)?),
            (Some(logic), None) => {
                return Err(format!("`{logic}` in `{text}` should be followed by a time such as 10s"));
            }
        };
        if let Some(odd) = parts.next() {
            return Err(format!("`{odd}` in `{text}` is one word too many"));
        }
        let (subject, label) = split_label(before.trim());
        let subject = Subject::parse(subject)?;
        let threshold = Threshold::parse(threshold, &subject)?;
        Ok(Self { message, subject, label, condition, threshold, timeframe, stop, fail })
    }
}

/// `My message: avg-rt>10s`. A label may hold a colon too; then a subject stands before it.
fn split_message(text: &str) -> (Option<String>, &str) {
    let begins_with_subject = Subject::parse(text.split_whitespace().next().unwrap_or_default()).is_ok();
    match text.split_once(':') {
        Some((message, rest))
            if !begins_with_subject && !message.contains(['<', '>', '=']) && rest.contains(['<', '>', '=']) =>
        {
            (Some(message.trim().to_owned()), rest)
        }
        _ => (None, text),
    }
}

/// `fail of Sample Label`, or `avg-lt for mylabel`.
fn split_label(text: &str) -> (&str, Option<String>) {
    for word in [" of ", " for "] {
        if let Some((subject, label)) = text.split_once(word) {
            return (subject.trim(), Some(label.trim().to_owned()).filter(|label| !label.is_empty()));
        }
    }
    (text, None)
}

fn parse_action(text: &str) -> Result<(bool, bool), String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (action, status) = match words.as_slice() {
        [action] => (*action, "failed"),
        [action, "as", status] => (*action, *status),
        _ => ("", ""),
    };
    let stop = match action {
        "stop" => Some(true),
        "continue" => Some(false),
        _ => None,
    };
    let fail = match status {
        "failed" => Some(true),
        "non-failed" => Some(false),
        _ => None,
    };
    let wrong = || format!("`{}` should be `stop as failed`, `continue as failed` or end in `non-failed`", text.trim());
    stop.zip(fail).ok_or_else(wrong)
}

fn parse_timeframe(logic: &str, time: &str) -> Result<(Logic, f64), String> {
    let known = Logic::ALL.iter().find(|(name, _)| *name == logic).map(|(_, one)| *one);
    let logic = known.ok_or_else(|| format!("`{logic}` should be `for`, `within` or `over`"))?;
    let seconds = seconds(time).filter(|seconds| *seconds > 0.0);
    Ok((logic, seconds.ok_or_else(|| format!("`{time}` is no time such as 10s or 1m"))?))
}

/// `150ms`, `2s500ms`, `1m`; a bare number is seconds.
fn seconds(text: &str) -> Option<f64> {
    if let Ok(bare) = text.parse::<f64>() {
        return Some(bare).filter(|bare| bare.is_finite() && *bare >= 0.0);
    }
    let mut all = 0.0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, unit) = rest.split_at_checked(digits)?;
        let end = unit.find(|letter: char| letter.is_ascii_digit()).unwrap_or(unit.len());
        let (unit, after) = unit.split_at(end);
        let one = match unit.trim() {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        all += number.parse::<f64>().ok()? * one;
        rest = after;
    }
    Some(all)
}

impl Subject {
    fn parse(text: &str) -> Result<Self, String> {
        let bare = text.trim().to_lowercase();
        Ok(match bare.as_str() {
            "avg-rt" => Self::ResponseTime,
            "avg-lt" => Self::Latency,
            "avg-ct" => Self::ConnectTime,
            "stdev-rt" => Self::Deviation,
            "hits" => Self::Hits,
            "bytes" => Self::Bytes,
            "succ" | "success" => Self::Success,
            "fail" | "failures" => Self::Fail,
            _ if bare.starts_with("concurr") => Self::Concurrency,
            _ if bare.starts_with("rc") && bare.len() > 2 => {
                Self::Code(text.trim().get(2..).unwrap_or_default().replace("\\*", "*"))
            }
            _ => {
                let level = bare.strip_prefix('p').and_then(|level| level.parse::<f64>().ok());
                let level = level.filter(|level| (0.0..=100.0).contains(level));
                Self::Percentile(level.ok_or_else(|| {
                    format!(
                        "`{}` is nothing that Taurus watches: avg-rt, avg-lt, avg-ct, stdev-rt, concurr, hits, bytes, succ, fail, p90, rc500",
                        text.trim()
                    )
                })?)
            }
        })
    }

    fn is_time(&self) -> bool {
        matches!(self, Self::ResponseTime | Self::Latency | Self::ConnectTime | Self::Deviation | Self::Percentile(_))
    }

    fn takes_percent(&self) -> bool {
        matches!(self, Self::Success | Self::Fail | Self::Code(_) | Self::Monitor(_))
    }
}

impl Threshold {
    fn parse(text: &str, subject: &Subject) -> Result<Self, String> {
        let wrong = |what: &str| format!("the threshold `{text}` is no {what}");
        if let Some(percent) = text.strip_suffix('%') {
            let number = percent.parse::<f64>().ok().filter(|number| number.is_finite());
            let number = number.ok_or_else(|| wrong("percentage"))?;
            let fits = subject.takes_percent();
            return if fits { Ok(Self::Percent(number)) } else { Err(format!("`{subject}` takes no percentage")) };
        }
        if subject.is_time() {
            return seconds(text).map(Self::Seconds).ok_or_else(|| wrong("time such as 150ms"));
        }
        if *subject == Subject::Bytes {
            return bytes(text).map(Self::Bytes).ok_or_else(|| wrong("size such as 10MB"));
        }
        let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Self::Number).ok_or_else(|| wrong("number"))
    }
}

fn bytes(text: &str) -> Option<f64> {
    let end = text.find(|letter: char| letter.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let one = match unit.to_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1024.0,
        "m" | "mb" => 1_048_576.0,
        "g" | "gb" => 1_073_741_824.0,
        _ => return None,
    };
    number.parse::<f64>().ok().filter(|number| number.is_finite()).map(|number| number * one)
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ResponseTime => out.write_str("avg-rt"),
            Self::Latency => out.write_str("avg-lt"),
            Self::ConnectTime => out.write_str("avg-ct"),
            Self::Deviation => out.write_str("stdev-rt"),
            Self::Concurrency => out.write_str("concurr"),
            Self::Hits => out.write_str("hits"),
            Self::Bytes => out.write_str("bytes"),
            Self::Success => out.write_str("succ"),
            Self::Fail => out.write_str("fail"),
            Self::Percentile(level) => write!(out, "p{level}"),
            Self::Code(pattern) => write!(out, "rc{pattern}"),
            Self::Monitor(subject) => out.write_str(subject),
        }
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seconds(seconds) => write!(out, "{seconds}s"),
            Self::Percent(percent) => write!(out, "{percent}%"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Bytes(bytes) => write!(out, "{bytes}B"),
        }
    }
}

impl fmt::Display for Criterion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(message) = &self.message {
            write!(out, "{message}: ")?;
        }
        write!(out, "{}", self.subject)?;
        if let Some(label) = &self.label {
            write!(out, " of {label}")?;
        }
        write!(out, "{}{}", self.condition.sign(), self.threshold)?;
        if let Some((logic, seconds)) = self.timeframe {
            let name = Logic::ALL.iter().find(|(_, one)| *one == logic).map_or("for", |(name, _)| *name);
            write!(out, " {name} {seconds}s")?;
        }
        let action = if self.stop { "stop" } else { "continue" };
        write!(out, ", {action} as {}", if self.fail { "failed" } else { "non-failed" })
    }
}

#[cfg(test)]
mod tests;
