/* What comes out: capacities, borrowed actions, reports, errors, names. */
#include "misuse.h"

#include <limits.h>
#include <stdio.h>

/* ---- Capacities ---- */

static void capacity_of_state_lists(void)
{
    uint64_t ids[8];
    size_t count = 0;

    CASE("capacity: state_chains")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_state_chains(fixture.state, ids, 2, &count, &fixture.error));
        CHECK(count == 3);
        UNTOUCHED(ids);
        ACCEPTED(driftline_state_chains(fixture.state, NULL, 0, &count, &fixture.error));
        CHECK(count == 3);
        ACCEPTED(driftline_state_chains(fixture.state, ids, 3, &count, &fixture.error));
        CHECK(count == 3 && ids[0] == CHAIN_BAD && ids[1] == CHAIN_WELL && ids[2] == CHAIN_NOT_LED);
        CHECK(is_pattern(&ids[3], sizeof ids - 3 * sizeof ids[0]));
    }
    CASE("capacity: state_chains_on")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_state_chains_on(fixture.state, 2, ids, 1, &count, &fixture.error));
        CHECK(count == 2);
        UNTOUCHED(ids);
        ACCEPTED(driftline_state_chains_on(fixture.state, 2, ids, 2, &count, &fixture.error));
        CHECK(count == 2 && ids[0] == CHAIN_BAD && ids[1] == CHAIN_WELL);
    }
    CASE("capacity: state_led_by")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_state_led_by(fixture.state, THIS_NODE, ids, 1, &count, &fixture.error));
        CHECK(count == 2);
        UNTOUCHED(ids);
        ACCEPTED(driftline_state_led_by(fixture.state, THIS_NODE, ids, 2, &count, &fixture.error));
        CHECK(count == 2 && ids[0] == CHAIN_BAD && ids[1] == CHAIN_WELL);
    }
    CASE("capacity: the holders of state_chain")
    {
        driftline_chain chain;
        PATTERN(ids);
        PATTERN_SIZED(chain);
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_state_chain(fixture.state, CHAIN_BAD, &chain, ids, 2, &count, &fixture.error));
        CHECK(count == 3);
        UNTOUCHED(ids);
        UNTOUCHED_SIZED(chain);
        ACCEPTED(driftline_state_chain(fixture.state, CHAIN_BAD, &chain, NULL, 0, &count, &fixture.error));
        CHECK(count == 3 && chain.leader == THIS_NODE && chain.flags == 0);
        CHECK(chain.last_rebalance_ns == DRIFTLINE_NONE && chain.desired_replicas == 0 && chain.class_id == 0);
        CHECK(chain.revision == DRIFTLINE_NONE && chain.pending_eviction == DRIFTLINE_NONE);
        CHECK(chain.pending_placement == DRIFTLINE_NONE);
        ACCEPTED(driftline_state_chain(fixture.state, CHAIN_BAD, &chain, ids, 3, &count, &fixture.error));
        CHECK(count == 3 && ids[0] == 1 && ids[1] == 2 && ids[2] == NODE_BAD);
    }
}

static void capacity_of_scheduler_lists(void)
{
    size_t count = 0;

    CASE("capacity: scheduler_sampled")
    {
        driftline_sampled sampled[4];
        PATTERN(sampled);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_scheduler_sampled(fixture.scheduler, sampled, 1,
                                                                       sizeof sampled[0], &count, &fixture.error));
        CHECK(count == 2);
        UNTOUCHED(sampled);
        ACCEPTED(driftline_scheduler_sampled(fixture.scheduler, NULL, 0, sizeof sampled[0], &count, &fixture.error));
        CHECK(count == 2);
        ACCEPTED(driftline_scheduler_sampled(fixture.scheduler, sampled, 2, sizeof sampled[0], &count,
                                             &fixture.error));
        CHECK(sampled[0].chain == CHAIN_BAD && sampled[0].cause == DRIFTLINE_CAUSE_NEW && sampled[0].reserved == 0);
    }
    CASE("capacity: scheduler_failures")
    {
        driftline_failure failures[4];
        fixture_skip_chain();
        fixture.state_may_change = true;
        fixture.puppet.returns[ENTRY_SCORE] = -5;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        PATTERN(failures);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_scheduler_failures(fixture.scheduler, failures, 1,
                                                                        sizeof failures[0], &count, &fixture.error));
        CHECK(count == 2);
        UNTOUCHED(failures);
    }
    CASE("capacity: history")
    {
        driftline_sample samples[4];
        float ewma;
        uint32_t trend;
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_sample(fixture.scheduler, fixture.state, TIME_DUE, NULL, &fixture.error));
        PATTERN(samples);
        PATTERN(ewma);
        PATTERN(trend);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_history(fixture.scheduler, CHAIN_BAD, samples, 1,
                                                             sizeof samples[0], &count, &ewma, &trend,
                                                             &fixture.error));
        CHECK(count == 2);
        UNTOUCHED(samples);
        UNTOUCHED(ewma);
        UNTOUCHED(trend);
        ACCEPTED(driftline_history(fixture.scheduler, CHAIN_BAD, samples, 2, sizeof samples[0], &count, &ewma, &trend,
                                   &fixture.error));
        CHECK(samples[0].at_ns == 0 && samples[1].at_ns == TIME_DUE);
        CHECK(ewma == 0.4f && trend == DRIFTLINE_TREND_STABLE);
    }
    CASE("capacity: snapshot_cells")
    {
        driftline_cell cells[4];
        PATTERN(cells);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, cells, 2,
                                                                    sizeof cells[0], &count, &fixture.error));
        CHECK(count == 3);
        UNTOUCHED(cells);
    }
}

