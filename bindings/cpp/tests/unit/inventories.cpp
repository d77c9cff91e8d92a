// An inventory: what it is told, what it answers, and what it refuses.
#include "cluster.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

using namespace unit;
using driftline::Inventory;
using driftline::LocalScheduler;
using driftline::NodeInventory;
namespace events = driftline::events;

static_assert(!std::is_copy_constructible_v<Inventory> && !std::is_copy_assignable_v<Inventory>);
static_assert(std::is_nothrow_move_constructible_v<Inventory> && std::is_nothrow_move_assignable_v<Inventory>);
static_assert(!std::is_convertible_v<driftline::InventoryConfig, Inventory>);

static NodeInventory busy(NodeId node, double use)
{
    NodeInventory report;
    report.node = node;
    report.cpu_capacity_cores = 10.0;
    report.cpu_use_cores = use;
    return report;
}

// What `make_state` has, without what nodes say later.
static Inventory make_inventory()
{
    const std::vector<std::uint64_t> chains{7, 8}, leaders{1, 1}, offsets{0, 3, 5}, holders{1, 2, 3, 1, 2};
    Inventory inventory;
    inventory.load(chains, leaders, offsets, holders);
    return inventory;
}

// The score of chain 7 on node 3; -1 for no opinion.
static float score_of(const Inventory& inventory, ChainId chain = 7, NodeId node = 3)
{
    const auto axes = inventory.axes(chain, node);
    return axes ? axes->score.value_or(-1.0f) : -1.0f;
}

TEST_CASE("reports are all that it takes to move a chain")
{
    driftline::MeshState state = make_state();
    Inventory inventory = make_inventory();
    LocalScheduler scheduler(1, {}, inventory);
    const std::vector<NodeInventory> reports{busy(1, 2.0), busy(2, 3.0), busy(3, 9.8), busy(9, 1.0)};
    inventory.report_nodes(0s, reports);
    const auto decision = scheduler.tick(state, 0s);
    REQUIRE(decision.actions.size() == 1);
    CHECK(decision.actions[0].eviction()->victim == 3);
    CHECK(decision.actions[0].target() == 9);
    // It was carried out, and the inventory knows.
    const std::vector<driftline::Event> moved{events::holder_removed(7, 3), events::holder_added(7, 9)};
    inventory.follow(moved);
    state.apply(moved);
    CHECK(scheduler.tick(state, 400s).actions.empty());
}

TEST_CASE("each field of a node is heard, and what is empty stays as it was")
{
    Inventory inventory = make_inventory();
    const auto axes = [&] { return inventory.axes(7, 3); };
    CHECK_FALSE(inventory.axes(7, 4));
    NodeInventory report;
    report.node = 3;
    using Amount = std::optional<double> NodeInventory::*;
    const std::pair<Amount, Amount> resources[] = {
        {&NodeInventory::cpu_capacity_cores, &NodeInventory::cpu_use_cores},
        {&NodeInventory::memory_capacity_bytes, &NodeInventory::memory_use_bytes},
        {&NodeInventory::disk_capacity_bytes, &NodeInventory::disk_use_bytes}};
    double use = 8.0;
    for (const auto& [capacity, used] : resources) {
        NodeInventory one;
        one.node = 3;
        one.*capacity = 10.0;
        inventory.report_nodes(0s, {one});
        one = NodeInventory{3};
        one.*used = use;
        inventory.report_nodes(0s, {one});
        // The fullest of them counts: from 0.6 to 1 headroom falls from 1 to 0.
        REQUIRE(axes());
        CHECK(*axes()->headroom == doctest::Approx((10.0 - use) / 4.0));
        use += 0.5;
    }
    CHECK(axes()->is_home);
    report.health = driftline::NodeHealth::failed;
    inventory.report_nodes(0s, {report});
    CHECK_FALSE(axes()->is_home);
    CHECK(axes()->score == 0.0f);
    report.health = driftline::NodeHealth::healthy;
    inventory.report_nodes(0s, {report});
    CHECK(axes()->is_home);

    driftline::ChainProfile profile;
    profile.chain = 7;
    profile.required_tags = 6;
    inventory.report_profiles({profile});
    report.tags = 4;
    inventory.report_nodes(0s, {report});
    CHECK_FALSE(axes()->is_home);
    report.tags = 7;
    inventory.report_nodes(0s, {report});
    CHECK(axes()->is_home);

    CHECK_FALSE(axes()->zone_spread);
    report.zone = 5;
    inventory.report_nodes(0s, {report});
    CHECK(axes()->zone_spread == 1.0f);
    NodeInventory beside;
    beside.node = 1;
    beside.zone = 5;
    inventory.report_nodes(0s, {beside});
    CHECK(axes()->zone_spread == 0.5f);
    profile.zone_anti_affinity = true;
    inventory.report_profiles({profile});
    CHECK_FALSE(axes()->is_home);
}

