/* The table scorer: it answers what its tables say. */
#include "scenario.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static table_entry *find(const table *table, uint64_t first, uint64_t second)
{
    for (size_t at = 0; at < table->count; at++) {
        table_entry *entry = &table->entries[at];
        if (entry->first == first && entry->second == second) {
            return entry;
        }
    }
    return NULL;
}

void table_set(table *table, uint64_t first, uint64_t second, answer answer)
{
    table_entry *entry = find(table, first, second);
    if (entry == NULL) {
        table->entries = grow(table->entries, table->count + 1, sizeof *table->entries);
        entry = &table->entries[table->count];
        entry->first = first;
        entry->second = second;
        table->count += 1;
    }
    entry->answer = answer;
}

void table_unset(table *table, uint64_t first, uint64_t second)
{
    table_entry *entry = find(table, first, second);
    if (entry != NULL) {
        table->count -= 1;
        *entry = table->entries[table->count];
    }
}

static home_index *index_find(const world *world, uint64_t chain)
{
    for (size_t at = 0; at < world->index_count; at++) {
        if (world->indexes[at].chain == chain) {
            return &world->indexes[at];
        }
    }
    return NULL;
}

void index_set(world *world, uint64_t chain, const driftline_alternative *homes, size_t count)
{
    home_index index = {chain, NULL, count};
    index_unset(world, chain);
    index.homes = grow(NULL, count, sizeof *homes);
    memcpy(index.homes, homes, count * sizeof *homes);
    world->indexes = grow(world->indexes, world->index_count + 1, sizeof index);
    world->indexes[world->index_count] = index;
    world->index_count += 1;
}

void index_unset(world *world, uint64_t chain)
{
    home_index *index = index_find(world, chain);
    if (index != NULL) {
        free(index->homes);
        world->index_count -= 1;
        *index = world->indexes[world->index_count];
    }
}

static void table_free(table *table)
{
    free(table->entries);
    table->entries = NULL;
    table->count = 0;
}

void world_free(world *world)
{
    table_free(&world->scores);
    table_free(&world->live_scores);
    table_free(&world->alternatives);
    table_free(&world->fingerprints);
    table_free(&world->chain_fingerprints);
    table_free(&world->costs);
    while (world->index_count > 0) {
        index_unset(world, world->indexes[0].chain);
    }
    free(world->indexes);
    world->indexes = NULL;
    text_free(&world->asked);
}

void world_begin_pass(world *world)
{
    text_clear(&world->asked);
    memset(&world->seen, 0, sizeof world->seen);
}

void world_reset(world *world)
{
    world_free(world);
    world->batch = false;
    world->live = true;
    world->with_chain_fingerprints = false;
}

/* ---- The callbacks ---- */

/* What a callback returns for an entry. The library has pre-set its output to "no opinion". */
static int32_t returned(const table_entry *entry)
{
    if (entry == NULL || entry->answer.kind == ANSWER_NOTHING) {
        return DRIFTLINE_SCORER_NO_OPINION;
    }
    return entry->answer.kind == ANSWER_FAILS ? entry->answer.code : DRIFTLINE_SCORER_OK;
}

/* What a table of scores answers, without a line in the log. */
static int32_t look_up(const table *table, uint64_t chain, uint64_t node, float *out)
{
    const table_entry *entry = find(table, chain, node);
    int32_t result = returned(entry);
    if (result == DRIFTLINE_SCORER_OK) {
        *out = entry->answer.score;
    }
    return result;
}

static int32_t score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    world *self = ctx;
    self->seen.score += 1;
    text_add(&self->asked, "asked score %" PRIu64 " %" PRIu64 "\n", chain, node);
    return look_up(&self->scores, chain, node, out);
}

/* A live score that was never set is the score. */
static int32_t live_score(void *ctx, uint64_t chain, uint64_t node, float *out)
{
    world *self = ctx;
    bool is_set = find(&self->live_scores, chain, node) != NULL;
    self->seen.live_score += 1;
    text_add(&self->asked, "asked live_score %" PRIu64 " %" PRIu64 "\n", chain, node);
    return look_up(is_set ? &self->live_scores : &self->scores, chain, node, out);
}

/* Up to `limit` homes of a chain: of its index those that are not excluded, else the one alternative that it has. */
static int32_t find_homes(const world *self, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                          driftline_alternative *out, size_t limit, size_t *count)
{
    const home_index *index = index_find(self, chain);
    const table_entry *entry = find(&self->alternatives, chain, 0);

    *count = 0;
    if (index == NULL) {
        int32_t result = returned(entry);
        if (result == DRIFTLINE_SCORER_OK && limit > 0) {
            out[0] = entry->answer.alternative;
            *count = 1;
        }
        return result;
    }
    for (size_t at = 0; at < index->count && *count < limit; at++) {
        bool is_excluded = false;
        for (size_t other = 0; other < exclude_count; other++) {
            is_excluded |= exclude[other] == index->homes[at].node;
        }
        if (!is_excluded) {
            out[*count] = index->homes[at];
            *count += 1;
        }
    }
    return *count == 0 ? DRIFTLINE_SCORER_NO_OPINION : DRIFTLINE_SCORER_OK;
}

