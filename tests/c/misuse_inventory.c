/* An inventory as an object: what it is made of, its handle, its neighbours, and scorers that outlive it. */
#include "misuse.h"

#include <math.h>

static driftline_inventory inventory_from(uint64_t bits)
{
    driftline_inventory inventory;
    inventory.bits = bits;
    return inventory;
}

static driftline_inventory_config config_of_inventory(void)
{
    driftline_inventory_config config;
    memset(&config, 0, sizeof config);
    ACCEPTED(driftline_inventory_config_init(&config, sizeof config));
    return config;
}

/* ---- Config ---- */

static void config_defaults(void)
{
    CASE("inventory config: an inventory without one has the defaults")
    {
        driftline_inventory inventory = inventory_new();
        driftline_inventory_config mine = config_of_inventory(), got;
        memset(&got, 0, sizeof got);
        got.struct_size = (uint32_t)sizeof got;
        ACCEPTED(driftline_inventory_config_of(inventory, &got, &fixture.error));
        CHECK(memcmp(&mine, &got, sizeof got) == 0);
        CHECK(mine.headroom_epsilon == DRIFTLINE_DERIVED && mine.proximity_epsilon == DRIFTLINE_DERIVED);
        inventory_end(inventory);
    }
    CASE("inventory config: an inventory has the one that it was given, to the last member")
    {
        driftline_inventory inventory = {0};
        driftline_inventory_config mine = config_of_inventory(), got;
        mine.headroom_epsilon = 0.25f;
        mine.worst_share = 0.0f;
        mine.fallback_disruption_ns = 7;
        memset(&got, 0, sizeof got);
        got.struct_size = (uint32_t)sizeof got;
        ACCEPTED(driftline_inventory_new(DRIFTLINE_ABI, &mine, &inventory, &fixture.error));
        ACCEPTED(driftline_inventory_config_of(inventory, &got, &fixture.error));
        CHECK(memcmp(&mine, &got, sizeof got) == 0);
        inventory_end(inventory);
    }
}

/* One value of one member is refused, by its name, and no inventory is made. */
static void refuse_value(driftline_inventory_config config, const char *name)
{
    driftline_inventory inventory;
    PATTERN(inventory);
    REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_inventory_config_validate(&config, &fixture.error));
    CHECK(strstr(fixture.error.message, name) != NULL);
    REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_inventory_new(DRIFTLINE_ABI, &config, &inventory, &fixture.error));
    UNTOUCHED(inventory);
}

#define REFUSE_VALUE(field, value)                                                                                     \
    do {                                                                                                               \
        driftline_inventory_config refused_config = config_of_inventory();                                             \
        refused_config.field = (value);                                                                                \
        refuse_value(refused_config, #field);                                                                          \
    } while (0)

static void config_values(void)
{
    const float nan_value = NAN;

    CASE("inventory config: weights")
    {
        REFUSE_VALUE(headroom_weight, -0.1f);
        REFUSE_VALUE(proximity_weight, nan_value);
        REFUSE_VALUE(zone_spread_weight, 1.1e6f);
        REFUSE_VALUE(colocation_weight, -1.0f);
    }
    CASE("inventory config: no weight at all")
    {
        driftline_inventory_config config = config_of_inventory();
        config.headroom_weight = config.proximity_weight = config.zone_spread_weight = config.colocation_weight = 0.0f;
        refuse_value(config, "headroom_weight");
    }
    CASE("inventory config: shares")
    {
        REFUSE_VALUE(worst_share, 1.01f);
        REFUSE_VALUE(comfortable_use, 1.0f);
        REFUSE_VALUE(capacity_reserve, -0.01f);
        REFUSE_VALUE(rtt_weight_max, 0.0f);
        REFUSE_VALUE(hysteresis_gap, nan_value);
    }
    CASE("inventory config: an epsilon below zero is none, but for the one that says derived")
    {
        REFUSE_VALUE(headroom_epsilon, -0.5f);
        REFUSE_VALUE(headroom_epsilon, nan_value);
        REFUSE_VALUE(proximity_epsilon, 1.5f);
    }
    CASE("inventory config: times and amounts")
    {
        driftline_inventory_config config = config_of_inventory();
        config.rtt_half_ns = 0;
        refuse_value(config, "rtt_half");
        REFUSE_VALUE(fallback_bandwidth_bytes_per_sec, 0.0);
        REFUSE_VALUE(fallback_size_bytes, -1.0);
        REFUSE_VALUE(serialisation_bytes_per_sec, (double)nan_value);
    }
}

static void config_epsilons(void)
{
    driftline_inventory_config config = config_of_inventory();
    driftline_inventory_epsilons out;

    CASE("inventory config: epsilons that are derived, and those that are given")
    {
        out.struct_size = (uint32_t)sizeof out;
        ACCEPTED(driftline_inventory_config_epsilons(NULL, &out, &fixture.error));
        CHECK(out.headroom > 0.0f && out.headroom < 0.05f && out.proximity == out.headroom);
        CHECK(out.score_bound == 2.0f * out.headroom);
        config.headroom_epsilon = 0.25f;
        config.proximity_epsilon = 0.125f;
        ACCEPTED(driftline_inventory_config_epsilons(&config, &out, &fixture.error));
        CHECK(out.headroom == 0.25f && out.proximity == 0.125f && out.score_bound == 0.5f);
    }
    CASE("inventory config: what epsilons refuse")
    {
        PATTERN_SIZED(out);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_config_epsilons(&config, NULL, &fixture.error));
        config.worst_share = 2.0f;
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_inventory_config_epsilons(&config, &out, &fixture.error));
        UNTOUCHED_SIZED(out);
        out.struct_size = 3;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_inventory_config_epsilons(NULL, &out, &fixture.error));
        config.struct_size = 3;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_inventory_config_epsilons(&config, &out, &fixture.error));
    }
}

