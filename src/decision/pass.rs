//! One pass over chains at one time: what all arms share (R1).

use alloc::vec::Vec;
use core::ops::Range;

use super::drain_progress::DrainProgress;
use super::entries::{Entries, Entry};
use super::exclude::Closed;
use super::flights::Flights;
use super::holds::Holds;
use super::judge::Candidate;
use super::offers::Offers;
use super::reservations::Reservations;
use crate::action::{Action, Judgement, Verdict};
use crate::asker::{Asker, Stop, Tally};
use crate::class::{Bounds, Classes};
use crate::config::{MoveOrder, SchedulerConfig};
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};
use crate::room;
use crate::scorer::{PlacementScorer, Search};
use crate::state::{ChainView, Memory, MeshState, Said};

/// Everything that a pass reads, but for the scorer.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) state: &'a MeshState,
    pub(crate) config: &'a SchedulerConfig,
    pub(crate) classes: &'a Classes,
    pub(crate) this_node: NodeId,
    pub(crate) now: Timestamp,
    /// Whether imported times that lie ahead count as the present. Whoever judges a state as it is leaves them as they are.
    pub(crate) clamps_imports: bool,
}

impl Rules<'_> {
    /// What a chain is judged by (Y1).
    pub(crate) fn bounds(&self, chain: &ChainView<'_>) -> Bounds {
        let class = if self.classes.is_empty() { 0 } else { chain.class() };
        self.classes.bounds(self.config, class)
    }

    /// F0: whom evictions of a chain have named, as long as they may still happen and nobody tracks them.
    pub(crate) fn said(&self, chain: &ChainView<'_>) -> Said {
        let Some(said) = chain.said().filter(|_| !self.config.tracks_moves()) else { return Said::default() };
        let holds = Holds::new(chain.last_rebalance(), chain.memory(), &self.bounds(chain), self);
        if holds.is_on_cooldown(self.now) { *said } else { Said::default() }
    }

    /// R5, and a chain that is short of holders already has none to lose. Whoever else was `said` to go counts as gone.
    pub(crate) fn leaves_too_few(
        &self,
        chain: &ChainView<'_>,
        victim: NodeId,
        said: &Said,
        places_first: bool,
    ) -> bool {
        let holders = holders_beside(chain, victim, said);
        let left = if places_first { holders } else { holders.saturating_sub(1) };
        let is_short = chain.desired_replicas().is_some_and(|desired| holders < desired as usize);
        left < self.config.min_holders as usize || is_short
    }
}

/// How many hold a chain, the victim among them, once everybody else who was said to go has gone; nobody, where nobody
/// else may be said to go.
pub(crate) fn holders_beside(chain: &ChainView<'_>, victim: NodeId, said: &Said) -> usize {
    if said.has_no_room_for(victim) {
        return 0;
    }
    chain.holder_count().saturating_sub(said.count_beside(chain, Some(victim)))
}

/// What a pass writes; kept from tick to tick so that an idle one allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) entries: Entries,
    pub(crate) reservations: Reservations,
    pub(crate) closed: Closed,
    pub(crate) offers: Offers,
    pub(crate) exclude: Vec<NodeId>,
    pub(crate) candidates: Vec<Candidate>,
    /// The chains that were asked about, by ascending chain, and the number by which somebody knows each.
    pub(crate) judgements: Vec<Judgement>,
    pub(crate) keys: Vec<u32>,
    pub(crate) actions: Vec<Action>,
    /// How far each drain has come after the pass, by ascending node.
    pub(crate) drains: Vec<DrainProgress>,
    /// The drains in the order in which they are gone through, and where they stand.
    pub(crate) drain_order: Vec<(Timestamp, NodeId, usize)>,
    /// The chains of one node, whether their moves have failed, and what they were refused with.
    pub(crate) on_node: Vec<(bool, ChainId, u32)>,
    pub(crate) refused: Vec<(ChainId, Verdict)>,
    /// The nodes that tracked drains have moved chains away from, one for each chain.
    pub(crate) drained: Vec<NodeId>,
    /// What the arms count.
    pub(crate) counts: Counts,
}

/// What has become of moves and orders in one pass.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) completed_moves: u64,
    pub(crate) failed_moves: u64,
    pub(crate) timed_out_moves: u64,
    pub(crate) returned_moves: u64,
    pub(crate) forced_refused: u64,
}

impl Work {
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.reservations.clear();
        self.offers.clear();
        room::give_back(&mut self.candidates);
        room::give_back(&mut self.judgements);
        room::give_back(&mut self.keys);
        room::give_back(&mut self.actions);
        room::give_back(&mut self.on_node);
        room::give_back(&mut self.refused);
        self.candidates.clear();
        self.judgements.clear();
        self.keys.clear();
        self.actions.clear();
        self.drained.clear();
        self.counts = Counts::default();
    }
}

/// A pass and who it asks.
pub(crate) struct Pass<'a> {
    pub(crate) rules: Rules<'a>,
    pub(crate) asker: Option<Asker<'a>>,
    pub(crate) work: &'a mut Work,
    /// Chains to leave alone, by ascending id (D2).
    pub(crate) already_evicted: &'a [ChainId],
}

impl<'a> Pass<'a> {
    pub(crate) fn new(
        rules: Rules<'a>,
        scorer: Option<&'a dyn PlacementScorer>,
        tally: &'a mut Tally,
        work: &'a mut Work,
    ) -> Result<Self, Error> {
        let on_scorer_error = rules.config.on_scorer_error;
        let asker = scorer.map(|scorer| Asker { scorer, on_scorer_error, tally });
        work.closed.settle(rules.state, rules.now)?;
        Ok(Pass { rules, asker, work, already_evicted: &[] })
    }

