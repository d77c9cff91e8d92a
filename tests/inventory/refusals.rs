//! What is refused, on both sides of each boundary: the error names what is at fault, and nothing has changed.

use driftline::{
    Bandwidth, ChainId, ChainProfile, Client, ConfigValue, Error, Event, InventoryConfig, InventoryScorer, Membership,
    MeshState, NodeHealth, NodeId, NodeInventory, Rtt, Timestamp,
};

use crate::dice::Dice;
use crate::input::with_membership;
use crate::small::{CHAIN, CLIENT, cpu, exact, follow, held, inventory, measure, profile, report};

/// Something of everything, which a refusal has to leave alone.
fn filled() -> InventoryScorer {
    let mut inventory = inventory(exact());
    report(&mut inventory, 5, &[cpu(1, 32.0), cpu(2, 0.0)]);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    profile(&mut inventory, ChainProfile { clients: CLIENT, group: Some(5), ..ChainProfile::of(CHAIN) });
    measure(&mut inventory, 5, 1, 9);
    inventory
}

/// What it says to a call that must leave it as it was.
#[track_caller]
fn refusal(inventory: &mut InventoryScorer, call: impl FnOnce(&mut InventoryScorer) -> Result<(), Error>) -> Error {
    let before = format!("{inventory:?}");
    let error = call(inventory).expect_err("it is refused");
    assert_eq!(format!("{inventory:?}"), before, "{error}");
    error
}

/// One field of a report or profile, at fault at some index: its name, the value, and what would have been valid.
#[track_caller]
fn assert_names(error: &Error, index: usize, node: Option<NodeId>, chain: Option<ChainId>, field: &str, value: f64) {
    let Error::Inventory { index: at, node: of, chain: by, field: named, value: found, .. } = error else {
        panic!("{error} is another error");
    };
    assert_eq!((*at, *of, *by, *named), (index, node, chain, field));
    assert!(*found == value || found.is_nan() && value.is_nan(), "{error}");
}

