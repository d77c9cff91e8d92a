//! A number for each of many chains, in two bytes as long as it is small.

use alloc::vec::Vec;

use crate::by_chain::ByChain;
use crate::error::Error;
use crate::id::ChainId;
use crate::room;

/// No number.
const NONE: u16 = u16::MAX;

/// The number is among the large ones.
const LARGE: u16 = u16::MAX - 1;

/// Numbers by the place of a chain in some table, none for places beyond the end.
///
/// Counts of replicas and classes are small. A million chains should not pay four bytes each so that one may be large.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    small: Vec<u16>,
    large: ByChain<u32>,
}

impl Numbers {
    pub(crate) fn get(&self, place: u32, chain: ChainId) -> Option<u32> {
        match self.small.get(place as usize).copied().unwrap_or(NONE) {
            NONE => None,
            LARGE => self.large.get(chain).copied(),
            small => Some(u32::from(small)),
        }
    }

    /// Makes room for so many more chains, if this number is large, in a table of so many places.
    pub(crate) fn reserve(&mut self, number: u32, additional: usize, places: usize) -> Result<(), Error> {
        if number >= u32::from(LARGE) {
            self.large.reserve(additional)?;
        }
        grow(&mut self.small, places, NONE)
    }

    /// The room was made before.
    pub(crate) fn set(&mut self, place: u32, chain: ChainId, number: u32) {
        let Some(known) = self.small.get_mut(place as usize) else { return };
        if *known == LARGE {
            self.large.remove(chain);
        }
        *known = u16::try_from(number).ok().filter(|&number| number < LARGE).unwrap_or(LARGE);
        if *known == LARGE {
            self.large.set(chain, number);
        }
    }

    pub(crate) fn clear(&mut self, place: u32, chain: ChainId) {
        let Some(known) = self.small.get_mut(place as usize) else { return };
        if core::mem::replace(known, NONE) == LARGE {
            self.large.remove(chain);
        }
    }

    /// The table has closed its gaps: places keep their order, so it is enough to leave those out that are gone.
    pub(crate) fn renumber(&mut self, new_number: &[u32], gone: u32) {
        renumber(&mut self.small, new_number, gone);
        self.large.give_back();
    }

    /// Gives back what a peak of large numbers has left.
    pub(crate) fn give_back(&mut self) {
        self.large.give_back();
    }
}

/// Makes a column reach to the end of its table.
pub(crate) fn grow<T: Copy>(column: &mut Vec<T>, places: usize, nothing: T) -> Result<(), Error> {
    if column.len() < places {
        let additional = places - column.len();
        room::reserve(column, additional)?;
        column.resize(places, nothing);
    }
    Ok(())
}

/// Leaves out of a column what is gone from its table.
pub(crate) fn renumber<T>(column: &mut Vec<T>, new_number: &[u32], gone: u32) {
    let mut numbers = new_number.iter();
    column.retain(|_| numbers.next().is_some_and(|&number| number != gone));
    room::give_back(column);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_any_size_is_what_was_set() -> Result<(), Error> {
        let mut numbers = Numbers::default();
        let sizes = [0, 1, 0xfffd, 0xfffe, 0xffff, 0x1_0000, u32::MAX];
        for (&number, chain) in sizes.iter().zip(10..) {
            numbers.reserve(number, 1, 8)?;
            numbers.set((chain - 10) as u32, ChainId(chain), number);
        }
        for (&number, chain) in sizes.iter().zip(10..) {
            assert_eq!(numbers.get((chain - 10) as u32, ChainId(chain)), Some(number));
        }
        assert_eq!(numbers.get(7, ChainId(17)), None);
        assert_eq!(numbers.get(8, ChainId(18)), None, "beyond the end");
        Ok(())
    }

    #[test]
    fn a_number_that_was_large_leaves_nothing() -> Result<(), Error> {
        let (mut numbers, chain) = (Numbers::default(), ChainId(7));
        numbers.reserve(u32::MAX, 1, 1)?;
        numbers.set(0, chain, u32::MAX);
        numbers.set(0, chain, 3);
        assert_eq!((numbers.get(0, chain), numbers.large.get(chain)), (Some(3), None));
        numbers.set(0, chain, u32::MAX);
        numbers.clear(0, chain);
        assert_eq!((numbers.get(0, chain), numbers.large.get(chain)), (None, None));
        Ok(())
    }

    #[test]
    fn places_that_are_gone_are_left_out() -> Result<(), Error> {
        let mut numbers = Numbers::default();
        numbers.reserve(0, 1, 3)?;
        for place in 0..3 {
            numbers.set(place, ChainId(place.into()), place);
        }
        numbers.renumber(&[0, u32::MAX, 1, 2], u32::MAX);
        assert_eq!(numbers.get(1, ChainId(2)), Some(2));
        assert_eq!(numbers.get(2, ChainId(3)), None);
        Ok(())
    }
}
