//! Times for an assignment in milliseconds, at the price of whoever does not
//! fit at once: the floor under a run of any size.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::most_contact;
use super::candidates::Candidates;
use super::fit::Assignment;
use super::group_starts::GroupAvailability;
use super::hurried::Stop;
use super::law::offenders;
use super::people_left::PeopleLeft;
use super::schedule::NODES_QUICK;
use super::settle::settle;
use super::timetable::{Attended, FilledLine, Matched, Timetable};
use crate::domain::SessionKind;

/// Returns a timetable of as much of an assignment as fits quickly. It keeps
/// every rule but minima and pins, which are the caller's matter.
pub(super) fn quick_fit(
    candidates: &Candidates<'_>,
    assignment: &Assignment,
    stop: Stop<'_>,
) -> Timetable {
    let mut timetable = Timetable::default();
    for pair in &assignment.pairs {
        let trainee = candidates.pairs[*pair].trainee;
        timetable.matched.insert(
            trainee,
            Matched {
                pair: *pair,
                lines: BTreeMap::new(),
            },
        );
    }
    for position in &assignment.fills {
        fill_line(candidates, &mut timetable, *position, None);
    }
    let mut people = PeopleLeft::new(candidates);
    join_groups(candidates, &mut timetable, &mut people);
    choose_faculty(candidates, &mut timetable, &mut people);
    // Whoever cannot be met alone is left to the model.
    let is_settled = |line: &FilledLine| {
        let fill = &candidates.fills[line.fill];
        line.attended.is_some() || !fill.meets() || fill.kinds.contains(SessionKind::Individual)
    };
    timetable.matched.retain(|trainee, matched| {
        matched.lines.len() == candidates.lines[*trainee].len()
            && matched.lines.values().all(is_settled)
    });
    drop_until_legal(candidates, &mut timetable, stop);
    timetable
}

fn fill_line(
    candidates: &Candidates<'_>,
    timetable: &mut Timetable,
    position: usize,
    attended: Option<Attended>,
) {
    let fill = &candidates.fills[position];
    if let Some(matched) = timetable.matched.get_mut(&fill.trainee) {
        matched.lines.insert(
            fill.line,
            FilledLine {
                fill: position,
                attended,
            },
        );
    }
}

/// Fills lines by groups of three or more.
fn join_groups(candidates: &Candidates<'_>, timetable: &mut Timetable, people: &mut PeopleLeft) {
    let is_open: Vec<bool> = candidates
        .fills
        .iter()
        .map(|fill| {
            timetable.matched.get(&fill.trainee).is_some_and(|matched| {
                !matched.lines.contains_key(&fill.line)
                    && fill.pair.is_none_or(|pair| pair == matched.pair)
            })
        })
        .collect();
    let groups = GroupAvailability::new(candidates, &is_open).groups(candidates);
    let fill_at = |trainee: usize, (venue, start): (usize, u16)| {
        candidates.positions_of_fills(trainee).find(|position| {
            let fill = &candidates.fills[*position];
            is_open[*position]
                && fill.kinds.contains(SessionKind::Group)
                && fill.venues().any(|own| own == venue)
                && candidates.starts_at(fill, venue).contains(start)
        })
    };
    for (start, members) in groups {
        let venue = &candidates.venues[start.0];
        people.take_minutes(venue.supervisor, venue.minutes);
        for trainee in members {
            if let Some(position) = fill_at(trainee, start) {
                people.take_trainee(venue.supervisor);
                let attended = Attended {
                    venue: start.0,
                    start: start.1,
                    kind: SessionKind::Group,
                };
                fill_line(candidates, timetable, position, Some(attended));
            }
        }
    }
}

/// Fills what is left by faculty with room, alone or without a meeting.
fn choose_faculty(candidates: &Candidates<'_>, timetable: &mut Timetable, people: &mut PeopleLeft) {
    for (position, fill) in candidates.fills.iter().enumerate() {
        let Some(matched) = timetable.matched.get(&fill.trainee) else {
            continue;
        };
        let suits = !matched.lines.contains_key(&fill.line)
            && fill.pair.is_none_or(|pair| pair == matched.pair)
            && people.admits(fill)
            && (!fill.meets() || fill.kinds.contains(SessionKind::Individual));
        if suits {
            people.take_trainee(fill.supervisor);
            people.take_minutes(fill.supervisor, fill.minutes);
            fill_line(candidates, timetable, position, None);
        }
    }
}

/// Gives times to the lines without, and drops trainees, the least priority
/// first, until everybody left has times, room for contact, and a group of
/// three.
fn drop_until_legal(candidates: &Candidates<'_>, timetable: &mut Timetable, stop: Stop<'_>) {
    let untimed: Vec<(usize, usize)> = timetable
        .matched
        .iter()
        .flat_map(|(trainee, matched)| {
            let open = matched
                .lines
                .iter()
                .filter(|(_, line)| line.attended.is_none());
            open.map(|(line, _)| (*trainee, *line))
        })
        .collect();
    loop {
        for (trainee, line) in &untimed {
            if let Some(matched) = timetable.matched.get_mut(trainee)
                && let Some(filled) = matched.lines.get_mut(line)
            {
                filled.attended = None;
            }
        }
        timetable.drop_small_sessions();
        let mut dropped: BTreeSet<usize> = BTreeSet::new();
        for supervisor in settle(candidates, timetable, NODES_QUICK) {
            let waiting = least_wanted_first(candidates, timetable, supervisor);
            // Without time left nobody else is tried.
            let count = if stop() { waiting.len() } else { 1 };
            dropped.extend(waiting.into_iter().take(count));
        }
        if dropped.is_empty() {
            let members = timetable.members();
            dropped.extend(timetable.matched.iter().filter_map(|(trainee, matched)| {
                let least = candidates.pairs[matched.pair].contact_min;
                (most_contact(candidates, matched, &members) < least).then_some(*trainee)
            }));
        }
        if dropped.is_empty() {
            dropped = offenders(candidates, timetable);
        }
        if dropped.is_empty() {
            return;
        }
        timetable
            .matched
            .retain(|trainee, _| !dropped.contains(trainee));
    }
}

/// Returns those whom a supervisor meets without a time yet, the least priority
/// first.
fn least_wanted_first(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
    supervisor: usize,
) -> Vec<usize> {
    let is_hers = |line: &FilledLine| {
        let fill = &candidates.fills[line.fill];
        line.attended.is_none() && fill.meets() && fill.supervisor == supervisor
    };
    let matched = timetable.matched.iter();
    let mut waiting: Vec<usize> = matched
        .filter(|(_, matched)| matched.lines.values().any(is_hers))
        .map(|(trainee, _)| *trainee)
        .collect();
    waiting.sort_by_key(|trainee| {
        let priority = candidates.roster.trainees[*trainee].priority;
        (priority, std::cmp::Reverse(*trainee))
    });
    waiting
}
