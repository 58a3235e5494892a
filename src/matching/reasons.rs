//! Why a trainee has no place: for each ranked site, the rule that stops it in
//! this plan.

use std::collections::BTreeMap;

use super::candidates::{Candidates, Fill};
use super::eligibility::supervisor_obstacle;
use super::load::Load;
use super::timetable::{Timetable, collide};
use crate::domain::plan::Unmatched;
use crate::domain::{BlockingPairs, QUARTER_HOUR, Role, Rule, SessionKind};

/// Returns the reason for each unmatched trainee.
pub(super) fn unmatched(candidates: &Candidates<'_>, timetable: &Timetable) -> Vec<Unmatched> {
    let load = Load::new(candidates, timetable);
    (0..candidates.roster.trainees.len())
        .filter(|trainee| !timetable.matched.contains_key(trainee))
        .map(|trainee| reason(candidates, &load, trainee))
        .collect()
}

fn reason(candidates: &Candidates<'_>, load: &Load, trainee: usize) -> Unmatched {
    let roster = candidates.roster;
    let mut ranked: Vec<(u32, usize)> = candidates.wishes[trainee]
        .site_ranks
        .iter()
        .map(|(site, rank)| (*rank, *site))
        .collect();
    ranked.sort_unstable();
    let mut stopped: Vec<(Rule, String)> = ranked
        .iter()
        .map(|(_, site)| {
            let (rule, text) = stopped_at(candidates, load, trainee, *site);
            (
                rule,
                format!("{}: {rule} ({text})", roster.sites[*site].key),
            )
        })
        .collect();
    if stopped.is_empty() {
        let any_site = candidates.wishes[trainee].unranked.is_some();
        let text = if any_site {
            "no site can take the trainee"
        } else {
            "no site is ranked"
        };
        stopped.push((Rule::SiteRanked, text.to_owned()));
    }
    let reason = stopped[0].0;
    let details: Vec<String> = stopped.into_iter().map(|(_, text)| text).collect();
    Unmatched {
        trainee: roster.trainees[trainee].key.clone(),
        reason,
        detail: details.join("; "),
        action: action(reason).to_owned(),
    }
}

/// Returns the rule that stops a trainee at a site beside those placed.
pub(super) fn stopped_at(
    candidates: &Candidates<'_>,
    load: &Load,
    trainee: usize,
    site: usize,
) -> (Rule, String) {
    let place = &candidates.roster.sites[site];
    let found = candidates
        .pairs_of(trainee)
        .find(|pair| candidates.pairs[*pair].site == site);
    let Some(position) = found else {
        let rule = candidates.obstacles.get(&(trainee, site)).copied();
        return match rule {
            Some(Rule::SupervisionLines) | None => no_supervisor(candidates, trainee, site),
            Some(rule) => (rule, obstacle_text(candidates, rule, trainee, site)),
        };
    };
    let placed = load.placed.get(&site).copied().unwrap_or(0);
    if placed >= place.capacity {
        return (
            Rule::SiteCapacity,
            format!("all {} places are taken", place.capacity),
        );
    }
    let offered = place.contact_per_week.get();
    let used = load.contact_min.get(&site).copied().unwrap_or(0);
    let needed = candidates.pairs[position].contact_min;
    if used + needed > offered {
        let text = format!("{used} of {offered} contact minutes are spoken for");
        return (Rule::SiteContactMinutes, text);
    }
    for line in 0..candidates.lines[trainee].len() {
        if let Some(stop) = line_stopped(candidates, load, trainee, position, line) {
            return stop;
        }
    }
    if let Some((rule, set)) = candidates.law.as_ref().and_then(|law| {
        let pair = &candidates.pairs[position];
        law.likely_obstacle(pair)
    }) {
        let text = format!("nothing that is left goes with rule set {}", set.key);
        return (rule, text);
    }
    let times = "no choice of times goes with the sessions of the others";
    if candidates.roster.round.blocking_pairs == BlockingPairs::Forbidden {
        let text = format!("a place here would make some pair block, or {times}");
        return (Rule::BlockingPair, text);
    }
    (Rule::NoOverlap, times.to_owned())
}

