// What was seen: the scores of all holders at the last sample.
#ifndef DRIFTLINE_SNAPSHOT_HPP
#define DRIFTLINE_SNAPSHOT_HPP

#include <driftline/any_scorer.hpp>
#include <driftline/explanation.hpp>

#include <algorithm>
#include <vector>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// The scores of the holders of led chains, as they were sampled (S4). A holder without an opinion has no cell.
///
/// A value of its own: it stays as it is when the scheduler goes on.
class ScoreSnapshot {
public:
    ScoreSnapshot() = default;

    /// The chains, ascending. Valid as long as the snapshot is not changed.
    span<const ChainId> chains() const noexcept { return span<const ChainId>(chains_.data(), chains_.size()); }
    std::size_t size() const noexcept { return chains_.size(); }
    bool contains(ChainId chain) const noexcept { return std::binary_search(chains_.begin(), chains_.end(), chain); }

    /// The cells of a chain by ascending node; none if it is not contained. Valid as `chains`.
    span<const Cell> cells(ChainId chain) const noexcept
    {
        const auto found = std::lower_bound(chains_.begin(), chains_.end(), chain);
        if (found == chains_.end() || *found != chain) {
            return {};
        }
        const auto at = static_cast<std::size_t>(found - chains_.begin());
        return span<const Cell>(cells_.data() + offsets_[at], offsets_[at + 1] - offsets_[at]);
    }

    /// The sampled score of one holder.
    std::optional<float> score(ChainId chain, NodeId node) const noexcept
    {
        for (const Cell& cell : cells(chain)) {
            if (cell.node == node) {
                return cell.score;
            }
        }
        return std::nullopt;
    }

    /// The worst holder as sampled; ties go to the lowest node.
    std::optional<Cell> worst(ChainId chain) const noexcept
    {
        const span<const Cell> all = cells(chain);
        const auto by_score = [](const Cell& left, const Cell& right) { return left.score < right.score; };
        const auto found = std::min_element(all.begin(), all.end(), by_score);
        return found == all.end() ? std::nullopt : std::optional<Cell>(*found);
    }

    /// Adds a chain. Throws `std::invalid_argument` unless its id is above all that are there.
    void add(ChainId chain, span<const Cell> cells)
    {
        if (!chains_.empty() && chains_.back() >= chain) {
            detail::raise_invalid_argument("the chains of a snapshot are added by ascending id");
        }
        // Room first: without memory nothing has changed.
        chains_.reserve(chains_.size() + 1);
        offsets_.reserve(offsets_.size() + 1);
        cells_.insert(cells_.end(), cells.begin(), cells.end());
        chains_.push_back(chain);
        offsets_.push_back(cells_.size());
    }

private:
    std::vector<ChainId> chains_;
    std::vector<std::size_t> offsets_{0};
    std::vector<Cell> cells_;
};

/// Answers `score` from a snapshot and passes everything else on to a live scorer: what `diff_scheduler` needs to
/// judge by what was sampled. `live_score` bypasses the snapshot.
class SnapshotScorer final : public PlacementScorer {
public:
    /// Throws `std::invalid_argument` if there is no live scorer.
    SnapshotScorer(ScoreSnapshot snapshot, Scorer live) : snapshot_(std::move(snapshot)), live_(std::move(live))
    {
        if (!live_) {
            detail::raise_invalid_argument("a SnapshotScorer needs a live scorer");
        }
    }

    std::optional<float> score(ChainId chain, NodeId node) override { return snapshot_.score(chain, node); }
    std::optional<Alternative> best_alternative(ChainId chain, span<const NodeId> exclude) override
    {
        return live_->best_alternative(chain, exclude);
    }
    std::optional<float> live_score(ChainId chain, NodeId node) override { return live_->live_score(chain, node); }
    std::optional<std::uint64_t> node_fingerprint(NodeId node) override { return live_->node_fingerprint(node); }
    std::optional<std::uint64_t> chain_fingerprint(ChainId chain) override { return live_->chain_fingerprint(chain); }
    std::optional<MigrationCost> migration_cost(ChainId chain, NodeId target) override
    {
        return live_->migration_cost(chain, target);
    }
    void live_score_many(span<const Pair> pairs, span<float> out) override { live_->live_score_many(pairs, out); }
    void node_fingerprints(span<const NodeId> nodes, FingerprintAnswers& out) override
    {
        live_->node_fingerprints(nodes, out);
    }
    void alternatives(ChainId chain, span<const NodeId> exclude, AlternativeAnswers& out) override
    {
        live_->alternatives(chain, exclude, out);
    }

    /// Those of the live scorer, but scores do not come from its batch.
    std::optional<Capabilities> capabilities() const override
    {
        Capabilities own = live_.capabilities();
        own.live_score = true;
        own.score_many = false;
        return own;
    }

private:
    ScoreSnapshot snapshot_;
    Scorer live_;
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
