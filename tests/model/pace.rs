//! How fast a drain may be (N1): what is left over the time that is left.

use driftline::{Action, Arm, NodeId, Timestamp};

use super::book::Book;
use super::cast::NODES;
use super::fault::Fault;
use super::violation::{Checked, ensure};

/// The drain of one node.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pace {
    deadline: Timestamp,
    /// The deadline that the last tick has seen.
    seen: Option<Timestamp>,
    /// Since when the time that is left is counted, or earlier.
    since: Option<Timestamp>,
    /// Whether a move was made.
    has_begun: bool,
    /// How many were seen done, or said where nobody sees that.
    pub moved: u64,
}

impl Pace {
    /// The same drain with another deadline.
    pub fn until(self, deadline: Timestamp) -> Pace {
        Pace { deadline, ..self }
    }

    /// A tick sees the drain. Time under another deadline, or in which nothing may move, asks for no moves later.
    fn see(&mut self, is_frozen: bool, now: Timestamp) {
        let is_anew = is_frozen || self.seen != Some(self.deadline);
        if self.since.is_none() || is_anew && self.has_begun {
            self.since = Some(now);
        }
        self.seen = Some(self.deadline);
    }

    /// How many moves there may be where so many chains are left.
    fn allows(&self, left: u64, move_timeout_ns: u64, now: Timestamp) -> u64 {
        let end = Timestamp(self.deadline.0.saturating_sub(move_timeout_ns));
        let since = self.since.unwrap_or(now);
        let whole_ns = end.since_ns(since);
        if now >= end || whole_ns == 0 {
            return left;
        }
        let due = u128::from(now.since_ns(since)) * u128::from(left + 1) / u128::from(whole_ns);
        let least = u64::from(!self.has_begun);
        (due as u64).max(least)
    }
}

fn victim(action: &Action) -> Option<NodeId> {
    match action {
        Action::Evict(eviction) => Some(eviction.victim),
        Action::Place(placement) => placement.victim,
        _ => None,
    }
}

/// Checks what the drains of one tick have emitted, with the book as it was when they began.
pub fn check_pace(book: &mut Book, actions: &[Action], now: Timestamp) -> Checked {
    let is_frozen = book.is_frozen(now);
    for node in NODES.into_iter().filter(|&node| book.drained.contains(node)) {
        let chains = book.led().filter(|&chain| book.chains[chain].record.holders.contains(node));
        let left = chains.count() as u64;
        let move_timeout_ns = book.config.move_timeout_ns;
        let pace = &mut book.paces[node.0 as usize - 1];
        pace.see(is_frozen, now);
        let is_from = |action: &&Action| action.arm() == Arm::Drain && victim(action) == Some(node);
        let moves = actions.iter().filter(is_from).count() as u64;
        let allowed = pace.allows(left, move_timeout_ns, now);
        let allowed = if book.fault == Some(Fault::SlowDrains) { allowed.saturating_sub(1) } else { allowed };
        ensure(moves <= allowed, "a drain keeps its pace", || format!("{moves} from {node}, {allowed} by {pace:?}"))?;
        pace.moved += if move_timeout_ns == 0 { moves } else { 0 };
        if moves > 0 {
            (pace.has_begun, pace.since) = (true, Some(now));
        }
    }
    Ok(())
}
