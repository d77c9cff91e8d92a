//! One step of a history. It prints itself as commands of the scenario language.

use std::fmt;

use driftline::{
    ChainId, ClassMode, ClassPolicy, Event, FingerprintMode, Membership, MigrationCost, MoveOrder, NodeId,
    OnScorerError, SchedulerConfig, Timestamp,
};

use super::dice::THIS_NODE;
use crate::support::world::{Answer, Batch, Entries, Tables};

/// One step. Times and ids are absolute, so that a step means the same whatever stands before it.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// One slice of events.
    Apply(Vec<Event>),
    /// The four arrays of a membership, whether they fit together or not.
    Load {
        chains: Vec<ChainId>,
        leaders: Vec<NodeId>,
        offsets: Vec<u64>,
        holders: Vec<NodeId>,
    },
    /// The whole configuration, valid or not.
    Configure(SchedulerConfig),
    /// The policy of a class (Y1), valid or not; `None` drops it.
    Policy(u32, Option<ClassPolicy>),
    Install(Entries),
    Uninstall,
    /// What the scorer answers from now on.
    Say(Say),
    Tick(Timestamp),
    Sample(Timestamp),
    Decide(Timestamp),
    /// The un-gated form over a scorer like the one installed last.
    Diff {
        at: Timestamp,
        already_evicted: Vec<ChainId>,
    },
    /// What is remembered of the chain becomes bytes, which stay where they are until the next export (V1).
    Export(ChainId),
    /// The bytes are taken in; damaged, they are refused.
    Import {
        is_damaged: bool,
    },
    /// Everything starts anew, as after the command `node`; only the exported bytes stay.
    Restart,
    /// The steps that follow are for this scheduler and this state.
    Use {
        scheduler: usize,
        state: usize,
    },
}

/// One change of the scorer's tables.
#[derive(Clone, Debug, PartialEq)]
pub enum Say {
    Scores(ChainId, Vec<(NodeId, Answer<f32>)>),
    /// `None` forgets the live score.
    Live(ChainId, NodeId, Option<Answer<f32>>),
    Alternative(ChainId, Answer<(NodeId, f32)>),
    /// An honest index in place of the alternative, best first (L2).
    Index(ChainId, Vec<(NodeId, f32)>),
    Fingerprints(Vec<(NodeId, Answer<u64>)>),
    ChainFingerprint(ChainId, Answer<u64>),
    Cost(ChainId, NodeId, Answer<MigrationCost>),
}

impl Say {
    /// Writes it to the tables.
    pub fn to(&self, tables: &mut Tables) {
        match self {
            Say::Scores(chain, answers) => {
                tables.scores.extend(answers.iter().map(|&(node, answer)| ((*chain, node), answer)));
            }
            &Say::Live(chain, node, Some(answer)) => {
                tables.live_scores.insert((chain, node), answer);
            }
            &Say::Live(chain, node, None) => {
                tables.live_scores.remove(&(chain, node));
            }
            &Say::Alternative(chain, answer) => {
                tables.alternatives.insert(chain, answer);
                tables.indexes.remove(&chain);
            }
            Say::Index(chain, homes) => {
                tables.indexes.insert(*chain, homes.clone());
            }
            Say::Fingerprints(answers) => tables.fingerprints.extend(answers.iter().copied()),
            &Say::ChainFingerprint(chain, answer) => {
                tables.chain_fingerprints.insert(chain, answer);
            }
            &Say::Cost(chain, node, answer) => {
                tables.costs.insert((chain, node), answer);
            }
        }
    }
}

impl Step {
    /// The arrays of a `Load`.
    pub fn membership(&self) -> Option<Membership<'_>> {
        match self {
            Step::Load { chains, leaders, offsets, holders } => {
                Some(Membership { chains, leaders, holder_offsets: offsets, holders })
            }
            _ => None,
        }
    }

    /// Whether the scenario language can say the step. `Batch::Blind` is said as `batch=on`.
    pub fn is_sayable(&self) -> bool {
        match self {
            Step::Load { chains, leaders, offsets, holders } => {
                let lengths_fit = leaders.len() == chains.len() && offsets.len() == chains.len() + 1;
                lengths_fit && offsets.last() == Some(&(holders.len() as u64))
            }
            Step::Use { .. } => false,
            _ => true,
        }
    }
}

