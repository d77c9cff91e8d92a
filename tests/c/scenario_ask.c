/* What the library knows the length of: ask, make room, ask again. The caller frees what is returned. */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

static uint64_t *led_ids(story *story, size_t *count)
{
    uint64_t *chains;
    *count = 0;
    if (driftline_state_led_by(story->state, story->this_node, NULL, 0, count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "the led chains cannot be counted");
    }
    chains = grow(NULL, *count + 1, sizeof *chains);
    if (driftline_state_led_by(story->state, story->this_node, chains, *count, count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "the led chains cannot be listed");
    }
    return chains;
}

led led_of(story *story)
{
    led led;
    uint64_t *chains = led_ids(story, &led.count);

    led.explanations = grow(NULL, led.count + 1, sizeof *led.explanations);
    led.in_flight = grow(NULL, led.count + 1, sizeof *led.in_flight);
    memset(led.explanations, 0, led.count * sizeof *led.explanations);
    for (size_t at = 0; at < led.count; at++) {
        driftline_explanation *explanation = &led.explanations[at];
        chain_view view;
        explanation->struct_size = (uint32_t)sizeof *explanation;
        if (driftline_explain(story->scheduler, story->state, chains[at], explanation, NULL) != DRIFTLINE_RESULT_OK) {
            disagree(story, "a led chain cannot be explained");
        }
        if (chain_of(story, chains[at], &view, NULL) != DRIFTLINE_RESULT_OK) {
            disagree(story, "a led chain does not exist");
        }
        led.in_flight[at] = (view.chain.flags & DRIFTLINE_CHAIN_IN_FLIGHT) != 0;
        free(view.holders);
    }
    free(chains);
    return led;
}

void led_free(led *led)
{
    free(led->explanations);
    free(led->in_flight);
    memset(led, 0, sizeof *led);
}

size_t led_place(const led *led, uint64_t chain)
{
    size_t at = 0;
    while (at < led->count && led->explanations[at].chain != chain) {
        at += 1;
    }
    return at;
}

driftline_result chain_of(story *story, uint64_t id, chain_view *view, driftline_error *error)
{
    driftline_result result;
    memset(view, 0, sizeof *view);
    view->chain.struct_size = (uint32_t)sizeof view->chain;
    result = driftline_state_chain(story->state, id, &view->chain, NULL, 0, &view->holder_count, error);
    if (result == DRIFTLINE_RESULT_OK) {
        view->holders = grow(NULL, view->holder_count + 1, sizeof *view->holders);
        result = driftline_state_chain(story->state, id, &view->chain, view->holders, view->holder_count,
                                       &view->holder_count, error);
    }
    return result;
}

driftline_node_time *node_times_of(story *story, list_node_times list, size_t *count)
{
    driftline_node_time *times;
    *count = 0;
    if (list(story->state, NULL, 0, sizeof *times, count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "nodes with a time cannot be counted");
    }
    times = grow(NULL, *count + 1, sizeof *times);
    if (list(story->state, times, *count, sizeof *times, count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "nodes with a time cannot be listed");
    }
    for (size_t at = 1; at < *count; at++) {
        if (times[at - 1].node >= times[at].node) {
            disagree(story, "nodes with a time are not ascending");
        }
    }
    return times;
}

driftline_cell *cells_of(story *story, uint64_t chain, size_t *count, driftline_result *result,
                         driftline_error *error)
{
    driftline_cell *cells = NULL;
    *count = 0;
    *result = driftline_snapshot_cells(story->scheduler, chain, NULL, 0, sizeof *cells, count, error);
    if (*result == DRIFTLINE_RESULT_OK) {
        cells = grow(NULL, *count + 1, sizeof *cells);
        *result = driftline_snapshot_cells(story->scheduler, chain, cells, *count, sizeof *cells, count, error);
    }
    return cells;
}

/* ---- Lines that the library writes ---- */

/* One function for each struct that has a text. */
typedef driftline_result (*line_call)(const void *subject, char *out, size_t capacity, size_t *length,
                                      driftline_error *error);

static void print_line(story *story, line_call call, const void *subject)
{
    driftline_error error = error_empty();
    size_t length = 0;
    char *line = NULL;
    driftline_result result = call(subject, NULL, 0, &length, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        line = grow(NULL, length + 1, 1);
        result = call(subject, line, length + 1, &length, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        if (strlen(line) != length) {
            disagree(story, "the length of a text is not its length");
        }
        text_add(&story->out, "%s", line);
    } else {
        print_error(story, result, &error);
    }
    free(line);
}

static driftline_result explanation_line(const void *subject, char *out, size_t capacity, size_t *length,
                                         driftline_error *error)
{
    return driftline_explanation_text(subject, out, capacity, length, error);
}

static driftline_result sentence_line(const void *subject, char *out, size_t capacity, size_t *length,
                                      driftline_error *error)
{
    return driftline_explanation_sentence(subject, out, capacity, length, error);
}

static driftline_result action_line(const void *subject, char *out, size_t capacity, size_t *length,
                                    driftline_error *error)
{
    return driftline_action_text(subject, sizeof(driftline_action), out, capacity, length, error);
}

void print_explanation(story *story, const driftline_explanation *explanation)
{
    print_line(story, explanation_line, explanation);
}

void print_sentence(story *story, const driftline_explanation *explanation)
{
    print_line(story, sentence_line, explanation);
}

void print_action(story *story, const driftline_action *action)
{
    print_line(story, action_line, action);
}
