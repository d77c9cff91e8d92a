/* Ticks and the like: what they print. */
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *trend_name(uint32_t trend)
{
    switch (trend) {
    case DRIFTLINE_TREND_STABLE:
        return "stable";
    case DRIFTLINE_TREND_DEGRADING:
        return "degrading";
    case DRIFTLINE_TREND_IMPROVING:
        return "improving";
    default:
        return "unknown trend";
    }
}

static const char *cause_name(uint32_t cause)
{
    switch (cause) {
    case DRIFTLINE_CAUSE_NEW:
        return "new";
    case DRIFTLINE_CAUSE_DIRTY:
        return "dirty";
    case DRIFTLINE_CAUSE_BACKSTOP:
        return "backstop";
    default:
        return "unknown cause";
    }
}

/* ---- What a pass prints first ---- */

static void print_sampled_chain(story *story, const driftline_sampled *sampled)
{
    text *out = &story->out;
    driftline_error error = error_empty();
    driftline_result result;
    size_t cell_count;
    size_t sample_count = 0;
    size_t worst = 0;
    uint32_t trend = UINT32_MAX;
    driftline_cell *cells = cells_of(story, sampled->chain, &cell_count, &result, &error);

    text_add(out, "sampled %" PRIu64 " (%s):", sampled->chain, cause_name(sampled->cause));
    if (result != DRIFTLINE_RESULT_OK) {
        disagree(story, "a sampled chain has no cells to show");
    }
    if (cell_count == 0) {
        text_add(out, " none\n");
        free(cells);
        return;
    }
    for (size_t at = 0; at < cell_count; at++) {
        text_add(out, " %" PRIu64 "=%.2f", cells[at].node, (double)cells[at].score);
        if (cells[at].score < cells[worst].score) {
            worst = at;
        }
    }
    if (driftline_history(story->scheduler, sampled->chain, NULL, 0, sizeof(driftline_sample), &sample_count, NULL,
                          &trend, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "a sampled chain has no history");
    }
    text_add(out, ", worst %" PRIu64 "=%.2f, %s\n", cells[worst].node, (double)cells[worst].score, trend_name(trend));
    free(cells);
}

static void print_sampled(story *story, const driftline_report *report)
{
    driftline_sampled *sampled;
    size_t count = 0;

    if (driftline_scheduler_sampled(story->scheduler, NULL, 0, sizeof *sampled, &count, NULL) != DRIFTLINE_RESULT_OK) {
        disagree(story, "the sampled chains cannot be counted");
    }
    sampled = grow(NULL, count + 1, sizeof *sampled);
    if (driftline_scheduler_sampled(story->scheduler, sampled, count, sizeof *sampled, &count, NULL)
        != DRIFTLINE_RESULT_OK) {
        disagree(story, "the sampled chains cannot be listed");
    }
    for (size_t at = 0; at < count; at++) {
        print_sampled_chain(story, &sampled[at]);
    }
    if (count == 0) {
        text_add(&story->out, "sampled none\n");
    }
    if (count != report->rescored) {
        disagree(story, "the report counts other re-scored chains than are listed");
    }
    free(sampled);
}

static void print_failures(story *story, const driftline_report *report)
{
    driftline_failure *failures;
    size_t count = 0;

    if (driftline_scheduler_failures(story->scheduler, NULL, 0, sizeof *failures, &count, NULL)
        != DRIFTLINE_RESULT_OK) {
        disagree(story, "the failures cannot be counted");
    }
    failures = grow(NULL, count + 1, sizeof *failures);
    if (driftline_scheduler_failures(story->scheduler, failures, count, sizeof *failures, &count, NULL)
        != DRIFTLINE_RESULT_OK) {
        disagree(story, "the failures cannot be listed");
    }
    for (size_t at = 0; at < count; at++) {
        text_add(&story->out, "failed %s", method_name(failures[at].method));
        /* Every u64 is a chain; what tells whether there is one is the method. */
        if (failures[at].method != DRIFTLINE_METHOD_NODE_FINGERPRINT) {
            text_add(&story->out, " chain=%" PRIu64, failures[at].chain);
        }
        if (failures[at].node != DRIFTLINE_NONE) {
            text_add(&story->out, " node=%" PRIu64, failures[at].node);
        }
        text_add(&story->out, " code=%" PRId32 "\n", failures[at].scorer_code);
    }
    if (count != report->scorer_errors) {
        disagree(story, "the report counts other failures than are listed");
    }
    free(failures);
}

/* ---- What a pass prints of its decision ---- */

static void print_led(story *story, const led *led)
{
    for (size_t at = 0; at < led->count; at++) {
        print_explanation(story, &led->explanations[at]);
        text_add(&story->out, "\n");
    }
}

/* An eviction by the scheduler that carries no revision has said all of it elsewhere. */
static void print_actions(story *story, const driftline_action *actions, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        bool is_said = actions[at].kind == DRIFTLINE_ACTION_EVICT && actions[at].arm == DRIFTLINE_ARM_SCHEDULER
                       && (actions[at].flags & DRIFTLINE_ACTION_FLAG_REVISION) == 0;
        if (!is_said) {
            text_add(&story->out, "action ");
            print_action(story, &actions[at]);
            text_add(&story->out, "\n");
        }
    }
}

/* ---- Passes ---- */

static driftline_report report_empty(void)
{
    driftline_report report;
    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    return report;
}

