/* Prints the layout of every struct and the value of every constant, as the C compiler sees them:
 *
 *     driftline_config 40
 *     driftline_config.score_floor 12 4 f32
 *     DRIFTLINE_RESULT_OK 0
 *
 * tests/layout.rs compares the lines with what the Rust compiler says, and with the names in the header. */
#include "layout.h"

static void print_error(void)
{
    STRUCT(driftline_error);
    FIELD(driftline_error, struct_size);
    FIELD(driftline_error, code);
    FIELD(driftline_error, index);
    FIELD(driftline_error, chain);
    FIELD(driftline_error, node);
    FIELD(driftline_error, scorer_code);
    FIELD(driftline_error, method);
    FIELD(driftline_error, message);
}

static void print_state(void)
{
    STRUCT(driftline_state);
    FIELD(driftline_state, bits);
}

static void print_scheduler(void)
{
    STRUCT(driftline_scheduler);
    FIELD(driftline_scheduler, bits);
}

static void print_config(void)
{
    STRUCT(driftline_config);
    FIELD(driftline_config, struct_size);
    FIELD(driftline_config, on_scorer_error);
    FIELD(driftline_config, fingerprint_mode);
    FIELD(driftline_config, score_floor);
    FIELD(driftline_config, hysteresis_gap);
    FIELD(driftline_config, cost_per_sec);
    FIELD(driftline_config, cooldown_ns);
    FIELD(driftline_config, decision_interval_ns);
    FIELD(driftline_config, max_scores_per_tick);
    FIELD(driftline_config, retry_backoff_ns);
    FIELD(driftline_config, backstop_spread);
    FIELD(driftline_config, reserved);
    FIELD(driftline_config, min_holders);
    FIELD(driftline_config, move_order);
    FIELD(driftline_config, pin_ttl_ns);
    FIELD(driftline_config, move_timeout_ns);
    FIELD(driftline_config, max_moves_per_tick);
    FIELD(driftline_config, max_in_flight);
    FIELD(driftline_config, max_in_flight_per_source);
    FIELD(driftline_config, max_in_flight_per_target);
    FIELD(driftline_config, target_penalty);
    FIELD(driftline_config, max_alternatives);
    FIELD(driftline_config, flap_window_ns);
    FIELD(driftline_config, warmup_max_ns);
    FIELD(driftline_config, warmup_coverage);
    FIELD(driftline_config, reserved_2);
}

static void print_class_policy(void)
{
    STRUCT(driftline_class_policy);
    FIELD(driftline_class_policy, struct_size);
    FIELD(driftline_class_policy, flags);
    FIELD(driftline_class_policy, mode);
    FIELD(driftline_class_policy, score_floor);
    FIELD(driftline_class_policy, hysteresis_gap);
    FIELD(driftline_class_policy, cost_per_sec);
    FIELD(driftline_class_policy, cooldown_ns);
    FIELD(driftline_class_policy, critical_floor);
    FIELD(driftline_class_policy, reserved);
}

static void print_event(void)
{
    STRUCT(driftline_event);
    FIELD(driftline_event, kind);
    FIELD(driftline_event, flags);
    FIELD(driftline_event, chain);
    FIELD(driftline_event, node);
    FIELD(driftline_event, value);
}

static void print_chain(void)
{
    STRUCT(driftline_chain);
    FIELD(driftline_chain, struct_size);
    FIELD(driftline_chain, flags);
    FIELD(driftline_chain, leader);
    FIELD(driftline_chain, last_rebalance_ns);
    FIELD(driftline_chain, desired_replicas);
    FIELD(driftline_chain, class_id);
    FIELD(driftline_chain, revision);
    FIELD(driftline_chain, pending_eviction);
    FIELD(driftline_chain, pending_placement);
}

static void print_node_time(void)
{
    STRUCT(driftline_node_time);
    FIELD(driftline_node_time, node);
    FIELD(driftline_node_time, at_ns);
}

static void print_pair(void)
{
    STRUCT(driftline_pair);
    FIELD(driftline_pair, chain);
    FIELD(driftline_pair, node);
}

static void print_alternative(void)
{
    STRUCT(driftline_alternative);
    FIELD(driftline_alternative, node);
    FIELD(driftline_alternative, score);
    FIELD(driftline_alternative, reserved);
}

static void print_migration_cost(void)
{
    STRUCT(driftline_migration_cost);
    FIELD(driftline_migration_cost, state_transfer_ns);
    FIELD(driftline_migration_cost, disruption_ns);
    FIELD(driftline_migration_cost, reliability_factor);
    FIELD(driftline_migration_cost, reserved);
}

