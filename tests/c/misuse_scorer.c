/* A scorer that fails: in each method, under each policy, with every code. */
#include "misuse.h"

#define ANY_CODE INT32_C(-5)

/* What the failing method was asked about, as errors and failures name it. */
typedef struct question {
    puppet_entry entry;
    uint32_t method;
    uint64_t chain, node; /* DRIFTLINE_NONE: not known */
} question;

static const question score_question = {ENTRY_SCORE, DRIFTLINE_METHOD_SCORE, CHAIN_BAD, 1};
static const question live_question = {ENTRY_LIVE_SCORE, DRIFTLINE_METHOD_LIVE_SCORE, CHAIN_BAD, NODE_BAD};
static const question alternative_question = {ENTRY_BEST_ALTERNATIVE, DRIFTLINE_METHOD_BEST_ALTERNATIVE, CHAIN_BAD,
                                              DRIFTLINE_NONE};
static const question several_question = {ENTRY_ALTERNATIVES, DRIFTLINE_METHOD_BEST_ALTERNATIVE, CHAIN_BAD,
                                          DRIFTLINE_NONE};
static const question node_question = {ENTRY_NODE_FINGERPRINT, DRIFTLINE_METHOD_NODE_FINGERPRINT, DRIFTLINE_NONE, 1};
static const question chain_question = {ENTRY_CHAIN_FINGERPRINT, DRIFTLINE_METHOD_CHAIN_FINGERPRINT, CHAIN_BAD,
                                        DRIFTLINE_NONE};
static const question cost_question = {ENTRY_MIGRATION_COST, DRIFTLINE_METHOD_MIGRATION_COST, CHAIN_BAD, NODE_BETTER};
/* A batch that fails does not say at which element, and this one asks about two chains. */
static const question many_question = {ENTRY_SCORE_MANY, DRIFTLINE_METHOD_SCORE, DRIFTLINE_NONE, DRIFTLINE_NONE};
static const question nodes_question = {ENTRY_NODE_FINGERPRINTS, DRIFTLINE_METHOD_NODE_FINGERPRINT, DRIFTLINE_NONE,
                                        DRIFTLINE_NONE};

/* From here on `alternatives` is asked in place of `best_alternative`. */
static void ask_for_several(void)
{
    fixture.config.max_alternatives = 2;
    fixture_configure();
    fixture_install(SHAPE_BATCH);
}

/* ---- Abort ---- */

static void refuse_tick(const question *question, int32_t code)
{
    const driftline_action *actions;
    size_t count;

    PATTERN(actions);
    PATTERN(count);
    PATTERN_SIZED(fixture.report);
    fixture.puppet.returns[question->entry] = code;
    REFUSED(DRIFTLINE_RESULT_SCORER, driftline_scheduler_tick(fixture.scheduler, fixture.state, TIME_DUE,
                                                              sizeof *actions, &actions, &count, &fixture.report,
                                                              &fixture.error));
    CHECK(fixture.error.scorer_code == code);
    CHECK(fixture.error.method == question->method);
    CHECK(fixture.error.chain == question->chain);
    CHECK(fixture.error.node == question->node);
    CHECK(fixture.error.index == DRIFTLINE_NONE);
    UNTOUCHED(actions);
    UNTOUCHED(count);
    UNTOUCHED_SIZED(fixture.report);
    fixture.puppet.returns[question->entry] = DRIFTLINE_SCORER_OK;
}

/* The tick after a failed one does what the failed one would have done. */
static void tick_as_if_nothing_had_failed(void)
{
    size_t count = 0;
    fixture.report.struct_size = (uint32_t)sizeof fixture.report;
    fixture.state_may_change = true;
    ACCEPTED(fixture_tick(TIME_DUE, &count));
    CHECK(count == 1);
    CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_EVICT] == 1);
    CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_HEALTHY] == 1);
    CHECK(fixture.report.scorer_errors == 0);
}

static void abort_on(const question *question)
{
    fixture.scheduler_may_change = true;
    refuse_tick(question, ANY_CODE);
    tick_as_if_nothing_had_failed();
}

