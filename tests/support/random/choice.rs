//! From random words to steps.
//!
//! A word decides one edit or one pass, whatever stands before it, and the word 0 decides the simplest one: so a
//! history can be made smaller by dropping words and by making them smaller.

use std::collections::BTreeMap;

use driftline::{ChainId, ClassPolicy, Event, NodeId, OnScorerError, SchedulerConfig, Timestamp};

use super::dice::{CHAINS, Dice, NODES, OTHER_NODE, SECOND, SPARE_NODE, THIS_NODE, push_chain};
use super::safety;
use super::step::{Say, Step};
use crate::support::oracle::{Kind, OracleAction, OracleState};
use crate::support::world::{Answer, Tables};

/// What an edit may depend on.
pub struct Context<'a> {
    pub now: Timestamp,
    /// When the library asked to be called next.
    pub next_due: Option<Timestamp>,
    pub config: &'a SchedulerConfig,
    pub classes: &'a BTreeMap<u32, ClassPolicy>,
    /// What the last tick asked for.
    pub actions: &'a [OracleAction],
    /// What the last ticks asked for, oldest first.
    pub asked: &'a [OracleAction],
    pub tables: &'a Tables,
    pub state: &'a OracleState,
}

impl Context<'_> {
    pub fn holders(&self, chain: ChainId) -> Vec<NodeId> {
        self.state.chains.get(&chain).map(|chain| chain.holders.iter().copied().collect()).unwrap_or_default()
    }

    fn leader(&self, chain: ChainId) -> Option<NodeId> {
        self.state.chains.get(&chain).and_then(|chain| chain.leader)
    }

    /// E2: the membership as it is, said again.
    pub fn present_membership(&self) -> Step {
        let mut load = Step::Load { chains: Vec::new(), leaders: Vec::new(), offsets: vec![0], holders: Vec::new() };
        for chain in CHAINS {
            let (holders, leader) = (self.holders(chain), self.leader(chain));
            if !holders.is_empty() || leader.is_some() {
                // Descending: the order in which holders are listed means nothing.
                push_chain(&mut load, chain, leader.unwrap_or(NodeId::NONE), holders.into_iter().rev());
            }
        }
        load
    }

    /// What the scorer answers, said again.
    pub fn tables_again(&self) -> Vec<Step> {
        let tables = self.tables;
        let mut says = Vec::new();
        for (&(chain, node), &answer) in &tables.scores {
            says.push(Say::Scores(chain, vec![(node, answer)]));
        }
        for (&(chain, node), &answer) in &tables.live_scores {
            says.push(Say::Live(chain, node, Some(answer)));
        }
        says.extend(tables.alternatives.iter().map(|(&chain, &answer)| Say::Alternative(chain, answer)));
        says.extend(tables.indexes.iter().map(|(&chain, homes)| Say::Index(chain, homes.clone())));
        says.extend(tables.fingerprints.iter().map(|(&node, &answer)| Say::Fingerprints(vec![(node, answer)])));
        for (&chain, &answer) in &tables.chain_fingerprints {
            says.push(Say::ChainFingerprint(chain, answer));
        }
        says.extend(tables.costs.iter().map(|(&(chain, node), &answer)| Say::Cost(chain, node, answer)));
        says.into_iter().map(Step::Say).collect()
    }
}

