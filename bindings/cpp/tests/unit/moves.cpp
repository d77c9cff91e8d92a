// Moves under way: what ticks, reports and explanations say of them; drains; transitions.
#include "cluster.hpp"

#include <doctest/doctest.h>

using namespace unit;
using driftline::Arm;
using driftline::LocalScheduler;
using driftline::MeshState;
using driftline::Time;
using driftline::Verdict;
namespace events = driftline::events;

static driftline::SchedulerConfig tracked()
{
    driftline::SchedulerConfig config;
    config.move_timeout = 60s;
    return config;
}

TEST_CASE("a move is in flight until the events show it done")
{
    MeshState state = make_state();
    state.apply({events::desired_replicas(7, 3), events::chain_revision(7, 41)});
    LocalScheduler scheduler(1, tracked(), FullScorer());
    const auto first = scheduler.tick(state, 0s);
    REQUIRE(first.actions.size() == 1);
    CHECK(first.actions[0].text() == "scheduler evict 7: 3 -> 9 at revision 41");
    CHECK(first.report.in_flight() == 1);
    CHECK(state.chain(7).in_flight);
    CHECK_FALSE(state.chain(7).last_rebalance);

    const auto waiting = scheduler.tick(state, 10s);
    CHECK(waiting.actions.empty());
    CHECK(waiting.report.verdicts(Verdict::in_flight) == 1);
    const auto flight = scheduler.explain(state, 7).flight();
    REQUIRE(flight);
    CHECK(flight->victim == 3);
    CHECK(flight->target == 9);
    CHECK(flight->since == 0s);
    CHECK(flight->times_out_at == 60s);
    CHECK(scheduler.explain(state, 7).text() == "7 in flight 3 -> 9");
    CHECK_FALSE(scheduler.explain(state, 8).flight());

    state.apply({events::holder_removed(7, 3), events::chain_revision(7, 42)});
    const auto second = scheduler.tick(state, 20s);
    REQUIRE(second.actions.size() == 1);
    REQUIRE(second.actions[0].placement() != nullptr);
    CHECK(second.actions[0].text() == "count place 7 -> 9, excluding 1 2 at revision 42");
    CHECK(second.actions[0].arm() == Arm::count);
    CHECK(state.chain(7).last_rebalance == 20s);
    const auto placing = scheduler.explain(state, 7).flight();
    REQUIRE(placing);
    CHECK_FALSE(placing->victim);
    CHECK(placing->since == 20s);

    state.apply({events::holder_added(7, 9)});
    const auto last = scheduler.tick(state, 30s);
    CHECK(last.report.completed_moves() == 1);
    CHECK(last.report.in_flight() == 0);
    CHECK_FALSE(scheduler.explain(state, 7).flight());
}

TEST_CASE("with the placement first the action says who leaves when it has come")
{
    driftline::SchedulerConfig config = tracked();
    config.move_order = driftline::MoveOrder::place_first;
    MeshState state = make_state();
    LocalScheduler scheduler(1, config, FullScorer());
    const auto first = scheduler.tick(state, 0s);
    REQUIRE(first.actions.size() == 1);
    CHECK(first.actions[0].eviction() == nullptr);
    const driftline::Placement* placement = first.actions[0].placement();
    REQUIRE(placement != nullptr);
    CHECK(placement->arm == Arm::scheduler);
    CHECK(placement->target == 9);
    CHECK(placement->victim == 3);
    CHECK(placement->victim_score == 0.3f);
    CHECK(placement->target_score == 0.95f);
    CHECK(placement->gain == 0.95f - 0.3f);
    CHECK(*placement->cost == doctest::Approx(0.02));
    CHECK(placement->exclude == std::vector<NodeId>{1, 2, 3});

    state.apply({events::holder_added(7, 9)});
    const auto second = scheduler.tick(state, 10s);
    REQUIRE(second.actions.size() == 1);
    const driftline::Eviction* eviction = second.actions[0].eviction();
    REQUIRE(eviction != nullptr);
    CHECK(eviction->victim == 3);
    CHECK(eviction->target == 9);
    CHECK(eviction->arm == Arm::count);
    CHECK_FALSE(eviction->victim_score);
    CHECK_FALSE(eviction->target_score);
    CHECK_FALSE(eviction->gain);
    CHECK_FALSE(eviction->cost);
}

