//! The config of a scheduler, the policies of classes, and the pure cost model.

use super::guard::{Failure, guard};
use super::handle::{enter_exclusive, enter_shared};
use super::result::{DRIFTLINE_RESULT_NO_POLICY, DRIFTLINE_RESULT_RESERVED, driftline_result};
use super::scheduler::SchedulerObject;
use super::scorer_types::driftline_migration_cost;
use super::sized::{check_pointer, check_required_output, fill_sized, read_sized, required};
use super::types::*;
use crate::class::{ClassMode, ClassPolicy};
use crate::config::{FingerprintMode, MoveOrder, OnScorerError, SchedulerConfig};
use crate::cost::{MigrationCost, MigrationCostModel};
use crate::error::{ConfigValue, Error};

/// Fills a config with its defaults, which stand beside its fields, and sets its `struct_size`. Pure.
///
/// `struct_size` is `sizeof(driftline_config)` as the caller knows it; so many bytes are written.
///
/// # Safety
///
/// `config` must be NULL or writable for `struct_size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_config_init(config: *mut driftline_config, struct_size: usize) -> driftline_result {
    guard(core::ptr::null_mut(), || fill_config(config, struct_size, &SchedulerConfig::default()))
}

/// The same with what a cluster that people depend on should run with: moves are tracked and limited, flapping is held,
/// the scorer may fail. Pure.
///
/// It sets: `hysteresis_gap` 0.25, `on_scorer_error` skip chain, `backstop_spread` 1, `retry_backoff_ns` 60 s,
/// `min_holders` 1, `move_timeout_ns` 600 s, `max_moves_per_tick` 16, `max_in_flight` 64, `max_in_flight_per_source` 4,
/// `max_in_flight_per_target` 4, `target_penalty` 0.05, `max_alternatives` 8, `flap_window_ns` 30 min,
/// `warmup_coverage` 0.9. The rest is as by default: `move_order` is evict first, so a chain of two has one holder for
/// the time of a move, and a chain of one never moves. The README has both columns.
///
/// # Safety
///
/// As `driftline_config_init`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_config_production(
    config: *mut driftline_config,
    struct_size: usize,
) -> driftline_result {
    guard(core::ptr::null_mut(), || fill_config(config, struct_size, &SchedulerConfig::production()))
}

/// Checks every field of a config (SPEC G1). Pure; nothing is changed, whatever the answer.
///
/// Errors: `CONFIG` with a message that names the field and the value; `NULL`, `STRUCT_SIZE`.
///
/// # Safety
///
/// `config` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_config_validate(
    config: *const driftline_config,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || Ok(read_config(config)?.validate()?))
}

/// Gives a class a policy, or takes it away when `policy` is NULL (writes), from the next call on (SPEC Y1). A refused
/// one changes nothing.
///
/// A class without a policy is as the config says. Class 0 is that of all chains that were never given one. Errors:
/// `CONFIG` with a message that names the field and the value, `RESERVED`, `STRUCT_SIZE`, `TOO_MANY` beyond 255
/// policies, `NO_MEMORY`; `HANDLE`, `BUSY`, `REENTRANT`, `POISONED`. A lazy class whose `critical_floor` was left at 0
/// is no error, and never moves for a better score.
///
/// # Safety
///
/// `policy` must be NULL or readable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_set_class_policy(
    scheduler: driftline_scheduler,
    class_id: u32,
    policy: *const driftline_class_policy,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let policy = if policy.is_null() { None } else { Some(read_policy(policy)?) };
        enter_exclusive::<SchedulerObject>(scheduler.bits)?.get()?.scheduler.set_class_policy(class_id, policy)?;
        Ok(())
    })
}

