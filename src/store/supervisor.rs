//! Supervisors with their licences and availability.

use serde_json::{Value, json};
use sqlx::FromRow;

use super::availability::{self, Calendar, CalendarColumns, NoCalendar, calendar_columns};
use super::dispatch::statements;
use super::listing::{ListTable, list_table, page_of, records_of};
use super::rows::{Place, RecordColumns, changed, delete_record, new_id, write_rows};
use super::words::{self, words_column};
use super::{KeyRange, ProgramScope, Seek, StoreError, Tx, WriteTx};
use crate::domain::{
    DeliveryOffer, EntityKind, Licence, Listed, Role, SessionKind, SiteKey, Supervisor,
    SupervisorFilter, SupervisorKey, Versioned, ZoneName,
};

/// The lists of supervisors; their filter is role, site and zone.
pub(super) const SUPERVISORS: ListTable = list_table!(
    "supervisor",
    concat!(
        "name, email, time_zone, role, delivery, caseload_min, caseload_max, caseload_current, \
         minutes_per_week_max, group_size_max, ",
        words_column!("supervisor", "site"),
        ", ",
        words_column!("supervisor", "kind"),
        ", ",
        words_column!("supervisor", "language"),
        ", \
         (SELECT string_agg(valid_from || ' ' || valid_until || ' ' || jurisdiction || ';' || \
             credential, '\n' ORDER BY position) FROM licence \
             WHERE program_id = supervisor.program_id AND supervisor_key = supervisor.key) \
             AS licences"
    ),
    by key: calendar_columns!("supervisor"),
    "name",
    "($5 = '' OR role = $5) AND ($6 = '' OR EXISTS (SELECT 1 FROM supervisor_site \
     WHERE supervisor_site.program_id = supervisor.program_id \
     AND supervisor_site.supervisor_key = supervisor.key AND supervisor_site.word = $6)) \
     AND ($7 = '' OR time_zone = $7)"
);

statements! {
    SUPERVISOR_WRITE = "INSERT INTO supervisor (program_id, key, id, version, created_at, \
        updated_at, name, email, time_zone, role, delivery, caseload_min, caseload_max, \
        caseload_current, minutes_per_week_max, group_size_max) \
        SELECT $1, value ->> 0, unhex(value ->> 1), 1, $3, $3, value ->> 2, value ->> 3, \
        value ->> 4, value ->> 5, value ->> 6, CAST(value ->> 7 AS BIGINT), \
        CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), CAST(value ->> 10 AS BIGINT), \
        CAST(value ->> 11 AS BIGINT) FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, key) DO UPDATE SET version = supervisor.version + 1, \
        updated_at = excluded.updated_at, deleted_at = NULL, name = excluded.name, \
        email = excluded.email, time_zone = excluded.time_zone, role = excluded.role, \
        delivery = excluded.delivery, caseload_min = excluded.caseload_min, \
        caseload_max = excluded.caseload_max, caseload_current = excluded.caseload_current, \
        minutes_per_week_max = excluded.minutes_per_week_max, \
        group_size_max = excluded.group_size_max";
    SUPERVISOR_DELETE = "UPDATE supervisor SET deleted_at = $3, updated_at = $3, \
        version = version + 1 WHERE program_id = $1 AND key = $2 AND deleted_at IS NULL";
    LICENCE_DELETE = "DELETE FROM licence WHERE program_id = $1 AND $3 = '' \
        AND supervisor_key IN (SELECT value ->> 0 FROM json_each($2))";
    LICENCE_INSERT = "INSERT INTO licence (program_id, supervisor_key, position, jurisdiction, \
        credential, valid_from, valid_until) \
        SELECT $1, value ->> 0, CAST(value ->> 1 AS BIGINT), value ->> 2, value ->> 3, \
        value ->> 4, value ->> 5 FROM json_each($2) WHERE $3 = ''";
}

#[derive(FromRow)]
struct SupervisorRow<C> {
    #[sqlx(flatten)]
    record: RecordColumns,
    name: String,
    email: String,
    time_zone: String,
    role: String,
    delivery: String,
    caseload_min: i64,
    caseload_max: i64,
    caseload_current: i64,
    minutes_per_week_max: i64,
    group_size_max: i64,
    site_words: Option<String>,
    kind_words: Option<String>,
    language_words: Option<String>,
    licences: Option<String>,
    #[sqlx(flatten)]
    calendar: C,
}

