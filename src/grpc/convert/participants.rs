//! Who takes part in a round.

use super::super::pb;
use super::fields::Fields;
use crate::domain::{EntityKind, Participant, ParticipantCounts};

/// Most keys of a kind in one request.
const MOST_KEYS: usize = 1000;

/// The keys of a request, by kind.
pub(in super::super) struct Keys<'a> {
    pub(in super::super) site_ids: &'a [String],
    pub(in super::super) supervisor_ids: &'a [String],
    pub(in super::super) trainee_ids: &'a [String],
}

impl Keys<'_> {
    /// Says whether no key is given.
    pub(in super::super) fn is_empty(&self) -> bool {
        self.site_ids.is_empty() && self.supervisor_ids.is_empty() && self.trainee_ids.is_empty()
    }

    /// Reads the participants; there must be one or more.
    pub(in super::super) fn read(&self, fields: &mut Fields<'_>) -> Option<Vec<Participant>> {
        if self.is_empty() {
            let message = "is empty, as supervisor_ids and trainee_ids are; name somebody";
            fields.refuse("site_ids", "required", message);
            return None;
        }
        let sites = fields.keys("site_ids", self.site_ids, MOST_KEYS, Participant::Site);
        let supervisors = fields.keys(
            "supervisor_ids",
            self.supervisor_ids,
            MOST_KEYS,
            Participant::Supervisor,
        );
        let trainees = fields.keys(
            "trainee_ids",
            self.trainee_ids,
            MOST_KEYS,
            Participant::Trainee,
        );
        Some([sites?, supervisors?, trainees?].concat())
    }
}

/// Returns the kind that is wanted; `None` for every kind.
pub(in super::super) fn read_kind(
    kind: i32,
    fields: &mut Fields<'_>,
) -> Option<Option<EntityKind>> {
    if kind == 0 {
        return Some(None);
    }
    let known = |kind| match kind {
        pb::ParticipantKind::Unspecified => None,
        pb::ParticipantKind::Site => Some(EntityKind::Site),
        pb::ParticipantKind::Supervisor => Some(EntityKind::Supervisor),
        pb::ParticipantKind::Trainee => Some(EntityKind::Trainee),
    };
    fields.choice("kind", kind, known).map(Some)
}

/// Returns a participant as a message.
pub(in super::super) fn message(participant: &Participant) -> pb::Participant {
    use pb::participant::Participant as Message;
    let participant = match participant {
        Participant::Site(key) => Message::SiteId(key.to_string()),
        Participant::Supervisor(key) => Message::SupervisorId(key.to_string()),
        Participant::Trainee(key) => Message::TraineeId(key.to_string()),
    };
    pb::Participant {
        participant: Some(participant),
    }
}

/// Returns how many take part as a message.
pub(in super::super) fn counts(counts: ParticipantCounts) -> pb::ParticipantCounts {
    let number = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
    pb::ParticipantCounts {
        sites: number(counts.sites),
        supervisors: number(counts.supervisors),
        trainees: number(counts.trainees),
    }
}
