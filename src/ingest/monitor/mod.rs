//! Resource monitors: what the machine did while the load ran.
//!
//! One reader serves both kinds of file; they differ in how they know what a column means: [`MonitorResource`] has a table
//! of fifteen names, [`MonitorCsv`] goes by the ends of names and by whether a column ever falls.

pub mod generic;
mod reading;
pub mod resource;
#[cfg(test)]
mod tests;

pub use generic::MonitorCsv;
pub use resource::MonitorResource;