static void log_excluded(world *self, const uint64_t *exclude, size_t exclude_count)
{
    text_add(&self->asked, " excluding");
    for (size_t at = 0; at < exclude_count; at++) {
        text_add(&self->asked, " %" PRIu64, exclude[at]);
    }
    text_add(&self->asked, exclude_count == 0 ? " none\n" : "\n");
}

static int32_t best_alternative(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                                driftline_alternative *out)
{
    world *self = ctx;
    size_t count;
    self->seen.alternative += 1;
    text_add(&self->asked, "asked best_alternative %" PRIu64, chain);
    log_excluded(self, exclude, exclude_count);
    return find_homes(self, chain, exclude, exclude_count, out, 1, &count);
}

static int32_t alternatives(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                            driftline_alternative *out, size_t capacity, size_t *count)
{
    world *self = ctx;
    self->seen.alternative += 1;
    text_add(&self->asked, "asked alternatives %" PRIu64 " limit %zu", chain, capacity);
    log_excluded(self, exclude, exclude_count);
    return find_homes(self, chain, exclude, exclude_count, out, capacity, count);
}

static int32_t node_fingerprint(void *ctx, uint64_t node, uint64_t *out)
{
    world *self = ctx;
    const table_entry *entry = find(&self->fingerprints, node, 0);
    int32_t result = returned(entry);
    self->seen.node_fingerprint += 1;
    text_add(&self->asked, "asked node_fingerprint %" PRIu64 "\n", node);
    if (result == DRIFTLINE_SCORER_OK) {
        *out = entry->answer.fingerprint;
    }
    return result;
}

static int32_t chain_fingerprint(void *ctx, uint64_t chain, uint64_t *out)
{
    world *self = ctx;
    const table_entry *entry = find(&self->chain_fingerprints, chain, 0);
    int32_t result = returned(entry);
    self->seen.chain_fingerprint += 1;
    text_add(&self->asked, "asked chain_fingerprint %" PRIu64 "\n", chain);
    if (entry == NULL) {
        *out = 0;
        return DRIFTLINE_SCORER_OK;
    }
    if (result == DRIFTLINE_SCORER_OK) {
        *out = entry->answer.fingerprint;
    }
    return result;
}

static int32_t migration_cost(void *ctx, uint64_t chain, uint64_t target, driftline_migration_cost *out)
{
    world *self = ctx;
    const table_entry *entry = find(&self->costs, chain, target);
    int32_t result = returned(entry);
    self->seen.cost += 1;
    text_add(&self->asked, "asked migration_cost %" PRIu64 " %" PRIu64 "\n", chain, target);
    if (result == DRIFTLINE_SCORER_OK) {
        *out = entry->answer.cost;
    }
    return result;
}

/* A batch leaves "no opinion" where the single form has none, and fails as a whole with the first failure. */
static int32_t many_scores(void *ctx, const driftline_pair *pairs, size_t count, float *out,
                           int32_t (*single)(void *, uint64_t, uint64_t, float *))
{
    int32_t failure = DRIFTLINE_SCORER_OK;
    for (size_t at = 0; at < count; at++) {
        int32_t result = single(ctx, pairs[at].chain, pairs[at].node, &out[at]);
        if (result < 0 && failure == DRIFTLINE_SCORER_OK) {
            failure = result;
        }
    }
    return failure;
}

static int32_t score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    return many_scores(ctx, pairs, count, out, score);
}

static int32_t live_score_many(void *ctx, const driftline_pair *pairs, size_t count, float *out)
{
    return many_scores(ctx, pairs, count, out, live_score);
}

static int32_t node_fingerprints(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known)
{
    int32_t failure = DRIFTLINE_SCORER_OK;
    for (size_t at = 0; at < count; at++) {
        int32_t result = node_fingerprint(ctx, nodes[at], &out[at]);
        known[at] = result == DRIFTLINE_SCORER_OK;
        if (result < 0 && failure == DRIFTLINE_SCORER_OK) {
            failure = result;
        }
    }
    return failure;
}

static void drop(void *ctx)
{
    world *self = ctx;
    self->dropped += 1;
}

driftline_scorer world_scorer(world *world)
{
    driftline_scorer scorer;
    memset(&scorer, 0, sizeof scorer);
    scorer.struct_size = (uint32_t)sizeof scorer;
    scorer.ctx = world;
    scorer.drop = drop;
    scorer.score = score;
    scorer.best_alternative = best_alternative;
    scorer.live_score = world->live ? live_score : NULL;
    scorer.node_fingerprint = node_fingerprint;
    scorer.chain_fingerprint = world->with_chain_fingerprints ? chain_fingerprint : NULL;
    scorer.migration_cost = migration_cost;
    scorer.alternatives = alternatives;
    if (world->batch || world->always_batch) {
        scorer.score_many = score_many;
        scorer.live_score_many = world->live ? live_score_many : NULL;
        scorer.node_fingerprints = node_fingerprints;
    }
    return scorer;
}