TEST_CASE("a cordoned node keeps what it has and gets no more")
{
    Inventory inventory = make_inventory();
    NodeInventory cordoned = busy(3, 1.0);
    cordoned.health = driftline::NodeHealth::cordoned;
    inventory.report_nodes(0s, {cordoned});
    CHECK(inventory.axes(7, 3)->is_home);
    CHECK_FALSE(inventory.axes(8, 3)->is_home);
}

TEST_CASE("round-trip times of clients make proximity, by their weight and over time")
{
    Inventory inventory = make_inventory();
    driftline::ChainProfile profile;
    profile.chain = 7;
    profile.clients = {{90, 3.0f}, {91, 1.0f}};
    const std::vector<driftline::ChainProfile> profiles{profile};
    inventory.report_profiles(profiles);
    const std::vector<driftline::Rtt> rtts{{90, 3, 100ms}, {91, 3, 0ms}};
    inventory.report_rtts(0s, rtts);
    // Half of it for three parts in four, all of it for the other one.
    CHECK(*inventory.axes(7, 3)->proximity == doctest::Approx(0.625));
    inventory.report_rtts(1000s, {{90, 3, 0ms}});
    const float later = *inventory.axes(7, 3)->proximity;
    CHECK(later > 0.625f);
    CHECK(later < 1.0f);
    CHECK(inventory.forget_node(90));
    CHECK(*inventory.axes(7, 3)->proximity == doctest::Approx(1.0));
    CHECK_FALSE(inventory.forget_node(90));
}

TEST_CASE("profiles that are reported together keep their own clients")
{
    Inventory inventory = make_inventory();
    driftline::ChainProfile first, second, third;
    first.chain = 7;
    first.clients = {{90, 1.0f}, {91, 1.0f}};
    second.chain = 9;
    third.chain = 8;
    third.clients = {{92, 1.0f}};
    inventory.report_profiles({first, second, third});
    inventory.report_rtts(0s, {{90, 2, 100ms}, {91, 2, 100ms}, {92, 2, 300ms}});
    CHECK(*inventory.axes(7, 2)->proximity == doctest::Approx(0.5));
    CHECK(*inventory.axes(8, 2)->proximity == doctest::Approx(0.25));
    CHECK_FALSE(inventory.axes(9, 2)->proximity);
}

TEST_CASE("chains of one group are better off together")
{
    Inventory inventory = make_inventory();
    inventory.report_nodes(0s, {busy(2, 1.0), busy(3, 1.0)});
    driftline::ChainProfile first, second;
    first.chain = 7;
    second.chain = 8;
    first.group = 0;
    inventory.report_profiles({first});
    CHECK(inventory.axes(7, 2)->colocation == 0.5f);
    second.group = 0;
    inventory.report_profiles({second});
    CHECK(inventory.axes(7, 2)->colocation == 1.0f);
    CHECK(inventory.axes(7, 3)->colocation == 0.5f);
    // A profile replaces the former one as a whole.
    second.group = std::nullopt;
    inventory.report_profiles({second});
    CHECK(inventory.axes(7, 2)->colocation == 0.5f);
}

