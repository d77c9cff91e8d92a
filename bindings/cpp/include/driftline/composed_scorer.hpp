// Scorers that the library holds: an inventory, scorers of yours, and several of these put together.
#ifndef DRIFTLINE_COMPOSED_SCORER_HPP
#define DRIFTLINE_COMPOSED_SCORER_HPP

#include <driftline/inventory.hpp>
#include <driftline/trampolines.hpp>

#include <cmath>

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

struct WeightedScorer;
struct ChainOverride;

/// A scorer that the library holds: an inventory, a scorer of yours, or several of these put together.
///
///     // Half the inventory, half what you know yourself; chain 7 goes by the inventory alone.
///     auto mixed = driftline::ComposedScorer::weighted_sum({{inventory, 1.0f}, {ByLoad(), 1.0f}});
///     scheduler.install(driftline::ComposedScorer::override_per_chain(std::move(mixed), {{inventory, {7}}}));
///
/// What they have in common: a part without an opinion does not count, and **zero is a veto**: what one part scores 0
/// is no home, whatever the others say. What a part of yours throws comes out of the call that asked, the same object,
/// as from an installed scorer; it comes with the question that the library has put to the whole.
///
/// Parts are taken over: on success they are moved from, on failure all of them are as they were, and those of a braced
/// list end with that list. Installing takes a composed scorer over likewise. A part is not given back; it is destroyed
/// with the whole, on whichever thread that is. One `Scorer` may be a part of several: it is shared then, and called by
/// each of them, on their threads.
///
/// Move-only; a moved-from one is refused with `MisuseError`. Every call that takes one has it alone, and calls its
/// parts on the thread that called. Every function has a `try_` twin that returns a `Result` in place of throwing.
/// Without memory for a list of parts, or of homes: `std::bad_alloc`, and all of them are as they were.
class ComposedScorer {
public:
    /// Answers from an inventory, which may have any number of these, is reported to as before, and may be gone first.
    ///
    /// Throws `MisuseError` for a moved-from inventory; `DataError`: `NO_MEMORY`, `TOO_MANY`.
    ComposedScorer(const Inventory& inventory) : ComposedScorer(try_create(inventory).value()) {}

    /// Takes a scorer over: whatever a `Scorer` is made of.
    ///
    /// Throws as `Scorer` does; `MisuseError`: `NULL` for none; `DataError`: `NO_MEMORY`, `TOO_MANY`.
    template <class Kind, class = std::enable_if_t<std::is_convertible_v<Kind&&, Scorer>>>
    ComposedScorer(Kind&& scorer) : ComposedScorer(try_create(Scorer(std::forward<Kind>(scorer))).value())
    {
    }

    static Result<ComposedScorer> try_create(const Inventory& inventory)
    {
        return made([&](driftline_any_scorer* out, driftline_error* error) {
            return driftline_any_scorer_of_inventory(inventory.capi(), out, error);
        });
    }
    static Result<ComposedScorer> try_create(Scorer scorer)
    {
        if (!scorer) {
            return Error(DRIFTLINE_RESULT_NULL, DRIFTLINE_NONE, "scorer: there is none to compose");
        }
        auto ctx = std::make_unique<Scorer>(std::move(scorer));
        driftline_scorer entries = detail::PartEntries::over(ctx.get());
        entries.drop = detail::PartEntries::drop;
        // Whatever this returns, `drop` is or will be called for `ctx`.
        ctx.release();
        return made([&](driftline_any_scorer* out, driftline_error* error) {
            return driftline_any_scorer_of_callbacks(&entries, out, error);
        });
    }

    /// The weighted mean of what the parts say. The cost of a move is that of the first part that has one; fingerprints
    /// are of all parts, and unknown where one of them has none.
    ///
    /// Throws `ConfigError` for a weight that is not finite and above zero, or for no parts at all; `MisuseError` for a
    /// moved-from part; `DataError`: `DUPLICATE` for a handle that is a part twice, `NO_MEMORY`, `TOO_MANY`. The
    /// error's index names the part, of one that is there twice the second place.
    template <std::size_t Count>
    static ComposedScorer weighted_sum(WeightedScorer (&&parts)[Count]);
    template <std::size_t Count>
    static Result<ComposedScorer> try_weighted_sum(WeightedScorer (&&parts)[Count]);
    /// Of as many parts as there are.
    template <class Allocator>
    static ComposedScorer weighted_sum(std::vector<WeightedScorer, Allocator>&& parts);
    template <class Allocator>
    static Result<ComposedScorer> try_weighted_sum(std::vector<WeightedScorer, Allocator>&& parts);

