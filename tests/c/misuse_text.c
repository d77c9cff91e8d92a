/* The texts of explanations: what fits, what is no explanation, what is said all the same. */
#include "misuse.h"

static void texts(void)
{
    CASE("explanation_text: the length is told when it does not fit, and it fits with its NUL")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        char text[64];
        size_t length = 0;
        ACCEPTED(driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        CHECK(strcmp(text, "7 not sampled") == 0 && length == strlen(text));
        PATTERN(text);
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_explanation_text(&explanation, text, length, &length, &fixture.error));
        CHECK(length == strlen("7 not sampled"));
        UNTOUCHED(text);
        ACCEPTED(driftline_explanation_text(&explanation, text, length + 1, &length, &fixture.error));
        CHECK(strcmp(text, "7 not sampled") == 0);
        CHECK(text[length + 1] == (char)PATTERN_BYTE);
    }
    CASE("explanation_text: a verdict that is none")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        const uint32_t verdicts[] = {15, DRIFTLINE_VERDICT_COUNT, UINT32_MAX};
        char text[64];
        size_t length = 0;
        for (size_t at = 0; at < 3; at++) {
            PATTERN(text);
            PATTERN(length);
            explanation.verdict = verdicts[at];
            REFUSED(DRIFTLINE_RESULT_CONFIG,
                    driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
            UNTOUCHED(text);
            UNTOUCHED(length);
        }
    }
}

static void texts_of_nonsense(void)
{
    CASE("explanation_text: flags that are none")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        const uint32_t flags[] = {512, UINT32_C(0x80000000), UINT32_MAX};
        char text[64];
        size_t length = 0;
        for (size_t at = 0; at < 3; at++) {
            PATTERN(text);
            PATTERN(length);
            explanation.flags = flags[at];
            REFUSED(DRIFTLINE_RESULT_RESERVED,
                    driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
            UNTOUCHED(text);
            UNTOUCHED(length);
        }
    }
    CASE("explanation_text: numbers that make no sense still make a line")
    {
        driftline_explanation explanation;
        char text[4096];
        size_t length = 0;
        /* The pattern is a tiny negative float and a huge id; all ones are what "unknown" looks like. */
        const int fillings[] = {0, PATTERN_BYTE, 0xFF};
        for (size_t at = 0; at < 3; at++) {
            memset(&explanation, fillings[at], sizeof explanation);
            explanation.struct_size = (uint32_t)sizeof explanation;
            explanation.flags = 511;
            explanation.refusal = DRIFTLINE_VERDICT_NO_ALTERNATIVE;
            explanation.reserved = 0;
            for (explanation.verdict = 0; explanation.verdict <= DRIFTLINE_VERDICT_DEFERRED;
                 explanation.verdict++) {
                driftline_result result =
                    driftline_explanation_text(&explanation, text, sizeof text, &length, NULL);
                CHECK(result == DRIFTLINE_RESULT_OK || result == DRIFTLINE_RESULT_CONFIG);
                CHECK(result != DRIFTLINE_RESULT_OK || strlen(text) == length);
                /* Both forms know the same explanations. */
                CHECK(driftline_explanation_sentence(&explanation, text, sizeof text, &length, NULL) == result);
                CHECK(result != DRIFTLINE_RESULT_OK || strlen(text) == length);
            }
        }
    }
}

