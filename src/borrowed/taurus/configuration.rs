//! Where criteria stand in a Taurus configuration: as texts, by message, or in the full form.

use super::{Condition, Criterion, Subject, Threshold, parse_timeframe};
use crate::borrowed::yaml::{Node, Value};
use crate::borrowed::{Mistake, Written};
use crate::fmt as words;

/// The criteria of a Taurus configuration, or of a bare list of them; `None` where there are none.
pub(in crate::borrowed) fn read(root: &Node) -> Option<Result<Vec<Written<Criterion>>, Mistake>> {
    let is_criterion =
        |node: &Node| node.text().is_some_and(|text| text.contains(['<', '>', '='])) || node.get("subject").is_some();
    let are_criteria = |list: &&Node| match list.rows() {
        Some(rows) => rows.first().is_some_and(is_criterion),
        None => list.entries().first().is_some_and(|(_, node)| is_criterion(node)),
    };
    if let Some(list) = root.get("criteria").filter(are_criteria) {
        return Some(of_list(list));
    }
    let modules = ["services", "reporting"].iter().filter_map(|key| root.get(key)?.rows()).flatten();
    let is_passfail = |module: &&Node| module.get("module").and_then(Node::text) == Some("passfail");
    let lists: Vec<&Node> = modules.filter(is_passfail).filter_map(|module| module.get("criteria")).collect();
    if !lists.is_empty() {
        return Some(lists.into_iter().map(of_list).collect::<Result<Vec<_>, _>>().map(|all| all.concat()));
    }
    let rows = root.rows()?;
    let one = |row: &Node| row.text().is_some_and(|text| Criterion::parse(text).is_ok());
    rows.iter().any(one).then(|| of_list(root))
}

fn of_list(list: &Node) -> Result<Vec<Written<Criterion>>, Mistake> {
    if let Value::Map(entries) = &list.value {
        let named = entries.iter().map(|(message, node)| {
            let mut read = of_node(node)?;
            read.criterion.message = Some(message.clone());
            Ok(read)
        });
        return named.collect();
    }
    list.rows().unwrap_or_default().iter().map(of_node).collect()
}

fn of_node(node: &Node) -> Result<Written<Criterion>, Mistake> {
    match &node.value {
        Value::Scalar(text, _) => Criterion::parse(text)
            .map(|criterion| Written::from_text(criterion, text))
            .map_err(|why| Mistake::at(node, why)),
        Value::Map(_) => full_form(node).map(Written::from_parts),
        _ => Err(Mistake::at(node, "should be a criterion such as `avg-rt>150ms for 10s`")),
    }
}

fn full_form(node: &Node) -> Result<Criterion, Mistake> {
    let text = |key: &str| node.get(key).and_then(Node::text);
    let wrong = |message: String| Mistake::at(node, message);
    let need = |key: &str| text(key).ok_or_else(|| wrong(format!("the criterion has no `{key}`")));
    let monitors = text("class").is_some_and(|class| class.contains("Monitoring"));
    let subject = need("subject")?;
    let subject =
        if monitors { Subject::Monitor(subject.to_owned()) } else { Subject::parse(subject).map_err(wrong)? };
    let sign = need("condition")?.trim();
    let condition = Condition::ALL.iter().find(|(own, _)| *own == sign).map(|(_, one)| *one);
    let timeframe = match text("timeframe").filter(|time| !matches!(*time, "none" | "-1")) {
        Some(time) => Some(parse_timeframe(text("logic").unwrap_or("for"), time).map_err(wrong)?),
        None => None,
    };
    let flag = |key: &str| node.get(key).and_then(Node::truth).unwrap_or(true);
    Ok(Criterion {
        message: text("message").map(str::to_owned),
        threshold: Threshold::parse(need("threshold")?, &subject).map_err(wrong)?,
        condition: condition.ok_or_else(|| wrong(format!("`{}` is no comparison", words::plain(sign))))?,
        label: text("label").filter(|label| !label.is_empty()).map(str::to_owned),
        subject,
        timeframe,
        stop: flag("stop"),
        fail: flag("fail"),
    })
}
