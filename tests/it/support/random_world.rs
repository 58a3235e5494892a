//! Tiny random rosters in which every rule bites now and then.

use std::collections::BTreeSet;

use chrono::{Days, Weekday};
use practicum::domain::{
    Availability, DayRange, DeliveryOffer, LicenceRule, MinuteOfDay, Ratio, Requirement,
    RequirementCategory, Role, Roster, SessionKind, SiteOrSupervisor, Thousandths, UnrankedSites,
    WeeklyWindow,
};

use super::world::{World, at_site, by_supervisor, days, minutes, range, tags, zone};

/// Zones with their usual offset in minutes, to bring windows together.
const ZONES: [(&str, i32); 8] = [
    ("America/New_York", -300),
    ("America/New_York", -300),
    ("America/New_York", -300),
    ("America/New_York", -300),
    ("Europe/London", 0),
    ("America/Phoenix", -420),
    ("Asia/Kathmandu", 345),
    ("Pacific/Auckland", 720),
];

/// Terms without a clock change, with one in New York and then one in London,
/// and with both in autumn; the last begins and ends within a week.
const TERMS: [(&str, &str); 4] = [
    ("2027-01-04", "2027-01-24"),
    ("2027-03-01", "2027-04-04"),
    ("2027-10-18", "2027-11-14"),
    ("2027-03-10", "2027-03-30"),
];

/// Returns the tiny roster of a seed: two to four trainees, one to three sites
/// and supervisors, at most two lines, and a few possible starts for each
/// supervisor. The same seed gives the same roster.
///
/// Over the seeds there are pins, forbids, exclusions, minima, missing
/// licences, agreements that end early, languages, modalities, ties in ranks,
/// unranked sites, away days, clock changes, four kinds of zone, all kinds of
/// session and delivery, ratios, lines of zero minutes, rosters without lines
/// and rosters without availability. Every reference is to something in the
/// roster, as an import ensures; offsets are whole quarter hours, as
/// [`super::brute_force`] asks.
pub(crate) fn random_world(seed: u64) -> Roster {
    let mut dice = Dice(seed);
    let (first, last) = *dice.pick(&TERMS);
    let mut world = World::new().round(|round| {
        round.term = days(first, last);
        round.session_start_step = minutes(*dice.pick(&[30, 30, 60]));
        round.missed_sessions_max = *dice.pick(&[0, 0, 1, 2]);
        if dice.one_in(3) {
            round.unranked_sites = UnrankedSites::Last;
        }
        round.excluded_supervisor_closes_sites = dice.one_in(2);
        if dice.one_in(3) {
            round.ratio = Some(Ratio {
                contact_per_supervision_max: Thousandths::new(*dice.pick(&[1500, 2000, 4000]))
                    .unwrap(),
                group_credit: Thousandths::new(*dice.pick(&[500, 1000])).unwrap(),
            });
        }
    });
    for number in 0..1 + dice.below(3) {
        world = site(&mut dice, world, &format!("p{number}"));
    }
    for number in 0..*dice.pick(&[1, 2, 2, 3, 3]) {
        world = supervisor(&mut dice, world, &format!("s{number}"));
    }
    let lines = *dice.pick(&[0, 1, 1, 1, 1, 1, 2, 2]);
    for number in 0..lines {
        // Two lines of half an hour have too many times between them.
        let short: &[u32] = if lines == 1 {
            &[0, 30, 30, 60]
        } else {
            &[0, 60]
        };
        world = line(&mut dice, world, &format!("l{number}"), short);
    }
    for number in 0..*dice.pick(&[2, 3, 3, 4, 4]) {
        world = trainee(&mut dice, world, &format!("t{number}"));
    }
    world = wishes(&mut dice, world);
    if dice.one_in(12) {
        // Any start is then possible, so there must be few of them.
        world = world.with(|roster| {
            roster.has_availability = false;
            roster.round.session_start_step = minutes(1440);
            for owner in availabilities(roster) {
                owner.windows.clear();
            }
        });
    }
    world.roster()
}

fn availabilities(roster: &mut Roster) -> impl Iterator<Item = &mut Availability> {
    let sites = roster.sites.iter_mut().map(|s| &mut s.opening);
    let supervisors = roster.supervisors.iter_mut().map(|s| &mut s.availability);
    let trainees = roster.trainees.iter_mut().map(|t| &mut t.availability);
    sites.chain(supervisors).chain(trainees)
}

