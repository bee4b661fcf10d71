//! Resource monitors: what the machine did while the load ran.
//!
//! One reader serves both kinds of teams' own CSV; they differ in how they know what a column means: [`MonitorResource`] has
//! a table of fifteen names, [`MonitorCsv`] goes by the ends of names and by whether a column ever falls. Each tool's own
//! output has an adapter of its own, known by marks that no other writes.

pub mod counter;
pub mod docker;
pub mod dstat;
mod generic;
pub mod grafana;
mod instants;
pub mod iostat;
pub mod kubectl_top;
mod labelled;
mod log;
mod long;
pub mod prometheus;
mod reading;
pub mod resource;
pub mod sar;
mod shell;
mod shown;
mod sysstat;
pub mod sysstat_json;
pub mod sysstat_text;
#[cfg(test)]
mod tests;
pub mod vmstat;

pub use docker::MonitorDockerStats;
pub use dstat::MonitorDstat;
pub use generic::MonitorCsv;
pub use grafana::MonitorGrafana;
pub use iostat::MonitorIostat;
pub use kubectl_top::MonitorKubectlTop;
pub use prometheus::MonitorPrometheus;
pub use resource::MonitorResource;
pub use sar::MonitorSar;
pub use sysstat_json::MonitorSysstatJson;
pub use sysstat_text::MonitorSysstatText;
pub use vmstat::MonitorVmstat;
