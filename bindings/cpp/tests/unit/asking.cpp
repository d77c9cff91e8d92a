// Scorers that the library holds, asked by somebody other than a scheduler: scores, costs, and the best homes.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <thread>

using namespace unit;
using driftline::Alternative;
using driftline::ComposedScorer;
using driftline::Inventory;
using driftline::Scorer;

// Names its homes in their order, also those that are none; node 66 even where it is excluded.
class NamingScorer final : public PlainScorer {
public:
    std::vector<Alternative> homes;
    std::vector<std::vector<NodeId>> excluded;
    bool is_stubborn = false; // Names what is excluded all the same.

    explicit NamingScorer(std::vector<Alternative> named) : homes(std::move(named)) {}

    void alternatives(ChainId, driftline::span<const NodeId> exclude, driftline::AlternativeAnswers& out) override
    {
        intercept("alternatives");
        excluded.emplace_back(exclude.begin(), exclude.end());
        for (const Alternative& home : homes) {
            const bool is_free = std::find(exclude.begin(), exclude.end(), home.node) == exclude.end();
            if (is_free || is_stubborn || home.node == 66) {
                out.add(home.node, home.score);
            }
        }
    }
};

// Live scores and costs of their own, and fingerprints that move when they are told to.
class MovingScorer final : public PlainScorer {
public:
    std::map<NodeId, float> live;
    std::map<NodeId, driftline::MigrationCost> costs;
    std::uint64_t moved = 0;

    std::optional<float> live_score(ChainId, NodeId node) override
    {
        intercept("live_score");
        const auto found = live.find(node);
        return found == live.end() ? std::nullopt : std::optional<float>(found->second);
    }
    std::optional<std::uint64_t> node_fingerprint(NodeId) override { return moved; }
    std::optional<driftline::MigrationCost> migration_cost(ChainId, NodeId target) override
    {
        intercept("migration_cost");
        const auto found = costs.find(target);
        return found == costs.end() ? std::nullopt : std::optional<driftline::MigrationCost>(found->second);
    }
};

using Homes = std::vector<std::pair<NodeId, float>>;

static Homes pairs_of(const std::vector<Alternative>& alternatives)
{
    Homes homes;
    for (const Alternative& alternative : alternatives) {
        homes.emplace_back(alternative.node, alternative.score);
    }
    return homes;
}

static NamingScorer four_homes() { return NamingScorer({{9, 0.75f}, {5, 0.75f}, {4, 0.5f}, {6, 0.25f}}); }

// So many nodes, of which those with lower ids have more room. Nodes 1, 2 and 3 hold chain 7.
static Inventory inventory_of(NodeId count)
{
    const std::vector<std::uint64_t> chains{7}, leaders{1}, offsets{0, 3}, holders{1, 2, 3};
    Inventory inventory;
    inventory.load(chains, leaders, offsets, holders);
    std::vector<driftline::NodeInventory> reports;
    for (NodeId node = 1; node <= count; node++) {
        driftline::NodeInventory report{node};
        report.cpu_capacity_cores = 10.0;
        report.cpu_use_cores = 6.0 + 2.0 * static_cast<double>(node) / static_cast<double>(count + 1);
        reports.push_back(report);
    }
    inventory.report_nodes(0s, reports);
    return inventory;
}

