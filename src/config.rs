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

/// The first back-off of a chain and a target whose move failed; each further failure doubles it (F1).
pub const MOVE_BACKOFF_FIRST_NS: u64 = 60_000_000_000;

/// The longest such back-off (F1).
pub const MOVE_BACKOFF_MAX_NS: u64 = 3_600_000_000_000;

/// How many moves of a chain are remembered (O1).
pub const FLAP_MEMORY: usize = 8;

/// The longest cooldown that flapping leads to (O1).
pub const FLAP_COOLDOWN_MAX_NS: u64 = 7_200_000_000_000;

/// How many transitions of verdicts a scheduler remembers (W3).
pub const TRANSITION_RING_LENGTH: usize = 1024;

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

/// Which half of a move goes first (R4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MoveOrder {
    /// The victim leaves; then the chain is placed on the target.
    #[default]
    EvictFirst,
    /// The chain is placed on the target; the victim leaves when it is there, so that the chain is never short of a replica
    /// because of driftline. Where the target comes later than a [`move_timeout_ns`](SchedulerConfig::move_timeout_ns) after it
    /// was asked for, the victim stays.
    PlaceFirst,
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
    ///
    /// Under [`FingerprintMode::Poll`] the wait grows only if the scorer answers
    /// [`node_fingerprint`](crate::PlacementScorer::node_fingerprint): without an answer every node counts as changed, so every
    /// chain is re-scored in each tick, which ends the wait, and as long as one chain is stuck `next_due` is one second away.
    ///
    /// With a wait a drain, too, asks again for a chain without a better home only once in a decision interval, or when
    /// something is new.
    pub retry_backoff_ns: u64,
    /// No eviction leaves a chain with fewer holders than this (R5). 0. Without a `move_timeout_ns` a holder whose eviction
    /// has been said counts as gone until the cooldown is over.
    pub min_holders: u32,
    /// Which half of a move goes first (R4). `EvictFirst`.
    pub move_order: MoveOrder,
    /// For how long the target that justified an eviction is the target of the placement that follows, in nanoseconds (R3).
    /// 60 s. After it the placement leaves the choice to the caller.
    pub pin_ttl_ns: u64,
    /// How long a move may take before it counts as failed, in nanoseconds (F1). 0, the default, is no tracking: whatever
    /// still has to be done is said again in each tick (F0). The pace of a drain leaves this much time before the deadline
    /// (N1).
    pub move_timeout_ns: u64,
    /// At most so many new moves in one tick (L1). 0, the default, is no limit; so in the next three. Without a
    /// `move_timeout_ns` a placement that nobody carries out is said again in each tick, and counts each time. Chains whose
    /// moves have failed come after all others, and begin at most a quarter of these moves, and at least one.
    pub max_moves_per_tick: u64,
    /// At most so many moves in flight (L1). Needs a `move_timeout_ns`, as do the next two. Chains whose moves have failed
    /// have at most a quarter of them in flight, and at least one.
    pub max_in_flight: u64,
    /// At most so many moves in flight away from one node (L1).
    pub max_in_flight_per_source: u64,
    /// At most so many moves in flight to one node (L1).
    pub max_in_flight_per_target: u64,
    /// By how much each move in flight to a node lowers its score as an alternative (L2). In `[0, 1]`; 0. Needs a
    /// `move_timeout_ns`.
    pub target_penalty: f32,
    /// How many alternatives of a chain are considered before giving up (L2). Above zero; 1, which asks
    /// [`best_alternative`](crate::PlacementScorer::best_alternative) in place of
    /// [`alternatives`](crate::PlacementScorer::alternatives).
    pub max_alternatives: u32,
    /// A chain that came back to a node which it had left within this time, or that moved three times in it, is left alone for
    /// as long, in nanoseconds (O1). 0, the default, is off. Each time that this happens the chain's cooldown doubles, up to
    /// [`FLAP_COOLDOWN_MAX_NS`]; a window without it halves it again.
    pub flap_window_ns: u64,
    /// The share of led chains that must have a score before the first move for better scores (V2). In `[0, 1]`; 0, the
    /// default, is off.
    pub warmup_coverage: f32,
    /// For how long such moves wait for that at most, in nanoseconds (V2). 300 s.
    pub warmup_max_ns: u64,
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
            min_holders: 0,
            move_order: MoveOrder::EvictFirst,
            pin_ttl_ns: 60_000_000_000,
            move_timeout_ns: 0,
            max_moves_per_tick: 0,
            max_in_flight: 0,
            max_in_flight_per_source: 0,
            max_in_flight_per_target: 0,
            target_penalty: 0.0,
            max_alternatives: 1,
            flap_window_ns: 0,
            warmup_coverage: 0.0,
            warmup_max_ns: 300_000_000_000,
        }
    }
}

