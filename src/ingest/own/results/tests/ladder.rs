//! Figures at several numbers of users.

use super::*;

#[test]
fn an_endpoint_at_several_numbers_of_users_is_a_test_for_each() {
    let row =
        |users: u32| format!(r#"{{"endpoint": "/a", "users": {users}, "requests": {users}0, "p95_ms": {users}}}"#);
    let (_, sink) = read(&format!("[{}, {}]", row(10), row(50)));
    assert_eq!(sink.parts, ["10 users", "50 users"].map(|name| Some(name.to_owned())));
    assert!(sink.said().contains("Users(10.0)") && sink.said().contains("Users(50.0)"), "{}", sink.said());
}

/// They were "result 1" and "result 2", which says nothing, and compared with another number of users once one was left out.
#[test]
fn results_without_names_have_those_of_their_users() {
    let parts = |second: &str| {
        let one = r#"{"users": 10, "stats": {"requests": 100, "failed": 0, "p95_ms": 20}}"#;
        let other = r#", "stats": {"requests": 500, "failed": 1, "p95_ms": 40}}"#;
        read(&format!(r#"{{"levels": [{one}, {{{second}{other}]}}"#)).1.parts
    };
    let named = |names: [&str; 2]| names.map(|name| Some(name.to_owned()));
    assert_eq!(parts(r#""users": 50"#), named(["10 users", "50 users"]));
    assert_eq!(parts(r#""users": 10"#), named(["result 1", "result 2"]), "these do not tell them apart");
    assert_eq!(parts(r#""users": 1"#), named(["10 users", "1 user"]));
    assert_eq!(parts(r#""name": "b", "users": 50"#), named(["result 1", "b"]));
}

/// A level that was measured twice made all of them "result 1" to "result 3", though a table of the same had their users.
#[test]
fn a_level_that_was_measured_twice_has_a_number_behind_its_name() {
    let one = |users: u32| format!(r#"{{"users": {users}, "requests": 100, "failed": 0, "p95_ms": 20}}"#);
    let (_, sink) = read(&format!(r#"{{"results": [{}, {}, {}]}}"#, one(10), one(10), one(20)));
    assert_eq!(sink.parts, ["10 users", "10 users (2)", "20 users"].map(|name| Some(name.to_owned())));
}

/// They were two endpoints of one test.
#[test]
fn keys_may_be_numbers_of_users() {
    for (first, second) in [("users_10", "users_50"), ("10_vus", "50_vus"), ("concurrency10", "concurrency50")] {
        let one = |key: &str, n: u32| format!(r#""{key}": {{"requests": {n}, "failed": 1, "p95_ms": 20}}"#);
        for (before, behind) in [("{", "}"), (r#"{"results": {"#, "}}")] {
            let (_, sink) = read(&format!("{before}{}, {}{behind}", one(first, 100), one(second, 500)));
            assert_eq!(sink.parts, ["10 users", "50 users"].map(|name| Some(name.to_owned())), "{first}");
            assert!(sink.said().contains("Users(10.0)") && sink.said().contains("Users(50.0)"), "{}", sink.said());
            assert!(sink.totals.iter().all(|(_, total)| total.endpoint.is_none()), "{first}");
        }
    }
    for key in ["users", "users_0", "reads_10", "10_50_users", "p95"] {
        assert_eq!(super::super::ladder::users_of_level(key), None, "{key}");
    }
}
