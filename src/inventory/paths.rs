//! What lies between two nodes: round-trip times, smoothed, and bandwidths.

use alloc::vec::Vec;

use hashbrown::HashMap;

use super::config::InventoryConfig;
use super::smoothing;
use crate::error::Error;
use crate::id::{NodeId, Timestamp};
use crate::room::reserve;

/// What one client has measured, by slot of the node that answered. NaN: nothing.
///
/// Round-trip times are smoothed as proximities, `half / (half + rtt)`, and no single one counts for more than the config
/// allows. Measured ones ask for both. They have a tail that a mean of times does not survive: on a trace of personal devices
/// with a median of 0.2 s the largest is 90 s, which would hold up a mean for dozens of reports; as a proximity it is one
/// report that says "very far". And from one measurement of a pair to the next the correlation there is 0.06: a time that
/// comes after a long silence is no better news than one in a row, so the silence must not give it all the weight.
#[derive(Debug, Default)]
pub(super) struct Row {
    proximity: Vec<f32>,
    /// As it was when it last moved a generation.
    noted: Vec<f32>,
    measured_at: Vec<Timestamp>,
    /// How many profiles name it.
    users: u32,
}

impl Row {
    /// The proximity of each slot; slots beyond the end were never measured.
    pub(super) fn proximity(&self) -> &[f32] {
        &self.proximity
    }

    pub(super) fn proximity_of(&self, slot: u32) -> f32 {
        self.proximity.get(slot as usize).copied().unwrap_or(f32::NAN)
    }

    /// Makes room for a measurement of each of so many slots.
    fn reserve(&mut self, slot_count: usize) -> Result<(), Error> {
        let missing = slot_count.saturating_sub(self.proximity.len());
        reserve(&mut self.proximity, missing)?;
        reserve(&mut self.noted, missing)?;
        reserve(&mut self.measured_at, missing)
    }

    /// Takes a measurement; the room was made before. Whether the mean has left what was noted of it by more than its
    /// epsilon.
    fn measure(&mut self, slot: u32, rtt_ns: u64, now: Timestamp, config: &InventoryConfig) -> bool {
        let (index, length) = (slot as usize, self.proximity.len().max(slot as usize + 1));
        self.proximity.resize(length, f32::NAN);
        self.noted.resize(length, f32::NAN);
        self.measured_at.resize(length, Timestamp(0));
        let half_ns = config.rtt_half_ns as f64;
        let measured = (half_ns / (half_ns + rtt_ns as f64)) as f32;
        let mean = &mut self.proximity[index];
        if mean.is_nan() {
            *mean = measured;
        } else {
            let elapsed_ns = now.0.saturating_sub(self.measured_at[index].0);
            let old = smoothing::share_of_old(elapsed_ns, config.rtt_half_life_ns) as f32;
            // Without smoothing there is no mean that could be bounded.
            let old = if config.rtt_half_life_ns == 0 { old } else { old.max(1.0 - config.rtt_weight_max) };
            *mean = measured + (*mean - measured) * old;
        }
        self.measured_at[index] = now;
        let noted = &mut self.noted[index];
        let has_moved = noted.is_nan() || (*mean - *noted).abs() > config.proximity_epsilon();
        if has_moved {
            *noted = *mean;
        }
        has_moved
    }

