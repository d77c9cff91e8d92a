//! Reports to an inventory on their way in. Their numbers are checked here, what they say is checked by the inventory.

use core::ops::Range;

use super::guard::Failure;
use super::inventory_types::*;
use super::parts::list_for;
use super::result::{DRIFTLINE_RESULT_CAPACITY, DRIFTLINE_RESULT_NO_MEMORY, DRIFTLINE_RESULT_RESERVED};
use super::sized::{InputElements, input_elements};
use crate::error::Error;
use crate::id::{ChainId, NodeId};
use crate::inventory::{Bandwidth, ChainProfile, Client, InventoryConfig, NodeHealth, NodeInventory, Rtt};

/// The elements as the first callers knew them; no older ones have less.
const NODE_INVENTORY_SIZE_MIN: usize = core::mem::offset_of!(driftline_node_inventory, reserved) + size_of::<u32>();
const RTT_SIZE_MIN: usize = core::mem::offset_of!(driftline_rtt, rtt_ns) + size_of::<u64>();
const BANDWIDTH_SIZE_MIN: usize = core::mem::offset_of!(driftline_bandwidth, bytes_per_sec) + size_of::<f64>();
const CLIENT_SIZE_MIN: usize = core::mem::offset_of!(driftline_client, reserved) + size_of::<u32>();
const CHAIN_PROFILE_SIZE_MIN: usize = core::mem::offset_of!(driftline_chain_profile, group) + size_of::<u64>();

/// The members of a report, of which bits say whether they are given.
struct Members {
    /// What the report is called in messages.
    report: &'static str,
    fields: u32,
    known: u32,
    /// The first that is set and not given.
    stray: Option<&'static str>,
}

impl Members {
    fn new(report: &'static str, fields: u32) -> Self {
        Members { report, fields, known: 0, stray: None }
    }

    /// A member, if it is given.
    fn take<T: Default + PartialEq>(&mut self, bit: u32, name: &'static str, value: T) -> Option<T> {
        self.known |= bit;
        if self.fields & bit != 0 {
            return Some(value);
        }
        // A value whose bit was forgotten would go unheard. NaN is not 0 either.
        self.must_be_zero(name, value);
        None
    }

    fn must_be_zero<T: Default + PartialEq>(&mut self, name: &'static str, value: T) {
        if value != T::default() {
            self.stray.get_or_insert(name);
        }
    }

    /// When all members were taken: refuses bits that are none, and members that are set and not given.
    fn finish(&self) -> Result<(), Failure> {
        let (report, unknown) = (self.report, self.fields & !self.known);
        if unknown != 0 {
            let text = format_args!("{report}: fields {unknown:#x} are unknown");
            return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, text));
        }
        match self.stray {
            Some(name) => {
                let text = format_args!("{report}: {name} is not given and must be 0");
                Err(Failure::new(DRIFTLINE_RESULT_RESERVED, text))
            }
            None => Ok(()),
        }
    }
}

/// Reads all elements of an array; a failure names the one at fault.
fn read_all<C: Copy + Default, T>(
    elements: &InputElements<C>,
    name: &str,
    mut read: impl FnMut(usize, &C) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut list = list_for(elements.count())?;
    for index in 0..elements.count() {
        let element = elements.read(index, C::default(), name)?;
        list.push(read(index, &element).map_err(|failure| failure.at_index(index))?);
    }
    Ok(list)
}

pub(super) fn read_nodes(
    reports: *const driftline_node_inventory,
    count: usize,
    size: usize,
) -> Result<Vec<NodeInventory>, Failure> {
    let reports = input_elements(reports, count, size, NODE_INVENTORY_SIZE_MIN, "reports")?;
    read_all(&reports, "reports", read_node)
}

