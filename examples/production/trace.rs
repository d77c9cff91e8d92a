//! Round-trip times as a stream: whose row was measured anew in which slice.

use std::io;
use std::path::Path;

/// What the rows of a trace say, in hundredths of a second.
pub struct Trace {
    pub nodes: usize,
    pub slices: usize,
    /// (slice, node) of each row, by ascending slice and node.
    pub measured: Vec<(usize, usize)>,
    /// The rows, one after the other.
    pub rtt_cs: Vec<u16>,
}

impl Trace {
    /// The times from a node to all, as the row says.
    pub fn row(&self, index: usize) -> &[u16] {
        &self.rtt_cs[index * self.nodes..(index + 1) * self.nodes]
    }
}

/// Slices of the measured trace: three hours in 688.
const SLICES: usize = 688;

/// Reads the two files of the measured trace: NPY version 1.0, 128 bytes of head, then little-endian 16-bit numbers.
pub fn measured(directory: &Path) -> io::Result<Trace> {
    let times = read(&directory.join("seattle_rows_ti_u16.npy"))?;
    let rtt_cs = read(&directory.join("seattle_rows_cs_u16.npy"))?;
    let measured: Vec<(usize, usize)> = times.chunks(2).map(|pair| (pair[0].into(), pair[1].into())).collect();
    if measured.is_empty() || !rtt_cs.len().is_multiple_of(measured.len()) {
        return Err(io::Error::other("the two files do not fit together"));
    }
    let nodes = rtt_cs.len() / measured.len();
    Ok(Trace { nodes, slices: SLICES, measured, rtt_cs })
}

fn read(path: &Path) -> io::Result<Vec<u16>> {
    let bytes = std::fs::read(path)?;
    let numbers = bytes.get(128..).ok_or_else(|| io::Error::other(format!("{} is too short", path.display())))?;
    Ok(numbers.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect())
}
