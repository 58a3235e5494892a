//! What an edit does to a roster.

use super::Edit;
use crate::domain::{
    Away, DayRange, Forbid, Participant, Pin, Roster, Site, SiteKey, SiteOrSupervisor, Supervisor,
    SupervisorKey, TraineeKey, Violations,
};

impl Roster {
    /// Returns the roster with some edits, made one after the other.
    ///
    /// # Errors
    /// Every edit that names somebody or something that the roster does not
    /// have, by the path `edits[n]`.
    pub fn edited(&self, edits: &[Edit]) -> Result<Self, Violations> {
        let mut roster = self.clone();
        let mut unknown = Violations::default();
        for (place, edit) in edits.iter().enumerate() {
            if let Err(message) = apply(&mut roster, edit) {
                unknown.add(format!("edits[{place}]"), "reference", message);
            }
        }
        unknown.into_result()?;
        Ok(roster)
    }
}

fn apply(roster: &mut Roster, edit: &Edit) -> Result<(), String> {
    match edit {
        Edit::Close(key) => {
            let site = site(roster, key)?;
            (site.capacity_min, site.capacity) = (0, 0);
            unpin(roster, &SiteOrSupervisor::Site(key.clone()));
        }
        Edit::Leave(key) => {
            let person = supervisor(roster, key)?;
            (person.caseload_min, person.caseload_max) = (0, 0);
            unpin(roster, &SiteOrSupervisor::Supervisor(key.clone()));
        }
        Edit::Withdraw(key) => withdraw(roster, key)?,
        Edit::Lapse {
            supervisor: key,
            jurisdiction,
            last_day,
        } => {
            let person = supervisor(roster, key)?;
            person.licences.retain_mut(|licence| {
                if licence.jurisdiction == *jurisdiction {
                    let (first, last) = (licence.valid.first(), licence.valid.last());
                    let left = DayRange::new(first, last.min(*last_day));
                    licence.valid = left.unwrap_or(licence.valid);
                    return left.is_some();
                }
                true
            });
            person
                .licences
                .sort_by(|a, b| (&a.jurisdiction, a.valid).cmp(&(&b.jurisdiction, b.valid)));
        }
        Edit::Away { who, days } => {
            let away = match who {
                Participant::Site(key) => &mut site(roster, key)?.opening.away,
                Participant::Supervisor(key) => &mut supervisor(roster, key)?.availability.away,
                Participant::Trainee(key) => {
                    let position = trainee(roster, key)?;
                    &mut roster.trainees[position].availability.away
                }
            };
            let reason = String::new();
            away.push(Away {
                days: *days,
                reason,
            });
            away.sort();
        }
        Edit::Decline { trainee, site } => {
            let target = SiteOrSupervisor::Site(site.clone());
            keep_apart(roster, trainee.clone(), target)?;
        }
        Edit::Forbid(Forbid { trainee, target }) => {
            keep_apart(roster, trainee.clone(), target.clone())?;
        }
        Edit::Pin(pin) => {
            check_pair(roster, &pin.trainee, &pin.target)?;
            insert(&mut roster.pins, pin.clone());
        }
        Edit::Capacity { site: key, places } => site(roster, key)?.capacity = *places,
        Edit::Contact { site: key, minutes } => site(roster, key)?.contact_per_week = *minutes,
        Edit::Caseload {
            supervisor: key,
            trainees,
        } => supervisor(roster, key)?.caseload_max = *trainees,
        Edit::WeeklyMinutes {
            supervisor: key,
            minutes,
        } => supervisor(roster, key)?.minutes_per_week_max = *minutes,
    }
    Ok(())
}

fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(place) = list.binary_search(&item) {
        list.insert(place, item);
    }
}

fn keep_apart(
    roster: &mut Roster,
    trainee: TraineeKey,
    target: SiteOrSupervisor,
) -> Result<(), String> {
    check_pair(roster, &trainee, &target)?;
    let pin = Pin { trainee, target };
    roster.pins.retain(|other| *other != pin);
    let Pin { trainee, target } = pin;
    insert(&mut roster.forbids, Forbid { trainee, target });
    Ok(())
}

fn check_pair(
    roster: &mut Roster,
    key: &TraineeKey,
    target: &SiteOrSupervisor,
) -> Result<(), String> {
    trainee(roster, key)?;
    match target {
        SiteOrSupervisor::Site(key) => site(roster, key).map(drop),
        SiteOrSupervisor::Supervisor(key) => supervisor(roster, key).map(drop),
    }
}

fn unpin(roster: &mut Roster, target: &SiteOrSupervisor) {
    roster.pins.retain(|pin| pin.target != *target);
}

fn withdraw(roster: &mut Roster, key: &TraineeKey) -> Result<(), String> {
    let position = trainee(roster, key)?;
    roster.trainees.remove(position);
    roster.preferences.retain(|wish| wish.trainee != *key);
    roster.exclusions.retain(|one| one.trainee != *key);
    roster.pins.retain(|pin| pin.trainee != *key);
    roster.forbids.retain(|forbid| forbid.trainee != *key);
    roster.site_rankings.retain(|one| one.trainee != *key);
    roster.requirements.retain(|one| one.trainee != *key);
    Ok(())
}

fn site<'r>(roster: &'r mut Roster, key: &SiteKey) -> Result<&'r mut Site, String> {
    let found = roster.sites.binary_search_by(|site| site.key.cmp(key));
    let position = found.map_err(|_| format!("there is no site {key} in the roster"))?;
    Ok(&mut roster.sites[position])
}

fn supervisor<'r>(
    roster: &'r mut Roster,
    key: &SupervisorKey,
) -> Result<&'r mut Supervisor, String> {
    let people = &mut roster.supervisors;
    let found = people.binary_search_by(|person| person.key.cmp(key));
    let position = found.map_err(|_| format!("there is no supervisor {key} in the roster"))?;
    Ok(&mut people[position])
}

fn trainee(roster: &Roster, key: &TraineeKey) -> Result<usize, String> {
    let people = &roster.trainees;
    let found = people.binary_search_by(|person| person.key.cmp(key));
    found.map_err(|_| format!("there is no trainee {key} in the roster"))
}
