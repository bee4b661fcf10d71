//! Two runs side by side: what changed, how surely, and how small a change would have been seen.
//!
//! Pure and deterministic: from blocks of histograms to [`delta::Delta`]s. The default is [`two_run`]; sources that
//! cannot carry it are compared by [`estimated`], from what is known of their spread, and by [`quoted`] where nothing is,
//! which can blame and never acquit.

pub mod block;
pub mod by_percentile;
pub mod call;
pub mod change;
pub mod change_point;
pub mod comparable;
pub mod declared;
pub mod delta;
mod differences;
pub mod estimated;
pub mod failures;
pub mod history;
pub mod influence;
#[cfg(test)]
mod laws;
mod load;
pub mod mix;
pub mod multiplicity;
pub mod over_runs;
mod pairing;
pub mod prediction;
pub mod quoted;
pub mod rate;
mod row;
pub mod run_figures;
pub mod sample;
pub mod settings;
pub mod shift;
pub mod side;
pub mod sides;
pub mod steps;
pub mod tau;
pub mod two_run;

pub use delta::{Call, Delta};
pub use sides::{Comparison, sides};
