//! The rosters that come with Practicum.

use std::path::{Path, PathBuf};

use practicum::roster::{read_folder, read_roster, roster_hash, write_roster};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/rosters")
        .join(name)
}

#[test]
fn the_shipped_rosters_read_without_error() {
    for (name, sites, supervisors, trainees) in [
        ("clinic-12", 3, 11, 12),
        ("metro-120", 24, 74, 120),
        ("world-240", 47, 149, 240),
    ] {
        let roster = read_folder(&shipped(name)).unwrap();
        assert_eq!(roster.sites.len(), sites, "{name}");
        assert_eq!(roster.supervisors.len(), supervisors, "{name}");
        assert_eq!(roster.trainees.len(), trainees, "{name}");
        assert_eq!(roster.supervision_lines.len(), 4, "{name}");
        assert!(roster.has_availability, "{name}");
    }
}

#[test]
fn a_shipped_roster_reads_back_equal_from_its_canonical_files() {
    for name in ["clinic-12", "metro-120", "world-240"] {
        let roster = read_folder(&shipped(name)).unwrap();
        let again = read_roster(&write_roster(&roster)).unwrap();
        assert_eq!(again, roster, "{name}");
        assert_eq!(roster_hash(&again), roster_hash(&roster), "{name}");
    }
}

#[test]
fn the_cells_of_a_roster_arrive_where_they_belong() {
    let roster = read_folder(&shipped("clinic-12")).unwrap();
    assert_eq!(roster.program.key.as_str(), "clinic-12");
    assert_eq!(roster.round.term.days(), 138);
    let ratio = roster.round.ratio.unwrap();
    assert_eq!(ratio.contact_per_supervision_max.get(), 10_000);
    assert_eq!(ratio.group_credit.get(), 500);
    let site = &roster.sites[0];
    assert_eq!((site.capacity_min, site.capacity), (0, 2));
    assert_eq!(site.contact_per_week.get(), 1155);
    assert_eq!(site.opening.windows.len(), 6);
    let supervisor = &roster.supervisors[3];
    assert_eq!(supervisor.licences.len(), 2);
    assert_eq!(supervisor.caseload_current, 1);
    assert_eq!(
        roster.supervisors[6].availability.away[0].reason,
        "spring break"
    );
    let trainee = &roster.trainees[2];
    assert_eq!(trainee.contact_target.unwrap().get(), 600);
    assert_eq!(roster.preferences.len(), 17);
}
