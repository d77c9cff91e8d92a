//! Commands of an inventory, and of scorers that are put together from it and the table scorer.

use driftline::{
    Bandwidth, BoxedScorer, Cached, ChainId, ChainProfile, Client, Error, Gate, InventoryConfig, Minimum, NodeHealth,
    NodeInventory, OverridePerChain, Rtt, ScoreAxes, SharedInventory, SmoothedScorer, WeightedSum,
};

use super::play::Play;
use super::print;
use super::tokens::{self, Arguments};

/// Runs a command; whether it is one of these.
pub fn command(
    play: &mut Play,
    name: &str,
    arguments: &mut Arguments<'_>,
    out: &mut Vec<String>,
) -> Result<bool, String> {
    match name {
        "inventory" => open(play, arguments, out)?,
        "compose" => compose(play, arguments, out)?,
        "report" => report(play, arguments, out)?,
        "rtt" => rtt(play, arguments, out)?,
        "bandwidth" => bandwidth(play, arguments, out)?,
        "profile" => profile(play, arguments, out)?,
        "forget" => forget(play, arguments, out)?,
        "push" => push(play, out)?,
        "axes" => axes(play, arguments, out)?,
        _ => return Ok(false),
    }
    Ok(true)
}

/// What every command but the first acts on.
fn present(play: &Play) -> Result<SharedInventory, String> {
    play.inventory.clone().ok_or_else(|| "there is no inventory".to_owned())
}

fn say(outcome: Result<(), Error>, out: &mut Vec<String>) {
    if let Err(error) = outcome {
        out.push(print::error(&error));
    }
}

fn open(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let mut config = InventoryConfig::default();
    for (key, value) in arguments.rest_if_any() {
        set(&mut config, key, value)?;
    }
    match SharedInventory::new(config) {
        Ok(inventory) => {
            play.scheduler.registry_mut().install(Box::new(inventory.clone()));
            play.inventory = Some(inventory);
            play.is_table = false;
        }
        Err(error) => out.push(print::error(&error)),
    }
    Ok(())
}

fn set(config: &mut InventoryConfig, key: &str, value: &str) -> Result<(), String> {
    let epsilon = || if value == "derived" { Ok(None) } else { tokens::number(value).map(Some) };
    match key {
        "headroom_weight" => config.headroom_weight = tokens::number(value)?,
        "proximity_weight" => config.proximity_weight = tokens::number(value)?,
        "zone_spread_weight" => config.zone_spread_weight = tokens::number(value)?,
        "colocation_weight" => config.colocation_weight = tokens::number(value)?,
        "worst_share" => config.worst_share = tokens::number(value)?,
        "comfortable_use" => config.comfortable_use = tokens::number(value)?,
        "capacity_reserve" => config.capacity_reserve = tokens::number(value)?,
        "rtt_half" => config.rtt_half_ns = tokens::duration_ns(value)?,
        "load_half_life" => config.load_half_life_ns = tokens::duration_ns(value)?,
        "rtt_half_life" => config.rtt_half_life_ns = tokens::duration_ns(value)?,
        "rtt_weight_max" => config.rtt_weight_max = tokens::number(value)?,
        "hysteresis_gap" => config.hysteresis_gap = tokens::number(value)?,
        "headroom_epsilon" => config.headroom_epsilon = epsilon()?,
        "proximity_epsilon" => config.proximity_epsilon = epsilon()?,
        "fallback_bandwidth" => config.fallback_bandwidth_bytes_per_sec = tokens::amount(value)?,
        "fallback_size" => config.fallback_size_bytes = tokens::amount(value)?,
        "serialisation" => config.serialisation_bytes_per_sec = tokens::amount(value)?,
        "fallback_disruption" => config.fallback_disruption_ns = tokens::duration_ns(value)?,
        _ => return Err(format!("unknown argument {key}")),
    }
    Ok(())
}

/// `compose KIND ..`: the table scorer and the inventory, as one.
fn compose(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let inventory = present(play)?;
    let (table, inventory): (BoxedScorer, BoxedScorer) = (play.world.scorer(play.entries), Box::new(inventory));
    let kind = arguments.word("the kind")?;
    let composed = match kind {
        "weighted_sum" => {
            let weight = tokens::number(arguments.value("table")?)?;
            let other = tokens::number(arguments.value("inventory")?)?;
            boxed(WeightedSum::new(vec![(table, weight), (inventory, other)]))
        }
        "minimum" => boxed(Minimum::new(vec![table, inventory])),
        "gate" => boxed(Gate::new(table, inventory, tokens::number(arguments.value("threshold")?)?)),
        "override" => {
            let chains: Vec<ChainId> = tokens::list(arguments.value("chains")?, tokens::chain)?;
            boxed(OverridePerChain::new(inventory, vec![(table, chains)]))
        }
        "cached" => boxed(Cached::new(table, tokens::integer(arguments.value("capacity")?)? as usize)),
        "smoothed" => boxed(SmoothedScorer::new(table, tokens::duration_ns(arguments.value("half_life")?)?)),
        _ => return Err(format!("`{kind}` is none of weighted_sum minimum gate override cached smoothed")),
    };
    match composed {
        Ok(composed) => {
            play.scheduler.registry_mut().install(composed);
            play.is_table = false;
        }
        Err(error) => out.push(print::error(&error)),
    }
    Ok(())
}

fn boxed<S: driftline::PlacementScorer + Send + 'static>(scorer: Result<S, Error>) -> Result<BoxedScorer, Error> {
    scorer.map(|scorer| Box::new(scorer) as BoxedScorer)
}

