//! How one plan differs from another, trainee by trainee and level by level.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Delivery, Level, LevelResult, Placement, Session, WeeklyStart};
use super::{Minutes, Plan, SessionKind, SupervisorKey, Tag, TraineeKey, ZoneName};

/// How a later plan differs from an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanDifference {
    /// The levels that either plan has, in order.
    pub levels: Vec<LevelDifference>,
    /// Trainees whose site or weekly contact differs, by key.
    pub placements: Vec<PlacementDifference>,
    /// Trainees placed alike whose sessions differ, by key.
    pub sessions: Vec<TraineeKey>,
    /// Number of trainees placed alike in both plans, with the same sessions.
    pub unchanged: usize,
}

/// What a level is in both plans.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelDifference {
    /// The level.
    pub level: Level,
    /// What it is in the earlier plan.
    pub before: Option<LevelResult>,
    /// What it is in the later plan.
    pub after: Option<LevelResult>,
}

/// Where a trainee is in both plans; at least one has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacementDifference {
    /// Who is placed.
    pub trainee: TraineeKey,
    /// Where, in the earlier plan.
    pub before: Option<Placement>,
    /// Where, in the later plan.
    pub after: Option<Placement>,
}

impl PlanDifference {
    /// Returns how `after` differs from `before`.
    pub fn between(before: &Plan, after: &Plan) -> Self {
        let (places_before, places_after) = (places(before), places(after));
        let (meetings_before, meetings_after) = (meetings(before), meetings(after));
        let trainees: BTreeSet<&TraineeKey> = places_before
            .keys()
            .chain(places_after.keys())
            .copied()
            .collect();
        let mut difference = Self {
            levels: levels(before, after),
            ..Self::default()
        };
        for trainee in trainees {
            let old = places_before.get(trainee).copied();
            let new = places_after.get(trainee).copied();
            let is_same = match (old, new) {
                (Some(old), Some(new)) => old.site == new.site && old.contact == new.contact,
                _ => false,
            };
            if !is_same {
                difference.placements.push(PlacementDifference {
                    trainee: trainee.clone(),
                    before: old.cloned(),
                    after: new.cloned(),
                });
            } else if meetings_before.get(trainee) != meetings_after.get(trainee) {
                difference.sessions.push(trainee.clone());
            } else {
                difference.unchanged += 1;
            }
        }
        difference
    }
}

fn places(plan: &Plan) -> BTreeMap<&TraineeKey, &Placement> {
    plan.placements
        .iter()
        .map(|placement| (&placement.trainee, placement))
        .collect()
}

/// What a trainee meets for in a week. The number of a session says nothing:
/// it moves when another session comes or goes.
type Meeting<'a> = (
    &'a SupervisorKey,
    &'a Tag,
    SessionKind,
    Option<WeeklyStart>,
    Minutes,
    ZoneName,
    &'a Delivery,
);

/// Returns what each trainee's week holds, by supervisor and line.
fn meetings(plan: &Plan) -> BTreeMap<&TraineeKey, Vec<Meeting<'_>>> {
    let mut meetings: BTreeMap<&TraineeKey, Vec<Meeting<'_>>> = BTreeMap::new();
    for session in &plan.sessions {
        let Session {
            supervisor,
            kind,
            weekly_start,
            minutes,
            time_zone,
            delivery,
            members,
            ..
        } = session;
        for member in members {
            meetings.entry(&member.trainee).or_default().push((
                supervisor,
                &member.line,
                *kind,
                *weekly_start,
                *minutes,
                *time_zone,
                delivery,
            ));
        }
    }
    for week in meetings.values_mut() {
        week.sort_by_key(|(supervisor, line, ..)| (*supervisor, *line));
    }
    meetings
}

fn levels(before: &Plan, after: &Plan) -> Vec<LevelDifference> {
    let result = |plan: &Plan, level: Level| {
        let mut results = plan.levels.iter();
        results.find(|result| result.level == level).copied()
    };
    let of_both = before.levels.iter().chain(&after.levels);
    let levels: BTreeSet<Level> = of_both.map(|result| result.level).collect();
    let difference = |level| LevelDifference {
        level,
        before: result(before, level),
        after: result(after, level),
    };
    levels.into_iter().map(difference).collect()
}
