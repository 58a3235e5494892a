//! Whatever the domain can hold comes back the same through the contract.

use chrono::{NaiveDate, Weekday};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use uuid::Uuid;

use super::fields::Fields;
use super::{availability, pairs, programs, ranked, rounds, sites, supervision_lines};
use super::{supervisors, trainee_rows, trainees};
use crate::app::{Ranked, StoredRound, TraineePreferences};
use crate::domain::time::UtcSecond;
use crate::domain::{
    Availability, Away, BlockingPairs, DayRange, DeliveryOffer, Exclusion, Key, Licence,
    LicenceRule, MinuteOfDay, Minutes, MinutesRange, Objective, Policy, Program, ProgramKey, Ratio,
    Requirement, RequirementCategory, Role, Round, RoundStanding, SessionKind, Site,
    SiteOrSupervisor, SupervisionLine, Supervisor, Thousandths, Trainee, UnrankedSites, Versioned,
    Violations, WeeklyWindow, ZoneName,
};

fn key<K: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug>() -> impl Strategy<Value = K> {
    "[A-Za-z0-9][A-Za-z0-9._-]{0,62}".prop_map(|text| text.parse().unwrap())
}

fn tag<K: std::str::FromStr<Err: std::fmt::Debug> + std::fmt::Debug>() -> impl Strategy<Value = K> {
    "[a-zé漢][a-z é漢-]{0,10}[a-z]".prop_map(|text| text.parse().unwrap())
}

fn text() -> impl Strategy<Value = String> {
    "[A-Zé漢;=@\"][a-z é漢;,\"']{0,40}[a-z]"
}

fn email() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z.]{1,9}@[a-z]{1,9}\\.org"]
}

fn zone() -> impl Strategy<Value = ZoneName> {
    let zones: Vec<ZoneName> = ZoneName::all().collect();
    prop::sample::select(zones)
}

fn grid(most: u32) -> impl Strategy<Value = Minutes> {
    (0..=most / 15).prop_map(|quarters| Minutes::new(quarters * 15).unwrap())
}

fn contact() -> impl Strategy<Value = MinutesRange> {
    (grid(10_080), grid(10_080)).prop_map(|(a, b)| MinutesRange::new(a.min(b), a.max(b)).unwrap())
}

fn days(longest: u64) -> impl Strategy<Value = DayRange> {
    (0..80_000_u64, 0..longest).prop_map(|(first, length)| {
        let start = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();
        let first = start + chrono::Days::new(first);
        DayRange::new(first, first + chrono::Days::new(length)).unwrap()
    })
}

fn calendar() -> impl Strategy<Value = Availability> {
    let window = (0..7_u8, 0..96_u16, 1..=96_u16).prop_filter_map("ends first", |(day, a, b)| {
        let weekday = Weekday::try_from(day).unwrap();
        let (start, end) = (MinuteOfDay::new(a * 15), MinuteOfDay::new(b * 15));
        WeeklyWindow::new(weekday, start.unwrap(), end.unwrap())
    });
    let away = (days(40), prop_oneof![Just(String::new()), text()])
        .prop_map(|(days, reason)| Away { days, reason });
    (vec(window, 0..6), vec(away, 0..4)).prop_map(|(mut windows, mut away)| {
        windows.sort_by_key(|window| window.order());
        windows.dedup();
        away.sort();
        away.dedup();
        Availability { windows, away }
    })
}

fn stored(round: Round, rule_sets: Vec<Key>) -> StoredRound {
    StoredRound {
        round,
        rule_sets,
        standing: RoundStanding::default(),
    }
}

fn record<T>(value: T) -> Versioned<T> {
    Versioned {
        id: Uuid::nil(),
        version: 7,
        created_at: UtcSecond(1),
        updated_at: UtcSecond(2),
        value,
    }
}

