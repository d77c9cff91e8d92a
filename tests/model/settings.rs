//! Configurations and policies of walks.

use std::fmt;

use driftline::{ClassMode, ClassPolicy, FingerprintMode, MoveOrder, OnScorerError, SchedulerConfig, Timestamp};

use super::cast::SECOND;
use super::dice::Dice;

/// The classes that there may be policies for.
pub const CLASSES: u32 = 4;

pub fn config(dice: &mut Dice) -> SchedulerConfig {
    let mut config = SchedulerConfig {
        hysteresis_gap: dice.of(&[0.2, 0.125]),
        cooldown_ns: dice.of(&[0, 10 * SECOND, 60 * SECOND]),
        decision_interval_ns: dice.of(&[10 * SECOND, 30 * SECOND]),
        on_scorer_error: dice.of(&[OnScorerError::Abort, OnScorerError::SkipChain]),
        fingerprint_mode: dice.of(&[FingerprintMode::Poll, FingerprintMode::Poll, FingerprintMode::Push]),
        max_scores_per_tick: dice.of(&[0, 0, 0, 4]),
        backstop_spread: dice.one_in(4),
        retry_backoff_ns: dice.of(&[0, 4 * SECOND, 60 * SECOND]),
        min_holders: dice.of(&[0, 1, 1, 2]),
        move_order: dice.of(&[MoveOrder::EvictFirst, MoveOrder::PlaceFirst]),
        pin_ttl_ns: dice.of(&[60 * SECOND, 60 * SECOND, 15 * SECOND, 0]),
        max_moves_per_tick: dice.of(&[0, 0, 1, 2, 3, 8]),
        max_alternatives: dice.of(&[1, 2, 4]),
        flap_window_ns: dice.of(&[0, 120 * SECOND, 600 * SECOND]),
        warmup_coverage: dice.of(&[0.0, 0.0, 0.0, 0.75]),
        warmup_max_ns: dice.of(&[20 * SECOND, 60 * SECOND]),
        ..SchedulerConfig::default()
    };
    if !dice.one_in(4) {
        config.move_timeout_ns = dice.of(&[20 * SECOND, 60 * SECOND, 120 * SECOND]);
        config.max_in_flight = dice.of(&[0, 0, 1, 2, 3, 8]);
        config.max_in_flight_per_source = dice.of(&[0, 1, 2]);
        config.max_in_flight_per_target = dice.of(&[0, 1, 1, 2]);
        config.target_penalty = dice.of(&[0.0, 0.0625, 0.25]);
    }
    config
}

pub fn policy(dice: &mut Dice) -> ClassPolicy {
    let mode = dice.of(&[
        ClassMode::Eager,
        ClassMode::Lazy { critical_floor: 0.375 },
        ClassMode::Pinned,
        ClassMode::ProposeOnly,
    ]);
    ClassPolicy { score_floor: dice.of(&[None, Some(0.8)]), mode, ..ClassPolicy::default() }
}

/// The fields of a config, each to be taken over from another one. The time that tracks moves comes last, since limits need it.
pub const FIELDS: [fn(&mut SchedulerConfig, &SchedulerConfig); 21] = [
    |config, other| config.hysteresis_gap = other.hysteresis_gap,
    |config, other| config.cooldown_ns = other.cooldown_ns,
    |config, other| config.decision_interval_ns = other.decision_interval_ns,
    |config, other| config.on_scorer_error = other.on_scorer_error,
    |config, other| config.fingerprint_mode = other.fingerprint_mode,
    |config, other| config.max_scores_per_tick = other.max_scores_per_tick,
    |config, other| config.backstop_spread = other.backstop_spread,
    |config, other| config.retry_backoff_ns = other.retry_backoff_ns,
    |config, other| config.min_holders = other.min_holders,
    |config, other| config.move_order = other.move_order,
    |config, other| config.pin_ttl_ns = other.pin_ttl_ns,
    |config, other| config.max_moves_per_tick = other.max_moves_per_tick,
    |config, other| config.max_in_flight = other.max_in_flight,
    |config, other| config.max_in_flight_per_source = other.max_in_flight_per_source,
    |config, other| config.max_in_flight_per_target = other.max_in_flight_per_target,
    |config, other| config.target_penalty = other.target_penalty,
    |config, other| config.max_alternatives = other.max_alternatives,
    |config, other| config.flap_window_ns = other.flap_window_ns,
    |config, other| config.warmup_coverage = other.warmup_coverage,
    |config, other| config.warmup_max_ns = other.warmup_max_ns,
    |config, other| config.move_timeout_ns = other.move_timeout_ns,
];

/// A field with its time as times are printed.
fn in_units(field: &str) -> String {
    let time = field.split_once("_ns=").and_then(|(name, value)| Some((name, value.parse().ok()?)));
    time.map_or(field.to_owned(), |(name, value)| format!("{name}={}", Timestamp(value)))
}

/// The fields of a config that are not what they usually are.
pub struct Differences<'a>(pub &'a SchedulerConfig);

impl fmt::Display for Differences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = |config: &SchedulerConfig| {
            let text = format!("{config:?}");
            let inner = text.trim_start_matches("SchedulerConfig {").trim_end_matches('}').trim().to_owned();
            inner.split(", ").map(|field| field.replacen(": ", "=", 1)).collect::<Vec<_>>()
        };
        let usual = inner(&SchedulerConfig::default());
        let different = inner(self.0).into_iter().zip(usual).filter(|(field, usual)| field != usual);
        let fields: Vec<String> = different.map(|(field, _)| in_units(&field)).collect();
        f.write_str(if fields.is_empty() { "as usual".into() } else { fields.join(" ") }.as_str())
    }
}
