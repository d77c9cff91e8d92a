/* Questions: they print what the library remembers and change nothing. */
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void print_time_or_never(text *out, bool known, uint64_t time_ns)
{
    if (known) {
        print_time(out, time_ns);
    } else {
        text_add(out, "never");
    }
}

/* False: the library does not explain the chain, and has said why. */
static bool explain(story *story, arguments *arguments, driftline_explanation *explanation)
{
    driftline_error error = error_empty();
    driftline_result result;
    uint64_t chain = parse_id(story, take(arguments, "chain"));

    if (!arguments_end(arguments)) {
        return false;
    }
    memset(explanation, 0, sizeof *explanation);
    explanation->struct_size = (uint32_t)sizeof *explanation;
    result = driftline_explain(story->scheduler, story->state, chain, explanation, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
    }
    return result == DRIFTLINE_RESULT_OK;
}

static void command_explain(story *story, arguments *arguments)
{
    driftline_explanation explanation;
    if (!explain(story, arguments, &explanation)) {
        return;
    }
    print_explanation(story, &explanation);
    text_add(&story->out, "; since ");
    print_time_or_never(&story->out, explanation.flags & DRIFTLINE_EXPLANATION_SINCE, explanation.since_ns);
    text_add(&story->out, ", sampled ");
    print_time_or_never(&story->out, explanation.flags & DRIFTLINE_EXPLANATION_SAMPLED_AT, explanation.sampled_at_ns);
    text_add(&story->out, "\n");
}

static void command_why(story *story, arguments *arguments)
{
    driftline_explanation explanation;
    if (explain(story, arguments, &explanation)) {
        print_sentence(story, &explanation);
        text_add(&story->out, "\n");
    }
}

static void command_history(story *story, arguments *arguments)
{
    text *out = &story->out;
    driftline_error error = error_empty();
    driftline_sample samples[DRIFTLINE_HISTORY_LENGTH];
    size_t count = 0;
    float ewma = 0.0f;
    uint32_t trend = 0;
    driftline_result result;
    uint64_t chain = parse_id(story, take(arguments, "chain"));

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_history(story->scheduler, chain, samples, DRIFTLINE_HISTORY_LENGTH, sizeof samples[0], &count,
                               &ewma, &trend, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
        return;
    }
    text_add(out, "history %" PRIu64 ":", chain);
    if (count == 0) {
        text_add(out, " empty\n");
        return;
    }
    for (size_t at = 0; at < count; at++) {
        text_add(out, " ");
        print_time(out, samples[at].at_ns);
        text_add(out, "=%.2f", (double)samples[at].worst_score);
    }
    text_add(out, ", ewma %.2f, %s\n", (double)ewma, trend_name(trend));
}

static void command_ewma(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    size_t count = 0;
    float ewma = 0.0f;
    uint32_t bits;
    driftline_result result;
    uint64_t chain = parse_id(story, take(arguments, "chain"));

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_history(story->scheduler, chain, NULL, 0, sizeof(driftline_sample), &count, &ewma, NULL, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
        return;
    }
    memcpy(&bits, &ewma, sizeof bits);
    if (count == 0) {
        text_add(&story->out, "ewma %" PRIu64 ": none\n", chain);
    } else {
        text_add(&story->out, "ewma %" PRIu64 ": 0x%08" PRIx32 "\n", chain, bits);
    }
}

static void command_cells(story *story, arguments *arguments)
{
    text *out = &story->out;
    driftline_error error = error_empty();
    driftline_result result;
    driftline_cell *cells;
    size_t count;
    uint64_t chain = parse_id(story, take(arguments, "chain"));

    if (!arguments_end(arguments)) {
        return;
    }
    cells = cells_of(story, chain, &count, &result, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
        free(cells);
        return;
    }
    text_add(out, "cells %" PRIu64 ":", chain);
    for (size_t at = 0; at < count; at++) {
        text_add(out, " %" PRIu64 "=%.2f", cells[at].node, (double)cells[at].score);
    }
    text_add(out, count == 0 ? " none\n" : "\n");
    free(cells);
}

static void command_asked(story *story, arguments *arguments)
{
    const text *asked = &story->world.asked;
    if (arguments_end(arguments)) {
        text_add(&story->out, "%s", asked->length == 0 ? "asked nothing\n" : asked->bytes);
    }
}

static void command_verdicts(story *story, arguments *arguments)
{
    driftline_report none = {0};
    if (arguments_end(arguments)) {
        print_verdicts(&story->out, story->has_verdicts ? &story->last_report : &none);
    }
}

/* ---- The state ---- */

static void print_ids(text *out, const uint64_t *ids, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        text_add(out, " %" PRIu64, ids[at]);
    }
    if (count == 0) {
        text_add(out, " none");
    }
}

