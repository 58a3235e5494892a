//! The shape of the repository: who imports whom, how long files are, and
//! which docs must be complete. Each scanner is shown a planted fault.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use practicum::domain::Rule;

use crate::support::layers::{LAYERS, Layer};

/// Longest source file, in lines, tests included.
const LINES_MAX: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns every Rust file under a folder, as a path from the root.
fn rust_files(folder: &str) -> Vec<String> {
    let mut waiting: Vec<PathBuf> = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                waiting.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let path = path.strip_prefix(root()).unwrap().to_str().unwrap();
                files.push(path.replace('\\', "/"));
            }
        }
    }
    files.sort();
    assert!(files.len() >= 5, "{folder} holds only {files:?}");
    files
}

/// Returns the code of a file without comments and without the tests at its
/// foot, which may use what they like.
fn code(source: &str) -> String {
    let source = source
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let lines: Vec<&str> = source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    lines.join("\n")
}

/// Returns the names that follow each `prefix::`, also within braces.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let within_a_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let Some(rest) = code[at + prefix.len()..].strip_prefix("::") else {
            continue;
        };
        if within_a_word || code[..at].ends_with("::") {
            continue;
        }
        names.extend(first_names(rest));
    }
    names
}

/// Returns `a` of `a::b`, and `a`, `b` of `{a::c, b}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start()
            .trim_start_matches("r#")
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let Some(group) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut depth = 0;
    let mut names = Vec::new();
    let mut start = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.push(name(&group[start..at]));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Says whether `super::super::...` climbs out of the layer into the crate.
fn climbs_out(path: &str, code: &str) -> bool {
    let inside = path.trim_start_matches("src/").trim_end_matches("/mod.rs");
    let depth = inside.split('/').count();
    code.contains(&"super::".repeat(depth))
}

/// Returns what a file names against the rules of its layer.
fn layer_breaches(layer: &Layer, path: &str, source: &str) -> Vec<String> {
    let code = code(source);
    let own = layer
        .path
        .trim_start_matches("src/")
        .trim_end_matches(".rs");
    let mut breaches: Vec<String> = ["crate", "practicum"]
        .iter()
        .flat_map(|root| named_after(&code, root))
        .filter(|module| module != own && !layer.may_import.contains(&module.as_str()))
        .map(|module| format!("{path} imports crate::{module}"))
        .collect();
    if climbs_out(path, &code) {
        breaches.push(format!("{path} climbs out of its layer by super::"));
    }
    for never in layer.never {
        let seen = match never.split_once("::") {
            Some((root, module)) => named_after(&code, root).contains(module),
            None => {
                !named_after(&code, never).is_empty() || code.contains(&format!("use {never};"))
            }
        };
        if seen {
            breaches.push(format!("{path} names {never}"));
        }
    }
    breaches
}

