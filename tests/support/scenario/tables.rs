//! Commands that say what the table scorer answers from now on.

use driftline::{MigrationCost, NodeId};

use super::play::Play;
use super::tokens::{self, Arguments};
use crate::support::world::Answer;

pub fn score(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    let chain = arguments.chain()?;
    for (node, value) in arguments.rest()? {
        let answer = tokens::answer(value, tokens::number)?;
        play.world.tables().scores.insert((chain, tokens::node(node)?), answer);
    }
    Ok(())
}

pub fn live(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    let chain = arguments.chain()?;
    for (node, value) in arguments.rest()? {
        let pair = (chain, tokens::node(node)?);
        if value == "unset" {
            play.world.tables().live_scores.remove(&pair);
        } else {
            let answer = tokens::answer(value, tokens::number)?;
            play.world.tables().live_scores.insert(pair, answer);
        }
    }
    Ok(())
}

pub fn fingerprint(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    for (node, value) in arguments.rest()? {
        let answer = tokens::answer(value, tokens::integer)?;
        play.world.tables().fingerprints.insert(tokens::node(node)?, answer);
    }
    Ok(())
}

pub fn chain_fingerprint(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    for (chain, value) in arguments.rest()? {
        let answer = tokens::answer(value, tokens::integer)?;
        play.world.tables().chain_fingerprints.insert(tokens::chain(chain)?, answer);
    }
    Ok(())
}

pub fn alternative(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    let chain = arguments.chain()?;
    let answer = match arguments.optional_word() {
        Some(word) => no_value(word)?,
        None => Answer::Is((arguments.node()?, tokens::number(arguments.value("score")?)?)),
    };
    let mut tables = play.world.tables();
    tables.alternatives.insert(chain, answer);
    tables.indexes.remove(&chain);
    Ok(())
}

/// `alternatives chain=C A=X B=X ..`, best first
pub fn alternatives(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    let chain = arguments.chain()?;
    let home = |(node, score)| Ok((tokens::node(node)?, tokens::number(score)?));
    let index = arguments.rest()?.into_iter().map(home).collect::<Result<_, String>>()?;
    play.world.tables().indexes.insert(chain, index);
    Ok(())
}

pub fn cost(play: &mut Play, arguments: &mut Arguments<'_>) -> Result<(), String> {
    let pair: (_, NodeId) = (arguments.chain()?, arguments.node()?);
    let answer = match arguments.optional_word() {
        Some(word) => no_value(word)?,
        None => {
            let duration_ns = |token: Option<&str>| token.map_or(Ok(0), tokens::duration_ns);
            Answer::Is(MigrationCost {
                state_transfer_ns: duration_ns(arguments.optional("transfer"))?,
                disruption_ns: duration_ns(arguments.optional("disruption"))?,
                reliability_factor: arguments.optional("reliability").map_or(Ok(1.0), tokens::number)?,
            })
        }
    };
    play.world.tables().costs.insert(pair, answer);
    Ok(())
}

/// `none`, `fail(CODE)` or `interrupt`, where a value would take several arguments.
fn no_value<T>(word: &str) -> Result<Answer<T>, String> {
    tokens::answer(word, |_| Err(format!("`{word}` is none of none, fail(CODE), interrupt")))
}
