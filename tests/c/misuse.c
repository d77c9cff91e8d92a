/* Every wrong call there is: each must give the right code and change nothing.
 *
 * Usage: misuse [TEXT]    runs every case, or those whose name contains TEXT.
 * Prints a line for each failed check and ends with `N passed, M failed`. */
#include "misuse.h"

#include <stdio.h>
#include <stdlib.h>

/* A run of everything that has fewer cases than this has lost some. */
#define CASES_AT_LEAST 580

static struct {
    const char *filter; /* NULL: no filter */
    const char *name;   /* of the open case */
    unsigned number;    /* of the open case */
    unsigned passed, failed;
    bool open_failed; /* a check of the open case failed */
    uint64_t digest;  /* of the fixture's state when the case began */
    uint64_t view;    /* what its scheduler said when the case began */
} run;

/* ---- The fixture ---- */

misuse_fixture fixture;

static void fixture_build(void)
{
    static const uint64_t chains[] = {CHAIN_BAD, CHAIN_WELL, CHAIN_NOT_LED};
    static const uint64_t leaders[] = {THIS_NODE, THIS_NODE, 5};
    static const uint64_t holder_offsets[] = {0, 3, 6, 7};
    static const uint64_t holders[] = {1, 2, NODE_BAD, 2, 4, 5, 5};

    memset(&fixture, 0, sizeof fixture);
    puppet_reset(&fixture.puppet);
    fixture.config = config_default();
    fixture.report.struct_size = (uint32_t)sizeof fixture.report;
    error_prepare();
    ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &fixture.state, &fixture.error));
    ACCEPTED(driftline_state_load(fixture.state, chains, leaders, 3, holder_offsets, holders, 7, &fixture.error));
    ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &fixture.scheduler, &fixture.error));
    fixture_install(SHAPE_SINGLE);
    fixture.policy = policy_empty();
    fixture.policy.flags = DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP;
    fixture.policy.hysteresis_gap = 0.3f;
    ACCEPTED(driftline_scheduler_set_class_policy(fixture.scheduler, CLASS_KNOWN, &fixture.policy, &fixture.error));
    ACCEPTED(driftline_scheduler_sample(fixture.scheduler, fixture.state, 0, NULL, &fixture.error));
    ACCEPTED(driftline_state_export_chain(fixture.state, CHAIN_BAD, fixture.exported, sizeof fixture.exported,
                                          &fixture.exported_count, &fixture.error));
}

static void fixture_free(void)
{
    if (fixture.scheduler.bits != 0) {
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
    }
    if (fixture.state.bits != 0) {
        ACCEPTED(driftline_state_free(fixture.state));
    }
    CHECK(fixture.puppet.calls[ENTRY_DROP] == fixture.puppet.handed_over);
}

/* FNV-1a: enough to notice a change. */
static void mix(uint64_t *hash, const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t at = 0; at < size; at++) {
        *hash = (*hash ^ byte[at]) * UINT64_C(0x100000001b3);
    }
}

/* One number for everything that a scheduler can be asked about the chains of the fixture. */
static uint64_t view_of(driftline_scheduler scheduler, driftline_state state)
{
    static const uint64_t chains[] = {CHAIN_BAD, CHAIN_WELL, CHAIN_NOT_LED};
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    driftline_config config;
    driftline_class_policy policy = policy_empty();
    size_t transition_count = 0;

    memset(&config, 0, sizeof config);
    config.struct_size = (uint32_t)sizeof config;
    driftline_scheduler_config(scheduler, &config, NULL);
    mix(&hash, &config, sizeof config);
    driftline_scheduler_class_policy(scheduler, CLASS_KNOWN, &policy, NULL);
    mix(&hash, &policy, sizeof policy);
    driftline_scheduler_transitions(scheduler, 0, NULL, 0, sizeof(driftline_transition), &transition_count, NULL);
    mix(&hash, &transition_count, sizeof transition_count);
    for (size_t at = 0; at < sizeof chains / sizeof chains[0]; at++) {
        driftline_explanation explanation;
        driftline_sample samples[64];
        driftline_cell cells[8];
        size_t count = 0;

        memset(&explanation, 0, sizeof explanation);
        memset(samples, 0, sizeof samples);
        memset(cells, 0, sizeof cells);
        explanation.struct_size = (uint32_t)sizeof explanation;
        driftline_explain(scheduler, state, chains[at], &explanation, NULL);
        mix(&hash, &explanation, sizeof explanation);
        driftline_history(scheduler, chains[at], samples, 64, sizeof samples[0], &count, NULL, NULL, NULL);
        mix(&hash, samples, sizeof samples);
        driftline_snapshot_cells(scheduler, chains[at], cells, 8, sizeof cells[0], &count, NULL);
        mix(&hash, cells, sizeof cells);
    }
    return hash;
}

