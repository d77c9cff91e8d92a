/* Element sizes of arrays, capacities, and pointers that are not aligned. */
#include "misuse.h"

/* What every element size must be: a multiple of 8, at least 16, at most 4096. */
static const size_t wrong_sizes[] = {0, 1, 4, 8, 15, 17, 20, 36, 4104, SIZE_MAX, (size_t)PTRDIFF_MAX + 1};
#define WRONG_SIZE_COUNT (sizeof wrong_sizes / sizeof wrong_sizes[0])

static uint64_t room[1024]; /* aligned, and larger than any array here */

/* ---- One function for each array that comes with an element size ---- */

typedef driftline_result (*element_call)(size_t element_size);

static driftline_result apply(size_t element_size)
{
    driftline_event event = event_of(DRIFTLINE_EVENT_CHAIN_TOUCHED, CHAIN_BAD, 0);
    memset(room, 0, sizeof room);
    memcpy(room, &event, sizeof event);
    return driftline_state_apply(fixture.state, (const driftline_event *)room, 1, element_size, &fixture.error);
}

static driftline_result sampled(size_t element_size)
{
    size_t count = 0;
    return driftline_scheduler_sampled(fixture.scheduler, (driftline_sampled *)room, 4, element_size, &count,
                                       &fixture.error);
}

static driftline_result failures(size_t element_size)
{
    size_t count = 0;
    return driftline_scheduler_failures(fixture.scheduler, (driftline_failure *)room, 4, element_size, &count,
                                        &fixture.error);
}

static driftline_result tick(size_t element_size)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    return driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, element_size, &actions, &count, NULL,
                                    &fixture.error);
}

static driftline_result decide(size_t element_size)
{
    const driftline_action *actions = NULL;
    size_t count = 0;
    return driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, element_size, &actions, &count, NULL,
                                      &fixture.error);
}

static driftline_result diff(size_t element_size)
{
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    size_t count = 0;
    return driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                    (driftline_action *)room, 4, element_size, &count, NULL, &fixture.error);
}

static driftline_result transitions(size_t element_size)
{
    size_t count = 0;
    return driftline_scheduler_transitions(fixture.scheduler, 0, (driftline_transition *)room, 4, element_size, &count,
                                           &fixture.error);
}

static driftline_result blocked(size_t element_size)
{
    driftline_drain_status status;
    size_t count = 0;
    status.struct_size = (uint32_t)sizeof status;
    return driftline_scheduler_drain_status(fixture.scheduler, fixture.state, NODE_BAD, &status,
                                            (driftline_blocked *)room, 4, element_size, &count, &fixture.error);
}

static driftline_result drains(size_t element_size)
{
    size_t count = 0;
    return driftline_state_drains(fixture.state, (driftline_node_time *)room, 4, element_size, &count, &fixture.error);
}

static driftline_result avoided(size_t element_size)
{
    size_t count = 0;
    return driftline_state_avoided(fixture.state, (driftline_node_time *)room, 4, element_size, &count,
                                   &fixture.error);
}

static driftline_result history(size_t element_size)
{
    size_t count = 0;
    return driftline_history(fixture.scheduler, CHAIN_BAD, (driftline_sample *)room, 4, element_size, &count, NULL,
                             NULL, &fixture.error);
}

static driftline_result cells(size_t element_size)
{
    size_t count = 0;
    return driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, (driftline_cell *)room, 4, element_size, &count,
                                    &fixture.error);
}

static void refuse_elements(element_call call)
{
    uint64_t asked = fixture.puppet.calls[ENTRY_SCORE];
    for (size_t at = 0; at < WRONG_SIZE_COUNT; at++) {
        PATTERN(room);
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, call(wrong_sizes[at]));
        if (call != apply) {
            UNTOUCHED(room);
        }
    }
    CHECK(fixture.puppet.calls[ENTRY_SCORE] == asked);
}

static void accept_elements(element_call call, size_t known_size)
{
    fixture.state_may_change = fixture.scheduler_may_change = true;
    ACCEPTED(call(known_size));
    ACCEPTED(call(known_size + 8));
    ACCEPTED(call(16));
    /* The limit itself; the room holds one element of that size, and no call here writes more than three. */
    if (known_size * 4 <= sizeof room) {
        ACCEPTED(call(sizeof room / 4));
    }
}