fn read_node(index: usize, c: &driftline_node_inventory) -> Result<NodeInventory, Failure> {
    let mut members = Members::new("reports", c.fields);
    let health = members.take(DRIFTLINE_NODE_INVENTORY_HEALTH, "health", c.health);
    let read = NodeInventory {
        node: NodeId(c.node),
        cpu_capacity_cores: members.take(
            DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY,
            "cpu_capacity_cores",
            c.cpu_capacity_cores,
        ),
        cpu_use_cores: members.take(DRIFTLINE_NODE_INVENTORY_CPU_USE, "cpu_use_cores", c.cpu_use_cores),
        memory_capacity_bytes: members.take(
            DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY,
            "memory_capacity_bytes",
            c.memory_capacity_bytes,
        ),
        memory_use_bytes: members.take(DRIFTLINE_NODE_INVENTORY_MEMORY_USE, "memory_use_bytes", c.memory_use_bytes),
        disk_capacity_bytes: members.take(
            DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY,
            "disk_capacity_bytes",
            c.disk_capacity_bytes,
        ),
        disk_use_bytes: members.take(DRIFTLINE_NODE_INVENTORY_DISK_USE, "disk_use_bytes", c.disk_use_bytes),
        bandwidth_bytes_per_sec: members.take(
            DRIFTLINE_NODE_INVENTORY_BANDWIDTH,
            "bandwidth_bytes_per_sec",
            c.bandwidth_bytes_per_sec,
        ),
        tags: members.take(DRIFTLINE_NODE_INVENTORY_TAGS, "tags", c.tags),
        zone: members.take(DRIFTLINE_NODE_INVENTORY_ZONE, "zone", c.zone),
        health: None,
    };
    members.must_be_zero("reserved", c.reserved);
    members.finish().map_err(|failure| Failure { node: c.node, ..failure })?;
    let known = |number: u32| NodeHealth::ALL.get(number as usize).copied();
    let health = match health {
        None => None,
        Some(number) => Some(known(number).ok_or_else(|| Error::Inventory {
            index,
            node: Some(NodeId(c.node)),
            chain: None,
            field: "health",
            value: number.into(),
            expected: "0 (healthy), 1 (cordoned) or 2 (failed)",
        })?),
    };
    Ok(NodeInventory { health, ..read })
}

pub(super) fn read_rtts(reports: *const driftline_rtt, count: usize, size: usize) -> Result<Vec<Rtt>, Failure> {
    let reports = input_elements(reports, count, size, RTT_SIZE_MIN, "reports")?;
    read_all(&reports, "reports", |_, c| Ok(Rtt { from: NodeId(c.from), to: NodeId(c.to), rtt_ns: c.rtt_ns }))
}

pub(super) fn read_bandwidths(
    reports: *const driftline_bandwidth,
    count: usize,
    size: usize,
) -> Result<Vec<Bandwidth>, Failure> {
    let reports = input_elements(reports, count, size, BANDWIDTH_SIZE_MIN, "reports")?;
    read_all(&reports, "reports", |_, c| {
        Ok(Bandwidth { from: NodeId(c.from), to: NodeId(c.to), bytes_per_sec: c.bytes_per_sec })
    })
}

/// Profiles of the caller's, and their clients in a list of our own.
pub(super) struct ReadProfiles {
    profiles: Vec<(ChainProfile<'static>, Range<usize>)>,
    clients: Vec<Client>,
}

impl ReadProfiles {
    pub(super) fn read(
        profiles: *const driftline_chain_profile,
        count: usize,
        size: usize,
    ) -> Result<ReadProfiles, Failure> {
        let elements = input_elements(profiles, count, size, CHAIN_PROFILE_SIZE_MIN, "profiles")?;
        let mut clients = Vec::new();
        let profiles = read_all(&elements, "profiles", |index, c| {
            let with_chain = |failure| Failure { chain: c.chain, ..failure };
            let profile = read_profile(index, c)?;
            let first = clients.len();
            read_clients(c, &mut clients).map_err(with_chain)?;
            Ok((profile, first..clients.len()))
        })?;
        Ok(ReadProfiles { profiles, clients })
    }

    /// The profiles together with their clients.
    pub(super) fn profiles(&self) -> Result<Vec<ChainProfile<'_>>, Failure> {
        let mut list = list_for(self.profiles.len())?;
        let with_clients =
            |(profile, range): &(_, Range<usize>)| ChainProfile { clients: &self.clients[range.clone()], ..*profile };
        list.extend(self.profiles.iter().map(with_clients));
        Ok(list)
    }
}

fn read_profile(index: usize, c: &driftline_chain_profile) -> Result<ChainProfile<'static>, Failure> {
    let mut members = Members::new("profiles", c.fields);
    let read = ChainProfile {
        chain: ChainId(c.chain),
        size_bytes: members.take(DRIFTLINE_CHAIN_PROFILE_SIZE, "size_bytes", c.size_bytes),
        cpu_cores: members.take(DRIFTLINE_CHAIN_PROFILE_CPU, "cpu_cores", c.cpu_cores),
        memory_bytes: members.take(DRIFTLINE_CHAIN_PROFILE_MEMORY, "memory_bytes", c.memory_bytes),
        required_tags: c.required_tags,
        clients: &[],
        service_value: members.take(DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE, "service_value", c.service_value),
        disruption_ns: members.take(DRIFTLINE_CHAIN_PROFILE_DISRUPTION, "disruption_ns", c.disruption_ns),
        group: members.take(DRIFTLINE_CHAIN_PROFILE_GROUP, "group", c.group),
        zone_anti_affinity: c.zone_anti_affinity == 1,
    };
    members.must_be_zero("reserved", c.reserved);
    members.finish().map_err(|failure| Failure { chain: c.chain, ..failure })?;
    if c.zone_anti_affinity > 1 {
        return Err(Error::Inventory {
            index,
            node: None,
            chain: Some(ChainId(c.chain)),
            field: "zone_anti_affinity",
            value: c.zone_anti_affinity.into(),
            expected: "0 (off) or 1 (on)",
        }
        .into());
    }
    Ok(read)
}

