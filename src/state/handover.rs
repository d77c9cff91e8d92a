//! What one leader remembers of a chain, as bytes for the next one (V1).

use alloc::vec::Vec;

use xxhash_rust::xxh3::xxh3_64;

use super::MeshState;
use super::chain::ChainMarks;
use super::memory::{Backoff, Few, Memory, Owed, PastMove, Pin, Stage, Tracked};
use super::said::Said;
use crate::action::Arm;
use crate::config::{FLAP_MEMORY, MoveOrder};
use crate::error::Error;
use crate::id::{ChainId, NodeId, Timestamp};

/// What every export begins with.
const MAGIC: [u8; 4] = *b"DRFT";
const VERSION: u16 = 1;
/// Magic, version, two bytes of zeros, chain.
const HEAD: usize = 16;
const CHECKSUM: usize = 8;

impl MeshState {
    /// What is remembered of a chain, for whoever leads it next: its cooldown, its moves and the one in flight, its
    /// back-offs (V1). `None` if there is no such chain. Facts that events tell are not in it.
    ///
    /// The bytes are the same on every platform. They carry a version and a checksum.
    ///
    /// ```
    /// use driftline::{ChainId, Event, MeshState, NodeId};
    ///
    /// # fn main() -> Result<(), driftline::Error> {
    /// let chain = ChainId(7);
    /// let mut old = MeshState::new();
    /// old.apply(&[Event::HolderAdded { chain, node: NodeId(1) }])?;
    /// let bytes = old.export_chain(chain)?.expect("there is such a chain");
    /// let mut new = MeshState::new();
    /// assert_eq!(new.import_chain(&bytes)?, chain);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::OutOfMemory`].
    pub fn export_chain(&self, chain: ChainId) -> Result<Option<Vec<u8>>, Error> {
        let Some(view) = self.chain(chain) else { return Ok(None) };
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(1024).map_err(|_| Error::OutOfMemory)?;
        let mut writer = Writer { bytes: &mut bytes };
        writer.bytes.extend_from_slice(&MAGIC);
        writer.bytes.extend_from_slice(&VERSION.to_le_bytes());
        writer.bytes.extend_from_slice(&[0; 2]);
        writer.word(chain.0);
        writer.time(view.last_rebalance());
        write_said(&mut writer, view.said());
        write_memory(&mut writer, &view.memory().copied().unwrap_or_default());
        let checksum = xxh3_64(&bytes);
        bytes.extend_from_slice(&checksum.to_le_bytes());
        Ok(Some(bytes))
    }

    /// Takes in what another leader has exported, in place of what is remembered of that chain, and answers which it is (V1).
    ///
    /// # Errors
    ///
    /// [`Error::Import`] says what is wrong with the bytes; [`Error::OutOfMemory`], [`Error::TooMany`]. The state is then as
    /// it was.
    pub fn import_chain(&mut self, bytes: &[u8]) -> Result<ChainId, Error> {
        let Exported { chain, last_rebalance, said, memory } =
            read(bytes).map_err(|reason| Error::Import { reason })?;
        if self.chain(chain).is_none() && last_rebalance.is_none() && memory.is_empty() {
            return Ok(chain);
        }
        self.memories.reserve(1)?;
        self.said.reserve(1)?;
        let slot = self.intern_chain(chain)?;
        self.remember(slot, last_rebalance, &said, &memory);
        self.chains.marks_mut(slot).put(ChainMarks::IMPORTED, true);
        self.retire_chain_if_empty(slot);
        Ok(chain)
    }

    /// Makes this what is remembered of a chain's moves, and says whether it was something else. The room was made before.
    pub(crate) fn set_memory(&mut self, slot: u32, memory: &Memory) -> bool {
        let chain = ChainId(self.chains.id(slot));
        let changes = self.memories.get(chain).copied().unwrap_or_default() != *memory;
        self.chains.marks_mut(slot).put(ChainMarks::MEMORY, !memory.is_empty());
        if memory.is_empty() {
            self.memories.remove(chain);
        } else if changes {
            self.memories.set(chain, *memory);
        }
        changes
    }
}

struct Writer<'a> {
    bytes: &'a mut Vec<u8>,
}

impl Writer<'_> {
    fn word(&mut self, word: u64) {
        self.bytes.extend_from_slice(&word.to_le_bytes());
    }

    fn node(&mut self, node: Option<NodeId>) {
        self.word(node.unwrap_or(NodeId::NONE).0);
    }

    /// A word that says whether there is a time, and the time.
    fn time(&mut self, at: Option<Timestamp>) {
        self.word(u64::from(at.is_some()));
        self.word(at.unwrap_or_default().0);
    }
}

fn write_said(writer: &mut Writer<'_>, said: Option<&Said>) {
    let nodes = said.map_or(&[][..], Said::nodes);
    writer.word(nodes.len() as u64);
    nodes.iter().for_each(|node| writer.word(node.0));
}

fn read_said(reader: &mut Reader<'_>) -> Option<Said> {
    let mut said = Said::default();
    for _ in 0..reader.count()? {
        said.add(reader.node()??);
    }
    Some(said)
}

