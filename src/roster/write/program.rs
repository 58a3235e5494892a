//! Writes `program.toml`.

use crate::domain::{BlockingPairs, Policy, Roster};
use crate::roster::words::unranked_word;

/// Returns the program, the round, the ratio and a policy other than the
/// default as TOML.
pub(super) fn program_toml(roster: &Roster) -> String {
    let (program, round) = (&roster.program, &roster.round);
    let mut text = format!(
        "[program]\nid = {}\nname = {}\ntime_zone = {}\n\n[round]\n",
        toml_string(&program.key.to_string()),
        toml_string(&program.name),
        toml_string(program.time_zone.as_str()),
    );
    if let Some(key) = &round.key {
        text.push_str(&format!("id = {}\n", toml_string(key.as_str())));
    }
    text.push_str(&format!(
        "name = {}\nfirst_day = {}\nlast_day = {}\nsession_start_step_minutes = {}\n\
         missed_sessions_max = {}\nunranked_sites = {}\n\
         excluded_supervisor_closes_sites = {}\n",
        toml_string(&round.name),
        round.term.first(),
        round.term.last(),
        round.session_start_step,
        round.missed_sessions_max,
        toml_string(unranked_word(round.unranked_sites)),
        round.excluded_supervisor_closes_sites,
    ));
    if !roster.rule_sets.is_empty() {
        let sets = roster.rule_sets.iter();
        let names: Vec<String> = sets.map(|set| toml_string(set.key.as_str())).collect();
        text.push_str(&format!("rule_sets = [{}]\n", names.join(", ")));
    }
    if let Some(ratio) = round.ratio {
        text.push_str(&format!(
            "\n[ratio]\ncontact_per_supervision_max = {}\ngroup_credit = {}\n",
            ratio.contact_per_supervision_max, ratio.group_credit,
        ));
    }
    let usual = (Policy::default(), BlockingPairs::default());
    if (&round.policy, round.blocking_pairs) != (&usual.0, usual.1) {
        text.push_str("\n[policy]\n");
    }
    if round.policy != usual.0 {
        let levels = round.policy.objectives().iter();
        let levels: Vec<String> = levels.map(|one| toml_string(one.name())).collect();
        text.push_str(&format!("levels = [{}]\n", levels.join(", ")));
    }
    if round.blocking_pairs != usual.1 {
        let word = toml_string(round.blocking_pairs.as_str());
        text.push_str(&format!("blocking_pairs = {word}\n"));
    }
    text
}

fn toml_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}
