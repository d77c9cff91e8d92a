/* What a scenario does not print but must hold: the numbers of a pass agree with each other, with the state, and with
 * what the scorer saw. */
#include "scenario.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- The report ---- */

static void check_verdict_sum(story *story, const driftline_report *report)
{
    uint64_t sum = 0;
    for (size_t verdict = 0; verdict < sizeof report->verdicts / sizeof report->verdicts[0]; verdict++) {
        sum += report->verdicts[verdict];
    }
    if (sum != report->led) {
        disagree(story, "the verdicts do not add up to the led chains");
    }
}

static void check_calls(story *story, const driftline_report *report)
{
    const calls *seen = &story->world.seen;
    bool same;
    if (!story->is_table) {
        return;
    }
    /* Without a live score of its own the scorer is asked `score` where the library counts `live_score`. */
    same = story->world.live
               ? seen->score == report->score_calls && seen->live_score == report->live_score_calls
               : seen->score == report->score_calls + report->live_score_calls && seen->live_score == 0;
    if (!same || seen->alternative != report->alternative_calls
        || seen->node_fingerprint != report->node_fingerprint_calls
        || seen->chain_fingerprint != report->chain_fingerprint_calls || seen->cost != report->cost_calls) {
        disagree(story, "the report counts other calls than the scorer saw");
    }
}

/* L3: what is due is scored or left for later; a batch that fails may ask beyond the limit, and a chain that is too
 * large is scored alone. */
static void check_limit(story *story, const driftline_report *report)
{
    uint64_t limit = story->config.max_scores_per_tick;
    if (report->deferred == 0 && report->deferred_age_ns != 0) {
        disagree(story, "what is not deferred has an age");
    }
    if (report->scorer_errors > 0) {
        return;
    }
    if (report->fresh + report->dirty + report->backstop_due != report->rescored + report->deferred) {
        disagree(story, "a chain that is due was neither scored nor left for later");
    }
    if (limit == 0 ? report->deferred != 0 : report->score_calls > limit && report->rescored > 1) {
        disagree(story, "the limit of scores is not kept");
    }
}

void check_sample(story *story, const driftline_report *report)
{
    check_verdict_sum(story, report);
    check_calls(story, report);
    check_limit(story, report);
}

/* ---- Actions: whom they may be about ---- */

static bool contains(const uint64_t *ids, size_t count, uint64_t id)
{
    for (size_t at = 0; at < count; at++) {
        if (ids[at] == id) {
            return true;
        }
    }
    return false;
}

/* The nodes that the state says are drained, or avoided now, are all excluded. */
static bool excludes_closed(story *story, const driftline_action *action, uint64_t now_ns, list_node_times list)
{
    size_t count;
    driftline_node_time *closed = node_times_of(story, list, &count);
    bool all = true;
    for (size_t at = 0; at < count; at++) {
        bool is_closed = list == driftline_state_drains || now_ns < closed[at].at_ns;
        all &= !is_closed || contains(action->exclude, (size_t)action->exclude_count, closed[at].node);
    }
    free(closed);
    return all;
}

static void check_excluded(story *story, const driftline_action *action, const chain_view *view, uint64_t now_ns)
{
    size_t count = (size_t)action->exclude_count;
    for (size_t at = 1; at < count; at++) {
        if (action->exclude[at - 1] >= action->exclude[at]) {
            disagree(story, "what a placement excludes is not ascending");
        }
    }
    for (size_t at = 0; at < view->holder_count; at++) {
        if (!contains(action->exclude, count, view->holders[at])) {
            disagree(story, "a placement does not exclude a holder");
        }
    }
    if (!excludes_closed(story, action, now_ns, driftline_state_drains)
        || !excludes_closed(story, action, now_ns, driftline_state_avoided)) {
        disagree(story, "a placement does not exclude a node that is drained or avoided");
    }
    if (contains(action->exclude, count, action->target)) {
        disagree(story, "a placement excludes its target");
    }
}

static bool says(const driftline_action *action, uint32_t flag, bool is_known)
{
    return ((action->flags & flag) != 0) == is_known;
}

