//! Making room before it is needed, so that what follows cannot fail, and giving it back.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::error::Error;

/// Makes room for so many more elements. A list grows by an eighth at least: adding one by one stays cheap, and a large
/// list never pays for much more than it holds.
pub(crate) fn reserve<T>(list: &mut Vec<T>, additional: usize) -> Result<(), Error> {
    if list.capacity() - list.len() >= additional {
        return Ok(());
    }
    let additional = additional.max(list.len() / 8 + 16);
    list.try_reserve_exact(additional).map_err(|_| Error::OutOfMemory)
}

/// A value in a box of its own. `Box::new` would end the program where there is no memory for it.
pub(crate) fn boxed<T>(value: T) -> Result<Box<[T; 1]>, Error> {
    let mut list = Vec::new();
    list.try_reserve_exact(1).map_err(|_| Error::OutOfMemory)?;
    list.push(value);
    list.into_boxed_slice().try_into().map_err(|_| Error::OutOfMemory)
}

/// How many different ones there are.
pub(crate) fn count_distinct<T: Copy + Ord>(items: impl Iterator<Item = T>) -> Result<usize, Error> {
    let mut list = Vec::new();
    for item in items {
        list.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        list.push(item);
    }
    list.sort_unstable();
    list.dedup();
    Ok(list.len())
}

/// Scratch up to this many elements is kept, so that small bursts cost no allocation. Tests want what happens after a
/// peak to happen all the time.
pub(crate) const KEPT: usize = if cfg!(feature = "testing") { 1 } else { 4096 };

/// Gives back the room of a scratch list that a burst left far larger than what it holds now.
pub(crate) fn give_back<T>(list: &mut Vec<T>) {
    give_back_beyond(list, list.len());
}

/// The same for elements so large that only a few are kept.
pub(crate) fn give_back_large<T>(list: &mut Vec<T>) {
    if list.capacity() > KEPT / 16 + 4 * list.len() {
        shrink_to(list, 2 * list.len());
    }
}

/// The same for a list that was emptied already, but has just needed so many places.
pub(crate) fn give_back_beyond<T>(list: &mut Vec<T>, needed: usize) {
    if list.capacity() > KEPT + 4 * needed {
        shrink_to(list, 2 * needed);
    }
}

/// Shortens the room of a list. Where there is no memory to move it to, it stays as it is: `Vec::shrink_to` would end the
/// program.
pub(crate) fn shrink_to<T>(list: &mut Vec<T>, room: usize) {
    let room = room.max(list.len());
    let mut shorter = Vec::new();
    if list.capacity() > room && shorter.try_reserve_exact(room).is_ok() {
        shorter.append(list);
        *list = shorter;
    }
}

/// The same for a queue that keeps more room than `give_back` lets a list keep.
pub(crate) fn give_back_queue<T>(queue: &mut VecDeque<T>) {
    let mut shorter = VecDeque::new();
    if queue.capacity() > KEPT + 4 * queue.len() && shorter.try_reserve_exact(2 * queue.len()).is_ok() {
        shorter.append(queue);
        *queue = shorter;
    }
}

/// Tables with fewer empty places than this are left alone.
const EMPTY: usize = if cfg!(feature = "testing") { 2 } else { 2048 };

/// Whether so few of the places of a table are in use that the others should be given back.
pub(crate) fn is_sparse(total: usize, in_use: usize) -> bool {
    total > 4 * in_use + EMPTY
}

/// Gives the places in a list their new numbers, and leaves those out that are gone.
pub(crate) fn renumber(list: &mut Vec<u32>, new_number: &[u32], gone: u32) {
    list.retain_mut(|place| {
        *place = new_number[*place as usize];
        *place != gone
    });
}
