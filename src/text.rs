//! The one stable form in which the core prints itself: tests, logs and `explain` alike.

use core::fmt;

use crate::action::{Action, Explanation, Flight, Judgement, Verdict};
use crate::id::{NodeId, Timestamp};

/// The largest unit of `ns`, `us`, `ms` and `s` that divides the time: `30s`, `1500ms`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 3] = [(1_000_000_000, "s"), (1_000_000, "ms"), (1_000, "us")];
        match UNITS.into_iter().find(|(unit_ns, _)| self.0.is_multiple_of(*unit_ns)) {
            Some((unit_ns, name)) => write!(f, "{}{name}", self.0 / unit_ns),
            None => write!(f, "{}ns", self.0),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for Judgement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line { judgement: self, explanation: None }.fmt(f)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Line { judgement: &self.judgement, explanation: Some(self) }.fmt(f)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (arm, chain) = (self.arm().name(), self.chain());
        match self {
            Action::Evict(eviction) => {
                write!(f, "{arm} evict {chain}: {}", eviction.victim)?;
                write_target(f, eviction.target)?;
            }
            Action::Place(placement) => {
                write!(f, "{arm} place {chain}")?;
                write_target(f, placement.target)?;
                f.write_str(", excluding")?;
                placement.exclude.iter().try_for_each(|node| write!(f, " {node}"))?;
                if placement.exclude.is_empty() {
                    f.write_str(" none")?;
                }
            }
        }
        match self.revision() {
            Some(revision) => write!(f, " at revision {revision}"),
            None => Ok(()),
        }
    }
}

fn write_target(f: &mut fmt::Formatter<'_>, target: Option<NodeId>) -> fmt::Result {
    target.map_or(Ok(()), |target| write!(f, " -> {target}"))
}

/// One chain's line, with the bounds that it was judged by where they are known.
struct Line<'a> {
    judgement: &'a Judgement,
    explanation: Option<&'a Explanation>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judgement = self.judgement;
        write!(f, "{} {}", judgement.chain, judgement.verdict)?;
        match judgement.verdict {
            Verdict::Cooldown => write_until(f, self.explanation.and_then(|known| known.cooldown_until)),
            Verdict::FlapHold => write_until(f, self.explanation.and_then(|known| known.flap_hold_until)),
            Verdict::InFlight => {
                let flight = self.explanation.and_then(|known| known.flight);
                flight.map_or(Ok(()), |flight| write_flight(f, &flight))
            }
            Verdict::NoScore | Verdict::NoAlternative | Verdict::RetryLater => match judgement.victim {
                Some(victim) => {
                    write!(f, " for {victim}: ")?;
                    self.write_numbers(f)?;
                    self.write_wait(f)
                }
                None => Ok(()),
            },
            Verdict::Recovered => match judgement.victim {
                Some(victim) => {
                    write!(f, " {victim}: ")?;
                    self.write_numbers(f)
                }
                None => Ok(()),
            },
            Verdict::LastHolder
            | Verdict::TickLimit
            | Verdict::ClusterLimit
            | Verdict::SourceLimit
            | Verdict::TargetLimit
                if judgement.victim.is_none() =>
            {
                // Another arm met it, which does not ask for scores.
                self.limit().map_or(Ok(()), |limit| write!(f, ": limit {limit}"))
            }
            Verdict::GapTooSmall
            | Verdict::CostTooHigh
            | Verdict::LastHolder
            | Verdict::TickLimit
            | Verdict::ClusterLimit
            | Verdict::SourceLimit
            | Verdict::TargetLimit
            | Verdict::ProposeOnly
            | Verdict::Evict => {
                if let (Some(victim), Some(alternative)) = (judgement.victim, judgement.alternative) {
                    write!(f, " {victim} -> {}: ", alternative.node)?;
                }
                self.write_numbers(f)?;
                self.limit().map_or(Ok(()), |limit| write!(f, ", limit {limit}"))
            }
            Verdict::NotSampled
            | Verdict::Healthy
            | Verdict::ClaimHeld
            | Verdict::ScorerFailed
            | Verdict::AlreadyMoved
            | Verdict::Frozen
            | Verdict::WarmingUp
            | Verdict::Pinned
            | Verdict::Deferred => Ok(()),
        }
    }
}

fn write_until(f: &mut fmt::Formatter<'_>, until: Option<Timestamp>) -> fmt::Result {
    until.map_or(Ok(()), |until| write!(f, " until {until}"))
}

fn write_flight(f: &mut fmt::Formatter<'_>, flight: &Flight) -> fmt::Result {
    if let Some(victim) = flight.victim {
        write!(f, " {victim}")?;
    }
    write_target(f, flight.target)
}

impl Line<'_> {
    /// What the chain was refused for, and until when it waits.
    fn write_wait(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(known) = self.explanation else { return Ok(()) };
        if let Some(refusal) = known.refusal {
            write!(f, ", {refusal}")?;
        }
        write_until(f, known.retry_at)
    }

    fn limit(&self) -> Option<u64> {
        self.explanation.and_then(|known| known.limit)
    }

    /// Floor and gap. Bounds that nobody knows, as in an explanation that C filled in itself, are left out.
    fn bounds(&self) -> Option<(f32, f32)> {
        let bounds = self.explanation.map(|known| (known.score_floor, known.hysteresis_gap));
        bounds.filter(|(floor, gap)| !floor.is_nan() && !gap.is_nan())
    }

    /// The operands that the verdict turned on, separated by commas.
    fn write_numbers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judgement = self.judgement;
        let evicts = matches!(judgement.verdict, Verdict::Evict | Verdict::ProposeOnly);
        let bounds = self.bounds().filter(|_| evicts);
        let mut separator = "";
        if let Some(score) = judgement.sampled_score
            && (judgement.verdict == Verdict::Recovered || judgement.live_score.is_none())
        {
            write!(f, "sampled {score:.2}")?;
            separator = ", ";
        }
        if let Some(score) = judgement.live_score {
            write!(f, "{separator}live {score:.2}")?;
            separator = ", ";
        }
        if let Some((floor, _)) = bounds {
            write!(f, " under {floor:.2}")?;
        }
        if let Some(gain) = judgement.gain {
            write!(f, "{separator}gain {gain:.2}")?;
        }
        if let Some((_, gap)) = bounds {
            write!(f, " over {gap:.2}")?;
        }
        match judgement.cost {
            Some(cost) => write!(f, "{separator}cost {cost:.2}"),
            None if evicts => write!(f, "{separator}cost none"),
            None => Ok(()),
        }
    }
}
