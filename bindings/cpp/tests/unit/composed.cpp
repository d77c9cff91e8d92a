// Scorers that are put together: what comes of the parts, and who owns them.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::ComposedScorer;
using driftline::Inventory;
using driftline::LocalScheduler;
using driftline::Scorer;
using driftline::WeightedScorer;

static_assert(!std::is_copy_constructible_v<ComposedScorer> && !std::is_copy_assignable_v<ComposedScorer>);
static_assert(std::is_nothrow_move_constructible_v<ComposedScorer>);
static_assert(std::is_nothrow_move_assignable_v<ComposedScorer>);
static_assert(!std::is_default_constructible_v<ComposedScorer>);
static_assert(!std::is_convertible_v<ComposedScorer, Scorer> && !std::is_convertible_v<Inventory, Scorer>);

// The same score everywhere; of node 3 another one.
static PlainScorer flat(float score, float of_three)
{
    PlainScorer scorer;
    scorer.scores = {{1, score}, {2, score}, {3, of_three}, {9, score}};
    return scorer;
}

// The sampled score of node 3 for a chain.
static std::optional<float> sampled(ComposedScorer scorer, ChainId chain = 7)
{
    driftline::MeshState state = make_state();
    state.apply({driftline::events::holder_added(8, 3)});
    LocalScheduler scheduler(1, {}, std::move(scorer));
    scheduler.sample(state, 0s);
    for (const driftline::Cell& cell : scheduler.cells(chain)) {
        if (cell.node == 3) {
            return cell.score;
        }
    }
    return std::nullopt;
}

TEST_CASE("a weighted sum is the mean by weight")
{
    CHECK(sampled(ComposedScorer::weighted_sum({{flat(0.5f, 0.5f), 3.0f}, {flat(1.0f, 1.0f), 1.0f}})) == 0.625f);
    CHECK(sampled(ComposedScorer::weighted_sum({{flat(0.5f, 0.5f)}, {flat(1.0f, 1.0f)}})) == 0.75f);
    std::vector<WeightedScorer> many;
    for (const float score : {0.25f, 0.5f, 0.75f, 1.0f}) {
        many.push_back(WeightedScorer{flat(score, score), 1.0f});
    }
    CHECK(sampled(ComposedScorer::weighted_sum(std::move(many))) == 0.625f);
    // Zero is a veto, and no opinion does not count.
    CHECK(sampled(ComposedScorer::weighted_sum({{flat(1.0f, 0.0f)}, {flat(1.0f, 1.0f)}})) == 0.0f);
    PlainScorer silent;
    silent.scores.clear();
    CHECK(sampled(ComposedScorer::weighted_sum({{std::move(silent)}, {flat(0.5f, 0.5f)}})) == 0.5f);
}

TEST_CASE("the lowest of several counts")
{
    CHECK(sampled(ComposedScorer::minimum({flat(1.0f, 0.75f), flat(0.5f, 1.0f)})) == 0.75f);
    std::vector<ComposedScorer> many;
    many.emplace_back(flat(1.0f, 0.75f));
    many.emplace_back(flat(1.0f, 0.25f));
    CHECK(sampled(ComposedScorer::minimum(std::move(many))) == 0.25f);
}

TEST_CASE("a gate keeps out what it scores below its threshold")
{
    CHECK(sampled(ComposedScorer::gate(flat(1.0f, 0.5f), flat(0.75f, 0.75f), 0.5f)) == 0.75f);
    CHECK(sampled(ComposedScorer::gate(flat(1.0f, 0.5f), flat(0.75f, 0.75f), 0.625f)) == 0.0f);
}

