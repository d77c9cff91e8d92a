//! What a control plane reports, and which of it is refused.

use smallvec::SmallVec;

use crate::error::Error;
use crate::id::{ChainId, NodeId};

/// What is known of one node. A field that is `None` was not reported: what was said before stays.
///
/// Uses are what all chains on the node use now, those that driftline does not know included. Quantities are finite and at
/// least zero, capacities and bandwidth above zero, and no use is above its capacity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NodeInventory {
    /// The node.
    pub node: NodeId,
    /// Processors, in cores.
    pub cpu_capacity_cores: Option<f64>,
    /// How many of them are busy.
    pub cpu_use_cores: Option<f64>,
    /// Memory, in bytes.
    pub memory_capacity_bytes: Option<f64>,
    /// How much of it is in use.
    pub memory_use_bytes: Option<f64>,
    /// Disk, in bytes.
    pub disk_capacity_bytes: Option<f64>,
    /// How much of it is in use.
    pub disk_use_bytes: Option<f64>,
    /// What the node can send or receive, where a path was not measured.
    pub bandwidth_bytes_per_sec: Option<f64>,
    /// What the node has, one bit for each of up to 64 tags of the caller's.
    pub tags: Option<u64>,
    /// The failure domain that the node is in, a number of the caller's. `u32::MAX` is reserved.
    pub zone: Option<u32>,
    /// Whether it may have chains.
    pub health: Option<NodeHealth>,
}

impl NodeInventory {
    /// A report that says nothing yet.
    #[must_use]
    pub const fn of(node: NodeId) -> Self {
        NodeInventory {
            node,
            cpu_capacity_cores: None,
            cpu_use_cores: None,
            memory_capacity_bytes: None,
            memory_use_bytes: None,
            disk_capacity_bytes: None,
            disk_use_bytes: None,
            bandwidth_bytes_per_sec: None,
            tags: None,
            zone: None,
            health: None,
        }
    }

    pub(super) fn capacities(&self) -> [Option<f64>; RESOURCES] {
        [self.cpu_capacity_cores, self.memory_capacity_bytes, self.disk_capacity_bytes]
    }

    pub(super) fn uses(&self) -> [Option<f64>; RESOURCES] {
        [self.cpu_use_cores, self.memory_use_bytes, self.disk_use_bytes]
    }
}

/// How many resources a node has: processors, memory, disk.
pub(super) const RESOURCES: usize = 3;

const CAPACITY_FIELDS: [&str; RESOURCES] = ["cpu_capacity_cores", "memory_capacity_bytes", "disk_capacity_bytes"];
const USE_FIELDS: [&str; RESOURCES] = ["cpu_use_cores", "memory_use_bytes", "disk_use_bytes"];
const AT_MOST_CAPACITY: [&str; RESOURCES] =
    ["at most its cpu_capacity_cores", "at most its memory_capacity_bytes", "at most its disk_capacity_bytes"];

/// Whether a node may have chains.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeHealth {
    /// It may.
    #[default]
    Healthy,
    /// It may keep what it has and gets no more.
    Cordoned,
    /// It is no home: what it has should go.
    Failed,
}

impl NodeHealth {
    /// Every value, in the order of their numbers in the C ABI.
    pub const ALL: [NodeHealth; 3] = [NodeHealth::Healthy, NodeHealth::Cordoned, NodeHealth::Failed];
}

/// A measured round-trip time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rtt {
    /// Who measured: a client of chains.
    pub from: NodeId,
    /// The node that answered.
    pub to: NodeId,
    /// How long it took, in nanoseconds.
    pub rtt_ns: u64,
}

/// A measured bandwidth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidth {
    /// Who sent.
    pub from: NodeId,
    /// Who received.
    pub to: NodeId,
    /// Finite, above 0.
    pub bytes_per_sec: f64,
}

/// Who uses a chain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Client {
    /// The node that the client is at or near to: the `from` of its [`Rtt`]s. It need not be a node that can hold chains.
    pub node: NodeId,
    /// How much it uses the chain, relative to the others. Finite, above 0.
    pub weight: f32,
}

/// What is known of one chain. It replaces what was said before as a whole; `None` is "not known".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChainProfile<'a> {
    /// The chain.
    pub chain: ChainId,
    /// What has to be shipped, and what it needs of a disk.
    pub size_bytes: Option<f64>,
    /// What one replica needs of a node's processors.
    pub cpu_cores: Option<f64>,
    /// What one replica needs of its memory.
    pub memory_bytes: Option<f64>,
    /// Tags that every home must have.
    pub required_tags: u64,
    /// Who uses it; no node twice.
    pub clients: &'a [Client],
    /// How much more a disturbance of this chain matters than one of others: the `reliability_factor` of its moves. Finite,
    /// above 0.
    pub service_value: Option<f32>,
    /// How long the chain serves worse while it moves.
    pub disruption_ns: Option<u64>,
    /// Chains of one group are better off together.
    pub group: Option<u64>,
    /// Whether two holders in one zone are forbidden, not just worse.
    pub zone_anti_affinity: bool,
}

