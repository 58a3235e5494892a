//! Meetings one by one: zones on both sides of the world, days away of each
//! party, and windows that change after the match.

use practicum::app::{Actor, AppError, Attendance, OccurrenceRange};
use practicum::domain::{DayRange, DeliveryOffer, PageRequest, Participant};

use super::{
    across_the_sea, group_of_three, learns_at, lines, occurrences, open_at, published, states,
    supervises_at, supervisor, term,
};
use crate::store::databases::{World, on_both};
use crate::support::world::{World as Tiny, away, days, parsed, weekly, zone};

on_both!(
    a_supervisor_in_another_zone_sees_the_weeks_between_two_clock_changes,
    a_start_in_a_gap_and_one_that_exists_twice_are_flagged,
    a_half_hour_change_moves_the_meetings_of_a_neighbour,
    a_date_that_was_left_out_is_listed_as_skipped,
    who_is_away_is_named_and_only_whoever_needs_them_misses,
    a_meeting_outside_windows_that_changed_since_says_whose,
    pages_follow_one_another_without_hole_or_repeat,
    at_most_four_hundred_days_are_listed,
    the_term_is_that_of_the_plan_whatever_becomes_of_the_round,
);

const ALL_OF_2031: (&str, &str) = ("2031-01-01", "2031-12-31");

async fn a_supervisor_in_another_zone_sees_the_weeks_between_two_clock_changes(world: World) {
    let (report, _) = published(&world, &across_the_sea()).await;
    let own = occurrences(&world, &report, &supervisor("ines"), None, ALL_OF_2031).await;
    let own = own.unwrap();
    assert_eq!(own.zone, zone("Europe/London"));
    let wanted = [
        "2031-02-24T14:00+00:00",
        "2031-03-03T14:00+00:00",
        "2031-03-10T13:00+00:00",
        "2031-03-17T13:00+00:00",
        "2031-03-24T13:00+00:00",
        "2031-03-31T14:00+01:00",
        "2031-04-07T14:00+01:00",
    ];
    assert_eq!(
        lines(&own),
        wanted.map(|start| format!("{start} none held"))
    );
    let there = Some(zone("America/New_York"));
    let there = occurrences(&world, &report, &supervisor("ines"), there, ALL_OF_2031).await;
    let there = there.unwrap();
    let at_nine = |one: &String| one.contains("T09:00-0");
    assert!(lines(&there).iter().all(at_nine), "{:?}", lines(&there));
    for (one, other) in own.value.iter().zip(&there.value) {
        assert_eq!(one.span.at, other.span.at);
        assert_eq!(one.anchor_start, other.span.start);
    }
    // Of a trainee and of a site they are the same meetings.
    for of in [
        Participant::Trainee(parsed("t-1")),
        Participant::Site(parsed("harbour")),
    ] {
        let found = occurrences(&world, &report, &of, None, ALL_OF_2031).await;
        assert_eq!(lines(&found.unwrap()), lines(&there));
    }
}

/// A supervisor who meets by video, alone with one trainee, in one window.
fn by_video(name: &str, (first, last): (&str, &str), step: u32, window: &str) -> Tiny {
    Tiny::new()
        .round(|round| term(round, first, last, step))
        .site_with("harbour", open_at(name, &["wed 08:00 18:00"]))
        .supervisor_with("ines", |supervisor| {
            supervises_at(name, &[window])(supervisor);
            supervisor.delivery = DeliveryOffer::Video;
        })
        .line("weekly")
        .trainee_with("t-1", learns_at(name, &[window]))
}

