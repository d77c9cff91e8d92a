/* Inventories and scorers of the library's, for the cases of other files: how to make them, and every function that takes
 * one, to be tried on a handle that none may accept. */
#include "misuse.h"

/* ---- Shorthands ---- */

driftline_node_inventory report_of(uint64_t node)
{
    driftline_node_inventory report;
    memset(&report, 0, sizeof report);
    report.node = node;
    return report;
}

static driftline_node_inventory busy_report(uint64_t node, double use_cores)
{
    driftline_node_inventory report = report_of(node);
    report.fields = DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY | DRIFTLINE_NODE_INVENTORY_CPU_USE;
    report.cpu_capacity_cores = 10.0;
    report.cpu_use_cores = use_cores;
    return report;
}

static driftline_result call_load(driftline_inventory inventory)
{
    static const uint64_t chains[] = {CHAIN_BAD, CHAIN_WELL, CHAIN_NOT_LED};
    static const uint64_t leaders[] = {THIS_NODE, THIS_NODE, 5};
    static const uint64_t holder_offsets[] = {0, 3, 6, 7};
    static const uint64_t holders[] = {1, 2, NODE_BAD, 2, 4, 5, 5};
    return driftline_inventory_load(inventory, chains, leaders, 3, holder_offsets, holders, 7, &fixture.error);
}

static driftline_result call_report_nodes(driftline_inventory inventory)
{
    const driftline_node_inventory reports[] = {busy_report(1, 7.0), busy_report(2, 7.0), busy_report(NODE_BAD, 9.5),
                                                busy_report(4, 7.0), busy_report(5, 7.0), busy_report(NODE_BETTER, 1.0)};
    return driftline_inventory_report_nodes(inventory, 0, reports, sizeof reports / sizeof reports[0],
                                            sizeof reports[0], &fixture.error);
}

driftline_inventory inventory_new(void)
{
    driftline_inventory inventory = {0};
    ACCEPTED(driftline_inventory_new(DRIFTLINE_ABI, NULL, &inventory, &fixture.error));
    ACCEPTED(call_load(inventory));
    ACCEPTED(call_report_nodes(inventory));
    return inventory;
}

void inventory_end(driftline_inventory inventory)
{
    ACCEPTED(driftline_inventory_free(inventory));
}

driftline_any_scorer any_of(puppet *puppet)
{
    driftline_scorer scorer = puppet_hand_over(puppet, SHAPE_SINGLE);
    driftline_any_scorer any = {0};
    ACCEPTED(driftline_any_scorer_of_callbacks(&scorer, &any, NULL));
    return any;
}

driftline_result any_decide(driftline_any_scorer scorer, size_t *action_count)
{
    driftline_action actions[4];
    return driftline_diff_scheduler_any(fixture.state, THIS_NODE, &fixture.config, scorer, TIME_DUE, NULL, 0, actions, 4,
                                        sizeof actions[0], action_count, NULL, &fixture.error);
}

/* ---- With an inventory ---- */

static driftline_result call_config_of(driftline_inventory inventory)
{
    driftline_inventory_config config;
    config.struct_size = (uint32_t)sizeof config;
    return driftline_inventory_config_of(inventory, &config, &fixture.error);
}

static driftline_result call_follow(driftline_inventory inventory)
{
    driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, CHAIN_BAD, 1);
    return driftline_inventory_follow(inventory, &event, 1, sizeof event, &fixture.error);
}

static driftline_result call_report_rtts(driftline_inventory inventory)
{
    driftline_rtt report = {1, 2, 3};
    return driftline_inventory_report_rtts(inventory, 0, &report, 1, sizeof report, &fixture.error);
}

static driftline_result call_report_bandwidths(driftline_inventory inventory)
{
    driftline_bandwidth report = {1, 2, 3.0};
    return driftline_inventory_report_bandwidths(inventory, &report, 1, sizeof report, &fixture.error);
}

static driftline_result call_report_profiles(driftline_inventory inventory)
{
    driftline_chain_profile profile;
    memset(&profile, 0, sizeof profile);
    profile.chain = CHAIN_BAD;
    return driftline_inventory_report_profiles(inventory, &profile, 1, sizeof profile, &fixture.error);
}

static driftline_result call_forget_node(driftline_inventory inventory)
{
    uint32_t was_known;
    return driftline_inventory_forget_node(inventory, 777, &was_known, &fixture.error);
}

