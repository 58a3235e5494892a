//! Generated rosters are lifelike and always the same.

use practicum::domain::{Role, Roster};
use practicum::roster::{
    GenerateOptions, MOST_TRAINEES, Regions, Shape, advise, generate, read_roster, roster_hash,
    write_roster,
};

fn generated(trainees: u32, seed: u64, regions: Regions) -> Roster {
    generate(&GenerateOptions::new(trainees, seed, regions).unwrap()).unwrap()
}

#[test]
fn every_size_passes_the_import_without_mistake_or_advice() {
    for regions in [Regions::Us, Regions::World] {
        for trainees in [1, 2, 12, 500] {
            let roster = generated(trainees, 3, regions);
            assert_eq!(roster.trainees.len(), usize::try_from(trainees).unwrap());
            assert_eq!(read_roster(&write_roster(&roster)).unwrap(), roster);
            assert_eq!(advise(&roster), [""; 0], "{trainees}");
        }
    }
}

#[test]
fn the_same_options_give_the_same_bytes() {
    let first = write_roster(&generated(60, 9, Regions::World));
    assert_eq!(first, write_roster(&generated(60, 9, Regions::World)));
    assert_ne!(first, write_roster(&generated(60, 10, Regions::World)));
    assert_ne!(first, write_roster(&generated(60, 9, Regions::Us)));
}

#[test]
fn the_bytes_of_a_seed_stay_as_they_were_published() {
    // A change here changes every roster that somebody measured with.
    assert_eq!(
        roster_hash(&generated(12, 1, Regions::Us)),
        "b0151c60cafcfd9ddbd9ff5408f4d32e0854156be0765198884b0b374e286c6c"
    );
}

#[test]
fn the_numbers_follow_what_programs_look_like() {
    let roster = generated(2000, 5, Regions::World);
    assert_eq!(roster.sites.len(), 400);
    let supervisors = roster.supervisors.len();
    assert!((1000..1600).contains(&supervisors), "{supervisors}");
    let faculty = roster
        .supervisors
        .iter()
        .filter(|s| s.role == Role::Faculty);
    let places: u32 = faculty.map(|s| s.caseload_max - s.caseload_current).sum();
    assert!(places >= 2000, "{places}");
    let capacity: u32 = roster.sites.iter().map(|site| site.capacity).sum();
    assert!((1700..2300).contains(&capacity), "{capacity}");
    let wishes = roster.preferences.len();
    assert!((8000..12_000).contains(&wishes), "{wishes}");
    assert_eq!(roster.zones().len(), 10);
}

#[test]
fn rosters_without_times_offer_one_supervisor_at_each_ranked_site() {
    for shape in [Shape::Core, Shape::Nested] {
        let options = GenerateOptions::new(200, 2, Regions::Us).unwrap();
        let roster = generate(&options.with_shape(shape)).unwrap();
        assert_eq!((roster.sites.len(), roster.supervisors.len()), (20, 50));
        assert_eq!(advise(&roster), [""; 0], "{shape:?}");
        assert!(roster.sites.iter().all(|site| site.capacity == 12));
        let most_sites = roster.supervisors.iter().map(|s| s.sites.len()).max();
        assert_eq!(most_sites == Some(1), shape == Shape::Nested);
        for trainee in &roster.trainees {
            let own = roster
                .preferences
                .iter()
                .filter(|wish| wish.trainee == trainee.key);
            assert_eq!(own.clone().count(), 8);
            for wish in own {
                let possible = roster.supervisors.iter().filter(|person| {
                    let is_there = person
                        .sites
                        .iter()
                        .any(|site| site.as_str() == wish.target.key());
                    is_there && !person.languages.is_disjoint(&trainee.languages)
                });
                assert_eq!(possible.count(), 1, "{}", wish.target.key());
            }
        }
    }
}

#[test]
fn sizes_outside_the_range_are_refused() {
    assert!(GenerateOptions::new(0, 1, Regions::Us).is_none());
    assert!(GenerateOptions::new(MOST_TRAINEES, 1, Regions::Us).is_some());
    assert!(GenerateOptions::new(MOST_TRAINEES + 1, 1, Regions::Us).is_none());
}