fn site(dice: &mut Dice, world: World, key: &str) -> World {
    let term = world.term();
    world.site_with(key, |site| {
        let (name, offset) = *dice.pick(&ZONES);
        site.time_zone = zone(name);
        site.capacity = *dice.pick(&[1, 2, 3, 3]);
        if dice.one_in(12) {
            site.capacity_min = 1 + dice.below(2).min(site.capacity - 1);
        }
        site.contact_per_week = minutes(*dice.pick(&[120, 240, 480, 900]));
        site.contact = *dice.pick(&[range(0, 600), range(0, 600), range(60, 180), range(90, 600)]);
        if dice.one_in(12) {
            site.agreement = DayRange::new(term.first(), term.last() - Days::new(1)).unwrap();
        }
        site.modalities = dice.pick(&[tags(&["dbt"]), tags(&["dbt", "emdr"])]).clone();
        site.languages = languages(dice);
        site.opening = Availability {
            windows: [
                spot(dice, Weekday::Mon, 14 * 60, offset, 120),
                spot(dice, Weekday::Wed, 14 * 60, offset, 120),
                spot(dice, Weekday::Fri, 13 * 60, offset, 240),
            ]
            .concat(),
            away: Vec::new(),
        };
        away_now_and_then(dice, &mut site.opening, term);
    })
}

fn supervisor(dice: &mut Dice, world: World, key: &str) -> World {
    use DeliveryOffer::{Both, InPerson, Video};
    let term = world.term();
    world.supervisor_with(key, |supervisor| {
        let (name, offset) = *dice.pick(&ZONES);
        supervisor.time_zone = zone(name);
        supervisor.role = *dice.pick(&[Role::Faculty, Role::Faculty, Role::Faculty, Role::Site]);
        supervisor.sites.retain(|_| !dice.one_in(4));
        supervisor.delivery = *dice.pick(&[InPerson, InPerson, Video, Both]);
        supervisor.caseload_max = *dice.pick(&[1, 2, 3, 4, 4, 6]);
        supervisor.caseload_current = u32::from(dice.one_in(8));
        if dice.one_in(16) {
            supervisor.caseload_min = 1 + dice.below(supervisor.caseload_max.min(2));
        }
        supervisor.minutes_per_week_max = minutes(*dice.pick(&[60, 90, 120, 180, 600]));
        supervisor.kinds = if dice.one_in(2) {
            SessionKind::ALL.into()
        } else {
            kinds(dice)
        };
        supervisor.group_size_max = if supervisor.kinds.contains(&SessionKind::Group) {
            *dice.pick(&[3, 3, 4])
        } else {
            0
        };
        supervisor.languages = languages(dice);
        match dice.below(12) {
            0 => supervisor.licences.clear(),
            1 => {
                let until = term.last() - Days::new(1);
                supervisor.licences[0].valid = DayRange::new(term.first(), until).unwrap();
            }
            _ => {}
        }
        supervisor.availability.windows = spot(dice, Weekday::Mon, 14 * 60, offset, 90);
        if dice.one_in(2) {
            let second = spot(dice, Weekday::Wed, 14 * 60, offset, 90);
            supervisor.availability.windows.extend(second);
        }
        away_now_and_then(dice, &mut supervisor.availability, term);
    })
}

fn line(dice: &mut Dice, world: World, name: &str, short: &[u32]) -> World {
    let roster = world.roster();
    let supervisor = dice.pick(&roster.supervisors).clone();
    world.line_with(name, |line| {
        line.kinds = kinds(dice);
        // Mostly somebody can fill the line.
        if !dice.one_in(5) {
            let offered: Vec<SessionKind> = supervisor.kinds.into_iter().collect();
            line.kinds.insert(*dice.pick(&offered));
        }
        line.role = supervisor.role;
        line.minutes_per_week = if dice.one_in(2) {
            minutes(*dice.pick(short))
        } else {
            minutes(*dice.pick(&[60, 60, 90]))
        };
        line.licence = *dice.pick(&[LicenceRule::Any, LicenceRule::Jurisdiction]);
    })
}

fn trainee(dice: &mut Dice, world: World, key: &str) -> World {
    let term = world.term();
    let sites: Vec<String> = world.sites().map(ToOwned::to_owned).collect();
    let mut requirement = None;
    let world = world.trainee_with(key, |trainee| {
        let (name, offset) = *dice.pick(&ZONES);
        trainee.time_zone = zone(name);
        trainee.priority = *dice.pick(&[1, 1, 2, 3]);
        let least = *dice.pick(&[0, 0, 0, 60]);
        let target = least + 15 * dice.below(10);
        trainee.contact = range(least, target + 15 * dice.below(8));
        trainee.contact_target = Some(minutes(target));
        if dice.one_in(6) {
            trainee.contact_target = None;
            requirement = Some(Requirement {
                trainee: trainee.key.clone(),
                category: RequirementCategory::Contact,
                required: minutes(200 + 50 * dice.below(8)),
                completed: minutes(20),
                due_day: term.last(),
            });
        }
        if dice.one_in(8) {
            trainee.modalities_required = tags(&["emdr"]);
        }
        trainee.languages = languages(dice);
        trainee.availability.windows = [
            spot(dice, Weekday::Mon, 14 * 60, offset, 150),
            spot(dice, Weekday::Wed, 14 * 60, offset, 150),
            spot(dice, Weekday::Fri, 13 * 60, offset, 180),
        ]
        .concat();
        away_now_and_then(dice, &mut trainee.availability, term);
    });
    let ranks: Vec<(&str, u32)> = sites
        .iter()
        .filter_map(|site| {
            let rank = 1 + dice.below(3);
            (!dice.one_in(5)).then_some((site.as_str(), rank))
        })
        .collect();
    world
        .ranks(key, &ranks)
        .with(|roster| roster.requirements.extend(requirement))
}

