/* After a bug inside the library, a panic, the object that it may have left half done is closed: only free works. */
#include "misuse.h"

static void free_state(void)
{
    ACCEPTED(driftline_state_free(fixture.state));
    fixture.state.bits = 0;
}

static void free_scheduler(void)
{
    ACCEPTED(driftline_scheduler_free(fixture.scheduler));
    fixture.scheduler.bits = 0;
}

static void poisoned_state(void)
{
    CASE("poison: a state, and every call on it")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_state(fixture.state));
        expect_of_state_calls(fixture.state, CALLS_ALL, DRIFTLINE_RESULT_POISONED);
        free_state();
    }
    CASE("poison: a state a second time")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_state(fixture.state));
        REFUSED_SILENT(DRIFTLINE_RESULT_POISONED, driftline_testing_panic_state(fixture.state));
        free_state();
    }
    CASE("poison: a poisoned state is freed once like any other")
    {
        driftline_state stale = fixture.state;
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_state(fixture.state));
        free_state();
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(stale));
        expect_of_state_calls(stale, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("poison: the scheduler of a poisoned state goes on with another")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_state(fixture.state));
        REFUSED(DRIFTLINE_RESULT_POISONED, fixture_tick(TIME_DUE, NULL));
        free_state();
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &fixture.state, &fixture.error));
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
    }
}

static void poisoned_scheduler(void)
{
    CASE("poison: a scheduler, and every call on it")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(fixture.scheduler));
        expect_of_scheduler_calls(fixture.scheduler, CALLS_ALL, DRIFTLINE_RESULT_POISONED);
        free_scheduler();
    }
    CASE("poison: a scheduler a second time")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(fixture.scheduler));
        REFUSED_SILENT(DRIFTLINE_RESULT_POISONED, driftline_testing_panic_scheduler(fixture.scheduler));
        free_scheduler();
    }
    CASE("poison: the scorer of a poisoned scheduler is dropped when that is freed")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(fixture.scheduler));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
        free_scheduler();
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
    CASE("poison: the state of a poisoned scheduler is untouched")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(fixture.scheduler));
        REFUSED(DRIFTLINE_RESULT_POISONED, fixture_tick(TIME_DUE, NULL));
        expect_of_state_calls(fixture.state, CALLS_READING_ALONE, DRIFTLINE_RESULT_OK);
        free_scheduler();
    }
    CASE("poison: a neighbour is not")
    {
        driftline_scheduler neighbour = {0};
        ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, THIS_NODE, &fixture.config, &neighbour, &fixture.error));
        REFUSED_SILENT(DRIFTLINE_RESULT_PANIC, driftline_testing_panic_scheduler(neighbour));
        ACCEPTED(driftline_scheduler_free(neighbour));
        expect_of_scheduler_calls(fixture.scheduler, CALLS_READING, DRIFTLINE_RESULT_OK);
    }
}

static void poison_by_mistake(void)
{
    CASE("poison: what is no handle cannot be poisoned")
    {
        driftline_state state = {0};
        driftline_scheduler scheduler = {0};
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_testing_panic_state(state));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_testing_panic_scheduler(scheduler));
        state.bits = fixture.scheduler.bits;
        scheduler.bits = fixture.state.bits;
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_testing_panic_state(state));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_testing_panic_scheduler(scheduler));
    }
}

void misuse_poison(void)
{
    poisoned_state();
    poisoned_scheduler();
    poison_by_mistake();
}
