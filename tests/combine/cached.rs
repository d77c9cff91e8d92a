//! What is remembered, for how long, and what it saves.

use driftline::{
    Cached, ChainId, Event, LocalScheduler, MeshState, NodeId, PlacementScorer, SchedulerConfig, ScorerError, Timestamp,
};

use crate::table::{Dice, Table};

const CHAIN: ChainId = ChainId(7);

fn cached(table: &Table, capacity: usize) -> Cached {
    Cached::new(table.boxed(), capacity).expect("it is valid")
}

fn score(scorer: &Cached, node: u64) -> Option<f32> {
    scorer.score(CHAIN, NodeId(node)).expect("it answers")
}

#[test]
fn a_score_is_asked_for_once_until_a_fingerprint_moves() {
    let table = Table::of(&[0.9, 0.8]);
    let scorer = cached(&table, 100);
    for now in 0..5 {
        scorer.begin(Timestamp(now));
        assert_eq!((score(&scorer, 0), score(&scorer, 1), score(&scorer, 0)), (Some(0.9), Some(0.8), Some(0.9)));
    }
    let asked = table.asked();
    assert_eq!((asked.scores, asked.node_fingerprints), (2, 10), "fingerprints once a begin and node");
    table.answers().scores = vec![Some(0.5), Some(0.4)];
    table.answers().fingerprints[1] = Some(2);
    assert_eq!(score(&scorer, 1), Some(0.8), "as of the last begin");
    scorer.begin(Timestamp(5));
    assert_eq!((score(&scorer, 0), score(&scorer, 1)), (Some(0.9), Some(0.4)), "fingerprints are believed");
    assert_eq!(table.asked().scores, 1);
    // The chain's counts as well, from the moment on that there is one.
    for fingerprint in [Some(0), Some(1), Some(1), None, None] {
        table.answers().chain_fingerprint = Some(fingerprint);
        scorer.begin(Timestamp(6));
        score(&scorer, 0);
    }
    assert_eq!(table.asked().scores, 3, "0 is what it was without; 1 is new, and None is always");
    // Back to a fingerprint that was remembered before it could not say.
    table.answers().chain_fingerprint = Some(Some(1));
    scorer.begin(Timestamp(7));
    assert_eq!((score(&scorer, 0), table.asked().scores), (Some(0.5), 0));
}

#[test]
fn who_cannot_say_is_asked_each_time() {
    let table = Table::of(&[0.9]);
    table.answers().fingerprints[0] = None;
    let scorer = cached(&table, 100);
    for now in 0..3 {
        scorer.begin(Timestamp(now));
        assert_eq!((score(&scorer, 0), score(&scorer, 0)), (Some(0.9), Some(0.9)));
    }
    assert_eq!(table.asked().scores, 6);
    // A fingerprint that fails is one that cannot say, and no failure of the score.
    table.answers().fingerprints[0] = Some(1);
    table.answers().fails_fingerprints = true;
    scorer.begin(Timestamp(3));
    assert_eq!((score(&scorer, 0), score(&scorer, 0), table.asked().scores), (Some(0.9), Some(0.9), 2));
    assert!(scorer.node_fingerprint(NodeId(0)).is_err(), "whoever asks for it is told");
}

/// Without a `begin` it is asked each time whether something has moved, so nothing can be missed.
#[test]
fn without_a_begin_nothing_is_missed() {
    let table = Table::of(&[0.9]);
    let scorer = cached(&table, 100);
    for step in 0..4 {
        table.answers().fingerprints[0] = Some(step / 2);
        table.answers().scores[0] = Some(step as f32 / 10.0);
        assert_eq!(score(&scorer, 0), Some((step / 2 * 2) as f32 / 10.0));
    }
    let asked = table.asked();
    assert_eq!((asked.scores, asked.node_fingerprints), (2, 4));
}

/// Full, it forgets the half that it came to know first, and no more.
#[test]
fn it_is_bounded_and_forgets_the_oldest_half() {
    for capacity in [1_u64, 2, 3, 8, 9] {
        let table = Table::of(&[0.9; 20]);
        let scorer = cached(&table, capacity as usize);
        scorer.begin(Timestamp(0));
        for node in (0..capacity).chain(0..capacity) {
            score(&scorer, node);
        }
        assert_eq!(table.asked().scores as u64, capacity, "all of them have room");
        score(&scorer, 19);
        let forgotten = capacity - capacity / 2;
        assert_eq!(table.asked().scores, 1);
        for node in (forgotten..capacity).chain([19]) {
            score(&scorer, node);
        }
        assert_eq!(table.asked().scores, 0, "the younger half is still known");
        score(&scorer, forgotten - 1);
        assert_eq!(table.asked().scores, 1, "the older is not");
    }
}

