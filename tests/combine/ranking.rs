//! Alternatives are exact: brute force over all nodes says the same.

use driftline::{Alternative, ChainId, Minimum, NodeId, PlacementScorer, WeightedSum};

use crate::table::{Answers, Dice, Table, sanitised};

const CHAIN: ChainId = ChainId(7);

/// What the parts say of one node, by the text of the documentation.
fn brute_score(scores: &[(Option<f32>, f32)], is_minimum: bool) -> Option<f32> {
    let opinions: Vec<(f32, f32)> =
        scores.iter().filter_map(|&(score, weight)| Some((sanitised(score)?, weight))).collect();
    let lowest = opinions.iter().map(|&(score, _)| score).reduce(f32::min)?;
    if lowest == 0.0 || is_minimum {
        return Some(lowest);
    }
    let sum: f64 = opinions.iter().map(|&(score, weight)| f64::from(score) * f64::from(weight)).sum();
    let weights: f64 = opinions.iter().map(|&(_, weight)| f64::from(weight)).sum();
    Some((sum / weights) as f32)
}

fn brute_force(parts: &[(Table, f32)], exclude: &[NodeId], nodes: u64, is_minimum: bool) -> Vec<Alternative> {
    let mut homes = Vec::new();
    for node in (0..nodes).map(NodeId).filter(|node| !exclude.contains(node)) {
        let live = |part: &Table| part.live_score(CHAIN, node).expect("it answers");
        let is_named = |part: &Table| sanitised(live(part)).is_some() && !part.answers().unnamed.contains(&node.0);
        let scores: Vec<_> = parts.iter().map(|(part, weight)| (live(part), *weight)).collect();
        if let Some(score) = brute_score(&scores, is_minimum)
            && score > 0.0
            && parts.iter().any(|(part, _)| is_named(part))
        {
            homes.push(Alternative { node, score });
        }
    }
    homes.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.node.cmp(&other.node)));
    homes
}

fn combined(parts: &[(Table, f32)], is_minimum: bool) -> Box<dyn PlacementScorer> {
    if is_minimum {
        return Box::new(Minimum::new(parts.iter().map(|(part, _)| part.boxed()).collect()).expect("it is valid"));
    }
    let parts = parts.iter().map(|(part, weight)| (part.boxed(), *weight)).collect();
    Box::new(WeightedSum::new(parts).expect("it is valid"))
}

fn alternatives(scorer: &dyn PlacementScorer, exclude: &[NodeId], limit: usize) -> Vec<Alternative> {
    let mut found = Vec::new();
    scorer.alternatives(CHAIN, exclude, limit, &mut found).expect("it answers");
    found
}

#[test]
fn alternatives_are_those_of_brute_force() {
    let mut found_some = 0;
    for seed in 0..4000 {
        let mut dice = Dice(seed);
        let nodes = [3, 20, 60, 200][dice.roll(4) as usize] + dice.roll(9);
        let parts: Vec<(Table, f32)> = (0..1 + dice.roll(4))
            .map(|_| (dice.table(nodes), [1.0, 1.0, 0.25, 3.0, 1e-3][dice.roll(5) as usize]))
            .collect();
        let exclude: Vec<NodeId> = (0..nodes).filter(|_| dice.roll(12) == 0).map(NodeId).collect();
        for is_minimum in [false, true] {
            let scorer = combined(&parts, is_minimum);
            let expected = brute_force(&parts, &exclude, nodes, is_minimum);
            for limit in [0, 1, 2, 1 + dice.roll(40) as usize, nodes as usize + 5, usize::MAX] {
                let found = alternatives(&*scorer, &exclude, limit);
                assert_eq!(found, expected[..limit.min(expected.len())], "seed {seed}, {limit} of {is_minimum}");
            }
            assert_eq!(scorer.best_alternative(CHAIN, &exclude).expect("it answers"), expected.first().copied());
            found_some += usize::from(expected.len() > 16);
        }
    }
    assert!(found_some > 1500, "only {found_some} worlds had many homes");
}

