//! What trainees really collect, told by counting: contact quarter hour by
//! quarter hour, sessions occurrence by occurrence.

use chrono::{Datelike, Days, NaiveDate};
use practicum::domain::plan::{Session, WeeklyStart};
use practicum::domain::time::{OccurrenceFlag, UtcSecond, WallClock, ZoneRules, ZoneTable};
use practicum::domain::{
    Availability, MinuteOfDay, Requirement, RequirementCategory, Roster, SessionKind, Site,
    Supervisor, Trainee, ZoneName,
};

const QUARTER: i64 = 900;
/// More contact than any week holds.
const ALL_THE_TIME: u32 = 7 * 1440;

/// Which part of the weekly contact a week gives.
#[derive(Clone, Copy)]
pub(crate) struct Share {
    whole: u32,
    held: u32,
}

impl Share {
    /// Returns the minutes of so much weekly contact.
    pub(crate) fn of(self, weekly: u32) -> u32 {
        weekly * self.held / self.whole
    }
}

fn is_open(rules: &ZoneRules, availability: &Availability, at: UtcSecond) -> bool {
    let wall = rules.wall_clock(at);
    availability.windows.iter().any(|window| {
        let day = wall.day();
        let time = wall.time();
        window.weekday() == day.weekday() && window.start() <= time && time < window.end()
    })
}

fn is_away(rules: &ZoneRules, availability: &Availability, at: UtcSecond) -> bool {
    let day = rules.wall_clock(at).day();
    availability.away.iter().any(|away| away.days.contains(day))
}

/// Returns each quarter hour of a week on a trainee's calendar.
fn quarters(rules: &ZoneRules, monday: NaiveDate) -> impl Iterator<Item = UtcSecond> {
    let midnight = |day| {
        rules
            .resolve(WallClock::new(day, MinuteOfDay::default()))
            .chosen()
    };
    let (start, end) = (midnight(monday), midnight(monday + Days::new(7)));
    (0..)
        .map(move |quarter| UtcSecond(start.0 + quarter * QUARTER))
        .take_while(move |at| *at < end)
}

/// Returns the share of a week of the trainee at a site, not counting what is
/// later than a day.
pub(crate) fn contact_share(
    roster: &Roster,
    zones: &ZoneTable,
    (trainee, site): (&Trainee, &Site),
    monday: NaiveDate,
    until: NaiveDate,
) -> Share {
    let own = zones.rules(trainee.time_zone).unwrap();
    let there = zones.rules(site.time_zone).unwrap();
    let term = roster.round.term;
    let (mut whole, mut held) = (0, 0);
    for at in quarters(own, monday) {
        if is_open(own, &trainee.availability, at) && is_open(there, &site.opening, at) {
            whole += 1;
            let away = is_away(own, &trainee.availability, at) || is_away(there, &site.opening, at);
            let is_in_time = own.wall_clock(at).day() <= until;
            let is_in_term = term.contains(there.wall_clock(at).day());
            held += u32::from(!away && is_in_time && is_in_term);
        }
    }
    if whole == 0 {
        let days = (0..5).map(|after| monday + Days::new(after));
        let is_kept = |day: &NaiveDate| {
            let owners = [&trainee.availability, &site.opening];
            let mut away = owners.iter().flat_map(|owner| &owner.away);
            *day <= until && term.contains(*day) && !away.any(|away| away.days.contains(*day))
        };
        whole = 5;
        held = u32::try_from(days.filter(is_kept).count()).unwrap();
    }
    Share { whole, held }
}

/// A weekly session, and who holds it where.
pub(crate) struct Held<'a> {
    pub(crate) supervisor: &'a Supervisor,
    /// The site of a session in person.
    pub(crate) site: Option<&'a Site>,
    pub(crate) zone: ZoneName,
    pub(crate) weekly: WeeklyStart,
    pub(crate) minutes: u32,
}