static void command_tick(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_report report = report_empty();
    const driftline_action *actions = NULL;
    size_t action_count = 0;
    driftline_result result;
    led before;
    led after;
    uint64_t now_ns = parse_time(story, take_bare(arguments));

    if (!arguments_end(arguments)) {
        return;
    }
    before = led_of(story);
    world_begin_pass(&story->world);
    result = driftline_scheduler_tick(story->scheduler, story->state, now_ns, sizeof *actions, &actions, &action_count,
                                      &report, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        story->last_report = report;
        story->has_verdicts = true;
        after = led_of(story);
        check_actions(story, actions, action_count, now_ns, true);
        check_tick(story, actions, action_count, &report, &before, &after);
        print_sampled(story, &report);
        print_failures(story, &report);
        print_led(story, &after);
        print_actions(story, actions, action_count);
        print_calls(&story->out, &report);
        led_free(&after);
    } else {
        print_error(story, result, &error);
    }
    led_free(&before);
}

static bool sample_once(story *story, uint64_t now_ns, driftline_report *report)
{
    driftline_error error = error_empty();
    driftline_result result;

    world_begin_pass(&story->world);
    result = driftline_scheduler_sample(story->scheduler, story->state, now_ns, report, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
        return false;
    }
    story->last_report = *report;
    story->has_verdicts = true;
    check_sample(story, report);
    return true;
}

static void print_sample(story *story, const driftline_report *report)
{
    print_sampled(story, report);
    print_failures(story, report);
    print_calls(&story->out, report);
}

static void command_sample(story *story, arguments *arguments)
{
    driftline_report report = report_empty();
    uint64_t now_ns = parse_time(story, take_bare(arguments));
    if (arguments_end(arguments) && sample_once(story, now_ns, &report)) {
        print_sample(story, &report);
    }
}

static void command_samples(story *story, arguments *arguments)
{
    driftline_report report = report_empty();
    uint64_t now_ns = parse_time(story, take(arguments, "from"));
    uint64_t every_ns = parse_time(story, take(arguments, "every"));
    uint64_t count = parse_integer(story, take(arguments, "count"));

    if (count == 0 || (every_ns != 0 && (UINT64_MAX - now_ns) / every_ns < count - 1)) {
        refuse(story, "no sample, or one beyond all time");
    }
    if (!arguments_end(arguments)) {
        return;
    }
    for (uint64_t at = 0; at < count; at++) {
        if (!sample_once(story, now_ns, &report)) {
            return;
        }
        /* The last addition may not fit, and is not needed. */
        now_ns += at + 1 < count ? every_ns : 0;
    }
    print_sample(story, &report);
}

/* A move of the scheduler's as the library prints the judgement behind it: no floor, no gap. */
static void print_judgement(story *story, const driftline_action *action)
{
    text *out = &story->out;
    text_add(out, "%" PRIu64 " evict %" PRIu64 " -> %" PRIu64 ": live %.2f, gain %.2f, cost ", action->chain,
             action->victim, action->target, (double)action->victim_score, (double)action->gain);
    if (action->flags & DRIFTLINE_ACTION_FLAG_COST) {
        text_add(out, "%.2f\n", (double)action->cost);
    } else {
        text_add(out, "none\n");
    }
}

static void print_decision(story *story, const driftline_action *actions, size_t count, const driftline_report *report)
{
    check_decision(story, actions, count, report);
    for (size_t at = 0; at < count; at++) {
        if (actions[at].arm == DRIFTLINE_ARM_SCHEDULER) {
            print_judgement(story, &actions[at]);
        }
    }
    print_actions(story, actions, count);
    print_verdicts(&story->out, report);
    print_calls(&story->out, report);
}

static void command_decide(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_report report = report_empty();
    const driftline_action *actions = NULL;
    size_t count = 0;
    driftline_result result;
    uint64_t now_ns = parse_time(story, take_bare(arguments));

    if (!arguments_end(arguments)) {
        return;
    }
    world_begin_pass(&story->world);
    result = driftline_scheduler_decide(story->scheduler, story->state, now_ns, sizeof *actions, &actions, &count,
                                        &report, &error);
    if (result != DRIFTLINE_RESULT_OK) {
        print_error(story, result, &error);
        return;
    }
    check_actions(story, actions, count, now_ns, true);
    print_failures(story, &report);
    print_decision(story, actions, count, &report);
}

static void command_diff(story *story, arguments *arguments)
{
    driftline_error error = error_empty();
    driftline_report report = report_empty();
    driftline_scorer scorer = world_scorer(&story->world);
    driftline_action *actions;
    uint64_t *already = NULL;
    size_t already_count = 0;
    size_t count = 0;
    driftline_result result;
    led led;
    uint64_t now_ns = parse_time(story, take_bare(arguments));
    const char *value = take_optional(arguments, "already");

    if (value != NULL) {
        already_count = parse_list(story, value, parse_id, &already);
    }
    if (!arguments_end(arguments)) {
        free(already);
        return;
    }
    /* At most one action per led chain, so there is always room. */
    led = led_of(story);
    actions = grow(NULL, led.count + 1, sizeof *actions);
    world_begin_pass(&story->world);
    result = driftline_diff_scheduler(story->state, story->this_node, &story->config, &scorer, now_ns, already,
                                      already_count, actions, led.count, sizeof *actions, &count, &report, &error);
    if (result == DRIFTLINE_RESULT_OK) {
        check_actions(story, actions, count, now_ns, false);
        print_decision(story, actions, count, &report);
    } else {
        print_error(story, result, &error);
    }
    led_free(&led);
    free(already);
    free(actions);
}

/* ---- By name ---- */

static const struct pass {
    const char *name;
    command_function function;
} passes[] = {
    {"tick", command_tick},     {"sample", command_sample}, {"samples", command_samples},
    {"decide", command_decide}, {"diff", command_diff},
};

command_function pass_find(const char *name)
{
    for (size_t at = 0; at < sizeof passes / sizeof passes[0]; at++) {
        if (strcmp(passes[at].name, name) == 0) {
            return passes[at].function;
        }
    }
    return NULL;
}
