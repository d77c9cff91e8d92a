// What an inventory is told, and what it answers.
#ifndef DRIFTLINE_INVENTORY_VALUES_HPP
#define DRIFTLINE_INVENTORY_VALUES_HPP

#include <driftline/error.hpp>

#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// What a node is fit for.
enum class NodeHealth : std::uint32_t {
    /// It may have chains.
    healthy = DRIFTLINE_NODE_HEALTH_HEALTHY,
    /// It may keep what it has and gets no more.
    cordoned = DRIFTLINE_NODE_HEALTH_CORDONED,
    /// It is no home; what it has should go.
    failed = DRIFTLINE_NODE_HEALTH_FAILED,
};

/// What is known of one node. What is empty stays as it was said before; what was never said is no opinion. But what a
/// chain asks of its homes must have been reported: a node of unknown tags lacks them, and one of unknown zone is in
/// every zone.
///
///     driftline::NodeInventory report;
///     report.node = 3;
///     report.cpu_capacity_cores = 16.0;
///     report.cpu_use_cores = 5.5;
///
/// Uses are what all chains on the node use now, those that driftline does not know included. Capacities and bandwidth
/// are finite and above zero, uses finite, at least zero, and at most their capacity.
struct NodeInventory {
    NodeId node = no_node;
    /// Processors, in cores.
    std::optional<double> cpu_capacity_cores{};
    /// How many of them are busy.
    std::optional<double> cpu_use_cores{};
    /// Memory, in bytes.
    std::optional<double> memory_capacity_bytes{};
    /// How much of it is in use.
    std::optional<double> memory_use_bytes{};
    /// Disk, in bytes.
    std::optional<double> disk_capacity_bytes{};
    /// How much of it is in use.
    std::optional<double> disk_use_bytes{};
    /// What the node can send or receive, where a path was not measured.
    std::optional<double> bandwidth_bytes_per_sec{};
    /// What the node has, one bit for each of up to 64 tags of yours.
    std::optional<std::uint64_t> tags{};
    /// The failure domain that the node is in, a number of yours. `UINT32_MAX` is reserved.
    std::optional<std::uint32_t> zone{};
    std::optional<NodeHealth> health{};
};

/// A measured round-trip time.
struct Rtt {
    /// Who measured: a client of chains.
    NodeId from = no_node;
    /// The node that answered.
    NodeId to = no_node;
    /// How long it took.
    Time rtt{};
};

/// A measured bandwidth: `from` has sent, `to` has received, `bytes_per_sec` is finite and above zero.
using Bandwidth = driftline_bandwidth;

/// Who uses a chain.
struct Client {
    /// The node that the client is at or near to: the `from` of its round-trip times. It need not be a node that can
    /// hold chains.
    NodeId node = no_node;
    /// How much it uses the chain, relative to the others. Finite, above zero.
    float weight = 1.0f;
};

/// What is known of one chain. It replaces what was said before as a whole; what is empty is not known.
struct ChainProfile {
    ChainId chain = 0;
    /// What has to be shipped, and what it needs of a disk. Finite, at least zero, as the next two.
    std::optional<double> size_bytes{};
    /// What one replica needs of a node's processors.
    std::optional<double> cpu_cores{};
    /// What one replica needs of its memory.
    std::optional<double> memory_bytes{};
    /// Tags that every home must have.
    std::uint64_t required_tags = 0;
    /// Who uses it; no node twice.
    std::vector<Client> clients{};
    /// How much more a disturbance of this chain matters than one of others: the `reliability_factor` of its moves.
    /// Finite, above zero.
    std::optional<float> service_value{};
    /// How long the chain serves worse while it moves.
    std::optional<Time> disruption{};
    /// Chains of one group are better off together.
    std::optional<std::uint64_t> group{};
    /// Two holders in one zone are forbidden, not just worse.
    bool zone_anti_affinity = false;
};

/// What one home is worth to one chain, axis by axis, each in [0, 1]. What is empty is no opinion.
struct ScoreAxes {
    /// Free capacity, with the chain on the node.
    std::optional<float> headroom{};
    /// Near to the clients.
    std::optional<float> proximity{};
    /// 1 for a zone without other holders, a half beside one, a third beside two.
    std::optional<float> zone_spread{};
    /// 1 beside another chain of the group, else a half.
    std::optional<float> colocation{};
    /// What comes of it: 0 if the node is no home, empty without an opinion on any axis.
    std::optional<float> score{};
    /// Whether the node is a home for the chain at all: it has not failed, has all required tags, and no other holder
    /// in its zone where that is forbidden; for a node that is no holder also: it may take chains, has room, and what
    /// is known of a holder, on any of the axes that count, is known of it, too.
    bool is_home = false;
};

