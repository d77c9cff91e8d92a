// Ids, the numbers that have names, events, and what a scorer answers with.
#ifndef DRIFTLINE_VALUES_HPP
#define DRIFTLINE_VALUES_HPP

#include <driftline/time.hpp>

#include <cstdint>
#include <optional>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// Anything that is replicated and has holders. Every value is a chain.
using ChainId = std::uint64_t;

/// Who can hold a chain. `no_node` is reserved.
using NodeId = std::uint64_t;

/// No node. In the leaders of a membership: nobody.
inline constexpr NodeId no_node = DRIFTLINE_NONE;

/// How many samples a history keeps (A4).
inline constexpr std::size_t history_length = DRIFTLINE_HISTORY_LENGTH;
/// The weight of the newest sample in the moving average (H2).
inline constexpr float history_smoothing = static_cast<float>(DRIFTLINE_HISTORY_SMOOTHING);
/// How far from the mean a sample is still stable (H2).
inline constexpr float history_dead_band = static_cast<float>(DRIFTLINE_HISTORY_DEAD_BAND);
/// The first wait of a chain that was refused (L4).
inline constexpr Nanoseconds retry_backoff_first{DRIFTLINE_RETRY_BACKOFF_FIRST_NS};

/// What a failure of the scorer does (P2).
enum class OnScorerError : std::uint32_t {
    /// The call fails with it and emits nothing.
    abort = DRIFTLINE_ON_SCORER_ERROR_ABORT,
    /// The chain sits the tick out and stays due; the report lists the failure.
    skip_chain = DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN,
};

/// How the scheduler learns what moved (A7).
enum class FingerprintMode : std::uint32_t {
    /// It asks the scorer's fingerprints in every tick.
    poll = DRIFTLINE_FINGERPRINT_POLL,
    /// Touches say so.
    push = DRIFTLINE_FINGERPRINT_PUSH,
};

/// Where a chain stands after a pass. A later library may know more numbers than have names here.
enum class Verdict : std::uint32_t {
    not_sampled = DRIFTLINE_VERDICT_NOT_SAMPLED,
    healthy = DRIFTLINE_VERDICT_HEALTHY,
    no_score = DRIFTLINE_VERDICT_NO_SCORE,
    cooldown = DRIFTLINE_VERDICT_COOLDOWN,
    claim_held = DRIFTLINE_VERDICT_CLAIM_HELD,
    recovered = DRIFTLINE_VERDICT_RECOVERED,
    no_alternative = DRIFTLINE_VERDICT_NO_ALTERNATIVE,
    gap_too_small = DRIFTLINE_VERDICT_GAP_TOO_SMALL,
    cost_too_high = DRIFTLINE_VERDICT_COST_TOO_HIGH,
    evict = DRIFTLINE_VERDICT_EVICT,
    scorer_failed = DRIFTLINE_VERDICT_SCORER_FAILED,
    already_moved = DRIFTLINE_VERDICT_ALREADY_MOVED,
    retry_later = DRIFTLINE_VERDICT_RETRY_LATER,
    deferred = DRIFTLINE_VERDICT_DEFERRED,
};

/// The verdict in words, such as "gap too small"; "unknown" for a number that is none. Static.
inline const char* name(Verdict verdict) noexcept
{
    return driftline_verdict_name(static_cast<std::uint32_t>(verdict));
}

/// Why a chain was scored anew (S1).
enum class SampleCause : std::uint32_t {
    fresh = DRIFTLINE_CAUSE_NEW,
    dirty = DRIFTLINE_CAUSE_DIRTY,
    backstop = DRIFTLINE_CAUSE_BACKSTOP,
};

/// A question of the scorer. Batches go by the name of their single form.
enum class ScorerMethod : std::uint32_t {
    score = DRIFTLINE_METHOD_SCORE,
    live_score = DRIFTLINE_METHOD_LIVE_SCORE,
    best_alternative = DRIFTLINE_METHOD_BEST_ALTERNATIVE,
    node_fingerprint = DRIFTLINE_METHOD_NODE_FINGERPRINT,
    chain_fingerprint = DRIFTLINE_METHOD_CHAIN_FINGERPRINT,
    migration_cost = DRIFTLINE_METHOD_MIGRATION_COST,
};

/// Where the newest sample lies beside the mean before it (H2).
enum class Trend : std::uint32_t {
    stable = DRIFTLINE_TREND_STABLE,
    degrading = DRIFTLINE_TREND_DEGRADING,
    improving = DRIFTLINE_TREND_IMPROVING,
};

/// A fact about the cluster (A1), made by the functions of `events`.
using Event = driftline_event;

/// The facts that there are.
namespace events {

constexpr Event make(std::uint32_t kind, ChainId chain, NodeId node) noexcept
{
    return Event{kind, 0, chain, node, 0};
}

/// `node` has the chain now.
constexpr Event holder_added(ChainId chain, NodeId node) noexcept
{
    return make(DRIFTLINE_EVENT_HOLDER_ADDED, chain, node);
}

/// `node` has the chain no longer.
constexpr Event holder_removed(ChainId chain, NodeId node) noexcept
{
    return make(DRIFTLINE_EVENT_HOLDER_REMOVED, chain, node);
}

/// `node` leads the chain.
constexpr Event leader_set(ChainId chain, NodeId node) noexcept
{
    return make(DRIFTLINE_EVENT_LEADER_SET, chain, node);
}

/// Nobody leads the chain.
constexpr Event leader_cleared(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_LEADER_CLEARED, chain, 0); }

/// The chain is gone: holders, leader, claim and cooldown.
constexpr Event chain_removed(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CHAIN_REMOVED, chain, 0); }

/// Somebody holds an exclusive claim: no eviction until it is released (D4).
constexpr Event claim_acquired(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CLAIM_ACQUIRED, chain, 0); }

/// The claim is released.
constexpr Event claim_released(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CLAIM_RELEASED, chain, 0); }

/// Something that scores depend on moved at this node.
constexpr Event node_touched(NodeId node) noexcept { return make(DRIFTLINE_EVENT_NODE_TOUCHED, 0, node); }

/// Something that scores depend on moved for this chain.
constexpr Event chain_touched(ChainId chain) noexcept { return make(DRIFTLINE_EVENT_CHAIN_TOUCHED, chain, 0); }

} // namespace events

/// A question of a batch: `chain` and `node`.
using Pair = driftline_pair;

/// A home that a chain could have instead, and how good it is.
struct Alternative {
    NodeId node = no_node;
    /// In [0, 1].
    float score = 0.0f;
};

/// What it would take to move one chain to one node (A6).
struct MigrationCost {
    /// Time to ship the state.
    Time state_transfer{};
    /// Time during which the chain serves worse.
    Time disruption{};
    /// Weight of the whole. What is not finite and above zero counts as 1 (C1).
    float reliability_factor = 1.0f;
};

namespace detail {

constexpr driftline_migration_cost to_c(const MigrationCost& cost) noexcept
{
    return driftline_migration_cost{cost.state_transfer.count(), cost.disruption.count(), cost.reliability_factor, 0};
}

} // namespace detail

/// The version of the library that is linked, such as "0.1.0". Static.
inline const char* version() noexcept { return driftline_version(); }

/// Version, profile, features and compiler of the library that is linked, in one line. Static.
inline const char* build_info() noexcept { return driftline_build_info(); }

/// The ABI of the library that is linked. Objects are only made if it is `DRIFTLINE_ABI`.
inline std::uint32_t abi() noexcept { return driftline_abi(); }

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
