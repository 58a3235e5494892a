//! Rosters without session times, for measuring placements alone: N trainees,
//! N/10 sites of 12 places, N/4 supervisors of 5 trainees each, and for each
//! trainee eight ranked sites with just one possible supervisor at each.
//!
//! Everybody has one of twenty languages, and at each site each language is
//! spoken by one supervisor. A supervisor has one language and visits eight
//! sites; or, in a nested roster, has one site and several languages.

use super::vocabulary::{SITE_FIRST, SITE_LAST, US};
use super::{GenerateOptions, World};
use crate::roster::write::TableWriter;

const LANGUAGES: [&str; 20] = [
    "am", "ar", "el", "en", "es", "fa", "fr", "he", "hi", "it", "ja", "ko", "pl", "pt", "ru", "so",
    "tl", "ur", "vi", "zh",
];

/// Sites that a trainee ranks.
const RANKED: usize = 8;

/// The sites and languages of each supervisor.
type Posts = Vec<(Vec<usize>, Vec<&'static str>)>;

impl World {
    /// Writes everything but the program.
    pub(super) fn write_placements(&mut self, options: &GenerateOptions, is_nested: bool) {
        let trainees = usize::try_from(options.trainees).unwrap_or_default();
        let sites = trainees.div_ceil(10);
        let supervisors = trainees.div_ceil(4).max(sites);
        let posts = if is_nested {
            nested_posts(sites, supervisors)
        } else {
            self.visiting_posts(sites, supervisors)
        };
        self.write_plain_sites(sites);
        self.write_plain_supervisors(&posts);
        self.write_plain_trainees(trainees, sites, supervisors);
        let lines = "level,line,kinds,role,minutes_per_week,licence\n\
                     practicum,supervisor,individual,site,0,any\n";
        self.files.insert("supervision_lines.csv", lines.into());
    }

    /// Returns supervisors with one language each who share out the sites.
    fn visiting_posts(&mut self, sites: usize, supervisors: usize) -> Posts {
        let languages = languages(supervisors);
        let mut posts: Posts = (0..supervisors)
            .map(|supervisor| (Vec::new(), vec![languages[supervisor % languages.len()]]))
            .collect();
        for language in 0..languages.len() {
            let speakers: Vec<usize> = (language..supervisors).step_by(languages.len()).collect();
            let mut order: Vec<usize> = (0..sites).collect();
            for last in (1..sites).rev() {
                order.swap(last, self.dice.below(last + 1));
            }
            for (turn, site) in order.into_iter().enumerate() {
                posts[speakers[turn % speakers.len()]].0.push(site);
            }
        }
        for (sites, _) in &mut posts {
            sites.sort_unstable();
        }
        posts
    }

    fn write_plain_sites(&mut self, sites: usize) {
        let mut table = TableWriter::new(&super::places::COLUMNS);
        for site in 0..sites {
            let first = SITE_FIRST[site % SITE_FIRST.len()];
            let last = SITE_LAST[site % SITE_LAST.len()];
            table.row([
                &site_key(site),
                &format!("{first} {last} {}", site + 1),
                &US[0].time_zone,
                &US[0].jurisdiction,
                &"clinic",
                &12,
                &(12 * 600),
                &480,
                &600,
                &"2025-07-01",
                &"2028-06-30",
                &"",
                &"",
            ]);
        }
        table.finish("sites.csv", &mut self.files);
    }

    fn write_plain_supervisors(&mut self, posts: &Posts) {
        let mut table = TableWriter::new(&super::supervisors::COLUMNS);
        for (supervisor, (sites, languages)) in posts.iter().enumerate() {
            let key = format!("sup-{:05}", supervisor + 1);
            let sites: Vec<String> = sites.iter().map(|site| site_key(*site)).collect();
            table.row([
                &key,
                &self.person_name(),
                &format!("{key}@example.org"),
                &US[0].time_zone,
                &"site",
                &sites.join(";"),
                &"both",
                &5,
                &0,
                &300,
                &"individual",
                &0,
                &languages.join(";"),
            ]);
        }
        table.finish("supervisors.csv", &mut self.files);
    }

    fn write_plain_trainees(&mut self, trainees: usize, sites: usize, supervisors: usize) {
        let languages = languages(supervisors);
        let mut table = TableWriter::new(&super::trainees::COLUMNS);
        let mut preferences = TableWriter::new(&["trainee_id", "target", "target_id", "rank"]);
        for trainee in 0..trainees {
            let key = format!("tr-{:06}", trainee + 1);
            table.row([
                &key,
                &self.person_name(),
                &format!("{key}@example.org"),
                &US[0].time_zone,
                &"practicum",
                &US[0].jurisdiction,
                &1,
                &480,
                &600,
                &600,
                &"",
                &languages[trainee % languages.len()],
            ]);
            let mut ranked: Vec<usize> = Vec::with_capacity(RANKED);
            while ranked.len() < RANKED.min(sites) {
                let site = self.dice.below(sites);
                if !ranked.contains(&site) {
                    ranked.push(site);
                }
            }
            for (rank, site) in (1..).zip(ranked) {
                let rank: u32 = rank;
                preferences.row([&key, &"site", &site_key(site), &rank]);
            }
        }
        table.finish("trainees.csv", &mut self.files);
        preferences.finish("preferences.csv", &mut self.files);
    }
}

/// Returns supervisors with one site each who share out the languages.
fn nested_posts(sites: usize, supervisors: usize) -> Posts {
    let languages = languages(supervisors);
    (0..supervisors)
        .map(|supervisor| {
            let site = supervisor % sites;
            let staff = (site..supervisors).step_by(sites).count();
            let own = languages.iter().skip(supervisor / sites).step_by(staff);
            (vec![site], own.copied().collect())
        })
        .collect()
}

/// Returns the languages of a roster: at least one supervisor has each.
fn languages(supervisors: usize) -> &'static [&'static str] {
    &LANGUAGES[..LANGUAGES.len().min(supervisors)]
}

fn site_key(site: usize) -> String {
    format!("site-{:04}", site + 1)
}
