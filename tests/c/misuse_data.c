/* Events, memberships and ids that cannot be: all or nothing, and the error names the element. */
#include "misuse.h"

/* Applies three good events around one that is bad, so that "nothing" can be told from "a part". */
static void refuse_event(driftline_result code, driftline_event bad)
{
    driftline_event events[3];
    events[0] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_UNKNOWN, 1);
    events[1] = bad;
    events[2] = event_of(DRIFTLINE_EVENT_HOLDER_REMOVED, CHAIN_BAD, 1);
    REFUSED(code, driftline_state_apply(fixture.state, events, 3, sizeof events[0], &fixture.error));
    CHECK(fixture.error.index == 1);
}

static void event_kinds(void)
{
    CASE("event: kind 0")
    {
        refuse_event(DRIFTLINE_RESULT_EVENT, event_of(0, 1, 1));
    }
    CASE("event: the kind after the last")
    {
        refuse_event(DRIFTLINE_RESULT_EVENT, event_of(DRIFTLINE_EVENT_MOVE_FAILED + 1, 1, 1));
    }
    CASE("event: the largest kind")
    {
        refuse_event(DRIFTLINE_RESULT_EVENT, event_of(UINT32_MAX, 0, 0));
    }
    CASE("event: a known kind with a high bit")
    {
        refuse_event(DRIFTLINE_RESULT_EVENT, event_of(DRIFTLINE_EVENT_HOLDER_ADDED | 0x80000000u, 1, 1));
    }
    CASE("event: the first of several bad ones is named")
    {
        driftline_event events[3];
        events[0] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, 1, 1);
        events[1] = event_of(0, 0, 0);
        events[2] = event_of(99, 0, 0);
        REFUSED(DRIFTLINE_RESULT_EVENT,
                driftline_state_apply(fixture.state, events, 3, sizeof events[0], &fixture.error));
        CHECK(fixture.error.index == 1);
    }
}

/* What each kind uses. */
static const struct kind {
    uint32_t number;
    bool chain, node, value;
} kinds[] = {
    {DRIFTLINE_EVENT_HOLDER_ADDED, true, true, false},     {DRIFTLINE_EVENT_HOLDER_REMOVED, true, true, false},
    {DRIFTLINE_EVENT_LEADER_SET, true, true, false},       {DRIFTLINE_EVENT_LEADER_CLEARED, true, false, false},
    {DRIFTLINE_EVENT_CHAIN_REMOVED, true, false, false},   {DRIFTLINE_EVENT_CLAIM_ACQUIRED, true, false, false},
    {DRIFTLINE_EVENT_CLAIM_RELEASED, true, false, false},  {DRIFTLINE_EVENT_NODE_TOUCHED, false, true, false},
    {DRIFTLINE_EVENT_CHAIN_TOUCHED, true, false, false},   {DRIFTLINE_EVENT_DESIRED_REPLICAS, true, false, true},
    {DRIFTLINE_EVENT_CHAIN_REVISION, true, false, true},   {DRIFTLINE_EVENT_CHAIN_CLASS, true, false, true},
    {DRIFTLINE_EVENT_DRAIN, false, true, true},            {DRIFTLINE_EVENT_DRAIN_CANCELLED, false, true, false},
    {DRIFTLINE_EVENT_AVOID, false, true, true},            {DRIFTLINE_EVENT_FREEZE_UNTIL, false, false, true},
    {DRIFTLINE_EVENT_THAW, false, false, false},           {DRIFTLINE_EVENT_FORCE_EVICT, true, true, false},
    {DRIFTLINE_EVENT_FORCE_PLACE, true, true, false},      {DRIFTLINE_EVENT_MOVE_FAILED, true, false, false},
};
#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static driftline_event good_event(const struct kind *kind)
{
    return event_with(kind->number, kind->chain ? CHAIN_BAD : 0, kind->node ? 1 : 0, kind->value ? 3 : 0);
}

