use super::*;
use proptest::prelude::*;

fn limits() -> Limits {
    Limits { style: Style::Name, ids: 10, numbers: 50, words: 100, first_words: 2_500, held: 30_000 }
}

/// Small ones, so that a few dozen names reach every level.
fn tight() -> Limits {
    Limits { style: Style::Name, ids: 3, numbers: 5, words: 4, first_words: 6, held: 60 }
}

fn heard<'a>(limits: Limits, names: impl IntoIterator<Item = &'a str>) -> Naming {
    let mut naming = Naming::new(limits);
    for name in names {
        naming.learn(name);
    }
    naming
}

fn shown(naming: &Naming, name: &str) -> String {
    naming.shown(&naming.held(name))
}

fn numbered(pattern: &str, count: usize) -> Vec<String> {
    (0..count).map(|number| pattern.replace('#', &number.to_string())).collect()
}

fn strs(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().map(String::as_str)
}

#[test]
fn a_few_stand_as_they_are_and_many_are_folded() {
    let mut names = numbered("/users/#", 30);
    names.extend(["/reminders/7", "/api/v2", "/api/v1/chat", "/users/me", "/"].map(str::to_owned));
    let naming = heard(limits(), strs(&names));
    for (name, as_shown) in [
        ("/users/29", "/users/{id}"),
        ("/users/me", "/users/me"),
        ("/reminders/7", "/reminders/7"),
        ("/api/v2", "/api/v2"),
        ("/api/v1/chat", "/api/v1/chat"),
        ("/", "/"),
    ] {
        assert_eq!(shown(&naming, name), as_shown);
    }
    assert_eq!(naming.folded(), [("/users/{id}".to_owned(), 30, true)]);
}

#[test]
fn what_never_varies_stays() {
    let naming = heard(limits(), strs(&numbered("/tenants/42/orders/#?page=2", 20)));
    assert_eq!(shown(&naming, "/tenants/42/orders/3?page=2"), "/tenants/42/orders/{id}?page=2");
    let mut naming = naming;
    assert!(naming.learn("/tenants/43/orders/1?page=2"));
    assert_eq!(shown(&naming, "/tenants/42/orders/3?page=2"), "/tenants/{id}/orders/{id}?page=2");
    assert_eq!(naming.held("/tenants/42/orders/{id}?page=2"), "/tenants/{id}/orders/{id}?page=2");
}

#[test]
fn the_surer_an_id_the_fewer_are_shown() {
    let uuids = ["a", "b", "c"].map(|last| format!("/o/3f2504e0-4f89-11d3-9a0c-0305e82c330{last}"));
    assert_eq!(shown(&heard(limits(), strs(&uuids)), &uuids[0]), "/o/{uuid}");
    assert_eq!(shown(&heard(limits(), strs(&uuids[..2])), &uuids[0]), uuids[0]);
    let queries = numbered("Q#", 22);
    assert_eq!(shown(&heard(limits(), strs(&queries)), "Q7"), "Q7", "TPC-H has 22 queries, each of its own");
}

#[test]
fn slugs_are_learnt() {
    let letters = "abcdefghijk";
    let slugs: Vec<String> = letters
        .chars()
        .flat_map(|a| letters.chars().map(move |b| format!("/article/{a}-fine-{b}-day/comments")))
        .chain(["/article".to_owned(), "/about".to_owned()])
        .collect();
    let naming = heard(limits(), strs(&slugs));
    assert_eq!(shown(&naming, "/article/a-fine-b-day/comments"), "/article/{name}/comments");
    assert_eq!(shown(&naming, "/article"), "/article");
    assert_eq!(naming.folded(), [("/article/\0/comments".to_owned(), 121, true)]);
    let few = heard(limits(), strs(&slugs[..90]));
    assert_eq!(shown(&few, "/article/a-fine-b-day/comments"), "/article/a-fine-b-day/comments");
}

#[test]
fn tenants_hosts_are_learnt() {
    let hosts: Vec<String> = (0..150)
        .map(|at: u8| {
            format!("https://{}x{}.shop.example/cart", char::from(b'a' + at % 26), char::from(b'a' + at / 26))
        })
        .collect();
    assert_eq!(shown(&heard(limits(), strs(&hosts)), &hosts[0]), "https://{host}/cart");
}

