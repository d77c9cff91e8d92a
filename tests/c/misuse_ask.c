/* Scorers of the library's that are asked for a score, or for the best homes. */
#include "misuse.h"

#include <math.h>

#define NODE_SECOND UINT64_C(21)

static driftline_any_scorer any_in_shape(puppet_shape shape)
{
    driftline_scorer scorer = puppet_hand_over(&fixture.puppet, shape);
    driftline_any_scorer any = {0};
    ACCEPTED(driftline_any_scorer_of_callbacks(&scorer, &any, NULL));
    return any;
}

/* ---- A score ---- */

static driftline_result score_of(driftline_any_scorer any, uint64_t node, float *out)
{
    return driftline_any_scorer_score(any, CHAIN_BAD, node, out, &fixture.error);
}

static void scores(void)
{
    float score;

    CASE("any_scorer_score: what the callback says, made valid as for a scheduler")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        ACCEPTED(score_of(any, NODE_BAD, &score));
        CHECK(score == 0.4f);
        ACCEPTED(score_of(any, NODE_BETTER, &score));
        CHECK(score == 0.9f);
        fixture.puppet.bad_score = 7.0f;
        ACCEPTED(score_of(any, NODE_BAD, &score));
        CHECK(score == 1.0f);
        fixture.puppet.bad_score = -INFINITY;
        ACCEPTED(score_of(any, NODE_BAD, &score));
        CHECK(isnan(score));
        fixture.puppet.returns[ENTRY_SCORE] = DRIFTLINE_SCORER_NO_OPINION;
        ACCEPTED(score_of(any, NODE_BETTER, &score));
        CHECK(isnan(score));
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_score: everything that it refuses")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        const uint64_t calls = fixture.puppet.calls[ENTRY_SCORE];
        REFUSED(DRIFTLINE_RESULT_NULL, score_of(any, NODE_BAD, NULL));
        PATTERN(score);
        REFUSED(DRIFTLINE_RESULT_ID, score_of(any, DRIFTLINE_NONE, &score));
        CHECK(fixture.puppet.calls[ENTRY_SCORE] == calls);
        fixture.puppet.returns[ENTRY_SCORE] = -9;
        REFUSED(DRIFTLINE_RESULT_SCORER, score_of(any, NODE_BAD, &score));
        CHECK(fixture.error.scorer_code == -9 && fixture.error.method == DRIFTLINE_METHOD_SCORE);
        CHECK(fixture.error.chain == CHAIN_BAD && fixture.error.node == NODE_BAD);
        UNTOUCHED(score);
        ACCEPTED(driftline_any_scorer_free(any));
    }
}

static driftline_result live_score_of(driftline_any_scorer any, uint64_t node, float *out)
{
    return driftline_any_scorer_live_score(any, CHAIN_BAD, node, out, &fixture.error);
}

static void live_scores(void)
{
    float score;

    CASE("any_scorer_live_score: what the callback says now, made valid as for a scheduler")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        const uint64_t calls = fixture.puppet.calls[ENTRY_SCORE];
        fixture.puppet.bad_live_score = 0.3f;
        ACCEPTED(live_score_of(any, NODE_BAD, &score));
        CHECK(score == 0.3f && fixture.puppet.calls[ENTRY_SCORE] == calls);
        fixture.puppet.bad_live_score = -1.0f;
        ACCEPTED(live_score_of(any, NODE_BAD, &score));
        CHECK(score == 0.0f);
        fixture.puppet.bad_live_score = NAN;
        ACCEPTED(live_score_of(any, NODE_BAD, &score));
        CHECK(isnan(score));
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_live_score: everything that it refuses")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        const uint64_t calls = fixture.puppet.calls[ENTRY_LIVE_SCORE];
        REFUSED(DRIFTLINE_RESULT_NULL, live_score_of(any, NODE_BAD, NULL));
        PATTERN(score);
        REFUSED(DRIFTLINE_RESULT_ID, live_score_of(any, DRIFTLINE_NONE, &score));
        CHECK(fixture.puppet.calls[ENTRY_LIVE_SCORE] == calls);
        fixture.puppet.returns[ENTRY_LIVE_SCORE] = -8;
        REFUSED(DRIFTLINE_RESULT_SCORER, live_score_of(any, NODE_BAD, &score));
        CHECK(fixture.error.scorer_code == -8 && fixture.error.method == DRIFTLINE_METHOD_LIVE_SCORE);
        CHECK(fixture.error.chain == CHAIN_BAD && fixture.error.node == NODE_BAD);
        UNTOUCHED(score);
        ACCEPTED(driftline_any_scorer_free(any));
    }
}