static void event_fields(void)
{
    CASE("event: flags that are reserved, in every kind")
    {
        for (size_t at = 0; at < KIND_COUNT; at++) {
            driftline_event event = good_event(&kinds[at]);
            event.flags = 1;
            refuse_event(DRIFTLINE_RESULT_RESERVED, event);
            event.flags = 0x80000000u;
            refuse_event(DRIFTLINE_RESULT_RESERVED, event);
        }
    }
    CASE("event: a value where the kind has none")
    {
        for (size_t at = 0; at < KIND_COUNT; at++) {
            driftline_event event = good_event(&kinds[at]);
            if (!kinds[at].value) {
                event.value = 1;
                refuse_event(DRIFTLINE_RESULT_RESERVED, event);
            }
        }
    }
    CASE("event: a node where the kind has none")
    {
        for (size_t at = 0; at < KIND_COUNT; at++) {
            driftline_event event = good_event(&kinds[at]);
            if (!kinds[at].node) {
                event.node = 1;
                refuse_event(DRIFTLINE_RESULT_RESERVED, event);
            }
        }
    }
    CASE("event: a chain where the kind has none")
    {
        for (size_t at = 0; at < KIND_COUNT; at++) {
            driftline_event event = good_event(&kinds[at]);
            if (!kinds[at].chain) {
                event.chain = CHAIN_BAD;
                refuse_event(DRIFTLINE_RESULT_RESERVED, event);
            }
        }
    }
    CASE("event: every kind with what it uses")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        for (size_t at = 0; at < KIND_COUNT; at++) {
            fixture_apply(good_event(&kinds[at]));
        }
    }
}

static void event_values(void)
{
    static const uint32_t small_kinds[] = {DRIFTLINE_EVENT_DESIRED_REPLICAS, DRIFTLINE_EVENT_CHAIN_CLASS};

    CASE("event: the reserved node, in every kind that has one")
    {
        for (size_t at = 0; at < KIND_COUNT; at++) {
            driftline_event event = good_event(&kinds[at]);
            if (kinds[at].node) {
                event.node = DRIFTLINE_NONE;
                refuse_event(DRIFTLINE_RESULT_ID, event);
            }
        }
    }
    CASE("event: a count or a class of more than 32 bits")
    {
        for (size_t at = 0; at < 2; at++) {
            refuse_event(DRIFTLINE_RESULT_EVENT,
                         event_with(small_kinds[at], CHAIN_BAD, 0, (uint64_t)UINT32_MAX + 1));
            refuse_event(DRIFTLINE_RESULT_EVENT, event_with(small_kinds[at], CHAIN_BAD, 0, UINT64_MAX));
        }
    }
    CASE("event: the largest values that there are")
    {
        driftline_chain chain;
        size_t count = 0;
        fixture_apply(event_with(DRIFTLINE_EVENT_DESIRED_REPLICAS, CHAIN_UNKNOWN, 0, UINT32_MAX));
        fixture_apply(event_with(DRIFTLINE_EVENT_CHAIN_CLASS, CHAIN_UNKNOWN, 0, UINT32_MAX));
        fixture_apply(event_with(DRIFTLINE_EVENT_CHAIN_REVISION, CHAIN_UNKNOWN, 0, UINT64_MAX));
        chain.struct_size = (uint32_t)sizeof chain;
        ACCEPTED(driftline_state_chain(fixture.state, CHAIN_UNKNOWN, &chain, NULL, 0, &count, &fixture.error));
        CHECK(chain.flags == (DRIFTLINE_CHAIN_DESIRED | DRIFTLINE_CHAIN_REVISION));
        CHECK(chain.desired_replicas == UINT32_MAX && chain.class_id == UINT32_MAX && chain.revision == UINT64_MAX);
    }
    CASE("event: a chain may have every number, the largest too")
    {
        fixture_apply(event_of(DRIFTLINE_EVENT_HOLDER_ADDED, UINT64_MAX, UINT64_MAX - 1));
    }
}

static void event_order(void)
{
    CASE("event: what was already so changes nothing")
    {
        driftline_event events[4];
        events[0] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_BAD, 1);
        events[1] = event_of(DRIFTLINE_EVENT_HOLDER_REMOVED, CHAIN_BAD, 77);
        events[2] = event_of(DRIFTLINE_EVENT_CLAIM_RELEASED, CHAIN_BAD, 0);
        events[3] = event_of(DRIFTLINE_EVENT_CHAIN_REMOVED, CHAIN_UNKNOWN, 0);
        ACCEPTED(driftline_state_apply(fixture.state, events, 4, sizeof events[0], &fixture.error));
    }
    CASE("event: the last of many is bad")
    {
        driftline_event events[100];
        for (uint64_t at = 0; at < 99; at++) {
            events[at] = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, 1000 + at, at);
        }
        events[99] = event_of(DRIFTLINE_EVENT_LEADER_SET, 1000, DRIFTLINE_NONE);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_state_apply(fixture.state, events, 100, sizeof events[0], &fixture.error));
        CHECK(fixture.error.index == 99);
    }
}

