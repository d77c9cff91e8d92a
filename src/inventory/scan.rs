//! The best homes for a chain among all nodes: one walk over columns, several nodes at once, and exact.

use alloc::vec::Vec;

use smallvec::SmallVec;

use super::InventoryScorer;
use super::axes::{APART, AXES, Blend, headroom_of, larger, zone_spread_beside};
use super::chains::{Chain, ClientShare};
use super::judge::Vacancy;
use super::nodes::{BLOCK, NO_ZONE};
use super::reports::RESOURCES;
use crate::error::ScorerError;
use crate::scorer::{Alternative, ScorerResult, Search};

/// So many of the best are kept in order as they come; where more are wanted, all are sorted at the end.
const FEW: usize = 64;

/// What stands for "no home" among scores.
const NO_HOME: f32 = -1.0;

/// What a chain asks of a home, worked out once for the whole walk.
struct Wanted<'a> {
    blend: Blend,
    slope: f32,
    demand: [f32; RESOURCES],
    share_max: f32,
    required_tags: u64,
    clients: &'a [ClientShare],
    /// The zones of the holders that stay, each once, and the zone spread beside those in it.
    zones: SmallVec<[(u32, f32); 4]>,
    zone_anti_affinity: bool,
    required: [bool; AXES],
}

/// One value for each node of a block.
type Lanes = [f32; BLOCK];

/// What lies in a column at a block. Columns are a whole number of blocks long.
fn block<T>(column: &[T], at: usize) -> &[T; BLOCK] {
    match column[at..].first_chunk() {
        Some(block) => block,
        None => unreachable!("columns are a whole number of blocks long"),
    }
}

impl InventoryScorer {
    /// Up to `limit` homes that the chain could have, best first, ties by ascending id, pushed to `out`.
    pub(super) fn homes(&self, search: &Search<'_>, limit: usize, out: &mut Vec<Alternative>) -> ScorerResult<()> {
        if limit == 0 {
            return Ok(());
        }
        let (chain, exclude) = (self.chain(search.chain), search.exclude);
        let no_memory = |_| ScorerError::out_of_memory();
        let mut excluded = Vec::new();
        excluded.try_reserve(exclude.len() + chain.holders.len()).map_err(no_memory)?;
        excluded.extend(exclude.iter().filter_map(|&node| self.nodes.find(node)));
        excluded.extend(chain.holders.iter().map(|holder| holder.node));
        excluded.sort_unstable();
        let wanted = self.wanted(chain, self.vacancy(chain, search.victim))?;
        let mut best = Best { begin: out.len(), limit, out };
        best.out.try_reserve(if limit <= FEW { limit } else { self.nodes.slot_count() }).map_err(no_memory)?;
        let mut excluded = excluded.iter().map(|&slot| slot as usize).peekable();
        for at in (0..self.nodes.slot_count()).step_by(BLOCK) {
            let mut scores = self.scores(&wanted, chain, at);
            while let Some(slot) = excluded.next_if(|&slot| slot < at + BLOCK) {
                scores[slot - at] = NO_HOME;
            }
            if scores.iter().fold(NO_HOME, |a, &b| larger(a, b)) < best.threshold() {
                continue;
            }
            for (lane, &score) in scores.iter().enumerate() {
                if score >= best.threshold() {
                    best.offer(Alternative { node: self.nodes.get((at + lane) as u32).id, score });
                }
            }
        }
        best.close();
        Ok(())
    }

