//! What an inventory is told and says. A member whose bit is not set in `fields` is not given, and must be 0.

use super::sized::sized_struct;

/// An inventory: what is known of nodes and chains, from which scores are made without a callback. A number; zero is no
/// handle.
///
/// Reports go in through this handle; `driftline_any_scorer_of_inventory` makes scorers that answer from it, and go on
/// when the handle is freed. While another thread's scheduler asks such a scorer, a report waits until that question is
/// answered, and a question until a report is taken: the one place where this library waits, and never for long. For
/// the same decisions from the same inputs, report between ticks and not during one.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_inventory {
    /// Kind, slot and generation.
    pub bits: u64,
}

/// An epsilon of an inventory's config: derived from gap and weights.
pub const DRIFTLINE_DERIVED: f32 = -1.0;

/// How an inventory judges. Fill it with `driftline_inventory_config_init`, then change what you want. Defaults stand
/// beside the fields.
///
/// A score has four axes in [0, 1]; by default half of it is their weighted mean, half the worst of them. Axes on which
/// nothing is known do not count.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_inventory_config {
    /// `sizeof(driftline_inventory_config)`.
    pub struct_size: u32,
    /// Weight of the axis "headroom": free capacity. In [0, 1e6]; 0 switches an axis off, and one must be on; 1.
    pub headroom_weight: f32,
    /// Weight of the axis "proximity": near to the clients; 1.
    pub proximity_weight: f32,
    /// Weight of the axis "zone spread": not in one zone with the other holders; 0.5.
    pub zone_spread_weight: f32,
    /// Weight of the axis "colocation": where the chain's group is; 0.25.
    pub colocation_weight: f32,
    /// How much of a score is its worst axis; the rest is the weighted mean. In [0, 1]; 0.5.
    pub worst_share: f32,
    /// Up to this share of its capacity a node in use is as good as an empty one; from here to full, headroom falls
    /// from 1 to 0. In [0, 1); 0.6.
    pub comfortable_use: f32,
    /// What must stay free of each capacity for a node to take another chain, as a share. In [0, 1); 0.1. A move that is
    /// under way counts at its target when `driftline_inventory_follow` tells of it, so a reserve that must hold at any
    /// moment has to cover `max_in_flight_per_target` chains.
    pub capacity_reserve: f32,
    /// The round-trip time at which proximity is 0.5: the worst that is acceptable, with the default floor. Above zero;
    /// 100 ms.
    pub rtt_half_ns: u64,
    /// After this time half of a change in use has arrived in its mean. 0 is no smoothing; 60 s.
    pub load_half_life_ns: u64,
    /// The same for round-trip times; 100 s.
    pub rtt_half_life_ns: u64,
    /// The most that one round-trip time counts in its mean, however long nothing was measured before it. In (0, 1]; 1
    /// is no bound; 0.3.
    pub rtt_weight_max: f32,
    /// The gap of the scheduler's config, from which the epsilons are derived. In [0, 1]; 0.2. Set it with the other
    /// one: `driftline_config_production` has 0.25.
    pub hysteresis_gap: f32,
    /// By how much the headroom of a node may drift before its fingerprint moves. In [0, 1] or `DRIFTLINE_DERIVED`;
    /// derived.
    pub headroom_epsilon: f32,
    /// The same for the proximity of a client and a holder.
    pub proximity_epsilon: f32,
    /// Bandwidth to a target to which no path from a holder was measured, nor the bandwidth of any of these nodes
    /// reported. Finite, above zero; 125e6, which is 1 Gbit/s.
    pub fallback_bandwidth_bytes_per_sec: f64,
    /// Size of a chain whose profile has none. Finite, at least zero; 0: it ships for nothing.
    pub fallback_size_bytes: f64,
    /// How fast a chain is written out and read in again, besides its transfer. Finite, at least zero; 0: at once.
    pub serialisation_bytes_per_sec: f64,
    /// How long a chain serves worse while it moves, where its profile does not say; 0.
    pub fallback_disruption_ns: u64,
}
sized_struct!(
    driftline_inventory_config,
    headroom_weight,
    proximity_weight,
    zone_spread_weight,
    colocation_weight,
    worst_share,
    comfortable_use,
    capacity_reserve,
    rtt_half_ns,
    load_half_life_ns,
    rtt_half_life_ns,
    rtt_weight_max,
    hysteresis_gap,
    headroom_epsilon,
    proximity_epsilon,
    fallback_bandwidth_bytes_per_sec,
    fallback_size_bytes,
    serialisation_bytes_per_sec,
    fallback_disruption_ns
);