static void config_shape(void)
{
    static _Alignas(8) unsigned char room[4200];
    driftline_inventory_config config = config_of_inventory();

    CASE("inventory config: NULL")
    {
        driftline_inventory inventory = inventory_new();
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_inventory_config_init(NULL, sizeof config));
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_config_validate(NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_config_of(inventory, NULL, &fixture.error));
        inventory_end(inventory);
    }
    CASE("inventory config: sizes that are none")
    {
        static const uint32_t wrong[] = {0, 1, 3, 5, 30, 39, 95, 97 + 4096, UINT32_MAX};
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            driftline_inventory inventory;
            PATTERN(inventory);
            config.struct_size = wrong[at];
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_inventory_config_validate(&config, &fixture.error));
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                    driftline_inventory_new(DRIFTLINE_ABI, &config, &inventory, &fixture.error));
            UNTOUCHED(inventory);
            PATTERN(room);
            REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE,
                           driftline_inventory_config_init((driftline_inventory_config *)room, wrong[at]));
            UNTOUCHED(room);
        }
    }
    CASE("inventory config: an older caller's, whose tail is as by default, and which is not written behind")
    {
        const uint32_t older = (uint32_t)offsetof(driftline_inventory_config, hysteresis_gap);
        PATTERN(room);
        ACCEPTED(driftline_inventory_config_init((driftline_inventory_config *)room, older));
        CHECK(is_pattern(room + older, sizeof room - older));
        ACCEPTED(driftline_inventory_config_validate((driftline_inventory_config *)room, &fixture.error));
    }
    CASE("inventory config: a newer caller's, with a tail of zeros and with another one")
    {
        const uint32_t newer = (uint32_t)sizeof config + 8;
        ACCEPTED(driftline_inventory_config_init((driftline_inventory_config *)room, newer));
        ACCEPTED(driftline_inventory_config_validate((driftline_inventory_config *)room, &fixture.error));
        room[newer - 1] = 1;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_inventory_config_validate((driftline_inventory_config *)room, &fixture.error));
    }
    CASE("inventory config: not aligned")
    {
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_inventory_config_validate((driftline_inventory_config *)(room + 1), &fixture.error));
    }
}

/* ---- Touches as events ---- */

static driftline_result take_touches(driftline_inventory inventory, driftline_event *out, size_t capacity, size_t *count)
{
    return driftline_inventory_touches(inventory, out, capacity, sizeof *out, count, &fixture.error);
}