async fn a_start_in_a_gap_and_one_that_exists_twice_are_flagged(world: World) {
    let spring = ("2031-02-24", "2031-03-16");
    let new_york = "America/New_York";
    let roster = by_video(new_york, spring, 150, "sun 02:30 04:30").into_roster();
    let (report, _) = published(&world, &roster).await;
    let found = occurrences(&world, &report, &supervisor("ines"), None, spring).await;
    assert_eq!(
        lines(&found.unwrap()),
        [
            "2031-03-02T02:30-05:00 none held",
            "2031-03-09T03:30-04:00 gap held",
            "2031-03-16T02:30-04:00 none held",
        ]
    );
    // The other way round on the other side of the world.
    let autumn = ("2031-03-24", "2031-04-13");
    let mut roster = by_video("Australia/Sydney", autumn, 150, "sun 02:30 05:00").into_roster();
    roster.program.key = parsed("south");
    let (report, _) = published(&world, &roster).await;
    let found = occurrences(&world, &report, &supervisor("ines"), None, autumn).await;
    assert_eq!(
        lines(&found.unwrap()),
        [
            "2031-03-30T02:30+11:00 none held",
            "2031-04-06T02:30+11:00 fold held",
            "2031-04-13T02:30+10:00 none held",
        ]
    );
}

async fn a_half_hour_change_moves_the_meetings_of_a_neighbour(world: World) {
    let autumn = ("2031-03-24", "2031-04-20");
    let roster = by_video("Australia/Lord_Howe", autumn, 600, "mon 10:00 11:00").into_roster();
    let (report, _) = published(&world, &roster).await;
    let sydney = Some(zone("Australia/Sydney"));
    let found = occurrences(&world, &report, &supervisor("ines"), sydney, autumn).await;
    assert_eq!(
        lines(&found.unwrap()),
        [
            "2031-03-24T10:00+11:00 none held",
            "2031-03-31T10:00+11:00 none held",
            "2031-04-07T09:30+10:00 none held",
            "2031-04-14T09:30+10:00 none held",
        ]
    );
}

async fn a_date_that_was_left_out_is_listed_as_skipped(world: World) {
    let turn = ("2011-12-19", "2012-01-15");
    let roster = by_video("Pacific/Apia", turn, 600, "fri 10:00 11:00").into_roster();
    let (report, _) = published(&world, &roster).await;
    let found = occurrences(&world, &report, &supervisor("ines"), None, turn).await;
    let found = found.unwrap();
    assert_eq!(
        states(&found),
        [
            Attendance::Held,
            Attendance::Skipped,
            Attendance::Held,
            Attendance::Held
        ]
    );
    let left_out = &found.value[1].meeting.occurrence;
    assert_eq!(left_out.local_date.to_string(), "2011-12-30");
    let that_day = ("2011-12-30", "2011-12-30");
    let found = occurrences(&world, &report, &supervisor("ines"), None, that_day).await;
    assert_eq!(states(&found.unwrap()), [Attendance::Skipped]);
}

async fn who_is_away_is_named_and_only_whoever_needs_them_misses(world: World) {
    let (report, _) = published(&world, &group_of_three()).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let ines = app.whole_supervisor(&actor, program, &parsed("ines")).await;
    let mut ines = ines.unwrap().value;
    ines.availability.away = vec![away("2031-02-10", "2031-02-10")];
    let changed = app.update_supervisor(&actor, program, ines, None).await;
    changed.unwrap();
    let site = app.whole_site(&actor, program, &parsed("harbour")).await;
    let mut site = site.unwrap().value;
    site.opening.away = vec![away("2031-02-24", "2031-02-24")];
    app.update_site(&actor, program, site, None).await.unwrap();
    let leaves = async |trainee: &str| {
        let trainee = app.whole_trainee(&actor, program, &parsed(trainee)).await;
        let mut trainee = trainee.unwrap().value;
        trainee.availability.away = vec![away("2031-02-16", "2031-02-18")];
        let changed = app.update_trainee(&actor, program, trainee, None).await;
        changed.unwrap();
    };
    leaves("t-1").await;
    let list = async |of: &Participant| {
        let found = occurrences(&world, &report, of, None, ALL_OF_2031).await;
        lines(&found.unwrap())
    };
    let line = |day: &str, what: &str| format!("2031-02-{day}T09:00-05:00 none {what}");
    let (first, second) = (line("03", "held"), line("10", "missed ines"));
    let last = line("24", "missed harbour");
    let third = |what: &str| line("17", what);
    let all = |what: &str| [first.clone(), second.clone(), third(what), last.clone()];
    assert_eq!(list(&supervisor("ines")).await, all("held t-1"));
    let trainee = |key: &str| Participant::Trainee(parsed(key));
    assert_eq!(list(&trainee("t-1")).await, all("missed t-1"));
    assert_eq!(list(&trainee("t-2")).await, all("held t-1"));
    leaves("t-2").await;
    leaves("t-3").await;
    // With nobody to meet there is no meeting.
    assert_eq!(list(&supervisor("ines")).await, all("missed t-1,t-2,t-3"));
}

