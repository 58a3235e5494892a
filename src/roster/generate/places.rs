//! The sites of a generated roster.

use super::vocabulary::{LANGUAGES, MODALITIES, Region, SETTINGS, SITE_FIRST, SITE_LAST};
use super::{GenerateOptions, Place, World};
use crate::roster::write::TableWriter;

pub(super) const COLUMNS: [&str; 13] = [
    "id",
    "name",
    "time_zone",
    "jurisdiction",
    "setting",
    "capacity",
    "contact_minutes_per_week",
    "contact_minutes_min",
    "contact_minutes_max",
    "agreement_from",
    "agreement_until",
    "modalities",
    "languages",
];

/// Places for trainees, as often as sites have them; not quite five on the mean,
/// so that a site for five trainees leaves it tight.
const CAPACITIES: [usize; 11] = [2, 2, 3, 3, 4, 4, 5, 6, 6, 8, 10];

impl World {
    /// Writes the sites with their opening hours and returns them.
    pub(super) fn write_sites(&mut self, options: &GenerateOptions) -> Vec<Place> {
        let trainees = usize::try_from(options.trainees).unwrap_or_default();
        let count = trainees.div_ceil(5).max(2);
        // A small roster lies in few regions, so that trainees have a choice.
        let regions = options.regions.list();
        let regions = &regions[..regions.len().min(count.div_ceil(3))];
        let mut table = TableWriter::new(&COLUMNS);
        let places = (0..count)
            .map(|place| self.write_site(place, regions[place % regions.len()], &mut table))
            .collect();
        table.finish("sites.csv", &mut self.files);
        places
    }

    fn write_site(&mut self, place: usize, region: Region, table: &mut TableWriter) -> Place {
        let key = format!("site-{:04}", place + 1);
        let capacity = self.dice.pick(&CAPACITIES);
        let contact_per_week = capacity * self.dice.between(32, 62) * 15;
        let contact_min = if self.dice.chance(75) { 480 } else { 600 };
        let contact_max = contact_min + self.dice.between(2, 5) * 120;
        let ends_in_term = self.dice.chance(6);
        let until = if ends_in_term {
            "2027-03-31"
        } else {
            "2028-06-30"
        };
        let setting = self.dice.pick(&SETTINGS);
        let modality_count = self.dice.between(3, 6);
        let modalities = self.dice.some_of(modality_count, &MODALITIES);
        let languages = self.languages(3);
        table.row([
            &key,
            &site_name(place),
            &region.time_zone,
            &region.jurisdiction,
            &setting,
            &capacity,
            &contact_per_week,
            &contact_min,
            &contact_max,
            &"2025-07-01",
            &until,
            &modalities.join(";"),
            &languages,
        ]);
        self.write_opening_hours(&key);
        Place {
            key,
            region,
            capacity,
            modalities,
        }
    }

    fn write_opening_hours(&mut self, key: &str) {
        let until = if self.dice.chance(35) { 40 } else { 36 };
        for weekday in ["mon", "tue", "wed", "thu", "fri"] {
            self.add_window("site", key, weekday, 16, until);
        }
        if self.dice.chance(40) {
            self.add_window("site", key, "sat", 18, 30);
        }
    }

    /// Returns English and up to so many other languages, as a list.
    pub(super) fn languages(&mut self, most: usize) -> String {
        let count = self.dice.between(0, most);
        let mut languages = vec!["en"];
        languages.extend(self.dice.some_of(count, &LANGUAGES));
        languages.join(";")
    }
}

/// Returns a name that no other site has.
fn site_name(place: usize) -> String {
    let first = SITE_FIRST[place % SITE_FIRST.len()];
    // Twenty first words and nine last ones: each pair comes once in 180.
    let last = SITE_LAST[place % SITE_LAST.len()];
    match place / (SITE_FIRST.len() * SITE_LAST.len()) {
        0 => format!("{first} {last}"),
        round => format!("{first} {last} {}", round + 1),
    }
}
