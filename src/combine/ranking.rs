//! The best homes by the word of several scorers, without asking all of them about every node there is.
//!
//! The threshold algorithm of Fagin: each part names its best, and whoever was named by one is scored by all. Who was
//! not named yet can only be as good as the worst that some part has named, even if all other parts find it perfect.
//! Where the best found so far are better than that, nobody else has to be looked at; else the lists become twice as
//! long.

use alloc::vec::Vec;

use super::parts::{Opinions, Parts};
use super::{ALTERNATIVES_MIN, best_first, fill, reserve, sanitised};
use crate::id::NodeId;
use crate::scorer::{Alternative, ScorerResult, Search, live_scores};

/// What one part has named so far.
struct Named {
    /// By ascending node, each once.
    homes: Vec<(NodeId, f32)>,
    /// How many it was asked for last.
    asked: usize,
    /// The lowest score among them: whoever follows has no higher one.
    lowest: f32,
    /// Whether nobody follows who could be a home.
    is_complete: bool,
}

/// What is known of the alternatives of one chain.
struct Ranking<'a> {
    parts: &'a Parts,
    search: Search<'a>,
    /// By part.
    named: Vec<Named>,
    /// Everybody whom a part has named, by ascending node.
    seen: Vec<NodeId>,
    /// Those who are homes, best first.
    homes: Vec<Alternative>,
}

impl Parts {
    /// The best homes for a chain, exactly: as if every node that a part names had been scored by all parts.
    pub(super) fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        if limit == 0 {
            return Ok(());
        }
        let mut named = Vec::new();
        reserve(&mut named, self.scorers.len())?;
        named.extend(self.scorers.iter().map(|_| Named {
            homes: Vec::new(),
            asked: limit.max(ALTERNATIVES_MIN),
            lowest: 1.0,
            is_complete: false,
        }));
        let mut ranking = Ranking { parts: self, search: *search, named, seen: Vec::new(), homes: Vec::new() };
        let mut longer: Vec<usize> = Vec::new();
        reserve(&mut longer, self.scorers.len())?;
        longer.extend(0..self.scorers.len());
        while !longer.is_empty() {
            ranking.lengthen(&longer)?;
            longer.clear();
            longer.extend((0..self.scorers.len()).filter(|&part| ranking.may_follow(part, limit)));
            longer.iter().for_each(|&part| ranking.named[part].double());
        }
        let best = &ranking.homes[..limit.min(ranking.homes.len())];
        reserve(out, best.len())?;
        out.extend_from_slice(best);
        Ok(())
    }
}

impl Named {
    fn double(&mut self) {
        self.asked = self.asked.saturating_mul(2);
    }

    fn score_of(&self, node: NodeId) -> Option<f32> {
        let place = self.homes.binary_search_by_key(&node, |&(node, _)| node).ok()?;
        Some(self.homes[place].1)
    }

    /// Takes in what the part has named: excluded, reserved and repeated ones are none, nor are those without a score
    /// (P1).
    fn take(&mut self, found: &[Alternative], exclude: &[NodeId]) -> ScorerResult<()> {
        let known = self.homes.len();
        let valid = found.iter().filter_map(|alternative| {
            let node = alternative.node;
            let is_home = !node.is_none() && exclude.binary_search(&node).is_err();
            sanitised(Some(alternative.score)).filter(|_| is_home).map(|score| (node, score))
        });
        let mut placed: Vec<(NodeId, usize, f32)> = Vec::new();
        reserve(&mut placed, found.len())?;
        placed.extend(valid.enumerate().map(|(place, (node, score))| (node, place, score)));
        placed.sort_unstable_by_key(|&(node, place, _)| (node, place));
        placed.dedup_by_key(|&mut (node, ..)| node);
        self.homes.clear();
        reserve(&mut self.homes, placed.len())?;
        self.homes.extend(placed.iter().map(|&(node, _, score)| (node, score)));
        self.lowest = placed.iter().fold(1.0, |lowest, &(.., score)| if score < lowest { score } else { lowest });
        // Zero is a veto, and nobody who follows has more. Who names nobody new has nobody else.
        self.is_complete = found.len() < self.asked || self.homes.len() <= known || self.lowest <= 0.0;
        Ok(())
    }
}

impl Ranking<'_> {
    /// Asks these parts for longer lists, and all parts about whom they name.
    fn lengthen(&mut self, parts: &[usize]) -> ScorerResult<()> {
        let mut found = Vec::new();
        let mut fresh: Vec<NodeId> = Vec::new();
        for &part in parts {
            let named = &mut self.named[part];
            found.clear();
            self.search.homes(&*self.parts.scorers[part], named.asked, &mut found)?;
            found.truncate(named.asked);
            named.take(&found, self.search.exclude)?;
            reserve(&mut fresh, named.homes.len())?;
            let nodes = named.homes.iter().map(|&(node, _)| node);
            fresh.extend(nodes.filter(|node| self.seen.binary_search(node).is_err()));
        }
        fresh.sort_unstable();
        fresh.dedup();
        self.score(&fresh)?;
        reserve(&mut self.seen, fresh.len())?;
        self.seen.extend_from_slice(&fresh);
        self.seen.sort_unstable();
        self.homes.sort_unstable_by(best_first);
        Ok(())
    }

    /// Scores nodes with every part: as it has named them, or by its live score.
    fn score(&mut self, nodes: &[NodeId]) -> ScorerResult<()> {
        let (mut opinions, mut pairs, mut scores) = (Vec::new(), Vec::new(), Vec::new());
        fill(&mut opinions, nodes.len(), Opinions::default())?;
        for ((scorer, weight), named) in self.parts.weighted().zip(&self.named) {
            pairs.clear();
            reserve(&mut pairs, nodes.len())?;
            let unnamed = nodes.iter().filter(|&&node| named.score_of(node).is_none());
            pairs.extend(unnamed.map(|&node| (self.search.chain, node)));
            fill(&mut scores, pairs.len(), None)?;
            if !pairs.is_empty() {
                live_scores(scorer, self.search.victim, &pairs, &mut scores)?;
            }
            let mut live = scores.iter().copied();
            for (&node, opinions) in nodes.iter().zip(&mut opinions) {
                let score = named.score_of(node).or_else(|| live.next().flatten());
                opinions.add(weight, score);
            }
        }
        reserve(&mut self.homes, nodes.len())?;
        let scored = nodes.iter().zip(&opinions);
        self.homes.extend(scored.filter_map(|(&node, opinions)| {
            let score = opinions.combined(self.parts.rule()).filter(|&score| score > 0.0)?;
            Some(Alternative { node, score })
        }));
        Ok(())
    }

    /// Whether somebody whom this part has not named yet may be among the best.
    fn may_follow(&self, part: usize, limit: usize) -> bool {
        let named = &self.named[part];
        if named.is_complete {
            return false;
        }
        let Some(last) = self.homes.get(limit - 1) else { return true };
        // The other parts may find it perfect, whether they name it or not.
        let mut opinions = Opinions::default();
        for (other, (_, weight)) in self.parts.weighted().enumerate() {
            opinions.add(weight, Some(if other == part { named.lowest } else { 1.0 }));
        }
        // Equal is not enough, because ties go to the lower node; the next number makes up for rounding.
        opinions.combined(self.parts.rule()).is_none_or(|bound| last.score <= bound.next_up())
    }
}