/// The policy of a class (reads). Errors: `NO_POLICY` if it has none; `NULL`, `STRUCT_SIZE`; `HANDLE`, `BUSY`,
/// `REENTRANT`, `POISONED`.
///
/// # Safety
///
/// `out` must be NULL or writable for its `struct_size`; `err` must be NULL or writable for its.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_scheduler_class_policy(
    scheduler: driftline_scheduler,
    class_id: u32,
    out: *mut driftline_class_policy,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        let out = check_required_output(out, "out")?;
        let entered = enter_shared::<SchedulerObject>(scheduler.bits)?;
        let policy = entered.get()?.scheduler.class_policy(class_id);
        let no_policy = || Failure::new(DRIFTLINE_RESULT_NO_POLICY, format_args!("class {class_id} has no policy"));
        out.write(policy_to_c(policy.ok_or_else(no_policy)?));
        Ok(())
    })
}

/// What a migration cost is worth in score (SPEC A6). Pure.
///
/// `cost_per_sec` is finite and at least zero, `cost->reserved` 0. Errors: `CONFIG`, `RESERVED`, `NULL`.
///
/// # Safety
///
/// `cost` must be NULL or readable, `out` NULL or writable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_score_equivalent(
    cost_per_sec: f32,
    cost: *const driftline_migration_cost,
    out: *mut f32,
    err: *mut driftline_error,
) -> driftline_result {
    guard(err, || {
        check_pointer(cost, "cost")?;
        let out = required(out, "out")?;
        SchedulerConfig { cost_per_sec, ..SchedulerConfig::default() }.validate()?;
        // SAFETY: aligned and not NULL, and the caller says that it is a cost; any bytes are one.
        let cost = unsafe { cost.read() };
        if cost.reserved != 0 {
            return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, "cost.reserved must be 0"));
        }
        out.set(MigrationCostModel { cost_per_sec }.score_equivalent(&cost.into()));
        Ok(())
    })
}

fn fill_config(config: *mut driftline_config, struct_size: usize, values: &SchedulerConfig) -> Result<(), Failure> {
    fill_sized(config, struct_size, driftline_config { struct_size: struct_size as u32, ..to_c(values) }, "config")
}

/// Reads a config of the caller's. Its numbers are checked, its ranges are not.
pub(super) fn read_config(config: *const driftline_config) -> Result<SchedulerConfig, Failure> {
    let c = read_sized(config, to_c(&SchedulerConfig::default()), "config")?;
    let on_scorer_error = match c.on_scorer_error {
        DRIFTLINE_ON_SCORER_ERROR_ABORT => OnScorerError::Abort,
        DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN => OnScorerError::SkipChain,
        other => return Err(unknown_choice("on_scorer_error", other, "0 (abort) or 1 (skip chain)")),
    };
    let fingerprint_mode = match c.fingerprint_mode {
        DRIFTLINE_FINGERPRINT_POLL => FingerprintMode::Poll,
        DRIFTLINE_FINGERPRINT_PUSH => FingerprintMode::Push,
        other => return Err(unknown_choice("fingerprint_mode", other, "0 (poll) or 1 (push)")),
    };
    let backstop_spread = match c.backstop_spread {
        0 => false,
        1 => true,
        other => return Err(unknown_choice("backstop_spread", other, "0 (off) or 1 (on)")),
    };
    let move_order = match c.move_order {
        DRIFTLINE_MOVE_ORDER_EVICT_FIRST => MoveOrder::EvictFirst,
        DRIFTLINE_MOVE_ORDER_PLACE_FIRST => MoveOrder::PlaceFirst,
        other => return Err(unknown_choice("move_order", other, "0 (evict first) or 1 (place first)")),
    };
    for (name, value) in [("reserved", c.reserved), ("reserved_2", c.reserved_2)] {
        if value != 0 {
            return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, format_args!("config.{name} must be 0")));
        }
    }
    Ok(SchedulerConfig {
        score_floor: c.score_floor,
        hysteresis_gap: c.hysteresis_gap,
        cooldown_ns: c.cooldown_ns,
        decision_interval_ns: c.decision_interval_ns,
        cost_per_sec: c.cost_per_sec,
        on_scorer_error,
        fingerprint_mode,
        max_scores_per_tick: c.max_scores_per_tick,
        backstop_spread,
        retry_backoff_ns: c.retry_backoff_ns,
        min_holders: c.min_holders,
        move_order,
        pin_ttl_ns: c.pin_ttl_ns,
        move_timeout_ns: c.move_timeout_ns,
        max_moves_per_tick: c.max_moves_per_tick,
        max_in_flight: c.max_in_flight,
        max_in_flight_per_source: c.max_in_flight_per_source,
        max_in_flight_per_target: c.max_in_flight_per_target,
        target_penalty: c.target_penalty,
        max_alternatives: c.max_alternatives,
        flap_window_ns: c.flap_window_ns,
        warmup_coverage: c.warmup_coverage,
        warmup_max_ns: c.warmup_max_ns,
    })
}

