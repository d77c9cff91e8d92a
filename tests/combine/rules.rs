//! What single scores, fingerprints and costs come to, and what is refused.

use driftline::{
    Cached, ChainId, ConfigValue, Error, Gate, MigrationCost, Minimum, NodeId, OverridePerChain, PlacementScorer,
    SmoothedScorer, WeightedSum,
};

use crate::table::{Answers, Table};

const CHAIN: ChainId = ChainId(7);

fn sum(parts: &[(&Table, f32)]) -> WeightedSum {
    let parts = parts.iter().map(|&(part, weight)| (part.boxed(), weight)).collect();
    WeightedSum::new(parts).expect("it is valid")
}

fn minimum(parts: &[&Table]) -> Minimum {
    Minimum::new(parts.iter().map(|part| part.boxed()).collect()).expect("it is valid")
}

fn scores(scorer: &dyn PlacementScorer, nodes: u64) -> Vec<Option<f32>> {
    (0..nodes).map(|node| scorer.score(CHAIN, NodeId(node)).expect("it answers")).collect()
}

#[test]
fn opinions_count_by_weight_and_zero_is_a_veto() {
    let one = [Some(0.5), Some(0.5), None, Some(0.0), Some(f32::NAN), None, Some(7.0), Some(-1.0)];
    let other = [Some(1.0), None, Some(0.25), Some(1.0), Some(0.75), Some(f32::INFINITY), Some(0.5), None];
    let [one, other] = [one, other].map(|scores| Table::new(Answers { scores: scores.into(), ..Answers::default() }));
    let mean = [Some(0.625), Some(0.5), Some(0.25), Some(0.0), Some(0.75), None, Some(0.875), Some(0.0)];
    assert_eq!(scores(&sum(&[(&one, 3.0), (&other, 1.0)]), 8), mean);
    let lowest = [Some(0.5), Some(0.5), Some(0.25), Some(0.0), Some(0.75), None, Some(0.5), Some(0.0)];
    assert_eq!(scores(&minimum(&[&one, &other]), 8), lowest);
}

/// The mean of equal scores is that score, to the bit, whatever the weights.
#[test]
fn parts_that_agree_are_repeated() {
    for score in [0.1, 0.3, 0.7, 1.0, f32::MIN_POSITIVE, 1.0 - f32::EPSILON, 0.333_333_34] {
        let table = Table::of(&[score]);
        for weights in [[1.0, 1.0, 1.0], [0.1, 0.2, 0.3], [1e-30, 1e30, 7.0], [f32::MAX; 3]] {
            let scorer = sum(&weights.map(|weight| (&table, weight)));
            assert_eq!(scores(&scorer, 1), [Some(score)], "{weights:?}");
        }
    }
}

#[test]
fn a_gate_is_open_from_its_threshold_on() {
    let gate = [Some(0.49), Some(0.5), None, Some(0.0), Some(f32::NAN), Some(-3.0), Some(9.0)];
    let gate = Table::new(Answers { scores: gate.into(), ..Answers::default() });
    let inner = Table::of(&[0.9; 7]);
    let scorer = |threshold| Gate::new(gate.boxed(), inner.boxed(), threshold).expect("it is valid");
    let open = [Some(0.0), Some(0.9), Some(0.9), Some(0.0), Some(0.9), Some(0.0), Some(0.9)];
    assert_eq!(scores(&scorer(0.5), 7), open);
    assert_eq!(inner.asked().scores, 4, "behind a closed gate nobody is asked");
    let open = [Some(0.9), Some(0.9), Some(0.9), Some(0.0), Some(0.9), Some(0.0), Some(0.9)];
    assert_eq!(scores(&scorer(0.0), 7), open, "zero is a veto even where the threshold is zero");
    // The live form asks the gate's live form.
    gate.answers().live_scores = Some(vec![Some(0.9); 7]);
    assert_eq!(scorer(0.5).live_score(CHAIN, NodeId(0)).expect("it answers"), Some(0.9));
    assert_eq!(scorer(0.5).score(CHAIN, NodeId(0)).expect("it answers"), Some(0.0));
    // What the inner scorer says is not touched, so that whoever asks can count what is invalid.
    inner.answers().scores[1] = Some(1.5);
    assert_eq!(scorer(0.5).score(CHAIN, NodeId(1)).expect("it answers"), Some(1.5));
}

#[test]
fn chains_have_scorers_of_their_own() {
    let tables = [0.1, 0.2, 0.3].map(|score| Table::of(&[score, 0.0]));
    let own = vec![(tables[1].boxed(), vec![ChainId(1), ChainId(2)]), (tables[2].boxed(), vec![ChainId(3)])];
    let scorer = OverridePerChain::new(tables[0].boxed(), own).expect("it is valid");
    for (chain, score) in [(0, 0.1), (1, 0.2), (2, 0.2), (3, 0.3), (4, 0.1)] {
        assert_eq!(scorer.score(ChainId(chain), NodeId(0)).expect("it answers"), Some(score));
        let best = scorer.best_alternative(ChainId(chain), &[]).expect("it answers").expect("there is one");
        assert_eq!((best.node, best.score), (NodeId(0), score));
        assert_eq!(scorer.best_alternative(ChainId(chain), &[NodeId(0)]).expect("it answers"), None, "0 is no home");
        let mut found = Vec::new();
        scorer.alternatives(ChainId(chain), &[], 9, &mut found).expect("it answers");
        assert_eq!(found.len(), 1, "0 is no home");
    }
    tables[1].answers().chain_fingerprint = Some(Some(5));
    assert!(scorer.has_chain_fingerprint());
    let fingerprint = |chain| scorer.chain_fingerprint(ChainId(chain)).expect("it answers");
    assert_eq!([0, 1, 2, 3].map(fingerprint), [Some(0), Some(5), Some(5), Some(0)]);
    let before = scorer.node_fingerprint(NodeId(0)).expect("it answers");
    tables[2].answers().fingerprints[0] = Some(2);
    assert_ne!(scorer.node_fingerprint(NodeId(0)).expect("it answers"), before, "nodes are of all scorers");
}