/// Command lines, without a line end after the last.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Step::Apply(events) => match events.as_slice() {
                [event] => write_event(f, event),
                _ => {
                    f.write_str("begin\n")?;
                    for event in events {
                        write_event(f, event)?;
                        f.write_str("\n")?;
                    }
                    f.write_str("commit")
                }
            },
            Step::Load { chains, leaders, offsets, holders } => {
                let leaders = List(leaders.iter().map(|&leader| if leader.is_none() { None } else { Some(leader.0) }));
                write!(f, "load-raw chains={}", List(chains.iter().map(|chain| Some(chain.0))))?;
                write!(f, " leaders={leaders} offsets={}", List(offsets.iter().map(|&offset| Some(offset))))?;
                write!(f, " holders={}", List(holders.iter().map(|node| Some(node.0))))
            }
            Step::Configure(config) => write_config(f, config),
            Step::Policy(class, policy) => write_policy(f, *class, policy.as_ref()),
            Step::Install(entries) => {
                let word = |on: bool| if on { "on" } else { "off" };
                write!(f, "scorer batch={} live={}", word(entries.batch != Batch::Off), word(entries.live))?;
                write!(f, " chain_fingerprints={}", word(entries.chain_fingerprints))
            }
            Step::Uninstall => f.write_str("uninstall"),
            Step::Say(say) => write_say(f, say),
            Step::Tick(at) => write!(f, "tick {}", Time(at.0)),
            Step::Sample(at) => write!(f, "sample {}", Time(at.0)),
            Step::Decide(at) => write!(f, "decide {}", Time(at.0)),
            Step::Diff { at, already_evicted } => {
                write!(f, "diff {}", Time(at.0))?;
                if !already_evicted.is_empty() {
                    write!(f, " already={}", List(already_evicted.iter().map(|chain| Some(chain.0))))?;
                }
                Ok(())
            }
            Step::Export(chain) => write!(f, "export chain={chain}"),
            Step::Import { is_damaged: true } => f.write_str("import damaged"),
            Step::Import { is_damaged: false } => f.write_str("import"),
            Step::Restart => write!(f, "node {THIS_NODE}"),
            Step::Use { scheduler, state } => write!(f, "use scheduler={scheduler} state={state}"),
        }
    }
}

fn write_event(f: &mut fmt::Formatter<'_>, event: &Event) -> fmt::Result {
    match *event {
        Event::HolderAdded { chain, node } => write!(f, "add chain={chain} nodes={}", node.0),
        Event::HolderRemoved { chain, node } => write!(f, "remove chain={chain} nodes={}", node.0),
        Event::LeaderSet { chain, node } => write!(f, "lead chain={chain} node={}", node.0),
        Event::LeaderCleared { chain } => write!(f, "unlead chain={chain}"),
        Event::ChainRemoved { chain } => write!(f, "delete chain={chain}"),
        Event::ClaimAcquired { chain } => write!(f, "claim chain={chain}"),
        Event::ClaimReleased { chain } => write!(f, "release chain={chain}"),
        Event::NodeTouched { node } => write!(f, "touch node={}", node.0),
        Event::ChainTouched { chain } => write!(f, "touch chain={chain}"),
        Event::DesiredReplicas { chain, count } => write!(f, "desire chain={chain} count={count}"),
        Event::ChainRevision { chain, revision } => write!(f, "revision chain={chain} value={revision}"),
        Event::ChainClass { chain, class } => write!(f, "class chain={chain} class={class}"),
        Event::Drain { node, deadline } => write!(f, "drain node={} deadline={}", node.0, Time(deadline.0)),
        Event::DrainCancelled { node } => write!(f, "undrain node={}", node.0),
        Event::Avoid { node, until } => write!(f, "avoid node={} until={}", node.0, Time(until.0)),
        Event::FreezeUntil { until } => write!(f, "freeze until={}", Time(until.0)),
        Event::Thaw => f.write_str("thaw"),
        Event::ForceEvict { chain, victim } => write!(f, "force-evict chain={chain} node={}", victim.0),
        Event::ForcePlace { chain, target } => write!(f, "force-place chain={chain} node={}", target.0),
        Event::MoveFailed { chain } => write!(f, "fail chain={chain}"),
        _ => unreachable!("there is no other event"),
    }
}

