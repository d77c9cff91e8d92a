// Ids, the numbers that have names, and what a scorer answers with.
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

/// Chains that have a policy of their own (Y1). A chain that was never given one is of class 0.
using ClassId = std::uint32_t;

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
/// The first back-off of a chain and a target whose move failed; each further failure doubles it (F1).
inline constexpr Nanoseconds move_backoff_first{DRIFTLINE_MOVE_BACKOFF_FIRST_NS};
/// The longest such back-off.
inline constexpr Nanoseconds move_backoff_max{DRIFTLINE_MOVE_BACKOFF_MAX_NS};
/// How many moves of a chain are remembered (O1).
inline constexpr std::size_t flap_memory = DRIFTLINE_FLAP_MEMORY;
/// The longest cooldown that flapping leads to (O1).
inline constexpr Nanoseconds flap_cooldown_max{DRIFTLINE_FLAP_COOLDOWN_MAX_NS};
/// How many transitions of verdicts a scheduler remembers (W3).
inline constexpr std::size_t transition_ring_length = DRIFTLINE_TRANSITION_RING_LENGTH;

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

/// Which half of a move goes first (R4).
enum class MoveOrder : std::uint32_t {
    /// The victim leaves, then the chain is placed on the target.
    evict_first = DRIFTLINE_MOVE_ORDER_EVICT_FIRST,
    /// The chain is placed on the target; the victim leaves when it is there, so that the chain is never short of a
    /// replica because of driftline. Where the target comes later than a `move_timeout` after it was asked for, the
    /// victim stays.
    place_first = DRIFTLINE_MOVE_ORDER_PLACE_FIRST,
};

/// Which part of the library asks for an action, in the order in which they act (R1).
enum class Arm : std::uint32_t {
    /// Somebody ordered it (R7).
    forced = DRIFTLINE_ARM_FORCED,
    /// The number of holders is not the wished one, or the second half of a move is due (R2, R4).
    count = DRIFTLINE_ARM_COUNT,
    /// A node is drained (N1).
    drain = DRIFTLINE_ARM_DRAIN,
    /// A holder is bad and there is a better home (D11).
    scheduler = DRIFTLINE_ARM_SCHEDULER,
};

/// Where a chain stands after a pass. A later library may know more numbers than have names here.
enum class Verdict : std::uint32_t {
    /// Not asked for scores since it became led, or there is no scorer.
    not_sampled = DRIFTLINE_VERDICT_NOT_SAMPLED,
    /// The worst holder is at or above the floor (D6).
    healthy = DRIFTLINE_VERDICT_HEALTHY,
    /// No holder has a score, or the victim has no live one (D5, D7).
    no_score = DRIFTLINE_VERDICT_NO_SCORE,
    /// Evicted from less than a cooldown ago (D3).
    cooldown = DRIFTLINE_VERDICT_COOLDOWN,
    /// An exclusive claim is held (D4).
    claim_held = DRIFTLINE_VERDICT_CLAIM_HELD,
    /// The victim's live score is at or above the floor (D7).
    recovered = DRIFTLINE_VERDICT_RECOVERED,
    /// The scorer knows no better home (D8).
    no_alternative = DRIFTLINE_VERDICT_NO_ALTERNATIVE,
    /// The alternative is not better by more than the gap (D9).
    gap_too_small = DRIFTLINE_VERDICT_GAP_TOO_SMALL,
    /// The move costs at least what it gains (D10).
    cost_too_high = DRIFTLINE_VERDICT_COST_TOO_HIGH,
    /// The victim should go (D11).
    evict = DRIFTLINE_VERDICT_EVICT,
    /// The scorer failed for the chain, which sits this pass out (P2).
    scorer_failed = DRIFTLINE_VERDICT_SCORER_FAILED,
    /// Acted upon earlier in the same pass, by another arm (D2).
    already_moved = DRIFTLINE_VERDICT_ALREADY_MOVED,
    /// The move would leave the chain with too few holders (R5).
    last_holder = DRIFTLINE_VERDICT_LAST_HOLDER,
    /// Nothing is emitted until a freeze is over (R6).
    frozen = DRIFTLINE_VERDICT_FROZEN,
    /// A move of the chain is under way (F1).
    in_flight = DRIFTLINE_VERDICT_IN_FLIGHT,
    /// Refused before for want of a better home, and nothing is new yet (L4).
    retry_later = DRIFTLINE_VERDICT_RETRY_LATER,
    /// The moves of this tick are used up (L1).
    tick_limit = DRIFTLINE_VERDICT_TICK_LIMIT,
    /// Too many moves are in flight (L1).
    cluster_limit = DRIFTLINE_VERDICT_CLUSTER_LIMIT,
    /// Too many moves are in flight from the victim (L1).
    source_limit = DRIFTLINE_VERDICT_SOURCE_LIMIT,
    /// Too many moves are in flight to every home that would do (L1).
    target_limit = DRIFTLINE_VERDICT_TARGET_LIMIT,
    /// The chain has moved back and forth, or too often (O1).
    flap_hold = DRIFTLINE_VERDICT_FLAP_HOLD,
    /// Too few chains have a score yet (V2).
    warming_up = DRIFTLINE_VERDICT_WARMING_UP,
    /// The chain's class does not move (Y1).
    pinned = DRIFTLINE_VERDICT_PINNED,
    /// The victim should go, but the chain's class only proposes (Y1).
    propose_only = DRIFTLINE_VERDICT_PROPOSE_ONLY,
    /// Due, but the scores of this tick were used up before its turn (L3).
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
    /// What time it is, which only scorers that the library holds are told. It has no answer.
    begin = DRIFTLINE_METHOD_BEGIN,
};

/// Where the newest sample lies beside the mean before it (H2).
enum class Trend : std::uint32_t {
    stable = DRIFTLINE_TREND_STABLE,
    degrading = DRIFTLINE_TREND_DEGRADING,
    improving = DRIFTLINE_TREND_IMPROVING,
};

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

/// What C says beside a flag.
template <class Value>
constexpr std::optional<Value> known(bool is_known, Value value) noexcept
{
    return is_known ? std::optional<Value>(value) : std::nullopt;
}

constexpr driftline_migration_cost to_c(const MigrationCost& cost) noexcept
{
    return driftline_migration_cost{cost.state_transfer.count(), cost.disruption.count(), cost.reliability_factor, 0};
}

/// Beside the flag that says whether there is one.
inline std::optional<MigrationCost> to_cost(std::uint32_t is_known, const driftline_migration_cost& found)
{
    return known(is_known != 0, MigrationCost{Nanoseconds(found.state_transfer_ns), Nanoseconds(found.disruption_ns),
                                              found.reliability_factor});
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