impl<C: Calendar> SupervisorRow<C> {
    fn into_supervisor(self) -> Result<Versioned<Supervisor>, StoreError> {
        let place = Place {
            table: "supervisor",
            key: &self.record.key,
        };
        let supervisor = Supervisor {
            key: place.parse(&self.record.key)?,
            name: self.name,
            email: self.email,
            time_zone: place.parse(&self.time_zone)?,
            role: place.word(&self.role, &Role::ALL, Role::as_str)?,
            sites: words::read(place.of("supervisor_site"), self.site_words.as_deref())?,
            delivery: place.word(&self.delivery, &DeliveryOffer::ALL, DeliveryOffer::as_str)?,
            caseload_min: place.count(self.caseload_min)?,
            caseload_max: place.count(self.caseload_max)?,
            caseload_current: place.count(self.caseload_current)?,
            minutes_per_week_max: place.minutes(self.minutes_per_week_max)?,
            kinds: words::read_as(
                place.of("supervisor_kind"),
                self.kind_words.as_deref(),
                session_kind,
            )?,
            group_size_max: place.count(self.group_size_max)?,
            languages: words::read(
                place.of("supervisor_language"),
                self.language_words.as_deref(),
            )?,
            licences: read_licences(place.of("licence"), self.licences.as_deref())?,
            availability: self.calendar.read(place)?,
        };
        Ok(self.record.with(supervisor))
    }
}

/// Reads the column of licences: a line each, the credential behind a semicolon,
/// which the jurisdiction cannot hold.
fn read_licences(place: Place<'_>, licences: Option<&str>) -> Result<Vec<Licence>, StoreError> {
    let licences = licences
        .into_iter()
        .flat_map(|licences| licences.split('\n'));
    let licence = |text: &str| {
        let (from, rest) = place.some(text.split_once(' '))?;
        let (until, rest) = place.some(rest.split_once(' '))?;
        let (jurisdiction, credential) = place.some(rest.split_once(';'))?;
        Ok(Licence {
            jurisdiction: place.parse(jurisdiction)?,
            credential: credential.to_owned(),
            valid: place.days(from, until)?,
        })
    };
    licences.map(licence).collect()
}

/// Reads the word of a kind of session.
pub(super) fn session_kind(word: &str) -> Option<SessionKind> {
    SessionKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == word)
}

impl SupervisorRow<NoCalendar> {
    fn into_listed(self) -> Result<Versioned<Listed<Supervisor>>, StoreError> {
        let record = self.into_supervisor()?;
        Ok(record.map(Listed::new))
    }
}

