//! Public instances with known answers, read as Practicum: a resident or a
//! student is a trainee, a hospital or a project a site, a lecturer a
//! supervisor. Only placements are matched; a tie is an equal rank.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use practicum::domain::{Preference, Role, Roster};

use super::world::{World, at_site, minutes, parsed, range};

/// Returns a folder of instances, which lies beside the project; `None`, said
/// loudly, where there is none.
pub(crate) fn instances(folder: &str) -> Option<PathBuf> {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = shared.join("data/instances").join(folder);
    if folder.is_dir() {
        return Some(folder);
    }
    let is_hidden = std::env::var("CI").is_ok_and(|ci| ci == "true") && shared.exists();
    assert!(!is_hidden, "{} is missing", folder.display());
    let _ = writeln!(
        std::io::stderr(),
        "SKIPPED: there is no folder {}",
        folder.display()
    );
    None
}

/// What `bruteforce/N.txt` says of an instance.
pub(crate) struct KnownBest {
    /// How many can be placed.
    pub(crate) size: i64,
    /// The least sum of ranks when so many are.
    pub(crate) cost: i64,
    /// How many get their first choice, their second and so on, when so many
    /// are placed, fewest at the worst rank first.
    pub(crate) generous: Vec<i64>,
    /// The same, most at the best rank first.
    pub(crate) greedy: Vec<i64>,
    /// The same, however many are placed.
    pub(crate) greedy_of_any_size: Vec<i64>,
}

/// Returns what is known of an instance; `None` when no plan is legal.
pub(crate) fn known_best(folder: &Path, number: u32) -> Option<KnownBest> {
    let text = read(&folder.join(format!("bruteforce/{number}.txt")));
    if text.contains("Infeasible") {
        return None;
    }
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap().trim()
    };
    let profile = |name: &str| {
        let numbers = value(name).trim_matches(['<', '>', ' ']).split(' ');
        numbers.map(|number| number.parse().unwrap()).collect()
    };
    Some(KnownBest {
        size: value("optimal_size:").parse().unwrap(),
        cost: value("optimal_maxsizemincost:").parse().unwrap(),
        generous: profile("optimal_generousmaxprofile:"),
        greedy: profile("optimal_greedymaxprofile:"),
        greedy_of_any_size: profile("optimal_greedyprofile:"),
    })
}

/// Reads hospitals and residents with lower quotas.
pub(crate) fn hospitals_and_residents(path: &Path) -> Roster {
    let text = read(path);
    let mut lines = text.lines();
    let counts = numbers(lines.next().unwrap());
    let residents: Vec<Vec<&str>> = fields(&mut lines, counts[0]);
    let hospitals: Vec<Vec<&str>> = fields(&mut lines, counts[1]);
    let mut world = World::new();
    for hospital in &hospitals {
        let (least, most) = (hospital[1].parse().unwrap(), hospital[2].parse().unwrap());
        world = site(world, hospital[0], least, most);
    }
    let acceptable = |resident: &str, hospital: &str| {
        let ranks = hospitals.iter().find(|h| h[0] == hospital).unwrap()[3];
        tie_groups(ranks).contains_key(resident)
    };
    let wishes: Vec<(&str, BTreeMap<&str, u32>)> = residents
        .iter()
        .map(|resident| {
            let mut ranks = tie_groups(resident[1]);
            ranks.retain(|hospital, _| acceptable(resident[0], hospital));
            (resident[0], ranks)
        })
        .collect();
    trainees(world, &wishes)
}

