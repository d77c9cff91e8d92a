/* The idle tick through the C ABI, with a C scorer that answers in batches: what crossing the boundary costs.
 *
 *     idle CHAINS NODES K
 *
 * does what `scale --idle K` does in Rust, on the same membership, and prints the same line. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "driftline.h"

#define THIS_NODE UINT64_C(1)
#define HOLDERS_PER_CHAIN 3
#define SPREAD UINT64_C(0x9E3779B97F4A7C15)
/* So many ticks are timed at once: looking at the clock would count, too. */
#define BATCH 100

static void must(driftline_result result, const driftline_error *error, const char *what)
{
    if (result != DRIFTLINE_RESULT_OK) {
        fprintf(stderr, "%s: %s (%s)\n", what, driftline_result_name(result), error->message);
        exit(EXIT_FAILURE);
    }
}

static void *must_allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL) {
        fprintf(stderr, "no memory for %zu elements\n", count);
        exit(EXIT_FAILURE);
    }
    return memory;
}

/* ---- The scorer: two tables by node ---- */

typedef struct tables {
    float *scores;          /* of the nodes 1, 2, ... */
    uint64_t *fingerprints;
} tables;

static int32_t score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    const tables *self = ctx;
    (void)chain;
    *out = self->scores[node - 1];
    return DRIFTLINE_SCORER_OK;
}

static int32_t best_alternative(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                                driftline_alternative *out)
{
    (void)ctx, (void)chain, (void)exclude, (void)exclude_count, (void)out;
    return DRIFTLINE_SCORER_NO_OPINION;
}

static int32_t score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    const tables *self = ctx;
    for (size_t at = 0; at < count; at++) {
        out[at] = self->scores[pairs[at].node - 1];
    }
    return DRIFTLINE_SCORER_OK;
}

static int32_t node_fingerprints(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known)
{
    const tables *self = ctx;
    for (size_t at = 0; at < count; at++) {
        out[at] = self->fingerprints[nodes[at] - 1];
        known[at] = 1;
    }
    return DRIFTLINE_SCORER_OK;
}

static driftline_scorer new_scorer(uint64_t node_count)
{
    static tables tables;
    driftline_scorer scorer;
    tables.scores = must_allocate(node_count, sizeof *tables.scores);
    tables.fingerprints = must_allocate(node_count, sizeof *tables.fingerprints);
    for (uint64_t node = 0; node < node_count; node++) {
        tables.scores[node] = 0.9f;
    }
    memset(&scorer, 0, sizeof scorer);
    scorer.struct_size = (uint32_t)sizeof scorer;
    scorer.ctx = &tables;
    scorer.score = score;
    scorer.best_alternative = best_alternative;
    scorer.score_many = score_many;
    scorer.node_fingerprints = node_fingerprints;
    return scorer;
}

/* ---- The membership: examples/scale/inputs.rs again ---- */

static uint64_t scramble(uint64_t number)
{
    number = (number ^ (number >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    number = (number ^ (number >> 27)) * UINT64_C(0x94D049BB133111EB);
    return number ^ (number >> 31);
}

static void pick_holders(uint64_t index, uint64_t node_count, uint64_t *holders)
{
    uint64_t seed = scramble(index);
    size_t count = 0;
    while (count < HOLDERS_PER_CHAIN) {
        int is_new = 1;
        seed += SPREAD;
        holders[count] = 1 + scramble(seed) % node_count;
        for (size_t before = 0; before < count; before++) {
            is_new &= holders[before] != holders[count];
        }
        count += (size_t)is_new;
    }
}

static void load(driftline_state state, size_t chain_count, uint64_t node_count, driftline_error *error)
{
    uint64_t *chains = must_allocate(chain_count, sizeof *chains);
    uint64_t *leaders = must_allocate(chain_count, sizeof *leaders);
    uint64_t *offsets = must_allocate(chain_count + 1, sizeof *offsets);
    uint64_t *holders = must_allocate(chain_count * HOLDERS_PER_CHAIN, sizeof *holders);
    for (size_t index = 0; index < chain_count; index++) {
        chains[index] = index * SPREAD;
        leaders[index] = THIS_NODE;
        offsets[index + 1] = (index + 1) * HOLDERS_PER_CHAIN;
        pick_holders(index, node_count, holders + index * HOLDERS_PER_CHAIN);
    }
    must(driftline_state_load(state, chains, leaders, chain_count, offsets, holders,
                              chain_count * HOLDERS_PER_CHAIN, error),
         error, "load");
    free(chains);
    free(leaders);
    free(offsets);
    free(holders);
}

/* ---- The ticks ---- */

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void tick(driftline_scheduler scheduler, driftline_state state, uint64_t now, driftline_report *report,
                 driftline_error *error)
{
    const driftline_action *actions;
    size_t count;
    must(driftline_scheduler_tick(scheduler, state, now, sizeof *actions, &actions, &count, report, error), error,
         "tick");
}

static double time_batch(driftline_scheduler scheduler, driftline_state state, uint64_t batch,
                         driftline_report *report, driftline_error *error)
{
    double start_ns = now_ns();
    for (uint64_t number = 1; number <= BATCH; number++) {
        tick(scheduler, state, batch * BATCH + number, report, error);
        if (report->rescored != 0) {
            fprintf(stderr, "the tick was not idle\n");
            exit(EXIT_FAILURE);
        }
    }
    return (now_ns() - start_ns) / BATCH;
}

static uint64_t number(const char *text)
{
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text == '\0' || *end != '\0') {
        fprintf(stderr, "not a number: %s\n", text);
        exit(EXIT_FAILURE);
    }
    return value;
}

int main(int argc, char **argv)
{
    driftline_error error;
    driftline_report report;
    driftline_state state;
    driftline_scheduler scheduler;
    driftline_config config;
    driftline_scorer scorer;
    double least_ns = INFINITY;
    if (argc != 4 || number(argv[2]) < HOLDERS_PER_CHAIN) {
        fprintf(stderr, "usage: idle CHAINS NODES K, with three nodes at least\n");
        return EXIT_FAILURE;
    }
    memset(&error, 0, sizeof error);
    memset(&report, 0, sizeof report);
    error.struct_size = (uint32_t)sizeof error;
    report.struct_size = (uint32_t)sizeof report;
    scorer = new_scorer(number(argv[2]));
    must(driftline_state_new(DRIFTLINE_ABI, &state, &error), &error, "state");
    must(driftline_config_init(&config, sizeof config), &error, "config");
    must(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &config, &scheduler, &error), &error, "scheduler");
    must(driftline_scheduler_install(scheduler, &scorer, &error), &error, "scorer");
    load(state, (size_t)number(argv[1]), number(argv[2]), &error);
    tick(scheduler, state, 0, &report, &error);
    for (uint64_t batch = 0; batch < number(argv[3]); batch++) {
        least_ns = fmin(least_ns, time_batch(scheduler, state, batch, &report, &error));
    }
    printf("{\"chains\":%s,\"distinct_holders\":%" PRIu64 ",\"ns\":%.1f}\n", argv[1], report.node_fingerprint_calls,
           least_ns);
    must(driftline_scheduler_free(scheduler), &error, "free");
    must(driftline_state_free(state), &error, "free");
    return EXIT_SUCCESS;
}