static void capacity_of_diff(void)
{
    size_t count = 0;

    CASE("capacity: diff_scheduler")
    {
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        driftline_action actions[2];
        driftline_report report;
        fixture.puppet.every_chain_is_bad = true;
        PATTERN(actions);
        PATTERN_SIZED(report);
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_diff_scheduler(fixture.state, 5, &fixture.config, &scorer, TIME_DUE, NULL, 0, actions, 0,
                                         sizeof actions[0], &count, &report, &fixture.error));
        CHECK(count == 1);
        UNTOUCHED(actions);
        UNTOUCHED_SIZED(report);
        ACCEPTED(driftline_diff_scheduler(fixture.state, 5, &fixture.config, &scorer, TIME_DUE, NULL, 0, NULL, 0,
                                          sizeof actions[0], &count, NULL, &fixture.error));
        CHECK(count == 1);
    }
}

/* ---- The borrowed array of actions ---- */

static void borrowed_actions(void)
{
    CASE("actions: they stay what they are through every call that only reads")
    {
        const driftline_action *actions = NULL;
        driftline_action copy;
        size_t count = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                          &count, NULL, &fixture.error));
        if (CHECK(count == 1)) {
            copy = actions[0];
            CHECK(copy.kind == DRIFTLINE_ACTION_EVICT && copy.arm == DRIFTLINE_ARM_SCHEDULER);
            CHECK(copy.flags
                  == (DRIFTLINE_ACTION_FLAG_COST | DRIFTLINE_ACTION_FLAG_VICTIM | DRIFTLINE_ACTION_FLAG_TARGET
                      | DRIFTLINE_ACTION_FLAG_VICTIM_SCORE | DRIFTLINE_ACTION_FLAG_TARGET_SCORE
                      | DRIFTLINE_ACTION_FLAG_GAIN));
            CHECK(copy.revision == DRIFTLINE_NONE && copy.exclude == NULL && copy.exclude_count == 0);
            CHECK(copy.chain == CHAIN_BAD && copy.victim == NODE_BAD && copy.target == NODE_BETTER);
            CHECK(copy.victim_score == 0.4f && copy.target_score == 0.95f && copy.cost == 0.1f);
            CHECK(copy.gain == 0.95f - 0.4f);
            expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
            CHECK(memcmp(&copy, actions, sizeof copy) == 0);
        }
    }
    CASE("actions: the state may change and go while they are read")
    {
        const driftline_action *actions = NULL;
        driftline_action copy;
        driftline_event event = event_of(DRIFTLINE_EVENT_CHAIN_REMOVED, CHAIN_BAD, 0);
        size_t count = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                          &count, NULL, &fixture.error));
        if (CHECK(count == 1)) {
            copy = actions[0];
            ACCEPTED(driftline_state_apply(fixture.state, &event, 1, sizeof event, &fixture.error));
            ACCEPTED(driftline_state_free(fixture.state));
            fixture.state.bits = 0;
            CHECK(memcmp(&copy, actions, sizeof copy) == 0);
        }
    }
}

static void borrowed_actions_and_other_calls(void)
{
    CASE("actions: refused calls leave them alone")
    {
        const driftline_action *actions = NULL;
        driftline_action copy;
        driftline_config config = fixture.config;
        size_t count = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                          &count, NULL, &fixture.error));
        if (CHECK(count == 1)) {
            const driftline_action *none = NULL;
            copy = actions[0];
            config.score_floor = -1.0f;
            REFUSED(DRIFTLINE_RESULT_CONFIG,
                    driftline_scheduler_configure(fixture.scheduler, &config, &fixture.error));
            REFUSED(DRIFTLINE_RESULT_TIME,
                    driftline_scheduler_tick(fixture.scheduler, fixture.state, 0, sizeof *actions, &none, &count, NULL,
                                             &fixture.error));
            CHECK(memcmp(&copy, actions, sizeof copy) == 0);
        }
    }
    CASE("actions: none is a count of zero, and a dry run does not stand in the way of a tick")
    {
        const driftline_action *actions = NULL;
        size_t count = 0;
        ACCEPTED(driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                            &count, NULL, &fixture.error));
        CHECK(count == 1 && actions != NULL && actions[0].chain == CHAIN_BAD);
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 0);
    }
}

