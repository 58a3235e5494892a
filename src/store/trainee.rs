//! Trainees with their availability.

use serde_json::{Value, json};
use sqlx::FromRow;

use super::availability::{self, Calendar, CalendarColumns, NoCalendar, calendar_columns};
use super::dispatch::statements;
use super::listing::{ListTable, list_table, page_of, records_of};
use super::rows::{Place, RecordColumns, changed, delete_record, new_id, write_rows};
use super::words::{self, words_column};
use super::{KeyRange, ProgramScope, Seek, StoreError, Tx, WriteTx};
use crate::domain::{
    EntityKind, Listed, Tag, Trainee, TraineeFilter, TraineeKey, Versioned, ZoneName,
};

/// The lists of trainees; their filter is level, jurisdiction and zone.
pub(super) const TRAINEES: ListTable = list_table!(
    "trainee",
    concat!(
        "name, email, time_zone, level, jurisdiction, priority, contact_minutes_min, \
         contact_minutes_target, contact_minutes_max, ",
        words_column!("trainee", "modality"),
        ", ",
        words_column!("trainee", "language")
    ),
    by key: calendar_columns!("trainee"),
    "name",
    "($5 = '' OR level = $5) AND ($6 = '' OR jurisdiction = $6) \
     AND ($7 = '' OR time_zone = $7)"
);

statements! {
    TRAINEE_WRITE = "INSERT INTO trainee (program_id, key, id, version, created_at, updated_at, \
        name, email, time_zone, level, jurisdiction, priority, contact_minutes_min, \
        contact_minutes_target, contact_minutes_max) \
        SELECT $1, value ->> 0, unhex(value ->> 1), 1, $3, $3, value ->> 2, value ->> 3, \
        value ->> 4, value ->> 5, value ->> 6, CAST(value ->> 7 AS BIGINT), \
        CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), CAST(value ->> 10 AS BIGINT) \
        FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, key) DO UPDATE SET version = trainee.version + 1, \
        updated_at = excluded.updated_at, deleted_at = NULL, name = excluded.name, \
        email = excluded.email, time_zone = excluded.time_zone, level = excluded.level, \
        jurisdiction = excluded.jurisdiction, priority = excluded.priority, \
        contact_minutes_min = excluded.contact_minutes_min, \
        contact_minutes_target = excluded.contact_minutes_target, \
        contact_minutes_max = excluded.contact_minutes_max";
    TRAINEE_DELETE = "UPDATE trainee SET deleted_at = $3, updated_at = $3, \
        version = version + 1 WHERE program_id = $1 AND key = $2 AND deleted_at IS NULL";
}

#[derive(FromRow)]
struct TraineeRow<C> {
    #[sqlx(flatten)]
    record: RecordColumns,
    name: String,
    email: String,
    time_zone: String,
    level: String,
    jurisdiction: String,
    priority: i64,
    contact_minutes_min: i64,
    contact_minutes_target: Option<i64>,
    contact_minutes_max: i64,
    modality_words: Option<String>,
    language_words: Option<String>,
    #[sqlx(flatten)]
    calendar: C,
}

impl<C: Calendar> TraineeRow<C> {
    fn into_trainee(self) -> Result<Versioned<Trainee>, StoreError> {
        let place = Place {
            table: "trainee",
            key: &self.record.key,
        };
        let target = self.contact_minutes_target;
        let trainee = Trainee {
            key: place.parse(&self.record.key)?,
            name: self.name,
            email: self.email,
            time_zone: place.parse(&self.time_zone)?,
            level: place.parse(&self.level)?,
            jurisdiction: place.parse(&self.jurisdiction)?,
            priority: place.count(self.priority)?,
            contact: place.minutes_range(self.contact_minutes_min, self.contact_minutes_max)?,
            contact_target: target.map(|target| place.minutes(target)).transpose()?,
            modalities_required: words::read(
                place.of("trainee_modality"),
                self.modality_words.as_deref(),
            )?,
            languages: words::read(place.of("trainee_language"), self.language_words.as_deref())?,
            availability: self.calendar.read(place)?,
        };
        Ok(self.record.with(trainee))
    }
}