static void print_calibration(void)
{
    STRUCT(driftline_observed_move);
    FIELD(driftline_observed_move, state_transfer_ns);
    FIELD(driftline_observed_move, disruption_ns);
    FIELD(driftline_observed_move, reliability_factor);
    FIELD(driftline_observed_move, score_loss);
    STRUCT(driftline_calibration);
    FIELD(driftline_calibration, struct_size);
    FIELD(driftline_calibration, cost_per_sec);
    FIELD(driftline_calibration, low);
    FIELD(driftline_calibration, high);
    FIELD(driftline_calibration, observations);
    FIELD(driftline_calibration, outliers);
}

static void print_scorer(void)
{
    STRUCT(driftline_scorer);
    FIELD(driftline_scorer, struct_size);
    FIELD(driftline_scorer, flags);
    FIELD(driftline_scorer, ctx);
    FIELD(driftline_scorer, drop);
    FIELD(driftline_scorer, score);
    FIELD(driftline_scorer, best_alternative);
    FIELD(driftline_scorer, live_score);
    FIELD(driftline_scorer, node_fingerprint);
    FIELD(driftline_scorer, chain_fingerprint);
    FIELD(driftline_scorer, migration_cost);
    FIELD(driftline_scorer, score_many);
    FIELD(driftline_scorer, live_score_many);
    FIELD(driftline_scorer, node_fingerprints);
    FIELD(driftline_scorer, alternatives);
}

static void print_action(void)
{
    STRUCT(driftline_action);
    FIELD(driftline_action, kind);
    FIELD(driftline_action, flags);
    FIELD(driftline_action, chain);
    FIELD(driftline_action, victim);
    FIELD(driftline_action, target);
    FIELD(driftline_action, victim_score);
    FIELD(driftline_action, target_score);
    FIELD(driftline_action, gain);
    FIELD(driftline_action, cost);
    FIELD(driftline_action, arm);
    FIELD(driftline_action, reserved);
    FIELD(driftline_action, revision);
    FIELD(driftline_action, exclude);
    FIELD(driftline_action, exclude_count);
}

static void print_report(void)
{
    STRUCT(driftline_report);
    FIELD(driftline_report, struct_size);
    FIELD(driftline_report, next_due_known);
    FIELD(driftline_report, next_due_ns);
    FIELD(driftline_report, led);
    FIELD(driftline_report, fresh);
    FIELD(driftline_report, dirty);
    FIELD(driftline_report, backstop_due);
    FIELD(driftline_report, rescored);
    FIELD(driftline_report, score_calls);
    FIELD(driftline_report, live_score_calls);
    FIELD(driftline_report, alternative_calls);
    FIELD(driftline_report, node_fingerprint_calls);
    FIELD(driftline_report, chain_fingerprint_calls);
    FIELD(driftline_report, cost_calls);
    FIELD(driftline_report, invalid_scores);
    FIELD(driftline_report, invalid_alternatives);
    FIELD(driftline_report, scorer_errors);
    FIELD(driftline_report, verdicts);
    FIELD(driftline_report, deferred);
    FIELD(driftline_report, deferred_age_ns);
    FIELD(driftline_report, in_flight);
    FIELD(driftline_report, completed_moves);
    FIELD(driftline_report, failed_moves);
    FIELD(driftline_report, timed_out_moves);
    FIELD(driftline_report, returned_moves);
    FIELD(driftline_report, forced_refused);
    FIELD(driftline_report, ignored_feedback);
}

static void print_sampled(void)
{
    STRUCT(driftline_sampled);
    FIELD(driftline_sampled, chain);
    FIELD(driftline_sampled, cause);
    FIELD(driftline_sampled, reserved);
}

static void print_failure(void)
{
    STRUCT(driftline_failure);
    FIELD(driftline_failure, method);
    FIELD(driftline_failure, scorer_code);
    FIELD(driftline_failure, chain);
    FIELD(driftline_failure, node);
}

static void print_explanation(void)
{
    STRUCT(driftline_explanation);
    FIELD(driftline_explanation, struct_size);
    FIELD(driftline_explanation, verdict);
    FIELD(driftline_explanation, chain);
    FIELD(driftline_explanation, victim);
    FIELD(driftline_explanation, alternative);
    FIELD(driftline_explanation, since_ns);
    FIELD(driftline_explanation, sampled_at_ns);
    FIELD(driftline_explanation, cooldown_until_ns);
    FIELD(driftline_explanation, sampled_score);
    FIELD(driftline_explanation, live_score);
    FIELD(driftline_explanation, score_floor);
    FIELD(driftline_explanation, alternative_score);
    FIELD(driftline_explanation, gain);
    FIELD(driftline_explanation, hysteresis_gap);
    FIELD(driftline_explanation, cost);
    FIELD(driftline_explanation, flags);
    FIELD(driftline_explanation, retry_at_ns);
    FIELD(driftline_explanation, refusal);
    FIELD(driftline_explanation, reserved);
    FIELD(driftline_explanation, limit);
    FIELD(driftline_explanation, flap_hold_until_ns);
    FIELD(driftline_explanation, flight_victim);
    FIELD(driftline_explanation, flight_target);
    FIELD(driftline_explanation, flight_since_ns);
    FIELD(driftline_explanation, flight_times_out_at_ns);
}