static void scorer_aborts(void)
{
    CASE("scorer: score fails, the tick aborts")
    {
        abort_on(&score_question);
    }
    CASE("scorer: live_score fails, the tick aborts")
    {
        abort_on(&live_question);
    }
    CASE("scorer: best_alternative fails, the tick aborts")
    {
        abort_on(&alternative_question);
    }
    CASE("scorer: alternatives fails, the tick aborts")
    {
        ask_for_several();
        abort_on(&several_question);
    }
    CASE("scorer: node_fingerprint fails, the tick aborts")
    {
        abort_on(&node_question);
    }
    CASE("scorer: chain_fingerprint fails, the tick aborts")
    {
        abort_on(&chain_question);
    }
    CASE("scorer: migration_cost fails, the tick aborts")
    {
        abort_on(&cost_question);
    }
    CASE("scorer: score_many fails, the tick aborts")
    {
        fixture_install(SHAPE_BATCH);
        abort_on(&many_question);
    }
    CASE("scorer: node_fingerprints fails, the tick aborts")
    {
        fixture_install(SHAPE_BATCH);
        abort_on(&nodes_question);
    }
}

/* ---- Skip ---- */

/* Ticks with a failing method and expects these failures; the first is `question`. */
static void skip_on(const question *question, size_t failure_count, uint64_t failed_verdicts)
{
    driftline_failure failures[16];
    size_t count = 0;
    size_t action_count = 1;

    fixture_skip_chain();
    fixture.state_may_change = true;
    fixture.puppet.returns[question->entry] = ANY_CODE;
    ACCEPTED(fixture_tick(TIME_DUE, &action_count));
    CHECK(action_count == (failed_verdicts == 0 ? 1 : 0));
    CHECK(fixture.report.scorer_errors == failure_count);
    CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_SCORER_FAILED] == failed_verdicts);
    CHECK(fixture.report.led == 2);
    ACCEPTED(driftline_scheduler_failures(fixture.scheduler, failures, 16, sizeof failures[0], &count, &fixture.error));
    if (CHECK(count == failure_count)) {
        CHECK(failures[0].method == question->method);
        CHECK(failures[0].chain == question->chain);
        CHECK(failures[0].node == question->node);
        CHECK(failures[0].scorer_code == ANY_CODE);
    }
    fixture.puppet.returns[question->entry] = DRIFTLINE_SCORER_OK;
    if (failed_verdicts > 0) {
        tick_as_if_nothing_had_failed();
        ACCEPTED(driftline_scheduler_failures(fixture.scheduler, NULL, 0, sizeof failures[0], &count, &fixture.error));
        CHECK(count == 0);
    }
}

static void scorer_skips(void)
{
    CASE("scorer: score fails, its chains are skipped")
    {
        skip_on(&score_question, 2, 2);
    }
    CASE("scorer: live_score fails, its chain is skipped")
    {
        skip_on(&live_question, 1, 1);
    }
    CASE("scorer: best_alternative fails, its chain is skipped")
    {
        skip_on(&alternative_question, 1, 1);
    }
    CASE("scorer: alternatives fails, its chain is skipped")
    {
        ask_for_several();
        skip_on(&several_question, 1, 1);
    }
    CASE("scorer: node_fingerprint fails, which only means that it cannot say")
    {
        skip_on(&node_question, 5, 0);
    }
    CASE("scorer: chain_fingerprint fails, its chains are skipped")
    {
        skip_on(&chain_question, 2, 2);
    }
    CASE("scorer: migration_cost fails, its chain is skipped")
    {
        skip_on(&cost_question, 1, 1);
    }
    CASE("scorer: score_many fails, and is asked again chain by chain")
    {
        question question = many_question;
        question.chain = CHAIN_BAD;
        fixture_install(SHAPE_BATCH);
        skip_on(&question, 2, 2);
    }
    CASE("scorer: node_fingerprints fails, and is asked again node by node")
    {
        question question = nodes_question;
        question.node = 1;
        fixture_install(SHAPE_BATCH);
        skip_on(&question, 5, 0);
    }
}

