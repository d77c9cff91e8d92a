//! The one stable form in which the core prints itself: tests, logs and `explain` alike.

use core::fmt;

use crate::action::{Explanation, Judgement, Verdict};
use crate::id::Timestamp;

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
        Line { judgement: self, bounds: None, cooldown_until: None, refusal: None, retry_at: None }.fmt(f)
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bounds = Some((self.score_floor, self.hysteresis_gap));
        // Bounds that nobody knows, as in an explanation that C filled in itself, are left out.
        let bounds = bounds.filter(|(floor, gap)| !floor.is_nan() && !gap.is_nan());
        let Explanation { judgement, cooldown_until, refusal, retry_at, .. } = self;
        Line { judgement, bounds, cooldown_until: *cooldown_until, refusal: *refusal, retry_at: *retry_at }.fmt(f)
    }
}

/// One chain's line, with the bounds that it was judged by where they are known.
struct Line<'a> {
    judgement: &'a Judgement,
    bounds: Option<(f32, f32)>,
    cooldown_until: Option<Timestamp>,
    refusal: Option<Verdict>,
    retry_at: Option<Timestamp>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judgement = self.judgement;
        write!(f, "{} {}", judgement.chain, judgement.verdict)?;
        match judgement.verdict {
            Verdict::Cooldown => match self.cooldown_until {
                Some(until) => write!(f, " until {until}"),
                None => Ok(()),
            },
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
            Verdict::GapTooSmall | Verdict::CostTooHigh | Verdict::Evict => {
                if let (Some(victim), Some(alternative)) = (judgement.victim, judgement.alternative) {
                    write!(f, " {victim} -> {}: ", alternative.node)?;
                }
                self.write_numbers(f)
            }
            Verdict::NotSampled
            | Verdict::Healthy
            | Verdict::ClaimHeld
            | Verdict::ScorerFailed
            | Verdict::AlreadyMoved
            | Verdict::Deferred => Ok(()),
        }
    }
}

impl Line<'_> {
    /// What the chain was refused for, and until when it waits.
    fn write_wait(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(refusal) = self.refusal {
            write!(f, ", {refusal}")?;
        }
        match self.retry_at {
            Some(at) => write!(f, " until {at}"),
            None => Ok(()),
        }
    }

    /// The operands that the verdict turned on, separated by commas.
    fn write_numbers(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let judgement = self.judgement;
        let evicts = judgement.verdict == Verdict::Evict;
        let bounds = self.bounds.filter(|_| evicts);
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