impl SchedulerConfig {
    /// What the README tells people to run: what makes it safe to leave running is on, with values that `examples/production`
    /// has tried on measured and generated round-trip times and on the cases that people complain about.
    ///
    /// | field | value | what it buys |
    /// | --- | --- | --- |
    /// | `hysteresis_gap` | 0.25 | with smoothed scores a seventh fewer moves than 0.2, at a cost from 1.5 % lower to 0.2 % higher |
    /// | `on_scorer_error` | `SkipChain` | a scorer that fails for one chain holds up no other |
    /// | `backstop_spread` | on | chains that were loaded together do not come due together |
    /// | `retry_backoff_ns` | 60 s | a chain without a better home does not ask for one in every tick |
    /// | `min_holders` | 1 | no chain is evicted from its last holder |
    /// | `move_timeout_ns` | 600 s | moves are tracked; one that is lost is tried elsewhere |
    /// | `max_moves_per_tick` | 16 | a wrong measurement costs 16 moves, not all |
    /// | `max_in_flight` | 64 | bounds what moves cost the cluster at one time |
    /// | `max_in_flight_per_source` | 4 | a node that is bad is not asked to send everything at once |
    /// | `max_in_flight_per_target` | 4 | nor is the best node asked to take it |
    /// | `target_penalty` | 0.05 | four moves to one node cost it 0.2, so the next best gets some |
    /// | `max_alternatives` | 8 | a full home is no reason to stay |
    /// | `flap_window_ns` | 30 min | at most one return to a node in half an hour |
    /// | `warmup_coverage` | 0.9 | nothing moves on half of the facts after a start |
    ///
    /// The rest is as by default. So it is `EvictFirst` with `min_holders` 1: a chain of two has one holder for the time of a
    /// move, and a chain of one never moves. Set `move_order` to `PlaceFirst` where a replica less is too much, or raise
    /// `min_holders`; and set `fingerprint_mode` to `Push` where your events say what moved.
    #[must_use]
    pub fn production() -> SchedulerConfig {
        SchedulerConfig {
            hysteresis_gap: 0.25,
            on_scorer_error: OnScorerError::SkipChain,
            backstop_spread: true,
            retry_backoff_ns: 60_000_000_000,
            min_holders: 1,
            move_timeout_ns: 600_000_000_000,
            max_moves_per_tick: 16,
            max_in_flight: 64,
            max_in_flight_per_source: 4,
            max_in_flight_per_target: 4,
            target_penalty: 0.05,
            max_alternatives: 8,
            flap_window_ns: 1_800_000_000_000,
            warmup_coverage: 0.9,
            ..SchedulerConfig::default()
        }
    }

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
        rate("cost_per_sec", self.cost_per_sec)?;
        share("target_penalty", self.target_penalty)?;
        if self.max_alternatives == 0 {
            return Err(Error::Config {
                field: "max_alternatives",
                value: ConfigValue::Integer(0),
                expected: "above zero",
            });
        }
        share("warmup_coverage", self.warmup_coverage)?;
        if self.move_timeout_ns == 0 { self.validate_untracked() } else { Ok(()) }
    }

    /// F0: what counts moves in flight needs them to be tracked.
    fn validate_untracked(&self) -> Result<(), Error> {
        let expected = "zero without move_timeout";
        for (field, value) in [
            ("max_in_flight", self.max_in_flight),
            ("max_in_flight_per_source", self.max_in_flight_per_source),
            ("max_in_flight_per_target", self.max_in_flight_per_target),
        ] {
            if value > 0 {
                return Err(Error::Config { field, value: ConfigValue::Integer(value), expected });
            }
        }
        if self.target_penalty > 0.0 {
            let value = ConfigValue::Float(self.target_penalty);
            return Err(Error::Config { field: "target_penalty", value, expected });
        }
        Ok(())
    }

    /// Whether moves are tracked until they are done (F0).
    pub(crate) fn tracks_moves(&self) -> bool {
        self.move_timeout_ns > 0
    }
}

/// Refuses what is no price.
pub(crate) fn rate(field: &'static str, value: f32) -> Result<(), Error> {
    if value.is_finite() && value >= 0.0 {
        Ok(())
    } else {
        Err(Error::Config { field, value: ConfigValue::Float(value), expected: "finite and at least zero" })
    }
}

/// Refuses what is not in `[0, 1]`; a NaN is in no range.
pub(crate) fn share(field: &'static str, value: f32) -> Result<(), Error> {
    if (0.0..=1.0).contains(&value) {
        Ok(())
    } else {
        Err(Error::Config { field, value: ConfigValue::Float(value), expected: "in [0, 1]" })
    }
}
