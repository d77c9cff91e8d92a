//! What must be true of every action, by what the control plane that emitted it was told.

use driftline::{Action, Arm, ChainId, Eviction, MoveOrder, NodeId, Placement, Timestamp};

use super::book::{Book, Told};
use super::cast::{Nodes, position};
use super::violation::{Checked, ensure};

/// One action and what it is judged by.
struct Case<'a> {
    action: &'a Action,
    chain: usize,
    book: &'a Book,
    told: &'a Told,
    now: Timestamp,
}

/// Checks what one tick has emitted, with the book as it was before.
pub fn check_actions(book: &Book, actions: &[Action], now: Timestamp) -> Checked {
    let ids: Vec<ChainId> = actions.iter().map(Action::chain).collect();
    ensure(ids.is_sorted_by(|one, next| one < next), "one action for a chain in a tick", || format!("{ids:?}"))?;
    for action in actions {
        let chain = position(action.chain());
        let case = Case { action, chain, book, told: &book.chains[chain], now };
        case.check()?;
    }
    Ok(())
}

impl Case<'_> {
    fn ensure(&self, holds: bool, rule: &'static str) -> Checked {
        ensure(holds, rule, || format!("{} by {:?}", self.action, self.told))
    }

    fn check(&self) -> Checked {
        let record = &self.told.record;
        self.ensure(self.book.leads(self.chain), "only the leader acts")?;
        self.ensure(!record.claimed, "no action against a claim")?;
        self.ensure(!self.book.is_frozen(self.now), "no action while frozen")?;
        self.ensure(self.action.revision() == Some(record.revision), "an action carries the latest revision")?;
        if matches!(self.action.arm(), Arm::Drain | Arm::Scheduler) {
            self.ensure(self.book.is_movable(self.chain), "a class that does not move does not")?;
        }
        match self.action {
            Action::Evict(eviction) => self.check_eviction(eviction)?,
            Action::Place(placement) => self.check_placement(placement)?,
            _ => unreachable!("there are two kinds"),
        }
        self.check_order()
    }

    /// Whether a node is no home for the chain now.
    fn is_closed(&self, node: NodeId) -> bool {
        self.told.record.holders.contains(node) || self.book.closed(self.now).contains(node)
    }

    /// How the number of holders compares with the wished one, if there is one.
    fn surplus(&self) -> Option<i64> {
        let record = &self.told.record;
        record.desired.map(|desired| record.holders.count() as i64 - i64::from(desired))
    }

    fn check_eviction(&self, eviction: &Eviction) -> Checked {
        let holders = self.told.record.holders;
        let config = &self.book.config;
        self.ensure(holders.contains(eviction.victim), "a victim is a holder")?;
        self.ensure(holders.count() > config.min_holders as usize, "never below min_holders")?;
        let has_come = eviction.target.is_some_and(|target| holders.contains(target));
        if let Some(target) = eviction.target.filter(|_| !has_come) {
            self.ensure(!self.is_closed(target), "a target is open")?;
            self.ensure(
                config.move_order == MoveOrder::EvictFirst,
                "who places first evicts when the target has come",
            )?;
        }
        match eviction.arm {
            Arm::Forced => {}
            Arm::Count if eviction.target.is_none() => {
                self.ensure(self.surplus().is_some_and(|surplus| surplus > 0), "one too many is evicted")?;
            }
            Arm::Count => {
                self.ensure(has_come, "the second half of a move that places first")?;
                self.ensure(self.surplus().is_none_or(|surplus| surplus > 0), "place first is never short")?;
            }
            Arm::Drain | Arm::Scheduler => {
                self.ensure(!has_come && eviction.target.is_some(), "a move has a target")?;
                self.ensure(self.surplus().is_none_or(|surplus| surplus >= 0), "who is short is not evicted from")?;
            }
            _ => unreachable!("there are four arms"),
        }
        if eviction.arm == Arm::Drain {
            self.ensure(self.book.drained.contains(eviction.victim), "a drain moves from the node that is drained")?;
        }
        if eviction.arm == Arm::Scheduler { self.check_worth(eviction.gain, eviction.cost) } else { Ok(()) }
    }

    fn check_placement(&self, placement: &Placement) -> Checked {
        let holders = self.told.record.holders;
        let exclude: Nodes = placement.exclude.iter().copied().collect();
        let is_sorted = placement.exclude.is_sorted_by(|one, next| one < next);
        let shut = self.book.closed(self.now).iter().fold(holders, Nodes::with);
        self.ensure(is_sorted && shut.minus(exclude).is_empty(), "what is no home is excluded")?;
        if let Some(target) = placement.target {
            self.ensure(!self.is_closed(target), "a target is open")?;
            self.ensure(!exclude.contains(target), "a target is not excluded")?;
        }
        let is_first_half = placement.victim.is_some();
        self.ensure(placement.victim.is_none_or(|victim| holders.contains(victim)), "a victim is a holder")?;
        if is_first_half && placement.arm != Arm::Count {
            self.ensure(self.book.config.move_order == MoveOrder::PlaceFirst, "who evicts first does not place first")?;
        }
        match placement.arm {
            Arm::Forced => {}
            Arm::Count if is_first_half => {
                self.ensure(self.book.config.move_timeout_ns == 0, "who tracks moves does not say them again")?;
            }
            Arm::Count => self.ensure(self.surplus().is_some_and(|surplus| surplus < 0), "who is short is filled")?,
            Arm::Drain | Arm::Scheduler => {
                self.ensure(is_first_half && placement.target.is_some(), "a move has a victim and a target")?;
                self.ensure(self.surplus().is_none_or(|surplus| surplus >= 0), "who is short is filled first")?;
            }
            _ => unreachable!("there are four arms"),
        }
        if placement.arm == Arm::Drain {
            let is_drained = placement.victim.is_some_and(|victim| self.book.drained.contains(victim));
            self.ensure(is_drained, "a drain moves from the node that is drained")?;
        }
        if placement.arm == Arm::Scheduler { self.check_worth(placement.gain, placement.cost) } else { Ok(()) }
    }

    fn check_worth(&self, gain: Option<f32>, cost: Option<f32>) -> Checked {
        let cooldown_ns = self.book.cooldown_ns(self.chain);
        let is_rested = self.told.rebalanced.is_none_or(|last| self.now.since_ns(last) >= cooldown_ns);
        self.ensure(is_rested, "no move on cooldown")?;
        let policy = self.book.policy(self.chain);
        let gap = policy.and_then(|policy| policy.hysteresis_gap).unwrap_or(self.book.config.hysteresis_gap);
        let is_worth = gain.is_some_and(|gain| gain > gap && gain > cost.unwrap_or(0.0));
        self.ensure(is_worth, "a move gains more than the gap and its cost")
    }

    /// R7: what is forced was ordered.
    fn check_order(&self) -> Checked {
        if self.action.arm() != Arm::Forced {
            return Ok(());
        }
        let victim = match self.action {
            Action::Evict(eviction) => Some(eviction.victim),
            Action::Place(placement) => placement.victim,
            _ => None,
        };
        let ordered = self.told.orders.fresh().nodes();
        self.ensure(ordered == (victim, self.action.target()), "what is forced was ordered")
    }
}
