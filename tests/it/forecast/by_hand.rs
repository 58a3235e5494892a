//! What each week gives, counted by hand.

use practicum::domain::SessionKind;
use practicum::matching::forecast::{MissedBecause, forecast};

use super::{assert_weeks, at, forecast_of, world};
use crate::support::plans::PlanBuilder;
use crate::support::world::{World, away, days, minutes, weekly, zone, zone_table};

#[test]
fn an_undisturbed_week_gives_contact_and_sessions_in_full() {
    assert_weeks(
        &at("mon 09:00", world()),
        &[
            ("2027-01-04", 300, 60, 0),
            ("2027-01-11", 300, 60, 0),
            ("2027-01-18", 300, 60, 0),
            ("2027-01-25", 300, 60, 0),
        ],
    );
}

#[test]
fn a_week_away_gives_nothing_and_a_day_away_takes_its_share() {
    let absent = world().with(|roster| {
        roster.trainees[0].availability.away = vec![away("2027-01-11", "2027-01-17")];
        roster.sites[0].opening.away = vec![away("2027-01-20", "2027-01-20")];
    });
    assert_weeks(
        &at("mon 09:00", absent),
        &[
            ("2027-01-04", 300, 60, 0),
            ("2027-01-11", 0, 0, 1),
            // The site is closed on one of five days; the video goes on.
            ("2027-01-18", 240, 60, 0),
            ("2027-01-25", 300, 60, 0),
        ],
    );
}

#[test]
fn a_day_on_which_the_two_share_no_hours_takes_nothing() {
    let busy = world().with(|roster| {
        // Shared: two hours on Monday, one on Thursday; 180 minutes of contact
        // would be all of it.
        roster.sites[0].opening = weekly(&["mon 10:00 12:00", "thu 10:00 11:00"]);
        roster.trainees[0].availability.away = vec![
            away("2027-01-12", "2027-01-13"),
            away("2027-01-18", "2027-01-18"),
            away("2027-01-28", "2027-01-28"),
        ];
    });
    let roster = busy.into_roster();
    let plan = PlanBuilder::new(&roster)
        .place("t", "a", 180)
        .video("s", SessionKind::Individual, "tue 15:00", &["t/weekly"])
        .build();
    assert_weeks(
        &forecast_of(&roster, &plan),
        &[
            ("2027-01-04", 180, 60, 0),
            ("2027-01-11", 180, 0, 1),
            ("2027-01-18", 60, 60, 0),
            ("2027-01-25", 120, 60, 0),
        ],
    );
}

#[test]
fn a_supervisor_away_takes_the_session_and_leaves_the_contact() {
    let absent = world().with(|roster| {
        let availability = &mut roster.supervisors[0].availability;
        availability.away = vec![away("2027-01-25", "2027-01-29")];
    });
    let last = at("mon 09:00", absent).weeks[3];
    assert_eq!((last.contact.get(), last.individual.get()), (300, 0));
    assert_eq!(last.sessions_missed, 1);
}

#[test]
fn partial_weeks_at_both_ends_of_the_term_give_their_days() {
    let short = world().round(|round| round.term = days("2027-01-06", "2027-01-19"));
    assert_weeks(
        &at("tue 09:00", short),
        &[
            // Wednesday to Friday; the Tuesday is before the term.
            ("2027-01-04", 180, 0, 0),
            ("2027-01-11", 300, 60, 0),
            ("2027-01-18", 120, 60, 0),
        ],
    );
}

#[test]
fn without_availability_monday_to_friday_share_the_week() {
    let unknown = world().with(|roster| {
        roster.has_availability = false;
        roster.sites[0].opening.windows.clear();
        roster.supervisors[0].availability.windows.clear();
        roster.trainees[0].availability.windows.clear();
        roster.trainees[0].availability.away = vec![away("2027-01-15", "2027-01-18")];
        roster.round.missed_sessions_max = 1;
    });
    assert_weeks(
        &at("mon 09:00", unknown),
        &[
            ("2027-01-04", 300, 60, 0),
            ("2027-01-11", 240, 60, 0),
            ("2027-01-18", 240, 0, 1),
            ("2027-01-25", 300, 60, 0),
        ],
    );
}

#[test]
fn a_start_that_a_clock_change_moves_is_held_in_full() {
    // On Sunday 14 March 2027 the clocks of New York leave out 02:00 to 03:00.
    let night = World::new()
        .round(|round| round.term = days("2027-03-08", "2027-03-21"))
        .site("a")
        .supervisor("s")
        .line("weekly")
        .trainee("t")
        .with(|roster| {
            let hours = ["mon 08:00 18:00", "sun 00:00 06:00"];
            roster.supervisors[0].availability = weekly(&hours);
            roster.trainees[0].availability = weekly(&hours);
        });
    assert_weeks(
        &at("sun 02:30", night),
        &[("2027-03-08", 300, 60, 0), ("2027-03-15", 300, 60, 0)],
    );
}

