//! What README and docs/ show is run: commands, configurations, examples of files, and the list of formats.

use crate::program::{files, plimsoll};
use plimsoll::config::Config;
use plimsoll::config::signoff::Signoff;
use plimsoll::ingest::ADAPTERS;
use plimsoll::report::model::Report;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A fenced block of a document.
struct Block {
    document: PathBuf,
    line: usize,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let documents = files(Path::new("docs")).into_iter().filter(|path| path.extension().is_some_and(|end| end == "md"));
    let mut found: Vec<Block> = Vec::new();
    for document in documents.chain([PathBuf::from("README.md")]) {
        let mut open = false;
        for (number, line) in fs::read_to_string(&document).unwrap().lines().enumerate() {
            match (open, line.strip_prefix("```")) {
                (false, Some(language)) => {
                    open = true;
                    found.push(Block {
                        document: document.clone(),
                        line: number + 1,
                        language: language.to_owned(),
                        text: String::new(),
                    });
                }
                (true, Some(_)) => open = false,
                (true, None) => found.last_mut().unwrap().text.extend([line, "\n"]),
                (false, None) => {}
            }
        }
    }
    found
}

/// Whether a text is as shown, where a line `...` stands for any lines.
fn is_as_shown(text: &[&str], shown: &[&str]) -> bool {
    match shown {
        [] => text.is_empty(),
        ["...", rest @ ..] => (0..=text.len()).any(|from| is_as_shown(&text[from..], rest)),
        [line, rest @ ..] => {
            text.first().is_some_and(|first| first.trim_end() == *line) && is_as_shown(&text[1..], rest)
        }
    }
}

#[test]
fn commands_print_what_is_shown() {
    let mut commands = 0;
    for block in blocks().iter().filter(|block| block.language == "console") {
        for session in block.text.split("$ ").skip(1) {
            let (command, shown) = session.split_once('\n').unwrap_or((session, ""));
            let out = tempfile::tempdir().unwrap();
            let out = out.path().display().to_string();
            let mut args: Vec<&str> = command.split_whitespace().skip(1).collect();
            if args.first() == Some(&"report") && !args.contains(&"--out") {
                args.extend(["--out", &out]);
            }
            let ran = plimsoll(&args);
            let printed = (ran.out + &ran.err).replace(&out, "plimsoll-report");
            let (printed, shown): (Vec<&str>, Vec<&str>) = (printed.lines().collect(), shown.lines().collect());
            let place = format!("{}, line {}", block.document.display(), block.line);
            assert!(is_as_shown(&printed, &shown), "{place}: `{command}` prints\n{}", printed.join("\n"));
            commands += 1;
        }
    }
    assert!(commands > 0, "no command is shown");
}

#[test]
fn configurations_are_understood() {
    Config::defaults().unwrap();
    for block in blocks().iter().filter(|block| block.language == "toml") {
        let place = format!("{}, line {}", block.document.display(), block.line);
        Config::parse(&block.text, &place).unwrap_or_else(|error| panic!("{place}: {error}\n{:?}", error.hint));
    }
}

#[test]
fn declarations_are_understood() {
    for block in blocks().iter().filter(|block| block.language == "toml signoff") {
        let place = format!("{}, line {}", block.document.display(), block.line);
        Signoff::parse(&block.text, &place).unwrap_or_else(|error| panic!("{place}: {error}\n{:?}", error.hint));
    }
}

#[test]
fn examples_of_files_are_read_to_the_last_row() {
    let mut examples = 0;
    for block in blocks().iter().filter(|block| ["csv", "ndjson", "json"].contains(&block.language.as_str())) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("example.{}", block.language));
        fs::write(&path, &block.text).unwrap();
        let place = format!("{}, line {}", block.document.display(), block.line);
        let ran = plimsoll(&["inspect", path.to_str().unwrap(), "--json"]);
        let inspection = ran.json();
        let tests = inspection["tests"].as_array().unwrap();
        assert!(!tests.is_empty(), "{place} is no result: {}", ran.err);
        for input in tests.iter().flat_map(|test| test["inputs"].as_array().unwrap()) {
            assert_eq!(input["rows_rejected"], 0, "{place}: {}", input["first_rejections"]);
            assert!(input["rows_used"].as_u64() > Some(0), "{place}");
        }
        examples += 1;
    }
    assert!(examples >= 5, "only {examples} examples");
}

