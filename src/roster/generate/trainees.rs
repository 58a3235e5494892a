//! The trainees of a generated roster.

use std::collections::BTreeMap;

use super::supervisors::supervisor_key;
use super::vocabulary::WEEKDAYS;
use super::{GenerateOptions, Place, World};
use crate::roster::write::TableWriter;

pub(super) const COLUMNS: [&str; 12] = [
    "id",
    "name",
    "email",
    "time_zone",
    "level",
    "jurisdiction",
    "priority",
    "contact_minutes_min",
    "contact_minutes_target",
    "contact_minutes_max",
    "modalities_required",
    "languages",
];

const CONFERENCE: (&str, &str, &str) = ("2027-04-05", "2027-04-09", "conference");

/// The tables of trainees while they are written.
struct TraineeTables {
    trainees: TableWriter,
    preferences: TableWriter,
    exclusions: TableWriter,
}

impl World {
    /// Writes the trainees with their wishes and exclusions.
    pub(super) fn write_trainees(
        &mut self,
        options: &GenerateOptions,
        sites: &[Place],
        supervisors: usize,
    ) {
        let mut tables = TraineeTables {
            trainees: TableWriter::new(&COLUMNS),
            preferences: TableWriter::new(&["trainee_id", "target", "target_id", "rank"]),
            exclusions: TableWriter::new(&["trainee_id", "target", "target_id", "reason"]),
        };
        // Trainees live where the places are: one draw for each place.
        let mut places: Vec<usize> = Vec::new();
        let mut by_region: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, site) in sites.iter().enumerate() {
            places.extend(std::iter::repeat_n(place, site.capacity));
            let own = by_region.entry(site.region.jurisdiction).or_default();
            own.push(place);
        }
        for number in 1..=options.trainees {
            let key = format!("tr-{number:05}");
            let favourite = &sites[self.dice.pick(&places)];
            let near = by_region.get(favourite.region.jurisdiction);
            let near = near.map(Vec::as_slice).unwrap_or_default();
            self.write_trainee(&key, favourite, options, &mut tables);
            self.write_wishes(&key, sites, near, &mut tables);
            self.write_exclusion(&key, sites, near, supervisors, &mut tables);
            self.write_trainee_week(&key);
        }
        tables.trainees.finish("trainees.csv", &mut self.files);
        tables
            .preferences
            .finish("preferences.csv", &mut self.files);
        tables.exclusions.finish("exclusions.csv", &mut self.files);
    }

    fn write_trainee(
        &mut self,
        key: &str,
        favourite: &Place,
        options: &GenerateOptions,
        tables: &mut TraineeTables,
    ) {
        let name = self.person_name();
        let lives_elsewhere = self.dice.chance(6);
        let elsewhere = self.dice.pick(options.regions.list());
        let home = if lives_elsewhere {
            elsewhere
        } else {
            favourite.region
        };
        let is_intern = self.dice.chance(66);
        let (level, contact_min, target) = if is_intern {
            ("internship", 480, self.dice.pick(&[600, 720, 840, 960]))
        } else {
            ("practicum", 360, self.dice.pick(&[480, 540, 600]))
        };
        let priority = match self.dice.below(100) {
            0..88 => 1,
            88..98 => 2,
            _ => 3,
        };
        let needs_modality = self.dice.chance(32);
        let modality = self.dice.pick(&favourite.modalities);
        let languages = self.languages(1);
        tables.trainees.row([
            &key,
            &name,
            &format!("{key}@example.edu"),
            &home.time_zone,
            &level,
            &favourite.region.jurisdiction,
            &priority,
            &contact_min,
            &target,
            &(target + 120),
            &(if needs_modality { modality } else { "" }),
            &languages,
        ]);
    }

    fn write_wishes(
        &mut self,
        key: &str,
        sites: &[Place],
        near: &[usize],
        tables: &mut TraineeTables,
    ) {
        let wanted = self.dice.pick(&[3, 4, 4, 5, 5, 5, 6, 6, 7]).min(near.len());
        let mut ranked: Vec<usize> = Vec::with_capacity(wanted);
        while ranked.len() < wanted {
            let mut place = self.dice.below(near.len());
            // Some sites are better known than others.
            if self.dice.chance(30) {
                place = place.min(self.dice.below(near.len()));
            }
            if !ranked.contains(&near[place]) {
                ranked.push(near[place]);
            }
        }
        for (place, site) in ranked.iter().enumerate() {
            tables
                .preferences
                .row([&key, &"site", &sites[*site].key, &(place + 1)]);
        }
    }

    fn write_exclusion(
        &mut self,
        key: &str,
        sites: &[Place],
        near: &[usize],
        supervisors: usize,
        tables: &mut TraineeTables,
    ) {
        let site = self.dice.pick(near);
        let supervisor = supervisor_key(self.dice.between(1, supervisors));
        match self.dice.below(100) {
            0..5 => tables
                .exclusions
                .row([&key, &"site", &sites[site].key, &"former employer"]),
            5..10 => tables
                .exclusions
                .row([&key, &"supervisor", &supervisor, &"family relation"]),
            _ => {}
        }
    }

    fn write_trainee_week(&mut self, key: &str) {
        let days = self.dice.between(3, 5);
        for weekday in self.dice.some_of(days, &WEEKDAYS) {
            let from = self.dice.between(16, 24);
            let until = (from + self.dice.between(10, 20)).min(40);
            self.add_window("trainee", key, weekday, from, until);
        }
        if self.dice.chance(30) {
            self.add_window("trainee", key, "sat", 18, 30);
        }
        if self.dice.chance(8) {
            self.add_away("trainee", key, CONFERENCE);
        }
    }
}
