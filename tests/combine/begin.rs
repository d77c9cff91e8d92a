//! A scorer is told the time before it is asked anything.

use driftline::{
    BoxedScorer, Cached, ChainId, Error, Event, Gate, LocalScheduler, MeshState, Minimum, NodeId, OnScorerError,
    OverridePerChain, SchedulerConfig, ScoreSnapshot, ScorerError, ScorerMethod, SmoothedScorer, SnapshotScorer,
    Timestamp, WeightedSum, diff_scheduler,
};

use crate::table::Table;

fn world(scorer: &Table, on_scorer_error: OnScorerError) -> (MeshState, LocalScheduler) {
    let mut state = MeshState::new();
    let chain = ChainId(7);
    let added = Event::HolderAdded { chain, node: NodeId(2) };
    state.apply(&[added, Event::LeaderSet { chain, node: NodeId(1) }]).expect("the events are valid");
    let config = SchedulerConfig { on_scorer_error, ..SchedulerConfig::default() };
    let mut scheduler = LocalScheduler::new(NodeId(1), config).expect("the config is valid");
    scheduler.registry_mut().install(scorer.boxed());
    (state, scheduler)
}

#[test]
fn every_call_begins_once_and_first() {
    let table = Table::of(&[0.9; 5]);
    let (mut state, mut scheduler) = world(&table, OnScorerError::Abort);
    scheduler.tick(&mut state, Timestamp(10)).expect("it answers");
    assert_eq!(table.asked().log, ["begin 10", "fingerprint 2", "score 7 2"]);
    scheduler.sample(&state, Timestamp(20)).expect("it answers");
    assert_eq!(table.asked().log, ["begin 20", "fingerprint 2"]);
    scheduler.decide(&state, Timestamp(30)).expect("it answers");
    assert_eq!(table.asked().log, ["begin 30"]);
    let config = SchedulerConfig::default();
    diff_scheduler(&state, &table, &config, NodeId(1), Timestamp(40), &[]).expect("it answers");
    assert_eq!(table.asked().log, ["begin 40", "score 7 2"]);
    let snapshot = ScoreSnapshot::default();
    let scorer = SnapshotScorer::new(&snapshot, &table);
    diff_scheduler(&state, &scorer, &config, NodeId(1), Timestamp(50), &[]).expect("it answers");
    assert_eq!(table.asked().log, ["begin 50"]);
    // What is refused before anything is asked does not begin.
    scheduler.tick(&mut state, Timestamp(10)).expect_err("time went back");
    diff_scheduler(&state, &table, &config, NodeId::NONE, Timestamp(60), &[]).expect_err("the id is reserved");
    assert_eq!(table.asked().log.len(), 0);
}

/// No policy skips it: without the time nobody can be asked.
#[test]
fn a_panic_there_ends_the_call_and_nothing_is_lost() {
    for policy in [OnScorerError::Abort, OnScorerError::SkipChain] {
        let table = Table::of(&[0.9; 5]);
        let (mut state, mut scheduler) = world(&table, policy);
        table.answers().panics_in_begin = true;
        let config = *scheduler.config();
        let outcomes = [
            scheduler.decide(&state, Timestamp(10)).err(),
            scheduler.sample(&state, Timestamp(10)).err(),
            scheduler.tick(&mut state, Timestamp(10)).err(),
            diff_scheduler(&state, &table, &config, NodeId(1), Timestamp(10), &[]).err(),
        ];
        for outcome in outcomes {
            let Some(Error::Scorer { method, chain, node, source }) = outcome else { panic!("{outcome:?}") };
            assert_eq!((method, method.name(), chain, node), (ScorerMethod::Begin, "begin", None, None));
            assert_eq!(source.code(), ScorerError::PANIC);
            assert!(source.to_string().contains("no time for this"), "{source}");
        }
        assert_eq!(table.asked().log, ["begin 10"; 4], "nothing else was asked");
        table.answers().panics_in_begin = false;
        let report = &scheduler.tick(&mut state, Timestamp(10)).expect("it answers").report;
        assert_eq!((report.new, report.rescored), (1, 1), "the next tick is as good as if nothing had happened");
    }
}

#[test]
fn all_parts_are_told() {
    let tables = [0, 1, 2].map(|_| Table::of(&[0.9]));
    let part = |index: usize| tables[index].boxed();
    let scorers: Vec<(BoxedScorer, usize)> = vec![
        (Box::new(WeightedSum::new(vec![(part(0), 1.0), (part(1), 1.0), (part(2), 1.0)]).expect("it is valid")), 3),
        (Box::new(Minimum::new(vec![part(0), part(1), part(2)]).expect("it is valid")), 3),
        (Box::new(Gate::new(part(0), part(1), 0.5).expect("it is valid")), 2),
        (Box::new(OverridePerChain::new(part(0), vec![(part(1), vec![]), (part(2), vec![])]).expect("it is valid")), 3),
        (Box::new(Cached::new(part(0), 9).expect("it is valid")), 1),
        (Box::new(SmoothedScorer::new(part(0), 9).expect("it is valid")), 1),
    ];
    for (scorer, parts) in scorers {
        scorer.begin(Timestamp(3));
        for table in &tables[..parts] {
            assert_eq!(table.asked().log, ["begin 3"]);
        }
    }
}
