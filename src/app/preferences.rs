//! Where and with whom the trainees of a round wish to be.

use std::any::Any;

use serde_json::json;

use super::participants::participant_page;
use super::round_parts::{
    IN_THE_ROUND, Named, check_found, check_once, check_takes_part, commit_part, set_of,
};
use super::{Actor, App, AppError};
use crate::domain::{
    EntityKind, Key, Page, PageRequest, Participant, Preference, ProgramKey, SiteOrSupervisor,
    TraineeKey, Versioned,
};
use crate::store::{KeyRange, RoundRows};

/// Somebody or something at its rank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked<T> {
    /// Who or what is ranked.
    pub target: T,
    /// One is best; equal ranks are ties.
    pub rank: u32,
}

/// All wishes of one trainee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraineePreferences {
    /// Who wishes.
    pub trainee: TraineeKey,
    /// For what, best first.
    pub ranked: Vec<Ranked<SiteOrSupervisor>>,
}

impl TraineePreferences {
    /// Returns the wishes of a trainee, of whom `rows` holds all.
    fn of(trainee: TraineeKey, rows: &[Preference]) -> Self {
        let own = rows.iter().filter(|row| row.trainee == trainee);
        let mut ranked: Vec<_> = own
            .map(|row| Ranked {
                target: row.target.clone(),
                rank: row.rank,
            })
            .collect();
        ranked.sort_by_key(|one| one.rank);
        Self { trainee, ranked }
    }

    /// Returns the wishes as rows.
    fn rows(&self) -> impl Iterator<Item = Preference> {
        self.ranked.iter().map(|one| Preference {
            trainee: self.trainee.clone(),
            target: one.target.clone(),
            rank: one.rank,
        })
    }

    /// Returns whom the wishes name, and who wishes; `path` is that of the
    /// wishes.
    fn named(&self, path: &str) -> Vec<Named> {
        let trainee = Participant::Trainee(self.trainee.clone());
        let mut named = vec![(format!("{path}.trainee_id"), trainee)];
        named.extend(self.ranked.iter().enumerate().map(|(index, one)| {
            let path = format!("{path}.ranked[{index}].target");
            (path, Participant::from(one.target.clone()))
        }));
        named
    }
}

impl App {
    /// Returns the wishes of one trainee, with the version of the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`], also when the trainee takes no part.
    pub async fn get_preferences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        trainee: &TraineeKey,
    ) -> Result<Versioned<TraineePreferences>, AppError> {
        let (mut tx, scope, record) = self.read_round(actor, program, round).await?;
        let own = Participant::Trainee(trainee.clone());
        check_takes_part(&mut tx, scope, round, own).await?;
        let own = KeyRange::one(trainee.as_str());
        let rows = tx.preference_list(scope, round, &own).await?;
        Ok(record.with(TraineePreferences::of(trainee.clone(), &rows)))
    }

    /// Returns the wishes of every trainee who takes part, by trainee, with
    /// the version of the round.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn list_preferences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        page: &PageRequest,
    ) -> Result<Versioned<Page<TraineePreferences>>, AppError> {
        let (mut tx, scope, record) = self.read_round(actor, program, round).await?;
        let kind = Some(EntityKind::Trainee);
        let found = participant_page(&mut tx, scope, round, kind, page).await?;
        let owners = KeyRange::spanning(found.items.iter().map(Participant::key));
        let rows = tx.preference_list(scope, round, &owners).await?;
        let own = |one: Participant| match one {
            Participant::Trainee(trainee) => {
                let first = rows.partition_point(|row| row.trainee < trainee);
                let end = rows.partition_point(|row| row.trainee <= trainee);
                let own = rows.get(first..end).unwrap_or_default();
                Some(TraineePreferences::of(trainee, own))
            }
            Participant::Site(_) | Participant::Supervisor(_) => None,
        };
        Ok(record.with(Page {
            items: found.items.into_iter().filter_map(own).collect(),
            next_after: found.next_after,
        }))
    }

    /// Replaces all wishes of one trainee. With `etag`, only when that is
    /// still the version of the round.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with whatever is wished twice, and with everybody
    /// who takes no part; [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn replace_preferences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        new: TraineePreferences,
        etag: Option<i64>,
    ) -> Result<Versioned<TraineePreferences>, AppError> {
        let mut after = new.clone();
        after
            .ranked
            .sort_by(|a, b| (a.rank, &a.target).cmp(&(b.rank, &b.target)));
        let new = [("preferences".to_owned(), new)];
        self.write_preferences(actor, program, round, &new, etag, after)
            .await
    }

    /// Replaces all wishes of some trainees, of each or of none; those of
    /// other trainees stay. With `etag`, only when that is still the version
    /// of the round.
    ///
    /// # Errors
    /// As [`App::replace_preferences`], and [`AppError::Invalid`] when a
    /// trainee is named twice.
    pub async fn batch_replace_preferences(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        new: Vec<TraineePreferences>,
        etag: Option<i64>,
    ) -> Result<Versioned<()>, AppError> {
        let new = new.into_iter().enumerate();
        let new: Vec<_> = new
            .map(|(index, one)| (format!("preferences[{index}]"), one))
            .collect();
        self.write_preferences(actor, program, round, &new, etag, ())
            .await
    }

    /// Replaces the wishes of trainees, each given with its path; `now` is what
    /// the use case returns.
    async fn write_preferences<T: Any + Sync>(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        round: &Key,
        new: &[(String, TraineePreferences)],
        etag: Option<i64>,
        now: T,
    ) -> Result<Versioned<T>, AppError> {
        let named: Vec<Named> = new.iter().flat_map(|(path, one)| one.named(path)).collect();
        check_once(new.iter().flat_map(|(path, one)| {
            let trainee = (format!("{path}.trainee_id"), (&one.trainee, None));
            let targets = one.ranked.iter().enumerate().map(move |(index, wish)| {
                let path = format!("{path}.ranked[{index}].target");
                (path, (&one.trainee, Some(&wish.target)))
            });
            std::iter::once(trainee).chain(targets)
        }))?;
        let mut write = self.change_round(actor, program, round, etag).await?;
        let scope = write.scope();
        let found = write
            .tx()
            .participants_among(scope, round, &set_of(&named))
            .await?;
        check_found(&named, &found, IN_THE_ROUND)?;
        let trainees: Vec<&TraineeKey> = new.iter().map(|(_, one)| &one.trainee).collect();
        write.preference_clear(round, &trainees).await?;
        let rows = RoundRows {
            preferences: new.iter().flat_map(|(_, one)| one.rows()).collect(),
            ..RoundRows::default()
        };
        write.round_rows_write(round, &rows).await?;
        let payload = json!({ "trainees": trainees.len(), "wishes": rows.preferences.len() });
        let part = match trainees.as_slice() {
            [trainee] => format!("preferences/{trainee}"),
            _ => "preferences".to_owned(),
        };
        let kind = "replace_preferences";
        commit_part(write, actor, round, kind, &part, &payload, now).await
    }
}
