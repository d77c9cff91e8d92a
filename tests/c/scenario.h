/* The parts of the scenario runner: a story is one file of tests/scenarios while it is being told.
 *
 * scenario.c          files, blocks, comparing
 * scenario_parse.c    tokens and arguments
 * scenario_world.c    the table scorer
 * scenario_command.c  commands that set something up
 * scenario_config.c   configs and policies
 * scenario_event.c    events and memberships
 * scenario_inventory.c inventories, and scorers put together
 * scenario_pass.c     ticks and the like
 * scenario_check.c    what they must agree on
 * scenario_question.c questions
 * scenario_move.c     hand-over, drains, transitions
 * scenario_ask.c      lists whose length only the library knows
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

/* The homes of one chain, best first. */
typedef struct home_index {
    uint64_t chain;
    driftline_alternative *homes;
    size_t count;
} home_index;

/* How often each method was asked. */
typedef struct calls {
    uint64_t score, live_score, alternative, node_fingerprint, chain_fingerprint, cost;
} calls;

typedef struct world {
    table scores, live_scores, alternatives, fingerprints, chain_fingerprints, costs;
    home_index *indexes; /* where a chain has one, it is asked in place of `alternatives` */
    size_t index_count;
    bool batch, live, with_chain_fingerprints; /* which optional entries the scorer has */
    bool always_batch;                         /* it has the batch entries, whatever `batch` says */
    size_t installed, dropped;                 /* how often the scorer was handed over, and given back */
    text asked;                                /* what it was asked in the last pass, a line each */
    calls seen;                                /* the same, counted */
} world;

void world_reset(world *world);
void world_free(world *world);
/* Forgets what was asked. */
void world_begin_pass(world *world);
void table_set(table *table, uint64_t first, uint64_t second, answer answer);
void table_unset(table *table, uint64_t first, uint64_t second);
void index_set(world *world, uint64_t chain, const driftline_alternative *homes, size_t count);
void index_unset(world *world, uint64_t chain);
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
    bool is_table; /* the table scorer alone was installed last, so the world has seen whatever the library asked */
    driftline_inventory inventory; /* zero: there is none */
    bool collecting; /* between `begin` and `commit` */
    driftline_event *events;
    size_t event_count;
    bool has_verdicts; /* a tick or sample has succeeded */
    driftline_report last_report;
    uint64_t next_transition; /* the first that was not printed yet */
    bool has_mark;
    uint64_t mark;
    uint8_t *exported; /* of the last `export`; NULL before */
    size_t exported_count;
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
    const char *name; /* of the command */
    token *tokens;    /* without the command itself */
    size_t count;
} arguments;

/* Splits a line in place. The first token is the command's name; false: there is none. */
bool arguments_split(arguments *arguments, story *story, char *line);
void arguments_free(arguments *arguments);
/* True: every token was taken and none was at fault, so the command may act. */
bool arguments_end(arguments *arguments);

const char *take_bare(arguments *arguments);                       /* the next token without '='; refuses if none */
const char *take_optional(arguments *arguments, const char *key);  /* the value, or NULL */
const char *take(arguments *arguments, const char *key);           /* the value; refuses if it is missing */
bool take_flag(arguments *arguments, const char *word);            /* whether the bare word is there */
token *take_any_pair(arguments *arguments);                        /* the next key=value, or NULL */

typedef enum form {
    FORM_NUMBER,
    FORM_DERIVABLE, /* a number, or `derived` */
    FORM_AMOUNT,
    FORM_TIME,
    FORM_COUNT,
    FORM_SMALL_COUNT,
    FORM_CHOICE
} form;

/* How a field is written in a file, and where it lies in its struct. */
typedef struct field {
    const char *key;
    form form;
    size_t offset;
    const char *const *words; /* of a choice, in the order of their numbers */
    uint32_t flag;            /* what says that the field is given, where that is said */
} field;

/* Takes a field into its struct; false: it is not there. */
bool take_field(arguments *arguments, const field *field, void *into);
/* The same for each of them; the flags of those that were there. */
uint32_t take_fields(arguments *arguments, const field *fields, size_t count, void *into);