static void print_facts(text *out, const driftline_chain *chain)
{
    if (chain->flags & DRIFTLINE_CHAIN_DESIRED) {
        text_add(out, ", desired %" PRIu32, chain->desired_replicas);
    }
    if (chain->class_id != 0) {
        text_add(out, ", class %" PRIu32, chain->class_id);
    }
    if (chain->flags & DRIFTLINE_CHAIN_REVISION) {
        text_add(out, ", revision %" PRIu64, chain->revision);
    }
    if (chain->flags & DRIFTLINE_CHAIN_IN_FLIGHT) {
        text_add(out, ", in flight");
    }
    if (chain->flags & (DRIFTLINE_CHAIN_PENDING_EVICTION | DRIFTLINE_CHAIN_PENDING_PLACEMENT)) {
        text_add(out, ", ordered");
    }
    if (chain->flags & DRIFTLINE_CHAIN_PENDING_EVICTION) {
        text_add(out, " %" PRIu64, chain->pending_eviction);
    }
    if (chain->flags & DRIFTLINE_CHAIN_PENDING_PLACEMENT) {
        text_add(out, " -> %" PRIu64, chain->pending_placement);
    }
}

static void print_chain(text *out, uint64_t id, const chain_view *view)
{
    const driftline_chain *chain = &view->chain;
    text_add(out, "state %" PRIu64 ": leader", id);
    print_ids(out, &chain->leader, chain->leader != DRIFTLINE_NONE);
    text_add(out, ", holders");
    print_ids(out, view->holders, view->holder_count);
    text_add(out, ", claim %s", chain->flags & DRIFTLINE_CHAIN_CLAIM_HELD ? "held" : "free");
    text_add(out, ", last rebalance ");
    print_time_or_never(out, chain->flags & DRIFTLINE_CHAIN_REBALANCED, chain->last_rebalance_ns);
    print_facts(out, chain);
    text_add(out, "\n");
}

static void command_state(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    chain_view view;
    driftline_result result;
    uint64_t id = parse_id(story, take(arguments, "chain"));

    if (!arguments_end(arguments)) {
        return;
    }
    result = chain_of(story, id, &view, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        print_chain(&story->out, id, &view);
    } else if (result == DRIFTLINE_RESULT_UNKNOWN_CHAIN) {
        text_add(&story->out, "state %" PRIu64 ": no such chain\n", id);
    } else {
        print_error(story, result, &error);
    }
    free(view.holders);
}

static void command_chains(story *story, arguments *arguments)
{
    uint64_t *chains;
    size_t count = 0;

    if (!arguments_end(arguments)) {
        return;
    }
    if (driftline_state_chains(story->state, NULL, 0, &count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "the chains cannot be counted");
    }
    chains = grow(NULL, count + 1, sizeof *chains);
    if (driftline_state_chains(story->state, chains, count, &count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "the chains cannot be listed");
    }
    text_add(&story->out, "chains");
    print_ids(&story->out, chains, count);
    text_add(&story->out, "\n");
    free(chains);
}

static void command_on(story *story, arguments *arguments)
{
    uint64_t *chains = NULL;
    size_t count = 0;
    driftline_error error = error_empty();
    driftline_result result;
    uint64_t node = parse_id(story, take(arguments, "node"));

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_state_chains_on(story->state, node, NULL, 0, &count, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        chains = grow(NULL, count + 1, sizeof *chains);
        result = driftline_state_chains_on(story->state, node, chains, count, &count, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        text_add(&story->out, "on %" PRIu64 ":", node);
        print_ids(&story->out, chains, count);
        text_add(&story->out, "\n");
    } else {
        print_error(story, result, &error);
    }
    free(chains);
}

static uint64_t digest_of(story *story)
{
    uint64_t digest = 0;
    if (driftline_state_digest(story->state, &digest, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "the state has no digest");
    }
    return digest;
}

static void command_digest(story *story, arguments *arguments)
{
    if (arguments_end(arguments)) {
        text_add(&story->out, "digest 0x%016" PRIx64 "\n", digest_of(story));
    }
}

static void command_digest_mark(story *story, arguments *arguments)
{
    if (arguments_end(arguments)) {
        story->mark = digest_of(story);
        story->has_mark = true;
    }
}

static void command_digest_check(story *story, arguments *arguments)
{
    if (!story->has_mark) {
        refuse(story, "digest-check before digest-mark");
    }
    if (arguments_end(arguments)) {
        text_add(&story->out, "digest %s since mark\n", digest_of(story) == story->mark ? "unchanged" : "changed");
    }
}

/* ---- By name ---- */

static const struct question {
    const char *name;
    command_function function;
} questions[] = {
    {"explain", command_explain},
    {"why", command_why},
    {"history", command_history},
    {"ewma", command_ewma},
    {"cells", command_cells},
    {"asked", command_asked},
    {"verdicts", command_verdicts},
    {"state", command_state},
    {"chains", command_chains},
    {"on", command_on},
    {"digest", command_digest},
    {"digest-mark", command_digest_mark},
    {"digest-check", command_digest_check},
};

command_function question_find(const char *name)
{
    for (size_t at = 0; at < sizeof questions / sizeof questions[0]; at++) {
        if (strcmp(questions[at].name, name) == 0) {
            return questions[at].function;
        }
    }
    return NULL;
}
