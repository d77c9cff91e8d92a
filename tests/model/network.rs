//! What is on its way from the store to a control plane.

use super::truth::{Lease, Record};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News {
    /// The chain was changed, from one revision to another.
    Changed {
        before: u64,
        record: Record,
    },
    Led(Lease),
    /// The move of the chain has failed.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Message {
    /// The position of the chain.
    pub chain: usize,
    pub news: News,
}

/// How a control plane takes in changes. Both ways order them by revision, as everybody should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feed {
    /// Each message says all of the chain; one that is newer than what is known is believed.
    Records,
    /// Each message says what has changed; one that does not follow on what is known is not, and the next reading of the
    /// store makes it good.
    Changes,
}
