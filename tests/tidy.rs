//! Promises about the source that no other test would miss.

use std::path::{Path, PathBuf};

fn source_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be listed") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            source_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Every file under `src` with its text, comments taken out.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).expect("it is below").to_string_lossy().into_owned();
    let code = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("it can be read");
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.collect::<Vec<_>>().join("\n")
    };
    files.iter().map(|path| (name(path), code(path))).collect()
}

#[test]
fn unsafe_code_lives_in_the_boundary_and_says_why_it_is_sound() {
    for (name, code) in sources() {
        let is_boundary = name.starts_with("ffi/");
        assert!(is_boundary || !code.contains("unsafe "), "{name} is outside of src/ffi and has unsafe code");
    }
    for (name, _) in sources().into_iter().filter(|(name, _)| name.starts_with("ffi/")) {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&name)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if !(code.contains("unsafe {") || code.contains("unsafe impl")) {
                continue;
            }
            let before = &lines[number.saturating_sub(6)..number];
            let explained = before.iter().any(|line| line.contains("SAFETY:"));
            assert!(explained, "{name}:{}: an unsafe block without a SAFETY sentence", number + 1);
        }
    }
}

/// No panic may unwind into C: each exported function does all of its work inside the guard.
#[test]
fn every_exported_function_begins_with_the_guard() {
    let mut count = 0;
    for (name, code) in sources() {
        for (position, _) in code.match_indices("extern \"C\" fn driftline_") {
            let body = code[position..].split_once(" {\n").map_or("", |(_, body)| body);
            let begins = body.trim_start();
            let in_install = begins.starts_with("let adopt = || CScorer::adopt(scorer);\n    guard_with(");
            let guarded = ["guard(", "guard_with(", "guard_value("].iter().any(|guard| begins.starts_with(guard));
            assert!(guarded || in_install, "{name}: {} does not begin with the guard", &code[position..position + 60]);
            count += 1;
        }
    }
    let exported = sources().iter().map(|(_, code)| code.matches("#[unsafe(no_mangle)]").count()).sum::<usize>();
    assert_eq!(count, exported, "every exported function was looked at");
}

/// The compiler checks this, too, when the core is built without `std`; here the sentence is easier to find.
#[test]
fn the_core_has_no_clock_no_entropy_and_no_random_order() {
    for (name, code) in sources().into_iter().filter(|(name, _)| !name.starts_with("ffi/")) {
        for forbidden in
            ["Instant::now", "SystemTime", "RandomState", "std::collections::Hash", "std::thread", "\nstatic "]
        {
            assert!(!code.contains(forbidden), "{name} uses {forbidden}");
        }
    }
}

#[test]
fn files_hold_one_idea() {
    for (name, _) in sources() {
        let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(&name)).unwrap();
        let lines = text.lines().count();
        assert!(lines <= 800, "{name} has {lines} lines: look whether it holds two ideas");
    }
}
