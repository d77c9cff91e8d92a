/* A scorer that answers nonsense, or nothing although it says that it did. Nothing that it returns is trusted. */
#include "misuse.h"

#include <float.h>
#include <math.h>

/* Ticks when everything is due; returns the number of actions. */
static size_t tick(void)
{
    size_t count = 0;
    fixture.state_may_change = fixture.scheduler_may_change = true;
    ACCEPTED(fixture_tick(TIME_DUE, &count));
    return count;
}

static bool verdict_is(uint32_t verdict)
{
    return fixture_explain(CHAIN_BAD).verdict == verdict;
}

/* The cell of NODE_BAD; NaN if there is none. */
static float bad_cell(void)
{
    driftline_cell cells[8];
    size_t count = 0;
    ACCEPTED(driftline_snapshot_cells(fixture.scheduler, CHAIN_BAD, cells, 8, sizeof cells[0], &count, &fixture.error));
    for (size_t at = 0; at < count; at++) {
        if (cells[at].node == NODE_BAD) {
            return cells[at].score;
        }
    }
    return NAN;
}

/* ---- Scores ---- */

static void liar_scores(void)
{
    CASE("liar: a score that is no number is no opinion, and counted")
    {
        const float values[] = {NAN, -NAN, INFINITY, -INFINITY};
        for (size_t at = 0; at < 4; at++) {
            fixture.puppet.bad_score = values[at];
            fixture_install(SHAPE_SINGLE);
            CHECK(tick() == 0);
            CHECK(fixture.report.invalid_scores == 1);
            CHECK(isnan(bad_cell()));
            CHECK(verdict_is(DRIFTLINE_VERDICT_HEALTHY));
        }
    }
    CASE("liar: a score above one is one, and counted")
    {
        fixture.puppet.bad_score = FLT_MAX;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(bad_cell() == 1.0f);
    }
    CASE("liar: a score below zero is zero, and counted")
    {
        fixture.puppet.bad_score = -FLT_MIN;
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(bad_cell() == 0.0f);
    }
    CASE("liar: the edges of the range, and what is almost zero, are scores")
    {
        const float values[] = {0.0f, -0.0f, FLT_TRUE_MIN, 1.0f};
        for (size_t at = 0; at < 4; at++) {
            fixture.puppet.bad_score = values[at];
            fixture.puppet.bad_live_score = 0.9f;
            fixture_install(SHAPE_SINGLE);
            CHECK(tick() == 0);
            CHECK(fixture.report.invalid_scores == 0);
            CHECK(bad_cell() == values[at]);
        }
    }
    CASE("liar: a live score that is no number is no opinion, and counted")
    {
        fixture.puppet.bad_live_score = NAN;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_SCORE));
    }
    CASE("liar: a live score above one is one, and counted")
    {
        fixture.puppet.bad_live_score = 7.0f;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(fixture_explain(CHAIN_BAD).live_score == 1.0f);
        CHECK(verdict_is(DRIFTLINE_VERDICT_RECOVERED));
    }
}

/* ---- Alternatives ---- */

static void refuse_alternative(uint64_t node)
{
    fixture.puppet.alternative.node = node;
    CHECK(tick() == 0);
    CHECK(fixture.report.invalid_alternatives == 1);
    CHECK(fixture.report.invalid_scores == 0);
    CHECK(fixture.puppet.calls[ENTRY_MIGRATION_COST] == 0);
    CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
}