#[test]
fn no_layer_imports_what_it_must_not_know() {
    let mut breaches = Vec::new();
    for layer in LAYERS {
        let files: Vec<String> = rust_files("src")
            .into_iter()
            .filter(|file| file == layer.path || file.starts_with(&format!("{}/", layer.path)))
            .collect();
        assert!(!files.is_empty(), "{} is gone", layer.path);
        for file in files {
            breaches.extend(layer_breaches(layer, &file, &read(&file)));
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_scanner_of_imports_finds_planted_ones() {
    let domain = &LAYERS[0];
    for planted in [
        "use crate::matching::check;",
        "use crate::{domain::Key, roster};",
        "use crate::{\n    domain::{Key, Rule},\n    r#cli::main,\n};",
        "fn f() { crate::zone_data::open(None); }",
        "use practicum::cli;",
        "use serde::Serialize;",
        "use serde;",
        "use std::fs;",
        "use std::{fmt, io::Read};",
        "fn f() -> std::time::Instant { std::time::Instant::now() }",
        "use super::super::zone_data;",
    ] {
        let breaches = layer_breaches(domain, "src/domain/planted.rs", planted);
        assert!(!breaches.is_empty(), "not found: {planted}");
    }
    for fine in [
        "use crate::domain::{Key, Rule};",
        "use super::Key;",
        "// crate::matching is not known here",
        "use std::{fmt, str::FromStr};",
        "fn observed() {}\n#[cfg(test)]\nmod tests {\n    use crate::zone_data;\n}",
    ] {
        let breaches = layer_breaches(domain, "src/domain/fine.rs", fine);
        assert_eq!(breaches, Vec::<String>::new(), "{fine}");
    }
    let nested = "use super::super::Key;";
    assert!(layer_breaches(domain, "src/domain/time/fine.rs", nested).is_empty());
    assert!(!layer_breaches(domain, "src/domain/time/mod.rs", nested).is_empty());
}

/// Returns the lines that a source file must not hold, with their numbers.
fn bad_lines(path: &str, source: &str) -> Vec<String> {
    let unfinished = ["TODO", "FIXME", "XXX"];
    let may_be_unsafe = path == "src/matching/highs_callback.rs";
    // Which lints a compiler's code breaks is not ours to say.
    let is_generated = path == "src/grpc/pb.rs";
    let mut bad = Vec::new();
    for (index, line) in source.lines().enumerate() {
        let mut add = |what: &str| bad.push(format!("{path}:{}: {what}", index + 1));
        if unfinished.iter().any(|word| line.contains(word)) {
            add("unfinished work belongs in an issue");
        }
        let is_allowed = line.contains("#[allow(") || line.contains("#![allow(");
        if is_allowed && !is_generated {
            add("an exception to a lint is an expect with its reason");
        }
        if line.contains("expect(unsafe_code") && !may_be_unsafe {
            add("unsafe code belongs in src/matching/highs_callback.rs alone");
        }
    }
    bad
}

#[test]
fn sources_hold_nothing_unfinished_and_no_silent_exception() {
    let bad: Vec<String> = rust_files("src")
        .iter()
        .flat_map(|file| bad_lines(file, &read(file)))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn the_scanner_of_lines_finds_planted_ones() {
    for planted in [
        "// TODO: later",
        "/* FIXME */",
        "#[allow(dead_code)]",
        "    #[expect(unsafe_code, reason = \"none\")]",
    ] {
        let bad = bad_lines(
            "src/domain/planted.rs",
            &format!("fn f() {{}}\n{planted}\n"),
        );
        assert_eq!(bad.len(), 1, "{planted}");
        assert!(bad[0].starts_with("src/domain/planted.rs:2: "), "{bad:?}");
    }
    let callback = "#[expect(unsafe_code, reason = \"the solver calls back\")]";
    assert!(bad_lines("src/matching/highs_callback.rs", callback).is_empty());
}

fn is_too_long(source: &str) -> bool {
    source.lines().count() > LINES_MAX
}

#[test]
fn no_file_is_too_long_to_read() {
    assert!(is_too_long(&"\n".repeat(LINES_MAX + 1)));
    assert!(!is_too_long(&"\n".repeat(LINES_MAX)));
    let long: Vec<String> = ["src", "tests"]
        .into_iter()
        .flat_map(rust_files)
        .filter(|file| is_too_long(&read(file)))
        .collect();
    assert!(long.is_empty(), "over {LINES_MAX} lines: {long:?}");
}

/// Returns the rules without a heading, and the headings without a rule.
fn rules_amiss(doc: &str) -> Vec<String> {
    let headings: Vec<&str> = doc
        .lines()
        .filter_map(|line| line.strip_prefix("### "))
        .map(|heading| heading.trim().trim_matches('`'))
        .collect();
    let missing = Rule::ALL
        .iter()
        .filter(|rule| headings.iter().filter(|h| **h == rule.name()).count() != 1)
        .map(|rule| format!("{rule} needs one heading"));
    // Other headings of that level are titles: they have blanks or capitals.
    let looks_like_a_rule = |heading: &&str| {
        heading.contains('_') && heading.chars().all(|c| c.is_ascii_lowercase() || c == '_')
    };
    let unknown = headings
        .iter()
        .copied()
        .filter(looks_like_a_rule)
        .filter(|heading| heading.parse::<Rule>().is_err())
        .map(|heading| format!("{heading} is no rule"));
    missing.chain(unknown).collect()
}

#[test]
fn every_rule_has_a_heading_in_the_docs() {
    let amiss = rules_amiss(&read("docs/matching-model.md"));
    assert!(amiss.is_empty(), "{}", amiss.join("\n"));
}

#[test]
fn the_scanner_of_rules_finds_planted_faults() {
    let headings: Vec<String> = Rule::ALL
        .iter()
        .map(|rule| format!("### {rule}\n"))
        .collect();
    let doc = headings.concat();
    assert!(rules_amiss(&doc).is_empty());
    assert_eq!(rules_amiss(&headings[1..].concat()).len(), 1);
    assert_eq!(rules_amiss(&format!("{doc}### no_such_rule\n")).len(), 1);
    assert_eq!(rules_amiss(&format!("{doc}{}", headings[0])).len(), 1);
}

/// Returns the examples of a page in a language that are in none of its files.
fn examples_amiss(page: &str, language: &str, file: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let shown = page.split(&fence).skip(1);
    let blocks: Vec<&str> = shown
        .filter_map(|rest| rest.split("\n```").next())
        .collect();
    let mut amiss: Vec<String> = blocks
        .iter()
        .filter(|block| !file.contains(*block))
        .map(ToString::to_string)
        .collect();
    if blocks.is_empty() {
        amiss.push(format!("no example in {language}"));
    }
    amiss
}

/// `scripts/clients` runs the files.
#[test]
fn the_examples_that_pages_show_are_those_that_are_run() {
    for page in ["README.md", "clients/README.md"] {
        let page = read(page);
        let python = examples_amiss(&page, "python", &read("clients/python/example.py"));
        let node = examples_amiss(&page, "js", &read("clients/node/example.mjs"));
        assert_eq!([python, node].concat(), Vec::<String>::new());
    }
}

#[test]
fn the_scanner_of_examples_finds_planted_faults() {
    let page = "# One\n\n```python\na = 1\n```\n\n```python\na = 2\n```\n";
    assert_eq!(examples_amiss(page, "python", "a = 1\nb = 2\n"), ["a = 2"]);
    assert_eq!(examples_amiss(page, "js", ""), ["no example in js"]);
}

#[test]
fn both_licences_are_there_as_the_manifest_says() {
    assert!(read("Cargo.toml").contains("license = \"MIT OR Apache-2.0\""));
    assert!(read("LICENSE-MIT").contains("Permission is hereby granted"));
    assert!(read("LICENSE-APACHE").contains("Version 2.0, January 2004"));
}
