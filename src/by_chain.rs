//! Something that few chains have, by chain.

use hashbrown::HashMap;

use crate::error::Error;
use crate::id::ChainId;

/// Only ever looked up, so that its order reaches no output.
#[derive(Debug)]
pub(crate) struct ByChain<T> {
    map: HashMap<ChainId, T, foldhash::fast::FixedState>,
}

impl<T> Default for ByChain<T> {
    fn default() -> Self {
        ByChain { map: HashMap::default() }
    }
}

/// A map that is smaller than this, in bytes, is left alone.
const KEPT: usize = if cfg!(feature = "testing") { 128 } else { 128 << 10 };

impl<T> ByChain<T> {
    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.map.try_reserve(additional).map_err(|_| Error::OutOfMemory)
    }

    pub(crate) fn get(&self, chain: ChainId) -> Option<&T> {
        if self.map.is_empty() { None } else { self.map.get(&chain) }
    }

    /// The room was made before.
    pub(crate) fn set(&mut self, chain: ChainId, value: T) {
        self.map.insert(chain, value);
    }

    pub(crate) fn get_mut(&mut self, chain: ChainId) -> Option<&mut T> {
        self.map.get_mut(&chain)
    }

    /// The value of a chain, which has one from now on. The room was made before.
    pub(crate) fn entry(&mut self, chain: ChainId) -> &mut T
    where
        T: Default,
    {
        self.map.entry(chain).or_default()
    }

    pub(crate) fn remove(&mut self, chain: ChainId) {
        if !self.map.is_empty() {
            self.map.remove(&chain);
        }
    }

    /// Gives back the room that a peak has left (E4). Where there is no memory to move the rest to, it stays.
    pub(crate) fn give_back(&mut self) {
        let kept = KEPT / size_of::<(ChainId, T)>();
        if self.map.capacity() > kept + 4 * self.map.len() {
            let mut smaller = HashMap::default();
            if smaller.try_reserve(2 * self.map.len()).is_ok() {
                smaller.extend(self.map.drain());
                self.map = smaller;
            }
        }
    }
}
