/* driftline: says which replica should live somewhere else, and only when the move is worth it.
 *
 * Generated from src/ffi. Do not edit; `make header` rewrites it.
 *
 * Conventions
 *
 * - Every function that can fail returns 0 or a DRIFTLINE_RESULT_ code, and takes an optional driftline_error last.
 *   (the _free functions and driftline_config_init do without). Outputs are written only on success, the error only on
 *   failure. Beside the errors that a function lists, it returns DRIFTLINE_RESULT_ALIGNMENT for a pointer that is not
 *   aligned, DRIFTLINE_RESULT_STRUCT_SIZE for an error struct that is none (nothing is written then), and
 *   DRIFTLINE_RESULT_PANIC for a bug of ours.
 * - Handles are numbers. Zero, stale or foreign ones are refused with DRIFTLINE_RESULT_HANDLE and never followed.
 *   "reads" functions may run at the same time as others that read the same handle, "writes" functions have it to
 *   themselves. Entering wrongly never waits: from another thread it is DRIFTLINE_RESULT_BUSY, from inside a callback
 *   DRIFTLINE_RESULT_REENTRANT.
 * - Structs with a struct_size: set it to sizeof, zero the rest. A smaller one (an older caller) is completed with
 *   defaults, a larger one is accepted if what this library does not know is zero. Arrays of structs come with their
 *   element size, a multiple of 8.
 * - Times are uint64_t nanoseconds from any origin; every value is a time. Ids are uint64_t; as a node, DRIFTLINE_NONE is
 *   reserved.
 * - The library reads no clock, starts no thread, does no I/O. Same inputs, same bytes out.
 *
 * SPEC rule numbers (D7, P2, ...) name the rules of driftline's specification.
 */

#ifndef DRIFTLINE_H
#define DRIFTLINE_H

#include <stddef.h>
#include <stdint.h>

// The ABI of this header. It goes up only when something breaks; a library with another one refuses to make handles.
#define DRIFTLINE_ABI 1

// No node, no chain, no index, no time.
#define DRIFTLINE_NONE UINT64_MAX

// `on_scorer_error`: the call fails with the scorer's error and emits nothing (SPEC P2).
#define DRIFTLINE_ON_SCORER_ERROR_ABORT 0

// `on_scorer_error`: the chain sits the tick out and stays due (SPEC P2).
#define DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN 1

// `fingerprint_mode`: ask the scorer's fingerprints in every tick (SPEC S6).
#define DRIFTLINE_FINGERPRINT_POLL 0

// `fingerprint_mode`: never ask; touches say what moved, the backstop is the net.
#define DRIFTLINE_FINGERPRINT_PUSH 1

// `node` has the chain now. Uses `chain` and `node`.
#define DRIFTLINE_EVENT_HOLDER_ADDED 1

// `node` has the chain no longer. Uses `chain` and `node`.
#define DRIFTLINE_EVENT_HOLDER_REMOVED 2

// `node` leads the chain. Uses `chain` and `node`.
#define DRIFTLINE_EVENT_LEADER_SET 3

// Nobody leads the chain. Uses `chain`.
#define DRIFTLINE_EVENT_LEADER_CLEARED 4

// The chain is gone: holders, leader, claim and cooldown. Uses `chain`.
#define DRIFTLINE_EVENT_CHAIN_REMOVED 5

// Somebody holds an exclusive claim on the chain: no eviction until it is released. Uses `chain`.
#define DRIFTLINE_EVENT_CLAIM_ACQUIRED 6

// The claim is released. Uses `chain`.
#define DRIFTLINE_EVENT_CLAIM_RELEASED 7

// Something that scores depend on moved at this node. Uses `node`.
#define DRIFTLINE_EVENT_NODE_TOUCHED 8

// Something that scores depend on moved for this chain. Uses `chain`.
#define DRIFTLINE_EVENT_CHAIN_TOUCHED 9

// `flags` of a chain: an exclusive claim is held.
#define DRIFTLINE_CHAIN_CLAIM_HELD 1

// `flags` of a chain: `last_rebalance_ns` is known.
#define DRIFTLINE_CHAIN_REBALANCED 2

// A callback answered, and wrote its answer.
#define DRIFTLINE_SCORER_OK 0

// A callback has no opinion, or the thing asked for does not exist; what it wrote is ignored.
#define DRIFTLINE_SCORER_NO_OPINION 1

// A callback was interrupted and wants the call to end: it fails as under `DRIFTLINE_ON_SCORER_ERROR_ABORT`, whatever the
// config says. For signals, deadlines and exceptions that must get through.
#define DRIFTLINE_SCORER_INTERRUPTED 2

// `kind` of an action: take the chain away from `victim`; `target` is the home that justifies it.
#define DRIFTLINE_ACTION_EVICT 1

// `flags` of an action: the scorer named a cost. Without it `cost` is 0.
#define DRIFTLINE_ACTION_FLAG_COST 1

// The first 32 numbers of verdicts; a report counts each.
#define DRIFTLINE_VERDICT_COUNT 32