const NOT_A_QUANTITY: [f64; 4] = [-f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];
const NOT_A_RATE: [f64; 6] = [0.0, -0.0, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

type Set<T> = fn(&mut T, f64);

const CAPACITIES: [(&str, Set<NodeInventory>); 4] = [
    ("cpu_capacity_cores", |report, value| report.cpu_capacity_cores = Some(value)),
    ("memory_capacity_bytes", |report, value| report.memory_capacity_bytes = Some(value)),
    ("disk_capacity_bytes", |report, value| report.disk_capacity_bytes = Some(value)),
    ("bandwidth_bytes_per_sec", |report, value| report.bandwidth_bytes_per_sec = Some(value)),
];

const USES: [(&str, Set<NodeInventory>); 3] = [
    ("cpu_use_cores", |report, value| report.cpu_use_cores = Some(value)),
    ("memory_use_bytes", |report, value| report.memory_use_bytes = Some(value)),
    ("disk_use_bytes", |report, value| report.disk_use_bytes = Some(value)),
];

/// Refused behind a report that is valid by itself, and taken with a valid value.
fn check_nodes(fields: &[(&str, Set<NodeInventory>)], wrong: &[f64], right: &[f64]) {
    for (field, set) in fields {
        for value in wrong {
            let mut inventory = filled();
            let mut told = NodeInventory::of(NodeId(3));
            set(&mut told, *value);
            let reports = [cpu(1, 64.0), told];
            let error =
                refusal(&mut inventory, |inventory| inventory.report_nodes(Timestamp::from(9_000_000_000), &reports));
            assert_names(&error, 1, Some(NodeId(3)), None, field, *value);
            assert!(error.to_string().starts_with(&format!("index 1: node 3: {field}: {value} is not ")), "{error}");
        }
        for value in right {
            let mut told = NodeInventory::of(NodeId(3));
            set(&mut told, *value);
            report(&mut filled(), 9, &[told]);
        }
    }
}

#[test]
fn amounts_of_nodes() {
    check_nodes(&CAPACITIES, &NOT_A_RATE, &[5e-324, 1.0, f64::MAX]);
    check_nodes(&USES, &NOT_A_QUANTITY, &[0.0, -0.0, 5e-324, f64::MAX]);
}

#[test]
fn zones() {
    let of = |zone| NodeInventory { zone: Some(zone), ..NodeInventory::of(NodeId(3)) };
    let mut inventory = filled();
    let error = refusal(&mut inventory, |inventory| inventory.report_nodes(Timestamp::from(u64::MAX), &[of(u32::MAX)]));
    assert_names(&error, 0, Some(NodeId(3)), None, "zone", 4_294_967_295.0);
    report(&mut inventory, 9, &[of(u32::MAX - 1)]);
}

/// The three resources, with a capacity and a use.
fn amounts(resource: usize, capacity: Option<f64>, used: Option<f64>) -> NodeInventory {
    let mut told = NodeInventory::of(NodeId(3));
    capacity.into_iter().for_each(|capacity| CAPACITIES[resource].1(&mut told, capacity));
    used.into_iter().for_each(|used| USES[resource].1(&mut told, used));
    told
}

#[test]
fn a_use_above_its_capacity() {
    for (resource, (field, _)) in USES.iter().enumerate() {
        let of = |capacity, used| amounts(resource, capacity, used);
        // Reports that come before, in calls of their own or in the same slice, and the one that is refused.
        let cases = [
            (vec![], of(Some(8.0), Some(8.000_001)), 8.000_001),
            (vec![of(Some(8.0), None)], of(None, Some(9.0)), 9.0),
            (vec![of(None, Some(9.0))], of(Some(8.0), None), 9.0),
            (vec![of(Some(8.0), Some(8.0))], of(Some(7.5), None), 8.0),
            (vec![of(Some(8.0), Some(8.0)), of(Some(16.0), Some(16.0))], of(Some(8.0), None), 16.0),
            (vec![of(Some(8.0), Some(8.0)), of(None, Some(2.0))], of(Some(1.0), None), 2.0),
        ];
        for (earlier, told, value) in cases {
            let mut inventory = filled();
            let mut together = earlier.clone();
            together.push(told);
            let at = Timestamp(9_000_000_000);
            let error = refusal(&mut inventory, |inventory| inventory.report_nodes(at, &together));
            assert_names(&error, earlier.len(), Some(NodeId(3)), None, field, value);
            earlier.iter().for_each(|earlier| report(&mut inventory, 9, &[*earlier]));
            let error = refusal(&mut inventory, |inventory| inventory.report_nodes(at, &[told]));
            assert_names(&error, 0, Some(NodeId(3)), None, field, value);
        }
        let mut inventory = filled();
        report(&mut inventory, 9, &[of(Some(8.0), Some(8.0)), of(Some(4.0), Some(4.0)), of(None, Some(0.0))]);
        report(&mut inventory, 9, &[of(Some(5e-324), None), of(None, Some(5e-324))]);
        // What is known of another resource is in nobody's way.
        report(&mut inventory, 9, &[amounts((resource + 1) % 3, Some(1.0), Some(1.0))]);
    }
}

/// What chains are expected to use is no report, and a chain that has come is no reason to refuse one.
#[test]
fn a_capacity_may_fall_below_what_is_expected() {
    let mut inventory = filled();
    profile(&mut inventory, ChainProfile { cpu_cores: Some(60.0), ..ChainProfile::of(ChainId(8)) });
    follow(&mut inventory, &[held(ChainId(8), 1)]);
    report(&mut inventory, 9, &[NodeInventory { cpu_capacity_cores: Some(32.0), ..NodeInventory::of(NodeId(1)) }]);
    let axes = inventory.axes(ChainId(8), NodeId(1)).expect("it was reported");
    assert_eq!((axes.headroom, axes.score), (Some(0.0), Some(0.0)));
}

#[test]
fn amounts_of_profiles() {
    let of = ChainProfile::of(ChainId(9));
    type Field = (&'static str, fn(&mut ChainProfile<'static>, f64));
    let quantities: [Field; 3] = [
        ("size_bytes", |profile, value| profile.size_bytes = Some(value)),
        ("cpu_cores", |profile, value| profile.cpu_cores = Some(value)),
        ("memory_bytes", |profile, value| profile.memory_bytes = Some(value)),
    ];
    let first = ChainProfile { group: Some(6), ..ChainProfile::of(CHAIN) };
    for (field, set) in quantities {
        for value in NOT_A_QUANTITY {
            let mut told = of;
            set(&mut told, value);
            let error = refusal(&mut filled(), |inventory| inventory.report_profiles(&[first, told]));
            assert_names(&error, 1, None, Some(ChainId(9)), field, value);
        }
        for value in [0.0, -0.0, f64::MAX] {
            let mut told = of;
            set(&mut told, value);
            profile(&mut filled(), told);
        }
    }
    for value in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let told = ChainProfile { service_value: Some(value), ..of };
        let error = refusal(&mut filled(), |inventory| inventory.report_profiles(&[first, told]));
        assert_names(&error, 1, None, Some(ChainId(9)), "service_value", value.into());
        let clients = [CLIENT[0], Client { node: NodeId(1001), weight: value }];
        let told = ChainProfile { clients: &clients, ..of };
        let error = refusal(&mut filled(), |inventory| inventory.report_profiles(&[first, told]));
        assert_names(&error, 1, Some(NodeId(1001)), Some(ChainId(9)), "clients.weight", value.into());
    }
    // 1000 stands there again at the end, but 1001 does so first.
    let clients = [1000, 1001, 1001, 1000].map(|node| Client { node: NodeId(node), weight: 1.0 });
    let told = ChainProfile { clients: &clients, ..of };
    let error = refusal(&mut filled(), |inventory| inventory.report_profiles(&[first, told]));
    assert_names(&error, 1, Some(NodeId(1001)), Some(ChainId(9)), "clients.node", 1001.0);
    for weight in [f32::MIN_POSITIVE, f32::MAX] {
        let clients = [CLIENT[0], Client { node: NodeId(1001), weight }];
        profile(&mut filled(), ChainProfile { clients: &clients, service_value: Some(weight), ..of });
    }
}

