/* The parts of the scenario runner: a story is one file of tests/scenarios while it is being told.
 *
 * scenario.c          files, blocks, comparing
 * scenario_parse.c    tokens and arguments
 * scenario_world.c    the table scorer
 * scenario_command.c  commands that set something up
 * scenario_pass.c     ticks and the like
 * scenario_question.c questions
 * scenario_print.c    text, times, errors */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "driftline.h"

/* ---- Text that grows ---- */

typedef struct text {
    char *bytes; /* NUL-terminated once something was added; NULL before */
    size_t length, capacity;
} text;

void text_add(text *text, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
void text_clear(text *text);
void text_free(text *text);

/* Memory or the end: a test that runs out of it has nothing left to say. */
void *grow(void *old, size_t count, size_t size);

/* ---- The tables of the scorer ---- */

typedef enum answer_kind { ANSWER_VALUE, ANSWER_NOTHING, ANSWER_FAILS } answer_kind;

/* One answer of one table; the table says which of the values it is. */
typedef struct answer {
    answer_kind kind;
    int32_t code; /* of a failure */
    float score;
    uint64_t fingerprint;
    driftline_alternative alternative;
    driftline_migration_cost cost;
} answer;

typedef struct table_entry {
    uint64_t first, second; /* what is asked about; second is 0 where there is one id */
    answer answer;
} table_entry;

typedef struct table {
    table_entry *entries;
    size_t count;
} table;

typedef struct world {
    table scores, live_scores, alternatives, fingerprints, chain_fingerprints, costs;
    bool batch, live, with_chain_fingerprints; /* which optional entries the scorer has */
    size_t installed, dropped;                 /* how often the scorer was handed over, and given back */
    text asked;                                /* what it was asked in the last pass, a line each */
} world;

void world_reset(world *world);
void world_free(world *world);
void table_set(table *table, uint64_t first, uint64_t second, answer answer);
void table_unset(table *table, uint64_t first, uint64_t second);
driftline_scorer world_scorer(world *world);

/* ---- A story ---- */

typedef struct story {
    const char *path;
    unsigned line;    /* of the command that is being run */
    text refusal;     /* why the file is refused; empty: it is not */
    text out;         /* what the commands of this block printed */
    text disagreement; /* where the library contradicts itself */
    driftline_state state;
    driftline_scheduler scheduler; /* zero: before the first `node`, or after one that was refused */
    uint64_t this_node;
    driftline_config config;
    world world;
    bool collecting; /* between `begin` and `commit` */
    driftline_event *events;
    size_t event_count;
    bool has_verdicts; /* a tick or sample has succeeded */
    driftline_report last_report;
    bool has_mark;
    uint64_t mark;
} story;

/* Only the first reason is kept. */
void refuse(story *story, const char *format, ...)
#if defined(__GNUC__)
    __attribute__((format(printf, 2, 3)))
#endif
    ;
bool is_refused(const story *story);
/* The library said two things that cannot both be true. */
void disagree(story *story, const char *what);

/* ---- Arguments. A taker that does not find what it wants refuses the file and returns something harmless; so a
 * command first takes everything, then asks arguments_end, then acts. ---- */

typedef struct token {
    char *key;   /* left of '=', or the whole token */
    char *value; /* right of '=', or NULL */
    bool taken;
} token;

typedef struct arguments {
    story *story;
    token *tokens; /* without the command itself */
    size_t count;
} arguments;

/* Splits a line in place. The first token is the command's name; false: there is none. */
bool arguments_split(arguments *arguments, story *story, char *line, const char **name);
void arguments_free(arguments *arguments);
/* True: every token was taken and none was at fault, so the command may act. */
bool arguments_end(arguments *arguments);

const char *take_bare(arguments *arguments);                       /* the next token without '='; refuses if none */
const char *take_optional(arguments *arguments, const char *key);  /* the value, or NULL */
const char *take(arguments *arguments, const char *key);           /* the value; refuses if it is missing */
bool take_flag(arguments *arguments, const char *word);            /* whether the bare word is there */
token *take_any_pair(arguments *arguments);                        /* the next key=value, or NULL */

uint64_t parse_id(story *story, const char *text);
uint64_t parse_time(story *story, const char *text);
uint64_t parse_integer(story *story, const char *text);
float parse_number(story *story, const char *text);
answer parse_score(story *story, const char *text);
answer parse_fingerprint(story *story, const char *text);
/* "fail(-5)", "interrupt" */
bool parse_failure(const char *text, int32_t *code);
/* A leader: an id, or '-' for nobody. */
uint64_t parse_leader(story *story, const char *text);
/* "1,2,3" or "", each element in the form that `parse` knows. The caller frees *list. */
size_t parse_list(story *story, const char *text, uint64_t (*parse)(struct story *, const char *), uint64_t **list);

/* ---- Commands ---- */

typedef void (*command_function)(story *story, arguments *arguments);
/* NULL: there is no such command. */
command_function command_find(const char *name);
command_function pass_find(const char *name);
command_function question_find(const char *name);
/* Whether the command may stand between `begin` and `commit`. */
bool command_is_event(const char *name);

/* ---- What passes and questions share ---- */

/* The library's own text of an explanation. */
void print_explanation(story *story, const driftline_explanation *explanation);
const char *trend_name(uint32_t trend);
/* The caller frees what is returned, also with another result than OK. */
driftline_cell *cells_of(story *story, uint64_t chain, size_t *count, driftline_result *result,
                         driftline_error *error);

/* ---- Printing ---- */

void print_time(text *out, uint64_t time_ns);
void print_error(story *story, driftline_result code, const driftline_error *error);
const char *method_name(uint32_t method);
void print_verdicts(text *out, const driftline_report *report);
/* The lines that every pass ends with. */
void print_calls(text *out, const driftline_report *report);
driftline_error error_empty(void);

/* Ends what the last `node` began: frees the handles and checks that every scorer was given back. */
void story_end(story *story);

#endif
