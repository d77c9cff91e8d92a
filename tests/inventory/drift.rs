//! What fingerprints leave out is small: schedulers that go by them see what one sees that samples everything, to within the
//! bound, and decide the same, but for chains that are so near to a threshold that the bound is what decides.

use std::cell::RefCell;
use std::collections::BTreeMap;

use driftline::{
    Action, Alternative, Cached, ChainId, Event, FingerprintMode, InventoryConfig, LocalScheduler, MeshState,
    MigrationCost, NodeId, NodeInventory, PlacementScorer, Rtt, SchedulerConfig, ScorerResult, SharedInventory,
    Timestamp,
};

use crate::dice::Dice;
use crate::feed::{Feed, SECOND_NS, Setting};
use crate::input::{Input, with_membership};
use crate::plays::play;

const THIS_NODE: NodeId = NodeId(500);
/// What rounding may add to a bound.
const ROUNDING: f32 = 1e-6;
/// No backstop comes to the rescue.
const NEVER_NS: u64 = u64::MAX;

/// An inventory that cannot say what has moved, so that all of it is sampled each time.
struct Mute(SharedInventory);

impl PlacementScorer for Mute {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.0.score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.0.best_alternative(chain, exclude)
    }

    fn best_replacement(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
    ) -> ScorerResult<Option<Alternative>> {
        self.0.best_replacement(chain, victim, exclude)
    }

    fn migration_cost(&self, chain: ChainId, target: NodeId) -> ScorerResult<Option<MigrationCost>> {
        self.0.migration_cost(chain, target)
    }
}

/// A scheduler and its own copy of the state.
struct Desk {
    state: MeshState,
    scheduler: LocalScheduler,
}

impl Desk {
    fn new(scorer: impl PlacementScorer + Send + 'static, fingerprint_mode: FingerprintMode) -> Desk {
        let config = SchedulerConfig { fingerprint_mode, decision_interval_ns: NEVER_NS, ..SchedulerConfig::default() };
        let mut scheduler = LocalScheduler::new(THIS_NODE, config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(scorer));
        Desk { state: MeshState::new(), scheduler }
    }

    /// What it would do now. Nothing is carried out, so that one difference does not lead to the next.
    fn decide(&mut self, now: Timestamp) -> BTreeMap<ChainId, (NodeId, Option<NodeId>)> {
        self.scheduler.sample(&self.state, now).expect("the inventory answers");
        let decision = self.scheduler.decide(&self.state, now).expect("the inventory answers");
        let evictions = decision.actions.iter().filter_map(|action| match action {
            Action::Evict(eviction) => Some((eviction.chain, (eviction.victim, eviction.target))),
            _ => None,
        });
        evictions.collect()
    }
}

/// How much there was to see.
#[derive(Debug, Default)]
struct Seen {
    clean: u64,
    sampled: u64,
    evictions: u64,
    differences: u64,
    farthest: f32,
}

struct Office {
    inventory: SharedInventory,
    exact: Desk,
    /// One polls, one is told, one polls and remembers scores.
    gated: [Desk; 3],
    /// How far a sampled score may be from the present one.
    bound: f32,
    floor: f32,
}

impl Office {
    fn new(config: InventoryConfig) -> Office {
        let inventory = SharedInventory::new(config).expect("the config is valid");
        let cached = Cached::new(Box::new(inventory.clone()), 4096).expect("the capacity is valid");
        let gated = [
            Desk::new(inventory.clone(), FingerprintMode::Poll),
            Desk::new(inventory.clone(), FingerprintMode::Push),
            Desk::new(cached, FingerprintMode::Poll),
        ];
        let exact = Desk::new(Mute(inventory.clone()), FingerprintMode::Poll);
        let floor = exact.scheduler.config().score_floor;
        Office { bound: config.score_bound(), inventory, exact, gated, floor }
    }

    fn desks(&mut self) -> impl Iterator<Item = &mut Desk> {
        std::iter::once(&mut self.exact).chain(&mut self.gated)
    }

    /// Tells the inventory and, where it is a fact about the mesh, the states. A report that is refused changes nothing.
    fn tell(&mut self, input: &Input) {
        match input {
            Input::Events(events) => {
                let leads =
                    events.iter().filter_map(Event::chain).map(|chain| Event::LeaderSet { chain, node: THIS_NODE });
                let events: Vec<Event> = events.iter().copied().chain(leads.clone()).collect();
                self.desks().for_each(|desk| desk.state.apply(&events).expect("the events are valid"));
            }
            Input::Load(chains) => with_membership(chains, THIS_NODE, |membership| {
                self.desks().for_each(|desk| desk.state.load(membership).expect("the membership is valid"));
            }),
            _ => {}
        }
        let _ = self.inventory.with(|inventory| input.tell(inventory));
    }

    fn check(&mut self, now: Timestamp, seen: &mut Seen) -> Result<(), String> {
        self.inventory.touch(&mut self.gated[1].state).expect("there is memory");
        let wanted = self.exact.decide(now);
        seen.evictions += wanted.len() as u64;
        for index in 0..self.gated.len() {
            let decided = self.gated[index].decide(now);
            self.check_cells(index, seen)?;
            let chains: Vec<ChainId> = wanted.keys().chain(decided.keys()).copied().collect();
            for chain in chains.into_iter().filter(|chain| wanted.get(chain) != decided.get(chain)) {
                seen.differences += 1;
                if !self.is_near_a_threshold(chain) {
                    let scores: Vec<_> = self.exact.scheduler.snapshot().cells(chain).collect();
                    let (wanted, decided) = (wanted.get(&chain), decided.get(&chain));
                    return Err(format!("chain {chain}, desk {index}: {wanted:?}, {decided:?} with {scores:?}"));
                }
            }
        }
        Ok(())
    }