/// By how much something may drift before a fingerprint of an inventory moves, and what comes of that.
struct InventoryEpsilons {
    /// The headroom of a node: as configured, or derived.
    float headroom = 0.0f;
    /// The proximity of a client and a holder, likewise.
    float proximity = 0.0f;
    /// How far a sampled score can be from the present one while no fingerprint has moved, but for rounding.
    float score_bound = 0.0f;
};

/// How an inventory judges. A new one has the library's defaults, which stand beside the fields.
///
///     driftline::InventoryConfig config;
///     config.rtt_half = std::chrono::milliseconds(20);
///     config.validate();
///
/// A score has four axes in [0, 1]; by default half of it is their weighted mean, half the worst of them. Axes on which
/// nothing is known do not count.
struct InventoryConfig {
    /// Weight of the axis "headroom": free capacity. In [0, 1e6]; 0 switches an axis off, and one must be on; 1.
    float headroom_weight;
    /// Weight of the axis "proximity": near to the clients; 1.
    float proximity_weight;
    /// Weight of the axis "zone spread": not in one zone with the other holders; 0.5.
    float zone_spread_weight;
    /// Weight of the axis "colocation": where the chain's group is; 0.25.
    float colocation_weight;
    /// How much of a score is its worst axis; the rest is the weighted mean. In [0, 1]; 0.5.
    float worst_share;
    /// Up to this share of its capacity a node in use is as good as an empty one; from here to full, headroom falls
    /// from 1 to 0. In [0, 1); 0.6.
    float comfortable_use;
    /// What must stay free of each capacity for a node to take another chain, as a share. In [0, 1); 0.1. A move that is
    /// under way counts at its target when `follow` tells of it, so a reserve that must hold at any moment has to cover
    /// `max_in_flight_per_target` chains.
    float capacity_reserve;
    /// The round-trip time at which proximity is 0.5: the worst that is acceptable, with the default floor. Above zero;
    /// 100 ms.
    Time rtt_half;
    /// After this time half of a change in use has arrived in its mean. 0 is no smoothing; 60 s.
    Time load_half_life;
    /// The same for round-trip times; 100 s.
    Time rtt_half_life;
    /// The most that one round-trip time counts in its mean, however long nothing was measured before it. In (0, 1]; 1
    /// is no bound; 0.3.
    float rtt_weight_max;
    /// The gap of the scheduler's config, from which the epsilons are derived. In [0, 1]; 0.2. Set it with the other
    /// one: `SchedulerConfig::production` has 0.25.
    float hysteresis_gap;
    /// By how much the headroom of a node may drift before its fingerprint moves. In [0, 1]; empty: derived from gap
    /// and weights, and `epsilons` says what that is. -1 is the same as empty.
    std::optional<float> headroom_epsilon;
    /// The same for the proximity of a client and a holder.
    std::optional<float> proximity_epsilon;
    /// Bandwidth to a target to which no path from a holder was measured, nor the bandwidth of any of these nodes
    /// reported. Finite, above zero; 125e6, which is 1 Gbit/s.
    double fallback_bandwidth_bytes_per_sec;
    /// Size of a chain whose profile has none. Finite, at least zero; 0: it ships for nothing.
    double fallback_size_bytes;
    /// How fast a chain is written out and read in again, besides its transfer. Finite, at least zero; 0: at once.
    double serialisation_bytes_per_sec;
    /// How long a chain serves worse while it moves, where its profile does not say; 0.
    Time fallback_disruption;

    InventoryConfig() noexcept : InventoryConfig(defaults()) {}

