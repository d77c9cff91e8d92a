/* A scorer of the library's as an object: made of callbacks, handed over once, dropped once, closed while it is used. */
#include "misuse.h"

static driftline_any_scorer any_from(uint64_t bits)
{
    driftline_any_scorer scorer;
    scorer.bits = bits;
    return scorer;
}

static uint64_t dropped(void)
{
    return fixture.puppet.calls[ENTRY_DROP];
}

static void any_free(driftline_any_scorer scorer)
{
    ACCEPTED(driftline_any_scorer_free(scorer));
}

/* ---- Made of callbacks ---- */

static driftline_result of_callbacks(const driftline_scorer *scorer, driftline_any_scorer *out)
{
    return driftline_any_scorer_of_callbacks(scorer, out, &fixture.error);
}

static void made(void)
{
    driftline_scorer scorer;
    driftline_any_scorer out;

    CASE("any_scorer_of_callbacks: NULL")
    {
        PATTERN(out);
        REFUSED(DRIFTLINE_RESULT_NULL, of_callbacks(NULL, &out));
        UNTOUCHED(out);
    }
    CASE("any_scorer_of_callbacks: out is NULL, and the scorer is dropped")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        REFUSED(DRIFTLINE_RESULT_NULL, of_callbacks(&scorer, NULL));
        CHECK(dropped() == 1);
    }
    CASE("any_scorer_of_callbacks: refused for what it is, and dropped each time")
    {
        PATTERN(out);
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.flags = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED, of_callbacks(&scorer, &out));
        CHECK(dropped() == 1);
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.score = NULL;
        REFUSED(DRIFTLINE_RESULT_NULL, of_callbacks(&scorer, &out));
        CHECK(dropped() == 2);
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.struct_size -= 4;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, of_callbacks(&scorer, &out));
        CHECK(dropped() == 3);
        UNTOUCHED(out);
    }
    CASE("any_scorer_of_callbacks: an error struct that is none, and the scorer is dropped")
    {
        driftline_error broken;
        PATTERN(out);
        PATTERN(broken);
        broken.struct_size = 3;
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_STRUCT_SIZE, driftline_any_scorer_of_callbacks(&scorer, &out, &broken));
        CHECK(dropped() == 1);
        UNTOUCHED(out);
    }
    CASE("any_scorer: freed, and dropped then and not before")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        size_t count = 0;
        ACCEPTED(any_decide(any, &count));
        CHECK(count == 1);
        CHECK(dropped() == 0);
        any_free(any);
        CHECK(dropped() == 1);
    }
}

/* ---- Handles ---- */

static void handles(void)
{
    CASE("any_scorer: zero is none, and is freed as often as you like")
    {
        expect_of_any_calls(any_from(0), DRIFTLINE_RESULT_HANDLE);
        any_free(any_from(0));
        any_free(any_from(0));
    }
    CASE("any_scorer: a freed one is none")
    {
        driftline_any_scorer stale = any_of(&fixture.puppet);
        any_free(stale);
        expect_of_any_calls(stale, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_any_scorer_free(stale));
        CHECK(dropped() == 1);
    }
    CASE("any_scorer: no other kind is one, and it is no other kind")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        driftline_state as_state = {any.bits};
        driftline_scheduler as_scheduler = {any.bits};
        expect_of_any_calls(any_from(fixture.state.bits), DRIFTLINE_RESULT_HANDLE);
        expect_of_any_calls(any_from(fixture.scheduler.bits), DRIFTLINE_RESULT_HANDLE);
        expect_of_state_calls(as_state, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        expect_of_scheduler_calls(as_scheduler, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_any_scorer_free(any_from(fixture.state.bits)));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(as_state));
        any_free(any);
    }
    CASE("any_scorer: one bit flipped, each bit in turn")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        for (unsigned bit = 0; bit < 64; bit++) {
            expect_of_any_calls(any_from(any.bits ^ (UINT64_C(1) << bit)), DRIFTLINE_RESULT_HANDLE);
        }
        any_free(any);
    }
    CASE("any_scorer: a panic closes it; what it is made of is dropped when it is freed")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_any_scorer(any));
        expect_of_any_calls(any, DRIFTLINE_RESULT_POISONED);
        REFUSED_SILENT(DRIFTLINE_RESULT_POISONED, driftline_testing_panic_any_scorer(any));
        CHECK(dropped() == 0);
        any_free(any);
        CHECK(dropped() == 1);
    }
    CASE("any_scorer: the place of one that was handed over is used again, its handle is not")
    {
        driftline_any_scorer first = any_of(&fixture.puppet), cached = {0}, next;
        ACCEPTED(driftline_any_scorer_cached(first, 10, &cached, &fixture.error));
        next = any_of(&fixture.puppet);
        CHECK(next.bits != first.bits && next.bits != cached.bits);
        expect_of_any_calls(first, DRIFTLINE_RESULT_HANDLE);
        any_free(next);
        any_free(cached);
        CHECK(dropped() == 2);
    }
}

