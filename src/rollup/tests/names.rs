//! Names, tags and texts of which there are too many.

use super::*;

fn shown(rollup: Rollup) -> (Part, Vec<String>) {
    rollup.into_parts().remove(0).spelled(&str::to_owned).settle()
}

fn remarks(part: &Part) -> Vec<&str> {
    part.facts()
        .into_iter()
        .filter_map(|fact| if let Fact::Remark(text) = fact { Some(text.as_str()) } else { None })
        .collect()
}

#[test]
fn an_endpoint_for_each_request_is_folded_with_nothing_lost() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    for number in 0..60_000 {
        let cell = rollup.cell(part, &request(&format!("/orders/{number}"), Outcome::Ok));
        rollup.sample(cell, at_second(100 + number % 300, 5));
    }
    let one = rollup.cell(part, &request("/orders/{id}", Outcome::Ok));
    let other = rollup.cell(part, &request("/orders/7", Outcome::Ok));
    assert_eq!(one, other, "a name met a million times costs one number");
    let (part, said) = shown(rollup);
    assert_eq!(said, Vec::<String>::new());
    assert!(
        matches!(remarks(&part)[..], [text] if text.starts_with("about ") && text.ends_with("names as `/orders/{id}`"))
    );
    let cells = part.cells();
    assert_eq!((cells.len(), cells[0].count, cells[0].key.endpoint.label().as_str()), (1, 60_000, "GET /orders/{id}"));
    let timeline = part.timeline().unwrap();
    let windows = timeline.endpoints.iter().flat_map(|series| &series.windows);
    assert_eq!(windows.map(|window| window.requests).sum::<u64>(), 60_000);
}

#[test]
fn numbers_given_out_before_names_were_folded_stay_right() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let other = rollup.cell(part, &request("/health", Outcome::Ok));
    let cells: Vec<_> =
        (0..30).map(|number| rollup.cell(part, &request(&format!("/orders/{number}"), Outcome::Ok))).collect();
    for cell in &cells {
        rollup.sample(*cell, at_second(100, 5));
        rollup.sample(other, at_second(101, 7));
    }
    let (part, _) = shown(rollup);
    let counts: Vec<(String, u64)> = part.cells().iter().map(|cell| (cell.key.endpoint.label(), cell.count)).collect();
    assert_eq!(counts, [("GET /health".to_owned(), 30), ("GET /orders/{id}".to_owned(), 30)]);
    assert_eq!(remarks(&part), ["30 names as `/orders/{id}`"]);
}

#[test]
fn the_most_frequent_of_too_many_endpoints_are_shown() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let letters = |number: usize| {
        let letter = |at: usize| char::from(b'a' + u8::try_from(at).unwrap());
        format!("/{}/{}/{}", letter(number % 15), letter(number / 15 % 15), letter(number / 225))
    };
    for number in 0..2_500 {
        let cell = rollup.cell(part, &request(&letters(number), Outcome::Ok));
        for _ in 0..=usize::from(number >= 600) {
            rollup.sample(cell, at_second(100, 5));
        }
    }
    let (part, said) = shown(rollup);
    assert!(matches!(&said[..], [text] if text.contains("[[endpoints]]")), "{said:?}");
    let cells = part.cells();
    assert_eq!(cells.len(), ENDPOINTS_KEPT + 1);
    assert_eq!(cells.iter().map(|cell| cell.count).sum::<u64>(), 2_500 + 1_900);
    let other = cells.iter().find(|cell| cell.key.endpoint.name == OTHER).unwrap();
    assert_eq!((other.count, &other.key.endpoint.method), (500, &None));
}

#[test]
fn a_rule_unites_endpoints_before_the_bounds_apply() {
    let rule = naming::EndpointRule {
        pattern: regex::Regex::new("^/orders/[0-9]+/([a-z]+)$").unwrap(),
        name: "order $1".to_owned(),
    };
    let mut rollup = Rollup::naming(Arc::new(Rules { endpoints: vec![rule], ..Rules::default() }));
    let part = rollup.part(None);
    for number in 0..15_000 {
        let step = if number % 3 == 0 { "pay" } else { "ship" };
        let cell = rollup.cell(part, &request(&format!("/orders/{number}/{step}"), Outcome::Failed("HTTP 500".into())));
        rollup.sample(cell, at_second(100, 5));
    }
    let (part, said) = shown(rollup);
    assert_eq!((said, remarks(&part)), (Vec::new(), Vec::new()));
    let counts: Vec<(String, u64)> = part.cells().iter().map(|cell| (cell.key.endpoint.label(), cell.count)).collect();
    assert_eq!(counts, [("GET order pay".to_owned(), 5_000), ("GET order ship".to_owned(), 10_000)]);
    assert_eq!(part.timeline().unwrap().failure_kinds, vec![("HTTP 500".to_owned(), vec![15_000])]);
}

