//! The embedded file names every key; mistakes are placed and explained.

use super::*;
use crate::config::limit::Side;
use crate::unit::Unit;

fn keys_of(schema: &serde_json::Value, out: &mut BTreeSet<String>) {
    match schema {
        serde_json::Value::Object(map) => {
            if let Some(serde_json::Value::Object(properties)) = map.get("properties") {
                out.extend(properties.keys().cloned());
            }
            map.values().for_each(|value| keys_of(value, out));
        }
        serde_json::Value::Array(rows) => rows.iter().for_each(|value| keys_of(value, out)),
        _ => {}
    }
}

fn mistake(text: &str) -> Error {
    Config::parse(text, "plimsoll.toml").unwrap_err()
}

#[test]
fn the_embedded_file_names_every_key() {
    let schema = serde_json::to_value(schemars::schema_for!(Tables)).unwrap();
    let mut keys = BTreeSet::new();
    keys_of(&schema, &mut keys);
    assert!(keys.len() > 60, "the schema was not walked: {keys:?}");
    for key in keys {
        let named = regex::Regex::new(&format!(r"(^|[^A-Za-z_]){key}( =|\])")).unwrap();
        assert!(named.is_match(DEFAULT), "default.toml does not name `{key}`");
    }
}

#[test]
fn the_template_is_valid_with_every_example_switched_on() {
    let mut on = String::new();
    for line in DEFAULT.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let example = bare.starts_with("[[") || bare.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        // One limit and no second reason: the alternatives are shown one below the other.
        let other =
            ["below", "above", "at_least", "warn_below", "warn_above", "warn_at_least", "phase", "within", "over"];
        if example && !other.iter().any(|key| bare.starts_with(&format!("{key} ="))) {
            on.push_str(bare);
        } else if !line.starts_with('#') {
            on.push_str(line);
        }
        on.push('\n');
    }
    let on = on.replace("criteria = [\"steady-p95\"]", "criteria = [\"default-failures\"]");
    let config = Config::parse(&on, "default.toml").unwrap();
    assert_eq!(config.tests.len(), 1);
    assert_eq!(config.approvals.len(), 1);
    assert!(config.criteria[0].waiver.is_some());
}

#[test]
fn the_defaults_are_those_of_the_file() {
    let config = Config::defaults().unwrap();
    assert_eq!(config.fallback.len(), 1);
    let demand = config.fallback[0].demand().unwrap().unwrap();
    assert_eq!(demand.limit.0, Side::AtMost);
    assert_eq!(demand.limit.1.value.to_bits(), 0.01f64.to_bits());
    assert!(config.compare.gate && config.inputs.k6_thresholds);
    assert_eq!(config.quantiles(&[]), [0.5, 0.9, 0.95, 0.99, 0.999]);
}

#[test]
fn a_file_keeps_the_defaults_that_it_does_not_name() {
    let config = Config::parse("[compare]\nmargin = \"20 %\"\n", "p").unwrap();
    assert_eq!(config.compare.margin.unwrap().unit, Unit::Ratio);
    assert!(config.compare.gate);
    assert_eq!(config.compare.metrics.len(), 3);
    assert!(config.criteria.is_empty());
    assert_eq!(config.fallback.len(), 1);
}

#[test]
fn an_unknown_key_is_placed_and_explained() {
    let error = mistake("[suite]\ntitle = \"x\"\nbiuld = \"1\"\n");
    assert_eq!(error.message, "unknown key `biuld` (column 1)");
    assert_eq!(error.hint.as_deref(), Some("did you mean `build`?"));
    assert_eq!(error.place.unwrap().line, Some(3));
}

/// `known here: ., ,` could not be read, and `,` was said to be meant by `;`.
#[test]
fn values_that_are_known_stand_in_quotes() {
    let hint = |text: &str| mistake(text).hint.unwrap();
    assert_eq!(hint("[inputs]\ndecimal_sign = \";\"\n"), "known here: \".\" and \",\"");
    assert_eq!(hint("[inputs]\nlatency_unit = \"minutes\"\n"), "known here: \"ns\", \"us\", \"µs\", \"ms\" and \"s\"");
    assert!(hint("[inputs]\nx = 1\n").starts_with("known here: latency_unit, columns, "));
}