// Not asked for scores since it became led, or there is no scorer.
#define DRIFTLINE_VERDICT_NOT_SAMPLED 0

// The worst holder is at or above the floor.
#define DRIFTLINE_VERDICT_HEALTHY 1

// No holder has a score, or the victim has no live one.
#define DRIFTLINE_VERDICT_NO_SCORE 2

// Evicted from less than a cooldown ago.
#define DRIFTLINE_VERDICT_COOLDOWN 3

// An exclusive claim is held.
#define DRIFTLINE_VERDICT_CLAIM_HELD 4

// The victim's live score is at or above the floor.
#define DRIFTLINE_VERDICT_RECOVERED 5

// The scorer knows no better home.
#define DRIFTLINE_VERDICT_NO_ALTERNATIVE 6

// The alternative is not better by more than the gap.
#define DRIFTLINE_VERDICT_GAP_TOO_SMALL 7

// The move costs at least what it gains.
#define DRIFTLINE_VERDICT_COST_TOO_HIGH 8

// The victim should go.
#define DRIFTLINE_VERDICT_EVICT 9

// The scorer failed for the chain, which sits this pass out.
#define DRIFTLINE_VERDICT_SCORER_FAILED 10

// Evicted from earlier in the same pass.
#define DRIFTLINE_VERDICT_ALREADY_MOVED 16

// Refused before for want of a better home, and nothing is new yet.
#define DRIFTLINE_VERDICT_RETRY_LATER 20

// Due, but the scores of this tick were used up before its turn.
#define DRIFTLINE_VERDICT_DEFERRED 29

// Not sampled since it became led.
#define DRIFTLINE_CAUSE_NEW 0

// An input moved.
#define DRIFTLINE_CAUSE_DIRTY 1

// Its scores were a decision interval old.
#define DRIFTLINE_CAUSE_BACKSTOP 2

// The scorer's `score` or `score_many`.
#define DRIFTLINE_METHOD_SCORE 0

// `live_score` or `live_score_many`.
#define DRIFTLINE_METHOD_LIVE_SCORE 1

// `best_alternative` or `alternatives`.
#define DRIFTLINE_METHOD_BEST_ALTERNATIVE 2

// `node_fingerprint` or `node_fingerprints`.
#define DRIFTLINE_METHOD_NODE_FINGERPRINT 3

// `chain_fingerprint`.
#define DRIFTLINE_METHOD_CHAIN_FINGERPRINT 4

// `migration_cost`.
#define DRIFTLINE_METHOD_MIGRATION_COST 5

// `flags` of an explanation: `since_ns` is known.
#define DRIFTLINE_EXPLANATION_SINCE 1

// `flags` of an explanation: `sampled_at_ns` is known.
#define DRIFTLINE_EXPLANATION_SAMPLED_AT 2

// `flags` of an explanation: `cooldown_until_ns` is known.
#define DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL 4

// `flags` of an explanation: `refusal` is known.
#define DRIFTLINE_EXPLANATION_REFUSAL 8

// `flags` of an explanation: `retry_at_ns` is known.
#define DRIFTLINE_EXPLANATION_RETRY_AT 16

// Within the dead band around the mean.
#define DRIFTLINE_TREND_STABLE 0

// Below it.
#define DRIFTLINE_TREND_DEGRADING 1

// Above it.
#define DRIFTLINE_TREND_IMPROVING 2

// How many samples a history keeps (SPEC A4).
#define DRIFTLINE_HISTORY_LENGTH 64

// Weight of the newest sample in the moving average (SPEC H2); a `float` in the arithmetic.
#define DRIFTLINE_HISTORY_SMOOTHING 0.3

// The first wait of a chain that was refused, in nanoseconds (SPEC L4).
#define DRIFTLINE_RETRY_BACKOFF_FIRST_NS 1000000000

// How far from the mean a sample is still stable (SPEC H2); a `float` in the arithmetic.
#define DRIFTLINE_HISTORY_DEAD_BAND 0.02

// What every function that can fail returns: 0 or the number of a cause.
typedef int32_t driftline_result;

// Configuration of a scheduler (SPEC A7). Fill it with `driftline_config_init`, then change what you want.
typedef struct {
  // `sizeof(driftline_config)`.
  uint32_t struct_size;
  // `DRIFTLINE_ON_SCORER_ERROR_...`; abort.
  uint32_t on_scorer_error;
  // `DRIFTLINE_FINGERPRINT_...`; poll.
  uint32_t fingerprint_mode;
  // A holder below this score is a candidate for eviction. In [0, 1]; 0.5.
  float score_floor;
  // An alternative must be better by more than this. In [0, 1]; 0.2.
  float hysteresis_gap;
  // Score that one second of migration costs. Finite and at least zero; 0.1.
  float cost_per_sec;
  // How long a chain is left alone after an eviction. Any; 300 s.
  uint64_t cooldown_ns;
  // No score is older than this. Above zero; 30 s.
  uint64_t decision_interval_ns;
  // At most so many scores are asked for in one tick; the rest stays due, longest due first. A chain that alone has more
  // holders is scored alone. 0 is no limit; 0.
  uint64_t max_scores_per_tick;
  // The longest that a refused chain waits before it is asked about again. 0 is no wait; 0.
  uint64_t retry_backoff_ns;
  // 1: backstops are spread over the interval by chain id. 0: they are not; 0.
  uint32_t backstop_spread;
  // Must be 0.
  uint32_t reserved;
} driftline_config;