    /// The lowest of what the parts say; otherwise as `weighted_sum`.
    ///
    ///     driftline::ComposedScorer::minimum({inventory, ByLoad()});
    template <std::size_t Count>
    static ComposedScorer minimum(ComposedScorer (&&parts)[Count])
    {
        return try_minimum(std::move(parts)).value();
    }
    template <std::size_t Count>
    static Result<ComposedScorer> try_minimum(ComposedScorer (&&parts)[Count])
    {
        return lowest_of(span<ComposedScorer>(parts, Count));
    }
    template <class Allocator>
    static ComposedScorer minimum(std::vector<ComposedScorer, Allocator>&& parts)
    {
        return try_minimum(std::move(parts)).value();
    }
    template <class Allocator>
    static Result<ComposedScorer> try_minimum(std::vector<ComposedScorer, Allocator>&& parts)
    {
        return lowest_of(span<ComposedScorer>(parts.data(), parts.size()));
    }

    /// Where the gate scores below `threshold`, a home has score 0 and is no alternative; elsewhere, and where the gate
    /// has no opinion, `inner` answers. Throws `ConfigError` for a threshold outside [0, 1]; the rest as
    /// `weighted_sum`, where the error's index is 0 for the gate and 1 for `inner`.
    static ComposedScorer gate(ComposedScorer&& gate, ComposedScorer&& inner, float threshold)
    {
        return try_gate(std::move(gate), std::move(inner), threshold).value();
    }
    static Result<ComposedScorer> try_gate(ComposedScorer&& gate, ComposedScorer&& inner, float threshold)
    {
        auto composed = made([&](driftline_any_scorer* out, driftline_error* error) {
            return driftline_any_scorer_gate(gate.capi(), inner.capi(), threshold, out, error);
        });
        if (composed) {
            gate.forget();
            inner.forget();
        }
        return composed;
    }

    /// Gives some chains scorers of their own; `default_scorer` answers for all others.
    ///
    /// Throws `DataError`: `DUPLICATE` for a chain that is listed twice, where the error's chain is that one and its
    /// index counts through all lists one after the other; the rest as `weighted_sum`, where the index names the
    /// override.
    template <std::size_t Count>
    static ComposedScorer override_per_chain(ComposedScorer&& default_scorer, ChainOverride (&&overrides)[Count]);
    template <std::size_t Count>
    static Result<ComposedScorer> try_override_per_chain(ComposedScorer&& default_scorer,
                                                         ChainOverride (&&overrides)[Count]);
    /// Of as many overrides as there are, which may be none.
    template <class Allocator>
    static ComposedScorer override_per_chain(ComposedScorer&& default_scorer,
                                             std::vector<ChainOverride, Allocator>&& overrides);
    template <class Allocator>
    static Result<ComposedScorer> try_override_per_chain(ComposedScorer&& default_scorer,
                                                         std::vector<ChainOverride, Allocator>&& overrides);

    /// Remembers scores of up to `capacity` pairs of a chain and a node, as long as the fingerprints of both say that
    /// nothing has moved. Live scores, alternatives and costs are asked for each time. Throws `ConfigError` for a
    /// capacity of 0 or above 2^32 - 2; the rest as `weighted_sum`.
    static ComposedScorer cached(ComposedScorer&& inner, std::size_t capacity)
    {
        return try_cached(std::move(inner), capacity).value();
    }
    static Result<ComposedScorer> try_cached(ComposedScorer&& inner, std::size_t capacity)
    {
        auto composed = made([&](driftline_any_scorer* out, driftline_error* error) {
            return driftline_any_scorer_cached(inner.capi(), capacity, out, error);
        });
        if (composed) {
            inner.forget();
        }
        return composed;
    }

    /// Smooths the scores of each chain and node over time: after `half_life` half of a change has arrived. How often a
    /// scheduler asks does not matter. Throws `ConfigError` for a half-life of 0; the rest as `weighted_sum`.
    static ComposedScorer smoothed(ComposedScorer&& inner, Time half_life)
    {
        return try_smoothed(std::move(inner), half_life).value();
    }
    static Result<ComposedScorer> try_smoothed(ComposedScorer&& inner, Time half_life)
    {
        auto composed = made([&](driftline_any_scorer* out, driftline_error* error) {
            return driftline_any_scorer_smoothed(inner.capi(), half_life.count(), out, error);
        });
        if (composed) {
            inner.forget();
        }
        return composed;
    }

