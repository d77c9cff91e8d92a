//! How a step is timed. On a machine that does other things, too, the shortest time is the one that says most.

use std::time::{Duration, Instant};

/// A batch of calls that are too short to be timed one by one lasts about this long.
const BATCH: Duration = Duration::from_millis(1);

/// Times one call.
pub fn time<T>(call: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let value = call();
    (nanoseconds(start.elapsed()), value)
}

/// Calls `most` times, or until `enough` has passed; at least once. The argument counts the calls.
pub fn repeat(most: usize, enough: Duration, mut call: impl FnMut(usize)) {
    let start = Instant::now();
    for turn in 0..most {
        call(turn);
        if start.elapsed() >= enough {
            break;
        }
    }
}

/// The least time per call over up to a hundred batches.
pub fn least_per_call(enough: Duration, mut call: impl FnMut()) -> f64 {
    let (first_ns, ()) = time(&mut call);
    let batch_length = (nanoseconds(BATCH) / first_ns.max(1.0)).clamp(1.0, 10_000.0) as u32;
    if first_ns >= nanoseconds(enough) {
        return first_ns;
    }
    let mut least_ns = first_ns;
    repeat(100, enough, |_| {
        let (batch_ns, ()) = time(|| (0..batch_length).for_each(|_| call()));
        least_ns = least_ns.min(batch_ns / f64::from(batch_length));
    });
    least_ns
}

/// The one in the middle.
pub fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// The lowest.
pub fn least(times: impl IntoIterator<Item = f64>) -> f64 {
    times.into_iter().fold(f64::INFINITY, f64::min)
}

fn nanoseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e9
}
