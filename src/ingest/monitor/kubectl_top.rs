//! `kubectl top pod` and `kubectl top node`, repeated by a loop with a time beside each table or row.

use super::instants::Instants;
use super::log::{Parsed, lines_of, repeated};
use super::shell;
use super::shown::Figure;
use crate::error::Error;
use crate::ingest::{Adapter, Head, Input, Settings, Sink, Sniff, Tally};

/// Reads what `kubectl top` printed.
pub struct MonitorKubectlTop;

/// Lines that detection looks at.
const SNIFFED: usize = 50;
const HINT: &str = "write the time before each table: while :; do date -u +%FT%TZ; kubectl top pod; sleep 15; done";

impl Adapter for MonitorKubectlTop {
    fn name(&self) -> &'static str {
        "monitor_kubectl_top"
    }

    fn tool(&self) -> &'static str {
        "kubectl top"
    }

    fn about(&self) -> &'static str {
        "tables of `kubectl top pod` (or node) repeated, each with a time before, after or in its rows"
    }

    fn sniff(&self, head: &Head) -> Sniff {
        let mut clock = Instants::default();
        let (mut rows, mut others) = (0, 0);
        for line in lines_of(head).filter(|line| !shell::is_line(line)).take(SNIFFED) {
            let (_, rest) = clock.leading(&line);
            if rest.is_empty() || is_header(rest) {
                continue;
            }
            let is_row = matches!(row(rest), Ok(Some(_)));
            rows += usize::from(is_row);
            others += usize::from(!is_row);
        }
        match rows {
            0 => Sniff::no("no row holds millicores and memory as Kubernetes writes them (`9m  61Mi`)"),
            _ if others > rows => Sniff::no("a text that shows some rows of `kubectl top`"),
            _ => Sniff::yes("rows of `kubectl top`: millicores and memory (`9m  61Mi`)"),
        }
    }

    fn read(&self, input: &Input, settings: &Settings, sink: &mut dyn Sink) -> Result<Tally, Error> {
        repeated(input, settings, sink, HINT, |text, _, _| {
            if is_header(text) {
                return Ok(Parsed::Words);
            }
            Ok(row(text)?.map_or(Parsed::Words, |figures| Parsed::Row(None, figures)))
        })
    }
}

fn is_header(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("cpu") && lower.contains("mem") && !lower.bytes().any(|byte| byte.is_ascii_digit())
}

/// `POD CONTAINER 9m 61Mi`, `NODE 500m 12% 1024Mi 40%`; `None` where no memory stands in the line.
fn row(text: &str) -> Result<Option<Vec<Figure>>, String> {
    let cells: Vec<&str> = text.split([',', ' ', '\t', ';']).filter(|cell| !cell.is_empty()).collect();
    let unknown = |cell: &str| cell == "<unknown>";
    let Some(memory) = cells.iter().rposition(|cell| mebibytes(cell).is_some()) else {
        return Ok(None);
    };
    let share_between = usize::from(cells.get(memory.wrapping_sub(1)).is_some_and(|cell| cell.ends_with('%')));
    let Some(cpu) = memory.checked_sub(1 + share_between).filter(|cpu| *cpu > 0) else { return Ok(None) };
    let text_of = |at: usize| cells.get(at).copied().unwrap_or("");
    let cores = match text_of(cpu) {
        cell if unknown(cell) => None,
        cell => Some(cores(cell).ok_or_else(|| {
            format!("should be cores such as `9m`, found `{}`", crate::fmt::excerpt(cell.as_bytes()))
        })?),
    };
    let name = cells.get(..cpu).unwrap_or_default().join("/");
    let mut figures = vec![
        Figure::level(format!("{name} cpu"), "cores", cores),
        Figure::level(format!("{name} memory"), "MiB", mebibytes(text_of(memory))),
    ];
    for (at, what) in [(cpu + 1, "cpu_percent"), (memory + 1, "memory_percent")] {
        if let Some(share) = text_of(at).strip_suffix('%') {
            figures.push(Figure::level(format!("{name} {what}"), "%", share.parse().ok()));
        }
    }
    Ok(Some(figures))
}

/// `9m` and `2` in cores; `9000000n` and `9000u` as the metrics' API has them.
fn cores(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 3] = [("m", 1e3), ("u", 1e6), ("n", 1e9)];
    let (number, parts) =
        UNITS.iter().find_map(|(unit, parts)| Some((text.strip_suffix(unit)?, *parts))).unwrap_or((text, 1.0));
    number.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0).map(|value| value / parts)
}

/// `61Mi` in MiB; only with a unit, which kubectl always writes.
fn mebibytes(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 4] = [("Ki", 1.0 / 1024.0), ("Mi", 1.0), ("Gi", 1024.0), ("Ti", 1_048_576.0)];
    let (number, scale) = UNITS.iter().find_map(|(unit, scale)| Some((text.strip_suffix(unit)?, scale)))?;
    number.parse::<f64>().ok().filter(|value| value.is_finite() && *value >= 0.0).map(|value| value * scale)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failed, read, sniff, values};
    use super::*;
    use crate::unit::Timestamp;

    #[test]
    fn tables_with_the_date_before_each() {
        let text = "Wed Oct 12 18:26:21 UTC 2022\nPOD                          NAME          CPU(cores)   MEMORY(bytes)\naz1-server-784874668-clzsh   istio-proxy   9m           61Mi\naz1-server-784874668-clzsh   nginx         0m           10Mi\n\nWed Oct 12 18:26:37 UTC 2022\nPOD                          NAME          CPU(cores)   MEMORY(bytes)\naz1-server-784874668-clzsh   istio-proxy   11m           1Gi\n";
        assert!(matches!(sniff(&MonitorKubectlTop, text), Sniff::Yes(_)));
        let (tally, sink) = read(&MonitorKubectlTop, text);
        assert_eq!((tally.used, tally.skipped, tally.rejected), (3, 4, 0));
        assert_eq!(values(&sink, "az1-server-784874668-clzsh/istio-proxy cpu"), [Some(0.009), Some(0.011)]);
        assert_eq!(values(&sink, "az1-server-784874668-clzsh/istio-proxy memory"), [Some(61.0), Some(1024.0)]);
        assert_eq!(sink.readings[0].1, Timestamp(1_665_599_181_000_000_000));
    }

    #[test]
    fn a_time_in_front_of_each_row_and_nodes() {
        let text = "2022-10-12T18:26:21+00:00,web-1,12m,61Mi\n2022-10-12 18:26:22 node-1 500m 12% 1024Mi 40%\n2022-10-12T18:26:21Z web-1 x 61Mi\n";
        let (tally, sink) = read(&MonitorKubectlTop, text);
        assert_eq!((tally.used, tally.rejected), (2, 1));
        assert_eq!(values(&sink, "web-1 cpu"), [Some(0.012)]);
        assert_eq!(values(&sink, "node-1 cpu_percent"), [Some(12.0)]);
        assert_eq!(values(&sink, "node-1 memory_percent"), [Some(40.0)]);
    }

    #[test]
    fn without_times_it_is_refused_with_what_to_do() {
        let text = "NAME   CPU(cores)   MEMORY(bytes)\nweb-1   9m   61Mi\n";
        assert!(matches!(sniff(&MonitorKubectlTop, text), Sniff::Yes(_)));
        assert!(failed(&MonitorKubectlTop, text).hint.unwrap().contains("date -u"));
    }
}
