//! What must be true of every action, by what the control plane that emitted it was told.

use driftline::{Action, Arm, ChainId, Eviction, MoveOrder, NodeId, Placement, Timestamp};

use super::book::{Book, Told};
use super::cast::{Nodes, position};
use super::truth::Record;
use super::violation::{Checked, ensure};

/// One action and what it is judged by.
struct Case<'a> {
    action: &'a Action,
    chain: usize,
    book: &'a Book,
    told: &'a Told,
    now: Timestamp,
}

/// Checks what one tick has emitted, with the book as it was before the arms.
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

    /// Whom evictions have named that may still be carried out, whatever comes of this action.
    fn leaving(&self, victim: NodeId) -> Nodes {
        self.book.said(self.chain, self.now).without(victim)
    }

    /// How the number of holders would compare with the wished one, if there is one, once they are gone.
    fn surplus_beside(&self, victim: NodeId) -> Option<i64> {
        let record = &self.told.record;
        Record { holders: record.holders.minus(self.leaving(victim)), ..*record }.surplus()
    }

    /// R5: not even if everything that was said is carried out late.
    fn check_min_holders(&self, victim: NodeId, goes: bool) -> Checked {
        let stay = self.told.record.holders.minus(self.leaving(victim));
        let stay = if goes { stay.without(victim) } else { stay };
        self.ensure(stay.count() >= self.book.config.min_holders as usize, "never below min_holders")
    }

    fn check_eviction(&self, eviction: &Eviction) -> Checked {
        let holders = self.told.record.holders;
        self.ensure(holders.contains(eviction.victim), "a victim is a holder")?;
        self.check_min_holders(eviction.victim, true)?;
        let has_come = eviction.target.is_some_and(|target| holders.contains(target));
        if let Some(target) = eviction.target.filter(|_| !has_come) {
            self.ensure(!self.is_closed(target), "a target is open")?;
            self.ensure(
                self.book.config.move_order == MoveOrder::EvictFirst,
                "who places first evicts when the target has come",
            )?;
        }
        match eviction.arm {
            Arm::Forced => {}
            Arm::Count if eviction.target.is_none() => self.check_shrink(eviction.victim)?,
            Arm::Count => {
                self.ensure(has_come, "the second half of a move that places first")?;
                self.check_owed(eviction.victim, eviction.target)?;
                let surplus = self.told.record.surplus();
                self.ensure(surplus.is_none_or(|surplus| surplus > 0), "place first is never short")?;
                let repeats = !self.book.tracks() && self.book.is_on_cooldown(self.chain, self.now);
                self.ensure(!repeats || surplus.is_some(), "an eviction is said once in a cooldown")?;
            }
            Arm::Drain | Arm::Scheduler => {
                self.ensure(!has_come && eviction.target.is_some(), "a move has a target")?;
                let surplus = self.surplus_beside(eviction.victim);
                self.ensure(surplus.is_none_or(|surplus| surplus >= 0), "who is short is not evicted from")?;
            }
            _ => unreachable!("there are four arms"),
        }
        if eviction.arm == Arm::Drain {
            self.ensure(self.book.drained.contains(eviction.victim), "a drain moves from the node that is drained")?;
            let said = self.book.said(self.chain, self.now);
            self.ensure(!said.contains(eviction.victim), "an eviction is said once in a cooldown")?;
        }
        if eviction.arm == Arm::Scheduler { self.check_worth(eviction.gain, eviction.cost) } else { Ok(()) }
    }

    /// R2: somebody is too many, beside those who were told to go; and who was named is named again.
    fn check_shrink(&self, victim: NodeId) -> Checked {
        let own = self.told.owed.filter(|owed| owed.target.is_none()).map(|owed| owed.victim);
        self.ensure(own.is_none_or(|own| own == victim), "who is one too many stays the one")?;
        let (record, said) = (&self.told.record, self.book.said(self.chain, self.now));
        let said = own.map_or(said, |own| said.without(own));
        let left = Record { holders: record.holders.minus(said), ..*record };
        self.ensure(left.surplus().is_some_and(|surplus| surplus > 0), "one too many is evicted")
    }

    /// R4: the second half of a move belongs to a first one that is not too old.
    fn check_owed(&self, victim: NodeId, target: Option<NodeId>) -> Checked {
        let is_owed = self.told.owed.is_some_and(|owed| (owed.victim, owed.target) == (victim, target));
        self.ensure(is_owed, "a second half belongs to a first that is not too old")
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
                self.ensure(!self.book.tracks(), "who tracks moves does not say them again")?;
                let victim = placement.victim.unwrap_or(NodeId::NONE);
                self.check_owed(victim, placement.target)?;
            }
            Arm::Count => {
                let surplus = self.told.record.surplus();
                self.ensure(surplus.is_some_and(|surplus| surplus < 0), "who is short is filled")?;
            }
            Arm::Drain | Arm::Scheduler => {
                self.ensure(is_first_half && placement.target.is_some(), "a move has a victim and a target")?;
                let victim = placement.victim.unwrap_or(NodeId::NONE);
                self.check_min_holders(victim, false)?;
                let surplus = self.surplus_beside(victim);
                self.ensure(surplus.is_none_or(|surplus| surplus >= 0), "who is short is filled first")?;
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
        self.ensure(!self.book.is_on_cooldown(self.chain, self.now), "no move on cooldown")?;
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
