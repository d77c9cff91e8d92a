//! Whose place a newcomer takes: a scheduler says it, so that no two replicas end in one zone, whoever the inventory would
//! have thought leaves.

use std::collections::BTreeSet;

use driftline::{
    Action, Alternative, BoxedScorer, Cached, ChainId, ChainProfile, Event, Gate, LocalScheduler, MeshState, Minimum,
    NodeHealth, NodeId, NodeInventory, OverridePerChain, Placement, PlacementScorer, Rtt, SchedulerConfig,
    ScorerResult, SharedInventory, SmoothedScorer, Timestamp, WeightedSum, question,
};

use crate::small::{CHAIN, CLIENT, SECOND_NS, cpu, exact, held, left};

const LEADER: NodeId = NodeId(500);
/// Comes before the chain wherever chains take turns.
const EARLIER: ChainId = ChainId(1);

/// Finds one holder bad and everything else perfect.
struct Grudge(NodeId);

impl PlacementScorer for Grudge {
    fn score(&self, _: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        Ok(Some(if node == self.0 { 0.1 } else { 1.0 }))
    }

    fn best_alternative(&self, _: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        let spare = [12, 11, 13].map(NodeId).into_iter().find(|node| !exclude.contains(node));
        Ok(spare.map(|node| Alternative { node, score: 1.0 }))
    }
}

fn grudge() -> BoxedScorer {
    Box::new(Grudge(NodeId(1)))
}

/// Holders 1, 2 and 3 and spares 11, 12 and 13, each in the zone of its last digit, and a scheduler whose moves are made.
struct Cluster {
    inventory: SharedInventory,
    state: MeshState,
    scheduler: LocalScheduler,
    now: Timestamp,
}

fn in_its_zone(node: u64, use_cores: f64) -> NodeInventory {
    NodeInventory { zone: Some(node as u32 % 10), ..cpu(node, use_cores) }
}

impl Cluster {
    fn new(max_alternatives: u32, compose: impl FnOnce(BoxedScorer) -> BoxedScorer) -> Cluster {
        let inventory = SharedInventory::new(exact()).expect("the config is valid");
        let nodes = [(1, 6.4), (2, 19.2), (3, 6.4), (11, 16.0), (12, 0.0), (13, 0.0)];
        inventory.report_nodes(Timestamp(0), &nodes.map(|(node, used)| in_its_zone(node, used))).expect("valid");
        let apart = ChainProfile { zone_anti_affinity: true, ..ChainProfile::of(CHAIN) };
        inventory.report_profiles(&[apart]).expect("it is valid");
        let config = SchedulerConfig { cooldown_ns: 0, max_alternatives, ..SchedulerConfig::default() };
        let mut scheduler = LocalScheduler::new(LEADER, config).expect("the config is valid");
        scheduler.registry_mut().install(compose(Box::new(inventory.clone())));
        let mut cluster = Cluster { inventory, state: MeshState::new(), scheduler, now: Timestamp(0) };
        cluster.say(&[1, 2, 3].map(|node| held(CHAIN, node)));
        cluster.say(&[Event::LeaderSet { chain: CHAIN, node: LEADER }]);
        cluster
    }

    fn say(&mut self, events: &[Event]) {
        self.state.apply(events).expect("they are valid");
        self.inventory.follow(events).expect("they are valid");
    }

    fn drain(&mut self, node: u64, deadline_s: u64) {
        self.say(&[Event::Drain { node: NodeId(node), deadline: Timestamp(deadline_s * SECOND_NS) }]);
    }

    fn holders(&self) -> Vec<u64> {
        self.state.chain(CHAIN).expect("it is there").holders().map(|node| node.0).collect()
    }

    /// One tick and its moves, of the chain as victim and target: after each the zones are as far apart as before.
    fn tick(&mut self) -> Vec<(u64, u64)> {
        self.now = Timestamp(self.now.0 + SECOND_NS);
        let actions = self.scheduler.tick(&mut self.state, self.now).expect("the scorer answers").actions.clone();
        let mut moves = Vec::new();
        for action in actions {
            let Action::Evict(eviction) = action else { panic!("{action:?} is no eviction") };
            let (victim, target) = (eviction.victim.0, eviction.target.expect("it goes somewhere").0);
            self.say(&[left(eviction.chain, victim), held(eviction.chain, target)]);
            if eviction.chain == CHAIN {
                moves.push((victim, target));
                let zones: BTreeSet<u64> = self.holders().iter().map(|node| node % 10).collect();
                assert_eq!(zones.len(), 3, "{victim} -> {target} of {:?}", self.holders());
            }
        }
        moves
    }

    fn moves(&mut self, ticks: usize) -> Vec<(u64, u64)> {
        (0..ticks).flat_map(|_| self.tick()).collect()
    }
}

type Compose = fn(BoxedScorer) -> BoxedScorer;

fn minimum(inventory: BoxedScorer) -> BoxedScorer {
    Box::new(Minimum::new(vec![inventory, grudge()]).expect("it is valid"))
}