/* ---- Cases ---- */

bool case_begin(const char *name)
{
    if (run.filter != NULL && strstr(name, run.filter) == NULL) {
        return false;
    }
    run.number += 1;
    run.name = name;
    run.open_failed = false;
    fixture_build();
    run.digest = digest_of(fixture.state);
    run.view = view_of(fixture.scheduler, fixture.state);
    return true;
}

bool case_end(void)
{
    if (fixture.state.bits != 0 && !fixture.state_may_change) {
        check(digest_of(fixture.state) == run.digest, "the state is as it was", __FILE__, __LINE__);
    }
    if (fixture.state.bits != 0 && fixture.scheduler.bits != 0 && !fixture.scheduler_may_change) {
        check(view_of(fixture.scheduler, fixture.state) == run.view, "the scheduler is as it was", __FILE__, __LINE__);
    }
    fixture_free();
    if (run.open_failed) {
        run.failed += 1;
    } else {
        run.passed += 1;
    }
    return false;
}

/* ---- Checks ---- */

bool check(bool holds, const char *text, const char *file, int line)
{
    if (!holds) {
        run.open_failed = true;
        printf("%s:%d: case %u (%s): not so: %s\n", file, line, run.number, run.name, text);
    }
    return holds;
}

bool accepted(driftline_result got, const char *text, const char *file, int line)
{
    if (got != DRIFTLINE_RESULT_OK) {
        run.open_failed = true;
        printf("%s:%d: case %u (%s): %s: got %s, wanted OK: %.184s\n", file, line, run.number, run.name, text,
               driftline_result_name(got), fixture.error.code == got ? fixture.error.message : "");
    }
    return got == DRIFTLINE_RESULT_OK;
}

void error_prepare(void)
{
    PATTERN_SIZED(fixture.error);
}

/* What every filled error promises, whatever it is about. */
static void check_error(driftline_result code, const char *text, const char *file, int line)
{
    const driftline_error *error = &fixture.error;
    bool holds = error->struct_size == sizeof *error && error->code == code
                 && memchr(error->message, '\0', sizeof error->message) != NULL && error->message[0] != '\0';
    if (!holds) {
        run.open_failed = true;
        printf("%s:%d: case %u (%s): %s: the error is not filled\n", file, line, run.number, run.name, text);
    }
}

bool refused(driftline_result want, driftline_result got, bool with_error, const char *text, const char *file,
             int line)
{
    uint64_t digest = 0;

    if (got != want) {
        run.open_failed = true;
        printf("%s:%d: case %u (%s): %s: got %s, wanted %s\n", file, line, run.number, run.name, text,
               driftline_result_name(got), driftline_result_name(want));
    } else if (with_error) {
        check_error(want, text, file, line);
    }
    /* Where the state cannot be read right now, the end of the case looks again. */
    if (!fixture.state_may_change && driftline_state_digest(fixture.state, &digest, NULL) == DRIFTLINE_RESULT_OK) {
        check(digest == run.digest, "the refused call left the state as it was", file, line);
    }
    return got == want;
}

bool is_pattern(const void *bytes, size_t size)
{
    const unsigned char *byte = bytes;
    for (size_t at = 0; at < size; at++) {
        if (byte[at] != PATTERN_BYTE) {
            return false;
        }
    }
    return true;
}

int main(int argument_count, char **arguments)
{
    unsigned run_count;

    run.filter = argument_count > 1 ? arguments[1] : NULL;
    misuse_null();
    misuse_size();
    misuse_element();
    misuse_config();
    misuse_class();
    misuse_calibrate();
    misuse_data();
    misuse_handle();
    misuse_drop();
    misuse_scorer();
    misuse_liar();
    misuse_reentrant();
    misuse_thread();
    misuse_poison();
    misuse_output();
    misuse_text();
    misuse_action();
    misuse_move();
    misuse_handover();
    misuse_inventory();
    misuse_inventory_report();
    misuse_any_scorer();
    misuse_ask();
    misuse_any_part();

    run_count = run.passed + run.failed;
    if (run.filter == NULL && run_count < CASES_AT_LEAST) {
        printf("only %u cases ran, at least %d are expected\n", run_count, CASES_AT_LEAST);
        run.failed += 1;
    }
    printf("%u passed, %u failed\n", run.passed, run.failed);
    return run.failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