#[test]
fn readme_lists_every_format() {
    let readme = fs::read_to_string("README.md").unwrap();
    let (before, rest) = readme.split_once("<!-- formats -->\n").expect("README has a place for the formats");
    let (listed, after) = rest.split_once("<!-- /formats -->").expect("which ends");
    let proven = crate::detect::adapters_with_a_real_sample();
    let row = |adapter: &dyn plimsoll::ingest::Adapter| {
        let unproven = if proven.contains(adapter.name()) { "" } else { " (*unproven*: no sample of a real run yet)" };
        let about = adapter.about().replace('|', "\\|");
        format!("| `{}` | {} | {about}{unproven} |\n", adapter.name(), adapter.tool())
    };
    let rows = ADAPTERS.iter().map(|adapter| row(*adapter)).collect::<Vec<_>>().concat();
    let expected = format!("| adapter | tool | what it is |\n|---|---|---|\n{rows}");
    if std::env::var_os("PLIMSOLL_BLESS").is_some() {
        fs::write("README.md", format!("{before}<!-- formats -->\n{expected}<!-- /formats -->{after}")).unwrap();
    } else {
        assert_eq!(listed, expected, "`PLIMSOLL_BLESS=1 cargo test` writes the table anew");
    }
}

#[test]
fn links_within_the_documents_lead_somewhere() {
    for document in blocks().iter().map(|block| block.document.clone()).collect::<BTreeSet<_>>() {
        let text = fs::read_to_string(&document).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if !link.contains("://") && !path.is_empty() {
                let target = document.parent().unwrap().join(path);
                assert!(target.exists(), "{} links to {link}, which is not there", document.display());
            }
        }
    }
}

#[test]
fn the_schema_is_that_of_a_report() {
    let out = tempfile::tempdir().unwrap();
    plimsoll(&["report", "samples/teams/health-agent", "--out", out.path().to_str().unwrap(), "--format", "json"]);
    let text = fs::read_to_string(out.path().join("report.json")).unwrap();
    let report: Report = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::to_string_pretty(&report).unwrap() + "\n", text, "report.json does not survive being read");

    let value: Value = serde_json::from_str(&text).unwrap();
    let schema = plimsoll(&["explain", "schema"]).json();
    let mut wrong = Vec::new();
    hold(&value, &schema, &schema, "report", &mut wrong);
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A schema with what its reference and the schema beside it say together.
fn resolved(schema: &Value, root: &Value) -> Value {
    let Some(reference) = schema["$ref"].as_str() else { return schema.clone() };
    let target = root.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere"));
    let mut all = resolved(target, root);
    for (name, member) in schema.as_object().unwrap() {
        match (&mut all[name], member) {
            (Value::Object(ours), Value::Object(more)) => ours.extend(more.clone()),
            (Value::Array(ours), Value::Array(more)) => ours.extend(more.clone()),
            (ours, more) => *ours = more.clone(),
        }
    }
    all["$ref"] = Value::Null;
    all
}

/// Holds a value against a schema: types, choices, members known and required, through references and alternatives.
fn hold(value: &Value, schema: &Value, root: &Value, path: &str, wrong: &mut Vec<String>) {
    let schema = resolved(schema, root);
    if let Some(ways) = schema["anyOf"].as_array().or(schema["oneOf"].as_array()) {
        let fits = |way: &Value| {
            let mut own = Vec::new();
            hold(value, way, root, path, &mut own);
            own.is_empty()
        };
        if !ways.iter().any(fits) {
            wrong.push(format!(
                "{path}: no alternative fits {}",
                value.to_string().chars().take(80).collect::<String>()
            ));
        }
        return;
    }
    hold_alone(value, &schema, path, wrong);
    for (name, member) in value.as_object().into_iter().flatten() {
        let (stated, other) = (&schema["properties"][name], &schema["additionalProperties"]);
        match (stated.is_null(), other.is_object()) {
            (false, _) => hold(member, stated, root, &format!("{path}.{name}"), wrong),
            (true, true) => hold(member, other, root, &format!("{path}.{name}"), wrong),
            (true, false) if schema["properties"].is_object() => {
                wrong.push(format!("{path}.{name} is not in the schema"));
            }
            (true, false) => {}
        }
    }
    for (at, item) in value.as_array().into_iter().flatten().enumerate() {
        if schema["items"].is_object() {
            hold(item, &schema["items"], root, &format!("{path}[{at}]"), wrong);
        }
    }
}

/// What a schema says of a value without looking into its members.
fn hold_alone(value: &Value, schema: &Value, path: &str, wrong: &mut Vec<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allows = |name: &Value| name == kind || name == "integer" && (value.is_u64() || value.is_i64());
    let stated = &schema["type"];
    if !stated.is_null() && !stated.as_array().map_or_else(|| allows(stated), |all| all.iter().any(allows)) {
        wrong.push(format!("{path}: is {kind}, should be {stated}"));
    }
    let constant = &schema["const"];
    let among = schema["enum"].as_array().is_none_or(|all| all.contains(value));
    if !among || !constant.is_null() && constant != value {
        wrong.push(format!("{path}: {value} is none of those stated"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            wrong.push(format!("{path}.{name} is missing"));
        }
    }
}