#[test]
fn tags_of_which_each_request_has_its_own_are_left_aside_and_the_tool_s_own_stay() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    for number in 0..5_000 {
        let tags = vec![
            ("scenario".to_owned(), if number % 2 == 0 { "a" } else { "b" }.to_owned()),
            ("trace".to_owned(), format!("t{number}")),
        ];
        let cell = rollup.cell(part, &CellKey { tags, ..request("/a", Outcome::Ok) });
        rollup.sample(cell, at_second(100, 5));
    }
    let (part, _) = shown(rollup);
    assert_eq!(part.cells().len(), 2);
    assert!(part.facts().iter().any(|fact| matches!(fact, Fact::Warning(text) if text.contains("tags"))));
}

/// Texts of 500 endpoints: with those of one endpoint first they were folded early and kept their endpoints, and with all
/// endpoints first they lost them.
#[test]
fn whether_texts_keep_their_endpoints_does_not_depend_on_their_order() {
    let endpoint = |at: usize| {
        let letter = |at: usize| char::from(b'a' + u8::try_from(at).unwrap());
        format!("/{}/{}/x{}", letter(at % 20), letter(at / 20 % 5), letter(at / 100))
    };
    let fault = |endpoint: &str, text: String| Fault {
        endpoint: Some(EndpointKey::new(None, endpoint)),
        text,
        count: 1,
        of_requests: true,
    };
    for (words, without) in [(5, false), (15, true)] {
        let text = |at: usize| format!("{} failed at {}", &"abcdefghijklmno"[at % words..=at % words], at / words % 61);
        let mut faults: Vec<Fault> = (0..5_000).map(|at| fault(&endpoint(31 * at % 500), text(at))).collect();
        let read = |faults: &[Fault], blocks: usize| {
            let parts = faults.chunks(faults.len().div_ceil(blocks)).map(|block| {
                let mut part = Part::new(None);
                for fault in block {
                    part.add_fault(fault.clone());
                }
                part
            });
            parts.reduce(|mut all, part| {
                all.merge(part);
                all
            })
        };
        let straight = read(&faults, 1).unwrap();
        assert_eq!(straight.faults.is_without_endpoints(), without);
        let pieces = read(&faults, 7).unwrap();
        faults.sort();
        assert!(straight == pieces && Some(&straight) == read(&faults, 1).as_ref());
        faults.reverse();
        assert!(Some(&straight) == read(&faults, 3).as_ref());
        assert!(straight == Part::unfolded(straight.folded()).unwrap());
        let (part, _) = straight.spelled(&str::to_owned).settle();
        assert_eq!(part.faults().iter().map(|fault| fault.count).sum::<u64>(), 5_000);
        let warned = part.facts().into_iter().filter(|fact| matches!(fact, Fact::Warning(_))).count();
        assert_eq!(warned, usize::from(without));
    }
}