#[test]
fn a_wrong_value_is_placed_at_the_value() {
    let error = mistake("[[criteria]]\nid = \"a\"\nmetric = \"latency.p95\"\nbelow = \"3 sec\"\n");
    assert!(error.message.contains("`sec` is not a unit"), "{}", error.message);
    assert_eq!(error.place.unwrap().line, Some(4));
    let error = mistake("[[criteria]]\nid = \"a\"\nmetric = \"latency.q95\"\nbelow = \"3 s\"\n");
    assert!(error.message.contains("is not a metric"), "{}", error.message);
    assert_eq!(error.place.unwrap().line, Some(3));
}

#[test]
fn a_criterion_needs_one_limit_that_fits() {
    let with = |keys: &str| mistake(&format!("[[criteria]]\nid = \"a\"\nmetric = \"latency.p95\"\n{keys}\n"));
    assert!(with("").message.contains("has no limit"));
    assert!(with("below = \"3 s\"\nat_most = \"3 s\"").message.contains("more than one limit"));
    assert!(with("below = \"3 %\"").message.contains("takes a time"));
    assert!(with("below = 300").message.contains("300 ms"));
    assert!(with("below = \"3 s\"\nwarn_below = \"2 s\"").message.contains("inside the limit"));
    assert!(with("below = \"3 s\"\nwarn_above = \"2 s\"").message.contains("opposite"));
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    let one = "[[criteria]]\nid = \"a\"\nmetric = \"rate\"\nabove = \"1/s\"\n";
    assert!(mistake(&one.repeat(2)).message.contains("another one has"));
    let error = mistake("[[requirements]]\nid = \"R\"\ntext = \"t\"\ncriteria = [\"x\"]\n");
    assert!(error.message.contains("`x`"), "{}", error.message);
}

#[test]
fn a_plan_finds_its_results_by_name_or_file() {
    let config = Config::parse("[[tests]]\nname = \"steady\"\nmatch = [\"steady_*\", \"*/load.csv\"]\n", "p").unwrap();
    assert!(config.planned("steady_a", &[]).is_some());
    assert!(config.planned("x", &["out/load.csv"]).is_some());
    assert!(config.planned("spike", &["out/spike.csv"]).is_none());
}

#[test]
fn every_sample_is_configured_without_a_mistake() {
    let mut read = 0;
    for folder in std::fs::read_dir("samples/teams").unwrap() {
        let path = folder.unwrap().path().join("plimsoll.toml");
        let config = Config::load(&path).unwrap_or_else(|error| panic!("{error}: {:?}", error.place));
        assert!(!config.criteria.is_empty(), "{}", path.display());
        read += 1;
    }
    assert_eq!(read, 5);
}

/// What one key alone cannot say is placed at the key's own line too, not at its table's.
#[test]
fn mistakes_point_at_the_line_of_their_key() {
    let line = |text: &str| mistake(text).place.unwrap().line.unwrap();
    let criterion = "[[criteria]]\nid = \"a\"\nmetric = \"latency.p95\"\n";
    assert_eq!(line(&format!("{criterion}critical = true\nbelow = \"3 %\"\n")), 5);
    assert_eq!(line(&format!("{criterion}below = \"3 s\"\nat_most = \"3 s\"\n")), 5);
    assert_eq!(line(&format!("{criterion}below = \"3 s\"\nwarn_below = \"2 s\"\n")), 5);
    assert_eq!(line(&format!("{criterion}below = \"3 s\"\nfor = \"3 %\"\n")), 5);
    assert_eq!(line(&format!("{criterion}below = \"3 s\"\nfor = \"3 s\"\nover = \"3 s\"\n")), 6);
    assert_eq!(line(&format!("{criterion}below = \"3 s\"\ngroup = \"x\"\n")), 5);
    assert_eq!(line(&format!("{criterion}below = \"3 s\"\nrequirement = \"x\"\n")), 5);
    assert_eq!(line(&format!("{criterion}critical = true\n")), 1, "what is missing is told at the table");
    assert_eq!(line("[[tests]]\nname = \"a\"\n[[tests]]\nname = \"a\"\n"), 4);
    assert_eq!(line("[[tests]]\nname = \"a\"\nduration = \"3 %\"\n"), 3);
    assert_eq!(line("[report]\ntitle = \"t\"\nquantiles = [\"q95\"]\n"), 3);
    assert_eq!(line("[[groups]]\nid = \"g\"\n"), 2);
    assert_eq!(line("[[requirements]]\nid = \"R\"\ntext = \"t\"\ncriteria = [\"x\"]\n"), 4);
}

