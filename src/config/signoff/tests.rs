use super::*;

fn error(text: &str) -> (String, String) {
    let error = Signoff::parse(text, "signoff.toml").unwrap_err();
    (error.message, error.hint.unwrap_or_default())
}

#[test]
fn an_unknown_key_is_refused_with_the_one_that_was_meant() {
    let (message, hint) = error("[document]\nauthr = \"A. Person\"\n");
    assert_eq!((message.as_str(), hint.as_str()), ("unknown key `authr` (column 1)", "did you mean `author`?"));
    assert!(error("[[risk]]\nwhat = \"x\"\n").1.contains("risks"));
    assert!(error("[[actions]]\nwhat = \"x\"\nphase = \"soon\"\n").0.contains("unknown value `soon`"));
}

#[test]
fn values_out_of_their_range_are_refused() {
    assert!(error("[[scores]]\narea = \"a\"\nscore = 11\nreviewer = \"r\"\n").0.contains("out of ten"));
    assert!(error("[cost]\ncurrency = \"$\"\n").0.contains("names no price"));
    assert!(error("[cost]\nper_request = -1.0\n").0.contains("below zero"));
    assert!(error("[document]\nartefact = { name = \"image\", sha256 = \"12\" }\n").0.contains("64 digits"));
}

#[test]
fn an_empty_file_is_a_whole_one() {
    assert!(Signoff::parse("", "signoff.toml").unwrap().checklist.is_empty());
}

/// The skeleton as it would be with every line in force: a line that begins with `# ` and looks like TOML.
fn in_force(skeleton: &str) -> String {
    let code = |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| is_key(key));
    let bare = |line: &'_ str| match line.strip_prefix("# ") {
        Some(rest) if code(rest) => rest.to_owned(),
        Some(_) => String::new(),
        None => line.to_owned(),
    };
    skeleton.lines().map(bare).collect::<Vec<_>>().join("\n")
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

#[test]
fn the_skeleton_is_understood_as_it_is_and_with_every_key_in_force() {
    Signoff::parse(SKELETON, "signoff.toml").unwrap();
    let all = Signoff::parse(&in_force(SKELETON), "signoff.toml").unwrap_or_else(|error| panic!("{error:?}"));
    assert!(all.cost.is_some() && !all.signatures.is_empty() && !all.glossary.is_empty());
}

#[test]
fn the_skeleton_names_every_key() {
    let source = [
        include_str!("../signoff.rs"),
        include_str!("care.rs"),
        include_str!("cost.rs"),
        include_str!("document.rs"),
        include_str!("tested.rs"),
    ]
    .concat();
    let keys = source.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':')).map(|(key, _)| key);
    for key in keys.filter(|key| is_key(key) && *key != "requests" && *key != "per") {
        let named = SKELETON.contains(&format!("{key} =")) || SKELETON.contains(&format!("[{key}]"));
        assert!(named, "the skeleton does not name `{key}`");
    }
}

/// An empty name behind an opinion looked as if somebody stood for it, and a risk of 150 % was printed.
#[test]
fn what_says_nothing_or_cannot_be_is_refused_at_its_line() {
    let placed = |text: &str| {
        let error = Signoff::parse(text, "signoff.toml").unwrap_err();
        (error.message, error.place.and_then(|place| place.line), error.hint.unwrap_or_default())
    };
    let (message, line, hint) = placed("[release]\nreadiness = \"ready\"\nby = \"\"\n");
    assert!(
        message.contains("`by` is an empty text") && line == Some(3) && hint.contains("leave the key out"),
        "{message}"
    );
    assert_eq!(placed("[[actions]]\nwhat = \"x\"\nphase = \"must\"\ncloses = [\"a\", \" \"]\n").1, Some(4));
    let risk = |probability: &str| format!("[[risks]]\nwhat = \"x\"\nprobability = \"{probability}\"\n");
    let (message, line, _) = placed(&risk("150 %"));
    assert!(message.contains("150 %") && line == Some(3), "{message}");
    assert!(Signoff::parse(&risk("15 %"), "s").is_ok() && Signoff::parse(&risk("likely"), "s").is_ok());
}
