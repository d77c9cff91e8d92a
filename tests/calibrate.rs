//! Simulated telemetry of which the truth is known: what `calibrate` makes of it, and what it refuses (I2).

use driftline::{Calibration, CalibrationRefusal, Error, MigrationCost, ObservedMove, calibrate};
use proptest::prelude::*;

/// SplitMix64: the same moves on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Evenly in [0, 1).
    fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Nearly normal: the sum of twelve.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }

    /// Student's distribution with three degrees of freedom, whose tails are heavy.
    fn heavy(&mut self) -> f64 {
        let square: f64 = (0..3).map(|_| self.normal()).map(|value| value * value).sum();
        self.normal() / (square / 3.0).sqrt()
    }

    fn shuffle<T>(&mut self, values: &mut [T]) {
        for end in (1..values.len()).rev() {
            values.swap(end, self.next() as usize % (end + 1));
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Noise {
    /// The same for all moves.
    Additive,
    /// A share of what the move costs.
    Multiplicative,
    /// Heavy tails, the same for all moves.
    HeavyAdditive,
    /// Heavy tails, a share of what the move costs.
    HeavyMultiplicative,
    /// A constant and a share.
    Both,
}

#[derive(Clone, Copy, Debug)]
enum Outliers {
    None,
    /// A fifth lost five times as much.
    OneSided,
    /// A tenth lost five times as much, another tenth seems to have gained three times as much.
    TwoSided,
}

const NOISES: [Noise; 5] =
    [Noise::Additive, Noise::Multiplicative, Noise::HeavyAdditive, Noise::HeavyMultiplicative, Noise::Both];
const OUTLIERS: [Outliers; 3] = [Outliers::None, Outliers::OneSided, Outliers::TwoSided];

/// What a move of about the middle takes, in weighted seconds.
const TYPICAL_SECONDS: f64 = 8.0;

fn telemetry(random: &mut Random, rate: f64, count: usize, noise: Noise, outliers: Outliers) -> Vec<ObservedMove> {
    let mut moves: Vec<ObservedMove> = (0..count)
        .map(|index| {
            let transfer_s = 0.5 * (random.share() * 6.0).exp2();
            let disruption_s = transfer_s * random.share();
            let weight = [0.5, 1.0, 1.0, 2.0][random.next() as usize % 4];
            let seconds = (transfer_s + disruption_s) * weight;
            let off = match noise {
                Noise::Additive => 0.25 * TYPICAL_SECONDS * random.normal(),
                Noise::Multiplicative => 0.25 * seconds * random.normal(),
                Noise::HeavyAdditive => 0.2 * TYPICAL_SECONDS * random.heavy(),
                Noise::HeavyMultiplicative => 0.2 * seconds * random.heavy(),
                Noise::Both => 0.1 * TYPICAL_SECONDS * random.normal() + 0.2 * seconds * random.normal(),
            };
            let factor = match (outliers, index % 10) {
                (Outliers::OneSided, 0 | 5) | (Outliers::TwoSided, 0) => 5.0,
                (Outliers::TwoSided, 5) => -3.0,
                _ => 1.0,
            };
            let cost = MigrationCost {
                state_transfer_ns: (transfer_s * 1e9) as u64,
                disruption_ns: (disruption_s * 1e9) as u64,
                reliability_factor: weight as f32,
            };
            ObservedMove { cost, score_loss: (rate * (factor * seconds + off)) as f32 }
        })
        .collect();
    random.shuffle(&mut moves);
    moves
}

fn refusal(result: Result<Calibration, Error>) -> CalibrationRefusal {
    match result {
        Err(Error::Calibration { reason }) => reason,
        other => panic!("{other:?} is no refusal"),
    }
}

/// The interval, also of what was refused for it. None where most moves contradict each other.
fn interval(result: &Result<Calibration, Error>) -> Option<(f32, f32)> {
    match result {
        Ok(Calibration { low, high, .. }) => Some((*low, *high)),
        Err(Error::Calibration { reason }) => match *reason {
            CalibrationRefusal::ContainsZero { low, high, .. } | CalibrationRefusal::Imprecise { low, high, .. } => {
                Some((low, high))
            }
            CalibrationRefusal::Inconsistent { .. } => None,
            other => panic!("{other}"),
        },
        Err(other) => panic!("{other}"),
    }
}

/// How often it was right.
#[derive(Default)]
struct Tally {
    runs: u32,
    covered: u32,
    accepted: u32,
    /// The largest error of an accepted one, as a share of the truth.
    worst: f64,
}

impl Tally {
    fn add(&mut self, rate: f64, result: &Result<Calibration, Error>) {
        self.runs += 1;
        let covers = |(low, high): (f32, f32)| f64::from(low) <= rate && rate <= f64::from(high);
        self.covered += u32::from(interval(result).is_some_and(covers));
        if let Ok(calibration) = result {
            self.accepted += 1;
            self.worst = self.worst.max((f64::from(calibration.cost_per_sec) / rate - 1.0).abs());
        }
    }

    fn coverage(&self) -> f64 {
        f64::from(self.covered) / f64::from(self.runs)
    }
}

/// Runs every kind of telemetry with so many seeds; `look` sees each kind, and the coverage of all is returned.
fn campaign(count: usize, seeds: u64, look: impl Fn(&str, &Tally)) -> f64 {
    let (mut runs, mut covered) = (0, 0);
    let mut random = Random(count as u64);
    for noise in NOISES {
        for outliers in OUTLIERS {
            let mut tally = Tally::default();
            for seed in 0..seeds {
                let mut random = Random(random.next());
                let rate = [0.002, 0.1, 3.0][seed as usize % 3];
                let moves = telemetry(&mut random, rate, count, noise, outliers);
                tally.add(rate, &calibrate(&moves));
            }
            runs += tally.runs;
            covered += tally.covered;
            look(&format!("{count} moves, {noise:?}, outliers {outliers:?}"), &tally);
        }
    }
    f64::from(covered) / f64::from(runs)
}

#[test]
fn many_moves_give_the_truth_and_an_interval_that_holds_it() {
    let coverage = campaign(10_000, 200, |what, tally| {
        assert_eq!(tally.accepted, tally.runs, "{what}");
        assert!(tally.worst < 0.10, "{what}: off by {}", tally.worst);
        assert!((0.91..=0.99).contains(&tally.coverage()), "{what}: {} hold the truth", tally.coverage());
    });
    assert!((0.92..=0.98).contains(&coverage), "{coverage} of the intervals hold the truth");
}

#[test]
fn thirty_moves_give_an_interval_that_holds_the_truth() {
    let coverage = campaign(30, 400, |what, tally| {
        assert!(f64::from(tally.accepted) >= 0.95 * f64::from(tally.runs), "{what}: {} accepted", tally.accepted);
        assert!(tally.worst < 0.50, "{what}: off by {}", tally.worst);
        assert!((0.90..=0.995).contains(&tally.coverage()), "{what}: {} hold the truth", tally.coverage());
    });
    assert!((0.93..=0.97).contains(&coverage), "{coverage} of the intervals hold the truth");
}

#[test]
fn thirteen_moves_have_a_wider_interval() {
    let coverage = campaign(13, 400, |what, tally| {
        assert!(tally.worst < 0.60, "{what}: off by {}", tally.worst);
        assert!(tally.coverage() >= 0.87, "{what}: {} hold the truth", tally.coverage());
    });
    assert!((0.93..=0.97).contains(&coverage), "{coverage} of the intervals hold the truth");
}

/// Moves of 1 to `count` seconds that lost `rate` for each, and by turns `noise` more and less.
fn alternating(count: u64, rate: f32, noise: f32) -> Vec<ObservedMove> {
    (1..=count)
        .map(|second| {
            let cost = MigrationCost { state_transfer_ns: second * 1_000_000_000, ..MigrationCost::default() };
            // Plus, minus, minus, plus: no part of it looks like a slope.
            let sign = if (second / 2).is_multiple_of(2) { 1.0 } else { -1.0 };
            ObservedMove { cost, score_loss: rate * second as f32 + sign * noise }
        })
        .collect()
}

#[test]
fn moves_that_agree_to_the_last_bit_leave_no_doubt() {
    let calibration = calibrate(&alternating(12, 0.25, 0.0)).unwrap();
    assert_eq!((calibration.cost_per_sec, calibration.low, calibration.high), (0.25, 0.25, 0.25));
    assert_eq!((calibration.observations, calibration.outliers), (12, 0));
}

/// Half of the moves agree exactly; those that differ in the last bits of an `f32` are no outliers for that.
#[test]
fn rounding_makes_no_outliers() {
    let mut moves = alternating(24, 0.25, 0.0);
    for (index, observed) in moves.iter_mut().enumerate().filter(|(index, _)| index % 2 == 1) {
        observed.score_loss *= 1.0 + f32::EPSILON * (index % 4) as f32;
    }
    let calibration = calibrate(&moves).unwrap();
    assert_eq!(calibration.outliers, 0);
    assert!((calibration.cost_per_sec - 0.25).abs() < 1e-6, "{calibration:?}");
}

/// A cost that no `f32` holds is not precise, also where its lower end is one.
#[test]
fn a_cost_beyond_all_numbers_is_refused() {
    let moves: Vec<ObservedMove> = alternating(24, 1e37, 2e37)
        .into_iter()
        .map(|mut observed| {
            observed.cost.state_transfer_ns /= 35;
            observed
        })
        .collect();
    match refusal(calibrate(&moves)) {
        CalibrationRefusal::Imprecise { cost_per_sec, low, high } => {
            assert!(low.is_finite() && cost_per_sec == f32::INFINITY && high == f32::INFINITY);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn exposure_is_both_durations_times_the_weight() {
    let mut moves = alternating(16, 0.5, 0.0);
    for (index, observed) in moves.iter_mut().enumerate() {
        let (seconds, weight) = (index as u64 + 1, [0.5, 1.0, 4.0, 0.0][index % 4]);
        observed.cost = MigrationCost {
            state_transfer_ns: seconds * 250_000_000,
            disruption_ns: seconds * 750_000_000,
            reliability_factor: weight,
        };
        // A factor that is no factor weighs 1 (C1).
        observed.score_loss *= if weight == 0.0 { 1.0 } else { weight };
    }
    let calibration = calibrate(&moves).unwrap();
    assert_eq!((calibration.cost_per_sec, calibration.observations, calibration.outliers), (0.5, 16, 0));
}

#[test]
fn eleven_moves_are_too_few_and_twelve_are_not() {
    let mut moves = alternating(12, 0.1, 0.05);
    assert!(calibrate(&moves).is_ok());
    let few = |observations| CalibrationRefusal::TooFew { observations, least: 12 };
    assert_eq!(refusal(calibrate(&moves[..11])), few(11));
    assert_eq!(refusal(calibrate(&[])), few(0));
    // One that took no time is not counted, whatever it lost.
    moves[3] = ObservedMove { cost: MigrationCost::default(), score_loss: 7.0 };
    assert_eq!(refusal(calibrate(&moves)), few(11));
    moves[3].cost.disruption_ns = 4_000_000_000;
    moves[3].score_loss = 0.4;
    assert_eq!(calibrate(&moves).unwrap().observations, 12);
}

#[test]
fn what_is_not_finite_is_named() {
    for value in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut moves = alternating(12, 0.1, 0.05);
        moves[9].score_loss = value;
        let text = format!("calibration: index 9: score_loss {value} is not finite");
        assert_eq!(calibrate(&moves).unwrap_err().to_string(), text);
        // The first at fault is named, before the number of moves is looked at.
        moves[4].cost.reliability_factor = value;
        let text = format!("calibration: index 4: reliability_factor {value} is not finite");
        assert_eq!(calibrate(&moves[..5]).unwrap_err().to_string(), text);
        assert_eq!(refusal(calibrate(&moves[..4])), CalibrationRefusal::TooFew { observations: 4, least: 12 });
    }
    let mut moves = alternating(12, 0.1, 0.05);
    moves[9].score_loss = f32::MAX;
    assert_eq!(calibrate(&moves).unwrap().outliers, 1);
}

/// Moves of a second: `agree` of them lost 1, the others ever more or ever less.
fn scattered(agree: usize, apart: usize) -> Vec<ObservedMove> {
    let cost = MigrationCost { state_transfer_ns: 1_000_000_000, ..MigrationCost::default() };
    let wild = |index: usize| if index.is_multiple_of(2) { 1.0 } else { -1.0 } * 30f32.powi(index as i32 / 2 + 1);
    (0..agree).map(|_| 1.0).chain((0..apart).map(wild)).map(|score_loss| ObservedMove { cost, score_loss }).collect()
}

#[test]
fn half_of_the_moves_may_be_outliers_and_no_more() {
    assert_eq!(calibrate(&scattered(12, 12)).unwrap().outliers, 12);
    assert_eq!(
        refusal(calibrate(&scattered(12, 13))),
        CalibrationRefusal::Inconsistent { outliers: 13, observations: 25 }
    );
}

/// The two neighbouring noises between which `is_below` ends.
fn boundary(is_below: impl Fn(f32) -> bool, mut low: f32, mut high: f32) -> (f32, f32) {
    assert!(is_below(low) && !is_below(high));
    while low.to_bits() + 1 < high.to_bits() {
        let middle = f32::from_bits(low.to_bits() + (high.to_bits() - low.to_bits()) / 2);
        if is_below(middle) { low = middle } else { high = middle }
    }
    (low, high)
}

#[test]
fn the_interval_may_be_as_wide_as_the_cost_and_no_wider() {
    let calibrated = |noise| calibrate(&alternating(24, 0.1, noise));
    let (below, above) = boundary(|noise| calibrated(noise).is_ok(), 0.01, 2.0);
    let accepted = calibrated(below).unwrap();
    assert!(accepted.high - accepted.low <= accepted.cost_per_sec, "{accepted:?}");
    assert!(accepted.high - accepted.low >= 0.999 * accepted.cost_per_sec, "{accepted:?}");
    match refusal(calibrated(above)) {
        CalibrationRefusal::Imprecise { cost_per_sec, low, high } => {
            assert!(high - low > cost_per_sec, "{low} to {high}")
        }
        other => panic!("{other}"),
    }
}

#[test]
fn an_interval_that_reaches_zero_says_nothing() {
    let reason = |noise| refusal(calibrate(&alternating(24, 0.1, noise)));
    let is_above = |noise| matches!(reason(noise), CalibrationRefusal::Imprecise { .. });
    let (below, above) = boundary(is_above, 1.5, 4.0);
    match (reason(below), reason(above)) {
        (CalibrationRefusal::Imprecise { low: first, .. }, CalibrationRefusal::ContainsZero { low: second, .. }) => {
            assert!(first > 0.0 && second <= 0.0, "{first} and {second}");
        }
        other => panic!("{other:?}"),
    }
    // Nothing lost is no cost.
    let zero = CalibrationRefusal::ContainsZero { cost_per_sec: 0.0, low: 0.0, high: 0.0 };
    let mut moves = alternating(24, 0.0, 0.0);
    assert_eq!(refusal(calibrate(&moves)), zero);
    // Nor is it one where most lost nothing.
    moves[..10].copy_from_slice(&alternating(10, 0.1, 0.05));
    assert_eq!(refusal(calibrate(&moves)), zero);
}

#[test]
fn a_negative_cost_is_refused() {
    let reason = |noise| refusal(calibrate(&alternating(24, -0.1, noise)));
    assert!(matches!(reason(0.0), CalibrationRefusal::Negative { cost_per_sec: -0.1, .. }));
    let is_negative = |noise| matches!(reason(noise), CalibrationRefusal::Negative { .. });
    let (below, above) = boundary(is_negative, 0.01, 4.0);
    match (reason(below), reason(above)) {
        (CalibrationRefusal::Negative { high: first, .. }, CalibrationRefusal::ContainsZero { high: second, .. }) => {
            assert!(first < 0.0 && second >= 0.0, "{first} and {second}");
        }
        other => panic!("{other:?}"),
    }
}

fn any_telemetry() -> impl Strategy<Value = (u64, Vec<ObservedMove>)> {
    let noise = prop::sample::select(NOISES.as_slice());
    let outliers = prop::sample::select(OUTLIERS.as_slice());
    (any::<u64>(), 8usize..200, noise, outliers)
        .prop_map(|(seed, count, noise, outliers)| (seed, telemetry(&mut Random(seed), 0.1, count, noise, outliers)))
}

/// What must be equal to the last bit, as text: a NaN is not equal to itself.
fn text(result: &Result<Calibration, Error>) -> String {
    format!("{result:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_the_moves_does_not_matter((seed, mut moves) in any_telemetry(), ties in any::<bool>()) {
        if ties {
            // Many take the same time, and lose this and that.
            for observed in &mut moves {
                observed.cost.disruption_ns = 0;
                observed.cost.state_transfer_ns = observed.cost.state_transfer_ns % 3 * 1_000_000_000;
            }
        }
        let before = text(&calibrate(&moves));
        Random(!seed).shuffle(&mut moves);
        prop_assert_eq!(before, text(&calibrate(&moves)));
    }

    /// Powers of two change no digit, so the cost follows to the last bit.
    #[test]
    fn the_cost_follows_the_losses_and_the_weights((_, moves) in any_telemetry(), losses in -8i32..8, weights in -8i32..8) {
        let (losses, weights) = (2f32.powi(losses), 2f32.powi(weights));
        let scaled: Vec<ObservedMove> = moves
            .iter()
            .map(|&ObservedMove { mut cost, score_loss }| {
                cost.reliability_factor *= weights;
                ObservedMove { cost, score_loss: score_loss * losses }
            })
            .collect();
        let by = losses / weights;
        let expected = calibrate(&moves).map(|mut calibration| {
            calibration.cost_per_sec *= by;
            calibration.low *= by;
            calibration.high *= by;
            calibration
        });
        match (expected, calibrate(&scaled)) {
            (Ok(expected), Ok(found)) => prop_assert_eq!(expected, found),
            (expected, found) => prop_assert_eq!(expected.is_err(), found.is_err()),
        }
    }

    #[test]
    fn any_other_scale_changes_last_digits_only((_, moves) in any_telemetry(), by in 0.01f32..100.0) {
        let scaled: Vec<ObservedMove> =
            moves.iter().map(|&observed| ObservedMove { score_loss: observed.score_loss * by, ..observed }).collect();
        if let (Ok(before), Ok(after)) = (calibrate(&moves), calibrate(&scaled)) {
            for (before, after) in [
                (before.cost_per_sec, after.cost_per_sec), (before.low, after.low), (before.high, after.high)
            ] {
                prop_assert!((before * by - after).abs() <= 1e-3 * after, "{} and {}", before * by, after);
            }
            // One that is as far off as may be can fall on either side.
            prop_assert!(before.outliers.abs_diff(after.outliers) <= 1, "{before:?} and {after:?}");
        }
    }

    /// Whatever the numbers are, there is no panic, and what is accepted keeps what its docs say.
    #[test]
    fn what_is_accepted_is_sound(moves in prop::collection::vec(
        (any::<u64>(), any::<u64>(), any::<f32>(), any::<f32>()), 0..40), finite in any::<bool>()
    ) {
        let moves: Vec<ObservedMove> = moves
            .into_iter()
            .filter(|&(_, _, factor, loss)| !finite || factor.is_finite() && loss.is_finite())
            .map(|(state_transfer_ns, disruption_ns, reliability_factor, score_loss)| {
                ObservedMove { cost: MigrationCost { state_transfer_ns, disruption_ns, reliability_factor }, score_loss }
            })
            .collect();
        if let Ok(found) = calibrate(&moves) {
            prop_assert!(found.low > 0.0 && found.high.is_finite(), "{found:?}");
            prop_assert!(found.low <= found.cost_per_sec && found.cost_per_sec <= found.high, "{found:?}");
            prop_assert!(found.high - found.low <= found.cost_per_sec, "{found:?}");
            prop_assert!(found.observations >= 12 && found.outliers * 2 <= found.observations, "{found:?}");
        }
    }
}