static driftline_result call_touch(driftline_inventory inventory)
{
    size_t count;
    return driftline_inventory_touch(inventory, fixture.state, &count, &fixture.error);
}

static driftline_result call_axes(driftline_inventory inventory)
{
    driftline_score_axes axes;
    axes.struct_size = (uint32_t)sizeof axes;
    return driftline_inventory_axes(inventory, CHAIN_BAD, NODE_BAD, &axes, &fixture.error);
}

static driftline_result call_of_inventory(driftline_inventory inventory)
{
    driftline_any_scorer scorer = {0};
    driftline_result result = driftline_any_scorer_of_inventory(inventory, &scorer, &fixture.error);
    ACCEPTED(driftline_any_scorer_free(scorer));
    return result;
}

static driftline_result call_alternatives(driftline_inventory inventory)
{
    driftline_alternative homes[2];
    size_t count;
    return driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 0, homes, 2, sizeof homes[0], &count,
                                            &fixture.error);
}

static driftline_result call_touches(driftline_inventory inventory)
{
    driftline_event events[16];
    size_t count;
    return driftline_inventory_touches(inventory, events, 16, sizeof events[0], &count, &fixture.error);
}

static driftline_result call_migration_cost(driftline_inventory inventory)
{
    driftline_migration_cost cost;
    uint32_t is_known;
    return driftline_inventory_migration_cost(inventory, CHAIN_BAD, NODE_BETTER, &is_known, &cost, &fixture.error);
}

static const struct inventory_call {
    const char *name;
    bool writes;
    bool both; /* takes a state as well */
    driftline_result (*call)(driftline_inventory inventory);
} inventory_calls[] = {
    {"inventory_load", true, false, call_load},
    {"inventory_follow", true, false, call_follow},
    {"inventory_report_nodes", true, false, call_report_nodes},
    {"inventory_report_rtts", true, false, call_report_rtts},
    {"inventory_report_bandwidths", true, false, call_report_bandwidths},
    {"inventory_report_profiles", true, false, call_report_profiles},
    {"inventory_forget_node", true, false, call_forget_node},
    {"inventory_touch", true, true, call_touch},
    {"inventory_touches", true, false, call_touches},
    {"inventory_config_of", false, false, call_config_of},
    {"inventory_axes", false, false, call_axes},
    {"inventory_alternatives", false, false, call_alternatives},
    {"inventory_migration_cost", false, false, call_migration_cost},
    {"any_scorer_of_inventory", false, false, call_of_inventory},
};

static void expect(driftline_result want, driftline_result got, const char *name, int line)
{
    if (want == DRIFTLINE_RESULT_OK) {
        accepted(got, name, __FILE__, line);
    } else {
        refused(want, got, true, name, __FILE__, line);
    }
}

void expect_of_inventory_calls(driftline_inventory inventory, call_set set, driftline_result code)
{
    for (size_t at = 0; at < sizeof inventory_calls / sizeof inventory_calls[0]; at++) {
        const struct inventory_call *call = &inventory_calls[at];
        const bool is_in = set == CALLS_ALL || (set == CALLS_WRITING && call->writes)
                           || (set == CALLS_READING && !call->writes) || (set == CALLS_READING_ALONE && !call->writes)
                           || (set == CALLS_READING_BOTH && !call->writes && call->both);
        if (is_in) {
            error_prepare();
            expect(code, call->call(inventory), call->name, __LINE__);
        }
    }
}

/* ---- With a scorer of the library's. The other parts are right, and must be whole afterwards. ---- */

static driftline_result call_weighted_sum(driftline_any_scorer scorer, driftline_any_scorer other,
                                          driftline_any_scorer *out)
{
    const driftline_weighted_scorer parts[] = {{other, 1.0f, 0}, {scorer, 2.0f, 0}};
    return driftline_any_scorer_weighted_sum(parts, 2, sizeof parts[0], out, &fixture.error);
}

static driftline_result call_minimum(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    const driftline_any_scorer parts[] = {other, scorer};
    return driftline_any_scorer_minimum(parts, 2, out, &fixture.error);
}

static driftline_result call_gate(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    return driftline_any_scorer_gate(scorer, other, 0.5f, out, &fixture.error);
}

static driftline_result call_gated(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    return driftline_any_scorer_gate(other, scorer, 0.5f, out, &fixture.error);
}

