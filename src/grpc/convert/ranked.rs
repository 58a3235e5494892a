//! What is ranked: trainees' wishes, and sites' rankings of trainees.

use super::super::pb;
use super::fields::{Fields, number};
use super::pairs;
use crate::app::{Ranked, TraineePreferences};
use crate::domain::limits::RANK_MOST;
use crate::domain::{SiteOrSupervisor, TraineeKey};

/// Most wishes of one trainee.
const MOST_WISHES: usize = 1000;
/// Most trainees whose wishes one request replaces.
const MOST_TRAINEES: usize = 1000;
/// Most trainees whom a site ranks.
const MOST_RANKED: usize = 20_000;

/// Reads the wishes of one trainee.
pub(in super::super) fn read_preferences(
    message: &pb::TraineePreferences,
    fields: &mut Fields<'_>,
) -> Option<TraineePreferences> {
    let trainee = fields.parse("trainee_id", &message.trainee_id);
    let ranked = fields.items_up_to("ranked", &message.ranked, MOST_WISHES, |wish, fields| {
        let target = pairs::read_target(wish.target.clone(), fields);
        let rank = fields.whole("rank", wish.rank, 1, RANK_MOST);
        Some(Ranked {
            target: target?,
            rank: rank?,
        })
    });
    Some(TraineePreferences {
        trainee: trainee?,
        ranked: ranked?,
    })
}

/// Reads the wishes of some trainees; there must be one or more.
pub(in super::super) fn read_batch(
    messages: &[pb::TraineePreferences],
    fields: &mut Fields<'_>,
) -> Option<Vec<TraineePreferences>> {
    if messages.is_empty() {
        return fields.required("preferences", None);
    }
    fields.items_up_to("preferences", messages, MOST_TRAINEES, read_preferences)
}

/// Returns the wishes of one trainee as a message.
pub(in super::super) fn preferences(preferences: &TraineePreferences) -> pb::TraineePreferences {
    let message = |one: &Ranked<SiteOrSupervisor>| pb::Preference {
        target: Some(pairs::target(&one.target)),
        rank: number(one.rank),
    };
    pb::TraineePreferences {
        trainee_id: preferences.trainee.to_string(),
        ranked: preferences.ranked.iter().map(message).collect(),
    }
}

/// Reads a site's ranking.
pub(in super::super) fn read_ranking(
    messages: &[pb::RankedTrainee],
    fields: &mut Fields<'_>,
) -> Option<Vec<Ranked<TraineeKey>>> {
    fields.items_up_to("ranked", messages, MOST_RANKED, |one, fields| {
        let target = fields.parse("trainee_id", &one.trainee_id);
        let rank = fields.whole("rank", one.rank, 1, RANK_MOST);
        Some(Ranked {
            target: target?,
            rank: rank?,
        })
    })
}

/// Returns a site's ranking as messages.
pub(in super::super) fn ranking(ranked: &[Ranked<TraineeKey>]) -> Vec<pb::RankedTrainee> {
    let message = |one: &Ranked<TraineeKey>| pb::RankedTrainee {
        trainee_id: one.target.to_string(),
        rank: number(one.rank),
    };
    ranked.iter().map(message).collect()
}