    /// The slots that something was measured of.
    pub(super) fn measured(&self) -> impl Iterator<Item = u32> + '_ {
        (0..).zip(&self.proximity).filter(|(_, proximity)| !proximity.is_nan()).map(|(slot, _)| slot)
    }

    fn forget(&mut self, slot: u32) {
        if let Some(proximity) = self.proximity.get_mut(slot as usize) {
            *proximity = f32::NAN;
            self.noted[slot as usize] = f32::NAN;
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Paths {
    /// Which row is a client's.
    rows_by_client: HashMap<NodeId, u32, foldhash::fast::FixedState>,
    rows: Vec<Row>,
    /// Whose row each is.
    clients: Vec<NodeId>,
    free: Vec<u32>,
    bandwidths: HashMap<(NodeId, NodeId), f64, foldhash::fast::FixedState>,
}

impl Paths {
    pub(super) fn row(&self, row: u32) -> &Row {
        &self.rows[row as usize]
    }

    pub(super) fn row_of(&self, client: NodeId) -> Option<u32> {
        self.rows_by_client.get(&client).copied()
    }

    /// The row of a client, which has one from now on.
    pub(super) fn enter(&mut self, client: NodeId) -> Result<u32, Error> {
        if let Some(row) = self.row_of(client) {
            return Ok(row);
        }
        self.rows_by_client.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
        reserve(&mut self.rows, 1)?;
        reserve(&mut self.clients, 1)?;
        let missing = (self.rows.len() + 1).saturating_sub(self.free.len());
        reserve(&mut self.free, missing)?;
        let row = self.free.pop().unwrap_or_else(|| {
            self.rows.push(Row::default());
            self.clients.push(client);
            self.rows.len() as u32 - 1
        });
        self.clients[row as usize] = client;
        self.rows_by_client.insert(client, row);
        Ok(row)
    }

    /// The row of a client for a profile that names it.
    pub(super) fn acquire(&mut self, client: NodeId) -> Result<u32, Error> {
        let row = self.enter(client)?;
        self.rows[row as usize].users += 1;
        Ok(row)
    }

    /// A profile that named the row is gone.
    pub(super) fn release(&mut self, row: u32) {
        self.rows[row as usize].users -= 1;
        self.leave_if_idle(row);
    }

    /// Gives a row back that no profile names and that has nothing in it. The room was made when it came into being.
    pub(super) fn leave_if_idle(&mut self, row: u32) {
        let idle = &self.rows[row as usize];
        if idle.users == 0 && idle.proximity.is_empty() {
            self.rows_by_client.remove(&self.clients[row as usize]);
            self.free.push(row);
        }
    }

    /// Makes room in a row for a measurement of each of so many slots.
    pub(super) fn reserve_row(&mut self, row: u32, slot_count: usize) -> Result<(), Error> {
        self.rows[row as usize].reserve(slot_count)
    }

    /// Takes a measurement; the room was made before. Whether chains that this client and this node share have other scores.
    pub(super) fn measure(
        &mut self,
        row: u32,
        slot: u32,
        rtt_ns: u64,
        now: Timestamp,
        config: &InventoryConfig,
    ) -> bool {
        self.rows[row as usize].measure(slot, rtt_ns, now, config)
    }

    /// Makes room for so many bandwidths.
    pub(super) fn reserve_bandwidths(&mut self, additional: usize) -> Result<(), Error> {
        self.bandwidths.try_reserve(additional).map_err(|_| Error::OutOfMemory)
    }

    pub(super) fn set_bandwidth(&mut self, from: NodeId, to: NodeId, bytes_per_sec: f64) {
        self.bandwidths.insert((from, to), bytes_per_sec);
    }

    pub(super) fn bandwidth(&self, from: NodeId, to: NodeId) -> Option<f64> {
        self.bandwidths.get(&(from, to)).copied()
    }

    /// Forgets all that was measured to a slot, which will be another node's.
    pub(super) fn forget_slot(&mut self, slot: u32) {
        self.rows.iter_mut().for_each(|row| row.forget(slot));
    }

    /// Forgets all that a node has measured, and its bandwidths. Whether there was anything.
    pub(super) fn forget_node(&mut self, node: NodeId) -> bool {
        let bandwidths = self.bandwidths.len();
        self.bandwidths.retain(|&(from, to), _| from != node && to != node);
        let mut was_known = self.bandwidths.len() < bandwidths;
        if let Some(row) = self.row_of(node) {
            let measured = &mut self.rows[row as usize];
            was_known |= !measured.proximity.is_empty();
            *measured = Row { users: measured.users, ..Row::default() };
            self.leave_if_idle(row);
        }
        was_known
    }
}
