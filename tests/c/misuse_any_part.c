/* Scorers that are put together: all parts are taken over, or none. */
#include "misuse.h"

#include <math.h>

#define PART_COUNT 3

/* Three scorers with a puppet each. */
static struct {
    puppet puppets[PART_COUNT];
    driftline_any_scorer scorers[PART_COUNT];
} parts;

static void parts_make(void)
{
    for (size_t at = 0; at < PART_COUNT; at++) {
        puppet_reset(&parts.puppets[at]);
        parts.scorers[at] = any_of(&parts.puppets[at]);
    }
}

/* So many drops of each, which none of them may have more of. */
static void parts_dropped(uint64_t times)
{
    for (size_t at = 0; at < PART_COUNT; at++) {
        CHECK(parts.puppets[at].calls[ENTRY_DROP] == times);
    }
}

/* Every part is as it was. */
static void parts_are_whole(void)
{
    parts_dropped(0);
    for (size_t at = 0; at < PART_COUNT; at++) {
        size_t count = 0;
        ACCEPTED(any_decide(parts.scorers[at], &count));
        CHECK(count == 1);
    }
}

static void parts_free(void)
{
    for (size_t at = 0; at < PART_COUNT; at++) {
        ACCEPTED(driftline_any_scorer_free(parts.scorers[at]));
    }
    parts_dropped(1);
}

/* All parts are in `whole` now: their handles are stale, it decides, and they go with it. */
static void parts_are_in(driftline_any_scorer whole)
{
    size_t count = 0;
    parts_dropped(0);
    for (size_t at = 0; at < PART_COUNT; at++) {
        REFUSED(DRIFTLINE_RESULT_HANDLE, any_decide(parts.scorers[at], &count));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_any_scorer_free(parts.scorers[at]));
    }
    ACCEPTED(any_decide(whole, &count));
    CHECK(count == 1);
    parts_dropped(0);
    ACCEPTED(driftline_any_scorer_free(whole));
    parts_dropped(1);
}

/* ---- Each way to put three parts together, with the place of one of them given to another handle ---- */

typedef driftline_result (*building)(const driftline_any_scorer *scorers, driftline_any_scorer *out);

static driftline_result build_sum(const driftline_any_scorer *scorers, driftline_any_scorer *out)
{
    const driftline_weighted_scorer weighted[] = {{scorers[0], 1.0f, 0}, {scorers[1], 2.0f, 0}, {scorers[2], 0.5f, 0}};
    return driftline_any_scorer_weighted_sum(weighted, 3, sizeof weighted[0], out, &fixture.error);
}

static driftline_result build_minimum(const driftline_any_scorer *scorers, driftline_any_scorer *out)
{
    return driftline_any_scorer_minimum(scorers, 3, out, &fixture.error);
}

static driftline_result build_override(const driftline_any_scorer *scorers, driftline_any_scorer *out)
{
    static const uint64_t chains[] = {CHAIN_WELL, CHAIN_UNKNOWN};
    const driftline_chain_override overrides[] = {{scorers[1], chains, 2}, {scorers[2], NULL, 0}};
    return driftline_any_scorer_override_per_chain(scorers[0], overrides, 2, sizeof overrides[0], out, &fixture.error);
}

/* The place of each scorer in the array of the call. */
static const uint64_t places_in_array[] = {0, 1, 2};
static const uint64_t places_of_override[] = {DRIFTLINE_NONE, 0, 1};

static void refuse_handles(building build, const uint64_t *places)
{
    driftline_any_scorer out, poisoned = any_of(&fixture.puppet);

    REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_any_scorer(poisoned));
    parts_make();
    PATTERN(out);
    for (size_t place = 0; place < PART_COUNT; place++) {
        driftline_any_scorer scorers[PART_COUNT];

        memcpy(scorers, parts.scorers, sizeof scorers);
        scorers[place].bits = 0;
        REFUSED(DRIFTLINE_RESULT_HANDLE, build(scorers, &out));
        CHECK(fixture.error.index == places[place]);
        scorers[place].bits = fixture.state.bits;
        REFUSED(DRIFTLINE_RESULT_HANDLE, build(scorers, &out));
        CHECK(fixture.error.index == places[place]);
        scorers[place] = poisoned;
        REFUSED(DRIFTLINE_RESULT_POISONED, build(scorers, &out));
        CHECK(fixture.error.index == places[place]);
        if (place > 0) {
            scorers[place] = scorers[place - 1];
            REFUSED(DRIFTLINE_RESULT_DUPLICATE, build(scorers, &out));
            CHECK(fixture.error.index == places[place] && fixture.error.chain == DRIFTLINE_NONE);
        }
        parts_are_whole();
    }
    REFUSED(DRIFTLINE_RESULT_NULL, build(parts.scorers, NULL));
    UNTOUCHED(out);
    parts_are_whole();
    ACCEPTED(build(parts.scorers, &out));
    parts_are_in(out);
    ACCEPTED(driftline_any_scorer_free(poisoned));
}

