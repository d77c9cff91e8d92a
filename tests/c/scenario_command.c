/* Commands that set something up: scheduler and tables. */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

/* ---- Set-up ---- */

void story_end(story *story)
{
    /* The inventory goes first: a scorer that was made of it does not need it. */
    if (driftline_inventory_free(story->inventory) != DRIFTLINE_RESULT_OK
        || driftline_scheduler_free(story->scheduler) != DRIFTLINE_RESULT_OK
        || driftline_state_free(story->state) != DRIFTLINE_RESULT_OK) {
        disagree(story, "a handle could not be freed");
    }
    story->inventory.bits = 0;
    story->scheduler.bits = 0;
    story->state.bits = 0;
    if (story->world.installed != story->world.dropped) {
        disagree(story, "a scorer was not dropped exactly once");
    }
}

static void install(story *story)
{
    driftline_error error = error_empty();
    driftline_scorer scorer = world_scorer(&story->world);
    driftline_result result;

    story->world.installed += 1;
    story->is_table = true;
    result = driftline_scheduler_install(story->scheduler, &scorer, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
    }
}

static void command_node(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_result result;
    uint64_t node = parse_id(story, take_bare(arguments));

    if (!arguments_end(arguments)) {
        return;
    }
    story_end(story);
    world_reset(&story->world);
    story->this_node = node;
    story->has_verdicts = false;
    story->next_transition = 0;
    driftline_config_init(&story->config, sizeof story->config);
    result = driftline_state_new(DRIFTLINE_ABI, &story->state, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        result = driftline_scheduler_new(DRIFTLINE_ABI, node, &story->config, &story->scheduler, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        install(story);
    } else {
        print_error(story, result, &error);
    }
}

static void command_install(story *story, arguments *arguments)
{
    if (arguments_end(arguments)) {
        install(story);
    }
}

static void command_uninstall(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    if (arguments_end(arguments)) {
        driftline_result result = driftline_scheduler_uninstall(story->scheduler, &error);
        if (result != DRIFTLINE_RESULT_OK) {
            print_error(story, result, &error);
        }
    }
}

static void command_scorer(story *story, arguments *arguments)
{
    world wanted = story->world;
    const char *value = take_optional(arguments, "batch");
    if (value != NULL) {
        wanted.batch = parse_choice(story, value, off_on_words) != 0;
    }
    value = take_optional(arguments, "live");
    if (value != NULL) {
        wanted.live = parse_choice(story, value, off_on_words) != 0;
    }
    value = take_optional(arguments, "chain_fingerprints");
    if (value != NULL) {
        wanted.with_chain_fingerprints = parse_choice(story, value, off_on_words) != 0;
    }
    if (arguments_end(arguments)) {
        story->world.batch = wanted.batch;
        story->world.live = wanted.live;
        story->world.with_chain_fingerprints = wanted.with_chain_fingerprints;
        install(story);
    }
}

/* ---- Tables ---- */

static void command_score(story *story, arguments *arguments)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    token *pair;
    while ((pair = take_any_pair(arguments)) != NULL) {
        table_set(&story->world.scores, chain, parse_id(story, pair->key), parse_score(story, pair->value));
    }
    arguments_end(arguments);
}

static void command_live(story *story, arguments *arguments)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    token *pair;
    while ((pair = take_any_pair(arguments)) != NULL) {
        uint64_t node = parse_id(story, pair->key);
        if (strcmp(pair->value, "unset") == 0) {
            table_unset(&story->world.live_scores, chain, node);
        } else {
            table_set(&story->world.live_scores, chain, node, parse_score(story, pair->value));
        }
    }
    arguments_end(arguments);
}

static void set_fingerprints(story *story, arguments *arguments, table *table)
{
    token *pair;
    while ((pair = take_any_pair(arguments)) != NULL) {
        table_set(table, parse_id(story, pair->key), 0, parse_fingerprint(story, pair->value));
    }
    arguments_end(arguments);
}

static void command_fingerprint(story *story, arguments *arguments)
{
    set_fingerprints(story, arguments, &story->world.fingerprints);
}

static void command_chainprint(story *story, arguments *arguments)
{
    set_fingerprints(story, arguments, &story->world.chain_fingerprints);
}

/* `none`, `fail(CODE)` or `interrupt` in place of values. False: none of them is there. */
static bool take_no_value(arguments *arguments, answer *answer)
{
    memset(answer, 0, sizeof *answer);
    if (take_flag(arguments, "none")) {
        answer->kind = ANSWER_NOTHING;
        return true;
    }
    for (size_t at = 0; at < arguments->count; at++) {
        token *token = &arguments->tokens[at];
        if (token->value == NULL && parse_failure(token->key, &answer->code)) {
            token->taken = true;
            answer->kind = ANSWER_FAILS;
            return true;
        }
    }
    answer->kind = ANSWER_VALUE;
    return false;
}

static void command_alternative(story *story, arguments *arguments)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    answer answer;
    if (!take_no_value(arguments, &answer)) {
        answer.alternative.node = parse_id(story, take(arguments, "node"));
        answer.alternative.score = parse_number(story, take(arguments, "score"));
    }
    if (arguments_end(arguments)) {
        table_set(&story->world.alternatives, chain, 0, answer);
        index_unset(&story->world, chain);
    }
}

static void command_alternatives(story *story, arguments *arguments)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    driftline_alternative *homes = NULL;
    size_t count = 0;
    token *pair;
    while ((pair = take_any_pair(arguments)) != NULL) {
        driftline_alternative home = {parse_id(story, pair->key), parse_number(story, pair->value), 0};
        homes = grow(homes, count + 1, sizeof home);
        homes[count] = home;
        count += 1;
    }
    if (count == 0) {
        refuse(story, "an index of no home");
    }
    if (arguments_end(arguments)) {
        index_set(&story->world, chain, homes, count);
    }
    free(homes);
}

static void command_cost(story *story, arguments *arguments)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    uint64_t node = parse_id(story, take(arguments, "node"));
    answer answer;
    if (!take_no_value(arguments, &answer)) {
        const char *transfer = take_optional(arguments, "transfer");
        const char *disruption = take_optional(arguments, "disruption");
        const char *reliability = take_optional(arguments, "reliability");
        answer.cost.state_transfer_ns = transfer == NULL ? 0 : parse_time(story, transfer);
        answer.cost.disruption_ns = disruption == NULL ? 0 : parse_time(story, disruption);
        answer.cost.reliability_factor = reliability == NULL ? 1.0f : parse_number(story, reliability);
    }
    if (arguments_end(arguments)) {
        table_set(&story->world.costs, chain, node, answer);
    }
}

/* ---- By name ---- */

static const struct command {
    const char *name;
    command_function function;
} commands[] = {
    {"node", command_node},
    {"install", command_install},
    {"uninstall", command_uninstall},
    {"scorer", command_scorer},
    {"score", command_score},
    {"live", command_live},
    {"fingerprint", command_fingerprint},
    {"chainprint", command_chainprint},
    {"alternative", command_alternative},
    {"alternatives", command_alternatives},
    {"cost", command_cost},
};

command_function command_find(const char *name)
{
    for (size_t at = 0; at < sizeof commands / sizeof commands[0]; at++) {
        if (strcmp(commands[at].name, name) == 0) {
            return commands[at].function;
        }
    }
    return NULL;
}
