//! `practicum forecast` on folders.

use std::fs;
use std::path::Path;

use practicum::domain::{Plan, RequirementCategory, Roster, SessionKind};
use practicum::roster::{PlanContext, roster_hash, write_plan, write_roster};
use tempfile::TempDir;

use super::{asked, world};
use crate::support::command::{Ran, practicum};
use crate::support::plans::PlanBuilder;
use crate::support::world::{away, zone_table};

/// A roster and a plan in folders.
struct Folders(TempDir);

impl Folders {
    fn new(roster: &Roster, plan: &Plan) -> Self {
        let folders = Self(tempfile::tempdir().unwrap());
        let context = PlanContext {
            roster_sha256: roster_hash(roster),
            tzdb_version: zone_table(roster).version().to_owned(),
            ..PlanContext::default()
        };
        let written = write_roster(roster).write_dir(&folders.path("roster"));
        written.unwrap();
        write_plan(plan, &context)
            .write_dir(&folders.path("plan"))
            .unwrap();
        folders
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn ran(&self, command: &str, more: &[&str]) -> Ran {
        let (roster, plan) = (self.path("roster"), self.path("plan"));
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let (roster, plan) = (text(&roster), text(&plan));
        practicum(&[&[command, "--roster", &roster, "--plan", &plan], more].concat())
    }
}

/// Returns `t`, who misses a session and falls short of contact, and `u`, who
/// has no place.
fn folders() -> Folders {
    let world = world().with(|roster| {
        roster.trainees[0].availability.away = vec![away("2027-01-11", "2027-01-15")];
    });
    let world = asked(world, RequirementCategory::Contact, 1200, 0, "2027-01-31");
    let world = asked(world, RequirementCategory::Individual, 180, 0, "2027-01-31");
    let roster = world.trainee("u").into_roster();
    let plan = PlanBuilder::new(&roster)
        .place("t", "a", 300)
        .video("s", SessionKind::Individual, "mon 09:00", &["t/weekly"])
        .build();
    Folders::new(&roster, &plan)
}

#[test]
fn what_falls_short_comes_first_with_its_first_week() {
    let ran = folders().ran("forecast", &[]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{}", ran.stdout);
    assert!(
        ran.stdout.starts_with("1 of 2 requirements fall short"),
        "{}",
        ran.stdout
    );
    let place = |text: &str| {
        ran.stdout
            .find(text)
            .unwrap_or_else(|| panic!("{text} in {}", ran.stdout))
    };
    let row = ran
        .stdout
        .lines()
        .find(|line| line.contains("contact"))
        .unwrap();
    for cell in ["20:00", "15:00", "2027-01-31", "5:00", "2027-01-11"] {
        assert!(row.contains(cell), "{cell} in {row}");
    }
    assert!(place("contact") < place("individual"));
    assert!(place("reached, 0:00 more") < place("Unmatched in this plan: u."));
}

#[test]
fn one_trainee_is_shown_week_by_week() {
    let ran = folders().ran("forecast", &["--trainee", "t"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for told in [
        "t at site a",
        "session-0001 is missed on 2027-01-11: the trainee is away.",
        "contact: 20:00 required by 2027-01-31, 0:00 completed before, 15:00 expected; short by \
         5:00, certain from 2027-01-11 on.",
        "██████············",
        " 75 %",
    ] {
        assert!(ran.stdout.contains(told), "{told} in {}", ran.stdout);
    }
    let unmatched = folders().ran("forecast", &["--trainee", "u"]);
    assert_eq!(unmatched.stdout, "u is unmatched in this plan\n");
    let unknown = folders().ran("forecast", &["--trainee", "nobody"]);
    assert_eq!(unknown.code, 3);
    assert!(
        unknown.stderr.contains("nobody is no trainee"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn json_holds_every_week_of_every_trainee() {
    let all = folders().ran("forecast", &["--json"]).json();
    let (t, u) = (&all["forecasts"][0], &all["forecasts"][1]);
    assert_eq!(
        (&t["trainee_id"], &t["site_id"]),
        (&"t".into(), &"a".into())
    );
    assert_eq!(t["weeks"][1]["sessions_missed"], 1);
    let contact = &t["requirements"][0];
    assert_eq!(contact["standing"], "short");
    assert_eq!(contact["first_week_short"], "2027-01-11");
    assert_eq!(contact["weeks"][3]["total"], contact["minutes_expected"]);
    assert!(u["site_id"].is_null());
}

#[test]
fn the_saved_table_stays_beside_the_plan_until_a_new_one() {
    let folders = folders();
    let table = folders.path("plan").join("forecast.csv");
    assert_eq!(folders.ran("forecast", &[]).code, 0);
    assert!(!table.exists());
    assert_eq!(
        folders.ran("forecast", &["--save", "--trainee", "u"]).code,
        0
    );
    let saved = fs::read_to_string(&table).unwrap();
    assert_eq!(
        saved,
        "trainee_id,target,rule_set,standing,minutes_required,minutes_completed,minutes_expected,\
         minutes_short,due_day,first_week_short\n\
         t,contact,,short,1200,0,900,300,2027-01-31,2027-01-11\n\
         t,individual,,reached,180,0,180,0,2027-01-31,\n"
    );
    assert_eq!(
        folders.ran("check", &[]).code,
        0,
        "the plan is as whole as before"
    );
    let (roster, plan) = (folders.path("roster"), folders.path("plan"));
    let (roster, plan) = (roster.to_str().unwrap(), plan.to_str().unwrap());
    let again = practicum(&["match", "--roster", roster, "--out", plan]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(!table.exists());
}