    /// Says what time it is, as a pass does before it asks: a smoothed score then is the one of that time, and what a
    /// cached one remembers is compared with the fingerprints anew.
    ///
    ///     composed.begin(now);
    ///     const std::optional<float> score = composed.score(7, 3);
    ///
    /// Call it before you ask, when something may have moved since the last pass or the last time it was called.
    /// Schedulers and `diff_scheduler` do it by themselves. No part of yours is asked. Throws `MisuseError` while it is
    /// in use, also from inside of a part.
    void begin(Time now) { try_begin(now).value(); }
    Result<void> try_begin(Time now)
    {
        driftline_error error = Error::empty();
        detail::Pass pass;
        const driftline_result result = driftline_any_scorer_begin(capi(), now.count(), &error);
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : detail::pass_error(result, error, pass);
    }

    /// What a node is worth to a chain, in [0, 1]; empty without an opinion. A scheduler would take the same answer for
    /// the same score: what a part of yours says beyond [0, 1] is clamped, and what is not finite is no opinion.
    /// Smoothed and cached scorers answer as of their last pass or `begin`.
    ///
    /// Throws what a part threw, the same object, or `ScorerError`; `DataError`: `ID` for `no_node`, `NO_MEMORY`;
    /// `MisuseError` while it is in use, also from inside of a part.
    std::optional<float> score(ChainId chain, NodeId node) { return try_score(chain, node).value(); }
    Result<std::optional<float>> try_score(ChainId chain, NodeId node)
    {
        return score_by(driftline_any_scorer_score, chain, node);
    }

    /// The same by what is asked at the moment of a decision: `live_score` of the parts. Nothing of it is remembered,
    /// though a smoothed scorer smooths it. Throws as `score`.
    std::optional<float> live_score(ChainId chain, NodeId node) { return try_live_score(chain, node).value(); }
    Result<std::optional<float>> try_live_score(ChainId chain, NodeId node)
    {
        return score_by(driftline_any_scorer_live_score, chain, node);
    }

    /// What it would cost to move a chain to a node; empty where nobody says so, and the move is for free. A
    /// `reliability_factor` that is not finite and above zero is 1 here (C1). `MigrationCostModel` says what it is
    /// worth in score. Throws as `score`.
    std::optional<MigrationCost> migration_cost(ChainId chain, NodeId target)
    {
        return try_migration_cost(chain, target).value();
    }
    Result<std::optional<MigrationCost>> try_migration_cost(ChainId chain, NodeId target)
    {
        driftline_error error = Error::empty();
        std::uint32_t is_known = 0;
        driftline_migration_cost cost = detail::to_c(MigrationCost());
        detail::Pass pass;
        const driftline_result result =
            driftline_any_scorer_migration_cost(capi(), chain, target, &is_known, &cost, &error);
        if (result != DRIFTLINE_RESULT_OK) {
            return detail::pass_error(result, error, pass);
        }
        return detail::to_cost(is_known, cost);
    }

    /// The best homes that a chain could have: up to `limit` of them, best first, ties by ascending id.
    ///
    /// Give in `exclude`, in any order, what a scheduler would: the holders of the chain, nodes that are drained or
    /// avoided. What a part of yours answers that is excluded, reserved, repeated or without a score is left out, as a
    /// scheduler does. Any `limit` will do: room is made for what is found, and where that is a lot, it is asked for
    /// again. Throws as `score`.
    std::vector<Alternative> alternatives(ChainId chain, span<const NodeId> exclude, std::size_t limit)
    {
        return try_alternatives(chain, exclude, limit).value();
    }
    std::vector<Alternative> alternatives(ChainId chain, std::initializer_list<NodeId> exclude, std::size_t limit)
    {
        return try_alternatives(chain, exclude, limit).value();
    }
    Result<std::vector<Alternative>> try_alternatives(ChainId chain, std::initializer_list<NodeId> exclude,
                                                      std::size_t limit)
    {
        return try_alternatives(chain, span<const NodeId>(exclude.begin(), exclude.size()), limit);
    }
    Result<std::vector<Alternative>> try_alternatives(ChainId chain, span<const NodeId> exclude, std::size_t limit);