static void element_sizes_of_moves(void)
{
    CASE("element size: transitions of scheduler_transitions")
    {
        refuse_elements(transitions);
        accept_elements(transitions, sizeof(driftline_transition));
    }
    CASE("element size: blocked chains of scheduler_drain_status")
    {
        refuse_elements(blocked);
        accept_elements(blocked, sizeof(driftline_blocked));
    }
    CASE("element size: nodes of state_drains")
    {
        refuse_elements(drains);
        accept_elements(drains, sizeof(driftline_node_time));
    }
    CASE("element size: nodes of state_avoided")
    {
        refuse_elements(avoided);
        accept_elements(avoided, sizeof(driftline_node_time));
    }
}

static void element_sizes(void)
{
    CASE("element size: events of state_apply")
    {
        refuse_elements(apply);
        accept_elements(apply, sizeof(driftline_event));
    }
    CASE("element size: chains of scheduler_sampled")
    {
        refuse_elements(sampled);
        accept_elements(sampled, sizeof(driftline_sampled));
    }
    CASE("element size: failures of scheduler_failures")
    {
        refuse_elements(failures);
        accept_elements(failures, sizeof(driftline_failure));
    }
    CASE("element size: actions of scheduler_tick")
    {
        refuse_elements(tick);
        accept_elements(tick, sizeof(driftline_action));
    }
    CASE("element size: actions of scheduler_decide")
    {
        refuse_elements(decide);
        accept_elements(decide, sizeof(driftline_action));
    }
    CASE("element size: actions of diff_scheduler")
    {
        refuse_elements(diff);
        accept_elements(diff, sizeof(driftline_action));
    }
    CASE("element size: samples of history")
    {
        refuse_elements(history);
        accept_elements(history, sizeof(driftline_sample));
    }
    CASE("element size: cells of snapshot_cells")
    {
        refuse_elements(cells);
        accept_elements(cells, sizeof(driftline_cell));
    }
}

/* ---- What an array with larger or smaller elements holds ---- */

/* The tick's actions, with an element size of the caller's. */
static const unsigned char *tick_with_size(size_t element_size, size_t *count)
{
    const driftline_action *actions = NULL;
    fixture.state_may_change = fixture.scheduler_may_change = true;
    ACCEPTED(driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, element_size, &actions, count, NULL,
                                      &fixture.error));
    return (const unsigned char *)actions;
}

/* Makes chain 8 as bad as chain 7, so that there are two actions. */
static void two_bad_chains(void)
{
    driftline_event events[2];
    events[0] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, NODE_BAD);
    events[1] = event_of(DRIFTLINE_EVENT_CHAIN_REMOVED, CHAIN_WELL, 0);
    ACCEPTED(driftline_state_apply(fixture.state, events, 2, sizeof events[0], &fixture.error));
    events[0] = event_of(DRIFTLINE_EVENT_LEADER_SET, CHAIN_UNKNOWN, THIS_NODE);
    ACCEPTED(driftline_state_apply(fixture.state, events, 1, sizeof events[0], &fixture.error));
    fixture.puppet.every_chain_is_bad = true;
    fixture.state_may_change = fixture.scheduler_may_change = true;
}

static void element_contents(void)
{
    CASE("element size: a newer caller's actions lie apart, with zeros in between")
    {
        driftline_action first;
        driftline_action second;
        const size_t stride = sizeof first + 24;
        const unsigned char zeros[24] = {0};
        const unsigned char *actions;
        size_t count = 0;
        two_bad_chains();
        actions = tick_with_size(stride, &count);
        if (CHECK(count == 2)) {
            memcpy(&first, actions, sizeof first);
            memcpy(&second, actions + stride, sizeof second);
            CHECK(first.chain == CHAIN_BAD && second.chain == CHAIN_UNKNOWN);
            CHECK(first.victim == NODE_BAD && second.victim == NODE_BAD);
            CHECK(memcmp(actions + sizeof first, zeros, sizeof zeros) == 0);
            CHECK(memcmp(actions + stride + sizeof first, zeros, sizeof zeros) == 0);
        }
    }
    CASE("element size: an older caller's actions are cut off and lie close")
    {
        const unsigned char *actions;
        uint64_t first;
        uint64_t second;
        size_t count = 0;
        two_bad_chains();
        actions = tick_with_size(16, &count);
        if (CHECK(count == 2)) {
            memcpy(&first, actions + offsetof(driftline_action, chain), sizeof first);
            memcpy(&second, actions + 16 + offsetof(driftline_action, chain), sizeof second);
            CHECK(first == CHAIN_BAD && second == CHAIN_UNKNOWN);
        }
    }
}

