/* Actions with all that they can carry: what is lent with them, what an older caller sees of it, and their text. */
#include "misuse.h"

#include <math.h>

/* What an action was before there were placements. */
#define OLDER_SIZE offsetof(driftline_action, arm)

/* Ticks with the fixture's state and config, and returns the actions. */
static const driftline_action *tick(size_t action_size, size_t *count)
{
    const driftline_action *actions = NULL;
    fixture.state_may_change = fixture.scheduler_may_change = true;
    ACCEPTED(driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE, action_size, &actions, count, NULL,
                                      &fixture.error));
    return actions;
}

/* Both led chains are to have one holder more; one of them has a revision. */
static void wish_for_more(void)
{
    fixture_apply(event_with(DRIFTLINE_EVENT_DESIRED_REPLICAS, CHAIN_BAD, 0, 4));
    fixture_apply(event_with(DRIFTLINE_EVENT_DESIRED_REPLICAS, CHAIN_WELL, 0, 4));
    fixture_apply(event_with(DRIFTLINE_EVENT_CHAIN_REVISION, CHAIN_WELL, 0, 77));
}

static bool excludes(const driftline_action *action, uint64_t first, uint64_t second, uint64_t third)
{
    return action->exclude_count == 3 && action->exclude[0] == first && action->exclude[1] == second
           && action->exclude[2] == third;
}

/* ---- What is lent ---- */

static void lent_placements(void)
{
    size_t count = 0;

    CASE("action: a placement has what it excludes, and says what it does not know")
    {
        const driftline_action *actions;
        wish_for_more();
        actions = tick(sizeof *actions, &count);
        if (CHECK(count == 2)) {
            CHECK(actions[0].kind == DRIFTLINE_ACTION_PLACE && actions[0].arm == DRIFTLINE_ARM_COUNT);
            CHECK(actions[0].chain == CHAIN_BAD && actions[0].flags == 0 && actions[0].reserved == 0);
            CHECK(actions[0].victim == DRIFTLINE_NONE && actions[0].target == DRIFTLINE_NONE);
            CHECK(isnan(actions[0].victim_score) && isnan(actions[0].target_score) && isnan(actions[0].gain));
            CHECK(actions[0].cost == 0.0f && actions[0].revision == DRIFTLINE_NONE);
            CHECK(excludes(&actions[0], 1, 2, NODE_BAD));
            CHECK(actions[1].chain == CHAIN_WELL && actions[1].flags == DRIFTLINE_ACTION_FLAG_REVISION);
            CHECK(actions[1].revision == 77);
            CHECK(excludes(&actions[1], 2, 4, 5));
        }
    }
    CASE("action: what is excluded stays through every call that only reads, and while the state changes")
    {
        const driftline_action *actions;
        wish_for_more();
        actions = tick(sizeof *actions, &count);
        if (CHECK(count == 2)) {
            expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
            fixture_apply(event_of(DRIFTLINE_EVENT_CHAIN_REMOVED, CHAIN_BAD, 0));
            REFUSED(DRIFTLINE_RESULT_TIME, fixture_tick(0, NULL));
            CHECK(excludes(&actions[0], 1, 2, NODE_BAD) && excludes(&actions[1], 2, 4, 5));
        }
    }
    CASE("action: a dry run lends the same")
    {
        const driftline_action *actions = NULL;
        wish_for_more();
        ACCEPTED(driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE, sizeof *actions, &actions,
                                            &count, NULL, &fixture.error));
        CHECK(count == 2 && excludes(&actions[0], 1, 2, NODE_BAD) && excludes(&actions[1], 2, 4, 5));
    }
    CASE("action: nodes that are closed are excluded, too")
    {
        const driftline_action *actions;
        fixture_apply(event_with(DRIFTLINE_EVENT_DESIRED_REPLICAS, CHAIN_BAD, 0, 4));
        fixture_apply(event_with(DRIFTLINE_EVENT_AVOID, 0, NODE_BETTER, TIME_DUE + 1));
        fixture_apply(event_with(DRIFTLINE_EVENT_AVOID, 0, 21, TIME_DUE)); /* over */
        actions = tick(sizeof *actions, &count);
        if (CHECK(count == 1)) {
            CHECK(actions[0].exclude_count == 4 && actions[0].exclude[3] == NODE_BETTER);
        }
    }
}