uint64_t parse_id(story *story, const char *text);
uint64_t parse_time(story *story, const char *text);
uint64_t parse_integer(story *story, const char *text);
uint32_t parse_small_integer(story *story, const char *text);
/* The place of a word in a list that ends with NULL. */
uint32_t parse_choice(story *story, const char *text, const char *const *words);
extern const char *const off_on_words[];
float parse_number(story *story, const char *text);
double parse_amount(story *story, const char *text);
answer parse_score(story *story, const char *text);
answer parse_fingerprint(story *story, const char *text);
/* "fail(-5)", "interrupt" */
bool parse_failure(const char *text, int32_t *code);
/* A leader: an id, or '-' for nobody. */
uint64_t parse_leader(story *story, const char *text);
/* Copies what stands before the next comma and moves *at behind that; false: nothing is left, or it does not fit. */
bool next_element(story *story, const char **at, char *element, size_t size);
/* "1,2,3" or "", each element in the form that `parse` knows. The caller frees *list. */
size_t parse_list(story *story, const char *text, uint64_t (*parse)(struct story *, const char *), uint64_t **list);

/* ---- Commands ---- */

typedef void (*command_function)(story *story, arguments *arguments);
/* NULL: there is no such command. */
command_function command_find(const char *name);
command_function config_find(const char *name);
command_function event_find(const char *name);
command_function pass_find(const char *name);
command_function question_find(const char *name);
command_function move_find(const char *name);
command_function inventory_find(const char *name);
/* Whether the command may stand between `begin` and `commit`. */
bool command_is_event(const char *name);

/* ---- What only the library knows the length of ---- */

/* Every led chain, by ascending id: why it is where it is, and whether it is in flight by the state. */
typedef struct led {
    driftline_explanation *explanations;
    bool *in_flight;
    size_t count;
} led;

led led_of(story *story);
void led_free(led *led);
/* Where the chain is among them; their count if it is not. */
size_t led_place(const led *led, uint64_t chain);

typedef struct chain_view {
    driftline_chain chain;
    uint64_t *holders; /* the caller frees them, also with another result than OK */
    size_t holder_count;
} chain_view;

driftline_result chain_of(story *story, uint64_t id, chain_view *view, driftline_error *error);
/* driftline_state_drains or driftline_state_avoided */
typedef driftline_result (*list_node_times)(driftline_state state, driftline_node_time *out, size_t capacity,
                                            size_t node_time_size, size_t *count, driftline_error *error);
driftline_node_time *node_times_of(story *story, list_node_times list, size_t *count);
/* The caller frees what is returned, also with another result than OK. */
driftline_cell *cells_of(story *story, uint64_t chain, size_t *count, driftline_result *result,
                         driftline_error *error);

/* The library's own texts. */
void print_explanation(story *story, const driftline_explanation *explanation);
void print_sentence(story *story, const driftline_explanation *explanation);
void print_action(story *story, const driftline_action *action);

/* ---- What passes must agree on. `is_lent`: the actions have what they exclude. ---- */

void check_actions(story *story, const driftline_action *actions, size_t count, uint64_t now_ns, bool is_lent);
void check_sample(story *story, const driftline_report *report);
void check_decision(story *story, const driftline_action *actions, size_t count, const driftline_report *report);
void check_tick(story *story, const driftline_action *actions, size_t action_count, const driftline_report *report,
                const led *before, const led *after);

/* ---- Printing ---- */

void print_time(text *out, uint64_t time_ns);
void print_error(story *story, driftline_result code, const driftline_error *error);
const char *method_name(uint32_t method);
const char *trend_name(uint32_t trend);
/* The name of a verdict as one word. */
void print_verdict_word(text *out, uint32_t verdict);
void print_verdicts(text *out, const driftline_report *report);
/* The lines that every pass ends with. */
void print_calls(text *out, const driftline_report *report);
driftline_error error_empty(void);

/* Ends what the last `node` began: frees the handles and checks that every scorer was given back. */
void story_end(story *story);

#endif
