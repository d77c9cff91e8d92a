//! Random feeds: what control planes report, and what they get wrong.

use driftline::{
    Bandwidth, ChainId, ChainProfile, Client, Event, InventoryConfig, NodeHealth, NodeId, NodeInventory, Rtt, Timestamp,
};

use crate::dice::Dice;
use crate::input::{Input, Profile};

pub const SECOND_NS: u64 = 1_000_000_000;
/// Every half-life divides it, so that what is left of an old mean is an exact power of two.
pub const STEP_NS: u64 = 120 * SECOND_NS;

const ROUND_TRIPS_NS: [u64; 9] =
    [0, 1, 1_000_000, 10_000_000, 50_000_000, 100_000_000, 130_000_000, 90 * SECOND_NS, u64::MAX];

/// How large a world is, and how it is judged.
#[derive(Clone, Debug)]
pub struct Setting {
    pub config: InventoryConfig,
    pub nodes: u64,
    pub chains: u64,
    pub begin: Timestamp,
    /// Whether times are whole steps.
    pub is_exact: bool,
}

impl Setting {
    pub fn from(seed: u64, is_exact: bool) -> Setting {
        let mut dice = Dice::new(seed);
        let half_lives = [0, STEP_NS / 4, STEP_NS / 2, STEP_NS];
        let weight = |dice: &mut Dice| dice.of(&[0.0, 0.25, 0.5, 1.0, 1.0, 3.0]);
        let weights = [weight(&mut dice), weight(&mut dice), weight(&mut dice), weight(&mut dice)];
        let headroom_weight = if weights == [0.0; 4] { 1.0 } else { weights[0] };
        let usual = InventoryConfig {
            load_half_life_ns: dice.of(&half_lives),
            rtt_half_life_ns: dice.of(&half_lives),
            rtt_weight_max: dice.of(&[0.1, 0.3, 1.0]),
            ..InventoryConfig::default()
        };
        let config = InventoryConfig {
            headroom_weight,
            proximity_weight: weights[1],
            zone_spread_weight: weights[2],
            colocation_weight: weights[3],
            worst_share: dice.of(&[0.0, 0.3, 0.5, 1.0]),
            comfortable_use: dice.of(&[0.0, 0.6, 0.9]),
            capacity_reserve: dice.of(&[0.0, 0.1, 0.5]),
            rtt_half_ns: dice.of(&[1, 100_000_000, u64::MAX]),
            hysteresis_gap: dice.of(&[0.0, 0.2, 1.0]),
            headroom_epsilon: dice.of(&[None, None, Some(0.0), Some(0.1)]),
            proximity_epsilon: dice.of(&[None, None, Some(0.0), Some(0.1)]),
            fallback_size_bytes: dice.of(&[0.0, 1e9]),
            serialisation_bytes_per_sec: dice.of(&[0.0, 1e8]),
            fallback_disruption_ns: dice.of(&[0, SECOND_NS]),
            ..usual
        };
        Setting {
            config: if dice.one_in(2) { usual } else { config },
            nodes: dice.of(&[3, 12, 64, 65, 130, 300]),
            chains: dice.of(&[2, 8, 24]),
            begin: Timestamp(dice.of(&[0, 1, STEP_NS, u64::MAX - 20 * STEP_NS])),
            is_exact,
        }
    }
}

/// Makes one input after the other.
pub struct Feed<'a> {
    pub setting: &'a Setting,
    pub now: Timestamp,
}