fn write_config(f: &mut fmt::Formatter<'_>, config: &SchedulerConfig) -> fmt::Result {
    write!(f, "config score_floor={}", Number(config.score_floor))?;
    write!(f, " hysteresis_gap={}", Number(config.hysteresis_gap))?;
    write!(f, " cooldown={} decision_interval={}", Time(config.cooldown_ns), Time(config.decision_interval_ns))?;
    write!(f, " cost_per_sec={}", Number(config.cost_per_sec))?;
    f.write_str(match config.on_scorer_error {
        OnScorerError::Abort => " on_scorer_error=abort",
        OnScorerError::SkipChain => " on_scorer_error=skip_chain",
        _ => unreachable!("P2 has two policies"),
    })?;
    f.write_str(match config.fingerprint_mode {
        FingerprintMode::Poll => " fingerprint_mode=poll",
        FingerprintMode::Push => " fingerprint_mode=push",
        _ => unreachable!("A7 has two modes"),
    })?;
    write!(f, " max_scores_per_tick={}", config.max_scores_per_tick)?;
    f.write_str(if config.backstop_spread { " backstop_spread=on" } else { " backstop_spread=off" })?;
    write!(f, " retry_backoff={}", Time(config.retry_backoff_ns))?;
    write_safety(f, config)
}

/// What came after L4.
fn write_safety(f: &mut fmt::Formatter<'_>, config: &SchedulerConfig) -> fmt::Result {
    write!(f, " min_holders={}", config.min_holders)?;
    f.write_str(match config.move_order {
        MoveOrder::EvictFirst => " move_order=evict_first",
        MoveOrder::PlaceFirst => " move_order=place_first",
        _ => unreachable!("R4 has two orders"),
    })?;
    write!(f, " pin_ttl={} move_timeout={}", Time(config.pin_ttl_ns), Time(config.move_timeout_ns))?;
    write!(f, " max_moves_per_tick={} max_in_flight={}", config.max_moves_per_tick, config.max_in_flight)?;
    write!(f, " max_in_flight_per_source={}", config.max_in_flight_per_source)?;
    write!(f, " max_in_flight_per_target={}", config.max_in_flight_per_target)?;
    write!(f, " target_penalty={}", Number(config.target_penalty))?;
    write!(f, " max_alternatives={} flap_window={}", config.max_alternatives, Time(config.flap_window_ns))?;
    write!(f, " warmup_coverage={}", Number(config.warmup_coverage))?;
    write!(f, " warmup_max={}", Time(config.warmup_max_ns))
}

fn write_policy(f: &mut fmt::Formatter<'_>, class: u32, policy: Option<&ClassPolicy>) -> fmt::Result {
    write!(f, "policy class={class}")?;
    let Some(policy) = policy else { return f.write_str(" none") };
    for (key, value) in [("score_floor", policy.score_floor), ("hysteresis_gap", policy.hysteresis_gap)] {
        value.map_or(Ok(()), |value| write!(f, " {key}={}", Number(value)))?;
    }
    policy.cooldown_ns.map_or(Ok(()), |cooldown_ns| write!(f, " cooldown={}", Time(cooldown_ns)))?;
    policy.cost_per_sec.map_or(Ok(()), |rate| write!(f, " cost_per_sec={}", Number(rate)))?;
    match policy.mode {
        ClassMode::Eager => f.write_str(" mode=eager"),
        ClassMode::Lazy { critical_floor } => write!(f, " mode=lazy critical_floor={}", Number(critical_floor)),
        ClassMode::Pinned => f.write_str(" mode=pinned"),
        ClassMode::ProposeOnly => f.write_str(" mode=propose_only"),
        _ => unreachable!("Y1 has four modes"),
    }
}

