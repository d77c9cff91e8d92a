//! How much of an old observation is left after some time: powers of two, with the same bits everywhere.

/// The fraction of a half-life is known in steps of 2^-48 of one. So the power of two between two neighbouring steps
/// moves by more than all that its rounding can add up to, and nothing that is older ever counts for more.
const FRACTION_BITS: u32 = 48;

/// From so many half-lives on nothing is left; what there was would soon be too small for its full precision.
const HALF_LIVES_MAX: u64 = 1000;

/// ln(2)^n / n! for n = 1 to 17: what 2^-x is made of for x in `[0, 1)`; the next one is below 1e-18.
const COEFFICIENTS: [f64; 17] = [
    core::f64::consts::LN_2,
    0.240_226_506_959_100_72,
    0.055_504_108_664_821_58,
    0.009_618_129_107_628_477,
    0.001_333_355_814_642_844_3,
    0.000_154_035_303_933_816_1,
    1.525_273_380_405_984_1e-5,
    1.321_548_679_014_431e-6,
    1.017_808_600_923_97e-7,
    7.054_911_620_801_123e-9,
    4.445_538_271_870_811_6e-10,
    2.567_843_599_348_820_6e-11,
    1.369_148_885_390_412_8e-12,
    6.778_726_354_822_545e-14,
    3.132_436_707_088_428_7e-15,
    1.357_024_794_875_514_8e-16,
    5.533_046_532_458_242e-18,
];

/// 2^(-elapsed / half-life): 1 for nothing elapsed, a half after one half-life, 0 after a thousand of them. Without a
/// half-life what is old counts for nothing.
///
/// Relative error below 1e-14. Never rises with `elapsed_ns`, never falls with `half_life_ns`.
pub(crate) fn half_life_decay(elapsed_ns: u64, half_life_ns: u64) -> f64 {
    if elapsed_ns == 0 {
        return 1.0;
    }
    let steps = (u128::from(elapsed_ns) << FRACTION_BITS).checked_div(u128::from(half_life_ns)).unwrap_or(u128::MAX);
    let half_lives = steps >> FRACTION_BITS;
    if half_lives >= u128::from(HALF_LIVES_MAX) {
        return 0.0;
    }
    let step = f64::from_bits((1023 - u64::from(FRACTION_BITS)) << 52);
    let fraction = (steps & ((1 << FRACTION_BITS) - 1)) as u64 as f64 * step;
    // Horner's scheme: 1 - x * (c1 - x * (c2 - ...)).
    let series = COEFFICIENTS.iter().rev().fold(0.0, |rest, coefficient| coefficient - fraction * rest);
    let power = f64::from_bits((1023 - half_lives as u64) << 52);
    (1.0 - fraction * series) * power
}

#[cfg(test)]
mod tests {
    extern crate std;

    use super::half_life_decay;

    /// A fixed walk through the numbers, dense near powers of two and spread over all sizes.
    fn numbers() -> impl Iterator<Item = u64> {
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        (0..200_000).map(move |_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let mixed = seed ^ (seed >> 29);
            mixed >> (seed >> 58)
        })
    }

    #[test]
    fn it_is_the_power_of_two() {
        let mut halves = numbers().collect::<std::vec::Vec<_>>().into_iter();
        let mut seen = 0;
        for elapsed_ns in numbers().skip(77) {
            let Some(half_life_ns) = halves.next_back().filter(|&half_life_ns| half_life_ns > 0) else { continue };
            // The quotient in two parts, so that its rounding is not what is measured.
            let (whole, rest) = (elapsed_ns / half_life_ns, elapsed_ns % half_life_ns);
            if whole >= 1000 {
                assert_eq!(half_life_decay(elapsed_ns, half_life_ns), 0.0);
                continue;
            }
            let expected = (-(rest as f64 / half_life_ns as f64)).exp2() * (-(whole as f64)).exp2();
            let found = half_life_decay(elapsed_ns, half_life_ns);
            assert!(((found - expected) / expected).abs() < 1e-14, "{elapsed_ns} {half_life_ns}: {found} {expected}");
            seen += 1;
        }
        assert!(seen > 50_000, "{seen} were compared");
    }

    #[test]
    fn the_ends_are_exact() {
        for half_life_ns in [0, 1, 3, 60_000_000_000, u64::MAX] {
            assert_eq!(half_life_decay(0, half_life_ns), 1.0);
        }
        assert_eq!(half_life_decay(1, 0), 0.0);
        assert_eq!(half_life_decay(u64::MAX, 1), 0.0);
        for half_lives in 1..1000_u32 {
            let expected = (-f64::from(half_lives)).exp2();
            assert_eq!(half_life_decay(u64::from(half_lives) * 7_000_000_007, 7_000_000_007), expected);
        }
        assert_eq!(half_life_decay(u64::MAX, u64::MAX), 0.5);
    }

    /// Where neighbours lie closest to each other, and across whole half-lives.
    #[test]
    fn it_never_rises() {
        for half_life_ns in [1, 2, 3, 1000, 1 << 47, (1 << 48) - 1, (1 << 48) + 1, 1 << 50, 1 << 62, u64::MAX / 3] {
            for start in [1, half_life_ns / 3, half_life_ns / 2, half_life_ns, half_life_ns.saturating_mul(2)] {
                for stride in [1, 1 + half_life_ns / (1 << 48), 1 + half_life_ns / 100_003] {
                    let walk = (0..5000).map(|step| (start + step * stride).saturating_sub(2500 * stride));
                    let mut before = (0, 1.0);
                    for elapsed_ns in walk {
                        let decay = half_life_decay(elapsed_ns, half_life_ns);
                        assert!(decay <= before.1, "{half_life_ns}: {elapsed_ns} {decay} after {before:?}");
                        before = (elapsed_ns, decay);
                    }
                }
            }
        }
    }

    #[test]
    fn two_waits_are_one_long_wait() {
        let half_life_ns = 60_000_000_000;
        for (first, second) in numbers().map(|n| n % 300_000_000_000).zip(numbers().skip(9).map(|n| n % 90_000_000_000))
        {
            let both = half_life_decay(first + second, half_life_ns);
            let product = half_life_decay(first, half_life_ns) * half_life_decay(second, half_life_ns);
            assert!(((product - both) / both).abs() < 2e-14, "{first} {second}: {product} {both}");
        }
    }
}