static void print_transition(void)
{
    STRUCT(driftline_transition);
    FIELD(driftline_transition, sequence);
    FIELD(driftline_transition, at_ns);
    FIELD(driftline_transition, chain);
    FIELD(driftline_transition, from);
    FIELD(driftline_transition, to);
}

static void print_drain_status(void)
{
    STRUCT(driftline_drain_status);
    FIELD(driftline_drain_status, struct_size);
    FIELD(driftline_drain_status, draining);
    FIELD(driftline_drain_status, deadline_ns);
    FIELD(driftline_drain_status, left);
    FIELD(driftline_drain_status, moved);
    FIELD(driftline_drain_status, in_flight);
    FIELD(driftline_drain_status, at_risk);
    FIELD(driftline_drain_status, reserved);
}

static void print_blocked(void)
{
    STRUCT(driftline_blocked);
    FIELD(driftline_blocked, chain);
    FIELD(driftline_blocked, verdict);
    FIELD(driftline_blocked, reserved);
}

static void print_sample(void)
{
    STRUCT(driftline_sample);
    FIELD(driftline_sample, at_ns);
    FIELD(driftline_sample, worst_score);
    FIELD(driftline_sample, reserved);
}

static void print_cell(void)
{
    STRUCT(driftline_cell);
    FIELD(driftline_cell, node);
    FIELD(driftline_cell, score);
    FIELD(driftline_cell, reserved);
}

static void print_results(void)
{
    INTEGER(DRIFTLINE_RESULT_OK);
    INTEGER(DRIFTLINE_RESULT_NULL);
    INTEGER(DRIFTLINE_RESULT_ABI);
    INTEGER(DRIFTLINE_RESULT_HANDLE);
    INTEGER(DRIFTLINE_RESULT_STRUCT_SIZE);
    INTEGER(DRIFTLINE_RESULT_RESERVED);
    INTEGER(DRIFTLINE_RESULT_BUSY);
    INTEGER(DRIFTLINE_RESULT_REENTRANT);
    INTEGER(DRIFTLINE_RESULT_POISONED);
    INTEGER(DRIFTLINE_RESULT_CAPACITY);
    INTEGER(DRIFTLINE_RESULT_ALIGNMENT);
    INTEGER(DRIFTLINE_RESULT_CONFIG);
    INTEGER(DRIFTLINE_RESULT_EVENT);
    INTEGER(DRIFTLINE_RESULT_ID);
    INTEGER(DRIFTLINE_RESULT_DUPLICATE);
    INTEGER(DRIFTLINE_RESULT_NOT_LED);
    INTEGER(DRIFTLINE_RESULT_TIME);
    INTEGER(DRIFTLINE_RESULT_NO_MEMORY);
    INTEGER(DRIFTLINE_RESULT_UNKNOWN_CHAIN);
    INTEGER(DRIFTLINE_RESULT_MEMBERSHIP);
    INTEGER(DRIFTLINE_RESULT_TOO_MANY);
    INTEGER(DRIFTLINE_RESULT_IMPORT);
    INTEGER(DRIFTLINE_RESULT_NO_POLICY);
    INTEGER(DRIFTLINE_RESULT_CALIBRATION);
    INTEGER(DRIFTLINE_RESULT_SCORER);
    INTEGER(DRIFTLINE_RESULT_NO_SCORER);
    INTEGER(DRIFTLINE_RESULT_PANIC);
}