/// Where the parts agree it takes a few of many nodes to know the best.
#[test]
fn few_nodes_are_looked_at_where_the_best_are_clear() {
    let nodes = 10_000;
    let falling =
        |steepness: f32| (0..nodes).map(|node| 1.0 - node as f32 / nodes as f32 * steepness).collect::<Vec<_>>();
    let parts = [(Table::of(&falling(1.0)), 1.0), (Table::of(&falling(0.8)), 2.0)];
    for is_minimum in [false, true] {
        let scorer = combined(&parts, is_minimum);
        parts.iter().for_each(|(part, _)| drop(part.asked()));
        assert_eq!(alternatives(&*scorer, &[], 3).iter().map(|found| found.node.0).collect::<Vec<_>>(), [0, 1, 2]);
        for (part, _) in &parts {
            let asked = part.asked();
            assert!(asked.live_scores < 200 && asked.lists < 6, "{asked:?}");
        }
    }
}

/// A part that never ends, because it names somebody twice or whom it must not, ends the question all the same.
#[test]
fn a_list_that_names_nobody_new_is_over() {
    struct Stuck;
    impl PlacementScorer for Stuck {
        fn score(&self, _: ChainId, _: NodeId) -> driftline::ScorerResult<Option<f32>> {
            Ok(Some(0.5))
        }
        fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> driftline::ScorerResult<Option<Alternative>> {
            Ok(None)
        }
        fn alternatives(
            &self,
            _: ChainId,
            _: &[NodeId],
            limit: usize,
            out: &mut Vec<Alternative>,
        ) -> driftline::ScorerResult<()> {
            let names = [(4, 0.5), (u64::MAX, 0.9), (1, 0.9), (4, 0.7), (2, f32::NAN)];
            let named = names.map(|(node, score)| Alternative { node: NodeId(node), score });
            out.extend(named.into_iter().cycle().take(limit));
            Ok(())
        }
    }
    for scorer in [
        Box::new(Minimum::new(vec![Box::new(Stuck)]).expect("it is valid")) as Box<dyn PlacementScorer>,
        Box::new(driftline::Gate::new(Table::of(&[1.0; 9]).boxed(), Box::new(Stuck), 0.5).expect("it is valid")),
    ] {
        let found = alternatives(&*scorer, &[NodeId(1)], 5);
        assert_eq!(found, [Alternative { node: NodeId(4), score: 0.5 }], "the first mention counts");
    }
}

/// The gate's list is the inner scorer's without those whom the gate keeps out.
#[test]
fn a_gate_names_whom_it_lets_through() {
    for seed in 0..3000 {
        let mut dice = Dice(seed);
        let nodes = [4, 30, 120][dice.roll(3) as usize];
        let (gate, inner) = (dice.table(nodes), dice.table(nodes));
        let threshold = [0.0, 0.25, 0.5, 1.0][dice.roll(4) as usize];
        let exclude: Vec<NodeId> = (0..nodes).filter(|_| dice.roll(12) == 0).map(NodeId).collect();
        let scorer = driftline::Gate::new(gate.boxed(), inner.boxed(), threshold).expect("it is valid");
        let named = brute_force(&[(inner.clone(), 1.0)], &exclude, nodes, true);
        let is_open = |node| {
            let score = sanitised(gate.live_score(CHAIN, node).expect("it answers"));
            score.is_none_or(|score| score > 0.0 && score >= threshold)
        };
        let expected: Vec<Alternative> = named.into_iter().filter(|named| is_open(named.node)).collect();
        // Which of equal ones comes first in a short list is the inner scorer's to say.
        let found = alternatives(&scorer, &exclude, nodes as usize);
        assert_eq!(found, expected, "seed {seed}");
        let limit = 1 + dice.roll(20) as usize;
        let scores = |found: &[Alternative]| found.iter().map(|found| found.score).collect::<Vec<_>>();
        let found = alternatives(&scorer, &exclude, limit);
        assert_eq!(scores(&found), scores(&expected[..limit.min(expected.len())]), "seed {seed}");
        assert!(found.iter().all(|found| expected.contains(found)));
    }
}

/// A gate that lets everybody through costs the inner scorer no longer lists than without it.
#[test]
fn an_open_gate_asks_for_no_more_than_is_wanted() {
    let inner = Table::new(Answers { scores: vec![Some(0.5); 100], ..Answers::default() });
    let scorer = driftline::Gate::new(Table::of(&[1.0; 100]).boxed(), inner.boxed(), 0.5).expect("it is valid");
    assert_eq!(alternatives(&scorer, &[], 1).len(), 1);
    assert_eq!(inner.asked().lists, 1);
}