/// `health` of a node: it may have chains.
pub const DRIFTLINE_NODE_HEALTH_HEALTHY: u32 = 0;
/// `health` of a node: it may keep what it has and gets no more.
pub const DRIFTLINE_NODE_HEALTH_CORDONED: u32 = 1;
/// `health` of a node: it is no home; what it has should go.
pub const DRIFTLINE_NODE_HEALTH_FAILED: u32 = 2;

/// `fields` of a node: `cpu_capacity_cores` is given.
pub const DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY: u32 = 1;
/// `fields` of a node: `cpu_use_cores` is given.
pub const DRIFTLINE_NODE_INVENTORY_CPU_USE: u32 = 2;
/// `fields` of a node: `memory_capacity_bytes` is given.
pub const DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY: u32 = 4;
/// `fields` of a node: `memory_use_bytes` is given.
pub const DRIFTLINE_NODE_INVENTORY_MEMORY_USE: u32 = 8;
/// `fields` of a node: `disk_capacity_bytes` is given.
pub const DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY: u32 = 16;
/// `fields` of a node: `disk_use_bytes` is given.
pub const DRIFTLINE_NODE_INVENTORY_DISK_USE: u32 = 32;
/// `fields` of a node: `bandwidth_bytes_per_sec` is given.
pub const DRIFTLINE_NODE_INVENTORY_BANDWIDTH: u32 = 64;
/// `fields` of a node: `tags` is given.
pub const DRIFTLINE_NODE_INVENTORY_TAGS: u32 = 128;
/// `fields` of a node: `zone` is given.
pub const DRIFTLINE_NODE_INVENTORY_ZONE: u32 = 256;
/// `fields` of a node: `health` is given.
pub const DRIFTLINE_NODE_INVENTORY_HEALTH: u32 = 512;

/// What is known of one node. What is not given stays as it was said before; what was never said is no opinion. But
/// what a chain asks of its homes must have been reported: a node of unknown tags lacks them, and one of unknown zone
/// is in every zone.
///
/// Uses are what all chains on the node use now, those that driftline does not know included. Capacities and bandwidth
/// are finite and above zero, uses finite, at least zero, and at most their capacity.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_node_inventory {
    /// The node.
    pub node: u64,
    /// `DRIFTLINE_NODE_INVENTORY_...`: which members are given. The others must be 0.
    pub fields: u32,
    /// `DRIFTLINE_NODE_HEALTH_...`.
    pub health: u32,
    /// Processors, in cores.
    pub cpu_capacity_cores: f64,
    /// How many of them are busy.
    pub cpu_use_cores: f64,
    /// Memory, in bytes.
    pub memory_capacity_bytes: f64,
    /// How much of it is in use.
    pub memory_use_bytes: f64,
    /// Disk, in bytes.
    pub disk_capacity_bytes: f64,
    /// How much of it is in use.
    pub disk_use_bytes: f64,
    /// What the node can send or receive, where a path was not measured.
    pub bandwidth_bytes_per_sec: f64,
    /// What the node has, one bit for each of up to 64 tags of yours.
    pub tags: u64,
    /// The failure domain that the node is in, a number of yours. `UINT32_MAX` is reserved.
    pub zone: u32,
    /// Must be 0.
    pub reserved: u32,
}

/// A measured round-trip time.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_rtt {
    /// Who measured: a client of chains.
    pub from: u64,
    /// The node that answered.
    pub to: u64,
    /// How long it took.
    pub rtt_ns: u64,
}

/// A measured bandwidth.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_bandwidth {
    /// Who sent.
    pub from: u64,
    /// Who received.
    pub to: u64,
    /// Finite, above zero.
    pub bytes_per_sec: f64,
}

/// Who uses a chain.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_client {
    /// The node that the client is at or near to: the `from` of its round-trip times. It need not be a node that can
    /// hold chains.
    pub node: u64,
    /// How much it uses the chain, relative to the others. Finite, above zero.
    pub weight: f32,
    /// Must be 0.
    pub reserved: u32,
}

/// `fields` of a profile: `size_bytes` is given.
pub const DRIFTLINE_CHAIN_PROFILE_SIZE: u32 = 1;
/// `fields` of a profile: `cpu_cores` is given.
pub const DRIFTLINE_CHAIN_PROFILE_CPU: u32 = 2;
/// `fields` of a profile: `memory_bytes` is given.
pub const DRIFTLINE_CHAIN_PROFILE_MEMORY: u32 = 4;
/// `fields` of a profile: `service_value` is given.
pub const DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE: u32 = 8;
/// `fields` of a profile: `disruption_ns` is given.
pub const DRIFTLINE_CHAIN_PROFILE_DISRUPTION: u32 = 16;
/// `fields` of a profile: `group` is given.
pub const DRIFTLINE_CHAIN_PROFILE_GROUP: u32 = 32;