static void print_verdicts(void)
{
    INTEGER(DRIFTLINE_VERDICT_COUNT);
    INTEGER(DRIFTLINE_VERDICT_NOT_SAMPLED);
    INTEGER(DRIFTLINE_VERDICT_HEALTHY);
    INTEGER(DRIFTLINE_VERDICT_NO_SCORE);
    INTEGER(DRIFTLINE_VERDICT_COOLDOWN);
    INTEGER(DRIFTLINE_VERDICT_CLAIM_HELD);
    INTEGER(DRIFTLINE_VERDICT_RECOVERED);
    INTEGER(DRIFTLINE_VERDICT_NO_ALTERNATIVE);
    INTEGER(DRIFTLINE_VERDICT_GAP_TOO_SMALL);
    INTEGER(DRIFTLINE_VERDICT_COST_TOO_HIGH);
    INTEGER(DRIFTLINE_VERDICT_EVICT);
    INTEGER(DRIFTLINE_VERDICT_SCORER_FAILED);
    INTEGER(DRIFTLINE_VERDICT_ALREADY_MOVED);
    INTEGER(DRIFTLINE_VERDICT_LAST_HOLDER);
    INTEGER(DRIFTLINE_VERDICT_FROZEN);
    INTEGER(DRIFTLINE_VERDICT_IN_FLIGHT);
    INTEGER(DRIFTLINE_VERDICT_RETRY_LATER);
    INTEGER(DRIFTLINE_VERDICT_TICK_LIMIT);
    INTEGER(DRIFTLINE_VERDICT_CLUSTER_LIMIT);
    INTEGER(DRIFTLINE_VERDICT_SOURCE_LIMIT);
    INTEGER(DRIFTLINE_VERDICT_TARGET_LIMIT);
    INTEGER(DRIFTLINE_VERDICT_FLAP_HOLD);
    INTEGER(DRIFTLINE_VERDICT_WARMING_UP);
    INTEGER(DRIFTLINE_VERDICT_PINNED);
    INTEGER(DRIFTLINE_VERDICT_PROPOSE_ONLY);
    INTEGER(DRIFTLINE_VERDICT_DEFERRED);
    INTEGER(DRIFTLINE_VERDICT_NONE);
}

static void print_events(void)
{
    INTEGER(DRIFTLINE_EVENT_HOLDER_ADDED);
    INTEGER(DRIFTLINE_EVENT_HOLDER_REMOVED);
    INTEGER(DRIFTLINE_EVENT_LEADER_SET);
    INTEGER(DRIFTLINE_EVENT_LEADER_CLEARED);
    INTEGER(DRIFTLINE_EVENT_CHAIN_REMOVED);
    INTEGER(DRIFTLINE_EVENT_CLAIM_ACQUIRED);
    INTEGER(DRIFTLINE_EVENT_CLAIM_RELEASED);
    INTEGER(DRIFTLINE_EVENT_NODE_TOUCHED);
    INTEGER(DRIFTLINE_EVENT_CHAIN_TOUCHED);
    INTEGER(DRIFTLINE_EVENT_DESIRED_REPLICAS);
    INTEGER(DRIFTLINE_EVENT_CHAIN_REVISION);
    INTEGER(DRIFTLINE_EVENT_CHAIN_CLASS);
    INTEGER(DRIFTLINE_EVENT_DRAIN);
    INTEGER(DRIFTLINE_EVENT_DRAIN_CANCELLED);
    INTEGER(DRIFTLINE_EVENT_AVOID);
    INTEGER(DRIFTLINE_EVENT_FREEZE_UNTIL);
    INTEGER(DRIFTLINE_EVENT_THAW);
    INTEGER(DRIFTLINE_EVENT_FORCE_EVICT);
    INTEGER(DRIFTLINE_EVENT_FORCE_PLACE);
    INTEGER(DRIFTLINE_EVENT_MOVE_FAILED);
}

static void print_action_constants(void)
{
    INTEGER(DRIFTLINE_ACTION_EVICT);
    INTEGER(DRIFTLINE_ACTION_PLACE);
    INTEGER(DRIFTLINE_ARM_FORCED);
    INTEGER(DRIFTLINE_ARM_COUNT);
    INTEGER(DRIFTLINE_ARM_DRAIN);
    INTEGER(DRIFTLINE_ARM_SCHEDULER);
    INTEGER(DRIFTLINE_ACTION_FLAG_COST);
    INTEGER(DRIFTLINE_ACTION_FLAG_VICTIM);
    INTEGER(DRIFTLINE_ACTION_FLAG_TARGET);
    INTEGER(DRIFTLINE_ACTION_FLAG_VICTIM_SCORE);
    INTEGER(DRIFTLINE_ACTION_FLAG_TARGET_SCORE);
    INTEGER(DRIFTLINE_ACTION_FLAG_GAIN);
    INTEGER(DRIFTLINE_ACTION_FLAG_REVISION);
}

