//! The same as an explanation's text, for somebody who is called at night: one sentence for each verdict.

use core::fmt;

use crate::action::{Explanation, Flight, Judgement, Verdict};
use crate::id::{NodeId, Timestamp};

impl Explanation {
    /// Why the chain is where it is, as one sentence without an end mark. What is not known is left out.
    ///
    /// ```
    /// use driftline::{
    ///     Alternative, ChainId, Event, LocalScheduler, MeshState, NodeId, PlacementScorer, SchedulerConfig, ScorerResult,
    ///     Timestamp,
    /// };
    ///
    /// struct Load;
    /// impl PlacementScorer for Load {
    ///     fn score(&self, _: ChainId, _: NodeId) -> ScorerResult<Option<f32>> {
    ///         Ok(Some(0.4))
    ///     }
    ///     fn best_alternative(&self, _: ChainId, _: &[NodeId]) -> ScorerResult<Option<Alternative>> {
    ///         Ok(Some(Alternative { node: NodeId(9), score: 0.5 }))
    ///     }
    /// }
    ///
    /// # fn main() -> Result<(), driftline::Error> {
    /// let (chain, node) = (ChainId(7), NodeId(3));
    /// let mut state = MeshState::new();
    /// state.apply(&[Event::HolderAdded { chain, node }, Event::LeaderSet { chain, node }])?;
    /// let mut scheduler = LocalScheduler::new(node, SchedulerConfig::default())?;
    /// scheduler.registry_mut().install(Box::new(Load));
    /// scheduler.tick(&mut state, Timestamp(0))?;
    /// assert_eq!(
    ///     scheduler.explain(&state, chain)?.sentence().to_string(),
    ///     "chain 7 stays on node 3: its score 0.40 is under the floor 0.50, and node 9 offers 0.50, but the gain 0.10 \
    ///      is not over the gap 0.20",
    /// );
    /// # Ok(())
    /// # }
    /// ```
    pub fn sentence(&self) -> impl fmt::Display + '_ {
        Sentence { explanation: self, judgement: &self.judgement }
    }
}

struct Sentence<'a> {
    explanation: &'a Explanation,
    judgement: &'a Judgement,
}

impl fmt::Display for Sentence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chain {} ", self.judgement.chain)?;
        match self.judgement.verdict {
            Verdict::NotSampled => self.stays(f, "nobody has scored its homes yet"),
            Verdict::Healthy => self.write_healthy(f),
            Verdict::NoScore if self.judgement.victim.is_none() => self.stays(f, "none of its homes has a score"),
            Verdict::NoScore => {
                self.write_start(f, "stays")?;
                f.write_str("it has no score right now")
            }
            Verdict::Cooldown => {
                self.stays(f, "it has moved and is left alone")?;
                write_until(f, self.explanation.cooldown_until)
            }
            Verdict::FlapHold => {
                self.stays(f, "it has moved back and forth, or too often, and is left alone")?;
                write_until(f, self.explanation.flap_hold_until)
            }
            Verdict::ClaimHeld => self.stays(f, "somebody holds an exclusive claim on it"),
            Verdict::Recovered => self.write_recovered(f),
            Verdict::NoAlternative => {
                self.write_start(f, "stays")?;
                f.write_str("no other home is open to it")
            }
            Verdict::RetryLater => self.write_retry(f),
            Verdict::GapTooSmall => self.write_gap(f),
            Verdict::CostTooHigh => self.write_cost(f),
            Verdict::LastHolder => {
                self.write_start(f, "stays")?;
                f.write_str("a move would leave it with too few holders")
            }
            Verdict::TickLimit | Verdict::ClusterLimit | Verdict::SourceLimit | Verdict::TargetLimit => {
                self.write_start(f, "waits")?;
                self.write_limit(f)
            }
            Verdict::Evict => self.write_move(f, "moves"),
            Verdict::ProposeOnly => {
                self.write_move(f, "should move")?;
                f.write_str(", but its class only proposes")
            }
            Verdict::InFlight => self.write_flight(f),
            Verdict::AlreadyMoved => f.write_str("is on its way: an order, its wished count or a drain came first"),
            Verdict::ScorerFailed => self.stays(f, "the scorer failed when it was asked about it"),
            Verdict::Frozen => self.stays(f, "everything is frozen"),
            Verdict::WarmingUp => self.stays(f, "too few chains have a score yet"),
            Verdict::Pinned => self.stays(f, "its class does not move"),
            Verdict::Deferred => self.stays(f, "it is due, but the scores of this tick were used up before its turn"),
        }
    }
}

