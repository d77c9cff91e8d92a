//! A move in flight, as the actions, the news and the time tell of it.

use driftline::{Action, Arm, NodeId, Timestamp};

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
    pub stage: Stage,
    /// When the last action was emitted.
    pub since: Timestamp,
    /// Whether that action is the one of this stage. If not, the move waits for the scheduler and not for the world.
    pub is_said: bool,
    /// Whether somebody said that it failed.
    pub has_failed: bool,
    holders_at: usize,
}

impl Flying {
    /// The move that an action begins, or goes on with.
    pub fn of(action: &Action, record: &Record, now: Timestamp) -> Flying {
        let (victim, stage) = match action {
            Action::Evict(eviction) => (Some(eviction.victim), Stage::Evicting),
            Action::Place(placement) => (placement.victim, Stage::Placing),
            _ => unreachable!("there are two kinds"),
        };
        let holders_at = record.holders.count();
        Flying { victim, target: action.target(), stage, since: now, is_said: true, has_failed: false, holders_at }
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

    pub fn times_out_at(&self, move_timeout_ns: u64) -> Option<Timestamp> {
        if self.is_said { self.since.after_ns(move_timeout_ns) } else { None }
    }

    pub fn is_overdue(&self, move_timeout_ns: u64, now: Timestamp) -> bool {
        self.is_said && now.since_ns(self.since) >= move_timeout_ns
    }

    /// Whether its present stage has come to its end as it should.
    pub fn is_done(&self, record: &Record) -> bool {
        match self.stage {
            Stage::Evicting => self.has_left(record),
            Stage::Placing => self.has_come(record),
        }
    }

    /// F1: whether anything that was told, or the time, gives the scheduler a reason to end it.
    pub fn may_be_over(&self, record: &Record, move_timeout_ns: u64, now: Timestamp) -> bool {
        !self.is_said || self.has_failed || self.is_overdue(move_timeout_ns, now) || self.is_done(record)
    }

    /// What a failure of it is remembered by.
    pub fn key(&self) -> Option<NodeId> {
        self.target.or(self.victim)
    }

    /// Whether an action is the second half of this move.
    pub fn continues_with(&self, action: &Action, record: &Record) -> bool {
        let is_same = action.arm() == Arm::Count && self.target.is_some() && action.target() == self.target;
        is_same
            && match action {
                Action::Evict(eviction) => {
                    self.stage == Stage::Placing && self.victim == Some(eviction.victim) && self.has_come(record)
                }
                Action::Place(placement) => {
                    let is_due = self.stage == Stage::Evicting || !self.is_said;
                    is_due && placement.victim.is_none() && self.has_left(record)
                }
                _ => false,
            }
    }

    /// What has become of it in a tick that left it in flight and emitted nothing for it.
    pub fn go_on(&mut self, record: &Record, now: Timestamp) {
        match self.stage {
            Stage::Evicting if self.has_left(record) => {
                (self.stage, self.since, self.is_said) = (Stage::Placing, now, false);
            }
            Stage::Placing if self.has_come(record) => self.is_said = false,
            _ => {}
        }
        if self.has_left(record) {
            self.victim = None;
        }
    }
}
