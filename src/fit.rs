//! A straight line through the origin that a large minority of wrong points cannot bend, and how sure it is.
//!
//! The slope is an M-estimate with Tukey's biweight, begun at the median of the ratios. Points farther off than `REACH`
//! deviations have no say at all, so that a fifth of the points may lie, all on the same side, and the slope stays; a
//! least-squares fit or a plain median would follow them. How far a point may be off depends on its `x`: the variance
//! is a constant and a share of `x²`, and the points themselves say how much of each. The interval is what the
//! residuals left (the sandwich form), so it is right even where that variance is not.
//!
//! Only + - * / and comparisons, on points in one order: the same points give the same bits everywhere.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::error::Error;

/// From how many standard deviations on a point has no say. Fewer stand firmer against outliers and waste more of the
/// points that are good: at 3.7 a tenth, if their noise is normal.
const REACH: f64 = 3.7;

/// The median of the square of a standard normal variable: what turns a median into a variance.
const MEDIAN_SQUARE: f64 = 0.454_936_423_119_572_4;

/// The 97.5 % quantile of the standard normal distribution: what 95 % lie within, on both sides.
const NORMAL_QUANTILE: f64 = 1.959_963_984_540_054;

/// Each part of the variance has at least this share at a typical `x`, so that a few points never get all of the say.
const SHARE_MIN: f64 = 0.02;

/// No spread is taken for smaller than this share of the line. Points that agree to the last bit of an `f32` have none.
const SPREAD_MIN: f64 = 1e-6;

/// The least variance, of a slope of 0 without any noise, as a share of `x²`: so small that it is none, and no division
/// by zero.
const VARIANCE_MIN: f64 = 1e-200;

/// How often the variance is measured anew, each time for a few steps of the slope. Both have settled by then; a point
/// that changes sides all the time would go on doing so.
const ROUNDS: usize = 10;

/// How many steps the slope takes with one variance.
const STEPS: usize = 3;

/// One point. `x` is above zero.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Point {
    pub(crate) x: f64,
    pub(crate) y: f64,
}

/// What the points say.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) slope: f64,
    /// Half of the 95 % interval around the slope. Infinite or NaN when the points do not say.
    pub(crate) half_width: f64,
    /// How many points had a say.
    pub(crate) consistent: usize,
}

/// Fits `y = slope * x`. There is at least one point.
pub(crate) fn fit(points: &mut [Point]) -> Result<Fit, Error> {
    points.sort_unstable_by(|a, b| a.x.total_cmp(&b.x).then(a.y.total_cmp(&b.y)));
    let points: &[Point] = points;
    let mut scratch: Vec<f64> = Vec::new();
    scratch.try_reserve_exact(points.len()).map_err(|_| Error::OutOfMemory)?;
    scratch.extend(points.iter().map(|point| point.y / point.x));
    let slope = median(&mut scratch);
    let typical_x = points[points.len() / 2].x;
    // Nothing is known yet of the variance: half and half, and everybody has a say.
    let mut line = Line { slope, constant: f64::INFINITY, relative: 0.0 };
    let mut shape = Shape { constant: typical_x * typical_x, relative: 1.0 };
    for _ in 0..ROUNDS {
        line = line.measured(points, shape, &mut scratch);
        for _ in 0..STEPS {
            line.slope = line.step(points);
        }
        shape = line.shape(points, typical_x);
    }
    Ok(line.judged(points))
}

/// How the variance of a point depends on its `x`, up to a factor.
#[derive(Clone, Copy, Debug)]
struct Shape {
    constant: f64,
    relative: f64,
}

impl Shape {
    fn variance(self, x: f64) -> f64 {
        self.constant + self.relative * x * x
    }
}

/// A line and the variance around it.
#[derive(Clone, Copy, Debug)]
struct Line {
    slope: f64,
    constant: f64,
    relative: f64,
}

/// What one point is to a line.
struct Residual {
    residual: f64,
    variance: f64,
    /// The square of how far it is off, as a share of how far it may be: it has a say below 1.
    square: f64,
}

impl Residual {
    /// Its weight: the biweight over the variance.
    fn weight(&self) -> f64 {
        (1.0 - self.square) * (1.0 - self.square) / self.variance
    }
}

