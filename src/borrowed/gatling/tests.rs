//! Every form that Gatling documents is read, written back and read again.

use super::*;

const FORMS: [&str; 29] = [
    "global.responseTime.max.lt(50)",
    "global().responseTime().max().lt(50)",
    "global.responseTime.percentile(95) lt 500",
    "global.successfulRequests.percent.gt(95)",
    "global().successfulRequests().percent().gt(95.0)",
    "forAll.failedRequests.percent.lte(5)",
    "forAll().failedRequests().count().is(0L)",
    "details(\"MyGroup\" / \"MyRequest\").failedRequests.percent.is(0)",
    "details(\"MyGroup\", \"MyRequest\").allRequests().count().gte(1_000)",
    "details(\"MyGroup\").requestsPerSec.between(100, 1000)",
    "details(\"a (b), c\").responseTime.mean.lt(5)",
    "global.responseTime.min.gt(1)",
    "global.responseTime.mean.gte(1)",
    "global.responseTime.stdDev.lte(20.5)",
    "global.responseTime.percentile1.lt(100)",
    "global.responseTime.percentile2.lt(100)",
    "global.responseTime.percentile3.lt(100)",
    "global.responseTime.percentile4.lt(100)",
    "global.responseTime.percentile(99.9).lt(100)",
    "global.allRequests.count.in(10, 20, 30)",
    "global.allRequests.percent.is(100)",
    "global.failedRequests.count.lt(5)",
    "global.requestsPerSec.around(100, 5)",
    "global.requestsPerSec.around(100, 5, false)",
    "global.requestsPerSec.deviatesAround(100, 0.1)",
    "global.responseTime.max.between(10, 20, inclusive = false)",
    "global.requestsPerSec.gt(12.5d)",
    "global.failedRequests.percent.lessThan(100)",
    "global.responseTime.max.greaterThan(1)",
];

#[test]
fn every_documented_form_goes_round() {
    for form in FORMS {
        let first = Assertion::parse(form).unwrap_or_else(|why| panic!("{form}: {why}"));
        let written = first.to_string();
        assert_eq!(Assertion::parse(&written), Ok(first), "{form} became {written}");
    }
}

#[test]
fn a_form_means_what_the_documents_say() {
    let one = Assertion::parse("details(\"G\" / \"R\").responseTime.percentile3.between(5, 7, false)").unwrap();
    assert_eq!(one.scope, Scope::Details(vec!["G".to_owned(), "R".to_owned()]));
    assert_eq!(one.target, Target::Time(TimeFigure::Percentile(95.0)));
    assert_eq!(one.condition, Condition::Between(5.0, 7.0, false));
    assert_eq!(Assertion::parse("global.requestsPerSec.gt(1)").unwrap().target, Target::Rate);
}

#[test]
fn mistakes_are_told_in_words() {
    let cases = [
        ("", "ends before its scope"),
        ("everything.responseTime.max.lt(5)", "should be global, forAll or details"),
        ("global", "ends before its statistic"),
        ("global.latency.max.lt(5)", "`latency` should be responseTime"),
        ("global.responseTime.median.lt(5)", "`median` should be min, max"),
        ("global.responseTime.percentile(101).lt(5)", "0 to 100"),
        ("global.failedRequests.ratio.lt(5)", "count or percent"),
        ("global.responseTime.max.under(5)", "`under` should be lt"),
        ("global.responseTime.max.lt", "takes one number"),
        ("global.responseTime.max.between(5)", "takes two numbers"),
        ("global.responseTime.max.lt(5", "closing bracket"),
        ("details().responseTime.max.lt(5)", "names no request"),
        ("global.responseTime.max.lt(5).foo", "`foo` after `lt` is no part of an assertion"),
        ("global.responseTime.max.lt(5).or(7)", "`or` after `lt` is no part of an assertion"),
    ];
    for (text, said) in cases {
        let error = Assertion::parse(text).unwrap_err();
        assert!(error.contains(said), "{text}: {error}");
    }
}

#[test]
fn assertions_stand_in_sources_and_in_results() {
    let source = "setUp(scn.injectOpen(p))\n  .assertions(\n    global().responseTime().max().lt(50), // slow\n    // global().responseTime().max().lt(1),\n    details(\"a, b\").failedRequests().percent().lte(1.0)\n  );\n";
    let found = in_source(source).unwrap().unwrap();
    let written: Vec<String> = found.iter().map(|one| one.criterion.to_string()).collect();
    assert_eq!(written, ["global.responseTime.max.lt(50)", "details(\"a, b\").failedRequests.percent.lte(1)"]);
    assert!(in_source("setUp(scn)").is_none());
    assert!(in_source("x.assertions(global.responseTime.max.lt(five))").unwrap().is_err());
    let results = r#"{"simulation": "S", "simulationId": "s", "start": 1, "description": "", "scenarios": ["a"], "assertions": [
        {"path": "Global", "target": "percentage of failed events", "condition": "is less than", "expectedValues": [1.0],
         "result": true, "message": "Global: percentage of failed events is less than 1.0", "actualValue": [0.5]},
        {"path": "G / R", "target": "95.0 percentile of response time", "condition": "is between", "expectedValues": [1.0, 2.0],
         "result": false, "actualValue": [3.0]}]}"#;
    let stated = in_results(&crate::borrowed::yaml::parse(results).unwrap()).unwrap().unwrap();
    assert_eq!((stated[0].criterion.kept, stated[0].criterion.actual), (Some(true), Some(0.5)));
    assert_eq!(stated[0].original(), "Global: percentage of failed events is less than 1.0", "in Gatling's own words");
    assert_eq!(stated[1].original(), "G / R: 95.0 percentile of response time is between 1.0, 2.0");
    let meant = |at: usize| stated[at].criterion.to_string();
    assert_eq!(meant(0), "global.failedRequests.percent.lt(1)");
    assert_eq!(meant(1), "details(\"G\" / \"R\").responseTime.percentile(95).between(1, 2)");
}