impl<'a> Feed<'a> {
    pub fn new(setting: &'a Setting) -> Feed<'a> {
        Feed { setting, now: setting.begin }
    }

    /// Most of the nodes and chains, so that there is something from the start.
    pub fn opening(&self, dice: &mut Dice) -> Vec<Input> {
        let ids = (1..=self.setting.nodes).map(NodeId);
        let reports = ids.clone().filter(|_| !dice.one_in(12)).collect::<Vec<_>>();
        let reports = reports.into_iter().map(|node| self.node_report(dice, node)).collect();
        let profiles = (1..=self.setting.chains).map(|chain| self.profile(dice, ChainId(chain))).collect();
        let mut events = Vec::new();
        for chain in (1..=self.setting.chains).map(ChainId) {
            let count = dice.throw(4);
            events.extend((0..count).map(|_| Event::HolderAdded { chain, node: self.node(dice) }));
        }
        let clients = [NodeId(1), NodeId(1001), NodeId(1002)];
        let mut rtts = Vec::new();
        for to in ids {
            let measured = clients.into_iter().filter(|_| !dice.one_in(4)).collect::<Vec<_>>();
            rtts.extend(measured.into_iter().map(|from| Rtt { from, to, rtt_ns: dice.of(&ROUND_TRIPS_NS) }));
        }
        vec![
            Input::Nodes(self.now, reports),
            Input::Profiles(profiles),
            Input::Events(events),
            Input::Rtts(self.now, rtts),
        ]
    }

    pub fn next(&mut self, dice: &mut Dice) -> Input {
        self.pass_time(dice);
        let few = 1 + dice.throw(4);
        match dice.throw(20) {
            0..5 => {
                let count = if dice.one_in(6) { self.setting.nodes as usize } else { few };
                Input::Nodes(self.now, (0..count).map(|_| self.any_node_report(dice)).collect())
            }
            5..9 => Input::Rtts(self.now, (0..4 * few).map(|_| self.rtt(dice)).collect()),
            9..11 => Input::Profiles((0..few).map(|_| self.any_profile(dice)).collect()),
            11..17 => Input::Events((0..few).map(|_| self.event(dice)).collect()),
            17 => Input::Bandwidths((0..few).map(|_| self.bandwidth(dice)).collect()),
            18 => Input::Forget(if dice.one_in(3) { self.client(dice) } else { self.node(dice) }),
            _ if dice.one_in(3) => self.load(dice),
            _ => Input::Forget(self.node(dice)),
        }
    }

    fn pass_time(&mut self, dice: &mut Dice) {
        let elapsed_ns = if self.setting.is_exact {
            let longest = if dice.one_in(20) { 1_100 } else { 5 };
            dice.of(&[0, 0, 1, 1, 2, longest]) * STEP_NS
        } else {
            let any = dice.word() % (4 * STEP_NS);
            dice.of(&[0, 1, 7 * SECOND_NS, any, any])
        };
        // Beyond the last step before the end of time there are only reports at the same instant.
        self.now = self.now.after_ns(elapsed_ns).unwrap_or(self.now);
    }

    pub fn node(&self, dice: &mut Dice) -> NodeId {
        NodeId(1 + dice.word() % self.setting.nodes)
    }

    /// Some clients are nodes, too.
    fn client(&self, dice: &mut Dice) -> NodeId {
        let node = self.node(dice);
        dice.of(&[node, NodeId(1), NodeId(1001), NodeId(1002), NodeId(1003)])
    }

    pub fn chain(&self, dice: &mut Dice) -> ChainId {
        ChainId(1 + dice.word() % self.setting.chains)
    }

    fn any_node_report(&self, dice: &mut Dice) -> NodeInventory {
        let node = self.node(dice);
        self.node_report(dice, node)
    }

    /// Capacities are among a few, so that a use is above one now and then: such a report is refused.
    fn node_report(&self, dice: &mut Dice, node: NodeId) -> NodeInventory {
        let share = |dice: &mut Dice| dice.of(&[0.0, 0.1, 0.3, 0.5, 0.61, 0.7, 0.75, 0.8, 0.9, 0.95, 1.0]);
        let mut amounts = [(8.0, 8.0), (64e9, 64e9), (1e12, 1e12)].map(|(capacity, unit): (f64, f64)| {
            let capacity = if dice.one_in(10) { capacity * 2.0 } else { capacity };
            let used = (!dice.one_in(4)).then(|| unit * share(dice));
            ((!dice.one_in(3)).then_some(capacity), used)
        });
        if dice.one_in(3) {
            amounts[1] = (None, None);
        }
        if dice.one_in(60) {
            amounts[dice.throw(3)].1 = Some(dice.of(&[-1.0, f64::NAN, f64::INFINITY, 1e300]));
        }
        NodeInventory {
            node,
            cpu_capacity_cores: amounts[0].0,
            cpu_use_cores: amounts[0].1,
            memory_capacity_bytes: amounts[1].0,
            memory_use_bytes: amounts[1].1,
            disk_capacity_bytes: amounts[2].0,
            disk_use_bytes: amounts[2].1,
            bandwidth_bytes_per_sec: dice.of(&[None, None, Some(1e6), Some(1e8)]),
            tags: dice.of(&[None, None, Some(0), Some(1), Some(3), Some(u64::MAX)]),
            zone: dice.of(&[None, None, Some(0), Some(1), Some(2), Some(3), Some(u32::MAX - 1)]),
            health: dice.of(&[
                None,
                None,
                None,
                Some(NodeHealth::Healthy),
                Some(NodeHealth::Healthy),
                Some(NodeHealth::Healthy),
                Some(NodeHealth::Cordoned),
                Some(NodeHealth::Failed),
            ]),
        }
    }

    fn rtt(&self, dice: &mut Dice) -> Rtt {
        Rtt { from: self.client(dice), to: self.node(dice), rtt_ns: dice.of(&ROUND_TRIPS_NS) }
    }

    fn bandwidth(&self, dice: &mut Dice) -> Bandwidth {
        let (from, to) = (self.node(dice), self.node(dice));
        Bandwidth { from, to, bytes_per_sec: dice.of(&[1.0, 1e6, 1e7, 1e9, 1e300]) }
    }

    fn any_profile(&self, dice: &mut Dice) -> Profile {
        let chain = self.chain(dice);
        self.profile(dice, chain)
    }

    fn profile(&self, dice: &mut Dice, chain: ChainId) -> Profile {
        let mut clients: Vec<Client> = Vec::new();
        for _ in 0..dice.throw(4) {
            let choices = [self.client(dice), NodeId(1001), NodeId(1002)];
            let is_new = |node: &NodeId| clients.iter().all(|other| other.node != *node);
            let node = dice.any(choices.into_iter().filter(is_new));
            let weight = dice.of(&[1e-3, 1.0, 2.0, 3.7, 1e30]);
            clients.extend(node.map(|node| Client { node, weight }));
        }
        let said = ChainProfile {
            size_bytes: dice.of(&[None, Some(0.0), Some(1e9), Some(3e11), Some(1e300)]),
            cpu_cores: dice.of(&[None, Some(0.0), Some(0.5), Some(2.0)]),
            memory_bytes: dice.of(&[None, None, Some(4e9)]),
            required_tags: dice.of(&[0, 0, 0, 1, 2, 5]),
            service_value: dice.of(&[None, Some(0.5), Some(4.0)]),
            disruption_ns: dice.of(&[None, Some(0), Some(2 * SECOND_NS), Some(u64::MAX)]),
            group: dice.of(&[None, None, Some(0), Some(1)]),
            zone_anti_affinity: dice.one_in(4),
            ..ChainProfile::of(chain)
        };
        Profile::of(said, &clients)
    }

    pub fn event(&self, dice: &mut Dice) -> Event {
        let (chain, node) = (self.chain(dice), self.node(dice));
        match dice.throw(24) {
            0..9 => Event::HolderAdded { chain, node },
            9..14 => Event::HolderRemoved { chain, node },
            14 | 15 => Event::DesiredReplicas { chain, count: dice.throw(5) as u32 },
            16 | 17 => Event::Drain { node, deadline: self.now },
            18..20 => Event::DrainCancelled { node },
            20 => Event::ChainRemoved { chain },
            // Nothing of these is any business of an inventory's.
            21 => Event::LeaderSet { chain, node },
            22 => Event::Avoid { node, until: self.now },
            _ => Event::NodeTouched { node },
        }
    }

    fn load(&self, dice: &mut Dice) -> Input {
        let listed: Vec<u64> = (1..=self.setting.chains).filter(|_| !dice.one_in(4)).collect();
        let holders = |dice: &mut Dice| {
            let mut holders: Vec<NodeId> = (0..dice.throw(4)).map(|_| self.node(dice)).collect();
            holders.sort_unstable();
            holders.dedup();
            if dice.one_in(2) {
                holders.reverse();
            }
            holders
        };
        Input::Load(listed.into_iter().map(|chain| (ChainId(chain), holders(dice))).collect())
    }
}