/* ---- Memberships ---- */

/* Two chains and four holders; a case spoils one number. */
typedef struct membership {
    uint64_t chains[2], leaders[2], holder_offsets[3], holders[4];
} membership;

static membership good_membership(void)
{
    membership membership = {{1, 2}, {1, DRIFTLINE_NONE}, {0, 2, 4}, {1, 2, 3, 4}};
    return membership;
}

static driftline_result load(const membership *membership)
{
    return driftline_state_load(fixture.state, membership->chains, membership->leaders, 2, membership->holder_offsets,
                                membership->holders, 4, &fixture.error);
}

static void membership_duplicates(void)
{
    membership membership;

    CASE("load: a chain twice")
    {
        membership = good_membership();
        membership.chains[1] = 1;
        REFUSED(DRIFTLINE_RESULT_DUPLICATE, load(&membership));
        CHECK(fixture.error.index == 1);
        CHECK(fixture.error.chain == 1);
        CHECK(fixture.error.node == DRIFTLINE_NONE);
    }
    CASE("load: a holder twice")
    {
        membership = good_membership();
        membership.holders[3] = 3;
        REFUSED(DRIFTLINE_RESULT_DUPLICATE, load(&membership));
        CHECK(fixture.error.index == 3);
        CHECK(fixture.error.chain == 2);
        CHECK(fixture.error.node == 3);
    }
    CASE("load: the same holder of two chains is fine")
    {
        membership = good_membership();
        membership.holders[2] = 1;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(load(&membership));
    }
    CASE("load: the reserved node as a holder")
    {
        membership = good_membership();
        membership.holders[2] = DRIFTLINE_NONE;
        REFUSED(DRIFTLINE_RESULT_ID, load(&membership));
        CHECK(fixture.error.index == 2);
    }
}

static void membership_offsets(void)
{
    membership membership;

    CASE("load: the first offset is not zero")
    {
        membership = good_membership();
        membership.holder_offsets[0] = 1;
        REFUSED(DRIFTLINE_RESULT_MEMBERSHIP, load(&membership));
        CHECK(fixture.error.index == 0);
    }
    CASE("load: an offset falls")
    {
        membership = good_membership();
        membership.holder_offsets[1] = 3;
        membership.holder_offsets[2] = 2;
        REFUSED(DRIFTLINE_RESULT_MEMBERSHIP, load(&membership));
        CHECK(fixture.error.index == 2);
    }
    CASE("load: an offset in the middle is beyond the end")
    {
        membership = good_membership();
        membership.holder_offsets[1] = UINT64_MAX;
        REFUSED(DRIFTLINE_RESULT_MEMBERSHIP, load(&membership));
        CHECK(fixture.error.index == 2);
    }
    CASE("load: the last offset is not the number of holders")
    {
        const uint64_t ends[] = {0, 3, 5, UINT64_MAX / 16 + 1, UINT64_MAX};
        for (size_t at = 0; at < sizeof ends / sizeof ends[0]; at++) {
            membership = good_membership();
            membership.holder_offsets[2] = ends[at];
            REFUSED(DRIFTLINE_RESULT_MEMBERSHIP, load(&membership));
            CHECK(fixture.error.index == 2);
        }
    }
    CASE("load: an empty membership takes every chain away")
    {
        const uint64_t offsets[] = {0};
        uint64_t chain;
        size_t count = 1;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_state_load(fixture.state, NULL, NULL, 0, offsets, NULL, 0, &fixture.error));
        ACCEPTED(driftline_state_chains(fixture.state, &chain, 1, &count, &fixture.error));
        CHECK(count == 0);
    }
}

