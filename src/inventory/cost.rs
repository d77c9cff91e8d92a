//! What a move would cost.

use super::InventoryScorer;
use super::chains::Chain;
use crate::cost::MigrationCost;
use crate::id::NodeId;

const NS_PER_S: f64 = 1e9;

impl InventoryScorer {
    /// Size over bandwidth plus serialisation, disruption, and the chain's service value; `None` if nothing of it is known,
    /// so that the gap alone decides.
    pub(super) fn cost(&self, chain: &Chain, target: NodeId) -> Option<MigrationCost> {
        let (config, profile) = (&self.config, chain.profile());
        let size_bytes = profile.size_bytes.unwrap_or(config.fallback_size_bytes);
        let disruption_ns = profile.disruption_ns.unwrap_or(config.fallback_disruption_ns);
        let is_known = profile.size_bytes.is_some() || profile.disruption_ns.is_some();
        if !is_known && size_bytes == 0.0 && disruption_ns == 0 {
            return None;
        }
        let mut transfer_s = size_bytes / self.bandwidth_to(chain, target);
        if config.serialisation_bytes_per_sec > 0.0 {
            transfer_s += size_bytes / config.serialisation_bytes_per_sec;
        }
        // What is too long for a u64 becomes the longest.
        let state_transfer_ns = (transfer_s * NS_PER_S) as u64;
        Some(MigrationCost {
            state_transfer_ns,
            disruption_ns,
            reliability_factor: profile.service_value.unwrap_or(1.0),
        })
    }

    /// The bandwidth of the fastest known path from a holder to the target; the fall-back if none is known.
    ///
    /// A path that was not measured is as fast as the slower of its ends, as far as they are known.
    fn bandwidth_to(&self, chain: &Chain, target: NodeId) -> f64 {
        let at_target = self.nodes.find(target).and_then(|slot| self.nodes.get(slot).bandwidth_bytes_per_sec);
        let path_from = |from: u32| {
            let source = self.nodes.get(from);
            self.paths.bandwidth(source.id, target).or(match (source.bandwidth_bytes_per_sec, at_target) {
                (Some(source), Some(target)) => Some(source.min(target)),
                (source, target) => source.or(target),
            })
        };
        let paths = chain.holders.iter().filter_map(|holder| path_from(holder.node));
        paths.reduce(f64::max).or(at_target).unwrap_or(self.config.fallback_bandwidth_bytes_per_sec)
    }
}
