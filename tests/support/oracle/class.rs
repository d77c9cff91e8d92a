//! Y1: what the chains of one class are judged by.

use std::collections::BTreeMap;

use driftline::{ClassMode, ClassPolicy, SchedulerConfig};

use super::answer::Refusal;
use super::state::OracleChain;

/// The policies of a scheduler by class.
pub type Classes = BTreeMap<u32, ClassPolicy>;

/// The config with what the class has otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub score_floor: f32,
    pub hysteresis_gap: f32,
    pub cooldown_ns: u64,
    pub cost_per_sec: f32,
    pub mode: ClassMode,
}

pub fn bounds(chain: &OracleChain, config: &SchedulerConfig, classes: &Classes) -> Bounds {
    of_class(chain.class.unwrap_or(0), config, classes)
}

pub fn of_class(class: u32, config: &SchedulerConfig, classes: &Classes) -> Bounds {
    let policy = classes.get(&class).copied().unwrap_or_default();
    let score_floor = match policy.mode {
        ClassMode::Lazy { critical_floor } => critical_floor,
        _ => policy.score_floor.unwrap_or(config.score_floor),
    };
    Bounds {
        score_floor,
        hysteresis_gap: policy.hysteresis_gap.unwrap_or(config.hysteresis_gap),
        cooldown_ns: policy.cooldown_ns.unwrap_or(config.cooldown_ns),
        cost_per_sec: policy.cost_per_sec.unwrap_or(config.cost_per_sec),
        mode: policy.mode,
    }
}

/// G1
pub fn check(policy: &ClassPolicy) -> Result<(), Refusal> {
    let critical_floor = match policy.mode {
        ClassMode::Lazy { critical_floor } => Some(critical_floor),
        _ => None,
    };
    let refused = |field, value: f32| Err(Refusal::Config { field, value: value.to_string() });
    let is_share = |value: f32| (0.0..=1.0).contains(&value);
    match *policy {
        ClassPolicy { score_floor: Some(floor), .. } if !is_share(floor) => refused("score_floor", floor),
        ClassPolicy { hysteresis_gap: Some(gap), .. } if !is_share(gap) => refused("hysteresis_gap", gap),
        ClassPolicy { cost_per_sec: Some(rate), .. } if !rate.is_finite() || rate < 0.0 => {
            refused("cost_per_sec", rate)
        }
        _ => match critical_floor {
            Some(floor) if !is_share(floor) => refused("critical_floor", floor),
            _ => Ok(()),
        },
    }
}