static void element_contents_elsewhere(void)
{
    CASE("element size: a newer event that sets what this library does not know is refused by its index")
    {
        driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, 1);
        const size_t stride = sizeof event + 8;
        memset(room, 0, sizeof room);
        memcpy(room, &event, sizeof event);
        memcpy((unsigned char *)room + stride, &event, sizeof event);
        ((unsigned char *)room)[2 * stride - 1] = 1;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_state_apply(fixture.state, (const driftline_event *)room, 2, stride, &fixture.error));
        CHECK(fixture.error.index == 1);
    }
    CASE("element size: a newer event with zeros there is applied")
    {
        driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, 1);
        uint64_t holders[2];
        driftline_chain chain;
        size_t count = 0;
        const size_t stride = sizeof event + 8;
        fixture.state_may_change = true;
        memset(room, 0, sizeof room);
        memcpy(room, &event, sizeof event);
        event.node = 2;
        memcpy((unsigned char *)room + stride, &event, sizeof event);
        ACCEPTED(driftline_state_apply(fixture.state, (const driftline_event *)room, 2, stride, &fixture.error));
        chain.struct_size = (uint32_t)sizeof chain;
        ACCEPTED(driftline_state_chain(fixture.state, CHAIN_UNKNOWN, &chain, holders, 2, &count, &fixture.error));
        CHECK(count == 2 && holders[0] == 1 && holders[1] == 2);
    }
    CASE("element size: a newer caller's cells lie apart, and nothing behind them is written")
    {
        const size_t stride = sizeof(driftline_cell) + 16;
        driftline_cell cell;
        size_t count = 0;
        PATTERN(room);
        ACCEPTED(driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, (driftline_cell *)room, 3, stride, &count,
                                          &fixture.error));
        CHECK(count == 3);
        memcpy(&cell, (unsigned char *)room + 2 * stride, sizeof cell);
        CHECK(cell.node == NODE_BAD && cell.score == 0.4f && cell.reserved == 0);
        CHECK(is_pattern((unsigned char *)room + 3 * stride, sizeof room - 3 * stride));
    }
}

/* ---- Alignment ---- */

/* A pointer into the room that no object of 8 bytes can have. */
#define CROOKED(type) ((type *)(void *)((unsigned char *)room + 1))

