//! W1, W3: the verdicts that stand between ticks, and how they change.

use driftline::{ChainId, Timestamp, Verdict};

use super::answer::{Changed, Decided, Judged};
use super::reservations::limit_of;
use super::scheduler::OracleScheduler;

/// How many changes are kept.
const KEPT: usize = 1024;

/// What a tick said of one chain, and what it was judged by.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    pub judged: Judged,
    pub since: Timestamp,
    pub limit: Option<u64>,
}

impl OracleScheduler {
    /// Takes over what a tick decided. `of_all` is said of all chains at once; each then keeps its own verdict beneath.
    pub(super) fn stand(&mut self, now: Timestamp, decided: &Decided, of_all: Option<Verdict>) {
        let before = self.of_all.map(|(verdict, _)| verdict);
        if before != of_all {
            if before.is_some() {
                self.change(now, None, before, None);
            }
            if of_all.is_some() {
                self.change(now, None, None, of_all);
            }
            self.of_all = of_all.map(|verdict| (verdict, now));
        }
        if of_all.is_some() {
            return;
        }
        self.judged_by = Some((self.config, self.classes.clone()));
        for judged in &decided.judged {
            let Some(led) = self.led.get_mut(&judged.chain) else { continue };
            let last = led.standing;
            let stays = last.is_some_and(|last| last.judged.verdict == judged.verdict);
            let since = match last {
                Some(last) if stays && before.is_none() => last.since,
                _ => now,
            };
            led.standing = Some(Standing { judged: *judged, since, limit: limit_of(judged.verdict, &self.config) });
            if !stays {
                let from = last.map(|last| last.judged.verdict);
                self.change(now, Some(judged.chain), from, Some(judged.verdict));
            }
        }
    }

    fn change(&mut self, at: Timestamp, chain: Option<ChainId>, from: Option<Verdict>, to: Option<Verdict>) {
        self.changes.push_back(Changed { sequence: self.changes_so_far, at, chain, from, to });
        self.changes_so_far += 1;
        if self.changes.len() > KEPT {
            self.changes.pop_front();
        }
    }
}
