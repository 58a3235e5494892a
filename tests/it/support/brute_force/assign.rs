//! Every way of naming a supervisor and a kind of session for each line of the
//! placed trainees, before any time is chosen.

use std::collections::{BTreeMap, BTreeSet};

use practicum::domain::{SessionKind, SiteOrSupervisor, SupervisionLine};

use super::fit::Facts;
use super::place::Places;

/// One line of one placed trainee.
#[derive(Clone, Copy)]
pub(super) struct Need<'a> {
    pub(super) trainee: usize,
    pub(super) site: usize,
    pub(super) line: &'a SupervisionLine,
    /// Whether it is the last line of the trainee.
    pub(super) is_last: bool,
}

/// Who fills a line, and in a session of which kind.
pub(super) type Choice = (usize, SessionKind);

/// Returns every line of the placed trainees, trainee by trainee.
pub(super) fn needs<'a>(facts: &Facts<'a>, places: &Places) -> Vec<Need<'a>> {
    let mut needs = Vec::new();
    for (trainee, site) in places.matched() {
        let level = &facts.roster.trainees[trainee].level;
        let lines: Vec<&SupervisionLine> = facts.roster.lines_of(level).collect();
        for (position, line) in lines.iter().enumerate() {
            needs.push(Need {
                trainee,
                site,
                line,
                is_last: position + 1 == lines.len(),
            });
        }
    }
    needs
}

/// Calls `then` with every choice for all needs that keeps the limits of
/// supervisors, can make sessions of the right sizes and holds the pins.
pub(super) fn each_choice(facts: &Facts<'_>, needs: &[Need<'_>], then: &mut dyn FnMut(&[Choice])) {
    choose(facts, needs, &mut Vec::new(), then);
}

fn choose(
    facts: &Facts<'_>,
    needs: &[Need<'_>],
    chosen: &mut Vec<Choice>,
    then: &mut dyn FnMut(&[Choice]),
) {
    let Some(need) = needs.get(chosen.len()) else {
        if is_complete(facts, needs, chosen) {
            then(chosen);
        }
        return;
    };
    for (index, supervisor) in facts.roster.supervisors.iter().enumerate() {
        if !facts.may_supervise(index, need.trainee, need.line, need.site) {
            continue;
        }
        let is_assignment = need.line.minutes_per_week.get() == 0;
        let kinds = need.line.kinds.intersection(&supervisor.kinds);
        // Without minutes one kind is as good as another.
        for kind in kinds.take(if is_assignment { 1 } else { 3 }) {
            chosen.push((index, *kind));
            let caseload = caseload(needs, chosen, index);
            if supervisor.caseload_current + caseload <= supervisor.caseload_max {
                choose(facts, needs, chosen, then);
            }
            chosen.pop();
        }
    }
}

fn caseload(needs: &[Need<'_>], chosen: &[Choice], supervisor: usize) -> u32 {
    let own = needs
        .iter()
        .zip(chosen)
        .filter(|(_, by)| by.0 == supervisor);
    let trainees: BTreeSet<usize> = own.map(|(need, _)| need.trainee).collect();
    u32::try_from(trainees.len()).unwrap()
}

fn is_complete(facts: &Facts<'_>, needs: &[Need<'_>], chosen: &[Choice]) -> bool {
    let roster = facts.roster;
    let minima =
        roster.supervisors.iter().enumerate().all(|(index, by)| {
            by.caseload_current + caseload(needs, chosen, index) >= by.caseload_min
        });
    let pins = roster.pins.iter().all(|pin| match &pin.target {
        SiteOrSupervisor::Site(_) => true,
        SiteOrSupervisor::Supervisor(key) => needs.iter().zip(chosen).any(|(need, by)| {
            roster.trainees[need.trainee].key == pin.trainee && roster.supervisors[by.0].key == *key
        }),
    });
    minima && pins && sizes_and_minutes(facts, needs, chosen)
}

/// Says whether so many members can make sessions that fit into the minutes of
/// their supervisors.
fn sizes_and_minutes(facts: &Facts<'_>, needs: &[Need<'_>], chosen: &[Choice]) -> bool {
    let mut members: BTreeMap<(usize, SessionKind, u32), u32> = BTreeMap::new();
    for (need, (by, kind)) in needs.iter().zip(chosen) {
        let minutes = need.line.minutes_per_week.get();
        *members.entry((*by, *kind, minutes)).or_default() += 1;
    }
    let mut minutes_left: Vec<u32> = facts
        .roster
        .supervisors
        .iter()
        .map(|by| by.minutes_per_week_max.get())
        .collect();
    members.into_iter().all(|((by, kind, minutes), members)| {
        let group_size_max = facts.roster.supervisors[by].group_size_max;
        let (possible, sessions) = match kind {
            _ if minutes == 0 => (true, 0),
            SessionKind::Individual => (true, members),
            SessionKind::Triadic => (members % 2 == 0, members / 2),
            SessionKind::Group => (
                members >= 3 && group_size_max >= 3,
                members.div_ceil(group_size_max.max(1)),
            ),
        };
        let left = minutes_left[by].checked_sub(sessions * minutes);
        minutes_left[by] = left.unwrap_or(0);
        possible && left.is_some()
    })
}