#[test]
fn bandwidths() {
    let of = |bytes_per_sec| Bandwidth { from: NodeId(1), to: NodeId(2), bytes_per_sec };
    for value in NOT_A_RATE {
        let error = refusal(&mut filled(), |inventory| inventory.report_bandwidths(&[of(1.0), of(value)]));
        assert_names(&error, 1, Some(NodeId(2)), None, "bytes_per_sec", value);
    }
    filled().report_bandwidths(&[of(5e-324), of(f64::MAX)]).expect("they are rates");
}

#[test]
fn times_that_go_back() {
    let at = |now| Timestamp(now);
    let rtt = [Rtt { from: NodeId(1000), to: NodeId(1), rtt_ns: 1 }];
    let last = 5_000_000_000;
    let is_reversed = |error: &Error| match error {
        Error::TimeReversed { now, last: seen } => (*now, *seen) == (at(last - 1), at(last)),
        _ => false,
    };
    let error = refusal(&mut filled(), |inventory| inventory.report_nodes(at(last - 1), &[cpu(1, 1.0)]));
    assert!(is_reversed(&error), "{error}");
    let error = refusal(&mut filled(), |inventory| inventory.report_rtts(at(last - 1), &rtt));
    assert!(is_reversed(&error), "{error}");
    // Each kind of report is one that the other may not come before.
    let mut inventory = filled();
    inventory.report_nodes(at(last + 1), &[]).expect("it is later");
    refusal(&mut inventory, |inventory| inventory.report_rtts(at(last), &rtt));
    inventory.report_rtts(at(last + 2), &rtt).expect("it is later");
    refusal(&mut inventory, |inventory| inventory.report_nodes(at(last + 1), &[]));
    let mut inventory = filled();
    inventory.report_rtts(at(last), &rtt).expect("it is the same time");
    inventory.report_nodes(at(last), &[cpu(1, 1.0)]).expect("it is the same time");
    inventory.report_rtts(at(u64::MAX), &rtt).expect("every number is a time");
    refusal(&mut inventory, |inventory| inventory.report_nodes(at(u64::MAX - 1), &[]));
    inventory.report_nodes(at(u64::MAX), &[cpu(1, 1.0)]).expect("every number is a time");
}

#[test]
fn the_reserved_id() {
    let none = NodeId::NONE;
    let is_reserved = |error: &Error, at: Option<usize>, of: Option<ChainId>| matches!(error, Error::ReservedNode { index, chain } if (*index, *chain) == (at, of));
    let now = Timestamp(u64::MAX);
    let error = refusal(&mut filled(), |inventory| {
        inventory
            .report_nodes(now, &[cpu(1, 1.0), NodeInventory { health: Some(NodeHealth::Failed), ..cpu(u64::MAX, 1.0) }])
    });
    assert!(is_reserved(&error, Some(1), None), "{error}");
    for (from, to) in [(none, NodeId(1)), (NodeId(1), none)] {
        let rtts = [(NodeId(1000), NodeId(2)), (from, to)].map(|(from, to)| Rtt { from, to, rtt_ns: 1 });
        let error = refusal(&mut filled(), |inventory| inventory.report_rtts(now, &rtts));
        assert!(is_reserved(&error, Some(1), None), "{error}");
        let bytes_per_sec = 1.0;
        let paths = [(NodeId(1), NodeId(2)), (from, to)].map(|(from, to)| Bandwidth { from, to, bytes_per_sec });
        let error = refusal(&mut filled(), |inventory| inventory.report_bandwidths(&paths));
        assert!(is_reserved(&error, Some(1), None), "{error}");
    }
    let clients = [CLIENT[0], Client { node: none, weight: 1.0 }];
    let told = [ChainProfile::of(CHAIN), ChainProfile { clients: &clients, ..ChainProfile::of(ChainId(9)) }];
    let error = refusal(&mut filled(), |inventory| inventory.report_profiles(&told));
    assert!(is_reserved(&error, Some(1), Some(ChainId(9))), "{error}");
    let chain = ChainId(9);
    for event in [
        Event::HolderAdded { chain, node: none },
        Event::HolderRemoved { chain, node: none },
        Event::ForcePlace { chain, target: none },
    ] {
        let error = refusal(&mut filled(), |inventory| inventory.follow(&[held(CHAIN, 2), event]));
        assert!(is_reserved(&error, Some(1), Some(chain)), "{error}");
    }
    let error = refusal(&mut filled(), |inventory| inventory.follow(&[Event::DrainCancelled { node: none }]));
    assert!(is_reserved(&error, Some(0), None), "{error}");
    assert!(!filled().forget_node(none).expect("there is memory"));
}

