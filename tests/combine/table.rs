//! A scorer whose every answer is written down, with all the ways in which one can be odd.

use std::sync::{Arc, Mutex, MutexGuard};

use driftline::{
    Alternative, BoxedScorer, ChainId, MigrationCost, NodeId, PlacementScorer, ScorerError, ScorerResult, Timestamp,
};

/// What a table answers, by node number. Chains are all alike but for their fingerprints and failures.
#[derive(Clone, Debug, Default)]
pub struct Answers {
    pub scores: Vec<Option<f32>>,
    /// `None`: as `scores`.
    pub live_scores: Option<Vec<Option<f32>>>,
    /// Nodes that are never named as alternatives, whatever their scores.
    pub unnamed: Vec<u64>,
    pub fingerprints: Vec<Option<u64>>,
    /// `None`: has no fingerprints of chains.
    pub chain_fingerprint: Option<Option<u64>>,
    pub cost: Option<MigrationCost>,
    /// Fails for these chains and nodes with this code.
    pub failing: Vec<(u64, u64)>,
    pub code: i32,
    /// Whether fingerprints fail as well.
    pub fails_fingerprints: bool,
    /// Whether a batch that fails says where.
    pub hides_index: bool,
    pub panics_in_begin: bool,
}

/// What a table was asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    pub log: Vec<String>,
    pub scores: usize,
    pub live_scores: usize,
    pub lists: usize,
    pub node_fingerprints: usize,
    pub batches: usize,
}

/// Answers from what its owner may change at any time.
#[derive(Clone, Default)]
pub struct Table {
    answers: Arc<Mutex<Answers>>,
    asked: Arc<Mutex<Asked>>,
}

impl Table {
    pub fn new(answers: Answers) -> Self {
        Table { answers: Arc::new(Mutex::new(answers)), asked: Arc::default() }
    }

    /// All scores are these, and every fingerprint is 1.
    pub fn of(scores: &[f32]) -> Self {
        Table::new(Answers {
            scores: scores.iter().map(|&score| Some(score)).collect(),
            fingerprints: vec![Some(1); scores.len()],
            ..Answers::default()
        })
    }

    pub fn boxed(&self) -> BoxedScorer {
        Box::new(self.clone())
    }

    pub fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// What it was asked since the last look.
    pub fn asked(&self) -> Asked {
        std::mem::take(&mut *self.counts())
    }

    fn counts(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn check(&self, chain: ChainId, node: NodeId) -> ScorerResult<()> {
        let answers = self.answers();
        let fails = answers.failing.contains(&(chain.0, node.0));
        if fails { Err(ScorerError::new(answers.code)) } else { Ok(()) }
    }

    fn each<Q: Copy, A>(&self, questions: &[Q], out: &mut [A], ask: impl Fn(Q) -> ScorerResult<A>) -> ScorerResult<()> {
        self.counts().batches += 1;
        for (index, (&question, out)) in questions.iter().zip(out).enumerate() {
            *out = ask(question).map_err(|error| match self.answers().hides_index {
                true => error,
                false => error.at_index(index),
            })?;
        }
        Ok(())
    }
}

/// P1, by its text.
pub fn sanitised(score: Option<f32>) -> Option<f32> {
    score.filter(|score| score.is_finite()).map(|score| score.clamp(0.0, 1.0))
}

impl PlacementScorer for Table {
    fn begin(&self, now: Timestamp) {
        self.counts().log.push(format!("begin {}", now.0));
        let panics = self.answers().panics_in_begin;
        assert!(!panics, "no time for this");
    }

    fn score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.counts().scores += 1;
        self.counts().log.push(format!("score {chain} {node}"));
        self.check(chain, node)?;
        Ok(self.answers().scores.get(node.0 as usize).copied().flatten())
    }

    fn live_score(&self, chain: ChainId, node: NodeId) -> ScorerResult<Option<f32>> {
        self.counts().live_scores += 1;
        self.check(chain, node)?;
        let answers = self.answers();
        let scores = answers.live_scores.as_ref().unwrap_or(&answers.scores);
        Ok(scores.get(node.0 as usize).copied().flatten())
    }