// What went wrong: the optional last argument of every function that can fail.
//
// The caller owns it and sets `struct_size`; zero the rest. It is written only when the call fails.
typedef struct {
  // `sizeof(driftline_error)`.
  uint32_t struct_size;
  // The returned code.
  driftline_result code;
  // The element of the array at fault, or `DRIFTLINE_NONE`.
  uint64_t index;
  // The chain at fault, or `DRIFTLINE_NONE`.
  uint64_t chain;
  // The node at fault, or `DRIFTLINE_NONE`.
  uint64_t node;
  // What the callback returned, when the code is `DRIFTLINE_RESULT_SCORER`; else 0.
  int32_t scorer_code;
  // `DRIFTLINE_METHOD_...` that failed, when the code is `DRIFTLINE_RESULT_SCORER`; else 0.
  uint32_t method;
  // One line of UTF-8, NUL-terminated, cut where it is too long.
  char message[184];
} driftline_error;

// What a move would cost. This struct never grows.
typedef struct {
  // Time to ship the state.
  uint64_t state_transfer_ns;
  // Time during which the chain serves worse.
  uint64_t disruption_ns;
  // Weight of the whole; pre-set to 1, and whatever is not finite and above zero counts as 1 (SPEC C1).
  float reliability_factor;
  // Leave it 0.
  uint32_t reserved;
} driftline_migration_cost;

// A state: who holds what. A number; zero is no handle.
typedef struct {
  // Kind, slot and generation. Copy it, compare it, take it apart at your own risk.
  uint64_t bits;
} driftline_state;

// A fact about the cluster. A field that its kind does not use must be 0.
typedef struct {
  // `DRIFTLINE_EVENT_...`.
  uint32_t kind;
  // Must be 0.
  uint32_t flags;
  // The chain.
  uint64_t chain;
  // The node.
  uint64_t node;
  // Must be 0.
  uint64_t value;
} driftline_event;

// One chain of a state.
typedef struct {
  // `sizeof(driftline_chain)`.
  uint32_t struct_size;
  // `DRIFTLINE_CHAIN_...`.
  uint32_t flags;
  // Who leads it; `DRIFTLINE_NONE` for nobody.
  uint64_t leader;
  // When it was last evicted from; `DRIFTLINE_NONE` unless `DRIFTLINE_CHAIN_REBALANCED`.
  uint64_t last_rebalance_ns;
} driftline_chain;

// A scheduler of one node. A number; zero is no handle.
typedef struct {
  // Kind, slot and generation.
  uint64_t bits;
} driftline_scheduler;

// A home that a chain could have instead. This struct never grows.
typedef struct {
  // The node; must not be one of `exclude`.
  uint64_t node;
  // Its score, in [0, 1].
  float score;
  // Leave it 0.
  uint32_t reserved;
} driftline_alternative;

// A question of a batch. This struct never grows.
typedef struct {
  // The chain.
  uint64_t chain;
  // The node.
  uint64_t node;
} driftline_pair;

