//! Commands that hand over what is remembered of a chain: `export import` (V1).

use super::play::Play;
use super::print;
use super::tokens::{self, Arguments};

pub fn export(
    play: &Play,
    exported: &mut Option<Vec<u8>>,
    arguments: &mut Arguments<'_>,
    out: &mut Vec<String>,
) -> Result<(), String> {
    match play.state.export_chain(arguments.chain()?) {
        Ok(Some(bytes)) => *exported = Some(bytes),
        Ok(None) => out.push("error no such chain".to_owned()),
        Err(error) => out.push(print::error(&error)),
    }
    Ok(())
}

pub fn import(
    play: &mut Play,
    exported: Option<&[u8]>,
    arguments: &mut Arguments<'_>,
    out: &mut Vec<String>,
) -> Result<(), String> {
    let mut bytes = exported.ok_or("`import` without `export`")?.to_vec();
    if let Some(word) = arguments.optional_word() {
        tokens::choice(word, &[("damaged", ())])?;
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
    }
    if let Err(error) = play.state.import_chain(&bytes) {
        out.push(print::error(&error));
    }
    Ok(())
}