static void liar_alternatives(void)
{
    CASE("liar: the alternative is a holder")
    {
        refuse_alternative(2);
    }
    CASE("liar: the alternative is the victim itself")
    {
        refuse_alternative(NODE_BAD);
    }
    CASE("liar: the alternative is the reserved node")
    {
        refuse_alternative(DRIFTLINE_NONE);
    }
    CASE("liar: an excluded alternative with a score that is no number is counted once")
    {
        fixture.puppet.alternative.score = NAN;
        refuse_alternative(1);
    }
    CASE("liar: the alternative's score is no number")
    {
        fixture.puppet.alternative.score = INFINITY;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(fixture.report.invalid_alternatives == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
    }
    CASE("liar: the alternative's score is above one")
    {
        fixture.puppet.alternative.score = 100.0f;
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(fixture_explain(CHAIN_BAD).alternative_score == 1.0f);
    }
    CASE("liar: the alternative's score is below zero")
    {
        fixture.puppet.alternative.score = -100.0f;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(verdict_is(DRIFTLINE_VERDICT_GAP_TOO_SMALL));
    }
}

/* ---- Several alternatives ---- */

/* From here on `alternatives` is asked for up to `most`, and entry is it. */
static void ask_for_several(uint32_t most,
                            int32_t (*entry)(void *, uint64_t, const uint64_t *, size_t, driftline_alternative *,
                                             size_t, size_t *))
{
    driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
    scorer.alternatives = entry == NULL ? puppet_scorer(&fixture.puppet, SHAPE_BATCH).alternatives : entry;
    fixture.config.max_alternatives = most;
    fixture_configure();
    ACCEPTED(driftline_scheduler_install(fixture.scheduler, &scorer, &fixture.error));
}

/* Says that it wrote more than there was room for. */
static int32_t boast(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                     driftline_alternative *out, size_t capacity, size_t *count)
{
    puppet *self = ctx;
    (void)chain;
    (void)exclude;
    (void)exclude_count;
    self->calls[ENTRY_ALTERNATIVES] += 1;
    for (size_t at = 0; at < capacity; at++) {
        out[at].node = NODE_BETTER + at;
        out[at].score = 0.95f;
    }
    *count = SIZE_MAX;
    return DRIFTLINE_SCORER_OK;
}

/* Says that it wrote as many as there was room for, and wrote nothing. */
static int32_t pretend(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                       driftline_alternative *out, size_t capacity, size_t *count)
{
    (void)ctx;
    (void)chain;
    (void)exclude;
    (void)exclude_count;
    (void)out;
    *count = capacity;
    return DRIFTLINE_SCORER_OK;
}

/* As many homes as there is room for: all of them too bad, but for the three-hundredth. */
static int32_t plenty(void *ctx, uint64_t chain, const uint64_t *exclude, size_t exclude_count,
                      driftline_alternative *out, size_t capacity, size_t *count)
{
    puppet *self = ctx;
    (void)chain;
    (void)exclude;
    (void)exclude_count;
    self->calls[ENTRY_ALTERNATIVES] += 1;
    for (*count = 0; *count < capacity; *count += 1) {
        out[*count].node = 1000 + *count;
        out[*count].score = *count == 299 ? 0.95f : 0.41f;
    }
    return DRIFTLINE_SCORER_OK;
}

static void liar_several(void)
{
    CASE("liar: what is excluded, reserved or named twice is no alternative, and the next one is tried")
    {
        const uint64_t nodes[] = {2, NODE_BAD, DRIFTLINE_NONE};
        for (size_t at = 0; at < 3; at++) {
            fixture.puppet.alternative.node = nodes[at];
            fixture.puppet.second.node = NODE_BETTER + 1;
            fixture.puppet.second.score = 0.8f;
            ask_for_several(2, NULL);
            fixture.config.cooldown_ns = 0;
            fixture_configure();
            CHECK(tick() == 1);
            CHECK(fixture.report.invalid_alternatives == 1 && fixture.report.alternative_calls == 1);
            CHECK(fixture_explain(CHAIN_BAD).alternative == NODE_BETTER + 1);
        }
    }
    CASE("liar: the same alternative twice counts once")
    {
        fixture.puppet.second = fixture.puppet.alternative;
        ask_for_several(2, NULL);
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_alternatives == 1);
    }
    CASE("liar: a score among several that is no number")
    {
        fixture.puppet.alternative.score = NAN;
        fixture.puppet.second.node = NODE_BETTER + 1;
        fixture.puppet.second.score = 7.0f;
        ask_for_several(2, NULL);
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_scores == 2 && fixture.report.invalid_alternatives == 0);
        CHECK(fixture_explain(CHAIN_BAD).alternative_score == 1.0f);
    }
    CASE("liar: more alternatives than there is room for")
    {
        ask_for_several(3, boast);
        CHECK(tick() == 1);
        CHECK(fixture.report.alternative_calls == 1 && fixture.puppet.calls[ENTRY_ALTERNATIVES] == 1);
        CHECK(fixture_explain(CHAIN_BAD).alternative == NODE_BETTER);
    }
    CASE("liar: alternatives that nobody wrote")
    {
        ask_for_several(3, pretend);
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_alternatives == 3);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
    }
}