impl Tx {
    /// Returns the supervisors of some keys, by key.
    ///
    /// # Errors
    /// When the database fails, or holds what no supervisor can be.
    pub async fn supervisor_list(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Supervisor>>, StoreError> {
        let rows: Vec<SupervisorRow<CalendarColumns>> =
            records_of(self, SUPERVISORS.of_keys(keys), scope, keys).await?;
        rows.into_iter()
            .map(SupervisorRow::into_supervisor)
            .collect()
    }

    /// Returns the supervisors of some keys, by key, without their windows and days
    /// away.
    ///
    /// # Errors
    /// As [`Tx::supervisor_list`].
    pub async fn supervisor_listed(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Listed<Supervisor>>>, StoreError> {
        let statement = SUPERVISORS.listed_of_keys(keys);
        let rows: Vec<SupervisorRow<NoCalendar>> = records_of(self, statement, scope, keys).await?;
        rows.into_iter().map(SupervisorRow::into_listed).collect()
    }

    /// Returns a page of supervisors through a filter, in its order, without their
    /// windows and days away.
    ///
    /// # Errors
    /// As [`Tx::supervisor_list`].
    pub async fn supervisor_page(
        &mut self,
        scope: ProgramScope,
        seek: &Seek,
        filter: &SupervisorFilter,
    ) -> Result<Vec<Versioned<Listed<Supervisor>>>, StoreError> {
        let filter = [
            filter.role.map_or("", Role::as_str),
            filter.site.as_ref().map_or("", SiteKey::as_str),
            filter.time_zone.map_or("", ZoneName::as_str),
        ];
        let rows: Vec<SupervisorRow<NoCalendar>> =
            page_of(self, &SUPERVISORS, scope, seek, &filter).await?;
        rows.into_iter().map(SupervisorRow::into_listed).collect()
    }
}

fn row(supervisor: &Supervisor) -> Value {
    json!([
        supervisor.key.as_str(),
        new_id(),
        supervisor.name,
        supervisor.email,
        supervisor.time_zone.as_str(),
        supervisor.role.as_str(),
        supervisor.delivery.as_str(),
        supervisor.caseload_min,
        supervisor.caseload_max,
        supervisor.caseload_current,
        supervisor.minutes_per_week_max.get(),
        supervisor.group_size_max,
    ])
}

fn licence_rows(supervisor: &Supervisor) -> impl Iterator<Item = Value> {
    let licences = supervisor.licences.iter().enumerate();
    licences.map(|(position, licence)| {
        json!([
            supervisor.key.as_str(),
            position,
            licence.jurisdiction.as_str(),
            licence.credential,
            licence.valid.first().to_string(),
            licence.valid.last().to_string(),
        ])
    })
}

impl WriteTx {
    /// Creates or replaces supervisors, each a new version.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] when a site is missing.
    pub async fn supervisor_write(&mut self, all: &[&Supervisor]) -> Result<(), StoreError> {
        self.supervisor_write_over(None, all).await
    }

    /// Replaces a supervisor and returns its new version.
    ///
    /// # Errors
    /// [`StoreError::Referenced`] when a site is missing.
    pub async fn supervisor_update(
        &mut self,
        before: &Versioned<Supervisor>,
        supervisor: Supervisor,
    ) -> Result<Versioned<Supervisor>, StoreError> {
        self.supervisor_write_over(Some(&before.value), &[&supervisor])
            .await?;
        Ok(self.next_version(before, supervisor))
    }

    async fn supervisor_write_over(
        &mut self,
        before: Option<&Supervisor>,
        all: &[&Supervisor],
    ) -> Result<(), StoreError> {
        let (scope, now) = (self.scope, self.now.0);
        let program_id = scope.program_id;
        let tx = &mut self.tx;
        let rows: Vec<Value> = all.iter().map(|one| row(one)).collect();
        write_rows(tx, SUPERVISOR_WRITE, program_id, now, &rows).await?;
        let sites =
            changed(all, before, |one| &one.sites).map(|(one, words)| (one.key.as_str(), words));
        words::SUPERVISOR_SITE.replace(tx, scope, sites).await?;
        let kinds = changed(all, before, |one| &one.kinds).map(|(one, kinds)| {
            let words = kinds.iter().map(|kind| kind.as_str());
            (one.key.as_str(), words)
        });
        words::SUPERVISOR_KIND.replace(tx, scope, kinds).await?;
        let languages = changed(all, before, |one| &one.languages)
            .map(|(one, words)| (one.key.as_str(), words));
        words::SUPERVISOR_LANGUAGE
            .replace(tx, scope, languages)
            .await?;
        let (mut keys, mut licences) = (Vec::new(), Vec::new());
        for (one, _) in changed(all, before, |one| &one.licences) {
            keys.push(json!([one.key.as_str()]));
            licences.extend(licence_rows(one));
        }
        write_rows(tx, LICENCE_DELETE, program_id, "", &keys).await?;
        write_rows(tx, LICENCE_INSERT, program_id, "", &licences).await?;
        let calendars = changed(all, before, |one| &one.availability)
            .map(|(one, calendar)| (one.key.as_str(), calendar));
        availability::replace(tx, scope, EntityKind::Supervisor, calendars).await
    }

    /// Marks a supervisor as deleted; says whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn supervisor_delete(&mut self, key: &SupervisorKey) -> Result<bool, StoreError> {
        delete_record(self, SUPERVISOR_DELETE, key.as_str()).await
    }
}
