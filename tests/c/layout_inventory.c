/* The half of layout.c for inventories and for scorers that the library holds. */
#include "layout.h"

static void print_inventory_config(void)
{
    STRUCT(driftline_inventory_config);
    FIELD(driftline_inventory_config, struct_size);
    FIELD(driftline_inventory_config, headroom_weight);
    FIELD(driftline_inventory_config, proximity_weight);
    FIELD(driftline_inventory_config, zone_spread_weight);
    FIELD(driftline_inventory_config, colocation_weight);
    FIELD(driftline_inventory_config, worst_share);
    FIELD(driftline_inventory_config, comfortable_use);
    FIELD(driftline_inventory_config, capacity_reserve);
    FIELD(driftline_inventory_config, rtt_half_ns);
    FIELD(driftline_inventory_config, load_half_life_ns);
    FIELD(driftline_inventory_config, rtt_half_life_ns);
    FIELD(driftline_inventory_config, rtt_weight_max);
    FIELD(driftline_inventory_config, hysteresis_gap);
    FIELD(driftline_inventory_config, headroom_epsilon);
    FIELD(driftline_inventory_config, proximity_epsilon);
    FIELD(driftline_inventory_config, fallback_bandwidth_bytes_per_sec);
    FIELD(driftline_inventory_config, fallback_size_bytes);
    FIELD(driftline_inventory_config, serialisation_bytes_per_sec);
    FIELD(driftline_inventory_config, fallback_disruption_ns);
}

static void print_inventory_handle(void)
{
    STRUCT(driftline_inventory);
    FIELD(driftline_inventory, bits);
}

static void print_node_inventory(void)
{
    STRUCT(driftline_node_inventory);
    FIELD(driftline_node_inventory, node);
    FIELD(driftline_node_inventory, fields);
    FIELD(driftline_node_inventory, health);
    FIELD(driftline_node_inventory, cpu_capacity_cores);
    FIELD(driftline_node_inventory, cpu_use_cores);
    FIELD(driftline_node_inventory, memory_capacity_bytes);
    FIELD(driftline_node_inventory, memory_use_bytes);
    FIELD(driftline_node_inventory, disk_capacity_bytes);
    FIELD(driftline_node_inventory, disk_use_bytes);
    FIELD(driftline_node_inventory, bandwidth_bytes_per_sec);
    FIELD(driftline_node_inventory, tags);
    FIELD(driftline_node_inventory, zone);
    FIELD(driftline_node_inventory, reserved);
}

static void print_rtt(void)
{
    STRUCT(driftline_rtt);
    FIELD(driftline_rtt, from);
    FIELD(driftline_rtt, to);
    FIELD(driftline_rtt, rtt_ns);
}

static void print_bandwidth(void)
{
    STRUCT(driftline_bandwidth);
    FIELD(driftline_bandwidth, from);
    FIELD(driftline_bandwidth, to);
    FIELD(driftline_bandwidth, bytes_per_sec);
}

static void print_client(void)
{
    STRUCT(driftline_client);
    FIELD(driftline_client, node);
    FIELD(driftline_client, weight);
    FIELD(driftline_client, reserved);
}

static void print_chain_profile(void)
{
    STRUCT(driftline_chain_profile);
    FIELD(driftline_chain_profile, chain);
    FIELD(driftline_chain_profile, fields);
    FIELD(driftline_chain_profile, zone_anti_affinity);
    FIELD(driftline_chain_profile, size_bytes);
    FIELD(driftline_chain_profile, cpu_cores);
    FIELD(driftline_chain_profile, memory_bytes);
    FIELD(driftline_chain_profile, required_tags);
    FIELD(driftline_chain_profile, clients);
    FIELD(driftline_chain_profile, client_count);
    FIELD(driftline_chain_profile, client_size);
    FIELD(driftline_chain_profile, service_value);
    FIELD(driftline_chain_profile, reserved);
    FIELD(driftline_chain_profile, disruption_ns);
    FIELD(driftline_chain_profile, group);
}

