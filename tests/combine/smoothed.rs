//! How a mean follows, what it does not depend on, and what a scheduler makes of it.

use driftline::{
    Action, Alternative, ChainId, Event, FingerprintMode, LocalScheduler, MeshState, NodeId, PlacementScorer,
    SchedulerConfig, SmoothedScorer, Timestamp,
};

use crate::table::{Dice, Table};

const CHAIN: ChainId = ChainId(7);
const SECOND: u64 = 1_000_000_000;
const HALF_LIFE: u64 = 60 * SECOND;

fn smoothed(table: &Table) -> SmoothedScorer {
    SmoothedScorer::new(table.boxed(), HALF_LIFE).expect("it is valid")
}

fn score_at(scorer: &SmoothedScorer, now: u64) -> f32 {
    scorer.begin(Timestamp(now));
    scorer.score(CHAIN, NodeId(0)).expect("it answers").expect("it has an opinion")
}

fn set(table: &Table, score: f32) {
    let mut answers = table.answers();
    answers.scores[0] = Some(score);
    if let Some(fingerprint) = &mut answers.fingerprints[0] {
        *fingerprint += 1;
    }
}

#[track_caller]
fn assert_near(found: f32, expected: f64) {
    assert!((f64::from(found) - expected).abs() < 1e-6, "{found} is not {expected}");
}

/// The formula, with fingerprints and without.
#[test]
fn an_observation_counts_by_the_time_since_the_last() {
    for fingerprint in [None, Some(1)] {
        let table = Table::of(&[0.8]);
        table.answers().fingerprints[0] = fingerprint;
        let scorer = smoothed(&table);
        let mut expected = f64::from(0.8_f32);
        assert_eq!(score_at(&scorer, 1000 * SECOND), 0.8, "the first as it is");
        let (mut now, mut dice) = (1000 * SECOND, Dice(3));
        for _ in 0..200 {
            let (step, score) = (dice.roll(100 * SECOND), dice.roll(1000) as f32 / 1000.0 + 0.001);
            now += step;
            set(&table, score.min(1.0));
            let weight = 1.0 - (-(step as f64) / HALF_LIFE as f64).exp2();
            expected += weight * (f64::from(score.min(1.0)) - expected);
            assert_near(score_at(&scorer, now), expected);
            let live = scorer.live_score(CHAIN, NodeId(0)).expect("it answers");
            assert_near(live.expect("it has an opinion"), expected);
        }
    }
}

/// The same value may be said any number of times on its way to a moment, whether fingerprints tell that it is the same
/// or not, and whether they move for nothing.
#[test]
fn saying_the_same_in_between_changes_nothing() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let tables = [Table::of(&[0.5]), Table::of(&[0.5])];
        let kind = dice.roll(3);
        if kind == 0 {
            tables.iter().for_each(|table| table.answers().fingerprints[0] = None);
        }
        let [talkative, silent] = tables.each_ref().map(smoothed);
        let mut now = dice.roll(1 << 40);
        assert_eq!(score_at(&talkative, now), score_at(&silent, now));
        for _ in 0..20 {
            let score = (dice.roll(1000) as f32 + 1.0) / 1000.0;
            tables.iter().for_each(|table| set(table, score));
            for _ in 0..dice.roll(6) {
                now += dice.roll(40 * SECOND);
                score_at(&talkative, now);
                if kind == 1 {
                    set(&tables[0], score);
                }
            }
            now += dice.roll(40 * SECOND);
            assert_near(score_at(&talkative, now), f64::from(score_at(&silent, now)));
            if kind == 2 {
                // From here on the two differ in when they have heard of this value first, which fingerprints tell.
                break;
            }
        }
    }
}

/// Who asks, how often and when makes no difference, to the bit, where fingerprints tell that nothing has changed.
#[test]
fn asking_changes_nothing() {
    for seed in 0..300 {
        let mut dice = Dice(seed);
        let tables = [Table::of(&[0.5]), Table::of(&[0.5])];
        let [curious, other] = tables.each_ref().map(smoothed);
        let mut now = dice.roll(1 << 40);
        for _ in 0..20 {
            let score = (dice.roll(1000) as f32 + 1.0) / 1000.0;
            tables.iter().for_each(|table| set(table, score));
            assert_eq!(score_at(&curious, now).to_bits(), score_at(&other, now).to_bits(), "seed {seed}");
            for _ in 0..dice.roll(5) {
                now += dice.roll(30 * SECOND);
                score_at(&curious, now);
                score_at(&curious, now);
                curious.live_score(CHAIN, NodeId(0)).expect("it answers");
                curious.best_alternative(CHAIN, &[]).expect("it answers");
            }
            now += dice.roll(30 * SECOND);
        }
    }
}

