//! The solver that tries everything, on worlds whose answer is known.

use std::collections::{BTreeMap, BTreeSet};

use practicum::domain::{
    DeliveryOffer, LicenceRule, Plan, Ratio, Role, Roster, Rule, SessionKind, SiteKey, Thousandths,
    UnrankedSites,
};
use practicum::matching::check::{Broken, check};

use crate::support::brute_force::{brute_force, brute_force_plan};
use crate::support::random_world::random_world;
use crate::support::world::{
    World, at_site, by_supervisor, days, minutes, range, weekly, zone_table,
};

/// How many random worlds are solved.
const SEEDS: u64 = 800;
/// How many of them are solved again for each rule that is lifted.
const LIFTED_SEEDS: u64 = 120;

fn best(world: &World) -> Option<[i64; 4]> {
    let roster = world.roster();
    let values = brute_force(&roster, &zone_table(&roster))?;
    Some(values.try_into().unwrap())
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
    let mut ways = BTreeSet::new();
    let (mut none, mut nobody, mut everybody) = (0, 0, 0);
    for seed in 0..SEEDS {
        let roster = random_world(seed);
        let zones = zone_table(&roster);
        let Some(plan) = brute_force_plan(&roster, &zones) else {
            none += 1;
            continue;
        };
        assert_eq!(check(&roster, &zones, &plan), [], "seed {seed}");
        nobody += u32::from(plan.placements.is_empty());
        everybody += u32::from(plan.unmatched.is_empty());
        let held = plan.sessions.iter().filter(|s| s.weekly_start.is_some());
        ways.extend(held.map(|s| (s.kind, s.delivery.as_str())));
    }
    // The worlds are worth solving: most have an answer between the extremes.
    assert!(none > 0 && nobody > 0 && everybody > 0);
    assert!(u64::from(none + nobody + everybody) < SEEDS * 2 / 3);
    assert_eq!(ways.len(), 6, "every kind is held in every way: {ways:?}");
}

/// A rule, and a change to a roster that lifts it and tightens nothing.
type Lift = (Rule, fn(&mut Roster));

const LIFTS: &[Lift] = &[
    (Rule::SiteRanked, |roster| {
        roster.round.unranked_sites = UnrankedSites::Last;
    }),
    (Rule::AgreementCoversTerm, |roster| {
        let always = days("1970-01-01", "2199-12-31");
        roster.sites.iter_mut().for_each(|s| s.agreement = always);
    }),
    (Rule::ModalityOffered, |roster| {
        let trainees = roster.trainees.iter_mut();
        trainees.for_each(|t| t.modalities_required.clear());
    }),
    (Rule::LanguageShared, |roster| {
        roster.trainees.iter_mut().for_each(|t| t.languages.clear());
    }),
    (Rule::LicenceCoversTerm, |roster| {
        let lines = roster.supervision_lines.iter_mut();
        lines.for_each(|line| line.licence = LicenceRule::Any);
    }),
    (Rule::ConflictOfInterest, |roster| roster.exclusions.clear()),
    (Rule::DeliveryAllowed, |roster| {
        let supervisors = roster.supervisors.iter_mut();
        supervisors.for_each(|s| s.delivery = DeliveryOffer::Both);
    }),
    (Rule::SiteSupervisorPresent, |roster| {
        // More sites of an excluded supervisor must not close more sites.
        roster.round.excluded_supervisor_closes_sites = false;
        let all: BTreeSet<SiteKey> = roster.sites.iter().map(|s| s.key.clone()).collect();
        let supervisors = roster.supervisors.iter_mut();
        supervisors.for_each(|s| s.sites.clone_from(&all));
    }),
    (Rule::SiteCapacity, |roster| {
        roster.sites.iter_mut().for_each(|s| s.capacity = 9);
    }),
    (Rule::CapacityMin, |roster| {
        roster.sites.iter_mut().for_each(|s| s.capacity_min = 0);
        let supervisors = roster.supervisors.iter_mut();
        supervisors.for_each(|s| s.caseload_min = 0);
    }),
    (Rule::SiteContactMinutes, |roster| {
        let sites = roster.sites.iter_mut();
        sites.for_each(|s| s.contact_per_week = minutes(9000));
    }),
    (Rule::ContactRange, |roster| {
        roster
            .sites
            .iter_mut()
            .for_each(|s| s.contact = range(0, 900));
    }),
    (Rule::CaseloadLimit, |roster| {
        roster
            .supervisors
            .iter_mut()
            .for_each(|s| s.caseload_max = 9);
    }),
    (Rule::SupervisorWeeklyMinutes, |roster| {
        let supervisors = roster.supervisors.iter_mut();
        supervisors.for_each(|s| s.minutes_per_week_max = minutes(900));
    }),
    (Rule::SessionSize, |roster| {
        for supervisor in &mut roster.supervisors {
            supervisor.kinds = SessionKind::ALL.into();
            supervisor.group_size_max = 4;
        }
    }),
    (Rule::SessionStep, |roster| {
        // A finer step has every start of a coarser one.
        if roster.has_availability {
            roster.round.session_start_step = minutes(15);
        }
    }),
    (Rule::MissedSessions, |roster| {
        roster.round.missed_sessions_max = 99;
    }),
    (Rule::SupervisionRatio, |roster| roster.round.ratio = None),
    (Rule::Pinned, |roster| roster.pins.clear()),
    (Rule::Forbidden, |roster| roster.forbids.clear()),
];

/// Returns the values so that the greater is the better.
fn ascending([priority, matched, short, rank]: [i64; 4]) -> [i64; 4] {
    [priority, matched, -short, -rank]
}

fn values(plan: &Plan) -> [i64; 4] {
    let values: Vec<i64> = plan.levels.iter().map(|level| level.value).collect();
    ascending(values.try_into().unwrap())
}

#[test]
fn lifting_a_rule_is_never_worse_and_now_and_then_better() {
    let mut better: BTreeMap<Rule, u32> = LIFTS.iter().map(|(rule, _)| (*rule, 0)).collect();
    for seed in 0..LIFTED_SEEDS {
        let roster = random_world(seed);
        let zones = zone_table(&roster);
        let before = brute_force_plan(&roster, &zones).as_ref().map(values);
        for (rule, lift) in LIFTS {
            let mut lifted = roster.clone();
            lift(&mut lifted);
            let plan = brute_force_plan(&lifted, &zones);
            let after = plan.as_ref().map(values);
            assert!(before <= after, "{rule}, seed {seed}: {before:?} {after:?}");
            if let Some(plan) = plan.filter(|_| before < after) {
                *better.entry(*rule).or_default() += 1;
                // What is better than the best must break the rule.
                let mut breaches = check(&roster, &zones, &plan);
                breaches.retain(|breach| matches!(breach.broken, Broken::Rule(_)));
                assert_ne!(breaches, [], "{rule}, seed {seed}: {plan:?}");
            }
        }
    }
    better.retain(|_, times| *times == 0);
    assert!(better.is_empty(), "never stood in the way: {better:?}");
}