static void lent_to_others(void)
{
    size_t count = 0;

    CASE("action: an older caller sees what it knows, laid close")
    {
        const unsigned char *actions;
        driftline_action first;
        driftline_action second;
        memset(&first, 0, sizeof first);
        memset(&second, 0, sizeof second);
        wish_for_more();
        actions = (const unsigned char *)tick(OLDER_SIZE, &count);
        if (CHECK(count == 2)) {
            memcpy(&first, actions, OLDER_SIZE);
            memcpy(&second, actions + OLDER_SIZE, OLDER_SIZE);
            CHECK(first.kind == DRIFTLINE_ACTION_PLACE && first.chain == CHAIN_BAD);
            CHECK(second.kind == DRIFTLINE_ACTION_PLACE && second.chain == CHAIN_WELL);
            CHECK(first.victim == DRIFTLINE_NONE && first.target == DRIFTLINE_NONE);
        }
    }
    CASE("action: a newer caller finds what is excluded where it is, and zeros behind")
    {
        static const unsigned char zeros[16] = {0};
        const size_t stride = sizeof(driftline_action) + sizeof zeros;
        const unsigned char *actions;
        driftline_action second;
        wish_for_more();
        actions = (const unsigned char *)tick(stride, &count);
        if (CHECK(count == 2)) {
            memcpy(&second, actions + stride, sizeof second);
            CHECK(excludes(&second, 2, 4, 5));
            CHECK(memcmp(actions + stride + sizeof second, zeros, sizeof zeros) == 0);
        }
    }
}

/* A move that begins with its placement. */
static bool is_first_half(const driftline_action *action)
{
    const uint32_t flags = DRIFTLINE_ACTION_FLAG_COST | DRIFTLINE_ACTION_FLAG_VICTIM | DRIFTLINE_ACTION_FLAG_TARGET
                           | DRIFTLINE_ACTION_FLAG_VICTIM_SCORE | DRIFTLINE_ACTION_FLAG_TARGET_SCORE
                           | DRIFTLINE_ACTION_FLAG_GAIN;
    return action->kind == DRIFTLINE_ACTION_PLACE && action->arm == DRIFTLINE_ARM_SCHEDULER && action->flags == flags
           && action->chain == CHAIN_BAD && action->victim == NODE_BAD && action->target == NODE_BETTER
           && action->victim_score == 0.4f && action->target_score == 0.95f && action->gain == 0.95f - 0.4f
           && action->cost == 0.1f;
}

static void lent_first_halves(void)
{
    size_t count = 0;

    CASE("action: a placement by the scheduler carries the numbers of its move")
    {
        const driftline_action *actions;
        fixture.config.move_order = DRIFTLINE_MOVE_ORDER_PLACE_FIRST;
        fixture_configure();
        actions = tick(sizeof *actions, &count);
        CHECK(count == 1 && is_first_half(&actions[0]) && excludes(&actions[0], 1, 2, NODE_BAD));
    }
    CASE("action: a move that somebody orders names both ends, and no numbers")
    {
        const driftline_action *actions;
        fixture.config.move_order = DRIFTLINE_MOVE_ORDER_PLACE_FIRST;
        fixture_configure();
        fixture_apply(event_of(DRIFTLINE_EVENT_FORCE_EVICT, CHAIN_BAD, 1));
        fixture_apply(event_of(DRIFTLINE_EVENT_FORCE_PLACE, CHAIN_BAD, 30));
        actions = tick(sizeof *actions, &count);
        if (CHECK(count == 1)) {
            CHECK(actions[0].kind == DRIFTLINE_ACTION_PLACE && actions[0].arm == DRIFTLINE_ARM_FORCED);
            CHECK(actions[0].flags == (DRIFTLINE_ACTION_FLAG_VICTIM | DRIFTLINE_ACTION_FLAG_TARGET));
            CHECK(actions[0].victim == 1 && actions[0].target == 30);
            CHECK(isnan(actions[0].victim_score) && isnan(actions[0].target_score) && isnan(actions[0].gain));
        }
    }
    CASE("action: of the pure decision it does not say what it excludes")
    {
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        driftline_action actions[2];
        fixture.config.move_order = DRIFTLINE_MOVE_ORDER_PLACE_FIRST;
        PATTERN(actions);
        ACCEPTED(driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                          actions, 2, sizeof actions[0], &count, NULL, &fixture.error));
        CHECK(count == 1 && is_first_half(&actions[0]));
        CHECK(actions[0].exclude == NULL && actions[0].exclude_count == 0);
        CHECK(is_pattern(&actions[1], sizeof actions[1]));
    }
}

