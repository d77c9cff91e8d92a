//! The three numbers that everything is said in: chains, nodes and times.

use core::fmt;

/// Anything that is replicated and has holders: a shard, a log, a blob, a daemon with state.
///
/// The caller chooses the number; every `u64` is a chain id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ChainId(pub u64);

/// A place where a replica can live. The caller chooses the number.
///
/// [`NodeId::NONE`] is reserved and is refused wherever an id is expected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct NodeId(pub u64);

/// Nanoseconds from any origin that the caller likes. driftline reads no clock, so time is always an argument.
///
/// Every `u64` is a time, `u64::MAX` included (T4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Timestamp(pub u64);

impl NodeId {
    /// "No node": what a membership says of a chain without a leader. Never the id of a node.
    pub const NONE: NodeId = NodeId(u64::MAX);

    /// Whether this is the reserved id.
    #[must_use]
    pub const fn is_none(self) -> bool {
        self.0 == u64::MAX
    }
}

impl Timestamp {
    /// How long ago `earlier` was, in nanoseconds; 0 when it lies in the future (T4).
    #[must_use]
    pub const fn since_ns(self, earlier: Timestamp) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This time plus a duration, `None` when that lies beyond the last representable time (T4).
    #[must_use]
    pub const fn after_ns(self, duration_ns: u64) -> Option<Timestamp> {
        match self.0.checked_add(duration_ns) {
            Some(at) => Some(Timestamp(at)),
            None => None,
        }
    }
}

impl From<u64> for ChainId {
    fn from(id: u64) -> Self {
        ChainId(id)
    }
}

impl From<u64> for NodeId {
    fn from(id: u64) -> Self {
        NodeId(id)
    }
}

impl From<u64> for Timestamp {
    fn from(at_ns: u64) -> Self {
        Timestamp(at_ns)
    }
}

impl fmt::Display for ChainId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.write_str("none") } else { self.0.fmt(f) }
    }
}
