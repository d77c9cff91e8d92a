// Without memory: std::bad_alloc, and nothing is lost.
#include "allocations.hpp"
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <new>

using namespace unit;
using driftline::LocalScheduler;
using driftline::Scorer;

// What a call with so many allocations threw. The tests themselves want memory, so it is back when this returns.
template <class Call>
static std::string thrown_with(int allowed, const Call& call)
{
    allocations_left = allowed;
    try {
        call();
        allocations_left = -1;
        return "";
    } catch (const std::bad_alloc&) {
        allocations_left = -1;
        return "bad_alloc";
    } catch (...) {
        allocations_left = -1;
        return "something else";
    }
}

// Calls again and again, with one more allocation each time, until the call succeeds. Returns how often it did not.
template <class Call>
static int starve(const Call& call)
{
    int allowed = 0;
    while (thrown_with(allowed, call) == "bad_alloc") {
        allowed += 1;
    }
    return allowed;
}

TEST_CASE("the actions of a tick that had no memory to return them are still there")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    CHECK(thrown_with(0, [&] { scheduler.tick(state, 0s); }) == "bad_alloc");
    REQUIRE(scheduler.last_actions().size() == 1);
    CHECK(scheduler.last_actions()[0].target() == 9);
    CHECK(state.chain(7).last_rebalance == 0s);
    CHECK(scheduler.tick(state, 0s).actions.empty());
}

TEST_CASE("what a placement excludes is still there, too")
{
    driftline::MeshState state = make_state();
    state.apply({driftline::events::desired_replicas(7, 4), driftline::events::desired_replicas(8, 3)});
    LocalScheduler scheduler(1);
    CHECK(thrown_with(2, [&] { scheduler.tick(state, 0s); }) == "bad_alloc");
    REQUIRE(scheduler.last_actions().size() == 2);
    CHECK(scheduler.last_actions()[0].placement()->exclude == std::vector<NodeId>{1, 2, 3});
    CHECK(scheduler.last_actions()[1].placement()->exclude == std::vector<NodeId>{1, 2});
    std::size_t size = 0;
    CHECK(starve([&] { size = scheduler.last_actions().size(); }) == 3);
    CHECK(size == 2);
}

TEST_CASE("a tick in which nothing is due takes no memory")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, FullScorer());
    scheduler.tick(state, 0s);
    std::uint64_t rescored = 99;
    CHECK(thrown_with(0, [&] { rescored = scheduler.tick(state, 1s).report.rescored(); }) == "");
    CHECK(rescored == 0);
}