/* ---- Texts ---- */

static driftline_action action_of(uint32_t kind)
{
    driftline_action action;
    memset(&action, 0, sizeof action);
    action.kind = kind;
    action.chain = 7;
    if (kind == DRIFTLINE_ACTION_EVICT) {
        action.flags = DRIFTLINE_ACTION_FLAG_VICTIM;
        action.victim = 3;
    }
    return action;
}

static driftline_result text_of(const driftline_action *action, char *text, size_t capacity, size_t *length)
{
    return driftline_action_text(action, sizeof *action, text, capacity, length, &fixture.error);
}

static void expect_text(const driftline_action *action, const char *wanted)
{
    char text[128];
    size_t length = 0;
    ACCEPTED(text_of(action, text, sizeof text, &length));
    CHECK(strcmp(text, wanted) == 0 && length == strlen(wanted));
}

static void refuse_text(driftline_result code, const driftline_action *action)
{
    char text[128];
    size_t length;
    PATTERN(text);
    PATTERN(length);
    REFUSED(code, text_of(action, text, sizeof text, &length));
    CHECK(fixture.error.index == DRIFTLINE_NONE);
    UNTOUCHED(text);
    UNTOUCHED(length);
}

static void action_texts(void)
{
    CASE("action_text: every arm, with and without what may be missing")
    {
        static const uint64_t exclude[] = {1, 2};
        driftline_action action = action_of(DRIFTLINE_ACTION_EVICT);
        expect_text(&action, "forced evict 7: 3");
        action.flags |= DRIFTLINE_ACTION_FLAG_TARGET;
        action.target = 9;
        action.arm = DRIFTLINE_ARM_DRAIN;
        expect_text(&action, "drain evict 7: 3 -> 9");
        action.flags |= DRIFTLINE_ACTION_FLAG_REVISION;
        action.arm = DRIFTLINE_ARM_SCHEDULER;
        action.revision = UINT64_MAX;
        expect_text(&action, "scheduler evict 7: 3 -> 9 at revision 18446744073709551615");

        action = action_of(DRIFTLINE_ACTION_PLACE);
        action.arm = DRIFTLINE_ARM_COUNT;
        expect_text(&action, "count place 7, excluding none");
        action.flags = DRIFTLINE_ACTION_FLAG_TARGET;
        action.target = 9;
        action.exclude = exclude;
        action.exclude_count = 2;
        expect_text(&action, "count place 7 -> 9, excluding 1 2");
    }
    CASE("action_text: the length is told when it does not fit, and it fits with its NUL")
    {
        driftline_action action = action_of(DRIFTLINE_ACTION_EVICT);
        const size_t wanted = strlen("forced evict 7: 3");
        char text[64];
        size_t length = 0;
        PATTERN(text);
        ACCEPTED(text_of(&action, NULL, 0, &length));
        CHECK(length == wanted);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, text_of(&action, text, wanted, &length));
        CHECK(length == wanted);
        UNTOUCHED(text);
        ACCEPTED(text_of(&action, text, wanted + 1, &length));
        CHECK(text[wanted] == '\0' && text[wanted + 1] == (char)PATTERN_BYTE);
    }
    CASE("action_text: NULL where something is needed")
    {
        driftline_action action = action_of(DRIFTLINE_ACTION_EVICT);
        char text[64];
        size_t length = 0;
        refuse_text(DRIFTLINE_RESULT_NULL, NULL);
        REFUSED(DRIFTLINE_RESULT_NULL, text_of(&action, NULL, sizeof text, &length));
        REFUSED(DRIFTLINE_RESULT_NULL, text_of(&action, text, sizeof text, NULL));
    }
}

