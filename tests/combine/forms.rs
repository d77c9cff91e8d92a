//! Many questions at once are answered as one by one, failures included.

use driftline::{
    BoxedScorer, Cached, ChainId, Gate, Minimum, NodeId, OverridePerChain, PlacementScorer, ScorerResult,
    SmoothedScorer, Timestamp, WeightedSum,
};

use crate::table::{Dice, Table};

const CHAINS: u64 = 4;
const NODES: u64 = 6;

type Pair = (ChainId, NodeId);

/// The numbers of the kinds of scorers that [`scorer_of`] knows.
pub const KINDS: u64 = 8;

fn scorer(kind: u64, parts: &[Table; 3]) -> BoxedScorer {
    scorer_of(kind, |part| parts[part].boxed())
}

/// One scorer over these parts; the last kinds are nested.
pub fn scorer_of(kind: u64, part: impl Fn(usize) -> BoxedScorer) -> BoxedScorer {
    let (one, two, three) = (|| part(0), || part(1), || part(2));
    match kind {
        0 => Box::new(WeightedSum::new(vec![(one(), 1.0), (two(), 2.0), (three(), 0.5)]).expect("it is valid")),
        1 => Box::new(Minimum::new(vec![one(), two(), three()]).expect("it is valid")),
        2 => Box::new(Gate::new(one(), two(), 0.5).expect("it is valid")),
        3 => {
            let own = vec![(two(), vec![ChainId(1), ChainId(3)]), (three(), vec![ChainId(2)])];
            Box::new(OverridePerChain::new(one(), own).expect("it is valid"))
        }
        4 => Box::new(Cached::new(one(), 7).expect("it is valid")),
        5 => Box::new(SmoothedScorer::new(one(), 1000).expect("it is valid")),
        6 => {
            let gate = Gate::new(one(), two(), 0.3).expect("it is valid");
            let mean = WeightedSum::new(vec![(Box::new(gate), 1.0), (three(), 1.0)]).expect("it is valid");
            Box::new(Cached::new(Box::new(mean), 50).expect("it is valid"))
        }
        _ => {
            let smoothed = SmoothedScorer::new(two(), 500).expect("it is valid");
            let own = vec![(Box::new(smoothed) as BoxedScorer, vec![ChainId(0), ChainId(2)])];
            let own = OverridePerChain::new(one(), own).expect("it is valid");
            Box::new(Minimum::new(vec![Box::new(own), three()]).expect("it is valid"))
        }
    }
}

/// The answers up to the first failure, and what failed where.
type Told<A> = (Vec<A>, Option<(Option<usize>, i32)>);

/// Bits, so that a NaN that goes through is equal to itself.
fn bits(score: Option<f32>) -> Option<u32> {
    score.map(f32::to_bits)
}

fn one_by_one<Q, A>(questions: &[Q], ask: impl Fn(&Q) -> ScorerResult<A>) -> Told<A> {
    let mut answers = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        match ask(question) {
            Ok(answer) => answers.push(answer),
            Err(error) => return (answers, Some((Some(index), error.code()))),
        }
    }
    (answers, None)
}

fn all_at_once<A: Clone>(count: usize, ask: impl Fn(&mut [Option<A>]) -> ScorerResult<()>) -> Told<Option<A>> {
    let mut out = vec![None; count];
    match ask(&mut out) {
        Ok(()) => (out, None),
        Err(error) => {
            let answered = error.index().unwrap_or(0);
            assert!(error.index().is_none() || out[answered..].iter().all(Option::is_none));
            out.truncate(answered);
            (out, Some((error.index(), error.code())))
        }
    }
}

/// The same world twice: one is asked one by one, the other all at once.
fn worlds(dice: &mut Dice) -> [[Table; 3]; 2] {
    let mut tables = [dice.table(NODES), dice.table(NODES), dice.table(NODES)];
    for table in &mut tables {
        let failures = if dice.roll(2) == 0 { 0 } else { dice.roll(3) };
        let failing = (0..failures).map(|_| (dice.roll(CHAINS), dice.roll(NODES))).collect();
        table.answers().failing = failing;
        table.answers().fails_fingerprints = dice.roll(8) == 0;
    }
    let copies = [0, 1, 2].map(|table| Table::new(tables[table].answers().clone()));
    [tables, copies]
}

fn pairs(dice: &mut Dice) -> Vec<Pair> {
    let mut pairs: Vec<Pair> =
        (0..dice.roll(12)).map(|_| (ChainId(dice.roll(CHAINS)), NodeId(dice.roll(NODES)))).collect();
    if dice.roll(2) == 0 {
        pairs.sort_unstable();
        pairs.dedup();
    }
    pairs
}