/// The first steps of a history. Each word may be 0, which leaves its part out.
pub fn opening(words: &[u64; 6], sheets: &[u64; 6], config: &SchedulerConfig) -> Vec<Step> {
    let [policy, entries, membership, fingerprints, costs, limits] = *words;
    let mut steps = Vec::new();
    if policy != 0 {
        let mut dice = Dice(policy);
        let policy = dice.of(&[OnScorerError::SkipChain, OnScorerError::SkipChain, OnScorerError::Abort]);
        let config = Dice(limits).limits(&dice.valid_config(config));
        steps.push(Step::Configure(SchedulerConfig { on_scorer_error: policy, ..config }));
    }
    if entries != 0 {
        steps.push(Step::Install(Dice(entries).entries()));
    }
    if membership != 0 {
        let mut dice = Dice(membership);
        // With few chains it is one of them that everything hangs on.
        let density = dice.of(&[8, 8, 8, 2]);
        steps.push(dice.membership(density));
    }
    if fingerprints != 0 {
        let mut dice = Dice(fingerprints);
        let known = |node| (node, Answer::Is(10));
        if dice.one_in(8) {
            steps.push(Step::Say(Say::Fingerprints(NODES.iter().map(|&node| (node, dice.fingerprint())).collect())));
        } else {
            steps.push(Step::Say(Say::Fingerprints(NODES.iter().map(|&node| known(node)).collect())));
        }
    }
    if costs != 0 {
        let mut dice = Dice(costs);
        for _ in 0..2 {
            steps.push(Step::Say(Say::Cost(dice.chain(), SPARE_NODE, dice.cost())));
        }
    }
    for (&sheet, chain) in sheets.iter().zip(CHAINS) {
        let mut dice = Dice(sheet);
        let what = dice.throw(16);
        if sheet == 0 || what == 15 {
            continue;
        }
        let alternative = match dice.throw(8) {
            7 => Answer::Nothing,
            _ => Answer::Is((SPARE_NODE, dice.of(&[0.95, 0.75, 1.0, 0.5]))),
        };
        steps.push(score_sheet(&mut dice, chain));
        steps.push(Step::Say(Say::Alternative(chain, alternative)));
        if what >= 10 {
            // Some of its holders are better than when they were sampled.
            for node in [dice.node(), dice.node()] {
                steps.push(Step::Say(Say::Live(chain, node, Some(Answer::Is(dice.of(&[0.75, 0.5, 0.45]))))));
            }
        }
    }
    steps
}

/// Scores for every node, most of them good.
fn score_sheet(dice: &mut Dice, chain: ChainId) -> Step {
    let mut score = || dice.of(&[0.75, 0.9, 0.5, 1.0, 0.6, 0.4, 0.25, 0.3]);
    Step::Say(Say::Scores(chain, NODES.iter().map(|&node| (node, Answer::Is(score()))).collect()))
}

