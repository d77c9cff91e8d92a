//! Whoever is told who leaves is told so inside of other scorers, too.

use driftline::{
    Alternative, BoxedScorer, ChainId, NodeId, PlacementScorer, ScoreSnapshot, ScorerResult, SnapshotScorer, Timestamp,
};

use crate::forms::{KINDS, scorer_of};
use crate::table::{Dice, Table};

const CHAINS: u64 = 4;
const NODES: u64 = 40;

/// Answers from one table where nobody is said to leave, and from another where somebody is.
struct Told {
    others: Table,
    victim: NodeId,
    instead: Table,
}

impl Told {
    fn table(&self, victim: NodeId) -> &Table {
        if victim == self.victim { &self.instead } else { &self.others }
    }
}

impl PlacementScorer for Told {
    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.others.score(chain, node)
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        self.others.best_alternative(chain, exclude)
    }

    fn best_replacement(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
    ) -> ScorerResult<Option<Alternative>> {
        self.table(victim).best_alternative(chain, exclude)
    }

    fn replacements(
        &self,
        chain: ChainId,
        victim: NodeId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.table(victim).alternatives(chain, exclude, limit, out)
    }

    fn live_score_replacements(
        &self,
        victim: NodeId,
        pairs: &[(ChainId, NodeId)],
        out: &mut [Option<f32>],
    ) -> ScorerResult<()> {
        self.table(victim).live_score_many(pairs, out)
    }
}

/// NaN is equal to itself here.
fn bits(scores: &[Option<f32>]) -> Vec<Option<u32>> {
    scores.iter().map(|score| score.map(f32::to_bits)).collect()
}

fn check(told: &dyn PlacementScorer, victim: NodeId, instead: &dyn PlacementScorer, what: &str) {
    for chain in (0..CHAINS).map(ChainId) {
        let exclude = [NodeId(chain.0), NodeId(9)];
        for limit in [1, 5, 30] {
            let (mut found, mut expected) = (Vec::new(), Vec::new());
            told.replacements(chain, victim, &exclude, limit, &mut found).expect("it answers");
            instead.alternatives(chain, &exclude, limit, &mut expected).expect("it answers");
            assert_eq!(found, expected, "{what}, {limit} homes");
        }
        let best = told.best_replacement(chain, victim, &exclude).expect("it answers");
        assert_eq!(best, instead.best_alternative(chain, &exclude).expect("it answers"), "{what}");
    }
    let pairs: Vec<_> = (0..NODES).map(|node| (ChainId(node % CHAINS), NodeId(node))).collect();
    let (mut found, mut expected) = (vec![None; pairs.len()], vec![None; pairs.len()]);
    told.live_score_replacements(victim, &pairs, &mut found).expect("it answers");
    instead.live_score_many(&pairs, &mut expected).expect("it answers");
    assert_eq!(bits(&found), bits(&expected), "{what}");
}

#[test]
fn every_part_is_told_who_leaves() {
    for seed in 0..400 {
        let (mut dice, kind) = (Dice(seed), seed % KINDS);
        let [others, instead] = [(); 2].map(|()| [(); 3].map(|()| dice.table(NODES)));
        let victim = NodeId(NODES + dice.roll(3));
        let told = |part: usize| -> BoxedScorer {
            Box::new(Told { others: others[part].clone(), victim, instead: instead[part].clone() })
        };
        let scorers = || [scorer_of(kind, told), scorer_of(kind, |part| instead[part].boxed())];
        let what = format!("seed {seed}, kind {kind}");
        for begins in [false, true] {
            let [told, instead] = scorers();
            if begins {
                [&told, &instead].iter().for_each(|scorer| scorer.begin(Timestamp(1)));
            }
            check(&*told, victim, &*instead, &what);
        }
        let [told, instead] = scorers();
        let snapshot = ScoreSnapshot::default();
        check(&SnapshotScorer::new(&snapshot, &*told), victim, &*instead, &what);
        // Somebody else leaves.
        let [told, _] = scorers();
        check(&*told, NodeId(7), &*scorer_of(kind, |part| others[part].boxed()), &what);
    }
}
