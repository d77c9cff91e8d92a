//! Means in event time: what counts is when something was reported, not how often.

use driftline::{ChainProfile, InventoryConfig, InventoryScorer, NodeInventory};

use crate::dice::Dice;
use crate::small::{
    CHAIN, CLIENT, cpu, exact, follow, headroom, held, inventory, measure, profile, proximity, report, score,
};

const TOLERANCE: f32 = 1e-6;

fn smoothed(half_life_s: u64) -> InventoryScorer {
    let half_life_ns = half_life_s * 1_000_000_000;
    let config = InventoryConfig {
        load_half_life_ns: half_life_ns,
        rtt_half_life_ns: half_life_ns,
        rtt_weight_max: 1.0,
        ..exact()
    };
    let mut inventory = inventory(config);
    follow(&mut inventory, &[held(CHAIN, 1)]);
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
    inventory
}

/// Says an amount and a time of the same size, so that headroom and proximity are about one and the same mean.
fn say(inventory: &mut InventoryScorer, at_s: u64, share_in_use: f64) {
    report(inventory, at_s, &[cpu(1, 64.0 * share_in_use)]);
    measure(inventory, at_s, 1, (3.0 / (1.0 - share_in_use) - 3.0).round() as u64);
}

fn means(inventory: &InventoryScorer) -> [f32; 2] {
    [headroom(inventory, CHAIN, 1), proximity(inventory, CHAIN, 1)]
}

#[track_caller]
fn assert_means(inventory: &InventoryScorer, wanted: f32) {
    for mean in means(inventory) {
        assert!((mean - wanted).abs() < TOLERANCE, "{mean} is not {wanted}");
    }
}

#[test]
fn the_first_report_is_the_mean_and_half_of_a_change_arrives_in_a_half_life() {
    let mut inventory = smoothed(100);
    say(&mut inventory, 10, 0.0);
    assert_means(&inventory, 1.0);
    // What is said at the same instant has no weight.
    say(&mut inventory, 10, 0.75);
    assert_means(&inventory, 1.0);
    say(&mut inventory, 110, 0.75);
    assert_means(&inventory, 0.625);
    say(&mut inventory, 310, 0.0);
    assert_means(&inventory, 1.0 - 0.375 / 4.0);
    say(&mut inventory, 10_000_000, 0.75);
    assert_means(&inventory, 0.25);
}

#[test]
fn without_a_half_life_the_latest_report_counts() {
    let mut inventory = smoothed(0);
    for share in [0.0, 0.75, 0.5, 0.0] {
        say(&mut inventory, 10, share);
        assert_means(&inventory, 1.0 - share as f32);
    }
}

/// The bound on the weight of one report is for means; where nothing is smoothed there is none.
#[test]
fn one_round_trip_time_counts_for_no_more_than_its_greatest_weight() {
    let limited = InventoryConfig { rtt_half_life_ns: 100_000_000_000, rtt_weight_max: 0.25, ..exact() };
    for (elapsed_s, weight) in [(0, 0.0), (10, 1.0 - 0.933_033), (41, 1.0 - 0.752_623), (42, 0.25), (1_000_000, 0.25)] {
        let mut inventory = inventory(limited);
        follow(&mut inventory, &[held(CHAIN, 1)]);
        profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
        measure(&mut inventory, 0, 1, 0);
        measure(&mut inventory, elapsed_s, 1, 9);
        let mean = proximity(&inventory, CHAIN, 1);
        assert!((mean - (1.0 - 0.75 * weight)).abs() < TOLERANCE, "{mean} after {elapsed_s} s");
    }
    let mut inventory = inventory(InventoryConfig { rtt_weight_max: 0.25, ..exact() });
    profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
    measure(&mut inventory, 0, 1, 0);
    measure(&mut inventory, 0, 1, 9);
    assert_eq!(proximity(&inventory, CHAIN, 1), 0.25);
}

#[test]
fn how_often_the_same_is_said_changes_nothing() {
    let mut dice = Dice::new(3);
    for _ in 0..50 {
        let (mut often, mut once) = (smoothed(100), smoothed(100));
        let mut now_s = 0;
        [&mut often, &mut once].into_iter().for_each(|inventory| say(inventory, 0, 0.5));
        for _ in 0..20 {
            let share = dice.of(&[0.0, 0.25, 0.5, 0.625, 0.75]);
            let until_s = now_s + dice.throw(300) as u64;
            say(&mut once, until_s, share);
            while now_s < until_s && !dice.one_in(30) {
                now_s = (now_s + dice.throw(20) as u64).min(until_s);
                say(&mut often, now_s, share);
            }
            now_s = until_s;
            say(&mut often, now_s, share);
            for (often, once) in means(&often).into_iter().zip(means(&once)) {
                assert!((often - once).abs() < TOLERANCE, "{often} and {once}");
            }
        }
    }
}

/// Each resource and each path has its own time, whatever else is reported meanwhile, and however often anybody asks.
#[test]
fn what_else_happens_changes_no_mean() {
    let (mut busy, mut quiet) = (smoothed(100), smoothed(100));
    for inventory in [&mut busy, &mut quiet] {
        say(inventory, 0, 0.0);
    }
    for at_s in 1..50 {
        report(&mut busy, at_s, &[cpu(2, 64.0), NodeInventory { cpu_use_cores: None, ..cpu(1, 0.0) }]);
        let disk = NodeInventory { disk_capacity_bytes: Some(9.0), disk_use_bytes: Some(0.0), ..cpu(2, 1.0) };
        report(&mut busy, at_s, &[NodeInventory { node: driftline::NodeId(1), cpu_use_cores: None, ..disk }]);
        measure(&mut busy, at_s, 2, 100);
        assert!(score(&busy, CHAIN, 1).is_some());
    }
    for inventory in [&mut busy, &mut quiet] {
        say(inventory, 100, 0.75);
        assert_means(inventory, 0.625);
    }
}

/// A mean of times would be spoilt for hours; a mean of proximities takes it for one report that says "far".
#[test]
fn an_outlier_is_one_report() {
    let config = InventoryConfig { rtt_half_ns: 100_000_000, ..InventoryConfig::default() };
    for outlier_ns in [10_000_000_000, 90_000_000_000, u64::MAX] {
        let mut inventory = inventory(config);
        profile(&mut inventory, ChainProfile { clients: CLIENT, ..ChainProfile::of(CHAIN) });
        (0..20).for_each(|tick| measure(&mut inventory, tick * 10, 1, 100_000_000));
        let usual = proximity(&inventory, CHAIN, 1);
        measure(&mut inventory, 200, 1, outlier_ns);
        assert!(proximity(&inventory, CHAIN, 1) > 0.9 * usual);
        measure(&mut inventory, 300, 1, 100_000_000);
        assert!(proximity(&inventory, CHAIN, 1) > 0.95 * usual);
    }
}