/* Counts that only a mistake can produce. No pointer may be followed. */
static void absurd_counts(void)
{
    const size_t counts[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 8, (size_t)PTRDIFF_MAX / 8 + 1};
    const size_t count_count = sizeof counts / sizeof counts[0];
    driftline_event event = event_of(DRIFTLINE_EVENT_CHAIN_TOUCHED, 1, 0);
    const uint64_t ids[] = {0, 0};

    CASE("apply: more events than any memory has")
    {
        for (size_t at = 0; at < count_count; at++) {
            REFUSED(DRIFTLINE_RESULT_CAPACITY,
                    driftline_state_apply(fixture.state, &event, counts[at], sizeof event, &fixture.error));
        }
    }
    CASE("load: more chains than any memory has")
    {
        for (size_t at = 0; at < count_count; at++) {
            REFUSED(DRIFTLINE_RESULT_CAPACITY,
                    driftline_state_load(fixture.state, ids, ids, counts[at], ids, ids, 1, &fixture.error));
        }
    }
    CASE("load: more holders than any memory has")
    {
        const uint64_t offsets[] = {0, 1};
        for (size_t at = 0; at < count_count; at++) {
            REFUSED(DRIFTLINE_RESULT_CAPACITY,
                    driftline_state_load(fixture.state, ids, ids, 1, offsets, ids, counts[at], &fixture.error));
        }
    }
    CASE("state_import_chain: more bytes than any memory has")
    {
        const size_t byte_counts[] = {SIZE_MAX, (size_t)PTRDIFF_MAX + 1};
        uint64_t chain;
        PATTERN(chain);
        for (size_t at = 0; at < 2; at++) {
            REFUSED(DRIFTLINE_RESULT_CAPACITY,
                    driftline_state_import_chain(fixture.state, fixture.exported, byte_counts[at], &chain,
                                                 &fixture.error));
        }
        UNTOUCHED(chain);
    }
    CASE("diff_scheduler: more chains to skip than any memory has")
    {
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        driftline_action actions[4];
        size_t count = 0;
        for (size_t at = 0; at < count_count; at++) {
            REFUSED(DRIFTLINE_RESULT_CAPACITY,
                    driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, ids,
                                             counts[at], actions, 4, sizeof actions[0], &count, NULL, &fixture.error));
        }
    }
}

/* ---- Ids and times ---- */

static void reserved_ids(void)
{
    driftline_scheduler scheduler;
    driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
    driftline_action actions[4];
    uint64_t ids[8];
    size_t count = 0;

    CASE("scheduler_new: this_node is the reserved node")
    {
        PATTERN(scheduler);
        REFUSED(DRIFTLINE_RESULT_ID, driftline_scheduler_new(DRIFTLINE_ABI, DRIFTLINE_NONE, &fixture.config,
                                                             &scheduler, &fixture.error));
        UNTOUCHED(scheduler);
    }
    CASE("diff_scheduler: this_node is the reserved node")
    {
        PATTERN(actions);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_diff_scheduler(fixture.state, DRIFTLINE_NONE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                         actions, 4, sizeof actions[0], &count, NULL, &fixture.error));
        UNTOUCHED(actions);
    }
    CASE("state_chains_on: the reserved node")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_state_chains_on(fixture.state, DRIFTLINE_NONE, ids, 8, &count, &fixture.error));
        UNTOUCHED(ids);
    }
    CASE("scheduler_drain_status: the reserved node")
    {
        driftline_drain_status status;
        driftline_blocked blocked[4];
        PATTERN_SIZED(status);
        PATTERN(blocked);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_scheduler_drain_status(fixture.scheduler, fixture.state, DRIFTLINE_NONE, &status, blocked, 4,
                                                 sizeof blocked[0], &count, &fixture.error));
        UNTOUCHED_SIZED(status);
        UNTOUCHED(blocked);
        UNTOUCHED(count);
    }
    CASE("state_led_by: the reserved node")
    {
        PATTERN(ids);
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_state_led_by(fixture.state, DRIFTLINE_NONE, ids, 8, &count, &fixture.error));
        UNTOUCHED(ids);
    }
}