#[test]
fn what_failed_is_not_remembered_and_costs_nobody_else_anything() {
    let table = Table::of(&[0.9, 0.8, 0.7]);
    let scorer = cached(&table, 100);
    scorer.begin(Timestamp(0));
    assert_eq!(score(&scorer, 2), Some(0.7));
    table.answers().failing = vec![(7, 1)];
    table.answers().code = -5;
    let pairs = [2, 0, 1, 2].map(|node| (CHAIN, NodeId(node)));
    let mut out = [None; 4];
    let error = scorer.score_many(&pairs, &mut out).expect_err("one fails");
    assert_eq!((error.code(), error.index(), out), (-5, Some(2), [Some(0.7), Some(0.9), None, None]));
    assert_eq!(scorer.score(CHAIN, NodeId(1)).expect_err("it fails").code(), -5);
    table.answers().failing.clear();
    table.asked();
    assert_eq!((score(&scorer, 1), score(&scorer, 0), table.asked().scores), (Some(0.8), Some(0.9), 1));
}

/// A panic is a failure, and what was remembered before it still is.
#[test]
fn a_panic_takes_nothing_with_it() {
    struct Panics(Table);
    impl PlacementScorer for Panics {
        fn score(&self, chain: ChainId, node: NodeId) -> driftline::ScorerResult<Option<f32>> {
            assert!(node != NodeId(1), "not this one");
            self.0.score(chain, node)
        }
        fn best_alternative(
            &self,
            _: ChainId,
            _: &[NodeId],
        ) -> driftline::ScorerResult<Option<driftline::Alternative>> {
            Ok(None)
        }
        fn node_fingerprint(&self, _: NodeId) -> driftline::ScorerResult<Option<u64>> {
            Ok(Some(1))
        }
    }
    let table = Table::of(&[0.9; 3]);
    let scorer = Cached::new(Box::new(Panics(table.clone())), 9).expect("it is valid");
    scorer.begin(Timestamp(0));
    score(&scorer, 0);
    assert_eq!(scorer.score(CHAIN, NodeId(1)).expect_err("it panics").code(), ScorerError::PANIC);
    score(&scorer, 0);
    assert_eq!(table.asked().scores, 1);
}

/// Whatever is asked in whatever order, with fingerprints that tell the truth: the answers are the inner scorer's.
#[test]
fn it_answers_as_the_inner_scorer_does() {
    let mut saved = 0;
    for seed in 0..400 {
        let mut dice = Dice(seed);
        let table = Table::of(&[0.5; 12]);
        table.answers().chain_fingerprint = [None, Some(Some(1)), Some(None)][dice.roll(3) as usize];
        let scorer = cached(&table, 1 + dice.roll(30) as usize);
        let begins = dice.roll(3) > 0;
        for now in 0..60 {
            if begins {
                scorer.begin(Timestamp(now));
            }
            for _ in 0..1 + dice.roll(3) {
                let pairs: Vec<_> = (0..dice.roll(9)).map(|_| (ChainId(dice.roll(3)), NodeId(dice.roll(12)))).collect();
                let (mut found, mut expected) = (vec![None; pairs.len()], vec![None; pairs.len()]);
                table.asked();
                scorer.score_many(&pairs, &mut found).expect("it answers");
                saved += pairs.len() - table.asked().scores;
                table.score_many(&pairs, &mut expected).expect("it answers");
                assert_eq!(found, expected, "seed {seed}");
            }
            let node = dice.roll(12) as usize;
            let mut answers = table.answers();
            match (dice.roll(5), answers.fingerprints[node]) {
                (0, _) => answers.fingerprints[node] = None,
                (1, Some(fingerprint)) => answers.fingerprints[node] = Some(fingerprint + 1),
                (2, None) => answers.fingerprints[node] = Some(100 + now),
                _ => continue,
            }
            answers.scores[node] = Some(dice.roll(100) as f32 / 100.0);
        }
    }
    assert!(saved > 10_000, "{saved} questions were saved");
}

/// A backstop asks the scheduler's scorer again, and the inner one only where something has moved.
#[test]
fn a_scheduler_polls_fingerprints_for_both() {
    let table = Table::of(&[0.9; 3]);
    let mut state = MeshState::new();
    let added = [0, 1, 2].map(|node| Event::HolderAdded { chain: CHAIN, node: NodeId(node) });
    state.apply(&added).expect("the events are valid");
    state.apply(&[Event::LeaderSet { chain: CHAIN, node: NodeId(1) }]).expect("the events are valid");
    let mut scheduler = LocalScheduler::new(NodeId(1), SchedulerConfig::default()).expect("the config is valid");
    scheduler.registry_mut().install(Box::new(cached(&table, 100)));
    for tick in 0..10 {
        let report = &scheduler.tick(&mut state, Timestamp(tick * 30_000_000_000)).expect("it answers").report;
        assert_eq!(report.rescored, 1, "each time by the backstop");
    }
    let asked = table.asked();
    assert_eq!((asked.scores, asked.node_fingerprints), (3, 30));
}