/* ---- Names ---- */

static void names(void)
{
    CASE("names: every number has one")
    {
        static const int32_t codes[] = {INT32_MIN, -1, 1, 100, 199, 999, INT32_MAX};
        for (size_t at = 0; at < sizeof codes / sizeof codes[0]; at++) {
            CHECK(strcmp(driftline_result_name(codes[at]), "UNKNOWN") == 0);
        }
        for (int32_t code = 0; code < 1000; code++) {
            CHECK(driftline_result_name(code) != NULL && driftline_result_name(code)[0] != '\0');
        }
        CHECK(strcmp(driftline_result_name(DRIFTLINE_RESULT_OK), "OK") == 0);
        CHECK(strcmp(driftline_result_name(DRIFTLINE_RESULT_HANDLE), "HANDLE") == 0);
        CHECK(strcmp(driftline_result_name(DRIFTLINE_RESULT_PANIC), "PANIC") == 0);
        CHECK(strcmp(driftline_verdict_name(DRIFTLINE_VERDICT_EVICT), "evict") == 0);
        CHECK(strcmp(driftline_verdict_name(DRIFTLINE_VERDICT_RETRY_LATER), "retry later") == 0);
        CHECK(strcmp(driftline_verdict_name(DRIFTLINE_VERDICT_DEFERRED), "deferred") == 0);
        CHECK(strcmp(driftline_verdict_name(DRIFTLINE_VERDICT_LAST_HOLDER), "last holder") == 0);
        CHECK(strcmp(driftline_verdict_name(DRIFTLINE_VERDICT_PROPOSE_ONLY), "propose only") == 0);
        CHECK(strcmp(driftline_result_name(DRIFTLINE_RESULT_IMPORT), "IMPORT") == 0);
        CHECK(strcmp(driftline_result_name(DRIFTLINE_RESULT_NO_POLICY), "NO_POLICY") == 0);
        CHECK(strcmp(driftline_result_name(DRIFTLINE_RESULT_CALIBRATION), "CALIBRATION") == 0);
        CHECK(strcmp(driftline_verdict_name(15), "unknown") == 0);
        CHECK(strcmp(driftline_verdict_name(UINT32_MAX), "unknown") == 0);
    }
}

/* ---- Reports ---- */

static void reports(void)
{
    CASE("report: every field of a tick says what its name says")
    {
        driftline_event events[2];
        const driftline_report *report = &fixture.report;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        events[0] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, 6);
        events[1] = event_of(DRIFTLINE_EVENT_LEADER_SET, CHAIN_UNKNOWN, THIS_NODE);
        ACCEPTED(driftline_state_apply(fixture.state, events, 2, sizeof events[0], &fixture.error));
        fixture.puppet.alternative.score = 7.0f; /* one invalid score */
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        CHECK(report->led == 3 && report->fresh == 1 && report->dirty == 0 && report->backstop_due == 2);
        CHECK(report->rescored == 3 && report->score_calls == 7 && report->live_score_calls == 1);
        CHECK(report->alternative_calls == 1 && report->cost_calls == 1);
        CHECK(report->node_fingerprint_calls == 6 && report->chain_fingerprint_calls == 3);
        CHECK(report->invalid_scores == 1 && report->invalid_alternatives == 0 && report->scorer_errors == 0);
        CHECK(report->verdicts[DRIFTLINE_VERDICT_EVICT] == 1 && report->verdicts[DRIFTLINE_VERDICT_HEALTHY] == 2);
        CHECK(report->next_due_known == 1 && report->next_due_ns == TIME_DUE + 30 * NANOSECONDS_PER_SECOND);
    }
    CASE("report: a touch makes a chain dirty, and that is counted apart")
    {
        driftline_event event = event_of(DRIFTLINE_EVENT_CHAIN_TOUCHED, CHAIN_WELL, 0);
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_state_apply(fixture.state, &event, 1, sizeof event, &fixture.error));
        ACCEPTED(fixture_tick(1, NULL));
        CHECK(fixture.report.led == 2 && fixture.report.dirty == 1 && fixture.report.rescored == 1);
        CHECK(fixture.report.fresh == 0 && fixture.report.backstop_due == 0);
        CHECK(fixture.report.score_calls == 3);
    }
    CASE("report: what is deferred is counted, with its age")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        fixture.config.max_scores_per_tick = 3; /* the holders of one of the two chains */
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &fixture.config, &fixture.error));
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        CHECK(fixture.report.backstop_due == 2 && fixture.report.rescored == 1 && fixture.report.score_calls == 3);
        CHECK(fixture.report.deferred == 1 && fixture.report.verdicts[DRIFTLINE_VERDICT_DEFERRED] == 1);
        /* It was sampled at 0 s, so it has been due since 30 s. */
        CHECK(fixture.report.deferred_age_ns == TIME_DUE - 30 * NANOSECONDS_PER_SECOND);
        CHECK(fixture.report.next_due_known == 1 && fixture.report.next_due_ns == TIME_DUE);
        CHECK(fixture_explain(CHAIN_BAD).verdict == DRIFTLINE_VERDICT_EVICT);
        CHECK(fixture_explain(CHAIN_WELL).verdict == DRIFTLINE_VERDICT_DEFERRED);
    }
    CASE("report: without anything to wait for, no time is due")
    {
        driftline_event events[2];
        fixture.state_may_change = fixture.scheduler_may_change = true;
        events[0] = event_of(DRIFTLINE_EVENT_CHAIN_REMOVED, CHAIN_BAD, 0);
        events[1] = event_of(DRIFTLINE_EVENT_CHAIN_REMOVED, CHAIN_WELL, 0);
        ACCEPTED(driftline_state_apply(fixture.state, events, 2, sizeof events[0], &fixture.error));
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        CHECK(fixture.report.led == 0);
        CHECK(fixture.report.next_due_known == 0 && fixture.report.next_due_ns == DRIFTLINE_NONE);
    }
}

