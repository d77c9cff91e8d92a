/* A scorer that calls back into the handle that is calling it: that inner call fails, and the outer one never notices.
 * What does not touch the handle may be called. */
#include "misuse.h"

/* ---- The outer call, and what is tried inside one of its callbacks ---- */

static struct {
    puppet_entry entry;     /* in which callback */
    void (*attempt)(void);  /* what is tried there */
    unsigned attempt_count;
} plan;

static void inside(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    if (entry == plan.entry) {
        plan.attempt_count += 1;
        plan.attempt();
    }
}

static void prepare(puppet_entry entry, void (*attempt)(void))
{
    plan.entry = entry;
    plan.attempt = attempt;
    plan.attempt_count = 0;
    fixture.puppet.inside = inside;
    fixture.scheduler_may_change = true;
}

/* Ends a case: the callback was there, and what it tried is over. */
static void conclude(void)
{
    fixture.puppet.inside = NULL;
    CHECK(plan.attempt_count > 0);
}

/* ---- Attempts ---- */

static void attempt_frees(void)
{
    REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_scheduler_free(fixture.scheduler));
    REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_state_free(fixture.state));
}

/* A tick has both handles for itself. */
static void attempt_in_tick(void)
{
    expect_of_scheduler_calls(fixture.scheduler, CALLS_ALL, DRIFTLINE_RESULT_REENTRANT);
    expect_of_state_calls(fixture.state, CALLS_ALL, DRIFTLINE_RESULT_REENTRANT);
    attempt_frees();
}

/* A sample and a dry run have the scheduler for themselves and read the state. */
static void attempt_in_sample(void)
{
    expect_of_scheduler_calls(fixture.scheduler, CALLS_ALL, DRIFTLINE_RESULT_REENTRANT);
    expect_of_state_calls(fixture.state, CALLS_WRITING, DRIFTLINE_RESULT_REENTRANT);
    expect_of_state_calls(fixture.state, CALLS_READING_BOTH, DRIFTLINE_RESULT_REENTRANT);
    expect_of_state_calls(fixture.state, CALLS_READING_ALONE, DRIFTLINE_RESULT_OK);
    attempt_frees();
}

/* The pure decision reads the state and has no scheduler. */
static void attempt_in_diff(void)
{
    expect_of_state_calls(fixture.state, CALLS_WRITING, DRIFTLINE_RESULT_REENTRANT);
    expect_of_state_calls(fixture.state, CALLS_READING_ALONE, DRIFTLINE_RESULT_OK);
    expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
    REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_state_free(fixture.state));
}

/* ---- Outer calls. All succeed, whatever was tried inside. ---- */

static void tick_with(puppet_entry entry, void (*attempt)(void))
{
    size_t count = 0;
    prepare(entry, attempt);
    fixture.state_may_change = true;
    ACCEPTED(fixture_tick(TIME_DUE, &count));
    CHECK(count == 1);
    CHECK(fixture.report.invalid_scores == 0);
    CHECK(fixture.report.scorer_errors == 0);
    conclude();
}

static void sample_with(puppet_entry entry)
{
    prepare(entry, attempt_in_sample);
    ACCEPTED(driftline_scheduler_sample(fixture.scheduler, fixture.state, TIME_DUE, &fixture.report, &fixture.error));
    CHECK(fixture.report.rescored == 2);
    conclude();
}

static void decide_with(puppet_entry entry)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    prepare(entry, attempt_in_sample);
    ACCEPTED(driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions, &count,
                                        &fixture.report, &fixture.error));
    CHECK(count == 1);
    conclude();
}

static void diff_with(puppet_entry entry, puppet_shape shape)
{
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, shape);
    driftline_action actions[4];
    size_t count = 0;
    prepare(entry, attempt_in_diff);
    ACCEPTED(driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0, actions,
                                      4, sizeof actions[0], &count, &fixture.report, &fixture.error));
    CHECK(count == 1);
    conclude();
}

/* ---- Cases ---- */