// What the move of chain 7 from 3 to 9 costs, as the scheduler explains it.
static float cost_with(const driftline::InventoryConfig& config, const driftline::ChainProfile& profile,
                       const std::vector<driftline::Bandwidth>& bandwidths,
                       std::optional<double> bandwidth_of_nine = std::nullopt)
{
    driftline::MeshState state = make_state();
    const std::vector<std::uint64_t> chains{7, 8}, leaders{1, 1}, offsets{0, 3, 5}, holders{1, 2, 3, 1, 2};
    Inventory inventory(config);
    inventory.load(chains, leaders, offsets, holders);
    NodeInventory nine = busy(9, 1.0);
    nine.bandwidth_bytes_per_sec = bandwidth_of_nine;
    inventory.report_nodes(0s, {busy(1, 1.0), busy(2, 1.0), busy(3, 9.9), nine});
    inventory.report_profiles({profile});
    inventory.report_bandwidths(bandwidths);
    driftline::SchedulerConfig costs;
    costs.cost_per_sec = 0.01f;
    LocalScheduler scheduler(1, costs, inventory);
    scheduler.tick(state, 0s);
    return scheduler.explain(state, 7).cost().value_or(0.0f);
}

TEST_CASE("what a move costs comes from size, bandwidth, disruption and value")
{
    driftline::ChainProfile profile;
    profile.chain = 7;
    profile.size_bytes = 1.25e9;
    CHECK(cost_with({}, profile, {}) == doctest::Approx(0.1));
    CHECK(cost_with({}, profile, {{1, 9, 2.5e8}}) == doctest::Approx(0.05));
    CHECK(cost_with({}, profile, {}, 6.25e7) == doctest::Approx(0.2));
    profile.disruption = 5s;
    CHECK(cost_with({}, profile, {}) == doctest::Approx(0.15));
    profile.service_value = 2.0f;
    CHECK(cost_with({}, profile, {}) == doctest::Approx(0.3));
    driftline::InventoryConfig config;
    config.fallback_bandwidth_bytes_per_sec = 2.5e8;
    CHECK(cost_with(config, profile, {}) == doctest::Approx(0.2));
    config.serialisation_bytes_per_sec = 1.25e8;
    CHECK(cost_with(config, profile, {}) == doctest::Approx(0.4));
    driftline::ChainProfile nothing;
    nothing.chain = 7;
    CHECK(cost_with({}, nothing, {}) == 0.0f);
    config = driftline::InventoryConfig();
    config.fallback_size_bytes = 1.25e9;
    config.fallback_disruption = 1s;
    CHECK(cost_with(config, nothing, {}) == doctest::Approx(0.11));
}

TEST_CASE("what a chain needs must be free where it goes")
{
    Inventory inventory = make_inventory();
    inventory.report_nodes(0s, {busy(9, 5.0)});
    driftline::ChainProfile profile;
    profile.chain = 7;
    profile.cpu_cores = 3.9;
    inventory.report_profiles({profile});
    CHECK(inventory.axes(7, 9)->is_home);
    profile.cpu_cores = 4.1;
    inventory.report_profiles({profile});
    CHECK_FALSE(inventory.axes(7, 9)->is_home);
    NodeInventory memory{9};
    memory.memory_capacity_bytes = 10.0;
    memory.memory_use_bytes = 5.0;
    inventory.report_nodes(0s, {memory});
    profile.cpu_cores = std::nullopt;
    CHECK((inventory.report_profiles({profile}), inventory.axes(7, 9)->is_home));
    profile.memory_bytes = 4.1;
    CHECK_FALSE((inventory.report_profiles({profile}), inventory.axes(7, 9)->is_home));
}

TEST_CASE("a state is told what has moved, for push")
{
    driftline::MeshState state = make_state();
    Inventory inventory = make_inventory();
    inventory.report_nodes(0s, {busy(1, 1.0), busy(2, 1.0), busy(3, 1.0)});
    driftline::SchedulerConfig pushed;
    pushed.fingerprint_mode = driftline::FingerprintMode::push;
    LocalScheduler scheduler(1, pushed, inventory);
    CHECK(inventory.touch(state) > 0);
    CHECK(scheduler.sample(state, 0s).rescored() == 2);
    CHECK(inventory.touch(state) == 0);
    CHECK(scheduler.sample(state, 1s).rescored() == 0);
    inventory.report_nodes(600s, {busy(3, 9.0)});
    CHECK(inventory.touch(state) == 1);
    CHECK(scheduler.sample(state, 1s).rescored() == 1);
    CHECK(scheduler.sampled()[0].chain == 7);
}

