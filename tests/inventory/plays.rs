//! Plays random feeds, the same in every run; one that fails is made shorter by whole steps.

use proptest::collection;
use proptest::prelude::{Strategy, any};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// Plays `count` feeds: a seed for the setting and a seed for each step.
pub fn play(part: u8, count: u32, steps_max: usize, run: impl Fn(u64, &[u64]) -> Result<(), String>) {
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[part; 32]);
    let config = Config { cases: count, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let feeds = (any::<u64>().no_shrink(), collection::vec(any::<u64>().no_shrink(), 1..=steps_max));
    let outcome = TestRunner::new_with_rng(config, rng)
        .run(&feeds, |(setting, steps)| run(setting, &steps).map_err(TestCaseError::fail));
    if let Err(error) = outcome {
        panic!("{error}");
    }
}
