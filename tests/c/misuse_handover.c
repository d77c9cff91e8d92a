/* Hand-over: bytes that are no export, or are one no more, and places that cannot take one. */
#include "misuse.h"

static driftline_result import(const uint8_t *bytes, size_t count, uint64_t *chain)
{
    return driftline_state_import_chain(fixture.state, bytes, count, chain, &fixture.error);
}

static void refuse_import(const uint8_t *bytes, size_t count, const char *reason)
{
    uint64_t chain;
    PATTERN(chain);
    REFUSED(DRIFTLINE_RESULT_IMPORT, import(bytes, count, &chain));
    CHECK(strstr(fixture.error.message, reason) != NULL);
    CHECK(fixture.error.index == DRIFTLINE_NONE && fixture.error.chain == DRIFTLINE_NONE);
    UNTOUCHED(chain);
}

/* Lets the state remember a move of CHAIN_BAD, and exports that. */
static void export_a_move(void)
{
    size_t count = 0;
    fixture.state_may_change = fixture.scheduler_may_change = true;
    fixture.config.move_timeout_ns = 600 * NANOSECONDS_PER_SECOND;
    fixture_configure();
    ACCEPTED(fixture_tick(TIME_DUE, &count));
    CHECK(count == 1);
    ACCEPTED(driftline_state_export_chain(fixture.state, CHAIN_BAD, fixture.exported, sizeof fixture.exported,
                                          &fixture.exported_count, &fixture.error));
}

/* ---- Export ---- */

static void export_places(void)
{
    uint8_t bytes[1024];
    size_t count = 0;

    CASE("export_chain: out is NULL with a capacity")
    {
        PATTERN(count);
        REFUSED(DRIFTLINE_RESULT_NULL,
                driftline_state_export_chain(fixture.state, CHAIN_BAD, NULL, 1, &count, &fixture.error));
        UNTOUCHED(count);
    }
    CASE("export_chain: count is NULL")
    {
        PATTERN(bytes);
        REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_export_chain(fixture.state, CHAIN_BAD, bytes, sizeof bytes,
                                                                    NULL, &fixture.error));
        UNTOUCHED(bytes);
    }
    CASE("export_chain: a capacity that is one byte too small, and one that fits")
    {
        const size_t needed = fixture.exported_count;
        PATTERN(bytes);
        ACCEPTED(driftline_state_export_chain(fixture.state, CHAIN_BAD, NULL, 0, &count, &fixture.error));
        CHECK(count == needed && needed > 0);
        count = 0;
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_state_export_chain(fixture.state, CHAIN_BAD, bytes, needed - 1,
                                                                        &count, &fixture.error));
        CHECK(count == needed);
        UNTOUCHED(bytes);
        ACCEPTED(driftline_state_export_chain(fixture.state, CHAIN_BAD, bytes, needed, &count, &fixture.error));
        CHECK(count == needed && memcmp(bytes, fixture.exported, needed) == 0);
        CHECK(is_pattern(bytes + needed, sizeof bytes - needed));
    }
    CASE("export_chain: a capacity that no memory has")
    {
        REFUSED(DRIFTLINE_RESULT_CAPACITY, driftline_state_export_chain(fixture.state, CHAIN_BAD, bytes, SIZE_MAX,
                                                                        &count, &fixture.error));
    }
}

/* ---- Import ---- */

static void import_places(void)
{
    CASE("import_chain: bytes is NULL")
    {
        uint64_t chain;
        PATTERN(chain);
        REFUSED(DRIFTLINE_RESULT_NULL, import(NULL, fixture.exported_count, &chain));
        UNTOUCHED(chain);
    }
    CASE("import_chain: bytes is NULL and there are none")
    {
        refuse_import(NULL, 0, "not an export");
    }
    CASE("import_chain: chain is NULL")
    {
        fixture.state_may_change = true;
        ACCEPTED(import(fixture.exported, fixture.exported_count, NULL));
    }
    CASE("import_chain: bytes at an odd address")
    {
        uint8_t bytes[1025];
        uint64_t chain = 0;
        memcpy(bytes + 1, fixture.exported, fixture.exported_count);
        ACCEPTED(import(bytes + 1, fixture.exported_count, &chain));
        CHECK(chain == CHAIN_BAD);
    }
}