#[test]
fn tests_are_selected_by_what_is_known_of_their_load() {
    use value::{LoadField, Where};
    let load = |field| match field {
        LoadField::Users => Some(20.0),
        LoadField::Rate => Some(100.0),
        LoadField::Duration => Some(60e6),
        LoadField::Requests => None,
    };
    let selects = |text: &str| Where::parse(text).unwrap().selects(load);
    assert_eq!(selects("users <= 20 and rate >= 100/s"), Ok(true));
    assert_eq!(selects("users < 20"), Ok(false));
    assert_eq!(selects("duration > 5 min"), Ok(false));
    assert_eq!(selects("requests > 5"), Err(LoadField::Requests));
    for wrong in ["user < 2", "users < 2 s", "rate > 5", "users", "users < 2 or users > 5"] {
        assert!(Where::parse(wrong).is_err(), "{wrong}");
    }
}

/// `users = "fifty"` was answered with "expected f64", and a missing file with an error number alone.
#[test]
fn what_was_expected_is_said_in_plain_words() {
    let message = |text: &str| Config::parse(text, "p").unwrap_err().message;
    let users = message("[[tests]]\nname = \"a\"\nusers = \"fifty\"\n");
    assert!(users.contains("expected a number") && !users.contains("f64"), "{users}");
    let missing = Config::load(std::path::Path::new("no-such-folder/plimsoll.toml")).unwrap_err();
    assert!(missing.hint.unwrap().contains("plimsoll init INPUT"));
}

/// Empty texts passed as reasons, and a mix of 120 % as one that could be asked for.
#[test]
fn what_says_nothing_or_cannot_be_is_refused_at_its_line() {
    let refused = |text: &str| {
        let error = Config::parse(text, "p").unwrap_err();
        (error.message, error.place.and_then(|place| place.line))
    };
    let test = |keys: &str| format!("[[tests]]\nname = \"a\"\n{keys}\n");
    for keys in [
        "not_applicable = \"\"",
        "blocked = { reason = \" \" }",
        "mix = { \"GET /a\" = \"70 %\", \"GET /b\" = \"50 %\" }",
        "mix = { \"GET /*\" = \"150 %\" }",
        "mix = { \"GET /a\" = 50 }",
        "users = -5",
        "requests = 0",
        "duration = \"0 s\"",
        "rate = \"-1/s\"",
    ] {
        assert_eq!(refused(&test(keys)).1, Some(3), "{keys}");
    }
    assert_eq!(refused("[[tests]]\nname = \"\"\n").1, Some(2));
    let criterion = "[[criteria]]\nid = \"a\"\nmetric = \"latency.p95\"\nnot_applicable = \"\"\n";
    let (message, line) = refused(criterion);
    assert!(line == Some(4) && message.contains("does not say why"), "{message}");
    assert!(refused(&test("mix = { \"GET /a\" = \"70 %\", \"GET /b\" = \"50 %\" }")).0.contains("adds up to 120 %"));
    let mix = "mix = { \"GET /a\" = \"40 %\", \"GET /*\" = \"80 %\", \"POST /b\" = 0.2 }";
    assert!(Config::parse(&test(mix), "p").is_ok(), "globs may overlap");
}
