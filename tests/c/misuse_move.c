/* Moves that are under way, nodes that are closed, and what changed: how each is asked about, and wrongly so. */
#include "misuse.h"

/* Moves are tracked from here on. */
static void track_moves(void)
{
    fixture.state_may_change = true;
    fixture.config.move_timeout_ns = 600 * NANOSECONDS_PER_SECOND;
    fixture_configure();
}

static driftline_chain chain_view(uint64_t chain)
{
    driftline_chain view;
    size_t count = 0;
    memset(&view, 0, sizeof view);
    view.struct_size = (uint32_t)sizeof view;
    ACCEPTED(driftline_state_chain(fixture.state, chain, &view, NULL, 0, &count, &fixture.error));
    return view;
}

/* ---- Closed nodes ---- */

typedef driftline_result (*list_call)(driftline_state state, driftline_node_time *out, size_t capacity,
                                      size_t node_time_size, size_t *count, driftline_error *error);

/* Two nodes are in the list: 4 with the largest time, 20 with 1 s. */
static void list_of_two(list_call call)
{
    driftline_node_time times[4];
    const size_t size = sizeof times[0];
    size_t count = 0;

    PATTERN(times);
    PATTERN(count);
    REFUSED(DRIFTLINE_RESULT_NULL, call(fixture.state, NULL, 4, size, &count, &fixture.error));
    REFUSED(DRIFTLINE_RESULT_NULL, call(fixture.state, times, 4, size, NULL, &fixture.error));
    UNTOUCHED(count);
    REFUSED(DRIFTLINE_RESULT_CAPACITY, call(fixture.state, times, 1, size, &count, &fixture.error));
    CHECK(count == 2);
    UNTOUCHED(times);
    count = 0;
    ACCEPTED(call(fixture.state, NULL, 0, size, &count, &fixture.error));
    CHECK(count == 2);
    ACCEPTED(call(fixture.state, times, 2, size, &count, &fixture.error));
    CHECK(times[0].node == 4 && times[0].at_ns == UINT64_MAX);
    CHECK(times[1].node == 20 && times[1].at_ns == NANOSECONDS_PER_SECOND);
    CHECK(is_pattern(&times[2], 2 * size));
}

static void closed_nodes(void)
{
    CASE("state_drains: whoever is drained, with its deadline")
    {
        fixture_apply(event_with(DRIFTLINE_EVENT_DRAIN, 0, 20, NANOSECONDS_PER_SECOND));
        fixture_apply(event_with(DRIFTLINE_EVENT_DRAIN, 0, 4, UINT64_MAX));
        list_of_two(driftline_state_drains);
    }
    CASE("state_avoided: whoever is avoided, and until when")
    {
        fixture_apply(event_with(DRIFTLINE_EVENT_AVOID, 0, 20, NANOSECONDS_PER_SECOND));
        fixture_apply(event_with(DRIFTLINE_EVENT_AVOID, 0, 4, UINT64_MAX));
        list_of_two(driftline_state_avoided);
    }
    CASE("state_frozen_until: nothing, a time, the last time that there is, and nothing again")
    {
        static const uint64_t times[] = {0, NANOSECONDS_PER_SECOND, UINT64_MAX};
        uint32_t is_known = UINT32_MAX;
        uint64_t until_ns = 0;
        ACCEPTED(driftline_state_frozen_until(fixture.state, &is_known, &until_ns, &fixture.error));
        CHECK(is_known == 0 && until_ns == DRIFTLINE_NONE);
        for (size_t at = 0; at < 3; at++) {
            fixture_apply(event_with(DRIFTLINE_EVENT_FREEZE_UNTIL, 0, 0, times[at]));
            ACCEPTED(driftline_state_frozen_until(fixture.state, &is_known, &until_ns, &fixture.error));
            CHECK(is_known == 1 && until_ns == times[at]);
        }
        fixture_apply(event_of(DRIFTLINE_EVENT_THAW, 0, 0));
        ACCEPTED(driftline_state_frozen_until(fixture.state, &is_known, &until_ns, &fixture.error));
        CHECK(is_known == 0 && until_ns == DRIFTLINE_NONE);
    }
    CASE("state_frozen_until: is_known or until_ns is NULL")
    {
        uint32_t is_known;
        uint64_t until_ns;
        PATTERN(is_known);
        PATTERN(until_ns);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_frozen_until(fixture.state, NULL, &until_ns, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_frozen_until(fixture.state, &is_known, NULL, &fixture.error));
        UNTOUCHED(is_known);
        UNTOUCHED(until_ns);
    }
}

