//! One side: driftline.

use std::sync::Arc;
use std::time::Duration;

use driftline::{Action, ClassPolicy, Event, LocalScheduler, MeshState, NodeId, SchedulerConfig, Timestamp};

use crate::inputs::{Inputs, THIS_NODE};
use crate::side::{Facts, Side, action_term};
use crate::tables::{TableScorer, Tables};

/// The library as a control plane would use it.
pub struct Driftline {
    state: MeshState,
    scheduler: LocalScheduler,
}

impl Side for Driftline {
    const ENOUGH: Duration = Duration::from_secs(5);

    fn new(tables: &Arc<Tables>, config: SchedulerConfig) -> Self {
        let mut scheduler = LocalScheduler::new(THIS_NODE, config).expect("the config is valid");
        scheduler.registry_mut().install(Box::new(TableScorer(Arc::clone(tables))));
        Driftline { state: MeshState::new(), scheduler }
    }

    fn load(&mut self, inputs: &Inputs) {
        self.state.load(&inputs.membership()).expect("the membership is valid");
    }

    fn tick(&mut self, now: Timestamp) -> Facts {
        let decision = self.scheduler.tick(&mut self.state, now).expect("the scorer answers");
        let (actions, report) = (&decision.actions, &decision.report);
        let terms = actions.iter().map(|action| action_term(action.chain(), victim(action), action.target()));
        Facts {
            rescored: report.rescored,
            best_alternatives: report.calls.best_alternative,
            actions: actions.len() as u64,
            action_sum: terms.fold(0, u64::wrapping_add),
            in_flight: report.in_flight,
            verdicts: report.verdicts,
        }
    }

    fn apply(&mut self, event: Event) {
        self.state.apply(&[event]).expect("the event is valid");
    }

    fn configure(&mut self, config: SchedulerConfig) {
        self.scheduler.configure(config).expect("the config is valid");
    }

    fn set_class_policy(&mut self, class: u32, policy: ClassPolicy) {
        self.scheduler.set_class_policy(class, Some(policy)).expect("the policy is valid");
    }
}

/// The holder that an action makes leave, now or later.
fn victim(action: &Action) -> Option<NodeId> {
    match action {
        Action::Evict(eviction) => Some(eviction.victim),
        Action::Place(placement) => placement.victim,
        _ => None,
    }
}
