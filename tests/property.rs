//! Random histories through the library and through the naive oracle of `tests/support/oracle`: they must agree on
//! everything that can be seen, after every step.
//!
//! `make test` runs this in release mode, with 100,000 histories; `cargo test` without optimisation plays 2,000.
//! `DRIFTLINE_HISTORIES` sets another number. The histories are the same in every run: `DRIFTLINE_SEED` (0 to 255)
//! chooses others. A history on which the two sides differ is made small and printed as a scenario file.

mod support;

use std::cell::RefCell;
use std::thread;

use driftline::{Arm, SampleCause, ScorerMethod, Trend, Verdict};
use proptest::prelude::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use support::oracle::Sabotage;
use support::random::{self, Coverage, Found, History, Setting, crowds, histories};
use support::scenario;

/// How many histories the main test plays. The others take their share of it.
fn history_count() -> u32 {
    number_from("DRIFTLINE_HISTORIES").unwrap_or(if cfg!(debug_assertions) { 2_000 } else { 100_000 })
}

/// The main test's histories are played in this many parts, whatever the machine, so that they are always the same.
const PARTS: u8 = 4;

/// Plays `count` random histories. The one on which the two sides differ comes back as small as it could be made.
fn play(
    strategy: &impl Strategy<Value = History>,
    count: u32,
    part: u8,
    setting: Setting,
) -> (Coverage, Option<Found>) {
    let seed = number_from("DRIFTLINE_SEED").unwrap_or(0);
    let mut bytes = [part; 32];
    bytes[0] = u8::try_from(seed).expect("DRIFTLINE_SEED is at most 255");
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    // Whole steps are dropped below, which gets further than smaller words do.
    let config = Config { cases: count, failure_persistence: None, max_shrink_iters: 100, ..Config::default() };
    let coverage = RefCell::new(Coverage::default());
    let outcome = TestRunner::new_with_rng(config, rng).run(strategy, |history| {
        let outcome = random::run(&history, setting, &mut coverage.borrow_mut());
        outcome.map_err(|found| TestCaseError::fail(found.difference))
    });
    let found = match outcome {
        Ok(()) => None,
        Err(TestError::Fail(_, history)) => random::run(&history, setting, &mut Coverage::default()).err(),
        Err(TestError::Abort(reason)) => panic!("no history is ever rejected: {reason}"),
    };
    (coverage.into_inner(), found.map(|found| random::smallest(found, setting)))
}

fn number_from(variable: &str) -> Option<u32> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is a number, not `{text}`")))
}

/// Fails with a scenario file if the two sides differ.
fn assert_agreement(found: Option<Found>) {
    if let Some(found) = found {
        panic!("library and oracle differ\n\n{}", printed(&found));
    }
}

/// The scenario file of a difference, with what the library really prints where it can be played.
fn printed(found: &Found) -> String {
    let text = random::scenario(found);
    if random::is_playable(found) { scenario::run("found.txt", &text).unwrap_or(text) } else { text }
}

#[test]
fn library_and_oracle_agree() {
    let count = history_count();
    let parts: Vec<(Coverage, Option<Found>)> = thread::scope(|scope| {
        let share = |part: u8| count / u32::from(PARTS) + u32::from(u32::from(part) < count % u32::from(PARTS));
        let spawn = |part| scope.spawn(move || play(&histories(), share(part), part, Setting::default()));
        let threads: Vec<_> = (0..PARTS).map(spawn).collect();
        threads.into_iter().map(|thread| thread.join().expect("a difference is no panic")).collect()
    });
    let mut coverage = Coverage::default();
    for (reached, found) in parts {
        assert_agreement(found);
        coverage.merge(&reached);
    }
    println!("{coverage}");
    // Few histories need not reach everything often.
    if count >= 2_000 {
        assert_coverage(&coverage, if count < 20_000 { 1 } else { u64::from(count / 500) });
    }
    if count >= 20_000 {
        for (family, member) in RARE {
            assert!(coverage.of(family, member) > 0, "{family} {member} never came up");
        }
    }
}

/// Every verdict, cause, trend and kind of error must have been reached at least so often.
fn assert_coverage(coverage: &Coverage, at_least: u64) {
    let mut expected: Vec<(&str, &str)> = Vec::new();
    expected.extend(Verdict::ALL.iter().map(|verdict| ("un-gated verdict", verdict.name())));
    expected.extend(Verdict::ALL.iter().map(|verdict| ("verdict", verdict.name())));
    // The un-gated form samples by itself, remembers nothing and knows no classes.
    expected.retain(|&(family, name)| {
        let gated = [
            Verdict::NotSampled,
            Verdict::Deferred,
            Verdict::RetryLater,
            Verdict::WarmingUp,
            Verdict::Pinned,
            Verdict::ProposeOnly,
        ];
        family != "un-gated verdict" || !gated.map(Verdict::name).contains(&name)
    });
    let causes = [SampleCause::New, SampleCause::Dirty, SampleCause::Backstop];
    expected.extend(causes.map(|cause| ("cause", cause.name())));
    expected.extend([Trend::Stable, Trend::Degrading, Trend::Improving].map(|trend| ("trend", trend.name())));
    // To be told the time is no question, and no policy skips a failure there: `tests/combine.rs` has both.
    let questions = ScorerMethod::ALL.into_iter().filter(|&method| method != ScorerMethod::Begin);
    expected.extend(questions.clone().map(|method| ("aborted", method.name())));
    expected.extend(questions.map(|method| ("skipped", method.name())));
    expected.extend(REFUSED_FIELDS.map(|field| ("refused config", field)));
    let refused = ["reserved node", "duplicate chain", "duplicate holder", "membership", "time reversed", "not led"];
    expected.extend(refused.map(|refusal| ("refused", refusal)));
    expected.extend(["tick", "sample", "decide", "diff", "tick as in a dry run"].map(|pass| ("pass", pass)));
    expected.extend([("invalid", "score"), ("invalid", "alternative"), ("chain", "clean"), ("history", "full")]);
    expected.extend([("next due", "some"), ("next due", "none")]);
    expected.extend(["deferred", "deferred again", "larger than the limit"].map(|fate| ("chain", fate)));
    expected.extend(["first", "second", "longer"].map(|length| ("wait", length)));
    expected.extend([("waits", "ended by a node"), ("cause", "spread backstop")]);
    expected.extend([("digest", "of known content"), ("digest", "of rebuilt content")]);
    expected.extend(of_safety());
    for (family, member) in expected {
        let times = coverage.of(family, member);
        assert!(times >= at_least, "{family} {member}: {times} times, not {at_least}");
    }
}

