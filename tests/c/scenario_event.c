/* Commands that tell the state what happened: events and memberships. */
#include "scenario.h"

#include <stdlib.h>
#include <string.h>

static void apply_collected(story *story)
{
    driftline_error error = error_empty();
    driftline_result result = driftline_state_apply(story->state, story->events, story->event_count,
                                                    sizeof *story->events, &error);
    /* An inventory is told what has happened, not what was refused. */
    if (result == DRIFTLINE_RESULT_OK && story->inventory.bits != 0) {
        result = driftline_inventory_follow(story->inventory, story->events, story->event_count, sizeof *story->events,
                                            &error);
    }
    story->event_count = 0;
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
    }
}

static void collect(story *story, driftline_event event)
{
    story->events = grow(story->events, story->event_count + 1, sizeof event);
    story->events[story->event_count] = event;
    story->event_count += 1;
}

/* An event without a value. */
static driftline_event event_of(uint32_t kind, uint64_t chain, uint64_t node)
{
    driftline_event event;
    memset(&event, 0, sizeof event);
    event.kind = kind;
    event.chain = chain;
    event.node = node;
    return event;
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
            collect(story, event_of(kind, chain, nodes[at]));
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

static void command_touch(story *story, arguments *arguments)
{
    const char *node = take_optional(arguments, "node");
    driftline_event event = node == NULL
                                ? event_of(DRIFTLINE_EVENT_CHAIN_TOUCHED, parse_id(story, take(arguments, "chain")), 0)
                                : event_of(DRIFTLINE_EVENT_NODE_TOUCHED, 0, parse_id(story, node));
    if (arguments_end(arguments)) {
        collect(story, event);
        apply_unless_collecting(story);
    }
}

/* ---- Events that are one fact each: which arguments they have ---- */

typedef enum value_form { VALUE_NONE, VALUE_COUNT, VALUE_SMALL_COUNT, VALUE_TIME } value_form;

static const struct fact {
    const char *name;
    uint32_t kind;
    bool has_chain, has_node;
    const char *value_key; /* NULL: it has no value */
    value_form value_form;
} facts[] = {
    {"lead", DRIFTLINE_EVENT_LEADER_SET, true, true, NULL, VALUE_NONE},
    {"unlead", DRIFTLINE_EVENT_LEADER_CLEARED, true, false, NULL, VALUE_NONE},
    {"delete", DRIFTLINE_EVENT_CHAIN_REMOVED, true, false, NULL, VALUE_NONE},
    {"claim", DRIFTLINE_EVENT_CLAIM_ACQUIRED, true, false, NULL, VALUE_NONE},
    {"release", DRIFTLINE_EVENT_CLAIM_RELEASED, true, false, NULL, VALUE_NONE},
    {"desire", DRIFTLINE_EVENT_DESIRED_REPLICAS, true, false, "count", VALUE_SMALL_COUNT},
    {"revision", DRIFTLINE_EVENT_CHAIN_REVISION, true, false, "value", VALUE_COUNT},
    {"class", DRIFTLINE_EVENT_CHAIN_CLASS, true, false, "class", VALUE_SMALL_COUNT},
    {"drain", DRIFTLINE_EVENT_DRAIN, false, true, "deadline", VALUE_TIME},
    {"undrain", DRIFTLINE_EVENT_DRAIN_CANCELLED, false, true, NULL, VALUE_NONE},
    {"avoid", DRIFTLINE_EVENT_AVOID, false, true, "until", VALUE_TIME},
    {"freeze", DRIFTLINE_EVENT_FREEZE_UNTIL, false, false, "until", VALUE_TIME},
    {"thaw", DRIFTLINE_EVENT_THAW, false, false, NULL, VALUE_NONE},
    {"force-evict", DRIFTLINE_EVENT_FORCE_EVICT, true, true, NULL, VALUE_NONE},
    {"force-place", DRIFTLINE_EVENT_FORCE_PLACE, true, true, NULL, VALUE_NONE},
    {"fail", DRIFTLINE_EVENT_MOVE_FAILED, true, false, NULL, VALUE_NONE},
};

static uint64_t parse_value(story *story, const char *text, value_form form)
{
    switch (form) {
    case VALUE_TIME:
        return parse_time(story, text);
    case VALUE_SMALL_COUNT:
        return parse_small_integer(story, text);
    default:
        return parse_integer(story, text);
    }
}

static const struct fact *fact_find(const char *name)
{
    for (size_t at = 0; at < sizeof facts / sizeof facts[0]; at++) {
        if (strcmp(facts[at].name, name) == 0) {
            return &facts[at];
        }
    }
    return NULL;
}

static void command_fact(story *story, arguments *arguments)
{
    const struct fact *fact = fact_find(arguments->name);
    driftline_event event = event_of(fact->kind, 0, 0);
    if (fact->has_chain) {
        event.chain = parse_id(story, take(arguments, "chain"));
    }
    if (fact->has_node) {
        event.node = parse_id(story, take(arguments, "node"));
    }
    if (fact->value_key != NULL) {
        event.value = parse_value(story, take(arguments, fact->value_key), fact->value_form);
    }
    if (arguments_end(arguments)) {
        collect(story, event);
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
    if (result == DRIFTLINE_RESULT_OK && story->inventory.bits != 0) {
        result = driftline_inventory_load(story->inventory, membership->chains, membership->leaders,
                                          membership->chain_count, membership->holder_offsets, membership->holders,
                                          membership->holder_count, &error);
    }
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

/* ---- By name ---- */

static const struct command {
    const char *name;
    bool is_event;
    command_function function;
} commands[] = {
    {"add", true, command_add},       {"remove", true, command_remove}, {"touch", true, command_touch},
    {"begin", false, command_begin},  {"commit", true, command_commit}, {"load", false, command_load},
    {"load-raw", false, command_load_raw},
};

static const struct command *command_named(const char *name)
{
    for (size_t at = 0; at < sizeof commands / sizeof commands[0]; at++) {
        if (strcmp(commands[at].name, name) == 0) {
            return &commands[at];
        }
    }
    return NULL;
}

command_function event_find(const char *name)
{
    const struct command *command = command_named(name);
    if (command != NULL) {
        return command->function;
    }
    return fact_find(name) == NULL ? NULL : command_fact;
}

bool command_is_event(const char *name)
{
    const struct command *command = command_named(name);
    return command == NULL ? fact_find(name) != NULL : command->is_event;
}
