//! The steps of a walk, and how a history tells them: one line each.

use std::fmt;

use driftline::{ClassPolicy, Event, NodeId, SchedulerConfig, Timestamp};

use super::cast::{CHAINS, Nodes, PLANES};
use super::settings::Differences;

/// Which of several things about one chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    Oldest,
    Newest,
}

/// How an action is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As it says.
    Plain,
    /// Who evicts also brings the target, in one change.
    Whole,
    /// It stays in the queue, to be carried out twice.
    Twice,
}

/// What operators tell a control plane. Times are counted from when it is said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Saying {
    Drain { node: NodeId, ahead_ns: u64 },
    DrainCancelled { node: NodeId },
    Avoid { node: NodeId, ahead_ns: u64 },
    Freeze { ahead_ns: u64 },
    Thaw,
    ForceEvict { chain: usize, victim: NodeId },
    ForcePlace { chain: usize, target: NodeId },
}

impl Saying {
    /// The event that it is at this time.
    pub fn event(self, now: Timestamp) -> Event {
        let at = |ahead_ns: u64| Timestamp(now.0.saturating_add(ahead_ns));
        match self {
            Saying::Drain { node, ahead_ns } => Event::Drain { node, deadline: at(ahead_ns) },
            Saying::DrainCancelled { node } => Event::DrainCancelled { node },
            Saying::Avoid { node, ahead_ns } => Event::Avoid { node, until: at(ahead_ns) },
            Saying::Freeze { ahead_ns } => Event::FreezeUntil { until: at(ahead_ns) },
            Saying::Thaw => Event::Thaw,
            Saying::ForceEvict { chain, victim } => Event::ForceEvict { chain: CHAINS[chain], victim },
            Saying::ForcePlace { chain, target } => Event::ForcePlace { chain: CHAINS[chain], target },
        }
    }
}

/// Chains and control planes are named by position. A step that finds nothing to do does nothing, so that every part of a
/// walk is a walk.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    // In the store.
    Create {
        chain: usize,
        holders: Nodes,
        desired: Option<u32>,
        plane: usize,
    },
    Remove {
        chain: usize,
    },
    Claim {
        chain: usize,
    },
    Release {
        chain: usize,
    },
    Desire {
        chain: usize,
        count: u32,
    },
    Class {
        chain: usize,
        class: u32,
    },
    /// Somebody else gives the chain a holder, or takes one away.
    Give {
        chain: usize,
        node: NodeId,
    },
    Take {
        chain: usize,
        node: NodeId,
    },
    /// Its chains lose a holder. The scorer may go on to offer it for a while.
    Die {
        node: NodeId,
        is_listed: bool,
    },
    Revive {
        node: NodeId,
    },
    Lead {
        chain: usize,
        plane: usize,
        hands_over: bool,
    },
    // Between the store and the control planes.
    Deliver {
        plane: usize,
        chain: usize,
        which: Which,
    },
    DeliverAll {
        plane: usize,
    },
    Repeat {
        plane: usize,
        chain: usize,
    },
    Lose {
        plane: usize,
        chain: usize,
    },
    Resync {
        plane: usize,
    },
    /// Somebody says that a move has failed, whether there was one or not.
    Fail {
        plane: usize,
        chain: usize,
    },
    // At the control planes.
    /// Rehearsed: a dry run comes before.
    Tick {
        plane: usize,
        after_ns: u64,
        is_rehearsed: bool,
    },
    TickBefore {
        plane: usize,
    },
    Restart {
        plane: usize,
    },
    Configure {
        plane: usize,
        config: Box<SchedulerConfig>,
    },
    Policy {
        plane: usize,
        class: u32,
        policy: Option<ClassPolicy>,
    },
    Say {
        plane: usize,
        saying: Saying,
    },
    FailScorer {
        plane: usize,
        fails: bool,
    },
    /// Unless it is noted only the backstop finds it.
    Score {
        chain: usize,
        node: NodeId,
        score: f32,
        is_noted: bool,
    },
    // With what they emitted.
    Execute {
        chain: usize,
        which: Which,
        manner: Manner,
    },
    Forget {
        chain: usize,
        which: Which,
    },
    Refuse {
        chain: usize,
        which: Which,
    },
    /// Nothing is lost any more, and everything is carried out at once.
    Calm,
}

/// A time in seconds, or for ever.
struct Seconds(u64);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == u64::MAX { f.write_str("ever") } else { Timestamp(self.0).fmt(f) }
    }
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Which::Oldest { "oldest" } else { "newest" })
    }
}

impl fmt::Display for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Saying::Drain { node, ahead_ns } => write!(f, "drain {node} within {}", Seconds(ahead_ns)),
            Saying::DrainCancelled { node } => write!(f, "no longer drain {node}"),
            Saying::Avoid { node, ahead_ns } => write!(f, "avoid {node} for {}", Seconds(ahead_ns)),
            Saying::Freeze { ahead_ns } => write!(f, "freeze for {}", Seconds(ahead_ns)),
            Saying::Thaw => f.write_str("thaw"),
            Saying::ForceEvict { chain, victim } => write!(f, "force {} away from {victim}", CHAINS[chain]),
            Saying::ForcePlace { chain, target } => write!(f, "force {} to {target}", CHAINS[chain]),
        }
    }
}

