// The state: what goes in comes out.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::MeshState;
namespace events = driftline::events;

TEST_CASE("every event does what its name says")
{
    MeshState state;
    state.apply({events::holder_added(7, 1), events::holder_added(7, 3), events::leader_set(7, 3)});
    CHECK(state.chain(7).chain == 7);
    CHECK(state.chain(7).holders == std::vector<NodeId>{1, 3});
    CHECK(state.chain(7).leader == 3);
    CHECK_FALSE(state.chain(7).claim_held);
    CHECK_FALSE(state.chain(7).last_rebalance);
    state.apply({events::holder_removed(7, 1), events::leader_cleared(7), events::claim_acquired(7)});
    CHECK(state.chain(7).holders == std::vector<NodeId>{3});
    CHECK_FALSE(state.chain(7).leader);
    CHECK(state.chain(7).claim_held);
    state.apply({events::claim_released(7)});
    CHECK_FALSE(state.chain(7).claim_held);
    const std::uint64_t digest = state.digest();
    const std::vector<driftline::Event> touches{events::node_touched(3), events::chain_touched(7)};
    state.apply(touches);
    CHECK(state.digest() == digest);
    state.apply({events::chain_removed(7)});
    CHECK(state.chains().empty());
    CHECK(state.digest() != digest);
}

TEST_CASE("lists are ascending and complete")
{
    MeshState state;
    std::vector<driftline::Event> many;
    for (ChainId chain = 500; chain > 0; chain--) {
        many.push_back(events::holder_added(chain, chain % 2));
        many.push_back(events::leader_set(chain, chain % 5));
    }
    state.apply(many);
    const auto chains = state.chains();
    REQUIRE(chains.size() == 500);
    CHECK(chains.front() == 1);
    CHECK(chains.back() == 500);
    CHECK(std::is_sorted(chains.begin(), chains.end()));
    CHECK(state.chains_on(1).size() == 250);
    CHECK(state.led_by(4).size() == 100);
    CHECK(state.led_by(9).empty());
    CHECK(code_of([&] { state.led_by(driftline::no_node); }) == DRIFTLINE_RESULT_ID);
    CHECK(code_of([&] { state.chains_on(driftline::no_node); }) == DRIFTLINE_RESULT_ID);
}

TEST_CASE("a membership whose arrays do not fit is refused before C could misread it")
{
    MeshState state = make_state();
    const std::uint64_t digest = state.digest();
    const std::vector<std::uint64_t> none, one{1}, two{1, 2}, offsets{0, 1}, holders{4};
    const auto load = [&](const std::vector<std::uint64_t>& leaders, const std::vector<std::uint64_t>& from,
                          const std::vector<std::uint64_t>& who) { return state.try_load(one, leaders, from, who); };
    CHECK(load(none, offsets, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(load(none, offsets, holders).error().index() == 0);
    CHECK(load(two, offsets, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(load(two, offsets, holders).error().index() == 1);
    CHECK(load(one, none, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(load(one, one, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(load(one, {0, 1, 1}, holders).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(load(one, offsets, none).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(load(one, offsets, two).error().code() == DRIFTLINE_RESULT_MEMBERSHIP);
    CHECK(state.digest() == digest);
    state.load(one, one, offsets, holders);
    CHECK(state.chains() == one);
}

TEST_CASE("the proof that a chain may move is only given where no claim is held")
{
    static_assert(!std::is_default_constructible_v<driftline::MigrationEligible>);
    static_assert(!std::is_constructible_v<driftline::MigrationEligible, ChainId>);
    MeshState state = make_state();
    REQUIRE(driftline::MigrationEligible::check(state, 7));
    CHECK(driftline::MigrationEligible::check(state, 7)->chain() == 7);
    state.apply({events::claim_acquired(7)});
    CHECK_FALSE(driftline::MigrationEligible::check(state, 7));
    CHECK(driftline::MigrationEligible::check(state, 8));
    CHECK(code_of([&] { driftline::MigrationEligible::check(state, 99); }) == DRIFTLINE_RESULT_UNKNOWN_CHAIN);
}

TEST_CASE("an eviction is remembered in the state")
{
    MeshState state = make_state();
    driftline::LocalScheduler scheduler(1, {}, PlainScorer());
    scheduler.tick(state, 40s);
    CHECK(state.chain(7).last_rebalance == 40s);
    CHECK_FALSE(state.chain(8).last_rebalance);
}