TEST_CASE("installing without memory leaves the installed scorer")
{
    const int before = Counted::alive;
    {
        LocalScheduler scheduler(1);
        PlainScorer first;
        PlainScorer second;
        const Scorer kept = Scorer::borrow(first);
        const Scorer other = Scorer::borrow(second);
        scheduler.install(kept);
        Scorer former;
        CHECK(starve([&] { former = scheduler.install(other); }) == 1);
        CHECK(former == kept);
        CHECK(scheduler.uninstall() == other);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("questions without memory can be asked again")
{
    driftline::MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    scheduler.sample(state, 0s);
    std::size_t size = 0;
    CHECK(starve([&] { size = state.chain(7).holders.size(); }) > 0);
    CHECK(size == 3);
    CHECK(starve([&] { size = state.chains().size(); }) > 0);
    CHECK(size == 2);
    CHECK(starve([&] { size = scheduler.cells(7).size(); }) > 0);
    CHECK(size == 3);
    CHECK(starve([&] { size = scheduler.sampled().size(); }) > 0);
    CHECK(size == 2);
    CHECK(starve([&] { size = scheduler.history(7).samples.size(); }) > 0);
    CHECK(size == 1);
    CHECK(starve([&] { size = scheduler.snapshot(state).size(); }) > 0);
    CHECK(size == 2);
    CHECK(starve([&] { size = scheduler.explain(state, 7).text().size(); }) > 0);
    CHECK(size > 1);
    CHECK(starve([&] { size = scheduler.explain(state, 7).sentence().size(); }) > 0);
    CHECK(size > 1);
}

TEST_CASE("questions about moves without memory can be asked again")
{
    driftline::MeshState state = make_state();
    state.apply({driftline::events::drain(2, 0s), driftline::events::avoid(5, 1h),
                 driftline::events::claim_acquired(7)});
    LocalScheduler scheduler(1, {}, PlainScorer());
    scheduler.tick(state, 0s);
    std::size_t size = 0;
    CHECK(starve([&] { size = scheduler.transitions().size(); }) > 0);
    CHECK(size == 2);
    CHECK(starve([&] { size = scheduler.drain_status(state, 2)->blocked.size(); }) > 0);
    CHECK(size == 1);
    CHECK(starve([&] { size = state.drains().size(); }) > 0);
    CHECK(size == 1);
    CHECK(starve([&] { size = state.avoided().size(); }) > 0);
    CHECK(size == 1);
    std::vector<std::uint8_t> bytes;
    CHECK(starve([&] { bytes = state.export_chain(8); }) > 0);
    CHECK(state.import_chain(bytes) == 8);
}

TEST_CASE("parts that could not be put together for want of memory are as they were")
{
    using driftline::ComposedScorer;
    const int before = Counted::alive;
    {
        PlainScorer plain;
        const Scorer borrowed = Scorer::borrow(plain);
        std::optional<ComposedScorer> made;
        CHECK(starve([&] { made.emplace(borrowed); }) == 1);
        std::vector<driftline::WeightedScorer> parts;
        parts.push_back(driftline::WeightedScorer{std::move(*made)});
        parts.push_back(driftline::WeightedScorer{PlainScorer(), 2.0f});
        CHECK(starve([&] { made = ComposedScorer::weighted_sum(std::move(parts)); }) == 1);
        CHECK(parts[0].scorer.capi().bits == 0);
        std::vector<ComposedScorer> several;
        several.push_back(std::move(*made));
        CHECK(starve([&] { made = ComposedScorer::minimum(std::move(several)); }) == 1);
        std::vector<driftline::ChainOverride> overrides;
        overrides.push_back(driftline::ChainOverride{PlainScorer(), {7}});
        CHECK(starve([&] { made = ComposedScorer::override_per_chain(std::move(*made), std::move(overrides)); }) == 1);
        CHECK(Counted::alive == before + 3);
        LocalScheduler scheduler(1);
        CHECK(thrown_with(0, [&] { scheduler.install(std::move(*made)); }) == "");
        CHECK(Counted::alive == before + 3);
    }
    CHECK(Counted::alive == before);
}

TEST_CASE("reports without memory change nothing and can be made again")
{
    driftline::Inventory inventory;
    driftline::NodeInventory node{3};
    node.cpu_capacity_cores = 10.0;
    node.cpu_use_cores = 8.0;
    const std::vector<driftline::NodeInventory> nodes{node};
    CHECK(starve([&] { inventory.report_nodes(0s, nodes); }) == 1);
    const std::vector<driftline::Rtt> rtts{{1, 3, 100ms}};
    CHECK(starve([&] { inventory.report_rtts(0s, rtts); }) == 1);
    std::vector<driftline::ChainProfile> profiles(1);
    profiles[0].clients = {{1, 1.0f}};
    CHECK(starve([&] { inventory.report_profiles(profiles); }) == 2);
    CHECK(thrown_with(0, [&] { inventory.follow({driftline::events::holder_added(0, 3)}); }) == "");
    std::optional<driftline::ScoreAxes> axes;
    CHECK(thrown_with(0, [&] { axes = inventory.axes(0, 3); }) == "");
    CHECK(*axes->headroom == doctest::Approx(0.5));
    CHECK(*axes->proximity == doctest::Approx(0.5));
}

TEST_CASE("homes that there was no memory to return can be asked for again")
{
    driftline::Inventory inventory;
    driftline::NodeInventory node{3};
    node.cpu_capacity_cores = 10.0;
    node.cpu_use_cores = 1.0;
    inventory.report_nodes(0s, {node});
    driftline::ComposedScorer composed = inventory;
    std::size_t size = 0;
    CHECK(starve([&] { size = inventory.alternatives(7, {}, SIZE_MAX).size(); }) == 2);
    CHECK(size == 1);
    size = 0;
    CHECK(starve([&] { size = composed.alternatives(7, {}, SIZE_MAX).size(); }) == 2);
    CHECK(size == 1);
    std::optional<float> score;
    CHECK(thrown_with(0, [&] { score = composed.score(7, 3); }) == "");
    CHECK(score == 1.0f);
}

TEST_CASE("touches that there was no memory to return are told next time")
{
    driftline::Inventory inventory;
    std::vector<driftline::NodeInventory> reports;
    for (NodeId node = 1; node <= 3; node++) {
        reports.push_back(driftline::NodeInventory{node});
        reports.back().cpu_capacity_cores = 10.0;
    }
    inventory.report_nodes(0s, reports);
    std::size_t size = 0;
    CHECK(starve([&] { size = inventory.touches().size(); }) == 1);
    CHECK(size == 3);
    CHECK(inventory.touches().empty());
}

TEST_CASE("what ends the call needs no memory to be kept")
{
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    LocalScheduler scheduler(1, {}, Scorer::borrow(scorer));
    scorer.intercept = [](std::string_view) {
        allocations_left = 0;
        throw 42;
    };
    CHECK(thrown_with(-1, [&] { scheduler.tick(state, 0s); }) == "something else");
}

TEST_CASE("a failure that there is no memory to keep is reported without its object")
{
    struct Cheap : std::exception {};
    driftline::MeshState state = make_state();
    PlainScorer scorer;
    // The failures of the first chain are kept, those of the second are not.
    int asked = 0;
    scorer.intercept = [&](std::string_view) {
        asked += 1;
        allocations_left = asked == 1 ? -1 : 0;
        throw Cheap();
    };
    LocalScheduler scheduler(1, skipping(), Scorer::borrow(scorer));
    driftline_report report = driftline::detail::empty_report();
    driftline::detail::Pass pass;
    CHECK(driftline_scheduler_sample(scheduler.capi(), state.capi(), 0, &report, nullptr) == DRIFTLINE_RESULT_OK);
    allocations_left = -1;
    CHECK(report.scorer_errors == 2);
    CHECK(pass.notes().size() == 1);
    CHECK(pass.last() != nullptr);
}
