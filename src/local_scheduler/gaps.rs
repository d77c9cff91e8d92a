//! Giving back the rows that a peak of led chains has left (E4).

use super::led::NO_ROW;
use super::sampler::Sampler;
use crate::room;

impl Sampler {
    /// Closes the gaps if most rows have no chain. Where there is no memory to do it with, it waits for a better time.
    pub(super) fn give_rows_back(&mut self) {
        if !self.led.is_sparse() {
            return;
        }
        let Some(waits) = self.waits.room_for_same() else { return };
        let Some(new_number) = self.led.close_gaps() else { return };
        self.waits.renumber(&new_number, waits);
        self.marks.retain_mut(|mark| {
            mark.row = new_number[mark.row as usize];
            mark.row != NO_ROW
        });
        room::give_back(&mut self.marks);
        for list in [&mut self.pending, &mut self.deferred] {
            room::renumber(list, &new_number, NO_ROW);
            room::give_back(list);
        }
        self.under_floor.renumber(&new_number);
        self.attention.renumber(&new_number);
        self.classes.renumber(&new_number, NO_ROW);
        self.backstops.renumber(&mut self.led, &new_number);
        self.renumber_fingerprints(&new_number);
        self.by_chain_is_stale = true;
        self.by_chain = Default::default();
        for row in 0..self.led.row_count() as u32 {
            self.row_of[self.led.row(row).slot as usize] = row;
        }
    }

    /// Rows keep their order, so it is enough to leave those out that are gone.
    fn renumber_fingerprints(&mut self, new_number: &[u32]) {
        let mut numbers = new_number.iter();
        self.chain_fingerprints.retain(|_| numbers.next().is_some_and(|&number| number != NO_ROW));
        room::give_back(&mut self.chain_fingerprints);
    }
}
