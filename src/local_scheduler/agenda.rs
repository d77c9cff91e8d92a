//! When what chains of this leader remember of their moves ends, earliest first: cooldowns (D3, E4), holds of those that have
//! flapped, and memories that make no difference any more (O1).

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use crate::decision::{Holds, Rules};
use crate::error::Error;
use crate::id::{ChainId, Timestamp};
use crate::room;
use crate::state::ChainView;

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Cooldown,
    Hold,
    /// The memory of moves is to be forgotten. Nobody waits for it.
    Memory,
}

/// One end. It counts for nothing once the state says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct End {
    /// Whether it lies beyond all time; then `at` means nothing. Kept because another config may bring it nearer.
    is_never: bool,
    at: Timestamp,
    chain: ChainId,
    what: What,
}

/// A queue ordered by time. Entries of chains that were moved again, are led elsewhere or are gone stay until their time
/// comes; whoever reads the queue asks the state whether they still hold.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    queue: VecDeque<End>,
    /// Added since the queue was settled, in no order.
    added: Vec<End>,
    /// How many entries the last sweep left.
    swept: usize,
    /// Whether the config has changed, so that every end may be another.
    is_stale: bool,
}

/// A sweep waits for this many entries beyond twice those of the last one, so that it costs little for each entry.
const SWEEP_SLACK: usize = 64;

impl Agenda {
    /// The config has changed.
    pub(super) fn config_changed(&mut self) {
        self.is_stale = true;
    }

    /// Takes in what one chain of this leader remembers.
    pub(super) fn add(&mut self, chain: &ChainView<'_>, rules: &Rules<'_>) -> Result<(), Error> {
        for end in ends(chain, rules).into_iter().flatten() {
            if self.queue.binary_search(&end).is_err() {
                room::reserve(&mut self.added, 1)?;
                self.queue.try_reserve(self.added.len() + 1).map_err(|_| Error::OutOfMemory)?;
                self.added.push(end);
            }
        }
        Ok(())
    }

    /// Has every end follow another config.
    pub(super) fn follow_config(&mut self, rules: &Rules<'_>) -> Result<(), Error> {
        if !self.is_stale {
            return Ok(());
        }
        let mut chains = Vec::new();
        chains.try_reserve(self.queue.len() + self.added.len()).map_err(|_| Error::OutOfMemory)?;
        chains.extend(self.queue.iter().chain(&self.added).map(|end| end.chain));
        chains.sort_unstable();
        chains.dedup();
        // Ends that hold no more are swept out; what is added twice is one.
        for chain in chains {
            if let Some(view) = rules.state.chain(chain).filter(|view| view.leader() == Some(rules.this_node)) {
                self.add(&view, rules)?;
            }
        }
        self.is_stale = false;
        self.swept = 0;
        Ok(())
    }

    /// Puts the queue in order after additions, and rids it of what does not hold any more before that outgrows the rest:
    /// memory is bounded by the chains that exist (E4). The room was made before.
    pub(super) fn settle(&mut self, rules: &Rules<'_>) {
        self.added.sort_unstable();
        self.added.dedup();
        self.merge_added();
        room::give_back(&mut self.added);
        self.added.clear();
        // Whatever would make such an entry hold again is noted by the state, and then it is added again.
        while self.queue.front().is_some_and(|end| !still_holds(end, rules)) {
            self.queue.pop_front();
        }
        self.swept = self.swept.min(self.queue.len());
        if self.queue.len() > 2 * self.swept + SWEEP_SLACK {
            self.queue.retain(|end| still_holds(end, rules));
            self.swept = self.queue.len();
        }
        room::give_back_queue(&mut self.queue);
    }

    /// Merges from the back: ends mostly come in their order, so little has to move.
    fn merge_added(&mut self) {
        let mut old = self.queue.len();
        self.queue.extend(self.added.iter().copied());
        let mut place = self.queue.len();
        for &end in self.added.iter().rev() {
            while old > 0 && self.queue[old - 1] > end {
                (old, place) = (old - 1, place - 1);
                self.queue[place] = self.queue[old];
            }
            place -= 1;
            self.queue[place] = end;
        }
    }

