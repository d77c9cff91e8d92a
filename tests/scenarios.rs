//! Runs the scenario files. `DRIFTLINE_REWRITE=1` replaces their expected output by the real one.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

use support::scenario::{run, run_batched};
use support::world::Batch;

/// The rules of SPEC that can be told as a story: of Part A all but P3, which needs a scorer that calls back, and of
/// Part B all.
const RULES: &str = "E1 E2 E3 E4 E5 P1 P2 P4 S1 S2 S3 S4 S5 S6 S7 S8 S9 S10 H1 H2 H3 \
                     D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 C1 C2 G1 G2 G3 T1 T2 T3 T4 \
                     R1 R2 R3 R4 R5 R6 R7 R8 F0 F1 F2 F3 L1 L2 L3 L4 O1 N1 N2 Y1 W1 W2 W3 V1 V2";

/// Texts that are not of the language, the line at fault and what is said of it.
const BROKEN: &[(&str, usize, &str)] = &[
    ("", 1, "the first line must be `# ` and why the file exists"),
    ("node 1\n----\nok\n", 1, "the first line must be `# ` and why the file exists"),
    ("# \nnode 1\n----\nok\n", 1, "the first line must be `# ` and why the file exists"),
    ("# Why.\nnode 1\n", 2, "the block ends without `----`"),
    ("# Why.\nnode 1\n\ntick 0s\n----\nok\n", 3, "the block ends without `----`"),
    ("# Why.\n----\nok\n", 2, "a block without commands"),
    ("# Why.\nnode 1\n----\nok\ntick 0s\n----\nok\n", 6, "no blank line before this block"),
    ("# Why.\ntick 0s\n----\n", 2, "`node` must come first, not `tick`"),
    ("# Why.\nnode max\ntick 0s\n----\n", 3, "`node` must come after a refused `node`, not `tick`"),
    ("# Why.\nnode 1\ntik 0s\n----\n", 3, "unknown command `tik`"),
    ("# Why.\nnode 1\n tick 0s\n----\n", 3, "unknown command ``"),
    ("# Why.\nnode 1\nok\n----\n", 3, "unknown command `ok`"),
    ("# Why.\nnode x\n----\n", 2, "`x` is not a decimal number"),
    ("# Why.\nnode +1\n----\n", 2, "`+1` is not a decimal number"),
    ("# Why.\nnode 18446744073709551616\n----\n", 2, "`18446744073709551616` does not fit into 64 bits"),
    ("# Why.\nnode 1 2\n----\n", 2, "unexpected `2`"),
    ("# Why.\nnode\n----\n", 2, "the node is missing"),
    ("# Why.\nnode 1\ntick 10\n----\n", 3, "`10` is not a time: it needs a number and one of ns us ms s m h"),
    ("# Why.\nnode 1\ntick s\n----\n", 3, "`` is not a decimal number"),
    ("# Why.\nnode 1\ntick 5124096h\n----\n", 3, "`5124096h` does not fit into 64 bits of nanoseconds"),
    ("# Why.\nnode 1\nadd chain=7\n----\n", 3, "argument nodes is missing"),
    ("# Why.\nnode 1\nadd chain=7 nodes=1 node=2\n----\n", 3, "unknown argument node"),
    ("# Why.\nnode 1\nadd chain=7 nodes=1 chain=7\n----\n", 3, "argument chain is given twice"),
    ("# Why.\nnode 1\nadd chain=7 nodes=1,,2\n----\n", 3, "`` is not a decimal number"),
    ("# Why.\nnode 1\nbegin\ntick 0s\n----\n", 4, "`tick` between begin and commit"),
    ("# Why.\nnode 1\nbegin\nnode 1\n----\n", 4, "`node` between begin and commit"),
    ("# Why.\nnode 1\nbegin\nbegin\n----\n", 4, "`begin` between begin and commit"),
    ("# Why.\nnode 1\nbegin\n----\n", 4, "the block ends between begin and commit"),
    ("# Why.\nnode 1\ncommit\n----\n", 3, "`commit` without `begin`"),
    ("# Why.\nnode 1\nload 7:1\n----\n", 3, "`7:1` is not chain:leader:holders"),
    (
        "# Why.\nnode 1\nload-raw chains=7 leaders= offsets=0,0 holders=\n----\n",
        3,
        "there must be as many leaders as chains, and one offset more",
    ),
    (
        "# Why.\nnode 1\nload-raw chains=7 leaders=1 offsets=0,2 holders=1\n----\n",
        3,
        "the last offset must be the number of holders",
    ),
    ("# Why.\nnode 1\nscore chain=7\n----\n", 3, "nothing is given"),
    ("# Why.\nnode 1\nscore chain=7 1=.5\n----\n", 3, "`.5` is not a number"),
    ("# Why.\nnode 1\nscore chain=7 1=1e3\n----\n", 3, "`1e3` is not a number"),
    ("# Why.\nnode 1\nscore chain=7 1=NaN\n----\n", 3, "`NaN` is not a number"),
    ("# Why.\nnode 1\nscore chain=7 1=fail(0)\n----\n", 3, "`0` is not a negative 32-bit code"),
    ("# Why.\nnode 1\nscore chain=7 1=fail(x)\n----\n", 3, "`x` is not a negative 32-bit code"),
    ("# Why.\nnode 1\nfingerprint 1=-1\n----\n", 3, "`-1` is not a decimal number"),
    ("# Why.\nnode 1\nalternative chain=7 node=9\n----\n", 3, "argument score is missing"),
    ("# Why.\nnode 1\nalternative chain=7 some\n----\n", 3, "`some` is none of none, fail(CODE), interrupt"),
    ("# Why.\nnode 1\nconfig\n----\n", 3, "nothing is given"),
    ("# Why.\nnode 1\nconfig floor=1\n----\n", 3, "unknown argument floor"),
    ("# Why.\nnode 1\nconfig on_scorer_error=retry\n----\n", 3, "`retry` is none of abort skip_chain"),
    ("# Why.\nnode 1\nconfig max_scores_per_tick=-1\n----\n", 3, "`-1` is not a decimal number"),
    ("# Why.\nnode 1\nconfig backstop_spread=1\n----\n", 3, "`1` is none of on off"),
    ("# Why.\nnode 1\nscorer batch=maybe\n----\n", 3, "`maybe` is none of on off"),
    ("# Why.\nnode 1\nsamples from=0 every=1s count=0\n----\n", 3, "`samples` needs a count above zero"),
    ("# Why.\nnode 1\nsamples from=max every=1s count=2\n----\n", 3, "`samples` goes beyond all time"),
    ("# Why.\nnode 1\ndigest-check\n----\n", 3, "`digest-check` without `digest-mark`"),
    ("# Why.\nnode 1\nconfig safe\n----\n", 3, "`safe` is none of production"),
    ("# Why.\nnode 1\nconfig production 1\n----\n", 3, "unexpected `1`"),
    ("# Why.\nnode 1\nconfig move_order=both\n----\n", 3, "`both` is none of evict_first place_first"),
    ("# Why.\nnode 1\nconfig min_holders=4294967296\n----\n", 3, "`4294967296` does not fit into 32 bits"),
    ("# Why.\nnode 1\npolicy class=5\n----\n", 3, "nothing is given"),
    ("# Why.\nnode 1\npolicy class=5 eager\n----\n", 3, "`eager` is none of none"),
    ("# Why.\nnode 1\npolicy class=5 none mode=eager\n----\n", 3, "unknown argument mode"),
    ("# Why.\nnode 1\npolicy class=5 mode=busy\n----\n", 3, "`busy` is none of eager lazy pinned propose_only"),
    ("# Why.\nnode 1\npolicy class=5 mode=lazy\n----\n", 3, "critical_floor goes with mode=lazy"),
    ("# Why.\nnode 1\npolicy class=5 critical_floor=0.1\n----\n", 3, "critical_floor goes with mode=lazy"),
    ("# Why.\nnode 1\ndesire chain=7 count=4294967296\n----\n", 3, "`4294967296` does not fit into 32 bits"),
    ("# Why.\nnode 1\nclass chain=7 class=-1\n----\n", 3, "`-1` is not a decimal number"),
    ("# Why.\nnode 1\nrevision chain=7\n----\n", 3, "argument value is missing"),
    ("# Why.\nnode 1\nfreeze\n----\n", 3, "argument until is missing"),
    ("# Why.\nnode 1\nthaw now\n----\n", 3, "unexpected `now`"),
    ("# Why.\nnode 1\nbegin\nexport chain=7\n----\n", 4, "`export` between begin and commit"),
    ("# Why.\nnode 1\nalternatives chain=7\n----\n", 3, "nothing is given"),
    ("# Why.\nnode 1\nalternatives chain=7 8=0.5 8=0.4\n----\n", 3, "argument 8 is given twice"),
    ("# Why.\nnode 1\nexport chain=7\nimport\n----\n", 4, "`import` without `export`"),
    ("# Why.\nnode 1\nlead chain=7 node=1\nexport chain=7\nimport whole\n----\n", 5, "`whole` is none of damaged"),
];

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios")
}

