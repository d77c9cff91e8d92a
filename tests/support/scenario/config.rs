//! Commands that configure: `config policy`.

use driftline::{ClassMode, ClassPolicy, FingerprintMode, MoveOrder, OnScorerError, SchedulerConfig};

use super::play::Play;
use super::print;
use super::tokens::{self, Arguments};

const ON_OR_OFF: [(&str, bool); 2] = [("on", true), ("off", false)];

pub fn config(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let production = arguments.optional_word();
    let mut config = match production {
        Some(word) => tokens::choice(word, &[("production", SchedulerConfig::production())])?,
        None => *play.scheduler.config(),
    };
    let fields = if production.is_some() { arguments.rest_if_any() } else { arguments.rest()? };
    for (key, value) in fields {
        if !set_core(&mut config, key, value)? && !set_safety(&mut config, key, value)? {
            return Err(format!("unknown argument {key}"));
        }
    }
    if let Err(error) = play.scheduler.configure(config) {
        out.push(print::error(&error));
    }
    Ok(())
}

/// The fields of Part A and of L3 and L4. Whether the field is one of them.
fn set_core(config: &mut SchedulerConfig, key: &str, value: &str) -> Result<bool, String> {
    match key {
        "score_floor" => config.score_floor = tokens::number(value)?,
        "hysteresis_gap" => config.hysteresis_gap = tokens::number(value)?,
        "cooldown" => config.cooldown_ns = tokens::duration_ns(value)?,
        "decision_interval" => config.decision_interval_ns = tokens::duration_ns(value)?,
        "cost_per_sec" => config.cost_per_sec = tokens::number(value)?,
        "on_scorer_error" => {
            let policies = [("abort", OnScorerError::Abort), ("skip_chain", OnScorerError::SkipChain)];
            config.on_scorer_error = tokens::choice(value, &policies)?;
        }
        "fingerprint_mode" => {
            let modes = [("poll", FingerprintMode::Poll), ("push", FingerprintMode::Push)];
            config.fingerprint_mode = tokens::choice(value, &modes)?;
        }
        "max_scores_per_tick" => config.max_scores_per_tick = tokens::integer(value)?,
        "backstop_spread" => config.backstop_spread = tokens::choice(value, &ON_OR_OFF)?,
        "retry_backoff" => config.retry_backoff_ns = tokens::duration_ns(value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// The other fields of Part B. Whether the field is one of them.
fn set_safety(config: &mut SchedulerConfig, key: &str, value: &str) -> Result<bool, String> {
    match key {
        "min_holders" => config.min_holders = tokens::small_integer(value)?,
        "move_order" => {
            let orders = [("evict_first", MoveOrder::EvictFirst), ("place_first", MoveOrder::PlaceFirst)];
            config.move_order = tokens::choice(value, &orders)?;
        }
        "pin_ttl" => config.pin_ttl_ns = tokens::duration_ns(value)?,
        "move_timeout" => config.move_timeout_ns = tokens::duration_ns(value)?,
        "max_moves_per_tick" => config.max_moves_per_tick = tokens::integer(value)?,
        "max_in_flight" => config.max_in_flight = tokens::integer(value)?,
        "max_in_flight_per_source" => config.max_in_flight_per_source = tokens::integer(value)?,
        "max_in_flight_per_target" => config.max_in_flight_per_target = tokens::integer(value)?,
        "target_penalty" => config.target_penalty = tokens::number(value)?,
        "max_alternatives" => config.max_alternatives = tokens::small_integer(value)?,
        "flap_window" => config.flap_window_ns = tokens::duration_ns(value)?,
        "warmup_coverage" => config.warmup_coverage = tokens::number(value)?,
        "warmup_max" => config.warmup_max_ns = tokens::duration_ns(value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

pub fn policy(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let class = tokens::small_integer(arguments.value("class")?)?;
    let policy = match arguments.optional_word() {
        Some(word) => tokens::choice(word, &[("none", None)])?,
        None => Some(class_policy(arguments)?),
    };
    if let Err(error) = play.scheduler.set_class_policy(class, policy) {
        out.push(print::error(&error));
    }
    Ok(())
}

fn class_policy(arguments: &mut Arguments<'_>) -> Result<ClassPolicy, String> {
    let mut policy = ClassPolicy::default();
    let (mut mode, mut critical_floor) = ("eager", None);
    for (key, value) in arguments.rest()? {
        match key {
            "score_floor" => policy.score_floor = Some(tokens::number(value)?),
            "hysteresis_gap" => policy.hysteresis_gap = Some(tokens::number(value)?),
            "cooldown" => policy.cooldown_ns = Some(tokens::duration_ns(value)?),
            "cost_per_sec" => policy.cost_per_sec = Some(tokens::number(value)?),
            "mode" => mode = value,
            "critical_floor" => critical_floor = Some(tokens::number(value)?),
            _ => return Err(format!("unknown argument {key}")),
        }
    }
    if critical_floor.is_some() != (mode == "lazy") {
        return Err("critical_floor goes with mode=lazy".to_owned());
    }
    let lazy = ClassMode::Lazy { critical_floor: critical_floor.unwrap_or_default() };
    let modes = [
        ("eager", ClassMode::Eager),
        ("lazy", lazy),
        ("pinned", ClassMode::Pinned),
        ("propose_only", ClassMode::ProposeOnly),
    ];
    policy.mode = tokens::choice(mode, &modes)?;
    Ok(policy)
}
