/* The ABI of libdriftline.so.0, which programs are compiled against: include/driftline.h without its comments. */
#ifndef DRIFTLINE_H
#define DRIFTLINE_H
#include <stddef.h>
#include <stdint.h>
#define DRIFTLINE_ABI 1
#define DRIFTLINE_NONE UINT64_MAX
#define DRIFTLINE_ON_SCORER_ERROR_ABORT 0
#define DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN 1
#define DRIFTLINE_FINGERPRINT_POLL 0
#define DRIFTLINE_FINGERPRINT_PUSH 1
#define DRIFTLINE_MOVE_ORDER_EVICT_FIRST 0
#define DRIFTLINE_MOVE_ORDER_PLACE_FIRST 1
#define DRIFTLINE_CLASS_MODE_EAGER 0
#define DRIFTLINE_CLASS_MODE_LAZY 1
#define DRIFTLINE_CLASS_MODE_PINNED 2
#define DRIFTLINE_CLASS_MODE_PROPOSE_ONLY 3
#define DRIFTLINE_CLASS_POLICY_SCORE_FLOOR 1
#define DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP 2
#define DRIFTLINE_CLASS_POLICY_COOLDOWN 4
#define DRIFTLINE_CLASS_POLICY_COST_PER_SEC 8
#define DRIFTLINE_EVENT_HOLDER_ADDED 1
#define DRIFTLINE_EVENT_HOLDER_REMOVED 2
#define DRIFTLINE_EVENT_LEADER_SET 3
#define DRIFTLINE_EVENT_LEADER_CLEARED 4
#define DRIFTLINE_EVENT_CHAIN_REMOVED 5
#define DRIFTLINE_EVENT_CLAIM_ACQUIRED 6
#define DRIFTLINE_EVENT_CLAIM_RELEASED 7
#define DRIFTLINE_EVENT_NODE_TOUCHED 8
#define DRIFTLINE_EVENT_CHAIN_TOUCHED 9
#define DRIFTLINE_EVENT_DESIRED_REPLICAS 10
#define DRIFTLINE_EVENT_CHAIN_REVISION 11
#define DRIFTLINE_EVENT_CHAIN_CLASS 12
#define DRIFTLINE_EVENT_DRAIN 13
#define DRIFTLINE_EVENT_DRAIN_CANCELLED 14
#define DRIFTLINE_EVENT_AVOID 15
#define DRIFTLINE_EVENT_FREEZE_UNTIL 16
#define DRIFTLINE_EVENT_THAW 17
#define DRIFTLINE_EVENT_FORCE_EVICT 18
#define DRIFTLINE_EVENT_FORCE_PLACE 19
#define DRIFTLINE_EVENT_MOVE_FAILED 20
#define DRIFTLINE_CHAIN_CLAIM_HELD 1
#define DRIFTLINE_CHAIN_REBALANCED 2
#define DRIFTLINE_CHAIN_DESIRED 4
#define DRIFTLINE_CHAIN_REVISION 8
#define DRIFTLINE_CHAIN_IN_FLIGHT 16
#define DRIFTLINE_CHAIN_PENDING_EVICTION 32
#define DRIFTLINE_CHAIN_PENDING_PLACEMENT 64
#define DRIFTLINE_SCORER_OK 0
#define DRIFTLINE_SCORER_NO_OPINION 1
#define DRIFTLINE_SCORER_INTERRUPTED 2
#define DRIFTLINE_ACTION_EVICT 1
#define DRIFTLINE_ACTION_PLACE 2
#define DRIFTLINE_ARM_FORCED 0
#define DRIFTLINE_ARM_COUNT 1
#define DRIFTLINE_ARM_DRAIN 2
#define DRIFTLINE_ARM_SCHEDULER 3
#define DRIFTLINE_ACTION_FLAG_COST 1
#define DRIFTLINE_ACTION_FLAG_VICTIM 2
#define DRIFTLINE_ACTION_FLAG_TARGET 4
#define DRIFTLINE_ACTION_FLAG_VICTIM_SCORE 8
#define DRIFTLINE_ACTION_FLAG_TARGET_SCORE 16
#define DRIFTLINE_ACTION_FLAG_GAIN 32
#define DRIFTLINE_ACTION_FLAG_REVISION 64
#define DRIFTLINE_VERDICT_COUNT 32
#define DRIFTLINE_VERDICT_NOT_SAMPLED 0
#define DRIFTLINE_VERDICT_HEALTHY 1
#define DRIFTLINE_VERDICT_NO_SCORE 2
#define DRIFTLINE_VERDICT_COOLDOWN 3
#define DRIFTLINE_VERDICT_CLAIM_HELD 4
#define DRIFTLINE_VERDICT_RECOVERED 5
#define DRIFTLINE_VERDICT_NO_ALTERNATIVE 6
#define DRIFTLINE_VERDICT_GAP_TOO_SMALL 7
#define DRIFTLINE_VERDICT_COST_TOO_HIGH 8
#define DRIFTLINE_VERDICT_EVICT 9
#define DRIFTLINE_VERDICT_SCORER_FAILED 10
#define DRIFTLINE_VERDICT_ALREADY_MOVED 16
#define DRIFTLINE_VERDICT_LAST_HOLDER 17
#define DRIFTLINE_VERDICT_FROZEN 18
#define DRIFTLINE_VERDICT_IN_FLIGHT 19
#define DRIFTLINE_VERDICT_RETRY_LATER 20
#define DRIFTLINE_VERDICT_TICK_LIMIT 21
#define DRIFTLINE_VERDICT_CLUSTER_LIMIT 22
#define DRIFTLINE_VERDICT_SOURCE_LIMIT 23
#define DRIFTLINE_VERDICT_TARGET_LIMIT 24
#define DRIFTLINE_VERDICT_FLAP_HOLD 25
#define DRIFTLINE_VERDICT_WARMING_UP 26
#define DRIFTLINE_VERDICT_PINNED 27
#define DRIFTLINE_VERDICT_PROPOSE_ONLY 28
#define DRIFTLINE_VERDICT_DEFERRED 29
#define DRIFTLINE_VERDICT_NONE UINT32_MAX
#define DRIFTLINE_CAUSE_NEW 0
#define DRIFTLINE_CAUSE_DIRTY 1
#define DRIFTLINE_CAUSE_BACKSTOP 2
#define DRIFTLINE_METHOD_SCORE 0
#define DRIFTLINE_METHOD_LIVE_SCORE 1
#define DRIFTLINE_METHOD_BEST_ALTERNATIVE 2
#define DRIFTLINE_METHOD_NODE_FINGERPRINT 3
#define DRIFTLINE_METHOD_CHAIN_FINGERPRINT 4
#define DRIFTLINE_METHOD_MIGRATION_COST 5
#define DRIFTLINE_METHOD_BEGIN 6
#define DRIFTLINE_EXPLANATION_SINCE 1
#define DRIFTLINE_EXPLANATION_SAMPLED_AT 2
#define DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL 4
#define DRIFTLINE_EXPLANATION_REFUSAL 8
#define DRIFTLINE_EXPLANATION_RETRY_AT 16
#define DRIFTLINE_EXPLANATION_LIMIT 32
#define DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL 64
#define DRIFTLINE_EXPLANATION_FLIGHT 128
#define DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT 256
#define DRIFTLINE_TREND_STABLE 0
#define DRIFTLINE_TREND_DEGRADING 1
#define DRIFTLINE_TREND_IMPROVING 2
#define DRIFTLINE_HISTORY_LENGTH 64
#define DRIFTLINE_HISTORY_SMOOTHING 0.3
#define DRIFTLINE_RETRY_BACKOFF_FIRST_NS 1000000000
#define DRIFTLINE_MOVE_BACKOFF_FIRST_NS 60000000000
#define DRIFTLINE_MOVE_BACKOFF_MAX_NS 3600000000000
#define DRIFTLINE_FLAP_MEMORY 8
#define DRIFTLINE_FLAP_COOLDOWN_MAX_NS 7200000000000
#define DRIFTLINE_TRANSITION_RING_LENGTH 1024
#define DRIFTLINE_HISTORY_DEAD_BAND 0.02
#define DRIFTLINE_DERIVED -1.0
#define DRIFTLINE_NODE_HEALTH_HEALTHY 0
#define DRIFTLINE_NODE_HEALTH_CORDONED 1
#define DRIFTLINE_NODE_HEALTH_FAILED 2
#define DRIFTLINE_NODE_INVENTORY_CPU_CAPACITY 1
#define DRIFTLINE_NODE_INVENTORY_CPU_USE 2
#define DRIFTLINE_NODE_INVENTORY_MEMORY_CAPACITY 4
#define DRIFTLINE_NODE_INVENTORY_MEMORY_USE 8
#define DRIFTLINE_NODE_INVENTORY_DISK_CAPACITY 16
#define DRIFTLINE_NODE_INVENTORY_DISK_USE 32
#define DRIFTLINE_NODE_INVENTORY_BANDWIDTH 64
#define DRIFTLINE_NODE_INVENTORY_TAGS 128
#define DRIFTLINE_NODE_INVENTORY_ZONE 256
#define DRIFTLINE_NODE_INVENTORY_HEALTH 512
#define DRIFTLINE_CHAIN_PROFILE_SIZE 1
#define DRIFTLINE_CHAIN_PROFILE_CPU 2
#define DRIFTLINE_CHAIN_PROFILE_MEMORY 4
#define DRIFTLINE_CHAIN_PROFILE_SERVICE_VALUE 8
#define DRIFTLINE_CHAIN_PROFILE_DISRUPTION 16
#define DRIFTLINE_CHAIN_PROFILE_GROUP 32
#define DRIFTLINE_SCORE_AXES_HEADROOM 1
#define DRIFTLINE_SCORE_AXES_PROXIMITY 2
#define DRIFTLINE_SCORE_AXES_ZONE_SPREAD 4
#define DRIFTLINE_SCORE_AXES_COLOCATION 8
#define DRIFTLINE_SCORE_AXES_SCORE 16
typedef int32_t driftline_result;
typedef struct {
  uint32_t struct_size;
  uint32_t on_scorer_error;
  uint32_t fingerprint_mode;
  float score_floor;
  float hysteresis_gap;
  float cost_per_sec;
  uint64_t cooldown_ns;
  uint64_t decision_interval_ns;
  uint64_t max_scores_per_tick;
  uint64_t retry_backoff_ns;
  uint32_t backstop_spread;
  uint32_t reserved;
  uint32_t min_holders;
  uint32_t move_order;
  uint64_t pin_ttl_ns;
  uint64_t move_timeout_ns;
  uint64_t max_moves_per_tick;
  uint64_t max_in_flight;
  uint64_t max_in_flight_per_source;
  uint64_t max_in_flight_per_target;
  float target_penalty;
  uint32_t max_alternatives;
  uint64_t flap_window_ns;
  uint64_t warmup_max_ns;
  float warmup_coverage;
  uint32_t reserved_2;
} driftline_config;
typedef struct {
  uint32_t struct_size;
  driftline_result code;
  uint64_t index;
  uint64_t chain;
  uint64_t node;
  int32_t scorer_code;
  uint32_t method;
  char message[184];
} driftline_error;
typedef struct {
  uint64_t bits;
} driftline_scheduler;
typedef struct {
  uint32_t struct_size;
  uint32_t flags;
  uint32_t mode;
  float score_floor;
  float hysteresis_gap;
  float cost_per_sec;
  uint64_t cooldown_ns;
  float critical_floor;
  uint32_t reserved;
} driftline_class_policy;
typedef struct {
  uint64_t state_transfer_ns;
  uint64_t disruption_ns;
  float reliability_factor;
  uint32_t reserved;
} driftline_migration_cost;
typedef struct {
  uint64_t bits;
} driftline_state;
typedef struct {
  uint32_t kind;
  uint32_t flags;
  uint64_t chain;
  uint64_t node;
  uint64_t value;
} driftline_event;
typedef struct {
  uint32_t struct_size;
  uint32_t flags;
  uint64_t leader;
  uint64_t last_rebalance_ns;
  uint32_t desired_replicas;
  uint32_t class_id;
  uint64_t revision;
  uint64_t pending_eviction;
  uint64_t pending_placement;
} driftline_chain;
typedef struct {
  uint64_t node;
  uint64_t at_ns;
} driftline_node_time;
typedef struct {
  uint64_t node;
  float score;
  uint32_t reserved;
} driftline_alternative;
typedef struct {
  uint64_t chain;
  uint64_t node;
} driftline_pair;
typedef struct {
  uint32_t struct_size;
  uint32_t flags;
  void *ctx;
  void (*drop)(void *ctx);
  int32_t (*score)(void *ctx, uint64_t chain, uint64_t node, float *out);
  int32_t (*best_alternative)(void *ctx,
                              uint64_t chain,
                              const uint64_t *exclude,
                              size_t exclude_count,
                              driftline_alternative *out);
  int32_t (*live_score)(void *ctx, uint64_t chain, uint64_t node, float *out);
  int32_t (*node_fingerprint)(void *ctx, uint64_t node, uint64_t *out);
  int32_t (*chain_fingerprint)(void *ctx, uint64_t chain, uint64_t *out);
  int32_t (*migration_cost)(void *ctx, uint64_t chain, uint64_t target, driftline_migration_cost *out);
  int32_t (*score_many)(void *ctx, const driftline_pair *pairs, size_t count, float *out);
  int32_t (*live_score_many)(void *ctx, const driftline_pair *pairs, size_t count, float *out);
  int32_t (*node_fingerprints)(void *ctx, const uint64_t *nodes, size_t count, uint64_t *out, uint8_t *known);
  int32_t (*alternatives)(void *ctx,
                          uint64_t chain,
                          const uint64_t *exclude,
                          size_t exclude_count,
                          driftline_alternative *out,
                          size_t capacity,
                          size_t *count);
} driftline_scorer;
typedef struct {
  uint32_t struct_size;
  uint32_t next_due_known;
  uint64_t next_due_ns;
  uint64_t led;
  uint64_t fresh;
  uint64_t dirty;
  uint64_t backstop_due;
  uint64_t rescored;
  uint64_t score_calls;
  uint64_t live_score_calls;
  uint64_t alternative_calls;
  uint64_t node_fingerprint_calls;
  uint64_t chain_fingerprint_calls;
  uint64_t cost_calls;
  uint64_t invalid_scores;
  uint64_t invalid_alternatives;
  uint64_t scorer_errors;
  uint64_t verdicts[32];
  uint64_t deferred;
  uint64_t deferred_age_ns;
  uint64_t in_flight;
  uint64_t completed_moves;
  uint64_t failed_moves;
  uint64_t timed_out_moves;
  uint64_t returned_moves;
  uint64_t forced_refused;
  uint64_t ignored_feedback;
} driftline_report;
typedef struct {
  uint32_t kind;
  uint32_t flags;
  uint64_t chain;
  uint64_t victim;
  uint64_t target;
  float victim_score;
  float target_score;
  float gain;
  float cost;
  uint32_t arm;
  uint32_t reserved;
  uint64_t revision;
  const uint64_t *exclude;
  uint64_t exclude_count;
} driftline_action;
typedef struct {
  uint64_t chain;
  uint32_t cause;
  uint32_t reserved;
} driftline_sampled;
typedef struct {
  uint32_t method;
  int32_t scorer_code;
  uint64_t chain;
  uint64_t node;
} driftline_failure;
typedef struct {
  uint32_t struct_size;
  float headroom_weight;
  float proximity_weight;
  float zone_spread_weight;
  float colocation_weight;
  float worst_share;
  float comfortable_use;
  float capacity_reserve;
  uint64_t rtt_half_ns;
  uint64_t load_half_life_ns;
  uint64_t rtt_half_life_ns;
  float rtt_weight_max;
  float hysteresis_gap;
  float headroom_epsilon;
  float proximity_epsilon;
  double fallback_bandwidth_bytes_per_sec;
  double fallback_size_bytes;
  double serialisation_bytes_per_sec;
  uint64_t fallback_disruption_ns;
} driftline_inventory_config;
typedef struct {
  uint32_t struct_size;
  float headroom;
  float proximity;
  float score_bound;
} driftline_inventory_epsilons;
typedef struct {
  uint64_t bits;
} driftline_inventory;
typedef struct {
  uint64_t node;
  uint32_t fields;
  uint32_t health;
  double cpu_capacity_cores;
  double cpu_use_cores;
  double memory_capacity_bytes;
  double memory_use_bytes;
  double disk_capacity_bytes;
  double disk_use_bytes;
  double bandwidth_bytes_per_sec;
  uint64_t tags;
  uint32_t zone;
  uint32_t reserved;
} driftline_node_inventory;
typedef struct {
  uint64_t from;
  uint64_t to;
  uint64_t rtt_ns;
} driftline_rtt;
typedef struct {
  uint64_t from;
  uint64_t to;
  double bytes_per_sec;
} driftline_bandwidth;
typedef struct {
  uint64_t node;
  float weight;
  uint32_t reserved;
} driftline_client;
typedef struct {
  uint64_t chain;
  uint32_t fields;
  uint32_t zone_anti_affinity;
  double size_bytes;
  double cpu_cores;
  double memory_bytes;
  uint64_t required_tags;
  const driftline_client *clients;
  uint64_t client_count;
  uint64_t client_size;
  float service_value;
  uint32_t reserved;
  uint64_t disruption_ns;
  uint64_t group;
} driftline_chain_profile;
typedef struct {
  uint32_t struct_size;
  uint32_t fields;
  float headroom;
  float proximity;
  float zone_spread;
  float colocation;
  float score;
  uint32_t is_home;
} driftline_score_axes;
typedef struct {
  uint64_t bits;
} driftline_any_scorer;
typedef struct {
  driftline_any_scorer scorer;
  float weight;
  uint32_t reserved;
} driftline_weighted_scorer;
typedef struct {
  driftline_any_scorer scorer;
  const uint64_t *chains;
  uint64_t chain_count;
} driftline_chain_override;
typedef struct {
  uint32_t struct_size;
  uint32_t verdict;
  uint64_t chain;
  uint64_t victim;
  uint64_t alternative;
  uint64_t since_ns;
  uint64_t sampled_at_ns;
  uint64_t cooldown_until_ns;
  float sampled_score;
  float live_score;
  float score_floor;
  float alternative_score;
  float gain;
  float hysteresis_gap;
  float cost;
  uint32_t flags;
  uint64_t retry_at_ns;
  uint32_t refusal;
  uint32_t reserved;
  uint64_t limit;
  uint64_t flap_hold_until_ns;
  uint64_t flight_victim;
  uint64_t flight_target;
  uint64_t flight_since_ns;
  uint64_t flight_times_out_at_ns;
} driftline_explanation;
typedef struct {
  uint64_t at_ns;
  float worst_score;
  uint32_t reserved;
} driftline_sample;
typedef struct {
  uint64_t node;
  float score;
  uint32_t reserved;
} driftline_cell;
typedef struct {
  uint64_t sequence;
  uint64_t at_ns;
  uint64_t chain;
  uint32_t from;
  uint32_t to;
} driftline_transition;
typedef struct {
  uint32_t struct_size;
  uint32_t draining;
  uint64_t deadline_ns;
  uint64_t left;
  uint64_t moved;
  uint64_t in_flight;
  uint32_t at_risk;
  uint32_t reserved;
} driftline_drain_status;
typedef struct {
  uint64_t chain;
  uint32_t verdict;
  uint32_t reserved;
} driftline_blocked;
typedef struct {
  uint64_t state_transfer_ns;
  uint64_t disruption_ns;
  float reliability_factor;
  float score_loss;
} driftline_observed_move;
typedef struct {
  uint32_t struct_size;
  float cost_per_sec;
  float low;
  float high;
  uint64_t observations;
  uint64_t outliers;
} driftline_calibration;
#define DRIFTLINE_RESULT_OK 0
#define DRIFTLINE_RESULT_NULL 101
#define DRIFTLINE_RESULT_ABI 102
#define DRIFTLINE_RESULT_HANDLE 103
#define DRIFTLINE_RESULT_STRUCT_SIZE 104
#define DRIFTLINE_RESULT_RESERVED 105
#define DRIFTLINE_RESULT_BUSY 106
#define DRIFTLINE_RESULT_REENTRANT 107
#define DRIFTLINE_RESULT_POISONED 108
#define DRIFTLINE_RESULT_CAPACITY 109
#define DRIFTLINE_RESULT_ALIGNMENT 110
#define DRIFTLINE_RESULT_CONFIG 201
#define DRIFTLINE_RESULT_EVENT 301
#define DRIFTLINE_RESULT_ID 302
#define DRIFTLINE_RESULT_DUPLICATE 303
#define DRIFTLINE_RESULT_NOT_LED 304
#define DRIFTLINE_RESULT_TIME 305
#define DRIFTLINE_RESULT_NO_MEMORY 306
#define DRIFTLINE_RESULT_UNKNOWN_CHAIN 307
#define DRIFTLINE_RESULT_MEMBERSHIP 308
#define DRIFTLINE_RESULT_TOO_MANY 309
#define DRIFTLINE_RESULT_IMPORT 310
#define DRIFTLINE_RESULT_NO_POLICY 311
#define DRIFTLINE_RESULT_CALIBRATION 312
#define DRIFTLINE_RESULT_INVENTORY 313
#define DRIFTLINE_RESULT_UNKNOWN_NODE 314
#define DRIFTLINE_RESULT_SCORER 401
#define DRIFTLINE_RESULT_NO_SCORER 402
#define DRIFTLINE_RESULT_PANIC 901
#ifdef __cplusplus
extern "C" {
#endif
uint32_t driftline_abi(void);
const char *driftline_version(void);
const char *driftline_build_info(void);
const char *driftline_result_name(driftline_result code);
driftline_result driftline_config_init(driftline_config *config, size_t struct_size);
driftline_result driftline_config_production(driftline_config *config, size_t struct_size);
driftline_result driftline_config_validate(const driftline_config *config, driftline_error *err);
driftline_result driftline_scheduler_set_class_policy(driftline_scheduler scheduler,
                                                      uint32_t class_id,
                                                      const driftline_class_policy *policy,
                                                      driftline_error *err);
driftline_result driftline_scheduler_class_policy(driftline_scheduler scheduler,
                                                  uint32_t class_id,
                                                  driftline_class_policy *out,
                                                  driftline_error *err);
driftline_result driftline_score_equivalent(float cost_per_sec,
                                            const driftline_migration_cost *cost,
                                            float *out,
                                            driftline_error *err);
driftline_result driftline_state_new(uint32_t abi, driftline_state *out, driftline_error *err);
driftline_result driftline_state_free(driftline_state state);
driftline_result driftline_state_load(driftline_state state,
                                      const uint64_t *chains,
                                      const uint64_t *leaders,
                                      size_t chain_count,
                                      const uint64_t *holder_offsets,
                                      const uint64_t *holders,
                                      size_t holder_count,
                                      driftline_error *err);
driftline_result driftline_state_apply(driftline_state state,
                                       const driftline_event *events,
                                       size_t event_count,
                                       size_t event_size,
                                       driftline_error *err);
driftline_result driftline_state_digest(driftline_state state, uint64_t *out, driftline_error *err);
driftline_result driftline_state_chain(driftline_state state,
                                       uint64_t chain,
                                       driftline_chain *out,
                                       uint64_t *holders,
                                       size_t capacity,
                                       size_t *holder_count,
                                       driftline_error *err);
driftline_result driftline_state_chains(driftline_state state,
                                        uint64_t *out,
                                        size_t capacity,
                                        size_t *count,
                                        driftline_error *err);
driftline_result driftline_state_chains_on(driftline_state state,
                                           uint64_t node,
                                           uint64_t *out,
                                           size_t capacity,
                                           size_t *count,
                                           driftline_error *err);
driftline_result driftline_state_led_by(driftline_state state,
                                        uint64_t node,
                                        uint64_t *out,
                                        size_t capacity,
                                        size_t *count,
                                        driftline_error *err);
driftline_result driftline_state_drains(driftline_state state,
                                        driftline_node_time *out,
                                        size_t capacity,
                                        size_t node_time_size,
                                        size_t *count,
                                        driftline_error *err);
driftline_result driftline_state_avoided(driftline_state state,
                                         driftline_node_time *out,
                                         size_t capacity,
                                         size_t node_time_size,
                                         size_t *count,
                                         driftline_error *err);
driftline_result driftline_state_frozen_until(driftline_state state,
                                              uint32_t *is_known,
                                              uint64_t *until_ns,
                                              driftline_error *err);
driftline_result driftline_state_export_chain(driftline_state state,
                                              uint64_t chain,
                                              uint8_t *out,
                                              size_t capacity,
                                              size_t *count,
                                              driftline_error *err);
driftline_result driftline_state_import_chain(driftline_state state,
                                              const uint8_t *bytes,
                                              size_t count,
                                              uint64_t *chain,
                                              driftline_error *err);
driftline_result driftline_scheduler_new(uint32_t abi,
                                         uint64_t this_node,
                                         const driftline_config *config,
                                         driftline_scheduler *out,
                                         driftline_error *err);
driftline_result driftline_scheduler_free(driftline_scheduler scheduler);
driftline_result driftline_scheduler_this_node(driftline_scheduler scheduler, uint64_t *out, driftline_error *err);
driftline_result driftline_scheduler_config(driftline_scheduler scheduler, driftline_config *out, driftline_error *err);
driftline_result driftline_scheduler_configure(driftline_scheduler scheduler,
                                               const driftline_config *config,
                                               driftline_error *err);
driftline_result driftline_scheduler_install(driftline_scheduler scheduler,
                                             const driftline_scorer *scorer,
                                             driftline_error *err);
driftline_result driftline_scheduler_uninstall(driftline_scheduler scheduler, driftline_error *err);
driftline_result driftline_scheduler_sample(driftline_scheduler scheduler,
                                            driftline_state state,
                                            uint64_t now_ns,
                                            driftline_report *report,
                                            driftline_error *err);
driftline_result driftline_scheduler_tick(driftline_scheduler scheduler,
                                          driftline_state state,
                                          uint64_t now_ns,
                                          size_t action_size,
                                          const driftline_action **actions,
                                          size_t *count,
                                          driftline_report *report,
                                          driftline_error *err);
driftline_result driftline_scheduler_decide(driftline_scheduler scheduler,
                                            driftline_state state,
                                            uint64_t now_ns,
                                            size_t action_size,
                                            const driftline_action **actions,
                                            size_t *count,
                                            driftline_report *report,
                                            driftline_error *err);
driftline_result driftline_scheduler_sampled(driftline_scheduler scheduler,
                                             driftline_sampled *out,
                                             size_t capacity,
                                             size_t sampled_size,
                                             size_t *count,
                                             driftline_error *err);
driftline_result driftline_scheduler_failures(driftline_scheduler scheduler,
                                              driftline_failure *out,
                                              size_t capacity,
                                              size_t failure_size,
                                              size_t *count,
                                              driftline_error *err);
driftline_result driftline_inventory_config_init(driftline_inventory_config *config, size_t struct_size);
driftline_result driftline_inventory_config_validate(const driftline_inventory_config *config, driftline_error *err);
driftline_result driftline_inventory_config_epsilons(const driftline_inventory_config *config,
                                                     driftline_inventory_epsilons *out,
                                                     driftline_error *err);
driftline_result driftline_inventory_new(uint32_t abi,
                                         const driftline_inventory_config *config,
                                         driftline_inventory *out,
                                         driftline_error *err);
driftline_result driftline_inventory_free(driftline_inventory inventory);
driftline_result driftline_inventory_config_of(driftline_inventory inventory,
                                               driftline_inventory_config *out,
                                               driftline_error *err);
driftline_result driftline_inventory_load(driftline_inventory inventory,
                                          const uint64_t *chains,
                                          const uint64_t *leaders,
                                          size_t chain_count,
                                          const uint64_t *holder_offsets,
                                          const uint64_t *holders,
                                          size_t holder_count,
                                          driftline_error *err);
driftline_result driftline_inventory_follow(driftline_inventory inventory,
                                            const driftline_event *events,
                                            size_t event_count,
                                            size_t event_size,
                                            driftline_error *err);
driftline_result driftline_inventory_report_nodes(driftline_inventory inventory,
                                                  uint64_t now_ns,
                                                  const driftline_node_inventory *reports,
                                                  size_t report_count,
                                                  size_t node_inventory_size,
                                                  driftline_error *err);
driftline_result driftline_inventory_report_rtts(driftline_inventory inventory,
                                                 uint64_t now_ns,
                                                 const driftline_rtt *reports,
                                                 size_t report_count,
                                                 size_t rtt_size,
                                                 driftline_error *err);
driftline_result driftline_inventory_report_bandwidths(driftline_inventory inventory,
                                                       const driftline_bandwidth *reports,
                                                       size_t report_count,
                                                       size_t bandwidth_size,
                                                       driftline_error *err);
driftline_result driftline_inventory_report_profiles(driftline_inventory inventory,
                                                     const driftline_chain_profile *profiles,
                                                     size_t profile_count,
                                                     size_t chain_profile_size,
                                                     driftline_error *err);
driftline_result driftline_inventory_forget_node(driftline_inventory inventory,
                                                 uint64_t node,
                                                 uint32_t *was_known,
                                                 driftline_error *err);
driftline_result driftline_inventory_touch(driftline_inventory inventory,
                                           driftline_state state,
                                           size_t *count,
                                           driftline_error *err);
driftline_result driftline_inventory_touches(driftline_inventory inventory,
                                             driftline_event *out,
                                             size_t capacity,
                                             size_t event_size,
                                             size_t *count,
                                             driftline_error *err);
driftline_result driftline_inventory_axes(driftline_inventory inventory,
                                          uint64_t chain,
                                          uint64_t node,
                                          driftline_score_axes *out,
                                          driftline_error *err);
driftline_result driftline_any_scorer_of_callbacks(const driftline_scorer *scorer,
                                                   driftline_any_scorer *out,
                                                   driftline_error *err);
driftline_result driftline_any_scorer_of_inventory(driftline_inventory inventory,
                                                   driftline_any_scorer *out,
                                                   driftline_error *err);
driftline_result driftline_any_scorer_free(driftline_any_scorer scorer);
driftline_result driftline_any_scorer_weighted_sum(const driftline_weighted_scorer *parts,
                                                   size_t part_count,
                                                   size_t weighted_scorer_size,
                                                   driftline_any_scorer *out,
                                                   driftline_error *err);
driftline_result driftline_any_scorer_minimum(const driftline_any_scorer *parts,
                                              size_t part_count,
                                              driftline_any_scorer *out,
                                              driftline_error *err);
driftline_result driftline_any_scorer_gate(driftline_any_scorer gate,
                                           driftline_any_scorer inner,
                                           float threshold,
                                           driftline_any_scorer *out,
                                           driftline_error *err);
driftline_result driftline_any_scorer_override_per_chain(driftline_any_scorer default_scorer,
                                                         const driftline_chain_override *overrides,
                                                         size_t override_count,
                                                         size_t chain_override_size,
                                                         driftline_any_scorer *out,
                                                         driftline_error *err);
driftline_result driftline_any_scorer_cached(driftline_any_scorer inner,
                                             size_t capacity,
                                             driftline_any_scorer *out,
                                             driftline_error *err);
driftline_result driftline_any_scorer_smoothed(driftline_any_scorer inner,
                                               uint64_t half_life_ns,
                                               driftline_any_scorer *out,
                                               driftline_error *err);
driftline_result driftline_scheduler_install_any(driftline_scheduler scheduler,
                                                 driftline_any_scorer scorer,
                                                 driftline_error *err);
driftline_result driftline_any_scorer_begin(driftline_any_scorer scorer, uint64_t now_ns, driftline_error *err);
driftline_result driftline_any_scorer_score(driftline_any_scorer scorer,
                                            uint64_t chain,
                                            uint64_t node,
                                            float *out,
                                            driftline_error *err);
driftline_result driftline_any_scorer_live_score(driftline_any_scorer scorer,
                                                 uint64_t chain,
                                                 uint64_t node,
                                                 float *out,
                                                 driftline_error *err);
driftline_result driftline_any_scorer_migration_cost(driftline_any_scorer scorer,
                                                     uint64_t chain,
                                                     uint64_t target,
                                                     uint32_t *is_known,
                                                     driftline_migration_cost *out,
                                                     driftline_error *err);
driftline_result driftline_any_scorer_alternatives(driftline_any_scorer scorer,
                                                   uint64_t chain,
                                                   const uint64_t *exclude,
                                                   size_t exclude_count,
                                                   driftline_alternative *out,
                                                   size_t capacity,
                                                   size_t alternative_size,
                                                   size_t *count,
                                                   driftline_error *err);
driftline_result driftline_inventory_alternatives(driftline_inventory inventory,
                                                  uint64_t chain,
                                                  const uint64_t *exclude,
                                                  size_t exclude_count,
                                                  driftline_alternative *out,
                                                  size_t capacity,
                                                  size_t alternative_size,
                                                  size_t *count,
                                                  driftline_error *err);
driftline_result driftline_inventory_migration_cost(driftline_inventory inventory,
                                                    uint64_t chain,
                                                    uint64_t target,
                                                    uint32_t *is_known,
                                                    driftline_migration_cost *out,
                                                    driftline_error *err);
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
driftline_result driftline_explain(driftline_scheduler scheduler,
                                   driftline_state state,
                                   uint64_t chain,
                                   driftline_explanation *out,
                                   driftline_error *err);
driftline_result driftline_history(driftline_scheduler scheduler,
                                   uint64_t chain,
                                   driftline_sample *out,
                                   size_t capacity,
                                   size_t sample_size,
                                   size_t *count,
                                   float *ewma,
                                   uint32_t *trend,
                                   driftline_error *err);
driftline_result driftline_snapshot_cells(driftline_scheduler scheduler,
                                          uint64_t chain,
                                          driftline_cell *out,
                                          size_t capacity,
                                          size_t cell_size,
                                          size_t *count,
                                          driftline_error *err);
driftline_result driftline_scheduler_transitions(driftline_scheduler scheduler,
                                                 uint64_t since_sequence,
                                                 driftline_transition *out,
                                                 size_t capacity,
                                                 size_t transition_size,
                                                 size_t *count,
                                                 driftline_error *err);
driftline_result driftline_scheduler_drain_status(driftline_scheduler scheduler,
                                                  driftline_state state,
                                                  uint64_t node,
                                                  driftline_drain_status *out,
                                                  driftline_blocked *blocked,
                                                  size_t capacity,
                                                  size_t blocked_size,
                                                  size_t *count,
                                                  driftline_error *err);
driftline_result driftline_calibrate(const driftline_observed_move *moves,
                                     size_t move_count,
                                     size_t observed_move_size,
                                     driftline_calibration *out,
                                     driftline_error *err);
const char *driftline_verdict_name(uint32_t verdict);
driftline_result driftline_explanation_text(const driftline_explanation *explanation,
                                            char *out,
                                            size_t capacity,
                                            size_t *length,
                                            driftline_error *err);
driftline_result driftline_explanation_sentence(const driftline_explanation *explanation,
                                                char *out,
                                                size_t capacity,
                                                size_t *length,
                                                driftline_error *err);
driftline_result driftline_action_text(const driftline_action *action,
                                       size_t action_size,
                                       char *out,
                                       size_t capacity,
                                       size_t *length,
                                       driftline_error *err);
#ifdef __cplusplus
}
#endif
#endif
