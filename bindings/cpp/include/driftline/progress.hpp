// How verdicts changed, and how far a drain has come.
#ifndef DRIFTLINE_PROGRESS_HPP
#define DRIFTLINE_PROGRESS_HPP

#include <driftline/values.hpp>

#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// A change of a standing verdict (W3).
struct Transition {
    /// Counts from 0, so that a reader notices what it has missed.
    std::uint64_t sequence = 0;
    /// The tick that changed it.
    Nanoseconds at{};
    /// Empty: all chains at once, which freeze and warm-up are about.
    std::optional<ChainId> chain{};
    /// The verdict before; empty if there was none.
    std::optional<Verdict> from{};
    /// The one from then on; empty where each chain has its own again.
    std::optional<Verdict> to{};
};

/// A chain that a drain could not move, and why.
struct Blocked {
    ChainId chain = 0;
    Verdict verdict = Verdict::not_sampled;
};

/// How far a node that is drained has come (N1). Counts are of chains that the scheduler leads.
///
/// This is what the drain makes of them: they are in flight, or blocked, or wait for their turn.
/// `LocalScheduler::explain` goes by scores on such a node, too: a chain that waits, or that is blocked by
/// `Verdict::no_alternative`, `Verdict::last_holder` or `Verdict::propose_only`, may read as healthy there.
struct DrainStatus {
    NodeId node = no_node;
    /// When it should be empty.
    Nanoseconds deadline{};
    /// The chains that it still holds, those in flight included.
    std::uint64_t left = 0;
    /// The chains that the drain has moved away; without a `move_timeout` those that it has asked to move.
    std::uint64_t moved = 0;
    /// The chains that are on their way from it.
    std::uint64_t in_flight = 0;
    /// The chains that the drain could not move, ascending.
    std::vector<Blocked> blocked{};
    /// Whether it will not be empty in time unless something changes.
    bool at_risk = false;
};

namespace detail {

/// Every number is a chain, the one for "none", too; so the verdicts say whether that is what it means.
inline bool is_about_all(const driftline_transition& transition) noexcept
{
    return transition.chain == DRIFTLINE_NONE
        && (transition.to == DRIFTLINE_VERDICT_NONE || transition.to == DRIFTLINE_VERDICT_FROZEN
            || transition.to == DRIFTLINE_VERDICT_WARMING_UP);
}

inline std::optional<Verdict> to_verdict(std::uint32_t number) noexcept
{
    return known(number != DRIFTLINE_VERDICT_NONE, static_cast<Verdict>(number));
}

inline Transition to_transition(const driftline_transition& transition) noexcept
{
    return Transition{transition.sequence, Nanoseconds(transition.at_ns),
                      known(!is_about_all(transition), transition.chain), to_verdict(transition.from),
                      to_verdict(transition.to)};
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
