//! k6's options as JSON (`k6 run --config options.json`): the thresholds in them.

use super::Mistake;
use super::yaml::{Node, Value};
use crate::ingest::k6::threshold::{MetricSelector, ThresholdExpression};
use crate::model::sample::Threshold;

/// The thresholds of an options file; `None` where it has none. A summary has `metrics` beside them and is a result.
pub(super) fn read(root: &Node) -> Option<Result<Vec<Threshold>, Mistake>> {
    let thresholds = root.get("thresholds").filter(|node| !node.entries().is_empty())?;
    if root.get("metrics").is_some() || root.get("root_group").is_some() {
        return None;
    }
    let rows = thresholds.entries().iter();
    let read =
        rows.map(|(metric, node)| of_metric(metric, node)).collect::<Result<Vec<_>, _>>().map(|all| all.concat());
    // An empty list makes k6 show a metric and demands nothing of it.
    (!matches!(&read, Ok(all) if all.is_empty())).then_some(read)
}

fn of_metric(metric: &str, node: &Node) -> Result<Vec<Threshold>, Mistake> {
    metric.parse::<MetricSelector>().map_err(|why| Mistake::at(node, why))?;
    let rows = node.rows().unwrap_or(std::slice::from_ref(node));
    rows.iter()
        .map(|row| {
            let (text, abort) = if let Value::Scalar(text, _) = &row.value {
                (text.as_str(), false)
            } else {
                let text = row.get("threshold").and_then(Node::text);
                let text =
                    text.ok_or_else(|| Mistake::at(row, format!("a threshold of `{metric}` has no `threshold`")))?;
                (text, row.get("abortOnFail").and_then(Node::truth).unwrap_or(false))
            };
            one(metric, text, abort).map_err(|why| Mistake::at(row, why))
        })
        .collect()
}

/// One threshold as k6 would read it.
///
/// # Errors
/// What k6 would refuse it for: its grammar, or a figure that the metric does not have.
pub fn one(metric: &str, text: &str, abort: bool) -> Result<Threshold, String> {
    let expression: ThresholdExpression = text.parse()?;
    let selector: MetricSelector = metric.parse()?;
    if let Some(kind) = selector.built_in_kind().filter(|kind| !expression.aggregation.fits(*kind)) {
        return Err(format!("`{}` is no figure of `{}`, which is a {kind:?}", expression.aggregation, selector.name)
            .to_lowercase());
    }
    Ok(Threshold { metric: metric.to_owned(), expression: text.to_owned(), kept: None, abort })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Result<Vec<Threshold>, Mistake> {
        read(&crate::borrowed::yaml::parse(text).unwrap()).unwrap()
    }

    #[test]
    fn thresholds_are_texts_or_objects() {
        let text = r#"{"vus": 5, "thresholds": {"http_req_duration": ["p(95)<500", {"threshold": "avg<200", "abortOnFail": true, "delayAbortEval": "10s"}],
            "http_req_failed{scenario:auth}": ["rate<0.01"]}}"#;
        let all = found(text).unwrap();
        let said: Vec<(&str, &str, bool)> =
            all.iter().map(|one| (one.metric.as_str(), one.expression.as_str(), one.abort)).collect();
        assert_eq!(
            said,
            [
                ("http_req_duration", "p(95)<500", false),
                ("http_req_duration", "avg<200", true),
                ("http_req_failed{scenario:auth}", "rate<0.01", false),
            ]
        );
    }

    #[test]
    fn what_k6_refuses_is_refused() {
        let wrong = |text: &str| found(text).unwrap_err().message;
        assert!(wrong(r#"{"thresholds": {"http_req_failed": ["p(95)<500"]}}"#).contains("no figure of"));
        assert!(wrong(r#"{"thresholds": {"http_req_duration": ["p95<500"]}}"#).contains("`p95`"));
        assert!(wrong(r#"{"thresholds": {"m{a": ["avg<5"]}}"#).contains("brace"));
        assert!(wrong(r#"{"thresholds": {"m": [{"abortOnFail": true}]}}"#).contains("no `threshold`"));
        let summary = r#"{"thresholds": {"x": ["avg<1"]}, "metrics": {}}"#;
        assert!(read(&crate::borrowed::yaml::parse(summary).unwrap()).is_none(), "a summary is a result");
        let empty = r#"{"thresholds": {"http_req_duration": []}}"#;
        assert!(read(&crate::borrowed::yaml::parse(empty).unwrap()).is_none(), "nothing is demanded");
    }
}
