//! Writes lifelike rosters of any size, for demonstrations, tests and
//! measurements. The same options give the same roster on every machine: whole
//! numbers only, and one stream of chance from the seed.
//!
//! The numbers follow what programs look like: a site for five trainees,
//! supervisors at the sites and group leaders in the faculty, three to seven
//! ranked sites in the trainee's own region. Every name is made up.

mod dice;
mod placements;
mod places;
mod supervisors;
mod trainees;
mod vocabulary;

use super::write::TableWriter;
use super::{FolderFiles, RosterErrors, read_roster};
use crate::domain::Roster;
use dice::Dice;
use vocabulary::{FAMILY, GIVEN, Region, US, WORLD};

/// Most trainees of a generated roster.
pub const MOST_TRAINEES: u32 = 200_000;

/// Where the people and sites of a generated roster are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Regions {
    /// Six states of the USA, in five zones.
    Us,
    /// Ten countries, in ten zones, north and south of the equator.
    World,
}

impl Regions {
    fn list(self) -> &'static [Region] {
        match self {
            Self::Us => &US,
            Self::World => &WORLD,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::World => "world",
        }
    }
}

/// What a generated roster asks of the matcher.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shape {
    /// Placements with weekly supervision sessions, as programs have them.
    #[default]
    Sessions,
    /// Placements and supervisors without times; a supervisor visits several
    /// sites.
    Core,
    /// The same with one site for each supervisor, so that limits nest.
    Nested,
}

/// What roster to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerateOptions {
    trainees: u32,
    seed: u64,
    regions: Regions,
    shape: Shape,
}

impl GenerateOptions {
    /// Returns the options, or `None` without trainees or above
    /// [`MOST_TRAINEES`].
    pub fn new(trainees: u32, seed: u64, regions: Regions) -> Option<Self> {
        (1..=MOST_TRAINEES).contains(&trainees).then_some(Self {
            trainees,
            seed,
            regions,
            shape: Shape::default(),
        })
    }

    /// Returns the same options with another shape. Rosters without times all
    /// lie in one zone, whatever the regions.
    #[must_use]
    pub fn with_shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }
}

/// Generates a roster. It passes the same import as every other.
///
/// # Errors
/// None is expected; one would show that the generator and the import rules
/// have come apart.
pub fn generate(options: &GenerateOptions) -> Result<Roster, RosterErrors> {
    let mut world = World {
        dice: Dice::new(options.seed),
        files: FolderFiles::default(),
        windows: TableWriter::new(&["owner", "owner_id", "weekday", "start", "end"]),
        away: TableWriter::new(&["owner", "owner_id", "first_day", "last_day", "reason"]),
    };
    world.write_program(options);
    match options.shape {
        Shape::Sessions => {
            let sites = world.write_sites(options);
            let supervisors = world.write_supervisors(options, &sites);
            world.write_trainees(options, &sites, supervisors);
            world.write_supervision_lines();
            world.windows.finish("availability.csv", &mut world.files);
            world.away.finish("away.csv", &mut world.files);
        }
        Shape::Core => world.write_placements(options, false),
        Shape::Nested => world.write_placements(options, true),
    }
    read_roster(&world.files)
}

/// A roster while it is made.
struct World {
    dice: Dice,
    files: FolderFiles,
    windows: TableWriter,
    away: TableWriter,
}

/// A site, as far as people need to know it.
struct Place {
    key: String,
    region: Region,
    capacity: usize,
    modalities: Vec<&'static str>,
}

impl World {
    fn write_program(&mut self, options: &GenerateOptions) {
        let zone = options.regions.list()[0].time_zone;
        let (trainees, seed, word) = (options.trainees, options.seed, options.regions.word());
        let mut text = format!(
            "[program]\nid = \"generated-{word}-{trainees}\"\n\
             name = \"Generated program, seed {seed}\"\ntime_zone = \"{zone}\"\n\n\
             [round]\nname = \"Spring 2027\"\nfirst_day = 2027-01-11\nlast_day = 2027-05-28\n\
             session_start_step_minutes = 15\nmissed_sessions_max = 2\n\
             unranked_sites = \"forbidden\"\nexcluded_supervisor_closes_sites = true\n"
        );
        if options.shape == Shape::Sessions {
            text.push_str("\n[ratio]\ncontact_per_supervision_max = 10\ngroup_credit = 0.5\n");
        }
        self.files.insert("program.toml", text.into_bytes());
    }

    fn write_supervision_lines(&mut self) {
        let text = "level,line,kinds,role,minutes_per_week,licence\n\
                    internship,weekly_group,group,faculty,90,any\n\
                    internship,weekly_individual,individual;triadic,site,60,jurisdiction\n\
                    practicum,weekly_group,group,faculty,90,any\n\
                    practicum,weekly_individual,individual;triadic,site,60,jurisdiction\n";
        self.files.insert("supervision_lines.csv", text.into());
    }

    /// Adds a window from and to a number of half hours after midnight.
    fn add_window(&mut self, owner: &str, key: &str, weekday: &str, from: usize, until: usize) {
        let clock = |halves: usize| format!("{:02}:{:02}", halves / 2, halves % 2 * 30);
        self.windows
            .row([&owner, &key, &weekday, &clock(from), &clock(until)]);
    }

    fn person_name(&mut self) -> String {
        format!("{} {}", self.dice.pick(&GIVEN), self.dice.pick(&FAMILY))
    }

    fn add_away(&mut self, owner: &str, key: &str, (first, last, reason): (&str, &str, &str)) {
        self.away.row([&owner, &key, &first, &last, &reason]);
    }
}
