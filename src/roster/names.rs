//! Finds the name that was likely meant by a misspelt one.

/// Returns the candidate that looks most like a name, if any does.
pub(super) fn nearest<'a>(name: &str, candidates: &[&'a str]) -> Option<&'a str> {
    const ALIKE: f64 = 0.8;
    let wanted: String = name.chars().take(64).collect::<String>().to_lowercase();
    let wanted = wanted.replace([' ', '-'], "_");
    candidates
        .iter()
        .map(|candidate| (strsim::jaro_winkler(&wanted, candidate), *candidate))
        .filter(|(score, _)| *score >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
