/* What the misuse tests share: a fixture, a scorer that does as it is told, and checks that say where they failed.
 *
 * A case is a block that starts from a fresh fixture:
 *
 *     CASE("state_digest: out is NULL")
 *     {
 *         REFUSED(DRIFTLINE_RESULT_NULL, driftline_state_digest(fixture.state, NULL, &fixture.error));
 *     }
 *
 * When the block ends, the harness checks what every case promises: a refused call changed neither the state nor what
 * the scheduler says, and the scorer's context was dropped exactly once for every time it was handed over. */
#ifndef MISUSE_H
#define MISUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "driftline.h"

/* Only a library built with the feature `testing` has these, so no header declares them. */
driftline_result driftline_testing_panic_state(driftline_state state);
driftline_result driftline_testing_panic_scheduler(driftline_scheduler scheduler);
driftline_result driftline_testing_panic_inventory(driftline_inventory inventory);
driftline_result driftline_testing_panic_any_scorer(driftline_any_scorer scorer);

#define NANOSECONDS_PER_SECOND UINT64_C(1000000000)

/* The world of the fixture. Chain 7 is led here and has a bad holder; chain 8 is led here and well; chain 9 is led
 * elsewhere; chain 10 does not exist. */
#define THIS_NODE UINT64_C(1)
#define CHAIN_BAD UINT64_C(7)
#define CHAIN_WELL UINT64_C(8)
#define CHAIN_NOT_LED UINT64_C(9)
#define CHAIN_UNKNOWN UINT64_C(10)
#define NODE_BAD UINT64_C(3)
#define NODE_BETTER UINT64_C(20)
/* The fixture was sampled at 0 s. Here every chain is due by the backstop, so every callback is asked. */
#define TIME_DUE (UINT64_C(60) * NANOSECONDS_PER_SECOND)
/* The one class of the fixture that has a policy; no chain is of it. */
#define CLASS_KNOWN UINT32_C(5)

typedef enum puppet_entry {
    ENTRY_SCORE,
    ENTRY_LIVE_SCORE,
    ENTRY_BEST_ALTERNATIVE,
    ENTRY_NODE_FINGERPRINT,
    ENTRY_CHAIN_FINGERPRINT,
    ENTRY_MIGRATION_COST,
    ENTRY_SCORE_MANY,
    ENTRY_LIVE_SCORE_MANY,
    ENTRY_NODE_FINGERPRINTS,
    ENTRY_ALTERNATIVES,
    ENTRY_DROP,
    ENTRY_COUNT
} puppet_entry;

/* A scorer whose every answer a case can set. */
typedef struct puppet {
    float bad_score;      /* of NODE_BAD on CHAIN_BAD; everybody else has 0.9 */
    float bad_live_score; /* its live score */
    bool every_chain_is_bad; /* NODE_BAD and node 5 are bad everywhere */
    driftline_alternative alternative;
    driftline_alternative second; /* what `alternatives` knows beside it; node 0: nothing */
    driftline_migration_cost cost;
    uint64_t fingerprint;
    int32_t returns[ENTRY_COUNT]; /* what each entry returns */
    bool silent[ENTRY_COUNT];     /* whether it returns without having written anything */
    uint64_t calls[ENTRY_COUNT];
    uint64_t handed_over; /* how often a scorer with this context was offered to the library */
    /* Called inside every callback, before it answers. */
    void (*inside)(struct puppet *puppet, puppet_entry entry);
} puppet;

typedef enum puppet_shape {
    SHAPE_REQUIRED, /* only what must be there */
    SHAPE_SINGLE,   /* every entry that asks one question */
    SHAPE_BATCH     /* these and the batch entries */
} puppet_shape;

typedef struct misuse_fixture {
    driftline_state state;
    driftline_scheduler scheduler;
    driftline_config config; /* the one that the scheduler has */
    driftline_error error;
    driftline_report report;
    puppet puppet;
    driftline_scorer scorer; /* the one that is installed: every single entry, over `puppet` */
    driftline_class_policy policy; /* of CLASS_KNOWN */
    uint8_t exported[1024];        /* what the state remembers of CHAIN_BAD */
    size_t exported_count;
    bool state_may_change;
    bool scheduler_may_change;
} misuse_fixture;

extern misuse_fixture fixture;

/* ---- Cases ---- */

#define CASE(name) for (bool case_open = case_begin(name); case_open; case_open = case_end())

bool case_begin(const char *name);
bool case_end(void); /* always false: a case runs once */

/* ---- Checks. Each prints one line with the place when it fails; the case then counts as failed. ---- */

#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
#define ACCEPTED(call) accepted((call), #call, __FILE__, __LINE__)
/* The call has `&fixture.error` as its error; that is checked, too. */
#define REFUSED(code, call) (error_prepare(), refused((code), (call), true, #call, __FILE__, __LINE__))
/* The call has no error argument, or NULL for it. */
#define REFUSED_SILENT(code, call) refused((code), (call), false, #call, __FILE__, __LINE__)

