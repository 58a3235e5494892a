//! `docs/api.md` is what the contract and its examples say today.

use std::path::Path;

use super::page::page;
use super::source::short_name;
use super::story::Story;
use crate::support::service::served_by_both;

served_by_both!(docs_api_md_tells_the_contract_with_an_example_of_each_rpc);

/// `make docs-api` sets it, and then the page is written first.
const WRITE: &str = "PRACTICUM_WRITE_DOCS";

async fn docs_api_md_tells_the_contract_with_an_example_of_each_rpc() {
    let story = Story::told().await;
    let mut amiss = Vec::new();
    for method in story.source.methods() {
        let examples = story.exchanges.iter();
        let count = examples
            .filter(|one| one.is_example && one.method == method)
            .count();
        if count != 1 {
            amiss.push(format!("{} has {count} examples", short_name(&method)));
        }
    }
    assert!(amiss.is_empty(), "each needs one:\n{}", amiss.join("\n"));
    let page = page(&story);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.md");
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = |(_, (kept, told)): &(usize, (&str, &str))| kept != told;
    let ends = std::iter::repeat("(end)");
    let lines = kept
        .lines()
        .chain(ends.clone())
        .zip(page.lines().chain(ends));
    let count = kept.lines().count().max(page.lines().count());
    if let Some((line, (kept, told))) = lines.take(count).enumerate().find(differs) {
        panic!(
            "docs/api.md:{} is not what the contract says; make docs-api writes it\n\
             kept: {kept}\ntold: {told}",
            line + 1
        );
    }
}