/// Reads students, projects and lecturers with lower quotas. A lecturer fills
/// a line without a session for every student at her projects.
pub(crate) fn students_and_projects(path: &Path) -> Roster {
    let text = read(path);
    let mut lines = text.lines();
    let counts = numbers(lines.next().unwrap());
    let students: Vec<Vec<&str>> = fields(&mut lines, counts[0]);
    let projects: Vec<Vec<&str>> = fields(&mut lines, counts[1]);
    let lecturers: Vec<Vec<&str>> = fields(&mut lines, counts[2]);
    let mut world = World::new();
    for project in &projects {
        let (least, most) = (project[1].parse().unwrap(), project[2].parse().unwrap());
        world = site(world, project[0], least, most);
    }
    for lecturer in &lecturers {
        let own = projects.iter().filter(|project| project[3] == lecturer[0]);
        world = world.supervisor_with(&format!("l{}", lecturer[0]), |supervisor| {
            supervisor.role = Role::Site;
            supervisor.sites = own.map(|project| parsed(&key("s", project[0]))).collect();
            supervisor.caseload_min = lecturer[1].parse().unwrap();
            supervisor.caseload_max = lecturer[3].parse().unwrap();
        });
    }
    world = world.line_with("lecturer", |line| {
        line.role = Role::Site;
        line.minutes_per_week = minutes(0);
    });
    let wishes: Vec<(&str, BTreeMap<&str, u32>)> = students
        .iter()
        .map(|student| (student[0], tie_groups(student[1])))
        .collect();
    trainees(world, &wishes)
}

/// Reads hospitals and residents with ties: fields apart by blanks, no quotas.
pub(crate) fn residents_with_ties(path: &Path) -> Roster {
    let text = read(path);
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("0"));
    let mut count = || -> usize { lines.next().unwrap().trim().parse().unwrap() };
    let (residents, hospitals) = (count(), count());
    let lines: Vec<(&str, &str)> = lines
        .filter_map(|line| line.trim().split_once(char::is_whitespace))
        .collect();
    assert_eq!(lines.len(), residents + hospitals);
    let (residents, hospitals) = lines.split_at(residents);
    let mut world = World::new();
    for (hospital, rest) in hospitals {
        let capacity = rest.split_whitespace().next().unwrap();
        world = site(world, hospital, 0, capacity.parse().unwrap());
    }
    let wishes: Vec<(&str, BTreeMap<&str, u32>)> = residents
        .iter()
        .map(|(resident, ranks)| (*resident, tie_groups(ranks)))
        .collect();
    trainees(world, &wishes)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn numbers(line: &str) -> Vec<usize> {
    line.split_whitespace()
        .map(|number| number.parse().unwrap())
        .collect()
}

/// Returns the fields of the next lines, which colons separate.
fn fields<'t>(lines: &mut impl Iterator<Item = &'t str>, count: usize) -> Vec<Vec<&'t str>> {
    lines
        .take(count)
        .map(|line| line.split(':').map(str::trim).collect())
        .collect()
}

/// Returns the rank of each name: those in brackets share one, and the next
/// group has the next.
fn tie_groups(text: &str) -> BTreeMap<&str, u32> {
    let mut ranks = BTreeMap::new();
    let (mut rank, mut is_tied) = (0, false);
    for word in text.split_whitespace() {
        if !is_tied {
            rank += 1;
        }
        is_tied = (is_tied || word.starts_with('(')) && !word.ends_with(')');
        ranks.insert(word.trim_matches(['(', ')']), rank);
    }
    ranks
}

fn key(kind: &str, number: &str) -> String {
    format!("{kind}{number}")
}

fn site(world: World, number: &str, least: u32, most: u32) -> World {
    world.site_with(&key("s", number), |site| {
        site.capacity_min = least;
        site.capacity = most;
        site.contact = range(0, 0);
        site.contact_per_week = minutes(0);
    })
}

fn trainees(mut world: World, wishes: &[(&str, BTreeMap<&str, u32>)]) -> Roster {
    for (trainee, _) in wishes {
        world = world.trainee_with(&key("t", trainee), |trainee| {
            trainee.contact = range(0, 0);
            trainee.contact_target = Some(minutes(0));
        });
    }
    let preferences = wishes.iter().flat_map(|(trainee, ranks)| {
        ranks.iter().map(move |(site, rank)| Preference {
            trainee: parsed(&key("t", trainee)),
            target: at_site(&key("s", site)),
            rank: *rank,
        })
    });
    world
        .with(|roster| {
            roster.preferences = preferences.collect();
            roster.has_availability = false;
        })
        .into_roster()
}
