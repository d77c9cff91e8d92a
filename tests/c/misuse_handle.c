/* Handles that are none: zero, stale, freed twice, of the other kind, made up. All are refused, none is followed. */
#include "misuse.h"

static driftline_state state_from(uint64_t bits)
{
    driftline_state state;
    state.bits = bits;
    return state;
}

static driftline_scheduler scheduler_from(uint64_t bits)
{
    driftline_scheduler scheduler;
    scheduler.bits = bits;
    return scheduler;
}

/* Every function refuses these bits, as whatever handle it takes them. */
static void refuse_bits(uint64_t bits)
{
    if (bits != fixture.state.bits) {
        expect_of_state_calls(state_from(bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        if (bits != 0) {
            REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(state_from(bits)));
        }
    }
    if (bits != fixture.scheduler.bits) {
        expect_of_scheduler_calls(scheduler_from(bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        if (bits != 0) {
            REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_scheduler_free(scheduler_from(bits)));
        }
    }
}

static void handle_zero(void)
{
    CASE("handle: zero is no state")
    {
        expect_of_state_calls(state_from(0), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("handle: zero is no scheduler")
    {
        expect_of_scheduler_calls(scheduler_from(0), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("handle: freeing zero is fine, as often as you like")
    {
        ACCEPTED(driftline_state_free(state_from(0)));
        ACCEPTED(driftline_state_free(state_from(0)));
        ACCEPTED(driftline_scheduler_free(scheduler_from(0)));
        ACCEPTED(driftline_scheduler_free(scheduler_from(0)));
    }
}

static void handle_stale(void)
{
    CASE("handle: a freed state is none")
    {
        driftline_state stale = fixture.state;
        ACCEPTED(driftline_state_free(stale));
        fixture.state.bits = 0;
        expect_of_state_calls(stale, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("handle: a state freed twice")
    {
        driftline_state stale = fixture.state;
        ACCEPTED(driftline_state_free(stale));
        fixture.state.bits = 0;
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(stale));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(stale));
    }
    CASE("handle: a freed scheduler is none")
    {
        driftline_scheduler stale = fixture.scheduler;
        ACCEPTED(driftline_scheduler_free(stale));
        fixture.scheduler.bits = 0;
        expect_of_scheduler_calls(stale, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("handle: a scheduler freed twice")
    {
        driftline_scheduler stale = fixture.scheduler;
        ACCEPTED(driftline_scheduler_free(stale));
        fixture.scheduler.bits = 0;
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_scheduler_free(stale));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 1);
    }
    CASE("handle: the place of a freed one is used again, its handle is not")
    {
        driftline_state stale = fixture.state;
        ACCEPTED(driftline_state_free(stale));
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &fixture.state, &fixture.error));
        CHECK(stale.bits != fixture.state.bits);
        expect_of_state_calls(stale, CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(stale));
        digest_of(fixture.state);
    }
    CASE("handle: a thousand lives of one place have a thousand handles")
    {
        uint64_t seen[1000];
        uint64_t digest;
        for (size_t at = 0; at < 1000; at++) {
            driftline_state state = {0};
            ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &state, &fixture.error));
            seen[at] = state.bits;
            ACCEPTED(driftline_state_free(state));
        }
        for (size_t at = 0; at < 1000; at++) {
            for (size_t before = 0; before < at; before++) {
                if (seen[before] == seen[at]) {
                    CHECK(seen[before] != seen[at]);
                }
            }
            REFUSED(DRIFTLINE_RESULT_HANDLE, driftline_state_digest(state_from(seen[at]), &digest, &fixture.error));
        }
    }
}

static void handle_foreign(void)
{
    CASE("handle: a scheduler is no state")
    {
        expect_of_state_calls(state_from(fixture.scheduler.bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("handle: a state is no scheduler")
    {
        expect_of_scheduler_calls(scheduler_from(fixture.state.bits), CALLS_ALL, DRIFTLINE_RESULT_HANDLE);
    }
    CASE("handle: freeing the other kind frees nothing")
    {
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_state_free(state_from(fixture.scheduler.bits)));
        REFUSED_SILENT(DRIFTLINE_RESULT_HANDLE, driftline_scheduler_free(scheduler_from(fixture.state.bits)));
        CHECK(fixture.puppet.calls[ENTRY_DROP] == 0);
    }
}

static void handle_forged(void)
{
    CASE("handle: a state with one bit flipped, each bit in turn")
    {
        for (unsigned bit = 0; bit < 64; bit++) {
            refuse_bits(fixture.state.bits ^ (UINT64_C(1) << bit));
        }
    }
    CASE("handle: a scheduler with one bit flipped, each bit in turn")
    {
        for (unsigned bit = 0; bit < 64; bit++) {
            refuse_bits(fixture.scheduler.bits ^ (UINT64_C(1) << bit));
        }
    }
    CASE("handle: four bits replaced, each four in turn, by every value")
    {
        for (unsigned shift = 0; shift < 64; shift += 4) {
            for (uint64_t value = 0; value < 16; value++) {
                const uint64_t mask = ~(UINT64_C(15) << shift);
                refuse_bits((fixture.state.bits & mask) | value << shift);
                refuse_bits((fixture.scheduler.bits & mask) | value << shift);
            }
        }
    }
    CASE("handle: small numbers and large ones")
    {
        for (uint64_t bits = 0; bits < 300; bits++) {
            refuse_bits(bits);
            refuse_bits(UINT64_MAX - bits);
            refuse_bits(bits << 32);
        }
    }
    CASE("handle: two thousand random numbers")
    {
        uint64_t bits = UINT64_C(0x9e3779b97f4a7c15);
        for (unsigned at = 0; at < 2000; at++) {
            /* xorshift: every 64-bit pattern but zero comes up sometime. */
            bits ^= bits << 13;
            bits ^= bits >> 7;
            bits ^= bits << 17;
            refuse_bits(bits);
        }
    }
    CASE("handle: the address of something")
    {
        refuse_bits((uint64_t)(uintptr_t)&fixture);
        refuse_bits((uint64_t)(uintptr_t)&fixture.state);
    }
}

static void handle_neighbours(void)
{
    CASE("handle: a hundred of each kind are each their own")
    {
        driftline_state states[100] = {{0}};
        driftline_scheduler schedulers[100] = {{0}};
        uint64_t digest;
        for (uint64_t at = 0; at < 100; at++) {
            driftline_event event = event_of(DRIFTLINE_EVENT_HOLDER_ADDED, at, at);
            ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &states[at], &fixture.error));
            ACCEPTED(driftline_scheduler_new(DRIFTLINE_ABI, at, &fixture.config, &schedulers[at], &fixture.error));
            ACCEPTED(driftline_state_apply(states[at], &event, 1, sizeof event, &fixture.error));
        }
        for (uint64_t at = 0; at < 100; at++) {
            uint64_t chain = UINT64_MAX;
            size_t count = 0;
            ACCEPTED(driftline_state_chains(states[at], &chain, 1, &count, &fixture.error));
            CHECK(count == 1 && chain == at);
        }
        /* Every second one goes; the others stay. */
        for (size_t at = 0; at < 100; at += 2) {
            ACCEPTED(driftline_state_free(states[at]));
            ACCEPTED(driftline_scheduler_free(schedulers[at]));
        }
        for (size_t at = 0; at < 100; at += 2) {
            REFUSED(DRIFTLINE_RESULT_HANDLE, driftline_state_digest(states[at], &digest, &fixture.error));
            ACCEPTED(driftline_state_digest(states[at + 1], &digest, &fixture.error));
            ACCEPTED(driftline_state_free(states[at + 1]));
            ACCEPTED(driftline_scheduler_free(schedulers[at + 1]));
        }
    }
    CASE("handle: a scheduler outlives its state and goes on with another")
    {
        driftline_state gone = fixture.state;
        size_t count = 1;
        fixture.scheduler_may_change = true;
        ACCEPTED(driftline_state_free(gone));
        fixture.state.bits = 0;
        REFUSED(DRIFTLINE_RESULT_HANDLE,
                driftline_scheduler_sample(fixture.scheduler, gone, TIME_DUE, NULL, &fixture.error));
        ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &fixture.state, &fixture.error));
        fixture.state_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, &count));
        CHECK(count == 0);
        CHECK(fixture.report.led == 0);
    }
}

