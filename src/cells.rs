//! The cells of many rows: each holder of a chain with its score.

use alloc::vec::Vec;

use crate::error::Error;
use crate::room;

/// The score of one holder.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    /// Place of the holder among the holder nodes.
    pub(crate) node: u32,
    /// NaN is "no opinion": a score that is kept was validated and is never NaN.
    pub(crate) score: f32,
}

/// So many cells lie in the row itself: three replicas are the common case and cost no allocation.
const INLINE: usize = 3;

type Row = [Cell; INLINE];

/// As the node of a cell: there is none.
const NO_NODE: u32 = u32::MAX;

/// As the node of a row's first cell: its cells lie among the long ones, and the node of the next cell says where.
const LONG: u32 = u32::MAX - 1;

const NO_CELL: Cell = Cell { node: NO_NODE, score: f32::NAN };

/// A list that is short in most rows would take eight bytes a row for its length.
#[derive(Debug, Default)]
pub(crate) struct CellRows {
    rows: Vec<Row>,
    long: Vec<Vec<Cell>>,
    /// Places among the long ones that no row has.
    free: Vec<u32>,
}

impl CellRows {
    pub(crate) fn get(&self, row: u32) -> &[Cell] {
        let cells = &self.rows[row as usize];
        if cells[0].node == LONG { &self.long[cells[1].node as usize] } else { &cells[..length(cells)] }
    }

    pub(crate) fn get_mut(&mut self, row: u32) -> &mut [Cell] {
        let cells = &mut self.rows[row as usize];
        if cells[0].node == LONG {
            return &mut self.long[cells[1].node as usize];
        }
        let length = length(cells);
        &mut cells[..length]
    }

    /// All cells of all rows, in no order that means anything.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut Cell> {
        let short = self.rows.iter_mut().filter(|cells| cells[0].node != LONG).flat_map(|cells| {
            let length = length(cells);
            &mut cells[..length]
        });
        short.chain(self.long.iter_mut().flatten())
    }

    /// Makes room for so many more rows.
    pub(crate) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        room::reserve(&mut self.rows, additional)
    }

    /// A row without cells, after the last. The room was made before.
    pub(crate) fn push(&mut self) {
        self.rows.push([NO_CELL; INLINE]);
    }

    /// Room for so many cells, with which [`replace`](Self::replace) cannot fail.
    pub(crate) fn draft(&mut self, count: usize) -> Result<Draft, Error> {
        let mut long = Vec::new();
        if count > INLINE {
            long.try_reserve_exact(count).map_err(|_| Error::OutOfMemory)?;
            room::reserve(&mut self.long, 1)?;
            // Room for all places that may become free: giving one back cannot fail.
            let missing = self.long.len() + 1 - self.free.len();
            room::reserve(&mut self.free, missing)?;
        }
        Ok(Draft { short: [NO_CELL; INLINE], long, count: 0 })
    }

    /// Makes these the cells of a row.
    pub(crate) fn replace(&mut self, row: u32, draft: Draft) {
        self.clear(row);
        if draft.count <= INLINE {
            self.rows[row as usize] = draft.short;
            return;
        }
        let place = match self.free.pop() {
            Some(place) => {
                self.long[place as usize] = draft.long;
                place
            }
            None => {
                self.long.push(draft.long);
                (self.long.len() - 1) as u32
            }
        };
        self.rows[row as usize] = [Cell { node: LONG, ..NO_CELL }, Cell { node: place, ..NO_CELL }, NO_CELL];
    }

    /// Leaves a row without cells.
    pub(crate) fn clear(&mut self, row: u32) {
        let cells = core::mem::replace(&mut self.rows[row as usize], [NO_CELL; INLINE]);
        if cells[0].node == LONG {
            self.long[cells[1].node as usize] = Vec::new();
            self.free.push(cells[1].node);
        }
    }

    /// Keeps `count` rows only, in their order: those whose new number is not `gone`.
    pub(crate) fn close_gaps(&mut self, new_number: &[u32], gone: u32, count: usize) -> Result<(), Error> {
        let long_count = self.long.len() - self.free.len();
        let mut closed = CellRows::default();
        room::reserve(&mut closed.rows, count)?;
        room::reserve(&mut closed.long, long_count)?;
        room::reserve(&mut closed.free, long_count)?;
        for (cells, _) in self.rows.iter_mut().zip(new_number).filter(|&(_, &number)| number != gone) {
            if cells[0].node == LONG {
                let moved = core::mem::take(&mut self.long[cells[1].node as usize]);
                cells[1].node = closed.long.len() as u32;
                closed.long.push(moved);
            }
            closed.rows.push(*cells);
        }
        *self = closed;
        Ok(())
    }
}

/// Cells that are to be those of a row.
#[derive(Debug)]
pub(crate) struct Draft {
    short: Row,
    /// All cells, if there is room for more than a row has.
    long: Vec<Cell>,
    count: usize,
}

impl Draft {
    /// Adds one of those for which there is room.
    pub(crate) fn push(&mut self, cell: Cell) {
        if let Some(place) = self.short.get_mut(self.count) {
            *place = cell;
        }
        if self.long.len() < self.long.capacity() {
            self.long.push(cell);
        }
        self.count += 1;
    }
}

fn length(cells: &Row) -> usize {
    cells.iter().take_while(|cell| cell.node != NO_NODE).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(rows: &mut CellRows, row: u32, nodes: &[u32]) -> Result<(), Error> {
        let mut draft = rows.draft(nodes.len())?;
        nodes.iter().for_each(|&node| draft.push(Cell { node, score: node as f32 }));
        rows.replace(row, draft);
        Ok(())
    }

    fn nodes(rows: &CellRows, row: u32) -> Vec<u32> {
        rows.get(row).iter().map(|cell| cell.node).collect()
    }

    #[test]
    fn rows_of_any_length_are_what_was_set() -> Result<(), Error> {
        let mut rows = CellRows::default();
        rows.reserve(1)?;
        rows.push();
        let all = [4, 8, 15, 16, 23, 42];
        for length in [0, 1, 3, 4, 6, 5, 2, 4, 0] {
            set(&mut rows, 0, &all[..length])?;
            assert_eq!(nodes(&rows, 0), all[..length]);
            rows.get_mut(0).iter_mut().for_each(|cell| cell.score = 0.5);
            assert!(rows.get(0).iter().all(|cell| cell.score == 0.5));
        }
        assert_eq!(rows.long.len(), 1, "the place is used again");
        Ok(())
    }

    #[test]
    fn gaps_close_over_long_rows() -> Result<(), Error> {
        let mut rows = CellRows::default();
        rows.reserve(4)?;
        for row in 0..4 {
            rows.push();
            let length = if row % 2 == 0 { 4 } else { 2 };
            set(&mut rows, row, &[row, 10, 20, 30][..length])?;
        }
        rows.clear(0);
        rows.close_gaps(&[9, 0, 1, 2], 9, 3)?;
        assert_eq!([0, 1, 2].map(|row| nodes(&rows, row)), [vec![1, 10], vec![2, 10, 20, 30], vec![3, 10]]);
        assert_eq!((rows.long.len(), rows.free.len()), (1, 0));
        rows.all_mut().for_each(|cell| cell.node += 1);
        assert_eq!([0, 1, 2].map(|row| nodes(&rows, row)), [vec![2, 11], vec![3, 11, 21, 31], vec![4, 11]]);
        Ok(())
    }
}