/// Name and text of every scenario file, by name.
fn scenarios() -> Vec<(String, String)> {
    let entries = fs::read_dir(directory()).expect("the directory of the scenarios is there");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("the directory can be read").file_name().into_string().expect("names are UTF-8"))
        .filter(|name| name.ends_with(".txt"))
        .collect();
    names.sort();
    let read = |name: String| {
        let text = fs::read_to_string(directory().join(&name)).expect("scenario files are UTF-8");
        (name, text)
    };
    names.into_iter().map(read).collect()
}

/// Fails with everything that went wrong, not only the first.
fn report(failures: &[String]) {
    assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n"));
}

fn difference(name: &str, expected: &str, printed: &str) -> String {
    let diff = TextDiff::from_lines(expected, printed);
    diff.unified_diff().context_radius(8).header(&format!("{name} as it stands"), "as it was printed").to_string()
}

#[test]
fn scenarios_print_what_they_say() {
    let rewrites = std::env::var_os("DRIFTLINE_REWRITE").is_some_and(|value| value == "1");
    let mut failures = Vec::new();
    for (name, text) in scenarios() {
        match run(&name, &text) {
            Ok(printed) if printed == text => {}
            Ok(printed) if rewrites => fs::write(directory().join(&name), printed).expect("the file can be written"),
            Ok(printed) => failures.push(difference(&name, &text, &printed)),
            Err(fault) => failures.push(format!("{fault}\n")),
        }
    }
    report(&failures);
}

