//! The command line.

use std::path::PathBuf;

use clap::Parser;

/// Compares the default config, hand-tuned cooldowns and production, and shows what each part of production buys.
#[derive(Parser)]
#[command(name = "production", max_term_width = 100)]
pub struct Arguments {
    /// Where `seattle_rows_ti_u16.npy` and `seattle_rows_cs_u16.npy` are; without them the measured part is left out
    #[arg(long, value_name = "DIRECTORY", default_value = "../shared/data")]
    pub data: PathBuf,

    /// Seeds of generated round-trip times: one number or several, with commas or given again
    #[arg(long, value_name = "SEED", value_delimiter = ',', default_values_t = [1, 2])]
    pub seeds: Vec<u64>,

    /// Print the tables as Markdown
    #[arg(long)]
    pub markdown: bool,
}