// The scorer: how good each home is. The only way out of the library.
//
// Zero the struct, set `struct_size` and what you have; optional entries that stay NULL get the defaults of SPEC A2. The
// struct is copied, `ctx` is kept until `drop` is called.
//
// Callbacks get `ctx` first and return `DRIFTLINE_SCORER_OK`, `DRIFTLINE_SCORER_NO_OPINION`, `DRIFTLINE_SCORER_INTERRUPTED`, or a negative
// code of their own. What is neither of the first two comes back in `driftline_error.scorer_code`. They must return: no longjmp, no exception, no end of the thread. They
// are called one at a time for each scheduler, on the thread that called the library, and only while that call lasts; pointers that they get are valid
// until they return. Scores are pre-set to "no opinion", fingerprints to 0, which is an answer.
//
// Nothing that they return is trusted: NaN and infinities are no opinion, scores outside [0, 1] are clamped, and both
// are counted in the report (SPEC P1).
//
// From inside a callback every call on the scheduler that is calling is refused as `DRIFTLINE_RESULT_REENTRANT`. The state
// may be read from inside `driftline_scheduler_sample`, `driftline_scheduler_decide` and `driftline_diff_scheduler`; from
// inside `driftline_scheduler_tick` any call on the state is refused. Other handles may be used.
typedef struct {
  // `sizeof(driftline_scorer)`.
  uint32_t struct_size;
  // Must be 0.
  uint32_t flags;
  // Yours; handed to every callback.
  void *ctx;
  // Called exactly once for each installation, when that is over: replaced, uninstalled, freed with its scheduler, or
  // refused. Whoever installs one `ctx` more than once counts them. May be NULL. The call that drops has left its
  // handles by then; those of calls around it are still entered.
  void (*drop)(void *ctx);
  // How good a home `node` is for `chain`, in [0, 1]. Required. May be cached by you.
  int32_t (*score)(void *ctx, uint64_t chain, uint64_t node, float *out);
  // The best home that the chain could have; `exclude` is its holders, ascending. Required.
  int32_t (*best_alternative)(void *ctx,
                              uint64_t chain,
                              const uint64_t *exclude,
                              size_t exclude_count,
                              driftline_alternative *out);
  // What is true right now, never cached. NULL: `score`.
  int32_t (*live_score)(void *ctx, uint64_t chain, uint64_t node, float *out);
  // A change counter of all that scores depend on at `node`. NULL: no opinion, which counts as always changed.
  int32_t (*node_fingerprint)(void *ctx, uint64_t node, uint64_t *out);
  // The same for what belongs to the chain. NULL: never asked, never changes.
  int32_t (*chain_fingerprint)(void *ctx, uint64_t chain, uint64_t *out);
  // What it would cost to move the chain to `target`. NULL or no opinion: free.
  int32_t (*migration_cost)(void *ctx, uint64_t chain, uint64_t target, driftline_migration_cost *out);
  // `score` for `count` pairs in one call. `out` is pre-set to NaN, which here is "no opinion". NULL: `score` in a loop.
  int32_t (*score_many)(void *ctx, const driftline_pair *pairs, size_t count, float *out);
  // `live_score` for `count` pairs, as `score_many`. NULL: `live_score` in a loop. Not called by this version.
  int32_t (*live_score_many)(void *ctx, const driftline_pair *pairs, size_t count, float *out);
  // `node_fingerprint` for `count` nodes. `known` is pre-set to 0, "no opinion"; write 1 beside each counter. NULL:
  // `node_fingerprint` in a loop.
  int32_t (*node_fingerprints)(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known);
  // Up to `capacity` alternatives, best first; `*count` is pre-set to 0. NULL: `best_alternative`. Not called by this
  // version.
  int32_t (*alternatives)(void *ctx,
                          uint64_t chain,
                          const uint64_t *exclude,
                          size_t exclude_count,
                          driftline_alternative *out,
                          size_t capacity,
                          size_t *count);
} driftline_scorer;

// What a pass did (SPEC T2).
typedef struct {
  // `sizeof(driftline_report)`.
  uint32_t struct_size;
  // 1: something waits, and `next_due_ns` says when the caller should tick next at the latest. 0: nothing does.
  uint32_t next_due_known;
  // The earliest backstop, retry of a failed sample, end of a cooldown or end of a back-off, and at once if a chain
  // was deferred; `DRIFTLINE_NONE` if nothing waits.
  uint64_t next_due_ns;
  // Chains led here.
  uint64_t led;
  // Of them, those due because they are new.
  uint64_t fresh;
  // Those due because they are dirty, and not new.
  uint64_t dirty;
  // Those due by the backstop alone.
  uint64_t backstop_due;
  // Those that were in fact re-scored.
  uint64_t rescored;
  // Scores that were asked for; a batch of n counts n, here and below.
  uint64_t score_calls;
  // Live scores.
  uint64_t live_score_calls;
  // Best alternatives.
  uint64_t alternative_calls;
  // Fingerprints of nodes.
  uint64_t node_fingerprint_calls;
  // Fingerprints of chains.
  uint64_t chain_fingerprint_calls;
  // Migration costs.
  uint64_t cost_calls;
  // Values that were not finite or out of range.
  uint64_t invalid_scores;
  // Alternatives that were excluded or reserved.
  uint64_t invalid_alternatives;
  // Failures of the scorer that `DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN` skipped.
  uint64_t scorer_errors;
  // Chains by verdict number; they add up to `led`.
  uint64_t verdicts[32];
  // Chains that were due and are left for later, because `max_scores_per_tick` was used up.
  uint64_t deferred;
  // For how long the first of them has been due; 0 if there is none.
  uint64_t deferred_age_ns;
} driftline_report;

// What the caller is asked to do.
typedef struct {
  // `DRIFTLINE_ACTION_...`.
  uint32_t kind;
  // `DRIFTLINE_ACTION_FLAG_...`.
  uint32_t flags;
  // The chain.
  uint64_t chain;
  // The holder to leave.
  uint64_t victim;
  // The better home.
  uint64_t target;
  // The victim's live score.
  float victim_score;
  // The target's score.
  float target_score;
  // `target_score - victim_score`.
  float gain;
  // What the move costs, in score.
  float cost;
} driftline_action;

// A chain that was re-scored, and why.
typedef struct {
  // The chain.
  uint64_t chain;
  // `DRIFTLINE_CAUSE_...`.
  uint32_t cause;
  // 0.
  uint32_t reserved;
} driftline_sampled;