/* ---- The time ---- */

static void times(void)
{
    float score;

    CASE("any_scorer_begin: a cached scorer asks again once the fingerprints have moved, and not before")
    {
        driftline_any_scorer cached = {0};
        ACCEPTED(driftline_any_scorer_cached(any_of(&fixture.puppet), 10, &cached, &fixture.error));
        ACCEPTED(driftline_any_scorer_begin(cached, 0, &fixture.error));
        ACCEPTED(score_of(cached, NODE_BAD, &score));
        CHECK(score == 0.4f);
        fixture.puppet.bad_score = 0.2f;
        fixture.puppet.fingerprint += 1;
        ACCEPTED(score_of(cached, NODE_BAD, &score));
        CHECK(score == 0.4f);
        ACCEPTED(driftline_any_scorer_begin(cached, 0, &fixture.error));
        ACCEPTED(score_of(cached, NODE_BAD, &score));
        CHECK(score == 0.2f);
        ACCEPTED(driftline_any_scorer_free(cached));
    }
    CASE("any_scorer_begin: a smoothed scorer goes by it")
    {
        driftline_any_scorer smoothed = {0};
        ACCEPTED(driftline_any_scorer_smoothed(any_of(&fixture.puppet), NANOSECONDS_PER_SECOND, &smoothed,
                                               &fixture.error));
        ACCEPTED(driftline_any_scorer_begin(smoothed, 0, &fixture.error));
        ACCEPTED(score_of(smoothed, NODE_BAD, &score));
        CHECK(score == 0.4f);
        fixture.puppet.bad_score = 0.8f;
        ACCEPTED(score_of(smoothed, NODE_BAD, &score));
        CHECK(score == 0.4f);
        ACCEPTED(driftline_any_scorer_begin(smoothed, NANOSECONDS_PER_SECOND, &fixture.error));
        ACCEPTED(score_of(smoothed, NODE_BAD, &score));
        CHECK(fabsf(score - 0.6f) < 1e-6f);
        ACCEPTED(driftline_any_scorer_free(smoothed));
    }
}

/* ---- Costs ---- */

static driftline_result cost_of(driftline_any_scorer any, uint64_t target, uint32_t *is_known,
                                driftline_migration_cost *out)
{
    return driftline_any_scorer_migration_cost(any, CHAIN_BAD, target, is_known, out, &fixture.error);
}

static driftline_result cost_by(driftline_inventory inventory, uint64_t target, uint32_t *is_known,
                                driftline_migration_cost *out)
{
    return driftline_inventory_migration_cost(inventory, CHAIN_BAD, target, is_known, out, &fixture.error);
}