fn write_say(f: &mut fmt::Formatter<'_>, say: &Say) -> fmt::Result {
    match say {
        Say::Scores(chain, answers) => {
            write!(f, "score chain={chain}")?;
            for (node, answer) in answers {
                write!(f, " {node}={}", Given(*answer, Number))?;
            }
            Ok(())
        }
        Say::Live(chain, node, Some(answer)) => write!(f, "live chain={chain} {node}={}", Given(*answer, Number)),
        Say::Live(chain, node, None) => write!(f, "live chain={chain} {node}=unset"),
        Say::Alternative(chain, answer) => match *answer {
            Answer::Is((node, score)) => {
                write!(f, "alternative chain={chain} node={} score={}", node.0, Number(score))
            }
            Answer::Nothing => write!(f, "alternative chain={chain} none"),
            Answer::Fails(code) => write!(f, "alternative chain={chain} fail({code})"),
        },
        Say::Index(chain, homes) => {
            write!(f, "alternatives chain={chain}")?;
            homes.iter().try_for_each(|&(node, score)| write!(f, " {}={}", node.0, Number(score)))
        }
        Say::Fingerprints(answers) => {
            f.write_str("fingerprint")?;
            for (node, answer) in answers {
                write!(f, " {node}={}", Given(*answer, |value| value))?;
            }
            Ok(())
        }
        Say::ChainFingerprint(chain, answer) => write!(f, "chainprint {chain}={}", Given(*answer, |value| value)),
        Say::Cost(chain, node, answer) => match *answer {
            Answer::Is(cost) => {
                write!(f, "cost chain={chain} node={} transfer={}", node.0, Time(cost.state_transfer_ns))?;
                write!(f, " disruption={}", Time(cost.disruption_ns))?;
                write!(f, " reliability={}", Number(cost.reliability_factor))
            }
            Answer::Nothing => write!(f, "cost chain={chain} node={} none", node.0),
            Answer::Fails(code) => write!(f, "cost chain={chain} node={} fail({code})", node.0),
        },
    }
}

/// An answer; the function says how to print a value.
struct Given<T, F>(Answer<T>, F);

impl<T: Copy, D: fmt::Display, F: Fn(T) -> D> fmt::Display for Given<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Answer::Is(value) => (self.1)(value).fmt(f),
            Answer::Nothing => f.write_str("none"),
            Answer::Fails(code) => write!(f, "fail({code})"),
        }
    }
}

/// A number as the language writes it: never with an exponent, and read back bit for bit.
struct Number(f32);

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_nan() { f.write_str("nan") } else { self.0.fmt(f) }
    }
}

/// A time or a duration, in the largest unit that divides it.
pub struct Time(pub u64);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("0"),
            u64::MAX => f.write_str("max"),
            ns if ns % 1_000_000_000 == 0 => write!(f, "{}s", ns / 1_000_000_000),
            ns if ns % 1_000_000 == 0 => write!(f, "{}ms", ns / 1_000_000),
            ns => write!(f, "{ns}ns"),
        }
    }
}

/// Elements separated by commas; `None` is a dash.
struct List<I>(I);

impl<I: Iterator<Item = Option<u64>> + Clone> fmt::Display for List<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, element) in self.0.clone().enumerate() {
            if position > 0 {
                f.write_str(",")?;
            }
            match element {
                Some(number) => write!(f, "{number}")?,
                None => f.write_str("-")?,
            }
        }
        Ok(())
    }
}