/* What is not known is said to be so in one way only. */
static void check_unknowns(story *story, const driftline_action *action)
{
    bool holds = says(action, DRIFTLINE_ACTION_FLAG_VICTIM, action->victim != DRIFTLINE_NONE)
                 && says(action, DRIFTLINE_ACTION_FLAG_TARGET, action->target != DRIFTLINE_NONE)
                 && says(action, DRIFTLINE_ACTION_FLAG_VICTIM_SCORE, !isnan(action->victim_score))
                 && says(action, DRIFTLINE_ACTION_FLAG_TARGET_SCORE, !isnan(action->target_score))
                 && says(action, DRIFTLINE_ACTION_FLAG_GAIN, !isnan(action->gain))
                 && (action->flags & DRIFTLINE_ACTION_FLAG_COST || action->cost == 0.0f)
                 && (action->exclude == NULL) == (action->exclude_count == 0);
    if (!holds || action->reserved != 0 || action->arm > DRIFTLINE_ARM_SCHEDULER) {
        disagree(story, "the flags of an action are not what is in it");
    }
}

static void check_action(story *story, const driftline_action *action, uint64_t now_ns, bool is_lent)
{
    chain_view view;
    bool is_told;

    check_unknowns(story, action);
    if (chain_of(story, action->chain, &view, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "an action is about a chain that does not exist");
        return;
    }
    is_told = (view.chain.flags & DRIFTLINE_CHAIN_REVISION) != 0;
    // Without a told count it is 0.
    if (view.chain.leader != story->this_node || (view.holder_count == 0 && view.chain.desired_replicas == 0)
        || view.chain.flags & DRIFTLINE_CHAIN_CLAIM_HELD) {
        disagree(story, "an action is about a chain that is claimed or not led here");
    }
    if (is_told != ((action->flags & DRIFTLINE_ACTION_FLAG_REVISION) != 0) || action->revision != view.chain.revision) {
        disagree(story, "an action has another revision than its chain");
    }
    if (action->victim != DRIFTLINE_NONE && !contains(view.holders, view.holder_count, action->victim)) {
        disagree(story, "the victim of an action is no holder");
    }
    if (action->kind == DRIFTLINE_ACTION_PLACE && is_lent) {
        check_excluded(story, action, &view, now_ns);
    } else if (action->exclude_count != 0) {
        disagree(story, "an action excludes what nobody has kept for it");
    }
    if (action->kind == DRIFTLINE_ACTION_EVICT ? action->victim == DRIFTLINE_NONE
                                               : action->kind != DRIFTLINE_ACTION_PLACE) {
        disagree(story, "an action is neither an eviction nor a placement");
    }
    free(view.holders);
}

void check_actions(story *story, const driftline_action *actions, size_t count, uint64_t now_ns, bool is_lent)
{
    uint32_t is_frozen = 0;
    uint64_t until_ns = 0;
    if (driftline_state_frozen_until(story->state, &is_frozen, &until_ns, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "nobody knows whether the state is frozen");
    }
    if (is_frozen && now_ns < until_ns && count > 0) {
        disagree(story, "there are actions, although the state is frozen");
    }
    for (size_t at = 0; at < count; at++) {
        if (at > 0 && actions[at - 1].chain >= actions[at].chain) {
            disagree(story, "the actions are not by ascending chain");
        }
        check_action(story, &actions[at], now_ns, is_lent);
    }
}

/* ---- A decision that is not carried out ---- */

void check_decision(story *story, const driftline_action *actions, size_t count, const driftline_report *report)
{
    uint64_t evictions = 0;
    for (size_t at = 0; at < count; at++) {
        evictions += actions[at].arm == DRIFTLINE_ARM_SCHEDULER;
    }
    check_verdict_sum(story, report);
    check_calls(story, report);
    if (report->deferred != 0 || report->deferred_age_ns != 0) {
        disagree(story, "a pass that samples nothing defers something");
    }
    if (evictions != report->verdicts[DRIFTLINE_VERDICT_EVICT]) {
        disagree(story, "the report counts other evictions than there are actions");
    }
}

/* ---- A tick ---- */

/* The action says what the explanation does, number by number. */
static bool is_explained(const driftline_action *action, const driftline_explanation *explanation)
{
    bool has_cost = (action->flags & DRIFTLINE_ACTION_FLAG_COST) != 0;
    return action->chain == explanation->chain && action->victim == explanation->victim
           && action->target == explanation->alternative && action->victim_score == explanation->live_score
           && action->target_score == explanation->alternative_score && action->gain == explanation->gain
           && (has_cost ? action->cost == explanation->cost : isnan(explanation->cost) != 0);
}

