//! The C compiler and the Rust compiler must see the same structs and constants, and neither list may forget one.
//!
//! `tests/c/layout.c` prints what C sees. What Rust sees is listed here, and a struct whose fields are not all listed does
//! not compile. The header says which names there are.

use std::collections::BTreeSet;
use std::mem::{offset_of, size_of};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use driftline::ffi;

/// The kind of a field, in the words of `layout.c`.
fn kind_of<T, F>(_: fn(&T) -> &F) -> &'static str {
    let name = std::any::type_name::<F>();
    match name {
        "u32" => "u32",
        "i32" => "i32",
        "u64" => "u64",
        "f32" => "f32",
        "f64" => "f64",
        _ if name.starts_with("*mut ") || name.starts_with("*const ") => "pointer",
        _ if name.starts_with("[u64;") => "[u64]",
        _ if name.starts_with("[i8;") || name.starts_with("[u8;") => "[char]",
        _ if name.starts_with("core::option::Option<unsafe extern \"C\" fn") => "function",
        _ if name.ends_with("::driftline_any_scorer") => "handle",
        _ => panic!("a field of a type that no C struct of ours has: {name}"),
    }
}

fn size_of_field<T, F>(_: fn(&T) -> &F) -> usize {
    size_of::<F>()
}

/// Lines for structs, as `layout.c` prints them.
macro_rules! structs {
    ($visible:vis fn $function:ident; $($name:ident { $($field:ident),+ $(,)? })+) => {
        $visible fn $function() -> Vec<String> {
            let mut lines = Vec::new();
            $(
                // A pattern without `..`: a field that is not listed does not compile.
                let _ = |value: ffi::$name| { let ffi::$name { $($field: _),+ } = value; };
                lines.push(format!("{} {}", stringify!($name), size_of::<ffi::$name>()));
                $(
                    lines.push(format!(
                        "{}.{} {} {} {}",
                        stringify!($name),
                        stringify!($field),
                        offset_of!(ffi::$name, $field),
                        size_of_field(|value: &ffi::$name| &value.$field),
                        kind_of(|value: &ffi::$name| &value.$field),
                    ));
                )+
            )+
            lines
        }
    };
}

/// Lines for constants.
macro_rules! constants {
    ($visible:vis fn $function:ident; $($name:ident)+) => {
        $visible fn $function() -> Vec<String> {
            vec![$(format!("{} {}", stringify!($name), ffi::$name)),+]
        }
    };
}

// After the macros, which it uses.
#[path = "layout/inventory.rs"]
mod inventory;