static void costs(void)
{
    driftline_migration_cost cost;
    uint32_t is_known;

    CASE("any_scorer_migration_cost: what the callback says, with the factor that counts")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        fixture.puppet.cost.state_transfer_ns = 5;
        fixture.puppet.cost.disruption_ns = 6;
        fixture.puppet.cost.reliability_factor = 2.5f;
        ACCEPTED(cost_of(any, NODE_BETTER, &is_known, &cost));
        CHECK(is_known == 1 && cost.state_transfer_ns == 5 && cost.disruption_ns == 6);
        CHECK(cost.reliability_factor == 2.5f && cost.reserved == 0);
        fixture.puppet.cost.reliability_factor = -1.0f;
        ACCEPTED(cost_of(any, NODE_BETTER, &is_known, &cost));
        CHECK(is_known == 1 && cost.reliability_factor == 1.0f);
        fixture.puppet.returns[ENTRY_MIGRATION_COST] = DRIFTLINE_SCORER_NO_OPINION;
        ACCEPTED(cost_of(any, NODE_BETTER, &is_known, &cost));
        CHECK(is_known == 0 && cost.state_transfer_ns == 0 && cost.disruption_ns == 0);
        CHECK(cost.reliability_factor == 1.0f);
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_migration_cost: everything that it refuses")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        PATTERN(is_known);
        PATTERN(cost);
        REFUSED(DRIFTLINE_RESULT_NULL, cost_of(any, NODE_BETTER, NULL, &cost));
        REFUSED(DRIFTLINE_RESULT_NULL, cost_of(any, NODE_BETTER, &is_known, NULL));
        REFUSED(DRIFTLINE_RESULT_ID, cost_of(any, DRIFTLINE_NONE, &is_known, &cost));
        fixture.puppet.returns[ENTRY_MIGRATION_COST] = -7;
        REFUSED(DRIFTLINE_RESULT_SCORER, cost_of(any, NODE_BETTER, &is_known, &cost));
        CHECK(fixture.error.scorer_code == -7 && fixture.error.method == DRIFTLINE_METHOD_MIGRATION_COST);
        CHECK(fixture.error.chain == CHAIN_BAD && fixture.error.node == NODE_BETTER);
        UNTOUCHED(is_known);
        UNTOUCHED(cost);
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("inventory_migration_cost: by size and bandwidth, as a scorer of it says; and what it refuses")
    {
        driftline_inventory inventory = inventory_new();
        driftline_any_scorer any = {0};
        driftline_migration_cost same;
        driftline_chain_profile profile;
        const driftline_bandwidth path = {NODE_BAD, NODE_BETTER, 50.0};
        ACCEPTED(cost_by(inventory, NODE_BETTER, &is_known, &cost));
        CHECK(is_known == 0 && cost.state_transfer_ns == 0 && cost.reliability_factor == 1.0f);
        memset(&profile, 0, sizeof profile);
        profile.chain = CHAIN_BAD;
        profile.fields = DRIFTLINE_CHAIN_PROFILE_SIZE | DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE;
        profile.size_bytes = 100.0;
        profile.service_value = 3.0f;
        ACCEPTED(driftline_inventory_report_profiles(inventory, &profile, 1, sizeof profile, &fixture.error));
        ACCEPTED(driftline_inventory_report_bandwidths(inventory, &path, 1, sizeof path, &fixture.error));
        ACCEPTED(cost_by(inventory, NODE_BETTER, &is_known, &cost));
        CHECK(is_known == 1 && cost.state_transfer_ns == 2 * NANOSECONDS_PER_SECOND && cost.disruption_ns == 0);
        CHECK(cost.reliability_factor == 3.0f);
        ACCEPTED(driftline_any_scorer_of_inventory(inventory, &any, &fixture.error));
        ACCEPTED(cost_of(any, NODE_BETTER, &is_known, &same));
        CHECK(memcmp(&cost, &same, sizeof cost) == 0);
        REFUSED(DRIFTLINE_RESULT_ID, cost_by(inventory, DRIFTLINE_NONE, &is_known, &cost));
        REFUSED(DRIFTLINE_RESULT_NULL, cost_by(inventory, NODE_BETTER, NULL, &cost));
        REFUSED(DRIFTLINE_RESULT_NULL, cost_by(inventory, NODE_BETTER, &is_known, NULL));
        ACCEPTED(driftline_any_scorer_free(any));
        inventory_end(inventory);
    }
}

/* ---- Homes ---- */

static driftline_result homes_of(driftline_any_scorer any, const uint64_t *exclude, size_t exclude_count,
                                 driftline_alternative *out, size_t capacity, size_t *count)
{
    return driftline_any_scorer_alternatives(any, CHAIN_BAD, exclude, exclude_count, out, capacity, sizeof *out, count,
                                             &fixture.error);
}