/* ---- Codes ---- */

/* Zero and one have a meaning; everything else is a failure and comes back as it is. */
static void every_code(const question *question)
{
    static const int32_t codes[] = {-1, INT32_MIN, 2, 99, INT32_MAX};
    fixture.scheduler_may_change = true;
    for (size_t at = 0; at < sizeof codes / sizeof codes[0]; at++) {
        refuse_tick(question, codes[at]);
    }
    tick_as_if_nothing_had_failed();
}

static void scorer_codes(void)
{
    CASE("scorer: any code of score comes back")
    {
        every_code(&score_question);
    }
    CASE("scorer: any code of live_score comes back")
    {
        every_code(&live_question);
    }
    CASE("scorer: any code of best_alternative comes back")
    {
        every_code(&alternative_question);
    }
    CASE("scorer: any code of alternatives comes back")
    {
        ask_for_several();
        every_code(&several_question);
    }
    CASE("scorer: any code of node_fingerprint comes back")
    {
        every_code(&node_question);
    }
    CASE("scorer: any code of chain_fingerprint comes back")
    {
        every_code(&chain_question);
    }
    CASE("scorer: any code of migration_cost comes back")
    {
        every_code(&cost_question);
    }
    CASE("scorer: any code of score_many comes back")
    {
        fixture_install(SHAPE_BATCH);
        every_code(&many_question);
    }
    CASE("scorer: any code of node_fingerprints comes back")
    {
        fixture_install(SHAPE_BATCH);
        every_code(&nodes_question);
    }
}

/* ---- Other calls that ask ---- */

static void scorer_elsewhere(void)
{
    const driftline_action *borrowed;
    driftline_action actions[4];
    size_t count;

    CASE("scorer: a failure in a sample")
    {
        fixture.scheduler_may_change = true;
        fixture.puppet.returns[ENTRY_SCORE] = ANY_CODE;
        PATTERN_SIZED(fixture.report);
        REFUSED(DRIFTLINE_RESULT_SCORER, driftline_scheduler_sample(fixture.scheduler, fixture.state, TIME_DUE,
                                                                    &fixture.report, &fixture.error));
        CHECK(fixture.error.scorer_code == ANY_CODE);
        UNTOUCHED_SIZED(fixture.report);
    }
    CASE("scorer: a failure in a dry run changes nothing at all")
    {
        fixture.puppet.returns[ENTRY_LIVE_SCORE] = ANY_CODE;
        PATTERN(borrowed);
        PATTERN(count);
        PATTERN_SIZED(fixture.report);
        REFUSED(DRIFTLINE_RESULT_SCORER, driftline_scheduler_decide(fixture.scheduler, fixture.state, TIME_DUE,
                                                                    sizeof *borrowed, &borrowed, &count,
                                                                    &fixture.report, &fixture.error));
        CHECK(fixture.error.chain == CHAIN_BAD && fixture.error.node == NODE_BAD);
        UNTOUCHED(borrowed);
        UNTOUCHED(count);
        UNTOUCHED_SIZED(fixture.report);
    }
    CASE("scorer: a failure in diff_scheduler")
    {
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        fixture.puppet.returns[ENTRY_MIGRATION_COST] = ANY_CODE;
        PATTERN(actions);
        PATTERN_SIZED(fixture.report);
        REFUSED(DRIFTLINE_RESULT_SCORER,
                driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                         actions, 4, sizeof actions[0], &count, &fixture.report, &fixture.error));
        CHECK(fixture.error.chain == CHAIN_BAD && fixture.error.node == NODE_BETTER);
        UNTOUCHED(actions);
        UNTOUCHED_SIZED(fixture.report);
    }
    CASE("scorer: without one a tick samples nothing and emits nothing")
    {
        count = 1;
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 0);
        CHECK(fixture.report.rescored == 0);
        CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_NOT_SAMPLED] == 2);
    }
}

void misuse_scorer(void)
{
    scorer_aborts();
    scorer_skips();
    scorer_codes();
    scorer_elsewhere();
}