TEST_CASE("moves that fail, time out or were never made are counted")
{
    MeshState state = make_state();
    state.apply({events::move_failed(8)});
    LocalScheduler scheduler(1, tracked(), PlainScorer());
    CHECK(scheduler.tick(state, 0s).report.ignored_feedback() == 1);
    state.apply({events::move_failed(7)});
    const auto failed = scheduler.tick(state, 10s);
    CHECK(failed.report.failed_moves() == 1);
    CHECK(failed.report.ignored_feedback() == 0);
    CHECK(failed.actions.empty());
    // The pair backs off for a minute; then the scorer, which knows no other home, is asked again.
    CHECK(scheduler.tick(state, 70s).report.in_flight() == 1);
    CHECK(scheduler.tick(state, 130s).report.timed_out_moves() == 1);
    state.apply({events::force_evict(8, 77), events::force_place(8, 1)});
    CHECK(scheduler.tick(state, 131s).report.forced_refused() == 2);
    CHECK(state.chain(8).pending_eviction == std::nullopt);
}

TEST_CASE("every counter of moves has its own name")
{
    driftline_report raw = driftline::detail::empty_report();
    raw.in_flight = 1;
    raw.completed_moves = 2;
    raw.failed_moves = 3;
    raw.timed_out_moves = 4;
    raw.returned_moves = 5;
    raw.forced_refused = 6;
    raw.ignored_feedback = UINT64_MAX;
    const driftline::TickReport report(raw, {});
    CHECK(report.in_flight() == 1);
    CHECK(report.completed_moves() == 2);
    CHECK(report.failed_moves() == 3);
    CHECK(report.timed_out_moves() == 4);
    CHECK(report.returned_moves() == 5);
    CHECK(report.forced_refused() == 6);
    CHECK(report.ignored_feedback() == UINT64_MAX);
}

TEST_CASE("each flag of an explanation is one thing that is known")
{
    driftline_explanation raw = {};
    raw.struct_size = sizeof raw;
    raw.since_ns = 1;
    raw.sampled_at_ns = 2;
    raw.cooldown_until_ns = 3;
    raw.refusal = DRIFTLINE_VERDICT_GAP_TOO_SMALL;
    raw.retry_at_ns = 4;
    raw.limit = 5;
    raw.flap_hold_until_ns = 6;
    raw.flight_victim = 7;
    raw.flight_target = DRIFTLINE_NONE;
    raw.flight_since_ns = 8;
    raw.flight_times_out_at_ns = 9;
    const auto known = [&](std::uint32_t flags) {
        raw.flags = flags;
        const driftline::Explanation why(raw);
        const auto flight = why.flight();
        std::string text;
        text += why.since() == 1ns ? "since " : "";
        text += why.sampled_at() == 2ns ? "sampled " : "";
        text += why.cooldown_until() == 3ns ? "cooldown " : "";
        text += why.refusal() == Verdict::gap_too_small ? "refusal " : "";
        text += why.retry_at() == 4ns ? "retry " : "";
        text += why.limit() == 5 ? "limit " : "";
        text += why.flap_hold_until() == 6ns ? "hold " : "";
        text += flight && flight->victim == 7 && !flight->target && flight->since == 8ns ? "flight " : "";
        text += flight && flight->times_out_at == 9ns ? "timeout " : "";
        return text;
    };
    CHECK(known(0) == "");
    CHECK(known(DRIFTLINE_EXPLANATION_SINCE) == "since ");
    CHECK(known(DRIFTLINE_EXPLANATION_SAMPLED_AT) == "sampled ");
    CHECK(known(DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL) == "cooldown ");
    CHECK(known(DRIFTLINE_EXPLANATION_REFUSAL) == "refusal ");
    CHECK(known(DRIFTLINE_EXPLANATION_RETRY_AT) == "retry ");
    CHECK(known(DRIFTLINE_EXPLANATION_LIMIT) == "limit ");
    CHECK(known(DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL) == "hold ");
    CHECK(known(DRIFTLINE_EXPLANATION_FLIGHT) == "flight ");
    CHECK(known(DRIFTLINE_EXPLANATION_FLIGHT | DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT) == "flight timeout ");
    CHECK(known(511) == "since sampled cooldown refusal retry limit hold flight timeout ");
}