/// A score that stays is the mean in the end, though no fingerprint moves any more.
#[test]
fn a_mean_arrives() {
    let table = Table::of(&[0.9]);
    let scorer = smoothed(&table);
    score_at(&scorer, 0);
    set(&table, 0.1);
    let first = f64::from(score_at(&scorer, HALF_LIFE / 2));
    for half_lives in 1..15_u32 {
        let rest = (first - 0.1) * 0.5_f64.powi(half_lives as i32);
        let now = HALF_LIFE / 2 + u64::from(half_lives) * HALF_LIFE;
        assert_near(score_at(&scorer, now), 0.1 + rest);
    }
}

/// Fingerprints that miss something are no excuse: the score itself says that it is another one.
#[test]
fn a_score_that_moves_without_its_fingerprint_is_observed() {
    let table = Table::of(&[0.8]);
    let scorer = smoothed(&table);
    score_at(&scorer, 0);
    table.answers().scores[0] = Some(0.4);
    assert_near(score_at(&scorer, HALF_LIFE), 0.6);
    table.answers().scores[0] = Some(0.8);
    assert_near(score_at(&scorer, 2 * HALF_LIFE), 0.7);
}

#[test]
fn zero_and_silence_are_answered_at_once_and_leave_the_mean() {
    let table = Table::of(&[0.8]);
    let scorer = smoothed(&table);
    score_at(&scorer, 0);
    for (score, answer) in [
        (Some(0.0), Some(0.0)),
        (Some(-2.0), Some(0.0)),
        (None, None),
        (Some(f32::NAN), None),
        (Some(f32::NEG_INFINITY), None),
    ] {
        table.answers().scores[0] = score;
        scorer.begin(Timestamp(SECOND));
        assert_eq!(scorer.score(CHAIN, NodeId(0)).expect("it answers"), answer);
        assert_eq!(scorer.best_alternative(CHAIN, &[]).expect("it answers"), None);
    }
    table.answers().scores[0] = Some(0.4);
    assert_near(score_at(&scorer, HALF_LIFE), 0.6);
    table.answers().scores[0] = Some(7.0);
    assert_near(score_at(&scorer, 2 * HALF_LIFE), 0.8);
}

#[test]
fn before_the_first_begin_there_is_no_time() {
    let table = Table::of(&[0.8, 0.7]);
    let scorer = smoothed(&table);
    for score in [0.8, 0.2, 0.5] {
        set(&table, score);
        assert_eq!(scorer.score(CHAIN, NodeId(0)).expect("it answers"), Some(score));
        assert_eq!(scorer.live_score(CHAIN, NodeId(0)).expect("it answers"), Some(score));
    }
    let best = scorer.best_alternative(CHAIN, &[]).expect("it answers");
    assert_eq!(best, Some(Alternative { node: NodeId(1), score: 0.7 }));
    assert_eq!(score_at(&scorer, 5), 0.5, "nothing was remembered");
}

/// An earlier time is no time: nothing counts for it, and nothing is lost.
#[test]
fn time_that_goes_back_is_no_time_passed() {
    let table = Table::of(&[0.8]);
    let scorer = smoothed(&table);
    score_at(&scorer, 10 * HALF_LIFE);
    set(&table, 0.4);
    assert_eq!(score_at(&scorer, 9 * HALF_LIFE), 0.8);
    assert_near(score_at(&scorer, 11 * HALF_LIFE), 0.6);
    set(&table, 1.0);
    assert_near(score_at(&scorer, u64::MAX), 1.0);
}

/// Nobody is remembered whom nobody asks about.
#[test]
fn after_sixteen_half_lives_a_pair_is_forgotten() {
    for (half_lives, expected) in [(16, 0.4 + 0.4 / 65536.0), (17, 0.4)] {
        let table = Table::of(&[0.8]);
        let scorer = smoothed(&table);
        score_at(&scorer, HALF_LIFE);
        set(&table, 0.4);
        let found = score_at(&scorer, (1 + half_lives) * HALF_LIFE);
        assert!((f64::from(found) - expected).abs() < 1e-7, "{found} {expected}");
    }
    // One that is asked about lives on, though it was not observed for long.
    let table = Table::of(&[0.8]);
    let scorer = smoothed(&table);
    (1..40).for_each(|half_lives| assert_eq!(score_at(&scorer, half_lives * HALF_LIFE), 0.8));
    set(&table, 0.4);
    let found = score_at(&scorer, 41 * HALF_LIFE);
    assert!((f64::from(found) - 0.4).abs() < 1e-6, "{found}");
}