TEST_CASE("a composed scorer says what a node is worth, and nothing where there is no opinion")
{
    PlainScorer first, second;
    first.scores = {{1, 0.5f}, {2, 0.5f}, {3, 0.0f}, {5, 2.0f}, {6, std::nanf("")}, {8, INFINITY}};
    second.scores = {{1, 1.0f}, {3, 1.0f}};
    auto composed = ComposedScorer::weighted_sum({{Scorer::borrow(first), 3.0f}, {Scorer::borrow(second), 1.0f}});
    CHECK(composed.score(7, 1) == 0.625f);
    CHECK(composed.score(UINT64_MAX, 2) == 0.5f);
    CHECK(composed.score(7, 3) == 0.0f);
    CHECK_FALSE(composed.score(7, 4));
    CHECK(composed.score(7, 5) == 1.0f);
    CHECK_FALSE(composed.score(7, 6));
    CHECK_FALSE(composed.score(7, 8));
    CHECK_FALSE(composed.try_score(7, 4).value());
    // It is still there, and goes by what its parts say now.
    first.scores[1] = 0.25f;
    CHECK(composed.score(7, 1) == 0.4375f);
    CHECK(composed.try_score(7, driftline::no_node).error().code() == DRIFTLINE_RESULT_ID);
    CHECK_THROWS_AS(composed.score(7, driftline::no_node), driftline::DataError);
}

TEST_CASE("a smoothed scorer answers as of the time that it was told last")
{
    PlainScorer scorer;
    scorer.scores[3] = 0.75f;
    ComposedScorer smoothed = ComposedScorer::smoothed(Scorer::borrow(scorer), 10s);
    smoothed.begin(5s);
    CHECK(smoothed.score(7, 3) == 0.75f);
    scorer.scores[3] = 0.25f;
    CHECK(smoothed.score(7, 3) == 0.75f);
    CHECK(smoothed.try_begin(15s));
    CHECK(*smoothed.score(7, 3) == doctest::Approx(0.5));
    CHECK(*smoothed.score(7, 3) == doctest::Approx(0.5));
    smoothed.begin(std::chrono::hours(24));
    CHECK(*smoothed.score(7, 3) == doctest::Approx(0.25));
}

TEST_CASE("a cached scorer compares with the fingerprints when it is told the time")
{
    MovingScorer scorer;
    scorer.scores[3] = 0.75f;
    ComposedScorer cached = ComposedScorer::cached(Scorer::borrow(scorer), 10);
    cached.begin(0s);
    CHECK(cached.score(7, 3) == 0.75f);
    scorer.scores[3] = 0.25f;
    cached.begin(1s);
    CHECK(cached.score(7, 3) == 0.75f);
    scorer.moved += 1;
    CHECK(cached.score(7, 3) == 0.75f);
    cached.begin(1s);
    CHECK(cached.score(7, 3) == 0.25f);
    // No part is asked for the sake of the time.
    scorer.intercept = [](std::string_view) { throw Trouble("asked"); };
    CHECK_NOTHROW(cached.begin(2s));
}

TEST_CASE("a live score is what the parts say now, and is not remembered")
{
    MovingScorer scorer;
    scorer.live = {{3, 0.5f}, {5, 2.0f}, {6, std::nanf("")}};
    ComposedScorer cached = ComposedScorer::cached(Scorer::borrow(scorer), 10);
    CHECK(cached.live_score(7, 3) == 0.5f);
    CHECK(cached.score(7, 3) == 0.3f);
    scorer.live[3] = 0.25f;
    CHECK(cached.live_score(UINT64_MAX, 3) == 0.25f);
    CHECK(cached.try_live_score(7, 3).value() == 0.25f);
    CHECK(cached.score(7, 3) == 0.3f);
    CHECK_FALSE(cached.live_score(7, 1));
    CHECK(cached.live_score(7, 5) == 1.0f);
    CHECK_FALSE(cached.try_live_score(7, 6).value());
    CHECK(cached.try_live_score(7, driftline::no_node).error().code() == DRIFTLINE_RESULT_ID);
    CHECK_THROWS_AS(cached.live_score(7, driftline::no_node), driftline::DataError);
    // Without one of its own, a part's score is its live one; a smoothed scorer smooths it.
    PlainScorer plain;
    ComposedScorer smoothed = ComposedScorer::smoothed(Scorer::borrow(plain), 10s);
    smoothed.begin(0s);
    CHECK(smoothed.score(7, 1) == 0.9f);
    plain.scores[1] = 0.5f;
    smoothed.begin(10s);
    CHECK(*smoothed.live_score(7, 1) == doctest::Approx(0.7));
}