static bool same(const driftline::Event& left, const driftline::Event& right)
{
    return left.kind == right.kind && left.flags == right.flags && left.chain == right.chain && left.node == right.node
        && left.value == right.value;
}

TEST_CASE("several states are told what has moved, as events")
{
    driftline::MeshState here = make_state(), there = make_state();
    Inventory inventory = make_inventory();
    inventory.report_nodes(0s, {busy(1, 1.0), busy(2, 1.0), busy(3, 1.0)});
    driftline::SchedulerConfig pushed;
    pushed.fingerprint_mode = driftline::FingerprintMode::push;
    LocalScheduler first(1, pushed, inventory), second(1, pushed, inventory);
    const auto tell = [&] {
        const auto touches = inventory.touches();
        here.apply(touches);
        there.apply(touches);
        return touches;
    };
    CHECK_FALSE(tell().empty());
    CHECK(inventory.touches().empty());
    CHECK(first.sample(here, 0s).rescored() == 2);
    CHECK(second.sample(there, 0s).rescored() == 2);
    // Nodes before chains, each by ascending id, in whatever order they have moved.
    driftline::ChainProfile eighth, seventh;
    eighth.chain = 8;
    seventh.chain = 7;
    eighth.required_tags = seventh.required_tags = 1;
    inventory.report_profiles({eighth, seventh});
    inventory.report_nodes(600s, {busy(3, 9.0), busy(2, 9.0)});
    const std::vector<driftline::Event> expected{events::node_touched(2), events::node_touched(3),
                                                 events::chain_touched(7), events::chain_touched(8)};
    const auto touches = tell();
    CHECK(std::equal(touches.begin(), touches.end(), expected.begin(), expected.end(), same));
    CHECK(first.sample(here, 1s).rescored() == 2);
    CHECK(second.sample(there, 1s).rescored() == 2);
    CHECK(first.sample(here, 2s).rescored() == 0);
    // Each move is told once, by whichever function.
    CHECK(inventory.touch(here) == 0);
    inventory.report_nodes(1200s, {busy(3, 1.0)});
    CHECK(inventory.touch(here) == 1);
    CHECK(inventory.try_touches()->empty());
    inventory.close();
    CHECK(inventory.try_touches().error().code() == DRIFTLINE_RESULT_HANDLE);
    CHECK_THROWS_AS(inventory.touches(), driftline::MisuseError);
}

TEST_CASE("room is made for as many touches as there are")
{
    Inventory inventory;
    std::vector<NodeInventory> reports;
    for (NodeId node = 1; node <= 3000; node++) {
        reports.push_back(busy(node, 1.0));
    }
    inventory.report_nodes(0s, reports);
    const auto touches = inventory.touches();
    REQUIRE(touches.size() == 3000);
    CHECK(same(touches.front(), events::node_touched(1)));
    CHECK(same(touches.back(), events::node_touched(3000)));
    CHECK(inventory.touches().empty());
}

