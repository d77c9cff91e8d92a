//! Profiles of chains on their way in: checked as a whole, room made for all, then taken.

use alloc::boxed::Box;
use alloc::vec::Vec;

use smallvec::SmallVec;

use super::InventoryScorer;
use super::chains::{Chains, ClientShare, Holder, NO_PROFILE, Profile};
use super::reports::{ChainProfile, Client};
use crate::error::Error;
use crate::room::{boxed, count_distinct};

impl InventoryScorer {
    /// Takes profiles of chains, in order; each replaces that of its chain as a whole. All or nothing.
    ///
    /// # Errors
    ///
    /// [`Error::Inventory`] names the index, chain, field and value of the first that says what cannot be;
    /// [`Error::ReservedNode`] for a client; [`Error::OutOfMemory`]. Nothing has changed then.
    pub fn report_profiles(&mut self, profiles: &[ChainProfile<'_>]) -> Result<(), Error> {
        profiles.iter().enumerate().try_for_each(|(index, profile)| profile.check(index))?;
        let mut taken = Vec::new();
        let outcome = self.prepare_profiles(profiles, &mut taken);
        if outcome.is_ok() {
            for (profile, taken) in profiles.iter().zip(&mut taken) {
                let slot = self.chains.enter(profile.chain);
                self.exchange_profile(slot, taken);
                self.leave_if_idle(slot);
            }
        }
        // These are the former ones now, those that say nothing new, and after an error those that were prepared.
        taken.into_iter().flatten().for_each(|profile| self.release_profile(&profile[0]));
        // Room may have been made for more than came.
        profiles.iter().filter_map(|profile| profile.group).for_each(|group| self.groups.leave_if_idle(group));
        outcome
    }

    /// Everything that can fail: makes room, and the profiles as they will be.
    fn prepare_profiles(
        &mut self,
        profiles: &[ChainProfile<'_>],
        prepared: &mut Vec<Option<Box<[Profile; 1]>>>,
    ) -> Result<(), Error> {
        let new = profiles.iter().map(|profile| profile.chain).filter(|&chain| self.chains.find(chain).is_none());
        let new = count_distinct(new)?;
        self.chains.reserve(new)?;
        self.reserve_groups(profiles)?;
        prepared.try_reserve_exact(profiles.len()).map_err(|_| Error::OutOfMemory)?;
        for profile in profiles {
            let mut own = boxed(Profile::without_clients(profile))?;
            let outcome = self.acquire_clients(profile.clients, &mut own[0].clients);
            prepared.push(Some(own));
            outcome?;
        }
        Ok(())
    }

    /// Makes room for all holders of the chains in the groups that they will be in, which may be the same for many.
    fn reserve_groups(&mut self, profiles: &[ChainProfile<'_>]) -> Result<(), Error> {
        let mut joining: Vec<(u64, usize)> = Vec::new();
        for profile in profiles {
            let (Some(group), Some(slot)) = (profile.group, self.chains.find(profile.chain)) else { continue };
            let chain = self.chains.get(slot);
            // One that leaves and comes back finds its own place again.
            if chain.profile().group != Some(group) {
                joining.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                joining.push((group, chain.holders.len()));
            }
        }
        joining.sort_unstable();
        let mut groups = joining.chunk_by(|a, b| a.0 == b.0);
        groups.try_for_each(|same| self.groups.reserve(same[0].0, same.iter().map(|(_, holders)| holders).sum()))
    }

    /// Fills in who uses a chain. Those before the one for whom there was no memory have been acquired then.
    fn acquire_clients(&mut self, clients: &[Client], acquired: &mut SmallVec<[ClientShare; 2]>) -> Result<(), Error> {
        // The sum of weights of any size is finite in `f64`; the share of an only client is exactly 1.
        let total: f64 = clients.iter().map(|client| f64::from(client.weight)).sum();
        acquired.try_reserve(clients.len()).map_err(|_| Error::OutOfMemory)?;
        for client in clients {
            // The share of a client that hardly counts is still one.
            let share = ((f64::from(client.weight) / total) as f32).max(f32::MIN_POSITIVE);
            acquired.push(ClientShare { row: self.paths.acquire(client.node)?, share });
        }
        Ok(())
    }

    /// Gives a chain its new profile and takes the former one, unless both say the same.
    fn exchange_profile(&mut self, slot: u32, new: &mut Option<Box<[Profile; 1]>>) {
        let before = self.chains.get(slot).profile();
        let Some([after]) = new.as_deref().filter(|[after]| after != before) else { return };
        let regroups = before.group != after.group;
        let holder = |chains: &Chains, rank: usize| chains.get(slot).holders.get(rank).copied();
        let mut rank = 0;
        while let Some(Holder { node, .. }) = holder(&self.chains, rank).filter(|_| regroups) {
            self.part_from_group(slot, node);
            rank += 1;
        }
        // One that says nothing is none.
        new.take_if(|new| new[0] == NO_PROFILE);
        core::mem::swap(&mut self.chains.get_mut(slot).profile, new);
        rank = 0;
        while let Some(Holder { node, .. }) = holder(&self.chains, rank).filter(|_| regroups) {
            self.join_group(slot, node);
            rank += 1;
        }
        self.chains.touch(slot);
    }

    /// What a profile names is named by it no longer: its clients, and its group.
    pub(super) fn release_profile(&mut self, profile: &Profile) {
        profile.clients.iter().for_each(|client| self.paths.release(client.row));
        profile.group.into_iter().for_each(|group| self.groups.leave_if_idle(group));
    }
}