impl Line {
    /// The points that have a say, in their order.
    fn consistent(self, points: &[Point]) -> impl Iterator<Item = (Point, Residual)> {
        points.iter().filter_map(move |&point| {
            let residual = point.y - self.slope * point.x;
            let variance = self.constant + self.relative * point.x * point.x;
            let square = residual * residual / (REACH * REACH * variance);
            (square < 1.0).then_some((point, Residual { residual, variance, square }))
        })
    }

    /// The same line with the variance of those that have a say now: `shape` times what makes the median of their
    /// squares that of a normal variable. They are a majority, or the points are refused in the end.
    fn measured(self, points: &[Point], shape: Shape, scratch: &mut Vec<f64>) -> Line {
        scratch.clear();
        let squares = self.consistent(points);
        // There are no more of them than points, for whom there is room.
        scratch.extend(squares.map(|(point, at)| at.residual * at.residual / shape.variance(point.x)));
        let factor = if scratch.is_empty() { 0.0 } else { median(scratch) / MEDIAN_SQUARE };
        let least = SPREAD_MIN * SPREAD_MIN * self.slope * self.slope + VARIANCE_MIN;
        let relative = shape.relative * factor;
        Line {
            slope: self.slope,
            constant: shape.constant * factor,
            relative: if relative > least { relative } else { least },
        }
    }

    /// One step of reweighted least squares.
    fn step(self, points: &[Point]) -> f64 {
        let (mut xy, mut xx) = (0.0, 0.0);
        for (point, at) in self.consistent(points) {
            xy += at.weight() * point.x * point.y;
            xx += at.weight() * point.x * point.x;
        }
        if xx > 0.0 { xy / xx } else { self.slope }
    }

    /// The two parts of the variance that fit the squares of the residuals best, both at least zero.
    fn shape(self, points: &[Point], typical_x: f64) -> Shape {
        let (mut m00, mut m01, mut m11, mut r0, mut r1) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (point, at) in self.consistent(points) {
            let (constant, relative) = (1.0 / at.variance, point.x * point.x / at.variance);
            let square = at.residual * at.residual / at.variance;
            m00 += constant * constant;
            m01 += constant * relative;
            m11 += relative * relative;
            r0 += square * constant;
            r1 += square * relative;
        }
        let determinant = m00 * m11 - m01 * m01;
        // Where all points have about the same `x`, the parts cannot be told apart, and need not be.
        let told_apart = determinant > 1e-9 * m00 * m11;
        let part = |value: f64| if told_apart && value > 0.0 { value / determinant } else { 0.0 };
        let (constant, relative) = match (part(r0 * m11 - r1 * m01), part(r1 * m00 - r0 * m01)) {
            (0.0, 0.0) => return Shape { constant: self.constant, relative: self.relative },
            (0.0, _) => (0.0, r1 / m11),
            (_, 0.0) => (r0 / m00, 0.0),
            both => both,
        };
        let typical = typical_x * typical_x;
        let least = SHARE_MIN * (constant + relative * typical);
        Shape {
            constant: if constant > least { constant } else { least },
            relative: if relative * typical > least { relative } else { least / typical },
        }
    }

    /// The interval: the sandwich form, each residual divided by what its own point leaves of it, and Student's
    /// quantile for as many points as have a say of their own.
    fn judged(self, points: &[Point]) -> Fit {
        let (mut consistent, mut bread, mut total) = (0, 0.0, 0.0);
        for (point, at) in self.consistent(points) {
            let (u, xx) = (at.square, point.x * point.x);
            consistent += 1;
            bread += (1.0 - u) * (1.0 - 5.0 * u) * xx / at.variance;
            total += at.weight() * xx;
        }
        let (mut filling, mut say_square) = (0.0, 0.0);
        for (point, at) in self.consistent(points) {
            let say = at.weight() * point.x * point.x / total;
            let pull = at.weight() * point.x * at.residual / (1.0 - say);
            filling += pull * pull;
            say_square += say * say;
        }
        // Slope, scale and shape have used up some; what is left may be small, but it is something.
        let freedom = 1.0 / say_square - 2.0;
        let quantile = student_quantile(if freedom > 1.0 { freedom } else { 1.0 });
        let half_width = if bread > 0.0 { quantile * (square_root(filling) / bread) } else { f64::INFINITY };
        Fit { slope: self.slope, half_width, consistent }
    }
}

/// The 97.5 % quantile of Student's distribution, by the first terms of its expansion in `1 / freedom`.
fn student_quantile(freedom: f64) -> f64 {
    let z = NORMAL_QUANTILE;
    let z2 = z * z;
    let first = z * (z2 + 1.0) / 4.0;
    let second = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let third = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    z + (first + (second + third / freedom) / freedom) / freedom
}

