/* Calibration: pointers, sizes and numbers that are none, and what comes out when all of them are right. */
#include "misuse.h"

#include <math.h>
#include <stdlib.h>

#define MOVES 24

static driftline_observed_move moves[MOVES];

/* Moves of 1 to 24 seconds that lost 0.25 for each, by turns a little more and less; one of six met an incident. */
static void prepare_moves(void)
{
    for (size_t at = 0; at < MOVES; at++) {
        float seconds = (float)(at + 1);
        memset(&moves[at], 0, sizeof moves[at]);
        moves[at].state_transfer_ns = (at + 1) * NANOSECONDS_PER_SECOND / 4;
        moves[at].disruption_ns = (at + 1) * NANOSECONDS_PER_SECOND * 3 / 4;
        moves[at].reliability_factor = 1.0f;
        moves[at].score_loss = 0.25f * seconds + (at % 4 < 2 ? 0.125f : -0.125f);
        if (at % 6 == 5) {
            moves[at].score_loss = 1.25f * seconds;
        }
    }
}

static driftline_calibration empty(void)
{
    driftline_calibration calibration;
    PATTERN_SIZED(calibration);
    return calibration;
}

/* Refused, with a message that says why, and nothing is written. */
static void refuse_moves(size_t count, const char *reason, uint64_t index)
{
    driftline_calibration out = empty();
    REFUSED(DRIFTLINE_RESULT_CALIBRATION,
            driftline_calibrate(moves, count, sizeof moves[0], &out, &fixture.error));
    UNTOUCHED_SIZED(out);
    CHECK(strstr(fixture.error.message, reason) != NULL);
    CHECK(fixture.error.index == index);
}

static void calibrate_pointers(void)
{
    driftline_calibration out = empty();

    CASE("calibrate: moves is NULL")
    {
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_calibrate(NULL, 1, sizeof moves[0], &out, &fixture.error));
        UNTOUCHED_SIZED(out);
        /* None are no mistake, only too few. */
        REFUSED(DRIFTLINE_RESULT_CALIBRATION, driftline_calibrate(NULL, 0, sizeof moves[0], &out, &fixture.error));
        UNTOUCHED_SIZED(out);
    }
    CASE("calibrate: out is NULL")
    {
        prepare_moves();
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_calibrate(moves, MOVES, sizeof moves[0], NULL, &fixture.error));
    }
    CASE("calibrate: a pointer that is not aligned")
    {
        static _Alignas(8) unsigned char room[sizeof moves + 8];
        const driftline_observed_move *crooked = (const void *)(room + 4);
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_calibrate(crooked, MOVES, sizeof moves[0], &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ALIGNMENT,
                driftline_calibrate(moves, MOVES, sizeof moves[0], (void *)(room + 4), &fixture.error));
    }
    CASE("calibrate: err is NULL")
    {
        prepare_moves();
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_calibrate(NULL, 1, sizeof moves[0], &out, NULL));
        REFUSED_SILENT(DRIFTLINE_RESULT_CALIBRATION, driftline_calibrate(moves, 11, sizeof moves[0], &out, NULL));
        UNTOUCHED_SIZED(out);
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], &out, NULL));
    }
}

static void calibrate_sizes(void)
{
    driftline_calibration out = empty();

    CASE("calibrate: an element size that no move has")
    {
        const size_t sizes[] = {0, 1, 8, 16, 20, 23, 25, 36, 4104, SIZE_MAX, (size_t)PTRDIFF_MAX + 1};
        prepare_moves();
        for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_calibrate(moves, 1, sizes[at], &out, &fixture.error));
        }
        UNTOUCHED_SIZED(out);
    }
    CASE("calibrate: more moves than memory has")
    {
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_calibrate(moves, SIZE_MAX, sizeof moves[0], &out, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_calibrate(moves, SIZE_MAX / 24, sizeof moves[0], &out, &fixture.error));
        UNTOUCHED_SIZED(out);
    }
    CASE("calibrate: a newer caller's moves, with zeros behind, and with something there")
    {
        const size_t stride = sizeof moves[0] + 16;
        static _Alignas(8) unsigned char room[MOVES * (sizeof moves[0] + 16)];
        driftline_calibration same = empty();
        memset(room, 0, sizeof room);
        prepare_moves();
        for (size_t at = 0; at < MOVES; at++) {
            memcpy(room + at * stride, &moves[at], sizeof moves[at]);
        }
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], &same, &fixture.error));
        ACCEPTED(driftline_calibrate((const void *)room, MOVES, stride, &out, &fixture.error));
        CHECK(memcmp(&out, &same, sizeof out) == 0);
        room[8 * stride - 1] = 1;
        out = empty();
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_calibrate((const void *)room, MOVES, stride, &out, &fixture.error));
        CHECK(fixture.error.index == 7);
        UNTOUCHED_SIZED(out);
    }
}

