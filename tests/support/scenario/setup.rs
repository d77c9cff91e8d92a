//! Commands that set up the scheduler: `node install uninstall scorer`.

use driftline::{LocalScheduler, MeshState, SchedulerConfig};

use super::play::{Play, Stage};
use super::print;
use super::tokens::{self, Arguments};
use crate::support::world::{Batch, Entries, World};

pub fn node(stage: &mut Stage, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let this_node = tokens::node(arguments.word("the node")?)?;
    stage.play = None;
    match LocalScheduler::new(this_node, SchedulerConfig::default()) {
        Ok(scheduler) => {
            let entries = Entries { batch: stage.batch.unwrap_or(Batch::Off), ..Entries::default() };
            let mut play = Play {
                state: MeshState::new(),
                scheduler,
                world: World::default(),
                entries,
                is_table: true,
                inventory: None,
                report: None,
                next_transition: 0,
            };
            install(&mut play);
            stage.play = Some(play);
        }
        Err(error) => out.push(print::error(&error)),
    }
    Ok(())
}

pub fn install(play: &mut Play) {
    let scorer = play.world.scorer(play.entries);
    play.scheduler.registry_mut().install(scorer);
    play.is_table = true;
}

pub fn uninstall(play: &mut Play, out: &mut Vec<String>) {
    if play.scheduler.registry_mut().uninstall().is_none() {
        out.push("error no-scorer".to_owned());
    }
}

pub fn scorer(play: &mut Play, arguments: &mut Arguments<'_>, batch: Option<Batch>) -> Result<(), String> {
    for (key, value) in arguments.rest()? {
        let on = tokens::choice(value, &[("on", true), ("off", false)])?;
        match key {
            "batch" => play.entries.batch = batch.unwrap_or(if on { Batch::On } else { Batch::Off }),
            "live" => play.entries.live = on,
            "chain_fingerprints" => play.entries.chain_fingerprints = on,
            _ => return Err(format!("unknown argument {key}")),
        }
    }
    install(play);
    Ok(())
}