fn wishes(dice: &mut Dice, mut world: World) -> World {
    let roster = world.roster();
    let target = |dice: &mut Dice| -> SiteOrSupervisor {
        if dice.one_in(2) {
            at_site(dice.pick(&roster.sites).key.as_str())
        } else {
            by_supervisor(dice.pick(&roster.supervisors).key.as_str())
        }
    };
    for trainee in &roster.trainees {
        let key = trainee.key.as_str();
        if dice.one_in(8) {
            let target = target(dice);
            world = world.exclusion(key, target);
        }
        if dice.one_in(10) {
            let target = target(dice);
            world = world.forbid(key, target);
        }
        if dice.one_in(20) {
            let target = target(dice);
            world = world.pin(key, target);
        }
    }
    world
}

fn kinds(dice: &mut Dice) -> BTreeSet<SessionKind> {
    use SessionKind::{Group, Individual, Triadic};
    let options: [&[SessionKind]; 9] = [
        &[Individual],
        &[Individual],
        &[Individual],
        &[Triadic],
        &[Group],
        &[Individual, Triadic],
        &[Individual, Triadic],
        &[Triadic, Group],
        &[Individual, Triadic, Group],
    ];
    dice.pick(&options).iter().copied().collect()
}

fn languages<T: std::str::FromStr + Ord>(dice: &mut Dice) -> BTreeSet<T> {
    let options: [&[&str]; 8] = [
        &[],
        &[],
        &[],
        &["en"],
        &["en"],
        &["en", "es"],
        &["en", "es"],
        &["es"],
    ];
    let spoken = *dice.pick(&options);
    tags(spoken)
}

/// Returns windows around a time of the week in UTC, as somebody in a zone of
/// that offset sees it: they begin up to an hour later and last up to an hour
/// and a half longer than the least.
fn spot(
    dice: &mut Dice,
    weekday: Weekday,
    utc_minute: i32,
    offset: i32,
    least: i32,
) -> Vec<WeeklyWindow> {
    let later = *dice.pick(&[0, 0, 0, 30]);
    let longer = *dice.pick(&[0, 30, 60, 90]);
    let day = i32::try_from(weekday.num_days_from_monday()).unwrap();
    let start = day * 1440 + utc_minute + offset + later;
    let end = start + least + longer;
    let window = |from: i32, until: i32| {
        let day = from.div_euclid(1440);
        let minute = |at: i32| MinuteOfDay::new(u16::try_from(at - day * 1440).unwrap()).unwrap();
        let weekday = Weekday::try_from(u8::try_from(day.rem_euclid(7)).unwrap()).unwrap();
        WeeklyWindow::new(weekday, minute(from), minute(until))
    };
    let midnight = (start.div_euclid(1440) + 1) * 1440;
    let parts = [
        window(start, end.min(midnight)),
        (end > midnight).then(|| window(midnight, end)).flatten(),
    ];
    parts.into_iter().flatten().collect()
}

fn away_now_and_then(dice: &mut Dice, availability: &mut Availability, term: DayRange) {
    if dice.one_in(4) {
        // Mondays and Wednesdays are when people meet.
        let ahead = u64::from(dice.below(3)) * 7 + *dice.pick(&[0, 2, 3]);
        let first = term.first() + Days::new(ahead);
        let last = first + Days::new(u64::from(dice.below(2)));
        availability.away.push(practicum::domain::Away {
            days: DayRange::new(first, last).unwrap(),
            reason: String::new(),
        });
    }
}

/// A small generator of numbers that look random (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below the limit.
    fn below(&mut self, limit: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(limit)).unwrap()
    }

    fn one_in(&mut self, times: u32) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, options: &'a [T]) -> &'a T {
        let position = self.below(u32::try_from(options.len()).unwrap());
        &options[usize::try_from(position).unwrap()]
    }
}