/* ---- Installed ---- */

static void installed(void)
{
    driftline_scheduler none = {0};

    CASE("install_any: it is taken over, the previous one goes, and both go once")
    {
        puppet other;
        driftline_any_scorer any;
        size_t count = 0;
        puppet_reset(&other);
        any = any_of(&other);
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_install_any(fixture.scheduler, any, &fixture.error));
        CHECK(dropped() == 1);
        expect_of_any_calls(any, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_any_scorer_free(any));
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
        CHECK(other.calls[ENTRY_SCORE] > 0);
        CHECK(other.calls[ENTRY_DROP] == 0);
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(other.calls[ENTRY_DROP] == 1);
    }
    CASE("install_any: it goes with its scheduler")
    {
        puppet other;
        driftline_any_scorer any;
        puppet_reset(&other);
        any = any_of(&other);
        ACCEPTED(driftline_scheduler_install_any(fixture.scheduler, any, &fixture.error));
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        fixture.scheduler.bits = 0;
        CHECK(other.calls[ENTRY_DROP] == 1);
    }
    CASE("install_any: it is as it was, when the scheduler is none or closed")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        size_t count = 0;
        REFUSED(DRIFTLINE_RESULT_HANDLE, driftline_scheduler_install_any(none, any, &fixture.error));
        ACCEPTED(any_decide(any, &count));
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(fixture.scheduler));
        REFUSED(DRIFTLINE_RESULT_POISONED, driftline_scheduler_install_any(fixture.scheduler, any, &fixture.error));
        ACCEPTED(any_decide(any, &count));
        CHECK(count == 1 && dropped() == 0);
        any_free(any);
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        fixture.scheduler.bits = 0;
    }
}

/* ---- The pure decision ---- */