    /// The chains of which something has ended, earliest first.
    pub(super) fn ended(&self, now: Timestamp) -> impl Iterator<Item = ChainId> + '_ {
        self.queue.iter().take_while(move |end| !end.is_never && end.at <= now).map(|end| end.chain)
    }

    /// Takes the earliest end that has come.
    pub(super) fn pop_ended(&mut self, now: Timestamp) -> Option<ChainId> {
        let has_come = self.queue.front().is_some_and(|end| !end.is_never && end.at <= now);
        if has_come { self.queue.pop_front().map(|end| end.chain) } else { None }
    }

    /// When the first of the chains that count is let go.
    pub(super) fn first_ahead(&self, rules: &Rules<'_>, counts: impl Fn(ChainId) -> bool) -> Option<Timestamp> {
        if self.is_stale {
            let counted = self.queue.iter().filter(|end| counts(end.chain));
            let chains = counted.filter_map(|end| rules.state.chain(end.chain));
            let led = chains.filter(|view| view.leader() == Some(rules.this_node));
            return led.flat_map(|view| ends_ahead(&view, rules)).flatten().min();
        }
        let first = self.queue.partition_point(|end| !end.is_never && end.at <= rules.now);
        // Where something has ended, something else may end earlier than it would have.
        let ended = self.queue.range(..first).filter(|end| counts(end.chain));
        let ended = ended.filter_map(|end| rules.state.chain(end.chain));
        let ended = ended.filter(|view| view.leader() == Some(rules.this_node));
        let sooner = ended.flat_map(|view| ends_ahead(&view, rules)).flatten().min();
        let ahead = self.queue.range(first..).take_while(|end| !end.is_never);
        let mut ahead = ahead.filter(|end| end.what != What::Memory && counts(end.chain));
        let next = ahead.find(|end| still_holds(end, rules)).map(|end| end.at);
        match (next, sooner) {
            (Some(next), Some(sooner)) => Some(next.min(sooner)),
            (next, sooner) => next.or(sooner),
        }
    }
}

/// What a chain is held back by now, and until when.
pub(super) fn ends_ahead(chain: &ChainView<'_>, rules: &Rules<'_>) -> [Option<Timestamp>; 2] {
    let holds = holds(chain, rules);
    [holds.cooldown_ahead(rules.now), holds.hold_end(rules.now)]
}

fn holds<'a>(chain: &ChainView<'a>, rules: &Rules<'_>) -> Holds<'a> {
    Holds::new(chain.last_rebalance(), chain.memory(), &rules.bounds(chain), rules)
}

/// Every end that there is to a chain's memory.
fn ends(chain: &ChainView<'_>, rules: &Rules<'_>) -> [Option<End>; 3] {
    let holds = holds(chain, rules);
    let end = |what: What, at: Option<Timestamp>| {
        Some(End { is_never: at.is_none(), at: at.unwrap_or_default(), chain: chain.id(), what })
    };
    let cooldown = holds.last_rebalance.and_then(|_| end(What::Cooldown, holds.cooldown_end()));
    let hold = if holds.is_held(rules.now) { end(What::Hold, holds.hold_end(rules.now)) } else { None };
    let forgotten = holds.memory.filter(|memory| !memory.moves.as_slice().is_empty());
    let memory = forgotten.and_then(|memory| end(What::Memory, memory.moves_forgotten_at(rules.config.flap_window_ns)));
    [cooldown, hold, memory]
}

/// Whether the state still says what an entry says.
fn still_holds(end: &End, rules: &Rules<'_>) -> bool {
    let view = rules.state.chain(end.chain).filter(|view| view.leader() == Some(rules.this_node));
    view.is_some_and(|view| {
        // An end that has come counts until somebody has looked at it.
        let has_come = !end.is_never && end.at <= rules.now && end.what == What::Hold;
        has_come || ends(&view, rules).contains(&Some(*end))
    })
}
