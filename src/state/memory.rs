//! What is remembered of a chain's moves: what is under way, what has failed, and where it has been (B1, B2, B4).
//!
//! All of it is decision state: only the commit of a tick writes it, and an import.

use crate::action::Arm;
use crate::config::{FLAP_COOLDOWN_MAX_NS, FLAP_MEMORY, MOVE_BACKOFF_FIRST_NS, MOVE_BACKOFF_MAX_NS, MoveOrder};
use crate::id::{NodeId, Timestamp};

/// The target that justified an eviction (R3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pin {
    pub(crate) target: NodeId,
    pub(crate) at: Timestamp,
}

/// An eviction that was decided and is still to be made: once its target holds the chain, or as long as there are too many
/// holders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owed {
    pub(crate) victim: NodeId,
    pub(crate) target: Option<NodeId>,
    pub(crate) at: Timestamp,
}

/// Which half of a move is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Evicting,
    Placing,
}

/// A move that is tracked until it is done (F1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tracked {
    pub(crate) order: MoveOrder,
    pub(crate) stage: Stage,
    pub(crate) arm: Arm,
    pub(crate) victim: Option<NodeId>,
    pub(crate) target: Option<NodeId>,
    /// When the action of this stage was emitted, or the stage before it ended.
    pub(crate) since: Timestamp,
    /// Whether the action of this stage was emitted; until then nothing can time out.
    pub(crate) emitted: bool,
    /// How many held the chain when somebody was placed without a target.
    pub(crate) holders_at: u32,
}

impl Tracked {
    /// What a failure of the move is remembered by (F1): its target, unless that was reached already.
    pub(crate) fn key(&self) -> NodeId {
        let has_come = self.order == MoveOrder::PlaceFirst && self.stage == Stage::Evicting;
        let target = self.target.filter(|_| !has_come);
        target.or(self.victim).unwrap_or(NodeId::NONE)
    }

    /// When it counts as failed; `None` if never.
    pub(crate) fn times_out_at(&self, move_timeout_ns: u64) -> Option<Timestamp> {
        if self.emitted && move_timeout_ns > 0 { self.since.after_ns(move_timeout_ns) } else { None }
    }

    pub(crate) fn has_timed_out(&self, move_timeout_ns: u64, now: Timestamp) -> bool {
        self.emitted && now.since_ns(self.since) >= move_timeout_ns
    }
}

/// A node that moves of the chain have failed with (F1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    pub(crate) node: NodeId,
    pub(crate) failures: u32,
    pub(crate) failed_at: Timestamp,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { node: NodeId::NONE, failures: 0, failed_at: Timestamp(0) }
    }
}

impl Backoff {
    fn length_ns(&self) -> u64 {
        let factor = 1_u64.checked_shl(self.failures.saturating_sub(1)).unwrap_or(u64::MAX);
        MOVE_BACKOFF_FIRST_NS.saturating_mul(factor).min(MOVE_BACKOFF_MAX_NS)
    }

    /// When the node may be tried again; `None` if that lies beyond all time.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.failed_at.after_ns(self.length_ns())
    }

    pub(crate) fn holds(&self, now: Timestamp) -> bool {
        now.since_ns(self.failed_at) < self.length_ns()
    }

    fn is_over_for_good(&self, now: Timestamp) -> bool {
        now.since_ns(self.failed_at) >= self.length_ns().saturating_add(MOVE_BACKOFF_MAX_NS)
    }
}

/// An eviction that was made, and where the chain went (O1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PastMove {
    pub(crate) at: Timestamp,
    pub(crate) victim: NodeId,
    /// [`NodeId::NONE`] where the chain had one holder less then.
    pub(crate) target: NodeId,
}

impl Default for PastMove {
    fn default() -> Self {
        PastMove { at: Timestamp(0), victim: NodeId::NONE, target: NodeId::NONE }
    }
}

/// A few things in the order in which they came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Few<T> {
    items: [T; FLAP_MEMORY],
    length: u8,
}

impl Few<Backoff> {
    const EMPTY: Self =
        Few { items: [Backoff { node: NodeId::NONE, failures: 0, failed_at: Timestamp(0) }; FLAP_MEMORY], length: 0 };
}

impl Few<PastMove> {
    const EMPTY: Self = Few {
        items: [PastMove { at: Timestamp(0), victim: NodeId::NONE, target: NodeId::NONE }; FLAP_MEMORY],
        length: 0,
    };
}

impl<T: Copy + Default + PartialEq> Few<T> {
    pub(crate) fn as_slice(&self) -> &[T] {
        &self.items[..usize::from(self.length)]
    }

    fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.items[..usize::from(self.length)]
    }

    /// The oldest makes room if there is none.
    pub(crate) fn push(&mut self, item: T) {
        if usize::from(self.length) == FLAP_MEMORY {
            self.remove(0);
        }
        self.items[usize::from(self.length)] = item;
        self.length += 1;
    }

    fn remove(&mut self, index: usize) {
        self.items.copy_within(index + 1.., index);
        self.length -= 1;
        // What is not in use is always the same, so that equal content is equal.
        self.items[usize::from(self.length)] = T::default();
    }

    fn retain(&mut self, keeps: impl Fn(&T) -> bool) {
        for index in (0..usize::from(self.length)).rev() {
            if !keeps(&self.items[index]) {
                self.remove(index);
            }
        }
    }
}

/// Everything that is remembered of one chain's moves, but for the time of the last eviction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Memory {
    pub(crate) pin: Option<Pin>,
    pub(crate) owed: Option<Owed>,
    pub(crate) flight: Option<Tracked>,
    /// Whether somebody said that the move in flight has failed.
    pub(crate) failed: bool,
    pub(crate) backoffs: Few<Backoff>,
    pub(crate) moves: Few<PastMove>,
    /// How often the cooldown is doubled (O1).
    pub(crate) flap_level: u8,
}

/// More doublings than this make no difference: the shortest cooldown is at its most.
const FLAP_LEVEL_MAX: u8 = 48;

impl Memory {
    /// Nothing.
    pub(crate) const EMPTY: Memory = Memory {
        pin: None,
        owed: None,
        flight: None,
        failed: false,
        backoffs: Few::<Backoff>::EMPTY,
        moves: Few::<PastMove>::EMPTY,
        flap_level: 0,
    };

    pub(crate) fn is_empty(&self) -> bool {
        let is_moving = self.pin.is_some() || self.owed.is_some() || self.flight.is_some();
        let has_moved = self.backoffs.length > 0 || self.moves.length > 0 || self.flap_level > 0;
        !is_moving && !has_moved && !self.failed
    }

    /// Whether this can come about: what an import says need not.
    pub(super) fn is_possible(&self) -> bool {
        self.flap_level <= FLAP_LEVEL_MAX && (self.flight.is_some() || !self.failed)
    }

    /// Makes what lies ahead the present: nothing is to wait for a clock that was ahead.
    pub(crate) fn clamp(&mut self, now: Timestamp) {
        self.times_mut().for_each(|at| *at = (*at).min(now));
    }

    fn times_mut(&mut self) -> impl Iterator<Item = &mut Timestamp> {
        let Memory { pin, owed, flight, backoffs, moves, .. } = self;
        let pin = pin.as_mut().map(|pin| &mut pin.at);
        let owed = owed.as_mut().map(|owed| &mut owed.at);
        let flight = flight.as_mut().map(|flight| &mut flight.since);
        let failures = backoffs.as_mut_slice().iter_mut().map(|backoff| &mut backoff.failed_at);
        let moves = moves.as_mut_slice().iter_mut().map(|made| &mut made.at);
        pin.into_iter().chain(owed).chain(flight).chain(failures).chain(moves)
    }

    /// F1: whether moves of the chain have failed, as long as that is remembered.
    pub(crate) fn has_failures(&self, now: Timestamp) -> bool {
        self.backoffs.as_slice().iter().any(|backoff| !backoff.is_over_for_good(now))
    }

    /// The same for moves with this node.
    pub(crate) fn has_failed_with(&self, node: NodeId, now: Timestamp) -> bool {
        self.backoffs.as_slice().iter().any(|backoff| backoff.node == node && !backoff.is_over_for_good(now))
    }

    /// F1: whether moves of the chain to this node, or from it, are to wait.
    pub(crate) fn backs_off(&self, node: NodeId, now: Timestamp) -> bool {
        self.backoffs.as_slice().iter().any(|backoff| backoff.node == node && backoff.holds(now))
    }

    /// F1: with how many nodes moves are to wait.
    pub(crate) fn waiting_count(&self, now: Timestamp) -> usize {
        self.backoffs.as_slice().iter().filter(|backoff| backoff.holds(now)).count()
    }

    /// F1: a move has failed.
    pub(crate) fn fail(&mut self, node: NodeId, now: Timestamp) {
        if let Some(known) = self.backoffs.as_mut_slice().iter_mut().find(|backoff| backoff.node == node) {
            known.failures = known.failures.saturating_add(1);
            known.failed_at = now;
            return;
        }
        if self.backoffs.as_slice().len() == FLAP_MEMORY {
            // The one that would end first; an end beyond all time is the last.
            let end = |backoff: &Backoff| (backoff.until().is_none(), backoff.until(), backoff.node);
            let first = self.backoffs.as_slice().iter().copied().min_by_key(end).map(|backoff| backoff.node);
            self.backoffs.retain(|backoff| Some(backoff.node) != first);
        }
        self.backoffs.push(Backoff { node, failures: 1, failed_at: now });
    }

    /// F1: a move has come to its end as it should.
    pub(crate) fn succeed(&mut self, node: NodeId) {
        self.backoffs.retain(|backoff| backoff.node != node);
    }