static void reentrant_tick(void)
{
    CASE("reentrant: everything from score, in a tick")
    {
        tick_with(ENTRY_SCORE, attempt_in_tick);
    }
    CASE("reentrant: everything from live_score, in a tick")
    {
        tick_with(ENTRY_LIVE_SCORE, attempt_in_tick);
    }
    CASE("reentrant: everything from best_alternative, in a tick")
    {
        tick_with(ENTRY_BEST_ALTERNATIVE, attempt_in_tick);
    }
    CASE("reentrant: everything from node_fingerprint, in a tick")
    {
        tick_with(ENTRY_NODE_FINGERPRINT, attempt_in_tick);
    }
    CASE("reentrant: everything from chain_fingerprint, in a tick")
    {
        tick_with(ENTRY_CHAIN_FINGERPRINT, attempt_in_tick);
    }
    CASE("reentrant: everything from migration_cost, in a tick")
    {
        tick_with(ENTRY_MIGRATION_COST, attempt_in_tick);
    }
    CASE("reentrant: everything from score_many, in a tick")
    {
        fixture_install(SHAPE_BATCH);
        tick_with(ENTRY_SCORE_MANY, attempt_in_tick);
    }
    CASE("reentrant: everything from node_fingerprints, in a tick")
    {
        fixture_install(SHAPE_BATCH);
        tick_with(ENTRY_NODE_FINGERPRINTS, attempt_in_tick);
    }
}

/* Asked in place of best_alternative as soon as there may be several. */
static void ask_for_several(void)
{
    fixture.config.max_alternatives = 2;
    fixture_configure();
    fixture_install(SHAPE_BATCH);
}

static void reentrant_several(void)
{
    CASE("reentrant: everything from alternatives, in a tick")
    {
        ask_for_several();
        tick_with(ENTRY_ALTERNATIVES, attempt_in_tick);
    }
    CASE("reentrant: everything from alternatives, in a dry run")
    {
        ask_for_several();
        decide_with(ENTRY_ALTERNATIVES);
    }
    CASE("reentrant: everything from alternatives, in diff_scheduler")
    {
        ask_for_several();
        diff_with(ENTRY_ALTERNATIVES, SHAPE_BATCH);
    }
}

static void reentrant_sample(void)
{
    CASE("reentrant: everything from score, in a sample")
    {
        sample_with(ENTRY_SCORE);
    }
    CASE("reentrant: everything from node_fingerprint, in a sample")
    {
        sample_with(ENTRY_NODE_FINGERPRINT);
    }
    CASE("reentrant: everything from chain_fingerprint, in a sample")
    {
        sample_with(ENTRY_CHAIN_FINGERPRINT);
    }
    CASE("reentrant: everything from score_many, in a sample")
    {
        fixture_install(SHAPE_BATCH);
        sample_with(ENTRY_SCORE_MANY);
    }
    CASE("reentrant: everything from node_fingerprints, in a sample")
    {
        fixture_install(SHAPE_BATCH);
        sample_with(ENTRY_NODE_FINGERPRINTS);
    }
}

static void reentrant_decide(void)
{
    CASE("reentrant: everything from live_score, in a dry run")
    {
        decide_with(ENTRY_LIVE_SCORE);
    }
    CASE("reentrant: everything from best_alternative, in a dry run")
    {
        decide_with(ENTRY_BEST_ALTERNATIVE);
    }
    CASE("reentrant: everything from migration_cost, in a dry run")
    {
        decide_with(ENTRY_MIGRATION_COST);
    }
}

static void reentrant_diff(void)
{
    CASE("reentrant: everything from score, in diff_scheduler")
    {
        diff_with(ENTRY_SCORE, SHAPE_SINGLE);
    }
    CASE("reentrant: everything from live_score, in diff_scheduler")
    {
        diff_with(ENTRY_LIVE_SCORE, SHAPE_SINGLE);
    }
    CASE("reentrant: everything from best_alternative, in diff_scheduler")
    {
        diff_with(ENTRY_BEST_ALTERNATIVE, SHAPE_SINGLE);
    }
    CASE("reentrant: everything from migration_cost, in diff_scheduler")
    {
        diff_with(ENTRY_MIGRATION_COST, SHAPE_SINGLE);
    }
    CASE("reentrant: everything from score_many, in diff_scheduler")
    {
        diff_with(ENTRY_SCORE_MANY, SHAPE_BATCH);
    }
}

/* ---- What is allowed inside ---- */