/* The sizes of the output: an older caller's, a newer one's, and what is none. */
static void calibrate_output_sizes(void)
{
    static _Alignas(8) unsigned char room[4104];
    driftline_calibration *out = (void *)room;

    CASE("calibrate: an output size that no calibration has")
    {
        const uint32_t sizes[] = {0, 4, 7, 9, 20, 31, 33, 4097, UINT32_MAX};
        prepare_moves();
        for (size_t at = 0; at < sizeof sizes / sizeof sizes[0]; at++) {
            memset(room, PATTERN_BYTE, sizeof room);
            out->struct_size = sizes[at];
            REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                    driftline_calibrate(moves, MOVES, sizeof moves[0], out, &fixture.error));
            CHECK(is_pattern(room + 4, sizeof room - 4));
        }
    }
    CASE("calibrate: an older caller gets what it knows, a newer one may have zeros behind")
    {
        prepare_moves();
        memset(room, PATTERN_BYTE, sizeof room);
        out->struct_size = offsetof(driftline_calibration, observations);
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], out, &fixture.error));
        CHECK(out->low < out->cost_per_sec && out->cost_per_sec < out->high);
        CHECK(is_pattern(&out->observations, 64));
        memset(room, 0, sizeof room);
        out->struct_size = (uint32_t)sizeof *out + 64;
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], out, &fixture.error));
        CHECK(out->observations == MOVES && out->struct_size == (uint32_t)sizeof *out + 64);
    }
}

static void calibrate_numbers(void)
{
    CASE("calibrate: what is not finite is named")
    {
        const float wrong[] = {NAN, INFINITY, -INFINITY};
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            prepare_moves();
            moves[17].score_loss = wrong[at];
            refuse_moves(MOVES, "score_loss", 17);
            moves[3].reliability_factor = wrong[at];
            refuse_moves(MOVES, "reliability_factor", 3);
        }
    }
    CASE("calibrate: moves that say nothing")
    {
        prepare_moves();
        refuse_moves(0, "0 moves", DRIFTLINE_NONE);
        refuse_moves(11, "11 moves", DRIFTLINE_NONE);
        for (size_t at = 0; at < MOVES; at++) {
            moves[at].score_loss = -moves[at].score_loss;
        }
        refuse_moves(MOVES, "negative", DRIFTLINE_NONE);
        for (size_t at = 0; at < MOVES; at++) {
            moves[at].score_loss = 0.0f;
        }
        refuse_moves(MOVES, "may be 0", DRIFTLINE_NONE);
        for (size_t at = 0; at < MOVES; at++) {
            moves[at].state_transfer_ns = moves[at].disruption_ns = 0;
        }
        refuse_moves(MOVES, "0 moves", DRIFTLINE_NONE);
    }
}

static int by_loss(const void *left, const void *right)
{
    const driftline_observed_move *a = left;
    const driftline_observed_move *b = right;
    return (a->score_loss < b->score_loss) - (a->score_loss > b->score_loss);
}

static void calibrate_result(void)
{
    CASE("calibrate: the truth, its interval, and those that had no say")
    {
        driftline_calibration out = empty();
        driftline_calibration again = empty();
        prepare_moves();
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], &out, &fixture.error));
        CHECK(out.struct_size == sizeof out);
        CHECK(out.low < 0.25f && 0.25f < out.high && out.high - out.low < 0.02f);
        CHECK(out.low < out.cost_per_sec && out.cost_per_sec < out.high);
        CHECK(out.observations == MOVES && out.outliers == MOVES / 6);
        /* The order does not matter. */
        qsort(moves, MOVES, sizeof moves[0], by_loss);
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], &again, &fixture.error));
        CHECK(memcmp(&out, &again, sizeof out) == 0);
    }
    CASE("calibrate: a weight of 0 is 1, and a move without duration is not counted")
    {
        driftline_calibration out = empty();
        driftline_calibration same = empty();
        prepare_moves();
        ACCEPTED(driftline_calibrate(moves, MOVES - 1, sizeof moves[0], &same, &fixture.error));
        for (size_t at = 0; at < MOVES; at++) {
            moves[at].reliability_factor = 0.0f;
        }
        moves[MOVES - 1].state_transfer_ns = moves[MOVES - 1].disruption_ns = 0;
        ACCEPTED(driftline_calibrate(moves, MOVES, sizeof moves[0], &out, &fixture.error));
        CHECK(memcmp(&out, &same, sizeof out) == 0);
    }
}

void misuse_calibrate(void)
{
    calibrate_pointers();
    calibrate_sizes();
    calibrate_output_sizes();
    calibrate_numbers();
    calibrate_result();
}
