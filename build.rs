//! Says what was built, and writes the C header into `OUT_DIR` for the test that compares it with the committed one.
//!
//! A plain build does not pay for cbindgen, and nothing is ever written into the source tree.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-env=DRIFTLINE_BUILD_INFO={}", build_info());
    #[cfg(feature = "header")]
    write_header();
}

/// Version, profile, features and compiler in one line.
fn build_info() -> String {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let features: Vec<&str> =
        [("capi", "CARGO_FEATURE_CAPI"), ("std", "CARGO_FEATURE_STD"), ("testing", "CARGO_FEATURE_TESTING")]
            .into_iter()
            .filter(|(_, key)| env::var_os(key).is_some())
            .map(|(name, _)| name)
            .collect();
    let compiler = std::process::Command::new(variable("RUSTC")).arg("--version").output();
    let compiler = compiler.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
    format!(
        "driftline {} {} {} [{}] {}",
        variable("CARGO_PKG_VERSION"),
        variable("TARGET"),
        variable("PROFILE"),
        features.join(" "),
        compiler.unwrap_or_default()
    )
}

#[cfg(feature = "header")]
fn write_header() {
    println!("cargo:rerun-if-changed=src/ffi");
    println!("cargo:rerun-if-changed=cbindgen.toml");
    let root = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let out = env::var("OUT_DIR").expect("cargo sets it");
    let config = cbindgen::Config::from_root_or_default(&root);
    // In the order in which a reader of the header wants them. What is not public API (`testing`) is not here.
    let files = [
        "version",
        "result",
        "types",
        "scorer_types",
        "action_types",
        "answers",
        "inventory_types",
        "config",
        "state",
        "scheduler",
        "inventory",
        "any_scorer",
        "ask",
        "diff",
        "questions",
        "calibrate",
        "text",
    ];
    let builder = cbindgen::Builder::new().with_config(config);
    let builder = files.iter().fold(builder, |builder, file| builder.with_src(format!("{root}/src/ffi/{file}.rs")));
    let bindings = builder.generate();
    let bindings = bindings.unwrap_or_else(|error| panic!("cbindgen could not make the header: {error}"));
    bindings.write_to_file(format!("{out}/driftline.h"));
}
