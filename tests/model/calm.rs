//! After the storm: nothing is lost any more and everything is carried out at once. What is in flight must end, every
//! chain that can must get the number of holders that it should have, and leave the nodes that are drained.

use driftline::{MoveOrder, SchedulerConfig};

use super::cast::{CHAINS, NODES, Nodes, PLANES};
use super::executor::Fate;
use super::plane::Plane;
use super::step::{Manner, Saying};
use super::truth::Record;
use super::violation::{Checked, Violation, ensure};
use super::world::World;

/// A tick of every control plane each. A move that failed again and again waits for an hour, and meanwhile there is a
/// backstop every ten seconds.
const ROUNDS: usize = 4_000;

const MILLISECOND: u64 = 1_000_000;

impl World {
    pub fn calm(&mut self) -> Checked {
        self.settle_down();
        self.tell(|| String::from("calm"));
        for _ in 0..ROUNDS {
            self.coverage.count("calm round");
            if self.round()? {
                self.now_ns += 100 * MILLISECOND;
                continue;
            }
            if self.unsettled().is_none() {
                return Ok(());
            }
            self.wait_until_due()?;
        }
        let text = self.unsettled().unwrap_or_default();
        Err(Violation { rule: "everything settles once the world is calm", text })
    }

    fn settle_down(&mut self) {
        self.errands.clear();
        NODES.into_iter().for_each(|node| self.revive(node));
        for chain in 0..CHAINS.len() {
            self.change_if(chain, |record| record.claimed = false);
        }
        for plane in 0..self.planes.len() {
            let now = self.time_at(plane);
            let plane = &mut self.planes[plane];
            plane.fail_scorer(false);
            plane.inbox.clear();
            plane.hear(Saying::Thaw.event(now));
            plane.resync(&self.truth);
        }
    }

    /// Every control plane ticks; what it emits is done and known everywhere before the next. Says whether anything was
    /// done.
    fn round(&mut self) -> Result<bool, Violation> {
        let mut acts = false;
        for (plane, (_, name)) in PLANES.into_iter().enumerate() {
            self.tick(plane, false)?;
            for errand in std::mem::take(&mut self.errands) {
                // Nobody else would bring what a chain without a wished number loses.
                let is_whole = self.truth.records[errand.chain()].desired.is_none();
                let fate = self.attempt(&errand, if is_whole { Manner::Whole } else { Manner::Plain })?;
                acts |= fate == Fate::Done && !owes_nothing(&self.planes[plane]);
                let may_fail = [Fate::Refused("there is no home"), Fate::Refused("nobody places")];
                ensure(fate == Fate::Done || may_fail.contains(&fate), "a fresh action can be carried out", || {
                    format!("{}: {fate:?}", errand.action)
                })?;
            }
            for plane in &mut self.planes {
                for message in std::mem::take(&mut plane.inbox) {
                    plane.take(message);
                }
            }
            for plane in &self.planes {
                plane.book.compare(&plane.state)?;
            }
            if self.has_note() {
                self.tell(|| format!("  {name} ticks"));
            }
        }
        Ok(acts)
    }

    /// T2: to tick when the reports say so must be enough.
    fn wait_until_due(&mut self) -> Checked {
        let due = |world: &World, plane: usize| {
            let skew_ns = world.planes[plane].setup.skew_ns;
            world.planes[plane].next_due.map(|at| at.0.saturating_sub(skew_ns))
        };
        let comes_to_an_end = |plane: &usize| !owes_nothing(&self.planes[*plane]);
        let next = (0..self.planes.len()).filter(comes_to_an_end).filter_map(|plane| due(self, plane)).min();
        let Some(next) = next else {
            let text = self.unsettled().unwrap_or_default();
            return Err(Violation { rule: "whoever waits says until when", text });
        };
        self.now_ns = next.max(self.now_ns + MILLISECOND);
        Ok(())
    }

    /// What has not come to its end yet.
    fn unsettled(&self) -> Option<String> {
        let planes = self.planes.iter().filter(|plane| !self.is_starved(plane) && !owes_nothing(plane));
        planes
            .flat_map(|plane| plane.book.led().map(move |chain| (plane, chain)))
            .find_map(|(plane, chain)| self.unsettled_chain(plane, chain))
    }

    /// The nodes that could come to hold a chain.
    fn open(&self, plane: &Plane, chain: usize) -> Nodes {
        let closed = plane.book.closed(self.time_at(plane.number));
        NODES.into_iter().collect::<Nodes>().minus(plane.book.chains[chain].record.holders).minus(closed)
    }

    /// F0: what nobody tracks is said again in each tick, so that chains without a home can use up all moves of a tick.
    fn is_starved(&self, plane: &Plane) -> bool {
        let SchedulerConfig { max_moves_per_tick, move_timeout_ns, .. } = plane.book.config;
        let is_short =
            |record: &Record| record.desired.is_some_and(|desired| record.holders.count() < desired as usize);
        let is_stuck =
            |&chain: &usize| is_short(&plane.book.chains[chain].record) && self.open(plane, chain).is_empty();
        let stuck = plane.book.led().filter(is_stuck).count() as u64;
        move_timeout_ns == 0 && max_moves_per_tick > 0 && stuck >= max_moves_per_tick
    }

    fn unsettled_chain(&self, plane: &Plane, chain: usize) -> Option<String> {
        let told = &plane.book.chains[chain];
        let id = CHAINS[chain];
        if let Some(flight) = told.flight {
            return Some(format!("{id} is still in flight: {flight:?}"));
        }
        let record = &told.record;
        let holders = record.holders.count();
        let open = self.open(plane, chain);
        let config = &plane.book.config;
        let spare = holders.saturating_sub(config.min_holders as usize);
        if let Some(desired) = record.desired.map(|desired| desired as usize) {
            let (can_grow, can_shrink) = (holders < desired && !open.is_empty(), holders > desired && spare > 0);
            if can_grow || can_shrink {
                return Some(format!("{id} has {holders} holders and should have {desired}: {told:?}"));
            }
            if holders < desired {
                return None;
            }
        }
        // N1: who can leave a node that is drained has left.
        let may_leave =
            spare > 0 || config.move_order == MoveOrder::PlaceFirst && holders >= config.min_holders as usize;
        let is_drained = record.holders.iter().any(|node| plane.book.drained.contains(node));
        let must_leave = is_drained && may_leave && plane.book.is_movable(chain) && !open.is_empty();
        must_leave.then(|| format!("{id} is on a node that is drained: {told:?}"))
    }
}

/// Whoever places first and owes evictions for no time at all may evict again whom it has just placed.
fn owes_nothing(plane: &Plane) -> bool {
    let SchedulerConfig { move_order, move_timeout_ns, pin_ttl_ns, cooldown_ns, .. } = plane.book.config;
    move_order == MoveOrder::PlaceFirst && move_timeout_ns == 0 && pin_ttl_ns.max(cooldown_ns) == 0
}
