// A scorer of whatever type: a class, or a set of functions.
#ifndef DRIFTLINE_ANY_SCORER_HPP
#define DRIFTLINE_ANY_SCORER_HPP

#include <driftline/scorer.hpp>

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#if DRIFTLINE_CPP_RTTI
#include <typeinfo>
#endif

namespace driftline {
inline namespace DRIFTLINE_CPP_MODE {

/// A scorer as a set of functions. Only the first two must be there; what is empty gets its default. The documentation
/// of `PlacementScorer` holds for each.
struct ScorerFunctions {
    std::function<std::optional<float>(ChainId, NodeId)> score{};
    std::function<std::optional<Alternative>(ChainId, span<const NodeId>)> best_alternative{};
    std::function<std::optional<float>(ChainId, NodeId)> live_score{};
    std::function<std::optional<std::uint64_t>(NodeId)> node_fingerprint{};
    std::function<std::optional<std::uint64_t>(ChainId)> chain_fingerprint{};
    std::function<std::optional<MigrationCost>(ChainId, NodeId)> migration_cost{};
    std::function<void(span<const Pair>, span<float>)> score_many{};
    std::function<void(span<const Pair>, span<float>)> live_score_many{};
    std::function<void(span<const NodeId>, FingerprintAnswers&)> node_fingerprints{};
    std::function<void(ChainId, span<const NodeId>, AlternativeAnswers&)> alternatives{};
};

namespace detail {

/// A set of functions as a class.
class FunctionScorer final : public PlacementScorer {
public:
    explicit FunctionScorer(ScorerFunctions functions) : functions_(std::move(functions)) {}

    std::optional<float> score(ChainId chain, NodeId node) override { return functions_.score(chain, node); }
    std::optional<Alternative> best_alternative(ChainId chain, span<const NodeId> exclude) override
    {
        return functions_.best_alternative(chain, exclude);
    }
    // Not asked by the library where the function is empty, but by whoever holds the scorer.
    std::optional<float> live_score(ChainId chain, NodeId node) override
    {
        return functions_.live_score ? functions_.live_score(chain, node) : score(chain, node);
    }
    std::optional<std::uint64_t> node_fingerprint(NodeId node) override
    {
        return functions_.node_fingerprint ? functions_.node_fingerprint(node) : std::nullopt;
    }
    std::optional<std::uint64_t> chain_fingerprint(ChainId chain) override
    {
        return functions_.chain_fingerprint ? functions_.chain_fingerprint(chain) : 0;
    }
    std::optional<MigrationCost> migration_cost(ChainId chain, NodeId target) override
    {
        return functions_.migration_cost ? functions_.migration_cost(chain, target) : std::nullopt;
    }
    void score_many(span<const Pair> pairs, span<float> out) override
    {
        functions_.score_many ? functions_.score_many(pairs, out) : PlacementScorer::score_many(pairs, out);
    }
    void live_score_many(span<const Pair> pairs, span<float> out) override
    {
        functions_.live_score_many ? functions_.live_score_many(pairs, out)
                                   : PlacementScorer::live_score_many(pairs, out);
    }
    void node_fingerprints(span<const NodeId> nodes, FingerprintAnswers& out) override
    {
        functions_.node_fingerprints ? functions_.node_fingerprints(nodes, out)
                                     : PlacementScorer::node_fingerprints(nodes, out);
    }
    void alternatives(ChainId chain, span<const NodeId> exclude, AlternativeAnswers& out) override
    {
        functions_.alternatives ? functions_.alternatives(chain, exclude, out)
                                : PlacementScorer::alternatives(chain, exclude, out);
    }

    std::optional<Capabilities> capabilities() const override
    {
        Capabilities own;
        own.live_score = static_cast<bool>(functions_.live_score);
        own.node_fingerprint = static_cast<bool>(functions_.node_fingerprint);
        own.chain_fingerprint = static_cast<bool>(functions_.chain_fingerprint);
        own.migration_cost = static_cast<bool>(functions_.migration_cost);
        own.score_many = static_cast<bool>(functions_.score_many);
        own.live_score_many = static_cast<bool>(functions_.live_score_many);
        own.node_fingerprints = static_cast<bool>(functions_.node_fingerprints);
        own.alternatives = static_cast<bool>(functions_.alternatives);
        return own;
    }

private:
    ScorerFunctions functions_;
};

/// Whether a member pointer still belongs to the base: then nobody has overridden it.
template <class Result, class... Arguments>
constexpr bool is_default(Result (PlacementScorer::*)(Arguments...)) noexcept
{
    return true;
}
template <class Other>
constexpr bool is_default(Other) noexcept
{
    return false;
}

// What is overridden in private, or overloaded, has no address here, and is taken for overridden: the library then
// calls the virtual function, which is right in any case.
#define DRIFTLINE_CPP_OVERRIDES(method)                                                                                \
    template <class Kind, class = void>                                                                                \
    struct Overrides_##method : std::true_type {};                                                                     \
    template <class Kind>                                                                                              \
    struct Overrides_##method<Kind, std::void_t<decltype(&Kind::method)>>                                              \
        : std::bool_constant<!is_default(decltype(&Kind::method){})> {}

DRIFTLINE_CPP_OVERRIDES(live_score);
DRIFTLINE_CPP_OVERRIDES(node_fingerprint);
DRIFTLINE_CPP_OVERRIDES(chain_fingerprint);
DRIFTLINE_CPP_OVERRIDES(migration_cost);
DRIFTLINE_CPP_OVERRIDES(score_many);
DRIFTLINE_CPP_OVERRIDES(live_score_many);
DRIFTLINE_CPP_OVERRIDES(node_fingerprints);
DRIFTLINE_CPP_OVERRIDES(alternatives);

#undef DRIFTLINE_CPP_OVERRIDES

/// What a class overrides.
template <class Kind>
constexpr Capabilities overridden_by() noexcept
{
    return Capabilities{Overrides_live_score<Kind>::value,        Overrides_node_fingerprint<Kind>::value,
                        Overrides_chain_fingerprint<Kind>::value, Overrides_migration_cost<Kind>::value,
                        Overrides_score_many<Kind>::value,        Overrides_live_score_many<Kind>::value,
                        Overrides_node_fingerprints<Kind>::value, Overrides_alternatives<Kind>::value};
}

} // namespace detail

/// Any scorer, and what it can do. Copies share it; the last one that goes destroys it, and an installed one is held
/// by its scheduler. The same one may be installed in several schedulers: then it is called by each of them, on their
/// threads.
class Scorer {
public:
    /// None. Installing it is an error.
    Scorer() noexcept = default;

    /// Takes a scorer over. `Kind` must be its own class, not one that it derives from, because the type says what is
    /// overridden; a class that implements `capabilities` says it itself. Throws `std::invalid_argument` otherwise,
    /// as far as run-time types can tell. NULL makes none.
    template <class Kind, class = std::enable_if_t<std::is_base_of_v<PlacementScorer, Kind>>>
    Scorer(std::shared_ptr<Kind> scorer)
        : capabilities_(scorer == nullptr ? Capabilities{} : capabilities_of(*scorer)), scorer_(std::move(scorer))
    {
    }

    template <class Kind, class = std::enable_if_t<std::is_base_of_v<PlacementScorer, Kind>>>
    Scorer(std::unique_ptr<Kind> scorer) : Scorer(std::shared_ptr<Kind>(std::move(scorer)))
    {
    }

    /// Moves a scorer in.
    template <class Kind, class = std::enable_if_t<std::is_base_of_v<PlacementScorer, std::decay_t<Kind>>
                                                   && !std::is_lvalue_reference_v<Kind>>>
    Scorer(Kind&& scorer) : Scorer(std::make_shared<std::decay_t<Kind>>(std::move(scorer)))
    {
    }

    /// Throws `std::invalid_argument` if `score` or `best_alternative` is missing.
    Scorer(ScorerFunctions functions)
        : Scorer(std::make_shared<detail::FunctionScorer>(checked(std::move(functions))))
    {
    }

    /// A scorer that stays yours. It must live as long as it is installed anywhere.
    template <class Kind>
    static Scorer borrow(Kind& scorer)
    {
        return Scorer(std::shared_ptr<Kind>(std::shared_ptr<void>(), &scorer));
    }

    explicit operator bool() const noexcept { return scorer_ != nullptr; }
    /// NULL if there is none. Valid as long as a copy of this.
    PlacementScorer* get() const noexcept { return scorer_.get(); }
    PlacementScorer& operator*() const noexcept { return *scorer_; }
    PlacementScorer* operator->() const noexcept { return scorer_.get(); }
    const Capabilities& capabilities() const noexcept { return capabilities_; }

    /// Whether both are the same object.
    friend bool operator==(const Scorer& left, const Scorer& right) noexcept { return left.scorer_ == right.scorer_; }
    friend bool operator!=(const Scorer& left, const Scorer& right) noexcept { return left.scorer_ != right.scorer_; }

private:
    template <class Kind>
    static Capabilities capabilities_of(const Kind& scorer)
    {
        if (const auto own = static_cast<const PlacementScorer&>(scorer).capabilities()) {
            return *own;
        }
#if DRIFTLINE_CPP_RTTI
        if (typeid(scorer) != typeid(Kind)) {
            detail::raise_invalid_argument("a scorer came as one of its base classes, which hides what it overrides");
        }
#endif
        return detail::overridden_by<Kind>();
    }

    static ScorerFunctions checked(ScorerFunctions functions)
    {
        if (!functions.score || !functions.best_alternative) {
            detail::raise_invalid_argument("a scorer needs the functions score and best_alternative");
        }
        return functions;
    }

    Capabilities capabilities_;
    std::shared_ptr<PlacementScorer> scorer_;
};

} // namespace DRIFTLINE_CPP_MODE
} // namespace driftline

#endif
