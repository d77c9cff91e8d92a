/* Commands that configure: the config, and the policies of classes. */
#include "scenario.h"

#include <string.h>

/* ---- Fields ---- */

static const char *const on_scorer_error_words[] = {"abort", "skip_chain", NULL};
static const char *const fingerprint_mode_words[] = {"poll", "push", NULL};
static const char *const move_order_words[] = {"evict_first", "place_first", NULL};
static const char *const mode_words[] = {"eager", "lazy", "pinned", "propose_only", NULL};

#define CONFIG(key, form, member) {key, form, offsetof(driftline_config, member), NULL, 0}
#define CONFIG_CHOICE(key, member, words) {key, FORM_CHOICE, offsetof(driftline_config, member), words, 0}

static const field config_fields[] = {
    CONFIG("score_floor", FORM_NUMBER, score_floor),
    CONFIG("hysteresis_gap", FORM_NUMBER, hysteresis_gap),
    CONFIG("cooldown", FORM_TIME, cooldown_ns),
    CONFIG("decision_interval", FORM_TIME, decision_interval_ns),
    CONFIG("cost_per_sec", FORM_NUMBER, cost_per_sec),
    CONFIG_CHOICE("on_scorer_error", on_scorer_error, on_scorer_error_words),
    CONFIG_CHOICE("fingerprint_mode", fingerprint_mode, fingerprint_mode_words),
    CONFIG("max_scores_per_tick", FORM_COUNT, max_scores_per_tick),
    CONFIG_CHOICE("backstop_spread", backstop_spread, off_on_words),
    CONFIG("retry_backoff", FORM_TIME, retry_backoff_ns),
    CONFIG("min_holders", FORM_SMALL_COUNT, min_holders),
    CONFIG_CHOICE("move_order", move_order, move_order_words),
    CONFIG("pin_ttl", FORM_TIME, pin_ttl_ns),
    CONFIG("move_timeout", FORM_TIME, move_timeout_ns),
    CONFIG("max_moves_per_tick", FORM_COUNT, max_moves_per_tick),
    CONFIG("max_in_flight", FORM_COUNT, max_in_flight),
    CONFIG("max_in_flight_per_source", FORM_COUNT, max_in_flight_per_source),
    CONFIG("max_in_flight_per_target", FORM_COUNT, max_in_flight_per_target),
    CONFIG("target_penalty", FORM_NUMBER, target_penalty),
    CONFIG("max_alternatives", FORM_SMALL_COUNT, max_alternatives),
    CONFIG("flap_window", FORM_TIME, flap_window_ns),
    CONFIG("warmup_coverage", FORM_NUMBER, warmup_coverage),
    CONFIG("warmup_max", FORM_TIME, warmup_max_ns),
};

#define POLICY(key, form, member, flag) {key, form, offsetof(driftline_class_policy, member), NULL, flag}

static const field policy_fields[] = {
    POLICY("score_floor", FORM_NUMBER, score_floor, DRIFTLINE_CLASS_POLICY_SCORE_FLOOR),
    POLICY("hysteresis_gap", FORM_NUMBER, hysteresis_gap, DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP),
    POLICY("cooldown", FORM_TIME, cooldown_ns, DRIFTLINE_CLASS_POLICY_COOLDOWN),
    POLICY("cost_per_sec", FORM_NUMBER, cost_per_sec, DRIFTLINE_CLASS_POLICY_COST_PER_SEC),
    {"mode", FORM_CHOICE, offsetof(driftline_class_policy, mode), mode_words, 0},
    POLICY("critical_floor", FORM_NUMBER, critical_floor, 0),
};

/* ---- Commands ---- */

static void command_config(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_config config = story->config;
    driftline_result result;

    if (arguments->count == 0) {
        refuse(story, "nothing is given");
    }
    if (take_flag(arguments, "production")
        && driftline_config_production(&config, sizeof config) != DRIFTLINE_RESULT_OK) {
        disagree(story, "there is no production config");
    }
    take_fields(arguments, config_fields, sizeof config_fields / sizeof config_fields[0], &config);
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

static driftline_class_policy policy_empty(void)
{
    driftline_class_policy policy;
    memset(&policy, 0, sizeof policy);
    policy.struct_size = (uint32_t)sizeof policy;
    return policy;
}

static driftline_class_policy take_policy(story *story, arguments *arguments)
{
    driftline_class_policy policy = policy_empty();
    bool is_critical = false;
    bool any = false;

    for (size_t at = 0; at < sizeof policy_fields / sizeof policy_fields[0]; at++) {
        const field *field = &policy_fields[at];
        if (take_field(arguments, field, &policy)) {
            policy.flags |= field->flag;
            is_critical |= field->offset == offsetof(driftline_class_policy, critical_floor);
            any = true;
        }
    }
    if (!any) {
        refuse(story, "nothing is given");
    }
    if (is_critical != (policy.mode == DRIFTLINE_CLASS_MODE_LAZY)) {
        refuse(story, "critical_floor goes with mode=lazy");
    }
    return policy;
}

/* What was given comes back as it was. */
static void check_policy(story *story, uint32_t class_id, const driftline_class_policy *given)
{
    driftline_class_policy back = policy_empty();
    driftline_result result = driftline_scheduler_class_policy(story->scheduler, class_id, &back, NULL);
    if (given == NULL ? result != DRIFTLINE_RESULT_NO_POLICY
                      : result != DRIFTLINE_RESULT_OK || memcmp(&back, given, sizeof back) != 0) {
        disagree(story, "the policy of the class is not the one that it was given");
    }
}

static void command_policy(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_class_policy policy = policy_empty();
    driftline_result result;
    uint32_t class_id = parse_small_integer(story, take(arguments, "class"));
    bool is_none = take_flag(arguments, "none");

    if (!is_none) {
        policy = take_policy(story, arguments);
    }
    if (!arguments_end(arguments)) {
        return;
    }
    result = driftline_scheduler_set_class_policy(story->scheduler, class_id, is_none ? NULL : &policy, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        check_policy(story, class_id, is_none ? NULL : &policy);
    } else {
        print_error(story, result, &error);
    }
}

command_function config_find(const char *name)
{
    if (strcmp(name, "config") == 0) {
        return command_config;
    }
    return strcmp(name, "policy") == 0 ? command_policy : NULL;
}
