/* driftline: says which replica should live somewhere else, and only when the move is worth it.
 *
 * Generated from src/ffi. Do not edit; `make header` rewrites it.
 *
 * Conventions
 *
 * - Every function that can fail returns 0 or a DRIFTLINE_RESULT_ code, and takes an optional driftline_error last
 *   (the _free and _init functions and driftline_config_production do without). Outputs are written only on
 *   success, the error only on failure. Beside the errors that a function lists, it returns DRIFTLINE_RESULT_ALIGNMENT for
 *   a pointer that is not aligned, DRIFTLINE_RESULT_STRUCT_SIZE for an error struct that is none (nothing is written then),
 *   and DRIFTLINE_RESULT_PANIC for a bug of ours.
 * - Handles are numbers. Zero, stale or foreign ones are refused with DRIFTLINE_RESULT_HANDLE and never followed.
 *   "reads" functions may run at the same time as others that read the same handle, "writes" functions have it to
 *   themselves. Entering wrongly never waits: from another thread it is DRIFTLINE_RESULT_BUSY, from inside a callback
 *   DRIFTLINE_RESULT_REENTRANT.
 * - Structs with a struct_size: set it to sizeof, zero the rest. A smaller one (an older caller) is completed with
 *   defaults, a larger one is accepted if what this library does not know is zero. Arrays of structs come with their
 *   element size, a multiple of 8.
 * - Times are uint64_t nanoseconds from any origin; every value is a time. Whoever hands chains over to another leader
 *   takes an origin that all leaders share, such as Unix time. Ids are uint64_t; as a node, DRIFTLINE_NONE is reserved.
 * - The library reads no clock, starts no thread, does no I/O. Same inputs, same bytes out.
 *
 * Marks such as SPEC D7 number the rules of the design. They connect this header with the source and its tests; the
 * sentence before a mark says the rule, and there is nothing to look up.
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

// `move_order`: the victim leaves, then the chain is placed on the target (SPEC R4).
#define DRIFTLINE_MOVE_ORDER_EVICT_FIRST 0

// `move_order`: the chain is placed on the target; the victim leaves when it is there, or stays where that is later
// than a `move_timeout_ns` after it was asked for.
#define DRIFTLINE_MOVE_ORDER_PLACE_FIRST 1

// `mode` of a class: its chains move whenever a move is worth it.
#define DRIFTLINE_CLASS_MODE_EAGER 0

// `mode` of a class: only when the worst holder is below `critical_floor`, whatever the floor is. A `critical_floor`
// of 0, as in a zeroed struct, is never for a better score: no score is below it. Drains still move the chains.
#define DRIFTLINE_CLASS_MODE_LAZY 1

// `mode` of a class: never for a better score and never for a drain; the wished count is kept and orders are carried
// out.
#define DRIFTLINE_CLASS_MODE_PINNED 2

// `mode` of a class: moves for a better score and for a drain are decided and not emitted; the wished count is kept
// and orders are carried out. For a dry run of everything there is `driftline_scheduler_decide`.
#define DRIFTLINE_CLASS_MODE_PROPOSE_ONLY 3

// `flags` of a class policy: `score_floor` is set.
#define DRIFTLINE_CLASS_POLICY_SCORE_FLOOR 1

// `flags` of a class policy: `hysteresis_gap` is set.
#define DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP 2

// `flags` of a class policy: `cooldown_ns` is set.
#define DRIFTLINE_CLASS_POLICY_COOLDOWN 4

// `flags` of a class policy: `cost_per_sec` is set.
#define DRIFTLINE_CLASS_POLICY_COST_PER_SEC 8

// `node` has the chain now. Uses `chain` and `node`.
#define DRIFTLINE_EVENT_HOLDER_ADDED 1

// `node` has the chain no longer. Uses `chain` and `node`.
#define DRIFTLINE_EVENT_HOLDER_REMOVED 2

// `node` leads the chain. Uses `chain` and `node`.
#define DRIFTLINE_EVENT_LEADER_SET 3

// Nobody leads the chain. Uses `chain`.
#define DRIFTLINE_EVENT_LEADER_CLEARED 4

// The chain is gone, and all that was known of it: holders, leader, claim, cooldown, facts and moves. Uses `chain`.
#define DRIFTLINE_EVENT_CHAIN_REMOVED 5

// Somebody holds an exclusive claim on the chain: no eviction until it is released. A move that is half done waits,
// too, and no other chain waits for it. Uses `chain`.
#define DRIFTLINE_EVENT_CLAIM_ACQUIRED 6

// The claim is released. Uses `chain`.
#define DRIFTLINE_EVENT_CLAIM_RELEASED 7

// Something that scores depend on moved at this node. Uses `node`.
#define DRIFTLINE_EVENT_NODE_TOUCHED 8

// Something that scores depend on moved for this chain. Uses `chain`.
#define DRIFTLINE_EVENT_CHAIN_TOUCHED 9

// So many nodes should hold the chain (SPEC B1), also after it has lost its last holder. Uses `chain`; `value` is the
// count, which fits into 32 bits.
#define DRIFTLINE_EVENT_DESIRED_REPLICAS 10

// The chain's revision in the caller's store, which every action on it carries (SPEC R8). Uses `chain`; `value` is the
// revision.
#define DRIFTLINE_EVENT_CHAIN_REVISION 11

// The chain belongs to a class (SPEC Y1). Uses `chain`; `value` is the class, which fits into 32 bits.
#define DRIFTLINE_EVENT_CHAIN_CLASS 12

// `node` is to be empty by a deadline and is no target any more (SPEC N1). Uses `node`; `value` is the deadline, a
// time of the clock that ticks are given, not a duration.
//
// The pace is even, and such that the last move begins a `move_timeout_ns` before the deadline; where less time than
// that is left, everything goes at once, as limits allow. Another deadline begins the pace anew. Chains whose moves
// have failed go last. `driftline_scheduler_drain_status` says what the drain makes of each chain: it is on its way,
// it is blocked and why, or, if neither, it waits for its turn. `driftline_explain` goes by scores on this node, too:
// a good home reads as healthy there, also while the drain waits or has no other home for the chain. Without a
// `move_timeout_ns` a chain counts as moved when its eviction is said.
#define DRIFTLINE_EVENT_DRAIN 13

// `node` stays. A drain that comes later begins with nothing. Uses `node`.
#define DRIFTLINE_EVENT_DRAIN_CANCELLED 14

// `node` is no target until then; what it holds stays (SPEC N2). Uses `node`; `value` is the end, a time of the clock
// that ticks are given, not a duration. One that is past is none.
#define DRIFTLINE_EVENT_AVOID 15

// Nothing is emitted until then; sampling goes on (SPEC R6). Orders that come meanwhile are refused, not kept. `value`
// is the end, a time of the clock that ticks are given, not a duration.
#define DRIFTLINE_EVENT_FREEZE_UNTIL 16

// A freeze is over now. Uses nothing.
#define DRIFTLINE_EVENT_THAW 17

// Somebody orders the holder `node` away: the next tick of the chain's leader does it, whatever the scores, never
// against a claim (SPEC R7). Uses `chain` and `node`.
//
// What cannot be done is dropped, and counted in `forced_refused` without saying which chain it was: the victim is no
// holder, the chain is claimed or has a move in flight, fewer than `min_holders` would be left, everything is frozen,
// or, of a placement, the target holds the chain already, is drained or avoided. Order it again when that is over. An
// order that a limit holds back waits; it is dropped when somebody else leads the chain.
#define DRIFTLINE_EVENT_FORCE_EVICT 18

// Somebody orders the chain to `node`, likewise. Together with `DRIFTLINE_EVENT_FORCE_EVICT` it is one move. Uses
// `chain` and `node`.
#define DRIFTLINE_EVENT_FORCE_PLACE 19

// The move of the chain that is in flight has failed (SPEC F1). What it was tried with, mostly its target, waits for
// `DRIFTLINE_MOVE_BACKOFF_FIRST_NS`, longer with each failure; meanwhile another home is tried. Where no move is in
// flight, or the library has yet to say its next half, this is ignored and counted. Uses `chain`.
//
// A comparison of revisions that was lost is no failure of the target: tell what is so now (revision, holders, leader)
// first; say this, too, only if that does not end the move and you do not want to wait for its time-out.
#define DRIFTLINE_EVENT_MOVE_FAILED 20

// `flags` of a chain: an exclusive claim is held.
#define DRIFTLINE_CHAIN_CLAIM_HELD 1

// `flags` of a chain: `last_rebalance_ns` is known.
#define DRIFTLINE_CHAIN_REBALANCED 2

// `flags` of a chain: `desired_replicas` was told.
#define DRIFTLINE_CHAIN_DESIRED 4

// `flags` of a chain: `revision` was told.
#define DRIFTLINE_CHAIN_REVISION 8

// `flags` of a chain: a move of it is in flight.
#define DRIFTLINE_CHAIN_IN_FLIGHT 16

// `flags` of a chain: the holder `pending_eviction` is ordered away.
#define DRIFTLINE_CHAIN_PENDING_EVICTION 32

// `flags` of a chain: it is ordered to the node `pending_placement`.
#define DRIFTLINE_CHAIN_PENDING_PLACEMENT 64

// A callback answered, and wrote its answer.
#define DRIFTLINE_SCORER_OK 0

// A callback has no opinion, or the thing asked for does not exist; what it wrote is ignored.
#define DRIFTLINE_SCORER_NO_OPINION 1

// A callback was interrupted and wants the call to end: it fails as under `DRIFTLINE_ON_SCORER_ERROR_ABORT`, whatever
// the config says. For signals, deadlines and exceptions that must get through.
#define DRIFTLINE_SCORER_INTERRUPTED 2

// `kind` of an action: take the chain away from `victim`; `target` is the home that it is to have instead.
#define DRIFTLINE_ACTION_EVICT 1

// `kind` of an action: give the chain to one more node, `target` if one is named, and none of `exclude` else.
#define DRIFTLINE_ACTION_PLACE 2

// `arm` of an action: somebody ordered it (SPEC R7).
#define DRIFTLINE_ARM_FORCED 0

// `arm` of an action: the number of holders is not the wished one, or the second half of a move is due (SPEC R2, R4).
#define DRIFTLINE_ARM_COUNT 1

// `arm` of an action: a node is drained (SPEC N1).
#define DRIFTLINE_ARM_DRAIN 2

// `arm` of an action: a holder is bad and there is a better home (SPEC D11).
#define DRIFTLINE_ARM_SCHEDULER 3

// `flags` of an action: `cost` is known, because the scorer named one.
#define DRIFTLINE_ACTION_FLAG_COST 1

// `flags` of an action: `victim` is known.
#define DRIFTLINE_ACTION_FLAG_VICTIM 2

// `flags` of an action: `target` is known.
#define DRIFTLINE_ACTION_FLAG_TARGET 4

// `flags` of an action: `victim_score` is known.
#define DRIFTLINE_ACTION_FLAG_VICTIM_SCORE 8

// `flags` of an action: `target_score` is known.
#define DRIFTLINE_ACTION_FLAG_TARGET_SCORE 16

// `flags` of an action: `gain` is known.
#define DRIFTLINE_ACTION_FLAG_GAIN 32

// `flags` of an action: `revision` is known.
#define DRIFTLINE_ACTION_FLAG_REVISION 64

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

// Acted upon earlier in the same pass, by another arm.
#define DRIFTLINE_VERDICT_ALREADY_MOVED 16

// The move would leave the chain with too few holders.
#define DRIFTLINE_VERDICT_LAST_HOLDER 17

// Nothing is emitted until a freeze is over.
#define DRIFTLINE_VERDICT_FROZEN 18

// A move of the chain is under way.
#define DRIFTLINE_VERDICT_IN_FLIGHT 19

// Refused before for want of a better home, and nothing is new yet.
#define DRIFTLINE_VERDICT_RETRY_LATER 20

// The moves of this tick are used up.
#define DRIFTLINE_VERDICT_TICK_LIMIT 21

// Too many moves are in flight.
#define DRIFTLINE_VERDICT_CLUSTER_LIMIT 22

// Too many moves are in flight from the victim.
#define DRIFTLINE_VERDICT_SOURCE_LIMIT 23

// Too many moves are in flight to every home that would do.
#define DRIFTLINE_VERDICT_TARGET_LIMIT 24

// The chain has moved back and forth, or too often.
#define DRIFTLINE_VERDICT_FLAP_HOLD 25

// Too few chains have a score yet.
#define DRIFTLINE_VERDICT_WARMING_UP 26

// The chain's class does not move.
#define DRIFTLINE_VERDICT_PINNED 27

// The victim should go, but the chain's class only proposes.
#define DRIFTLINE_VERDICT_PROPOSE_ONLY 28

// Due, but the scores of this tick were used up before its turn.
#define DRIFTLINE_VERDICT_DEFERRED 29

// No verdict, in a transition.
#define DRIFTLINE_VERDICT_NONE UINT32_MAX

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

// `begin`, which tells a scorer that the library holds what time it is.
#define DRIFTLINE_METHOD_BEGIN 6

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

// `flags` of an explanation: `limit` is known.
#define DRIFTLINE_EXPLANATION_LIMIT 32

// `flags` of an explanation: `flap_hold_until_ns` is known.
#define DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL 64

// `flags` of an explanation: a move is under way, and `flight_since_ns` is known.
#define DRIFTLINE_EXPLANATION_FLIGHT 128

// `flags` of an explanation: `flight_times_out_at_ns` is known, too.
#define DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT 256

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

// The first back-off of a chain and a target whose move failed, in nanoseconds; each further failure doubles it (SPEC
// F1).
#define DRIFTLINE_MOVE_BACKOFF_FIRST_NS 60000000000

// The longest such back-off.
#define DRIFTLINE_MOVE_BACKOFF_MAX_NS 3600000000000

// How many moves of a chain are remembered (SPEC O1).
#define DRIFTLINE_FLAP_MEMORY 8

// The longest cooldown that flapping leads to, in nanoseconds.
#define DRIFTLINE_FLAP_COOLDOWN_MAX_NS 7200000000000

// How many transitions of verdicts a scheduler remembers (SPEC W3).
#define DRIFTLINE_TRANSITION_RING_LENGTH 1024

// How far from the mean a sample is still stable (SPEC H2); a `float` in the arithmetic.
#define DRIFTLINE_HISTORY_DEAD_BAND 0.02

// An epsilon of an inventory's config: derived from gap and weights.
#define DRIFTLINE_DERIVED -1.0

// `health` of a node: it may have chains.
#define DRIFTLINE_NODE_HEALTH_HEALTHY 0

// `health` of a node: it may keep what it has and gets no more.
#define DRIFTLINE_NODE_HEALTH_CORDONED 1

// `health` of a node: it is no home; what it has should go.
#define DRIFTLINE_NODE_HEALTH_FAILED 2

// `fields` of a node: `cpu_capacity_cores` is given.
#define DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY 1

// `fields` of a node: `cpu_use_cores` is given.
#define DRIFTLINE_NODE_INVENTORY_CPU_USE 2

// `fields` of a node: `memory_capacity_bytes` is given.
#define DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY 4

// `fields` of a node: `memory_use_bytes` is given.
#define DRIFTLINE_NODE_INVENTORY_MEMORY_USE 8

// `fields` of a node: `disk_capacity_bytes` is given.
#define DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY 16

// `fields` of a node: `disk_use_bytes` is given.
#define DRIFTLINE_NODE_INVENTORY_DISK_USE 32

// `fields` of a node: `bandwidth_bytes_per_sec` is given.
#define DRIFTLINE_NODE_INVENTORY_BANDWIDTH 64

// `fields` of a node: `tags` is given.
#define DRIFTLINE_NODE_INVENTORY_TAGS 128

// `fields` of a node: `zone` is given.
#define DRIFTLINE_NODE_INVENTORY_ZONE 256

// `fields` of a node: `health` is given.
#define DRIFTLINE_NODE_INVENTORY_HEALTH 512

// `fields` of a profile: `size_bytes` is given.
#define DRIFTLINE_CHAIN_PROFILE_SIZE 1

// `fields` of a profile: `cpu_cores` is given.
#define DRIFTLINE_CHAIN_PROFILE_CPU 2

// `fields` of a profile: `memory_bytes` is given.
#define DRIFTLINE_CHAIN_PROFILE_MEMORY 4

// `fields` of a profile: `service_value` is given.
#define DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE 8

// `fields` of a profile: `disruption_ns` is given.
#define DRIFTLINE_CHAIN_PROFILE_DISRUPTION 16

// `fields` of a profile: `group` is given.
#define DRIFTLINE_CHAIN_PROFILE_GROUP 32

// `fields` of axes: there is an opinion on `headroom`.
#define DRIFTLINE_SCORE_AXES_HEADROOM 1

// `fields` of axes: there is an opinion on `proximity`.
#define DRIFTLINE_SCORE_AXES_PROXIMITY 2

// `fields` of axes: there is an opinion on `zone_spread`.
#define DRIFTLINE_SCORE_AXES_ZONE_SPREAD 4

// `fields` of axes: there is an opinion on `colocation`.
#define DRIFTLINE_SCORE_AXES_COLOCATION 8

// `fields` of axes: there is a `score`.
#define DRIFTLINE_SCORE_AXES_SCORE 16

// What every function that can fail returns: 0 or the number of a cause.
typedef int32_t driftline_result;

// Configuration of a scheduler (SPEC A7). Fill it with `driftline_config_init` or `driftline_config_production`, which
// says what it sets otherwise, then change what you want. Defaults stand beside the fields.
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
  // At most so many scores are asked for in one tick; the rest stays due, longest due first. A chain that alone has
  // more holders is scored alone. 0 is no limit; 0.
  uint64_t max_scores_per_tick;
  // The longest that a refused chain waits before it is asked about again. 0 is no wait; 0. When fingerprints are
  // polled, the wait grows only for a scorer with `node_fingerprint` or `node_fingerprints`: without them every node
  // counts as changed, every chain is re-scored in each tick, and one that is stuck keeps `next_due_ns` at one
  // second.
  uint64_t retry_backoff_ns;
  // 1: backstops are spread over the interval by chain id. 0: they are not; 0.
  uint32_t backstop_spread;
  // Must be 0.
  uint32_t reserved;
  // No eviction leaves a chain with fewer holders than this. 0. Without a `move_timeout_ns` a holder whose eviction
  // was said counts as gone until the cooldown is over.
  uint32_t min_holders;
  // `DRIFTLINE_MOVE_ORDER_...`; evict first.
  uint32_t move_order;
  // For how long the target that justified an eviction is the target of the placement that follows. 60 s.
  uint64_t pin_ttl_ns;
  // How long a move may take before it counts as failed. 0 is no tracking: what still has to be done is said again
  // in each tick; 0. The pace of a drain leaves this much time before the deadline.
  uint64_t move_timeout_ns;
  // At most so many new moves in one tick. 0 is no limit, here and in the next three; 0. Chains whose moves have
  // failed come after all others and begin at most a quarter of them, and at least one.
  uint64_t max_moves_per_tick;
  // At most so many moves in flight. Needs a `move_timeout_ns`, as do the next two. Chains whose moves have failed
  // have at most a quarter of them, and at least one.
  uint64_t max_in_flight;
  // At most so many moves in flight away from one node.
  uint64_t max_in_flight_per_source;
  // At most so many moves in flight to one node.
  uint64_t max_in_flight_per_target;
  // By how much each move in flight to a node lowers its score as an alternative. In [0, 1]; 0. Needs a
  // `move_timeout_ns`.
  float target_penalty;
  // How many alternatives of a chain are considered before giving up. Above zero; 1, which asks `best_alternative`
  // in place of `alternatives`.
  uint32_t max_alternatives;
  // A chain that came back to a node which it had left within this time, or that moved three times in it, is left
  // alone for as long, and its cooldown doubles, up to `DRIFTLINE_FLAP_COOLDOWN_MAX_NS`. 0 is off; 0.
  uint64_t flap_window_ns;
  // For how long moves for better scores wait for `warmup_coverage` at most. 300 s.
  uint64_t warmup_max_ns;
  // The share of led chains that must have a score before the first such move. In [0, 1]; 0 is off; 0.
  float warmup_coverage;
  // Must be 0.
  uint32_t reserved_2;
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

// A scheduler of one node. A number; zero is no handle.
typedef struct {
  // Kind, slot and generation.
  uint64_t bits;
} driftline_scheduler;

// What a class of chains does otherwise than the config (SPEC Y1). What is not set is as in the config, and must be 0
// here.
typedef struct {
  // `sizeof(driftline_class_policy)`.
  uint32_t struct_size;
  // `DRIFTLINE_CLASS_POLICY_...`: which of the four are set.
  uint32_t flags;
  // `DRIFTLINE_CLASS_MODE_...`; eager.
  uint32_t mode;
  // In place of the config's.
  float score_floor;
  // In place of the config's.
  float hysteresis_gap;
  // In place of the config's.
  float cost_per_sec;
  // In place of the config's.
  uint64_t cooldown_ns;
  // In [0, 1]; 0 is never for a better score. Only with `DRIFTLINE_CLASS_MODE_LAZY`; else it must be 0.
  float critical_floor;
  // Must be 0.
  uint32_t reserved;
} driftline_class_policy;

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
  // A count, a class, a revision or a time.
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
  // How many nodes should hold it; 0 unless `DRIFTLINE_CHAIN_DESIRED`.
  uint32_t desired_replicas;
  // Its class; 0 if it was never given one.
  uint32_t class_id;
  // Its latest revision; `DRIFTLINE_NONE` unless `DRIFTLINE_CHAIN_REVISION`.
  uint64_t revision;
  // The holder that is ordered away and has not been considered yet; `DRIFTLINE_NONE` if there is none.
  uint64_t pending_eviction;
  // The node that the chain is ordered to, likewise.
  uint64_t pending_placement;
} driftline_chain;

// A node with a time: until when it is avoided, or when it should be empty.
typedef struct {
  // The node.
  uint64_t node;
  // The time.
  uint64_t at_ns;
} driftline_node_time;

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
// Zero the struct, set `struct_size` and what you have; optional entries that stay NULL do what is said beside them.
// The struct is copied, `ctx` is kept until `drop` is called.
//
// Callbacks get `ctx` first and return `DRIFTLINE_SCORER_OK`, `DRIFTLINE_SCORER_NO_OPINION`,
// `DRIFTLINE_SCORER_INTERRUPTED`, or a negative code of their own. What is neither of the first two comes back in
// `driftline_error.scorer_code`. They must return: no longjmp, no exception, no end of the thread. They are called one
// at a time for each scheduler, on the thread that called the library, and only while that call lasts; pointers that
// they get are valid until they return. Scores are pre-set to "no opinion", fingerprints to 0, which is an answer.
//
// Nothing that they return is trusted: NaN and infinities are no opinion, scores outside [0, 1] are clamped, and both
// are counted in the report (SPEC P1).
//
// From inside a callback every call on the scheduler that is calling is refused as `DRIFTLINE_RESULT_REENTRANT`. The
// state may be read from inside `driftline_scheduler_sample`, `driftline_scheduler_decide` and
// `driftline_diff_scheduler`; from inside `driftline_scheduler_tick` any call on the state is refused. Other handles
// may be used.
typedef struct {
  // `sizeof(driftline_scorer)`.
  uint32_t struct_size;
  // Must be 0.
  uint32_t flags;
  // Yours; handed to every callback.
  void *ctx;
  // Called exactly once for each installation, when that is over: replaced, uninstalled, freed with its scheduler,
  // or refused; and exactly once for each `driftline_any_scorer` that was made of it or refused, when that is over:
  // freed, or freed, replaced or uninstalled with what has taken it over. Whoever hands one `ctx` over more than
  // once counts them. May be NULL. The call that drops has left its handles by then; those of calls around it are
  // still entered.
  void (*drop)(void *ctx);
  // How good a home `node` is for `chain`, in [0, 1]. Required. May be cached by you.
  int32_t (*score)(void *ctx, uint64_t chain, uint64_t node, float *out);
  // The best home that the chain could have and has not. `exclude` is its holders, and whatever else is no home for
  // it now: nodes that are drained or avoided, and targets that have just failed; ascending. Required.
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
  // `score` for `count` pairs in one call. `out` is pre-set to NaN, which here is "no opinion". NULL: `score` in a
  // loop.
  int32_t (*score_many)(void *ctx, const driftline_pair *pairs, size_t count, float *out);
  // `live_score` for `count` pairs, as `score_many`. NULL: `live_score` in a loop. Not called by this version.
  int32_t (*live_score_many)(void *ctx, const driftline_pair *pairs, size_t count, float *out);
  // `node_fingerprint` for `count` nodes. `known` is pre-set to 0, "no opinion"; write 1 beside each counter. NULL:
  // `node_fingerprint` in a loop.
  int32_t (*node_fingerprints)(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known);
  // Up to `capacity` alternatives, best first; `*count` is pre-set to 0. Called in place of `best_alternative` when
  // `max_alternatives` is above 1. When there are many, it may be called again with a larger capacity. NULL:
  // `best_alternative` again and again, with what it has answered among `exclude`.
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
  // The earliest backstop, retry of a failed sample, end of a cooldown, back-off, hold, freeze or warm-up, timeout
  // of a move or next move of a drain, and at once if a chain was deferred; `DRIFTLINE_NONE` if nothing waits.
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
  // Questions for the best alternative, or for several.
  uint64_t alternative_calls;
  // Fingerprints of nodes.
  uint64_t node_fingerprint_calls;
  // Fingerprints of chains.
  uint64_t chain_fingerprint_calls;
  // Migration costs.
  uint64_t cost_calls;
  // Values that were not finite or out of range.
  uint64_t invalid_scores;
  // Alternatives that were excluded, reserved or named twice.
  uint64_t invalid_alternatives;
  // Failures of the scorer that `DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN` skipped.
  uint64_t scorer_errors;
  // Chains by verdict number; they add up to `led`.
  uint64_t verdicts[32];
  // Chains that were due and are left for later, because `max_scores_per_tick` was used up.
  uint64_t deferred;
  // For how long the first of them has been due; 0 if there is none.
  uint64_t deferred_age_ns;
  // Moves of led chains that are in flight after the pass. A sample leaves this and the rest 0.
  uint64_t in_flight;
  // Moves that the pass found done.
  uint64_t completed_moves;
  // Moves that somebody said have failed.
  uint64_t failed_moves;
  // Moves that took longer than `move_timeout_ns`.
  uint64_t timed_out_moves;
  // Moves back to a node that the chain had left less than a `flap_window_ns` before.
  uint64_t returned_moves;
  // Orders that could not be carried out.
  uint64_t forced_refused;
  // Feedback since the last tick that referred to no move in flight.
  uint64_t ignored_feedback;
} driftline_report;

// What the caller is asked to do. Whoever carries it out compares `revision` with the chain's present one, where there
// is one: two leaders that overlap cannot both act on one state then (SPEC R8).
typedef struct {
  // `DRIFTLINE_ACTION_...`.
  uint32_t kind;
  // `DRIFTLINE_ACTION_FLAG_...`: what is known.
  uint32_t flags;
  // The chain.
  uint64_t chain;
  // The holder to leave. Of a placement the one that will be evicted once the chain is on the target, and the
  // numbers are those of that move; `DRIFTLINE_NONE` where the chain is to have one holder more.
  uint64_t victim;
  // The node that is to hold the chain; `DRIFTLINE_NONE` where an eviction leaves one holder less, or a placement
  // leaves the choice to the caller.
  //
  // Of an eviction: with a wished count (`DRIFTLINE_EVENT_DESIRED_REPLICAS`) leave it alone, because a placement on
  // it follows when the victim is gone. Without one the eviction is the whole move under
  // `DRIFTLINE_MOVE_ORDER_EVICT_FIRST`: put the chain there, too, or it has one replica less from then on. Under
  // `DRIFTLINE_MOVE_ORDER_PLACE_FIRST` the placement came before, with a wished count or without.
  uint64_t target;
  // The victim's live score; NaN if it is not known, as the next two.
  float victim_score;
  // The target's score, lowered by the penalty for moves in flight to it.
  float target_score;
  // `target_score - victim_score`.
  float gain;
  // What the move costs, in score; 0 if it is not known.
  float cost;
  // `DRIFTLINE_ARM_...`: which part of the library asks for it.
  uint32_t arm;
  // 0.
  uint32_t reserved;
  // The latest revision of the chain that was told; `DRIFTLINE_NONE` if none was.
  uint64_t revision;
  // The nodes that a placement must not be, ascending: holders, nodes that are drained or avoided, and targets that
  // have just failed. Valid as long as the action is; NULL when there are none, and from `driftline_diff_scheduler`.
  const uint64_t *exclude;
  // How many they are.
  uint64_t exclude_count;
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

// How an inventory judges. Fill it with `driftline_inventory_config_init`, then change what you want. Defaults stand
// beside the fields.
//
// A score has four axes in [0, 1]; by default half of it is their weighted mean, half the worst of them. Axes on which
// nothing is known do not count.
typedef struct {
  // `sizeof(driftline_inventory_config)`.
  uint32_t struct_size;
  // Weight of the axis "headroom": free capacity. In [0, 1e6]; 0 switches an axis off, and one must be on; 1.
  float headroom_weight;
  // Weight of the axis "proximity": near to the clients; 1.
  float proximity_weight;
  // Weight of the axis "zone spread": not in one zone with the other holders; 0.5.
  float zone_spread_weight;
  // Weight of the axis "colocation": where the chain's group is; 0.25.
  float colocation_weight;
  // How much of a score is its worst axis; the rest is the weighted mean. In [0, 1]; 0.5.
  float worst_share;
  // Up to this share of its capacity a node in use is as good as an empty one; from here to full, headroom falls
  // from 1 to 0. In [0, 1); 0.6.
  float comfortable_use;
  // What must stay free of each capacity for a node to take another chain, as a share. In [0, 1); 0.1. A move that is
  // under way counts at its target when `driftline_inventory_follow` tells of it, so a reserve that must hold at any
  // moment has to cover `max_in_flight_per_target` chains.
  float capacity_reserve;
  // The round-trip time at which proximity is 0.5: the worst that is acceptable, with the default floor. Above zero;
  // 100 ms.
  uint64_t rtt_half_ns;
  // After this time half of a change in use has arrived in its mean. 0 is no smoothing; 60 s.
  uint64_t load_half_life_ns;
  // The same for round-trip times; 100 s.
  uint64_t rtt_half_life_ns;
  // The most that one round-trip time counts in its mean, however long nothing was measured before it. In (0, 1]; 1
  // is no bound; 0.3.
  float rtt_weight_max;
  // The gap of the scheduler's config, from which the epsilons are derived. In [0, 1]; 0.2. Set it with the other
  // one: `driftline_config_production` has 0.25.
  float hysteresis_gap;
  // By how much the headroom of a node may drift before its fingerprint moves. In [0, 1] or `DRIFTLINE_DERIVED`;
  // derived.
  float headroom_epsilon;
  // The same for the proximity of a client and a holder.
  float proximity_epsilon;
  // Bandwidth to a target to which no path from a holder was measured, nor the bandwidth of any of these nodes
  // reported. Finite, above zero; 125e6, which is 1 Gbit/s.
  double fallback_bandwidth_bytes_per_sec;
  // Size of a chain whose profile has none. Finite, at least zero; 0: it ships for nothing.
  double fallback_size_bytes;
  // How fast a chain is written out and read in again, besides its transfer. Finite, at least zero; 0: at once.
  double serialisation_bytes_per_sec;
  // How long a chain serves worse while it moves, where its profile does not say; 0.
  uint64_t fallback_disruption_ns;
} driftline_inventory_config;

// By how much something may drift before a fingerprint of an inventory moves, and what comes of that.
typedef struct {
  // `sizeof(driftline_inventory_epsilons)`.
  uint32_t struct_size;
  // The headroom of a node: as configured, or derived.
  float headroom;
  // The proximity of a client and a holder, likewise.
  float proximity;
  // How far a sampled score can be from the present one while no fingerprint has moved, but for rounding.
  float score_bound;
} driftline_inventory_epsilons;

// An inventory: what is known of nodes and chains, from which scores are made without a callback. A number; zero is no
// handle.
//
// Reports go in through this handle; `driftline_any_scorer_of_inventory` makes scorers that answer from it, and go on
// when the handle is freed. While another thread's scheduler asks such a scorer, a report waits until that question is
// answered, and a question until a report is taken: the one place where this library waits, and never for long. For
// the same decisions from the same inputs, report between ticks and not during one.
typedef struct {
  // Kind, slot and generation.
  uint64_t bits;
} driftline_inventory;

// What is known of one node. What is not given stays as it was said before; what was never said is no opinion. But
// what a chain asks of its homes must have been reported: a node of unknown tags lacks them, and one of unknown zone
// is in every zone.
//
// Uses are what all chains on the node use now, those that driftline does not know included. Capacities and bandwidth
// are finite and above zero, uses finite, at least zero, and at most their capacity.
typedef struct {
  // The node.
  uint64_t node;
  // `DRIFTLINE_NODE_INVENTORY_...`: which members are given. The others must be 0.
  uint32_t fields;
  // `DRIFTLINE_NODE_HEALTH_...`.
  uint32_t health;
  // Processors, in cores.
  double cpu_capacity_cores;
  // How many of them are busy.
  double cpu_use_cores;
  // Memory, in bytes.
  double memory_capacity_bytes;
  // How much of it is in use.
  double memory_use_bytes;
  // Disk, in bytes.
  double disk_capacity_bytes;
  // How much of it is in use.
  double disk_use_bytes;
  // What the node can send or receive, where a path was not measured.
  double bandwidth_bytes_per_sec;
  // What the node has, one bit for each of up to 64 tags of yours.
  uint64_t tags;
  // The failure domain that the node is in, a number of yours. `UINT32_MAX` is reserved.
  uint32_t zone;
  // Must be 0.
  uint32_t reserved;
} driftline_node_inventory;

// A measured round-trip time.
typedef struct {
  // Who measured: a client of chains.
  uint64_t from;
  // The node that answered.
  uint64_t to;
  // How long it took.
  uint64_t rtt_ns;
} driftline_rtt;

// A measured bandwidth.
typedef struct {
  // Who sent.
  uint64_t from;
  // Who received.
  uint64_t to;
  // Finite, above zero.
  double bytes_per_sec;
} driftline_bandwidth;

// Who uses a chain.
typedef struct {
  // The node that the client is at or near to: the `from` of its round-trip times. It need not be a node that can
  // hold chains.
  uint64_t node;
  // How much it uses the chain, relative to the others. Finite, above zero.
  float weight;
  // Must be 0.
  uint32_t reserved;
} driftline_client;

// What is known of one chain. It replaces what was said before as a whole; what is not given is not known.
typedef struct {
  // The chain.
  uint64_t chain;
  // `DRIFTLINE_CHAIN_PROFILE_...`: which of the members with such a bit are given. The others of these must be 0.
  uint32_t fields;
  // 1: two holders in one zone are forbidden, not just worse. 0: just worse.
  uint32_t zone_anti_affinity;
  // What has to be shipped, and what it needs of a disk. Finite, at least zero, as the next two.
  double size_bytes;
  // What one replica needs of a node's processors.
  double cpu_cores;
  // What one replica needs of its memory.
  double memory_bytes;
  // Tags that every home must have; 0 for none.
  uint64_t required_tags;
  // Who uses it; no node twice. Only read during the call. Without clients the next two are not looked at.
  const driftline_client *clients;
  // How many they are.
  uint64_t client_count;
  // `sizeof(driftline_client)`.
  uint64_t client_size;
  // How much more a disturbance of this chain matters than one of others: the `reliability_factor` of its moves.
  // Finite, above zero.
  float service_value;
  // Must be 0.
  uint32_t reserved;
  // How long the chain serves worse while it moves.
  uint64_t disruption_ns;
  // Chains of one group are better off together.
  uint64_t group;
} driftline_chain_profile;

// What one home is worth to one chain, axis by axis, each in [0, 1].
typedef struct {
  // `sizeof(driftline_score_axes)`.
  uint32_t struct_size;
  // `DRIFTLINE_SCORE_AXES_...`: which of the next five are known. The others are 0.
  uint32_t fields;
  // Free capacity, with the chain on the node.
  float headroom;
  // Near to the clients.
  float proximity;
  // 1 for a zone without other holders, a half beside one, a third beside two.
  float zone_spread;
  // 1 beside another chain of the group, else a half.
  float colocation;
  // What comes of it: 0 if the node is no home, unknown without an opinion on any axis.
  float score;
  // 1 if the node is a home for the chain at all: it has not failed, has all required tags, and no other holder in
  // its zone where that is forbidden; for a node that is no holder also: it may take chains, has room, and what is
  // known of a holder, on any of the axes that count, is known of it, too. Else 0.
  uint32_t is_home;
} driftline_score_axes;

// A scorer that the library holds: your callbacks, an inventory, or several of these put together. A number; zero is
// no handle.
//
// You own it, until it becomes a part of another one or is installed: from then on the handle is stale. Every call
// that takes one has it alone, and calls its callbacks on the thread that called.
typedef struct {
  // Kind, slot and generation.
  uint64_t bits;
} driftline_any_scorer;

// A part of a weighted sum.
typedef struct {
  // The part; it is taken over.
  driftline_any_scorer scorer;
  // How much it weighs; only ratios matter. Finite, above zero.
  float weight;
  // Must be 0.
  uint32_t reserved;
} driftline_weighted_scorer;

// The scorer of some chains.
typedef struct {
  // The scorer; it is taken over.
  driftline_any_scorer scorer;
  // Its chains; no chain twice, here or in another override. Only read during the call; NULL is fine where there are
  // none.
  const uint64_t *chains;
  // How many they are.
  uint64_t chain_count;
} driftline_chain_override;

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
  // The floor of the chain.
  float score_floor;
  // The alternative's score, lowered by the penalty for moves in flight to it.
  float alternative_score;
  // Alternative minus live victim.
  float gain;
  // The gap of the chain.
  float hysteresis_gap;
  // What the move would cost, in score.
  float cost;
  // `DRIFTLINE_EXPLANATION_...`: which of the times, the refusal, the limit and the move are known.
  uint32_t flags;
  // When the wait of a chain that retries later is over at the latest.
  uint64_t retry_at_ns;
  // Why it waits: the `DRIFTLINE_VERDICT_...` that it was refused with; 0 where that is not known.
  uint32_t refusal;
  // 0.
  uint32_t reserved;
  // The limit of the config that keeps the chain where it is; 0 where that is not known.
  uint64_t limit;
  // When the chain is let go after it has flapped.
  uint64_t flap_hold_until_ns;
  // The holder that the move under way leaves, if it leaves one.
  uint64_t flight_victim;
  // The node that it goes to, if one was named.
  uint64_t flight_target;
  // When its last action was emitted.
  uint64_t flight_since_ns;
  // When it counts as failed. Not known if that lies beyond all time, or while the library itself has to say the
  // next thing.
  uint64_t flight_times_out_at_ns;
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

// A change of a standing verdict (SPEC W3).
typedef struct {
  // Counts from 0, so that a reader notices what it has missed.
  uint64_t sequence;
  // The tick that changed it.
  uint64_t at_ns;
  // The chain; `DRIFTLINE_NONE` is all chains at once, which freeze and warm-up are about.
  uint64_t chain;
  // The `DRIFTLINE_VERDICT_...` before; `DRIFTLINE_VERDICT_NONE` if there was none.
  uint32_t from;
  // The one from then on; `DRIFTLINE_VERDICT_NONE` where each chain has its own again.
  uint32_t to;
} driftline_transition;

// How far a node that is drained has come (SPEC N1).
typedef struct {
  // `sizeof(driftline_drain_status)`.
  uint32_t struct_size;
  // 1: the node is drained. 0: it is not; the rest is 0 then, and the deadline `DRIFTLINE_NONE`.
  uint32_t draining;
  // When it should be empty.
  uint64_t deadline_ns;
  // The chains led here that it still holds, those in flight included.
  uint64_t left;
  // The chains led here that the drain has moved away.
  uint64_t moved;
  // The chains led here that are on their way from it.
  uint64_t in_flight;
  // 1: it will not be empty in time unless something changes.
  uint32_t at_risk;
  // 0.
  uint32_t reserved;
} driftline_drain_status;

// A chain that a drain could not move, and why.
typedef struct {
  // The chain.
  uint64_t chain;
  // `DRIFTLINE_VERDICT_...`.
  uint32_t verdict;
  // 0.
  uint32_t reserved;
} driftline_blocked;

// One move that was carried out: what it took, and the score that was lost over it.
typedef struct {
  // How long the state was shipped.
  uint64_t state_transfer_ns;
  // How long the chain served worse. A move without any duration says nothing and is left out.
  uint64_t disruption_ns;
  // Weight of the whole, as in `driftline_migration_cost`: what is not above zero counts as 1 (SPEC C1). Finite.
  float reliability_factor;
  // The score that was lost over the move, in the unit in which moves are judged. Finite; may be noisy, and
  // negative.
  float score_loss;
} driftline_observed_move;

// What a second of migration costs, and how sure that is.
typedef struct {
  // `sizeof(driftline_calibration)`.
  uint32_t struct_size;
  // Score that one second of transfer or disruption costs, for the config. Above zero.
  float cost_per_sec;
  // Lower end of the 95 % interval. Above zero.
  float low;
  // Upper end of the 95 % interval. It is no farther from `low` than `cost_per_sec` is from zero.
  float high;
  // How many moves took any time; those are all that count.
  uint64_t observations;
  // How many of them are so far from the rest that they had no say. At most half.
  uint64_t outliers;
} driftline_calibration;

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

// The kind of an event is unknown, or its value is out of range.
#define DRIFTLINE_RESULT_EVENT 301

// The reserved id was passed as a node.
#define DRIFTLINE_RESULT_ID 302

// A chain, a holder, or a part of a scorer is listed twice.
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

// More than the library can number: ids, or class policies.
#define DRIFTLINE_RESULT_TOO_MANY 309

// The bytes are not what an export of a chain looks like.
#define DRIFTLINE_RESULT_IMPORT 310

// The class has no policy.
#define DRIFTLINE_RESULT_NO_POLICY 311

// Observed moves do not say what a second of migration costs.
#define DRIFTLINE_RESULT_CALIBRATION 312

// A report to an inventory says what cannot be; the message names field and value.
#define DRIFTLINE_RESULT_INVENTORY 313

// Nothing was reported of the node.
#define DRIFTLINE_RESULT_UNKNOWN_NODE 314

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

// Fills a config with its defaults, which stand beside its fields, and sets its `struct_size`. Pure.
//
// `struct_size` is `sizeof(driftline_config)` as the caller knows it; so many bytes are written.
//
// # Safety
//
// `config` must be NULL or writable for `struct_size` bytes.
driftline_result driftline_config_init(driftline_config *config, size_t struct_size);

// The same with what a cluster that people depend on should run with: moves are tracked and limited, flapping is held,
// the scorer may fail. Pure.
//
// It sets: `hysteresis_gap` 0.25, `on_scorer_error` skip chain, `backstop_spread` 1, `retry_backoff_ns` 60 s,
// `min_holders` 1, `move_timeout_ns` 600 s, `max_moves_per_tick` 16, `max_in_flight` 64, `max_in_flight_per_source` 4,
// `max_in_flight_per_target` 4, `target_penalty` 0.05, `max_alternatives` 8, `flap_window_ns` 30 min,
// `warmup_coverage` 0.9. The rest is as by default: `move_order` is evict first, so a chain of two has one holder for
// the time of a move, and a chain of one never moves. The README has both columns.
//
// # Safety
//
// As `driftline_config_init`.
driftline_result driftline_config_production(driftline_config *config, size_t struct_size);

// Checks every field of a config (SPEC G1). Pure; nothing is changed, whatever the answer.
//
// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_config_validate(const driftline_config *config, driftline_error *err);

// Gives a class a policy, or takes it away when `policy` is NULL (writes), from the next call on (SPEC Y1). A refused
// one changes nothing.
//
// A class without a policy is as the config says. Class 0 is that of all chains that were never given one. Errors:
// `CONFIG` with a message that names the field and the value, `RESERVED`, `STRUCT_SIZE`, `TOO_MANY` beyond 255
// policies, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`. A lazy class whose `critical_floor` was left at 0
// is no error, and never moves for a better score.
//
// # Safety
//
// `policy` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_scheduler_set_class_policy(driftline_scheduler scheduler,
                                                      uint32_t class_id,
                                                      const driftline_class_policy *policy,
                                                      driftline_error *err);

// The policy of a class (reads). Errors: `NO_POLICY` if it has none; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_scheduler_class_policy(driftline_scheduler scheduler,
                                                  uint32_t class_id,
                                                  driftline_class_policy *out,
                                                  driftline_error *err);

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
// `holder_offsets` has `chain_count + 1` elements, from 0 up to `holder_count`, the length of `holders`. `leaders[i]`
// is `DRIFTLINE_NONE` for nobody. Chains that are listed keep all the rest: claim, cooldown, facts, moves; others are
// gone. What is equal to the present is not marked dirty. The arrays are only read during the call.
//
// Errors: `MEMBERSHIP` with an index into `holder_offsets`; `DUPLICATE` with one into `chains`, or into `holders`
// where `err->node` says which; `ID` with one into `holders`; `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`,
// `BUSY`, `REENTRANT`, `POISONED`.
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

// Applies events in order (writes). All or nothing: a refused event leaves the state as it was, and `err->index` names
// it if one element is at fault.
//
// `event_size` is `sizeof(driftline_event)` as the caller knows it. The array is only read during the call. Events
// only note what changed; the work happens in the tick.
//
// Errors: `EVENT` for an unknown kind or a value that is out of range, `RESERVED` for a field that must be 0, `ID`,
// `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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

// 64 bits that depend on the logical content only (reads): two states that hold the same have the same digest, in
// every language and on every platform. Walks all chains.
//
// Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_state_digest(driftline_state state, uint64_t *out, driftline_error *err);

// One chain with its holders, ascending (reads).
//
// `holders` may be NULL with a capacity of 0 to ask for the rest. If the holders do not fit: `CAPACITY`,
// `*holder_count` is how many there are, and nothing else is written. Errors: `UNKNOWN_CHAIN`, `NULL`, `STRUCT_SIZE`;
// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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
// `out` may be NULL with a capacity of 0 to ask for the count. If they do not fit: `CAPACITY`, and `*count` is how
// many there are. Errors: `NULL`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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

// The chains that a node holds, ascending (reads). Costs what it returns. Otherwise as `driftline_state_chains`, and
// `ID` for `DRIFTLINE_NONE`.
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

// The chains that a node leads and that have a holder or should have one, ascending (reads). Walks all chains.
// Otherwise as `driftline_state_chains`, and `ID` for `DRIFTLINE_NONE`.
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

// The nodes that are drained, ascending, with their deadlines (reads).
//
// `node_time_size` is `sizeof(driftline_node_time)`. `out` may be NULL with a capacity of 0 to ask for the count. If
// they do not fit: `CAPACITY`, and `*count` is how many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `node_time_size` bytes, `count` NULL or writable; `err` must be
// NULL or writable for its `struct_size`.
driftline_result driftline_state_drains(driftline_state state,
                                        driftline_node_time *out,
                                        size_t capacity,
                                        size_t node_time_size,
                                        size_t *count,
                                        driftline_error *err);

// The nodes that are avoided, ascending, and until when (reads). One whose time is over stands here until the next
// tick. Otherwise as `driftline_state_drains`.
//
// # Safety
//
// As `driftline_state_drains`.
driftline_result driftline_state_avoided(driftline_state state,
                                         driftline_node_time *out,
                                         size_t capacity,
                                         size_t node_time_size,
                                         size_t *count,
                                         driftline_error *err);

// When the freeze is over (reads). One that is over stands here until the next tick.
//
// `*is_known` is 1 if there is one; else it is 0, and `*until_ns` `DRIFTLINE_NONE`. Errors: `NULL`, `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
//
// # Safety
//
// `is_known` and `until_ns` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_state_frozen_until(driftline_state state,
                                              uint32_t *is_known,
                                              uint64_t *until_ns,
                                              driftline_error *err);

// What is remembered of a chain, as bytes for whoever leads it next (reads): its cooldown, its moves and the one in
// flight, its back-offs (SPEC V1). Facts that events tell are not in it.
//
// The times in it are those of this leader's ticks, so all leaders, and this one after a restart, need one origin:
// Unix time, or a clock of the cluster; not the start of a process or of a machine.
//
// The bytes are the same on every platform. `out` may be NULL with a capacity of 0 to ask for the count. If they do
// not fit: `CAPACITY`, and `*count` is how many there are. Errors: `UNKNOWN_CHAIN`, `NULL`, `NO_MEMORY`; `HANDLE`,
// `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` bytes, `count` NULL or writable; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_state_export_chain(driftline_state state,
                                              uint64_t chain,
                                              uint8_t *out,
                                              size_t capacity,
                                              size_t *count,
                                              driftline_error *err);

// Takes in what another leader has exported, in place of what is remembered of that chain (writes; SPEC V1). Times
// that lie ahead of the next tick's count as that tick's.
//
// `*chain`, which may be NULL, is the chain that the bytes are about. Errors: `IMPORT` with a message that says what
// is wrong with the bytes; `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`. The
// state is then as it was.
//
// # Safety
//
// `bytes` must be readable for `count` bytes, `chain` NULL or writable; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_state_import_chain(driftline_state state,
                                              const uint8_t *bytes,
                                              size_t count,
                                              uint64_t *chain,
                                              driftline_error *err);

// Makes a scheduler for the chains that `this_node` leads, without a scorer. `abi` is `DRIFTLINE_ABI`.
//
// The caller owns the handle and ends it with `driftline_scheduler_free`. Errors: `ABI`, `NULL`, `STRUCT_SIZE`,
// `CONFIG`, `ID`, `NO_MEMORY`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable; `err` must be NULL or writable for
// its `struct_size`.
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
// The struct is copied. Whatever this returns, `scorer->drop` is or will be called exactly once for this installation,
// unless the pointer is not aligned, or `struct_size` does not cover it or is larger than 4,096. Errors: `NULL` also
// for a missing `score` or `best_alternative`; `STRUCT_SIZE`, `RESERVED`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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
// The verdicts of the report are those of the last tick. `report` may be NULL. Errors: `TIME` if `now_ns` is earlier
// than a time seen before, `SCORER` when the scorer fails under abort (what was observed is kept, the rest stays due),
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
// `sizeof(driftline_action)` as the caller knows it. It belongs to the scheduler, together with what the actions
// exclude, and is valid until the next call that writes it; there is nothing to free. It is NULL when `*count` is 0.
// Carry the actions out and report back with events; with them their cooldowns start, or without `move_timeout_ns`
// have started. `report` may be NULL.
//
// `now_ns` counts from any origin and never goes back. Whoever hands chains over (`driftline_state_export_chain`)
// takes one that all leaders share, such as Unix time.
//
// Errors: as `driftline_scheduler_sample`, `NULL`. No action is emitted then and no decision state is written.
//
// # Safety
//
// `actions` and `count` must be NULL or writable, `report` NULL or writable for its `struct_size`; `err` must be NULL
// or writable for its.
driftline_result driftline_scheduler_tick(driftline_scheduler scheduler,
                                          driftline_state state,
                                          uint64_t now_ns,
                                          size_t action_size,
                                          const driftline_action **actions,
                                          size_t *count,
                                          driftline_report *report,
                                          driftline_error *err);

// What a tick on the same observations would do: a dry run that changes nothing, but has the scheduler to itself,
// because it asks the scorer (writes the lent actions, reads the state).
//
// No cooldown starts. The actions replace those that were lent before, and the failures those of the last pass.
// Everything else is as in `driftline_scheduler_tick`.
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
// `sampled_size` is `sizeof(driftline_sampled)`. `out` may be NULL with a capacity of 0 to ask for the count. If they
// do not fit: `CAPACITY`, and `*count` is how many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `sampled_size` bytes, `count` NULL or writable; `err` must be NULL
// or writable for its `struct_size`.
driftline_result driftline_scheduler_sampled(driftline_scheduler scheduler,
                                             driftline_sampled *out,
                                             size_t capacity,
                                             size_t sampled_size,
                                             size_t *count,
                                             driftline_error *err);

// The scorer's failures that the last sample, tick or dry run that succeeded has skipped, in the order in which they
// happened (reads).
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

// Fills a config with its defaults, which stand beside its fields, and sets its `struct_size`. Pure.
//
// `struct_size` is `sizeof(driftline_inventory_config)` as the caller knows it; so many bytes are written. Errors:
// `NULL`, `STRUCT_SIZE`.
//
// # Safety
//
// `config` must be NULL or writable for `struct_size` bytes.
driftline_result driftline_inventory_config_init(driftline_inventory_config *config, size_t struct_size);

// Checks every field of a config. Pure; nothing is changed, whatever the answer.
//
// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_inventory_config_validate(const driftline_inventory_config *config, driftline_error *err);

// The epsilons of a config as they are used, which may be NULL for the defaults. Pure.
//
// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable for its; `err` must be NULL or
// writable for its `struct_size`.
driftline_result driftline_inventory_config_epsilons(const driftline_inventory_config *config,
                                                     driftline_inventory_epsilons *out,
                                                     driftline_error *err);

// Makes an inventory that knows nothing. `abi` is `DRIFTLINE_ABI`; `config` may be NULL for the defaults.
//
// The caller owns the handle and ends it with `driftline_inventory_free`. Errors: `ABI`, `NULL`, `STRUCT_SIZE`,
// `CONFIG`, `NO_MEMORY`, `TOO_MANY`.
//
// # Safety
//
// `config` must be NULL or readable for its `struct_size`, `out` NULL or writable; `err` must be NULL or writable for
// its `struct_size`.
driftline_result driftline_inventory_new(uint32_t abi,
                                         const driftline_inventory_config *config,
                                         driftline_inventory *out,
                                         driftline_error *err);

// Ends the handle of an inventory (writes). Scorers that were made of it go on with what it knows. Zero is fine. Works
// on a poisoned one.
//
// Errors: `HANDLE`, `BUSY`, `REENTRANT`.
driftline_result driftline_inventory_free(driftline_inventory inventory);

// The config (reads). Errors: `NULL`, `STRUCT_SIZE`, `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_inventory_config_of(driftline_inventory inventory,
                                               driftline_inventory_config *out,
                                               driftline_error *err);

// Takes the whole membership over (writes), the same arrays as `driftline_state_load` does. All or nothing, but that
// `NO_MEMORY` may come when part of it was taken over; load it again then.
//
// What nodes use is not changed: reports have these chains in them. Profiles of chains that are not listed are
// forgotten. Errors: as `driftline_state_load`.
//
// # Safety
//
// The arrays must be readable for as many elements as said; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_inventory_load(driftline_inventory inventory,
                                          const uint64_t *chains,
                                          const uint64_t *leaders,
                                          size_t chain_count,
                                          const uint64_t *holder_offsets,
                                          const uint64_t *holders,
                                          size_t holder_count,
                                          driftline_error *err);

// Takes notice of events of a state (writes): holders, wished counts, chains that are gone, drains. Give it the very
// arrays that `driftline_state_apply` has taken; events that it has no use for are skipped.
//
// A chain that comes to a node is expected to use there what its profile says, and less where it left, until reports
// of the node take over: a report that lags behind the moves does not bring on the same moves again.
//
// Errors: as `driftline_state_apply`, before anything is noted, but for `NO_MEMORY` and `TOO_MANY`: events before it
// count, so give it all of them again; they are idempotent.
//
// # Safety
//
// `events` must be readable for `event_count` elements of `event_size` bytes; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_inventory_follow(driftline_inventory inventory,
                                            const driftline_event *events,
                                            size_t event_count,
                                            size_t event_size,
                                            driftline_error *err);

// Takes reports of nodes that were made at `now_ns`, in order (writes). All or nothing; `err->index` names the report
// at fault.
//
// Uses are smoothed by the times of their reports, so it does not matter how often you report. `now_ns` is of the
// clock that ticks are given; it is never earlier than that of a report before. `node_inventory_size` is
// `sizeof(driftline_node_inventory)`. The array is only read during the call.
//
// Errors: `INVENTORY` with a message that names field and value, for a quantity that is negative or not finite, a use
// above its capacity, a health that is none; `RESERVED` for unknown `fields`, or for a member that is set and not
// given; `TIME`, `ID`, `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`,
// `POISONED`.
//
// # Safety
//
// `reports` must be readable for `report_count` elements of `node_inventory_size` bytes; `err` must be NULL or
// writable for its `struct_size`.
driftline_result driftline_inventory_report_nodes(driftline_inventory inventory,
                                                  uint64_t now_ns,
                                                  const driftline_node_inventory *reports,
                                                  size_t report_count,
                                                  size_t node_inventory_size,
                                                  driftline_error *err);

// Takes round-trip times that were measured at `now_ns`, in order (writes). All or nothing.
//
// They are smoothed as uses are. `rtt_size` is `sizeof(driftline_rtt)`. Errors: as `driftline_inventory_report_nodes`,
// but for `INVENTORY` and `RESERVED`.
//
// # Safety
//
// As `driftline_inventory_report_nodes`.
driftline_result driftline_inventory_report_rtts(driftline_inventory inventory,
                                                 uint64_t now_ns,
                                                 const driftline_rtt *reports,
                                                 size_t report_count,
                                                 size_t rtt_size,
                                                 driftline_error *err);

// Takes bandwidths, in order (writes); each replaces what was measured before. All or nothing.
//
// Only costs depend on them. `bandwidth_size` is `sizeof(driftline_bandwidth)`. Errors: as
// `driftline_inventory_report_nodes`, but for `TIME` and `RESERVED`.
//
// # Safety
//
// As `driftline_inventory_report_nodes`.
driftline_result driftline_inventory_report_bandwidths(driftline_inventory inventory,
                                                       const driftline_bandwidth *reports,
                                                       size_t report_count,
                                                       size_t bandwidth_size,
                                                       driftline_error *err);

// Takes profiles of chains, in order (writes); each replaces that of its chain as a whole. All or nothing.
//
// `chain_profile_size` is `sizeof(driftline_chain_profile)`. Errors: as `driftline_inventory_report_nodes`, but for
// `TIME`; `err->index` names the profile, also where one of its clients is at fault, and `err->node` the client then,
// if its node is known.
//
// # Safety
//
// `profiles` must be readable for `profile_count` elements of `chain_profile_size` bytes, and `clients` of each for
// `client_count` elements of `client_size` bytes; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_inventory_report_profiles(driftline_inventory inventory,
                                                     const driftline_chain_profile *profiles,
                                                     size_t profile_count,
                                                     size_t chain_profile_size,
                                                     driftline_error *err);

// Forgets what was reported of a node and by it (writes). What it holds stays until events say otherwise.
//
// `*was_known`, which may be NULL, is 1 if something was known of it, else 0. Errors: `ID` for `DRIFTLINE_NONE`;
// `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `was_known` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_inventory_forget_node(driftline_inventory inventory,
                                                 uint64_t node,
                                                 uint32_t *was_known,
                                                 driftline_error *err);

// Tells a state which nodes and chains have moved since the last call, as the touches that
// `DRIFTLINE_FINGERPRINT_PUSH` goes by (writes inventory and state). Call it before each tick in that mode; in the
// other one there is no need for it.
//
// `*count`, which may be NULL, is how many there were. An inventory tells each move once: where it feeds several
// states, take the touches with `driftline_inventory_touches` and apply them to each.
//
// Errors: `NO_MEMORY`, `TOO_MANY`: what has moved is told next time; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `count` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_inventory_touch(driftline_inventory inventory,
                                           driftline_state state,
                                           size_t *count,
                                           driftline_error *err);

// The same as events, for several states (writes): nodes and chains that have moved since the last call, by ascending
// id. Give them to `driftline_state_apply` of each.
//
// `event_size` is `sizeof(driftline_event)`. `out` may be NULL with a capacity of 0 to ask for the count. Only what
// was written counts as told: if they do not fit, it is `CAPACITY`, `*count` is how many there are, and they are told
// next time. Errors: `NULL`, `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `event_size` bytes, `count` writable; `err` must be NULL or
// writable for its `struct_size`.
driftline_result driftline_inventory_touches(driftline_inventory inventory,
                                             driftline_event *out,
                                             size_t capacity,
                                             size_t event_size,
                                             size_t *count,
                                             driftline_error *err);

// What a node is worth to a chain, axis by axis (reads): as its holder, or as one that takes the place of the holder
// that would leave, which is the one that is drained, or else the worst.
//
// Errors: `UNKNOWN_NODE` if nothing was reported of the node; `ID` for `DRIFTLINE_NONE`; `NULL`, `STRUCT_SIZE`;
// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_inventory_axes(driftline_inventory inventory,
                                          uint64_t chain,
                                          uint64_t node,
                                          driftline_score_axes *out,
                                          driftline_error *err);

// Makes a scorer of callbacks.
//
// The struct is copied. Whatever this returns, `scorer->drop` is or will be called exactly once for this call, unless
// the pointer is not aligned, or `struct_size` does not cover it or is larger than 4,096. The caller owns the handle
// and ends it with `driftline_any_scorer_free`, or by handing it over. Errors: `NULL` also for a missing `score` or
// `best_alternative`; `STRUCT_SIZE`, `RESERVED`, `NO_MEMORY`, `TOO_MANY`.
//
// # Safety
//
// `scorer` must be NULL or readable for its `struct_size`, and its entries must do what `driftline_scorer` says until
// `drop` is called; `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_of_callbacks(const driftline_scorer *scorer,
                                                   driftline_any_scorer *out,
                                                   driftline_error *err);

// Makes a scorer that answers from an inventory (reads the inventory). The inventory may have any number of them, is
// fed as before, and may be freed.
//
// The caller owns the handle and ends it with `driftline_any_scorer_free`, or by handing it over. Errors: `NULL`,
// `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_of_inventory(driftline_inventory inventory,
                                                   driftline_any_scorer *out,
                                                   driftline_error *err);

// Ends a scorer and its parts (writes). Zero is fine. Works on a poisoned one.
//
// Errors: `HANDLE`, also for one that was handed over; `BUSY`, `REENTRANT`.
driftline_result driftline_any_scorer_free(driftline_any_scorer scorer);

// Puts scorers together whose weighted mean is the score (writes the parts). A part without an opinion does not count;
// what one part scores 0 is 0, and no alternative: zero is a veto.
//
// The parts are taken over: on success their handles are stale, on failure all of them are as they were.
// `weighted_scorer_size` is `sizeof(driftline_weighted_scorer)`. The cost of a move is that of the first part that has
// one; fingerprints are of all parts, and unknown where one of them has none.
//
// Errors: `CONFIG` for a weight that is not finite and above zero, or for no parts at all; `DUPLICATE` for a part that
// is listed twice; `RESERVED`, `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`. `err->index` names the part.
//
// # Safety
//
// `parts` must be readable for `part_count` elements of `weighted_scorer_size` bytes, `out` NULL or writable; `err`
// must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_weighted_sum(const driftline_weighted_scorer *parts,
                                                   size_t part_count,
                                                   size_t weighted_scorer_size,
                                                   driftline_any_scorer *out,
                                                   driftline_error *err);

// Puts scorers together of which the lowest score counts (writes the parts), as `driftline_any_scorer_weighted_sum`
// does; they have no weights.
//
// Errors: as there.
//
// # Safety
//
// `parts` must be readable for `part_count` handles, `out` NULL or writable; `err` must be NULL or writable for its
// `struct_size`.
driftline_result driftline_any_scorer_minimum(const driftline_any_scorer *parts,
                                              size_t part_count,
                                              driftline_any_scorer *out,
                                              driftline_error *err);

// Puts a gate before a scorer (writes both): where the gate scores below `threshold`, a home has score 0 and is no
// alternative; elsewhere, and where the gate has no opinion, `inner` answers.
//
// Both are taken over: on success their handles are stale, on failure both are as they were. Errors: `CONFIG` for a
// threshold outside [0, 1]; `DUPLICATE` if both are the same; `NULL`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`. Where one of both is at fault, `err->index` is 0 for the gate and 1 for `inner`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_gate(driftline_any_scorer gate,
                                           driftline_any_scorer inner,
                                           float threshold,
                                           driftline_any_scorer *out,
                                           driftline_error *err);

// Gives some chains scorers of their own (writes all of these); `default_scorer` answers for all others.
//
// All are taken over: on success their handles are stale, on failure all of them are as they were.
// `chain_override_size` is `sizeof(driftline_chain_override)`. There may be none of them.
//
// Errors: `DUPLICATE` for a chain that is listed twice, where `err->chain` is that chain and `err->index` counts
// through all lists one after the other, and for a scorer that is listed twice, where `err->index` names the override;
// `STRUCT_SIZE`, `NULL`, `CAPACITY`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `overrides` must be readable for `override_count` elements of `chain_override_size` bytes, and `chains` of each for
// its `chain_count`; `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_override_per_chain(driftline_any_scorer default_scorer,
                                                         const driftline_chain_override *overrides,
                                                         size_t override_count,
                                                         size_t chain_override_size,
                                                         driftline_any_scorer *out,
                                                         driftline_error *err);

// Remembers scores of up to `capacity` pairs of a chain and a node (writes the scorer), as long as the fingerprints of
// both say that nothing has moved. Live scores, alternatives and costs are asked for each time.
//
// `inner` is taken over: on success its handle is stale, on failure it is as it was. Errors: `CONFIG` for a capacity
// of 0 or above 2^32 - 2; `NULL`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_cached(driftline_any_scorer inner,
                                             size_t capacity,
                                             driftline_any_scorer *out,
                                             driftline_error *err);

// Smooths the scores of each chain and node over time (writes the scorer): after `half_life_ns` half of a change has
// arrived. How often a scheduler asks does not matter.
//
// `inner` is taken over: on success its handle is stale, on failure it is as it was. Errors: `CONFIG` for a half-life
// of 0; `NULL`, `NO_MEMORY`, `TOO_MANY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_smoothed(driftline_any_scorer inner,
                                               uint64_t half_life_ns,
                                               driftline_any_scorer *out,
                                               driftline_error *err);

// Makes this the scorer of a scheduler (writes both): every led chain is due (SPEC P4). The previous one is dropped.
//
// It is taken over: on success its handle is stale, on failure it is as it was. `driftline_scheduler_uninstall` and
// `driftline_scheduler_free` end it. Errors: `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_scheduler_install_any(driftline_scheduler scheduler,
                                                 driftline_any_scorer scorer,
                                                 driftline_error *err);

// Tells a scorer that the library holds what time it is, as a pass does before it asks (has the scorer alone): a
// smoothed score then is the one of that time, and what a cached one remembers is compared with the fingerprints anew.
//
// Call it before you ask, when something may have moved since the last pass or the last time it was told. Schedulers
// and `driftline_diff_scheduler_any` do it by themselves. Errors: `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_begin(driftline_any_scorer scorer, uint64_t now_ns, driftline_error *err);

// What a node is worth to a chain by a scorer that the library holds (has the scorer alone): in `[0, 1]`, NaN without
// an opinion.
//
// A scheduler would take the same answer for the same score: what a callback says beyond `[0, 1]` is clamped, and what
// is not finite is no opinion. Smoothed and cached scorers answer as of their last pass or
// `driftline_any_scorer_begin`. From inside a callback any call on the scorer is refused.
//
// Errors: `SCORER`, with `err->scorer_code`, if a callback fails; `ID` for `DRIFTLINE_NONE` as node; `NULL`,
// `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_score(driftline_any_scorer scorer,
                                            uint64_t chain,
                                            uint64_t node,
                                            float *out,
                                            driftline_error *err);

// The same by what is asked at the moment of a decision (has the scorer alone): nothing of it is remembered, though a
// smoothed scorer smooths it. Errors: as `driftline_any_scorer_score`.
//
// # Safety
//
// As `driftline_any_scorer_score`.
driftline_result driftline_any_scorer_live_score(driftline_any_scorer scorer,
                                                 uint64_t chain,
                                                 uint64_t node,
                                                 float *out,
                                                 driftline_error *err);

// What it would cost to move a chain to a node by a scorer that the library holds (has the scorer alone).
//
// `*is_known` is 1 if the scorer says so; else it is 0, and `*out` a move for free. A `reliability_factor` that is not
// finite and above zero is 1 here (SPEC C1). `driftline_config` says what a second is worth. From inside a callback
// any call on the scorer is refused. Errors: as `driftline_any_scorer_score`.
//
// # Safety
//
// `is_known` and `out` must be NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_migration_cost(driftline_any_scorer scorer,
                                                     uint64_t chain,
                                                     uint64_t target,
                                                     uint32_t *is_known,
                                                     driftline_migration_cost *out,
                                                     driftline_error *err);

// The best homes that a chain could have by a scorer that the library holds (has the scorer alone): up to `capacity` of
// them, best first, ties by ascending id. `*count` is how many were written: never more than `capacity`, and none
// where that is 0.
//
// Give in `exclude`, in any order, what a scheduler would: the holders of the chain, nodes that are drained or avoided.
// Answers of callbacks that are excluded, reserved, repeated or without a score are left out, as a scheduler does.
// `alternative_size` is `sizeof(driftline_alternative)`. From inside a callback any call on the scorer is refused.
//
// Errors: `SCORER`, with `err->scorer_code`, if a callback fails; `CAPACITY` for arrays larger than memory; `NULL`,
// `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `exclude` must be readable for `exclude_count` ids, `out` writable for `capacity` elements of `alternative_size`
// bytes, `count` writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_any_scorer_alternatives(driftline_any_scorer scorer,
                                                   uint64_t chain,
                                                   const uint64_t *exclude,
                                                   size_t exclude_count,
                                                   driftline_alternative *out,
                                                   size_t capacity,
                                                   size_t alternative_size,
                                                   size_t *count,
                                                   driftline_error *err);

// The best homes that a chain could have by an inventory (reads): up to `capacity` of them, best first, ties by
// ascending id. `*count` is how many were written: never more than `capacity`, and none where that is 0. Nodes in
// `exclude`, the holders that the inventory knows of, and what is no home to the chain are left out. Whose place the
// home is to take is as in `driftline_inventory_axes`; a scheduler says it.
//
// It walks over all nodes: some 40 microseconds for 10,000 of them. `alternative_size` is
// `sizeof(driftline_alternative)`.
//
// Errors: `CAPACITY` for arrays larger than memory; `NULL`, `STRUCT_SIZE`, `NO_MEMORY`;
// `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// As `driftline_any_scorer_alternatives`.
driftline_result driftline_inventory_alternatives(driftline_inventory inventory,
                                                  uint64_t chain,
                                                  const uint64_t *exclude,
                                                  size_t exclude_count,
                                                  driftline_alternative *out,
                                                  size_t capacity,
                                                  size_t alternative_size,
                                                  size_t *count,
                                                  driftline_error *err);

// What it would cost to move a chain to a node by an inventory (reads): by its size and the bandwidth of the path from
// the best connected holder.
//
// `*is_known` is 0 where nothing is known that would make it cost anything, and `*out` then is a move for free.
// Errors: `ID` for `DRIFTLINE_NONE` as target; `NULL`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// As `driftline_any_scorer_migration_cost`.
driftline_result driftline_inventory_migration_cost(driftline_inventory inventory,
                                                    uint64_t chain,
                                                    uint64_t target,
                                                    uint32_t *is_known,
                                                    driftline_migration_cost *out,
                                                    driftline_error *err);

// Judges every chain that `this_node` leads by what the scorer says now, and decides which moves are worth making
// (reads). Pure: nothing is written but the outputs, and no cooldown starts.
//
// The scorer is borrowed for the call; its `drop` is not called. Chains in `already_evicted`, in any order, are
// skipped (SPEC D2); it may be NULL with a count of 0. The actions come by ascending chain, `action_size` bytes each;
// placements do not say what they exclude. `out` may be NULL with a capacity of 0 to ask for the count; if they do not
// fit: `CAPACITY`, and `*count` is how many there are. `report` may be NULL.
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

// The same over a scorer that the library holds (reads the state, has the scorer alone). It stays the caller's.
//
// Everything else is as in `driftline_diff_scheduler`. From inside a callback any call on the scorer is refused.
//
// # Safety
//
// As `driftline_diff_scheduler`.
driftline_result driftline_diff_scheduler_any(driftline_state state,
                                              uint64_t this_node,
                                              const driftline_config *config,
                                              driftline_any_scorer scorer,
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
// Errors: `NOT_LED` if the scheduler does not lead the chain now; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
// `REENTRANT`, `POISONED`.
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
// `sample_size` is `sizeof(driftline_sample)`. `ewma` (NaN before the first sample) and `trend` may be NULL. `out` may
// be NULL with a capacity of 0 to ask for the rest; `DRIFTLINE_HISTORY_LENGTH` always fits. If the samples do not fit:
// `CAPACITY`, and `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last sample;
// `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `sample_size` bytes, `count`, `ewma` and `trend` NULL or writable;
// `err` must be NULL or writable for its `struct_size`.
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
// `cell_size` is `sizeof(driftline_cell)`. `out` may be NULL with a capacity of 0 to ask for the count. If the cells
// do not fit: `CAPACITY`, and `*count` is how many there are. Errors: `NOT_LED` if the chain was not led at the last
// sample; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
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

// The changes of standing verdicts from a sequence number on, oldest first (reads).
//
// The last `DRIFTLINE_TRANSITION_RING_LENGTH` of them are kept; whoever asks for those after the last that it has seen
// and gets a first one with a larger number has missed some. `transition_size` is `sizeof(driftline_transition)`.
// `out` may be NULL with a capacity of 0 to ask for the count. If they do not fit: `CAPACITY`, and `*count` is how
// many there are. Errors: `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be writable for `capacity` elements of `transition_size` bytes, `count` NULL or writable; `err` must be
// NULL or writable for its `struct_size`.
driftline_result driftline_scheduler_transitions(driftline_scheduler scheduler,
                                                 uint64_t since_sequence,
                                                 driftline_transition *out,
                                                 size_t capacity,
                                                 size_t transition_size,
                                                 size_t *count,
                                                 driftline_error *err);

// How far a node that is drained has come, as of the last tick and by what the state says now, and the chains that the
// drain could not move, ascending, with the reason (reads scheduler and state).
//
// A node that is not drained is no error: `out->draining` is 0. `blocked_size` is `sizeof(driftline_blocked)`.
// `blocked` may be NULL with a capacity of 0 to ask for the rest. If the blocked chains do not fit: `CAPACITY`,
// `*count` is how many there are, and nothing else is written. Errors: `ID` for `DRIFTLINE_NONE`; `NULL`,
// `STRUCT_SIZE`, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`.
//
// # Safety
//
// `out` must be NULL or writable for its `struct_size`, `blocked` writable for `capacity` elements of `blocked_size`
// bytes, `count` NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_scheduler_drain_status(driftline_scheduler scheduler,
                                                  driftline_state state,
                                                  uint64_t node,
                                                  driftline_drain_status *out,
                                                  driftline_blocked *blocked,
                                                  size_t capacity,
                                                  size_t blocked_size,
                                                  size_t *count,
                                                  driftline_error *err);

// Finds the `cost_per_sec` at which `driftline_score_equivalent` says what moves really cost (SPEC I2). Pure.
//
// `observed_move_size` is `sizeof(driftline_observed_move)`. Moves that do not belong to the rest, such as those that met
// an incident, do no harm, also where all of them lost more than they should have, as long as they are clearly fewer
// than half and clearly apart. The order of the moves does not matter, and the same moves give the same bits on every
// platform. Each move takes 56 bytes while it runs.
//
// Errors: `CALIBRATION` with a message that says why these moves say nothing: a number that is not finite (`index` is
// the move), fewer than 12 moves that took any time, more than half of them outliers, an interval that contains 0 or
// is wider than the cost itself, a negative cost; `NULL`, `STRUCT_SIZE`, `CAPACITY`, `NO_MEMORY`.
//
// # Safety
//
// `moves` must be readable for `move_count` elements of `observed_move_size` bytes; `out` must be NULL or writable for
// its `struct_size`; `err` must be NULL or writable for its.
driftline_result driftline_calibrate(const driftline_observed_move *moves,
                                     size_t move_count,
                                     size_t observed_move_size,
                                     driftline_calibration *out,
                                     driftline_error *err);

// The name of a verdict in words, such as "gap too small"; "unknown" for a number that is none.
//
// Never NULL. The text is static. May be called by any thread at any time.
const char *driftline_verdict_name(uint32_t verdict);

// One line of text for an explanation, as logs and scenario files have it. Pure.
//
// At most `capacity` bytes are written, with the NUL. `*length` is the length without it. `out` may be NULL with a
// capacity of 0 to ask for the length; if the line does not fit: `CAPACITY`, and `*length` is what is needed. Errors:
// `CONFIG` for a verdict that is none, `RESERVED` for flags that are none; `NULL`, `STRUCT_SIZE`.
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

// The same as a sentence without an end mark, for somebody who is called at night. Otherwise as
// `driftline_explanation_text`.
//
// # Safety
//
// As `driftline_explanation_text`.
driftline_result driftline_explanation_sentence(const driftline_explanation *explanation,
                                                char *out,
                                                size_t capacity,
                                                size_t *length,
                                                driftline_error *err);

// One line of text for an action, as logs and scenario files have it. Pure.
//
// `action_size` is `sizeof(driftline_action)` as the caller knows it. Of its nodes and numbers the line says which are
// known by `flags`. Otherwise as `driftline_explanation_text`. Errors: `CONFIG` for a kind or an arm that is none,
// `RESERVED` for flags that are none, `ID` for an eviction without a victim and for `DRIFTLINE_NONE` where a node is
// known; `NULL`, `STRUCT_SIZE`, `CAPACITY`, `NO_MEMORY`.
//
// # Safety
//
// `action` must be NULL or readable for `action_size` bytes, and its `exclude` for `exclude_count` elements; `out`
// writable for `capacity` bytes, `length` NULL or writable; `err` must be NULL or writable for its `struct_size`.
driftline_result driftline_action_text(const driftline_action *action,
                                       size_t action_size,
                                       char *out,
                                       size_t capacity,
                                       size_t *length,
                                       driftline_error *err);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* DRIFTLINE_H */