fn name(plane: usize) -> &'static str {
    PLANES[plane].1
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told_of_the_store().or_else(|| self.told_of_news()).or_else(|| self.told_of_a_plane());
        f.write_str(&told.unwrap_or_else(|| self.told_of_an_action()))
    }
}

impl Step {
    fn told_of_the_store(&self) -> Option<String> {
        Some(match self {
            Step::Create { chain, holders, desired, plane } => {
                let desired = desired.map_or(String::from("any number"), |count| count.to_string());
                format!("create {} on {holders}, desired {desired}, led by {}", CHAINS[*chain], name(*plane))
            }
            Step::Remove { chain } => format!("remove {}", CHAINS[*chain]),
            Step::Claim { chain } => format!("claim {}", CHAINS[*chain]),
            Step::Release { chain } => format!("release {}", CHAINS[*chain]),
            Step::Desire { chain, count } => format!("desire {count} of {}", CHAINS[*chain]),
            Step::Class { chain, class } => format!("{} is of class {class}", CHAINS[*chain]),
            Step::Give { chain, node } => format!("somebody else gives {} to {node}", CHAINS[*chain]),
            Step::Take { chain, node } => format!("somebody else takes {} from {node}", CHAINS[*chain]),
            Step::Die { node, is_listed } => {
                format!("{node} dies{}", if *is_listed { ", and is still offered" } else { "" })
            }
            Step::Revive { node } => format!("{node} is alive again"),
            Step::Lead { chain, plane, hands_over } => {
                let with = if *hands_over { "what was remembered" } else { "nothing" };
                format!("{} leads {} from now on, and gets {with}", name(*plane), CHAINS[*chain])
            }
            Step::Score { chain, node, score, is_noted } => {
                let unnoted = if *is_noted { "" } else { ", unnoted" };
                format!("score {score} for {} on {node}{unnoted}", CHAINS[*chain])
            }
            _ => return None,
        })
    }

    fn told_of_news(&self) -> Option<String> {
        Some(match self {
            Step::Deliver { plane, chain, which } => {
                format!("{} hears the {which} news of {}", name(*plane), CHAINS[*chain])
            }
            Step::DeliverAll { plane } => format!("{} hears all news", name(*plane)),
            Step::Repeat { plane, chain } => {
                format!("{} hears news of {} that it will hear again", name(*plane), CHAINS[*chain])
            }
            Step::Lose { plane, chain } => format!("{} loses news of {}", name(*plane), CHAINS[*chain]),
            Step::Resync { plane } => format!("{} reads the store", name(*plane)),
            Step::Fail { plane, chain } => format!("{} is to hear that {} failed", name(*plane), CHAINS[*chain]),
            _ => return None,
        })
    }

    fn told_of_a_plane(&self) -> Option<String> {
        Some(match self {
            Step::Tick { plane, after_ns, is_rehearsed } => {
                let rehearsed = if *is_rehearsed { "rehearsed " } else { "" };
                format!("{} after {}: {rehearsed}tick", name(*plane), Seconds(*after_ns))
            }
            Step::TickBefore { plane } => format!("{} ticks in the past", name(*plane)),
            Step::Restart { plane } => format!("{} starts anew and reads the store", name(*plane)),
            Step::Configure { plane, config } => format!("{} config {}", name(*plane), Differences(config)),
            Step::Policy { plane, class, policy: None } => format!("{} policy for class {class}: none", name(*plane)),
            Step::Policy { plane, class, policy: Some(policy) } => {
                format!("{} policy for class {class}: {:?}, floor {:?}", name(*plane), policy.mode, policy.score_floor)
            }
            Step::Say { plane, saying } => format!("{} is told: {saying}", name(*plane)),
            Step::FailScorer { plane, fails } => {
                format!("the scorer of {} {}", name(*plane), if *fails { "fails" } else { "answers again" })
            }
            Step::Calm => String::from("calm"),
            _ => return None,
        })
    }

    fn told_of_an_action(&self) -> String {
        match self {
            Step::Execute { chain, which, manner } => {
                let how = match manner {
                    Manner::Plain => "",
                    Manner::Whole => ", the target at once",
                    Manner::Twice => ", not for the last time",
                };
                format!("carry out the {which} action on {}{how}", CHAINS[*chain])
            }
            Step::Forget { chain, which } => format!("forget the {which} action on {}", CHAINS[*chain]),
            Step::Refuse { chain, which } => format!("refuse the {which} action on {} and say so", CHAINS[*chain]),
            other => format!("{other:?}"),
        }
    }
}
