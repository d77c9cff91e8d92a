//! Random histories through the library and the oracle.
//!
//! Random words become steps (`choice`, and `crowd` for thousands of chains), a duel takes both sides through each step
//! and compares all that can be seen, and a history on which they differ is made small and printed as a scenario file
//! (`shrink`).

mod choice;
mod compare;
mod content;
mod corners;
mod coverage;
mod crowd;
mod dice;
mod duel;
mod executor;
mod picture;
mod run;
mod safety;
mod shrink;
mod step;

pub use coverage::Coverage;
pub use crowd::crowds;
pub use duel::Setting;
pub use run::{Found, History, histories, run};
pub use shrink::{is_playable, scenario, smallest};