fn unknown_choice(field: &'static str, value: u32, expected: &'static str) -> Failure {
    Error::Config { field, value: ConfigValue::Integer(value.into()), expected }.into()
}

pub(super) fn to_c(config: &SchedulerConfig) -> driftline_config {
    driftline_config {
        struct_size: size_of::<driftline_config>() as u32,
        on_scorer_error: match config.on_scorer_error {
            OnScorerError::Abort => DRIFTLINE_ON_SCORER_ERROR_ABORT,
            OnScorerError::SkipChain => DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN,
        },
        fingerprint_mode: match config.fingerprint_mode {
            FingerprintMode::Poll => DRIFTLINE_FINGERPRINT_POLL,
            FingerprintMode::Push => DRIFTLINE_FINGERPRINT_PUSH,
        },
        score_floor: config.score_floor,
        hysteresis_gap: config.hysteresis_gap,
        cost_per_sec: config.cost_per_sec,
        cooldown_ns: config.cooldown_ns,
        decision_interval_ns: config.decision_interval_ns,
        max_scores_per_tick: config.max_scores_per_tick,
        retry_backoff_ns: config.retry_backoff_ns,
        backstop_spread: config.backstop_spread.into(),
        reserved: 0,
        min_holders: config.min_holders,
        move_order: match config.move_order {
            MoveOrder::EvictFirst => DRIFTLINE_MOVE_ORDER_EVICT_FIRST,
            MoveOrder::PlaceFirst => DRIFTLINE_MOVE_ORDER_PLACE_FIRST,
        },
        pin_ttl_ns: config.pin_ttl_ns,
        move_timeout_ns: config.move_timeout_ns,
        max_moves_per_tick: config.max_moves_per_tick,
        max_in_flight: config.max_in_flight,
        max_in_flight_per_source: config.max_in_flight_per_source,
        max_in_flight_per_target: config.max_in_flight_per_target,
        target_penalty: config.target_penalty,
        max_alternatives: config.max_alternatives,
        flap_window_ns: config.flap_window_ns,
        warmup_max_ns: config.warmup_max_ns,
        warmup_coverage: config.warmup_coverage,
        reserved_2: 0,
    }
}

/// A policy that sets nothing: what an older caller's struct is completed with.
const NO_POLICY: driftline_class_policy = driftline_class_policy {
    struct_size: size_of::<driftline_class_policy>() as u32,
    flags: 0,
    mode: DRIFTLINE_CLASS_MODE_EAGER,
    score_floor: 0.0,
    hysteresis_gap: 0.0,
    cost_per_sec: 0.0,
    cooldown_ns: 0,
    critical_floor: 0.0,
    reserved: 0,
};