/// Something changes, for both worlds alike: a score, with its fingerprint or without. Who remembers believes
/// fingerprints, and what it forgets first is no promise, so there they tell the truth.
fn change(dice: &mut Dice, worlds: &[[Table; 3]; 2], kind: u64) {
    let (table, node) = (dice.roll(3) as usize, dice.roll(NODES) as usize);
    let (score, moves) = (dice.score(false), dice.roll(3) > 0 || kind == 4 || kind == 6);
    for world in worlds {
        let mut answers = world[table].answers();
        answers.scores[node] = score;
        if moves && let Some(fingerprint) = &mut answers.fingerprints[node] {
            *fingerprint += 1;
        }
    }
}

#[test]
fn a_batch_is_answered_as_one_by_one() {
    let (mut failed, mut answered) = (0, 0);
    for seed in 0..6000 {
        let mut dice = Dice(seed);
        let worlds = worlds(&mut dice);
        let kind = seed % KINDS;
        let [single, batch] = worlds.each_ref().map(|world| scorer(kind, world));
        let begins = dice.roll(4) > 0;
        let mut now = 0;
        for _ in 0..6 {
            if begins {
                now += dice.roll(2000);
                [&single, &batch].iter().for_each(|scorer| scorer.begin(Timestamp(now)));
            }
            let pairs = pairs(&mut dice);
            let of_bits =
                |told: Told<Option<f32>>| -> Told<Option<u32>> { (told.0.into_iter().map(bits).collect(), told.1) };
            let (expected, found) = if dice.roll(2) == 0 {
                let expected = one_by_one(&pairs, |&(chain, node)| single.score(chain, node));
                (expected, all_at_once(pairs.len(), |out| batch.score_many(&pairs, out)))
            } else {
                let expected = one_by_one(&pairs, |&(chain, node)| single.live_score(chain, node));
                (expected, all_at_once(pairs.len(), |out| batch.live_score_many(&pairs, out)))
            };
            failed += usize::from(expected.1.is_some());
            answered += expected.0.len();
            let (expected, found) = (of_bits(expected), of_bits(found));
            assert_eq!(found, expected, "seed {seed}, kind {kind}, {pairs:?}");
            if expected.1.is_some() && kind >= 4 {
                // Who remembers has heard of more pairs where they were asked about all at once.
                break;
            }
            let nodes: Vec<NodeId> = (0..NODES).map(NodeId).filter(|_| dice.roll(3) > 0).collect();
            let expected = one_by_one(&nodes, |&node| single.node_fingerprint(node));
            assert_eq!(all_at_once(nodes.len(), |out| batch.node_fingerprints(&nodes, out)), expected, "seed {seed}");
            change(&mut dice, &worlds, kind);
        }
    }
    assert!(failed > 3000 && answered > 100_000, "{failed} failed, {answered} were answered");
}

/// Where a part does not say which element it was, neither can anybody else, except of one.
#[test]
fn a_batch_that_fails_as_a_whole_names_nobody() {
    for kind in 0..KINDS {
        let tables = [0, 1, 2].map(|_| Table::of(&[0.9; NODES as usize]));
        for table in &tables {
            let failing = (0..CHAINS).map(|chain| (chain, 4)).collect();
            let mut answers = table.answers();
            (answers.failing, answers.code, answers.hides_index) = (failing, -3, true);
        }
        let scorer = scorer(kind, &tables);
        scorer.begin(Timestamp(0));
        let mut out = [None; 3];
        let several: Vec<Pair> = [3, 4, 5].map(|node| (ChainId(0), NodeId(node))).to_vec();
        let error = scorer.score_many(&several, &mut out).expect_err("it fails");
        assert_eq!((error.code(), error.index()), (-3, None), "kind {kind}");
        let error = scorer.score_many(&several[1..2], &mut out[..1]).expect_err("it fails");
        assert_eq!((error.code(), error.index()), (-3, Some(0)), "kind {kind}");
    }
}

/// One crossing for each part, however many pairs there are.
#[test]
fn each_part_is_asked_once() {
    let pairs: Vec<Pair> =
        (0..CHAINS).flat_map(|chain| (0..NODES).map(move |node| (ChainId(chain), NodeId(node)))).collect();
    for kind in 0..4 {
        let tables = [0, 1, 2].map(|_| Table::of(&[0.9; NODES as usize]));
        let scorer = scorer(kind, &tables);
        let parts = if kind == 2 { 2 } else { 3 };
        for ask in [PlacementScorer::score_many, PlacementScorer::live_score_many] {
            ask(&*scorer, &pairs, &mut vec![None; pairs.len()]).expect("it answers");
            let batches = tables.each_ref().map(|table| table.asked().batches);
            assert_eq!(batches[..parts], vec![1; parts], "kind {kind}");
        }
        scorer.node_fingerprints(&[NodeId(0), NodeId(1)], &mut [None; 2]).expect("it answers");
        let batches = tables.each_ref().map(|table| table.asked().batches);
        assert_eq!(batches[..parts], vec![1; parts], "kind {kind}");
    }
}