#[test]
fn an_occurrence_on_a_date_that_the_zone_left_out_gives_nothing() {
    // Apia had no Friday 2011-12-30.
    let apia = world()
        .round(|round| round.term = days("2011-12-19", "2012-01-01"))
        .with(|roster| {
            roster.program.time_zone = zone("Pacific/Apia");
            roster.sites[0].time_zone = zone("Pacific/Apia");
            roster.sites[0].agreement = days("2011-01-01", "2012-12-31");
            roster.supervisors[0].time_zone = zone("Pacific/Apia");
            roster.trainees[0].time_zone = zone("Pacific/Apia");
        });
    let forecast = at("fri 09:00", apia);
    assert_weeks(
        &forecast,
        &[("2011-12-19", 300, 60, 0), ("2011-12-26", 300, 0, 1)],
    );
    assert_eq!(forecast.missed[0].because, MissedBecause::ClockChange);
}

#[test]
fn an_occurrence_falls_into_the_week_of_the_trainees_own_date() {
    // Sunday 18:00 in New York is Monday 12:00 in Auckland, where the first
    // session is in the second week and the last one in a week after the term.
    let world = World::new()
        .round(|round| round.term = days("2027-01-04", "2027-01-17"))
        .site_with("a", |site| site.opening = weekly(&["mon 08:00 20:00"]))
        .supervisor_with("s", |supervisor| {
            supervisor.availability = weekly(&["sun 17:00 20:00"]);
        })
        .line("weekly")
        .trainee_with("t", |trainee| {
            trainee.time_zone = zone("Pacific/Auckland");
            // 08:00 to 18:00 on Monday in New York is Tuesday 02:00 to 12:00.
            trainee.availability = weekly(&["mon 12:00 13:00", "tue 02:00 12:00"]);
        });
    assert_weeks(
        &at("sun 18:00", world),
        &[
            ("2027-01-04", 300, 0, 0),
            ("2027-01-11", 300, 60, 0),
            ("2027-01-18", 0, 60, 0),
        ],
    );
}

#[test]
fn minutes_count_by_the_kind_of_the_session() {
    let world = World::new()
        .site("a")
        .supervisor("s")
        .line_with("seminar", |line| {
            line.kinds = [SessionKind::Group].into();
            line.minutes_per_week = minutes(90);
        })
        .line_with("pair", |line| line.kinds = [SessionKind::Triadic].into())
        .trainee("t")
        .trainee("u")
        .trainee("v")
        .trainee("w");
    let roster = world.into_roster();
    let mut plan = PlanBuilder::new(&roster);
    for trainee in ["t", "u", "v", "w"] {
        plan = plan.place(trainee, "a", 300);
    }
    let seminar = ["t/seminar", "u/seminar", "v/seminar", "w/seminar"];
    let plan = plan
        .video("s", SessionKind::Group, "mon 09:00", &seminar)
        .video(
            "s",
            SessionKind::Triadic,
            "tue 09:00",
            &["t/pair", "u/pair"],
        )
        .video(
            "s",
            SessionKind::Triadic,
            "wed 09:00",
            &["v/pair", "w/pair"],
        )
        .build();
    for week in forecast_of(&roster, &plan).weeks {
        let minutes = [week.individual, week.triadic, week.group].map(|minutes| minutes.get());
        assert_eq!(minutes, [0, 60, 90]);
    }
}

#[test]
fn an_in_person_session_is_missed_when_its_site_is_closed() {
    let roster = world()
        .with(|roster| roster.sites[0].opening.away = vec![away("2027-01-11", "2027-01-11")])
        .into_roster();
    let plan = PlanBuilder::new(&roster)
        .place("t", "a", 300)
        .in_person(
            "s",
            SessionKind::Individual,
            "mon 09:00",
            "a",
            &["t/weekly"],
        )
        .build();
    let second = forecast_of(&roster, &plan).weeks[1];
    assert_eq!((second.contact.get(), second.individual.get()), (240, 0));
}

#[test]
fn a_missed_session_says_why_the_trainees_absence_first() {
    let roster = world()
        .with(|roster| {
            roster.round.missed_sessions_max = 3;
            roster.trainees[0].availability.away = vec![away("2027-01-11", "2027-01-11")];
            let supervisor = &mut roster.supervisors[0].availability;
            supervisor.away = vec![away("2027-01-11", "2027-01-18")];
            roster.sites[0].opening.away = vec![away("2027-01-18", "2027-01-25")];
        })
        .into_roster();
    let plan = PlanBuilder::new(&roster)
        .place("t", "a", 300)
        .in_person(
            "s",
            SessionKind::Individual,
            "mon 09:00",
            "a",
            &["t/weekly"],
        )
        .build();
    let missed = forecast_of(&roster, &plan).missed;
    let told: Vec<_> = missed
        .iter()
        .map(|one| (one.session, one.day.to_string(), one.because))
        .collect();
    let expected = [
        (1, "2027-01-11", MissedBecause::TraineeAway),
        (1, "2027-01-18", MissedBecause::SupervisorAway),
        (1, "2027-01-25", MissedBecause::SiteClosed),
    ];
    assert_eq!(
        told,
        expected.map(|(session, day, because)| (session, day.to_owned(), because))
    );
}

#[test]
fn a_zone_without_rules_is_named() {
    let roster = world().into_roster();
    let zones = zone_table(&roster);
    let mut elsewhere = roster.clone();
    elsewhere.trainees[0].time_zone = zone("Asia/Kathmandu");
    let plan = PlanBuilder::new(&roster).place("t", "a", 300).build();
    let refused = forecast(&elsewhere, &zones, &plan);
    assert!(refused.unwrap_err().to_string().contains("Asia/Kathmandu"));
}