const REFUSED_FIELDS: [&str; 11] = [
    "score_floor",
    "hysteresis_gap",
    "decision_interval",
    "cost_per_sec",
    "target_penalty",
    "max_alternatives",
    "warmup_coverage",
    "max_in_flight",
    "max_in_flight_per_source",
    "max_in_flight_per_target",
    "critical_floor",
];

/// What Part B has to be seen doing: who acts, what becomes of moves and orders, and each turn of an arm.
fn of_safety() -> Vec<(&'static str, &'static str)> {
    let mut expected = Vec::new();
    for arm in Arm::ALL {
        expected.extend([("evict", arm.name()), ("place", arm.name())]);
    }
    let moves = ["in flight", "completed", "failed", "timed out", "forced and refused", "ignored feedback"];
    expected.extend(moves.map(|fate| ("moves", fate)));
    let orders = ["in flight", "claim held", "no victim", "target holds", "last holder", "frozen", "stays"];
    expected.extend(orders.map(|fate| ("order", fate)));
    let counted = ["trim", "trim again", "refill", "second half", "place again", "nobody is left"];
    expected.extend(counted.map(|turn| ("count", turn)));
    let owed = ["owed eviction", "owed eviction in flight", "owed eviction waits"];
    expected.extend(owed.map(|turn| ("count", turn)));
    let flights =
        ["evicted", "half done", "not tracked any more", "said and not tracked any more", "outdated", "seen late"];
    expected.extend(flights.map(|turn| ("flight", turn)));
    expected.extend(["count", "drain"].map(|arm| (arm, "another is as good as gone")));
    expected.extend([("share", "in flight"), ("share", "of a tick"), ("owed", "too old")]);
    expected.extend(["last holder", "tick limit", "cluster limit"].map(|limit| ("held up", limit)));
    let drains = ["late", "on pace", "looks beyond its pace", "paced anew", "waits"];
    expected.extend(drains.map(|turn| ("drain", turn)));
    expected.extend([("scheduler", "outbid"), ("owed", "dropped"), ("import", "taken in"), ("refused", "import")]);
    expected
}

/// What comes up in thousands of histories only.
const RARE: [(&str, &str); 11] = [
    ("import", "from a clock ahead"),
    ("flight", "second half too old"),
    ("moves", "returned"),
    ("order", "target closed"),
    ("count", "refill from a pin"),
    ("flight", "the victim went first"),
    ("flight", "second half needless"),
    ("held up", "source limit"),
    ("held up", "target limit"),
    ("drain", "kept back"),
    ("scheduler", "the next best home"),
];

/// One state serves several schedulers, and a scheduler may be handed another state.
#[test]
fn schedulers_that_share_states_agree_with_the_oracle() {
    let setting = Setting { shared: true, ..Setting::default() };
    let (_, found) = play(&histories(), history_count() / 4, 100, setting);
    assert_agreement(found);
}

#[test]
fn thousands_of_chains_agree_with_the_oracle() {
    let count = (history_count() / 2_000).clamp(4, 24);
    let (coverage, found) = play(&crowds(), count, 200, Setting::default());
    assert_agreement(found);
    println!("{coverage}");
    assert!(coverage.of("verdict", "evict") > u64::from(count), "a crowd has something to move");
}

/// A rule that is broken is found, told in a few steps, and printed so that it can be played.
#[test]
fn a_broken_rule_is_found_and_printed() {
    let setting = Setting { sabotage: Sabotage::GapNotStrict, ..Setting::default() };
    let (_, found) = play(&histories(), 2_000, 0, setting);
    let found = found.expect("a gain that equals the gap comes up");
    let text = random::scenario(&found);
    assert!(found.steps.len() <= 8, "the least takes no more steps:\n{text}");
    assert!(text.contains("GapTooSmall") && text.contains("Evict"), "it says how they differ:\n{text}");
    let played = scenario::run("found.txt", &text).expect("it is a scenario file");
    assert!(played.contains("gap too small") || played.contains("gap_too_small"), "the library was right:\n{played}");
}

/// So are rules of Part B that are broken by one: a limit, a penalty that comes a tick late, the edge of a window.
#[test]
fn broken_limits_are_found() {
    for sabotage in [Sabotage::OneMoveTooMany, Sabotage::PenaltyOfTheLastTick, Sabotage::FlapWindowNotStrict] {
        let setting = Setting { sabotage, ..Setting::default() };
        let (_, found) = play(&histories(), 20_000, 0, setting);
        let found = found.unwrap_or_else(|| panic!("nothing came of {sabotage:?}"));
        let text = random::scenario(&found);
        scenario::run("found.txt", &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    }
}