    /// The same homes have a score, and none is farther off than the bound.
    fn check_cells(&self, index: usize, seen: &mut Seen) -> Result<(), String> {
        let (exact, gated) = (&self.exact.scheduler, &self.gated[index].scheduler);
        seen.sampled += gated.sampled().len() as u64;
        seen.clean += (exact.sampled().len() - gated.sampled().len()) as u64;
        for chain in exact.snapshot().chains() {
            let present: BTreeMap<NodeId, f32> = exact.snapshot().cells(chain).collect();
            let sampled: BTreeMap<NodeId, f32> = gated.snapshot().cells(chain).collect();
            let farthest = present
                .iter()
                .map(|(node, score)| sampled.get(node).map_or(f32::INFINITY, |sampled| (sampled - score).abs()));
            let farthest = farthest.fold(0.0, f32::max);
            if farthest > self.bound + ROUNDING || present.len() != sampled.len() {
                return Err(format!("chain {chain}, desk {index}: {sampled:?} sampled, {present:?} is so"));
            }
            seen.farthest = seen.farthest.max(farthest / self.bound);
        }
        Ok(())
    }

    /// A holder within one bound of the floor, or another within two of the worst, since both may be off.
    fn is_near_a_threshold(&self, chain: ChainId) -> bool {
        let scores: Vec<f32> = self.exact.scheduler.snapshot().cells(chain).map(|(_, score)| score).collect();
        let worst = scores.iter().copied().fold(f32::INFINITY, f32::min);
        let is_near = |a: f32, b: f32, bound: f32| (a - b).abs() <= bound + 2.0 * ROUNDING;
        scores.iter().any(|&score| is_near(score, self.floor, self.bound))
            || scores.iter().filter(|&&score| is_near(score, worst, 2.0 * self.bound)).count() > 1
    }
}

/// Uses and round-trip times that wander, each from where it was.
struct Walk {
    shares: BTreeMap<NodeId, f64>,
    rtts_ns: BTreeMap<(NodeId, NodeId), u64>,
}

impl Walk {
    fn next(&mut self, feed: &Feed<'_>, dice: &mut Dice) -> Input {
        let count = 1 + dice.throw(feed.setting.nodes as usize);
        if dice.one_in(2) {
            let reports = (0..count).map(|_| {
                let node = feed.node(dice);
                let share = self.shares.entry(node).or_insert(dice.of(&[0.5, 0.65, 0.75, 0.8]));
                *share = (*share + (dice.throw(9) as f64 - 4.0) * 0.01).clamp(0.0, 1.0);
                let capacity = Some(100.0);
                NodeInventory {
                    cpu_capacity_cores: capacity,
                    cpu_use_cores: Some(100.0 * *share),
                    ..NodeInventory::of(node)
                }
            });
            return Input::Nodes(feed.now, reports.collect());
        }
        let reports = (0..count).map(|_| {
            let (from, to) = (NodeId(1001 + dice.word() % 3), feed.node(dice));
            let rtt_ns = self.rtts_ns.entry((from, to)).or_insert(dice.of(&[40_000_000, 100_000_000]));
            *rtt_ns = *rtt_ns / 100 * (96 + dice.throw(9) as u64);
            Rtt { from, to, rtt_ns: *rtt_ns }
        });
        Input::Rtts(feed.now, reports.collect())
    }
}

fn run(seed: u64, steps: &[u64], seen: &mut Seen) -> Result<(), String> {
    let mut dice = Dice::new(seed);
    let mut setting = Setting::from(seed, false);
    (setting.nodes, setting.chains) = (dice.of(&[6, 12, 70]), 24);
    setting.begin = Timestamp(SECOND_NS);
    let mut office = Office::new(setting.config);
    let mut feed = Feed::new(&setting);
    feed.opening(&mut dice).iter().for_each(|input| office.tell(input));
    office.check(feed.now, seen)?;
    let mut walk = Walk { shares: BTreeMap::new(), rtts_ns: BTreeMap::new() };
    for step in steps {
        let mut dice = Dice::new(*step);
        let mut input = feed.next(&mut dice);
        if !dice.one_in(4) {
            input = walk.next(&feed, &mut dice);
        }
        office.tell(&input);
        office.check(feed.now, seen)?;
    }
    Ok(())
}

#[test]
fn schedulers_that_go_by_fingerprints_decide_as_one_that_samples_everything() {
    let seen = RefCell::new(Seen::default());
    play(2, 60, 60, |seed, steps| run(seed, steps, &mut seen.borrow_mut()));
    let seen = seen.into_inner();
    // There was something to get wrong, and most of it was left alone.
    assert!(seen.evictions > 3_000 && seen.clean > 3 * seen.sampled, "{seen:?}");
    // The bound is no larger than it must be, and what is decided by it is rare: two schedulers were compared.
    assert!(seen.farthest > 0.75 && seen.differences * 50 < 2 * seen.evictions, "{seen:?}");
}