#[test]
fn memberships() {
    let twice = [(CHAIN, vec![NodeId(2)]), (CHAIN, vec![])];
    let load = |inventory: &mut InventoryScorer, chains: &[(ChainId, Vec<NodeId>)]| {
        with_membership(chains, NodeId::NONE, |membership| inventory.load(membership))
    };
    let error = refusal(&mut filled(), |inventory| load(inventory, &twice));
    assert!(matches!(error, Error::DuplicateChain { index: 1, chain: CHAIN }), "{error}");
    let error = refusal(&mut filled(), |inventory| load(inventory, &[(CHAIN, vec![NodeId(2), NodeId(2)])]));
    assert!(matches!(error, Error::DuplicateHolder { index: 1, chain: CHAIN, node: NodeId(2) }), "{error}");
    let error = refusal(&mut filled(), |inventory| load(inventory, &[(CHAIN, vec![NodeId(2), NodeId::NONE])]));
    assert!(matches!(error, Error::ReservedNode { index: Some(1), chain: Some(CHAIN) }), "{error}");
}

/// Whatever a state says to a membership, an inventory says, too.
#[test]
fn memberships_that_a_state_refuses() {
    let mut dice = Dice::new(1);
    let mut refused = 0;
    for _ in 0..20_000 {
        let node = |dice: &mut Dice| if dice.one_in(12) { NodeId::NONE } else { NodeId(dice.throw(9) as u64) };
        let chains: Vec<ChainId> = (0..dice.throw(4)).map(|_| ChainId(dice.throw(9) as u64)).collect();
        let mut holder_offsets = vec![u64::from(dice.one_in(40))];
        for rank in 0..chains.len() {
            let step = if dice.one_in(40) { u64::MAX } else { dice.throw(4) as u64 };
            holder_offsets.push(holder_offsets[rank].wrapping_add(step));
        }
        let holder_count =
            (*holder_offsets.last().expect("there is one") as usize).min(9) + usize::from(dice.one_in(40));
        let holders: Vec<NodeId> = (0..holder_count).map(|_| node(&mut dice)).collect();
        let leaders = vec![NodeId(1); chains.len() + usize::from(dice.one_in(40))];
        holder_offsets.extend(dice.one_in(40).then_some(9));
        let membership =
            Membership { chains: &chains, leaders: &leaders, holder_offsets: &holder_offsets, holders: &holders };
        let outcome = MeshState::new().load(&membership);
        refused += u32::from(outcome.is_err());
        let words = |outcome: Result<(), Error>| outcome.map_err(|error| format!("{error:?}"));
        let taken = inventory(InventoryConfig::default()).load(&membership);
        assert_eq!(words(taken), words(outcome), "{membership:?}");
    }
    assert!((5_000..15_000).contains(&refused), "{refused} were refused");
}

fn assert_config(config: InventoryConfig, wanted: Option<(&str, ConfigValue)>) {
    match (InventoryScorer::new(config), wanted) {
        (Ok(inventory), None) => assert_eq!(inventory.config(), &config),
        (Err(Error::Config { field, value, .. }), Some(wanted)) => assert_eq!((field, value), wanted),
        (outcome, wanted) => panic!("{outcome:?} where {wanted:?} was expected: {config:?}"),
    }
    assert_eq!(config.validate().is_err(), wanted.is_some());
}

type SetConfig<T> = fn(&mut InventoryConfig, T);

