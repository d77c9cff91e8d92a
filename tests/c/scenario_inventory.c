/* Commands of an inventory, and of scorers that are put together from it and the table scorer. */
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static void print_unless_ok(story *story, driftline_result result, const driftline_error *error)
{
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, error);
    }
}

/* ---- Opening ---- */

#define CONFIG(key, form, member) {key, form, offsetof(driftline_inventory_config, member), NULL, 0}

static const field config_fields[] = {
    CONFIG("headroom_weight", FORM_NUMBER, headroom_weight),
    CONFIG("proximity_weight", FORM_NUMBER, proximity_weight),
    CONFIG("zone_spread_weight", FORM_NUMBER, zone_spread_weight),
    CONFIG("colocation_weight", FORM_NUMBER, colocation_weight),
    CONFIG("worst_share", FORM_NUMBER, worst_share),
    CONFIG("comfortable_use", FORM_NUMBER, comfortable_use),
    CONFIG("capacity_reserve", FORM_NUMBER, capacity_reserve),
    CONFIG("rtt_half", FORM_TIME, rtt_half_ns),
    CONFIG("load_half_life", FORM_TIME, load_half_life_ns),
    CONFIG("rtt_half_life", FORM_TIME, rtt_half_life_ns),
    CONFIG("rtt_weight_max", FORM_NUMBER, rtt_weight_max),
    CONFIG("hysteresis_gap", FORM_NUMBER, hysteresis_gap),
    CONFIG("headroom_epsilon", FORM_DERIVABLE, headroom_epsilon),
    CONFIG("proximity_epsilon", FORM_DERIVABLE, proximity_epsilon),
    CONFIG("fallback_bandwidth", FORM_AMOUNT, fallback_bandwidth_bytes_per_sec),
    CONFIG("fallback_size", FORM_AMOUNT, fallback_size_bytes),
    CONFIG("serialisation", FORM_AMOUNT, serialisation_bytes_per_sec),
    CONFIG("fallback_disruption", FORM_TIME, fallback_disruption_ns),
};

/* Installs a scorer that the library holds, and from then on it is the library's alone. */
static driftline_result install_any(story *story, driftline_any_scorer scorer, driftline_error *error)
{
    driftline_result result = driftline_scheduler_install_any(story->scheduler, scorer, error);
    driftline_result freed = driftline_any_scorer_free(scorer);
    if (freed != (result == DRIFTLINE_RESULT_OK ? DRIFTLINE_RESULT_HANDLE : DRIFTLINE_RESULT_OK)) {
        disagree(story, "a scorer was installed and is not the library's, or the other way round");
    }
    if (result == DRIFTLINE_RESULT_OK) {
        story->is_table = false;
    }
    return result;
}

/* What was given comes back as it was, and is what the library calls valid. */
static void check_config(story *story, const driftline_inventory_config *given, driftline_inventory inventory,
                         driftline_result opened)
{
    driftline_inventory_config back;
    memset(&back, 0, sizeof back);
    back.struct_size = (uint32_t)sizeof back;
    if (driftline_inventory_config_validate(given, NULL) != opened) {
        disagree(story, "a config is valid and no inventory has it, or the other way round");
    }
    if (opened == DRIFTLINE_RESULT_OK
        && (driftline_inventory_config_of(inventory, &back, NULL) != DRIFTLINE_RESULT_OK
            || memcmp(&back, given, sizeof back) != 0)) {
        disagree(story, "the config of the inventory is not the one that it was given");
    }
}