TEST_CASE("a refused report names what is at fault, and nothing has changed")
{
    Inventory inventory = make_inventory();
    inventory.report_nodes(10s, {busy(3, 8.0)});
    const float before = score_of(inventory);
    const auto node = inventory.try_report_nodes(10s, {busy(3, 1.0), busy(2, 10.5)});
    REQUIRE_FALSE(node);
    CHECK(node.error().code() == DRIFTLINE_RESULT_INVENTORY);
    CHECK(std::string(node.error().code_name()) == "INVENTORY");
    CHECK(node.error().index() == 1);
    CHECK(node.error().node() == 2);
    CHECK_FALSE(node.error().chain());
    CHECK(std::string(node.error().what()).find("cpu_use_cores: 10.5") != std::string::npos);
    CHECK(score_of(inventory) == before);
    CHECK_THROWS_AS(inventory.report_nodes(10s, {busy(3, -1.0)}), driftline::DataError);
    CHECK_THROWS_AS(inventory.report_nodes(10s, {busy(3, std::nan(""))}), driftline::DataError);
    NodeInventory odd = busy(3, 1.0);
    odd.health = static_cast<driftline::NodeHealth>(3);
    CHECK(inventory.try_report_nodes(10s, {odd}).error().code() == DRIFTLINE_RESULT_INVENTORY);
    odd = NodeInventory{3};
    odd.zone = UINT32_MAX;
    CHECK(code_of([&] { inventory.report_nodes(10s, {odd}); }) == DRIFTLINE_RESULT_INVENTORY);
    CHECK(inventory.try_report_nodes(10s, {NodeInventory()}).error().code() == DRIFTLINE_RESULT_ID);
    CHECK(inventory.try_report_nodes(9s, {busy(3, 1.0)}).error().code() == DRIFTLINE_RESULT_TIME);
    CHECK(inventory.try_report_rtts(9s, {{1, 3, 1ms}}).error().code() == DRIFTLINE_RESULT_TIME);
    CHECK(inventory.try_report_rtts(10s, {{1, 3, 1ms}, {1, driftline::no_node, 1ms}}).error().index() == 1);
    const auto bandwidth = inventory.try_report_bandwidths({{1, 2, 1.0}, {1, 2, 0.0}});
    CHECK(bandwidth.error().code() == DRIFTLINE_RESULT_INVENTORY);
    CHECK(bandwidth.error().index() == 1);
    CHECK(inventory.try_forget_node(driftline::no_node).error().code() == DRIFTLINE_RESULT_ID);
    CHECK(inventory.try_axes(7, driftline::no_node).error().code() == DRIFTLINE_RESULT_ID);
    CHECK(score_of(inventory) == before);
}

TEST_CASE("a refused profile names its chain, also the one with the largest number, and its client")
{
    Inventory inventory = make_inventory();
    driftline::ChainProfile profile;
    profile.chain = UINT64_MAX;
    profile.size_bytes = -1.0;
    const auto of_chain = inventory.try_report_profiles({driftline::ChainProfile(), profile});
    CHECK(of_chain.error().code() == DRIFTLINE_RESULT_INVENTORY);
    CHECK(of_chain.error().index() == 1);
    CHECK(of_chain.error().chain() == UINT64_MAX);
    CHECK_FALSE(of_chain.error().node());
    profile.size_bytes = 1.0;
    profile.chain = 7;
    profile.clients = {{4, 1.0f}, {5, 0.0f}};
    const auto of_client = inventory.try_report_profiles({profile});
    CHECK(of_client.error().chain() == 7);
    CHECK(of_client.error().node() == 5);
    profile.clients = {{4, 1.0f}, {4, 1.0f}};
    CHECK_THROWS_AS(inventory.report_profiles({profile}), driftline::DataError);
    profile.clients = {{driftline::no_node, 1.0f}};
    CHECK(inventory.try_report_profiles({profile}).error().code() == DRIFTLINE_RESULT_ID);
    profile.clients.clear();
    profile.service_value = 0.0f;
    CHECK(inventory.try_report_profiles({profile}).error().code() == DRIFTLINE_RESULT_INVENTORY);
}

