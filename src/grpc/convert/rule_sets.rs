//! Rule sets, and how trainees stand under them.

use super::super::pb;
use super::fields::{count, date, texts};
use super::names::{name, round_name};
use super::records::{etag, timestamp};
use super::words;
use crate::app::{KnownRuleSet, RuleCheck, RuleSetOrigin, RulesOf, TraineeReport};
use crate::domain::rule_set::{RuleRow, words as in_words};
use crate::domain::time::UtcSecond;
use crate::domain::{Key, ProgramKey, RuleSet, Tag, Versioned};
use crate::roster::rule_set_mark;

/// Returns a rule set as a message, with its text.
pub(in super::super) fn message(program: &ProgramKey, known: &KnownRuleSet) -> pb::RuleSet {
    pb::RuleSet {
        toml: known.set.text.clone(),
        ..summary(program, known)
    }
}

/// Returns a rule set as a message, without its text.
pub(in super::super) fn summary(program: &ProgramKey, known: &KnownRuleSet) -> pb::RuleSet {
    let set = &known.set;
    let in_program = || name(program, "ruleSets", &set.key);
    let (name, origin, version) = match &known.origin {
        RuleSetOrigin::Shipped => (in_program(), pb::RuleSetOrigin::Shipped, None),
        RuleSetOrigin::Program(version) => {
            (in_program(), pb::RuleSetOrigin::Program, Some(version))
        }
        RuleSetOrigin::Kept(of) => (
            kept_name(program, of, &set.key),
            pb::RuleSetOrigin::Kept,
            None,
        ),
    };
    let at = |of: fn(&Versioned<()>) -> UtcSecond| version.map(|version| timestamp(of(version)));
    let applies_to = &set.applies_to;
    pb::RuleSet {
        name,
        title: set.title.clone(),
        body: set.body.clone(),
        jurisdiction: set
            .jurisdiction
            .as_ref()
            .map(Tag::to_string)
            .unwrap_or_default(),
        effective_from: set.effective_from.map(date),
        effective_until: set.effective_until.map(date),
        source: set.source.clone(),
        trust: words::rule_set_trust(set.trust),
        verified_on: set.verified_on.map(date),
        note: set.note.clone(),
        levels: texts(&applies_to.levels),
        jurisdictions: texts(&applies_to.jurisdictions),
        settings: texts(&applies_to.settings),
        credit: in_words::credit(&set.credit),
        rules: set
            .clauses
            .iter()
            .map(|clause| pb::RuleInWords {
                rule: clause.rule().name().to_owned(),
                asks: in_words::clause(clause),
            })
            .collect(),
        origin: i32::from(origin),
        sha256: sha256(set),
        toml: String::new(),
        create_time: at(|version| version.created_at),
        update_time: at(|version| version.updated_at),
        etag: version
            .map(|version| etag(version.version))
            .unwrap_or_default(),
    }
}

fn kept_name(program: &ProgramKey, of: &RulesOf, key: &Key) -> String {
    let owner = match of {
        RulesOf::Round(round) => round_name(program, round),
        RulesOf::Plan(run) => name(program, "plans", run),
    };
    format!("{owner}/ruleSets/{key}")
}

/// Returns the hash of a text as plans cite it.
fn sha256(set: &RuleSet) -> String {
    let mark = rule_set_mark(set);
    mark.split_once('@')
        .map_or_else(String::new, |(_, hash)| hash.to_owned())
}

/// Returns how a trainee stands under a rule as a message.
pub(in super::super) fn row(
    (trainee, set, row): &(&TraineeReport, &RuleSet, &RuleRow),
) -> pb::RuleRow {
    pb::RuleRow {
        trainee_id: trainee.trainee.to_string(),
        site_id: trainee.site.to_string(),
        rule_set_id: set.key.to_string(),
        rule: row.rule.name().to_owned(),
        clause: count(row.clause),
        window: row.span.to_string(),
        bound: words::rule_bound(row.bound),
        measure: words::rule_measure(row.measure),
        limit_thousandths: row.limit.0,
        value_thousandths: row.value.0,
        slack_thousandths: row.slack.0,
        kept: row.holds,
    }
}

/// Returns a page of a check as a message; `broken` counts the rows of all
/// pages that are.
pub(in super::super) fn check(
    found: &RuleCheck,
    broken: usize,
    rows: Vec<pb::RuleRow>,
    next_page_token: String,
) -> pb::CheckRuleSetsResponse {
    let trainees = found.trainees.iter();
    let is_under_rules = |trainee: &&TraineeReport| !trainee.sets.is_empty();
    pb::CheckRuleSetsResponse {
        rows,
        next_page_token,
        rule_sets: found.rule_sets.iter().map(rule_set_mark).collect(),
        broken: count(broken),
        trainees_under_rules: count(trainees.clone().filter(is_under_rules).count()),
        trainees: count(trainees.len()),
    }
}