impl<'a> Held<'a> {
    /// Returns a session of a plan; `None` for one without a time.
    pub(crate) fn of(roster: &'a Roster, session: &Session) -> Option<Self> {
        let by = |one: &&Supervisor| one.key == session.supervisor;
        let site = session.delivery.site();
        Some(Self {
            supervisor: roster.supervisors.iter().find(by).unwrap(),
            site: site.map(|key| roster.sites.iter().find(|site| site.key == *key).unwrap()),
            zone: session.time_zone,
            weekly: session.weekly_start?,
            minutes: session.minutes.get(),
        })
    }

    /// Returns the days, on the trainee's calendar, on which the trainee
    /// really attends.
    pub(crate) fn days(
        &self,
        roster: &Roster,
        zones: &ZoneTable,
        trainee: &Trainee,
    ) -> Vec<NaiveDate> {
        let own = zones.rules(trainee.time_zone).unwrap();
        let anchor = zones.rules(self.zone).unwrap();
        let rules = zones.rules(self.supervisor.time_zone).unwrap();
        let mut days = Vec::new();
        let term = roster.round.term;
        for occurrence in anchor.occurrences(term, self.weekly.weekday, self.weekly.start) {
            let start = occurrence.start;
            let quarters = i64::from(self.minutes) * 60 / QUARTER;
            let is_missed = (0..quarters).any(|quarter| {
                let at = UtcSecond(start.0 + quarter * QUARTER);
                is_away(own, &trainee.availability, at)
                    || is_away(rules, &self.supervisor.availability, at)
                    || self
                        .site
                        .is_some_and(|site| is_away(anchor, &site.opening, at))
            });
            if !is_missed && occurrence.flag != OccurrenceFlag::Skipped {
                days.push(own.wall_clock(start).day());
            }
        }
        days
    }
}

/// Returns what is due within the term to a trainee.
pub(crate) fn due<'r>(roster: &'r Roster, trainee: &Trainee) -> Vec<&'r Requirement> {
    let last = roster.round.term.last();
    let all = roster.requirements.iter();
    all.filter(|r| r.trainee == trainee.key && r.due_day <= last)
        .collect()
}

/// Returns the minutes that a requirement still asks for.
pub(crate) fn left(requirement: &Requirement) -> u32 {
    let required = requirement.required.get();
    required.saturating_sub(requirement.completed.get())
}

/// Returns the least weekly contact that gives a trainee at a site all that is
/// due; `None` where none does.
pub(crate) fn least_contact(
    roster: &Roster,
    zones: &ZoneTable,
    trainee: &Trainee,
    site: &Site,
) -> Option<u32> {
    let mut least = 0;
    for requirement in due(roster, trainee) {
        if requirement.category != RequirementCategory::Contact {
            continue;
        }
        let term = roster.round.term;
        let first = term.first() - Days::new(14);
        let mut mondays: Vec<NaiveDate> = first.iter_days().take(900).collect();
        mondays.retain(|day| {
            let is_near = *day <= term.last() + Days::new(14);
            is_near && day.weekday() == chrono::Weekday::Mon && *day <= requirement.due_day
        });
        let due = requirement.due_day;
        let shares: Vec<Share> = mondays
            .into_iter()
            .map(|monday| contact_share(roster, zones, (trainee, site), monday, due))
            .collect();
        let needed = left(requirement);
        let is_enough =
            |weekly: &u32| shares.iter().map(|share| share.of(*weekly)).sum::<u32>() >= needed;
        least = least.max((0..=ALL_THE_TIME).step_by(15).find(is_enough)?);
    }
    Some(least)
}

/// Returns the kind of session that gives minutes of a category.
pub(crate) fn kind_of(category: RequirementCategory) -> Option<SessionKind> {
    match category {
        RequirementCategory::Contact | RequirementCategory::Other => None,
        RequirementCategory::Individual => Some(SessionKind::Individual),
        RequirementCategory::Triadic => Some(SessionKind::Triadic),
        RequirementCategory::Group => Some(SessionKind::Group),
    }
}