/* The scheduler's actions are the `evict` lines. */
static void check_evictions(story *story, const driftline_action *actions, size_t action_count, const led *led)
{
    size_t action = 0;
    for (size_t at = 0; at < led->count; at++) {
        if (led->explanations[at].verdict != DRIFTLINE_VERDICT_EVICT) {
            continue;
        }
        while (action < action_count && actions[action].arm != DRIFTLINE_ARM_SCHEDULER) {
            action += 1;
        }
        if (action == action_count || !is_explained(&actions[action], &led->explanations[at])) {
            disagree(story, "an evict line is no action");
            return;
        }
        action += 1;
    }
    for (; action < action_count; action++) {
        if (actions[action].arm == DRIFTLINE_ARM_SCHEDULER) {
            disagree(story, "an action is no evict line");
        }
    }
}

static void check_led(story *story, const driftline_report *report, const led *led)
{
    uint64_t verdicts[32] = {0};
    for (size_t at = 0; at < led->count; at++) {
        if (led->explanations[at].verdict < 32) {
            verdicts[led->explanations[at].verdict] += 1;
        }
    }
    /* A chain on cooldown, for one, says that first, so there may be fewer. */
    if (verdicts[DRIFTLINE_VERDICT_DEFERRED] > report->deferred) {
        disagree(story, "more chains say deferred than are");
    }
    if (led->count != report->led || memcmp(verdicts, report->verdicts, sizeof verdicts) != 0) {
        disagree(story, "the report counts other verdicts than the lines");
    }
}

/* How many flights have this node at one of their ends. */
static uint64_t flights_at(const led *led, uint64_t node, bool at_source)
{
    uint64_t count = 0;
    for (size_t at = 0; at < led->count; at++) {
        const driftline_explanation *explanation = &led->explanations[at];
        count += (at_source ? explanation->flight_victim : explanation->flight_target) == node;
    }
    return node == DRIFTLINE_NONE ? 0 : count;
}

static uint64_t flight_count(const led *led)
{
    uint64_t count = 0;
    for (size_t at = 0; at < led->count; at++) {
        count += led->in_flight[at];
    }
    return count;
}

static void at_most(story *story, uint64_t count, uint64_t limit, const char *what)
{
    if (limit != 0 && count > limit) {
        disagree(story, what);
    }
}

/* No limit is exceeded by what the tick began: what was not in flight before. */
static void check_new_moves(story *story, const driftline_action *actions, size_t action_count, const led *before,
                            const led *after)
{
    const driftline_config *config = &story->config;
    uint64_t new_moves = 0;
    for (size_t at = 0; at < action_count; at++) {
        size_t earlier = led_place(before, actions[at].chain);
        size_t place = led_place(after, actions[at].chain);
        if (earlier < before->count && before->in_flight[earlier]) {
            continue;
        }
        new_moves += 1;
        if (place < after->count) {
            at_most(story, flights_at(after, after->explanations[place].flight_victim, true),
                    config->max_in_flight_per_source, "more moves are in flight from one node than may be");
            at_most(story, flights_at(after, after->explanations[place].flight_target, false),
                    config->max_in_flight_per_target, "more moves are in flight to one node than may be");
        }
    }
    at_most(story, new_moves, config->max_moves_per_tick, "a tick begins more moves than it may");
    if (new_moves > 0) {
        at_most(story, flight_count(after), config->max_in_flight, "more moves are in flight than may be");
    }
}

/* By the state, by the explanations and by the report the same chains are in flight. */
static void check_flights(story *story, const driftline_report *report, const led *led)
{
    for (size_t at = 0; at < led->count; at++) {
        if (led->in_flight[at] != ((led->explanations[at].flags & DRIFTLINE_EXPLANATION_FLIGHT) != 0)) {
            disagree(story, "state and explanation do not agree on what is in flight");
        }
    }
    if (report->in_flight != flight_count(led)) {
        disagree(story, "the report counts other moves in flight than there are");
    }
}

void check_tick(story *story, const driftline_action *actions, size_t action_count, const driftline_report *report,
                const led *before, const led *after)
{
    check_sample(story, report);
    check_led(story, report, after);
    check_evictions(story, actions, action_count, after);
    check_flights(story, report, after);
    check_new_moves(story, actions, action_count, before, after);
}
