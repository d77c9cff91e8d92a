// What a pass says: actions, counts, failures.
#ifndef DRIFTLINE_REPORT_HPP
#define DRIFTLINE_REPORT_HPP

#include <driftline/action.hpp>
#include <driftline/handle.hpp>
#include <driftline/trampolines.hpp>

#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// A failure of the scorer that `OnScorerError::skip_chain` skipped.
struct Failure {
    ScorerMethod method = ScorerMethod::score;
    /// `ScorerFailure::code`, what `fail` was given, or `exception_code`.
    std::int32_t code = 0;
    /// The chain that sat the pass out; empty where a node's fingerprint failed.
    std::optional<ChainId> chain{};
    /// The node that was asked about, if there was one.
    std::optional<NodeId> node{};
    /// What was thrown, the same object. Null if nothing was.
    std::exception_ptr cause{};
};

/// What a pass did (T2). A value of its own.
class TickReport {
public:
    TickReport(const driftline_report& report, std::vector<Failure> failures) noexcept
        : report_(report), failures_(std::move(failures))
    {
    }

    /// Chains led here; the verdicts add up to it.
    std::uint64_t led() const noexcept { return report_.led; }
    /// Of them, those due because they are new.
    std::uint64_t fresh() const noexcept { return report_.fresh; }
    /// Those due because they are dirty, and not new.
    std::uint64_t dirty() const noexcept { return report_.dirty; }
    /// Those due by the backstop alone.
    std::uint64_t backstop_due() const noexcept { return report_.backstop_due; }
    /// Those that were in fact scored anew.
    std::uint64_t rescored() const noexcept { return report_.rescored; }
    /// Chains that were due and are left for later (L3).
    std::uint64_t deferred() const noexcept { return report_.deferred; }
    /// For how long the first of them has been due.
    Nanoseconds deferred_age() const noexcept { return Nanoseconds(report_.deferred_age_ns); }

    /// How often the scorer was asked; a batch of n counts n.
    std::uint64_t calls(ScorerMethod method) const noexcept
    {
        switch (method) {
        case ScorerMethod::score:
            return report_.score_calls;
        case ScorerMethod::live_score:
            return report_.live_score_calls;
        case ScorerMethod::best_alternative:
            return report_.alternative_calls;
        case ScorerMethod::node_fingerprint:
            return report_.node_fingerprint_calls;
        case ScorerMethod::chain_fingerprint:
            return report_.chain_fingerprint_calls;
        case ScorerMethod::migration_cost:
            return report_.cost_calls;
        case ScorerMethod::begin:
            return 0;
        }
        return 0;
    }

    /// Values that were not finite or out of range (P1).
    std::uint64_t invalid_scores() const noexcept { return report_.invalid_scores; }
    /// Alternatives that were excluded, reserved or named twice (P1).
    std::uint64_t invalid_alternatives() const noexcept { return report_.invalid_alternatives; }

    /// Chains with this verdict (W1).
    std::uint64_t verdicts(Verdict verdict) const noexcept
    {
        const auto number = static_cast<std::uint32_t>(verdict);
        return number < DRIFTLINE_VERDICT_COUNT ? report_.verdicts[number] : 0;
    }

    /// Moves of led chains that are in flight after the tick (F1). A sample leaves this and what follows 0.
    std::uint64_t in_flight() const noexcept { return report_.in_flight; }
    /// Moves that the tick found done.
    std::uint64_t completed_moves() const noexcept { return report_.completed_moves; }
    /// Moves that somebody said have failed.
    std::uint64_t failed_moves() const noexcept { return report_.failed_moves; }
    /// Moves that took longer than `move_timeout`.
    std::uint64_t timed_out_moves() const noexcept { return report_.timed_out_moves; }
    /// Moves back to a node that the chain had left less than a `flap_window` before (O1).
    std::uint64_t returned_moves() const noexcept { return report_.returned_moves; }
    /// Orders that could not be carried out, or that came during a freeze (R7). They are gone.
    std::uint64_t forced_refused() const noexcept { return report_.forced_refused; }
    /// Feedback since the last tick that referred to no move in flight, or to a half that was not said yet (F3).
    std::uint64_t ignored_feedback() const noexcept { return report_.ignored_feedback; }

