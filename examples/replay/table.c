#include "table.h"

#include <inttypes.h>
#include <stdio.h>

enum { NUMBER_BYTES = 32 };

/* 1234567 as 1,234,567. */
static const char *grouped(uint64_t number, char text[NUMBER_BYTES])
{
    char *at = text + NUMBER_BYTES - 1;
    *at = '\0';
    unsigned digits = 0;
    do {
        if (digits > 0 && digits % 3 == 0) {
            *--at = ',';
        }
        *--at = (char)('0' + number % 10);
        number /= 10;
        digits++;
    } while (number > 0);
    return at;
}

static void print_count(const char *label, uint64_t count)
{
    char text[NUMBER_BYTES];
    printf("  %-18s%13s\n", label, grouped(count, text));
}

/* `of` says what the share is a share of. */
static void print_share(const char *label, uint64_t count, uint64_t whole, const char *of)
{
    char text[NUMBER_BYTES];
    if (whole == 0) {
        print_count(label, count);
        return;
    }
    printf("  %-18s%13s  %6.2f %%%s\n", label, grouped(count, text), 100.0 * (double)count / (double)whole, of);
}

static uint64_t trace_fold(const struct trace *trace)
{
    uint64_t total = 0;
    const uint16_t *value_cs = trace->values_cs;
    for (size_t i = 0; i < trace->record_count; i++) {
        total = fold(fold(total, trace->records[i].slice), trace->records[i].row);
        for (uint32_t node = 0; node < trace->node_count; node++) {
            total = fold(total, *value_cs++);
        }
    }
    return total;
}

static void print_trace(const struct options *options, const struct trace *trace)
{
    char text[NUMBER_BYTES];
    puts("trace");
    if (options->ti_path != NULL) {
        printf("  source      measured: %s, %s\n", options->ti_path, options->cs_path);
    } else {
        printf("  source      generated from seed %" PRIu64 "\n", options->seed);
    }
    printf("  nodes       %" PRIu32 ", each the client of one chain with %d replicas\n", trace->node_count, REPLICAS);
    printf("  slices      %" PRIu32 "\n", trace->slice_count);
    printf("  rows        %s, fold 0x%" PRIx64 "\n", grouped(trace->record_count, text), trace_fold(trace));
}

static void print_policy(const struct options *options)
{
    puts("\npolicy");
    switch (options->policy) {
    case POLICY_NEVER:
        puts("  never       replicas stay where they are put at first");
        break;
    case POLICY_GREEDY:
        puts("  greedy      replicas are always on the three best nodes");
        break;
    case POLICY_DRIFT:
        printf("  drift       floor %.2f, gap %.2f, cooldown %" PRIu64 " slice%s\n", (double)DRIFT_SCORE_FLOOR,
            (double)DRIFT_HYSTERESIS_GAP, options->cooldown_slices, options->cooldown_slices == 1 ? "" : "s");
        break;
    }
    if (options->policy != POLICY_NEVER && options->smoothing != 1.0) {
        printf("  scores      smoothed: a new row counts for %g\n", options->smoothing);
    } else if (options->policy != POLICY_NEVER) {
        puts("  scores      of the latest row, not smoothed");
    }
}

static void print_cost(const char *label, const struct cost *cost, const char *meaning)
{
    char text[NUMBER_BYTES];
    if (cost->count == 0) {
        printf("  %-6s%9s%8s%11s   %s\n", label, "-", "-", "0", meaning);
        return;
    }
    printf("  %-6s%9.4f%8.2f%11s   %s\n", label, cost_mean_seconds(cost), cost_percentile_seconds(cost, 95),
        grouped(cost->count, text), meaning);
}

static void print_costs(const struct outcome *outcome)
{
    printf("\n%-8s%9s%8s%11s\n", "cost", "mean s", "p95 s", "samples");
    print_cost("pre", &outcome->pre, "before the moves of each slice");
    print_cost("post", &outcome->post, "after them");
    print_cost("fresh", &outcome->fresh, "rows just measured, before the moves: judge by this");
}

static void print_moves(const struct moves *moves, const struct trace *trace)
{
    char text[NUMBER_BYTES];
    puts("\nmoves");
    printf("  made        %s", grouped(moves->count, text));
    if (trace->slice_count > 1) {
        printf(", %.2f per slice", (double)moves->count / (trace->slice_count - 1));
    }
    printf("\n  trace       %" PRIu64 "\n", moves->trace);
    if (moves->path != NULL) {
        printf("  written to  %s\n", moves->path);
    }
}

static void print_work(const struct counters *counters, const struct trace *trace)
{
    uint64_t all_scores = (uint64_t)trace->node_count * (trace->node_count - 1) * (trace->slice_count - 1);
    puts("\nwork of driftline");
    print_count("chains x slices", counters->led);
    print_share("scored anew", counters->rescored, counters->led, " of them");
    print_share("score calls", counters->score_calls + counters->live_score_calls, all_scores,
        " of asking for every node in every slice");
    print_count("  of them live", counters->live_score_calls);
    print_count("alternative calls", counters->alternative_calls);
    print_count("invalid answers", counters->invalid_scores + counters->invalid_alternatives);
}

static void print_verdicts(const struct counters *counters)
{
    uint64_t whole = 0;
    for (uint32_t i = 0; i < DRIFTLINE_VERDICT_COUNT; i++) {
        whole += counters->verdicts[i];
    }
    if (whole == 0) {
        return;
    }
    puts("\nverdicts of driftline");
    for (uint32_t i = 0; i < DRIFTLINE_VERDICT_COUNT; i++) {
        if (counters->verdicts[i] > 0) {
            print_share(driftline_verdict_name(i), counters->verdicts[i], whole, "");
        }
    }
}

void table_print(const struct options *options, const struct trace *trace, const struct moves *moves,
    const struct outcome *outcome)
{
    const struct counters *counters = &outcome->counters;
    print_trace(options, trace);
    print_policy(options);
    print_costs(outcome);
    print_moves(moves, trace);
    if (options->policy == POLICY_DRIFT) {
        print_work(counters, trace);
        print_verdicts(counters);
    }
    printf("\nmoves=%" PRIu64 " pre_cs=%" PRIu64 " post_cs=%" PRIu64 " fresh_cs=%" PRIu64 " trace=%" PRIu64
           " score_calls=%" PRIu64 " alternative_calls=%" PRIu64 "\n",
        moves->count, outcome->pre.sum_cs, outcome->post.sum_cs, outcome->fresh.sum_cs, moves->trace,
        counters->score_calls + counters->live_score_calls, counters->alternative_calls);
}