// A failure of the scorer that was skipped.
typedef struct {
  // `DRIFTLINE_METHOD_...`.
  uint32_t method;
  // What the callback returned.
  int32_t scorer_code;
  // The chain that sat the pass out; `DRIFTLINE_NONE` where a node's fingerprint failed.
  uint64_t chain;
  // The node that was asked about; `DRIFTLINE_NONE` if there was none.
  uint64_t node;
} driftline_failure;

// Why a chain is where it is. Ids and times that are not known are `DRIFTLINE_NONE`, scores NaN.
typedef struct {
  // `sizeof(driftline_explanation)`.
  uint32_t struct_size;
  // `DRIFTLINE_VERDICT_...`, as of the last tick.
  uint32_t verdict;
  // The chain.
  uint64_t chain;
  // The worst holder.
  uint64_t victim;
  // The best alternative.
  uint64_t alternative;
  // When the chain got this verdict.
  uint64_t since_ns;
  // When its scores were sampled.
  uint64_t sampled_at_ns;
  // When its cooldown ends.
  uint64_t cooldown_until_ns;
  // The score that made the victim the worst.
  float sampled_score;
  // The victim's live score.
  float live_score;
  // The floor.
  float score_floor;
  // The alternative's score.
  float alternative_score;
  // Alternative minus live victim.
  float gain;
  // The gap.
  float hysteresis_gap;
  // What the move would cost, in score.
  float cost;
  // `DRIFTLINE_EXPLANATION_...`: which of the times and the refusal are known.
  uint32_t flags;
  // When the wait of a chain that retries later is over at the latest.
  uint64_t retry_at_ns;
  // Why it waits: the `DRIFTLINE_VERDICT_...` that it was refused with; 0 where that is not known.
  uint32_t refusal;
  // 0.
  uint32_t reserved;
} driftline_explanation;

// One sample of a history.
typedef struct {
  // When it was taken.
  uint64_t at_ns;
  // The worst score of the chain's holders then.
  float worst_score;
  // 0.
  uint32_t reserved;
} driftline_sample;

// The sampled score of one holder.
typedef struct {
  // The holder.
  uint64_t node;
  // Its score.
  float score;
  // 0.
  uint32_t reserved;
} driftline_cell;

// Success.
#define DRIFTLINE_RESULT_OK 0

// A pointer is NULL that must not be.
#define DRIFTLINE_RESULT_NULL 101

// The caller was compiled against another ABI.
#define DRIFTLINE_RESULT_ABI 102

// The handle is zero, stale, foreign, freed or of another kind.
#define DRIFTLINE_RESULT_HANDLE 103

// A `struct_size` or an element size is none that this library can read.
#define DRIFTLINE_RESULT_STRUCT_SIZE 104

// A field is set that must be zero.
#define DRIFTLINE_RESULT_RESERVED 105

// Another thread is inside the handle.
#define DRIFTLINE_RESULT_BUSY 106

// A callback called back into the handle that is calling it.
#define DRIFTLINE_RESULT_REENTRANT 107

// A panic left the handle unusable; only its `_free` works.
#define DRIFTLINE_RESULT_POISONED 108

// The output does not fit, or a count is larger than memory.
#define DRIFTLINE_RESULT_CAPACITY 109

// A pointer is not aligned for its type.
#define DRIFTLINE_RESULT_ALIGNMENT 110

// A config field is out of its range.
#define DRIFTLINE_RESULT_CONFIG 201

// The kind of an event is unknown.
#define DRIFTLINE_RESULT_EVENT 301

// The reserved id was passed as a node.
#define DRIFTLINE_RESULT_ID 302

// A chain or a holder is listed twice.
#define DRIFTLINE_RESULT_DUPLICATE 303

// The chain is not led here.
#define DRIFTLINE_RESULT_NOT_LED 304

// Time went back.
#define DRIFTLINE_RESULT_TIME 305

// Memory could not be had; nothing was lost.
#define DRIFTLINE_RESULT_NO_MEMORY 306

// The chain does not exist.
#define DRIFTLINE_RESULT_UNKNOWN_CHAIN 307

// The arrays of a membership do not fit together.
#define DRIFTLINE_RESULT_MEMBERSHIP 308

// More ids than the library can number.
#define DRIFTLINE_RESULT_TOO_MANY 309

// The scorer failed; `scorer_code` has its own code.
#define DRIFTLINE_RESULT_SCORER 401

// There is no scorer where one was needed.
#define DRIFTLINE_RESULT_NO_SCORER 402

// A bug of ours; the handles of the call are poisoned.
#define DRIFTLINE_RESULT_PANIC 901

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The ABI of the library that is linked. May be called by any thread at any time.
uint32_t driftline_abi(void);

// The version of the library that is linked, such as "0.1.0". Static, never NULL.
const char *driftline_version(void);

// Version, profile, features and compiler of the library that is linked, in one line. Static, never NULL.
const char *driftline_build_info(void);

// The name of a result code without its prefix, such as "HANDLE"; "UNKNOWN" for a number that is no code.
//
// Never NULL. The text is static. May be called by any thread at any time.
const char *driftline_result_name(driftline_result code);

