//! Each objective in a world where it decides.

use practicum::domain::plan::Level;
use practicum::domain::{Baseline, Forbid, Plan, Preference, Roster, SessionKind, Trainee};

use crate::support::solving::{level_values, solved};
use crate::support::world::{World, at_site, by_supervisor, minutes, range, weekly};

pub(super) fn solved_by(world: World, policy: &str) -> (Roster, Plan) {
    let roster = world
        .round(|round| round.policy = policy.parse().unwrap())
        .roster();
    let plan = solved(&roster, 1).unwrap();
    assert!(level_values(&plan).1, "{:?}", plan.levels);
    (roster, plan)
}

pub(super) fn values(world: World, policy: &str) -> Vec<(String, i64)> {
    let (_, plan) = solved_by(world, policy);
    let levels = plan.levels.iter();
    levels
        .map(|result| (result.level.name(), result.value))
        .collect()
}

pub(super) fn named(values: &[(&str, i64)]) -> Vec<(String, i64)> {
    let named = values
        .iter()
        .map(|(name, value)| ((*name).to_owned(), *value));
    named.collect()
}

#[test]
fn the_highest_tier_outweighs_any_number_of_lower_ones() {
    // The site has contact for one of priority 3, or for two of priority 2.
    let of = |priority: u32, contact: u32| {
        move |trainee: &mut Trainee| {
            trainee.priority = priority;
            trainee.contact = range(contact, contact);
            trainee.contact_target = Some(minutes(contact));
        }
    };
    let world = World::new()
        .site_with("a", |site| site.contact_per_week = minutes(600))
        .trainee_with("high", of(3, 600))
        .trainee_with("low", of(2, 300))
        .trainee_with("other", of(2, 300));
    assert_eq!(
        values(world.clone(), "matched_by_tier"),
        named(&[("matched_by_tier[3]", 1), ("matched_by_tier[2]", 0)])
    );
    assert_eq!(values(world, "matched_priority;matched")[0].1, 4);
}

/// Three sites of one place each, ranked so.
fn ranked(ranks: &[(&str, &[(&str, u32)])]) -> World {
    let mut world = World::new();
    for site in ["a", "b", "c"] {
        world = world.site_with(site, |site| site.capacity = 1);
    }
    for (trainee, own) in ranks {
        world = world.trainee(trainee).ranks(trainee, own);
    }
    world
}

#[test]
fn generous_spares_the_worst_choice_and_greedy_gives_the_first() {
    // With t at c the others get their first choice; without, only one does.
    let world = ranked(&[
        ("t", &[("a", 1), ("b", 2), ("c", 3)]),
        ("u", &[("a", 1), ("b", 2)]),
        ("v", &[("b", 1), ("c", 2)]),
    ]);
    assert_eq!(
        values(world.clone(), "matched;site_rank_greedy"),
        named(&[
            ("matched", 3),
            ("site_rank_greedy[1]", 2),
            ("site_rank_greedy[2]", 0),
            ("site_rank_greedy[3]", 1),
        ])
    );
    assert_eq!(
        values(world, "matched;site_rank_generous"),
        named(&[
            ("matched", 3),
            ("site_rank_generous[3]", 0),
            ("site_rank_generous[2]", 2),
            ("site_rank_generous[1]", 1),
        ])
    );
}

#[test]
fn choices_are_counted_without_gaps() {
    let world = ranked(&[("t", &[("a", 2), ("b", 7)]), ("u", &[("a", 5)])]);
    assert_eq!(
        values(world, "matched;site_rank_greedy;site_rank"),
        named(&[
            ("matched", 2),
            ("site_rank_greedy[1]", 1),
            ("site_rank_greedy[2]", 1),
            ("site_rank", 12),
        ])
    );
}

fn supervised() -> World {
    World::new()
        .site("a")
        .supervisor_with("s", |s| s.caseload_max = 4)
        .supervisor_with("v", |v| v.caseload_max = 2)
        .line_with("weekly", |line| {
            line.kinds = [SessionKind::Individual].into();
        })
        .trainee("t")
        .trainee("u")
        .trainee("w")
}

fn ranks_supervisor(trainee: &str, supervisor: &str, rank: u32) -> Preference {
    Preference {
        trainee: trainee.parse().unwrap(),
        target: by_supervisor(supervisor),
        rank,
    }
}