static driftline_result call_default(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    static const uint64_t chains[] = {CHAIN_WELL};
    const driftline_chain_override element = {other, chains, 1};
    return driftline_any_scorer_override_per_chain(scorer, &element, 1, sizeof element, out, &fixture.error);
}

static driftline_result call_override(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    static const uint64_t chains[] = {CHAIN_WELL};
    const driftline_chain_override element = {scorer, chains, 1};
    return driftline_any_scorer_override_per_chain(other, &element, 1, sizeof element, out, &fixture.error);
}

static driftline_result call_cached(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    (void)other;
    return driftline_any_scorer_cached(scorer, 10, out, &fixture.error);
}

static driftline_result call_smoothed(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    (void)other;
    return driftline_any_scorer_smoothed(scorer, 1, out, &fixture.error);
}

static driftline_result call_install_any(driftline_any_scorer scorer, driftline_any_scorer other,
                                         driftline_any_scorer *out)
{
    driftline_scheduler scheduler = {0};
    driftline_result result;
    (void)other;
    (void)out;
    ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &scheduler, NULL));
    result = driftline_scheduler_install_any(scheduler, scorer, &fixture.error);
    ACCEPTED(driftline_scheduler_free(scheduler));
    return result;
}

static driftline_result call_diff_any(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    size_t count = 0;
    (void)other;
    (void)out;
    return any_decide(scorer, &count);
}

static driftline_result call_score(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    float score;
    (void)other;
    (void)out;
    return driftline_any_scorer_score(scorer, CHAIN_BAD, NODE_BAD, &score, &fixture.error);
}

static driftline_result call_live_score(driftline_any_scorer scorer, driftline_any_scorer other,
                                        driftline_any_scorer *out)
{
    float score;
    (void)other;
    (void)out;
    return driftline_any_scorer_live_score(scorer, CHAIN_BAD, NODE_BAD, &score, &fixture.error);
}

static driftline_result call_cost(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    driftline_migration_cost cost;
    uint32_t is_known;
    (void)other;
    (void)out;
    return driftline_any_scorer_migration_cost(scorer, CHAIN_BAD, NODE_BETTER, &is_known, &cost, &fixture.error);
}

static driftline_result call_begin(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    (void)other;
    (void)out;
    return driftline_any_scorer_begin(scorer, 1, &fixture.error);
}

static driftline_result call_homes(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out)
{
    driftline_alternative homes[2];
    size_t count;
    (void)other;
    (void)out;
    return driftline_any_scorer_alternatives(scorer, CHAIN_BAD, NULL, 0, homes, 2, sizeof homes[0], &count,
                                             &fixture.error);
}

static const struct any_call {
    const char *name;
    driftline_result (*call)(driftline_any_scorer scorer, driftline_any_scorer other, driftline_any_scorer *out);
} any_calls[] = {
    {"any_scorer_weighted_sum", call_weighted_sum},
    {"any_scorer_minimum", call_minimum},
    {"any_scorer_gate, the gate", call_gate},
    {"any_scorer_gate, inner", call_gated},
    {"any_scorer_override_per_chain, the default", call_default},
    {"any_scorer_override_per_chain, an override", call_override},
    {"any_scorer_cached", call_cached},
    {"any_scorer_smoothed", call_smoothed},
    {"scheduler_install_any", call_install_any},
    {"diff_scheduler_any", call_diff_any},
    {"any_scorer_begin", call_begin},
    {"any_scorer_score", call_score},
    {"any_scorer_live_score", call_live_score},
    {"any_scorer_migration_cost", call_cost},
    {"any_scorer_alternatives", call_homes},
};

void expect_of_any_calls(driftline_any_scorer scorer, driftline_result code)
{
    puppet neighbour;
    driftline_any_scorer other, out;

    puppet_reset(&neighbour);
    other = any_of(&neighbour);
    for (size_t at = 0; at < sizeof any_calls / sizeof any_calls[0]; at++) {
        error_prepare();
        PATTERN(out);
        expect(code, any_calls[at].call(scorer, other, &out), any_calls[at].name, __LINE__);
        UNTOUCHED(out);
        CHECK(neighbour.calls[ENTRY_DROP] == 0);
    }
    ACCEPTED(driftline_any_scorer_free(other));
    CHECK(neighbour.calls[ENTRY_DROP] == 1);
}