async fn a_meeting_outside_windows_that_changed_since_says_whose(world: World) {
    let (report, _) = published(&world, &group_of_three()).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let before = occurrences(&world, &report, &supervisor("ines"), None, ALL_OF_2031).await;
    assert!(
        before
            .unwrap()
            .value
            .iter()
            .all(|one| one.outside.is_empty())
    );
    let trainee = app.whole_trainee(&actor, program, &parsed("t-2")).await;
    let mut trainee = trainee.unwrap().value;
    trainee.availability = weekly(&["mon 09:15 12:00"]);
    trainee.availability.away = vec![away("2031-02-10", "2031-02-10")];
    let changed = app.update_trainee(&actor, program, trainee, None).await;
    changed.unwrap();
    let after = occurrences(&world, &report, &supervisor("ines"), None, ALL_OF_2031).await;
    let after = after.unwrap();
    let outside: Vec<Vec<&str>> = after
        .value
        .iter()
        .map(|one| one.outside.iter().map(Participant::key).collect())
        .collect();
    // Who is away need not be available.
    assert_eq!(outside, [vec!["t-2"], vec![], vec!["t-2"], vec!["t-2"]]);
    assert!(
        states(&after)
            .iter()
            .all(|state| *state == Attendance::Held)
    );
}

async fn pages_follow_one_another_without_hole_or_repeat(world: World) {
    let (report, _) = published(&world, &across_the_sea()).await;
    let range = OccurrenceRange {
        days: Some(days("2031-03-01", "2031-03-31")),
        zone: None,
    };
    let (actor, of) = (Actor::operator(), supervisor("ines"));
    let mut page = PageRequest {
        size: 2,
        after: None,
    };
    let mut paged = Vec::new();
    loop {
        let found = world
            .app
            .list_occurrences(&actor, &report.program, Some(&of), range, &page);
        let found = found.await.unwrap().value;
        assert!(found.items.len() <= 2);
        paged.extend(found.items);
        page.after = found.next_after;
        if page.after.is_none() {
            break;
        }
    }
    let all = world
        .app
        .occurrences(&actor, &report.program, Some(&of), range);
    let all = all.await.unwrap().value;
    assert_eq!(all.len(), 5);
    assert_eq!(paged, all);
}

async fn at_most_four_hundred_days_are_listed(world: World) {
    let (report, _) = published(&world, &across_the_sea()).await;
    let ask = async |last: &str| {
        let of = supervisor("ines");
        occurrences(&world, &report, &of, None, ("2031-01-01", last)).await
    };
    assert!(ask("2032-02-04").await.is_ok());
    let refused = ask("2032-02-05").await.unwrap_err();
    assert!(
        matches!(&refused, AppError::Invalid(fields) if fields.as_slice()[0].path == "days.last_day"),
        "{refused:?}"
    );
}

async fn the_term_is_that_of_the_plan_whatever_becomes_of_the_round(world: World) {
    let (report, _) = published(&world, &across_the_sea()).await;
    let (app, actor, program) = (&world.app, Actor::operator(), &report.program);
    let round = app.get_round(&actor, program, &report.round).await;
    let mut round = round.unwrap().value.round;
    let longer = DayRange::between(round.term.first(), days("2031-06-01", "2031-06-30").last());
    round.term = longer;
    app.update_round(&actor, program, round, None, None)
        .await
        .unwrap();
    let other = world.another_server(None).await;
    for app in [&world.app, &other] {
        let range = OccurrenceRange {
            days: Some(days("2031-01-01", "2031-12-31")),
            zone: None,
        };
        let of = supervisor("ines");
        let found = app.occurrences(&actor, program, Some(&of), range);
        assert_eq!(found.await.unwrap().value.len(), 7);
    }
}
