//! One line of a text simulation.log, whatever the version.
//!
//! | version | request |
//! |---|---|
//! | 2.0 | scenario, user, `REQUEST`, groups, name, sent from, sent until, answered from, answered until, status, message |
//! | 2.1 to 3.1 | `REQUEST`, scenario, user, groups, name, start, end, status, message |
//! | 3.2, 3.3 | `REQUEST`, user, groups, name, start, end, status, message |
//! | 3.4 to 3.12 | `REQUEST`, groups, name, start, end, status, message |
//!
//! Common to all: groups and name stand before the instants, and the status stands behind them.

/// An event. Instants are in unix milliseconds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    /// The run's own line; its version, where it is one.
    Run { version: Option<&'a str> },
    /// A user came (`true`) or left.
    User { comes: bool, at: i64 },
    /// A request.
    Request { groups: &'a str, name: &'a str, ran: Ran, message: &'a str },
    /// A group of requests, with its pauses.
    Group { groups: &'a str, ran: Ran },
    /// A fault of the simulation.
    Error { message: &'a str },
    /// A criterion of the simulation, in a binary form of its own.
    Assertion,
}

/// From when to when, and how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ran {
    pub(super) start: i64,
    /// `None` where Gatling wrote that there was no end.
    pub(super) end: Option<i64>,
    pub(super) ok: bool,
}

const KINDS: [&str; 6] = ["RUN", "USER", "REQUEST", "GROUP", "ERROR", "ASSERTION"];

/// Reads a line; the error is what was expected.
pub(super) fn parse(line: &str) -> Result<Event<'_>, String> {
    let fields: Vec<&str> = line.split('\t').collect();
    let (kind, rest) = kind(&fields).ok_or("should begin with RUN, USER, REQUEST, GROUP, ERROR or ASSERTION")?;
    match kind {
        "RUN" => Ok(Event::Run { version: rest.last().copied().filter(|version| version.starts_with("3.")) }),
        "USER" => user(rest),
        "REQUEST" => request(rest),
        "GROUP" => group(rest),
        "ERROR" => {
            let message = rest.first().map(|message| message.trim()).filter(|message| !message.is_empty());
            Ok(Event::Error { message: message.ok_or("should have a message")? })
        }
        _ => Ok(Event::Assertion),
    }
}

/// The kind of event and the fields behind it: the kind stands first, in 2.0 third.
fn kind<'a, 'b>(fields: &'b [&'a str]) -> Option<(&'a str, &'b [&'a str])> {
    [0, 2].into_iter().find_map(|at| {
        let kind = fields.get(at).filter(|field| KINDS.contains(field))?;
        Some((*kind, fields.get(at + 1..)?))
    })
}

fn user<'a>(fields: &[&'a str]) -> Result<Event<'a>, String> {
    // A scenario may be called START: the event is the last such word.
    let at = fields.iter().rposition(|field| matches!(*field, "START" | "END")).ok_or("should say START or END")?;
    let comes = fields.get(at) == Some(&"START");
    let mut instants = fields.get(at + 1..).unwrap_or(&[]).iter().map_while(|field| instant(field));
    // Up to 3.3 there are two: when the user came, and (for END) when it left.
    let found = if comes { instants.next() } else { instants.last() };
    Ok(Event::User { comes, at: found.ok_or("should have a time in milliseconds behind START or END")? })
}

fn request<'a>(fields: &[&'a str]) -> Result<Event<'a>, String> {
    let status = status(fields, 2).ok_or("should have two times in milliseconds and then OK or KO")?;
    let four = status >= 6 && fields.get(status - 4..status).is_some_and(|all| all.iter().all(|field| is_epoch(field)));
    let first = status - if four { 4 } else { 2 };
    let (groups, name) = match fields.get(first.saturating_sub(2)..first) {
        Some([groups, name]) => (*groups, *name),
        _ => return Err("should have groups and a name before its times".to_owned()),
    };
    let ran = ran(fields.get(first), fields.get(status - 1), fields.get(status))?;
    Ok(Event::Request { groups, name, ran, message: fields.get(status + 1).map_or("", |message| message.trim()) })
}

fn group<'a>(fields: &[&'a str]) -> Result<Event<'a>, String> {
    let status = status(fields, 3).ok_or("should have three times in milliseconds and then OK or KO")?;
    let groups = status.checked_sub(4).and_then(|at| fields.get(at)).ok_or("should have its name before its times")?;
    Ok(Event::Group { groups, ran: ran(fields.get(status - 3), fields.get(status - 2), fields.get(status))? })
}