structs! {
    fn rust_structs;
    driftline_error { struct_size, code, index, chain, node, scorer_code, method, message }
    driftline_state { bits }
    driftline_scheduler { bits }
    driftline_config {
        struct_size,
        on_scorer_error,
        fingerprint_mode,
        score_floor,
        hysteresis_gap,
        cost_per_sec,
        cooldown_ns,
        decision_interval_ns,
        max_scores_per_tick,
        retry_backoff_ns,
        backstop_spread,
        reserved,
        min_holders,
        move_order,
        pin_ttl_ns,
        move_timeout_ns,
        max_moves_per_tick,
        max_in_flight,
        max_in_flight_per_source,
        max_in_flight_per_target,
        target_penalty,
        max_alternatives,
        flap_window_ns,
        warmup_max_ns,
        warmup_coverage,
        reserved_2,
    }
    driftline_class_policy {
        struct_size,
        flags,
        mode,
        score_floor,
        hysteresis_gap,
        cost_per_sec,
        cooldown_ns,
        critical_floor,
        reserved,
    }
    driftline_event { kind, flags, chain, node, value }
    driftline_chain {
        struct_size,
        flags,
        leader,
        last_rebalance_ns,
        desired_replicas,
        class_id,
        revision,
        pending_eviction,
        pending_placement,
    }
    driftline_node_time { node, at_ns }
    driftline_pair { chain, node }
    driftline_alternative { node, score, reserved }
    driftline_migration_cost { state_transfer_ns, disruption_ns, reliability_factor, reserved }
    driftline_observed_move { state_transfer_ns, disruption_ns, reliability_factor, score_loss }
    driftline_calibration { struct_size, cost_per_sec, low, high, observations, outliers }
    driftline_scorer {
        struct_size,
        flags,
        ctx,
        drop,
        score,
        best_alternative,
        live_score,
        node_fingerprint,
        chain_fingerprint,
        migration_cost,
        score_many,
        live_score_many,
        node_fingerprints,
        alternatives,
    }
    driftline_action {
        kind,
        flags,
        chain,
        victim,
        target,
        victim_score,
        target_score,
        gain,
        cost,
        arm,
        reserved,
        revision,
        exclude,
        exclude_count,
    }
    driftline_report {
        struct_size,
        next_due_known,
        next_due_ns,
        led,
        fresh,
        dirty,
        backstop_due,
        rescored,
        score_calls,
        live_score_calls,
        alternative_calls,
        node_fingerprint_calls,
        chain_fingerprint_calls,
        cost_calls,
        invalid_scores,
        invalid_alternatives,
        scorer_errors,
        verdicts,
        deferred,
        deferred_age_ns,
        in_flight,
        completed_moves,
        failed_moves,
        timed_out_moves,
        returned_moves,
        forced_refused,
        ignored_feedback,
    }
    driftline_sampled { chain, cause, reserved }
    driftline_failure { method, scorer_code, chain, node }
    driftline_explanation {
        struct_size,
        verdict,
        chain,
        victim,
        alternative,
        since_ns,
        sampled_at_ns,
        cooldown_until_ns,
        sampled_score,
        live_score,
        score_floor,
        alternative_score,
        gain,
        hysteresis_gap,
        cost,
        flags,
        retry_at_ns,
        refusal,
        reserved,
        limit,
        flap_hold_until_ns,
        flight_victim,
        flight_target,
        flight_since_ns,
        flight_times_out_at_ns,
    }
    driftline_transition { sequence, at_ns, chain, from, to }
    driftline_drain_status { struct_size, draining, deadline_ns, left, moved, in_flight, at_risk, reserved }
    driftline_blocked { chain, verdict, reserved }
    driftline_sample { at_ns, worst_score, reserved }
    driftline_cell { node, score, reserved }
}

