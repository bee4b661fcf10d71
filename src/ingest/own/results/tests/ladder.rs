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
    assert_eq!(parts(r#""name": "b", "users": 50"#), named(["result 1", "b"]));
}