    /// Takes over what `release` or C code made. It is freed by this.
    static ComposedScorer adopt(driftline_any_scorer scorer) noexcept { return ComposedScorer(scorer); }

    /// The C handle, which stays owned by this.
    driftline_any_scorer capi() const noexcept { return handle_.get(); }

    /// Gives the C handle away, with the parts.
    driftline_any_scorer release() noexcept { return handle_.release(); }

    /// Ends the scorer and its parts now; closing twice is fine. Throws `MisuseError` while it is in use, and is as
    /// before then.
    void close() { try_close().value(); }
    Result<void> try_close() noexcept { return handle_.close(); }

private:
    explicit ComposedScorer(driftline_any_scorer scorer) noexcept : handle_(scorer) {}

    /// `make(out, error)` returns the code. What it finds twice is a part.
    template <class Make>
    static Result<ComposedScorer> made(const Make& make)
    {
        return made(make, [](std::uint64_t) { return true; });
    }

    /// Likewise; what it finds twice at an index is a part if `is_part(index)`.
    template <class Make, class IsPart>
    static Result<ComposedScorer> made(const Make& make, const IsPart& is_part)
    {
        driftline_error error = Error::empty();
        driftline_any_scorer scorer{0};
        const driftline_result result = make(&scorer, &error);
        if (result == DRIFTLINE_RESULT_OK) {
            return adopt(scorer);
        }
        const bool is_of_a_part = result == DRIFTLINE_RESULT_DUPLICATE && is_part(error.index);
        return is_of_a_part ? Error(result, error).of_a_part() : Error(result, error);
    }

    /// `ask(scorer, chain, node, out, error)` returns the code.
    template <class Ask>
    Result<std::optional<float>> score_by(const Ask& ask, ChainId chain, NodeId node)
    {
        driftline_error error = Error::empty();
        float score = 0.0f;
        detail::Pass pass;
        const driftline_result result = ask(capi(), chain, node, &score, &error);
        if (result != DRIFTLINE_RESULT_OK) {
            return detail::pass_error(result, error, pass);
        }
        return detail::known(!std::isnan(score), score);
    }

    /// It was taken over, so its handle is stale.
    void forget() noexcept { static_cast<void>(handle_.release()); }

    static Result<ComposedScorer> mean_of(span<WeightedScorer> parts);
    static Result<ComposedScorer> lowest_of(span<ComposedScorer> parts);
    static Result<ComposedScorer> with_overrides(ComposedScorer& default_scorer, span<ChainOverride> overrides);

    detail::Handle<driftline_any_scorer, driftline_any_scorer_free> handle_;
};

/// A part of a weighted sum.
struct WeightedScorer {
    ComposedScorer scorer;
    /// How much it weighs; only ratios matter. Finite, above zero.
    float weight = 1.0f;
};

/// The scorer of some chains.
struct ChainOverride {
    ComposedScorer scorer;
    /// No chain twice, here or in another override.
    std::vector<ChainId> chains{};
};

template <std::size_t Count>
ComposedScorer ComposedScorer::weighted_sum(WeightedScorer (&&parts)[Count])
{
    return try_weighted_sum(std::move(parts)).value();
}
template <std::size_t Count>
Result<ComposedScorer> ComposedScorer::try_weighted_sum(WeightedScorer (&&parts)[Count])
{
    return mean_of(span<WeightedScorer>(parts, Count));
}
template <class Allocator>
ComposedScorer ComposedScorer::weighted_sum(std::vector<WeightedScorer, Allocator>&& parts)
{
    return try_weighted_sum(std::move(parts)).value();
}
template <class Allocator>
Result<ComposedScorer> ComposedScorer::try_weighted_sum(std::vector<WeightedScorer, Allocator>&& parts)
{
    return mean_of(span<WeightedScorer>(parts.data(), parts.size()));
}

