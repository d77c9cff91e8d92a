//! What the operator decides: thresholds, times and policies (A7).

use crate::error::{ConfigValue, Error};

/// How many samples a history keeps (A4).
pub const HISTORY_LENGTH: usize = 64;

/// Weight of the newest sample in the moving average (H2).
pub const HISTORY_SMOOTHING: f32 = 0.3;

/// How far from the mean a sample may lie and still be called stable (H2).
pub const HISTORY_DEAD_BAND: f32 = 0.02;

/// The first wait of a chain that was refused; each further refusal doubles it, up to `retry_backoff_ns` (L4).
pub const RETRY_BACKOFF_FIRST_NS: u64 = 1_000_000_000;

/// What a failing scorer does to the call that asked it (P2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnScorerError {
    /// The call fails with that very error, emits nothing and writes no decision state.
    #[default]
    Abort,
    /// The chain sits this tick out and stays due; a node whose fingerprint failed counts as "cannot say".
    SkipChain,
}

/// How the sampler learns that a node moved (S2, S6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FingerprintMode {
    /// Ask the scorer's fingerprints in every tick.
    #[default]
    Poll,
    /// Never ask: `NodeTouched` and `ChainTouched` say what moved, the backstop is the net.
    Push,
}

/// Configuration of a [`LocalScheduler`](crate::LocalScheduler).
///
/// ```
/// use driftline::SchedulerConfig;
///
/// let config = SchedulerConfig { score_floor: 0.6, ..SchedulerConfig::default() };
/// assert!(config.validate().is_ok());
/// let refused = SchedulerConfig { score_floor: 1.5, ..config }.validate().unwrap_err();
/// assert_eq!(refused.to_string(), "config field score_floor: 1.5 is not in [0, 1]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SchedulerConfig {
    /// A holder below this score is a candidate for eviction (D6). In `[0, 1]`; 0.5.
    pub score_floor: f32,
    /// An alternative must be better than the victim by more than this (D9). In `[0, 1]`; 0.2.
    pub hysteresis_gap: f32,
    /// How long a chain is left alone after an eviction, in nanoseconds (D3). Any; 300 s.
    pub cooldown_ns: u64,
    /// No score is older than this, in nanoseconds (S3). Above zero; 30 s.
    pub decision_interval_ns: u64,
    /// Score that one second of migration costs (A6). Finite and at least zero; 0.1.
    pub cost_per_sec: f32,
    /// What a failing scorer does to the call (P2).
    pub on_scorer_error: OnScorerError,
    /// How the sampler learns that something moved (S2, S6).
    pub fingerprint_mode: FingerprintMode,
    /// At most so many `score` calls in one sample or tick; the rest stays due, longest due first (L3). 0, the default,
    /// is no limit.
    ///
    /// A chain is scored as a whole, so one that alone has more holders than this is scored alone: it would else never
    /// be. A batch that fails without saying where is asked again in parts, beyond the limit.
    pub max_scores_per_tick: u64,
    /// Whether backstops are spread over the interval by chain id, so that chains that were loaded together do not come
    /// due together (L3). A chain is then due up to an interval earlier, never later (S3). Off.
    pub backstop_spread: bool,
    /// The longest that a refused chain waits before it is asked about again, in nanoseconds (L4). The wait begins with
    /// [`RETRY_BACKOFF_FIRST_NS`] and doubles while nothing is new. 0, the default, is no wait.
    pub retry_backoff_ns: u64,
}

impl Default for SchedulerConfig {
    fn default() -> Self {
        SchedulerConfig {
            score_floor: 0.5,
            hysteresis_gap: 0.2,
            cooldown_ns: 300_000_000_000,
            decision_interval_ns: 30_000_000_000,
            cost_per_sec: 0.1,
            on_scorer_error: OnScorerError::Abort,
            fingerprint_mode: FingerprintMode::Poll,
            max_scores_per_tick: 0,
            backstop_spread: false,
            retry_backoff_ns: 0,
        }
    }
}

impl SchedulerConfig {
    /// Checks every field (G1). Pure: nothing is changed, whatever the answer.
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the first field at fault, in the order of the struct, and its value.
    pub fn validate(&self) -> Result<(), Error> {
        share("score_floor", self.score_floor)?;
        share("hysteresis_gap", self.hysteresis_gap)?;
        if self.decision_interval_ns == 0 {
            return Err(Error::Config {
                field: "decision_interval",
                value: ConfigValue::Integer(0),
                expected: "above zero",
            });
        }
        if !(self.cost_per_sec.is_finite() && self.cost_per_sec >= 0.0) {
            return Err(Error::Config {
                field: "cost_per_sec",
                value: ConfigValue::Float(self.cost_per_sec),
                expected: "finite and at least zero",
            });
        }
        Ok(())
    }
}

/// Refuses what is not in `[0, 1]`; a NaN is in no range.
fn share(field: &'static str, value: f32) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::Config { field, value: ConfigValue::Float(value), expected: "in [0, 1]" })
    }
}