/// Writes what is remembered of a chain's moves as words.
fn write_memory(writer: &mut Writer<'_>, memory: &Memory) {
    let Memory { pin, owed, flight, failed, backoffs, moves, flap_level } = memory;
    writer.node(pin.map(|pin| pin.target));
    writer.word(pin.map_or(0, |pin| pin.at.0));
    writer.node(owed.map(|owed| owed.victim));
    writer.node(owed.and_then(|owed| owed.target));
    writer.word(owed.map_or(0, |owed| owed.at.0));
    writer.word(u64::from(flight.is_some()));
    if let Some(flight) = flight {
        writer.word(flight.order as u64);
        writer.word(flight.stage as u64);
        writer.word(flight.arm as u64);
        writer.node(flight.victim);
        writer.node(flight.target);
        writer.word(flight.since.0);
        writer.word(u64::from(flight.emitted));
        writer.word(flight.holders_at.into());
    }
    writer.word(u64::from(*failed));
    writer.word(backoffs.as_slice().len() as u64);
    for backoff in backoffs.as_slice() {
        writer.word(backoff.node.0);
        writer.word(backoff.failures.into());
        writer.word(backoff.failed_at.0);
    }
    writer.word(moves.as_slice().len() as u64);
    for made in moves.as_slice() {
        writer.word(made.at.0);
        writer.word(made.victim.0);
        writer.word(made.target.0);
    }
    writer.word((*flap_level).into());
}

/// Appends what the digest says of a chain's moves.
pub(super) fn write_words(bytes: &mut Vec<u8>, memory: &Memory) {
    write_memory(&mut Writer { bytes }, memory);
}

struct Exported {
    chain: ChainId,
    last_rebalance: Option<Timestamp>,
    said: Said,
    memory: Memory,
}

/// Checks everything before anything is believed.
fn read(bytes: &[u8]) -> Result<Exported, &'static str> {
    if !bytes.starts_with(&MAGIC) {
        return Err("not an export");
    }
    if bytes.len() < HEAD + CHECKSUM {
        return Err("truncated");
    }
    if bytes[4..6] != VERSION.to_le_bytes() {
        return Err("unknown version");
    }
    let (content, checksum) = bytes.split_at(bytes.len() - CHECKSUM);
    if checksum != xxh3_64(content).to_le_bytes() {
        return Err("damaged");
    }
    // Whoever gets the checksum right and the rest wrong did not use an export; all the same nothing is believed.
    read_content(content).ok_or("damaged")
}

fn read_content(content: &[u8]) -> Option<Exported> {
    let mut reader = Reader { words: &content[HEAD - 8..] };
    if content[6..8] != [0; 2] {
        return None;
    }
    let chain = ChainId(reader.word()?);
    let last_rebalance = reader.time()?;
    let said = read_said(&mut reader)?;
    let memory = read_memory(&mut reader)?;
    // An eviction that was said has begun a cooldown, and only a move in flight can have failed.
    let is_possible = said.nodes().is_empty() || last_rebalance.is_some();
    let is_whole = reader.words.is_empty() && is_possible && memory.is_possible();
    is_whole.then_some(Exported { chain, last_rebalance, said, memory })
}

struct Reader<'a> {
    words: &'a [u8],
}

impl Reader<'_> {
    fn word(&mut self) -> Option<u64> {
        let (word, rest) = self.words.split_first_chunk::<8>()?;
        self.words = rest;
        Some(u64::from_le_bytes(*word))
    }

    fn number<T: TryFrom<u64>>(&mut self) -> Option<T> {
        T::try_from(self.word()?).ok()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.word()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn node(&mut self) -> Option<Option<NodeId>> {
        let node = NodeId(self.word()?);
        Some(Some(node).filter(|node| !node.is_none()))
    }

    fn at(&mut self) -> Option<Timestamp> {
        self.word().map(Timestamp)
    }

    fn time(&mut self) -> Option<Option<Timestamp>> {
        let is_known = self.flag()?;
        let at = self.at()?;
        Some(is_known.then_some(at))
    }

    fn count(&mut self) -> Option<usize> {
        self.number().filter(|&count: &usize| count <= FLAP_MEMORY)
    }
}

fn read_memory(reader: &mut Reader<'_>) -> Option<Memory> {
    let (pinned, at) = (reader.node()?, reader.at()?);
    let pin = pinned.map(|target| Pin { target, at });
    let (victim, target, at) = (reader.node()?, reader.node()?, reader.at()?);
    let owed = victim.map(|victim| Owed { victim, target, at });
    let flight = if reader.flag()? { Some(read_flight(reader)?) } else { None };
    let failed = reader.flag()?;
    let mut backoffs = Few::default();
    for _ in 0..reader.count()? {
        backoffs.push(Backoff { node: NodeId(reader.word()?), failures: reader.number()?, failed_at: reader.at()? });
    }
    let mut moves = Few::default();
    for _ in 0..reader.count()? {
        moves.push(PastMove { at: reader.at()?, victim: NodeId(reader.word()?), target: NodeId(reader.word()?) });
    }
    let flap_level = reader.number()?;
    Some(Memory { pin, owed, flight, failed, backoffs, moves, flap_level })
}

fn read_flight(reader: &mut Reader<'_>) -> Option<Tracked> {
    let order = match reader.word()? {
        0 => MoveOrder::EvictFirst,
        1 => MoveOrder::PlaceFirst,
        _ => return None,
    };
    let stage = match reader.word()? {
        0 => Stage::Evicting,
        1 => Stage::Placing,
        _ => return None,
    };
    let arm = *Arm::ALL.get(reader.number::<usize>()?)?;
    let (victim, target) = (reader.node()?, reader.node()?);
    if stage == Stage::Evicting && victim.is_none() {
        return None;
    }
    let (since, emitted, holders_at) = (reader.at()?, reader.flag()?, reader.number()?);
    Some(Tracked { order, stage, arm, victim, target, since, emitted, holders_at })
}