TEST_CASE("an explanation is a line for logs and a sentence for people")
{
    driftline::SchedulerConfig config = tracked();
    config.max_in_flight = 1;
    MeshState state = make_state();
    PlainScorer scorer;
    scorer.scores[2] = 0.2f;
    LocalScheduler scheduler(1, config, driftline::Scorer::borrow(scorer));
    scheduler.tick(state, 0s);
    const auto limited = scheduler.explain(state, 8);
    CHECK(limited.verdict() == Verdict::cluster_limit);
    CHECK(limited.limit() == 1);
    CHECK(limited.text() == "8 cluster limit 2 -> 9: live 0.20, gain 0.75, limit 1");
    CHECK(limited.sentence()
          == "chain 8 waits on node 2: its score 0.20 is under the floor 0.50, and node 9 offers 0.95, but the limit "
             "of 1 move in flight is reached");
    CHECK_FALSE(scheduler.explain(state, 7).limit());

    driftline_explanation unknown = limited.capi();
    unknown.verdict = 31;
    CHECK_THROWS_AS(driftline::Explanation(unknown).sentence(), driftline::ConfigError);
    CHECK(driftline::Explanation(unknown).try_sentence().error().code() == DRIFTLINE_RESULT_CONFIG);
}

TEST_CASE("a chain that came back is held, and says until when")
{
    driftline::SchedulerConfig config;
    config.cooldown = 0s;
    config.flap_window = 100s;
    MeshState state = make_state();
    PlainScorer scorer;
    LocalScheduler scheduler(1, config, driftline::Scorer::borrow(scorer));
    CHECK(scheduler.tick(state, 0s).actions.at(0).target() == 9);
    // The chain has gone to node 3 again by itself, and there back to 9.
    state.apply({events::holder_removed(7, 3), events::holder_added(7, 9), events::force_evict(7, 9),
                 events::force_place(7, 3)});
    const auto back = scheduler.tick(state, 10s);
    CHECK(back.actions.at(0).arm() == Arm::forced);
    CHECK(back.report.returned_moves() == 1);
    state.apply({events::holder_removed(7, 9), events::holder_added(7, 3)});
    CHECK(scheduler.tick(state, 20s).report.verdicts(Verdict::flap_hold) == 1);
    CHECK(scheduler.explain(state, 7).flap_hold_until() == 110s);
}

TEST_CASE("a drain says how far it has come")
{
    MeshState state = make_state();
    LocalScheduler scheduler(1, tracked(), PlainScorer());
    CHECK_FALSE(scheduler.drain_status(state, 2));
    state.apply({events::drain(2, 10min), events::claim_acquired(7)});
    const auto before = scheduler.drain_status(state, 2);
    REQUIRE(before);
    CHECK(before->node == 2);
    CHECK(before->deadline == 10min);
    CHECK(before->left == 2);
    CHECK(before->moved == 0);

    const auto first = scheduler.tick(state, 0s);
    REQUIRE(first.actions.size() == 1);
    CHECK(first.actions[0].text() == "drain evict 8: 2 -> 9");
    CHECK(first.actions[0].eviction()->target_score == 0.95f);
    CHECK_FALSE(first.actions[0].eviction()->victim_score);
    const auto during = scheduler.drain_status(state, 2);
    REQUIRE(during);
    CHECK(during->left == 2);
    CHECK(during->in_flight == 1);
    REQUIRE(during->blocked.size() == 1);
    CHECK(during->blocked[0].chain == 7);
    CHECK(during->blocked[0].verdict == Verdict::claim_held);
    CHECK(during->at_risk);

    state.apply({events::holder_removed(8, 2), events::claim_released(7)});
    scheduler.tick(state, 1s);
    const auto after = scheduler.drain_status(state, 2);
    REQUIRE(after);
    CHECK(after->left == 1);
    CHECK(after->moved == 1);
    CHECK(after->in_flight == 0);
    CHECK(after->blocked.empty());
    CHECK_FALSE(after->at_risk);
    state.apply({events::drain_cancelled(2)});
    CHECK_FALSE(scheduler.drain_status(state, 2));
    CHECK(code_of([&] { scheduler.drain_status(state, driftline::no_node); }) == DRIFTLINE_RESULT_ID);
}

