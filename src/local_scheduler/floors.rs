//! Whose worst cell is under its floor: all that a decision has to ask about (D6, Y1).

use super::led::{Flags, LedChains};
use super::sampler::Sampler;
use crate::class::Classes;
use crate::config::SchedulerConfig;
use crate::error::Error;
use crate::id::ChainId;
use crate::numbers::Numbers;

/// The class of each row; empty as long as all are of class 0, which is what most clusters have.
#[derive(Debug, Default)]
pub(super) struct RowClasses {
    numbers: Numbers,
    is_used: bool,
}

impl RowClasses {
    /// Makes room for a chain of this class in one of so many rows.
    pub(super) fn reserve(&mut self, class: u32, row_count: usize) -> Result<(), Error> {
        if class == 0 && !self.is_used {
            return Ok(());
        }
        self.is_used = true;
        self.numbers.reserve(class, 1, row_count)
    }

    /// The room was made before.
    pub(super) fn set(&mut self, row: u32, chain: ChainId, class: u32) {
        self.numbers.set(row, chain, class);
    }

    pub(super) fn renumber(&mut self, new_number: &[u32], gone: u32) {
        self.numbers.renumber(new_number, gone);
    }
}

impl Sampler {
    /// The class of a row's chain, as it was last seen.
    pub(super) fn class_of(&self, row: u32) -> u32 {
        self.classes.numbers.get(row, self.led.snapshot.chain(row)).unwrap_or(0)
    }

    /// The floor of a row's chain.
    pub(super) fn floor_of(&self, row: u32, config: &SchedulerConfig, classes: &Classes) -> f32 {
        if classes.is_empty() {
            return config.score_floor;
        }
        classes.bounds(config, self.class_of(row)).score_floor
    }

    /// Puts a row where its worst cell says.
    pub(super) fn update_floor(&mut self, row: u32, config: &SchedulerConfig, classes: &Classes) -> Result<(), Error> {
        let floor = self.floor_of(row, config, classes);
        let is_under = is_under(&self.led, row, floor);
        self.under_floor.put(&mut self.led, row, is_under)
    }

    /// Makes room for all that other floors add.
    pub(super) fn reserve_for_floors(&mut self, config: &SchedulerConfig, classes: &Classes) -> Result<(), Error> {
        let is_new = |&row: &u32| {
            !self.led.has(row, Flags::UNDER_FLOOR) && is_under(&self.led, row, self.floor_of(row, config, classes))
        };
        let new = self.led.in_use().filter(is_new).count();
        self.under_floor.reserve(new)
    }

    /// Puts every row where other floors say. The room was made before.
    pub(super) fn rebuild_floors(&mut self, config: &SchedulerConfig, classes: &Classes) -> Result<(), Error> {
        for row in 0..self.led.row_count() as u32 {
            if self.led.has(row, Flags::IN_USE) {
                self.update_floor(row, config, classes)?;
            }
        }
        self.under_floor.settle(&self.led);
        Ok(())
    }
}

/// Whether the worst cell of a row is under a floor.
fn is_under(led: &LedChains, row: u32, score_floor: f32) -> bool {
    led.snapshot.row_worst(row).is_some_and(|(_, score)| score < score_floor)
}
