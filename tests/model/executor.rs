//! Who carries out actions, as R8 tells them: only on the revision that the action carries, and never against a claim.

use driftline::{Action, Arm, Eviction, MoveOrder, NodeId, Placement, SchedulerConfig};

use super::cast::position;
use super::fault::Fault;
use super::scorer::Table;
use super::step::Manner;
use super::truth::{Record, Truth};
use super::violation::{Violation, ensure};

/// An action that was emitted and not thrown away yet.
#[derive(Clone, Debug)]
pub struct Errand {
    pub plane: usize,
    pub action: Action,
    min_holders: usize,
    places_first: bool,
}

/// What an action can do to the truth when nobody compares revisions.
pub const HARM: [&str; 3] = [TOO_FEW, SHORT, TOO_EARLY];

const TOO_FEW: &str = "an eviction leaves min_holders";
const SHORT: &str = "who places first is never short because of an eviction";
const TOO_EARLY: &str = "who places first evicts when the target has come";

/// What became of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Done,
    /// Somebody was faster, and but for the comparison of revisions a rule would be broken now.
    Saved,
    Refused(&'static str),
}

impl Errand {
    pub fn new(plane: usize, action: Action, config: &SchedulerConfig) -> Errand {
        let min_holders = config.min_holders as usize;
        Errand { plane, action, min_holders, places_first: config.move_order == MoveOrder::PlaceFirst }
    }

    pub fn chain(&self) -> usize {
        position(self.action.chain())
    }

    /// Whether another control plane acts on the same state of the same chain.
    pub fn rivals(&self, other: &Errand) -> bool {
        let is_same = self.action.chain() == other.action.chain() && self.action.revision() == other.action.revision();
        is_same && self.plane != other.plane
    }

    /// Attempts it, and says what the chain's holders are to be.
    pub fn attempt(
        &self,
        truth: &Truth,
        table: &Table,
        manner: Manner,
        fault: Option<Fault>,
    ) -> Result<(Fate, Option<Record>), Violation> {
        let record = truth.records[self.chain()];
        let refused = |why| Ok((Fate::Refused(why), None));
        let cares = fault != Some(Fault::NoCare);
        if !record.exists {
            return refused("the chain is gone");
        }
        if record.claimed && cares {
            return refused("the chain is claimed");
        }
        let is_current = self.action.revision() == Some(record.revision);
        let changed = self.change(&record, truth, table, manner, fault);
        if !is_current && cares && fault != Some(Fault::NoCompareAndSwap) {
            let is_saved = changed.is_ok_and(|changed| self.check(&record, &changed).is_err());
            return Ok((if is_saved { Fate::Saved } else { Fate::Refused("the revision is another") }, None));
        }
        let changed = match changed {
            Ok(changed) => changed,
            Err(why) => return refused(why),
        };
        self.check(&record, &changed)?;
        Ok((Fate::Done, Some(changed)))
    }

    fn change(
        &self,
        record: &Record,
        truth: &Truth,
        table: &Table,
        manner: Manner,
        fault: Option<Fault>,
    ) -> Result<Record, &'static str> {
        match &self.action {
            Action::Evict(eviction) => evict(eviction, record, truth, manner),
            Action::Place(_) if fault == Some(Fault::NobodyPlaces) => Err("nobody places"),
            Action::Place(placement) => place(placement, record, truth, table),
            _ => Err("nobody knows how"),
        }
    }

    /// What no executed action may do to the truth.
    fn check(&self, record: &Record, changed: &Record) -> Result<(), Violation> {
        let told = || format!("{} turned {record:?} into {changed:?}", self.action);
        let evicts = matches!(self.action, Action::Evict(_));
        let left = changed.holders.count();
        let is_fewer = evicts && left < record.holders.count();
        ensure(!is_fewer || left >= self.min_holders, TOO_FEW, told)?;
        ensure(!record.claimed, "nothing is done against a claim", told)?;
        // Who orders a holder away wants one less.
        if self.places_first && is_fewer && self.action.arm() != Arm::Forced {
            let has_enough = record.desired.is_none_or(|desired| left >= desired as usize);
            ensure(has_enough, SHORT, told)?;
            let has_come = self.action.target().is_none_or(|target| record.holders.contains(target));
            ensure(has_come, TOO_EARLY, told)?;
        }
        Ok(())
    }
}

fn evict(eviction: &Eviction, record: &Record, truth: &Truth, manner: Manner) -> Result<Record, &'static str> {
    if !record.holders.contains(eviction.victim) {
        return Err("the victim is no holder");
    }
    let mut holders = record.holders.without(eviction.victim);
    if let Some(target) = eviction.target.filter(|&target| manner == Manner::Whole && truth.is_alive(target)) {
        holders = holders.with(target);
    }
    Ok(Record { holders, ..*record })
}

fn place(placement: &Placement, record: &Record, truth: &Truth, table: &Table) -> Result<Record, &'static str> {
    let is_free = |node: &NodeId| truth.is_alive(*node) && !record.holders.contains(*node);
    let home = match placement.target {
        Some(target) => Some(target).filter(is_free),
        None => table.homes(placement.chain, &placement.exclude).map(|home| home.node).find(is_free),
    };
    let home = home.ok_or("there is no home")?;
    Ok(Record { holders: record.holders.with(home), ..*record })
}