fn read_clients(c: &driftline_chain_profile, clients: &mut Vec<Client>) -> Result<(), Failure> {
    if c.client_count == 0 {
        return Ok(());
    }
    let too_many = |_| Failure::new(DRIFTLINE_RESULT_CAPACITY, "clients: more elements than memory has");
    let count = usize::try_from(c.client_count).map_err(too_many)?;
    // A size that no `usize` holds is none that is known.
    let size = usize::try_from(c.client_size).unwrap_or(usize::MAX);
    let elements = input_elements(c.clients, count, size, CLIENT_SIZE_MIN, "clients")?;
    clients.try_reserve(count).map_err(|_| Failure::new(DRIFTLINE_RESULT_NO_MEMORY, "out of memory"))?;
    for rank in 0..count {
        let client = elements.read(rank, driftline_client::default(), "clients")?;
        if client.reserved != 0 {
            let failure =
                Failure::new(DRIFTLINE_RESULT_RESERVED, format_args!("clients: reserved of {rank} must be 0"));
            return Err(Failure { node: client.node, ..failure });
        }
        clients.push(Client { node: NodeId(client.node), weight: client.weight });
    }
    Ok(())
}

/// Reads a config that was completed with defaults. Its ranges are not checked.
pub(super) fn config_from_c(c: &driftline_inventory_config) -> InventoryConfig {
    let epsilon = |value: f32| if value == DRIFTLINE_DERIVED { None } else { Some(value) };
    InventoryConfig {
        headroom_weight: c.headroom_weight,
        proximity_weight: c.proximity_weight,
        zone_spread_weight: c.zone_spread_weight,
        colocation_weight: c.colocation_weight,
        worst_share: c.worst_share,
        comfortable_use: c.comfortable_use,
        capacity_reserve: c.capacity_reserve,
        rtt_half_ns: c.rtt_half_ns,
        load_half_life_ns: c.load_half_life_ns,
        rtt_half_life_ns: c.rtt_half_life_ns,
        rtt_weight_max: c.rtt_weight_max,
        hysteresis_gap: c.hysteresis_gap,
        headroom_epsilon: epsilon(c.headroom_epsilon),
        proximity_epsilon: epsilon(c.proximity_epsilon),
        fallback_bandwidth_bytes_per_sec: c.fallback_bandwidth_bytes_per_sec,
        fallback_size_bytes: c.fallback_size_bytes,
        serialisation_bytes_per_sec: c.serialisation_bytes_per_sec,
        fallback_disruption_ns: c.fallback_disruption_ns,
    }
}

pub(super) fn config_to_c(config: &InventoryConfig) -> driftline_inventory_config {
    driftline_inventory_config {
        struct_size: size_of::<driftline_inventory_config>() as u32,
        headroom_weight: config.headroom_weight,
        proximity_weight: config.proximity_weight,
        zone_spread_weight: config.zone_spread_weight,
        colocation_weight: config.colocation_weight,
        worst_share: config.worst_share,
        comfortable_use: config.comfortable_use,
        capacity_reserve: config.capacity_reserve,
        rtt_half_ns: config.rtt_half_ns,
        load_half_life_ns: config.load_half_life_ns,
        rtt_half_life_ns: config.rtt_half_life_ns,
        rtt_weight_max: config.rtt_weight_max,
        hysteresis_gap: config.hysteresis_gap,
        headroom_epsilon: config.headroom_epsilon.unwrap_or(DRIFTLINE_DERIVED),
        proximity_epsilon: config.proximity_epsilon.unwrap_or(DRIFTLINE_DERIVED),
        fallback_bandwidth_bytes_per_sec: config.fallback_bandwidth_bytes_per_sec,
        fallback_size_bytes: config.fallback_size_bytes,
        serialisation_bytes_per_sec: config.serialisation_bytes_per_sec,
        fallback_disruption_ns: config.fallback_disruption_ns,
    }
}