/* ---- Errors ---- */

static void errors(void)
{
    CASE("error: a call that succeeds leaves it alone")
    {
        error_prepare();
        ACCEPTED(driftline_config_validate(&fixture.config, &fixture.error));
        UNTOUCHED_SIZED(fixture.error);
    }
    CASE("error: what does not apply is said to be none")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_config_validate(NULL, &fixture.error));
        CHECK(fixture.error.index == DRIFTLINE_NONE);
        CHECK(fixture.error.chain == DRIFTLINE_NONE);
        CHECK(fixture.error.node == DRIFTLINE_NONE);
        CHECK(fixture.error.scorer_code == 0);
        CHECK(fixture.error.method == 0);
    }
    CASE("error: one struct serves one call after the other")
    {
        driftline_event event = event_of(99, 0, 0);
        REFUSED(DRIFTLINE_RESULT_EVENT,
                driftline_state_apply(fixture.state, &event, 1, sizeof event, &fixture.error));
        CHECK(fixture.error.index == 0);
        /* Not prepared again: everything that the first call said must be gone. */
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_config_validate(NULL, &fixture.error));
        CHECK(fixture.error.code == DRIFTLINE_RESULT_NULL);
        CHECK(fixture.error.index == DRIFTLINE_NONE);
        CHECK(strstr(fixture.error.message, "99") == NULL);
    }
}

/* ---- Costs ---- */

static void cost_model(void)
{
    CASE("score_equivalent: a rate that no config may have")
    {
        driftline_migration_cost cost = {NANOSECONDS_PER_SECOND, NANOSECONDS_PER_SECOND, 1.0f, 0};
        float worth;
        PATTERN(worth);
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_score_equivalent(-1.0f, &cost, &worth, &fixture.error));
        UNTOUCHED(worth);
    }
    CASE("score_equivalent: a cost with something in its reserved field")
    {
        driftline_migration_cost cost = {NANOSECONDS_PER_SECOND, NANOSECONDS_PER_SECOND, 1.0f, 1};
        float worth;
        PATTERN(worth);
        REFUSED(DRIFTLINE_RESULT_RESERVED, driftline_score_equivalent(0.1f, &cost, &worth, &fixture.error));
        UNTOUCHED(worth);
    }
    CASE("score_equivalent: the sum of both durations, weighed")
    {
        driftline_migration_cost cost = {2 * NANOSECONDS_PER_SECOND, NANOSECONDS_PER_SECOND, 2.0f, 0};
        float worth = 0.0f;
        ACCEPTED(driftline_score_equivalent(0.1f, &cost, &worth, &fixture.error));
        CHECK(worth == 0.1f * 3.0f * 2.0f);
        cost.reliability_factor = 0.0f;
        ACCEPTED(driftline_score_equivalent(0.1f, &cost, &worth, &fixture.error));
        CHECK(worth == 0.1f * 3.0f);
        cost.state_transfer_ns = cost.disruption_ns = 0;
        ACCEPTED(driftline_score_equivalent(0.1f, &cost, &worth, &fixture.error));
        CHECK(worth == 0.0f);
    }
}

void misuse_output(void)
{
    capacity_of_state_lists();
    capacity_of_scheduler_lists();
    capacity_of_diff();
    borrowed_actions();
    borrowed_actions_and_other_calls();
    names();
    reports();
    errors();
    cost_model();
}