/// Reads a policy of the caller's. Its numbers are checked, its ranges are not.
fn read_policy(policy: *const driftline_class_policy) -> Result<ClassPolicy, Failure> {
    let c = read_sized(policy, NO_POLICY, "policy")?;
    let known = DRIFTLINE_CLASS_POLICY_SCORE_FLOOR
        | DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP
        | DRIFTLINE_CLASS_POLICY_COOLDOWN
        | DRIFTLINE_CLASS_POLICY_COST_PER_SEC;
    if c.flags & !known != 0 {
        return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, format_args!("policy flags {:#x} are unknown", c.flags)));
    }
    let mode = match c.mode {
        DRIFTLINE_CLASS_MODE_EAGER => ClassMode::Eager,
        DRIFTLINE_CLASS_MODE_LAZY => ClassMode::Lazy { critical_floor: c.critical_floor },
        DRIFTLINE_CLASS_MODE_PINNED => ClassMode::Pinned,
        DRIFTLINE_CLASS_MODE_PROPOSE_ONLY => ClassMode::ProposeOnly,
        other => {
            return Err(unknown_choice("mode", other, "0 (eager), 1 (lazy), 2 (pinned) or 3 (propose only)"));
        }
    };
    let is_set = |flag: u32| c.flags & flag != 0;
    // A value whose flag was forgotten would go unheard. NaN is not 0 either.
    let must_be_zero = [
        ("score_floor", !is_set(DRIFTLINE_CLASS_POLICY_SCORE_FLOOR) && c.score_floor != 0.0),
        ("hysteresis_gap", !is_set(DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP) && c.hysteresis_gap != 0.0),
        ("cooldown_ns", !is_set(DRIFTLINE_CLASS_POLICY_COOLDOWN) && c.cooldown_ns != 0),
        ("cost_per_sec", !is_set(DRIFTLINE_CLASS_POLICY_COST_PER_SEC) && c.cost_per_sec != 0.0),
        ("critical_floor", c.mode != DRIFTLINE_CLASS_MODE_LAZY && c.critical_floor != 0.0),
        ("reserved", c.reserved != 0),
    ];
    if let Some((name, _)) = must_be_zero.into_iter().find(|&(_, is_wrong)| is_wrong) {
        return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, format_args!("policy.{name} is not set and must be 0")));
    }
    Ok(ClassPolicy {
        score_floor: is_set(DRIFTLINE_CLASS_POLICY_SCORE_FLOOR).then_some(c.score_floor),
        hysteresis_gap: is_set(DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP).then_some(c.hysteresis_gap),
        cooldown_ns: is_set(DRIFTLINE_CLASS_POLICY_COOLDOWN).then_some(c.cooldown_ns),
        cost_per_sec: is_set(DRIFTLINE_CLASS_POLICY_COST_PER_SEC).then_some(c.cost_per_sec),
        mode,
    })
}

fn policy_to_c(policy: &ClassPolicy) -> driftline_class_policy {
    let ClassPolicy { score_floor, hysteresis_gap, cooldown_ns, cost_per_sec, mode } = *policy;
    let flag = |is_set: bool, flag: u32| if is_set { flag } else { 0 };
    let (mode, critical_floor) = match mode {
        ClassMode::Eager => (DRIFTLINE_CLASS_MODE_EAGER, 0.0),
        ClassMode::Lazy { critical_floor } => (DRIFTLINE_CLASS_MODE_LAZY, critical_floor),
        ClassMode::Pinned => (DRIFTLINE_CLASS_MODE_PINNED, 0.0),
        ClassMode::ProposeOnly => (DRIFTLINE_CLASS_MODE_PROPOSE_ONLY, 0.0),
    };
    driftline_class_policy {
        flags: flag(score_floor.is_some(), DRIFTLINE_CLASS_POLICY_SCORE_FLOOR)
            | flag(hysteresis_gap.is_some(), DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP)
            | flag(cooldown_ns.is_some(), DRIFTLINE_CLASS_POLICY_COOLDOWN)
            | flag(cost_per_sec.is_some(), DRIFTLINE_CLASS_POLICY_COST_PER_SEC),
        mode,
        score_floor: score_floor.unwrap_or(0.0),
        hysteresis_gap: hysteresis_gap.unwrap_or(0.0),
        cost_per_sec: cost_per_sec.unwrap_or(0.0),
        cooldown_ns: cooldown_ns.unwrap_or(0),
        critical_floor,
        ..NO_POLICY
    }
}

impl From<driftline_migration_cost> for MigrationCost {
    fn from(cost: driftline_migration_cost) -> Self {
        MigrationCost {
            state_transfer_ns: cost.state_transfer_ns,
            disruption_ns: cost.disruption_ns,
            reliability_factor: cost.reliability_factor,
        }
    }
}