TEST_CASE("a composed scorer says what a move costs, and nothing where it is for free")
{
    MovingScorer first, second;
    first.costs[9] = {2s, 500ms, 3.0f};
    second.costs[9] = {7s, 7s, 7.0f};
    second.costs[5] = {0s, driftline::Time::max(), std::nanf("")};
    ComposedScorer composed = ComposedScorer::minimum({Scorer::borrow(first), Scorer::borrow(second)});
    const auto cost = composed.migration_cost(UINT64_MAX, 9);
    REQUIRE(cost);
    CHECK(cost->state_transfer == 2s);
    CHECK(cost->disruption == 500ms);
    CHECK(cost->reliability_factor == 3.0f);
    CHECK(driftline::MigrationCostModel{0.25f}.score_equivalent(*cost) == doctest::Approx(1.875));
    // A factor that is none counts as 1.
    const auto odd = composed.try_migration_cost(7, 5).value();
    REQUIRE(odd);
    CHECK(odd->state_transfer == 0s);
    CHECK(odd->disruption == driftline::Time::max());
    CHECK(odd->reliability_factor == 1.0f);
    CHECK_FALSE(composed.migration_cost(7, 4));
    CHECK_FALSE(ComposedScorer(PlainScorer()).try_migration_cost(7, 9).value());
    CHECK(composed.try_migration_cost(7, driftline::no_node).error().code() == DRIFTLINE_RESULT_ID);
    CHECK_THROWS_AS(composed.migration_cost(7, driftline::no_node), driftline::DataError);
}

TEST_CASE("the best homes come first, and ties by ascending id")
{
    ComposedScorer composed = four_homes();
    const Homes all{{5, 0.75f}, {9, 0.75f}, {4, 0.5f}, {6, 0.25f}};
    CHECK(pairs_of(composed.alternatives(7, {}, 4)) == all);
    CHECK(pairs_of(composed.try_alternatives(UINT64_MAX, {}, 4).value()) == all);
    PlainScorer other;
    other.scores = {{4, 1.0f}, {5, 0.125f}, {6, 1.0f}};
    ComposedScorer lowest = ComposedScorer::minimum({four_homes(), Scorer::borrow(other)});
    CHECK(pairs_of(lowest.alternatives(7, {}, 5)) == Homes{{9, 0.75f}, {4, 0.5f}, {6, 0.25f}, {5, 0.125f}});
    CHECK(pairs_of(lowest.alternatives(7, {}, 2)) == Homes{{9, 0.75f}, {4, 0.5f}});
}

TEST_CASE("excluded nodes are no homes, in whatever order they are given")
{
    NamingScorer scorer = four_homes();
    ComposedScorer composed = Scorer::borrow(scorer);
    CHECK(pairs_of(composed.alternatives(7, {9, 4, 9}, 4)) == Homes{{5, 0.75f}, {6, 0.25f}});
    CHECK(scorer.excluded.at(0) == std::vector<NodeId>{4, 9});
    const std::vector<NodeId> all{9, 6, 5, 4};
    CHECK(composed.alternatives(7, all, 4).empty());
    CHECK(composed.try_alternatives(7, all, 4)->empty());
    // Zero and one name nodes here, and no pointer and its length.
    CHECK(composed.alternatives(7, {0, 1}, 4).size() == 4);
    // What a part answers all the same is left out.
    scorer.homes = {{66, 1.0f}, {driftline::no_node, 1.0f}, {5, 7.0f}, {5, 0.5f}, {6, std::nanf("")}, {4, 0.5f}};
    CHECK(pairs_of(composed.alternatives(7, {66}, 9)) == Homes{{5, 1.0f}, {4, 0.5f}});
}