/// Candidates are put in the order of their means, and one that shone for a moment shines less and less.
#[test]
fn alternatives_are_ranked_by_their_means() {
    let table = Table::of(&[0.5, 0.7, 0.6, 0.6, 0.0]);
    let scorer = smoothed(&table);
    let ranked_at = |now: u64, limit: usize| {
        scorer.begin(Timestamp(now));
        let mut found = Vec::new();
        scorer.alternatives(CHAIN, &[NodeId(0)], limit, &mut found).expect("it answers");
        found.iter().map(|found| (found.node.0, found.score)).collect::<Vec<_>>()
    };
    assert_eq!(ranked_at(0, 9), [(1, 0.7), (2, 0.6), (3, 0.6)], "ties to the lower node, and 0 is no home");
    table.answers().scores = [0.5, 0.7, 0.6, 0.9, 0.0].map(Some).to_vec();
    let ranked = ranked_at(HALF_LIFE / 4, 9);
    assert_eq!(ranked.iter().map(|found| found.0).collect::<Vec<_>>(), [1, 3, 2], "a moment does not decide");
    assert_eq!(ranked_at(HALF_LIFE / 4, 1)[0].0, 1, "nor where only one is wanted");
    assert_near(ranked[1].1, 0.9 - 0.3 * 0.25_f64.exp2().recip());
    assert_eq!(ranked_at(2 * HALF_LIFE, 1)[0].0, 3, "but in the end what lasts does");
    let best = scorer.best_alternative(CHAIN, &[NodeId(0), NodeId(3)]).expect("it answers");
    assert_eq!(best, Some(Alternative { node: NodeId(1), score: 0.7 }));
    // What was listed is what is answered when the candidate has become a holder.
    let listed = ranked_at(2 * HALF_LIFE, 9)[0];
    let held = scorer.score(CHAIN, NodeId(listed.0)).expect("it answers");
    assert_eq!(held, Some(listed.1));
}

fn world(table: &Table, mode: FingerprintMode) -> (MeshState, LocalScheduler) {
    let mut state = MeshState::new();
    let added = Event::HolderAdded { chain: CHAIN, node: NodeId(0) };
    state.apply(&[added, Event::LeaderSet { chain: CHAIN, node: NodeId(1) }]).expect("the events are valid");
    let config = SchedulerConfig {
        decision_interval_ns: 10 * SECOND,
        fingerprint_mode: mode,
        cooldown_ns: 0,
        ..SchedulerConfig::default()
    };
    let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(smoothed(table)));
    (state, scheduler)
}

/// A node that becomes bad and stays so, whose fingerprint moves once and then rests, is found by the backstop, when
/// its mean is under the floor and not before.
#[test]
fn a_backstop_finds_what_fingerprints_have_stopped_to_tell() {
    for mode in [FingerprintMode::Poll, FingerprintMode::Push] {
        let table = Table::of(&[0.9, 0.9]);
        let (mut state, mut scheduler) = world(&table, mode);
        let mut evicted_at = None;
        for tick in 0..60 {
            let now = tick * SECOND;
            if tick == 5 {
                set(&table, 0.2);
                state.apply(&[Event::NodeTouched { node: NodeId(0) }]).expect("the event is valid");
            }
            let actions = &scheduler.tick(&mut state, Timestamp(now)).expect("it answers").actions;
            if matches!(actions[..], [Action::Evict(_)]) {
                evicted_at = evicted_at.or(Some(tick));
            }
        }
        // From 0.9 towards 0.2 it is 0.48 of the way left under 0.5: 0.43 of it at 73 s after the first observation.
        assert_eq!(evicted_at, None, "{mode:?}");
        let mut now = 60;
        while evicted_at.is_none() {
            let actions = &scheduler.tick(&mut state, Timestamp(now * SECOND)).expect("it answers").actions;
            evicted_at = matches!(actions[..], [Action::Evict(_)]).then_some(now);
            now += 1;
            assert!(now < 100, "{mode:?}: it is never found");
        }
        assert!((73..=85).contains(&evicted_at.expect("it was found")), "{mode:?}: at {evicted_at:?}");
    }
}

/// A spike between two ordinary values does not evict anybody.
#[test]
fn a_moment_does_not_evict() {
    let table = Table::of(&[0.9, 0.9]);
    let (mut state, mut scheduler) = world(&table, FingerprintMode::Poll);
    for tick in 0..120 {
        set(&table, if tick % 40 == 30 { 0.05 } else { 0.9 });
        let actions = &scheduler.tick(&mut state, Timestamp(tick * SECOND)).expect("it answers").actions;
        assert!(actions.is_empty(), "at {tick}: {actions:?}");
    }
}
