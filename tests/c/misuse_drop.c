/* drop(ctx) is called exactly once for every scorer that was handed over: installed, replaced, refused or freed. The
 * end of every case compares; here each way is walked with the count looked at in between. */
#include "misuse.h"

static uint64_t dropped(void)
{
    return fixture.puppet.calls[ENTRY_DROP];
}

static driftline_result install(driftline_scheduler scheduler, const driftline_scorer *scorer)
{
    return driftline_scheduler_install(scheduler, scorer, &fixture.error);
}

static void drop_after_use(void)
{
    CASE("drop: a scorer that stays is not dropped before its scheduler")
    {
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        CHECK(dropped() == 0);
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        fixture.scheduler.bits = 0;
        CHECK(dropped() == 1);
    }
    CASE("drop: the replaced one goes, the new one stays")
    {
        puppet other;
        driftline_scorer scorer;
        puppet_reset(&other);
        scorer = puppet_hand_over(&other, SHAPE_SINGLE);
        fixture.scheduler_may_change = true;
        ACCEPTED(install(fixture.scheduler, &scorer));
        CHECK(dropped() == 1);
        CHECK(other.calls[ENTRY_DROP] == 0);
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        fixture.scheduler.bits = 0;
        CHECK(dropped() == 1);
        CHECK(other.calls[ENTRY_DROP] == 1);
    }
    CASE("drop: an uninstalled one goes at once")
    {
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(dropped() == 1);
    }
    CASE("drop: nothing is left to uninstall the second time")
    {
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        REFUSED(DRIFTLINE_RESULT_NO_SCORER, driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(dropped() == 1);
    }
    CASE("drop: the same context installed twice is dropped twice")
    {
        fixture_install(SHAPE_SINGLE);
        CHECK(dropped() == 1);
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(dropped() == 2);
        fixture.scheduler_may_change = true;
    }
}

static void drop_of_nothing(void)
{
    CASE("drop: a scheduler that never had a scorer drops nothing")
    {
        driftline_scheduler bare = {0};
        ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &bare, &fixture.error));
        ACCEPTED(driftline_scheduler_free(bare));
        CHECK(dropped() == 0);
    }
    CASE("drop: a scorer without drop is let go silently")
    {
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        scorer.drop = NULL;
        fixture.scheduler_may_change = true;
        ACCEPTED(install(fixture.scheduler, &scorer));
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(dropped() == 1); /* the fixture's */
    }
    CASE("drop: the vtable itself is copied, so it may be gone after the call")
    {
        driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(install(fixture.scheduler, &scorer));
        PATTERN(scorer);
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
    }
}

static void drop_after_refusal(void)
{
    driftline_scorer scorer;

    CASE("drop: refused for its flags")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.flags = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED, install(fixture.scheduler, &scorer));
        CHECK(dropped() == 1);
    }
    CASE("drop: refused for a missing required entry")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.score = NULL;
        REFUSED(DRIFTLINE_RESULT_NULL, install(fixture.scheduler, &scorer));
        CHECK(dropped() == 1);
    }
    CASE("drop: refused for a size in the middle of an entry")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.struct_size -= 4;
        REFUSED(DRIFTLINE_RESULT_STRUCT_SIZE, install(fixture.scheduler, &scorer));
        CHECK(dropped() == 1);
    }
}

static void drop_after_refused_handle(void)
{
    driftline_scheduler none = {0};
    driftline_scorer scorer;

    CASE("drop: refused because the scheduler is zero")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        REFUSED(DRIFTLINE_RESULT_HANDLE, install(none, &scorer));
        CHECK(dropped() == 1);
    }
    CASE("drop: refused because the scheduler is gone")
    {
        none = fixture.scheduler;
        ACCEPTED(driftline_scheduler_free(none));
        fixture.scheduler.bits = 0;
        CHECK(dropped() == 1);
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        REFUSED(DRIFTLINE_RESULT_HANDLE, install(none, &scorer));
        CHECK(dropped() == 2);
    }
    CASE("drop: refused because the handle is a state's")
    {
        driftline_scheduler state_as_scheduler;
        state_as_scheduler.bits = fixture.state.bits;
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        REFUSED(DRIFTLINE_RESULT_HANDLE, install(state_as_scheduler, &scorer));
        CHECK(dropped() == 1);
    }
    CASE("drop: refused because the scheduler is poisoned")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(fixture.scheduler));
        REFUSED(DRIFTLINE_RESULT_POISONED, install(fixture.scheduler, &scorer));
        CHECK(dropped() == 1);
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        fixture.scheduler.bits = 0;
        CHECK(dropped() == 2);
    }
    CASE("drop: refused without a reason wanted")
    {
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.best_alternative = NULL;
        REFUSED_SILENT(DRIFTLINE_RESULT_NULL, driftline_scheduler_install(fixture.scheduler, &scorer, NULL));
        CHECK(dropped() == 1);
    }
    CASE("drop: refused, the old one stays in force")
    {
        size_t count = 0;
        scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.flags = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED, install(fixture.scheduler, &scorer));
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 1);
    }
}