/// A million names of every kind, each once: memory stays bounded, and no request is lost.
#[test]
fn a_million_names_are_bounded() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let word = |mut seed: u64| {
        let mut word = String::new();
        for _ in 0..5 {
            word.push(char::from(b'a' + u8::try_from(seed % 16).unwrap()));
            seed = seed / 16 + seed % 5;
        }
        word
    };
    let names = if cfg!(debug_assertions) { 60_000 } else { 1_000_000 };
    for number in 0..names {
        let name = match number % 5 {
            0 => format!("/users/{number}/orders/{}", number * 7),
            1 => format!("/article/{}", word(number)),
            2 => format!("/files/{number:08x}-4f89-11d3-9a0c-0305e82c3301/x"),
            3 => format!("/shop/{}/{}", word(number), word(number / 3)),
            _ => format!("{} {} {number}", word(number), word(number / 7)),
        };
        let cell = rollup.cell(part, &request(&name, Outcome::Ok));
        rollup.sample(cell, at_second(100 + i64::try_from(number % 60).unwrap(), 5));
    }
    let (part, _) = shown(rollup);
    let cells = part.cells();
    assert_eq!(cells.iter().map(|cell| cell.count).sum::<u64>(), names);
    let labels: Vec<String> = cells.iter().map(|cell| cell.key.endpoint.label()).collect();
    for label in
        ["GET /users/{id}/orders/{id}", "GET /article/{name}", "GET /files/{uuid}/x", "GET /shop/{name}/{name}"]
    {
        assert!(labels.iter().any(|have| have == label), "{label} is not among {labels:?}");
    }
    assert!(cells.len() < 100, "{labels:?}");
}

/// `/users/17?page={}` came with one placeholder and was passed over as if it were all pattern: a million of them were a
/// million endpoints.
#[test]
fn ids_beside_a_placeholder_that_a_name_came_with_are_folded() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    for number in 0..3_000 {
        for name in [format!("/users/{number}?page={{}}"), format!("/reset/{{token}}/{number}"), "/q?w={}".to_owned()] {
            let cell = rollup.cell(part, &request(&name, Outcome::Ok));
            rollup.sample(cell, at_second(100 + number % 300, 5));
        }
    }
    let (part, _) = shown(rollup);
    let labels: Vec<String> = part.cells().iter().map(|cell| cell.key.endpoint.label()).collect();
    assert_eq!(labels, ["GET /q?w={}", "GET /reset/{token}/{id}", "GET /users/{id}?page={}"]);
    let said = remarks(&part).join("\n");
    for text in ["names as `/users/{id}?page={}`", "names as `/reset/{token}/{id}`", "behind `?` in names is shown"] {
        assert!(said.contains(text), "{text} is not in {said}");
    }
}

/// Tokens are taken out while a name is read, so a thousand of them were one name that nothing was said of.
#[test]
fn every_fold_is_said() {
    let mut rollup = Rollup::new();
    let part = rollup.part(None);
    let mut meet = |name: &str, outcome: Outcome| {
        let cell = rollup.cell(part, &request(name, outcome));
        rollup.sample(cell, at_second(100, 5));
    };
    meet("/reset/{token}", Outcome::Ok);
    let letter = |at: usize| char::from(b'a' + u8::try_from(at).unwrap());
    for at in 0..150 {
        let last = if at == 0 { "first" } else { "comments" };
        meet(&format!("/article/{}{}/{last}", letter(at / 26), letter(at % 26)), Outcome::Ok);
    }
    for port in 0..9 {
        meet("/health", Outcome::Failed(format!("dial 10.0.0.1:5{port}000 refused")));
    }
    let text = |at: usize| format!("order {at} is gone");
    (0..90).for_each(|at| {
        rollup.fault(part, Fault { endpoint: None, text: text(at), count: 1, of_requests: true });
    });
    let (part, _) = shown(rollup);
    let mut said = remarks(&part);
    said.sort_unstable();
    assert_eq!(
        said,
        [
            "1 name as `/article/{name}/first`",
            "149 names as `/article/{name}/comments`",
            "9 kinds of failures as `dial {address} refused`",
            "90 error texts as `order {n} is gone`",
            "all names with a token, which is never shown, as `/reset/{token}`",
        ]
    );
}

/// How many names there were is estimated from their hashes, and an estimate may lie above what there can have been.
#[test]
fn no_more_names_are_said_than_there_are_rows() {
    for seed in 0..40_usize {
        let names = 600 + 37 * seed;
        let mut rollup = Rollup::new();
        let part = rollup.part(None);
        for number in 0..names {
            let cell = rollup.cell(part, &request(&format!("/{}/{number}", "x".repeat(seed)), Outcome::Ok));
            rollup.sample(cell, at_second(100, 5));
        }
        let (part, _) = shown(rollup);
        let said: u64 = remarks(&part)[0]
            .split(' ')
            .nth(1)
            .unwrap()
            .chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
            .parse()
            .unwrap();
        assert!(said <= names as u64, "{said} names are said of {names} rows");
    }
}
