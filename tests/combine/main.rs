//! Scorers put together from others: that they say what they promise, and the same in every form of a question.

mod begin;
mod cached;
mod forms;
mod memory;
mod ranking;
mod rules;
mod smoothed;
mod table;