#[test]
fn beyond_every_bound_all_is_other_and_memory_is_bounded() {
    let mut naming = Naming::new(tight());
    for number in 0..200_000_u64 {
        // Words without digits, of many shapes.
        let word = |mut seed: u64| {
            let mut word = String::new();
            for _ in 0..6 {
                word.push(char::from(b'a' + u8::try_from(seed % 26).unwrap()));
                seed /= 7;
            }
            word
        };
        let deep = usize::try_from(number % 40).unwrap();
        naming.learn(&format!("/{}/{}", word(number), vec!["{x}".to_owned() + &word(number); deep].join("/")));
    }
    assert!(naming.is_beyond());
    assert_eq!(shown(&naming, "whatever"), OTHER);
    assert!(naming.patterns.is_empty() && naming.places.is_empty());
}

#[test]
fn sentences_fold_ports_and_names() {
    let limits = Limits { style: Style::Sentence, ids: 3, numbers: 60, words: 10, first_words: 100, held: 10_000 };
    let texts = numbered("dial 10.0.0.1:#0#: refused", 9);
    assert_eq!(shown(&heard(limits, strs(&texts)), &texts[0]), "dial {address}: refused");
    let texts: Vec<String> = ('a'..='z').map(|letter| format!("user {letter}nn not found")).collect();
    assert_eq!(shown(&heard(limits, strs(&texts)), &texts[0]), "user … not found");
    let texts = numbered("HTTP 5#", 40);
    assert_eq!(shown(&heard(limits, strs(&texts)), "HTTP 503"), "HTTP 503");
}

fn name() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        3 => "[a-e]",
        2 => "[0-9]{1,2}",
        1 => "v[0-9]",
        1 => Just("{id}".to_owned()),
        1 => Just("{name}".to_owned()),
        1 => "3f2504e0-4f89-11d3-9a0c-0305e82c330[0-9]",
    ];
    let path = (proptest::collection::vec(segment, 0..4), proptest::option::of("[a-c]=[0-9]")).prop_map(
        |(segments, query)| {
            let path = format!("/{}", segments.join("/"));
            query.map_or(path.clone(), |query| format!("{path}?{query}"))
        },
    );
    prop_oneof![6 => path, 1 => "[a-d] [a-d]", 1 => "http://[a-e]/[a-c]"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the order and the split, and whether names came raw or as a part of the stream held them.
    #[test]
    fn order_and_split_cannot_be_seen(
        (all, shuffled) in proptest::collection::vec(name(), 0..80).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        cut in 0..80_usize,
    ) {
        for limits in [limits(), tight(), Limits { held: 25, ..tight() }] {
            let whole = heard(limits, strs(&all));
            let (one, other) = shuffled.split_at(cut.min(shuffled.len()));
            let (one, other) = (heard(limits, strs(one)), heard(limits, strs(other)));
            let before: Vec<String> = all.iter().map(|name| one.held(name).into_owned()).collect();
            let mut merged = one;
            merged.take(other.kept());
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(merged.weight(), whole.weight());
            for (name, held) in all.iter().zip(before) {
                prop_assert_eq!(merged.held(name), whole.held(name));
                prop_assert_eq!(merged.held(&held), whole.held(name), "held before as {:?}", held);
                let once = whole.held(name).into_owned();
                prop_assert_eq!(whole.held(&once), once.as_str());
            }
        }
    }

    #[test]
    fn whether_names_moved_is_told(all in proptest::collection::vec(name(), 0..60)) {
        for limits in [tight(), Limits { held: 25, ..tight() }] {
            let mut naming = Naming::new(limits);
            let mut held: Vec<(String, String)> = Vec::new();
            for name in &all {
                let moved = naming.learn(name);
                for (name, held) in &held {
                    prop_assert!(moved || naming.held(name) == held.as_str(), "{name} was {held}, is {}", naming.held(name));
                }
                held.push((name.clone(), String::new()));
                for (name, held) in &mut held {
                    *held = naming.held(name).into_owned();
                }
            }
        }
    }

    #[test]
    fn any_text_has_a_pattern_that_is_its_own(text in "\\PC{0,40}|[ -~]{0,60}|([?&=/ 0-9a-f…]|\\{|\\}|\\{\\}|\\{id\\}){0,12}|[a@.07{}-]{0,12}") {
        for style in [Style::Name, Style::Sentence] {
            let key = Pattern::of(&text, style).key;
            prop_assert_eq!(Pattern::of(&key, style).key, key.clone());
            let filled_in: Vec<_> = Pattern::of(&text, style).values.into_iter().map(Some).collect();
            prop_assert_eq!(filled(&key, &filled_in), text.clone());
        }
    }
}
