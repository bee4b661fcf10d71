//! What holds for any bytes at all. The fuzz targets try to break it; the product's tests replay what they found.

#![allow(dead_code, reason = "each of those who hold something to it needs another part of it")]

use plimsoll::assemble::{self, Request, Suite};
use plimsoll::config::Config;
use plimsoll::ingest::{ADAPTERS, Input, Settings, Sniff};

/// How a file is read: as that kind, or as what it is recognised to be.
pub(crate) type Kind = Option<&'static str>;

/// The kind that a first byte picks: each adapter, and after the last of them recognition.
pub(crate) fn kind(first: u8) -> Kind {
    ADAPTERS.get(usize::from(first) % (ADAPTERS.len() + 1)).map(|adapter| adapter.name())
}

/// The kind of that name.
pub(crate) fn named(name: &str) -> Kind {
    ADAPTERS.iter().map(|adapter| adapter.name()).find(|own| *own == name)
}

/// The byte that picks a kind.
pub(crate) fn first_byte(kind: Kind) -> u8 {
    let at = ADAPTERS.iter().position(|adapter| Some(adapter.name()) == kind);
    u8::try_from(at.unwrap_or(ADAPTERS.len())).unwrap_or(u8::MAX)
}

/// The one kind that a file certainly is.
pub(crate) fn kind_of(bytes: &[u8]) -> Kind {
    let head = Input::memory("-", bytes.to_vec()).and_then(|input| input.head()).ok()?;
    let mut sure = ADAPTERS.iter().filter(|adapter| matches!(adapter.sniff(&head), Sniff::Yes(_)));
    sure.next().map(|adapter| adapter.name())
}

/// Any bytes read as any kind: no panic, each row used, skipped or rejected, rejections shown, and what is not used told.
pub(crate) fn reads(kind: Kind, bytes: &[u8]) -> Suite {
    let request = Request {
        inputs: vec!["-".to_owned()],
        stdin: Some(bytes.into()),
        as_adapters: kind.map(|name| (name.to_owned(), "-".to_owned())).into_iter().collect(),
        settings: Settings { threads: 1, ..Settings::default() },
        ..Request::default()
    };
    let suite = match assemble::assemble(&request) {
        Ok(suite) => suite,
        Err(error) => Suite { problems: vec![error], ..Suite::default() },
    };
    for file in suite.tests.iter().flat_map(|test| &test.inputs) {
        let accounted = file.rows_used + file.rows_skipped + file.rows_rejected;
        assert_eq!(file.rows_read, accounted, "rows of {}", file.adapter);
        assert_eq!(file.rows_rejected > 0, !file.first_rejections.is_empty(), "rejections of {}", file.adapter);
    }
    let told = !suite.files_not_used.is_empty() || !suite.problems.is_empty();
    assert!(told || !suite.tests.is_empty(), "a file disappears");
    suite
}

/// Any text as configuration: read, or refused with where and what.
pub(crate) fn configures(text: &str) {
    match Config::parse(text, "plimsoll.toml") {
        Ok(config) => assert_eq!(config.settings(false, 1).threads, 1),
        Err(error) => assert!(!error.message.is_empty() && error.place.is_some(), "{error:?}"),
    }
}
