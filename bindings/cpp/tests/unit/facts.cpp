// Facts that the state is told: replicas, revisions, classes, drains, freezes, orders; also at the edges of their
// types.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::LocalScheduler;
using driftline::MeshState;
using driftline::Time;
namespace events = driftline::events;

TEST_CASE("what was told of a chain is known, and what was not is not")
{
    MeshState state = make_state();
    const driftline::ChainInfo before = state.chain(7);
    CHECK_FALSE(before.desired_replicas);
    CHECK(before.class_id == 0);
    CHECK_FALSE(before.revision);
    CHECK_FALSE(before.in_flight);
    CHECK_FALSE(before.pending_eviction);
    CHECK_FALSE(before.pending_placement);

    state.apply({events::desired_replicas(7, 0), events::chain_revision(7, 0)});
    CHECK(state.chain(7).desired_replicas == 0);
    CHECK(state.chain(7).revision == 0);
    state.apply({events::desired_replicas(7, UINT32_MAX), events::chain_revision(7, UINT64_MAX),
                 events::chain_class(7, UINT32_MAX)});
    CHECK(state.chain(7).desired_replicas == UINT32_MAX);
    CHECK(state.chain(7).revision == UINT64_MAX);
    CHECK(state.chain(7).class_id == UINT32_MAX);
    CHECK_FALSE(state.chain(8).desired_replicas);
    state.apply({events::force_evict(7, 3)});
    CHECK(state.chain(7).pending_eviction == 3);
    CHECK_FALSE(state.chain(7).pending_placement);
    state.apply({events::force_place(8, 9)});
    CHECK(state.chain(8).pending_placement == 9);
    CHECK_FALSE(state.chain(8).pending_eviction);
    state.apply({events::chain_removed(7)});
    CHECK(state.try_chain(7).error().code() == DRIFTLINE_RESULT_UNKNOWN_CHAIN);
}

TEST_CASE("each flag of a chain is one thing that is known")
{
    driftline_chain raw = {};
    raw.leader = 1;
    raw.last_rebalance_ns = 2;
    raw.desired_replicas = 3;
    raw.class_id = 4;
    raw.revision = 5;
    raw.pending_eviction = 6;
    raw.pending_placement = 7;
    const auto known = [&](std::uint32_t flag) {
        raw.flags = flag;
        const driftline::ChainInfo info = driftline::detail::to_chain_info(9, raw, {8});
        CHECK(info.chain == 9);
        CHECK(info.leader == 1);
        CHECK(info.class_id == 4);
        CHECK(info.holders == std::vector<NodeId>{8});
        std::string text;
        text += info.claim_held ? "claim " : "";
        text += info.last_rebalance == 2ns ? "rebalance " : "";
        text += info.desired_replicas == 3 ? "desired " : "";
        text += info.revision == 5 ? "revision " : "";
        text += info.in_flight ? "flight " : "";
        text += info.pending_eviction == 6 ? "eviction " : "";
        text += info.pending_placement == 7 ? "placement " : "";
        return text;
    };
    CHECK(known(0) == "");
    CHECK(known(DRIFTLINE_CHAIN_CLAIM_HELD) == "claim ");
    CHECK(known(DRIFTLINE_CHAIN_REBALANCED) == "rebalance ");
    CHECK(known(DRIFTLINE_CHAIN_DESIRED) == "desired ");
    CHECK(known(DRIFTLINE_CHAIN_REVISION) == "revision ");
    CHECK(known(DRIFTLINE_CHAIN_IN_FLIGHT) == "flight ");
    CHECK(known(DRIFTLINE_CHAIN_PENDING_EVICTION) == "eviction ");
    CHECK(known(DRIFTLINE_CHAIN_PENDING_PLACEMENT) == "placement ");
    CHECK(known(127) == "claim rebalance desired revision flight eviction placement ");
}

