//! What is wrong.

/// A rule that was broken, and how.
#[derive(Clone, Debug)]
pub struct Violation {
    pub rule: &'static str,
    pub text: String,
}

pub type Checked = Result<(), Violation>;

/// Fails with a sentence unless the rule holds.
pub fn ensure(holds: bool, rule: &'static str, text: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Violation { rule, text: text() }) }
}

/// Fails unless two sides say the same.
pub fn same<T: PartialEq + std::fmt::Debug>(rule: &'static str, what: &str, is: T, expected: T) -> Checked {
    if is == expected { Ok(()) } else { Err(Violation { rule, text: format!("{what}: {is:?}, not {expected:?}") }) }
}
