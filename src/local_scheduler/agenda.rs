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
    /// The memory of moves is to be forgotten.
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

/// Ends ordered by time. Entries of chains that were moved again, are led elsewhere or are gone stay until their time comes;
/// whoever reads them asks the state whether they still hold.
#[derive(Debug, Default)]
struct Ends {
    queue: VecDeque<End>,
    /// Added since the queue was settled, in no order.
    added: Vec<End>,
    /// How many entries the last sweep left.
    swept: usize,
}

/// A sweep waits for this many entries beyond twice those of the last one, so that it costs little for each entry.
const SWEEP_SLACK: usize = 64;

impl Ends {
    fn add(&mut self, end: End) -> Result<(), Error> {
        if self.queue.binary_search(&end).is_err() {
            room::reserve(&mut self.added, 1)?;
            self.queue.try_reserve(self.added.len() + 1).map_err(|_| Error::OutOfMemory)?;
            self.added.push(end);
        }
        Ok(())
    }

    fn settle(&mut self, rules: &Rules<'_>) {
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

    fn all(&self) -> impl Iterator<Item = &End> {
        self.queue.iter().chain(&self.added)
    }

    /// What has ended, earliest first.
    fn ended(&self, now: Timestamp) -> impl Iterator<Item = ChainId> + '_ {
        self.queue.iter().take_while(move |end| end.has_come(now)).map(|end| end.chain)
    }

    fn pop_ended(&mut self, now: Timestamp) -> Option<ChainId> {
        let has_come = self.queue.front().is_some_and(|end| end.has_come(now));
        if has_come { self.queue.pop_front().map(|end| end.chain) } else { None }
    }
}

/// Everything that ends.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    /// Cooldowns and holds, for which chains wait.
    waits: Ends,
    /// When memories of moves are to be forgotten. Nobody waits for these, and there are more of them.
    memories: Ends,
    /// Whether the config has changed, so that every end may be another.
    is_stale: bool,
}

impl Agenda {
    /// The config has changed.
    pub(super) fn config_changed(&mut self) {
        self.is_stale = true;
    }

    /// Takes in what one chain of this leader remembers.
    pub(super) fn add(&mut self, chain: &ChainView<'_>, rules: &Rules<'_>) -> Result<(), Error> {
        ends(chain, rules).into_iter().flatten().try_for_each(|end| match end.what {
            What::Cooldown | What::Hold => self.waits.add(end),
            What::Memory => self.memories.add(end),
        })
    }

    /// Has every end follow another config.
    pub(super) fn follow_config(&mut self, rules: &Rules<'_>) -> Result<(), Error> {
        if !self.is_stale {
            return Ok(());
        }
        let all = || self.waits.all().chain(self.memories.all());
        let mut chains = Vec::new();
        chains.try_reserve(all().count()).map_err(|_| Error::OutOfMemory)?;
        chains.extend(all().map(|end| end.chain));
        chains.sort_unstable();
        chains.dedup();
        // Ends that hold no more are swept out; what is added twice is one.
        for chain in chains {
            if let Some(view) = rules.state.chain(chain).filter(|view| view.leader() == Some(rules.this_node)) {
                self.add(&view, rules)?;
            }
        }
        self.is_stale = false;
        (self.waits.swept, self.memories.swept) = (0, 0);
        Ok(())
    }

    /// Puts the ends in order after additions, and rids them of what does not hold any more before that outgrows the rest:
    /// memory is bounded by the chains that exist (E4). The room was made before.
    pub(super) fn settle(&mut self, rules: &Rules<'_>) {
        self.waits.settle(rules);
        self.memories.settle(rules);
    }

    /// The chains of which something has ended.
    pub(super) fn ended(&self, now: Timestamp) -> impl Iterator<Item = ChainId> + '_ {
        self.waits.ended(now).chain(self.memories.ended(now))
    }

    /// Takes an end that has come.
    pub(super) fn pop_ended(&mut self, now: Timestamp) -> Option<ChainId> {
        self.waits.pop_ended(now).or_else(|| self.memories.pop_ended(now))
    }

    /// When the first of the chains that count is let go.
    pub(super) fn first_ahead(&self, rules: &Rules<'_>, counts: impl Fn(ChainId) -> bool) -> Option<Timestamp> {
        let let_go = |chains: &mut dyn Iterator<Item = ChainId>| {
            let counted = chains.filter(|&chain| counts(chain)).filter_map(|chain| rules.state.chain(chain));
            let led = counted.filter(|view| view.leader() == Some(rules.this_node));
            led.flat_map(|view| ends_ahead(&view, rules)).flatten().min()
        };
        if self.is_stale {
            return let_go(&mut self.waits.queue.iter().chain(&self.memories.queue).map(|end| end.chain));
        }
        // Where something has ended, something else may end earlier than it would have.
        let sooner = let_go(&mut self.ended(rules.now));
        let ahead = self.waits.queue.iter().skip_while(|end| end.has_come(rules.now)).take_while(|end| !end.is_never);
        let mut ahead = ahead.filter(|end| counts(end.chain));
        let next = ahead.find(|end| still_holds(end, rules)).map(|end| end.at);
        match (next, sooner) {
            (Some(next), Some(sooner)) => Some(next.min(sooner)),
            (next, sooner) => next.or(sooner),
        }
    }
}

impl End {
    fn has_come(&self, now: Timestamp) -> bool {
        !self.is_never && self.at <= now
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
        let has_come = end.has_come(rules.now) && end.what == What::Hold;
        has_come || ends(&view, rules).contains(&Some(*end))
    })
}
