//! endpoints.csv and deltas.csv: every figure of every endpoint and comparison, for spreadsheets and scripts. Columns name their unit,
//! numbers are not rounded, what is unknown is an empty cell. A text that a spreadsheet would take for a formula has an
//! apostrophe before it; numbers never have.

use crate::analyse::figures::EndpointFigures;
use crate::compare::delta::{Call, Delta};
use crate::fmt;
use crate::model::distribution::SourceClass;
use crate::report::model::{Report, TestReport};
use std::io::{self, Write};

/// Writes the endpoints of every test that counts, its totals first (their endpoint is empty).
///
/// # Errors
/// The writer's.
pub fn endpoints(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let quantiles = quantiles(report);
    let head = "test,run,population,group,method,endpoint,requests,failures,failure_ratio,rate_per_s,bytes,latency_mean_us,latency_min_us,latency_max_us";
    let mut columns: Vec<String> = head.split(',').map(str::to_owned).collect();
    for name in &quantiles {
        columns.extend(["", "_low", "_high"].map(|end| format!("latency_{name}{end}_us")));
    }
    columns.push("source_class".to_owned());
    let mut table = csv::Writer::from_writer(out);
    table.write_record(&columns)?;
    for test in report.standing() {
        let requests = test.endpoints.iter().map(|one| ("requests", one));
        let others = test.populations.iter().flat_map(|one| {
            let name = one.population.words();
            std::iter::once((name, &one.totals)).chain(one.endpoints.iter().map(move |endpoint| (name, endpoint)))
        });
        for (population, figures) in std::iter::once(("requests", &test.totals)).chain(requests).chain(others) {
            table.write_record(row(test, population, figures, &quantiles))?;
        }
    }
    table.flush()
}

/// Percentiles that any endpoint has, ascending.
fn quantiles(report: &Report) -> Vec<&str> {
    let standing = report.standing();
    let of_requests = standing.iter().flat_map(|test| test.endpoints.iter().chain([&test.totals]));
    let populations = standing.iter().flat_map(|test| &test.populations);
    let of_others = populations.flat_map(|one| one.endpoints.iter().chain([&one.totals]));
    let names = of_requests.chain(of_others).flat_map(|figures| figures.latency_us.quantiles.keys());
    let mut known: Vec<(f64, &str)> = names.filter_map(|name| Some((fmt::quantile_p(name)?, name.as_str()))).collect();
    known.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    known.dedup();
    known.into_iter().map(|(_, name)| name).collect()
}

fn row(test: &TestReport, population: &str, figures: &EndpointFigures, quantiles: &[&str]) -> Vec<String> {
    let text = |text: Option<&str>| text.map(fmt::csv_text).unwrap_or_default();
    let count = |count: Option<u64>| count.map(|n| n.to_string()).unwrap_or_default();
    let latency = &figures.latency_us;
    let mut cells = vec![
        fmt::csv_text(&test.name),
        text(test.run.as_deref()),
        population.to_owned(),
        text(figures.group.as_deref()),
        text(figures.method.as_deref()),
        fmt::csv_text(&figures.label),
        count(figures.requests),
        count(figures.failures),
        number(figures.failure_ratio),
        number(figures.rate_per_s),
        count(figures.bytes),
        number(latency.mean),
        number(latency.min),
        number(latency.max),
    ];
    for name in quantiles {
        let (low, high) = latency.quantile_ci.get(*name).copied().unwrap_or_default();
        cells.extend([latency.quantiles.get(*name).copied().flatten(), low, high].map(number));
    }
    cells.push(latency.source_class.map_or("", class).to_owned());
    cells
}

fn number(value: Option<f64>) -> String {
    value.map(fmt::exact).unwrap_or_default()
}

fn class(class: SourceClass) -> &'static str {
    match class {
        SourceClass::Raw => "raw",
        SourceClass::Bucketed => "bucketed",
        SourceClass::Quoted => "quoted",
    }
}

/// Writes every comparison with the baseline: values in µs for latencies, shares of requests for failures, and the interval of their difference.
///
/// # Errors
/// The writer's.
pub fn deltas(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let mut table = csv::Writer::from_writer(out);
    let head = "test,endpoint,metric,before,after,ratio,ratio_low,ratio_high,p_adjusted,detectable,call,method,why,difference_low,difference_high";
    table.write_record(head.split(','))?;
    for delta in &report.deltas {
        table.write_record(change(delta))?;
    }
    table.flush()
}

fn change(delta: &Delta) -> [String; 15] {
    let (low, high) = delta.interval.unwrap_or_default();
    let (less, more) = delta.difference_interval.unzip();
    let call = match delta.call {
        Call::Regressed => "regressed",
        Call::NoSlower => "no-slower",
        Call::NoRegressionSeen => "no-regression-seen",
        Call::Improved => "improved",
        Call::Inconclusive => "inconclusive",
    };
    [
        fmt::csv_text(&delta.test),
        fmt::csv_text(&delta.endpoint),
        fmt::csv_text(&delta.metric),
        number(delta.before),
        number(delta.after),
        number(delta.ratio),
        number(low),
        number(high),
        number(delta.p_adjusted),
        number(delta.detectable),
        call.to_owned(),
        fmt::csv_text(&delta.method),
        delta.why.as_deref().map(fmt::csv_text).unwrap_or_default(),
        number(less),
        number(more),
    ]
}