/// All that an inventory can be a part of; the grudge decides who leaves.
const COMPOSED: [(&str, Compose); 8] = [
    ("minimum", minimum),
    ("minimum, the other way round", |inventory| {
        Box::new(Minimum::new(vec![grudge(), inventory]).expect("it is valid"))
    }),
    ("weighted sum", |inventory| {
        Box::new(WeightedSum::new(vec![(inventory, 1.0), (grudge(), 2.0)]).expect("it is valid"))
    }),
    ("gate", |inventory| Box::new(Gate::new(inventory, grudge(), 0.5).expect("it is valid"))),
    ("gate, the other way round", |inventory| {
        Box::new(Gate::new(Box::new(Grudge(NodeId(99))), minimum(inventory), 0.5).expect("it is valid"))
    }),
    ("override per chain", |inventory| {
        let own = vec![(minimum(inventory), vec![CHAIN])];
        Box::new(OverridePerChain::new(grudge(), own).expect("it is valid"))
    }),
    ("cached", |inventory| Box::new(Cached::new(minimum(inventory), 99).expect("it is valid"))),
    ("smoothed", |inventory| Box::new(SmoothedScorer::new(minimum(inventory), 99 * SECOND_NS).expect("it is valid"))),
];

#[test]
fn the_victim_of_another_scorer_leaves() {
    for (name, compose) in COMPOSED {
        for max_alternatives in [1, 8] {
            let mut cluster = Cluster::new(max_alternatives, compose);
            // By the inventory alone the second one is the worst.
            assert_eq!(cluster.moves(5), [(1, 11)], "{name}, {max_alternatives} alternatives");
        }
    }
}

#[test]
fn a_failed_holder_leaves_before_one_whose_turn_to_be_drained_has_not_come() {
    for max_alternatives in [1, 8] {
        let mut cluster = Cluster::new(max_alternatives, |inventory| inventory);
        cluster.say(&[held(EARLIER, 2), held(EARLIER, 500), Event::LeaderSet { chain: EARLIER, node: LEADER }]);
        cluster.drain(2, 1000);
        let failed = NodeInventory { health: Some(NodeHealth::Failed), ..NodeInventory::of(NodeId(1)) };
        cluster.inventory.report_nodes(Timestamp(0), &[failed]).expect("it is valid");
        assert_eq!(cluster.moves(2), [(1, 11)]);
        cluster.now = Timestamp(900 * SECOND_NS);
        assert_eq!(cluster.moves(120), [(2, 12)]);
    }
}

#[test]
fn two_holders_of_one_chain_are_drained_into_the_zones_that_they_leave() {
    // The inventory would have thought that the lower one leaves, and the scorer's victim may be either.
    for deadlines_s in [[60, 30], [30, 60], [40, 40]] {
        for compose in [(|inventory| inventory) as Compose, minimum, COMPOSED[3].1] {
            let mut cluster = Cluster::new(8, compose);
            cluster.drain(1, deadlines_s[0]);
            cluster.drain(2, deadlines_s[1]);
            let mut moves = cluster.moves(60);
            moves.sort_unstable();
            assert_eq!(moves, [(1, 11), (2, 12)], "{deadlines_s:?}");
        }
    }
}

/// Nobody leaves where a holder is missing, not even one that is drained.
#[test]
fn a_placement_is_beside_all_holders() {
    let mut cluster = Cluster::new(8, |inventory| inventory);
    cluster.say(&[Event::DesiredReplicas { chain: CHAIN, count: 3 }, left(CHAIN, 3)]);
    cluster.drain(2, 1000);
    let decision = cluster.scheduler.tick(&mut cluster.state, Timestamp(SECOND_NS)).expect("the scorer answers");
    let [Action::Place(Placement { target: None, exclude, .. })] = &decision.actions[..] else {
        panic!("{:?} is no placement", decision.actions)
    };
    let homes = question::alternatives(&cluster.inventory, CHAIN, exclude, 8).expect("it answers");
    assert_eq!(homes.iter().map(|home| home.node.0).collect::<Vec<_>>(), [13, 3]);
}

/// Through other scorers, too, nobody goes where less is known than of a holder.
#[test]
fn what_the_inventory_refuses_for_want_of_data_is_no_home_by_the_word_of_another() {
    for (name, compose) in COMPOSED {
        let mut cluster = Cluster::new(8, compose);
        let profile = ChainProfile { zone_anti_affinity: true, clients: CLIENT, ..ChainProfile::of(CHAIN) };
        cluster.inventory.report_profiles(&[profile]).expect("it is valid");
        let near = |node| Rtt { from: NodeId(1000), to: NodeId(node), rtt_ns: 0 };
        cluster.inventory.report_rtts(Timestamp(0), &[1, 2, 3].map(near)).expect("they are valid");
        assert_eq!(cluster.moves(5), [], "{name}");
        let axes = cluster.inventory.axes(CHAIN, NodeId(11)).expect("it was reported");
        assert_eq!((axes.headroom, axes.proximity, axes.is_home, axes.score), (Some(0.75), None, false, Some(0.0)));
        cluster.inventory.report_rtts(Timestamp(0), &[near(11)]).expect("it is valid");
        assert_eq!(cluster.moves(120), [(1, 11)], "{name}");
    }
}
