//! Rounds: dates and policy.

use super::super::pb;
use super::fields::{Fields, day_range, number, texts};
use super::names::name;
use super::records::{etag, timestamp};
use super::words;
use crate::app::StoredRound;
use crate::domain::limits::{MISSED_MOST, STEP_MOST};
use crate::domain::rule_set::RULE_SETS_MAX;
use crate::domain::{
    BlockingPairs, DayRange, Key, MAX_TERM_DAYS, Minutes, Objective, Policy, ProgramKey,
    QUARTER_HOUR, Ratio, Round, Thousandths, Versioned,
};

/// Reads a round with the ids of its rule sets; its key comes from elsewhere in
/// the request.
pub(in super::super) fn read(
    message: pb::Round,
    key: Option<Key>,
    fields: &mut Fields<'_>,
) -> Option<(Round, Vec<Key>)> {
    let rule_sets = fields.keys(
        "rule_sets",
        &message.rule_sets,
        RULE_SETS_MAX,
        |key: Key| key,
    );
    let name = fields.name("display_name", message.display_name);
    let term = read_term(message.term, fields);
    let step = read_step(message.session_start_step_minutes, fields);
    let missed = fields.whole(
        "missed_sessions_max",
        message.missed_sessions_max,
        0,
        MISSED_MOST,
    );
    let unranked = fields.choice(
        "unranked_sites",
        message.unranked_sites,
        words::read_unranked,
    );
    let ratio = match message.ratio {
        None => Some(None),
        Some(ratio) => read_ratio(ratio, &mut fields.at("ratio")).map(Some),
    };
    let policy = read_policy(&message.policy, fields);
    let blocking_pairs = match message.blocking_pairs {
        // Nothing was said.
        0 => Some(BlockingPairs::default()),
        named => fields.choice("blocking_pairs", named, words::read_blocking_pairs),
    };
    let round = Round {
        key,
        name: name?,
        term: term?,
        session_start_step: step?,
        missed_sessions_max: missed?,
        unranked_sites: unranked?,
        excluded_supervisor_closes_sites: message.excluded_supervisor_closes_sites,
        ratio: ratio?,
        policy: policy?,
        blocking_pairs: blocking_pairs?,
    };
    Some((round, rule_sets?))
}

fn read_term(term: Option<pb::DayRange>, fields: &mut Fields<'_>) -> Option<DayRange> {
    let term = fields.days("term", term)?;
    if term.days() > MAX_TERM_DAYS {
        let message = format_args!(
            "makes a term of {} days; at most {MAX_TERM_DAYS} are allowed",
            term.days()
        );
        fields.refuse("term.last_day", "range", message);
        return None;
    }
    Some(term)
}

fn read_step(minutes: i32, fields: &mut Fields<'_>) -> Option<Minutes> {
    let step = u32::try_from(minutes)
        .ok()
        .filter(|step| (QUARTER_HOUR..=STEP_MOST).contains(step))
        .filter(|step| step.is_multiple_of(QUARTER_HOUR))
        .and_then(Minutes::new);
    if step.is_none() {
        let message = format_args!("must be a multiple of 15 from 15 to 1440, not {minutes}");
        fields.refuse("session_start_step_minutes", "minutes", message);
    }
    step
}

fn read_ratio(ratio: pb::Ratio, fields: &mut Fields<'_>) -> Option<Ratio> {
    let mut factor = |field, value| {
        let thousandths = fields.whole(field, value, 0, Thousandths::MAX)?;
        Thousandths::new(thousandths)
    };
    let contact = factor(
        "contact_per_supervision_max_thousandths",
        ratio.contact_per_supervision_max_thousandths,
    );
    let credit = factor("group_credit_thousandths", ratio.group_credit_thousandths);
    Some(Ratio {
        contact_per_supervision_max: contact?,
        group_credit: credit?,
    })
}

/// Reads the objectives; the usual ones when none is named.
fn read_policy(names: &[i32], fields: &mut Fields<'_>) -> Option<Policy> {
    if names.is_empty() {
        return Some(Policy::default());
    }
    fields.count("policy", names.len())?;
    let objectives: Vec<Option<Objective>> = names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            fields.choice(&format!("policy[{index}]"), *name, words::read_objective)
        })
        .collect();
    let policy = Policy::new(objectives.into_iter().collect::<Option<_>>()?);
    if policy.is_none() {
        fields.refuse(
            "policy",
            "distinct",
            "must name each objective once, and one besides changes",
        );
    }
    policy
}

/// Returns a round as a message.
pub(in super::super) fn message(
    program: &ProgramKey,
    record: &Versioned<StoredRound>,
) -> pb::Round {
    let StoredRound {
        round,
        rule_sets,
        standing,
    } = &record.value;
    let published = standing.publication.as_ref();
    let key = round.key.as_ref().map(Key::as_str).unwrap_or_default();
    pb::Round {
        name: name(program, "rounds", key),
        display_name: round.name.clone(),
        term: Some(day_range(round.term)),
        session_start_step_minutes: number(round.session_start_step.get()),
        missed_sessions_max: number(round.missed_sessions_max),
        unranked_sites: words::unranked(round.unranked_sites),
        excluded_supervisor_closes_sites: round.excluded_supervisor_closes_sites,
        ratio: round.ratio.map(|ratio| pb::Ratio {
            contact_per_supervision_max_thousandths: number(
                ratio.contact_per_supervision_max.get(),
            ),
            group_credit_thousandths: number(ratio.group_credit.get()),
        }),
        create_time: Some(timestamp(record.created_at)),
        update_time: Some(timestamp(record.updated_at)),
        etag: etag(record.version),
        policy: round
            .policy
            .objectives()
            .iter()
            .copied()
            .map(words::objective)
            .collect(),
        blocking_pairs: words::blocking_pairs(round.blocking_pairs),
        state: words::round_state(standing.state),
        published_plan: published
            .map(|one| name(program, "plans", &one.run))
            .unwrap_or_default(),
        rule_sets: texts(rule_sets),
    }
}
