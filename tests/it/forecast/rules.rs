//! Weeks that do not keep the ratio as they will really happen.

use practicum::domain::rule_set::{Amount, Window};
use practicum::domain::{Ratio, Rule, Thousandths};

use super::{at, world};
use crate::support::rules::one_rule;
use crate::support::world::{World, away, days};

/// Five minutes of contact for each of supervision: 300 for the hour.
fn five_to_one(world: World) -> World {
    world.round(|round| {
        round.ratio = Some(Ratio {
            contact_per_supervision_max: Thousandths::new(5000).unwrap(),
            group_credit: Thousandths::ONE,
        });
    })
}

#[test]
fn a_plan_without_absences_keeps_the_ratio_in_every_week() {
    assert_eq!(at("mon 09:00", five_to_one(world())).shortfalls, []);
}

#[test]
fn a_missed_session_leaves_the_contact_of_its_week_without_supervision() {
    let missed = five_to_one(world()).with(|roster| {
        let availability = &mut roster.supervisors[0].availability;
        availability.away = vec![away("2027-01-18", "2027-01-18")];
    });
    let shortfalls = at("mon 09:00", missed).shortfalls;
    assert_eq!(shortfalls.len(), 1);
    let found = &shortfalls[0];
    assert_eq!(found.rule, Rule::SupervisionRatio);
    assert_eq!(found.since.to_string(), "2027-01-18");
    assert_eq!(
        (found.times, found.value, found.limit),
        (1, Amount::whole(300), Amount::whole(0))
    );
}

#[test]
fn every_week_that_is_judged_has_its_verdict() {
    let missed = five_to_one(world()).with(|roster| {
        roster.rule_sets = vec![one_rule("supervision_units", "unit_minutes = 60")];
        let availability = &mut roster.supervisors[0].availability;
        availability.away = vec![away("2027-01-18", "2027-01-18")];
        // A week in which there are no clients owes nothing.
        roster.trainees[0].availability.away = vec![away("2027-01-25", "2027-01-31")];
        roster.round.missed_sessions_max = 2;
    });
    let rules = at("mon 09:00", missed).rules;
    let sets: Vec<_> = rules.iter().map(|rule| rule.rule_set.is_some()).collect();
    assert_eq!(sets, [false, true]);
    for rule in &rules {
        let verdicts = rule.verdicts.iter();
        let verdicts: Vec<_> = verdicts
            .map(|verdict| (verdict.since.to_string(), verdict.holds))
            .collect();
        let expected = [
            ("2027-01-04", true),
            ("2027-01-11", true),
            ("2027-01-18", false),
        ];
        let expected = expected.map(|(monday, holds)| (monday.to_owned(), holds));
        assert_eq!(verdicts, expected, "{rule:?}");
    }
}

#[test]
fn a_week_away_has_no_contact_to_carry() {
    let absent = five_to_one(world()).with(|roster| {
        roster.trainees[0].availability.away = vec![away("2027-01-18", "2027-01-24")];
    });
    assert_eq!(at("mon 09:00", absent).shortfalls, []);
}

#[test]
fn partial_weeks_at_the_ends_of_the_term_are_not_judged() {
    let partial = five_to_one(world()).round(|round| round.term = days("2027-01-06", "2027-01-24"));
    let found = at("mon 09:00", partial);
    assert_eq!(
        (
            found.weeks[0].contact.get(),
            found.weeks[0].individual.get()
        ),
        (180, 0)
    );
    assert_eq!(found.shortfalls, []);
}

/// The supervisor is away in the third week, so that its session is missed.
fn with_rule(name: &str, parameters: &str) -> World {
    world().with(|roster| {
        roster.rule_sets = vec![one_rule(name, parameters)];
        let availability = &mut roster.supervisors[0].availability;
        availability.away = vec![away("2027-01-18", "2027-01-18")];
    })
}

#[test]
fn a_rule_set_of_weeks_names_the_week_of_the_missed_session() {
    for (name, parameters, limit) in [
        ("supervision_units", "unit_minutes = 60", 1),
        (
            "supervision_minutes_min",
            "minutes = 60\nper = \"week\"",
            60,
        ),
    ] {
        let shortfalls = at("mon 09:00", with_rule(name, parameters)).shortfalls;
        assert_eq!(shortfalls.len(), 1, "{name}");
        let found = &shortfalls[0];
        assert_eq!(found.rule_set.as_ref().unwrap().as_str(), "own");
        assert_eq!((found.rule.name(), found.window), (name, Window::Week));
        assert_eq!(found.since.to_string(), "2027-01-18");
        assert_eq!(found.times, 1);
        assert_eq!(
            (found.value, found.limit),
            (Amount::whole(0), Amount::whole(limit))
        );
    }
}

#[test]
fn an_average_over_the_month_is_kept_while_the_other_weeks_carry_it() {
    // Three sessions are held in the four weeks of January, with 1200 minutes
    // of contact.
    let month = |contact_per_unit: u32| {
        let parameters =
            format!("contact_minutes_per_unit = {contact_per_unit}\nwindow = \"month\"");
        with_rule("supervision_units", &parameters)
    };
    assert_eq!(at("mon 09:00", month(400)).shortfalls, []);
}

#[test]
fn a_trainee_who_sees_no_clients_owes_no_supervision() {
    let absent = world().with(|roster| {
        roster.rule_sets = vec![one_rule(
            "supervision_minutes_min",
            "minutes = 60\nper = \"week\"",
        )];
        roster.trainees[0].availability.away = vec![away("2027-01-18", "2027-01-24")];
    });
    assert_eq!(at("mon 09:00", absent).shortfalls, []);
}

#[test]
fn supervision_that_is_missed_on_a_day_away_counts_against_the_average_of_the_term() {
    // The trainee is away on one Monday: by the plan the week asks for nothing,
    // as it happens there are clients from Tuesday on and no session.
    let absent = world().with(|roster| {
        let parameters = "minutes = 60\nper = \"week\"\nwindow = \"term\"";
        roster.rule_sets = vec![one_rule("supervision_minutes_min", parameters)];
        roster.trainees[0].availability.away = vec![away("2027-01-18", "2027-01-18")];
    });
    let shortfalls = at("mon 09:00", absent).shortfalls;
    assert_eq!(shortfalls.len(), 1);
    let found = &shortfalls[0];
    assert_eq!((found.window, found.times), (Window::Term, 1));
    assert_eq!(found.since.to_string(), "2027-01-04");
    assert_eq!(
        (found.value, found.limit),
        (Amount::whole(180), Amount::whole(240))
    );
}