static void many_alternatives(void)
{
    CASE("several: a scorer that has very many is asked again, and the decision is that of all of them")
    {
        ask_for_several(300, plenty);
        CHECK(tick() == 1);
        CHECK(fixture_explain(CHAIN_BAD).alternative == 1299);
        CHECK(fixture.puppet.calls[ENTRY_ALTERNATIVES] == 2 && fixture.report.alternative_calls == 1);
    }
    CASE("several: the largest number that may be asked for needs no room for so many")
    {
        ask_for_several(UINT32_MAX, NULL);
        CHECK(tick() == 1);
        CHECK(fixture.puppet.calls[ENTRY_ALTERNATIVES] == 1);
    }
    CASE("several: without the entry the best alternative is asked for again and again, each time without the last")
    {
        fixture.config.max_alternatives = 3;
        fixture_configure();
        fixture_install(SHAPE_SINGLE);
        /* The puppet looks at nothing that is excluded, so its second answer ends it. */
        CHECK(tick() == 1);
        CHECK(fixture.puppet.calls[ENTRY_BEST_ALTERNATIVE] == 2 && fixture.report.alternative_calls == 1);
    }
    CASE("no opinion, and silent: of alternatives")
    {
        ask_for_several(2, NULL);
        fixture.puppet.returns[ENTRY_ALTERNATIVES] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
        fixture.puppet.returns[ENTRY_ALTERNATIVES] = DRIFTLINE_SCORER_OK;
        fixture.puppet.silent[ENTRY_ALTERNATIVES] = true;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_alternatives == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
    }
}

/* ---- Costs ---- */

static void liar_costs(void)
{
    CASE("liar: a reliability that is no number weighs one, and is counted")
    {
        fixture.puppet.cost.reliability_factor = NAN;
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(fixture_explain(CHAIN_BAD).cost == 0.1f);
    }
    CASE("liar: a reliability of zero weighs one and switches nothing off")
    {
        fixture.puppet.cost.reliability_factor = 0.0f;
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_scores == 0);
        CHECK(fixture_explain(CHAIN_BAD).cost == 0.1f);
    }
    CASE("liar: a negative reliability weighs one")
    {
        fixture.puppet.cost.reliability_factor = -1.0f;
        CHECK(tick() == 1);
        CHECK(fixture_explain(CHAIN_BAD).cost == 0.1f);
    }
    CASE("liar: costs beyond all time are too high, not too much for the library")
    {
        fixture.puppet.cost.state_transfer_ns = UINT64_MAX;
        fixture.puppet.cost.disruption_ns = UINT64_MAX;
        fixture.puppet.cost.reliability_factor = FLT_MAX;
        CHECK(tick() == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_COST_TOO_HIGH));
    }
}

/* ---- No opinion ---- */

static void liar_without_opinion(void)
{
    CASE("no opinion: of score")
    {
        fixture.puppet.returns[ENTRY_SCORE] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 0);
        CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_NO_SCORE] == 2);
    }
    CASE("no opinion: of live_score")
    {
        fixture.puppet.returns[ENTRY_LIVE_SCORE] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_SCORE));
    }
    CASE("no opinion: of best_alternative")
    {
        fixture.puppet.returns[ENTRY_BEST_ALTERNATIVE] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_alternatives == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
    }
    CASE("no opinion: of node_fingerprint, so every tick samples")
    {
        fixture.puppet.returns[ENTRY_NODE_FINGERPRINT] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 1);
        CHECK(tick() == 0);
        CHECK(fixture.report.dirty == 2 && fixture.report.rescored == 2);
    }
    CASE("no opinion: of chain_fingerprint, so every tick samples")
    {
        fixture.puppet.returns[ENTRY_CHAIN_FINGERPRINT] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 1);
        CHECK(tick() == 0);
        CHECK(fixture.report.dirty == 2 && fixture.report.rescored == 2);
    }
    CASE("no opinion: of migration_cost, so the move is free")
    {
        fixture.puppet.returns[ENTRY_MIGRATION_COST] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 1);
        CHECK(isnan(fixture_explain(CHAIN_BAD).cost));
    }
    CASE("no opinion: whatever was written beside it is not looked at")
    {
        /* The puppet writes nothing when it returns something else than OK, so the entries answer by themselves. */
        fixture.puppet.bad_score = NAN;
        fixture.puppet.alternative.node = DRIFTLINE_NONE;
        fixture.puppet.returns[ENTRY_SCORE] = DRIFTLINE_SCORER_NO_OPINION;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 0 && fixture.report.invalid_alternatives == 0);
    }
}

/* ---- "OK", and nothing written: outputs are pre-set, so nothing is read that nobody wrote ---- */

