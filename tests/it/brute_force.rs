//! The solver that tries everything, on worlds whose answer is known.

use std::collections::BTreeSet;

use practicum::domain::{Ratio, Role, SessionKind, Thousandths};
use practicum::matching::check::check;

use crate::support::brute_force::{brute_force, brute_force_plan};
use crate::support::random_world::random_world;
use crate::support::world::{World, at_site, by_supervisor, minutes, range, weekly, zone_table};

fn best(world: &World) -> Option<[i64; 4]> {
    let roster = world.roster();
    brute_force(&roster, &zone_table(&roster))
}

#[test]
fn priority_comes_before_number_and_number_before_rank() {
    // One place: the trainee of priority 3 gets it.
    let one_place = World::new()
        .site_with("a", |site| site.capacity = 1)
        .trainee_with("t", |trainee| trainee.priority = 3)
        .trainee("u");
    assert_eq!(best(&one_place), Some([3, 1, 0, 1]));

    // Two places: both are matched, though one only at a second choice.
    let second_choice = one_place.site_with("b", |site| site.capacity = 1);
    let second_choice = second_choice.ranks("u", &[("a", 1), ("b", 2)]);
    assert_eq!(best(&second_choice), Some([4, 2, 0, 3]));
}

#[test]
fn contact_of_a_site_is_shared_and_comes_before_rank() {
    let world = World::new()
        .site_with("a", |site| site.contact_per_week = minutes(450))
        .site_with("b", |site| site.contact_per_week = minutes(285))
        .trainee("t")
        .trainee("u");
    // Both at a: 150 short. One at b: 15 short, for one rank more.
    assert_eq!(best(&world), Some([2, 2, 15, 3]));
}

#[test]
fn one_hour_of_a_supervisor_is_one_trainee_or_a_pair() {
    let tight = |kind: SessionKind| {
        World::new()
            .site("a")
            .supervisor_with("s", |s| s.availability = weekly(&["mon 09:00 10:00"]))
            .line_with("weekly", |line| line.kinds = [kind].into())
            .trainee("t")
            .trainee("u")
    };
    assert_eq!(best(&tight(SessionKind::Individual)), Some([1, 1, 0, 1]));
    assert_eq!(best(&tight(SessionKind::Triadic)), Some([2, 2, 0, 2]));
    assert_eq!(best(&tight(SessionKind::Group)), Some([0, 0, 0, 0]));
    let three = tight(SessionKind::Group).trainee("v");
    assert_eq!(best(&three), Some([3, 3, 0, 3]));
}

#[test]
fn the_ratio_and_the_week_leave_less_contact() {
    let world = World::new()
        .site("a")
        .supervisor("s")
        .line("weekly")
        .trainee("t")
        .round(|round| {
            round.ratio = Some(Ratio {
                contact_per_supervision_max: Thousandths::new(4000).unwrap(),
                group_credit: Thousandths::new(500).unwrap(),
            });
        });
    assert_eq!(best(&world), Some([1, 1, 60, 1]));

    // Four hours at the site, one of them in supervision.
    let short_week = World::new()
        .site_with("a", |site| site.opening = weekly(&["mon 08:00 12:00"]))
        .supervisor_with("s", |s| s.availability = weekly(&["mon 08:00 12:00"]))
        .line("weekly")
        .trainee("t");
    assert_eq!(best(&short_week), Some([1, 1, 120, 1]));
}

#[test]
fn pins_and_minima_that_cannot_hold_leave_no_plan() {
    let world = World::new()
        .site("a")
        .supervisor("s")
        .line("weekly")
        .trainee("t");
    let wrong_role = world.clone().supervisor_with("z", |z| z.role = Role::Site);
    assert_eq!(best(&wrong_role.pin("t", by_supervisor("z"))), None);
    assert_eq!(
        best(&world.clone().pin("t", at_site("a"))),
        Some([1, 1, 0, 1])
    );
    let two_needed = world
        .clone()
        .with(|roster| roster.sites[0].capacity_min = 2);
    assert_eq!(best(&two_needed), None);
    let many = world.with(|roster| roster.supervisors[0].caseload_min = 2);
    assert_eq!(best(&many), None);
}

#[test]
fn a_site_s_least_may_lie_above_the_target() {
    let world = World::new()
        .site_with("a", |site| site.contact = range(360, 600))
        .trainee("t");
    assert_eq!(best(&world), Some([1, 1, 0, 1]));
    let not_above_own_most = world.with(|roster| roster.trainees[0].contact = range(0, 345));
    assert_eq!(best(&not_above_own_most), Some([0, 0, 0, 0]));
}

#[test]
fn what_it_finds_in_random_worlds_is_legal() {
    let mut kinds = BTreeSet::new();
    let (mut none, mut nobody, mut all) = (0, 0, 0);
    for seed in 0..400 {
        let roster = random_world(seed);
        let zones = zone_table(&roster);
        let Some(plan) = brute_force_plan(&roster, &zones) else {
            none += 1;
            continue;
        };
        let breaches = check(&roster, &zones, &plan);
        assert_eq!(breaches, [], "seed {seed}");
        nobody += u32::from(plan.placements.is_empty());
        all += u32::from(plan.unmatched.is_empty());
        kinds.extend(plan.sessions.iter().map(|s| (s.kind, s.delivery.as_str())));
    }
    // The worlds are worth solving: some have no plan, most something between.
    assert!(none > 0 && nobody > 0 && all > 0, "{none} {nobody} {all}");
    assert_eq!(kinds.len(), 6, "{kinds:?}");
}