/// Returns what stops a line of a trainee at a placement, if one thing does.
fn line_stopped(
    candidates: &Candidates<'_>,
    load: &Load,
    trainee: usize,
    pair: usize,
    line: usize,
) -> Option<(Rule, String)> {
    let name = &candidates.lines[trainee][line].line;
    let (mut full, mut busy, mut no_time) = (0, 0, 0);
    let suits = |fill: &&Fill| fill.line == line && fill.pair.is_none_or(|own| own == pair);
    for fill in candidates.fills_of(trainee).filter(suits) {
        let person = &candidates.roster.supervisors[fill.supervisor];
        let has = load.caseload.get(&fill.supervisor).copied().unwrap_or(0);
        let spent = load.minutes(candidates, fill.supervisor);
        let joins = can_join(candidates, load, fill);
        if has + person.caseload_current >= person.caseload_max {
            full += 1;
        } else if joins || !fill.meets() {
            return None;
        } else if spent + fill.minutes > person.minutes_per_week_max.get() {
            busy += 1;
        } else if has_free_start(candidates, load, fill) && opens_alone(fill) {
            return None;
        } else {
            no_time += 1;
        }
    }
    let rule = if full >= busy && full >= no_time {
        Rule::CaseloadLimit
    } else if busy >= no_time {
        Rule::SupervisorWeeklyMinutes
    } else {
        Rule::NoOverlap
    };
    let mut parts = Vec::new();
    for (count, text) in [
        (full, "at the caseload limit"),
        (busy, "without minutes left"),
        (no_time, "without a free common hour"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {text}"));
        }
    }
    Some((
        rule,
        format!("{name}: possible supervisors are {}", parts.join(", ")),
    ))
}

/// A session of this fill can be held without anybody else.
fn opens_alone(fill: &Fill) -> bool {
    fill.kinds.contains(SessionKind::Individual)
}

fn has_free_start(candidates: &Candidates<'_>, load: &Load, fill: &Fill) -> bool {
    let taken = load
        .sessions
        .get(&fill.supervisor)
        .map_or(&[][..], Vec::as_slice);
    candidates.starts(fill).any(|(venue, starts)| {
        starts.iter().any(|start| {
            !taken
                .iter()
                .any(|other| collide(candidates, (venue, start), *other))
        })
    })
}

/// Says whether a group of the plan has a seat at a start that suits.
fn can_join(candidates: &Candidates<'_>, load: &Load, fill: &Fill) -> bool {
    let size = candidates.roster.supervisors[fill.supervisor].group_size_max;
    fill.kinds.contains(SessionKind::Group)
        && candidates.starts(fill).any(|(venue, starts)| {
            starts
                .iter()
                .any(|start| load.groups.get(&(venue, start)).is_some_and(|n| *n < size))
        })
}

/// No supervisor could fill some line, whoever else is placed: says which
/// line, and what stops how many.
fn no_supervisor(candidates: &Candidates<'_>, trainee: usize, site: usize) -> (Rule, String) {
    let roster = candidates.roster;
    let (person, wishes) = (&roster.trainees[trainee], &candidates.wishes[trainee]);
    let place = &roster.sites[site];
    let mut worst: Option<(Rule, String)> = None;
    for line in &candidates.lines[trainee] {
        let mut stops: BTreeMap<Rule, u32> = BTreeMap::new();
        for (position, supervisor) in roster.supervisors.iter().enumerate() {
            let here = line.role == Role::Faculty || supervisor.sites.contains(&place.key);
            if supervisor.role == line.role && here {
                let rule = supervisor_obstacle(roster, person, wishes, line, position, supervisor);
                *stops
                    .entry(rule.unwrap_or(Rule::AvailableEveryWeek))
                    .or_default() += 1;
            }
        }
        let Some((rule, _)) = stops.iter().max_by_key(|(_, count)| **count) else {
            let text = format!("{}: nobody of that role works here", line.line);
            return (Rule::SiteSupervisorPresent, text);
        };
        let texts: Vec<String> = stops
            .iter()
            .map(|(rule, count)| format!("{count} {}", stop_text(*rule)))
            .collect();
        let text = format!("{}: of the supervisors, {}", line.line, texts.join(", "));
        if !stops.contains_key(&Rule::AvailableEveryWeek) {
            return (*rule, text);
        }
        worst.get_or_insert((Rule::AvailableEveryWeek, text));
    }
    worst.unwrap_or((
        Rule::SupervisionLines,
        "no supervisor can fill every line".to_owned(),
    ))
}

/// Says how a rule stops supervisors, after their number.
pub(super) fn stop_text(rule: Rule) -> &'static str {
    const TEXTS: [(Rule, &str); 5] = [
        (
            Rule::LicenceCoversTerm,
            "not licensed there for the whole term",
        ),
        (Rule::LanguageShared, "with no language in common"),
        (Rule::ConflictOfInterest, "excluded"),
        (Rule::Forbidden, "forbidden"),
        (Rule::SessionSize, "without that kind of session"),
    ];
    let text = TEXTS.iter().find(|(stop, _)| *stop == rule);
    text.map_or(
        "without an hour that goes with the rest of the week",
        |(_, text)| text,
    )
}

