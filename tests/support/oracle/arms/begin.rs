//! Beginning a move, whoever asks for it.

use driftline::{Arm, ChainId, NodeId};

use crate::support::oracle::answer::{Kind, Numbers, OracleAction};
use crate::support::oracle::memory::{OracleFlight, Owed, Pin, Stage};
use crate::support::oracle::pass::Pass;

/// Who is to go and who is to come, or one of them, and why.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    pub arm: Arm,
    pub victim: Option<NodeId>,
    pub target: Option<NodeId>,
    pub numbers: Numbers,
}

impl Pass<'_> {
    /// The first half of a new move, or all of it.
    pub(super) fn begin(&mut self, id: ChainId, plan: Plan) {
        let (now, place_first) = (self.inputs.now, self.is_place_first());
        self.count_move(id);
        match (plan.victim, plan.target) {
            // R4
            (Some(victim), Some(target)) if place_first => {
                self.memory_mut(id).owed = Some(Owed { victim, target: Some(target), at: now });
                self.place(id, plan);
            }
            (Some(_), target) => {
                if self.chain(id).desired.is_some() {
                    // R3
                    self.memory_mut(id).pin = target.map(|target| Pin { target, at: now });
                }
                self.evict(id, plan);
            }
            (None, _) => self.place(id, plan),
        }
        if self.is_tracking() {
            let places = self.actions[&id].is_placement();
            let flight = OracleFlight {
                // A move of one half has no order.
                place_first: place_first && plan.victim.is_some() && plan.target.is_some(),
                stage: if places { Stage::Placing } else { Stage::Evicting },
                victim: plan.victim,
                target: plan.target,
                since: now,
                emitted: true,
                holders_at: self.holders_now(id),
                arm: plan.arm,
            };
            self.memory_mut(id).flight = Some(flight);
            self.reserved.add(&flight);
        } else if let (Some(victim), false) = (plan.victim, self.actions[&id].is_placement()) {
            self.evicted_untracked(id, victim, plan.target);
        }
    }

    /// The cooldown starts and the move is remembered at once, for nobody will say when it is done.
    pub(super) fn evicted_untracked(&mut self, id: ChainId, victim: NodeId, target: Option<NodeId>) {
        self.say_eviction(id, victim);
        self.record_move(id, self.inputs.now, victim, target);
    }

    /// F0: an eviction is asked for, perhaps once more.
    pub(super) fn say_eviction(&mut self, id: ChainId, victim: NodeId) {
        let now = self.inputs.now;
        self.memory_mut(id).say(victim, now);
    }

    pub(crate) fn holders_now(&self, id: ChainId) -> u32 {
        u32::try_from(self.chain(id).holders.len()).expect("there are few nodes")
    }

    pub(super) fn evict(&mut self, id: ChainId, plan: Plan) {
        self.act(id, plan, Kind::Evict);
    }

    pub(super) fn place(&mut self, id: ChainId, plan: Plan) {
        let exclude = self.exclude(id);
        self.act(id, plan, Kind::Place(exclude));
    }

    fn act(&mut self, chain: ChainId, plan: Plan, kind: Kind) {
        let Plan { arm, victim, target, numbers } = plan;
        // R8
        let revision = self.chain(chain).revision;
        let action = OracleAction { chain, arm, revision, kind, victim, target, numbers };
        let before = self.actions.insert(chain, action);
        assert!(before.is_none(), "a chain is acted upon once");
    }
}