static void texts_of_waits(void)
{
    CASE("explanation_text: a refusal that is no verdict, and what is reserved")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        char text[64];
        size_t length = 0;
        PATTERN(text);
        PATTERN(length);
        explanation.verdict = DRIFTLINE_VERDICT_RETRY_LATER;
        explanation.flags = DRIFTLINE_EXPLANATION_REFUSAL;
        explanation.refusal = 15;
        REFUSED(DRIFTLINE_RESULT_CONFIG,
                driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        explanation.refusal = DRIFTLINE_VERDICT_NO_ALTERNATIVE;
        explanation.reserved = 1;
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        UNTOUCHED(text);
        UNTOUCHED(length);
    }
    CASE("explanation: a chain that was refused says why it waits, and until when")
    {
        driftline_explanation explanation;
        char text[128];
        size_t length = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        fixture.config.retry_backoff_ns = 60 * NANOSECONDS_PER_SECOND;
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &fixture.config, &fixture.error));
        fixture.puppet.alternative.node = DRIFTLINE_NONE;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        explanation = fixture_explain(CHAIN_BAD);
        CHECK(explanation.verdict == DRIFTLINE_VERDICT_NO_ALTERNATIVE);
        CHECK((explanation.flags & (DRIFTLINE_EXPLANATION_REFUSAL | DRIFTLINE_EXPLANATION_RETRY_AT)) == 0);
        CHECK(explanation.refusal == 0 && explanation.retry_at_ns == DRIFTLINE_NONE && explanation.reserved == 0);

        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        CHECK(fixture.report.alternative_calls == 0);
        explanation = fixture_explain(CHAIN_BAD);
        CHECK(explanation.verdict == DRIFTLINE_VERDICT_RETRY_LATER);
        CHECK((explanation.flags & DRIFTLINE_EXPLANATION_REFUSAL) != 0);
        CHECK((explanation.flags & DRIFTLINE_EXPLANATION_RETRY_AT) != 0);
        CHECK(explanation.refusal == DRIFTLINE_VERDICT_NO_ALTERNATIVE);
        CHECK(explanation.retry_at_ns == TIME_DUE + DRIFTLINE_RETRY_BACKOFF_FIRST_NS);
        CHECK(explanation.reserved == 0);
        ACCEPTED(driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        CHECK(strcmp(text, "7 retry later for 3: sampled 0.40, no alternative until 61s") == 0);
    }
    CASE("explanation: an older caller hears nothing of waits, and its text is still one")
    {
        driftline_explanation explanation;
        char text[128];
        size_t length = 0;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        fixture.config.retry_backoff_ns = UINT64_MAX;
        ACCEPTED(driftline_scheduler_configure(fixture.scheduler, &fixture.config, &fixture.error));
        fixture.puppet.alternative.node = DRIFTLINE_NONE;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        ACCEPTED(fixture_tick(TIME_DUE + 1, NULL));
        PATTERN(explanation);
        explanation.struct_size = offsetof(driftline_explanation, retry_at_ns);
        ACCEPTED(driftline_explain(fixture.scheduler, fixture.state, CHAIN_BAD, &explanation, &fixture.error));
        CHECK(explanation.verdict == DRIFTLINE_VERDICT_RETRY_LATER);
        CHECK(is_pattern(&explanation.retry_at_ns, sizeof explanation.retry_at_ns));
        ACCEPTED(driftline_explanation_text(&explanation, text, sizeof text, &length, &fixture.error));
        CHECK(strncmp(text, "7 retry later for 3: sampled 0.40", strlen("7 retry later for 3: sampled 0.40")) == 0);
    }
}

static void sentences(void)
{
    CASE("explanation_sentence: the length is told when it does not fit, and it fits with its NUL")
    {
        driftline_explanation explanation;
        char text[256];
        char again[256];
        size_t length = 0;
        size_t wanted;
        fixture.state_may_change = fixture.scheduler_may_change = true;
        ACCEPTED(fixture_tick(TIME_DUE, NULL));
        explanation = fixture_explain(CHAIN_BAD);
        ACCEPTED(driftline_explanation_sentence(&explanation, text, sizeof text, &length, &fixture.error));
        CHECK(length == strlen(text) && strstr(text, "chain 7") == text);
        wanted = length;
        length = 0;
        ACCEPTED(driftline_explanation_sentence(&explanation, NULL, 0, &length, &fixture.error));
        CHECK(length == wanted);
        PATTERN(again);
        REFUSED(DRIFTLINE_RESULT_CAPACITY,
                driftline_explanation_sentence(&explanation, again, wanted, &length, &fixture.error));
        UNTOUCHED(again);
        ACCEPTED(driftline_explanation_sentence(&explanation, again, wanted + 1, &length, &fixture.error));
        CHECK(strcmp(again, text) == 0 && again[wanted + 1] == (char)PATTERN_BYTE);
    }
    CASE("explanation_sentence: what is no explanation has no sentence")
    {
        driftline_explanation explanation = fixture_explain(CHAIN_BAD);
        char text[256];
        size_t length;
        PATTERN(text);
        PATTERN(length);
        explanation.verdict = 15;
        REFUSED(DRIFTLINE_RESULT_CONFIG,
                driftline_explanation_sentence(&explanation, text, sizeof text, &length, &fixture.error));
        explanation = fixture_explain(CHAIN_BAD);
        explanation.flags = 512;
        REFUSED(DRIFTLINE_RESULT_RESERVED,
                driftline_explanation_sentence(&explanation, text, sizeof text, &length, &fixture.error));
        UNTOUCHED(text);
        UNTOUCHED(length);
    }
}

void misuse_text(void)
{
    texts();
    texts_of_nonsense();
    texts_of_waits();
    sentences();
}