/* ---- Drains ---- */

static driftline_result drain_status(driftline_drain_status *status, driftline_blocked *blocked, size_t capacity,
                                     size_t *count)
{
    return driftline_scheduler_drain_status(fixture.scheduler, fixture.state, NODE_BAD, status, blocked, capacity,
                                            sizeof *blocked, count, &fixture.error);
}

static void drains_and_places(void)
{
    driftline_drain_status status;
    driftline_blocked blocked[4];
    size_t count = 0;

    CASE("drain_status: out, blocked or count is NULL")
    {
        PATTERN_SIZED(status);
        PATTERN(blocked);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, drain_status(NULL, blocked, 4, &count));
        REFUSED(DRIFTLINE_RESULT_NULL, drain_status(&status, NULL, 4, &count));
        REFUSED(DRIFTLINE_RESULT_NULL, drain_status(&status, blocked, 4, NULL));
        UNTOUCHED_SIZED(status);
        UNTOUCHED(blocked);
        UNTOUCHED(count);
    }
    CASE("drain_status: a node that is not drained, and one that nobody knows")
    {
        PATTERN_SIZED(status);
        PATTERN(blocked);
        count = 1;
        ACCEPTED(drain_status(&status, blocked, 4, &count));
        CHECK(status.struct_size == sizeof status && status.draining == 0 && count == 0);
        CHECK(status.deadline_ns == DRIFTLINE_NONE && status.left == 0 && status.moved == 0);
        CHECK(status.in_flight == 0 && status.at_risk == 0 && status.reserved == 0);
        UNTOUCHED(blocked);
        ACCEPTED(driftline_scheduler_drain_status(fixture.scheduler, fixture.state, 4711, &status, NULL, 0,
                                                  sizeof blocked[0], &count, &fixture.error));
        CHECK(status.draining == 0);
    }
    CASE("drain_status: who is blocked, and a capacity that is too small for them")
    {
        fixture_apply(event_with(DRIFTLINE_EVENT_DRAIN, 0, NODE_BAD, UINT64_MAX));
        fixture_apply(event_of(DRIFTLINE_EVENT_CLAIM_ACQUIRED, CHAIN_BAD, 0));
        fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        PATTERN_SIZED(status);
        PATTERN(blocked);
        ACCEPTED(drain_status(&status, blocked, 4, &count));
        CHECK(status.draining == 1 && status.deadline_ns == UINT64_MAX && status.left == 1);
        CHECK(status.moved == 0 && status.in_flight == 0 && status.at_risk == 1 && status.reserved == 0);
        CHECK(count == 1 && blocked[0].chain == CHAIN_BAD && blocked[0].verdict == DRIFTLINE_VERDICT_CLAIM_HELD);
        CHECK(blocked[0].reserved == 0 && is_pattern(&blocked[1], sizeof blocked[1]));
        PATTERN_SIZED(status);
        PATTERN(blocked);
        count = 0;
        /* A pointer with a capacity of 0 is one that has no room. */
        REFUSED(DRIFTLINE_RESULT_CAPACITY, drain_status(&status, blocked, 0, &count));
        CHECK(count == 1);
        UNTOUCHED_SIZED(status);
        UNTOUCHED(blocked);
    }
}

/* ---- Transitions ---- */

static driftline_result transitions_since(uint64_t sequence, driftline_transition *out, size_t capacity, size_t *count)
{
    return driftline_scheduler_transitions(fixture.scheduler, sequence, out, capacity, sizeof *out, count,
                                           &fixture.error);
}

