//! The inventory, tested by its documentation: against one that is written for clarity alone (`plain`), at the boundaries of
//! what it refuses and notes, and under a scheduler.

#[path = "../support/allocator.rs"]
mod allocator;
#[path = "../model/dice.rs"]
mod dice;

mod agree;
mod drift;
mod feed;
mod figures;
mod fingerprints;
mod input;
mod leaving;
mod memory;
mod out_of_memory;
mod plain;
mod plain_answers;
mod plays;
mod refusals;
mod shared;
mod shifts;
mod small;
mod smoothing;
