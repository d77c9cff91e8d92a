/* Every function that takes a handle, so that a case can try them all on a handle that none may accept. */
#include "misuse.h"

/* The other arguments are right, so that only the handle can be at fault. */

/* ---- With a state ---- */

static driftline_result call_load(driftline_state state)
{
    static const uint64_t chains[] = {CHAIN_UNKNOWN};
    static const uint64_t leaders[] = {THIS_NODE};
    static const uint64_t holder_offsets[] = {0, 1};
    static const uint64_t holders[] = {1};
    return driftline_state_load(state, chains, leaders, 1, holder_offsets, holders, 1, &fixture.error);
}

static driftline_result call_apply(driftline_state state)
{
    driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, 1);
    return driftline_state_apply(state, &event, 1, sizeof event, &fixture.error);
}

static driftline_result call_chain(driftline_state state)
{
    driftline_chain chain;
    uint64_t holders[8];
    size_t count;
    chain.struct_size = (uint32_t)sizeof chain;
    return driftline_state_chain(state, CHAIN_BAD, &chain, holders, 8, &count, &fixture.error);
}

static driftline_result call_chains(driftline_state state)
{
    uint64_t chains[8];
    size_t count;
    return driftline_state_chains(state, chains, 8, &count, &fixture.error);
}

static driftline_result call_chains_on(driftline_state state)
{
    uint64_t chains[8];
    size_t count;
    return driftline_state_chains_on(state, 1, chains, 8, &count, &fixture.error);
}

static driftline_result call_led_by(driftline_state state)
{
    uint64_t chains[8];
    size_t count;
    return driftline_state_led_by(state, 1, chains, 8, &count, &fixture.error);
}

static driftline_result call_digest(driftline_state state)
{
    uint64_t digest;
    return driftline_state_digest(state, &digest, &fixture.error);
}

static driftline_result call_drains(driftline_state state)
{
    driftline_node_time drains[8];
    size_t count;
    return driftline_state_drains(state, drains, 8, sizeof drains[0], &count, &fixture.error);
}

static driftline_result call_avoided(driftline_state state)
{
    driftline_node_time avoided[8];
    size_t count;
    return driftline_state_avoided(state, avoided, 8, sizeof avoided[0], &count, &fixture.error);
}

static driftline_result call_frozen_until(driftline_state state)
{
    uint32_t is_known;
    uint64_t until_ns;
    return driftline_state_frozen_until(state, &is_known, &until_ns, &fixture.error);
}

static driftline_result call_export(driftline_state state)
{
    uint8_t bytes[1024];
    size_t count;
    return driftline_state_export_chain(state, CHAIN_BAD, bytes, sizeof bytes, &count, &fixture.error);
}

static driftline_result call_import(driftline_state state)
{
    uint64_t chain;
    return driftline_state_import_chain(state, fixture.exported, fixture.exported_count, &chain, &fixture.error);
}

static driftline_result call_diff(driftline_state state)
{
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    driftline_action actions[8];
    size_t count;
    return driftline_diff_scheduler(state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0, actions, 8,
                                    sizeof actions[0], &count, NULL, &fixture.error);
}

static driftline_result call_explain_with_state(driftline_state state)
{
    driftline_explanation explanation;
    explanation.struct_size = (uint32_t)sizeof explanation;
    return driftline_explain(fixture.scheduler, state, CHAIN_BAD, &explanation, &fixture.error);
}

static driftline_result call_drain_status_of(driftline_scheduler scheduler, driftline_state state)
{
    driftline_drain_status status;
    driftline_blocked blocked[8];
    size_t count;
    status.struct_size = (uint32_t)sizeof status;
    return driftline_scheduler_drain_status(scheduler, state, NODE_BAD, &status, blocked, 8, sizeof blocked[0], &count,
                                            &fixture.error);
}

static driftline_result call_drain_status_with_state(driftline_state state)
{
    return call_drain_status_of(fixture.scheduler, state);
}

static driftline_result call_sample_with_state(driftline_state state)
{
    return driftline_scheduler_sample(fixture.scheduler, state, TIME_DUE, NULL, &fixture.error);
}