TEST_CASE("a limit may be anything, and no room is made for more than there is")
{
    NamingScorer scorer = four_homes();
    ComposedScorer composed = Scorer::borrow(scorer);
    CHECK(composed.alternatives(7, {}, 0).empty());
    CHECK(pairs_of(composed.alternatives(7, {}, 1)) == Homes{{9, 0.75f}});
    CHECK(pairs_of(composed.alternatives(7, {}, 3)) == Homes{{5, 0.75f}, {9, 0.75f}, {4, 0.5f}});
    // Room for the larger ones is more than any memory has, or than a list can have.
    for (const std::size_t limit : {std::size_t{5}, SIZE_MAX / 64, SIZE_MAX / 2 + 1, SIZE_MAX}) {
        CHECK(composed.alternatives(7, {}, limit).size() == 4);
    }
    scorer.homes.clear();
    for (NodeId node = 1; node <= 5000; node++) {
        scorer.homes.push_back(Alternative{node, 1.0f - static_cast<float>(node) / 8192.0f});
    }
    for (const std::size_t limit : {1023u, 1024u, 1025u, 2048u, 3000u, 4096u, 5000u, 5001u}) {
        const auto homes = composed.alternatives(7, {}, limit);
        REQUIRE(homes.size() == std::min<std::size_t>(limit, 5000));
        CHECK(homes.front().node == 1);
        CHECK(homes.back().node == homes.size());
    }
    CHECK(composed.alternatives(7, {}, SIZE_MAX).size() == 5000);
}

TEST_CASE("a part that names what is excluded is asked for as many again")
{
    NamingScorer scorer({});
    scorer.is_stubborn = true;
    std::vector<NodeId> exclude;
    for (NodeId node = 1; node <= 5000; node++) {
        scorer.homes.push_back(Alternative{node, 1.0f - static_cast<float>(node) / 8192.0f});
        if (node <= 1500) {
            exclude.push_back(node);
        }
    }
    ComposedScorer composed = Scorer::borrow(scorer);
    const auto homes = composed.alternatives(7, exclude, SIZE_MAX);
    REQUIRE(homes.size() == 3500);
    CHECK(homes.front().node == 1501);
}

TEST_CASE("what a part throws comes out of the question, the same object, and the next one is as good")
{
    PlainScorer scorer;
    scorer.scores[9] = 0.5f;
    ComposedScorer composed = ComposedScorer::minimum({Scorer::borrow(scorer), PlainScorer()});
    std::exception_ptr thrown;
    scorer.intercept = [&](std::string_view method) {
        thrown = std::make_exception_ptr(Trouble("in " + std::string(method)));
        std::rethrow_exception(thrown);
    };
    const auto score = composed.try_score(UINT64_MAX, 3);
    CHECK(score.error().code() == DRIFTLINE_RESULT_SCORER);
    CHECK(score.error().scorer_code() == driftline::exception_code);
    CHECK(score.error().method() == driftline::ScorerMethod::score);
    CHECK(score.error().chain() == UINT64_MAX);
    CHECK(score.error().node() == 3);
    CHECK(score.error().cause() == thrown);
    CHECK_THROWS_WITH_AS(composed.score(7, 3), "in score", Trouble);
    const auto homes = composed.try_alternatives(7, {3}, 2);
    CHECK(homes.error().code() == DRIFTLINE_RESULT_SCORER);
    CHECK(homes.error().method() == driftline::ScorerMethod::best_alternative);
    CHECK(homes.error().chain() == 7);
    CHECK_FALSE(homes.error().node());
    CHECK(homes.error().cause() == thrown);
    CHECK_THROWS_WITH_AS(composed.alternatives(7, {3}, 2), "in best_alternative", Trouble);
    scorer.intercept = [](std::string_view) { throw 42; };
    CHECK_THROWS_AS(composed.score(7, 3), int);
    CHECK_THROWS_AS(composed.alternatives(7, {3}, 2), int);
    scorer.intercept = [](std::string_view) {};
    CHECK(composed.score(7, 3) == 0.3f);
    CHECK(composed.alternatives(7, {3}, 1).size() == 1);
}