#[test]
fn supervisors_are_given_as_they_are_ranked() {
    let world = supervised().with(|roster| {
        roster.preferences.extend([
            ranks_supervisor("t", "v", 1),
            ranks_supervisor("u", "v", 2),
            ranks_supervisor("w", "v", 1),
        ]);
    });
    // Two of three get v, for 1 and 1; u has s, whom she did not rank: 3.
    assert_eq!(
        values(world, "matched;supervisor_rank"),
        named(&[("matched", 3), ("supervisor_rank", 5)])
    );
    assert_eq!(values(supervised(), "matched;supervisor_rank")[1].1, 0);
}

#[test]
fn the_fullest_supervisors_are_relieved_first() {
    // s counts 25, 50, 75 and v 50, 100: two for s and one for v is best.
    assert_eq!(
        values(supervised(), "matched;caseload_balance"),
        named(&[("matched", 3), ("caseload_balance", 125)])
    );
    let busy = supervised().with(|roster| roster.supervisors[0].caseload_current = 2);
    assert_eq!(values(busy, "matched;caseload_balance")[1].1, 75 + 50 + 100);
}

#[test]
fn a_repair_changes_what_it_must_and_no_more() {
    let usual = "matched_priority;matched;contact_short_minutes;site_rank";
    let (before, plan) = solved_by(supervised(), usual);
    let baseline = Baseline::of_plan(&plan);
    assert_eq!((baseline.sites.len(), baseline.lines.len()), (3, 3));

    // Nothing is different: nothing changes.
    let mut same = before.clone();
    same.baseline = Some(baseline.clone());
    let again = solved(&same, 1).unwrap();
    assert_eq!(again.levels[0].level, Level::Changes);
    assert_eq!(level_values(&again).0[0], 0);
    assert_eq!(again.placements, plan.placements);
    assert_eq!(again.sessions, plan.sessions);

    // One trainee must not be with her supervisor any more: one change.
    let session = &plan.sessions[0];
    let mut apart = same.clone();
    apart.forbids.push(Forbid {
        trainee: session.members[0].trainee.clone(),
        target: by_supervisor(session.supervisor.as_str()),
    });
    let repaired = solved(&apart, 1).unwrap();
    assert_eq!(level_values(&repaired), (vec![1, 3, 3, 0, 3], true));

    // A supervisor who can no longer come on her days has to move them all.
    let mut moved = same.clone();
    let at = |key: &str| moved.supervisors.iter().position(|s| s.key.as_str() == key);
    let place = at(session.supervisor.as_str()).unwrap();
    let own = plan
        .sessions
        .iter()
        .filter(|s| s.supervisor == session.supervisor);
    let lost = i64::try_from(own.count()).unwrap();
    moved
        .supervisors
        .iter_mut()
        .for_each(|s| s.caseload_max = 4);
    moved.supervisors[place].availability = weekly(&["sat 09:00 17:00"]);
    let repaired = solved(&moved, 1).unwrap();
    assert_eq!(repaired.levels[0].value, lost);

    // The policy may place changes where it likes: here ranks come before.
    let mut ranks_first = same;
    ranks_first.round.policy = "matched;site_rank;changes".parse().unwrap();
    ranks_first.sites.push({
        let mut site = ranks_first.sites[0].clone();
        site.key = "new".parse().unwrap();
        site
    });
    for supervisor in &mut ranks_first.supervisors {
        supervisor.sites.insert("new".parse().unwrap());
    }
    for preference in &mut ranks_first.preferences {
        preference.rank = 2;
    }
    ranks_first.preferences.push(Preference {
        trainee: "t".parse().unwrap(),
        target: at_site("new"),
        rank: 1,
    });
    let by_target =
        |a: &Preference, b: &Preference| (&a.trainee, &a.target).cmp(&(&b.trainee, &b.target));
    ranks_first.preferences.sort_by(by_target);
    let plan = solved(&ranks_first, 1).unwrap();
    let (values, is_proved) = level_values(&plan);
    assert!(is_proved);
    assert_eq!(values[..2], [3, 5]);
    assert!((1..=2).contains(&values[2]), "{values:?}");
}
