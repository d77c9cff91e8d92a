//! Tokens: ids, times, numbers, answers, and the arguments of a command.

use driftline::{ChainId, NodeId, Timestamp};

use crate::support::world::{Answer, INTERRUPTED};

/// The words and `key=value` pairs after the name of a command. What nobody takes is a fault.
pub struct Arguments<'a> {
    words: Vec<&'a str>,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Arguments<'a> {
    pub fn parse(rest: &'a str) -> Result<Self, String> {
        let mut arguments = Arguments { words: Vec::new(), pairs: Vec::new() };
        for token in rest.split(' ').filter(|token| !token.is_empty()) {
            let Some((key, value)) = token.split_once('=') else {
                arguments.words.push(token);
                continue;
            };
            if arguments.pairs.iter().any(|(known, _)| *known == key) {
                return Err(format!("argument {key} is given twice"));
            }
            arguments.pairs.push((key, value));
        }
        Ok(arguments)
    }

    /// The next word, which must be there.
    pub fn word(&mut self, what: &str) -> Result<&'a str, String> {
        self.optional_word().ok_or_else(|| format!("{what} is missing"))
    }

    /// The next word, if there is one.
    pub fn optional_word(&mut self) -> Option<&'a str> {
        (!self.words.is_empty()).then(|| self.words.remove(0))
    }

    /// The value of `key`, which must be there.
    pub fn value(&mut self, key: &str) -> Result<&'a str, String> {
        self.optional(key).ok_or_else(|| format!("argument {key} is missing"))
    }

    /// The value of `key`, if it is there.
    pub fn optional(&mut self, key: &str) -> Option<&'a str> {
        let position = self.pairs.iter().position(|(known, _)| *known == key)?;
        Some(self.pairs.remove(position).1)
    }

    pub fn chain(&mut self) -> Result<ChainId, String> {
        chain(self.value("chain")?)
    }

    pub fn node(&mut self) -> Result<NodeId, String> {
        node(self.value("node")?)
    }

    /// All pairs that are left, at least one.
    pub fn rest(&mut self) -> Result<Vec<(&'a str, &'a str)>, String> {
        let pairs = self.rest_if_any();
        if pairs.is_empty() { Err("nothing is given".to_owned()) } else { Ok(pairs) }
    }

    /// All pairs that are left.
    pub fn rest_if_any(&mut self) -> Vec<(&'a str, &'a str)> {
        std::mem::take(&mut self.pairs)
    }

    /// All words that are left.
    pub fn rest_of_words(&mut self) -> Vec<&'a str> {
        std::mem::take(&mut self.words)
    }

    /// Refuses what was not taken.
    pub fn finish(self) -> Result<(), String> {
        if let Some(word) = self.words.first() {
            return Err(format!("unexpected `{word}`"));
        }
        match self.pairs.first() {
            Some((key, _)) => Err(format!("unknown argument {key}")),
            None => Ok(()),
        }
    }
}

pub fn integer(token: &str) -> Result<u64, String> {
    // `u64::from_str` takes a plus sign; the language does not.
    if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{token}` is not a decimal number"));
    }
    token.parse().map_err(|_| format!("`{token}` does not fit into 64 bits"))
}

/// A number of 32 bits.
pub fn small_integer(token: &str) -> Result<u32, String> {
    u32::try_from(integer(token)?).map_err(|_| format!("`{token}` does not fit into 32 bits"))
}

pub fn id(token: &str) -> Result<u64, String> {
    match token {
        "max" => Ok(u64::MAX),
        "max-1" => Ok(u64::MAX - 1),
        _ => integer(token),
    }
}

pub fn chain(token: &str) -> Result<ChainId, String> {
    id(token).map(ChainId)
}

pub fn node(token: &str) -> Result<NodeId, String> {
    id(token).map(NodeId)
}

/// The elements of a list; an empty token is an empty list.
pub fn list<T>(token: &str, element: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    if token.is_empty() {
        return Ok(Vec::new());
    }
    token.split(',').map(element).collect()
}

/// A time or a duration in nanoseconds.
pub fn duration_ns(token: &str) -> Result<u64, String> {
    match token {
        "0" => return Ok(0),
        "max" => return Ok(u64::MAX),
        _ => {}
    }
    let digits = token.bytes().take_while(u8::is_ascii_digit).count();
    let (count, unit) = token.split_at(digits);
    let unit_ns: u64 = match unit {
        "ns" => 1,
        "us" => 1_000,
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60 * 1_000_000_000,
        "h" => 3_600 * 1_000_000_000,
        _ => return Err(format!("`{token}` is not a time: it needs a number and one of ns us ms s m h")),
    };
    integer(count)?.checked_mul(unit_ns).ok_or_else(|| format!("`{token}` does not fit into 64 bits of nanoseconds"))
}

pub fn time(token: &str) -> Result<Timestamp, String> {
    duration_ns(token).map(Timestamp)
}

pub fn number(token: &str) -> Result<f32, String> {
    decimal(token)
}

/// The same of twice the width.
pub fn amount(token: &str) -> Result<f64, String> {
    decimal(token)
}

fn decimal<F: std::str::FromStr>(token: &str) -> Result<F, String> {
    let not_a_number = || format!("`{token}` is not a number");
    if matches!(token, "nan" | "inf" | "-inf") {
        return token.parse().map_err(|_| not_a_number());
    }
    let unsigned = token.strip_prefix('-').unwrap_or(token);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) {
        return Err(not_a_number());
    }
    token.parse().map_err(|_| not_a_number())
}

/// An answer of the scorer: `none`, `fail(CODE)`, `interrupt`, or a value.
pub fn answer<T>(token: &str, value: impl Fn(&str) -> Result<T, String>) -> Result<Answer<T>, String> {
    if token == "none" {
        return Ok(Answer::Nothing);
    }
    if token == "interrupt" {
        return Ok(Answer::Fails(INTERRUPTED));
    }
    let Some(code) = token.strip_prefix("fail(").and_then(|rest| rest.strip_suffix(')')) else {
        return value(token).map(Answer::Is);
    };
    match code.parse::<i32>() {
        Ok(code) if code < 0 => Ok(Answer::Fails(code)),
        _ => Err(format!("`{code}` is not a negative 32-bit code")),
    }
}

/// One of a few words.
pub fn choice<T: Copy>(token: &str, words: &[(&str, T)]) -> Result<T, String> {
    words.iter().find(|(word, _)| *word == token).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        format!("`{token}` is none of {}", known.join(" "))
    })
}