    explicit InventoryConfig(const driftline_inventory_config& config) noexcept
        : headroom_weight(config.headroom_weight), proximity_weight(config.proximity_weight),
          zone_spread_weight(config.zone_spread_weight), colocation_weight(config.colocation_weight),
          worst_share(config.worst_share), comfortable_use(config.comfortable_use),
          capacity_reserve(config.capacity_reserve), rtt_half(Nanoseconds(config.rtt_half_ns)),
          load_half_life(Nanoseconds(config.load_half_life_ns)), rtt_half_life(Nanoseconds(config.rtt_half_life_ns)),
          rtt_weight_max(config.rtt_weight_max), hysteresis_gap(config.hysteresis_gap),
          headroom_epsilon(given(config.headroom_epsilon)), proximity_epsilon(given(config.proximity_epsilon)),
          fallback_bandwidth_bytes_per_sec(config.fallback_bandwidth_bytes_per_sec),
          fallback_size_bytes(config.fallback_size_bytes),
          serialisation_bytes_per_sec(config.serialisation_bytes_per_sec),
          fallback_disruption(Nanoseconds(config.fallback_disruption_ns))
    {
    }

    /// Whether every field is in its range; the error names the first that is not, and its value. Pure.
    Result<void> try_validate() const
    {
        driftline_error error = Error::empty();
        const driftline_inventory_config config = capi();
        const driftline_result result = driftline_inventory_config_validate(&config, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : Error(result, error);
    }
    /// Throws `ConfigError`.
    void validate() const { try_validate().value(); }

    /// The epsilons as they are used, also those that are derived. Pure. Error: `CONFIG`, as `try_validate`.
    Result<InventoryEpsilons> try_epsilons() const
    {
        driftline_error error = Error::empty();
        const driftline_inventory_config config = capi();
        driftline_inventory_epsilons found;
        std::memset(&found, 0, sizeof found);
        found.struct_size = static_cast<std::uint32_t>(sizeof found);
        const driftline_result result = driftline_inventory_config_epsilons(&config, &found, &error);
        if (result != DRIFTLINE_RESULT_OK) {
            return Error(result, error);
        }
        return InventoryEpsilons{found.headroom, found.proximity, found.score_bound};
    }
    /// Throws `ConfigError`.
    InventoryEpsilons epsilons() const { return try_epsilons().value(); }

    /// As the C header has it.
    driftline_inventory_config capi() const noexcept
    {
        driftline_inventory_config config = defaults();
        config.headroom_weight = headroom_weight;
        config.proximity_weight = proximity_weight;
        config.zone_spread_weight = zone_spread_weight;
        config.colocation_weight = colocation_weight;
        config.worst_share = worst_share;
        config.comfortable_use = comfortable_use;
        config.capacity_reserve = capacity_reserve;
        config.rtt_half_ns = rtt_half.count();
        config.load_half_life_ns = load_half_life.count();
        config.rtt_half_life_ns = rtt_half_life.count();
        config.rtt_weight_max = rtt_weight_max;
        config.hysteresis_gap = hysteresis_gap;
        config.headroom_epsilon = headroom_epsilon.value_or(derived);
        config.proximity_epsilon = proximity_epsilon.value_or(derived);
        config.fallback_bandwidth_bytes_per_sec = fallback_bandwidth_bytes_per_sec;
        config.fallback_size_bytes = fallback_size_bytes;
        config.serialisation_bytes_per_sec = serialisation_bytes_per_sec;
        config.fallback_disruption_ns = fallback_disruption.count();
        return config;
    }

    friend bool operator==(const InventoryConfig& left, const InventoryConfig& right) noexcept
    {
        return left.headroom_weight == right.headroom_weight && left.proximity_weight == right.proximity_weight
            && left.zone_spread_weight == right.zone_spread_weight
            && left.colocation_weight == right.colocation_weight && left.worst_share == right.worst_share
            && left.comfortable_use == right.comfortable_use && left.capacity_reserve == right.capacity_reserve
            && left.rtt_half == right.rtt_half && left.load_half_life == right.load_half_life
            && left.rtt_half_life == right.rtt_half_life && left.rtt_weight_max == right.rtt_weight_max
            && left.hysteresis_gap == right.hysteresis_gap && left.headroom_epsilon == right.headroom_epsilon
            && left.proximity_epsilon == right.proximity_epsilon
            && left.fallback_bandwidth_bytes_per_sec == right.fallback_bandwidth_bytes_per_sec
            && left.fallback_size_bytes == right.fallback_size_bytes
            && left.serialisation_bytes_per_sec == right.serialisation_bytes_per_sec
            && left.fallback_disruption == right.fallback_disruption;
    }
    friend bool operator!=(const InventoryConfig& left, const InventoryConfig& right) noexcept
    {
        return !(left == right);
    }

private:
    static constexpr float derived = static_cast<float>(DRIFTLINE_DERIVED);

    static std::optional<float> given(float epsilon) noexcept
    {
        return detail::known(epsilon < derived || derived < epsilon, epsilon);
    }

    static driftline_inventory_config defaults() noexcept
    {
        driftline_inventory_config config;
        std::memset(&config, 0, sizeof config);
        // It fails for NULL and for a wrong size only.
        if (driftline_inventory_config_init(&config, sizeof config) != DRIFTLINE_RESULT_OK) {
            detail::end_program("the linked library does not know this header's driftline_inventory_config");
        }
        return config;
    }
};

namespace detail {

/// Puts what is given into its place, and says so.
template <class Value, class Given>
void give(std::uint32_t& fields, std::uint32_t bit, Value& place, const std::optional<Given>& value) noexcept
{
    if (value) {
        fields |= bit;
        place = static_cast<Value>(*value);
    }
}

inline driftline_node_inventory to_c(const NodeInventory& report) noexcept
{
    driftline_node_inventory c;
    std::memset(&c, 0, sizeof c);
    c.node = report.node;
    give(c.fields, DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY, c.cpu_capacity_cores, report.cpu_capacity_cores);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_CPU_USE, c.cpu_use_cores, report.cpu_use_cores);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY, c.memory_capacity_bytes, report.memory_capacity_bytes);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_MEMORY_USE, c.memory_use_bytes, report.memory_use_bytes);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY, c.disk_capacity_bytes, report.disk_capacity_bytes);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_DISK_USE, c.disk_use_bytes, report.disk_use_bytes);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_BANDWIDTH, c.bandwidth_bytes_per_sec, report.bandwidth_bytes_per_sec);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_TAGS, c.tags, report.tags);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_ZONE, c.zone, report.zone);
    give(c.fields, DRIFTLINE_NODE_INVENTORY_HEALTH, c.health, report.health);
    return c;
}

