//! The structs and constants of inventories and of scorers that the library holds.

use std::mem::{offset_of, size_of};

use driftline::ffi;

use super::{kind_of, size_of_field};

structs! {
    pub fn structs;
    driftline_inventory_config { struct_size, headroom_weight, proximity_weight, zone_spread_weight, colocation_weight, worst_share, comfortable_use, capacity_reserve, rtt_half_ns, load_half_life_ns, rtt_half_life_ns,
        rtt_weight_max, hysteresis_gap, headroom_epsilon, proximity_epsilon, fallback_bandwidth_bytes_per_sec, fallback_size_bytes, serialisation_bytes_per_sec, fallback_disruption_ns }
    driftline_inventory { bits }
    driftline_node_inventory { node, fields, health, cpu_capacity_cores, cpu_use_cores, memory_capacity_bytes, memory_use_bytes, disk_capacity_bytes, disk_use_bytes, bandwidth_bytes_per_sec, tags, zone, reserved }
    driftline_rtt { from, to, rtt_ns }
    driftline_bandwidth { from, to, bytes_per_sec }
    driftline_client { node, weight, reserved }
    driftline_chain_profile { chain, fields, zone_anti_affinity, size_bytes, cpu_cores, memory_bytes, required_tags, clients, client_count, client_size, service_value, reserved, disruption_ns, group }
    driftline_score_axes { struct_size, fields, headroom, proximity, zone_spread, colocation, score, is_home }
    driftline_inventory_epsilons { struct_size, headroom, proximity, score_bound }
    driftline_any_scorer { bits }
    driftline_weighted_scorer { scorer, weight, reserved }
    driftline_chain_override { scorer, chains, chain_count }
}

constants! {
    pub fn constants;
    DRIFTLINE_METHOD_BEGIN
    DRIFTLINE_DERIVED
    DRIFTLINE_NODE_HEALTH_HEALTHY
    DRIFTLINE_NODE_HEALTH_CORDONED
    DRIFTLINE_NODE_HEALTH_FAILED
    DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY
    DRIFTLINE_NODE_INVENTORY_CPU_USE
    DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY
    DRIFTLINE_NODE_INVENTORY_MEMORY_USE
    DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY
    DRIFTLINE_NODE_INVENTORY_DISK_USE
    DRIFTLINE_NODE_INVENTORY_BANDWIDTH
    DRIFTLINE_NODE_INVENTORY_TAGS
    DRIFTLINE_NODE_INVENTORY_ZONE
    DRIFTLINE_NODE_INVENTORY_HEALTH
    DRIFTLINE_CHAIN_PROFILE_SIZE
    DRIFTLINE_CHAIN_PROFILE_CPU
    DRIFTLINE_CHAIN_PROFILE_MEMORY
    DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE
    DRIFTLINE_CHAIN_PROFILE_DISRUPTION
    DRIFTLINE_CHAIN_PROFILE_GROUP
    DRIFTLINE_SCORE_AXES_HEADROOM
    DRIFTLINE_SCORE_AXES_PROXIMITY
    DRIFTLINE_SCORE_AXES_ZONE_SPREAD
    DRIFTLINE_SCORE_AXES_COLOCATION
    DRIFTLINE_SCORE_AXES_SCORE
    DRIFTLINE_RESULT_INVENTORY
    DRIFTLINE_RESULT_UNKNOWN_NODE
}