/// The median, the mean of the middle two if their number is even. There is at least one value.
fn median(values: &mut [f64]) -> f64 {
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut middle, _) = values.select_nth_unstable_by(values.len() / 2, f64::total_cmp);
    let below = below.iter().copied().max_by(f64::total_cmp).filter(|_| is_even);
    below.map_or(middle, |below| below + (middle - below) / 2.0)
}

/// The square root by Newton's method: that of the system need not give the same bits everywhere.
fn square_root(value: f64) -> f64 {
    if value.partial_cmp(&0.0) != Some(Ordering::Greater) || !value.is_finite() {
        return value;
    }
    // Half of the exponent is right to some percent, and each step doubles the digits.
    let mut root = f64::from_bits((value.to_bits() >> 1) + (1023 << 51));
    for _ in 0..6 {
        root = (root + value / root) / 2.0;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_square_root_is_that_of_the_system() {
        let mut bits: u64 = 1;
        for _ in 0..10_000 {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let value = f64::from_bits((bits >> 2) | (1 << 52));
            if value.is_normal() {
                let (ours, theirs) = (square_root(value), value.sqrt());
                assert!((ours - theirs).abs() <= theirs * 4.0 * f64::EPSILON, "{value:e}: {ours:e}, not {theirs:e}");
            }
        }
        assert_eq!(square_root(0.0), 0.0);
        assert_eq!(square_root(4.0), 2.0);
        assert_eq!(square_root(f64::INFINITY), f64::INFINITY);
        assert!(square_root(f64::NAN).is_nan());
    }

    #[test]
    fn students_quantile_is_that_of_the_tables() {
        for (freedom, table, tolerance) in
            [(1.0, 12.706, 3.1), (2.0, 4.303, 0.15), (5.0, 2.571, 0.005), (10.0, 2.228, 0.001), (100.0, 1.984, 0.001)]
        {
            let quantile = student_quantile(freedom);
            assert!((quantile - table).abs() < tolerance, "{freedom}: {quantile}, not {table}");
        }
        assert!((student_quantile(1e12) - NORMAL_QUANTILE).abs() < 1e-9);
    }

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(&mut [3.0]), 3.0);
        assert_eq!(median(&mut [4.0, 1.0]), 2.5);
        assert_eq!(median(&mut [9.0, -1.0, 2.0]), 2.0);
        assert_eq!(median(&mut [7.0, 1.0, 5.0, 3.0]), 4.0);
    }

    /// To the last bit of an `f64`, also where many have the same `x`.
    #[test]
    fn the_order_of_the_points_does_not_matter() {
        let mut points: Vec<Point> = (0..60u32)
            .map(|index| {
                let x = f64::from(index % 3 + 1);
                Point { x, y: 0.1 * x + 0.01 * f64::from(index * index % 17) }
            })
            .collect();
        let first = fit(&mut points).unwrap();
        for step in [7, 11, 13, 17, 19, 23] {
            let mut other: Vec<Point> = (0..60).map(|index| points[index * step % 60]).collect();
            let again = fit(&mut other).unwrap();
            assert_eq!(again.slope.to_bits(), first.slope.to_bits());
            assert_eq!(again.half_width.to_bits(), first.half_width.to_bits());
        }
    }

    /// Two kinds of noise, two shapes: one says all through its constant, the other all through its share of `x²`.
    #[test]
    fn the_points_say_how_their_variance_depends_on_x() {
        let alternating = |index: u32| if index.is_multiple_of(2) { 1.0 } else { -1.0 };
        let everybody = Line { slope: 1.0, constant: 1e6, relative: 1e6 };
        let shape = |noise: fn(f64) -> f64| {
            let points: Vec<Point> = (0..64)
                .map(|index| {
                    let x = f64::from(index / 2 + 1);
                    Point { x, y: x + alternating(index) * noise(x) }
                })
                .collect();
            everybody.shape(&points, 16.0)
        };
        let constant = shape(|_| 0.5);
        assert!(constant.constant > 0.24 && constant.relative * 256.0 < 0.1 * constant.constant, "{constant:?}");
        let relative = shape(|x| 0.1 * x);
        assert!(relative.relative > 0.0099 && relative.constant < 0.1 * relative.relative * 256.0, "{relative:?}");
    }
}
