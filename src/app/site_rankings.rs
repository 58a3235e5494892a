//! Whom the sites of a round would like to have.

use serde_json::json;

use super::preferences::Ranked;
use super::round_parts::{
    IN_THE_ROUND, Named, check_found, check_once, check_takes_part, commit_part, set_of,
};
use super::{Actor, App, AppError};
use crate::domain::{Key, Participant, ProgramKey, SiteKey, SiteRanking, TraineeKey, Versioned};
use crate::store::{KeyRange, RoundRows};

impl App {
    /// Returns a site's ranking of trainees, best first, with the version of
    /// the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also when the site takes no part.
    pub async fn get_site_ranking(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        site: &SiteKey,
    ) -> Result<Versioned<Vec<Ranked<TraineeKey>>>, AppError> {
        let (mut tx, scope, record) = self.read_round(actor, program, round).await?;
        let own = Participant::Site(site.clone());
        check_takes_part(&mut tx, scope, round, own).await?;
        let own = KeyRange::one(site.as_str());
        let rows = tx.site_ranking_list(scope, round, &own).await?;
        Ok(record.with(best_first(rows)))
    }

    /// Replaces a site's ranking of trainees. With `etag`, only when that is
    /// still the version of the round.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with every trainee who is ranked twice, and with
    /// everybody who takes no part; [`AppError::NotFound`],
    /// [`AppError::StaleEtag`].
    pub async fn replace_site_ranking(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        site: &SiteKey,
        new: Vec<Ranked<TraineeKey>>,
        etag: Option<i64>,
    ) -> Result<Versioned<Vec<Ranked<TraineeKey>>>, AppError> {
        let path = |index| format!("ranked[{index}].trainee_id");
        let trainees = || new.iter().map(|one| &one.target).enumerate();
        check_once(trainees().map(|(index, trainee)| (path(index), trainee)))?;
        let mut named: Vec<Named> = vec![("site_id".to_owned(), Participant::Site(site.clone()))];
        named.extend(trainees().map(|(index, trainee)| {
            let trainee = Participant::Trainee(trainee.clone());
            (path(index), trainee)
        }));
        let mut write = self.change_round(actor, program, round, etag).await?;
        let scope = write.scope();
        let found = write
            .tx()
            .participants_among(scope, round, &set_of(&named))
            .await?;
        check_found(&named, &found, IN_THE_ROUND)?;
        write.site_ranking_clear(round, site).await?;
        let row = |one: Ranked<TraineeKey>| SiteRanking {
            site: site.clone(),
            trainee: one.target,
            rank: one.rank,
        };
        let mut rows = RoundRows {
            site_rankings: new.into_iter().map(row).collect(),
            ..RoundRows::default()
        };
        rows.site_rankings.sort();
        write.round_rows_write(round, &rows).await?;
        let payload = json!({ "trainees": rows.site_rankings.len() });
        let (kind, part) = ("replace_site_ranking", format!("site_rankings/{site}"));
        let ranking = best_first(rows.site_rankings);
        commit_part(write, actor, round, kind, &part, &payload, ranking).await
    }
}

/// Returns the trainees of a ranking, best first, from its rows by trainee.
fn best_first(rows: Vec<SiteRanking>) -> Vec<Ranked<TraineeKey>> {
    let ranked = |row: SiteRanking| Ranked {
        target: row.trainee,
        rank: row.rank,
    };
    let mut ranked: Vec<_> = rows.into_iter().map(ranked).collect();
    ranked.sort_by_key(|one| one.rank);
    ranked
}