/// Each of the parts moves the fingerprint, and so does their order; one that cannot say silences it.
#[test]
fn fingerprints_are_those_of_all_parts() {
    let tables = [Table::of(&[0.5; 2]), Table::of(&[0.5; 2])];
    let scorers = |tables: &[Table; 2]| -> Vec<Box<dyn PlacementScorer>> {
        let [one, other] = tables;
        vec![
            Box::new(sum(&[(one, 1.0), (other, 1.0)])),
            Box::new(minimum(&[one, other])),
            Box::new(Gate::new(one.boxed(), other.boxed(), 0.5).expect("it is valid")),
        ]
    };
    for scorer in scorers(&tables) {
        let node = || scorer.node_fingerprint(NodeId(1)).expect("it answers");
        let chain = || scorer.chain_fingerprint(CHAIN).expect("it answers");
        let mut seen = vec![node()];
        for (table, fingerprint) in [(0, 2), (1, 3), (0, 3), (1, 2)] {
            tables[table].answers().fingerprints[1] = Some(fingerprint);
            assert!(!seen.contains(&node()), "it moves with each part");
            seen.push(node());
        }
        assert!(seen.iter().all(Option::is_some));
        tables[0].answers().fingerprints[1] = None;
        assert_eq!(node(), None);
        assert!(!scorer.has_chain_fingerprint());
        assert_eq!(chain(), Some(0), "who has none is not asked");
        tables[1].answers().chain_fingerprint = Some(Some(1));
        assert!(scorer.has_chain_fingerprint());
        let before = chain();
        tables[1].answers().chain_fingerprint = Some(Some(2));
        assert!(before.is_some() && chain().is_some() && chain() != before);
        tables[1].answers().chain_fingerprint = Some(None);
        assert_eq!(chain(), None);
        tables[1].answers().chain_fingerprint = None;
        tables.iter().for_each(|table| table.answers().fingerprints[1] = Some(1));
    }
}

#[test]
fn the_cost_is_that_of_the_first_part_that_has_one() {
    let cost = |state_transfer_ns| Some(MigrationCost { state_transfer_ns, disruption_ns: 0, reliability_factor: 1.0 });
    let tables = [None, cost(5), cost(6)].map(|cost| Table::new(Answers { cost, ..Answers::default() }));
    let [free, five, six] = &tables;
    let of = |scorer: &dyn PlacementScorer| scorer.migration_cost(CHAIN, NodeId(0)).expect("it answers");
    assert_eq!(of(&sum(&[(free, 1.0), (six, 1.0), (five, 1.0)])), cost(6));
    assert_eq!(of(&minimum(&[free, five, six])), cost(5));
    assert_eq!(of(&minimum(&[free, free])), None);
    let gate = |gate: &Table, inner: &Table| Gate::new(gate.boxed(), inner.boxed(), 0.5).expect("it is valid");
    assert_eq!(of(&gate(five, six)), cost(6), "the inner scorer's comes first");
    assert_eq!(of(&gate(five, free)), cost(5));
    assert_eq!(of(&Cached::new(five.boxed(), 9).expect("it is valid")), cost(5));
    assert_eq!(of(&SmoothedScorer::new(five.boxed(), 9).expect("it is valid")), cost(5));
}

#[test]
fn what_makes_no_sense_is_refused_by_name_and_value() {
    let table = || Table::of(&[0.5]).boxed();
    for weight in [0.0, -0.0, -1.0, f32::NAN, f32::INFINITY] {
        let error = WeightedSum::new(vec![(table(), 1.0), (table(), weight), (table(), 0.0)]).err();
        let Some(Error::Part { index, field, value: ConfigValue::Float(value), .. }) = &error else {
            panic!("{error:?}")
        };
        assert_eq!((*index, *field, value.to_bits()), (1, "weight", weight.to_bits()));
    }
    let error = WeightedSum::new(vec![(table(), -1.5)]).err().expect("it is refused");
    assert_eq!(error.to_string(), "index 0: weight -1.5 is not finite and above 0");
    for error in [WeightedSum::new(vec![]).err(), Minimum::new(vec![]).err()] {
        let error = error.expect("it is refused").to_string();
        assert_eq!(error, "config field parts: 0 is not a number of at least one scorer");
    }
    for threshold in [-0.1, 1.1, f32::NAN, f32::INFINITY] {
        let error = Gate::new(table(), table(), threshold).err();
        assert!(matches!(error, Some(Error::Config { field: "threshold", .. })), "{error:?}");
    }
    for own in [vec![vec![1, 2, 1]], vec![vec![1, 2], vec![1]], vec![vec![], vec![1], vec![5, 1, 1]]] {
        let own = own.into_iter().map(|chains| (table(), chains.into_iter().map(ChainId).collect())).collect();
        let error = OverridePerChain::new(table(), own).err();
        assert!(matches!(error, Some(Error::DuplicateChain { index: 2, chain: ChainId(1) })), "{error:?}");
    }
    let error = Cached::new(table(), 0).err();
    assert!(matches!(error, Some(Error::Config { field: "capacity", .. })), "{error:?}");
    let error = Cached::new(table(), u32::MAX as usize).err();
    assert!(matches!(error, Some(Error::Config { field: "capacity", .. })), "{error:?}");
    let error = SmoothedScorer::new(table(), 0).err();
    assert!(matches!(error, Some(Error::Config { field: "half_life_ns", .. })), "{error:?}");
}