bool check(bool holds, const char *text, const char *file, int line);
bool accepted(driftline_result got, const char *text, const char *file, int line);
bool refused(driftline_result want, driftline_result got, bool with_error, const char *text, const char *file,
             int line);
void error_prepare(void);

/* ---- Patterns: an output that must stay untouched is filled with one and compared afterwards ---- */

#define PATTERN_BYTE 0xA5
#define PATTERN(object) memset(&(object), PATTERN_BYTE, sizeof(object))
#define UNTOUCHED(object) check(is_pattern(&(object), sizeof(object)), "untouched: " #object, __FILE__, __LINE__)
/* The same for a struct whose struct_size the case has set. */
#define PATTERN_SIZED(object) (PATTERN(object), (void)((object).struct_size = (uint32_t)sizeof(object)))
#define UNTOUCHED_SIZED(object)                                                                                        \
    check((object).struct_size == (uint32_t)sizeof(object)                                                             \
              && is_pattern((const char *)&(object) + sizeof(uint32_t), sizeof(object) - sizeof(uint32_t)),             \
          "untouched: " #object, __FILE__, __LINE__)

bool is_pattern(const void *bytes, size_t size);

/* ---- The puppet ---- */

void puppet_reset(puppet *puppet);
/* The vtable, in one of the shapes; counts as handed over only if the caller says so. */
driftline_scorer puppet_scorer(puppet *puppet, puppet_shape shape);
/* The same, for an installation that may or may not succeed: afterwards one more drop is owed. */
driftline_scorer puppet_hand_over(puppet *puppet, puppet_shape shape);

/* ---- Shorthands ---- */

driftline_config config_default(void);
driftline_event event_of(uint32_t kind, uint64_t chain, uint64_t node);
driftline_event event_with(uint32_t kind, uint64_t chain, uint64_t node, uint64_t value);
/* A policy that sets nothing. */
driftline_class_policy policy_empty(void);
/* Applies one event to the fixture's state. */
void fixture_apply(driftline_event event);
/* Configures the fixture's scheduler with `fixture.config`. */
void fixture_configure(void);
uint64_t digest_of(driftline_state state);
/* Replaces the installed scorer by one of another shape over the same puppet. */
void fixture_install(puppet_shape shape);
/* Replaces the config's scorer policy by SkipChain. */
void fixture_skip_chain(void);
driftline_result fixture_tick(uint64_t now_ns, size_t *action_count);
driftline_explanation fixture_explain(uint64_t chain);

/* Every function that takes a handle, except free, with other arguments that are right. Some take both handles: the
 * other one is then the fixture's. */
typedef enum call_set {
    CALLS_ALL,
    CALLS_READING,       /* may run beside other reading calls on the handle */
    CALLS_READING_ALONE, /* of these, the ones that take no other handle */
    CALLS_READING_BOTH,  /* and the ones that do */
    CALLS_WRITING        /* need the handle for themselves */
} call_set;
void expect_of_state_calls(driftline_state state, call_set set, driftline_result code);
void expect_of_scheduler_calls(driftline_scheduler scheduler, call_set set, driftline_result code);

/* An inventory that knows the holders of the fixture and its nodes: NODE_BAD is full, NODE_BETTER is empty. */
driftline_inventory inventory_new(void);
/* What every case that made one ends with. */
void inventory_end(driftline_inventory inventory);
/* A report that says nothing yet. */
driftline_node_inventory report_of(uint64_t node);
/* A scorer of the library's over the puppet; afterwards one more drop is owed. */
driftline_any_scorer any_of(puppet *puppet);
/* What the pure decision says over a scorer of the library's. */
driftline_result any_decide(driftline_any_scorer scorer, size_t *action_count);
/* Every function that takes an inventory or a scorer of the library's, as above. Whatever it refuses stays whole. */
void expect_of_inventory_calls(driftline_inventory inventory, call_set set, driftline_result code);
void expect_of_any_calls(driftline_any_scorer scorer, driftline_result code);

/* ---- Topics, one file each ---- */

void misuse_null(void);
void misuse_size(void);
void misuse_element(void);
void misuse_config(void);
void misuse_class(void);
void misuse_calibrate(void);
void misuse_data(void);
void misuse_handle(void);
void misuse_drop(void);
void misuse_scorer(void);
void misuse_liar(void);
void misuse_reentrant(void);
void misuse_thread(void);
void misuse_poison(void);
void misuse_output(void);
void misuse_text(void);
void misuse_action(void);
void misuse_move(void);
void misuse_handover(void);
void misuse_inventory(void);
void misuse_inventory_report(void);
void misuse_any_scorer(void);
void misuse_any_part(void);
void misuse_ask(void);

#endif
