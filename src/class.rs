//! Policies of classes of chains, which replace parts of the config (B6).

use alloc::vec::Vec;

use crate::config::{SchedulerConfig, rate, share};
use crate::error::Error;

/// How eagerly the chains of a class move (Y1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum ClassMode {
    /// Whenever a move is worth it.
    #[default]
    Eager,
    /// Only when the worst holder is below this score, whatever the floor is.
    Lazy {
        /// In `[0, 1]`. No score is below 0, so with 0 the chains never move for a better score; drains, the wished count and
        /// orders move them as before.
        critical_floor: f32,
    },
    /// Never for a better score and never for a drain; the wished count is kept and orders are carried out.
    Pinned,
    /// Moves for a better score and for a drain are decided and not emitted: the verdict is
    /// [`ProposeOnly`](crate::Verdict::ProposeOnly). The wished count is kept and orders are carried out, as with `Pinned`; so for
    /// a dry run of everything use [`LocalScheduler::decide`](crate::LocalScheduler::decide).
    ProposeOnly,
}

/// What a class does otherwise than the config (Y1). What is `None` is as in the config.
///
/// ```
/// use driftline::{ClassMode, ClassPolicy, LocalScheduler, NodeId, SchedulerConfig};
///
/// # fn main() -> Result<(), driftline::Error> {
/// let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default())?;
/// let lazy = ClassPolicy { mode: ClassMode::Lazy { critical_floor: 0.2 }, ..ClassPolicy::default() };
/// assert!(scheduler.set_class_policy(5, Some(lazy))?.is_none());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ClassPolicy {
    /// In place of [`SchedulerConfig::score_floor`].
    pub score_floor: Option<f32>,
    /// In place of [`SchedulerConfig::hysteresis_gap`].
    pub hysteresis_gap: Option<f32>,
    /// In place of [`SchedulerConfig::cooldown_ns`].
    pub cooldown_ns: Option<u64>,
    /// In place of [`SchedulerConfig::cost_per_sec`].
    pub cost_per_sec: Option<f32>,
    /// How eagerly the chains move.
    pub mode: ClassMode,
}

impl ClassPolicy {
    /// Checks every field (G1).
    ///
    /// # Errors
    ///
    /// [`Error::Config`] names the first field at fault and its value.
    pub fn validate(&self) -> Result<(), Error> {
        self.score_floor.map_or(Ok(()), |floor| share("score_floor", floor))?;
        self.hysteresis_gap.map_or(Ok(()), |gap| share("hysteresis_gap", gap))?;
        self.cost_per_sec.map_or(Ok(()), |price| rate("cost_per_sec", price))?;
        match self.mode {
            ClassMode::Lazy { critical_floor } => share("critical_floor", critical_floor),
            ClassMode::Eager | ClassMode::Pinned | ClassMode::ProposeOnly => Ok(()),
        }
    }
}

/// What the chains of one class are judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) score_floor: f32,
    pub(crate) hysteresis_gap: f32,
    pub(crate) cooldown_ns: u64,
    pub(crate) cost_per_sec: f32,
    pub(crate) mode: ClassMode,
}

impl Bounds {
    /// Those of a class; `None` is no policy.
    pub(crate) fn new(config: &SchedulerConfig, policy: Option<&ClassPolicy>) -> Bounds {
        let policy = policy.copied().unwrap_or_default();
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
}

/// The policies of a scheduler by class.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Classes {
    /// By ascending class.
    policies: Vec<(u32, ClassPolicy)>,
}

/// A scheduler has no more policies than this.
const MOST: usize = 255;

impl Classes {
    pub(crate) fn get(&self, class: u32) -> Option<&ClassPolicy> {
        // Most schedulers have none, and then this is asked for nothing.
        if self.policies.is_empty() {
            return None;
        }
        let found = self.policies.binary_search_by_key(&class, |&(class, _)| class);
        found.ok().map(|index| &self.policies[index].1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.policies.is_empty()
    }

    pub(crate) fn bounds(&self, config: &SchedulerConfig, class: u32) -> Bounds {
        Bounds::new(config, self.get(class))
    }

    /// The same policies once more.
    pub(crate) fn try_clone(&self) -> Result<Classes, Error> {
        let mut policies = Vec::new();
        policies.try_reserve(self.policies.len()).map_err(|_| Error::OutOfMemory)?;
        policies.extend_from_slice(&self.policies);
        Ok(Classes { policies })
    }

    /// Replaces or drops one policy, and answers the one before.
    pub(crate) fn set(&mut self, class: u32, policy: Option<ClassPolicy>) -> Result<Option<ClassPolicy>, Error> {
        match (self.policies.binary_search_by_key(&class, |&(class, _)| class), policy) {
            (Ok(index), Some(policy)) => Ok(Some(core::mem::replace(&mut self.policies[index].1, policy))),
            (Ok(index), None) => Ok(Some(self.policies.remove(index).1)),
            (Err(_), None) => Ok(None),
            (Err(index), Some(policy)) => {
                if self.policies.len() == MOST {
                    return Err(Error::TooMany { what: "class policies", limit: MOST as u64 });
                }
                self.policies.try_reserve(1).map_err(|_| Error::OutOfMemory)?;
                self.policies.insert(index, (class, policy));
                Ok(None)
            }
        }
    }
}
