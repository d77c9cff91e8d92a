//! Who holds which chain, and what is known of it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::reports::{ChainProfile, RESOURCES};
use crate::error::Error;
use crate::id::ChainId;
use crate::room::reserve;

/// A holder of a chain, as a slot, and where the chain stands in the node's list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder {
    pub(super) node: u32,
    pub(super) place: u32,
}

/// A client of a chain: its row, and its share of the use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct ClientShare {
    pub(super) row: u32,
    pub(super) share: f32,
}

/// What was reported of a chain.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Profile {
    /// Cores, bytes of memory, bytes of disk.
    pub(super) demand: [f64; RESOURCES],
    pub(super) size_bytes: Option<f64>,
    pub(super) required_tags: u64,
    pub(super) clients: SmallVec<[ClientShare; 2]>,
    pub(super) service_value: Option<f32>,
    pub(super) disruption_ns: Option<u64>,
    pub(super) group: Option<u64>,
    pub(super) zone_anti_affinity: bool,
}

impl Profile {
    /// What was reported, but for its clients.
    pub(super) fn without_clients(profile: &ChainProfile<'_>) -> Self {
        Profile {
            demand: [profile.cpu_cores, profile.memory_bytes, profile.size_bytes].map(|demand| demand.unwrap_or(0.0)),
            size_bytes: profile.size_bytes,
            required_tags: profile.required_tags,
            clients: SmallVec::new(),
            service_value: profile.service_value,
            disruption_ns: profile.disruption_ns,
            group: profile.group,
            zone_anti_affinity: profile.zone_anti_affinity,
        }
    }
}

/// What a chain without a profile has.
pub(super) static NO_PROFILE: Profile = Profile {
    demand: [0.0; RESOURCES],
    size_bytes: None,
    required_tags: 0,
    clients: SmallVec::new_const(),
    service_value: None,
    disruption_ns: None,
    group: None,
    zone_anti_affinity: false,
};

#[derive(Debug, Default)]
pub(super) struct Chain {
    pub(super) id: ChainId,
    /// In no order.
    pub(super) holders: SmallVec<[Holder; 3]>,
    /// How many there should be, if somebody said so.
    pub(super) desired: Option<u32>,
    pub(super) profile: Option<Box<[Profile; 1]>>,
    /// Moves when something of the chain's own has moved that its scores depend on, but for who holds it.
    pub(super) generation: u64,
    /// The sum of its holders and their zones, as the fingerprint has them.
    pub(super) company: u64,
    pub(super) is_touched: bool,
}

impl Chain {
    pub(super) fn profile(&self) -> &Profile {
        self.profile.as_deref().map_or(&NO_PROFILE, |[profile]| profile)
    }

    pub(super) fn is_held_by(&self, node: u32) -> bool {
        self.holders.iter().any(|holder| holder.node == node)
    }
}

#[derive(Debug, Default)]
pub(super) struct Chains {
    slots: HashMap<ChainId, u32, foldhash::fast::FixedState>,
    list: Vec<Chain>,
    free: Vec<u32>,
    /// Whether a chain has gone that had moved, since touches were taken: whoever comes may be the same, and has moved then.
    pub(super) has_lost: bool,
    /// How often a generation has moved: each gets a number that no other chain ever had.
    moves: u64,
    /// Slots whose generation has moved since somebody took them.
    pub(super) touched: Vec<u32>,
}

impl Chains {
    pub(super) fn find(&self, chain: ChainId) -> Option<u32> {
        self.slots.get(&chain).copied()
    }

    pub(super) fn get(&self, slot: u32) -> &Chain {
        &self.list[slot as usize]
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> &mut Chain {
        &mut self.list[slot as usize]
    }

    /// Makes room for so many chains that are new.
    pub(super) fn reserve(&mut self, additional: usize) -> Result<(), Error> {
        self.slots.try_reserve(additional).map_err(|_| Error::OutOfMemory)?;
        reserve(&mut self.list, additional)?;
        let slots = self.list.len() + additional;
        let missing = slots.saturating_sub(self.free.len());
        reserve(&mut self.free, missing)?;
        let missing = slots.saturating_sub(self.touched.len());
        reserve(&mut self.touched, missing)
    }

    /// The slot of a chain, which has one from now on. The room was made before.
    pub(super) fn enter(&mut self, chain: ChainId) -> u32 {
        if let Some(slot) = self.find(chain) {
            return slot;
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.list.push(Chain::default());
            self.list.len() as u32 - 1
        });
        self.list[slot as usize].id = chain;
        self.slots.insert(chain, slot);
        if self.has_lost {
            self.touch(slot);
        }
        slot
    }

    /// Gives the slot of a chain back that nobody holds. What was noted of its touch stays; the slot may be named in it.
    pub(super) fn leave(&mut self, slot: u32) {
        let chain = &mut self.list[slot as usize];
        self.has_lost |= chain.generation > 0;
        self.slots.remove(&chain.id);
        let is_touched = chain.is_touched;
        *chain = Chain { is_touched, ..Chain::default() };
        self.free.push(slot);
    }

    /// Marks a chain whose scores have changed.
    pub(super) fn touch(&mut self, slot: u32) {
        self.moves += 1;
        let chain = &mut self.list[slot as usize];
        chain.generation = self.moves;
        if !core::mem::replace(&mut chain.is_touched, true) {
            self.touched.push(slot);
        }
    }

    /// How many slots there are, those of nobody included.
    pub(super) fn slot_count(&self) -> u32 {
        self.list.len() as u32
    }

    /// Whether a slot is somebody's.
    pub(super) fn is_live(&self, slot: u32) -> bool {
        self.find(self.get(slot).id) == Some(slot)
    }
}
