/* Commands that set something up: scheduler, state, tables. */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

/* ---- Set-up ---- */

void story_end(story *story)
{
    if (driftline_scheduler_free(story->scheduler) != DRIFTLINE_RESULT_OK
        || driftline_state_free(story->state) != DRIFTLINE_RESULT_OK) {
        disagree(story, "a handle could not be freed");
    }
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

/* One of two words, as a number. */
static uint32_t choose(story *story, const char *word, const char *zero, const char *one)
{
    if (strcmp(word, zero) != 0 && strcmp(word, one) != 0) {
        refuse(story, "'%s' is neither %s nor %s", word, zero, one);
    }
    return strcmp(word, one) == 0;
}

static void take_numbers(story *story, arguments *arguments, driftline_config *config)
{
    const char *value = take_optional(arguments, "score_floor");
    if (value != NULL) {
        config->score_floor = parse_number(story, value);
    }
    value = take_optional(arguments, "hysteresis_gap");
    if (value != NULL) {
        config->hysteresis_gap = parse_number(story, value);
    }
    value = take_optional(arguments, "cost_per_sec");
    if (value != NULL) {
        config->cost_per_sec = parse_number(story, value);
    }
    value = take_optional(arguments, "cooldown");
    if (value != NULL) {
        config->cooldown_ns = parse_time(story, value);
    }
    value = take_optional(arguments, "decision_interval");
    if (value != NULL) {
        config->decision_interval_ns = parse_time(story, value);
    }
}

static void take_limits(story *story, arguments *arguments, driftline_config *config)
{
    const char *value = take_optional(arguments, "max_scores_per_tick");
    if (value != NULL) {
        config->max_scores_per_tick = parse_integer(story, value);
    }
    value = take_optional(arguments, "backstop_spread");
    if (value != NULL) {
        config->backstop_spread = choose(story, value, "off", "on");
    }
    value = take_optional(arguments, "retry_backoff");
    if (value != NULL) {
        config->retry_backoff_ns = parse_time(story, value);
    }
}

static void command_config(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_config config = story->config;
    driftline_result result;
    const char *value;

    take_numbers(story, arguments, &config);
    take_limits(story, arguments, &config);
    value = take_optional(arguments, "on_scorer_error");
    if (value != NULL) {
        /* The words stand in the order of their numbers. */
        config.on_scorer_error = choose(story, value, "abort", "skip_chain");
    }
    value = take_optional(arguments, "fingerprint_mode");
    if (value != NULL) {
        config.fingerprint_mode = choose(story, value, "poll", "push");
    }
    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_scheduler_configure(story->scheduler, &config, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        story->config = config;
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
        wanted.batch = choose(story, value, "off", "on") != 0;
    }
    value = take_optional(arguments, "live");
    if (value != NULL) {
        wanted.live = choose(story, value, "off", "on") != 0;
    }
    value = take_optional(arguments, "chain_fingerprints");
    if (value != NULL) {
        wanted.with_chain_fingerprints = choose(story, value, "off", "on") != 0;
    }
    if (arguments_end(arguments)) {
        story->world.batch = wanted.batch;
        story->world.live = wanted.live;
        story->world.with_chain_fingerprints = wanted.with_chain_fingerprints;
        install(story);
    }
}

/* ---- Events ---- */

static void apply_collected(story *story)
{
    driftline_error error = error_empty();
    driftline_result result = driftline_state_apply(story->state, story->events, story->event_count,
                                                    sizeof *story->events, &error);
    story->event_count = 0;
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
    }
}

static void collect(story *story, uint32_t kind, uint64_t chain, uint64_t node)
{
    driftline_event event;
    memset(&event, 0, sizeof event);
    event.kind = kind;
    event.chain = chain;
    event.node = node;
    story->events = grow(story->events, story->event_count + 1, sizeof event);
    story->events[story->event_count] = event;
    story->event_count += 1;
}

static void apply_unless_collecting(story *story)
{
    if (!story->collecting) {
        apply_collected(story);
    }
}

static void holder_events(story *story, arguments *arguments, uint32_t kind)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    uint64_t *nodes;
    size_t count = parse_list(story, take(arguments, "nodes"), parse_id, &nodes);
    if (arguments_end(arguments)) {
        for (size_t at = 0; at < count; at++) {
            collect(story, kind, chain, nodes[at]);
        }
        apply_unless_collecting(story);
    }
    free(nodes);
}

static void command_add(story *story, arguments *arguments)
{
    holder_events(story, arguments, DRIFTLINE_EVENT_HOLDER_ADDED);
}

static void command_remove(story *story, arguments *arguments)
{
    holder_events(story, arguments, DRIFTLINE_EVENT_HOLDER_REMOVED);
}

static void command_lead(story *story, arguments *arguments)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    uint64_t node = parse_id(story, take(arguments, "node"));
    if (arguments_end(arguments)) {
        collect(story, DRIFTLINE_EVENT_LEADER_SET, chain, node);
        apply_unless_collecting(story);
    }
}

static void chain_event(story *story, arguments *arguments, uint32_t kind)
{
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    if (arguments_end(arguments)) {
        collect(story, kind, chain, 0);
        apply_unless_collecting(story);
    }
}

static void command_unlead(story *story, arguments *arguments)
{
    chain_event(story, arguments, DRIFTLINE_EVENT_LEADER_CLEARED);
}

static void command_delete(story *story, arguments *arguments)
{
    chain_event(story, arguments, DRIFTLINE_EVENT_CHAIN_REMOVED);
}

static void command_claim(story *story, arguments *arguments)
{
    chain_event(story, arguments, DRIFTLINE_EVENT_CLAIM_ACQUIRED);
}