    fn wanted<'a>(&self, chain: &'a Chain, vacancy: Vacancy) -> ScorerResult<Wanted<'a>> {
        let (profile, Vacancy { leaving, required }) = (chain.profile(), vacancy);
        let staying = chain.holders.iter().map(|holder| holder.node).filter(|&node| Some(node) != leaving);
        let mut zones: SmallVec<[u32; 4]> = SmallVec::new();
        zones.try_reserve(chain.holders.len()).map_err(|_| ScorerError::out_of_memory())?;
        zones.extend(staying.map(|node| self.nodes.columns.zones[node as usize]).filter(|&zone| zone != NO_ZONE));
        zones.sort_unstable();
        let mut spreads = SmallVec::new();
        spreads.try_reserve(zones.len()).map_err(|_| ScorerError::out_of_memory())?;
        spreads.extend(zones.chunk_by(|a, b| a == b).map(|same| (same[0], zone_spread_beside(same.len() as f32))));
        Ok(Wanted {
            blend: self.blend,
            slope: 1.0 / (1.0 - self.config.comfortable_use),
            demand: profile.demand.map(|demand| demand as f32),
            share_max: 1.0 - self.config.capacity_reserve,
            required_tags: profile.required_tags,
            clients: &profile.clients,
            zones: spreads,
            zone_anti_affinity: profile.zone_anti_affinity,
            required,
        })
    }

    /// The scores of one block of nodes. Each step is a loop without branches over all lanes, and does to each what `judge`
    /// does to one node.
    fn scores(&self, wanted: &Wanted<'_>, chain: &Chain, at: usize) -> Lanes {
        let columns = &self.nodes.columns;
        let (mut share, mut expected) = ([f32::NEG_INFINITY; BLOCK], [f32::NEG_INFINITY; BLOCK]);
        for resource in 0..RESOURCES {
            let demand = wanted.demand[resource];
            let shares = block(&columns.shares[resource], at);
            let expecteds = block(&columns.expected[resource], at);
            let per_unit = block(&columns.per_unit[resource], at);
            for lane in 0..BLOCK {
                let added = demand * per_unit[lane];
                share[lane] = larger(shares[lane] + added, share[lane]);
                expected[lane] = larger(expecteds[lane] + added, expected[lane]);
            }
        }
        let proximity = self.proximities(wanted.clients, at);
        let zones = block(&columns.zones, at);
        let mut zone_spread = [1.0f32; BLOCK];
        for &(taken, spread) in &wanted.zones {
            for lane in 0..BLOCK {
                zone_spread[lane] = if zones[lane] == taken { spread } else { zone_spread[lane] };
            }
        }
        let colocation = self.colocations(chain, at);
        let is_target = block(&columns.is_target, at);
        let mut scores = [NO_HOME; BLOCK];
        for lane in 0..BLOCK {
            let has_zone = zones[lane] != NO_ZONE;
            let is_alone = zone_spread[lane] == 1.0;
            let zone_spread = if has_zone { zone_spread[lane] } else { f32::NAN };
            let values = [headroom_of(share[lane], wanted.slope), proximity[lane], zone_spread, colocation[lane]];
            let mut is_home = (is_target[lane] == 1)
                & (expected[lane] <= wanted.share_max)
                & (!wanted.zone_anti_affinity | (has_zone & is_alone));
            for (value, is_required) in values.iter().zip(wanted.required) {
                is_home &= !is_required | !value.is_nan();
            }
            let score = wanted.blend.score(&values);
            // A NaN is no opinion: nothing to choose a home by.
            scores[lane] = if is_home & !score.is_nan() { score } else { NO_HOME };
        }
        if wanted.required_tags != 0 {
            let tags = block(&columns.tags, at);
            for lane in 0..BLOCK {
                let has_all = tags[lane] & wanted.required_tags == wanted.required_tags;
                scores[lane] = if has_all { scores[lane] } else { NO_HOME };
            }
        }
        scores
    }

    fn proximities(&self, clients: &[ClientShare], at: usize) -> Lanes {
        let (mut sum, mut total) = ([0.0f32; BLOCK], [0.0f32; BLOCK]);
        for client in clients {
            let row = self.paths.row(client.row).proximity();
            let mut values = [f32::NAN; BLOCK];
            let measured = row.get(at..).unwrap_or(&[]);
            let measured = &measured[..measured.len().min(BLOCK)];
            values[..measured.len()].copy_from_slice(measured);
            if clients.len() == 1 {
                // Its share is 1, and a mean of one is that one.
                return values;
            }
            for lane in 0..BLOCK {
                let is_known = !values[lane].is_nan();
                sum[lane] += if is_known { client.share * values[lane] } else { 0.0 };
                total[lane] += if is_known { client.share } else { 0.0 };
            }
        }
        core::array::from_fn(|lane| sum[lane] / total[lane])
    }

    fn colocations(&self, chain: &Chain, at: usize) -> Lanes {
        let Some(group) = chain.profile().group else { return [f32::NAN; BLOCK] };
        let mut lanes = [APART; BLOCK];
        let members = self.groups.members(group);
        let first = members.partition_point(|member| (member.node as usize) < at);
        for member in members[first..].iter().take_while(|member| (member.node as usize) < at + BLOCK) {
            if member.count > u32::from(chain.is_held_by(member.node)) {
                lanes[member.node as usize - at] = 1.0;
            }
        }
        lanes
    }
}

/// The best that were offered so far.
struct Best<'a> {
    out: &'a mut Vec<Alternative>,
    /// What stood in `out` before.
    begin: usize,
    limit: usize,
}

impl Best<'_> {
    /// What a score must be to count: the last of the best, or anything that is an opinion.
    fn threshold(&self) -> f32 {
        let is_full = self.limit <= FEW && self.out.len() - self.begin == self.limit;
        if is_full { self.out.last().map_or(f32::INFINITY, |last| last.score) } else { 0.0 }
    }

    /// Takes what is at least the threshold. The room was made before.
    fn offer(&mut self, offered: Alternative) {
        if self.limit > FEW {
            self.out.push(offered);
            return;
        }
        let rank = self.begin + self.out[self.begin..].partition_point(|held| comes_before(held, &offered));
        if self.out.len() - self.begin == self.limit {
            if rank == self.out.len() {
                return;
            }
            self.out.pop();
        }
        self.out.insert(rank, offered);
    }

    fn close(self) {
        if self.limit > FEW {
            self.out[self.begin..].sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then(a.node.cmp(&b.node)));
            self.out.truncate(self.begin.saturating_add(self.limit));
        }
    }
}

fn comes_before(a: &Alternative, b: &Alternative) -> bool {
    a.score > b.score || (a.score == b.score && a.node < b.node)
}