static void homes(void)
{
    driftline_alternative found[4];
    size_t count;

    CASE("any_scorer_alternatives: best first, whoever names them in which order")
    {
        driftline_any_scorer any = any_in_shape(SHAPE_BATCH);
        fixture.puppet.second.node = NODE_SECOND;
        fixture.puppet.second.score = 0.97f;
        memset(found, 0, sizeof found);
        ACCEPTED(homes_of(any, NULL, 0, found, 4, &count));
        CHECK(count == 2 && found[0].node == NODE_SECOND && found[0].score == 0.97f && found[1].node == NODE_BETTER);
        ACCEPTED(homes_of(any, NULL, 0, found, 1, &count));
        CHECK(count == 1 && found[0].node == NODE_BETTER);
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_alternatives: one by one where the scorer names only the best, up to the first that comes again")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        ACCEPTED(homes_of(any, NULL, 0, found, 4, &count));
        CHECK(count == 1 && found[0].node == NODE_BETTER && found[0].score == 0.95f);
        CHECK(fixture.puppet.calls[ENTRY_BEST_ALTERNATIVE] == 2);
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_alternatives: what is excluded, reserved, repeated or no score is left out")
    {
        static const uint64_t exclude[] = {NODE_BETTER, 2, 3, 30};
        driftline_any_scorer any = any_in_shape(SHAPE_BATCH);
        fixture.puppet.second.node = NODE_SECOND;
        fixture.puppet.second.score = 1.5f;
        ACCEPTED(homes_of(any, exclude, 4, found, 4, &count));
        CHECK(count == 1 && found[0].node == NODE_SECOND && found[0].score == 1.0f);
        fixture.puppet.second.score = NAN;
        ACCEPTED(homes_of(any, exclude, 4, found, 4, &count));
        CHECK(count == 0);
        fixture.puppet.second.score = 0.5f;
        fixture.puppet.second.node = DRIFTLINE_NONE;
        ACCEPTED(homes_of(any, NULL, 0, found, 4, &count));
        CHECK(count == 1 && found[0].node == NODE_BETTER);
        fixture.puppet.second.node = NODE_BETTER;
        ACCEPTED(homes_of(any, NULL, 0, found, 4, &count));
        CHECK(count == 1 && found[0].score == 0.95f);
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_alternatives: none are asked for, and nobody is")
    {
        driftline_any_scorer any = any_in_shape(SHAPE_BATCH);
        ACCEPTED(homes_of(any, NULL, 0, NULL, 0, &count));
        CHECK(count == 0 && fixture.puppet.calls[ENTRY_ALTERNATIVES] == 0);
        ACCEPTED(driftline_any_scorer_free(any));
    }
    CASE("any_scorer_alternatives: everything that it refuses")
    {
        static const uint64_t exclude[] = {1};
        driftline_any_scorer any = any_in_shape(SHAPE_BATCH);
        PATTERN(found);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, homes_of(any, NULL, 0, NULL, 1, &count));
        REFUSED(DRIFTLINE_RESULT_NULL, homes_of(any, NULL, 1, found, 4, &count));
        REFUSED(DRIFTLINE_RESULT_NULL, homes_of(any, exclude, 1, found, 4, NULL));
        REFUSED(DRIFTLINE_RESULT_CAPACITY, homes_of(any, exclude, SIZE_MAX, found, 4, &count));
        REFUSED(DRIFTLINE_RESULT_CAPACITY, homes_of(any, exclude, 1, found, SIZE_MAX, &count));
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_any_scorer_alternatives(any, CHAIN_BAD, NULL, 0, found, 4, 15, &count, &fixture.error));
        CHECK(fixture.puppet.calls[ENTRY_ALTERNATIVES] == 0);
        fixture.puppet.returns[ENTRY_ALTERNATIVES] = -3;
        REFUSED(DRIFTLINE_RESULT_SCORER, homes_of(any, exclude, 1, found, 4, &count));
        CHECK(fixture.error.scorer_code == -3 && fixture.error.method == DRIFTLINE_METHOD_BEST_ALTERNATIVE);
        CHECK(fixture.error.chain == CHAIN_BAD && fixture.error.node == DRIFTLINE_NONE);
        UNTOUCHED(found);
        UNTOUCHED(count);
        ACCEPTED(driftline_any_scorer_free(any));
    }
}

/* ---- Of an inventory ---- */

static void inventory_homes(void)
{
    driftline_alternative found[8], same[8];
    size_t count, same_count;

    CASE("inventory_alternatives: not its holders, best first, ties by id, and as a scorer of it says")
    {
        static const uint64_t exclude[] = {5};
        driftline_inventory inventory = inventory_new();
        driftline_any_scorer any = {0};
        float score;
        ACCEPTED(driftline_any_scorer_of_inventory(inventory, &any, &fixture.error));
        ACCEPTED(driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 0, found, 8, sizeof found[0], &count,
                                                  &fixture.error));
        CHECK(count == 3 && found[0].node == NODE_BETTER && found[1].node == 4 && found[2].node == 5);
        CHECK(found[0].score == 1.0f && found[1].score == found[2].score);
        ACCEPTED(score_of(any, 4, &score));
        CHECK(score == found[1].score);
        ACCEPTED(homes_of(any, NULL, 0, same, 8, &same_count));
        CHECK(same_count == count && memcmp(found, same, count * sizeof found[0]) == 0);
        ACCEPTED(driftline_inventory_alternatives(inventory, CHAIN_BAD, exclude, 1, found, 8, sizeof found[0], &count,
                                                  &fixture.error));
        CHECK(count == 2 && found[1].node == 4);
        ACCEPTED(driftline_any_scorer_free(any));
        inventory_end(inventory);
    }
    CASE("inventory_alternatives: everything that it refuses")
    {
        driftline_inventory inventory = inventory_new();
        PATTERN(found);
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 0, NULL, 1,
                                                                        sizeof found[0], &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 1, found, 8,
                                                                        sizeof found[0], &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 0, found, 8,
                                                                        sizeof found[0], NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 0, found, 8,
                                                                               7, &count, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_inventory_alternatives(inventory, CHAIN_BAD, NULL, 0, found, SIZE_MAX, sizeof found[0],
                                                 &count, &fixture.error));
        UNTOUCHED(found);
        UNTOUCHED(count);
        inventory_end(inventory);
    }
}

void misuse_ask(void)
{
    scores();
    live_scores();
    times();
    costs();
    homes();
    inventory_homes();
}