static driftline_result call_decide_with_state(driftline_state state)
{
    const driftline_action *actions;
    size_t count;
    return driftline_scheduler_decide(fixture.scheduler, state, TIME_DUE, sizeof *actions, &actions, &count, NULL,
                                      &fixture.error);
}

static driftline_result call_tick_with_state(driftline_state state)
{
    const driftline_action *actions;
    size_t count;
    return driftline_scheduler_tick(fixture.scheduler, state, TIME_DUE, sizeof *actions, &actions, &count, NULL,
                                    &fixture.error);
}

static const struct state_call {
    const char *name;
    bool writes; /* the state, that is */
    bool both;   /* takes a scheduler as well */
    driftline_result (*call)(driftline_state state);
} state_calls[] = {
    {"state_load", true, false, call_load},
    {"state_apply", true, false, call_apply},
    {"state_chain", false, false, call_chain},
    {"state_chains", false, false, call_chains},
    {"state_chains_on", false, false, call_chains_on},
    {"state_led_by", false, false, call_led_by},
    {"state_digest", false, false, call_digest},
    {"state_drains", false, false, call_drains},
    {"state_avoided", false, false, call_avoided},
    {"state_frozen_until", false, false, call_frozen_until},
    {"state_export_chain", false, false, call_export},
    {"state_import_chain", true, false, call_import},
    {"diff_scheduler", false, false, call_diff},
    {"explain", false, true, call_explain_with_state},
    {"scheduler_drain_status", false, true, call_drain_status_with_state},
    {"scheduler_sample", false, true, call_sample_with_state},
    {"scheduler_decide", false, true, call_decide_with_state},
    {"scheduler_tick", true, true, call_tick_with_state},
};

/* ---- With a scheduler ---- */

static driftline_result call_configure(driftline_scheduler scheduler)
{
    return driftline_scheduler_configure(scheduler, &fixture.config, &fixture.error);
}

static driftline_result call_install(driftline_scheduler scheduler)
{
    driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
    return driftline_scheduler_install(scheduler, &scorer, &fixture.error);
}

static driftline_result call_uninstall(driftline_scheduler scheduler)
{
    return driftline_scheduler_uninstall(scheduler, &fixture.error);
}

static driftline_result call_this_node(driftline_scheduler scheduler)
{
    uint64_t this_node;
    return driftline_scheduler_this_node(scheduler, &this_node, &fixture.error);
}

static driftline_result call_config(driftline_scheduler scheduler)
{
    driftline_config config;
    config.struct_size = (uint32_t)sizeof config;
    return driftline_scheduler_config(scheduler, &config, &fixture.error);
}

static driftline_result call_sampled(driftline_scheduler scheduler)
{
    driftline_sampled sampled[8];
    size_t count;
    return driftline_scheduler_sampled(scheduler, sampled, 8, sizeof sampled[0], &count, &fixture.error);
}

static driftline_result call_failures(driftline_scheduler scheduler)
{
    driftline_failure failures[8];
    size_t count;
    return driftline_scheduler_failures(scheduler, failures, 8, sizeof failures[0], &count, &fixture.error);
}

static driftline_result call_set_class_policy(driftline_scheduler scheduler)
{
    return driftline_scheduler_set_class_policy(scheduler, CLASS_KNOWN, NULL, &fixture.error);
}

static driftline_result call_class_policy(driftline_scheduler scheduler)
{
    driftline_class_policy policy;
    policy.struct_size = (uint32_t)sizeof policy;
    return driftline_scheduler_class_policy(scheduler, CLASS_KNOWN, &policy, &fixture.error);
}

static driftline_result call_transitions(driftline_scheduler scheduler)
{
    driftline_transition transitions[64];
    size_t count;
    return driftline_scheduler_transitions(scheduler, 0, transitions, 64, sizeof transitions[0], &count,
                                           &fixture.error);
}