    /// The first step: what has become of the moves of these chains. After it the entries are by ascending chain.
    pub(crate) fn advance(&mut self, chains: impl Iterator<Item = ChainView<'a>>) -> Result<(), Error> {
        let rules = self.rules;
        let Work { entries, counts, drained, .. } = &mut *self.work;
        for chain in chains {
            let index = entries.of(&chain, &self.rules)?;
            let mut flights = Flights { rules, counts, drained: None };
            let mut memory = *entries.memory(index);
            flights.advance(&mut entries.list_mut()[index], &mut memory, &chain);
            if let Some(node) = flights.drained {
                room::reserve(drained, 1)?;
                drained.push(node);
            }
            entries.set_memory(index, &memory)?;
        }
        self.work.entries.sort();
        let now = self.rules.now;
        let Work { entries, reservations, .. } = &mut *self.work;
        for entry in entries.list() {
            let memory = entries.memory_of(entry);
            if let Some(flight) = memory.flight {
                reservations.add(flight.victim, flight.target, memory.has_failures(now))?;
            }
        }
        Ok(())
    }

    /// [`Rules::said`] as it is after the first step.
    pub(crate) fn said(&self, chain: &ChainView<'_>) -> Said {
        let Some(entry) = self.work.entries.get(chain.id()) else { return self.rules.said(chain) };
        if entry.said.nodes().is_empty() || self.rules.config.tracks_moves() {
            return Said::default();
        }
        let holds = self.holds(chain, &self.rules.bounds(chain));
        if holds.is_on_cooldown(self.rules.now) { entry.said } else { Said::default() }
    }

    /// Whether moves of a chain have failed, as long as that is remembered (F1).
    pub(crate) fn has_failures(&self, chain: &ChainView<'_>) -> bool {
        let entries = &self.work.entries;
        let memory = entries.find(chain.id()).map_or_else(|| chain.memory(), |index| Some(entries.memory(index)));
        memory.is_some_and(|memory| memory.has_failures(self.rules.now))
    }

    pub(crate) fn entry(&self, index: usize) -> &Entry {
        &self.work.entries.list()[index]
    }

    pub(crate) fn entry_mut(&mut self, index: usize) -> &mut Entry {
        &mut self.work.entries.list_mut()[index]
    }

    pub(crate) fn memory(&self, index: usize) -> &Memory {
        self.work.entries.memory(index)
    }

    pub(crate) fn view(&self, index: usize) -> ChainView<'a> {
        self.rules.state.view(self.entry(index).slot)
    }

    /// The moves of a chain as they are after the first step.
    pub(crate) fn holds<'b>(&'b self, chain: &ChainView<'b>, bounds: &Bounds) -> Holds<'b> {
        match self.work.entries.get(chain.id()) {
            Some(entry) => {
                let memory = self.work.entries.memory_of(entry);
                Holds::new(entry.last_rebalance, Some(memory), bounds, &self.rules)
            }
            None => Holds::new(chain.last_rebalance(), chain.memory(), bounds, &self.rules),
        }
    }

    /// Fills [`Work::exclude`] for one chain.
    pub(crate) fn fill_exclude(&mut self, chain: &ChainView<'_>) -> Result<(), Error> {
        let Work { entries, closed, exclude, .. } = &mut *self.work;
        let memory = entries.find(chain.id()).map_or_else(|| chain.memory(), |index| Some(entries.memory(index)));
        closed.exclude(chain, memory, self.rules.now, exclude)
    }

    /// Asks for the homes that a chain could have instead of a holder. Without a scorer there are none.
    pub(crate) fn ask_for_offers(&mut self, chain: &ChainView<'_>, victim: NodeId) -> Result<Range<usize>, Stop> {
        self.fill_exclude(chain)?;
        let Some(asker) = &mut self.asker else { return Ok(0..0) };
        let Work { offers, exclude, .. } = &mut *self.work;
        offers.ask(&Search::replacing(chain.id(), victim, exclude), self.rules.config, asker)
    }

    /// Whether a move away from somebody to this target places first (R4).
    pub(crate) fn places_first(&self, target: Option<NodeId>) -> bool {
        self.rules.config.move_order == MoveOrder::PlaceFirst && target.is_some()
    }

    /// L1: keeps an arm from acting, and says so for the chain.
    pub(crate) fn is_refused_by_limit(&mut self, index: usize, victim: Option<NodeId>, target: Option<NodeId>) -> bool {
        let refusal = self.limit(victim, target, self.memory(index).has_failures(self.rules.now));
        let preset = &mut self.entry_mut(index).preset;
        *preset = preset.or(refusal);
        refusal.is_some()
    }

    /// L1: the limit in the way of a move, and F1 for one of a chain whose moves have failed.
    pub(crate) fn limit(&self, victim: Option<NodeId>, target: Option<NodeId>, has_failed: bool) -> Option<Verdict> {
        let (reservations, config) = (&self.work.reservations, self.rules.config);
        let share = if has_failed { reservations.failing_refusal(config) } else { None };
        let full = target.filter(|&target| reservations.is_full(target, config)).map(|_| Verdict::TargetLimit);
        share.or_else(|| reservations.refusal(victim, config)).or(full)
    }
}