/// What is known of one chain. It replaces what was said before as a whole; what is not given is not known.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct driftline_chain_profile {
    /// The chain.
    pub chain: u64,
    /// `DRIFTLINE_CHAIN_PROFILE_...`: which of the members with such a bit are given. The others of these must be 0.
    pub fields: u32,
    /// 1: two holders in one zone are forbidden, not just worse. 0: just worse.
    pub zone_anti_affinity: u32,
    /// What has to be shipped, and what it needs of a disk. Finite, at least zero, as the next two.
    pub size_bytes: f64,
    /// What one replica needs of a node's processors.
    pub cpu_cores: f64,
    /// What one replica needs of its memory.
    pub memory_bytes: f64,
    /// Tags that every home must have; 0 for none.
    pub required_tags: u64,
    /// Who uses it; no node twice. Only read during the call. Without clients the next two are not looked at.
    pub clients: *const driftline_client,
    /// How many they are.
    pub client_count: u64,
    /// `sizeof(driftline_client)`.
    pub client_size: u64,
    /// How much more a disturbance of this chain matters than one of others: the `reliability_factor` of its moves.
    /// Finite, above zero.
    pub service_value: f32,
    /// Must be 0.
    pub reserved: u32,
    /// How long the chain serves worse while it moves.
    pub disruption_ns: u64,
    /// Chains of one group are better off together.
    pub group: u64,
}

impl Default for driftline_chain_profile {
    /// A profile that says nothing.
    fn default() -> Self {
        driftline_chain_profile {
            chain: 0,
            fields: 0,
            zone_anti_affinity: 0,
            size_bytes: 0.0,
            cpu_cores: 0.0,
            memory_bytes: 0.0,
            required_tags: 0,
            clients: core::ptr::null(),
            client_count: 0,
            client_size: 0,
            service_value: 0.0,
            reserved: 0,
            disruption_ns: 0,
            group: 0,
        }
    }
}

/// `fields` of axes: there is an opinion on `headroom`.
pub const DRIFTLINE_SCORE_AXES_HEADROOM: u32 = 1;
/// `fields` of axes: there is an opinion on `proximity`.
pub const DRIFTLINE_SCORE_AXES_PROXIMITY: u32 = 2;
/// `fields` of axes: there is an opinion on `zone_spread`.
pub const DRIFTLINE_SCORE_AXES_ZONE_SPREAD: u32 = 4;
/// `fields` of axes: there is an opinion on `colocation`.
pub const DRIFTLINE_SCORE_AXES_COLOCATION: u32 = 8;
/// `fields` of axes: there is a `score`.
pub const DRIFTLINE_SCORE_AXES_SCORE: u32 = 16;

/// What one home is worth to one chain, axis by axis, each in [0, 1].
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_score_axes {
    /// `sizeof(driftline_score_axes)`.
    pub struct_size: u32,
    /// `DRIFTLINE_SCORE_AXES_...`: which of the next five are known. The others are 0.
    pub fields: u32,
    /// Free capacity, with the chain on the node.
    pub headroom: f32,
    /// Near to the clients.
    pub proximity: f32,
    /// 1 for a zone without other holders, a half beside one, a third beside two.
    pub zone_spread: f32,
    /// 1 beside another chain of the group, else a half.
    pub colocation: f32,
    /// What comes of it: 0 if the node is no home, unknown without an opinion on any axis.
    pub score: f32,
    /// 1 if the node is a home for the chain at all: it has not failed, has all required tags, and no other holder in
    /// its zone where that is forbidden; for a node that is no holder also: it may take chains, has room, and what is
    /// known of a holder, on any of the axes that count, is known of it, too. Else 0.
    pub is_home: u32,
}
sized_struct!(driftline_score_axes, headroom, proximity, zone_spread, colocation, score, is_home);

/// By how much something may drift before a fingerprint of an inventory moves, and what comes of that.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct driftline_inventory_epsilons {
    /// `sizeof(driftline_inventory_epsilons)`.
    pub struct_size: u32,
    /// The headroom of a node: as configured, or derived.
    pub headroom: f32,
    /// The proximity of a client and a holder, likewise.
    pub proximity: f32,
    /// How far a sampled score can be from the present one while no fingerprint has moved, but for rounding.
    pub score_bound: f32,
}
sized_struct!(driftline_inventory_epsilons, headroom, proximity, score_bound);