static void action_texts_of_nonsense(void)
{
    driftline_action action;

    CASE("action_text: a kind or an arm that is none")
    {
        action = action_of(DRIFTLINE_ACTION_EVICT);
        action.kind = 0;
        refuse_text(DRIFTLINE_RESULT_CONFIG, &action);
        action.kind = DRIFTLINE_ACTION_PLACE + 1;
        refuse_text(DRIFTLINE_RESULT_CONFIG, &action);
        action = action_of(DRIFTLINE_ACTION_EVICT);
        action.arm = DRIFTLINE_ARM_SCHEDULER + 1;
        refuse_text(DRIFTLINE_RESULT_CONFIG, &action);
        action.arm = UINT32_MAX;
        refuse_text(DRIFTLINE_RESULT_CONFIG, &action);
    }
    CASE("action_text: flags that are none, and what is reserved")
    {
        action = action_of(DRIFTLINE_ACTION_PLACE);
        action.flags = 128;
        refuse_text(DRIFTLINE_RESULT_RESERVED, &action);
        action.flags = UINT32_C(0x80000000);
        refuse_text(DRIFTLINE_RESULT_RESERVED, &action);
        action = action_of(DRIFTLINE_ACTION_PLACE);
        action.reserved = 1;
        refuse_text(DRIFTLINE_RESULT_RESERVED, &action);
    }
    CASE("action_text: an eviction of nobody, and known nodes that are none")
    {
        action = action_of(DRIFTLINE_ACTION_EVICT);
        action.flags = 0;
        refuse_text(DRIFTLINE_RESULT_ID, &action);
        action = action_of(DRIFTLINE_ACTION_EVICT);
        action.victim = DRIFTLINE_NONE;
        refuse_text(DRIFTLINE_RESULT_ID, &action);
        action = action_of(DRIFTLINE_ACTION_PLACE);
        action.flags = DRIFTLINE_ACTION_FLAG_TARGET;
        action.target = DRIFTLINE_NONE;
        refuse_text(DRIFTLINE_RESULT_ID, &action);
    }
    CASE("action_text: excluded nodes that are nowhere, crooked, or more than any memory has")
    {
        static const uint64_t exclude[] = {1, 2};
        action = action_of(DRIFTLINE_ACTION_PLACE);
        action.exclude_count = 1;
        refuse_text(DRIFTLINE_RESULT_NULL, &action);
        action.exclude = (const uint64_t *)(const void *)((const unsigned char *)exclude + 1);
        refuse_text(DRIFTLINE_RESULT_ALIGNMENT, &action);
        action.exclude = exclude;
        action.exclude_count = UINT64_MAX;
        refuse_text(DRIFTLINE_RESULT_CAPACITY, &action);
    }
}

static void action_text_sizes(void)
{
    CASE("action_text: element sizes that are none")
    {
        static const size_t sizes[] = {0, 8, 15, 17, 4104, SIZE_MAX};
        driftline_action action = action_of(DRIFTLINE_ACTION_EVICT);
        char text[64];
        size_t length = 0;
        for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                    driftline_action_text(&action, sizes[at], text, sizeof text, &length, &fixture.error));
        }
    }
    CASE("action_text: an older caller's action is the scheduler's, and what lies behind it is not looked at")
    {
        driftline_action action = action_of(DRIFTLINE_ACTION_EVICT);
        char text[64];
        size_t length = 0;
        memset((char *)&action + OLDER_SIZE, PATTERN_BYTE, sizeof action - OLDER_SIZE);
        ACCEPTED(driftline_action_text(&action, OLDER_SIZE, text, sizeof text, &length, &fixture.error));
        CHECK(strcmp(text, "scheduler evict 7: 3") == 0);
    }
    CASE("action_text: a newer caller's action may have zeros behind, and nothing else")
    {
        struct {
            driftline_action action;
            uint64_t behind;
        } newer = {action_of(DRIFTLINE_ACTION_EVICT), 0};
        char text[64];
        size_t length = 0;
        ACCEPTED(driftline_action_text(&newer.action, sizeof newer, text, sizeof text, &length, &fixture.error));
        newer.behind = 1;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_action_text(&newer.action, sizeof newer, text, sizeof text, &length, &fixture.error));
        CHECK(fixture.error.index == DRIFTLINE_NONE);
    }
}

void misuse_action(void)
{
    lent_placements();
    lent_to_others();
    lent_first_halves();
    action_texts();
    action_texts_of_nonsense();
    action_text_sizes();
}
