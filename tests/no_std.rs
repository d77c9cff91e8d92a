//! Without `std` the core still builds: that it has no clock, no I/O and no random order is checked by the compiler.

use std::process::Command;

#[test]
fn the_core_builds_without_std() {
    let target = concat!(env!("CARGO_TARGET_TMPDIR"), "/no-std");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["rustc", "--quiet", "--lib", "--no-default-features", "--crate-type", "rlib", "--target-dir", target])
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).expect("it can be read");
    assert!(text.contains("#![cfg_attr(not(feature = \"std\"), no_std)]"), "the crate is no_std without std");
}
