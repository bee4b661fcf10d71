//! A small tree of a YAML (or JSON) text, each node with its line. Anchors and aliases are followed; merge keys are not.

use super::Mistake;
use saphyr_parser::{Event, Parser, ScalarStyle};
use std::collections::BTreeMap;

/// Deeper than this nobody writes criteria.
const DEEPEST: usize = 64;
/// Nor more of them: aliases can multiply a small text without end.
const MOST_NODES: usize = 100_000;

/// A Node is a value and the line it stands in.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From 1.
    pub line: u64,
    /// What it is.
    pub value: Value,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing.
    Null,
    /// A text, a number or a truth value as written, and whether it was quoted.
    Scalar(String, bool),
    /// A list.
    List(Vec<Node>),
    /// A map, in its order.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(own, _)| own == key).map(|(_, node)| node)
    }

    /// The value at the end of a way of keys.
    #[must_use]
    pub fn at(&self, way: &[&str]) -> Option<&Self> {
        way.iter().try_fold(self, |node, key| node.get(key))
    }

    /// Keys and values of a map; none of anything else.
    #[must_use]
    pub fn entries(&self) -> &[(String, Self)] {
        if let Value::Map(entries) = &self.value { entries } else { &[] }
    }

    /// Rows of a list; `None` of anything else.
    #[must_use]
    pub fn rows(&self) -> Option<&[Self]> {
        if let Value::List(rows) = &self.value { Some(rows) } else { None }
    }

    /// A scalar's text.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Value::Scalar(text, _) = &self.value { Some(text) } else { None }
    }

    /// A scalar's number.
    #[must_use]
    pub fn number(&self) -> Option<f64> {
        self.text()?.trim().parse::<f64>().ok().filter(|number| number.is_finite())
    }

    /// A scalar's truth value, as YAML 1.1 and 1.2 write it.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self.text()?.to_lowercase().as_str() {
            "true" | "yes" | "on" => Some(true),
            "false" | "no" | "off" => Some(false),
            _ => None,
        }
    }
}

/// The lines of a list's row that begins in this line, in one line and without comments; `None` where it does not stand in lines of
/// its own, as in JSON.
#[must_use]
pub fn row_as_written(text: &str, line: u64) -> Option<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().skip(usize::try_from(line).ok()?.checked_sub(1)?);
    let first = lines.next()?;
    let row = first.trim_start().strip_prefix("- ")?;
    let says = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let inside = lines.filter(says).take_while(|line| indent(line) > indent(first));
    // What stands behind ` #` is a comment, unless it is quoted.
    let bare = |line: &str| match line.split_once(" #") {
        Some((before, _)) if !before.contains(['"', '\'']) => before.to_owned(),
        _ => line.to_owned(),
    };
    let all: Vec<String> = std::iter::once(row).chain(inside).map(bare).collect();
    Some(all.join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Reads the first document of a text.
///
/// # Errors
/// What the parser stumbles over, and where.
pub fn parse(text: &str) -> Result<Node, Mistake> {
    let mut reader = Reader { parser: Parser::new_from_str(text), anchors: BTreeMap::new(), nodes: 0 };
    loop {
        let (event, line) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            Event::StreamEnd | Event::DocumentEnd => return Ok(Node { line, value: Value::Null }),
            first => return reader.node(first, line, 0),
        }
    }
}

struct Reader<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, u64), Mistake> {
        match self.parser.next_event() {
            Some(Ok((event, span))) => Ok((event, line(span.start.line()))),
            Some(Err(error)) => {
                Err(Mistake { message: format!("no YAML: {}", error.info()), line: Some(line(error.marker().line())) })
            }
            None => Ok((Event::StreamEnd, 0)),
        }
    }

    fn node(&mut self, event: Event<'a>, line: u64, depth: usize) -> Result<Node, Mistake> {
        let too = |what: &str| Mistake { message: format!("too {what} to be a list of criteria"), line: Some(line) };
        self.nodes += 1;
        if depth > DEEPEST || self.nodes > MOST_NODES {
            return Err(too(if depth > DEEPEST { "deep" } else { "large" }));
        }
        let (value, anchor) = match event {
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style), anchor),
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            Event::Alias(anchor) => {
                let node = self.anchors.get(&anchor).cloned().unwrap_or(Node { line, value: Value::Null });
                self.nodes += size(&node);
                return Ok(node);
            }
            _ => (Value::Null, 0),
        };
        let node = Node { line, value };
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn list(&mut self, depth: usize) -> Result<Value, Mistake> {
        let mut rows = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(Value::List(rows)),
                (event, line) => rows.push(self.node(event, line, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, Mistake> {
        let mut entries = Vec::new();
        loop {
            let (event, line) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Value::Map(entries));
            }
            let key = self.node(event, line, depth + 1)?;
            let (event, line) = self.next()?;
            let value = self.node(event, line, depth + 1)?;
            entries.push((key.text().unwrap_or_default().to_owned(), value));
        }
    }
}

fn size(node: &Node) -> usize {
    match &node.value {
        Value::Null | Value::Scalar(..) => 1,
        Value::List(rows) => rows.iter().map(size).sum::<usize>() + 1,
        Value::Map(entries) => entries.iter().map(|(_, node)| size(node)).sum::<usize>() + 1,
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = matches!(style, ScalarStyle::Plain);
    if plain && matches!(text, "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    Value::Scalar(text.to_owned(), !plain)
}

fn line(line: usize) -> u64 {
    u64::try_from(line).unwrap_or(u64::MAX)
}

/// A text as a YAML scalar that reads back as itself.
#[must_use]
pub fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '/' | '-');
    let starts = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
    if starts && text.chars().all(plain) && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off") {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            letter if letter.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nodes_know_their_lines() {
        let root = parse("a: 1\nb:\n- x\n- {c: [true, \"no\"]}\n").unwrap();
        assert_eq!(root.get("a").and_then(Node::number), Some(1.0));
        let rows = root.get("b").unwrap().rows().unwrap();
        assert_eq!((rows[0].text(), rows[0].line, rows[1].line), (Some("x"), 3, 4));
        assert_eq!(rows[1].get("c").unwrap().rows().unwrap()[0].truth(), Some(true));
    }

    #[test]
    fn json_is_yaml_and_what_is_neither_says_where() {
        assert_eq!(parse("{\"a\": {\"b\": 2}}").unwrap().at(&["a", "b"]).and_then(Node::number), Some(2.0));
        assert_eq!(parse("a: b\nc: [1\nd: 2\n").unwrap_err().line, Some(3));
        assert_eq!(parse("").unwrap().value, Value::Null);
    }

    #[test]
    fn aliases_are_followed_and_cannot_explode() {
        let root = parse("a: &x [1, 2]\nb: *x\n").unwrap();
        assert_eq!(root.get("b").unwrap().rows().map(<[Node]>::len), Some(2));
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for at in 1..9 {
            let before = format!("*a{}", at - 1);
            bomb += &format!("a{at}: &a{at} [{}]\n", [before.as_str(); 10].join(", "));
        }
        assert!(parse(&bomb).unwrap_err().message.contains("large"));
    }

    proptest! {
        #[test]
        fn a_quoted_text_is_read_back(text in "[ -~äß€]{0,40}") {
            let root = parse(&format!("key: {}\n", quoted(&text))).unwrap();
            prop_assert_eq!(root.get("key").and_then(Node::text).unwrap_or_default(), text);
        }

        #[test]
        fn no_text_is_too_odd(text in ".{0,200}") {
            let _ = parse(&text);
        }
    }
}
