//! O1: who moves back and forth is held.

use driftline::{NodeId, Timestamp};

use super::decision::end;
use super::memory::{Memory, PastMove};
use super::scheduler::Sabotage;

/// How many moves are kept.
const KEPT: usize = 8;
const LONGEST_COOLDOWN_NS: u64 = 2 * 3_600 * 1_000_000_000;

/// The window, 0 if there is none, and the rule that is broken.
#[derive(Clone, Copy)]
pub struct Window {
    pub ns: u64,
    pub sabotage: Sabotage,
}

impl Window {
    /// Whether `at` is less than a window before `now`.
    fn covers(self, at: Timestamp, now: Timestamp) -> bool {
        let age = now.0.saturating_sub(at.0);
        match self.sabotage {
            Sabotage::FlapWindowNotStrict => self.ns > 0 && age <= self.ns,
            _ => age < self.ns,
        }
    }
}

/// The moves that brought the chain back to a node which it had left less than a window before.
fn returns(moves: &[PastMove], window: Window) -> Vec<PastMove> {
    let mut returns = Vec::new();
    for (place, made) in moves.iter().enumerate() {
        let was_left = |earlier: &PastMove| made.target == Some(earlier.victim) && window.covers(earlier.at, made.at);
        if moves[..place].iter().any(was_left) {
            returns.push(*made);
        }
    }
    returns
}

/// Whether the chain is held.
pub fn is_held(memory: &Memory, now: Timestamp, window: Window) -> bool {
    let recent = memory.moves.iter().filter(|made| window.covers(made.at, now)).count();
    recent >= 3 || returns(&memory.moves, window).iter().any(|made| window.covers(made.at, now))
}

/// When it is let go; `None` if it is not held, or if that lies beyond all time.
pub fn held_until(memory: &Memory, now: Timestamp, window: Window) -> Option<Timestamp> {
    if !is_held(memory, now, window) {
        return None;
    }
    let mut reasons = Vec::new();
    reasons
        .extend(returns(&memory.moves, window).iter().map(|made| made.at).filter(|&at| window.covers(at, now)).max());
    let recent: Vec<_> = memory.moves.iter().filter(|made| window.covers(made.at, now)).collect();
    if recent.len() >= 3 {
        reasons.push(memory.moves[memory.moves.len() - 3].at);
    }
    let last = reasons.into_iter().max().expect("it is held for a reason");
    end(last, window.ns)
}

/// The last move, or the end of the hold that it led to; `None` if there was no move.
fn quiet_since(memory: &Memory, window: Window) -> Option<Timestamp> {
    let newest = memory.moves.last()?.at;
    if is_held(memory, newest, window) {
        let never = Timestamp(u64::MAX);
        Some(held_until(memory, newest, window).unwrap_or(never).max(newest))
    } else {
        Some(newest)
    }
}

/// Remembers a move. Says whether it was a return.
pub fn record(memory: &mut Memory, at: Timestamp, victim: NodeId, target: Option<NodeId>, window: Window) -> bool {
    if window.ns == 0 {
        return false;
    }
    // Each window in which nothing happened, though something could have, halves the cooldown again.
    if let Some(since) = quiet_since(memory, window) {
        let quiet = at.0.saturating_sub(since.0) / window.ns;
        memory.flap_level = u8::try_from(u64::from(memory.flap_level).saturating_sub(quiet)).expect("it became less");
    }
    let was_held = is_held(memory, at, window);
    let made = PastMove { at, victim, target };
    memory.moves.push(made);
    if memory.moves.len() > KEPT {
        memory.moves.remove(0);
    }
    if is_held(memory, at, window) && !was_held {
        memory.flap_level = memory.flap_level.saturating_add(1);
    }
    let last = memory.moves.len() - 1;
    memory.moves[..last].iter().any(|earlier| target == Some(earlier.victim) && window.covers(earlier.at, at))
}

/// The cooldown, doubled for each episode up to two hours, and never made shorter by that.
pub fn cooldown_ns(memory: &Memory, cooldown_ns: u64, window: Window) -> u64 {
    if window.ns == 0 {
        return cooldown_ns;
    }
    let mut doubled = cooldown_ns;
    for _ in 0..memory.flap_level {
        doubled = doubled.saturating_mul(2);
    }
    cooldown_ns.max(doubled.min(LONGEST_COOLDOWN_NS))
}

/// Moves that mean nothing any more are forgotten.
pub fn forget(memory: &mut Memory, now: Timestamp, window: Window) {
    let Some(since) = quiet_since(memory, window) else { return };
    let kept_ns = window.ns.saturating_mul(u64::from(memory.flap_level) + 1);
    if now.0.saturating_sub(since.0) >= kept_ns {
        memory.moves.clear();
        memory.flap_level = 0;
    }
}