/* ---- From inside drop nothing is entered, so everything may be called ---- */

static driftline_result free_code; /* of freeing, from inside drop, the scheduler that drop belongs to */

static void use_own_handles(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    if (entry == ENTRY_DROP) {
        expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
        expect_of_state_calls(fixture.state, CALLS_READING_ALONE, DRIFTLINE_RESULT_OK);
    }
}

static void free_own_scheduler(puppet *puppet, puppet_entry entry)
{
    (void)puppet;
    if (entry == ENTRY_DROP) {
        free_code = driftline_scheduler_free(fixture.scheduler);
    }
}

static void install_again(puppet *puppet, puppet_entry entry)
{
    if (entry == ENTRY_DROP && puppet->calls[ENTRY_DROP] == 1) {
        driftline_scorer scorer = puppet_hand_over(puppet, SHAPE_SINGLE);
        ACCEPTED(driftline_scheduler_install(fixture.scheduler, &scorer, NULL));
    }
}

static void drop_calls_back(void)
{
    CASE("drop: from inside it the scheduler works, when the scorer was replaced")
    {
        driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        fixture.scheduler_may_change = true;
        fixture.puppet.inside = use_own_handles;
        ACCEPTED(install(fixture.scheduler, &scorer));
        fixture.puppet.inside = NULL;
    }
    CASE("drop: from inside it the scheduler works, when the scorer was uninstalled")
    {
        fixture.scheduler_may_change = true;
        fixture.puppet.inside = use_own_handles;
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        fixture.puppet.inside = NULL;
    }
    CASE("drop: from inside it the scheduler works, when the scorer was refused")
    {
        driftline_scorer scorer = puppet_hand_over(&fixture.puppet, SHAPE_SINGLE);
        scorer.flags = 1;
        fixture.puppet.inside = use_own_handles;
        REFUSED(DRIFTLINE_RESULT_RESERVED, install(fixture.scheduler, &scorer));
        fixture.puppet.inside = NULL;
    }
    CASE("drop: from inside it the scheduler is gone, when that was freed")
    {
        fixture.puppet.inside = free_own_scheduler;
        free_code = DRIFTLINE_RESULT_OK;
        ACCEPTED(driftline_scheduler_free(fixture.scheduler));
        fixture.scheduler.bits = 0;
        CHECK(free_code == DRIFTLINE_RESULT_HANDLE);
        CHECK(dropped() == 1);
        fixture.puppet.inside = NULL;
    }
    CASE("drop: from inside it the scheduler may be freed, when the scorer was uninstalled")
    {
        fixture.puppet.inside = free_own_scheduler;
        free_code = DRIFTLINE_RESULT_PANIC;
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(free_code == DRIFTLINE_RESULT_OK);
        fixture.scheduler.bits = 0;
        fixture.puppet.inside = NULL;
    }
    CASE("drop: from inside it another scorer may be installed")
    {
        fixture.scheduler_may_change = true;
        fixture.puppet.inside = install_again;
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        fixture.puppet.inside = NULL;
        CHECK(dropped() == 1);
        ACCEPTED(driftline_scheduler_uninstall(fixture.scheduler, &fixture.error));
        CHECK(dropped() == 2);
    }
}

static void drop_of_borrowed(void)
{
    CASE("drop: diff_scheduler only borrows")
    {
        driftline_scorer scorer = puppet_scorer(&fixture.puppet, SHAPE_SINGLE);
        driftline_action actions[4];
        size_t count = 0;
        ACCEPTED(driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                          actions, 4, sizeof actions[0], &count, NULL, &fixture.error));
        CHECK(count == 1);
        fixture.puppet.returns[ENTRY_SCORE] = -5;
        REFUSED(DRIFTLINE_RESULT_SCORER,
                driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                         actions, 4, sizeof actions[0], &count, NULL, &fixture.error));
        scorer.flags = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_diff_scheduler(fixture.state, THIS_NODE, &fixture.config, &scorer, TIME_DUE, NULL, 0,
                                         actions, 4, sizeof actions[0], &count, NULL, &fixture.error));
        CHECK(dropped() == 0);
    }
}

void misuse_drop(void)
{
    drop_after_use();
    drop_of_nothing();
    drop_after_refusal();
    drop_after_refused_handle();
    drop_calls_back();
    drop_of_borrowed();
}
