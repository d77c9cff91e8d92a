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
    homes();
    inventory_homes();
}
