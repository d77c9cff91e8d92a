/* The C side of the table of `make go-bench`: what main.go measures, in C, on the same membership.
 *
 *     bench CHAINS DUE NODES
 *
 * prints one object of JSON: the least nanoseconds of an idle tick at CHAINS chains in both modes, and of a tick in which
 * DUE chains are due, with a scorer that answers in batches and with one that does not. */
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
#define INTERVAL_NS UINT64_C(30000000000)
/* So many idle ticks are timed at once: looking at the clock would count, too. */
#define BATCH 100
#define ROUNDS 30

static driftline_error error;

static void must(driftline_result result, const char *what)
{
    if (result != DRIFTLINE_RESULT_OK) {
        fprintf(stderr, "%s: %s (%s)\n", what, driftline_result_name(result), error.message);
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
    float *scores; /* of the nodes 1, 2, ... */
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

static void load(driftline_state state, size_t chain_count, uint64_t node_count)
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
    must(driftline_state_load(state, chains, leaders, chain_count, offsets, holders, chain_count * HOLDERS_PER_CHAIN,
                              &error),
         "load");
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

typedef struct bench {
    driftline_state state;
    driftline_scheduler scheduler;
    size_t chain_count;
} bench;

static void tick(const bench *bench, uint64_t now, uint64_t rescored)
{
    const driftline_action *actions;
    size_t count;
    driftline_report report;
    memset(&report, 0, sizeof report);
    report.struct_size = (uint32_t)sizeof report;
    must(driftline_scheduler_tick(bench->scheduler, bench->state, now, sizeof *actions, &actions, &count, &report, &error),
         "tick");
    if (report.rescored != rescored) {
        fprintf(stderr, "%" PRIu64 " chains were re-scored, not %" PRIu64 "\n", report.rescored, rescored);
        exit(EXIT_FAILURE);
    }
}

static bench open_bench(size_t chain_count, uint64_t node_count, uint32_t mode, int batches)
{
    bench bench;
    driftline_config config;
    driftline_scorer scorer;
    static tables tables;
    memset(&scorer, 0, sizeof scorer);
    tables.scores = must_allocate(node_count, sizeof *tables.scores);
    tables.fingerprints = must_allocate(node_count, sizeof *tables.fingerprints);
    for (uint64_t node = 0; node < node_count; node++) {
        tables.scores[node] = 0.9f;
    }
    scorer.struct_size = (uint32_t)sizeof scorer;
    scorer.ctx = &tables;
    scorer.score = score;
    scorer.best_alternative = best_alternative;
    scorer.score_many = batches ? score_many : NULL;
    scorer.node_fingerprints = node_fingerprints;
    bench.chain_count = chain_count;
    must(driftline_state_new(DRIFTLINE_ABI, &bench.state, &error), "state");
    must(driftline_config_init(&config, sizeof config), "config");
    config.fingerprint_mode = mode;
    must(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &config, &bench.scheduler, &error), "scheduler");
    must(driftline_scheduler_install(bench.scheduler, &scorer, &error), "scorer");
    load(bench.state, chain_count, node_count);
    tick(&bench, 0, chain_count);
    return bench;
}

static void close_bench(bench bench)
{
    must(driftline_scheduler_free(bench.scheduler), "free");
    must(driftline_state_free(bench.state), "free");
}

static double idle_ns(bench bench)
{
    double least_ns = INFINITY;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        double start_ns = now_ns();
        for (uint64_t number = 1; number <= BATCH; number++) {
            tick(&bench, round * BATCH + number, 0);
        }
        least_ns = fmin(least_ns, (now_ns() - start_ns) / BATCH);
    }
    close_bench(bench);
    return least_ns;
}

static double due_ns(bench bench)
{
    double least_ns = INFINITY;
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        double start_ns = now_ns();
        tick(&bench, round * INTERVAL_NS, bench.chain_count);
        least_ns = fmin(least_ns, now_ns() - start_ns);
    }
    close_bench(bench);
    return least_ns;
}

int main(int argc, char **argv)
{
    size_t chains = argc == 4 ? strtoul(argv[1], NULL, 10) : 0;
    size_t due = argc == 4 ? strtoul(argv[2], NULL, 10) : 0;
    uint64_t nodes = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;
    if (chains == 0 || due == 0 || nodes < HOLDERS_PER_CHAIN) {
        fprintf(stderr, "usage: bench CHAINS DUE NODES, with three nodes at least\n");
        return EXIT_FAILURE;
    }
    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    printf("{\"push\":%.1f,", idle_ns(open_bench(chains, nodes, DRIFTLINE_FINGERPRINT_PUSH, 1)));
    printf("\"poll\":%.1f,", idle_ns(open_bench(chains, nodes, DRIFTLINE_FINGERPRINT_POLL, 1)));
    printf("\"batch\":%.1f,", due_ns(open_bench(due, nodes, DRIFTLINE_FINGERPRINT_PUSH, 1)));
    printf("\"single\":%.1f}\n", due_ns(open_bench(due, nodes, DRIFTLINE_FINGERPRINT_PUSH, 0)));
    return EXIT_SUCCESS;
}
