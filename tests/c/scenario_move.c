/* Commands about moves: hand-over, drains, transitions of verdicts. */
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Hand-over ---- */

static void command_export(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_result result;
    size_t count = 0;
    uint8_t *bytes = NULL;
    uint64_t chain = parse_id(story, take(arguments, "chain"));

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_state_export_chain(story->state, chain, NULL, 0, &count, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        bytes = grow(NULL, count + 1, 1);
        result = driftline_state_export_chain(story->state, chain, bytes, count, &count, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        free(story->exported);
        story->exported = bytes;
        story->exported_count = count;
    } else {
        print_error(story, result, &error);
        free(bytes);
    }
}

static void command_import(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_result result;
    size_t middle = story->exported_count / 2;
    bool is_damaged = take_flag(arguments, "damaged");

    if (story->exported == NULL) {
        refuse(story, "import without export");
    }
    if (!arguments_end(arguments)) {
        return;
    }
    story->exported[middle] ^= is_damaged;
    result = driftline_state_import_chain(story->state, story->exported, story->exported_count, NULL, &error);
    story->exported[middle] ^= is_damaged;
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
    }
}

/* ---- Drains ---- */

static bool is_drained(story *story, uint64_t node, uint64_t deadline_ns)
{
    size_t count;
    bool found = false;
    driftline_node_time *drains = node_times_of(story, driftline_state_drains, &count);
    for (size_t at = 0; at < count; at++) {
        found |= drains[at].node == node && drains[at].at_ns == deadline_ns;
    }
    free(drains);
    return found;
}

static void print_drain_status(story *story, uint64_t node, const driftline_drain_status *status,
                               const driftline_blocked *blocked, size_t count)
{
    text *out = &story->out;
    if (!status->draining) {
        text_add(out, "drain %" PRIu64 ": not draining\n", node);
        return;
    }
    if (!is_drained(story, node, status->deadline_ns)) {
        disagree(story, "a drain has another deadline than the state says");
    }
    text_add(out, "drain %" PRIu64 ": left %" PRIu64 ", moved %" PRIu64 ", in flight %" PRIu64 ", blocked", node,
             status->left, status->moved, status->in_flight);
    for (size_t at = 0; at < count; at++) {
        if (at > 0 && blocked[at - 1].chain >= blocked[at].chain) {
            disagree(story, "blocked chains are not ascending");
        }
        text_add(out, " %" PRIu64 " ", blocked[at].chain);
        print_verdict_word(out, blocked[at].verdict);
    }
    text_add(out, "%s, %s\n", count == 0 ? " none" : "", status->at_risk ? "at risk" : "on time");
}

static void command_drain_status(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_drain_status status;
    driftline_blocked *blocked = NULL;
    size_t count = 0;
    driftline_result result;
    uint64_t node = parse_id(story, take(arguments, "node"));

    if (!arguments_end(arguments)) {
        return;
    }
    memset(&status, 0, sizeof status);
    status.struct_size = (uint32_t)sizeof status;
    result = driftline_scheduler_drain_status(story->scheduler, story->state, node, &status, NULL, 0, sizeof *blocked,
                                              &count, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        blocked = grow(NULL, count + 1, sizeof *blocked);
        result = driftline_scheduler_drain_status(story->scheduler, story->state, node, &status, blocked, count,
                                                  sizeof *blocked, &count, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        print_drain_status(story, node, &status, blocked, count);
    } else {
        print_error(story, result, &error);
    }
    free(blocked);
}

/* ---- Transitions ---- */

static void print_transition(text *out, const driftline_transition *transition)
{
    print_time(out, transition->at_ns);
    /* Every u64 is a chain; those that are about all at once have no verdict of a chain. */
    if (transition->to == DRIFTLINE_VERDICT_NONE || transition->to == DRIFTLINE_VERDICT_FROZEN
        || transition->to == DRIFTLINE_VERDICT_WARMING_UP) {
        text_add(out, " all ");
    } else {
        text_add(out, " %" PRIu64 " ", transition->chain);
    }
    if (transition->from != DRIFTLINE_VERDICT_NONE) {
        print_verdict_word(out, transition->from);
        text_add(out, " ");
    }
    text_add(out, "->");
    if (transition->to != DRIFTLINE_VERDICT_NONE) {
        text_add(out, " ");
        print_verdict_word(out, transition->to);
    }
    text_add(out, "\n");
}

static void command_transitions(story *story, arguments *arguments)
{
    driftline_transition transitions[DRIFTLINE_TRANSITION_RING_LENGTH];
    driftline_error error = error_empty();
    driftline_result result;
    size_t count = 0;

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_scheduler_transitions(story->scheduler, story->next_transition, transitions,
                                             DRIFTLINE_TRANSITION_RING_LENGTH, sizeof transitions[0], &count, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
        return;
    }
    for (size_t at = 0; at < count; at++) {
        if (transitions[at].sequence != transitions[0].sequence + at
            || transitions[at].sequence < story->next_transition) {
            disagree(story, "the transitions are not numbered one after the other");
        }
        print_transition(&story->out, &transitions[at]);
    }
    if (count == 0) {
        text_add(&story->out, "transitions none\n");
    } else {
        story->next_transition = transitions[count - 1].sequence + 1;
    }
}

/* ---- By name ---- */

static const struct move {
    const char *name;
    command_function function;
} moves[] = {
    {"export", command_export},
    {"import", command_import},
    {"drain-status", command_drain_status},
    {"transitions", command_transitions},
};

command_function move_find(const char *name)
{
    for (size_t at = 0; at < sizeof moves / sizeof moves[0]; at++) {
        if (strcmp(moves[at].name, name) == 0) {
            return moves[at].function;
        }
    }
    return NULL;
}
