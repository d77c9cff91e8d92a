//! A move in flight, as the actions, the news and the time tell of it.

use driftline::{Action, Arm, NodeId, SchedulerConfig, Timestamp};

use super::cast::{Nodes, SECOND};
use super::truth::Record;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Evicting,
    Placing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flying {
    /// The holder that is to leave, as long as it has not.
    pub victim: Option<NodeId>,
    pub target: Option<NodeId>,
    /// Whether the victim leaves when the target has come, and not before.
    pub places_first: bool,
    pub stage: Stage,
    /// Who has begun it.
    pub arm: Arm,
    /// When the last action was emitted.
    pub since: Timestamp,
    /// Whether that action is the one of this stage. If not, the move waits for the scheduler and not for the world.
    pub is_said: bool,
    /// Whether somebody said that it failed.
    pub has_failed: bool,
    holders_at: usize,
}

/// How a move came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Completed,
    Failed,
    TimedOut,
}

/// What a tick sees of the world before it does anything.
pub struct Sight<'a> {
    pub record: Record,
    pub closed: Nodes,
    pub config: &'a SchedulerConfig,
    pub now: Timestamp,
    /// Whether a fault is planted.
    pub is_hasty: bool,
}

impl Sight<'_> {
    fn surplus(&self) -> Option<i64> {
        self.record.surplus()
    }

    /// Whether the chain can do without one of its holders.
    pub fn has_one_to_lose(&self) -> bool {
        let is_enough = self.record.holders.count() > self.config.min_holders as usize;
        is_enough && self.surplus().is_none_or(|surplus| surplus > 0)
    }

    pub fn is_held_by(&self, node: NodeId) -> bool {
        self.record.holders.contains(node)
    }

    pub fn age_ns(&self, since: Timestamp) -> u64 {
        self.now.since_ns(since)
    }

    /// For how long an eviction is owed once its target has come, where moves are tracked.
    pub fn owed_for_ns(&self) -> u64 {
        if self.is_hasty { SECOND } else { self.config.pin_ttl_ns.max(self.config.move_timeout_ns) }
    }
}

impl Flying {
    /// The move that an action begins.
    pub fn of(action: &Action, record: &Record, now: Timestamp) -> Flying {
        let target = action.target();
        let (victim, stage, places_first) = match action {
            Action::Evict(eviction) => {
                let has_come = target.is_some_and(|target| record.holders.contains(target));
                (Some(eviction.victim), Stage::Evicting, has_come)
            }
            Action::Place(placement) => (placement.victim, Stage::Placing, placement.victim.is_some()),
            _ => unreachable!("there are two kinds"),
        };
        let holders_at = record.holders.count();
        let arm = action.arm();
        Flying { victim, target, places_first, stage, arm, since: now, is_said: true, has_failed: false, holders_at }
    }

    /// The same, begun by this arm.
    pub fn by(self, arm: Arm) -> Flying {
        Flying { arm, ..self }
    }

    fn has_left(&self, record: &Record) -> bool {
        self.victim.is_none_or(|victim| !record.holders.contains(victim))
    }

    pub fn has_come(&self, record: &Record) -> bool {
        match self.target {
            Some(target) => record.holders.contains(target),
            None => record.holders.count() > self.holders_at,
        }
    }

    /// Whether its eviction has been carried out.
    pub fn has_evicted(&self, record: &Record) -> bool {
        self.stage == Stage::Evicting && self.has_left(record)
    }

    pub fn times_out_at(&self, move_timeout_ns: u64) -> Option<Timestamp> {
        if self.is_said { self.since.after_ns(move_timeout_ns) } else { None }
    }

    /// What a failure of it is remembered by. A target that has come cannot be to blame.
    pub fn key(&self) -> Option<NodeId> {
        let is_to_blame = !(self.places_first && self.stage == Stage::Evicting);
        self.target.filter(|_| is_to_blame).or(self.victim)
    }

    /// F1: what the first step of a tick makes of it: how it goes on, or how it ended.
    pub fn advance(mut self, sight: &Sight<'_>) -> Result<Flying, End> {
        let record = &sight.record;
        let (has_evicted, has_come) = (self.has_evicted(record), self.has_come(record));
        // Whoever was lost meanwhile is not to be made up for by whom it places.
        self.holders_at = self.holders_at.min(record.holders.count());
        let has_failed = std::mem::take(&mut self.has_failed);
        if self.has_left(record) {
            self.victim = None;
        }
        let is_done = has_evicted || self.stage == Stage::Placing && has_come;
        if is_done || !self.is_said {
            (self.stage, self.is_said) = (Stage::Placing, false);
            return if self.is_due(sight, has_come) { Ok(self) } else { Err(End::Completed) };
        }
        if has_failed {
            return Err(End::Failed);
        }
        if sight.age_ns(self.since) >= sight.config.move_timeout_ns { Err(End::TimedOut) } else { Ok(self) }
    }

    /// R3, R4: whether its second half is to be said. What was decided too long ago is not.
    fn is_due(&self, sight: &Sight<'_>, has_come: bool) -> bool {
        let age_ns = sight.age_ns(self.since);
        if self.places_first {
            return has_come && self.victim.is_some() && sight.has_one_to_lose() && age_ns < sight.owed_for_ns();
        }
        let is_open = self.target.is_some_and(|target| !sight.closed.contains(target));
        let is_short = sight.surplus().is_some_and(|surplus| surplus < 0);
        !has_come && is_open && is_short && age_ns < sight.config.pin_ttl_ns
    }

    /// Whether its second half would be due but for its age.
    pub fn is_too_old(&self, sight: &Sight<'_>) -> bool {
        let young = Flying { since: sight.now, ..*self };
        self.advance(sight).is_err() && young.advance(sight).is_ok_and(|young| !young.is_said)
    }

    /// Whether an action is the second half that is due.
    pub fn is_continued_by(&self, action: &Action) -> bool {
        let is_due = !self.is_said && action.arm() == Arm::Count && action.target() == self.target;
        is_due
            && match action {
                Action::Evict(eviction) => self.places_first && self.victim == Some(eviction.victim),
                Action::Place(placement) => !self.places_first && placement.victim.is_none(),
                _ => false,
            }
    }

    /// Its clock is not ahead of this.
    pub fn clamp(&mut self, now: Timestamp) {
        self.since = self.since.min(now);
    }
}