fn obstacle_text(candidates: &Candidates<'_>, rule: Rule, trainee: usize, site: usize) -> String {
    let person = &candidates.roster.trainees[trainee];
    let place = &candidates.roster.sites[site];
    match rule {
        Rule::AgreementCoversTerm => format!(
            "agreement {} to {}, term {} to {}",
            place.agreement.first(),
            place.agreement.last(),
            candidates.roster.round.term.first(),
            candidates.roster.round.term.last()
        ),
        Rule::ModalityOffered => {
            let missing = person.modalities_required.difference(&place.modalities);
            let missing: Vec<&str> = missing.map(crate::domain::Tag::as_str).collect();
            format!("not offered: {}", missing.join(", "))
        }
        Rule::ContactRange | Rule::SupervisionRatio => format!(
            "trainee takes {} to {} minutes, site gives {} to {}",
            person.contact.min(),
            person.contact.max(),
            place.contact.min(),
            place.contact.max()
        ),
        Rule::ContactFitsWeek => format!(
            "the hours shared with the site hold less than {} minutes in some week",
            person
                .contact
                .min()
                .max(place.contact.min())
                .get()
                .next_multiple_of(QUARTER_HOUR)
        ),
        Rule::ConflictOfInterest => "on the list of exclusions".to_owned(),
        Rule::Forbidden => "forbidden by the coordinator".to_owned(),
        Rule::LanguageShared => "no language in common".to_owned(),
        Rule::SiteRanked
        | Rule::LicenceCoversTerm
        | Rule::DeliveryAllowed
        | Rule::SiteSupervisorPresent
        | Rule::SiteCapacity
        | Rule::CapacityMin
        | Rule::SiteContactMinutes
        | Rule::CaseloadLimit
        | Rule::SupervisorWeeklyMinutes
        | Rule::SessionSize
        | Rule::SessionStep
        | Rule::AvailableEveryWeek
        | Rule::MissedSessions
        | Rule::SiteOpen
        | Rule::InPersonAtPlacement
        | Rule::NoOverlap
        | Rule::SupervisionLines
        | Rule::SupervisionUnits
        | Rule::SupervisionMinutesMin
        | Rule::GroupShareMax
        | Rule::IndividualShareMin
        | Rule::VideoShareMax
        | Rule::GroupSizeMax
        | Rule::SupervisorsMax
        | Rule::SupervisorsDistinctMin
        | Rule::SuperviseesMax
        | Rule::Pinned
        | Rule::BlockingPair => "no choice keeps the rule".to_owned(),
    }
}

/// Returns what a coordinator can do about a reason.
fn action(reason: Rule) -> &'static str {
    match reason {
        Rule::SiteRanked => "ask the trainee to rank more sites",
        Rule::AgreementCoversTerm => "extend the agreement, or rank other sites",
        Rule::ModalityOffered => "rank sites that offer the modality",
        Rule::LanguageShared => "rank sites and name supervisors who share a language",
        Rule::LicenceCoversTerm => "find a supervisor licensed in the trainee's jurisdiction",
        Rule::ConflictOfInterest | Rule::Forbidden => "rank other sites",
        Rule::SiteCapacity => "ask the site for one more place, or rank other sites",
        Rule::SiteContactMinutes => "ask the site for more contact hours, or rank other sites",
        Rule::ContactRange => "widen the trainee's range of contact hours, or rank other sites",
        Rule::CaseloadLimit => "raise a caseload limit, or add a supervisor",
        Rule::SupervisorWeeklyMinutes => "ask a supervisor for more minutes a week",
        Rule::SupervisionRatio | Rule::SupervisionUnits => {
            "add supervision, or lower the contact hours"
        }
        Rule::SupervisionMinutesMin
        | Rule::GroupShareMax
        | Rule::IndividualShareMin
        | Rule::VideoShareMax => "change the supervision lines to what the rule set asks for",
        Rule::GroupSizeMax => "add a group, or a supervisor with room for one",
        Rule::SupervisorsMax | Rule::SupervisorsDistinctMin => {
            "change who may fill the supervision lines"
        }
        Rule::SuperviseesMax => "add a supervisor, or rank sites of another setting",
        Rule::SiteSupervisorPresent => "add a supervisor at the site",
        Rule::AvailableEveryWeek => "ask the trainee or a supervisor for another free hour",
        Rule::ContactFitsWeek => "ask the trainee for more free hours while the site is open",
        Rule::NoOverlap
        | Rule::SessionStep
        | Rule::MissedSessions
        | Rule::SiteOpen
        | Rule::InPersonAtPlacement
        | Rule::DeliveryAllowed => "ask the trainee or a supervisor for other hours",
        Rule::SessionSize => "find others for a group, or allow another kind of session",
        Rule::BlockingPair => "allow blocking pairs, or ask the site to rank the trainee higher",
        Rule::CapacityMin | Rule::SupervisionLines | Rule::Pinned => {
            "look at the pins, the least numbers and the supervision lines"
        }
    }
}
