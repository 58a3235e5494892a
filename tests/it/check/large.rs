//! A large round: everything is walked over, and nothing is found.

use practicum::domain::{Preference, SessionKind};

use crate::support::plans::PlanBuilder;
use crate::support::world::{World, at_site, days, parsed, range};

const TRAINEES: usize = 5000;
const TRAINEES_AT_A_SITE: usize = 10;
const TRAINEES_OF_A_SUPERVISOR: usize = 4;

#[test]
fn a_legal_plan_of_five_thousand_trainees_has_no_breach() {
    let mut world = World::new().round(|round| round.term = days("2027-01-11", "2027-05-28"));
    for trainee in 0..TRAINEES {
        world = world.trainee_with(&format!("t{trainee}"), |t| t.contact = range(0, 300));
    }
    for site in 0..TRAINEES / TRAINEES_AT_A_SITE {
        world = world.site_with(&format!("p{site}"), |site| site.capacity = 10);
    }
    for supervisor in 0..TRAINEES / TRAINEES_OF_A_SUPERVISOR {
        world = world.supervisor_with(&format!("s{supervisor}"), |s| s.sites.clear());
    }
    let roster = world
        .line("weekly")
        .with(|roster| {
            for trainee in 0..TRAINEES {
                roster.preferences.push(Preference {
                    trainee: parsed(&format!("t{trainee}")),
                    target: at_site(&format!("p{}", trainee / TRAINEES_AT_A_SITE)),
                    rank: 1,
                });
            }
        })
        .into_roster();

    let mut plan = PlanBuilder::new(&roster);
    for trainee in 0..TRAINEES {
        let site = format!("p{}", trainee / TRAINEES_AT_A_SITE);
        let supervisor = format!("s{}", trainee / TRAINEES_OF_A_SUPERVISOR);
        let start = format!("mon {:02}:00", 9 + trainee % TRAINEES_OF_A_SUPERVISOR);
        let member = format!("t{trainee}/weekly");
        plan = plan.place(&format!("t{trainee}"), &site, 300).video(
            &supervisor,
            SessionKind::Individual,
            &start,
            &[&member],
        );
    }
    let plan = plan.build();
    assert_eq!(plan.levels[1].value, 5000);
    let found = super::breaches(&roster, &plan);
    assert!(found.is_empty(), "{}", super::listing(&found));
}
