//! Scorers put together from others: that they say what they promise, and the same in every form of a question.

#[path = "../support/allocator.rs"]
mod allocator;
mod begin;
mod cached;
mod forms;
mod memory;
mod ranking;
mod rules;
mod smoothed;
mod table;
mod victims;