impl ChainProfile<'_> {
    /// A profile that says nothing yet.
    #[must_use]
    pub const fn of(chain: ChainId) -> Self {
        ChainProfile {
            chain,
            size_bytes: None,
            cpu_cores: None,
            memory_bytes: None,
            required_tags: 0,
            clients: &[],
            service_value: None,
            disruption_ns: None,
            group: None,
            zone_anti_affinity: false,
        }
    }

    pub(super) fn check(&self, index: usize) -> Result<(), Error> {
        let chain = Some(self.chain);
        let refuse =
            |node, field, value, expected| Err(Error::Inventory { index, node, chain, field, value, expected });
        for (field, value) in
            [("size_bytes", self.size_bytes), ("cpu_cores", self.cpu_cores), ("memory_bytes", self.memory_bytes)]
        {
            match value {
                Some(value) if !is_quantity(value) => return refuse(None, field, value, "finite and at least zero"),
                _ => {}
            }
        }
        for client in self.clients {
            if client.node.is_none() {
                return Err(Error::ReservedNode { index: Some(index), chain });
            }
            if !(client.weight.is_finite() && client.weight > 0.0) {
                return refuse(Some(client.node), "clients.weight", client.weight.into(), "finite and above zero");
            }
        }
        if let Some(node) = self.client_listed_twice()? {
            return refuse(Some(node), "clients.node", node.0 as f64, "listed once");
        }
        match self.service_value {
            Some(value) if !(value.is_finite() && value > 0.0) => {
                refuse(None, "service_value", value.into(), "finite and above zero")
            }
            _ => Ok(()),
        }
    }

    /// The first client that stands in the list a second time.
    fn client_listed_twice(&self) -> Result<Option<NodeId>, Error> {
        let mut places: SmallVec<[(NodeId, usize); 8]> = SmallVec::new();
        places.try_reserve(self.clients.len()).map_err(|_| Error::OutOfMemory)?;
        places.extend(self.clients.iter().enumerate().map(|(place, client)| (client.node, place)));
        places.sort_unstable();
        let again = places.windows(2).filter(|pair| pair[0].0 == pair[1].0).map(|pair| pair[1]);
        Ok(again.min_by_key(|&(_, place)| place).map(|(node, _)| node))
    }
}

/// What a node has and uses, as far as it is known; the NaN of the unknown is in no comparison.
#[derive(Clone, Copy)]
pub(super) struct Amounts {
    pub(super) capacity: [f64; RESOURCES],
    pub(super) used: [f64; RESOURCES],
}

impl Amounts {
    pub(super) const UNKNOWN: Amounts = Amounts { capacity: [f64::NAN; RESOURCES], used: [f64::NAN; RESOURCES] };

    /// What is known after the report, or what is wrong with it.
    pub(super) fn reported(mut self, index: usize, report: &NodeInventory) -> Result<Amounts, Error> {
        let refuse = |field, value, expected| {
            Err(Error::Inventory { index, node: Some(report.node), chain: None, field, value, expected })
        };
        let (capacities, uses) = (report.capacities(), report.uses());
        for resource in 0..RESOURCES {
            if let Some(capacity) = capacities[resource] {
                if !is_rate(capacity) {
                    return refuse(CAPACITY_FIELDS[resource], capacity, "finite and above zero");
                }
                self.capacity[resource] = capacity;
            }
            if let Some(used) = uses[resource] {
                if !is_quantity(used) {
                    return refuse(USE_FIELDS[resource], used, "finite and at least zero");
                }
                self.used[resource] = used;
            }
            let reports = capacities[resource].is_some() || uses[resource].is_some();
            if reports && self.used[resource] > self.capacity[resource] {
                return refuse(USE_FIELDS[resource], self.used[resource], AT_MOST_CAPACITY[resource]);
            }
        }
        match report.bandwidth_bytes_per_sec {
            Some(value) if !is_rate(value) => refuse("bandwidth_bytes_per_sec", value, "finite and above zero"),
            _ if report.zone == Some(u32::MAX) => refuse("zone", u32::MAX.into(), "below 4294967295"),
            _ => Ok(self),
        }
    }
}

impl Bandwidth {
    pub(super) fn check(&self, index: usize) -> Result<(), Error> {
        if self.from.is_none() || self.to.is_none() {
            return Err(Error::ReservedNode { index: Some(index), chain: None });
        }
        if is_rate(self.bytes_per_sec) {
            return Ok(());
        }
        let (node, value) = (Some(self.to), self.bytes_per_sec);
        Err(Error::Inventory {
            index,
            node,
            chain: None,
            field: "bytes_per_sec",
            value,
            expected: "finite and above zero",
        })
    }
}

fn is_quantity(value: f64) -> bool {
    value.is_finite() && value >= 0.0
}

fn is_rate(value: f64) -> bool {
    value.is_finite() && value > 0.0
}
