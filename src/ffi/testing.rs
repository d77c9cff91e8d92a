//! What the tests need and nobody else: a bug of ours, on demand. Not in the header, not in a release.

use super::guard::guard;
use super::handle::enter_exclusive;
use super::inventory_types::driftline_inventory;
use super::parts::AnyScorer;
use super::result::driftline_result;
use super::scheduler::SchedulerObject;
use super::scorer_types::driftline_any_scorer;
use super::types::{driftline_scheduler, driftline_state};
use crate::inventory::SharedInventory;
use crate::state::MeshState;

/// Panics inside a state.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_testing_panic_state(state: driftline_state) -> driftline_result {
    guard(core::ptr::null_mut(), || {
        let _entered = enter_exclusive::<MeshState>(state.bits)?;
        panic!("on demand");
    })
}

/// Panics inside a scheduler.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_testing_panic_scheduler(scheduler: driftline_scheduler) -> driftline_result {
    guard(core::ptr::null_mut(), || {
        let _entered = enter_exclusive::<SchedulerObject>(scheduler.bits)?;
        panic!("on demand");
    })
}

/// Panics inside an inventory.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_testing_panic_inventory(inventory: driftline_inventory) -> driftline_result {
    guard(core::ptr::null_mut(), || {
        let _entered = enter_exclusive::<SharedInventory>(inventory.bits)?;
        panic!("on demand");
    })
}

/// Panics inside a scorer of the library's.
#[unsafe(no_mangle)]
pub extern "C" fn driftline_testing_panic_any_scorer(scorer: driftline_any_scorer) -> driftline_result {
    guard(core::ptr::null_mut(), || {
        let _entered = enter_exclusive::<AnyScorer>(scorer.bits)?;
        panic!("on demand");
    })
}