static driftline_result call_history(driftline_scheduler scheduler)
{
    driftline_sample samples[64];
    size_t count;
    return driftline_history(scheduler, CHAIN_BAD, samples, 64, sizeof samples[0], &count, NULL, NULL, &fixture.error);
}

static driftline_result call_cells(driftline_scheduler scheduler)
{
    driftline_cell cells[8];
    size_t count;
    return driftline_snapshot_cells(scheduler, CHAIN_BAD, cells, 8, sizeof cells[0], &count, &fixture.error);
}

static driftline_result call_explain(driftline_scheduler scheduler)
{
    driftline_explanation explanation;
    explanation.struct_size = (uint32_t)sizeof explanation;
    return driftline_explain(scheduler, fixture.state, CHAIN_BAD, &explanation, &fixture.error);
}

static driftline_result call_drain_status(driftline_scheduler scheduler)
{
    return call_drain_status_of(scheduler, fixture.state);
}

static driftline_result call_sample(driftline_scheduler scheduler)
{
    return driftline_scheduler_sample(scheduler, fixture.state, TIME_DUE, NULL, &fixture.error);
}

static driftline_result call_decide(driftline_scheduler scheduler)
{
    const driftline_action *actions;
    size_t count;
    return driftline_scheduler_decide(scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions, &count, NULL,
                                      &fixture.error);
}

static driftline_result call_tick(driftline_scheduler scheduler)
{
    const driftline_action *actions;
    size_t count;
    return driftline_scheduler_tick(scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions, &count, NULL,
                                    &fixture.error);
}

static const struct scheduler_call {
    const char *name;
    bool writes;
    bool both; /* takes a state as well */
    driftline_result (*call)(driftline_scheduler scheduler);
} scheduler_calls[] = {
    {"scheduler_configure", true, false, call_configure},
    {"scheduler_install", true, false, call_install},
    {"scheduler_uninstall", true, false, call_uninstall},
    {"scheduler_this_node", false, false, call_this_node},
    {"scheduler_config", false, false, call_config},
    {"scheduler_sampled", false, false, call_sampled},
    {"scheduler_failures", false, false, call_failures},
    {"scheduler_set_class_policy", true, false, call_set_class_policy},
    {"scheduler_class_policy", false, false, call_class_policy},
    {"scheduler_transitions", false, false, call_transitions},
    {"history", false, false, call_history},
    {"snapshot_cells", false, false, call_cells},
    {"explain", false, true, call_explain},
    {"scheduler_drain_status", false, true, call_drain_status},
    {"scheduler_sample", true, true, call_sample},
    {"scheduler_decide", true, true, call_decide},
    {"scheduler_tick", true, true, call_tick},
};

/* ---- All of them ---- */

static bool is_in(call_set set, bool writes, bool both)
{
    switch (set) {
    case CALLS_ALL:
        return true;
    case CALLS_READING:
        return !writes;
    case CALLS_READING_ALONE:
        return !writes && !both;
    case CALLS_READING_BOTH:
        return !writes && both;
    default:
        return writes;
    }
}

static void expect(driftline_result want, driftline_result got, const char *name, int line)
{
    if (want == DRIFTLINE_RESULT_OK) {
        accepted(got, name, __FILE__, line);
    } else {
        refused(want, got, true, name, __FILE__, line);
    }
}

void expect_of_state_calls(driftline_state state, call_set set, driftline_result code)
{
    for (size_t at = 0; at < sizeof state_calls / sizeof state_calls[0]; at++) {
        if (is_in(set, state_calls[at].writes, state_calls[at].both)) {
            error_prepare();
            expect(code, state_calls[at].call(state), state_calls[at].name, __LINE__);
        }
    }
}

void expect_of_scheduler_calls(driftline_scheduler scheduler, call_set set, driftline_result code)
{
    for (size_t at = 0; at < sizeof scheduler_calls / sizeof scheduler_calls[0]; at++) {
        if (is_in(set, scheduler_calls[at].writes, scheduler_calls[at].both)) {
            error_prepare();
            expect(code, scheduler_calls[at].call(scheduler), scheduler_calls[at].name, __LINE__);
        }
    }
}