static void touches(void)
{
    driftline_event events[16];
    size_t count, told;

    CASE("inventory_touches: once what has moved, by ascending id, as events that a state takes")
    {
        driftline_inventory inventory = inventory_new();
        driftline_chain_profile profile;
        memset(&profile, 0, sizeof profile);
        profile.chain = CHAIN_BAD;
        profile.required_tags = 1;
        ACCEPTED(take_touches(inventory, events, 16, &told));
        CHECK(told == 6 && events[0].kind == DRIFTLINE_EVENT_NODE_TOUCHED && events[0].node == 1);
        ACCEPTED(driftline_inventory_report_profiles(inventory, &profile, 1, sizeof profile, &fixture.error));
        ACCEPTED(take_touches(inventory, NULL, 0, &count));
        CHECK(count == 1);
        PATTERN(events);
        REFUSED(DRIFTLINE_RESULT_CAPACITY, take_touches(inventory, events, 0, &count));
        UNTOUCHED(events);
        CHECK(count == 1);
        ACCEPTED(take_touches(inventory, events, 16, &count));
        CHECK(count == 1 && events[0].kind == DRIFTLINE_EVENT_CHAIN_TOUCHED && events[0].chain == CHAIN_BAD);
        CHECK(events[0].flags == 0 && events[0].node == 0 && events[0].value == 0);
        fixture.state_may_change = true;
        ACCEPTED(driftline_state_apply(fixture.state, events, 1, sizeof events[0], &fixture.error));
        ACCEPTED(take_touches(inventory, events, 16, &count));
        CHECK(count == 0);
        inventory_end(inventory);
    }
    CASE("inventory_touches: what it refuses")
    {
        driftline_inventory inventory = inventory_new();
        PATTERN(events);
        REFUSED(DRIFTLINE_RESULT_NULL, take_touches(inventory, NULL, 16, &count));
        REFUSED(DRIFTLINE_RESULT_NULL, take_touches(inventory, events, 16, NULL));
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_inventory_touches(inventory, events, 16, 7, &count, &fixture.error));
        UNTOUCHED(events);
        ACCEPTED(take_touches(inventory, events, 16, &count));
        CHECK(count == 6);
        inventory_end(inventory);
    }
}

/* ---- Making and ending ---- */

