//! The config of a scheduler, and the pure cost model.

use super::guard::{Failure, guard};
use super::result::{DRIFTLINE_RESULT_RESERVED, DRIFTLINE_RESULT_STRUCT_SIZE, driftline_result};
use super::sized::{SizedStruct, check_pointer, read_sized, required, write_element};
use super::types::*;
use crate::config::{FingerprintMode, OnScorerError, SchedulerConfig};
use crate::cost::{MigrationCost, MigrationCostModel};
use crate::error::{ConfigValue, Error};

/// Fills a config with the defaults of SPEC A7 and sets its `struct_size`. Pure.
///
/// `struct_size` is `sizeof(driftline_config)` as the caller knows it; so many bytes are written.
///
/// # Safety
///
/// `config` must be NULL or writable for `struct_size` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn driftline_config_init(config: *mut driftline_config, struct_size: usize) -> driftline_result {
    guard(core::ptr::null_mut(), || {
        check_pointer(config.cast_const(), "config")?;
        let known = size_of::<driftline_config>();
        let is_known = driftline_config::BOUNDARIES.contains(&struct_size);
        if !(is_known || (known < struct_size && struct_size <= 4096)) {
            let text = format_args!("struct_size {struct_size} is none that this library knows (its own is {known})");
            return Err(Failure::new(DRIFTLINE_RESULT_STRUCT_SIZE, text));
        }
        let defaults = driftline_config { struct_size: struct_size as u32, ..to_c(&SchedulerConfig::default()) };
        // SAFETY: not NULL, and the caller says that `struct_size` bytes are there, a size that was found plausible.
        unsafe { write_element(config.cast::<u8>(), struct_size, defaults) };
        Ok(())
    })
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
    if c.reserved != 0 {
        return Err(Failure::new(DRIFTLINE_RESULT_RESERVED, "config.reserved must be 0"));
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