static void liar_silent(void)
{
    CASE("silent: score")
    {
        fixture.puppet.silent[ENTRY_SCORE] = true;
        CHECK(tick() == 0);
        CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_NO_SCORE] == 2);
    }
    CASE("silent: live_score")
    {
        fixture.puppet.silent[ENTRY_LIVE_SCORE] = true;
        CHECK(tick() == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_SCORE));
    }
    CASE("silent: best_alternative")
    {
        fixture.puppet.silent[ENTRY_BEST_ALTERNATIVE] = true;
        CHECK(tick() == 0);
        CHECK(verdict_is(DRIFTLINE_VERDICT_NO_ALTERNATIVE));
    }
    CASE("silent: node_fingerprint and chain_fingerprint")
    {
        fixture.puppet.silent[ENTRY_NODE_FINGERPRINT] = true;
        fixture.puppet.silent[ENTRY_CHAIN_FINGERPRINT] = true;
        CHECK(tick() == 1);
        CHECK(fixture.report.scorer_errors == 0);
    }
    CASE("silent: migration_cost, which costs nothing")
    {
        fixture.puppet.silent[ENTRY_MIGRATION_COST] = true;
        CHECK(tick() == 1);
        CHECK(fixture_explain(CHAIN_BAD).cost == 0.0f);
    }
    CASE("silent: score_many, where no number is no opinion and not counted")
    {
        fixture_install(SHAPE_BATCH);
        fixture.puppet.silent[ENTRY_SCORE_MANY] = true;
        CHECK(tick() == 0);
        CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_NO_SCORE] == 2);
        CHECK(fixture.report.invalid_scores == 0);
    }
    CASE("silent: node_fingerprints")
    {
        fixture_install(SHAPE_BATCH);
        fixture.puppet.silent[ENTRY_NODE_FINGERPRINTS] = true;
        CHECK(tick() == 1);
        CHECK(fixture.report.scorer_errors == 0);
    }
}

/* ---- Batches ---- */

/* Writes fingerprints and leaves `known` alone, which says that none is. */
static int32_t fingerprints_only(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known)
{
    const puppet *self = ctx;
    (void)nodes;
    (void)known;
    for (size_t at = 0; at < count; at++) {
        out[at] = self->fingerprint;
    }
    return DRIFTLINE_SCORER_OK;
}

static void liar_batches(void)
{
    CASE("liar: infinities and numbers out of range in a batch are treated as in the single form")
    {
        fixture_install(SHAPE_BATCH);
        fixture.puppet.bad_score = INFINITY;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(isnan(bad_cell()));

        fixture_install(SHAPE_BATCH);
        fixture.puppet.bad_score = -3.0f;
        CHECK(tick() == 1);
        CHECK(fixture.report.invalid_scores == 1);
        CHECK(bad_cell() == 0.0f);
    }
    CASE("liar: a batch of fingerprints that does not say that they are known has no opinion")
    {
        driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_BATCH);
        scorer.node_fingerprints = fingerprints_only;
        ACCEPTED(driftline_scheduler_install(fixture.scheduler, &scorer, &fixture.error));
        CHECK(tick() == 1);
        CHECK(tick() == 0);
        CHECK(fixture.report.dirty == 2 && fixture.report.rescored == 2);
    }
    CASE("liar: a NaN in a batch is no opinion and not counted")
    {
        fixture_install(SHAPE_BATCH);
        fixture.puppet.bad_score = NAN;
        CHECK(tick() == 0);
        CHECK(fixture.report.invalid_scores == 0);
        CHECK(isnan(bad_cell()));
    }
    CASE("liar: the batch and the single form lead to the same decision")
    {
        driftline_explanation single;
        driftline_explanation batch;
        CHECK(tick() == 1);
        single = fixture_explain(CHAIN_BAD);
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &fixture.scheduler,
                                         &fixture.error));
        fixture_install(SHAPE_BATCH);
        fixture.config.cooldown_ns = 0;
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &fixture.config, &fixture.error));
        CHECK(tick() == 1);
        batch = fixture_explain(CHAIN_BAD);
        CHECK(single.victim == batch.victim && single.alternative == batch.alternative);
        CHECK(single.sampled_score == batch.sampled_score && single.live_score == batch.live_score);
        CHECK(single.gain == batch.gain && single.cost == batch.cost);
    }
}

void misuse_liar(void)
{
    liar_scores();
    liar_alternatives();
    liar_several();
    many_alternatives();
    liar_costs();
    liar_without_opinion();
    liar_silent();
    liar_batches();
}