    fn best_alternative(&self, chain: ChainId, exclude: &[NodeId]) -> ScorerResult<Option<Alternative>> {
        let mut found = Vec::new();
        self.alternatives(chain, exclude, 1, &mut found)?;
        Ok(found.first().copied())
    }

    fn node_fingerprint(&self, node: NodeId) -> ScorerResult<Option<u64>> {
        self.counts().node_fingerprints += 1;
        self.counts().log.push(format!("fingerprint {node}"));
        if self.answers().fails_fingerprints {
            return Err(ScorerError::new(self.answers().code));
        }
        Ok(self.answers().fingerprints.get(node.0 as usize).copied().flatten())
    }

    fn has_chain_fingerprint(&self) -> bool {
        self.answers().chain_fingerprint.is_some()
    }

    fn chain_fingerprint(&self, _: ChainId) -> ScorerResult<Option<u64>> {
        Ok(self.answers().chain_fingerprint.expect("who has none is not asked"))
    }

    fn migration_cost(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<MigrationCost>> {
        Ok(self.answers().cost)
    }

    fn score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.each(pairs, out, |(chain, node)| self.score(chain, node))
    }

    fn live_score_many(&self, pairs: &[(ChainId, NodeId)], out: &mut [Option<f32>]) -> ScorerResult<()> {
        self.each(pairs, out, |(chain, node)| self.live_score(chain, node))
    }

    fn node_fingerprints(&self, nodes: &[NodeId], out: &mut [Option<u64>]) -> ScorerResult<()> {
        self.each(nodes, out, |node| self.node_fingerprint(node))
    }

    /// Best first. Ties go to the higher node, to make it no easier than the trait does.
    fn alternatives(
        &self,
        _: ChainId,
        exclude: &[NodeId],
        limit: usize,
        out: &mut Vec<Alternative>,
    ) -> ScorerResult<()> {
        self.counts().lists += 1;
        let answers = self.answers();
        let scores = answers.live_scores.as_ref().unwrap_or(&answers.scores);
        let nodes = scores.iter().enumerate().filter_map(|(node, &score)| Some((NodeId(node as u64), score?)));
        let mut named: Vec<Alternative> = nodes
            .filter(|(node, score)| score.is_finite() && !exclude.contains(node) && !answers.unnamed.contains(&node.0))
            .map(|(node, score)| Alternative { node, score })
            .collect();
        named.sort_by(|one, other| other.score.total_cmp(&one.score).then(other.node.cmp(&one.node)));
        out.extend(named.into_iter().take(limit));
        Ok(())
    }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % sides
    }

    /// Scores with many ties, with vetoes, silence and nonsense among them; or all different.
    pub fn score(&mut self, plain: bool) -> Option<f32> {
        if plain {
            return Some(0.05 + self.roll(1 << 20) as f32 / (1 << 20) as f32 * 0.9);
        }
        match self.roll(24) {
            0 => None,
            1 => Some(0.0),
            2 => Some(f32::NAN),
            3 => Some(f32::INFINITY),
            4 => Some(-0.5),
            5 => Some(1.5),
            eighths => Some(((eighths % 8) + 1) as f32 / 8.0),
        }
    }

    pub fn table(&mut self, node_count: u64) -> Table {
        let plain = self.roll(3) == 0;
        let scores = (0..node_count).map(|_| self.score(plain)).collect();
        let live_scores = (self.roll(2) == 0).then(|| (0..node_count).map(|_| self.score(plain)).collect());
        let unnamed_share = [0, 0, 3][self.roll(3) as usize];
        let unnamed = (0..node_count).filter(|_| self.roll(10) < unnamed_share).collect();
        let fingerprints = (0..node_count).map(|_| (self.roll(9) > 0).then(|| self.roll(5))).collect();
        let chain_fingerprint = (self.roll(3) == 0).then(|| Some(self.roll(7)));
        let code = -1 - self.roll(1000) as i32;
        Table::new(Answers {
            scores,
            live_scores,
            unnamed,
            fingerprints,
            chain_fingerprint,
            code,
            ..Answers::default()
        })
    }
}