TEST_CASE("what a part throws for a live score or a cost comes out likewise")
{
    FullScorer scorer;
    ComposedScorer composed = ComposedScorer::minimum({Scorer::borrow(scorer), PlainScorer()});
    std::exception_ptr thrown;
    scorer.intercept = [&](std::string_view method) {
        thrown = std::make_exception_ptr(Trouble("in " + std::string(method)));
        std::rethrow_exception(thrown);
    };
    const auto live = composed.try_live_score(UINT64_MAX, 3);
    CHECK(live.error().code() == DRIFTLINE_RESULT_SCORER);
    CHECK(live.error().scorer_code() == driftline::exception_code);
    CHECK(live.error().method() == driftline::ScorerMethod::live_score);
    CHECK(live.error().chain() == UINT64_MAX);
    CHECK(live.error().node() == 3);
    CHECK(live.error().cause() == thrown);
    CHECK_THROWS_WITH_AS(composed.live_score(7, 3), "in live_score", Trouble);
    const auto cost = composed.try_migration_cost(7, 9);
    CHECK(cost.error().code() == DRIFTLINE_RESULT_SCORER);
    CHECK(cost.error().method() == driftline::ScorerMethod::migration_cost);
    CHECK(cost.error().chain() == 7);
    CHECK(cost.error().node() == 9);
    CHECK(cost.error().cause() == thrown);
    CHECK_THROWS_WITH_AS(composed.migration_cost(7, 9), "in migration_cost", Trouble);
    scorer.intercept = [](std::string_view) { throw 42; };
    CHECK_THROWS_AS(composed.live_score(7, 3), int);
    CHECK_THROWS_AS(composed.migration_cost(7, 9), int);
    scorer.intercept = [](std::string_view) {};
    CHECK(composed.live_score(7, 3) == 0.3f);
    CHECK(composed.migration_cost(7, 9)->disruption == 100ms);
}

TEST_CASE("a code of a part's own comes back from a question as it is")
{
    FullScorer scorer;
    ComposedScorer composed = Scorer::borrow(scorer);
    std::int32_t code = -77;
    scorer.intercept = [&](std::string_view) { driftline::fail(code--); };
    CHECK(composed.try_score(7, 3).error().scorer_code() == -77);
    CHECK(composed.try_score(7, 3).error().cause() == nullptr);
    CHECK(composed.try_alternatives(7, {}, 1).error().scorer_code() == -79);
    CHECK(composed.try_migration_cost(7, 3).error().scorer_code() == -80);
    CHECK(composed.try_live_score(7, 3).error().scorer_code() == -81);
    CHECK(composed.try_live_score(7, 3).error().cause() == nullptr);
    CHECK_THROWS_AS(composed.score(7, 3), driftline::ScorerError);
    CHECK_THROWS_AS(composed.live_score(7, 3), driftline::ScorerError);
    CHECK_THROWS_AS(composed.migration_cost(7, 3), driftline::ScorerError);
    CHECK_THROWS_AS(composed.alternatives(7, {}, 1), driftline::ScorerError);
}

TEST_CASE("a failure where room was too small at first is one, too")
{
    std::vector<Alternative> many;
    for (NodeId node = 1; node <= 3000; node++) {
        many.push_back(Alternative{node, 0.5f});
    }
    NamingScorer scorer(many);
    ComposedScorer composed = Scorer::borrow(scorer);
    std::size_t asked = 0;
    scorer.intercept = [&](std::string_view) { asked += 1; };
    CHECK(composed.alternatives(7, {}, 3001).size() == 3000);
    const std::size_t questions = asked;
    REQUIRE(questions > 3);
    asked = 0;
    scorer.intercept = [&](std::string_view) {
        asked += 1;
        if (asked == questions) {
            throw Trouble("at last");
        }
    };
    CHECK_THROWS_WITH_AS(composed.alternatives(7, {}, 3001), "at last", Trouble);
}