template <std::size_t Count>
ComposedScorer ComposedScorer::override_per_chain(ComposedScorer&& default_scorer, ChainOverride (&&overrides)[Count])
{
    return try_override_per_chain(std::move(default_scorer), std::move(overrides)).value();
}
template <std::size_t Count>
Result<ComposedScorer> ComposedScorer::try_override_per_chain(ComposedScorer&& default_scorer,
                                                              ChainOverride (&&overrides)[Count])
{
    return with_overrides(default_scorer, span<ChainOverride>(overrides, Count));
}
template <class Allocator>
ComposedScorer ComposedScorer::override_per_chain(ComposedScorer&& default_scorer,
                                                  std::vector<ChainOverride, Allocator>&& overrides)
{
    return try_override_per_chain(std::move(default_scorer), std::move(overrides)).value();
}
template <class Allocator>
Result<ComposedScorer> ComposedScorer::try_override_per_chain(ComposedScorer&& default_scorer,
                                                              std::vector<ChainOverride, Allocator>&& overrides)
{
    return with_overrides(default_scorer, span<ChainOverride>(overrides.data(), overrides.size()));
}

inline Result<std::vector<Alternative>> ComposedScorer::try_alternatives(ChainId chain, span<const NodeId> exclude,
                                                                         std::size_t limit)
{
    const auto ask = [&](driftline_alternative* out, std::size_t capacity, std::size_t* count) -> Result<void> {
        driftline_error error = Error::empty();
        detail::Pass pass;
        const driftline_result result =
            driftline_any_scorer_alternatives(capi(), chain, exclude.data(), exclude.size(), out, capacity,
                                              sizeof(driftline_alternative), count, &error);
        return result == DRIFTLINE_RESULT_OK ? Result<void>() : detail::pass_error(result, error, pass);
    };
    return detail::up_to(limit, exclude.size(), ask);
}

inline Result<ComposedScorer> ComposedScorer::mean_of(span<WeightedScorer> parts)
{
    std::vector<driftline_weighted_scorer> c_parts;
    c_parts.reserve(parts.size());
    for (const WeightedScorer& part : parts) {
        c_parts.push_back(driftline_weighted_scorer{part.scorer.capi(), part.weight, 0});
    }
    auto composed = made([&](driftline_any_scorer* out, driftline_error* error) {
        return driftline_any_scorer_weighted_sum(c_parts.data(), c_parts.size(), sizeof(driftline_weighted_scorer), out,
                                                 error);
    });
    if (composed) {
        for (WeightedScorer& part : parts) {
            part.scorer.forget();
        }
    }
    return composed;
}

inline Result<ComposedScorer> ComposedScorer::lowest_of(span<ComposedScorer> parts)
{
    std::vector<driftline_any_scorer> c_parts;
    c_parts.reserve(parts.size());
    for (const ComposedScorer& part : parts) {
        c_parts.push_back(part.capi());
    }
    auto composed = made([&](driftline_any_scorer* out, driftline_error* error) {
        return driftline_any_scorer_minimum(c_parts.data(), c_parts.size(), out, error);
    });
    if (composed) {
        for (ComposedScorer& part : parts) {
            part.forget();
        }
    }
    return composed;
}

inline Result<ComposedScorer> ComposedScorer::with_overrides(ComposedScorer& default_scorer,
                                                             span<ChainOverride> overrides)
{
    std::vector<driftline_chain_override> c_overrides;
    c_overrides.reserve(overrides.size());
    for (const ChainOverride& one : overrides) {
        c_overrides.push_back(driftline_chain_override{one.scorer.capi(), one.chains.data(), one.chains.size()});
    }
    const auto make = [&](driftline_any_scorer* out, driftline_error* error) {
        return driftline_any_scorer_override_per_chain(default_scorer.capi(), c_overrides.data(), c_overrides.size(),
                                                       sizeof(driftline_chain_override), out, error);
    };
    // Chains are compared once no part is there twice, so if a part is, then that is what was found.
    auto composed = made(make, [&](std::uint64_t index) {
        bool is_twice = false;
        for (std::size_t at = 0; at <= index && index < overrides.size(); at++) {
            const driftline_any_scorer before = at == 0 ? default_scorer.capi() : c_overrides[at - 1].scorer;
            is_twice = is_twice || before.bits == c_overrides[static_cast<std::size_t>(index)].scorer.bits;
        }
        return is_twice;
    });
    if (composed) {
        default_scorer.forget();
        for (ChainOverride& one : overrides) {
            one.scorer.forget();
        }
    }
    return composed;
}

namespace detail {

/// What is installed as a composed scorer: one that is moved, or an inventory. What is a `Scorer` is installed as one,
/// and given back as one, although it could be composed, too.
template <class Kind>
using IfComposed =
    std::enable_if_t<std::is_same_v<Kind, ComposedScorer> || std::is_same_v<std::decay_t<Kind>, Inventory>>;

} // namespace detail
} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
