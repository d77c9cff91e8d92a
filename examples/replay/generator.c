#include "generator.h"

#include <stdlib.h>

enum {
    CLUSTERS = 5,
    PATTERN_NODES = 99, /* the measured network, whose proportions other sizes keep */
    COST_CS_MAX = 9050
};

static const uint32_t CLUSTER_SIZES[CLUSTERS] = { 4, 6, 3, 42, 44 };

static const int32_t INTER_CS[CLUSTERS][CLUSTERS] = {
    { 0, 27, 35, 22, 34 },
    { 27, 0, 36, 21, 29 },
    { 35, 36, 0, 18, 24 },
    { 22, 21, 18, 0, 15 },
    { 34, 29, 24, 15, 0 },
};

struct step {
    uint32_t below_per_mille;
    uint32_t value;
};

static const struct step ACCESS_CS[] = { { 500, 0 }, { 750, 1 }, { 900, 3 }, { 1000, 6 } };
static const struct step JITTER_CS[] = { { 750, 0 }, { 920, 1 }, { 980, 2 }, { 1000, 3 } };
static const struct step GAP_SLICES[]
    = { { 5, 3 }, { 135, 4 }, { 755, 5 }, { 940, 6 }, { 970, 7 }, { 983, 8 }, { 990, 10 }, { 1000, 14 } };

struct knot {
    uint32_t per_mille, value_cs;
};

static const struct knot STALL_CS[] = { { 0, 4 }, { 50, 6 }, { 100, 10 }, { 200, 16 }, { 300, 22 }, { 400, 26 },
    { 500, 30 }, { 600, 33 }, { 700, 36 }, { 800, 39 }, { 850, 42 }, { 875, 47 }, { 900, 56 }, { 925, 66 },
    { 950, 77 }, { 970, 87 }, { 980, 93 }, { 990, 126 }, { 995, 169 }, { 999, 400 }, { 1000, 4500 } };

struct node {
    uint32_t cluster;
    int32_t x, y, access_cs;
    int32_t source_bias_per_mille, destination_bias_per_mille;
    uint32_t slow_factor;
    uint32_t due_slice;
};

/* One pair, seen from its first node. */
struct link {
    uint16_t base_cs, stall_per_mille;
};

struct generator {
    uint64_t state; /* SplitMix64 */
    uint32_t node_count;
    struct node *nodes;
    struct link *links; /* node_count rows of node_count */
    size_t record_capacity;
};

static uint64_t next64(struct generator *generator)
{
    uint64_t z = generator->state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static uint32_t below(struct generator *generator, uint32_t bound)
{
    return (uint32_t)(((next64(generator) >> 32) * bound) >> 32);
}

/* A draw from `-reach` to `reach`. */
static int32_t around_zero(struct generator *generator, int32_t reach)
{
    return (int32_t)below(generator, (uint32_t)(2 * reach + 1)) - reach;
}

/* The last step of every table lies above all draws. */
static uint32_t draw_step(struct generator *generator, const struct step *steps)
{
    uint32_t draw = below(generator, 1000);
    while (draw >= steps->below_per_mille) {
        steps++;
    }
    return steps->value;
}

/* Linear between the knots, rounded down. */
static uint32_t draw_stall_cs(struct generator *generator)
{
    uint32_t draw = below(generator, 10000);
    const struct knot *right = STALL_CS + 1;
    while (draw > right->per_mille * 10) {
        right++;
    }
    const struct knot *left = right - 1;
    uint32_t width = (right->per_mille - left->per_mille) * 10;
    return left->value_cs + (right->value_cs - left->value_cs) * (draw - left->per_mille * 10) / width;
}

static uint32_t cluster_of_position(uint32_t position)
{
    uint32_t cluster = 0;
    while (position >= CLUSTER_SIZES[cluster]) {
        position -= CLUSTER_SIZES[cluster++];
    }
    return cluster;
}

static void make_nodes(struct generator *generator)
{
    uint32_t count = generator->node_count;
    struct node *nodes = generator->nodes;
    for (uint32_t i = 0; i < count; i++) {
        nodes[i].cluster = cluster_of_position(i * PATTERN_NODES / count);
    }
    for (uint32_t i = count - 1; i >= 1; i--) {
        uint32_t j = below(generator, i + 1);
        uint32_t cluster = nodes[i].cluster;
        nodes[i].cluster = nodes[j].cluster;
        nodes[j].cluster = cluster;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct node *node = &nodes[i];
        node->x = (int32_t)below(generator, 6);
        node->y = (int32_t)below(generator, 6);
        node->access_cs = (int32_t)draw_step(generator, ACCESS_CS);
        node->source_bias_per_mille = around_zero(generator, 110);
        node->destination_bias_per_mille = around_zero(generator, 140);
        uint32_t place = i % PATTERN_NODES;
        node->slow_factor = place == 11 ? 8 : place == 9 || place == 44 ? 3 : 1;
        if (node->slow_factor > 1) {
            node->source_bias_per_mille += 250;
            node->destination_bias_per_mille += 250;
        }
    }
}

static int32_t distance_cs(const struct node *a, const struct node *b, int32_t noise)
{
    int32_t access = a->access_cs + b->access_cs;
    if (a->cluster == b->cluster) {
        return abs(a->x - b->x) + abs(a->y - b->y) + access;
    }
    int32_t distance = INTER_CS[a->cluster][b->cluster] + access - 2 + noise;
    return distance < 0 ? 0 : distance;
}

static struct link make_link(const struct node *from, const struct node *to, int32_t base_cs, int32_t noise_per_mille)
{
    int32_t stall = 325 + 7 * base_cs + from->source_bias_per_mille + to->destination_bias_per_mille + noise_per_mille;
    stall = stall < 50 ? 50 : stall > 950 ? 950 : stall;
    return (struct link){ .base_cs = (uint16_t)base_cs, .stall_per_mille = (uint16_t)stall };
}

static void make_links(struct generator *generator)
{
    size_t count = generator->node_count;
    const struct node *nodes = generator->nodes;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = i + 1; j < count; j++) {
            /* Both are drawn even where only one is used, so that the sequence does not depend on clusters. */
            int32_t base_noise = around_zero(generator, 6);
            int32_t stall_noise = around_zero(generator, 150);
            int32_t base_cs = distance_cs(&nodes[i], &nodes[j], base_noise);
            generator->links[i * count + j] = make_link(&nodes[i], &nodes[j], base_cs, stall_noise);
            generator->links[j * count + i] = make_link(&nodes[j], &nodes[i], base_cs, stall_noise);
        }
    }
}