TEST_CASE("a composed scorer that is gone, or in use, answers nothing")
{
    PlainScorer scorer;
    ComposedScorer composed = Scorer::borrow(scorer);
    std::vector<driftline_result> codes;
    const auto ask = [&] {
        codes.push_back(composed.try_begin(0s).error().code());
        codes.push_back(composed.try_score(7, 3).error().code());
        codes.push_back(composed.try_live_score(7, 3).error().code());
        codes.push_back(composed.try_migration_cost(7, 3).error().code());
        codes.push_back(composed.try_alternatives(7, {}, 1).error().code());
    };
    scorer.intercept = [&](std::string_view) { ask(); };
    CHECK(composed.score(7, 3) == 0.3f);
    CHECK(composed.alternatives(7, {}, 1).size() == 1);
    CHECK(codes == std::vector<driftline_result>(10, DRIFTLINE_RESULT_REENTRANT));
    codes.clear();
    scorer.intercept = [&](std::string_view) { std::thread(ask).join(); };
    CHECK(composed.score(7, 3) == 0.3f);
    CHECK(codes == std::vector<driftline_result>(5, DRIFTLINE_RESULT_BUSY));
    codes.clear();
    scorer.intercept = [](std::string_view) {};
    ComposedScorer moved(std::move(composed));
    ask();
    CHECK(moved.score(7, 3) == 0.3f);
    composed = std::move(moved);
    composed.close();
    ask();
    CHECK(codes == std::vector<driftline_result>(10, DRIFTLINE_RESULT_HANDLE));
    CHECK_THROWS_AS(composed.begin(0s), driftline::MisuseError);
    CHECK_THROWS_AS(composed.score(7, 3), driftline::MisuseError);
    CHECK_THROWS_AS(composed.live_score(7, 3), driftline::MisuseError);
    CHECK_THROWS_AS(composed.migration_cost(7, 3), driftline::MisuseError);
    CHECK_THROWS_AS(composed.alternatives(7, {}, 0), driftline::MisuseError);
}

TEST_CASE("an inventory names its best homes without holders, excluded nodes, and what is no home")
{
    Inventory inventory = inventory_of(8);
    const Inventory& asked = inventory;
    const auto nodes = [&](std::initializer_list<NodeId> exclude, std::size_t limit) {
        std::vector<NodeId> found;
        for (const Alternative& home : asked.alternatives(7, exclude, limit)) {
            CHECK(home.score == asked.axes(7, home.node)->score);
            found.push_back(home.node);
        }
        return found;
    };
    CHECK(nodes({}, 9) == std::vector<NodeId>{4, 5, 6, 7, 8});
    CHECK(nodes({7, 4, 7}, 9) == std::vector<NodeId>{5, 6, 8});
    CHECK(nodes({}, 0).empty());
    CHECK(nodes({}, 1) == std::vector<NodeId>{4});
    CHECK(nodes({5}, 2) == std::vector<NodeId>{4, 6});
    CHECK(nodes({}, SIZE_MAX).size() == 5);
    driftline::NodeInventory failed{4};
    failed.health = driftline::NodeHealth::failed;
    inventory.report_nodes(0s, {failed});
    CHECK(nodes({}, 9) == std::vector<NodeId>{5, 6, 7, 8});
    // As much room on each, so their ids say who comes first.
    Inventory even = inventory_of(0);
    for (const NodeId node : {NodeId{9}, NodeId{5}, NodeId{6}}) {
        driftline::NodeInventory report{node};
        report.cpu_capacity_cores = 10.0;
        report.cpu_use_cores = 8.0;
        even.report_nodes(0s, {report});
    }
    const std::vector<NodeId> none;
    const auto ties = even.try_alternatives(7, none, 3);
    REQUIRE(ties->size() == 3);
    CHECK((*ties)[0].node == 5);
    CHECK((*ties)[1].node == 6);
    CHECK((*ties)[2].node == 9);
    CHECK(Inventory().alternatives(7, {}, 3).empty());
}