TEST_CASE("nothing is emitted while the state is frozen, or before enough was seen")
{
    MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    state.apply({events::freeze_until(1min)});
    const auto frozen = scheduler.tick(state, 0s);
    CHECK(frozen.actions.empty());
    CHECK(frozen.report.verdicts(Verdict::frozen) == 2);
    CHECK(frozen.report.next_due() == 30s);
    state.apply({events::thaw()});
    CHECK(scheduler.tick(state, 1s).actions.size() == 1);

    driftline::SchedulerConfig config;
    config.warmup_coverage = 1.0f;
    MeshState again = make_state();
    PlainScorer silent;
    silent.scores = {{3, 0.3f}};
    LocalScheduler warming(1, config, driftline::Scorer::borrow(silent));
    CHECK(warming.tick(again, 0s).report.verdicts(Verdict::warming_up) == 2);
}

// A transition as scenario files have it.
static std::string line(const driftline::Transition& one)
{
    return std::to_string(one.at.count() / 1000000000) + " " + (one.chain ? std::to_string(*one.chain) : "all") + " "
        + (one.from ? driftline::name(*one.from) : "-") + " > " + (one.to ? driftline::name(*one.to) : "-");
}

TEST_CASE("transitions are told once each, in order, from wherever one wants")
{
    MeshState state = make_state();
    LocalScheduler scheduler(1, {}, PlainScorer());
    CHECK(scheduler.transitions().empty());
    state.apply({events::freeze_until(5s)});
    scheduler.tick(state, 1s);
    scheduler.tick(state, 5s);
    const auto all = scheduler.transitions();
    REQUIRE(all.size() == 4);
    CHECK(line(all[0]) == "1 all - > frozen");
    CHECK(line(all[1]) == "5 all frozen > -");
    CHECK(line(all[2]) == "5 7 - > evict");
    CHECK(line(all[3]) == "5 8 - > healthy");
    for (std::size_t at = 0; at < all.size(); at++) {
        CHECK(all[at].sequence == at);
    }
    const auto rest = scheduler.transitions(3);
    REQUIRE(rest.size() == 1);
    CHECK(rest[0].sequence == 3);
    CHECK(scheduler.transitions(4).empty());
    CHECK(scheduler.transitions(UINT64_MAX).empty());
}

TEST_CASE("more transitions than are kept leave a gap that can be seen")
{
    MeshState state;
    std::vector<driftline::Event> many;
    for (ChainId chain = 1; chain <= driftline::transition_ring_length + 6; chain++) {
        many.push_back(events::holder_added(chain, 1));
        many.push_back(events::leader_set(chain, 1));
    }
    state.apply(many);
    LocalScheduler scheduler(1, {}, PlainScorer());
    scheduler.tick(state, 0s);
    const auto kept = scheduler.transitions();
    REQUIRE(kept.size() == driftline::transition_ring_length);
    CHECK(kept.front().sequence == 6);
    CHECK(kept.front().chain == 7);
}

TEST_CASE("the transition of the chain with the largest number is not one of all chains")
{
    MeshState state;
    state.apply({events::holder_added(UINT64_MAX, 1), events::leader_set(UINT64_MAX, 1)});
    LocalScheduler scheduler(1, {}, PlainScorer());
    state.apply({events::freeze_until(1s)});
    scheduler.tick(state, 0s);
    scheduler.tick(state, 1s);
    const auto all = scheduler.transitions();
    REQUIRE(all.size() == 3);
    CHECK_FALSE(all[0].chain);
    CHECK_FALSE(all[1].chain);
    CHECK(all[2].chain == UINT64_MAX);
    CHECK_FALSE(all[2].from);
    CHECK(all[2].to == Verdict::healthy);

    driftline_transition raw = {5, 6, DRIFTLINE_NONE, DRIFTLINE_VERDICT_NONE, DRIFTLINE_VERDICT_WARMING_UP};
    CHECK_FALSE(driftline::detail::to_transition(raw).chain);
    raw.to = DRIFTLINE_VERDICT_DEFERRED;
    CHECK(driftline::detail::to_transition(raw).chain == UINT64_MAX);
}