TEST_CASE("some chains have scorers of their own")
{
    const auto composed = [] {
        return ComposedScorer::override_per_chain(flat(0.5f, 0.5f), {{flat(0.75f, 0.75f), {8, 9}}});
    };
    CHECK(sampled(composed(), 7) == 0.5f);
    CHECK(sampled(composed(), 8) == 0.75f);
    std::vector<driftline::ChainOverride> many;
    CHECK(sampled(ComposedScorer::override_per_chain(flat(0.5f, 0.5f), std::move(many)), 8) == 0.5f);
    std::vector<driftline::ChainOverride> one;
    one.push_back(driftline::ChainOverride{flat(0.25f, 0.25f), {8}});
    CHECK(sampled(ComposedScorer::override_per_chain(flat(0.5f, 0.5f), std::move(one)), 8) == 0.25f);
}

TEST_CASE("a cached scorer is not asked again for what has not moved")
{
    driftline::MeshState state = make_state();
    FullScorer scorer;
    int asked = 0;
    scorer.intercept = [&](std::string_view method) { asked += method == "score" ? 1 : 0; };
    LocalScheduler scheduler(1, {}, ComposedScorer::cached(Scorer::borrow(scorer), 100));
    scheduler.sample(state, 0s);
    CHECK(asked == 5);
    CHECK(scheduler.sample(state, 100s).rescored() == 2);
    CHECK(asked == 5);
}

TEST_CASE("a smoothed scorer follows slowly")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer = flat(0.9f, 0.75f);
    LocalScheduler scheduler(1, {}, ComposedScorer::smoothed(Scorer::borrow(scorer), 10s));
    scheduler.sample(state, 0s);
    scorer.scores[3] = 0.25f;
    scheduler.sample(state, 10s);
    CHECK(scheduler.cells(7)[2].score == doctest::Approx(0.5));
}

TEST_CASE("scorers are put together from an inventory and from what was put together before")
{
    Inventory inventory;
    const std::vector<std::uint64_t> chains{7, 8}, leaders{1, 1}, offsets{0, 3, 5}, holders{1, 2, 3, 1, 2};
    inventory.load(chains, leaders, offsets, holders);
    driftline::NodeInventory report;
    report.node = 3;
    report.cpu_capacity_cores = 10.0;
    report.cpu_use_cores = 8.0;
    inventory.report_nodes(0s, {report});
    auto lowest = ComposedScorer::minimum({inventory, flat(1.0f, 0.75f)});
    auto mean = ComposedScorer::weighted_sum({{std::move(lowest)}, {flat(1.0f, 1.0f)}, {inventory, 2.0f}});
    CHECK(lowest.capi().bits == 0);
    CHECK(*sampled(std::move(mean)) == doctest::Approx(0.625));
}