static void print_other_constants(void)
{
    INTEGER(DRIFTLINE_NONE);
    INTEGER(DRIFTLINE_ON_SCORER_ERROR_ABORT);
    INTEGER(DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN);
    INTEGER(DRIFTLINE_FINGERPRINT_POLL);
    INTEGER(DRIFTLINE_FINGERPRINT_PUSH);
    INTEGER(DRIFTLINE_MOVE_ORDER_EVICT_FIRST);
    INTEGER(DRIFTLINE_MOVE_ORDER_PLACE_FIRST);
    INTEGER(DRIFTLINE_CLASS_MODE_EAGER);
    INTEGER(DRIFTLINE_CLASS_MODE_LAZY);
    INTEGER(DRIFTLINE_CLASS_MODE_PINNED);
    INTEGER(DRIFTLINE_CLASS_MODE_PROPOSE_ONLY);
    INTEGER(DRIFTLINE_CLASS_POLICY_SCORE_FLOOR);
    INTEGER(DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP);
    INTEGER(DRIFTLINE_CLASS_POLICY_COOLDOWN);
    INTEGER(DRIFTLINE_CLASS_POLICY_COST_PER_SEC);
    INTEGER(DRIFTLINE_CHAIN_CLAIM_HELD);
    INTEGER(DRIFTLINE_CHAIN_REBALANCED);
    INTEGER(DRIFTLINE_CHAIN_DESIRED);
    INTEGER(DRIFTLINE_CHAIN_REVISION);
    INTEGER(DRIFTLINE_CHAIN_IN_FLIGHT);
    INTEGER(DRIFTLINE_CHAIN_PENDING_EVICTION);
    INTEGER(DRIFTLINE_CHAIN_PENDING_PLACEMENT);
    INTEGER(DRIFTLINE_SCORER_OK);
    INTEGER(DRIFTLINE_SCORER_NO_OPINION);
    INTEGER(DRIFTLINE_SCORER_INTERRUPTED);
    INTEGER(DRIFTLINE_CAUSE_NEW);
    INTEGER(DRIFTLINE_CAUSE_DIRTY);
    INTEGER(DRIFTLINE_CAUSE_BACKSTOP);
    INTEGER(DRIFTLINE_METHOD_SCORE);
    INTEGER(DRIFTLINE_METHOD_LIVE_SCORE);
    INTEGER(DRIFTLINE_METHOD_BEST_ALTERNATIVE);
    INTEGER(DRIFTLINE_METHOD_NODE_FINGERPRINT);
    INTEGER(DRIFTLINE_METHOD_CHAIN_FINGERPRINT);
    INTEGER(DRIFTLINE_METHOD_MIGRATION_COST);
    INTEGER(DRIFTLINE_EXPLANATION_SINCE);
    INTEGER(DRIFTLINE_EXPLANATION_REFUSAL);
    INTEGER(DRIFTLINE_EXPLANATION_RETRY_AT);
    INTEGER(DRIFTLINE_EXPLANATION_SAMPLED_AT);
    INTEGER(DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL);
    INTEGER(DRIFTLINE_EXPLANATION_LIMIT);
    INTEGER(DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL);
    INTEGER(DRIFTLINE_EXPLANATION_FLIGHT);
    INTEGER(DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT);
    INTEGER(DRIFTLINE_TREND_STABLE);
    INTEGER(DRIFTLINE_TREND_DEGRADING);
    INTEGER(DRIFTLINE_TREND_IMPROVING);
    INTEGER(DRIFTLINE_HISTORY_LENGTH);
    INTEGER(DRIFTLINE_RETRY_BACKOFF_FIRST_NS);
    INTEGER(DRIFTLINE_MOVE_BACKOFF_FIRST_NS);
    INTEGER(DRIFTLINE_MOVE_BACKOFF_MAX_NS);
    INTEGER(DRIFTLINE_FLAP_MEMORY);
    INTEGER(DRIFTLINE_FLAP_COOLDOWN_MAX_NS);
    INTEGER(DRIFTLINE_TRANSITION_RING_LENGTH);
    NUMBER(DRIFTLINE_HISTORY_SMOOTHING);
    NUMBER(DRIFTLINE_HISTORY_DEAD_BAND);
    INTEGER(DRIFTLINE_ABI);
}

int main(void)
{
    print_error();
    print_state();
    print_scheduler();
    print_config();
    print_class_policy();
    print_event();
    print_chain();
    print_node_time();
    print_pair();
    print_alternative();
    print_migration_cost();
    print_calibration();
    print_scorer();
    print_action();
    print_report();
    print_sampled();
    print_failure();
    print_explanation();
    print_transition();
    print_drain_status();
    print_blocked();
    print_sample();
    print_cell();
    print_results();
    print_verdicts();
    print_events();
    print_action_constants();
    print_other_constants();
    print_inventory();
    return 0;
}