/// Where the status stands: the first `OK` or `KO` behind so many numbers.
fn status(fields: &[&str], numbers: usize) -> Option<usize> {
    (numbers..fields.len()).find(|at| {
        let before = fields.get(at - numbers..*at).unwrap_or(&[]);
        matches!(fields.get(*at), Some(&("OK" | "KO"))) && before.iter().all(|field| instant(field).is_some())
    })
}

fn ran(start: Option<&&str>, end: Option<&&str>, status: Option<&&str>) -> Result<Ran, String> {
    let start = start.and_then(|field| instant(field)).filter(|start| *start >= 0).ok_or("should have begun")?;
    let end = end.and_then(|field| instant(field)).filter(|end| *end >= 0);
    match end {
        Some(end) if end < start => Err(format!("should end after it began, found {start} to {end}")),
        _ => Ok(Ran { start, end, ok: status == Some(&"OK") }),
    }
}

/// Milliseconds; before the year 2262 so that nanoseconds fit. Gatling writes the least number there is for "never".
fn instant(field: &str) -> Option<i64> {
    field.parse().ok().filter(|ms| *ms == i64::MIN || (0..9_000_000_000_000).contains(ms))
}

/// Whether a field is a unix time of this century, and not a name that happens to be a number.
fn is_epoch(field: &str) -> bool {
    field.len() >= 12 && instant(field).is_some_and(|ms| ms >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_of_every_version() {
        let lines = [
            "ReindexAll\t11-0\tREQUEST\tg\tname\t1448309155292\t1448309155293\t1448309155604\t1448309155605\tOK\t ",
            "REQUEST\tReindexAll\t1\tg\tname\t1448309155292\t1448309155605\tOK",
            "REQUEST\t1\tg\tname\t1448309155292\t1448309155605\tOK\t ",
            "REQUEST\tg\tname\t1448309155292\t1448309155605\tOK\t \textra",
        ];
        let ran = Ran { start: 1_448_309_155_292, end: Some(1_448_309_155_605), ok: true };
        for line in lines {
            assert_eq!(parse(line), Ok(Event::Request { groups: "g", name: "name", ran, message: "" }), "{line}");
        }
    }

    #[test]
    fn names_that_look_like_other_fields() {
        let line = "REQUEST\tscenario\t7\t5\t12\t1448309155292\t1448309155605\tKO\tOK";
        let ran = Ran { start: 1_448_309_155_292, end: Some(1_448_309_155_605), ok: false };
        assert_eq!(parse(line), Ok(Event::Request { groups: "5", name: "12", ran, message: "OK" }));
        assert_eq!(parse("USER\tSTART\tEND\t1788379667367"), Ok(Event::User { comes: false, at: 1_788_379_667_367 }));
    }

    #[test]
    fn users_of_every_version() {
        let came = Ok(Event::User { comes: true, at: 1_448_309_155_266 });
        for line in [
            "ReindexAll\t11-0\tUSER\tSTART\t1448309155266\t0",
            "USER\tReindexAll\t1\tSTART\t1448309155266\t1448309155266",
            "USER\tReindexAll\tSTART\t1448309155266",
        ] {
            assert_eq!(parse(line), came, "{line}");
        }
        let left = parse("USER\tReindexAll\t1\tEND\t1448309155266\t1448309331967");
        assert_eq!(left, Ok(Event::User { comes: false, at: 1_448_309_331_967 }));
    }

    #[test]
    fn what_is_no_event() {
        for line in [
            "",
            "second line \t1788379357701",
            "REQUEST\t\tGET /ok\t1788379356162\tsoon\tOK",
            "REQUEST\t\tGET /ok\t1788379356162\t1788379356100\tOK",
            "REQUEST\tGET /ok\t1788379356162\t1788379356163\tMAYBE",
            "REQUEST\t1788379356162\t1788379356163\tOK",
            "USER\tscn\tSTART",
            "GROUP\t1\t2\t3\tOK",
            "ERROR",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
        let never = parse("REQUEST\t\ta\t1788379356162\t-9223372036854775808\tKO\tcrash");
        assert!(matches!(never, Ok(Event::Request { ran: Ran { end: None, ok: false, .. }, .. })), "{never:?}");
    }
}