    /// When the caller should tick next at the latest; empty if nothing waits.
    std::optional<Nanoseconds> next_due() const noexcept
    {
        return report_.next_due_known != 0 ? std::optional<Nanoseconds>(report_.next_due_ns) : std::nullopt;
    }

    /// Failures of the scorer that were skipped, in the order in which they happened (P2).
    const std::vector<Failure>& failures() const noexcept { return failures_; }

    /// As the C header has it.
    const driftline_report& capi() const noexcept { return report_; }

private:
    driftline_report report_;
    std::vector<Failure> failures_;
};

/// What a pass decided. A value of its own.
struct Decision {
    /// By ascending chain, at most one for each (D12).
    std::vector<Action> actions;
    TickReport report;
};

namespace detail {

inline driftline_report empty_report() noexcept
{
    driftline_report report;
    std::memset(&report, 0, sizeof report);
    report.struct_size = static_cast<std::uint32_t>(sizeof report);
    return report;
}

/// A failure without its chain and node where there is none. Every number is a chain, so the method says whether
/// there is one.
inline Failure to_failure(std::uint32_t method, std::int32_t code, ChainId chain, NodeId node)
{
    Failure failure;
    failure.method = static_cast<ScorerMethod>(method);
    failure.code = code;
    if (method != DRIFTLINE_METHOD_NODE_FINGERPRINT) {
        failure.chain = chain;
    }
    if (node != DRIFTLINE_NONE) {
        failure.node = node;
    }
    return failure;
}

/// The entries of C do not all have the names of the methods that the library reports: without a `live_score` the
/// question goes to `score`.
inline bool is_about(const Note& note, const driftline_failure& failure) noexcept
{
    const bool same_method = note.question.method == failure.method
        || (note.question.method == DRIFTLINE_METHOD_SCORE && failure.method == DRIFTLINE_METHOD_LIVE_SCORE);
    return same_method && note.question.is_own && note.code == failure.scorer_code
        && note.question.chain == failure.chain && note.question.node == failure.node;
}

/// What a part was asked for the sake of a question about the whole: to find an alternative parts are asked for scores,
/// too, and where one node is asked about alone the library knows which, also of a batch.
inline bool is_behind(const Note& note, const driftline_failure& failure) noexcept
{
    const auto is_score = [](std::uint32_t method) {
        return method == DRIFTLINE_METHOD_SCORE || method == DRIFTLINE_METHOD_LIVE_SCORE;
    };
    const Question& asked = note.question;
    const bool for_an_alternative = failure.method == DRIFTLINE_METHOD_BEST_ALTERNATIVE
        && (is_score(asked.method) || asked.method == failure.method);
    const bool for_a_score = is_score(failure.method) && is_score(asked.method)
        && (asked.node == failure.node || asked.node == DRIFTLINE_NONE);
    return asked.is_part && asked.is_own && note.code == failure.scorer_code && asked.chain == failure.chain
        && (for_an_alternative || for_a_score);
}

/// The place of the note of a failure, from `first` on; the number of notes if there is none.
inline std::size_t place_of(const driftline_failure& failure, const std::vector<Note>& notes,
                            std::size_t first) noexcept
{
    for (const auto matches : {is_about, is_behind}) {
        for (std::size_t at = first; at < notes.size(); at++) {
            if (matches(notes[at], failure)) {
                return at;
            }
        }
    }
    return notes.size();
}

/// What was thrown where this failed. Both lists are in the order in which things happened; a batch that failed and was
/// asked again one by one left a note but no failure.
inline std::vector<Failure> with_causes(const std::vector<driftline_failure>& failures, const std::vector<Note>& notes)
{
    std::vector<Failure> result;
    result.reserve(failures.size());
    std::size_t next = 0;
    for (const driftline_failure& failure : failures) {
        result.push_back(to_failure(failure.method, failure.scorer_code, failure.chain, failure.node));
        const std::size_t at = place_of(failure, notes, next);
        if (at < notes.size()) {
            result.back().cause = notes[at].object;
            next = at + 1;
        }
    }
    return result;
}

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