static void decided(void)
{
    CASE("diff_scheduler_any: says what diff_scheduler says over the same callbacks")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        driftline_action of_any[4], of_callbacks[4];
        size_t any_count = 0, count = 0;
        memset(of_any, 0, sizeof of_any);
        memset(of_callbacks, 0, sizeof of_callbacks);
        ACCEPTED(driftline_diff_scheduler_any(fixture.state, THIS_NODE, &fixture.config, any, TIME_DUE, NULL, 0, of_any,
                                              4, sizeof of_any[0], &any_count, &fixture.report, &fixture.error));
        ACCEPTED(driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                          of_callbacks, 4, sizeof of_callbacks[0], &count, NULL, &fixture.error));
        CHECK(any_count == 1 && count == 1);
        CHECK(memcmp(of_any, of_callbacks, sizeof of_any) == 0);
        CHECK(fixture.report.verdicts[DRIFTLINE_VERDICT_EVICT] == 1);
        any_free(any);
    }
    CASE("diff_scheduler_any: everything that it refuses, and the scorer is as it was")
    {
        driftline_any_scorer any = any_of(&fixture.puppet);
        driftline_state none = {0};
        driftline_config broken = fixture.config;
        driftline_action actions[4];
        size_t count;
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_diff_scheduler_any(fixture.state, THIS_NODE, NULL, any, TIME_DUE, NULL, 0, actions, 4,
                                             sizeof actions[0], &count, NULL, &fixture.error));
        broken.score_floor = 2.0f;
        REFUSED(DRIFTLINE_RESULT_CONFIG,
                driftline_diff_scheduler_any(fixture.state, THIS_NODE, &broken, any, TIME_DUE, NULL, 0, actions, 4,
                                             sizeof actions[0], &count, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_ID,
                driftline_diff_scheduler_any(fixture.state, DRIFTLINE_NONE, &fixture.config, any, TIME_DUE, NULL, 0,
                                             actions, 4, sizeof actions[0], &count, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_HANDLE,
                driftline_diff_scheduler_any(none, THIS_NODE, &fixture.config, any, TIME_DUE, NULL, 0, actions, 4,
                                             sizeof actions[0], &count, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_diff_scheduler_any(fixture.state, THIS_NODE, &fixture.config, any, TIME_DUE, NULL, 1, actions,
                                             4, sizeof actions[0], &count, NULL, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE,
                driftline_diff_scheduler_any(fixture.state, THIS_NODE, &fixture.config, any, TIME_DUE, NULL, 0, actions,
                                             4, 7, &count, NULL, &fixture.error));
        fixture.puppet.returns[ENTRY_SCORE] = -5;
        REFUSED(DRIFTLINE_RESULT_SCORER, any_decide(any, &count));
        CHECK(fixture.error.scorer_code == -5 && fixture.error.method == DRIFTLINE_METHOD_SCORE);
        UNTOUCHED(count);
        fixture.puppet.returns[ENTRY_SCORE] = DRIFTLINE_SCORER_OK;
        ACCEPTED(any_decide(any, &count));
        CHECK(count == 1 && dropped() == 0);
        any_free(any);
    }
}

/* ---- From inside callbacks ---- */

static driftline_any_scorer used; /* the one whose callback is running */
static unsigned inside_count;

static void use_again(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    if (entry == ENTRY_SCORE) {
        inside_count += 1;
        expect_of_any_calls(used, DRIFTLINE_RESULT_REENTRANT);
        REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_any_scorer_free(used));
    }
}

static void install_on_ticking(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    if (entry == ENTRY_SCORE) {
        inside_count += 1;
        REFUSED_SILENT(DRIFTLINE_RESULT_REENTRANT, driftline_scheduler_install_any(fixture.scheduler, used, NULL));
    }
}

static void use_in_drop(puppet *puppet, puppet_entry entry)
{
    if (entry == ENTRY_DROP && puppet->calls[ENTRY_DROP] == 1) {
        inside_count += 1;
        expect_of_any_calls(used, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_any_scorer_free(used));
        expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
        any_free(any_of(puppet));
    }
}

static void called_back(void)
{
    CASE("any_scorer: from inside its own callbacks every call on it is refused, and the outer one goes on")
    {
        size_t count = 0;
        used = any_of(&fixture.puppet);
        inside_count = 0;
        fixture.puppet.inside = use_again;
        ACCEPTED(any_decide(used, &count));
        fixture.puppet.inside = NULL;
        CHECK(count == 1 && inside_count > 0);
        any_free(used);
    }
    CASE("any_scorer: from inside a tick none is installed, and it is as it was")
    {
        size_t count = 0;
        used = any_of(&fixture.puppet);
        inside_count = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        fixture.puppet.inside = install_on_ticking;
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        fixture.puppet.inside = NULL;
        CHECK(count == 1 && inside_count > 0 && dropped() == 0);
        any_free(used);
    }
    CASE("any_scorer: from inside drop it is gone, and everything else works")
    {
        inside_count = 0;
        used = any_of(&fixture.puppet);
        fixture.puppet.inside = use_in_drop;
        any_free(used);
        fixture.puppet.inside = NULL;
        CHECK(inside_count == 1 && dropped() == 2);
    }
    CASE("any_scorer: from inside drop of an installed one everything works")
    {
        inside_count = 0;
        used = any_of(&fixture.puppet);
        fixture.scheduler_may_change = true;
        fixture.puppet.inside = use_in_drop;
        ACCEPTED(driftline_scheduler_install_any(fixture.scheduler, used, &fixture.error));
        fixture.puppet.inside = NULL;
        CHECK(inside_count == 1);
    }
}

void misuse_any_scorer(void)
{
    made();
    handles();
    installed();
    decided();
    called_back();
}