static void transitions(void)
{
    driftline_transition list[8];
    size_t count = 0;

    CASE("transitions: out is NULL with a capacity, count is NULL")
    {
        PATTERN(list);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, transitions_since(0, NULL, 8, &count));
        REFUSED(DRIFTLINE_RESULT_NULL, transitions_since(0, list, 8, NULL));
        UNTOUCHED(list);
        UNTOUCHED(count);
    }
    CASE("transitions: before the first tick there are none")
    {
        count = 1;
        ACCEPTED(transitions_since(0, list, 8, &count));
        CHECK(count == 0);
    }
    CASE("transitions: first verdicts, changes, and only those that are asked for")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        PATTERN(list);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, transitions_since(0, list, 2, &count));
        CHECK(count == 3);
        UNTOUCHED(list);
        ACCEPTED(transitions_since(0, list, 8, &count));
        CHECK(list[0].sequence == 0 && list[0].chain == CHAIN_BAD && list[0].at_ns == TIME_DUE);
        CHECK(list[0].from == DRIFTLINE_VERDICT_NONE && list[0].to == DRIFTLINE_VERDICT_EVICT);
        CHECK(list[1].sequence == 1 && list[1].chain == CHAIN_WELL && list[1].to == DRIFTLINE_VERDICT_HEALTHY);
        CHECK(list[2].sequence == 2 && list[2].chain == CHAIN_BAD && list[2].at_ns == TIME_DUE + 1);
        CHECK(list[2].from == DRIFTLINE_VERDICT_EVICT && list[2].to == DRIFTLINE_VERDICT_COOLDOWN);
        ACCEPTED(transitions_since(2, list, 8, &count));
        CHECK(count == 1 && list[0].sequence == 2);
        ACCEPTED(transitions_since(3, list, 8, &count));
        CHECK(count == 0);
        ACCEPTED(transitions_since(UINT64_MAX, list, 8, &count));
        CHECK(count == 0);
    }
    CASE("transitions: a freeze is about all chains at once")
    {
        fixture_apply(event_with(DRIFTLINE_EVENT_FREEZE_UNTIL, 0, 0, TIME_DUE + 1));
        fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 0 && fixture_explain(CHAIN_BAD).verdict == DRIFTLINE_VERDICT_FROZEN);
        ACCEPTED(fixture_tick(TIME_DUE + 1, &count));
        CHECK(count == 1);
        ACCEPTED(transitions_since(0, list, 8, &count));
        if (CHECK(count == 4)) {
            CHECK(list[0].chain == DRIFTLINE_NONE && list[0].from == DRIFTLINE_VERDICT_NONE);
            CHECK(list[0].to == DRIFTLINE_VERDICT_FROZEN);
            CHECK(list[1].chain == DRIFTLINE_NONE && list[1].from == DRIFTLINE_VERDICT_FROZEN);
            CHECK(list[1].to == DRIFTLINE_VERDICT_NONE);
            CHECK(list[2].chain == CHAIN_BAD && list[3].chain == CHAIN_WELL);
        }
    }
}

/* ---- In flight ---- */

