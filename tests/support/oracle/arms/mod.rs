//! R1: the arms, in the order in which they act.

mod begin;
mod count;
mod drain;
mod forced;
mod scheduler;

pub use scheduler::Candidate;
