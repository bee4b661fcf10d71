//! k6: seven file kinds of one tool.
//!
//! | adapter | what k6 calls it | holds |
//! |---|---|---|
//! | `k6_ndjson` | `--out json` | every point, thresholds of whole metrics |
//! | `k6_csv` | `--out csv` | every point, microseconds rounded away, no thresholds |
//! | `k6_summary` | `handleSummary` | figures, every threshold with its outcome |
//! | `k6_summary_export` | `--summary-export` | the same without kinds of metrics, outcomes turned round |
//! | `k6_machine_summary` | `--new-machine-readable-summary` | figures, version, time of writing |
//! | `k6_dashboard_record` | `K6_WEB_DASHBOARD_RECORD` | figures for each period and of the whole run, five digits |
//! | `k6_dashboard_html` | `K6_WEB_DASHBOARD_EXPORT` | the same, within a page |
//!
//! What a script does in `setup()` and `teardown()` is no load. Points tell it by their group, and it is kept apart from the
//! load as a population of its own; figures do not tell it, and hold it.
//!
//! The two with points share `point`, those with figures share `figure`. What a threshold says is in [`threshold`].

mod block;
mod clock;
pub(super) mod csv;
mod csv_row;
pub(super) mod dashboard;
mod dashboard_figures;
pub(super) mod dashboard_html;
mod endpoint;
pub(super) mod export;
mod figure;
pub(super) mod machine;
mod metric;
pub(super) mod ndjson;
mod outline;
mod pairing;
mod point;
mod reader;
mod record;
mod scan;
mod shape;
pub(super) mod summary;
mod tag;
pub mod threshold;

pub use endpoint::is_aside;
pub use metric::OF_REQUESTS;

#[cfg(test)]
mod recorder;
