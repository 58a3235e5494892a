//! `ExclusionService` and `RequirementService`.

use practicum::grpc::pb;

use super::round_parts::at_site;
use super::runs::imported;
use crate::support::service::{Service, broken, reason, served_by_both};

served_by_both!(
    replaces_the_exclusions_of_one_trainee_as_a_new_version,
    names_every_broken_exclusion,
    replaces_requirements_and_names_every_broken_one,
);

const TRAINEE: &str = "programs/clinic-12/trainees/tr-00001";

fn day(day: i32) -> Option<pb::Date> {
    Some(pb::Date {
        year: 2027,
        month: 5,
        day,
    })
}

fn requirement(category: pb::RequirementCategory, due_day: i32) -> pb::Requirement {
    pb::Requirement {
        category: i32::from(category),
        minutes_required: 6000,
        minutes_completed: 45,
        due_day: day(due_day),
    }
}

async fn etag(service: &Service) -> String {
    let name = TRAINEE.to_owned();
    let found = service
        .trainees()
        .get_trainee(pb::GetTraineeRequest { name })
        .await;
    found.unwrap().into_inner().trainee.unwrap().etag
}

async fn replaces_the_exclusions_of_one_trainee_as_a_new_version() {
    let (service, _, _) = imported("clinic-12").await;
    let mut exclusions = service.exclusions();
    let before = etag(&service).await;
    let exclusion = |site: &str, reason: &str| pb::Exclusion {
        target: at_site(site),
        reason: reason.to_owned(),
    };
    let replace = |all: Vec<pb::Exclusion>| pb::ReplaceExclusionsRequest {
        trainee: TRAINEE.to_owned(),
        exclusions: all,
        etag: before.clone(),
        request_id: String::new(),
    };
    let both = vec![
        exclusion("site-0002", "works there"),
        exclusion("site-0001", ""),
    ];
    let replaced = exclusions.replace_exclusions(replace(both.clone())).await;
    let replaced = replaced.unwrap().into_inner();
    assert_eq!(replaced.exclusions, [both[1].clone(), both[0].clone()]);
    assert_eq!(replaced.etag, etag(&service).await);
    assert_ne!(replaced.etag, before);
    let stale = exclusions.replace_exclusions(replace(Vec::new())).await;
    assert_eq!(reason(&stale.unwrap_err()), "STALE_ETAG");
    let fresh = pb::ReplaceExclusionsRequest {
        etag: replaced.etag,
        ..replace(vec![both[0].clone()])
    };
    exclusions.replace_exclusions(fresh).await.unwrap();
    let get = pb::GetExclusionsRequest {
        trainee: TRAINEE.to_owned(),
    };
    let found = exclusions.get_exclusions(get).await.unwrap().into_inner();
    assert_eq!(found.exclusions, [both[0].clone()]);
}

async fn names_every_broken_exclusion() {
    let (service, _, _) = imported("clinic-12").await;
    let replace = async |trainee: &str, sites: &[&str], reason: &str| {
        let exclusion = |site: &&str| pb::Exclusion {
            target: at_site(site),
            reason: reason.to_owned(),
        };
        let request = pb::ReplaceExclusionsRequest {
            trainee: trainee.to_owned(),
            exclusions: sites.iter().map(exclusion).collect(),
            ..Default::default()
        };
        let refused = service.exclusions().replace_exclusions(request).await;
        refused.unwrap_err()
    };
    let refused = replace("tr-00001", &["", "site-0001"], "two\nlines").await;
    assert_eq!(
        broken(&refused),
        [
            "trainee",
            "exclusions[0].target.site_id",
            "exclusions[0].reason",
            "exclusions[1].reason",
        ]
    );
    let refused = replace(TRAINEE, &["site-0001", "nowhere"], "").await;
    assert_eq!(broken(&refused), ["exclusions[1].target"]);
    let refused = replace(TRAINEE, &["site-0001", "site-0001"], "").await;
    assert_eq!(broken(&refused), ["exclusions[1].target"]);
    let nobody = "programs/clinic-12/trainees/nobody";
    assert_eq!(reason(&replace(nobody, &[], "").await), "NOT_FOUND");
}

async fn replaces_requirements_and_names_every_broken_one() {
    use pb::RequirementCategory::{Contact, Group, Unspecified};
    let (service, _, _) = imported("clinic-12").await;
    let mut requirements = service.requirements();
    let replace = |all: Vec<pb::Requirement>| pb::ReplaceRequirementsRequest {
        trainee: TRAINEE.to_owned(),
        requirements: all,
        ..Default::default()
    };
    let all = vec![
        requirement(Group, 1),
        requirement(Contact, 28),
        requirement(Contact, 1),
    ];
    let replaced = requirements
        .replace_requirements(replace(all.clone()))
        .await;
    let replaced = replaced.unwrap().into_inner();
    let in_order = [all[2], all[1], all[0]];
    assert_eq!(replaced.requirements, in_order);
    let get = pb::GetRequirementsRequest {
        trainee: TRAINEE.to_owned(),
    };
    let found = requirements.get_requirements(get).await.unwrap();
    assert_eq!(
        found.into_inner(),
        pb::GetRequirementsResponse {
            requirements: in_order.to_vec(),
            etag: etag(&service).await,
        }
    );
    let wrong = pb::Requirement {
        minutes_required: 20,
        minutes_completed: -15,
        due_day: day(32),
        ..requirement(Unspecified, 1)
    };
    let refused = requirements
        .replace_requirements(replace(vec![wrong]))
        .await;
    assert_eq!(
        broken(&refused.unwrap_err()),
        [
            "requirements[0].category",
            "requirements[0].minutes_required",
            "requirements[0].minutes_completed",
            "requirements[0].due_day",
        ]
    );
    let twice = vec![requirement(Group, 1), requirement(Group, 1)];
    let refused = requirements.replace_requirements(replace(twice)).await;
    let paths = broken(&refused.unwrap_err());
    assert_eq!(paths, ["requirements[1].due_day"]);
}