static void command_inventory(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_inventory_config config;
    driftline_inventory inventory = {0};
    driftline_any_scorer scorer = {0};
    driftline_result result;

    memset(&config, 0, sizeof config);
    if (driftline_inventory_config_init(&config, sizeof config) != DRIFTLINE_RESULT_OK) {
        disagree(story, "there is no default config of an inventory");
    }
    take_fields(arguments, config_fields, COUNT_OF(config_fields), &config);
    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_inventory_new(DRIFTLINE_ABI, &config, &inventory, &error);
    check_config(story, &config, inventory, result);
    if (result == DRIFTLINE_RESULT_OK) {
        result = driftline_any_scorer_of_inventory(inventory, &scorer, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        result = install_any(story, scorer, &error);
    }
    print_unless_ok(story, result, &error);
    /* What is not needed any more: the inventory before, or the one that could not be installed. */
    if (driftline_inventory_free(result == DRIFTLINE_RESULT_OK ? story->inventory : inventory)
        != DRIFTLINE_RESULT_OK) {
        disagree(story, "an inventory could not be freed");
    }
    if (result == DRIFTLINE_RESULT_OK) {
        story->inventory = inventory;
    }
}

/* ---- Putting together ---- */

typedef enum mix { MIX_WEIGHTED_SUM, MIX_MINIMUM, MIX_GATE, MIX_OVERRIDE, MIX_CACHED, MIX_SMOOTHED } mix;

static const char *const mix_words[] = {"weighted_sum", "minimum", "gate", "override", "cached", "smoothed", NULL};

/* What a mix is made with, each where it needs it. */
typedef struct recipe {
    uint32_t mix;
    float table_weight, inventory_weight, threshold;
    uint64_t *chains; /* the caller frees them */
    size_t chain_count, capacity;
    uint64_t half_life_ns;
} recipe;

static recipe take_recipe(story *story, arguments *arguments)
{
    recipe recipe;
    memset(&recipe, 0, sizeof recipe);
    recipe.mix = parse_choice(story, take_bare(arguments), mix_words);
    switch ((mix)recipe.mix) {
    case MIX_WEIGHTED_SUM:
        recipe.table_weight = parse_number(story, take(arguments, "table"));
        recipe.inventory_weight = parse_number(story, take(arguments, "inventory"));
        break;
    case MIX_MINIMUM:
        break;
    case MIX_GATE:
        recipe.threshold = parse_number(story, take(arguments, "threshold"));
        break;
    case MIX_OVERRIDE:
        recipe.chain_count = parse_list(story, take(arguments, "chains"), parse_id, &recipe.chains);
        break;
    case MIX_CACHED:
        recipe.capacity = (size_t)parse_integer(story, take(arguments, "capacity"));
        break;
    case MIX_SMOOTHED:
        recipe.half_life_ns = parse_time(story, take(arguments, "half_life"));
        break;
    }
    return recipe;
}

static driftline_result put_together(const recipe *recipe, driftline_any_scorer table, driftline_any_scorer inventory,
                                     driftline_any_scorer *out, driftline_error *error)
{
    const driftline_weighted_scorer weighted[] = {
        {table, recipe->table_weight, 0},
        {inventory, recipe->inventory_weight, 0},
    };
    const driftline_any_scorer both[] = {table, inventory};
    const driftline_chain_override override = {table, recipe->chains, recipe->chain_count};

    switch ((mix)recipe->mix) {
    case MIX_WEIGHTED_SUM:
        return driftline_any_scorer_weighted_sum(weighted, COUNT_OF(weighted), sizeof weighted[0], out, error);
    case MIX_MINIMUM:
        return driftline_any_scorer_minimum(both, COUNT_OF(both), out, error);
    case MIX_GATE:
        return driftline_any_scorer_gate(table, inventory, recipe->threshold, out, error);
    case MIX_OVERRIDE:
        return driftline_any_scorer_override_per_chain(inventory, &override, 1, sizeof override, out, error);
    case MIX_CACHED:
        return driftline_any_scorer_cached(table, recipe->capacity, out, error);
    default:
        return driftline_any_scorer_smoothed(table, recipe->half_life_ns, out, error);
    }
}

/* Ends a part. One that was taken over was not the caller's any more, any other still was. */
static void end_part(story *story, driftline_any_scorer part, bool is_taken)
{
    if (driftline_any_scorer_free(part) != (is_taken ? DRIFTLINE_RESULT_HANDLE : DRIFTLINE_RESULT_OK)) {
        disagree(story, "a part was taken over and is still ours, or the other way round");
    }
}

static void command_compose(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_scorer callbacks = world_scorer(&story->world);
    driftline_any_scorer table = {0};
    driftline_any_scorer inventory = {0};
    driftline_any_scorer composed = {0};
    driftline_result result;
    recipe recipe = take_recipe(story, arguments);
    bool needs_inventory = recipe.mix < MIX_CACHED;

    if (!arguments_end(arguments)) {
        free(recipe.chains);
        return;
    }
    story->world.installed += 1;
    result = driftline_any_scorer_of_callbacks(&callbacks, &table, &error);
    if (result == DRIFTLINE_RESULT_OK && needs_inventory) {
        result = driftline_any_scorer_of_inventory(story->inventory, &inventory, &error);
    }
    if (result == DRIFTLINE_RESULT_OK) {
        result = put_together(&recipe, table, inventory, &composed, &error);
    }
    end_part(story, table, result == DRIFTLINE_RESULT_OK);
    end_part(story, inventory, result == DRIFTLINE_RESULT_OK && needs_inventory);
    if (result == DRIFTLINE_RESULT_OK) {
        result = install_any(story, composed, &error);
    }
    print_unless_ok(story, result, &error);
    free(recipe.chains);
}

/* ---- Reports ---- */

static const char *const health_words[] = {"healthy", "cordoned", "failed", NULL};

#define REPORT(key, form, member, words, flag) \
    {key, form, offsetof(driftline_node_inventory, member), words, DRIFTLINE_NODE_INVENTORY_##flag}

static const field report_fields[] = {
    REPORT("bandwidth", FORM_AMOUNT, bandwidth_bytes_per_sec, NULL, BANDWIDTH),
    REPORT("tags", FORM_COUNT, tags, NULL, TAGS),
    REPORT("zone", FORM_SMALL_COUNT, zone, NULL, ZONE),
    REPORT("health", FORM_CHOICE, health, health_words, HEALTH),
};

/* "U/Q", of which either may be left out; the flags of what is there. */
static uint32_t take_use(arguments *arguments, const char *key, double *use, uint32_t use_flag, double *capacity,
                         uint32_t capacity_flag)
{
    char before[64];
    uint32_t flags = 0;
    const char *value = take_optional(arguments, key);
    size_t length = value == NULL ? 0 : strcspn(value, "/");

    if (value == NULL) {
        return 0;
    }
    if (value[length] == '\0' || length >= sizeof before) {
        refuse(arguments->story, "'%s' is not USE/CAPACITY", value);
        return 0;
    }
    memcpy(before, value, length);
    before[length] = '\0';
    if (length > 0) {
        *use = parse_amount(arguments->story, before);
        flags |= use_flag;
    }
    if (value[length + 1] != '\0') {
        *capacity = parse_amount(arguments->story, value + length + 1);
        flags |= capacity_flag;
    }
    return flags;
}

static void command_report(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_node_inventory report;
    uint64_t now_ns = parse_time(story, take_bare(arguments));

    memset(&report, 0, sizeof report);
    report.node = parse_id(story, take(arguments, "node"));
    report.fields = take_fields(arguments, report_fields, COUNT_OF(report_fields), &report);
    report.fields |= take_use(arguments, "cpu", &report.cpu_use_cores, DRIFTLINE_NODE_INVENTORY_CPU_USE,
                              &report.cpu_capacity_cores, DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY);
    report.fields |= take_use(arguments, "memory", &report.memory_use_bytes, DRIFTLINE_NODE_INVENTORY_MEMORY_USE,
                              &report.memory_capacity_bytes, DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY);
    report.fields |= take_use(arguments, "disk", &report.disk_use_bytes, DRIFTLINE_NODE_INVENTORY_DISK_USE,
                              &report.disk_capacity_bytes, DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY);
    if (arguments_end(arguments)) {
        print_unless_ok(story,
                        driftline_inventory_report_nodes(story->inventory, now_ns, &report, 1, sizeof report, &error),
                        &error);
    }
}

static void command_rtt(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_rtt *rtts = NULL;
    size_t count = 0;
    token *pair;
    uint64_t now_ns = parse_time(story, take_bare(arguments));
    uint64_t from = parse_id(story, take(arguments, "from"));

    while ((pair = take_any_pair(arguments)) != NULL) {
        driftline_rtt rtt = {from, parse_id(story, pair->key), parse_time(story, pair->value)};
        rtts = grow(rtts, count + 1, sizeof rtt);
        rtts[count] = rtt;
        count += 1;
    }
    if (count == 0) {
        refuse(story, "nothing is given");
    }
    if (arguments_end(arguments)) {
        print_unless_ok(story,
                        driftline_inventory_report_rtts(story->inventory, now_ns, rtts, count, sizeof *rtts, &error),
                        &error);
    }
    free(rtts);
}

static void command_bandwidth(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_bandwidth *bandwidths = NULL;
    size_t count = 0;
    token *pair;
    uint64_t from = parse_id(story, take(arguments, "from"));

    while ((pair = take_any_pair(arguments)) != NULL) {
        driftline_bandwidth bandwidth = {from, parse_id(story, pair->key), parse_amount(story, pair->value)};
        bandwidths = grow(bandwidths, count + 1, sizeof bandwidth);
        bandwidths[count] = bandwidth;
        count += 1;
    }
    if (count == 0) {
        refuse(story, "nothing is given");
    }
    if (arguments_end(arguments)) {
        print_unless_ok(
            story,
            driftline_inventory_report_bandwidths(story->inventory, bandwidths, count, sizeof *bandwidths, &error),
            &error);
    }
    free(bandwidths);
}

/* ---- Profiles ---- */

#define PROFILE(key, form, member, flag) {key, form, offsetof(driftline_chain_profile, member), NULL, flag}

static const field profile_fields[] = {
    PROFILE("size", FORM_AMOUNT, size_bytes, DRIFTLINE_CHAIN_PROFILE_SIZE),
    PROFILE("cpu", FORM_AMOUNT, cpu_cores, DRIFTLINE_CHAIN_PROFILE_CPU),
    PROFILE("memory", FORM_AMOUNT, memory_bytes, DRIFTLINE_CHAIN_PROFILE_MEMORY),
    PROFILE("tags", FORM_COUNT, required_tags, 0),
    PROFILE("value", FORM_NUMBER, service_value, DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE),
    PROFILE("disruption", FORM_TIME, disruption_ns, DRIFTLINE_CHAIN_PROFILE_DISRUPTION),
    PROFILE("group", FORM_COUNT, group, DRIFTLINE_CHAIN_PROFILE_GROUP),
    {"anti_affinity", FORM_CHOICE, offsetof(driftline_chain_profile, zone_anti_affinity), off_on_words, 0},
};

/* "1:0.5,2:1" or "". The caller frees what is returned. */
static driftline_client *parse_clients(story *story, const char *text, size_t *count)
{
    char one[64];
    driftline_client *clients = NULL;

    *count = 0;
    while (next_element(story, &text, one, sizeof one)) {
        driftline_client client = {0, 0.0f, 0};
        char *weight = strchr(one, ':');
        if (weight == NULL) {
            refuse(story, "'%s' is not NODE:WEIGHT", one);
            break;
        }
        *weight = '\0';
        client.node = parse_id(story, one);
        client.weight = parse_number(story, weight + 1);
        clients = grow(clients, *count + 1, sizeof client);
        clients[*count] = client;
        *count += 1;
    }
    return clients;
}

static void command_profile(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_chain_profile profile;
    driftline_client *clients;
    size_t client_count;
    const char *value = take_optional(arguments, "clients");

    memset(&profile, 0, sizeof profile);
    profile.chain = parse_id(story, take(arguments, "chain"));
    profile.fields = take_fields(arguments, profile_fields, COUNT_OF(profile_fields), &profile);
    clients = parse_clients(story, value == NULL ? "" : value, &client_count);
    profile.clients = clients;
    profile.client_count = client_count;
    profile.client_size = sizeof *clients;
    if (arguments_end(arguments)) {
        print_unless_ok(story,
                        driftline_inventory_report_profiles(story->inventory, &profile, 1, sizeof profile, &error),
                        &error);
    }
    free(clients);
}

/* ---- Forgetting, telling, asking ---- */

static void command_forget(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    uint32_t was_known = 0;
    driftline_result result;
    uint64_t node = parse_id(story, take(arguments, "node"));

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_inventory_forget_node(story->inventory, node, &was_known, &error);
    print_unless_ok(story, result, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        text_add(&story->out, was_known ? "forgotten\n" : "nothing was known\n");
    }
}

static void command_push(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    size_t count = 0;
    size_t again = 0;
    driftline_result result;

    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_inventory_touch(story->inventory, story->state, &count, &error);
    print_unless_ok(story, result, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        text_add(&story->out, "touched %zu\n", count);
        if (driftline_inventory_touch(story->inventory, story->state, &again, NULL) != DRIFTLINE_RESULT_OK
            || again != 0) {
            disagree(story, "an inventory tells what has moved more than once");
        }
    }
}

static void print_axis(story *story, const char *name, bool is_known, float value)
{
    text_add(&story->out, ", %s ", name);
    if (is_known) {
        text_add(&story->out, "%.2f", (double)value);
        if (!(value >= 0.0f && value <= 1.0f)) {
            disagree(story, "an axis is not in [0, 1]");
        }
    } else {
        text_add(&story->out, "-");
        if (value != 0.0f) {
            disagree(story, "an axis that is not known has a value");
        }
    }
}

static void print_axes(story *story, const driftline_score_axes *axes)
{
    text_add(&story->out, axes->is_home ? "a home" : "no home");
    print_axis(story, "headroom", axes->fields & DRIFTLINE_SCORE_AXES_HEADROOM, axes->headroom);
    print_axis(story, "proximity", axes->fields & DRIFTLINE_SCORE_AXES_PROXIMITY, axes->proximity);
    print_axis(story, "zone_spread", axes->fields & DRIFTLINE_SCORE_AXES_ZONE_SPREAD, axes->zone_spread);
    print_axis(story, "colocation", axes->fields & DRIFTLINE_SCORE_AXES_COLOCATION, axes->colocation);
    print_axis(story, "score", axes->fields & DRIFTLINE_SCORE_AXES_SCORE, axes->score);
    text_add(&story->out, "\n");
    if (axes->is_home > 1 || (!axes->is_home && axes->score != 0.0f)) {
        disagree(story, "what is no home has a score, or it is neither a home nor none");
    }
}

static void command_axes(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_score_axes axes;
    driftline_result result;
    uint64_t chain = parse_id(story, take(arguments, "chain"));
    uint64_t node = parse_id(story, take(arguments, "node"));

    if (!arguments_end(arguments)) {
        return;
    }
    memset(&axes, 0, sizeof axes);
    axes.struct_size = (uint32_t)sizeof axes;
    result = driftline_inventory_axes(story->inventory, chain, node, &axes, &error);
    if (result != DRIFTLINE_RESULT_OK && result != DRIFTLINE_RESULT_UNKNOWN_NODE) {
        print_error(story, result, &error);
        return;
    }
    text_add(&story->out, "%" PRIu64 " on %" PRIu64 ": ", chain, node);
    if (result == DRIFTLINE_RESULT_OK) {
        print_axes(story, &axes);
    } else {
        text_add(&story->out, "nothing was reported\n");
    }
}

/* ---- By name ---- */

static const struct command {
    const char *name;
    command_function function;
} commands[] = {
    {"inventory", command_inventory}, {"compose", command_compose}, {"report", command_report},
    {"rtt", command_rtt},             {"bandwidth", command_bandwidth}, {"profile", command_profile},
    {"forget", command_forget},       {"push", command_push},       {"axes", command_axes},
};

static const struct command *command_named(const char *name)
{
    for (size_t at = 0; at < COUNT_OF(commands); at++) {
        if (strcmp(commands[at].name, name) == 0) {
            return &commands[at];
        }
    }
    return NULL;
}

static void command_of_inventory(story *story, arguments *arguments)
{
    const struct command *command = command_named(arguments->name);
    if (story->inventory.bits == 0 && command->function != command_inventory) {
        refuse(story, "there is no inventory");
    } else {
        command->function(story, arguments);
    }
}

command_function inventory_find(const char *name)
{
    return command_named(name) == NULL ? NULL : command_of_inventory;
}
