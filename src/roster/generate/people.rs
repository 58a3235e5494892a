//! The supervisors and trainees of a generated roster.

use std::collections::BTreeMap;

use super::vocabulary::{CREDENTIALS, FAMILY, GIVEN, Region};
use super::{GenerateOptions, Place, World};
use crate::roster::write::TableWriter;

const WEEKDAYS: [&str; 5] = ["mon", "tue", "wed", "thu", "fri"];
const SPRING_BREAK: (&str, &str, &str) = ("2027-03-15", "2027-03-19", "spring break");
const CONFERENCE: (&str, &str, &str) = ("2027-04-05", "2027-04-09", "conference");

/// The tables of supervisors while they are written.
struct SupervisorTables {
    supervisors: TableWriter,
    licences: TableWriter,
    count: usize,
}

/// What differs between supervisors of sites and of the faculty.
struct Post<'a> {
    region: Region,
    role: &'static str,
    sites: String,
    delivery: &'static str,
    caseload_max: usize,
    caseload_current: usize,
    minutes_per_week_max: usize,
    kinds: &'static str,
    group_size_max: usize,
    regions: &'a [Region],
}

/// The tables of trainees while they are written.
struct TraineeTables {
    trainees: TableWriter,
    preferences: TableWriter,
    exclusions: TableWriter,
}

impl World {
    /// Writes the supervisors with their licences, and returns how many there
    /// are.
    pub(super) fn write_supervisors(
        &mut self,
        options: &GenerateOptions,
        sites: &[Place],
    ) -> usize {
        let regions = options.regions.list();
        let mut tables = SupervisorTables {
            supervisors: TableWriter::new(&[
                "id",
                "name",
                "email",
                "time_zone",
                "role",
                "sites",
                "delivery",
                "caseload_max",
                "caseload_current",
                "minutes_per_week_max",
                "kinds",
                "group_size_max",
                "languages",
            ]),
            licences: TableWriter::new(&[
                "supervisor_id",
                "jurisdiction",
                "credential",
                "valid_from",
                "valid_until",
            ]),
            count: 0,
        };
        for (place, site) in sites.iter().enumerate() {
            for _ in 0..=site.capacity / 3 {
                let post = self.site_post(sites, place, regions);
                self.write_supervisor(&post, &mut tables);
            }
        }
        let trainees = usize::try_from(options.trainees).unwrap_or_default();
        for member in 0..trainees.div_ceil(6).max(2) {
            let region = sites[member % sites.len()].region;
            let post = self.faculty_post(region, regions);
            self.write_supervisor(&post, &mut tables);
        }
        tables
            .supervisors
            .finish("supervisors.csv", &mut self.files);
        tables.licences.finish("licences.csv", &mut self.files);
        tables.count
    }

    fn site_post<'a>(&mut self, sites: &[Place], place: usize, regions: &'a [Region]) -> Post<'a> {
        let site = &sites[place];
        let other = &sites[self.dice.below(sites.len())];
        let has_second = self.dice.chance(4)
            && other.key != site.key
            && other.region.jurisdiction == site.region.jurisdiction;
        let caseload_max = self.dice.between(2, 5);
        Post {
            region: site.region,
            role: "site",
            sites: if has_second {
                format!("{};{}", site.key, other.key)
            } else {
                site.key.clone()
            },
            delivery: if self.dice.chance(45) {
                "both"
            } else {
                "in_person"
            },
            caseload_max,
            caseload_current: usize::from(self.dice.chance(18)),
            minutes_per_week_max: caseload_max * 60,
            kinds: if self.dice.chance(40) {
                "individual;triadic"
            } else {
                "individual"
            },
            group_size_max: 0,
            regions,
        }
    }

    fn faculty_post<'a>(&mut self, region: Region, regions: &'a [Region]) -> Post<'a> {
        Post {
            region,
            role: "faculty",
            sites: String::new(),
            delivery: "video",
            caseload_max: self.dice.between(6, 12),
            caseload_current: 0,
            minutes_per_week_max: self.dice.between(2, 4) * 90,
            kinds: if self.dice.chance(30) {
                "individual;group"
            } else {
                "group"
            },
            group_size_max: 8,
            regions,
        }
    }

    fn write_supervisor(&mut self, post: &Post<'_>, tables: &mut SupervisorTables) {
        tables.count += 1;
        let key = supervisor_key(tables.count);
        let name = self.person_name();
        let languages = self.languages(2);
        tables.supervisors.row([
            &key,
            &name,
            &format!("{key}@example.org"),
            &post.region.time_zone,
            &post.role,
            &post.sites,
            &post.delivery,
            &post.caseload_max,
            &post.caseload_current,
            &post.minutes_per_week_max,
            &post.kinds,
            &post.group_size_max,
            &languages,
        ]);
        self.write_licences(&key, post, tables);
        let days = self.dice.between(2, 5);
        for weekday in self.dice.some_of(days, &WEEKDAYS) {
            let from = self.dice.between(16, 32);
            let until = (from + self.dice.between(4, 10)).min(41);
            self.add_window("supervisor", &key, weekday, from, until);
        }
        if self.dice.chance(25) {
            self.add_away("supervisor", &key, SPRING_BREAK);
        }
    }

    fn write_licences(&mut self, key: &str, post: &Post<'_>, tables: &mut SupervisorTables) {
        let mut jurisdictions = vec![post.region.jurisdiction];
        if post.delivery != "in_person" && self.dice.chance(60) {
            let more = self.dice.between(1, 3);
            let regions = self.dice.some_of(more, post.regions);
            jurisdictions.extend(regions.iter().map(|region| region.jurisdiction));
        }
        jurisdictions.sort_unstable();
        jurisdictions.dedup();
        for jurisdiction in jurisdictions {
            let credential = self.dice.pick(&CREDENTIALS);
            let ends_in_term = self.dice.chance(5);
            let until = if ends_in_term {
                "2027-04-15"
            } else {
                "2030-12-31"
            };
            tables
                .licences
                .row([&key, &jurisdiction, &credential, &"2019-01-01", &until]);
        }
    }

    /// Writes the trainees with their wishes and exclusions.
    pub(super) fn write_trainees(
        &mut self,
        options: &GenerateOptions,
        sites: &[Place],
        supervisors: usize,
    ) {
        let mut tables = TraineeTables {
            trainees: TableWriter::new(&[
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
            ]),
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

    fn person_name(&mut self) -> String {
        format!("{} {}", self.dice.pick(&GIVEN), self.dice.pick(&FAMILY))
    }
}

fn supervisor_key(number: usize) -> String {
    format!("sup-{number:04}")
}