/// What happens between two passes. Only in some histories is Part B on.
pub fn edit(word: u64, is_safe: bool, context: &Context<'_>) -> Vec<Step> {
    let mut dice = Dice(word);
    let one = |step| vec![step];
    if is_safe && dice.one_in(2) {
        return safety::edit(dice.0, context);
    }
    match dice.throw(100) {
        0..12 => one(Step::Say(Say::Scores(dice.chain(), vec![(dice.node(), dice.score())]))),
        12..18 => {
            let (chain, node) = (dice.chain(), dice.node());
            let answer = if dice.one_in(4) { None } else { Some(dice.score()) };
            one(Step::Say(Say::Live(chain, node, answer)))
        }
        18..23 => one(Step::Say(Say::Alternative(dice.chain(), dice.alternative()))),
        23..26 => {
            let (chain, node) = (dice.chain(), if dice.one_in(4) { dice.node() } else { SPARE_NODE });
            one(Step::Say(Say::Cost(chain, node, dice.cost())))
        }
        26..32 => one(Step::Say(Say::Fingerprints(vec![(dice.node(), dice.fingerprint())]))),
        32..34 => one(Step::Say(Say::ChainFingerprint(dice.chain(), dice.fingerprint()))),
        34..36 => {
            let chain = dice.chain();
            one(score_sheet(&mut dice, chain))
        }
        36..38 => one(Step::Say(Say::Fingerprints(NODES.iter().map(|&node| (node, Answer::Is(10))).collect()))),
        38 => outage(context, dice.throw(3)),
        39..60 => one(Step::Apply(vec![dice.event()])),
        60..65 => one(Step::Apply((0..dice.throw(5)).map(|_| dice.event()).collect())),
        65..67 => {
            let mut events: Vec<Event> = (0..dice.throw(4)).map(|_| dice.event()).collect();
            let place = dice.throw(events.len() as u64 + 1) as usize;
            events.insert(place, dice.bad_event());
            one(Step::Apply(events))
        }
        67 => one(dice.membership(8)),
        68 => one(context.present_membership()),
        69 => one(dice.broken_membership()),
        70..72 => one(Step::Install(dice.entries())),
        72 => one(Step::Uninstall),
        73..77 => one(Step::Configure(dice.valid_config(context.config))),
        77 => one(Step::Configure(dice.invalid_config(context.config))),
        78..86 => carry_out(context, dice.throw(3)),
        86..93 => heal(context),
        93 | 94 => {
            // A holder comes back, or goes again, with nothing seen in between (S9).
            let (chain, node) = (dice.chain(), dice.node());
            let away = Step::Apply(vec![Event::HolderRemoved { chain, node }]);
            let back = Step::Apply(vec![Event::HolderAdded { chain, node }]);
            let middle = dice.throw(4) == 3;
            let touch = Step::Apply(vec![Event::NodeTouched { node }]);
            let held = context.holders(chain).contains(&node);
            let (first, last) = if held { (away, back) } else { (back, away) };
            if middle { vec![first, touch, last] } else { vec![first, last] }
        }
        95 | 96 => {
            // Leadership is lost and regained (S9).
            let chain = dice.chain();
            let lost = match dice.throw(2) {
                0 => Event::LeaderCleared { chain },
                _ => Event::LeaderSet { chain, node: OTHER_NODE },
            };
            let regained = Event::LeaderSet { chain, node: context.leader(chain).unwrap_or(THIS_NODE) };
            vec![Step::Apply(vec![lost]), Step::Apply(vec![regained])]
        }
        97 | 98 => {
            // A chain is removed and created again as it was; its claim and its cooldown are gone (S9).
            let chain = dice.chain();
            let mut again: Vec<Event> =
                context.holders(chain).into_iter().map(|node| Event::HolderAdded { chain, node }).collect();
            again.extend(context.leader(chain).map(|node| Event::LeaderSet { chain, node }));
            let mut steps = one(Step::Apply(vec![Event::ChainRemoved { chain }]));
            if dice.one_in(4) {
                steps.push(Step::Apply(vec![Event::ChainTouched { chain }]));
            }
            steps.push(Step::Apply(again));
            steps
        }
        _ => one(Step::Apply(vec![Event::ClaimReleased { chain: dice.chain() }])),
    }
}

/// The scorer is down: one of its methods fails wherever it is asked.
fn outage(context: &Context<'_>, method: u64) -> Vec<Step> {
    let down = Answer::Fails(-9);
    let says = context.state.chains.iter().map(|(&id, chain)| match method {
        0 => Say::Scores(id, chain.holders.iter().map(|&node| (node, down)).collect()),
        1 => Say::ChainFingerprint(id, Answer::Fails(-9)),
        _ => Say::Alternative(id, Answer::Fails(-9)),
    });
    // Scores of a chain without holders are no scores.
    says.filter(|say| !matches!(say, Say::Scores(_, answers) if answers.is_empty())).map(Step::Say).collect()
}

/// The caller does what the last tick asked for: the victim goes, and mostly the target comes.
fn carry_out(context: &Context<'_>, how: u64) -> Vec<Step> {
    let mut events = Vec::new();
    for action in context.actions {
        let chain = action.chain;
        if let (Kind::Evict, Some(victim), Some(target)) = (&action.kind, action.victim, action.target) {
            events.push(Event::HolderRemoved { chain, node: victim });
            if how < 2 {
                events.push(Event::HolderAdded { chain, node: target });
            }
        }
    }
    if events.is_empty() { Vec::new() } else { vec![Step::Apply(events)] }
}