static void life(void)
{
    CASE("inventory_new: another ABI")
    {
        static const uint32_t wrong[] = {0, DRIFTLINE_ABI + 1, UINT32_MAX};
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            driftline_inventory inventory;
            PATTERN(inventory);
            REFUSED(DRIFTLINE_RESULT_ABI, driftline_inventory_new(wrong[at], NULL, &inventory, &fixture.error));
            UNTOUCHED(inventory);
        }
    }
    CASE("inventory_new: out is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_new(DRIFTLINE_ABI, NULL, NULL, &fixture.error));
    }
    CASE("inventory: zero is none, and is freed as often as you like")
    {
        expect_of_inventory_calls(inventory_from(0), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        inventory_end(inventory_from(0));
        inventory_end(inventory_from(0));
    }
    CASE("inventory: a freed one is none")
    {
        driftline_inventory stale = inventory_new();
        inventory_end(stale);
        expect_of_inventory_calls(stale, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_inventory_free(stale));
    }
    CASE("inventory: no other kind is one, and it is no other kind")
    {
        driftline_inventory inventory = inventory_new();
        driftline_state as_state = {inventory.bits};
        driftline_scheduler as_scheduler = {inventory.bits};
        driftline_any_scorer any = any_of(&fixture.puppet), as_any = {inventory.bits};
        expect_of_inventory_calls(inventory_from(fixture.state.bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        expect_of_inventory_calls(inventory_from(fixture.scheduler.bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        expect_of_inventory_calls(inventory_from(any.bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        expect_of_state_calls(as_state, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        expect_of_scheduler_calls(as_scheduler, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        expect_of_any_calls(as_any, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_inventory_free(inventory_from(any.bits)));
        ACCEPTED(driftline_any_scorer_free(any));
        inventory_end(inventory);
    }
    CASE("inventory: one bit flipped, each bit in turn")
    {
        driftline_inventory inventory = inventory_new();
        for (unsigned bit = 0; bit < 64; bit++) {
            expect_of_inventory_calls(inventory_from(inventory.bits ^ (UINT64_C(1) << bit)), CALLS_ALL,
                                      DRIFTLINE_RESULT_HANDLE);
        }
        inventory_end(inventory);
    }
    CASE("inventory: a panic closes it, and not the scorers that were made of it")
    {
        driftline_inventory inventory = inventory_new();
        driftline_any_scorer scorer = {0};
        size_t count = 0;
        ACCEPTED(driftline_any_scorer_of_inventory(inventory, &scorer, &fixture.error));
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_inventory(inventory));
        expect_of_inventory_calls(inventory, CALLS_ALL, DRIFTLINE_RESULT_POISONED);
        REFUSED_SILENT(DRIFTLINE_RESULT_POISONED, driftline_testing_panic_inventory(inventory));
        ACCEPTED(any_decide(scorer, &count));
        CHECK(count == 1);
        ACCEPTED(driftline_any_scorer_free(scorer));
        inventory_end(inventory);
    }
}

/* ---- Scorers of an inventory ---- */

static void scorers(void)
{
    CASE("any_scorer_of_inventory: out is NULL")
    {
        driftline_inventory inventory = inventory_new();
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_any_scorer_of_inventory(inventory, NULL, &fixture.error));
        inventory_end(inventory);
    }
    CASE("inventory: two scorers of it are one inventory, and go on when its handle is freed")
    {
        driftline_inventory inventory = inventory_new();
        driftline_node_inventory well = report_of(NODE_BAD);
        driftline_any_scorer first = {0}, second = {0};
        size_t count = 0;
        ACCEPTED(driftline_any_scorer_of_inventory(inventory, &first, &fixture.error));
        ACCEPTED(driftline_any_scorer_of_inventory(inventory, &second, &fixture.error));
        ACCEPTED(any_decide(first, &count));
        CHECK(count == 1);
        ACCEPTED(driftline_any_scorer_free(first));
        well.fields = DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY | DRIFTLINE_NODE_INVENTORY_CPU_USE;
        well.cpu_capacity_cores = 1000.0;
        well.cpu_use_cores = 1.0;
        ACCEPTED(driftline_inventory_report_nodes(inventory, 0, &well, 1, sizeof well, &fixture.error));
        inventory_end(inventory);
        ACCEPTED(any_decide(second, &count));
        CHECK(count == 0);
        ACCEPTED(driftline_any_scorer_free(second));
    }
    CASE("inventory: a scheduler with its scorer moves what is on a full node, also when the handle is gone")
    {
        driftline_inventory inventory = inventory_new();
        driftline_any_scorer scorer = {0};
        size_t count = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_any_scorer_of_inventory(inventory, &scorer, &fixture.error));
        ACCEPTED(driftline_scheduler_install_any(fixture.scheduler, scorer, &fixture.error));
        inventory_end(inventory);
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
        CHECK(fixture_explain(CHAIN_BAD).alternative == NODE_BETTER);
    }
}

/* ---- From inside callbacks ---- */

static driftline_inventory inside_inventory;
static unsigned inside_count;

static void report_and_free(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    if (entry != ENTRY_SCORE || inside_inventory.bits == 0) {
        return;
    }
    inside_count += 1;
    expect_of_inventory_calls(inside_inventory, CALLS_READING, DRIFTLINE_RESULT_OK);
    ACCEPTED(driftline_inventory_forget_node(inside_inventory, 4, NULL, NULL));
    REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_inventory_touch(inside_inventory, fixture.state, NULL, NULL));
    inventory_end(inside_inventory);
    inside_inventory.bits = 0;
}

static void callbacks(void)
{
    CASE("inventory: callbacks beside a scorer of it may feed and free it; only the state of the tick is refused")
    {
        driftline_any_scorer parts[2] = {{0}, {0}}, both = {0};
        inside_inventory = inventory_new();
        inside_count = 0;
        parts[0] = any_of(&fixture.puppet);
        ACCEPTED(driftline_any_scorer_of_inventory(inside_inventory, &parts[1], &fixture.error));
        ACCEPTED(driftline_any_scorer_minimum(parts, 2, &both, &fixture.error));
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_install_any(fixture.scheduler, both, &fixture.error));
        fixture.puppet.inside = report_and_free;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        fixture.puppet.inside = NULL;
        CHECK(inside_count == 1);
    }
}

void misuse_inventory(void)
{
    config_defaults();
    config_values();
    config_epsilons();
    config_shape();
    touches();
    life();
    scorers();
    callbacks();
}