static void handles(void)
{
    CASE("any_scorer_weighted_sum: handles of parts")
    {
        refuse_handles(build_sum, places_in_array);
    }
    CASE("any_scorer_minimum: handles of parts")
    {
        refuse_handles(build_minimum, places_in_array);
    }
    CASE("any_scorer_override_per_chain: handles of parts")
    {
        refuse_handles(build_override, places_of_override);
    }
    CASE("any_scorer_gate: both are the same")
    {
        driftline_any_scorer out;
        PATTERN(out);
        parts_make();
        REFUSED(DRIFTLINE_RESULT_DUPLICATE,
                driftline_any_scorer_gate(parts.scorers[0], parts.scorers[0], 0.5f, &out, &fixture.error));
        CHECK(fixture.error.index == 1 && fixture.error.chain == DRIFTLINE_NONE);
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
    CASE("any_scorer_gate: which of both is at fault")
    {
        static const driftline_any_scorer none = {0};
        driftline_any_scorer out;
        PATTERN(out);
        parts_make();
        REFUSED(DRIFTLINE_RESULT_HANDLE,
                driftline_any_scorer_gate(none, parts.scorers[1], 0.5f, &out, &fixture.error));
        CHECK(fixture.error.index == 0);
        REFUSED(DRIFTLINE_RESULT_HANDLE,
                driftline_any_scorer_gate(parts.scorers[0], none, 0.5f, &out, &fixture.error));
        CHECK(fixture.error.index == 1);
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
}

/* ---- Values ---- */

static void values(void)
{
    static const float wrong_weights[] = {0.0f, -1.0f, NAN, INFINITY};
    static const float wrong_thresholds[] = {-0.01f, 1.01f, NAN};
    driftline_any_scorer out;

    CASE("any_scorer_weighted_sum: weights that are none")
    {
        driftline_weighted_scorer weighted[2];
        parts_make();
        memset(weighted, 0, sizeof weighted);
        PATTERN(out);
        weighted[0].scorer = parts.scorers[0];
        weighted[0].weight = 1.0f;
        weighted[1].scorer = parts.scorers[1];
        for (size_t at = 0; at < sizeof wrong_weights / sizeof wrong_weights[0]; at++) {
            weighted[1].weight = wrong_weights[at];
            REFUSED(DRIFTLINE_RESULT_CONFIG,
                    driftline_any_scorer_weighted_sum(weighted, 2, sizeof weighted[0], &out, &fixture.error));
            CHECK(fixture.error.index == 1);
        }
        weighted[1].weight = 1.0f;
        weighted[1].reserved = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_any_scorer_weighted_sum(weighted, 2, sizeof weighted[0], &out, &fixture.error));
        CHECK(fixture.error.index == 1);
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
    CASE("any_scorer: no parts at all")
    {
        PATTERN(out);
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_any_scorer_weighted_sum(NULL, 0, sizeof(driftline_weighted_scorer),
                                                                           &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_any_scorer_minimum(NULL, 0, &out, &fixture.error));
        UNTOUCHED(out);
    }
    CASE("any_scorer_gate: thresholds that are none")
    {
        PATTERN(out);
        parts_make();
        for (size_t at = 0; at < sizeof wrong_thresholds / sizeof wrong_thresholds[0]; at++) {
            REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_any_scorer_gate(parts.scorers[0], parts.scorers[1],
                                                                       wrong_thresholds[at], &out, &fixture.error));
        }
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_any_scorer_gate(parts.scorers[0], parts.scorers[1], 0.5f, NULL, &fixture.error));
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
    CASE("any_scorer_cached, any_scorer_smoothed: no capacity, no half-life, no out")
    {
        PATTERN(out);
        parts_make();
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_any_scorer_cached(parts.scorers[0], 0, &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_any_scorer_cached(parts.scorers[0], SIZE_MAX, &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_any_scorer_cached(parts.scorers[0], 1, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CONFIG, driftline_any_scorer_smoothed(parts.scorers[0], 0, &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_any_scorer_smoothed(parts.scorers[0], 1, NULL, &fixture.error));
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
    CASE("any_scorer_override_per_chain: a chain that is listed twice")
    {
        static const uint64_t chains[] = {1, 2, 1}, others[] = {4, 2};
        driftline_chain_override overrides[2];
        PATTERN(out);
        parts_make();
        overrides[0] = (driftline_chain_override){parts.scorers[1], chains, 3};
        overrides[1] = (driftline_chain_override){parts.scorers[2], others, 2};
        REFUSED(DRIFTLINE_RESULT_DUPLICATE,
                driftline_any_scorer_override_per_chain(parts.scorers[0], overrides, 2, sizeof overrides[0], &out,
                                                        &fixture.error));
        CHECK(fixture.error.index == 2 && fixture.error.chain == 1);
        overrides[0].chain_count = 2;
        REFUSED(DRIFTLINE_RESULT_DUPLICATE,
                driftline_any_scorer_override_per_chain(parts.scorers[0], overrides, 2, sizeof overrides[0], &out,
                                                        &fixture.error));
        CHECK(fixture.error.index == 3 && fixture.error.chain == 2);
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
}

/* ---- Arrays ---- */

static void arrays(void)
{
    driftline_any_scorer out;

    CASE("any_scorer_weighted_sum: the array")
    {
        driftline_weighted_scorer weighted[2];
        PATTERN(out);
        parts_make();
        memset(weighted, 0, sizeof weighted);
        weighted[0].scorer = parts.scorers[0];
        weighted[0].weight = 1.0f;
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_any_scorer_weighted_sum(NULL, 1, sizeof weighted[0], &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_any_scorer_weighted_sum(weighted, SIZE_MAX, sizeof weighted[0], &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_any_scorer_weighted_sum(weighted, 1, 8, &out, &fixture.error));
        /* What a newer caller says in the tail is in the second element here. */
        weighted[1].reserved = 1;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_any_scorer_weighted_sum(weighted, 1, 2 * sizeof weighted[0], &out, &fixture.error));
        CHECK(fixture.error.index == 0);
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
    CASE("any_scorer_minimum: the array")
    {
        PATTERN(out);
        parts_make();
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_any_scorer_minimum(NULL, 1, &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_any_scorer_minimum(parts.scorers, SIZE_MAX, &out, &fixture.error));
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
    CASE("any_scorer_override_per_chain: the array, and the chains of an element")
    {
        static const uint64_t chains[] = {1};
        driftline_chain_override element;
        PATTERN(out);
        parts_make();
        element = (driftline_chain_override){parts.scorers[1], NULL, 1};
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_any_scorer_override_per_chain(parts.scorers[0], NULL, 1, sizeof element, &out,
                                                        &fixture.error));
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_any_scorer_override_per_chain(parts.scorers[0], &element, 1, sizeof element - 8, &out,
                                                        &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_any_scorer_override_per_chain(parts.scorers[0], &element, 1, sizeof element, &out,
                                                        &fixture.error));
        CHECK(fixture.error.index == 0);
        element = (driftline_chain_override){parts.scorers[1], chains, UINT64_MAX};
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_any_scorer_override_per_chain(parts.scorers[0], &element, 1, sizeof element, &out,
                                                        &fixture.error));
        CHECK(fixture.error.index == 0);
        UNTOUCHED(out);
        parts_are_whole();
        parts_free();
    }
}

/* ---- Put together ---- */

static void together(void)
{
    CASE("any_scorer: one of each kind, one in the other, goes with the outermost and is one scorer")
    {
        static const uint64_t chains[] = {CHAIN_WELL};
        driftline_any_scorer whole = {0}, sum = {0}, gated = {0}, cached = {0}, smoothed = {0};
        driftline_weighted_scorer weighted;
        driftline_chain_override override;
        parts_make();
        memset(&weighted, 0, sizeof weighted);
        weighted.scorer = parts.scorers[0];
        weighted.weight = 1.0f;
        ACCEPTED(driftline_any_scorer_weighted_sum(&weighted, 1, sizeof weighted, &sum, &fixture.error));
        ACCEPTED(driftline_any_scorer_gate(parts.scorers[1], sum, 0.1f, &gated, &fixture.error));
        override = (driftline_chain_override){parts.scorers[2], chains, 1};
        ACCEPTED(driftline_any_scorer_override_per_chain(gated, &override, 1, sizeof override, &whole, &fixture.error));
        ACCEPTED(driftline_any_scorer_cached(whole, 100, &cached, &fixture.error));
        ACCEPTED(driftline_any_scorer_smoothed(cached, 1, &smoothed, &fixture.error));
        parts_are_in(smoothed);
    }
    CASE("any_scorer: parts stand in the places that they were given for")
    {
        static const uint64_t chains[] = {CHAIN_BAD};
        driftline_chain_override override;
        driftline_any_scorer whole = {0};
        size_t count = 0;
        parts_make();
        /* Only the override knows that a holder of its chain is bad. */
        parts.puppets[0].bad_score = parts.puppets[0].bad_live_score = 0.9f;
        override = (driftline_chain_override){parts.scorers[1], chains, 1};
        ACCEPTED(driftline_any_scorer_override_per_chain(parts.scorers[0], &override, 1, sizeof override, &whole,
                                                         &fixture.error));
        ACCEPTED(any_decide(whole, &count));
        CHECK(count == 1);
        ACCEPTED(driftline_any_scorer_free(whole));
        ACCEPTED(driftline_any_scorer_free(parts.scorers[2]));
        parts_dropped(1);
    }
    CASE("any_scorer: weights stay with their parts")
    {
        driftline_weighted_scorer weighted[2];
        driftline_any_scorer whole = {0};
        size_t count = 0;
        parts_make();
        /* 0.1 with nine tenths of the weight is under the floor; the other way round it is not. */
        parts.puppets[0].bad_score = parts.puppets[0].bad_live_score = 0.1f;
        parts.puppets[1].bad_score = parts.puppets[1].bad_live_score = 0.9f;
        weighted[0] = (driftline_weighted_scorer){parts.scorers[0], 9.0f, 0};
        weighted[1] = (driftline_weighted_scorer){parts.scorers[1], 1.0f, 0};
        ACCEPTED(driftline_any_scorer_weighted_sum(weighted, 2, sizeof weighted[0], &whole, &fixture.error));
        ACCEPTED(any_decide(whole, &count));
        CHECK(count == 1);
        ACCEPTED(driftline_any_scorer_free(whole));
        ACCEPTED(driftline_any_scorer_free(parts.scorers[2]));
        parts_dropped(1);
    }
    CASE("any_scorer: a gate is the first, what is behind it the second")
    {
        driftline_any_scorer whole = {0};
        size_t count = 0;
        parts_make();
        parts.puppets[0].alternative.score = 0.3f; /* the gate */
        parts.puppets[0].bad_score = parts.puppets[0].bad_live_score = 0.2f;
        ACCEPTED(driftline_any_scorer_gate(parts.scorers[0], parts.scorers[1], 0.3f, &whole, &fixture.error));
        ACCEPTED(any_decide(whole, &count));
        CHECK(count == 1);
        ACCEPTED(driftline_any_scorer_free(whole));
        ACCEPTED(driftline_any_scorer_free(parts.scorers[2]));
        parts_dropped(1);
    }
    CASE("any_scorer: a thousand parts")
    {
        static driftline_any_scorer many[1000];
        driftline_any_scorer whole = {0};
        size_t count = 0;
        for (size_t at = 0; at < 999; at++) {
            many[at] = any_of(&fixture.puppet);
        }
        many[999] = many[0];
        REFUSED(DRIFTLINE_RESULT_DUPLICATE, driftline_any_scorer_minimum(many, 1000, &whole, &fixture.error));
        CHECK(fixture.error.index == 999 && fixture.puppet.calls[ENTRY_DROP] == 0);
        ACCEPTED(driftline_any_scorer_minimum(many, 999, &whole, &fixture.error));
        ACCEPTED(any_decide(whole, &count));
        CHECK(count == 1 && fixture.puppet.calls[ENTRY_DROP] == 0);
        ACCEPTED(driftline_any_scorer_free(whole));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 999);
    }
}

void misuse_any_part(void)
{
    handles();
    values();
    arrays();
    together();
}