constants! {
    fn rust_constants;
    DRIFTLINE_RESULT_OK
    DRIFTLINE_RESULT_NULL
    DRIFTLINE_RESULT_ABI
    DRIFTLINE_RESULT_HANDLE
    DRIFTLINE_RESULT_STRUCT_SIZE
    DRIFTLINE_RESULT_RESERVED
    DRIFTLINE_RESULT_BUSY
    DRIFTLINE_RESULT_REENTRANT
    DRIFTLINE_RESULT_POISONED
    DRIFTLINE_RESULT_CAPACITY
    DRIFTLINE_RESULT_ALIGNMENT
    DRIFTLINE_RESULT_CONFIG
    DRIFTLINE_RESULT_EVENT
    DRIFTLINE_RESULT_ID
    DRIFTLINE_RESULT_DUPLICATE
    DRIFTLINE_RESULT_NOT_LED
    DRIFTLINE_RESULT_TIME
    DRIFTLINE_RESULT_NO_MEMORY
    DRIFTLINE_RESULT_UNKNOWN_CHAIN
    DRIFTLINE_RESULT_MEMBERSHIP
    DRIFTLINE_RESULT_TOO_MANY
    DRIFTLINE_RESULT_IMPORT
    DRIFTLINE_RESULT_NO_POLICY
    DRIFTLINE_RESULT_CALIBRATION
    DRIFTLINE_RESULT_SCORER
    DRIFTLINE_RESULT_NO_SCORER
    DRIFTLINE_RESULT_PANIC
    DRIFTLINE_VERDICT_COUNT
    DRIFTLINE_VERDICT_NOT_SAMPLED
    DRIFTLINE_VERDICT_HEALTHY
    DRIFTLINE_VERDICT_NO_SCORE
    DRIFTLINE_VERDICT_COOLDOWN
    DRIFTLINE_VERDICT_CLAIM_HELD
    DRIFTLINE_VERDICT_RECOVERED
    DRIFTLINE_VERDICT_NO_ALTERNATIVE
    DRIFTLINE_VERDICT_GAP_TOO_SMALL
    DRIFTLINE_VERDICT_COST_TOO_HIGH
    DRIFTLINE_VERDICT_EVICT
    DRIFTLINE_VERDICT_SCORER_FAILED
    DRIFTLINE_VERDICT_ALREADY_MOVED
    DRIFTLINE_VERDICT_LAST_HOLDER
    DRIFTLINE_VERDICT_FROZEN
    DRIFTLINE_VERDICT_IN_FLIGHT
    DRIFTLINE_VERDICT_RETRY_LATER
    DRIFTLINE_VERDICT_TICK_LIMIT
    DRIFTLINE_VERDICT_CLUSTER_LIMIT
    DRIFTLINE_VERDICT_SOURCE_LIMIT
    DRIFTLINE_VERDICT_TARGET_LIMIT
    DRIFTLINE_VERDICT_FLAP_HOLD
    DRIFTLINE_VERDICT_WARMING_UP
    DRIFTLINE_VERDICT_PINNED
    DRIFTLINE_VERDICT_PROPOSE_ONLY
    DRIFTLINE_VERDICT_DEFERRED
    DRIFTLINE_VERDICT_NONE
    DRIFTLINE_EVENT_HOLDER_ADDED
    DRIFTLINE_EVENT_HOLDER_REMOVED
    DRIFTLINE_EVENT_LEADER_SET
    DRIFTLINE_EVENT_LEADER_CLEARED
    DRIFTLINE_EVENT_CHAIN_REMOVED
    DRIFTLINE_EVENT_CLAIM_ACQUIRED
    DRIFTLINE_EVENT_CLAIM_RELEASED
    DRIFTLINE_EVENT_NODE_TOUCHED
    DRIFTLINE_EVENT_CHAIN_TOUCHED
    DRIFTLINE_EVENT_DESIRED_REPLICAS
    DRIFTLINE_EVENT_CHAIN_REVISION
    DRIFTLINE_EVENT_CHAIN_CLASS
    DRIFTLINE_EVENT_DRAIN
    DRIFTLINE_EVENT_DRAIN_CANCELLED
    DRIFTLINE_EVENT_AVOID
    DRIFTLINE_EVENT_FREEZE_UNTIL
    DRIFTLINE_EVENT_THAW
    DRIFTLINE_EVENT_FORCE_EVICT
    DRIFTLINE_EVENT_FORCE_PLACE
    DRIFTLINE_EVENT_MOVE_FAILED
    DRIFTLINE_NONE
    DRIFTLINE_ON_SCORER_ERROR_ABORT
    DRIFTLINE_ON_SCORER_ERROR_SKIP_CHAIN
    DRIFTLINE_FINGERPRINT_POLL
    DRIFTLINE_FINGERPRINT_PUSH
    DRIFTLINE_MOVE_ORDER_EVICT_FIRST
    DRIFTLINE_MOVE_ORDER_PLACE_FIRST
    DRIFTLINE_CLASS_MODE_EAGER
    DRIFTLINE_CLASS_MODE_LAZY
    DRIFTLINE_CLASS_MODE_PINNED
    DRIFTLINE_CLASS_MODE_PROPOSE_ONLY
    DRIFTLINE_CLASS_POLICY_SCORE_FLOOR
    DRIFTLINE_CLASS_POLICY_HYSTERESIS_GAP
    DRIFTLINE_CLASS_POLICY_COOLDOWN
    DRIFTLINE_CLASS_POLICY_COST_PER_SEC
    DRIFTLINE_CHAIN_CLAIM_HELD
    DRIFTLINE_CHAIN_REBALANCED
    DRIFTLINE_CHAIN_DESIRED
    DRIFTLINE_CHAIN_REVISION
    DRIFTLINE_CHAIN_IN_FLIGHT
    DRIFTLINE_CHAIN_PENDING_EVICTION
    DRIFTLINE_CHAIN_PENDING_PLACEMENT
    DRIFTLINE_SCORER_OK
    DRIFTLINE_SCORER_NO_OPINION
    DRIFTLINE_SCORER_INTERRUPTED
    DRIFTLINE_ACTION_EVICT
    DRIFTLINE_ACTION_PLACE
    DRIFTLINE_ARM_FORCED
    DRIFTLINE_ARM_COUNT
    DRIFTLINE_ARM_DRAIN
    DRIFTLINE_ARM_SCHEDULER
    DRIFTLINE_ACTION_FLAG_COST
    DRIFTLINE_ACTION_FLAG_VICTIM
    DRIFTLINE_ACTION_FLAG_TARGET
    DRIFTLINE_ACTION_FLAG_VICTIM_SCORE
    DRIFTLINE_ACTION_FLAG_TARGET_SCORE
    DRIFTLINE_ACTION_FLAG_GAIN
    DRIFTLINE_ACTION_FLAG_REVISION
    DRIFTLINE_CAUSE_NEW
    DRIFTLINE_CAUSE_DIRTY
    DRIFTLINE_CAUSE_BACKSTOP
    DRIFTLINE_METHOD_SCORE
    DRIFTLINE_METHOD_LIVE_SCORE
    DRIFTLINE_METHOD_BEST_ALTERNATIVE
    DRIFTLINE_METHOD_NODE_FINGERPRINT
    DRIFTLINE_METHOD_CHAIN_FINGERPRINT
    DRIFTLINE_METHOD_MIGRATION_COST
    DRIFTLINE_EXPLANATION_SINCE
    DRIFTLINE_EXPLANATION_REFUSAL
    DRIFTLINE_EXPLANATION_RETRY_AT
    DRIFTLINE_EXPLANATION_SAMPLED_AT
    DRIFTLINE_EXPLANATION_COOLDOWN_UNTIL
    DRIFTLINE_EXPLANATION_LIMIT
    DRIFTLINE_EXPLANATION_FLAP_HOLD_UNTIL
    DRIFTLINE_EXPLANATION_FLIGHT
    DRIFTLINE_EXPLANATION_FLIGHT_TIMES_OUT_AT
    DRIFTLINE_TREND_STABLE
    DRIFTLINE_TREND_DEGRADING
    DRIFTLINE_TREND_IMPROVING
    DRIFTLINE_HISTORY_LENGTH
    DRIFTLINE_RETRY_BACKOFF_FIRST_NS
    DRIFTLINE_MOVE_BACKOFF_FIRST_NS
    DRIFTLINE_MOVE_BACKOFF_MAX_NS
    DRIFTLINE_FLAP_MEMORY
    DRIFTLINE_FLAP_COOLDOWN_MAX_NS
    DRIFTLINE_TRANSITION_RING_LENGTH
    DRIFTLINE_HISTORY_SMOOTHING
    DRIFTLINE_HISTORY_DEAD_BAND
    DRIFTLINE_ABI
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What `layout.c` prints. It is compiled once, whatever tests ask.
fn c_lines() -> &'static [String] {
    static LINES: OnceLock<Vec<String>> = OnceLock::new();
    LINES.get_or_init(run_layout)
}