impl Sentence<'_> {
    /// Bounds that nobody knows, as in an explanation that C filled in itself, are left out.
    fn floor(&self) -> Option<f32> {
        Some(self.explanation.score_floor).filter(|floor| !floor.is_nan())
    }

    fn gap(&self) -> Option<f32> {
        Some(self.explanation.hysteresis_gap).filter(|gap| !gap.is_nan())
    }

    /// The score that the victim was judged by: the live one, if it was asked for.
    fn score(&self) -> Option<f32> {
        self.judgement.live_score.or(self.judgement.sampled_score)
    }

    /// A verdict that is not about one holder.
    fn stays(&self, f: &mut fmt::Formatter<'_>, why: &str) -> fmt::Result {
        write!(f, "stays where it is: {why}")
    }

    /// What speaks for a move as far as it is known, up to the `but`.
    fn write_start(&self, f: &mut fmt::Formatter<'_>, does: &str) -> fmt::Result {
        match self.judgement.victim {
            Some(victim) => write!(f, "{does} on node {victim}: ")?,
            None => write!(f, "{does} where it is: ")?,
        }
        if self.write_reasons(f)? { f.write_str(", but ") } else { Ok(()) }
    }

    /// The bad score and the better home. Whether there was anything to say.
    fn write_reasons(&self, f: &mut fmt::Formatter<'_>) -> Result<bool, fmt::Error> {
        let mut separator = "";
        if let (Some(_), Some(score)) = (self.judgement.victim, self.score()) {
            write!(f, "its score {score:.2} is ")?;
            match self.floor() {
                Some(floor) => write!(f, "under the floor {floor:.2}")?,
                None => f.write_str("too low")?,
            }
            separator = ", and ";
        }
        if let Some(alternative) = self.judgement.alternative {
            write!(f, "{separator}node {} offers {:.2}", alternative.node, alternative.score)?;
            separator = ", ";
        }
        Ok(!separator.is_empty())
    }

    fn write_healthy(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(worst), Some(score)) = (self.judgement.victim, self.judgement.sampled_score) else {
            return self.stays(f, "none of its homes is bad");
        };
        write!(f, "stays where it is: its worst home, node {worst}, has {score:.2}")?;
        self.floor().map_or(Ok(()), |floor| write!(f, ", and the floor is {floor:.2}"))
    }

    fn write_recovered(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.judgement.victim {
            Some(victim) => write!(f, "stays on node {victim}: ")?,
            None => f.write_str("stays where it is: ")?,
        }
        if let Some(sampled) = self.judgement.sampled_score {
            write!(f, "its score was {sampled:.2}, but ")?;
        }
        match self.judgement.live_score {
            Some(live) => write!(f, "right now it is {live:.2}")?,
            None => f.write_str("right now it is better")?,
        }
        self.floor().map_or(Ok(()), |floor| write!(f, ", and the floor is {floor:.2}"))
    }

    fn write_retry(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_start(f, "stays")?;
        f.write_str(match self.explanation.refusal {
            Some(Verdict::NoAlternative) => "there was no other home for it",
            Some(Verdict::GapTooSmall) => "no other home was better by more than the gap",
            Some(Verdict::CostTooHigh) => "no move was worth its cost",
            _ => "no move was worth it",
        })?;
        match self.explanation.retry_at {
            Some(at) => write!(f, ", and until {at} nobody asks again unless something changes"),
            None => Ok(()),
        }
    }

    fn write_gap(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_start(f, "stays")?;
        match self.judgement.gain {
            Some(gain) => write!(f, "the gain {gain:.2} is not over the gap")?,
            None => f.write_str("the gain is not over the gap")?,
        }
        self.gap().map_or(Ok(()), |gap| write!(f, " {gap:.2}"))
    }

    fn write_cost(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_start(f, "stays")?;
        match (self.judgement.cost, self.judgement.gain) {
            (Some(cost), Some(gain)) => write!(f, "the move would cost {cost:.2} and gain {gain:.2}"),
            _ => f.write_str("the move would cost as much as it gains"),
        }
    }

    fn write_limit(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Judgement { verdict, victim, alternative, .. } = self.judgement;
        match self.explanation.limit {
            Some(1) => f.write_str("the limit of 1 move ")?,
            Some(limit) => write!(f, "the limit of {limit} moves ")?,
            None => f.write_str("the limit of moves ")?,
        }
        match verdict {
            Verdict::TickLimit => f.write_str("in one tick")?,
            Verdict::SourceLimit => write_node(f, "in flight from", *victim)?,
            Verdict::TargetLimit => write_node(f, "in flight to", alternative.map(|alternative| alternative.node))?,
            _ => f.write_str("in flight")?,
        }
        f.write_str(" is reached")
    }

    fn write_move(&self, f: &mut fmt::Formatter<'_>, does: &str) -> fmt::Result {
        let Judgement { victim, alternative, gain, cost, .. } = self.judgement;
        f.write_str(does)?;
        victim.map_or(Ok(()), |victim| write!(f, " from node {victim}"))?;
        alternative.map_or(Ok(()), |alternative| write!(f, " to node {}", alternative.node))?;
        f.write_str(": ")?;
        if self.write_reasons(f)? {
            f.write_str(", and ")?;
        }
        match gain {
            Some(gain) => write!(f, "the gain {gain:.2} is over the gap")?,
            None => f.write_str("the gain is over the gap")?,
        }
        self.gap().map_or(Ok(()), |gap| write!(f, " {gap:.2}"))?;
        cost.map_or(Ok(()), |cost| write!(f, " and over the cost {cost:.2}"))
    }

    fn write_flight(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is on its way")?;
        let Some(Flight { victim, target, since, times_out_at }) = self.explanation.flight else { return Ok(()) };
        victim.map_or(Ok(()), |victim| write!(f, " from node {victim}"))?;
        target.map_or(Ok(()), |target| write!(f, " to node {target}"))?;
        write!(f, " since {since}")?;
        times_out_at.map_or(Ok(()), |at| write!(f, " and has until {at}"))
    }
}

