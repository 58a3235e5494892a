//! Pairs of a trainee and a site or supervisor, as pins and forbids name them.

use super::super::pb;
use super::fields::Fields;
use crate::domain::{SiteOrSupervisor, TraineeKey};

/// Reads a pair.
pub(in super::super) fn read(
    pair: Option<pb::Pair>,
    fields: &mut Fields<'_>,
) -> Option<(TraineeKey, SiteOrSupervisor)> {
    let pair = fields.required("pair", pair)?;
    read_pair(pair, &mut fields.at("pair"))
}

/// Reads the fields of a pair.
pub(in super::super) fn read_pair(
    pair: pb::Pair,
    fields: &mut Fields<'_>,
) -> Option<(TraineeKey, SiteOrSupervisor)> {
    let trainee = fields.parse("trainee_id", &pair.trainee_id);
    let target = read_target(pair.target, fields);
    Some((trainee?, target?))
}

/// Reads the site or supervisor in the field `target`.
pub(in super::super) fn read_target(
    target: Option<pb::SiteOrSupervisor>,
    fields: &mut Fields<'_>,
) -> Option<SiteOrSupervisor> {
    let target = target.and_then(|target| target.target);
    let target = fields.required("target", target)?;
    let mut within = fields.at("target");
    match target {
        pb::site_or_supervisor::Target::SiteId(key) => {
            within.parse("site_id", &key).map(SiteOrSupervisor::Site)
        }
        pb::site_or_supervisor::Target::SupervisorId(key) => within
            .parse("supervisor_id", &key)
            .map(SiteOrSupervisor::Supervisor),
    }
}

/// Returns a pair as a message.
pub(in super::super) fn message(trainee: &TraineeKey, target: &SiteOrSupervisor) -> pb::Pair {
    pb::Pair {
        trainee_id: trainee.to_string(),
        target: Some(self::target(target)),
    }
}

/// Returns a site or supervisor as a message.
pub(in super::super) fn target(target: &SiteOrSupervisor) -> pb::SiteOrSupervisor {
    let target = match target {
        SiteOrSupervisor::Site(key) => pb::site_or_supervisor::Target::SiteId(key.to_string()),
        SiteOrSupervisor::Supervisor(key) => {
            pb::site_or_supervisor::Target::SupervisorId(key.to_string())
        }
    };
    pb::SiteOrSupervisor {
        target: Some(target),
    }
}
