//! `include/driftline.h` is what cbindgen makes of `src/ffi`. `make header` rewrites it.

const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/driftline.h"));

#[test]
fn the_committed_header_is_the_generated_one() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/include/driftline.h");
    if std::env::var_os("DRIFTLINE_REWRITE").is_some() {
        std::fs::write(path, GENERATED).expect("the header can be written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    let differs = committed.lines().zip(GENERATED.lines()).position(|(committed, generated)| committed != generated);
    assert!(
        committed == GENERATED,
        "include/driftline.h is stale from line {} on; `make header` rewrites it",
        differs.map_or(committed.lines().count().min(GENERATED.lines().count()), |line| line) + 1
    );
}

/// Every function that is exported is in the header, and the other way round.
#[test]
fn the_header_declares_every_exported_function() {
    let mut exported = Vec::new();
    for file in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/ffi")).expect("src/ffi is there") {
        let path = file.expect("it can be listed").path();
        if path.file_name().is_some_and(|name| name == "testing.rs") {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("it can be read");
        exported.extend(function_names(&source, "extern \"C\" fn driftline_"));
    }
    exported.sort_unstable();
    let mut declared: Vec<String> = GENERATED
        .lines()
        .filter(|line| !line.starts_with("//") && !line.starts_with(' '))
        .filter_map(|line| line.split('(').next().filter(|_| line.contains('(')))
        .filter_map(|head| head.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("driftline_"))
        .map(str::to_string)
        .collect();
    declared.sort_unstable();
    assert_eq!(exported, declared);
    assert!(exported.len() >= 30, "only {} functions were found", exported.len());
}

fn function_names(source: &str, marker: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (position, _) in source.match_indices(marker) {
        let name = &source[position + marker.len() - "driftline_".len()..];
        names.extend(name.split('(').next().map(str::to_string));
    }
    names
}
