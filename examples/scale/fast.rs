//! One side: driftline.

use std::sync::Arc;
use std::time::Duration;

use driftline::{Event, LocalScheduler, MeshState, SchedulerConfig, Timestamp};

use crate::inputs::{Inputs, THIS_NODE};
use crate::side::{Facts, Side};
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
        let report = &self.scheduler.tick(&mut self.state, now).expect("the scorer answers").report;
        Facts { rescored: report.rescored, best_alternatives: report.calls.best_alternative, verdicts: report.verdicts }
    }

    fn apply(&mut self, event: Event) {
        self.state.apply(&[event]).expect("the event is valid");
    }

    fn configure(&mut self, config: SchedulerConfig) {
        self.scheduler.configure(config).expect("the config is valid");
    }
}