/// The scorer stops failing.
fn heal(context: &Context<'_>) -> Vec<Step> {
    let tables = context.tables;
    let mut says = Vec::new();
    for (&(chain, node), answer) in &tables.scores {
        if let Answer::Fails(_) = answer {
            says.push(Say::Scores(chain, vec![(node, Answer::Is(0.75))]));
        }
    }
    for (&(chain, node), answer) in &tables.live_scores {
        if let Answer::Fails(_) = answer {
            says.push(Say::Live(chain, node, None));
        }
    }
    for (&chain, answer) in &tables.alternatives {
        if let Answer::Fails(_) = answer {
            says.push(Say::Alternative(chain, Answer::Is((SPARE_NODE, 0.95))));
        }
    }
    for (&node, answer) in &tables.fingerprints {
        if let Answer::Fails(_) = answer {
            says.push(Say::Fingerprints(vec![(node, Answer::Is(10))]));
        }
    }
    for (&chain, answer) in &tables.chain_fingerprints {
        if let Answer::Fails(_) = answer {
            says.push(Say::ChainFingerprint(chain, Answer::Is(10)));
        }
    }
    for (&(chain, node), answer) in &tables.costs {
        if let Answer::Fails(_) = answer {
            says.push(Say::Cost(chain, node, Answer::Nothing));
        }
    }
    says.into_iter().map(Step::Say).collect()
}

/// The passes at one moment.
pub fn passes(word: u64, is_safe: bool, context: &Context<'_>) -> Vec<Step> {
    let mut dice = Dice(word);
    let kind = dice.throw(20);
    // The remembered times of Part B end within the hour, or at the very edge of one of its ages.
    let is_long = is_safe && dice.one_in(6);
    let at = if is_long { safety::age(&mut dice, context) } else { time_of(&mut dice, context) };
    match kind {
        0 if dice.one_in(20) => {
            // Enough backstops to fill a ring and go on (H3).
            let interval_ns = context.config.decision_interval_ns;
            (0..70)
                .map(|count| Step::Sample(Timestamp(at.0.saturating_add(interval_ns.saturating_mul(count)))))
                .collect()
        }
        0..12 => vec![Step::Tick(at)],
        12 | 13 => vec![Step::Sample(at)],
        14 | 15 => vec![Step::Decide(at)],
        // What a dry run said, the tick does (T3).
        16 | 17 => vec![Step::Sample(at), Step::Decide(at), Step::Tick(at)],
        _ => {
            let already_evicted = (0..dice.throw(3)).map(|_| dice.chain()).collect();
            vec![Step::Diff { at, already_evicted }]
        }
    }
}

/// Which scheduler goes on with which state; for histories with several.
pub fn turn(word: u64) -> Step {
    let mut dice = Dice(word);
    Step::Use { scheduler: dice.throw(2) as usize, state: usize::from(dice.one_in(8)) }
}

/// Where the clock of a history starts.
pub fn start(word: u64) -> Timestamp {
    Timestamp(Dice(word).of(&[0, 1_000 * SECOND, u64::MAX - 200 * SECOND]))
}

fn time_of(dice: &mut Dice, context: &Context<'_>) -> Timestamp {
    let now = context.now.0;
    let due = context.next_due.map_or(now, |due| due.0);
    let at = match dice.throw(40) {
        0..8 => now.saturating_add(10 * SECOND),
        8..14 => due.max(now),
        14..18 => due.saturating_sub(1).max(now),
        18..20 => due.saturating_add(1).max(now),
        20..26 => now,
        26..29 => now.saturating_add(SECOND),
        29 => now.saturating_add(2 * SECOND),
        30 => now.saturating_add(4 * SECOND),
        31..33 => now.saturating_add(30 * SECOND),
        33 | 34 => now.saturating_add(1),
        35 | 36 => now.saturating_add(300 * SECOND),
        37 => now.saturating_add(20 * SECOND),
        38 => now.saturating_sub(dice.of(&[1, SECOND, u64::MAX])),
        _ if dice.one_in(8) => u64::MAX - dice.throw(2),
        _ => now.saturating_add(5 * SECOND),
    };
    Timestamp(at)
}