#[test]
fn configs() {
    let check = |field, set: SetConfig<f32>, right: &[f32], wrong: &[f32]| {
        for (values, is_valid) in [(right, true), (wrong, false)] {
            for value in values {
                let mut config = InventoryConfig::default();
                set(&mut config, *value);
                assert_config(config, (!is_valid).then_some((field, ConfigValue::Float(*value))));
            }
        }
    };
    let (above_one, below_one) = (1.0 + f32::EPSILON, 1.0 - f32::EPSILON);
    let not_weights = [-f32::MIN_POSITIVE, 1e6 + 0.1, f32::INFINITY];
    check("headroom_weight", |config, value| config.headroom_weight = value, &[0.0, 1e6], &not_weights);
    check("proximity_weight", |config, value| config.proximity_weight = value, &[0.0, 1e6], &not_weights);
    check("zone_spread_weight", |config, value| config.zone_spread_weight = value, &[0.0, 1e6], &not_weights);
    check("colocation_weight", |config, value| config.colocation_weight = value, &[0.0, 1e6], &not_weights);
    let not_shares = [-f32::MIN_POSITIVE, above_one, f32::INFINITY];
    check("worst_share", |config, value| config.worst_share = value, &[0.0, 1.0], &not_shares);
    check("hysteresis_gap", |config, value| config.hysteresis_gap = value, &[0.0, 1.0], &not_shares);
    check("headroom_epsilon", |config, value| config.headroom_epsilon = Some(value), &[0.0, 1.0], &not_shares);
    check("proximity_epsilon", |config, value| config.proximity_epsilon = Some(value), &[0.0, 1.0], &not_shares);
    check("comfortable_use", |config, value| config.comfortable_use = value, &[0.0, below_one], &[-1e-9, 1.0]);
    check("capacity_reserve", |config, value| config.capacity_reserve = value, &[0.0, below_one], &[-1e-9, 1.0]);
    check("rtt_weight_max", |config, value| config.rtt_weight_max = value, &[1e-30, 1.0], &[0.0, -0.1, above_one]);
    let no_weight = InventoryConfig {
        headroom_weight: 0.0,
        proximity_weight: 0.0,
        zone_spread_weight: 0.0,
        colocation_weight: 0.0,
        ..InventoryConfig::default()
    };
    assert_config(no_weight, Some(("headroom_weight", ConfigValue::Float(0.0))));
    assert_config(InventoryConfig { colocation_weight: 1e-30, ..no_weight }, None);
    let of = InventoryConfig::default();
    assert_config(InventoryConfig { rtt_half_ns: 0, ..of }, Some(("rtt_half", ConfigValue::Integer(0))));
    assert_config(InventoryConfig { rtt_half_ns: 1, load_half_life_ns: 0, rtt_half_life_ns: u64::MAX, ..of }, None);
}

#[test]
fn configs_with_amounts() {
    let of = InventoryConfig::default();
    let quantities: [(&str, SetConfig<f64>); 2] = [
        ("fallback_size_bytes", |config, value| config.fallback_size_bytes = value),
        ("serialisation_bytes_per_sec", |config, value| config.serialisation_bytes_per_sec = value),
    ];
    for (field, set) in quantities {
        for (value, is_valid) in [(0.0, true), (f64::MAX, true), (-1.0, false), (f64::INFINITY, false)] {
            let mut config = of;
            set(&mut config, value);
            assert_config(config, (!is_valid).then_some((field, ConfigValue::Double(value))));
        }
    }
    for (value, is_valid) in [(5e-324, true), (f64::MAX, true), (0.0, false), (-1.0, false), (f64::INFINITY, false)] {
        let wanted = (!is_valid).then_some(("fallback_bandwidth_bytes_per_sec", ConfigValue::Double(value)));
        assert_config(InventoryConfig { fallback_bandwidth_bytes_per_sec: value, ..of }, wanted);
    }
    // NaN is in no range.
    for config in [
        InventoryConfig { headroom_weight: f32::NAN, ..of },
        InventoryConfig { worst_share: f32::NAN, ..of },
        InventoryConfig { comfortable_use: f32::NAN, ..of },
        InventoryConfig { rtt_weight_max: f32::NAN, ..of },
        InventoryConfig { headroom_epsilon: Some(f32::NAN), ..of },
        InventoryConfig { fallback_size_bytes: f64::NAN, ..of },
    ] {
        assert!(config.validate().is_err(), "{config:?}");
    }
    // The first at fault is named, in the order of the struct.
    let two = InventoryConfig { fallback_size_bytes: -1.0, capacity_reserve: 1.0, ..of };
    assert_config(two, Some(("capacity_reserve", ConfigValue::Float(1.0))));
}