static void abi(void)
{
    static const uint32_t wrong[] = {0, DRIFTLINE_ABI + 1, DRIFTLINE_ABI | 0x80000000u, UINT32_MAX};

    CASE("abi: the header and the library are of one age")
    {
        CHECK(driftline_abi() == DRIFTLINE_ABI);
        CHECK(driftline_version() != NULL && driftline_version()[0] != '\0');
        CHECK(driftline_build_info() != NULL && strstr(driftline_build_info(), driftline_version()) != NULL);
    }
    CASE("state_new: another ABI")
    {
        driftline_state state;
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            PATTERN(state);
            REFUSED(DRIFTLINE_RESULT_ABI, driftline_state_new(wrong[at], &state, &fixture.error));
            UNTOUCHED(state);
        }
    }
    CASE("scheduler_new: another ABI")
    {
        driftline_scheduler scheduler;
        for (size_t at = 0; at < sizeof wrong / sizeof wrong[0]; at++) {
            PATTERN(scheduler);
            REFUSED(DRIFTLINE_RESULT_ABI, driftline_scheduler_new(wrong[at], THIS_NODE, &fixture.config, &scheduler,
                                                                  &fixture.error));
            UNTOUCHED(scheduler);
        }
    }
}

void misuse_handle(void)
{
    handle_zero();
    handle_stale();
    handle_foreign();
    handle_forged();
    handle_neighbours();
    abi();
}
