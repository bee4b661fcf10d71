use super::*;
use proptest::prelude::*;

#[test]
fn every_pattern_compiles() {
    assert!(secret::all_patterns_compile() && url::all_patterns_compile());
}

#[test]
fn error_texts_lose_queries_logins_secrets_and_folders() {
    for (told, shown) in [
        (
            "404 Client Error: Not Found for url: http://bob:pw@host/a?token=abc&x=1')",
            "404 Client Error: Not Found for url: http://host/a?…')",
        ),
        ("http://bob:p@ss@host/a", "http://host/a"),
        (
            "Max retries exceeded with url: /api/food?key=hush (Caused by X)",
            "Max retries exceeded with url: /api/food?… (Caused by X)",
        ),
        ("at http://h/cb#access_token=hush now", "at http://h/cb#… now"),
        ("bad reply {'access_token': 'hush hush', 'n': 1}", "bad reply {'access_token': '…', 'n': 1}"),
        (r#"{"password": "my dog", "n": 1}"#, r#"{"password": "…", "n": 1}"#),
        (r#"body: {\"api_key\": \"hush\"}"#, r#"body: {\"api_key\": \"…\"}"#),
        ("Authorization: Bearer hush", "Authorization: Bearer …"),
        ("got Bearer hush.hush-hush there", "got Bearer … there"),
        ("session=hush; expired", "session=…; expired"),
        ("signed eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl.", "signed …."),
        ("key sk_live_4eC39HqLyjWDarjtT1zdp7dc refused", "key … refused"),
        ("stray dGhpc0lzQVZlcnlMb25nU2VjcmV0 seen", "stray … seen"),
        (r#"File "/home/bob/project/locustfile.py", line 12"#, r#"File "locustfile.py", line 12"#),
        (r"at C:\Users\bob\tests\login.js:7", r"at login.js:7"),
        ("at file:///Users/bob/k6/script.js:12:3", "at script.js:12:3"),
        ("404 for /static/js/app.js", "404 for /static/js/app.js"),
        ("why? because", "why? because"),
        (
            "HttpClientConnectionTimeoutException2 in test_user_login_2",
            "HttpClientConnectionTimeoutException2 in test_user_login_2",
        ),
        ("order 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone", "order 3f2504e0-4f89-11d3-9a0c-0305e82c3301 is gone"),
    ] {
        assert_eq!(text(told), shown);
    }
    assert_eq!(text(&"é".repeat(500)).chars().count(), TEXT_CHARS);
    assert_eq!(excerpt("/x?key=s3cret,1,/y?key=s3cret"), "/x?…,1,/y?…");
}

#[test]
fn a_name_keeps_what_tells_requests_apart() {
    for (told, cut, blank, plain) in [
        ("http://h/page?p=home", "http://h/page", "http://h/page?p={}", "http://h/page?p=home"),
        (
            "http://h/page?p=home&token=hush#top",
            "http://h/page",
            "http://h/page?p={}&token={}",
            "http://h/page?p=home&token=…",
        ),
        (
            "/search?q=shoes&api_key=hush&p=1",
            "/search",
            "/search?q={}&api_key={}&p={}",
            "/search?q=shoes&api_key=…&p=1",
        ),
        ("/pay?key=s3cr3t-9f8e&page=2", "/pay", "/pay?key={}&page={}", "/pay?key=…&page=2"),
        ("/pay?key=&page=20261121", "/pay", "/pay?key={}&page={}", "/pay?key=&page=20261121"),
        ("http://h/auth?Hunter2", "http://h/auth", "http://h/auth?{}", "http://h/auth?…"),
        ("http://me:pw@h:80/x#y", "http://h:80/x", "http://h:80/x", "http://h:80/x"),
        ("Ready? Go", "Ready? Go", "Ready? Go", "Ready? Go"),
        ("Ready?", "Ready?", "Ready?", "Ready?"),
        ("Story #3", "Story #3", "Story #3", "Story #3"),
        ("mail me@x.org", "mail me@x.org", "mail me@x.org", "mail me@x.org"),
        ("http://h/users/${}", "http://h/users/${}", "http://h/users/${}", "http://h/users/${}"),
        ("/reset/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "/reset/{token}", "/reset/{token}", "/reset/{token}"),
        ("line1\nline2", "line1\nline2", "line1\nline2", "line1\nline2"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    ] {
        let shown = [Query::Cut, Query::Blank, Query::Plain].map(|query| name(told, query).into_owned());
        assert_eq!(shown, [cut, blank, plain]);
    }
}

#[test]
fn a_secret_under_an_innocent_tag_is_one() {
    for value in [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "Bearer hush",
        "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
        "dGhpc0lzQVZlcnlMb25nU2VjcmV0",
        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "password=hush",
    ] {
        assert!(!may_show("flavour", value), "{value}");
    }
    for value in [
        "gold",
        "eu-central-1",
        "v1.2.3",
        "checkout_with_saved_card_and_voucher",
        "HttpClientConnectionTimeoutException2",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f901234567",
        "2026-11-21T02:04:17Z",
    ] {
        assert!(may_show("flavour", value), "{value}");
    }
    assert!(!may_show("X-Api-Key", "1"));
}

/// Pieces of which nasty texts are made.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "\\PC{0,12}",
        1 => "[A-Za-z0-9_+=-]{18,40}",
        1 => proptest::sample::select(vec![
            "http://", "me:pw@", "?", "&", "=", "#", "token=", "Bearer ", "password\": \"", "'", "\"", "/", "eyJhbGciOi",
            ".", " ", "\\", "…", "C:\\", "/home/bob/", "a.py", "é", "\u{0}", "\n", "{token}", "{}", "cookie: ",
        ]).prop_map(str::to_owned),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scrubbing_twice_is_scrubbing_once_and_bounded(told in nasty()) {
        for scrub in [text, excerpt] {
            let once = scrub(&told);
            prop_assert!(once.chars().count() <= TEXT_CHARS);
            prop_assert_eq!(scrub(&once), once.clone());
        }
        for query in [Query::Cut, Query::Blank, Query::Plain] {
            let once = name(&told, query).into_owned();
            prop_assert!(once.chars().count() <= NAME_CHARS);
            prop_assert_eq!(name(&once, query).into_owned(), once.clone());
        }
    }

    #[test]
    fn no_token_comes_through(before in "[a-z ]{0,20}", token in "eyJ[A-Za-z0-9_-]{8,40}\\.[A-Za-z0-9_-]{8,40}\\.[A-Za-z0-9_-]{8,40}") {
        let told = format!("{before} {token} after");
        let head: String = token.chars().take(12).collect();
        prop_assert!(!text(&told).contains(&head));
        prop_assert!(!may_show("tier", &token));
    }
}

/// `author = "Platform team"` lost its value: it begins with `auth`.
#[test]
fn an_author_is_no_secret_and_auth_is() {
    for harmless in ["author = \"Platform team\"", "authored: 2026-11-21", "authority: shop.example", "coauthors=A, B"]
    {
        assert_eq!(sentence(harmless), harmless);
    }
    for told in
        ["auth=hush", "X-Auth: hush", "auth_header = \"hush\"", "oauth: hush", "authorization: hush", "authn='hush'"]
    {
        assert!(!sentence(told).contains("hush"), "{told} became {}", sentence(told));
    }
}