// Fills a config with the defaults of SPEC A7 and sets its `struct_size`. Pure.
//
// `struct_size` is `sizeof(driftline_config)` as the caller knows it; so many bytes are written.
//
// # Safety
//
// `config` must be NULL or writable for `struct_size` bytes.
driftline_result driftline_config_init(driftline_config *config, size_t struct_size);

// Checks every field of a config (SPEC G1). Pure; nothing is changed, whatever the answer.
//
// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_config_validate(const driftline_config *config, driftline_error *err);

// What a migration cost is worth in score (SPEC A6). Pure.
//
// `cost_per_sec` is finite and at least zero, `cost->reserved` 0. Errors: `CONFIG`, `RESERVED`, `NULL`.
//
// # Safety
//
// `cost` must be NULL or readable, `out` NULL or writable.
driftline_result driftline_score_equivalent(float cost_per_sec,
                                            const driftline_migration_cost *cost,
                                            float *out,
                                            driftline_error *err);

// Makes a state without chains. `abi` is `DRIFTLINE_ABI`.
//
// The caller owns the handle and ends it with `driftline_state_free`. Errors: `ABI`, `NULL`, `NO_MEMORY`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_state_new(uint32_t abi, driftline_state *out, driftline_error *err);

// Ends a state (writes). Zero is fine. The handle is stale from then on. Works on a poisoned one.
//
// Errors: `HANDLE`, `BUSY`, `REENTRANT`.
driftline_result driftline_state_free(driftline_state state);

// Replaces the whole membership (writes). All or nothing.
//
// The holders of chain `i` are `holders[holder_offsets[i]]` up to `holders[holder_offsets[i + 1] - 1]`, in any order;
// `holder_offsets` has `chain_count + 1` elements, from 0 up to `holder_count`, the length of `holders`. `leaders[i]` is
// `DRIFTLINE_NONE` for nobody. Chains that are listed keep their claim and cooldown; others are gone. What is equal to the
// present is not marked dirty. The arrays are only read during the call.
//
// Errors: `MEMBERSHIP` with an index into `holder_offsets`; `DUPLICATE` with one into `chains`, or into `holders` where
// `err->node` says which; `ID` with one into `holders`; `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// The arrays must be readable for as many elements as said; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_state_load(driftline_state state,
                                      const uint64_t *chains,
                                      const uint64_t *leaders,
                                      size_t chain_count,
                                      const uint64_t *holder_offsets,
                                      const uint64_t *holders,
                                      size_t holder_count,
                                      driftline_error *err);

// Applies events in order (writes). All or nothing: a refused event leaves the state as it was, and `err->index` names it if one element is at fault.
//
// `event_size` is `sizeof(driftline_event)` as the caller knows it. The array is only read during the call. Events only
// note what changed; the work happens in the tick.
//
// Errors: `EVENT` for an unknown kind, `RESERVED` for a field that must be 0, `ID`, `STRUCT_SIZE`, `NULL`, `CAPACITY`,
// `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `events` must be readable for `event_count` elements of `event_size` bytes; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_state_apply(driftline_state state,
                                       const driftline_event *events,
                                       size_t event_count,
                                       size_t event_size,
                                       driftline_error *err);

// 64 bits that depend on the logical content only (reads): two states that hold the same have the same digest, in every
// language and on every platform. Walks all chains.
//
// Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_state_digest(driftline_state state, uint64_t *out, driftline_error *err);

// One chain with its holders, ascending (reads).
//
// `holders` may be NULL with a capacity of 0 to ask for the rest. If the holders do not fit: `CAPACITY`, `*holder_count` is
// how many there are, and nothing else is written. Errors: `UNKNOWN_CHAIN`, `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`, `holders` for `capacity` elements, `holder_count` NULL or
// writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_state_chain(driftline_state state,
                                       uint64_t chain,
                                       driftline_chain *out,
                                       uint64_t *holders,
                                       size_t capacity,
                                       size_t *holder_count,
                                       driftline_error *err);

// The chains that exist, ascending (reads). Walks all of them.
//
// `out` may be NULL with a capacity of 0 to ask for the count. If they do not fit: `CAPACITY`, and `*count` is how many
// there are. Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements, `count` NULL or writable; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_state_chains(driftline_state state,
                                        uint64_t *out,
                                        size_t capacity,
                                        size_t *count,
                                        driftline_error *err);

// The chains that a node holds, ascending (reads). Costs what it returns. Otherwise as `driftline_state_chains`, and `ID`
// for `DRIFTLINE_NONE`.
//
// # Safety
//
// As `driftline_state_chains`.
driftline_result driftline_state_chains_on(driftline_state state,
                                           uint64_t node,
                                           uint64_t *out,
                                           size_t capacity,
                                           size_t *count,
                                           driftline_error *err);

// The chains that a node leads and that have a holder, ascending (reads). Walks all chains. Otherwise as
// `driftline_state_chains`, and `ID` for `DRIFTLINE_NONE`.
//
// # Safety
//
// As `driftline_state_chains`.
driftline_result driftline_state_led_by(driftline_state state,
                                        uint64_t node,
                                        uint64_t *out,
                                        size_t capacity,
                                        size_t *count,
                                        driftline_error *err);

