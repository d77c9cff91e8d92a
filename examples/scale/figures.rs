//! Figures as people read them.

/// Three digits that count, in the unit that suits.
pub fn duration(ns: f64) -> String {
    let (value, unit) = match ns {
        // What would be rounded up to a thousand belongs to the next unit.
        ns if ns < 999.5 => (ns, "ns"),
        ns if ns < 999.5e3 => (ns / 1e3, "us"),
        ns if ns < 999.5e6 => (ns / 1e6, "ms"),
        ns => (ns / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

/// How many times as long.
pub fn ratio(ratio: f64) -> String {
    if ratio < 999.5 { format!("{} x", three_digits(ratio)) } else { format!("{} x", grouped(ratio.round() as u64)) }
}

fn three_digits(value: f64) -> String {
    let decimals = match value {
        value if value < 10.0 => 2,
        value if value < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

/// Digits in groups of three.
pub fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let groups: Vec<&[u8]> = digits.as_bytes().rchunks(3).rev().collect();
    groups.iter().map(|group| String::from_utf8_lossy(group)).collect::<Vec<_>>().join(",")
}
