//! Edits of a roster.

use super::super::pb;
use super::fields::{Fields, MOST_ITEMS, date, day_range, number};
use super::pairs;
use crate::domain::limits::{MINUTES_OF_WEEK, MOST_PEOPLE};
use crate::domain::{Edit, Forbid, Minutes, Participant, Pin};
use pb::edit::Change;

/// Reads the edits in the field `edits`, in order.
pub(in super::super) fn read(edits: Vec<pb::Edit>, fields: &mut Fields<'_>) -> Option<Vec<Edit>> {
    if edits.len() > MOST_ITEMS {
        fields.refuse(
            "edits",
            "count",
            format_args!("must be at most {MOST_ITEMS}"),
        );
        return None;
    }
    let mut read = Vec::new();
    for (place, edit) in edits.into_iter().enumerate() {
        let mut within = fields.item("edits", place);
        let change = within.required("change", edit.change);
        read.push(change.and_then(|change| read_change(change, &mut within)));
    }
    read.into_iter().collect()
}

fn read_change(change: Change, fields: &mut Fields<'_>) -> Option<Edit> {
    Some(match change {
        Change::CloseSiteId(key) => Edit::Close(fields.parse("close_site_id", &key)?),
        Change::LeaveSupervisorId(key) => Edit::Leave(fields.parse("leave_supervisor_id", &key)?),
        Change::WithdrawTraineeId(key) => {
            Edit::Withdraw(fields.parse("withdraw_trainee_id", &key)?)
        }
        Change::Lapse(lapse) => {
            let mut within = fields.at("lapse");
            let supervisor = within.parse("supervisor_id", &lapse.supervisor_id);
            let jurisdiction = within.parse("jurisdiction", &lapse.jurisdiction);
            let last_day = within.day("last_day", lapse.last_day);
            Edit::Lapse {
                supervisor: supervisor?,
                jurisdiction: jurisdiction?,
                last_day: last_day?,
            }
        }
        Change::Away(away) => {
            let mut within = fields.at("away");
            let who = within.required("who", away.who);
            let who = who.and_then(|who| read_who(who, &mut within));
            let days = within.days("days", away.days);
            Edit::Away {
                who: who?,
                days: days?,
            }
        }
        Change::Decline(decline) => {
            let mut within = fields.at("decline");
            let trainee = within.parse("trainee_id", &decline.trainee_id);
            let site = within.parse("site_id", &decline.site_id);
            Edit::Decline {
                trainee: trainee?,
                site: site?,
            }
        }
        Change::Forbid(pair) => {
            let (trainee, target) = pairs::read_pair(pair, &mut fields.at("forbid"))?;
            Edit::Forbid(Forbid { trainee, target })
        }
        Change::Pin(pair) => {
            let (trainee, target) = pairs::read_pair(pair, &mut fields.at("pin"))?;
            Edit::Pin(Pin { trainee, target })
        }
        Change::Capacity(_) | Change::Contact(_) | Change::Caseload(_) | Change::Minutes(_) => {
            read_capacity(change, fields)?
        }
    })
}