impl TraineeRow<NoCalendar> {
    fn into_listed(self) -> Result<Versioned<Listed<Trainee>>, StoreError> {
        let record = self.into_trainee()?;
        Ok(record.map(Listed::new))
    }
}

impl Tx {
    /// Returns the trainees of some keys, by key.
    ///
    /// # Errors
    /// When the database fails, or holds what no trainee can be.
    pub async fn trainee_list(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Trainee>>, StoreError> {
        let rows: Vec<TraineeRow<CalendarColumns>> =
            records_of(self, TRAINEES.of_keys(keys), scope, keys).await?;
        rows.into_iter().map(TraineeRow::into_trainee).collect()
    }

    /// Returns the trainees of some keys, by key, without their windows and days
    /// away.
    ///
    /// # Errors
    /// As [`Tx::trainee_list`].
    pub async fn trainee_listed(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Listed<Trainee>>>, StoreError> {
        let statement = TRAINEES.listed_of_keys(keys);
        let rows: Vec<TraineeRow<NoCalendar>> = records_of(self, statement, scope, keys).await?;
        rows.into_iter().map(TraineeRow::into_listed).collect()
    }

    /// Returns a page of trainees through a filter, in its order, without their
    /// windows and days away.
    ///
    /// # Errors
    /// As [`Tx::trainee_list`].
    pub async fn trainee_page(
        &mut self,
        scope: ProgramScope,
        seek: &Seek,
        filter: &TraineeFilter,
    ) -> Result<Vec<Versioned<Listed<Trainee>>>, StoreError> {
        let filter = [
            filter.level.as_ref().map_or("", Tag::as_str),
            filter.jurisdiction.as_ref().map_or("", Tag::as_str),
            filter.time_zone.map_or("", ZoneName::as_str),
        ];
        let rows: Vec<TraineeRow<NoCalendar>> =
            page_of(self, &TRAINEES, scope, seek, &filter).await?;
        rows.into_iter().map(TraineeRow::into_listed).collect()
    }
}

fn row(trainee: &Trainee) -> Value {
    json!([
        trainee.key.as_str(),
        new_id(),
        trainee.name,
        trainee.email,
        trainee.time_zone.as_str(),
        trainee.level.as_str(),
        trainee.jurisdiction.as_str(),
        trainee.priority,
        trainee.contact.min().get(),
        trainee.contact_target.map(|target| target.get()),
        trainee.contact.max().get(),
    ])
}

impl WriteTx {
    /// Creates or replaces trainees, each a new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trainee_write(&mut self, trainees: &[&Trainee]) -> Result<(), StoreError> {
        self.trainee_write_over(None, trainees).await
    }

    /// Replaces a trainee and returns its new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trainee_update(
        &mut self,
        before: &Versioned<Trainee>,
        trainee: Trainee,
    ) -> Result<Versioned<Trainee>, StoreError> {
        self.trainee_write_over(Some(&before.value), &[&trainee])
            .await?;
        Ok(self.next_version(before, trainee))
    }

    async fn trainee_write_over(
        &mut self,
        before: Option<&Trainee>,
        trainees: &[&Trainee],
    ) -> Result<(), StoreError> {
        let (scope, now) = (self.scope, self.now.0);
        let tx = &mut self.tx;
        let rows: Vec<Value> = trainees.iter().map(|one| row(one)).collect();
        write_rows(tx, TRAINEE_WRITE, scope.program_id, now, &rows).await?;
        let modalities = changed(trainees, before, |one| &one.modalities_required)
            .map(|(one, words)| (one.key.as_str(), words));
        words::TRAINEE_MODALITY
            .replace(tx, scope, modalities)
            .await?;
        let languages = changed(trainees, before, |one| &one.languages)
            .map(|(one, words)| (one.key.as_str(), words));
        words::TRAINEE_LANGUAGE
            .replace(tx, scope, languages)
            .await?;
        let calendars = changed(trainees, before, |one| &one.availability)
            .map(|(one, calendar)| (one.key.as_str(), calendar));
        availability::replace(tx, scope, EntityKind::Trainee, calendars).await
    }

    /// Marks a trainee as deleted; says whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn trainee_delete(&mut self, key: &TraineeKey) -> Result<bool, StoreError> {
        delete_record(self, TRAINEE_DELETE, key.as_str()).await
    }
}