static void unknown_chains(void)
{
    static const uint64_t chains[] = {CHAIN_NOT_LED, CHAIN_UNKNOWN, UINT64_MAX};

    CASE("state_chain: a chain that does not exist")
    {
        driftline_chain chain;
        uint64_t holders[4];
        size_t count = 0;
        PATTERN_SIZED(chain);
        PATTERN(holders);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_UNKNOWN_CHAIN,
                driftline_state_chain(fixture.state, CHAIN_UNKNOWN, &chain, holders, 4, &count, &fixture.error));
        CHECK(fixture.error.chain == CHAIN_UNKNOWN);
        UNTOUCHED_SIZED(chain);
        UNTOUCHED(holders);
        UNTOUCHED(count);
    }
    CASE("state_export_chain: a chain that does not exist")
    {
        uint8_t bytes[64];
        size_t count = 0;
        PATTERN(bytes);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_UNKNOWN_CHAIN,
                driftline_state_export_chain(fixture.state, CHAIN_UNKNOWN, bytes, sizeof bytes, &count,
                                             &fixture.error));
        CHECK(fixture.error.chain == CHAIN_UNKNOWN);
        UNTOUCHED(bytes);
        UNTOUCHED(count);
    }
    CASE("explain: chains that are not led here")
    {
        driftline_explanation explanation;
        for (size_t at = 0; at < 3; at++) {
            PATTERN_SIZED(explanation);
            REFUSED(DRIFTLINE_RESULT_NOT_LED, driftline_explain(fixture.scheduler, fixture.state, chains[at],
                                                                &explanation, &fixture.error));
            CHECK(fixture.error.chain == chains[at]);
            UNTOUCHED_SIZED(explanation);
        }
    }
    CASE("history: chains that are not led here")
    {
        driftline_sample samples[4];
        size_t count = 0;
        for (size_t at = 0; at < 3; at++) {
            PATTERN(samples);
            PATTERN(count);
            REFUSED(DRIFTLINE_RESULT_NOT_LED, driftline_history(fixture.scheduler, chains[at], samples, 4,
                                                                sizeof samples[0], &count, NULL, NULL, &fixture.error));
            CHECK(fixture.error.chain == chains[at]);
            UNTOUCHED(samples);
            UNTOUCHED(count);
        }
    }
    CASE("snapshot_cells: chains that are not led here")
    {
        driftline_cell cells[4];
        size_t count = 0;
        for (size_t at = 0; at < 3; at++) {
            PATTERN(cells);
            REFUSED(DRIFTLINE_RESULT_NOT_LED, driftline_snapshot_cells(fixture.scheduler, chains[at], cells, 4,
                                                                       sizeof cells[0], &count, &fixture.error));
            CHECK(fixture.error.chain == chains[at]);
            UNTOUCHED(cells);
        }
    }
}

static void times(void)
{
    const driftline_action *actions;
    size_t count;

    CASE("tick, sample, decide: a time before the last one")
    {
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_sample(fixture.scheduler, fixture.state, 10, NULL, &fixture.error));
        PATTERN(actions);
        PATTERN(count);
        PATTERN_SIZED(fixture.report);
        REFUSED(DRIFTLINE_RESULT_TIME, driftline_scheduler_tick(fixture.scheduler, fixture.state, 9, sizeof *actions,
                                                                &actions, &count, &fixture.report, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_TIME, driftline_scheduler_decide(fixture.scheduler, fixture.state, 9, sizeof *actions,
                                                                  &actions, &count, &fixture.report, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_TIME, driftline_scheduler_sample(fixture.scheduler, fixture.state, 9, &fixture.report,
                                                                  &fixture.error));
        UNTOUCHED(actions);
        UNTOUCHED(count);
        UNTOUCHED_SIZED(fixture.report);
    }
    CASE("tick: the last time there is, twice, and then no other")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(UINT64_MAX, &count));
        CHECK(count == 1);
        ACCEPTED(fixture_tick(UINT64_MAX, &count));
        CHECK(count == 0);
        REFUSED(DRIFTLINE_RESULT_TIME, fixture_tick(UINT64_MAX - 1, &count));
    }
}

void misuse_data(void)
{
    event_kinds();
    event_fields();
    event_values();
    event_order();
    membership_duplicates();
    membership_offsets();
    absurd_counts();
    reserved_ids();
    unknown_chains();
    times();
}
