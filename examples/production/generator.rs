//! Generated round-trip times: seeded, integers only, with the marginals and the noise of measured ones.

use crate::trace::Trace;

/// Sizes of the clusters among 99 nodes.
const CLUSTERS: [usize; 5] = [4, 6, 3, 42, 44];
/// Base times between clusters.
const BETWEEN: [[i64; 5]; 5] =
    [[0, 27, 35, 22, 34], [27, 0, 36, 21, 29], [35, 36, 0, 18, 24], [22, 21, 18, 0, 15], [34, 29, 24, 15, 0]];
/// How long a stall is: per ten thousand, and the time.
const STALLS: [(i64, i64); 21] = [
    (0, 4),
    (500, 6),
    (1000, 10),
    (2000, 16),
    (3000, 22),
    (4000, 26),
    (5000, 30),
    (6000, 33),
    (7000, 36),
    (8000, 39),
    (8500, 42),
    (8750, 47),
    (9000, 56),
    (9250, 66),
    (9500, 77),
    (9700, 87),
    (9800, 93),
    (9900, 126),
    (9950, 169),
    (9990, 400),
    (10000, 4500),
];
const LONGEST: i64 = 9050;

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: u64) -> i64 {
        (((self.next() >> 32) * bound) >> 32) as i64
    }
}

struct Place {
    cluster: usize,
    x: i64,
    y: i64,
    access: i64,
    source_bias: i64,
    destination_bias: i64,
    slow: i64,
}

/// What there is between two nodes.
struct Pairs {
    base: Vec<i64>,
    stall: Vec<i64>,
}

/// A trace of so many nodes and slices.
pub fn generate(seed: u64, nodes: usize, slices: usize) -> Trace {
    let mut random = Random(seed);
    let places = places(&mut random, nodes);
    let pairs = pairs(&mut random, &places);
    let mut trace = Trace { nodes, slices, measured: Vec::new(), rtt_cs: Vec::new() };
    let mut due = vec![0; nodes];
    for slice in 0..slices {
        for node in 0..nodes {
            if due[node] != slice {
                continue;
            }
            trace.measured.push((slice, node));
            for other in 0..nodes {
                let time = if other == node { 0 } else { measure(&mut random, &places, &pairs, node, other) };
                trace.rtt_cs.push(time as u16);
            }
            let gap = gap(&mut random, places[node].slow);
            due[node] = if slice == 0 { 1 + random.below(gap) as usize } else { slice + gap as usize };
        }
    }
    trace
}

fn places(random: &mut Random, nodes: usize) -> Vec<Place> {
    let of = |position: usize| {
        let mut end = 0;
        CLUSTERS.iter().position(|&size| {
            end += size;
            position < end
        })
    };
    let mut clusters: Vec<usize> = (0..nodes).map(|node| of(node * 99 / nodes).unwrap_or(CLUSTERS.len() - 1)).collect();
    for index in (1..nodes).rev() {
        clusters.swap(index, random.below(index as u64 + 1) as usize);
    }
    let place = |(node, cluster): (usize, usize)| {
        let (x, y) = (random.below(6), random.below(6));
        let access = match random.below(1000) {
            0..500 => 0,
            500..750 => 1,
            750..900 => 3,
            _ => 6,
        };
        let (source, destination) = (random.below(221) - 110, random.below(281) - 140);
        let slow = match node % 99 {
            11 => 8,
            9 | 44 => 3,
            _ => 1,
        };
        let bias = if slow > 1 { 250 } else { 0 };
        Place { cluster, x, y, access, source_bias: source + bias, destination_bias: destination + bias, slow }
    };
    clusters.into_iter().enumerate().map(place).collect()
}

fn pairs(random: &mut Random, places: &[Place]) -> Pairs {
    let nodes = places.len();
    let mut pairs = Pairs { base: vec![0; nodes * nodes], stall: vec![0; nodes * nodes] };
    for one in 0..nodes {
        for other in one + 1..nodes {
            let (near, far) = (&places[one], &places[other]);
            let (scatter, quality) = (random.below(13) - 6, random.below(301) - 150);
            let access = near.access + far.access;
            let base = if near.cluster == far.cluster {
                (near.x - far.x).abs() + (near.y - far.y).abs() + access
            } else {
                (BETWEEN[near.cluster][far.cluster] + access - 2 + scatter).max(0)
            };
            let stall = |from: &Place, to: &Place| {
                (325 + 7 * base + from.source_bias + to.destination_bias + quality).clamp(50, 950)
            };
            for (from, to) in [(one, other), (other, one)] {
                pairs.base[from * nodes + to] = base;
                pairs.stall[from * nodes + to] = stall(&places[from], &places[to]);
            }
        }
    }
    pairs
}

fn measure(random: &mut Random, places: &[Place], pairs: &Pairs, from: usize, to: usize) -> i64 {
    let at = from * places.len() + to;
    let extra = if random.below(1000) < pairs.stall[at] {
        places[from].slow.max(places[to].slow) * stall(random.below(10_000))
    } else {
        match random.below(1000) {
            0..750 => 0,
            750..920 => 1,
            920..980 => 2,
            _ => 3,
        }
    };
    (pairs.base[at] + extra).min(LONGEST)
}

/// Between the knots in a straight line, rounded down.
fn stall(at: i64) -> i64 {
    let next = STALLS.partition_point(|&(knot, _)| knot <= at).min(STALLS.len() - 1);
    let ((before, low), (after, high)) = (STALLS[next - 1], STALLS[next]);
    low + (high - low) * (at - before) / (after - before)
}

fn gap(random: &mut Random, slow: i64) -> u64 {
    let slices = match random.below(1000) {
        0..5 => 3,
        5..135 => 4,
        135..755 => 5,
        755..940 => 6,
        940..970 => 7,
        970..983 => 8,
        983..990 => 10,
        _ => 14,
    };
    slices * if slow == 8 { 5 } else { 1 }
}