static void import_of_other_bytes(void)
{
    CASE("import_chain: something else altogether")
    {
        static const uint8_t zeros[512];
        static const uint8_t text[] = "DRIFTLINE says which replica should live somewhere else, and only when";
        refuse_import(zeros, sizeof zeros, "not an export");
        refuse_import(text, sizeof text, "not an export");
        refuse_import(fixture.exported + 1, fixture.exported_count - 1, "not an export");
    }
    CASE("import_chain: every beginning of an export, and nothing more")
    {
        export_a_move();
        for (size_t count = 0; count < fixture.exported_count; count++) {
            uint64_t chain;
            PATTERN(chain);
            REFUSED(DRIFTLINE_RESULT_IMPORT, import(fixture.exported, count, &chain));
            UNTOUCHED(chain);
        }
    }
    CASE("import_chain: an export with something behind it")
    {
        export_a_move();
        refuse_import(fixture.exported, fixture.exported_count + 1, "damaged");
        refuse_import(fixture.exported, fixture.exported_count + 8, "damaged");
    }
    CASE("import_chain: an export with one bit turned over, each bit in turn")
    {
        uint64_t digest;
        export_a_move();
        digest = digest_of(fixture.state);
        for (size_t bit = 0; bit < 8 * fixture.exported_count; bit++) {
            uint64_t chain;
            PATTERN(chain);
            fixture.exported[bit / 8] ^= (uint8_t)(1u << bit % 8);
            REFUSED(DRIFTLINE_RESULT_IMPORT, import(fixture.exported, fixture.exported_count, &chain));
            UNTOUCHED(chain);
            fixture.exported[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        CHECK(digest_of(fixture.state) == digest);
    }
    CASE("import_chain: a version that is not known")
    {
        fixture.exported[4] += 1;
        refuse_import(fixture.exported, fixture.exported_count, "unknown version");
    }
}

/* ---- There and back ---- */

static void import_remembers(void)
{
    CASE("import_chain: what nobody remembers changes nothing")
    {
        uint64_t chain = 0;
        ACCEPTED(import(fixture.exported, fixture.exported_count, &chain));
        CHECK(chain == CHAIN_BAD);
    }
    CASE("import_chain: another state knows what this one knew, and says the same bytes")
    {
        driftline_state other = {0};
        driftline_chain view;
        uint8_t again[1024];
        uint64_t chain = 0;
        size_t count = 0;
        export_a_move();
        ACCEPTED(driftline_state_new(DRIFTLINE_ABI, &other, &fixture.error));
        ACCEPTED(driftline_state_import_chain(other, fixture.exported, fixture.exported_count, &chain,
                                              &fixture.error));
        CHECK(chain == CHAIN_BAD);
        view.struct_size = (uint32_t)sizeof view;
        ACCEPTED(driftline_state_chain(other, CHAIN_BAD, &view, NULL, 0, &count, &fixture.error));
        CHECK(count == 0 && view.leader == DRIFTLINE_NONE && view.flags == DRIFTLINE_CHAIN_IN_FLIGHT);
        ACCEPTED(driftline_state_export_chain(other, CHAIN_BAD, again, sizeof again, &count, &fixture.error));
        CHECK(count == fixture.exported_count && memcmp(again, fixture.exported, count) == 0);
        ACCEPTED(driftline_state_free(other));
    }
    CASE("import_chain: what is remembered already is not changed by its own export")
    {
        uint64_t before;
        export_a_move();
        before = digest_of(fixture.state);
        ACCEPTED(import(fixture.exported, fixture.exported_count, NULL));
        CHECK(digest_of(fixture.state) == before);
    }
}

void misuse_handover(void)
{
    export_places();
    import_places();
    import_of_other_bytes();
    import_remembers();
}