static void print_score_axes(void)
{
    STRUCT(driftline_score_axes);
    FIELD(driftline_score_axes, struct_size);
    FIELD(driftline_score_axes, fields);
    FIELD(driftline_score_axes, headroom);
    FIELD(driftline_score_axes, proximity);
    FIELD(driftline_score_axes, zone_spread);
    FIELD(driftline_score_axes, colocation);
    FIELD(driftline_score_axes, score);
    FIELD(driftline_score_axes, is_home);
}

static void print_epsilons(void)
{
    STRUCT(driftline_inventory_epsilons);
    FIELD(driftline_inventory_epsilons, struct_size);
    FIELD(driftline_inventory_epsilons, headroom);
    FIELD(driftline_inventory_epsilons, proximity);
    FIELD(driftline_inventory_epsilons, score_bound);
}

static void print_any_scorer(void)
{
    STRUCT(driftline_any_scorer);
    FIELD(driftline_any_scorer, bits);
}

static void print_weighted_scorer(void)
{
    STRUCT(driftline_weighted_scorer);
    FIELD(driftline_weighted_scorer, scorer);
    FIELD(driftline_weighted_scorer, weight);
    FIELD(driftline_weighted_scorer, reserved);
}

static void print_chain_override(void)
{
    STRUCT(driftline_chain_override);
    FIELD(driftline_chain_override, scorer);
    FIELD(driftline_chain_override, chains);
    FIELD(driftline_chain_override, chain_count);
}

static void print_constants(void)
{
    INTEGER(DRIFTLINE_METHOD_BEGIN);
    NUMBER(DRIFTLINE_DERIVED);
    INTEGER(DRIFTLINE_NODE_HEALTH_HEALTHY);
    INTEGER(DRIFTLINE_NODE_HEALTH_CORDONED);
    INTEGER(DRIFTLINE_NODE_HEALTH_FAILED);
    INTEGER(DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY);
    INTEGER(DRIFTLINE_NODE_INVENTORY_CPU_USE);
    INTEGER(DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY);
    INTEGER(DRIFTLINE_NODE_INVENTORY_MEMORY_USE);
    INTEGER(DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY);
    INTEGER(DRIFTLINE_NODE_INVENTORY_DISK_USE);
    INTEGER(DRIFTLINE_NODE_INVENTORY_BANDWIDTH);
    INTEGER(DRIFTLINE_NODE_INVENTORY_TAGS);
    INTEGER(DRIFTLINE_NODE_INVENTORY_ZONE);
    INTEGER(DRIFTLINE_NODE_INVENTORY_HEALTH);
    INTEGER(DRIFTLINE_CHAIN_PROFILE_SIZE);
    INTEGER(DRIFTLINE_CHAIN_PROFILE_CPU);
    INTEGER(DRIFTLINE_CHAIN_PROFILE_MEMORY);
    INTEGER(DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE);
    INTEGER(DRIFTLINE_CHAIN_PROFILE_DISRUPTION);
    INTEGER(DRIFTLINE_CHAIN_PROFILE_GROUP);
    INTEGER(DRIFTLINE_SCORE_AXES_HEADROOM);
    INTEGER(DRIFTLINE_SCORE_AXES_PROXIMITY);
    INTEGER(DRIFTLINE_SCORE_AXES_ZONE_SPREAD);
    INTEGER(DRIFTLINE_SCORE_AXES_COLOCATION);
    INTEGER(DRIFTLINE_SCORE_AXES_SCORE);
    INTEGER(DRIFTLINE_RESULT_INVENTORY);
    INTEGER(DRIFTLINE_RESULT_UNKNOWN_NODE);
}

void print_inventory(void)
{
    print_inventory_config();
    print_inventory_handle();
    print_node_inventory();
    print_rtt();
    print_bandwidth();
    print_client();
    print_chain_profile();
    print_score_axes();
    print_epsilons();
    print_any_scorer();
    print_weighted_scorer();
    print_chain_override();
    print_constants();
}