/// `report T node=N ..`
fn report(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let inventory = present(play)?;
    let now = tokens::time(arguments.word("the time")?)?;
    let mut report = NodeInventory::of(arguments.node()?);
    for (key, value) in arguments.rest_if_any() {
        match key {
            "cpu" => (report.cpu_use_cores, report.cpu_capacity_cores) = use_and_capacity(value)?,
            "memory" => (report.memory_use_bytes, report.memory_capacity_bytes) = use_and_capacity(value)?,
            "disk" => (report.disk_use_bytes, report.disk_capacity_bytes) = use_and_capacity(value)?,
            "bandwidth" => report.bandwidth_bytes_per_sec = Some(tokens::amount(value)?),
            "tags" => report.tags = Some(tokens::integer(value)?),
            "zone" => report.zone = Some(tokens::small_integer(value)?),
            "health" => report.health = Some(tokens::choice(value, &HEALTH)?),
            _ => return Err(format!("unknown argument {key}")),
        }
    }
    say(inventory.report_nodes(now, &[report]), out);
    Ok(())
}

const HEALTH: [(&str, NodeHealth); 3] =
    [("healthy", NodeHealth::Healthy), ("cordoned", NodeHealth::Cordoned), ("failed", NodeHealth::Failed)];

/// `USE/CAPACITY`, of which either may be left out.
fn use_and_capacity(token: &str) -> Result<(Option<f64>, Option<f64>), String> {
    let (used, capacity) = token.split_once('/').ok_or_else(|| format!("`{token}` is not use/capacity"))?;
    let amount = |part: &str| if part.is_empty() { Ok(None) } else { tokens::amount(part).map(Some) };
    Ok((amount(used)?, amount(capacity)?))
}

/// `rtt T from=N A=T B=T ..`
fn rtt(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let inventory = present(play)?;
    let now = tokens::time(arguments.word("the time")?)?;
    let from = tokens::node(arguments.value("from")?)?;
    let of = |(to, rtt): &(&str, &str)| Ok(Rtt { from, to: tokens::node(to)?, rtt_ns: tokens::duration_ns(rtt)? });
    let rtts: Vec<Rtt> = arguments.rest()?.iter().map(of).collect::<Result<_, String>>()?;
    say(inventory.report_rtts(now, &rtts), out);
    Ok(())
}

/// `bandwidth from=N A=Q B=Q ..`
fn bandwidth(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let inventory = present(play)?;
    let from = tokens::node(arguments.value("from")?)?;
    let of =
        |(to, rate): &(&str, &str)| Ok(Bandwidth { from, to: tokens::node(to)?, bytes_per_sec: tokens::amount(rate)? });
    let bandwidths: Vec<Bandwidth> = arguments.rest()?.iter().map(of).collect::<Result<_, String>>()?;
    say(inventory.report_bandwidths(&bandwidths), out);
    Ok(())
}

/// `profile chain=C ..`
fn profile(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let inventory = present(play)?;
    let client = |token: &str| {
        let (node, weight) = token.split_once(':').ok_or_else(|| format!("`{token}` is not node:weight"))?;
        Ok(Client { node: tokens::node(node)?, weight: tokens::number(weight)? })
    };
    let clients = tokens::list(arguments.optional("clients").unwrap_or(""), client)?;
    let mut profile = ChainProfile { clients: &clients, ..ChainProfile::of(arguments.chain()?) };
    for (key, value) in arguments.rest_if_any() {
        match key {
            "size" => profile.size_bytes = Some(tokens::amount(value)?),
            "cpu" => profile.cpu_cores = Some(tokens::amount(value)?),
            "memory" => profile.memory_bytes = Some(tokens::amount(value)?),
            "tags" => profile.required_tags = tokens::integer(value)?,
            "value" => profile.service_value = Some(tokens::number(value)?),
            "disruption" => profile.disruption_ns = Some(tokens::duration_ns(value)?),
            "group" => profile.group = Some(tokens::integer(value)?),
            "anti_affinity" => profile.zone_anti_affinity = tokens::choice(value, &[("on", true), ("off", false)])?,
            _ => return Err(format!("unknown argument {key}")),
        }
    }
    say(inventory.report_profiles(&[profile]), out);
    Ok(())
}

fn forget(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    match present(play)?.forget_node(arguments.node()?) {
        Ok(was_known) => out.push(if was_known { "forgotten" } else { "nothing was known" }.to_owned()),
        Err(error) => out.push(print::error(&error)),
    }
    Ok(())
}

fn push(play: &mut Play, out: &mut Vec<String>) -> Result<(), String> {
    match present(play)?.touch(&mut play.state) {
        Ok(count) => out.push(format!("touched {count}")),
        Err(error) => out.push(print::error(&error)),
    }
    Ok(())
}

fn axes(play: &mut Play, arguments: &mut Arguments<'_>, out: &mut Vec<String>) -> Result<(), String> {
    let (chain, node) = (arguments.chain()?, arguments.node()?);
    out.push(match present(play)?.axes(chain, node) {
        None => format!("{chain} on {node}: nothing was reported"),
        Some(axes) => {
            let ScoreAxes { headroom, proximity, zone_spread, colocation, is_home, score } = axes;
            let value = |axis: Option<f32>| axis.map_or_else(|| "-".to_owned(), |value| format!("{value:.2}"));
            let [headroom, proximity] = [headroom, proximity].map(value);
            let [zone_spread, colocation, score] = [zone_spread, colocation, score].map(value);
            let home = if is_home { "a home" } else { "no home" };
            format!(
                "{chain} on {node}: {home}, headroom {headroom}, proximity {proximity}, zone_spread {zone_spread}, colocation {colocation}, score {score}"
            )
        }
    });
    Ok(())
}
