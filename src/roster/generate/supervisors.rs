//! The supervisors of a generated roster.

use super::vocabulary::{CREDENTIALS, Region, WEEKDAYS};
use super::{GenerateOptions, Place, World};
use crate::roster::write::TableWriter;

pub(super) const COLUMNS: [&str; 13] = [
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
];

const SPRING_BREAK: (&str, &str, &str) = ("2027-03-15", "2027-03-19", "spring break");

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
            supervisors: TableWriter::new(&COLUMNS),
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
}

/// Returns the id of a supervisor, counted from one.
pub(super) fn supervisor_key(number: usize) -> String {
    format!("sup-{number:04}")
}