/// A scorer with batch entries decides the same, is asked the same and fails the same as one without.
#[test]
fn scenarios_print_the_same_in_batches() {
    let mut failures = Vec::new();
    for (name, text) in scenarios() {
        let single = run(&name, &text);
        let batched = run_batched(&name, &text, Batch::On);
        match (single, batched) {
            (Ok(single), Ok(batched)) if single != batched => failures.push(difference(&name, &single, &batched)),
            (Ok(_), Ok(_)) => {}
            (single, batched) => {
                failures.extend([single, batched].into_iter().filter_map(Result::err).map(|fault| format!("{fault}\n")))
            }
        }
    }
    report(&failures);
}

/// The file that explains the language is right about it.
#[test]
fn the_example_of_the_readme_runs() {
    let readme = fs::read_to_string(directory().join("README.md")).expect("the README is there");
    let example = readme.split("```\n").nth(1).expect("the README begins with an example");
    assert_eq!(run("README.md", example).expect("the example is of the language"), example);
}

#[test]
fn every_rule_has_a_story() {
    let texts: String = scenarios().into_iter().map(|(_, text)| text).collect();
    let comments: Vec<&str> = texts.lines().filter(|line| line.starts_with('#')).collect();
    let cites = |rule: &str| {
        comments.iter().flat_map(|line| line.split(|c: char| !c.is_ascii_alphanumeric())).any(|word| word == rule)
    };
    let missing: Vec<&str> = RULES.split_whitespace().filter(|rule| !cites(rule)).collect();
    assert!(missing.is_empty(), "no scenario cites {missing:?}");
}

/// What is not of the language is refused, with the line at fault.
#[test]
fn broken_files_are_refused() {
    let mut failures = Vec::new();
    for (text, line, message) in BROKEN {
        let expected = format!("broken.txt:{line}: {message}");
        match run("broken.txt", text) {
            Err(fault) if fault.to_string() == expected => {}
            Err(fault) => failures.push(format!("{text:?}\n  should say {expected}\n  but says   {fault}\n")),
            Ok(_) => failures.push(format!("{text:?}\n  should say {expected}\n  but runs\n")),
        }
    }
    report(&failures);
}

/// Wrong output is printed over, and everything else stays, byte for byte.
#[test]
fn a_rewrite_touches_the_output_alone() {
    let told = "# Why.\n\n# More.\nnode 1\n# Among commands.\ntick 0s\n----\nwrong\nlines\n\n\n# End.\nchains\n----\n";
    let printed = "# Why.\n\n# More.\nnode 1\n# Among commands.\ntick 0s\n----\nsampled none\ncalls none\nnext none\n\
                   \n\n# End.\nchains\n----\nchains none\n";
    assert_eq!(run("told.txt", told).expect("the file is of the language"), printed);
    assert_eq!(run("printed.txt", printed).expect("the file is of the language"), printed);
}