TEST_CASE("a count or a class that does not fit is refused, not cut")
{
    MeshState state = make_state();
    const std::uint64_t digest = state.digest();
    const std::uint64_t too_large = std::uint64_t{UINT32_MAX} + 1;
    for (const std::uint64_t value : {too_large, UINT64_MAX}) {
        for (const auto make : {events::desired_replicas, events::chain_class}) {
            const auto applied = state.try_apply({events::chain_revision(7, value), make(7, value)});
            REQUIRE_FALSE(applied);
            CHECK(applied.error().code() == DRIFTLINE_RESULT_EVENT);
            CHECK(applied.error().index() == 1);
        }
    }
    CHECK(state.digest() == digest);
}

TEST_CASE("no event takes the reserved node, and the error says which of them it was")
{
    MeshState state = make_state();
    const std::uint64_t digest = state.digest();
    const driftline::Event refused[] = {
        events::drain(driftline::no_node, 1s),      events::drain_cancelled(driftline::no_node),
        events::avoid(driftline::no_node, 1s),      events::force_evict(7, driftline::no_node),
        events::force_place(7, driftline::no_node),
    };
    for (const driftline::Event& event : refused) {
        const auto applied = state.try_apply({events::thaw(), events::move_failed(7), event});
        REQUIRE_FALSE(applied);
        CHECK(applied.error().code() == DRIFTLINE_RESULT_ID);
        CHECK(applied.error().index() == 2);
    }
    CHECK(state.digest() == digest);
}

static std::string list(const std::vector<driftline::NodeTime>& nodes)
{
    std::string text;
    for (const driftline::NodeTime& one : nodes) {
        text += std::to_string(one.node) + ":" + std::to_string(one.at.count()) + " ";
    }
    return text;
}

TEST_CASE("drains and avoided nodes are listed by ascending node, each by itself")
{
    MeshState state;
    CHECK(state.drains().empty());
    CHECK(state.avoided().empty());
    state.apply({events::drain(9, Time::max()), events::drain(UINT64_MAX - 1, 0s), events::drain(2, 3ns),
                 events::avoid(5, Time::max()), events::avoid(4, 6ns)});
    CHECK(list(state.drains()) == "2:3 9:18446744073709551615 18446744073709551614:0 ");
    CHECK(list(state.avoided()) == "4:6 5:18446744073709551615 ");
    state.apply({events::drain(9, 7ns), events::drain_cancelled(2), events::avoid(4, 8ns)});
    CHECK(list(state.drains()) == "9:7 18446744073709551614:0 ");
    CHECK(list(state.avoided()) == "4:8 5:18446744073709551615 ");
    CHECK_THROWS_AS(events::drain(9, -1s), std::out_of_range);
}

TEST_CASE("a state is frozen until then, or not at all")
{
    MeshState state;
    CHECK_FALSE(state.frozen_until());
    state.apply({events::freeze_until(0s)});
    CHECK(state.frozen_until() == 0ns);
    state.apply({events::freeze_until(Time::max())});
    CHECK(state.frozen_until() == Time::max().nanoseconds());
    state.apply({events::thaw()});
    CHECK_FALSE(state.frozen_until());
}

TEST_CASE("an event is what C has for it")
{
    const auto fields = [](const driftline::Event& event) {
        return std::to_string(event.kind) + " " + std::to_string(event.flags) + " " + std::to_string(event.chain) + " "
            + std::to_string(event.node) + " " + std::to_string(event.value);
    };
    CHECK(fields(events::desired_replicas(7, 3)) == "10 0 7 0 3");
    CHECK(fields(events::chain_revision(7, 3)) == "11 0 7 0 3");
    CHECK(fields(events::chain_class(7, 3)) == "12 0 7 0 3");
    CHECK(fields(events::drain(9, 3ns)) == "13 0 0 9 3");
    CHECK(fields(events::drain_cancelled(9)) == "14 0 0 9 0");
    CHECK(fields(events::avoid(9, 3ns)) == "15 0 0 9 3");
    CHECK(fields(events::freeze_until(3ns)) == "16 0 0 0 3");
    CHECK(fields(events::thaw()) == "17 0 0 0 0");
    CHECK(fields(events::force_evict(7, 9)) == "18 0 7 9 0");
    CHECK(fields(events::force_place(7, 9)) == "19 0 7 9 0");
    CHECK(fields(events::move_failed(7)) == "20 0 7 0 0");
}
