// The decision function by itself.
#ifndef DRIFTLINE_DIFF_HPP
#define DRIFTLINE_DIFF_HPP

#include <driftline/composed_scorer.hpp>
#include <driftline/config.hpp>
#include <driftline/report.hpp>
#include <driftline/state.hpp>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

namespace detail {

/// Under `skip_chain` there is no scheduler to ask for failures; each note of a question of its own is one.
/// Fingerprints are asked only by scorers of the library, which do without.
inline std::vector<Failure> failures_of(const std::vector<Note>& notes)
{
    std::vector<Failure> failures;
    for (const Note& note : notes) {
        const bool is_fingerprint = note.question.method == DRIFTLINE_METHOD_NODE_FINGERPRINT
            || note.question.method == DRIFTLINE_METHOD_CHAIN_FINGERPRINT;
        if (note.question.is_own && !(note.question.is_part && is_fingerprint)) {
            failures.push_back(to_failure(note.question.method, note.code, note.question.chain, note.question.node));
            failures.back().cause = note.object;
        }
    }
    return failures;
}

/// `ask(actions, capacity, count, report, error)` returns the code.
template <class Ask>
Result<Decision> judge(const MeshState& state, NodeId this_node, const Ask& ask)
{
    // A chain moves at most once, so there is room for all, unless another thread adds some.
    auto led = state.try_led_by(this_node);
    if (!led) {
        return led.error();
    }
    std::vector<driftline_action> actions(led->size());
    for (;;) {
        driftline_error error = Error::empty();
        driftline_report report = empty_report();
        std::size_t count = 0;
        Pass pass;
        const driftline_result result = ask(actions.data(), actions.size(), &count, &report, &error);
        if (result != DRIFTLINE_RESULT_OK && result != DRIFTLINE_RESULT_CAPACITY) {
            return pass_error(result, error, pass);
        }
        // Without any room the library only says how much it takes.
        if (count > actions.size()) {
            actions.resize(count);
            continue;
        }
        return Decision{to_actions(actions.data(), count), TickReport(report, failures_of(pass.notes()))};
    }
}

} // namespace detail

/// Judges every chain that `this_node` leads, and writes nothing (A5).
///
/// Given a `SnapshotScorer` it judges by what was sampled, given a plain scorer it asks for every score itself. The
/// scorer is only used during the call. Chains in `already_evicted`, in any order, were evicted from earlier in the
/// same pass and are skipped (D2). No cooldown starts. Moves in flight are taken as they stand in the state; there are
/// no classes, no warm-up and no waits. Placements do not say what they exclude. In the report's failures a live score
/// that was asked of `score` is named so.
///
/// Throws what the scorer threw, the same object, or `ScorerError`; `ConfigError`; `DataError`: `ID` for `no_node`.
inline Result<Decision> try_diff_scheduler(const MeshState& state, const Scorer& scorer, const SchedulerConfig& config,
                                           NodeId this_node, Time now, span<const ChainId> already_evicted = {})
{
    if (!scorer) {
        return Error(DRIFTLINE_RESULT_NULL, DRIFTLINE_NONE, "scorer: there is none to ask");
    }
    Scorer borrowed = scorer;
    const driftline_scorer entries = detail::Entries::over(&borrowed);
    const driftline_config c_config = config.capi();
    return detail::judge(state, this_node, [&](driftline_action* out, std::size_t capacity, std::size_t* count,
                                               driftline_report* report, driftline_error* error) {
        return driftline_diff_scheduler(state.capi(), this_node, &c_config, &entries, now.count(),
                                        already_evicted.data(), already_evicted.size(), out, capacity,
                                        sizeof(driftline_action), count, report, error);
    });
}

inline Decision diff_scheduler(const MeshState& state, const Scorer& scorer, const SchedulerConfig& config,
                               NodeId this_node, Time now, span<const ChainId> already_evicted = {})
{
    return try_diff_scheduler(state, scorer, config, this_node, now, already_evicted).value();
}

/// The same over a scorer that the library holds, which it has alone for the call and leaves where it is; what it
/// remembers, as a smoothed one does, goes on. In the report's failures a part is named by what it was asked itself.
///
///     driftline::ComposedScorer scorer(inventory);
///     driftline::diff_scheduler(state, scorer, config, 1, now);
inline Result<Decision> try_diff_scheduler(const MeshState& state, ComposedScorer& scorer,
                                           const SchedulerConfig& config, NodeId this_node, Time now,
                                           span<const ChainId> already_evicted = {})
{
    const driftline_config c_config = config.capi();
    return detail::judge(state, this_node, [&](driftline_action* out, std::size_t capacity, std::size_t* count,
                                               driftline_report* report, driftline_error* error) {
        return driftline_diff_scheduler_any(state.capi(), this_node, &c_config, scorer.capi(), now.count(),
                                            already_evicted.data(), already_evicted.size(), out, capacity,
                                            sizeof(driftline_action), count, report, error);
    });
}

inline Decision diff_scheduler(const MeshState& state, ComposedScorer& scorer, const SchedulerConfig& config,
                               NodeId this_node, Time now, span<const ChainId> already_evicted = {})
{
    return try_diff_scheduler(state, scorer, config, this_node, now, already_evicted).value();
}

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
