// What a scorer is: the one thing that the user writes.
#ifndef DRIFTLINE_SCORER_HPP
#define DRIFTLINE_SCORER_HPP

#include <driftline/error.hpp>
#include <driftline/scorer_failure.hpp>
#include <driftline/span.hpp>

#include <algorithm>
#include <limits>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// Which questions a scorer has an answer of its own for. The others are answered by default (A2).
struct Capabilities {
    bool live_score = false;
    bool node_fingerprint = false;
    bool chain_fingerprint = false;
    bool migration_cost = false;
    bool score_many = false;
    bool live_score_many = false;
    bool node_fingerprints = false;
    bool alternatives = false;
};

/// Where a batch writes counters. What is not set is "cannot say".
class FingerprintAnswers {
public:
    FingerprintAnswers(span<std::uint64_t> counters, span<std::uint8_t> known) noexcept
        : counters_(counters), known_(known)
    {
    }

    std::size_t size() const noexcept { return counters_.size(); }

    /// `at` is the place of the node among those asked about. Throws `std::out_of_range` beyond them.
    void set(std::size_t at, std::uint64_t counter)
    {
        if (at >= size()) {
            detail::raise_out_of_range("a fingerprint is set for a node that was not asked about");
        }
        counters_[at] = counter;
        known_[at] = 1;
    }

private:
    span<std::uint64_t> counters_;
    span<std::uint8_t> known_;
};

/// Where alternatives are written, best first.
class AlternativeAnswers {
public:
    explicit AlternativeAnswers(span<driftline_alternative> places) noexcept : places_(places) {}

    std::size_t size() const noexcept { return size_; }
    std::size_t capacity() const noexcept { return places_.size(); }

    /// False: there is no room for more, and none is asked for.
    bool add(NodeId node, float score) noexcept
    {
        if (size_ == places_.size()) {
            return false;
        }
        places_[size_] = driftline_alternative{node, score, 0};
        size_ += 1;
        return true;
    }

private:
    span<driftline_alternative> places_;
    std::size_t size_ = 0;
};

/// Says how good each home is. Inherit, override what you know, and install it in a scheduler.
///
/// Only `score` and `best_alternative` must be there. What is not overridden is never called: the library uses its
/// defaults, which are those below.
///
/// A score is a number in [0, 1], higher is a better home; `std::nullopt` is "no opinion". Nothing that a scorer
/// returns is trusted: NaN and infinities are no opinion, other numbers are clamped, and both are counted (P1).
///
/// A scorer fails by an exception, or by `return driftline::fail(-5);`. An exception comes out of the call that
/// asked, as the same object; nothing is emitted then (P2). Under `OnScorerError::skip_chain` what derives from
/// `std::exception` is kept in the report instead. What does not, such as `Interruption`, comes out always.
///
/// Called on the thread that called the scheduler, one question at a time, and only while that call lasts; arrays are
/// valid until the answer. A scorer must not use the scheduler that asks it, nor destroy it, nor change its state: that
/// is an error (P3). The thread must not end inside.
class PlacementScorer {
public:
    PlacementScorer() = default;
    PlacementScorer(const PlacementScorer&) = default;
    PlacementScorer(PlacementScorer&&) = default;
    PlacementScorer& operator=(const PlacementScorer&) = default;
    PlacementScorer& operator=(PlacementScorer&&) = default;
    virtual ~PlacementScorer() = default;

    /// How good a home `node` is for `chain`. You may cache it.
    virtual std::optional<float> score(ChainId chain, NodeId node) = 0;

    /// The best home that `chain` could have and has not. `exclude` is its holders and whatever else is no home for it
    /// now (nodes that are drained or avoided, targets that have just failed), ascending; one of them is no answer and
    /// is counted as invalid (P1).
    virtual std::optional<Alternative> best_alternative(ChainId chain, span<const NodeId> exclude) = 0;

    /// What is true right now, never cached.
    virtual std::optional<float> live_score(ChainId chain, NodeId node) { return score(chain, node); }

    /// A change counter of all that scores depend on at `node`. "Cannot say" counts as always changed.
    virtual std::optional<std::uint64_t> node_fingerprint(NodeId) { return std::nullopt; }

    /// The same for what belongs to the chain.
    virtual std::optional<std::uint64_t> chain_fingerprint(ChainId) { return 0; }

    /// What it would cost to move `chain` to `target`. "No opinion" is free.
    virtual std::optional<MigrationCost> migration_cost(ChainId, NodeId) { return std::nullopt; }

    /// `score` for many pairs at once. `out` has a place for each, with NaN in it, which is "no opinion". A failure
    /// is one of the whole batch; the library asks again for one chain at a time then.
    virtual void score_many(span<const Pair> pairs, span<float> out)
    {
        for (std::size_t at = 0; at < pairs.size(); at++) {
            out[at] = score(pairs[at].chain, pairs[at].node).value_or(std::numeric_limits<float>::quiet_NaN());
        }
    }

    /// `live_score`, likewise. Not asked by this version of the library.
    virtual void live_score_many(span<const Pair> pairs, span<float> out)
    {
        for (std::size_t at = 0; at < pairs.size(); at++) {
            out[at] = live_score(pairs[at].chain, pairs[at].node).value_or(std::numeric_limits<float>::quiet_NaN());
        }
    }

    /// `node_fingerprint` for many nodes at once.
    virtual void node_fingerprints(span<const NodeId> nodes, FingerprintAnswers& out)
    {
        for (std::size_t at = 0; at < nodes.size(); at++) {
            if (const auto counter = node_fingerprint(nodes[at])) {
                out.set(at, *counter);
            }
        }
    }

    /// Up to `out.capacity()` alternatives, best first; asked in place of `best_alternative` when `max_alternatives` is
    /// above 1 (L2). One that is excluded or named twice is counted as invalid. A scorer with very many may be asked
    /// again with more room. By default, and so in the library: `best_alternative` again and again, with what it has
    /// answered among `exclude`.
    virtual void alternatives(ChainId chain, span<const NodeId> exclude, AlternativeAnswers& out)
    {
        std::vector<NodeId> excluded(exclude.begin(), exclude.end());
        while (out.size() < out.capacity()) {
            const auto best = best_alternative(chain, span<const NodeId>(excluded.data(), excluded.size()));
            if (!best) {
                return;
            }
            out.add(best->node, best->score);
            const auto place = std::lower_bound(excluded.begin(), excluded.end(), best->node);
            if (place != excluded.end() && *place == best->node) {
                return;
            }
            excluded.insert(place, best->node);
        }
    }

    /// For wrappers that only know at run time what they can: what is said here counts, not what is overridden. Asked
    /// once, when a `Scorer` is made of this.
    virtual std::optional<Capabilities> capabilities() const { return std::nullopt; }
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