static void measure_row(struct generator *generator, uint32_t row, uint16_t *values_cs)
{
    const struct node *nodes = generator->nodes;
    for (uint32_t j = 0; j < generator->node_count; j++) {
        if (j == row) {
            values_cs[j] = 0;
            continue;
        }
        struct link link = generator->links[(size_t)row * generator->node_count + j];
        uint32_t value_cs = link.base_cs;
        if (below(generator, 1000) < link.stall_per_mille) {
            uint32_t a = nodes[row].slow_factor, b = nodes[j].slow_factor;
            value_cs += (a > b ? a : b) * draw_stall_cs(generator);
        } else {
            value_cs += draw_step(generator, JITTER_CS);
        }
        values_cs[j] = (uint16_t)(value_cs < COST_CS_MAX ? value_cs : COST_CS_MAX);
    }
}

static void plan_next(struct generator *generator, struct node *node, uint32_t slice)
{
    uint32_t gap = draw_step(generator, GAP_SLICES);
    if (node->slow_factor == 8) {
        gap *= 5;
    }
    /* After the first slice the rows spread out, or all would stay due together. */
    node->due_slice = slice == 0 ? 1 + below(generator, gap) : slice + gap;
}

static bool reserve_record(struct generator *generator, struct trace *trace, struct failure *failure)
{
    if (trace->record_count < generator->record_capacity) {
        return true;
    }
    size_t capacity = generator->record_capacity + generator->record_capacity / 2 + generator->node_count;
    struct record *records = realloc(trace->records, capacity * sizeof *records);
    if (records == NULL) {
        return fail_for_memory(failure);
    }
    trace->records = records;
    uint16_t *values_cs = realloc(trace->values_cs, capacity * generator->node_count * sizeof *values_cs);
    if (values_cs == NULL) {
        return fail_for_memory(failure);
    }
    trace->values_cs = values_cs;
    generator->record_capacity = capacity;
    return true;
}

static bool make_records(struct generator *generator, struct trace *trace, struct failure *failure)
{
    for (uint32_t slice = 0; slice < trace->slice_count; slice++) {
        for (uint32_t row = 0; row < generator->node_count; row++) {
            if (generator->nodes[row].due_slice != slice) {
                continue;
            }
            if (!reserve_record(generator, trace, failure)) {
                return false;
            }
            size_t at = trace->record_count++;
            trace->records[at] = (struct record){ .slice = (uint16_t)slice, .row = (uint16_t)row };
            measure_row(generator, row, trace->values_cs + at * generator->node_count);
            plan_next(generator, &generator->nodes[row], slice);
        }
    }
    return true;
}

bool generator_run(uint64_t seed, uint32_t node_count, uint32_t slice_count, struct trace *out,
    struct failure *failure)
{
    *out = (struct trace){ .node_count = node_count, .slice_count = slice_count };
    struct generator generator = {
        .state = seed,
        .node_count = node_count,
        .nodes = calloc(node_count, sizeof *generator.nodes),
        .links = calloc((size_t)node_count * node_count, sizeof *generator.links),
    };
    bool made = generator.nodes != NULL && generator.links != NULL;
    if (made) {
        make_nodes(&generator);
        make_links(&generator);
        made = make_records(&generator, out, failure);
    } else {
        fail_for_memory(failure);
    }
    free(generator.nodes);
    free(generator.links);
    if (!made) {
        trace_free(out);
    }
    return made;
}