fn write_until(f: &mut fmt::Formatter<'_>, until: Option<Timestamp>) -> fmt::Result {
    until.map_or(Ok(()), |until| write!(f, " until {until}"))
}

fn write_node(f: &mut fmt::Formatter<'_>, way: &str, node: Option<NodeId>) -> fmt::Result {
    match node {
        Some(node) => write!(f, "{way} node {node}"),
        None => write!(f, "{way} one node"),
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;
    use crate::id::ChainId;
    use crate::scorer::Alternative;

    /// Where nothing is known, as C may fill it in.
    fn bare(verdict: Verdict) -> Explanation {
        Explanation {
            judgement: Judgement::bare(ChainId(7), verdict),
            since: None,
            sampled_at: None,
            cooldown_until: None,
            score_floor: f32::NAN,
            hysteresis_gap: f32::NAN,
            refusal: None,
            retry_at: None,
            limit: None,
            flap_hold_until: None,
            flight: None,
        }
    }

    fn full(verdict: Verdict) -> Explanation {
        let mut full = bare(verdict);
        full.judgement.victim = Some(NodeId(3));
        full.judgement.sampled_score = Some(0.4);
        full.judgement.live_score = Some(0.25);
        full.judgement.alternative = Some(Alternative { node: NodeId(9), score: 0.75 });
        full.judgement.gain = Some(0.5);
        full.judgement.cost = Some(0.125);
        full.score_floor = 0.5;
        full.hysteresis_gap = 0.2;
        full.cooldown_until = Some(Timestamp(310_000_000_000));
        full.retry_at = Some(Timestamp(1_500_000_000));
        full.limit = Some(5);
        full.flap_hold_until = Some(Timestamp(1_800_000_000_000));
        let (victim, target) = (Some(NodeId(3)), Some(NodeId(9)));
        let times_out_at = Some(Timestamp(630_000_000_000));
        full.flight = Some(Flight { victim, target, since: Timestamp(30_000_000_000), times_out_at });
        full
    }

    fn sentence(explanation: &Explanation) -> String {
        explanation.sentence().to_string()
    }

    #[test]
    fn every_verdict_has_a_sentence_where_nothing_is_known() {
        let expected = [
            "stays where it is: nobody has scored its homes yet",
            "stays where it is: none of its homes is bad",
            "stays where it is: none of its homes has a score",
            "stays where it is: it has moved and is left alone",
            "stays where it is: somebody holds an exclusive claim on it",
            "stays where it is: right now it is better",
            "stays where it is: no other home is open to it",
            "stays where it is: the gain is not over the gap",
            "stays where it is: the move would cost as much as it gains",
            "moves: the gain is over the gap",
            "stays where it is: the scorer failed when it was asked about it",
            "is on its way: an order, its wished count or a drain came first",
            "stays where it is: a move would leave it with too few holders",
            "stays where it is: everything is frozen",
            "is on its way",
            "stays where it is: no move was worth it",
            "waits where it is: the limit of moves in one tick is reached",
            "waits where it is: the limit of moves in flight is reached",
            "waits where it is: the limit of moves in flight from one node is reached",
            "waits where it is: the limit of moves in flight to one node is reached",
            "stays where it is: it has moved back and forth, or too often, and is left alone",
            "stays where it is: too few chains have a score yet",
            "stays where it is: its class does not move",
            "should move: the gain is over the gap, but its class only proposes",
            "stays where it is: it is due, but the scores of this tick were used up before its turn",
        ];
        for (verdict, expected) in Verdict::ALL.into_iter().zip(expected) {
            assert_eq!(sentence(&bare(verdict)), alloc::format!("chain 7 {expected}"));
        }
    }

    #[test]
    fn what_is_known_is_said() {
        let low = "its score 0.25 is under the floor 0.50, and node 9 offers 0.75";
        let expected = [
            (
                Verdict::Healthy,
                "stays where it is: its worst home, node 3, has 0.40, and the floor is 0.50".to_string(),
            ),
            (Verdict::Cooldown, "stays where it is: it has moved and is left alone until 310s".to_string()),
            (
                Verdict::Recovered,
                "stays on node 3: its score was 0.40, but right now it is 0.25, and the floor is 0.50".to_string(),
            ),
            (
                Verdict::GapTooSmall,
                alloc::format!("stays on node 3: {low}, but the gain 0.50 is not over the gap 0.20"),
            ),
            (
                Verdict::CostTooHigh,
                alloc::format!("stays on node 3: {low}, but the move would cost 0.12 and gain 0.50"),
            ),
            (
                Verdict::Evict,
                alloc::format!(
                    "moves from node 3 to node 9: {low}, and the gain 0.50 is over the gap 0.20 and over the cost 0.12"
                ),
            ),
            (
                Verdict::LastHolder,
                alloc::format!("stays on node 3: {low}, but a move would leave it with too few holders"),
            ),
            (Verdict::InFlight, "is on its way from node 3 to node 9 since 30s and has until 630s".to_string()),
            (
                Verdict::TickLimit,
                alloc::format!("waits on node 3: {low}, but the limit of 5 moves in one tick is reached"),
            ),
            (
                Verdict::ClusterLimit,
                alloc::format!("waits on node 3: {low}, but the limit of 5 moves in flight is reached"),
            ),
            (
                Verdict::SourceLimit,
                alloc::format!("waits on node 3: {low}, but the limit of 5 moves in flight from node 3 is reached"),
            ),
            (
                Verdict::TargetLimit,
                alloc::format!("waits on node 3: {low}, but the limit of 5 moves in flight to node 9 is reached"),
            ),
            (
                Verdict::FlapHold,
                "stays where it is: it has moved back and forth, or too often, and is left alone until 1800s"
                    .to_string(),
            ),
            (
                Verdict::ProposeOnly,
                alloc::format!(
                    "should move from node 3 to node 9: {low}, and the gain 0.50 is over the gap 0.20 and over the cost \
                     0.12, but its class only proposes"
                ),
            ),
        ];
        for (verdict, expected) in expected {
            assert_eq!(sentence(&full(verdict)), alloc::format!("chain 7 {expected}"));
        }
    }

    /// What a pass really knows of these is less than everything.
    #[test]
    fn what_was_not_asked_is_left_out() {
        let mut known = full(Verdict::NoScore);
        known.judgement = Judgement { live_score: None, alternative: None, gain: None, cost: None, ..known.judgement };
        let low = "chain 7 stays on node 3: its score 0.40 is under the floor 0.50, but";
        assert_eq!(sentence(&known), alloc::format!("{low} it has no score right now"));
        known.judgement.verdict = Verdict::NoAlternative;
        assert_eq!(sentence(&known), alloc::format!("{low} no other home is open to it"));

        known.judgement.verdict = Verdict::RetryLater;
        let waits = "and until 1500ms nobody asks again unless something changes";
        for (refusal, why) in [
            (Verdict::NoAlternative, "there was no other home for it"),
            (Verdict::GapTooSmall, "no other home was better by more than the gap"),
            (Verdict::CostTooHigh, "no move was worth its cost"),
        ] {
            known.refusal = Some(refusal);
            assert_eq!(sentence(&known), alloc::format!("{low} {why}, {waits}"));
        }

        let mut alone = full(Verdict::SourceLimit);
        alone.limit = Some(1);
        assert!(sentence(&alone).ends_with(", but the limit of 1 move in flight from node 3 is reached"));

        let mut flight = full(Verdict::InFlight);
        let of = |victim: Option<u64>, target: Option<u64>| Flight {
            victim: victim.map(NodeId),
            target: target.map(NodeId),
            since: Timestamp(0),
            times_out_at: None,
        };
        for (victim, target, way) in [(Some(3), None, " from node 3"), (None, Some(9), " to node 9"), (None, None, "")]
        {
            flight.flight = Some(of(victim, target));
            assert_eq!(sentence(&flight), alloc::format!("chain 7 is on its way{way} since 0s"));
        }
    }
}
