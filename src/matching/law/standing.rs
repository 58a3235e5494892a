//! How a timetable stands under the rule sets.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::rule_set::{Attendance, Clause};
use crate::matching::candidates::Candidates;
use crate::matching::timetable::{Attended, Matched, Timetable};

/// Returns the sessions of a matched trainee as the rule sets see them.
/// `members` counts those of each session.
pub(in crate::matching) fn attendances(
    candidates: &Candidates<'_>,
    matched: &Matched,
    members: &BTreeMap<Attended, u32>,
) -> Vec<Attendance> {
    let Some(law) = &candidates.law else {
        return Vec::new();
    };
    let pair = &candidates.pairs[matched.pair];
    let attended = matched.lines.values().filter_map(|line| line.attended);
    attended
        .map(|session| {
            let members = members.get(&session).copied().unwrap_or(1);
            let at = (session.venue, session.start, session.kind);
            law.class(candidates, pair, at, members)
        })
        .collect()
}

/// Returns the matched trainees without whom every rule set would be kept, or
/// some on the way there; none when it is.
pub(in crate::matching) fn offenders(
    candidates: &Candidates<'_>,
    timetable: &Timetable,
) -> BTreeSet<usize> {
    let mut offenders = BTreeSet::new();
    let Some(law) = &candidates.law else {
        return offenders;
    };
    let members = timetable.members();
    let mut supervisees: BTreeMap<(usize, usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for (trainee, matched) in &timetable.matched {
        let pair = &candidates.pairs[matched.pair];
        let sessions = attendances(candidates, matched, &members);
        if law.carried(pair, &sessions).is_none() {
            offenders.insert(*trainee);
        }
        let lines = matched.lines.values();
        let supervisors: BTreeSet<usize> = lines
            .map(|line| candidates.fills[line.fill].supervisor)
            .collect();
        let setting = &candidates.roster.sites[pair.site].setting;
        for (set, rules) in law.sets(pair.rule_sets) {
            for (clause, shape) in rules.clauses.iter().enumerate() {
                let count = supervisors.len();
                match shape {
                    Clause::SupervisorsMax(most) if count > *most as usize => {
                        offenders.insert(*trainee);
                    }
                    Clause::SupervisorsDistinctMin(least) if count < *least as usize => {
                        offenders.insert(*trainee);
                    }
                    Clause::SuperviseesMax { most, settings }
                        if settings.is_empty() || settings.contains(setting) =>
                    {
                        for supervisor in &supervisors {
                            let own = supervisees.entry((set, clause, *supervisor)).or_default();
                            own.insert(*trainee);
                            if own.len() > *most as usize {
                                offenders.insert(*trainee);
                            }
                        }
                    }
                    Clause::Units { .. }
                    | Clause::MinutesMin { .. }
                    | Clause::GroupShareMax(_)
                    | Clause::IndividualShareMin { .. }
                    | Clause::VideoShareMax(_)
                    | Clause::GroupSizeMax(_)
                    | Clause::SupervisorsMax(_)
                    | Clause::SupervisorsDistinctMin(_)
                    | Clause::SuperviseesMax { .. } => {}
                }
            }
        }
    }
    offenders
}
