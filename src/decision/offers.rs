//! The homes that a chain could have instead, tried one after the other (D8 to D10, L2).

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::ops::Range;

use crate::action::{Judgement, Verdict};
use crate::asker::{Asker, Stop};
use crate::class::Bounds;
use crate::config::SchedulerConfig;
use crate::cost::MigrationCostModel;
use crate::decision::reservations::Reservations;
use crate::error::Error;
use crate::id::{ChainId, NodeId};
use crate::room;
use crate::scorer::{Alternative, Search};

/// One home, as the scorer named it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Offer {
    pub(crate) node: NodeId,
    score: f32,
    /// What the move to it costs, in score, once somebody asked: nothing where the scorer named no cost.
    cost: Option<Option<f32>>,
}

/// The offers of all chains of a pass, chain after chain.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    list: Vec<Offer>,
    answers: Vec<Alternative>,
    /// Positions of the offers of one chain in the order in which they are tried.
    order: Vec<(f32, usize)>,
}

/// An offer as it stands: its score lowered by what is under way to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tried {
    pub(crate) alternative: Alternative,
    pub(crate) gain: f32,
    pub(crate) cost: Option<f32>,
}

impl Tried {
    pub(crate) fn benefit(&self) -> f32 {
        self.gain - self.cost.unwrap_or(0.0)
    }

    /// Writes the operands where explanations find them.
    fn write(&self, judgement: &mut Judgement) {
        judgement.alternative = Some(self.alternative);
        judgement.gain = Some(self.gain);
        judgement.cost = self.cost;
    }
}

/// What came of trying the offers of a chain.
pub(crate) enum Outcome {
    /// This one is worth the move.
    Worth(Tried),
    /// None is, or none that would be has room: what the first one says.
    Refused(Verdict),
}

/// What a chain is worth the move by.
pub(crate) struct Terms<'a> {
    pub(crate) chain: ChainId,
    pub(crate) live_score: f32,
    pub(crate) bounds: &'a Bounds,
    pub(crate) config: &'a SchedulerConfig,
    pub(crate) reservations: &'a Reservations,
    /// Whether a home without room is passed over (L1).
    pub(crate) minds_room: bool,
}

impl Offers {
    pub(crate) fn clear(&mut self) {
        room::give_back(&mut self.list);
        self.list.clear();
    }

    /// Asks for homes. Excluded, reserved and repeated ones are none, nor are those without a score (P1).
    pub(crate) fn ask(
        &mut self,
        search: &Search<'_>,
        config: &SchedulerConfig,
        asker: &mut Asker<'_>,
    ) -> Result<Range<usize>, Stop> {
        let first = self.list.len();
        if config.max_alternatives == 1 {
            if let Some(alternative) = asker.best_home(search)? {
                self.push(alternative)?;
            }
            return Ok(first..self.list.len());
        }
        let mut answers = core::mem::take(&mut self.answers);
        let outcome = self.ask_for_several(search, config, asker, &mut answers);
        self.answers = answers;
        outcome.map(|()| first..self.list.len())
    }

    fn ask_for_several(
        &mut self,
        search: &Search<'_>,
        config: &SchedulerConfig,
        asker: &mut Asker<'_>,
        answers: &mut Vec<Alternative>,
    ) -> Result<(), Stop> {
        let limit = config.max_alternatives as usize;
        let first = self.list.len();
        asker.homes(search, limit, answers)?;
        for &answer in answers.iter().take(limit) {
            let is_repeated = self.list[first..].iter().any(|offer| offer.node == answer.node);
            if let Some(alternative) = asker.tally.valid_alternative(answer, search.exclude, is_repeated) {
                self.push(alternative)?;
            }
        }
        room::give_back(answers);
        Ok(())
    }

    fn push(&mut self, alternative: Alternative) -> Result<(), Stop> {
        room::reserve(&mut self.list, 1)?;
        self.list.push(Offer { node: alternative.node, score: alternative.score, cost: None });
        Ok(())
    }

    /// Puts the offers of a chain in the order in which they are tried: best first as things stand, ties as the scorer named
    /// them.
    pub(crate) fn rank(
        &mut self,
        offers: Range<usize>,
        config: &SchedulerConfig,
        reservations: &Reservations,
    ) -> Result<(), Error> {
        let Offers { list, order, .. } = self;
        order.clear();
        order.try_reserve(offers.len()).map_err(|_| Error::OutOfMemory)?;
        order.extend(offers.map(|index| (reservations.lowered(list[index].node, list[index].score, config), index)));
        // Scores are never NaN.
        order.sort_unstable_by(|(score, index), (other, other_index)| {
            other.partial_cmp(score).unwrap_or(Ordering::Equal).then(index.cmp(other_index))
        });
        Ok(())
    }

    /// The ranked offers of the chain that was ranked last.
    pub(crate) fn ranked(&self) -> impl Iterator<Item = Alternative> + '_ {
        self.order.iter().map(|&(score, index)| Alternative { node: self.list[index].node, score })
    }

    /// D9, D10: the first offer that is worth the move, best first as things stand. `None`: there are none at all. The operands
    /// of what came of it are written, also where the scorer fails.
    pub(crate) fn attempt(
        &mut self,
        offers: Range<usize>,
        terms: &Terms<'_>,
        asker: &mut Asker<'_>,
        judgement: &mut Judgement,
    ) -> Result<Option<Outcome>, Stop> {
        self.rank(offers, terms.config, terms.reservations)?;
        let mut refused: Option<(Verdict, Tried)> = None;
        let mut without_room = None;
        for position in 0..self.order.len() {
            let (score, index) = self.order[position];
            let node = self.list[index].node;
            let mut tried =
                Tried { alternative: Alternative { node, score }, gain: score - terms.live_score, cost: None };
            // D9: equal is too small; and those that follow are no better.
            if tried.gain <= terms.bounds.hysteresis_gap {
                refused = refused.or(Some((Verdict::GapTooSmall, tried)));
                break;
            }
            tried.write(judgement);
            // D10
            tried.cost = self.cost_of(index, terms, asker)?;
            if tried.cost.is_some_and(|cost| tried.gain - cost <= 0.0) {
                refused = refused.or(Some((Verdict::CostTooHigh, tried)));
                continue;
            }
            if !terms.minds_room || !terms.reservations.is_full(node, terms.config) {
                tried.write(judgement);
                return Ok(Some(Outcome::Worth(tried)));
            }
            without_room = without_room.or(Some((Verdict::TargetLimit, tried)));
        }
        let refused = without_room.or(refused);
        Ok(refused.map(|(verdict, tried)| {
            tried.write(judgement);
            Outcome::Refused(verdict)
        }))
    }

    /// Asked at most once for each chain and node in a pass.
    fn cost_of(&mut self, index: usize, terms: &Terms<'_>, asker: &mut Asker<'_>) -> Result<Option<f32>, Stop> {
        let offer = &mut self.list[index];
        if let Some(known) = offer.cost {
            return Ok(known);
        }
        let model = MigrationCostModel { cost_per_sec: terms.bounds.cost_per_sec };
        let cost = asker.migration_cost(terms.chain, offer.node)?.map(|cost| model.score_equivalent(&cost));
        offer.cost = Some(cost);
        Ok(cost)
    }
}