static void command_release(story *story, arguments *arguments)
{
    chain_event(story, arguments, DRIFTLINE_EVENT_CLAIM_RELEASED);
}

static void command_touch(story *story, arguments *arguments)
{
    const char *node = take_optional(arguments, "node");
    if (node == NULL) {
        chain_event(story, arguments, DRIFTLINE_EVENT_CHAIN_TOUCHED);
        return;
    }
    uint64_t id = parse_id(story, node);
    if (arguments_end(arguments)) {
        collect(story, DRIFTLINE_EVENT_NODE_TOUCHED, 0, id);
        apply_unless_collecting(story);
    }
}

static void command_begin(story *story, arguments *arguments)
{
    if (arguments_end(arguments)) {
        story->collecting = true;
    }
}

static void command_commit(story *story, arguments *arguments)
{
    if (!story->collecting) {
        refuse(story, "commit without begin");
    }
    if (arguments_end(arguments)) {
        story->collecting = false;
        apply_collected(story);
    }
}

/* ---- Membership ---- */

typedef struct membership {
    uint64_t *chains, *leaders, *holder_offsets, *holders;
    size_t chain_count, leader_count, offset_count, holder_count;
} membership;

static void load(story *story, const membership *membership)
{
    driftline_error error = error_empty();
    driftline_result result =
        driftline_state_load(story->state, membership->chains, membership->leaders, membership->chain_count,
                             membership->holder_offsets, membership->holders, membership->holder_count, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
    }
}

static void membership_free(membership *membership)
{
    free(membership->chains);
    free(membership->leaders);
    free(membership->holder_offsets);
    free(membership->holders);
}

static void push(uint64_t **list, size_t *count, uint64_t value)
{
    *list = grow(*list, *count + 1, sizeof **list);
    (*list)[*count] = value;
    *count += 1;
}

/* "7:1:1,2,3" */
static void take_chain(story *story, membership *membership, char *text)
{
    char *leader = strchr(text, ':');
    char *holders = leader == NULL ? NULL : strchr(leader + 1, ':');
    uint64_t *list;
    size_t count;

    if (holders == NULL) {
        refuse(story, "'%s' is not CHAIN:LEADER:HOLDERS", text);
        return;
    }
    *leader = '\0';
    *holders = '\0';
    push(&membership->chains, &membership->chain_count, parse_id(story, text));
    push(&membership->leaders, &membership->leader_count, parse_leader(story, leader + 1));
    count = parse_list(story, holders + 1, parse_id, &list);
    for (size_t at = 0; at < count; at++) {
        push(&membership->holders, &membership->holder_count, list[at]);
    }
    push(&membership->holder_offsets, &membership->offset_count, membership->holder_count);
    free(list);
}

static void command_load(story *story, arguments *arguments)
{
    membership membership;
    memset(&membership, 0, sizeof membership);
    push(&membership.holder_offsets, &membership.offset_count, 0);
    for (size_t at = 0; at < arguments->count; at++) {
        token *token = &arguments->tokens[at];
        if (token->value == NULL) {
            token->taken = true;
            take_chain(story, &membership, token->key);
        }
    }
    if (arguments_end(arguments)) {
        load(story, &membership);
    }
    membership_free(&membership);
}

static void command_load_raw(story *story, arguments *arguments)
{
    membership membership;
    uint64_t last;

    memset(&membership, 0, sizeof membership);
    membership.chain_count = parse_list(story, take(arguments, "chains"), parse_id, &membership.chains);
    membership.leader_count = parse_list(story, take(arguments, "leaders"), parse_leader, &membership.leaders);
    membership.offset_count = parse_list(story, take(arguments, "offsets"), parse_integer, &membership.holder_offsets);
    membership.holder_count = parse_list(story, take(arguments, "holders"), parse_id, &membership.holders);
    /* C hands over pointers, so the lengths have to be what the library will assume. */
    last = membership.offset_count == 0 ? 0 : membership.holder_offsets[membership.offset_count - 1];
    if (membership.leader_count != membership.chain_count || membership.offset_count != membership.chain_count + 1
        || membership.holder_count != last) {
        refuse(story, "arrays of these lengths cannot be said in C");
    }
    if (arguments_end(arguments)) {
        load(story, &membership);
    }
    membership_free(&membership);
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
    }
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
    bool is_event;
    command_function function;
} commands[] = {
    {"node", false, command_node},
    {"config", false, command_config},
    {"install", false, command_install},
    {"uninstall", false, command_uninstall},
    {"scorer", false, command_scorer},
    {"add", true, command_add},
    {"remove", true, command_remove},
    {"lead", true, command_lead},
    {"unlead", true, command_unlead},
    {"delete", true, command_delete},
    {"claim", true, command_claim},
    {"release", true, command_release},
    {"touch", true, command_touch},
    {"begin", false, command_begin},
    {"commit", true, command_commit},
    {"load", false, command_load},
    {"load-raw", false, command_load_raw},
    {"score", false, command_score},
    {"live", false, command_live},
    {"fingerprint", false, command_fingerprint},
    {"chainprint", false, command_chainprint},
    {"alternative", false, command_alternative},
    {"cost", false, command_cost},
};

static const struct command *find(const char *name)
{
    for (size_t at = 0; at < sizeof commands / sizeof commands[0]; at++) {
        if (strcmp(commands[at].name, name) == 0) {
            return &commands[at];
        }
    }
    return NULL;
}

command_function command_find(const char *name)
{
    const struct command *command = find(name);
    return command == NULL ? NULL : command->function;
}

bool command_is_event(const char *name)
{
    const struct command *command = find(name);
    return command != NULL && command->is_event;
}