/// Compiles `layout.c` and `layout_inventory.c` with the C compiler and runs it.
fn run_layout() -> Vec<String> {
    let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".to_string());
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("layout");
    let status = Command::new(&compiler)
        .args(["-std=c11", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I"])
        .arg(root().join("include"))
        .arg(root().join("tests/c/layout.c"))
        .arg(root().join("tests/c/layout_inventory.c"))
        .arg("-o")
        .arg(&program)
        .status()
        .unwrap_or_else(|error| panic!("the C compiler {compiler} cannot be run: {error}"));
    assert!(status.success(), "layout.c does not compile");
    let output = Command::new(&program).output().expect("layout can be run");
    assert!(output.status.success(), "layout failed");
    String::from_utf8(output.stdout).expect("layout prints text").lines().map(str::to_string).collect()
}

/// The header without comments.
fn header() -> String {
    let text = read(&root().join("include/driftline.h"));
    let mut bare = String::new();
    let mut rest = text.as_str();
    while let Some(begin) = rest.find("/*") {
        bare.push_str(&rest[..begin]);
        let end = rest[begin..].find("*/").expect("every comment ends");
        rest = &rest[begin + end + 2..];
    }
    bare.push_str(rest);
    bare.lines().map(|line| line.split("//").next().unwrap_or("")).collect::<Vec<_>>().join("\n")
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The name that a field declaration declares: of a function pointer the one after `(*`, else the last before `[`.
fn declared_name(declaration: &str) -> String {
    if let Some(begin) = declaration.find("(*") {
        return declaration[begin + 2..].trim_start().chars().take_while(|&letter| is_word(letter)).collect();
    }
    let plain = declaration.split('[').next().unwrap_or("").trim_end();
    let begin = plain.rfind(|letter| !is_word(letter)).map_or(0, |position| position + 1);
    plain[begin..].to_string()
}

/// Every struct, `struct.field` and constant that the header declares.
fn header_names() -> BTreeSet<String> {
    let header = header();
    let mut names = BTreeSet::new();
    for line in header.lines() {
        let mut words = line.split_whitespace();
        if words.next() == Some("#define") {
            let name = words.next().expect("a #define has a name");
            if name != "DRIFTLINE_H" {
                names.insert(name.to_string());
            }
        }
    }
    let mut rest = header.as_str();
    while let Some(begin) = rest.find("typedef struct") {
        rest = &rest[begin..];
        let open = rest.find('{').expect("a struct has a body");
        let close = rest.find('}').expect("a body ends");
        let name = rest[close + 1..].split(';').next().expect("a typedef has a name").trim().to_string();
        for declaration in rest[open + 1..close].split(';').map(str::trim).filter(|text| !text.is_empty()) {
            names.insert(format!("{name}.{}", declared_name(declaration)));
        }
        names.insert(name);
        rest = &rest[close..];
    }
    names
}

fn name_of(line: &str) -> String {
    line.split(' ').next().unwrap_or("").to_string()
}

#[test]
fn c_and_rust_see_the_same_layout() {
    let c: BTreeSet<String> = c_lines().iter().cloned().collect();
    let of_inventory = inventory::structs().into_iter().chain(inventory::constants());
    let rust: BTreeSet<String> = rust_structs().into_iter().chain(rust_constants()).chain(of_inventory).collect();
    let only_c: Vec<_> = c.difference(&rust).collect();
    let only_rust: Vec<_> = rust.difference(&c).collect();
    assert!(only_c.is_empty() && only_rust.is_empty(), "only C says: {only_c:#?}\nonly Rust says: {only_rust:#?}");
}

#[test]
fn nothing_in_the_header_is_forgotten() {
    let listed: BTreeSet<String> = c_lines().iter().map(|line| name_of(line)).collect();
    let declared = header_names();
    assert!(declared.len() > 150, "the header was not understood: {declared:?}");
    let forgotten: Vec<_> = declared.difference(&listed).collect();
    let unknown: Vec<_> = listed.difference(&declared).collect();
    assert!(forgotten.is_empty(), "not in tests/c/layout.c: {forgotten:#?}");
    assert!(unknown.is_empty(), "not found in the header: {unknown:#?}");
}

/// Names that are followed by `(` and are not function pointers: the functions.
fn header_functions() -> BTreeSet<String> {
    let header = header();
    let mut names = BTreeSet::new();
    for (position, _) in header.match_indices("driftline_") {
        let before = header[..position].chars().next_back();
        if before.is_some_and(is_word) {
            continue;
        }
        let name: String = header[position..].chars().take_while(|&letter| is_word(letter)).collect();
        if header[position + name.len()..].starts_with('(') {
            names.insert(name);
        }
    }
    names
}

#[test]
fn every_function_is_misused() {
    let functions = header_functions();
    assert!(functions.len() > 30, "the header was not understood: {functions:?}");
    let mut text = String::new();
    for entry in std::fs::read_dir(root().join("tests/c")).expect("tests/c can be listed") {
        let path = entry.expect("tests/c can be listed").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("misuse") && name.ends_with(".c") {
            text.push_str(&read(&path));
        }
    }
    let forgotten: Vec<_> = functions.iter().filter(|name| !text.contains(&format!("{name}("))).collect();
    assert!(forgotten.is_empty(), "no case of tests/c/misuse*.c calls: {forgotten:#?}");
}
