//! What belongs to a trainee in every round: conflicts of interest, and
//! minutes to collect. Whoever changes them gives the trainee a new version.

use std::any::Any;

use serde_json::json;

use super::round_parts::{IN_THE_PROGRAM, Named, check_found, check_once, set_of};
use super::transact::{check_etag, commit};
use super::{Actor, App, AppError, Permission};
use crate::domain::{
    EntityKind, Exclusion, ProgramKey, Requirement, Trainee, TraineeKey, Versioned,
};
use crate::store::{KeyRange, ProgramScope, TraineeRows, Tx};

/// Returns a trainee.
async fn fetch(
    tx: &mut Tx,
    scope: ProgramScope,
    trainee: &TraineeKey,
) -> Result<Versioned<Trainee>, AppError> {
    let own = KeyRange::one(trainee.as_str());
    let found = tx.trainee_list(scope, &own).await?.into_iter().next();
    found.ok_or_else(|| AppError::NotFound {
        kind: EntityKind::Trainee,
        key: trainee.to_string(),
    })
}

impl App {
    /// Returns the conflicts of interest of a trainee, by target, with the
    /// version of the trainee.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_exclusions(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        trainee: &TraineeKey,
    ) -> Result<Versioned<Vec<Exclusion>>, AppError> {
        let (record, rows) = self.read_trainee_rows(actor, program, trainee).await?;
        Ok(record.with(rows.exclusions))
    }

    /// Returns what a trainee must collect, by category and due day, with the
    /// version of the trainee.
    ///
    /// # Errors
    /// [`AppError::NotFound`].
    pub async fn get_requirements(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        trainee: &TraineeKey,
    ) -> Result<Versioned<Vec<Requirement>>, AppError> {
        let (record, rows) = self.read_trainee_rows(actor, program, trainee).await?;
        Ok(record.with(rows.requirements))
    }

    /// Replaces all conflicts of interest of a trainee. With `etag`, only when
    /// that is still the trainee's version.
    ///
    /// # Errors
    /// [`AppError::Invalid`] with whatever is excluded twice, and with every
    /// site or supervisor whom the program has not; [`AppError::NotFound`],
    /// [`AppError::StaleEtag`].
    pub async fn replace_exclusions(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        trainee: &TraineeKey,
        new: Vec<Exclusion>,
        etag: Option<i64>,
    ) -> Result<Versioned<Vec<Exclusion>>, AppError> {
        let path = |index| format!("exclusions[{index}].target");
        let targets = || new.iter().map(|one| &one.target).enumerate();
        check_once(targets().map(|(index, target)| (path(index), target)))?;
        let named: Vec<Named> = targets()
            .map(|(index, target)| (path(index), target.clone().into()))
            .collect();
        let own = |one: Exclusion| Exclusion {
            trainee: trainee.clone(),
            ..one
        };
        let change = Change {
            kind: "replace_exclusions",
            part: "exclusions",
            named,
            written: TraineeRows {
                exclusions: new.into_iter().map(own).collect(),
                ..TraineeRows::default()
            },
            removed: |all| TraineeRows {
                exclusions: all.exclusions,
                ..TraineeRows::default()
            },
            shown: |all| all.exclusions,
        };
        self.change_trainee_rows(actor, program, trainee, change, etag)
            .await
    }

    /// Replaces all requirements of a trainee. With `etag`, only when that is
    /// still the trainee's version.
    ///
    /// # Errors
    /// [`AppError::Invalid`] when a category has two of one due day,
    /// [`AppError::NotFound`], [`AppError::StaleEtag`].
    pub async fn replace_requirements(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        trainee: &TraineeKey,
        new: Vec<Requirement>,
        etag: Option<i64>,
    ) -> Result<Versioned<Vec<Requirement>>, AppError> {
        check_once(new.iter().enumerate().map(|(index, one)| {
            let path = format!("requirements[{index}].due_day");
            (path, (one.category, one.due_day))
        }))?;
        let own = |one: Requirement| Requirement {
            trainee: trainee.clone(),
            ..one
        };
        let change = Change {
            kind: "replace_requirements",
            part: "requirements",
            named: Vec::new(),
            written: TraineeRows {
                requirements: new.into_iter().map(own).collect(),
                ..TraineeRows::default()
            },
            removed: |all| TraineeRows {
                requirements: all.requirements,
                ..TraineeRows::default()
            },
            shown: |all| all.requirements,
        };
        self.change_trainee_rows(actor, program, trainee, change, etag)
            .await
    }

    async fn read_trainee_rows(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        trainee: &TraineeKey,
    ) -> Result<(Versioned<Trainee>, TraineeRows), AppError> {
        let (mut tx, scope, _) = self.read(actor, program, Permission::RosterRead).await?;
        let record = fetch(&mut tx, scope, trainee).await?;
        let own = KeyRange::one(trainee.as_str());
        let rows = tx.trainee_rows(scope, &own).await?;
        Ok((record, rows))
    }

    /// Carries out a change and returns the rows that were replaced as they
    /// are now, with the new version of the trainee.
    async fn change_trainee_rows<T: Any + Sync>(
        &self,
        actor: &Actor,
        program: &ProgramKey,
        trainee: &TraineeKey,
        change: Change<T>,
        etag: Option<i64>,
    ) -> Result<Versioned<Vec<T>>, AppError> {
        let mut write = self.write(actor, program, Permission::RosterWrite).await?;
        let scope = write.scope();
        let before = fetch(write.tx(), scope, trainee).await?;
        check_etag(EntityKind::Trainee, trainee.as_str(), &before, etag)?;
        let targets = set_of(&change.named);
        let found = write.tx().records_among(scope, &targets).await?;
        check_found(&change.named, &found, IN_THE_PROGRAM)?;
        let own = KeyRange::one(trainee.as_str());
        let rows = write.tx().trainee_rows(scope, &own).await?;
        write.trainee_rows_remove(&(change.removed)(rows)).await?;
        write.trainee_rows_write(&change.written).await?;
        // Written as it is, the trainee gets the next version.
        write.trainee_write(&[&before.value]).await?;
        let after = fetch(write.tx(), scope, trainee).await?;
        let rows = write.tx().trainee_rows(scope, &own).await?;
        let subject = format!("trainees/{trainee}/{}", change.part);
        let count = change.written.exclusions.len() + change.written.requirements.len();
        let payload = json!({ change.part: count }).to_string();
        let after = after.with((change.shown)(rows));
        commit(write, actor, change.kind, &subject, &payload, &after).await?;
        Ok(after)
    }
}

/// A change of the rows of a trainee.
struct Change<T> {
    /// Name of the event.
    kind: &'static str,
    /// Which rows are replaced.
    part: &'static str,
    /// The sites and supervisors that the new rows name.
    named: Vec<Named>,
    /// The rows from now on.
    written: TraineeRows,
    /// Takes those rows out of all that they replace.
    removed: fn(TraineeRows) -> TraineeRows,
    /// Takes out those rows as the use case returns them.
    shown: fn(TraineeRows) -> Vec<T>,
}