/// Reads a change of one of the four capacities.
fn read_capacity(change: Change, fields: &mut Fields<'_>) -> Option<Edit> {
    Some(match change {
        Change::Capacity(capacity) => {
            let mut within = fields.at("capacity");
            let site = within.parse("site_id", &capacity.site_id);
            let places = within.whole("places", capacity.places, 0, MOST_PEOPLE);
            Edit::Capacity {
                site: site?,
                places: places?,
            }
        }
        Change::Contact(contact) => {
            let mut within = fields.at("contact");
            let site = within.parse("site_id", &contact.site_id);
            let minutes = contact.minutes_per_week;
            let minutes = within.minutes("minutes_per_week", minutes, Minutes::MAX);
            Edit::Contact {
                site: site?,
                minutes: minutes?,
            }
        }
        Change::Caseload(caseload) => {
            let mut within = fields.at("caseload");
            let supervisor = within.parse("supervisor_id", &caseload.supervisor_id);
            let trainees = within.whole("trainees", caseload.trainees, 0, MOST_PEOPLE);
            Edit::Caseload {
                supervisor: supervisor?,
                trainees: trainees?,
            }
        }
        Change::Minutes(most) => {
            let mut within = fields.at("minutes");
            let supervisor = within.parse("supervisor_id", &most.supervisor_id);
            let minutes = most.minutes_per_week;
            let minutes = within.minutes("minutes_per_week", minutes, MINUTES_OF_WEEK);
            Edit::WeeklyMinutes {
                supervisor: supervisor?,
                minutes: minutes?,
            }
        }
        Change::CloseSiteId(_)
        | Change::LeaveSupervisorId(_)
        | Change::WithdrawTraineeId(_)
        | Change::Lapse(_)
        | Change::Away(_)
        | Change::Decline(_)
        | Change::Forbid(_)
        | Change::Pin(_) => return None,
    })
}

fn read_who(who: pb::days_away::Who, fields: &mut Fields<'_>) -> Option<Participant> {
    match who {
        pb::days_away::Who::SiteId(key) => fields.parse("site_id", &key).map(Participant::Site),
        pb::days_away::Who::SupervisorId(key) => fields
            .parse("supervisor_id", &key)
            .map(Participant::Supervisor),
        pb::days_away::Who::TraineeId(key) => {
            fields.parse("trainee_id", &key).map(Participant::Trainee)
        }
    }
}

/// Returns an edit as a message.
pub(in super::super) fn message(edit: &Edit) -> pb::Edit {
    let change = match edit {
        Edit::Close(site) => Change::CloseSiteId(site.to_string()),
        Edit::Leave(supervisor) => Change::LeaveSupervisorId(supervisor.to_string()),
        Edit::Withdraw(trainee) => Change::WithdrawTraineeId(trainee.to_string()),
        Edit::Lapse {
            supervisor,
            jurisdiction,
            last_day,
        } => Change::Lapse(pb::LicenceLapse {
            supervisor_id: supervisor.to_string(),
            jurisdiction: jurisdiction.to_string(),
            last_day: Some(date(*last_day)),
        }),
        Edit::Away { who, days } => Change::Away(pb::DaysAway {
            who: Some(match who {
                Participant::Site(key) => pb::days_away::Who::SiteId(key.to_string()),
                Participant::Supervisor(key) => pb::days_away::Who::SupervisorId(key.to_string()),
                Participant::Trainee(key) => pb::days_away::Who::TraineeId(key.to_string()),
            }),
            days: Some(day_range(*days)),
        }),
        Edit::Decline { trainee, site } => Change::Decline(pb::DeclinedPlace {
            trainee_id: trainee.to_string(),
            site_id: site.to_string(),
        }),
        Edit::Forbid(Forbid { trainee, target }) => Change::Forbid(pairs::message(trainee, target)),
        Edit::Pin(Pin { trainee, target }) => Change::Pin(pairs::message(trainee, target)),
        Edit::Capacity { site, places } => Change::Capacity(pb::SitePlaces {
            site_id: site.to_string(),
            places: number(*places),
        }),
        Edit::Contact { site, minutes } => Change::Contact(pb::SiteContact {
            site_id: site.to_string(),
            minutes_per_week: number(minutes.get()),
        }),
        Edit::Caseload {
            supervisor,
            trainees,
        } => Change::Caseload(pb::SupervisorCaseload {
            supervisor_id: supervisor.to_string(),
            trainees: number(*trainees),
        }),
        Edit::WeeklyMinutes {
            supervisor,
            minutes,
        } => Change::Minutes(pb::SupervisorMinutes {
            supervisor_id: supervisor.to_string(),
            minutes_per_week: number(minutes.get()),
        }),
    };
    pb::Edit {
        change: Some(change),
    }
}
