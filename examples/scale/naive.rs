//! The other side: the naive oracle, which walks every chain and asks every holder.

use std::sync::Arc;
use std::time::Duration;

use driftline::{ClassPolicy, Event, SchedulerConfig, Timestamp, VERDICT_COUNT};

use crate::inputs::{Inputs, THIS_NODE};
use crate::side::{Facts, Side, action_term};
use crate::support::oracle::{OracleScheduler, OracleState};
use crate::support::world::{Entries, World};
use crate::tables::{TableScorer, Tables};

/// The oracle in the place of the library.
pub struct Naive {
    state: OracleState,
    scheduler: OracleScheduler,
}

impl Side for Naive {
    const ENOUGH: Duration = Duration::from_secs(1);

    fn new(tables: &Arc<Tables>, config: SchedulerConfig) -> Self {
        let world = World::answering(Arc::new(TableScorer(Arc::clone(tables))));
        let mut scheduler = OracleScheduler::new(THIS_NODE, &world);
        scheduler.configure(config).expect("the config is valid");
        scheduler.install(Entries::default());
        Naive { state: OracleState::default(), scheduler }
    }

    fn load(&mut self, inputs: &Inputs) {
        self.state.load(&inputs.membership()).expect("the membership is valid");
    }

    fn tick(&mut self, now: Timestamp) -> Facts {
        let decided = self.scheduler.tick(&mut self.state, now).expect("the scorer answers");
        let (actions, report) = (&decided.actions, &decided.report);
        let mut verdicts = [0; VERDICT_COUNT];
        for (verdict, &count) in &report.verdicts {
            verdicts[usize::from(verdict.number())] = count;
        }
        let terms = actions.iter().map(|action| action_term(action.chain, action.victim, action.target));
        Facts {
            rescored: report.rescored,
            best_alternatives: report.calls.best_alternative,
            actions: actions.len() as u64,
            action_sum: terms.fold(0, u64::wrapping_add),
            in_flight: report.in_flight,
            verdicts,
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