static void flights(void)
{
    CASE("flight: state, report and explanation know of it, and its text says it")
    {
        driftline_explanation explanation;
        char text[64];
        size_t length = 0;
        const uint32_t flags = DRIFTLINE_EXPLANATION_FLIGHT | DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT;
        track_moves();
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        CHECK(fixture.report.in_flight == 1);
        CHECK(chain_view(CHAIN_BAD).flags == DRIFTLINE_CHAIN_IN_FLIGHT);
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        explanation = fixture_explain(CHAIN_BAD);
        CHECK(explanation.verdict == DRIFTLINE_VERDICT_IN_FLIGHT && (explanation.flags & flags) == flags);
        CHECK(explanation.flight_victim == NODE_BAD && explanation.flight_target == NODE_BETTER);
        CHECK(explanation.flight_since_ns == TIME_DUE);
        CHECK(explanation.flight_times_out_at_ns == TIME_DUE + 600 * NANOSECONDS_PER_SECOND);
        CHECK(explanation.limit == 0 && explanation.flap_hold_until_ns == DRIFTLINE_NONE);
        ACCEPTED(driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        CHECK(strcmp(text, "7 in flight 3 -> 20") == 0);
        explanation = fixture_explain(CHAIN_WELL);
        CHECK((explanation.flags & flags) == 0 && explanation.flight_since_ns == DRIFTLINE_NONE);
        CHECK(explanation.flight_victim == DRIFTLINE_NONE && explanation.flight_target == DRIFTLINE_NONE);
    }
    CASE("flight: one that ends beyond all time never times out")
    {
        driftline_explanation explanation;
        fixture.state_may_change = true;
        fixture.config.move_timeout_ns = UINT64_MAX;
        fixture_configure();
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        explanation = fixture_explain(CHAIN_BAD);
        CHECK((explanation.flags & DRIFTLINE_EXPLANATION_FLIGHT) != 0);
        CHECK((explanation.flags & DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT) == 0);
        CHECK(explanation.flight_times_out_at_ns == DRIFTLINE_NONE);
    }
    CASE("flight: an older caller hears nothing of it, and its text is still one")
    {
        driftline_explanation explanation;
        char text[64];
        size_t length = 0;
        track_moves();
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        PATTERN(explanation);
        explanation.struct_size = offsetof(driftline_explanation, limit);
        ACCEPTED(driftline_explain(fixture.scheduler, fixture.state, CHAIN_BAD, &explanation, &fixture.error));
        CHECK(explanation.verdict == DRIFTLINE_VERDICT_IN_FLIGHT);
        CHECK(is_pattern(&explanation.limit, sizeof explanation - offsetof(driftline_explanation, limit)));
        ACCEPTED(driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        CHECK(strcmp(text, "7 in flight") == 0);
    }
}

static void feedback(void)
{
    CASE("feedback: a move that failed is counted, and so is one that was not under way")
    {
        track_moves();
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        fixture_apply(event_of(DRIFTLINE_EVENT_MOVE_FAILED, CHAIN_BAD, 0));
        fixture_apply(event_of(DRIFTLINE_EVENT_MOVE_FAILED, CHAIN_WELL, 0));
        fixture_apply(event_of(DRIFTLINE_EVENT_MOVE_FAILED, CHAIN_UNKNOWN, 0));
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        CHECK(fixture.report.failed_moves == 1 && fixture.report.ignored_feedback == 2);
        CHECK(fixture.report.completed_moves == 0 && fixture.report.timed_out_moves == 0);
    }
    CASE("feedback: a move that is done is counted, and its cooldown begins")
    {
        track_moves();
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        fixture_apply(event_of(DRIFTLINE_EVENT_HOLDER_REMOVED, CHAIN_BAD, NODE_BAD));
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        CHECK(fixture.report.completed_moves == 1 && fixture.report.in_flight == 0);
        CHECK(chain_view(CHAIN_BAD).flags == DRIFTLINE_CHAIN_REBALANCED);
        CHECK(chain_view(CHAIN_BAD).last_rebalance_ns == TIME_DUE + 1);
    }
    CASE("feedback: a move that takes too long is counted")
    {
        track_moves();
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        ACCEPTED(fixture_tick(TIME_DUE + 600 * NANOSECONDS_PER_SECOND, NULL));
        CHECK(fixture.report.timed_out_moves == 1 && fixture.report.failed_moves == 0);
    }
    CASE("orders: they stand until the tick, and one that cannot be carried out is counted")
    {
        driftline_chain view;
        size_t count = 1;
        fixture.scheduler_may_change = true;
        fixture_apply(event_of(DRIFTLINE_EVENT_FORCE_EVICT, CHAIN_WELL, 4711));
        fixture_apply(event_of(DRIFTLINE_EVENT_FORCE_PLACE, CHAIN_WELL, NODE_BETTER));
        view = chain_view(CHAIN_WELL);
        CHECK(view.flags == (DRIFTLINE_CHAIN_PENDING_EVICTION | DRIFTLINE_CHAIN_PENDING_PLACEMENT));
        CHECK(view.pending_eviction == 4711 && view.pending_placement == NODE_BETTER);
        ACCEPTED(fixture_tick(1, &count)); /* nothing else is due */
        CHECK(fixture.report.forced_refused == 2);
        view = chain_view(CHAIN_WELL);
        CHECK(view.flags == 0 && view.pending_eviction == DRIFTLINE_NONE && view.pending_placement == DRIFTLINE_NONE);
    }
    CASE("limits: the explanation says which one")
    {
        driftline_explanation explanation;
        size_t count = 1;
        fixture.state_may_change = true;
        fixture.config.max_moves_per_tick = 1;
        fixture_configure();
        fixture_apply(event_with(DRIFTLINE_EVENT_DESIRED_REPLICAS, CHAIN_WELL, 0, 4));
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        explanation = fixture_explain(CHAIN_BAD);
        CHECK(count == 1 && explanation.verdict == DRIFTLINE_VERDICT_TICK_LIMIT);
        CHECK((explanation.flags & DRIFTLINE_EXPLANATION_LIMIT) != 0 && explanation.limit == 1);
        CHECK((fixture_explain(CHAIN_WELL).flags & DRIFTLINE_EXPLANATION_LIMIT) == 0);
    }
}

void misuse_move(void)
{
    closed_nodes();
    drains_and_places();
    transitions();
    flights();
    feedback();
}