TEST_CASE("a node without an opinion where a holder has one is no home")
{
    Inventory inventory = inventory_of(4);
    driftline::NodeInventory untold{5};
    untold.zone = 1;
    inventory.report_nodes(0s, {untold});
    CHECK_FALSE(inventory.axes(7, 5)->headroom);
    CHECK_FALSE(inventory.axes(7, 5)->is_home);
    CHECK(inventory.axes(7, 5)->score == 0.0f);
    CHECK(pairs_of(inventory.alternatives(7, {4}, 9)).empty());
    CHECK(inventory.alternatives(7, {}, 9).size() == 1);
    untold.cpu_capacity_cores = 10.0;
    untold.cpu_use_cores = 1.0;
    inventory.report_nodes(0s, {untold});
    CHECK(inventory.alternatives(7, {4}, 9).at(0).node == 5);
}

TEST_CASE("an inventory says what a move costs, by itself and as a part")
{
    Inventory inventory = inventory_of(4);
    ComposedScorer composed = inventory;
    const Inventory& asked = inventory;
    CHECK_FALSE(asked.migration_cost(7, 4));
    CHECK_FALSE(composed.migration_cost(7, 4));
    driftline::ChainProfile profile;
    profile.chain = 7;
    profile.size_bytes = 1.25e9;
    profile.disruption = 5s;
    profile.service_value = 2.0f;
    inventory.report_profiles({profile});
    inventory.report_bandwidths({{2, 4, 6.25e8}});
    for (const auto& cost : {asked.migration_cost(7, 4), asked.try_migration_cost(7, 4).value(),
                             composed.migration_cost(7, 4)}) {
        REQUIRE(cost);
        CHECK(cost->state_transfer == 2s);
        CHECK(cost->disruption == 5s);
        CHECK(cost->reliability_factor == 2.0f);
    }
    // Of a node that it knows nothing of, it takes the bandwidth to be that of its config.
    CHECK(asked.migration_cost(7, 99)->state_transfer == 10s);
    CHECK_FALSE(asked.migration_cost(8, 4));
    CHECK(asked.try_migration_cost(7, driftline::no_node).error().code() == DRIFTLINE_RESULT_ID);
    CHECK_THROWS_AS(asked.migration_cost(7, driftline::no_node), driftline::DataError);
}

TEST_CASE("an inventory of many nodes names as many as are wanted, by itself and as a part")
{
    const Inventory inventory = inventory_of(3003);
    ComposedScorer composed = inventory;
    for (const std::size_t limit : {std::size_t{1024}, std::size_t{2500}, std::size_t{3000}, SIZE_MAX}) {
        const auto homes = inventory.alternatives(7, {}, limit);
        REQUIRE(homes.size() == std::min<std::size_t>(limit, 3000));
        CHECK(homes.front().node == 4);
        CHECK(homes.back().node == homes.size() + 3);
        CHECK(pairs_of(composed.alternatives(7, {}, limit)) == pairs_of(homes));
    }
}

TEST_CASE("an inventory that is gone names no homes, and what was made of it goes on")
{
    Inventory inventory = inventory_of(4);
    ComposedScorer composed = inventory;
    inventory.close();
    CHECK(inventory.try_alternatives(7, {}, 1).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK_THROWS_AS(inventory.alternatives(7, {}, 0), driftline::MisuseError);
    CHECK(inventory.try_migration_cost(7, 4).error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK_THROWS_AS(inventory.migration_cost(7, 4), driftline::MisuseError);
    CHECK(composed.alternatives(7, {}, 1).at(0).node == 4);
    CHECK(composed.score(7, 4));
}