TEST_CASE("parts live as long as the whole, and no longer")
{
    const int before = Counted::alive;
    {
        auto composed = ComposedScorer::minimum({PlainScorer(), PlainScorer()});
        CHECK(Counted::alive == before + 2);
        ComposedScorer moved(std::move(composed));
        CHECK(composed.capi().bits == 0);
        composed = ComposedScorer::gate(std::move(moved), PlainScorer(), 0.5f);
        CHECK(Counted::alive == before + 3);
        composed.close();
        composed.close();
        CHECK(Counted::alive == before);
        composed = PlainScorer();
        CHECK(Counted::alive == before + 1);
        composed = ComposedScorer(PlainScorer());
        CHECK(Counted::alive == before + 1);
        const driftline_any_scorer raw = composed.release();
        CHECK(ComposedScorer::adopt(raw).capi().bits == raw.bits);
        CHECK(Counted::alive == before);
        CHECK(driftline_any_scorer_free(raw) == DRIFTLINE_RESULT_HANDLE);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("whatever parts are put together to, they are moved from")
{
    const int before = Counted::alive;
    {
        ComposedScorer first = PlainScorer();
        ComposedScorer second = ComposedScorer::cached(std::move(first), 1);
        CHECK(first.capi().bits == 0);
        ComposedScorer third = ComposedScorer::smoothed(std::move(second), 1s);
        CHECK(second.capi().bits == 0);
        std::vector<ComposedScorer> several;
        several.push_back(std::move(third));
        several.emplace_back(PlainScorer());
        ComposedScorer lowest = ComposedScorer::minimum(std::move(several));
        CHECK(several[0].capi().bits == 0);
        CHECK(several[1].capi().bits == 0);
        ComposedScorer gate = PlainScorer();
        ComposedScorer gated = ComposedScorer::gate(std::move(gate), std::move(lowest), 0.5f);
        CHECK(gate.capi().bits == 0);
        CHECK(lowest.capi().bits == 0);
        CHECK(Counted::alive == before + 3);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("on failure all parts are as they were")
{
    const int before = Counted::alive;
    {
        ComposedScorer first = PlainScorer();
        ComposedScorer second = PlainScorer();
        const std::uint64_t handles[] = {first.capi().bits, second.capi().bits};
        const auto gated = ComposedScorer::try_gate(std::move(first), std::move(second), 1.5f);
        CHECK(gated.error().code() == DRIFTLINE_RESULT_CONFIG);
        CHECK_THROWS_AS(ComposedScorer::cached(std::move(first), 0), driftline::ConfigError);
        CHECK_THROWS_AS(ComposedScorer::smoothed(std::move(first), 0s), driftline::ConfigError);
        CHECK(ComposedScorer::try_cached(std::move(first), 0).error().code() == DRIFTLINE_RESULT_CONFIG);
        CHECK(ComposedScorer::try_smoothed(std::move(first), 0s).error().code() == DRIFTLINE_RESULT_CONFIG);
        CHECK(first.capi().bits == handles[0]);
        CHECK(second.capi().bits == handles[1]);

        std::vector<WeightedScorer> parts;
        parts.push_back(WeightedScorer{std::move(first), 1.0f});
        parts.push_back(WeightedScorer{std::move(second), 0.0f});
        const auto sum = ComposedScorer::try_weighted_sum(std::move(parts));
        CHECK(sum.error().code() == DRIFTLINE_RESULT_CONFIG);
        CHECK(std::string(sum.error().what()).find("weight") != std::string::npos);
        CHECK(parts[0].scorer.capi().bits == handles[0]);
        parts[1].weight = 1.0f;
        CHECK(ComposedScorer::try_weighted_sum(std::move(parts)));
        CHECK(parts[0].scorer.capi().bits == 0);
        CHECK(parts[1].scorer.capi().bits == 0);
        CHECK(Counted::alive == before);

        ComposedScorer whole = PlainScorer();
        std::vector<driftline::ChainOverride> overrides;
        overrides.push_back(driftline::ChainOverride{PlainScorer(), {7, 8}});
        overrides.push_back(driftline::ChainOverride{PlainScorer(), {9, UINT64_MAX, UINT64_MAX}});
        const auto overridden = ComposedScorer::try_override_per_chain(std::move(whole), std::move(overrides));
        CHECK(overridden.error().code() == DRIFTLINE_RESULT_DUPLICATE);
        CHECK(overridden.error().chain() == UINT64_MAX);
        CHECK(overridden.error().index() == 4);
        CHECK(Counted::alive == before + 3);
        overrides[1].chains.pop_back();
        CHECK(ComposedScorer::try_override_per_chain(std::move(whole), std::move(overrides)));
        CHECK(whole.capi().bits == 0);
        CHECK(overrides[1].scorer.capi().bits == 0);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("no parts, a part twice, and parts that were moved away are refused")
{
    CHECK(ComposedScorer::try_minimum(std::vector<ComposedScorer>()).error().code() == DRIFTLINE_RESULT_CONFIG);
    CHECK_THROWS_AS(ComposedScorer::weighted_sum(std::vector<WeightedScorer>()), driftline::ConfigError);
    ComposedScorer once = PlainScorer();
    const auto twice = ComposedScorer::try_gate(std::move(once), std::move(once), 0.5f);
    CHECK(twice.error().code() == DRIFTLINE_RESULT_DUPLICATE);
    CHECK(twice.error().index() == 1);
    CHECK_FALSE(twice.error().chain());
    CHECK(once.capi().bits != 0);
    const ComposedScorer taken(std::move(once));
    const auto moved_from = ComposedScorer::try_minimum({PlainScorer(), std::move(once)});
    CHECK(moved_from.error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(moved_from.error().index() == 1);
    const auto no_gate = ComposedScorer::try_gate(std::move(once), PlainScorer(), 0.5f);
    CHECK(no_gate.error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(no_gate.error().index() == 0);
    CHECK(ComposedScorer::try_gate(PlainScorer(), std::move(once), 0.5f).error().index() == 1);
    CHECK_THROWS_AS(ComposedScorer::cached(std::move(once), 1), driftline::MisuseError);
    CHECK(ComposedScorer::try_create(Scorer()).error().code() == DRIFTLINE_RESULT_NULL);
    CHECK_THROWS_AS(ComposedScorer{Scorer()}, driftline::MisuseError);
    LocalScheduler scheduler(1);
    CHECK(scheduler.try_install(std::move(once)).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK(driftline::try_diff_scheduler(make_state(), once, {}, 1, 0s).error().code() == DRIFTLINE_RESULT_HANDLE);
    once.close();
}

// The same scorer once more, of which one of both must let go.
static ComposedScorer again(const ComposedScorer& scorer) { return ComposedScorer::adopt(scorer.capi()); }

TEST_CASE("what is listed twice is a chain or a part, and only a chain is named")
{
    using driftline::ChainOverride;
    ComposedScorer once = PlainScorer();
    std::vector<WeightedScorer> parts;
    parts.push_back(WeightedScorer{PlainScorer()});
    parts.push_back(WeightedScorer{again(once)});
    parts.push_back(WeightedScorer{again(once)});
    const auto sum = ComposedScorer::try_weighted_sum(std::move(parts));
    CHECK(sum.error().code() == DRIFTLINE_RESULT_DUPLICATE);
    CHECK(sum.error().index() == 2);
    CHECK_FALSE(sum.error().chain());
    static_cast<void>(parts[1].scorer.release());
    static_cast<void>(parts[2].scorer.release());
    ComposedScorer whole = PlainScorer();
    const auto refused = [&](std::vector<ChainOverride>& overrides) {
        const auto made = ComposedScorer::try_override_per_chain(std::move(whole), std::move(overrides));
        CHECK(made.error().code() == DRIFTLINE_RESULT_DUPLICATE);
        CHECK_FALSE(made.error().node());
        return std::pair(made.error().index(), made.error().chain());
    };
    using At = std::pair<std::optional<std::uint64_t>, std::optional<ChainId>>;
    std::vector<ChainOverride> overrides;
    overrides.push_back(ChainOverride{again(whole), {UINT64_MAX, UINT64_MAX}});
    CHECK(refused(overrides) == At(0, std::nullopt));
    static_cast<void>(std::exchange(overrides[0].scorer, again(once)).release());
    overrides.push_back(ChainOverride{PlainScorer(), {9}});
    CHECK(refused(overrides) == At(1, UINT64_MAX));
    overrides.push_back(ChainOverride{again(once), {10}});
    CHECK(refused(overrides) == At(2, std::nullopt));
    static_cast<void>(std::exchange(overrides[2].scorer, PlainScorer()).release());
    overrides[0].chains = {7, 9};
    CHECK(refused(overrides) == At(2, ChainId{9}));
    static_cast<void>(overrides[0].scorer.release());
    CHECK(once.score(7, 3) == 0.3f);
    CHECK(whole.score(7, 3) == 0.3f);
}

TEST_CASE("a scorer that comes as its base, or without its functions, is refused as a part, too")
{
    std::unique_ptr<driftline::PlacementScorer> as_base = std::make_unique<FullScorer>();
    CHECK_THROWS_AS(ComposedScorer{std::move(as_base)}, std::invalid_argument);
    CHECK_THROWS_AS(ComposedScorer{driftline::ScorerFunctions()}, std::invalid_argument);
}

TEST_CASE("installing a composed scorer takes it over and gives back what was a scorer of yours")
{
    const int before = Counted::alive;
    {
        driftline::MeshState state = make_state();
        const Scorer plain = PlainScorer();
        LocalScheduler scheduler(1, {}, plain);
        scheduler.sample(state, 0s);
        ComposedScorer composed = ComposedScorer::minimum({PlainScorer(), PlainScorer()});
        CHECK(scheduler.install(std::move(composed)) == plain);
        CHECK(composed.capi().bits == 0);
        CHECK(scheduler.sample(state, 0s).rescored() == 2);
        CHECK(Counted::alive == before + 3);
        // What was composed is let go of, and none of its parts is taken for a scorer that was installed.
        CHECK_FALSE(scheduler.install(plain));
        CHECK(Counted::alive == before + 1);
        CHECK(scheduler.registry().install(ComposedScorer(PlainScorer())) == plain);
        CHECK_FALSE(scheduler.registry().try_install(ComposedScorer(PlainScorer())).value());
        CHECK(Counted::alive == before + 2);
        CHECK_FALSE(scheduler.uninstall());
        CHECK(code_of([&] { scheduler.uninstall(); }) == DRIFTLINE_RESULT_NO_SCORER);
        CHECK_FALSE(scheduler.registry().install(Inventory()));
        CHECK(Counted::alive == before + 1);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("a composed scorer that is refused is as it was")
{
    driftline::SchedulerConfig refused;
    refused.score_floor = 1.5f;
    ComposedScorer composed = PlainScorer();
    CHECK(LocalScheduler::try_create(1, refused, std::move(composed)).error().code() == DRIFTLINE_RESULT_CONFIG);
    CHECK_THROWS_AS(LocalScheduler(driftline::no_node, {}, std::move(composed)), driftline::DataError);
    CHECK(composed.capi().bits != 0);
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1);
    driftline_result code = DRIFTLINE_RESULT_OK;
    PlainScorer asking;
    asking.intercept = [&](std::string_view) { code = scheduler.try_install(std::move(composed)).error().code(); };
    scheduler.install(Scorer::borrow(asking));
    scheduler.tick(state, 0s);
    CHECK(code == DRIFTLINE_RESULT_REENTRANT);
    CHECK(composed.capi().bits != 0);
    CHECK(scheduler.install(std::move(composed)).get() == &asking);
}

TEST_CASE("a part whose end is the end of a scheduler mixes nothing up")
{
    // Ends a scheduler that has a scorer of its own.
    class Owner final : public PlainScorer {
    public:
        std::shared_ptr<LocalScheduler> owned = std::make_shared<LocalScheduler>(2, driftline::SchedulerConfig(),
                                                                                PlainScorer());
    };
    const int before = Counted::alive;
    {
        LocalScheduler scheduler(1, {}, ComposedScorer::minimum({Owner(), PlainScorer()}));
        CHECK(Counted::alive == before + 3);
        CHECK_FALSE(scheduler.install(ComposedScorer(Owner())));
        CHECK(Counted::alive == before + 2);
        CHECK_FALSE(scheduler.uninstall());
        CHECK(Counted::alive == before);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("a decision over a composed scorer leaves it where it is")
{
    driftline::MeshState state = make_state();
    ComposedScorer composed = ComposedScorer::minimum({PlainScorer(), PlainScorer()});
    for (int round = 0; round < 2; round++) {
        const auto decision = driftline::diff_scheduler(state, composed, {}, 1, 0s);
        REQUIRE(decision.actions.size() == 1);
        CHECK(decision.actions[0].eviction()->victim == 3);
        CHECK(decision.actions[0].target() == 9);
        CHECK(decision.report.led() == 2);
    }
    const std::vector<ChainId> moved{7};
    CHECK(driftline::diff_scheduler(state, composed, {}, 1, 0s, moved).actions.empty());
    CHECK(composed.capi().bits != 0);
    CHECK(driftline::try_diff_scheduler(state, composed, {}, driftline::no_node, 0s).error().code()
          == DRIFTLINE_RESULT_ID);
}