    /// Forgets what is so old that it makes no difference.
    pub(crate) fn forget(&mut self, flap_window_ns: u64, now: Timestamp) {
        self.backoffs.retain(|backoff| !backoff.is_over_for_good(now));
        self.forget_moves(flap_window_ns, now);
    }

    /// The same for the moves alone.
    pub(crate) fn forget_moves(&mut self, flap_window_ns: u64, now: Timestamp) {
        if self.has_forgotten_moves(flap_window_ns, now) {
            self.moves = Few::default();
            self.flap_level = 0;
        }
    }

    /// Whether the moves are so old that they make no difference any more, if there are any.
    pub(crate) fn has_forgotten_moves(&self, flap_window_ns: u64, now: Timestamp) -> bool {
        let quiet_since = self.quiet_since(flap_window_ns);
        quiet_since.is_none_or(|since| now.since_ns(since) >= self.moves_kept_ns(flap_window_ns))
    }

    /// For how long quiet makes no difference: until the cooldown would be what it was before all.
    fn moves_kept_ns(&self, flap_window_ns: u64) -> u64 {
        flap_window_ns.saturating_mul(u64::from(self.flap_level) + 1)
    }

    /// When the moves are forgotten, if there are any; `None` if that lies beyond all time.
    pub(crate) fn moves_forgotten_at(&self, flap_window_ns: u64) -> Option<Timestamp> {
        self.quiet_since(flap_window_ns).and_then(|since| since.after_ns(self.moves_kept_ns(flap_window_ns)))
    }

    /// Since when the chain has been quiet by itself: since its last move, or the end of the hold after that.
    fn quiet_since(&self, flap_window_ns: u64) -> Option<Timestamp> {
        let newest = self.moves.as_slice().last()?.at;
        let held = self.hold_began(flap_window_ns, newest);
        let hold_end = held.map_or(newest, |began| Timestamp(began.0.saturating_add(flap_window_ns)));
        Some(newest.max(hold_end))
    }

    /// O1: takes in an eviction and says whether it brought the chain back.
    pub(crate) fn record(&mut self, made: PastMove, flap_window_ns: u64) -> bool {
        if flap_window_ns == 0 {
            return false;
        }
        let quiet_since = self.quiet_since(flap_window_ns);
        let quiet = quiet_since.map_or(0, |since| made.at.since_ns(since) / flap_window_ns);
        self.flap_level = self.flap_level.saturating_sub(u8::try_from(quiet).unwrap_or(u8::MAX));
        let was_held = self.is_held(flap_window_ns, made.at);
        self.moves.push(made);
        if !was_held && self.is_held(flap_window_ns, made.at) {
            self.flap_level = self.flap_level.saturating_add(1).min(FLAP_LEVEL_MAX);
        }
        self.is_return(self.moves.as_slice().len() - 1, flap_window_ns)
    }

    /// Whether a kept move went to a node that the chain had left within a window before.
    fn is_return(&self, index: usize, flap_window_ns: u64) -> bool {
        let (earlier, made) = (&self.moves.as_slice()[..index], self.moves.as_slice()[index]);
        let left = |other: &PastMove| other.victim == made.target && made.at.since_ns(other.at) < flap_window_ns;
        !made.target.is_none() && earlier.iter().any(left)
    }

    /// O1: whether the chain is left alone.
    pub(crate) fn is_held(&self, flap_window_ns: u64, now: Timestamp) -> bool {
        self.hold_began(flap_window_ns, now).is_some()
    }

    /// O1: when the chain is let go; `None` if that lies beyond all time. Only of one that is held.
    pub(crate) fn held_until(&self, flap_window_ns: u64, now: Timestamp) -> Option<Timestamp> {
        self.hold_began(flap_window_ns, now).and_then(|began| began.after_ns(flap_window_ns))
    }

    /// The move whose window the chain waits for.
    fn hold_began(&self, flap_window_ns: u64, now: Timestamp) -> Option<Timestamp> {
        let moves = self.moves.as_slice();
        let is_in_window = |made: &PastMove| now.since_ns(made.at) < flap_window_ns;
        let returned =
            (0..moves.len()).rev().find(|&index| is_in_window(&moves[index]) && self.is_return(index, flap_window_ns));
        let returned = returned.map(|index| moves[index].at);
        let third = moves.iter().rev().filter(|made| is_in_window(made)).nth(2).map(|made| made.at);
        returned.max(third)
    }

    /// O1: the cooldown of the chain, doubled as often as it has flapped.
    pub(crate) fn cooldown_ns(&self, cooldown_ns: u64) -> u64 {
        let factor = 1_u64.checked_shl(self.flap_level.into()).unwrap_or(u64::MAX);
        cooldown_ns.saturating_mul(factor).min(FLAP_COOLDOWN_MAX_NS).max(cooldown_ns)
    }
}