inline driftline_rtt to_c(const Rtt& report) noexcept
{
    return driftline_rtt{report.from, report.to, report.rtt.count()};
}

inline driftline_client to_c(const Client& client) noexcept { return driftline_client{client.node, client.weight, 0}; }

/// `clients` are those of the profile, and must live as long as what is returned.
inline driftline_chain_profile to_c(const ChainProfile& profile, const driftline_client* clients) noexcept
{
    driftline_chain_profile c;
    std::memset(&c, 0, sizeof c);
    c.chain = profile.chain;
    c.zone_anti_affinity = profile.zone_anti_affinity ? 1 : 0;
    c.required_tags = profile.required_tags;
    c.clients = clients;
    c.client_count = profile.clients.size();
    c.client_size = sizeof(driftline_client);
    const auto disruption_ns =
        profile.disruption ? std::optional<std::uint64_t>(profile.disruption->count()) : std::nullopt;
    give(c.fields, DRIFTLINE_CHAIN_PROFILE_SIZE, c.size_bytes, profile.size_bytes);
    give(c.fields, DRIFTLINE_CHAIN_PROFILE_CPU, c.cpu_cores, profile.cpu_cores);
    give(c.fields, DRIFTLINE_CHAIN_PROFILE_MEMORY, c.memory_bytes, profile.memory_bytes);
    give(c.fields, DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE, c.service_value, profile.service_value);
    give(c.fields, DRIFTLINE_CHAIN_PROFILE_DISRUPTION, c.disruption_ns, disruption_ns);
    give(c.fields, DRIFTLINE_CHAIN_PROFILE_GROUP, c.group, profile.group);
    return c;
}

inline ScoreAxes to_axes(const driftline_score_axes& found) noexcept
{
    const auto axis = [&](std::uint32_t bit, float value) { return known((found.fields & bit) != 0, value); };
    ScoreAxes axes;
    axes.headroom = axis(DRIFTLINE_SCORE_AXES_HEADROOM, found.headroom);
    axes.proximity = axis(DRIFTLINE_SCORE_AXES_PROXIMITY, found.proximity);
    axes.zone_spread = axis(DRIFTLINE_SCORE_AXES_ZONE_SPREAD, found.zone_spread);
    axes.colocation = axis(DRIFTLINE_SCORE_AXES_COLOCATION, found.colocation);
    axes.score = axis(DRIFTLINE_SCORE_AXES_SCORE, found.score);
    axes.is_home = found.is_home != 0;
    return axes;
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