TEST_CASE("arrays of a membership that do not fit are refused, as by a state")
{
    Inventory inventory;
    const std::vector<std::uint64_t> chains{7}, leaders{1, 1}, offsets{0, 1}, holders{1}, none;
    CHECK(inventory.try_load(chains, leaders, offsets, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(inventory.try_load(chains, holders, none, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(inventory.try_load(chains, holders, offsets, none).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK_THROWS_AS(inventory.load(chains, leaders, offsets, holders), driftline::DataError);
    const auto followed =
        inventory.try_follow({events::holder_added(7, 1), events::holder_added(7, driftline::no_node)});
    CHECK(followed.error().code() == DRIFTLINE_RESULT_ID);
    CHECK(followed.error().index() == 1);
    CHECK_THROWS_AS(inventory.follow({events::holder_added(7, driftline::no_node)}), driftline::DataError);
    inventory.load(none, none, std::vector<std::uint64_t>{0}, none);
    inventory.report_nodes(0s, std::vector<NodeInventory>());
    inventory.report_profiles(std::vector<driftline::ChainProfile>());
}

TEST_CASE("a moved inventory is the same one, and what is left refuses every call")
{
    Inventory first = make_inventory();
    first.report_nodes(0s, {busy(3, 8.0)});
    const driftline_inventory handle = first.capi();
    Inventory second(std::move(first));
    CHECK(second.capi().bits == handle.bits);
    CHECK(score_of(second) == doctest::Approx(0.5));
    CHECK(first.capi().bits == 0);
    driftline::MeshState state;
    const std::vector<std::uint64_t> none, offsets{0};
    LocalScheduler scheduler(1);
    const driftline_result codes[] = {
        first.try_load(none, none, offsets, none).error().code(),
        first.try_follow({events::chain_touched(7)}).error().code(),
        first.try_report_nodes(0s, {busy(3, 1.0)}).error().code(),
        first.try_report_rtts(0s, {{1, 3, 1ms}}).error().code(),
        first.try_report_bandwidths({{1, 3, 1.0}}).error().code(),
        first.try_report_profiles({driftline::ChainProfile()}).error().code(),
        first.try_forget_node(3).error().code(),
        first.try_touch(state).error().code(),
        first.try_axes(7, 3).error().code(),
        first.try_alternatives(7, {}, 1).error().code(),
        first.try_config().error().code(),
        driftline::ComposedScorer::try_create(first).error().code(),
        scheduler.try_install(first).error().code(),
        LocalScheduler::try_create(1, {}, first).error().code(),
    };
    for (const driftline_result code : codes) {
        CHECK(code == DRIFTLINE_RESULT_HANDLE);
    }
    CHECK_THROWS_AS(first.axes(7, 3), driftline::MisuseError);
    first.close();
    second = std::move(first);
    CHECK(driftline_inventory_free(handle) == DRIFTLINE_RESULT_HANDLE);
}

TEST_CASE("an inventory that is closed or given away is still what was installed")
{
    driftline::MeshState state = make_state();
    Inventory inventory = make_inventory();
    inventory.report_nodes(0s, {busy(1, 1.0), busy(2, 1.0), busy(3, 9.8), busy(9, 1.0)});
    LocalScheduler scheduler(1, {}, inventory);
    const driftline_inventory handle = inventory.release();
    CHECK(inventory.capi().bits == 0);
    Inventory again = Inventory::adopt(handle);
    CHECK(score_of(again) < 0.5f);
    again.close();
    again.close();
    CHECK(code_of([&] { score_of(again); }) == DRIFTLINE_RESULT_HANDLE);
    CHECK(scheduler.tick(state, 0s).actions.size() == 1);
}

TEST_CASE("reports wait for schedulers on other threads, and threads that report at once are refused")
{
    driftline::MeshState state = make_state();
    Inventory inventory = make_inventory();
    inventory.report_nodes(0s, {busy(1, 1.0), busy(2, 1.0), busy(3, 1.0)});
    std::atomic<bool> over{false};
    std::atomic<int> ticks{0};
    // Making a scorer of it is a call on the inventory itself.
    LocalScheduler scheduler(1, {}, inventory);
    std::thread ticking([&] {
        for (std::uint64_t now = 0; !over; now++) {
            scheduler.tick(state, driftline::Nanoseconds(now));
            ticks += 1;
        }
    });
    int refused = 0;
    for (int round = 0; round < 2000 || ticks < 100; round++) {
        refused += inventory.try_report_nodes(0s, {busy(3, round % 2 == 0 ? 1.0 : 9.9)}) ? 0 : 1;
    }
    over = true;
    ticking.join();
    CHECK(refused == 0);
    std::atomic<int> busy_answers{0}, others{0};
    std::vector<std::thread> threads;
    std::vector<driftline::Rtt> many(100000, driftline::Rtt{1, 3, 1ms});
    for (int at = 0; at < 4; at++) {
        threads.emplace_back([&] {
            // Until two have met, which may take a while where there is one processor.
            for (int round = 0; round < 10000 && busy_answers == 0; round++) {
                const auto reported = inventory.try_report_rtts(0s, many);
                busy_answers += !reported && reported.error().code() == DRIFTLINE_RESULT_BUSY ? 1 : 0;
                others += !reported && reported.error().code() != DRIFTLINE_RESULT_BUSY ? 1 : 0;
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    CHECK(busy_answers > 0);
    CHECK(others == 0);
}