// Makes a scheduler for the chains that `this_node` leads, without a scorer. `abi` is `DRIFTLINE_ABI`.
//
// The caller owns the handle and ends it with `driftline_scheduler_free`. Errors: `ABI`, `NULL`, `STRUCT_SIZE`, `CONFIG`,
// `ID`, `NO_MEMORY`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_scheduler_new(uint32_t abi,
                                         uint64_t this_node,
                                         const driftline_config *config,
                                         driftline_scheduler *out,
                                         driftline_error *err);

// Ends a scheduler, and its scorer with it (writes). Zero is fine. Works on a poisoned one.
//
// Errors: `HANDLE`, `BUSY`, `REENTRANT`.
driftline_result driftline_scheduler_free(driftline_scheduler scheduler);

// The node whose chains this scheduler acts on (reads). Errors: `NULL`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_scheduler_this_node(driftline_scheduler scheduler, uint64_t *out, driftline_error *err);

// The present config (reads). Errors: `NULL`, `STRUCT_SIZE`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_scheduler_config(driftline_scheduler scheduler, driftline_config *out, driftline_error *err);

// Replaces the config from the next call on (writes). A refused config changes nothing.
//
// Errors: `CONFIG`, `NULL`, `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_scheduler_configure(driftline_scheduler scheduler,
                                               const driftline_config *config,
                                               driftline_error *err);

// Makes this the scorer (writes): every led chain is due (SPEC P4). The previous one is dropped.
//
// The struct is copied. Whatever this returns, `scorer->drop` is or will be called exactly once for this installation, unless
// the pointer is not aligned, or `struct_size` does not cover it or is larger than 4,096. Errors: `NULL` also for a missing `score` or `best_alternative`; `STRUCT_SIZE`,
// `RESERVED`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `scorer` must be NULL or readable for its `struct_size`, and its entries must do what `driftline_scorer` says until
// `drop` is called; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_scheduler_install(driftline_scheduler scheduler,
                                             const driftline_scorer *scorer,
                                             driftline_error *err);

// Takes the scorer out and drops it (writes). A scheduler without one samples nothing and emits nothing.
//
// Errors: `NO_SCORER` if there is none; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_scheduler_uninstall(driftline_scheduler scheduler, driftline_error *err);

// Samples what is due and decides nothing (writes the scheduler, reads the state). A tick does it by itself.
//
// The verdicts of the report are those of the last tick. `report` may be NULL. Errors: `TIME` if `now_ns` is earlier than a
// time seen before, `SCORER` when the scorer fails under abort (what was observed is kept, the rest stays due),
// `NO_MEMORY`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `report` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_scheduler_sample(driftline_scheduler scheduler,
                                            driftline_state state,
                                            uint64_t now_ns,
                                            driftline_report *report,
                                            driftline_error *err);

// One tick: observe, decide, commit (writes scheduler and state).
//
// `*actions` is an array of `*count` actions by ascending chain, laid out with `action_size` bytes each, which is
// `sizeof(driftline_action)` as the caller knows it. It belongs to the scheduler and is valid until the next call that
// writes it; there is nothing to free. It is NULL when `*count` is 0. Carry the actions out and report back with events; their cooldowns have started.
// `report` may be NULL.
//
// Errors: as `driftline_scheduler_sample`, `NULL`. No action is emitted then and no decision state is written.
//
// # Safety
//
// `actions` and `count` must be NULL or writable, `report` NULL or writable for its `struct_size`; `err` must be NULL or
// writable for its.
driftline_result driftline_scheduler_tick(driftline_scheduler scheduler,
                                          driftline_state state,
                                          uint64_t now_ns,
                                          size_t action_size,
                                          const driftline_action **actions,
                                          size_t *count,
                                          driftline_report *report,
                                          driftline_error *err);

// What a tick on the same observations would do: a dry run that changes nothing, but has the scheduler to itself, because
// it asks the scorer (writes the lent actions, reads the state).
//
// No cooldown starts. The actions replace those that were lent before, and the failures those of the last pass. Everything
// else is as in `driftline_scheduler_tick`.
//
// # Safety
//
// As `driftline_scheduler_tick`.
driftline_result driftline_scheduler_decide(driftline_scheduler scheduler,
                                            driftline_state state,
                                            uint64_t now_ns,
                                            size_t action_size,
                                            const driftline_action **actions,
                                            size_t *count,
                                            driftline_report *report,
                                            driftline_error *err);

// The chains that the last sample or tick re-scored, ascending, and why (reads).
//
// `sampled_size` is `sizeof(driftline_sampled)`. `out` may be NULL with a capacity of 0 to ask for the count. If they do not
// fit: `CAPACITY`, and `*count` is how many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`,
// `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `sampled_size` bytes, `count` NULL or writable; `err` must be NULL or
// writable for its `struct_size`.
driftline_result driftline_scheduler_sampled(driftline_scheduler scheduler,
                                             driftline_sampled *out,
                                             size_t capacity,
                                             size_t sampled_size,
                                             size_t *count,
                                             driftline_error *err);

