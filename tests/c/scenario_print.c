/* How the runner writes: text, times, reports, errors. */
#include "scenario.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Text ---- */

void *grow(void *old, size_t count, size_t size)
{
    void *bytes = realloc(old, count * size);
    if (bytes == NULL) {
        fputs("out of memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return bytes;
}

static void text_add_list(text *text, const char *format, va_list list)
{
    va_list again;
    int length;

    va_copy(again, list);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0) {
        fputs("a format is broken\n", stderr);
        exit(EXIT_FAILURE);
    }
    if (text->length + (size_t)length + 1 > text->capacity) {
        text->capacity = (text->length + (size_t)length + 1) * 2;
        text->bytes = grow(text->bytes, text->capacity, 1);
    }
    vsnprintf(text->bytes + text->length, (size_t)length + 1, format, list);
    text->length += (size_t)length;
}

void text_add(text *text, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    text_add_list(text, format, list);
    va_end(list);
}

void text_clear(text *text)
{
    text->length = 0;
    if (text->bytes != NULL) {
        text->bytes[0] = '\0';
    }
}

void text_free(text *text)
{
    free(text->bytes);
    memset(text, 0, sizeof *text);
}

/* ---- What is wrong with the file or with the library ---- */

void refuse(story *story, const char *format, ...)
{
    va_list list;
    if (is_refused(story)) {
        return;
    }
    va_start(list, format);
    text_add_list(&story->refusal, format, list);
    va_end(list);
}

bool is_refused(const story *story)
{
    return story->refusal.length > 0;
}

void disagree(story *story, const char *what)
{
    text_add(&story->disagreement, "%s:%u: %s\n", story->path, story->line, what);
}

/* ---- Values ---- */

void print_time(text *out, uint64_t time_ns)
{
    static const struct {
        const char *name;
        uint64_t nanoseconds;
    } units[] = {{"s", 1000000000}, {"ms", 1000000}, {"us", 1000}, {"ns", 1}};
    size_t unit = 0;
    while (time_ns % units[unit].nanoseconds != 0) {
        unit += 1;
    }
    text_add(out, "%" PRIu64 "%s", time_ns / units[unit].nanoseconds, units[unit].name);
}

const char *method_name(uint32_t method)
{
    switch (method) {
    case DRIFTLINE_METHOD_SCORE:
        return "score";
    case DRIFTLINE_METHOD_LIVE_SCORE:
        return "live_score";
    case DRIFTLINE_METHOD_BEST_ALTERNATIVE:
        return "best_alternative";
    case DRIFTLINE_METHOD_NODE_FINGERPRINT:
        return "node_fingerprint";
    case DRIFTLINE_METHOD_CHAIN_FINGERPRINT:
        return "chain_fingerprint";
    case DRIFTLINE_METHOD_MIGRATION_COST:
        return "migration_cost";
    default:
        return "unknown_method";
    }
}

void print_verdict_word(text *out, uint32_t verdict)
{
    for (const char *name = driftline_verdict_name(verdict); *name != '\0'; name++) {
        text_add(out, "%c", *name == ' ' ? '_' : *name);
    }
}

void print_verdicts(text *out, const driftline_report *report)
{
    bool any = false;
    text_add(out, "verdicts");
    for (uint32_t verdict = 0; verdict < sizeof report->verdicts / sizeof report->verdicts[0]; verdict++) {
        if (report->verdicts[verdict] == 0) {
            continue;
        }
        text_add(out, " ");
        print_verdict_word(out, verdict);
        text_add(out, "=%" PRIu64, report->verdicts[verdict]);
        any = true;
    }
    text_add(out, any ? "\n" : " none\n");
}

static bool print_count(text *out, const char *name, uint64_t count)
{
    if (count != 0) {
        text_add(out, " %s=%" PRIu64, name, count);
    }
    return count != 0;
}

/* The line is there if anything is counted. */
static void print_moves(text *out, const driftline_report *report)
{
    text line = {NULL, 0, 0};
    print_count(&line, "in_flight", report->in_flight);
    print_count(&line, "completed", report->completed_moves);
    print_count(&line, "failed", report->failed_moves);
    print_count(&line, "timed_out", report->timed_out_moves);
    print_count(&line, "returned", report->returned_moves);
    print_count(&line, "forced_refused", report->forced_refused);
    print_count(&line, "ignored_feedback", report->ignored_feedback);
    if (line.length > 0) {
        text_add(out, "moves%s\n", line.bytes);
    }
    text_free(&line);
}

void print_calls(text *out, const driftline_report *report)
{
    bool any = false;
    if (report->deferred != 0) {
        text_add(out, "deferred %" PRIu64 ", oldest ", report->deferred);
        print_time(out, report->deferred_age_ns);
        text_add(out, "\n");
    }
    text_add(out, "calls");
    any |= print_count(out, "score", report->score_calls);
    any |= print_count(out, "live_score", report->live_score_calls);
    any |= print_count(out, "alternative", report->alternative_calls);
    any |= print_count(out, "fingerprint", report->node_fingerprint_calls);
    any |= print_count(out, "chain_fingerprint", report->chain_fingerprint_calls);
    any |= print_count(out, "cost", report->cost_calls);
    text_add(out, any ? "\n" : " none\n");

    if (report->invalid_scores != 0 || report->invalid_alternatives != 0) {
        text_add(out, "invalid");
        print_count(out, "scores", report->invalid_scores);
        print_count(out, "alternatives", report->invalid_alternatives);
        text_add(out, "\n");
    }

    print_moves(out, report);
    text_add(out, "next ");
    if (report->next_due_known) {
        print_time(out, report->next_due_ns);
    } else {
        text_add(out, "none");
    }
    text_add(out, "\n");
}

/* ---- Errors ---- */

driftline_error error_empty(void)
{
    driftline_error error;
    memset(&error, 0, sizeof error);
    error.struct_size = (uint32_t)sizeof error;
    return error;
}

static void print_known(text *out, const char *name, uint64_t value)
{
    if (value != DRIFTLINE_NONE) {
        text_add(out, " %s=%" PRIu64, name, value);
    }
}

/* A message without "what VALUE: " at its beginning; as it is where something else stands there. */
static const char *skip_before(const char *message, const char *what, uint64_t value)
{
    char before[64];
    int length = snprintf(before, sizeof before, "%s%" PRIu64 ": ", what, value);
    return strncmp(message, before, (size_t)length) == 0 ? message + length : message;
}

/* The message is "config field NAME: VALUE is not ..", or "index N: NAME VALUE is not .." of one of several parts. */
static void print_config_field(text *out, const driftline_error *error)
{
    static const char before[] = "config field ";
    size_t skip = sizeof before - 1;
    const char *message = error->message;
    if (error->index != DRIFTLINE_NONE) {
        message = skip_before(message, "index ", error->index);
        text_add(out, "error part %.*s index=%" PRIu64, (int)strcspn(message, " "), message, error->index);
        return;
    }
    text_add(out, "error config");
    if (strncmp(message, before, skip) == 0) {
        text_add(out, " %.*s", (int)strcspn(message + skip, ":"), message + skip);
    }
}

/* The message is "index N: chain C: node D: NAME: VALUE is not ..", without what is not known. Every u64 is a chain, so
 * only the message says for sure whether one is. */
static void print_inventory_error(text *out, const driftline_error *error)
{
    const char *indexed = skip_before(error->message, "index ", error->index);
    const char *chained = skip_before(indexed, "chain ", error->chain);
    const char *named = skip_before(chained, "node ", error->node);
    text_add(out, "error inventory %.*s index=%" PRIu64, (int)strcspn(named, ":"), named, error->index);
    print_known(out, "node", error->node);
    if (chained != indexed) {
        text_add(out, " chain=%" PRIu64, error->chain);
    }
}

/* The message is "import: REASON". */
static void print_import_reason(text *out, const char *message)
{
    static const char before[] = "import: ";
    size_t skip = sizeof before - 1;
    if (strncmp(message, before, skip) == 0) {
        text_add(out, " %s", message + skip);
    }
}

static void print_scorer_error(text *out, const driftline_error *error)
{
    uint32_t method = error->method;
    text_add(out, "error scorer %s", method_name(method));
    /* Every u64 is a chain, so only the method says for sure whether one was asked about; a batch of several scores
     * knows neither chain nor node. */
    if (method == DRIFTLINE_METHOD_SCORE) {
        if (error->chain != DRIFTLINE_NONE || error->node != DRIFTLINE_NONE) {
            text_add(out, " chain=%" PRIu64, error->chain);
        }
    } else if (method != DRIFTLINE_METHOD_NODE_FINGERPRINT) {
        text_add(out, " chain=%" PRIu64, error->chain);
    }
    print_known(out, "node", error->node);
    if (error->scorer_code == DRIFTLINE_SCORER_INTERRUPTED) {
        text_add(out, " interrupted; nothing emitted\n");
        return;
    }
    text_add(out, " code=%" PRId32 "; nothing emitted\n", error->scorer_code);
}

void print_error(story *story, driftline_result code, const driftline_error *error)
{
    text *out = &story->out;

    if (error->code != code) {
        disagree(story, "the error's code is not the one that was returned");
    }
    switch (code) {
    case DRIFTLINE_RESULT_CONFIG:
        print_config_field(out, error);
        break;
    case DRIFTLINE_RESULT_INVENTORY:
        print_inventory_error(out, error);
        break;
    case DRIFTLINE_RESULT_ID:
        text_add(out, "error reserved");
        print_known(out, "index", error->index);
        break;
    case DRIFTLINE_RESULT_DUPLICATE:
        text_add(out, "error duplicate index=%" PRIu64 " chain=%" PRIu64, error->index, error->chain);
        print_known(out, "node", error->node);
        break;
    case DRIFTLINE_RESULT_MEMBERSHIP:
        text_add(out, "error membership index=%" PRIu64, error->index);
        break;
    case DRIFTLINE_RESULT_NOT_LED:
        text_add(out, "error not-led chain=%" PRIu64, error->chain);
        break;
    case DRIFTLINE_RESULT_TIME:
        text_add(out, "error time");
        break;
    case DRIFTLINE_RESULT_NO_SCORER:
        text_add(out, "error no-scorer");
        break;
    case DRIFTLINE_RESULT_NO_MEMORY:
        text_add(out, "error memory");
        break;
    case DRIFTLINE_RESULT_TOO_MANY:
        text_add(out, "error too-many");
        break;
    case DRIFTLINE_RESULT_UNKNOWN_CHAIN:
        text_add(out, "error no such chain");
        break;
    case DRIFTLINE_RESULT_IMPORT:
        text_add(out, "error import");
        print_import_reason(out, error->message);
        break;
    case DRIFTLINE_RESULT_SCORER:
        print_scorer_error(out, error);
        return;
    default:
        text_add(out, "error %s, which no scenario knows: %s", driftline_result_name(code), error->message);
        break;
    }
    text_add(out, "\n");
}
