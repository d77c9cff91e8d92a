/* The policy of driftline: events in, a tick per slice, evictions out. */
#include "policy.h"
#include "scorer.h"

#include <inttypes.h>
#include <stdlib.h>

const float DRIFT_SCORE_FLOOR = 0.5f;
const float DRIFT_HYSTERESIS_GAP = 0.2f;

/* Any length would do, as long as the cooldown is counted in it. */
static const uint64_t SLICE_NS = 1000000000;

static bool check(driftline_result result, const char *call, const driftline_error *error, struct failure *failure)
{
    if (result == DRIFTLINE_RESULT_OK) {
        return true;
    }
    return fail(failure, "%s: %s (%" PRId32 "): %s", call, driftline_result_name(result), result, error->message);
}

static driftline_config config_of(uint64_t cooldown_slices)
{
    driftline_config config;
    driftline_config_init(&config, sizeof config);
    config.score_floor = DRIFT_SCORE_FLOOR;
    config.hysteresis_gap = DRIFT_HYSTERESIS_GAP;
    config.cooldown_ns = cooldown_slices * SLICE_NS;
    /* A score depends on nothing but the row of its chain's client, and we say when that changes. */
    config.fingerprint_mode = DRIFTLINE_FINGERPRINT_PUSH;
    config.decision_interval_ns = UINT64_MAX;
    return config;
}

static bool load(struct policy *policy, uint64_t leader, struct failure *failure)
{
    size_t count = policy->placement->node_count;
    driftline_error error = { .struct_size = sizeof error };
    uint64_t *numbers = calloc(3 * count + 1, sizeof *numbers);
    if (numbers == NULL) {
        return fail_for_memory(failure);
    }
    uint64_t *chains = numbers, *leaders = numbers + count, *offsets = numbers + 2 * count;
    for (size_t i = 0; i < count; i++) {
        chains[i] = i;
        leaders[i] = leader;
        offsets[i + 1] = (i + 1) * REPLICAS;
    }
    driftline_result result = driftline_state_load(policy->state, chains, leaders, count, offsets,
        policy->placement->holders, count * REPLICAS, &error);
    free(numbers);
    return check(result, "driftline_state_load", &error, failure);
}

static void count_report(struct counters *counters, const driftline_report *report)
{
    counters->led += report->led;
    counters->rescored += report->rescored;
    counters->score_calls += report->score_calls;
    counters->live_score_calls += report->live_score_calls;
    counters->alternative_calls += report->alternative_calls;
    counters->invalid_scores += report->invalid_scores;
    counters->invalid_alternatives += report->invalid_alternatives;
}

static void count_verdicts(struct counters *counters, const driftline_report *report)
{
    for (size_t i = 0; i < DRIFTLINE_VERDICT_COUNT; i++) {
        counters->verdicts[i] += report->verdicts[i];
    }
}

bool drift_open(struct policy *policy, uint64_t cooldown_slices, struct scores *scores, struct failure *failure)
{
    driftline_error error = { .struct_size = sizeof error };
    driftline_report report = { .struct_size = sizeof report };
    driftline_config config = config_of(cooldown_slices);
    driftline_scorer scorer = scorer_over(scores);
    /* The scheduler sits beside the nodes: it leads every chain and holds none. */
    uint64_t this_node = policy->placement->node_count;
    policy->events = calloc((size_t)policy->placement->node_count * 2, sizeof *policy->events);
    if (policy->events == NULL) {
        return fail_for_memory(failure);
    }
    if (!check(driftline_state_new(DRIFTLINE_ABI, &policy->state, &error), "driftline_state_new", &error, failure)
        || !check(driftline_scheduler_new(DRIFTLINE_ABI, this_node, &config, &policy->scheduler, &error),
            "driftline_scheduler_new", &error, failure)
        || !check(driftline_scheduler_install(policy->scheduler, &scorer, &error), "driftline_scheduler_install",
            &error, failure)
        || !load(policy, this_node, failure)) {
        return false;
    }
    /* Slice 0 is seen but not acted on: a sample is the half of a tick that decides nothing. */
    driftline_result result = driftline_scheduler_sample(policy->scheduler, policy->state, 0, &report, &error);
    count_report(&policy->counters, &report);
    return check(result, "driftline_scheduler_sample", &error, failure);
}

static bool apply(struct policy *policy, size_t event_count, struct failure *failure)
{
    driftline_error error = { .struct_size = sizeof error };
    driftline_result result
        = driftline_state_apply(policy->state, policy->events, event_count, sizeof *policy->events, &error);
    return check(result, "driftline_state_apply", &error, failure);
}

static bool touch_listed(struct policy *policy, const struct view *view, struct failure *failure)
{
    for (size_t i = 0; i < view->listed_count; i++) {
        policy->events[i]
            = (driftline_event){ .kind = DRIFTLINE_EVENT_CHAIN_TOUCHED, .chain = view->listed[i].row };
    }
    return apply(policy, view->listed_count, failure);
}

/* The alternative that justified the eviction takes the victim's place at once. */
static bool carry_out(struct policy *policy, uint32_t slice, const driftline_action *actions, size_t count,
    struct failure *failure)
{
    if (count > policy->placement->node_count) {
        return fail(failure, "driftline_scheduler_tick: %zu actions for %" PRIu32 " chains", count,
            policy->placement->node_count);
    }
    for (size_t i = 0; i < count; i++) {
        const driftline_action *action = &actions[i];
        if (action->kind != DRIFTLINE_ACTION_EVICT || action->chain >= policy->placement->node_count) {
            return fail(failure, "driftline_scheduler_tick: unexpected action of kind %" PRIu32 " for chain %" PRIu64,
                action->kind, action->chain);
        }
        policy->events[2 * i] = (driftline_event){
            .kind = DRIFTLINE_EVENT_HOLDER_REMOVED, .chain = action->chain, .node = action->victim
        };
        policy->events[2 * i + 1] = (driftline_event){
            .kind = DRIFTLINE_EVENT_HOLDER_ADDED, .chain = action->chain, .node = action->target
        };
        policy->moves[policy->move_count++] = (struct move){ .slice = slice,
            .chain = (uint32_t)action->chain,
            .evicted = action->victim,
            .target = action->target };
    }
    return apply(policy, 2 * count, failure);
}

bool drift_decide(struct policy *policy, uint32_t slice, const struct view *view, struct failure *failure)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    driftline_error error = { .struct_size = sizeof error };
    driftline_report report = { .struct_size = sizeof report };
    if (!touch_listed(policy, view, failure)) {
        return false;
    }
    driftline_result result = driftline_scheduler_tick(policy->scheduler, policy->state, slice * SLICE_NS,
        sizeof *actions, &actions, &count, &report, &error);
    if (!check(result, "driftline_scheduler_tick", &error, failure)) {
        return false;
    }
    count_report(&policy->counters, &report);
    count_verdicts(&policy->counters, &report);
    return carry_out(policy, slice, actions, count, failure);
}

void drift_close(struct policy *policy)
{
    driftline_scheduler_free(policy->scheduler);
    driftline_state_free(policy->state);
    free(policy->events);
}