// The scorer's failures that the last sample, tick or dry run that succeeded has skipped, in the order in which they happened (reads).
//
// `failure_size` is `sizeof(driftline_failure)`. Otherwise as `driftline_scheduler_sampled`.
//
// # Safety
//
// As `driftline_scheduler_sampled`.
driftline_result driftline_scheduler_failures(driftline_scheduler scheduler,
                                              driftline_failure *out,
                                              size_t capacity,
                                              size_t failure_size,
                                              size_t *count,
                                              driftline_error *err);

// Judges every chain that `this_node` leads by what the scorer says now, and decides which evictions are worth making
// (reads). Pure: nothing is written but the outputs, and no cooldown starts.
//
// The scorer is borrowed for the call; its `drop` is not called. Chains in `already_evicted`, in any order, are skipped
// (SPEC D2); it may be NULL with a count of 0. The actions come by ascending chain, `action_size` bytes each. `out` may be
// NULL with a capacity of 0 to ask for the count; if they do not fit: `CAPACITY`, and `*count` is how many there are.
// `report` may be NULL.
//
// Errors: `CONFIG`, `ID`, `SCORER`, `NO_MEMORY`, `NULL`, `STRUCT_SIZE`, `RESERVED`, `CAPACITY`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
//
// # Safety
//
// `config` and `scorer` must be NULL or readable for their `struct_size`, and the scorer's entries must do what
// `driftline_scorer` says; `already_evicted` must be readable for its count, `out` writable for `capacity` elements of
// `action_size` bytes, `count` NULL or writable, `report` and `err` NULL or writable for their `struct_size`.
driftline_result driftline_diff_scheduler(driftline_state state,
                                          uint64_t this_node,
                                          const driftline_config *config,
                                          const driftline_scorer *scorer,
                                          uint64_t now_ns,
                                          const uint64_t *already_evicted,
                                          size_t already_evicted_count,
                                          driftline_action *out,
                                          size_t capacity,
                                          size_t action_size,
                                          size_t *count,
                                          driftline_report *report,
                                          driftline_error *err);

// Why a chain is where it is: its verdict as of the last tick, with operands (reads scheduler and state).
//
// Errors: `NOT_LED` if the scheduler does not lead the chain now; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`,
// `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_explain(driftline_scheduler scheduler,
                                   driftline_state state,
                                   uint64_t chain,
                                   driftline_explanation *out,
                                   driftline_error *err);

// The history of a chain, oldest sample first, with its moving average and trend (reads).
//
// `sample_size` is `sizeof(driftline_sample)`. `ewma` (NaN before the first sample) and `trend` may be NULL. `out` may be NULL
// with a capacity of 0 to ask for the rest; `DRIFTLINE_HISTORY_LENGTH` always fits. If the samples do not fit: `CAPACITY`, and
// `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last sample; `NULL`, `STRUCT_SIZE`;
// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `sample_size` bytes, `count`, `ewma` and `trend` NULL or writable; `err`
// must be NULL or writable for its `struct_size`.
driftline_result driftline_history(driftline_scheduler scheduler,
                                   uint64_t chain,
                                   driftline_sample *out,
                                   size_t capacity,
                                   size_t sample_size,
                                   size_t *count,
                                   float *ewma,
                                   uint32_t *trend,
                                   driftline_error *err);

// The sampled scores of a chain's holders, by ascending node (reads). A holder without an opinion has no cell.
//
// `cell_size` is `sizeof(driftline_cell)`. `out` may be NULL with a capacity of 0 to ask for the count. If the cells do not
// fit: `CAPACITY`, and `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last sample; `NULL`,
// `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `cell_size` bytes, `count` NULL or writable; `err` must be NULL or
// writable for its `struct_size`.
driftline_result driftline_snapshot_cells(driftline_scheduler scheduler,
                                          uint64_t chain,
                                          driftline_cell *out,
                                          size_t capacity,
                                          size_t cell_size,
                                          size_t *count,
                                          driftline_error *err);

// The name of a verdict in words, such as "gap too small"; "unknown" for a number that is none.
//
// Never NULL. The text is static. May be called by any thread at any time.
const char *driftline_verdict_name(uint32_t verdict);

// One line of text for an explanation, as logs and scenario files have it. Pure.
//
// At most `capacity` bytes are written, with the NUL. `*length` is the length without it. `out` may be NULL with a capacity
// of 0 to ask for the length; if the line does not fit: `CAPACITY`, and `*length` is what is needed. Errors: `CONFIG` for a
// verdict that is none, `RESERVED` for flags that are none; `NULL`, `STRUCT_SIZE`.
//
// # Safety
//
// `explanation` must be NULL or readable for its `struct_size`, `out` writable for `capacity` bytes, `length` NULL or
// writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_explanation_text(const driftline_explanation *explanation,
                                            char *out,
                                            size_t capacity,
                                            size_t *length,
                                            driftline_error *err);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DRIFTLINE_H */
