//! A7: what a valid configuration is.

use driftline::SchedulerConfig;

use super::answer::Refusal;

/// G1: names the first field at fault.
pub fn check(config: &SchedulerConfig) -> Result<(), Refusal> {
    let share = |value: f32| (0.0..=1.0).contains(&value);
    let refused = |field, value: &dyn ToString| Err(Refusal::Config { field, value: value.to_string() });
    if !share(config.score_floor) {
        return refused("score_floor", &config.score_floor);
    }
    if !share(config.hysteresis_gap) {
        return refused("hysteresis_gap", &config.hysteresis_gap);
    }
    if config.decision_interval_ns == 0 {
        return refused("decision_interval", &config.decision_interval_ns);
    }
    if !config.cost_per_sec.is_finite() || config.cost_per_sec < 0.0 {
        return refused("cost_per_sec", &config.cost_per_sec);
    }
    if !share(config.target_penalty) {
        return refused("target_penalty", &config.target_penalty);
    }
    if config.max_alternatives == 0 {
        return refused("max_alternatives", &config.max_alternatives);
    }
    if !share(config.warmup_coverage) {
        return refused("warmup_coverage", &config.warmup_coverage);
    }
    // F0: what counts moves in flight needs them to be tracked.
    if config.move_timeout_ns == 0 {
        let limits = [
            ("max_in_flight", config.max_in_flight),
            ("max_in_flight_per_source", config.max_in_flight_per_source),
            ("max_in_flight_per_target", config.max_in_flight_per_target),
        ];
        if let Some((field, limit)) = limits.into_iter().find(|&(_, limit)| limit > 0) {
            return refused(field, &limit);
        }
        if config.target_penalty != 0.0 {
            return refused("target_penalty", &config.target_penalty);
        }
    }
    Ok(())
}