/// Reads a message that must be right.
fn accepted<T>(reading: impl FnOnce(&mut Fields<'_>) -> Option<T>) -> T {
    let mut violations = Violations::default();
    let value = reading(&mut Fields::new(&mut violations));
    assert!(violations.is_empty(), "{violations}");
    value.unwrap()
}

fn program_key() -> ProgramKey {
    "north".parse().unwrap()
}

prop_compose! {
    fn site()(
        key in key(), name in text(), time_zone in zone(), jurisdiction in tag(), setting in tag(),
        capacity in (0..=500_u32, 0..=99_500_u32), contact_per_week in grid(Minutes::MAX),
        contact in contact(), agreement in days(3000), modalities in btree_set(tag(), 0..4),
        languages in btree_set(tag(), 0..4), opening in calendar(),
    ) -> Site {
        Site {
            key, name, time_zone, jurisdiction, setting, contact_per_week, contact, agreement,
            modalities, languages, opening,
            capacity_min: capacity.0, capacity: capacity.0 + capacity.1,
        }
    }
}

prop_compose! {
    fn licence()(jurisdiction in tag(), credential in text(), valid in days(3000)) -> Licence {
        Licence { jurisdiction, credential, valid }
    }
}

prop_compose! {
    fn supervisor()(
        who in (key(), text(), email(), zone()),
        role in prop::sample::select(Role::ALL.to_vec()),
        sites in btree_set(key(), 1..4),
        delivery in prop::sample::select(DeliveryOffer::ALL.to_vec()),
        caseload in (0..=500_u32, 0..=500_u32, 0..=100_000_u32),
        minutes_per_week_max in grid(10_080),
        kinds in btree_set(prop::sample::select(SessionKind::ALL.to_vec()), 1..=3),
        group_size_max in 3..=1000_u32,
        languages in btree_set(tag(), 0..4),
        mut licences in vec(licence(), 0..4),
        availability in calendar(),
    ) -> Supervisor {
        licences.sort_by_key(|l| (l.jurisdiction.clone(), l.valid, l.credential.clone()));
        licences.dedup();
        let (key, name, email, time_zone) = who;
        Supervisor {
            key, name, email, time_zone, role, sites, delivery, minutes_per_week_max, kinds,
            group_size_max, languages, licences, availability,
            caseload_min: caseload.0,
            caseload_max: caseload.0 + caseload.1,
            caseload_current: caseload.2,
        }
    }
}

prop_compose! {
    fn trainee()(
        who in (key(), text(), email(), zone()), level in tag(), jurisdiction in tag(),
        priority in 1..=10_000_u32, contact in contact(), has_target in any::<bool>(),
        modalities_required in btree_set(tag(), 0..4), languages in btree_set(tag(), 0..4),
        availability in calendar(),
    ) -> Trainee {
        let (key, name, email, time_zone) = who;
        let contact_target = has_target.then(|| contact.max());
        Trainee {
            key, name, email, time_zone, level, jurisdiction, priority, contact, contact_target,
            modalities_required, languages, availability,
        }
    }
}

prop_compose! {
    fn round()(
        key in key(), name in text(), term in days(800), step in 1..=96_u32,
        missed_sessions_max in 0..=1000_u32, is_last in any::<bool>(), closes in any::<bool>(),
        blocking_pairs in prop::sample::select(BlockingPairs::ALL.to_vec()),
        ratio in prop::option::of((0..=Thousandths::MAX, 0..=Thousandths::MAX)),
        objectives in prop::sample::subsequence(Objective::ALL.to_vec(), 2..10).prop_shuffle(),
    ) -> Round {
        Round {
            key: Some(key), name, term, missed_sessions_max,
            session_start_step: Minutes::new(step * 15).unwrap(),
            unranked_sites: if is_last { UnrankedSites::Last } else { UnrankedSites::Forbidden },
            excluded_supervisor_closes_sites: closes,
            ratio: ratio.map(|(contact, credit)| Ratio {
                contact_per_supervision_max: Thousandths::new(contact).unwrap(),
                group_credit: Thousandths::new(credit).unwrap(),
            }),
            policy: Policy::new(objectives).unwrap(),
            blocking_pairs,
        }
    }
}

fn target() -> impl Strategy<Value = SiteOrSupervisor> {
    prop_oneof![
        key().prop_map(SiteOrSupervisor::Site),
        key().prop_map(SiteOrSupervisor::Supervisor),
    ]
}

prop_compose! {
    fn line()(
        level in tag(), line in tag(),
        kinds in btree_set(prop::sample::select(SessionKind::ALL.to_vec()), 1..=3),
        role in prop::sample::select(Role::ALL.to_vec()), minutes_per_week in grid(600),
        licence in prop::sample::select(vec![LicenceRule::Jurisdiction, LicenceRule::Any]),
    ) -> SupervisionLine {
        SupervisionLine { level, line, kinds, role, minutes_per_week, licence }
    }
}

prop_compose! {
    fn requirement()(
        category in prop::sample::select(RequirementCategory::ALL.to_vec()),
        required in grid(Minutes::MAX), completed in grid(Minutes::MAX), due in days(1),
    ) -> Requirement {
        let trainee = "amara".parse().unwrap();
        Requirement { trainee, category, required, completed, due_day: due.first() }
    }
}

proptest! {
    #[test]
    fn supervision_lines_come_back_the_same(lines in vec(line(), 0..5)) {
        let messages = supervision_lines::messages(&lines);
        prop_assert_eq!(accepted(|fields| supervision_lines::read(&messages, fields)), lines);
    }

    #[test]
    fn preferences_come_back_the_same(
        trainee in key(), ranked in vec((target(), 1..=100_000_u32), 0..9),
    ) {
        let ranked = ranked.into_iter().map(|(target, rank)| Ranked { target, rank }).collect();
        let own = TraineePreferences { trainee, ranked };
        let message = ranked::preferences(&own);
        prop_assert_eq!(accepted(|fields| ranked::read_preferences(&message, fields)), own);
    }

    #[test]
    fn a_ranking_comes_back_the_same(ranked in vec((key(), 1..=100_000_u32), 0..9)) {
        let ranked: Vec<_> =
            ranked.into_iter().map(|(target, rank)| Ranked { target, rank }).collect();
        let messages = ranked::ranking(&ranked);
        prop_assert_eq!(accepted(|fields| ranked::read_ranking(&messages, fields)), ranked);
    }

    #[test]
    fn exclusions_come_back_the_same(
        targets in vec((target(), prop_oneof![Just(String::new()), text()]), 0..5),
    ) {
        let trainee = || "amara".parse().unwrap();
        let exclusions: Vec<_> = targets
            .into_iter()
            .map(|(target, reason)| Exclusion { trainee: trainee(), target, reason })
            .collect();
        let messages = trainee_rows::exclusions(&exclusions);
        let back = accepted(|fields| {
            trainee_rows::read_exclusions(&messages, Some(&trainee()), fields)
        });
        prop_assert_eq!(back, exclusions);
    }

    #[test]
    fn requirements_come_back_the_same(requirements in vec(requirement(), 0..5)) {
        let messages = trainee_rows::requirements(&requirements);
        let trainee = "amara".parse().unwrap();
        let back = accepted(|fields| {
            trainee_rows::read_requirements(&messages, Some(&trainee), fields)
        });
        prop_assert_eq!(back, requirements);
    }

    #[test]
    fn a_site_comes_back_the_same(site in site()) {
        let message = sites::message(&program_key(), &record(site.clone()));
        let (key, opening) = (Some(site.key.clone()), site.opening.clone());
        prop_assert_eq!(accepted(|fields| sites::read(message, key, opening, fields)), site);
    }

    #[test]
    fn a_supervisor_comes_back_the_same(supervisor in supervisor()) {
        let message = supervisors::message(&program_key(), &record(supervisor.clone()));
        let (key, own) = (Some(supervisor.key.clone()), supervisor.availability.clone());
        let back = accepted(|fields| supervisors::read(message, key, own, fields));
        prop_assert_eq!(back, supervisor);
    }

    #[test]
    fn a_trainee_comes_back_the_same(trainee in trainee()) {
        let message = trainees::message(&program_key(), &record(trainee.clone()));
        let (key, own) = (Some(trainee.key.clone()), trainee.availability.clone());
        prop_assert_eq!(accepted(|fields| trainees::read(message, key, own, fields)), trainee);
    }

    #[test]
    fn an_availability_comes_back_the_same(calendar in calendar()) {
        let windows = availability::windows(&calendar);
        let away = availability::away(&calendar);
        prop_assert_eq!(accepted(|fields| availability::read(&windows, away, fields)), calendar);
    }

    #[test]
    fn a_round_comes_back_the_same(round in round(), rule_sets in vec(key(), 0..4)) {
        let key = round.key.clone();
        let stored = stored(round.clone(), rule_sets.clone());
        let message = rounds::message(&program_key(), &record(stored));
        let back = accepted(|fields| rounds::read(message, key, fields));
        prop_assert_eq!(back, (round, rule_sets));
    }

    #[test]
    fn a_program_comes_back_the_same(key in key(), name in text(), time_zone in zone()) {
        let program = Program { key, name: name.clone(), time_zone };
        let message = programs::message(&record(program));
        prop_assert_eq!(accepted(|fields| programs::read(message, fields)), (name, time_zone));
    }

    #[test]
    fn a_pair_comes_back_the_same(trainee in key(), key in "[a-z]{1,9}", is_site in any::<bool>()) {
        let target = if is_site {
            SiteOrSupervisor::Site(key.parse().unwrap())
        } else {
            SiteOrSupervisor::Supervisor(key.parse().unwrap())
        };
        let message = Some(pairs::message(&trainee, &target));
        prop_assert_eq!(accepted(|fields| pairs::read(message, fields)), (trainee, target));
    }
}

#[test]
fn a_broken_supervisor_is_told_all_at_once_with_paths() {
    let message = super::super::pb::Supervisor {
        display_name: " Amara".to_owned(),
        email: "amara".to_owned(),
        time_zone: "Africa/Lagoss".to_owned(),
        role: 9,
        caseload_min: 5,
        caseload_max: 4,
        caseload_current: -1,
        minutes_per_week_max: 7,
        kinds: vec![1, 0, 8],
        licences: vec![super::super::pb::Licence::default()],
        ..Default::default()
    };
    let mut violations = Violations::default();
    let mut fields = Fields::new(&mut violations);
    let key = Some("amara".parse().unwrap());
    let read = supervisors::read(
        message,
        key,
        Availability::default(),
        &mut fields.at("supervisor"),
    );
    assert_eq!(read, None);
    let paths: Vec<&str> = violations
        .as_slice()
        .iter()
        .map(|v| v.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "supervisor.display_name",
            "supervisor.email",
            "supervisor.time_zone",
            "supervisor.role",
            "supervisor.delivery",
            "supervisor.caseload_min",
            "supervisor.caseload_current",
            "supervisor.minutes_per_week_max",
            "supervisor.kinds[1]",
            "supervisor.kinds[2]",
            "supervisor.licences[0].jurisdiction",
            "supervisor.licences[0].credential",
            "supervisor.licences[0].valid",
        ]
    );
    let zone = &violations.as_slice()[2].message;
    assert!(zone.contains("did you mean Africa/Lagos"), "{zone}");
}