static void attempt_pure(void)
{
    driftline_config config;
    driftline_explanation explanation;
    driftline_migration_cost cost = {NANOSECONDS_PER_SECOND, 0, 1.0f, 0};
    driftline_action action;
    char text[256];
    size_t length = 0;
    float worth = 0.0f;

    memset(&explanation, 0, sizeof explanation);
    explanation.struct_size = (uint32_t)sizeof explanation;
    memset(&action, 0, sizeof action);
    action.kind = DRIFTLINE_ACTION_PLACE;
    ACCEPTED(driftline_config_init(&config, sizeof config));
    ACCEPTED(driftline_config_production(&config, sizeof config));
    ACCEPTED(driftline_config_validate(&config, &fixture.error));
    ACCEPTED(driftline_action_text(&action, sizeof action, text, sizeof text, &length, &fixture.error));
    ACCEPTED(driftline_score_equivalent(0.5f, &cost, &worth, &fixture.error));
    CHECK(worth == 0.5f);
    ACCEPTED(driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
    CHECK(driftline_abi() == DRIFTLINE_ABI);
    CHECK(driftline_result_name(DRIFTLINE_RESULT_OK) != NULL);
}

/* A whole other world, from its beginning to its end. */
static void attempt_elsewhere(void)
{
    driftline_state state = {0};
    driftline_scheduler scheduler = {0};
    driftline_event events[2];
    driftline_scorer scorer;
    puppet other;
    const driftline_action *actions = NULL;
    size_t count = 0;

    puppet_reset(&other);
    scorer = puppet_hand_over(&other, SHAPE_SINGLE);
    events[0] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_BAD, NODE_BAD);
    events[1] = event_of(DRIFTLINE_EVENT_LEADER_SET, CHAIN_BAD, THIS_NODE);
    ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &state, &fixture.error));
    ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &scheduler, &fixture.error));
    ACCEPTED(driftline_state_apply(state, events, 2, sizeof events[0], &fixture.error));
    ACCEPTED(driftline_scheduler_install(scheduler, &scorer, &fixture.error));
    ACCEPTED(driftline_scheduler_tick(scheduler, state, 0, sizeof *actions, &actions, &count, NULL, &fixture.error));
    CHECK(count == 1);
    /* The other scheduler may not take the state that is being ticked. */
    REFUSED(DRIFTLINE_RESULT_REENTRANT, driftline_scheduler_tick(scheduler, fixture.state, 0, sizeof *actions,
                                                                 &actions, &count, NULL, &fixture.error));
    ACCEPTED(driftline_scheduler_free(scheduler));
    ACCEPTED(driftline_state_free(state));
    CHECK(other.calls[ENTRY_DROP] == 1);
}

static void attempt_poison(void)
{
    REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_testing_panic_scheduler(fixture.scheduler));
    REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_testing_panic_state(fixture.state));
}

static void attempt_bad_handles(void)
{
    driftline_state state = {0};
    driftline_scheduler scheduler = {0};
    uint64_t digest;
    REFUSED(DRIFTLINE_RESULT_HANDLE, driftline_state_digest(state, &digest, &fixture.error));
    REFUSED(DRIFTLINE_RESULT_HANDLE, driftline_scheduler_uninstall(scheduler, &fixture.error));
    ACCEPTED(driftline_state_free(state));
    ACCEPTED(driftline_scheduler_free(scheduler));
}

static void reentrant_allowed(void)
{
    CASE("reentrant: functions without a handle work in every callback")
    {
        tick_with(ENTRY_SCORE, attempt_pure);
    }
    CASE("reentrant: other handles work in a callback, even a tick of their own")
    {
        tick_with(ENTRY_SCORE, attempt_elsewhere);
    }
    CASE("reentrant: other handles work in the last callback of a tick")
    {
        tick_with(ENTRY_MIGRATION_COST, attempt_elsewhere);
    }
    CASE("reentrant: what is no handle is none inside a callback, either")
    {
        tick_with(ENTRY_BEST_ALTERNATIVE, attempt_bad_handles);
    }
    CASE("reentrant: nothing inside a callback can poison what is calling it")
    {
        tick_with(ENTRY_SCORE, attempt_poison);
        expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
    }
    CASE("reentrant: the handles work again as soon as the outer call is over")
    {
        tick_with(ENTRY_SCORE, attempt_in_tick);
        expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
        expect_of_state_calls(fixture.state, CALLS_READING, DRIFTLINE_RESULT_OK);
    }
    CASE("reentrant: the handles work again after an outer call that failed")
    {
        size_t count = 0;
        fixture.puppet.returns[ENTRY_SCORE] = -5;
        prepare(ENTRY_SCORE, attempt_in_tick);
        REFUSED(DRIFTLINE_RESULT_SCORER, fixture_tick(TIME_DUE, &count));
        conclude();
        fixture.puppet.returns[ENTRY_SCORE] = DRIFTLINE_SCORER_OK;
        fixture.state_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
    }
}

void misuse_reentrant(void)
{
    reentrant_tick();
    reentrant_sample();
    reentrant_decide();
    reentrant_diff();
    reentrant_several();
    reentrant_allowed();
}