static void alignment_of_arrays(void)
{
    static const uint64_t ids[] = {1, 1};
    static const uint64_t offsets[] = {0, 1};
    size_t count = 0;

    CASE("alignment: the arrays of state_load")
    {
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT, driftline_state_load(fixture.state, CROOKED(uint64_t), ids, 1, offsets,
                                                                 ids, 1, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT, driftline_state_load(fixture.state, ids, CROOKED(uint64_t), 1, offsets,
                                                                 ids, 1, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT, driftline_state_load(fixture.state, ids, ids, 1, CROOKED(uint64_t), ids,
                                                                 1, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT, driftline_state_load(fixture.state, ids, ids, 1, offsets,
                                                                 CROOKED(uint64_t), 1, &fixture.error));
    }
    CASE("alignment: the events of state_apply")
    {
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_apply(fixture.state, CROOKED(driftline_event), 1, sizeof(driftline_event),
                                      &fixture.error));
    }
    CASE("alignment: the lists of the state")
    {
        PATTERN(room);
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_chains(fixture.state, CROOKED(uint64_t), 4, &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_chains_on(fixture.state, 1, CROOKED(uint64_t), 4, &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_led_by(fixture.state, 1, CROOKED(uint64_t), 4, &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT, driftline_state_digest(fixture.state, CROOKED(uint64_t), &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_drains(fixture.state, CROOKED(driftline_node_time), 4, sizeof(driftline_node_time),
                                       &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_avoided(fixture.state, CROOKED(driftline_node_time), 4, sizeof(driftline_node_time),
                                        &count, &fixture.error));
        UNTOUCHED(room);
    }
    CASE("alignment: the lists of the scheduler")
    {
        PATTERN(room);
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_sampled(fixture.scheduler, CROOKED(driftline_sampled), 4,
                                            sizeof(driftline_sampled), &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_failures(fixture.scheduler, CROOKED(driftline_failure), 4,
                                             sizeof(driftline_failure), &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_history(fixture.scheduler, CHAIN_BAD, CROOKED(driftline_sample), 4,
                                  sizeof(driftline_sample), &count, NULL, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, CROOKED(driftline_cell), 4,
                                         sizeof(driftline_cell), &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_transitions(fixture.scheduler, 0, CROOKED(driftline_transition), 4,
                                                sizeof(driftline_transition), &count, &fixture.error));
        UNTOUCHED(room);
    }
}

static void alignment_of_structs(void)
{
    CASE("alignment: a config, an explanation, a scorer")
    {
        char text[64];
        size_t length = 0;
        PATTERN(room);
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT, driftline_config_validate(CROOKED(driftline_config), &fixture.error));
        REFUSED_SILENT(DRIFTLINE_RESULT_ALIGNMENT,
                       driftline_config_init(CROOKED(driftline_config), sizeof(driftline_config)));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_explanation_text(CROOKED(driftline_explanation), text, sizeof text, &length,
                                           &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_install(fixture.scheduler, CROOKED(driftline_scorer), &fixture.error));
        UNTOUCHED(room);
    }
}

static void alignment_of_places(void)
{
    CASE("alignment: an action, a policy, a status, and places for one value")
    {
        char text[64];
        size_t length = 0;
        uint32_t is_known = 0;
        uint64_t until_ns = 0;
        PATTERN(room);
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_action_text(CROOKED(driftline_action), sizeof(driftline_action), text, sizeof text, &length,
                                      &fixture.error));
        REFUSED_SILENT(DRIFTLINE_RESULT_ALIGNMENT,
                       driftline_config_production(CROOKED(driftline_config), sizeof(driftline_config)));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_set_class_policy(fixture.scheduler, CLASS_KNOWN, CROOKED(driftline_class_policy),
                                                     &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_class_policy(fixture.scheduler, CLASS_KNOWN, CROOKED(driftline_class_policy),
                                                 &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_drain_status(fixture.scheduler, fixture.state, NODE_BAD,
                                                 CROOKED(driftline_drain_status), NULL, 0, sizeof(driftline_blocked),
                                                 &length, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_frozen_until(fixture.state, CROOKED(uint32_t), &until_ns, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_frozen_until(fixture.state, &is_known, CROOKED(uint64_t), &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_state_import_chain(fixture.state, fixture.exported, fixture.exported_count,
                                             CROOKED(uint64_t), &fixture.error));
        UNTOUCHED(room);
    }
    CASE("alignment: an error struct")
    {
        PATTERN(room);
        REFUSED_SILENT(DRIFTLINE_RESULT_ALIGNMENT,
                       driftline_config_validate(&fixture.config, CROOKED(driftline_error)));
        UNTOUCHED(room);
    }
    CASE("alignment: the places of a tick")
    {
        const driftline_action *actions = NULL;
        size_t count = 0;
        uint64_t asked = fixture.puppet.calls[ENTRY_SCORE];
        PATTERN(room);
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions,
                                         CROOKED(const driftline_action *), &count, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                         CROOKED(size_t), NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions, &count,
                                         CROOKED(driftline_report), &fixture.error));
        UNTOUCHED(room);
        CHECK(fixture.puppet.calls[ENTRY_SCORE] == asked);
    }
}

void misuse_element(void)
{
    element_sizes();
    element_sizes_of_moves();
    element_contents();
    element_contents_elsewhere();
    alignment_of_arrays();
    alignment_of_structs();
    alignment_of_places();
}
