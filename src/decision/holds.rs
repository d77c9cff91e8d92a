//! What keeps a chain where it is after it was moved: the cooldown (D3) and the memory of its moves (O1).

use super::pass::Rules;
use crate::class::Bounds;
use crate::id::Timestamp;
use crate::state::Memory;

/// The moves of one chain, as far as they hold it back.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holds<'a> {
    pub(crate) last_rebalance: Option<Timestamp>,
    pub(crate) memory: Option<&'a Memory>,
    pub(crate) cooldown_ns: u64,
    pub(crate) flap_window_ns: u64,
}

impl<'a> Holds<'a> {
    pub(crate) fn new(
        last_rebalance: Option<Timestamp>,
        memory: Option<&'a Memory>,
        bounds: &Bounds,
        rules: &Rules<'_>,
    ) -> Self {
        // O1: a chain that has flapped waits for longer, as long as that is remembered.
        let flap_window_ns = rules.config.flap_window_ns;
        let flapped = memory.filter(|memory| !memory.has_forgotten_moves(flap_window_ns, rules.now));
        let cooldown_ns = flapped.map_or(bounds.cooldown_ns, |memory| memory.cooldown_ns(bounds.cooldown_ns));
        Holds { last_rebalance, memory, cooldown_ns, flap_window_ns }
    }

    /// D3
    pub(crate) fn is_on_cooldown(&self, now: Timestamp) -> bool {
        self.last_rebalance.is_some_and(|last| now.since_ns(last) < self.cooldown_ns)
    }

    /// When the cooldown of a chain that was moved is over; `None` if that lies beyond all time.
    pub(crate) fn cooldown_end(&self) -> Option<Timestamp> {
        self.last_rebalance.and_then(|last| last.after_ns(self.cooldown_ns))
    }

    /// The same for a chain that is on cooldown now.
    pub(crate) fn cooldown_ahead(&self, now: Timestamp) -> Option<Timestamp> {
        self.cooldown_end().filter(|_| self.is_on_cooldown(now))
    }

    /// O1
    pub(crate) fn is_held(&self, now: Timestamp) -> bool {
        self.memory.is_some_and(|memory| memory.is_held(self.flap_window_ns, now))
    }

    /// O1: when a chain that is held is let go.
    pub(crate) fn hold_end(&self, now: Timestamp) -> Option<Timestamp> {
        self.memory.and_then(|memory| memory.held_until(self.flap_window_ns, now))
    }
}
