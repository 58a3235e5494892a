//! Sites with their opening hours.

use serde_json::{Value, json};
use sqlx::FromRow;

use super::availability::{self, Calendar, CalendarColumns, NoCalendar, calendar_columns};
use super::dispatch::statements;
use super::listing::{ListTable, list_table, page_of, records_of};
use super::rows::{Place, RecordColumns, changed, delete_record, new_id, write_rows};
use super::words::{self, words_column};
use super::{KeyRange, ProgramScope, Seek, StoreError, Tx, WriteTx};
use crate::domain::{EntityKind, Listed, Site, SiteFilter, SiteKey, Tag, Versioned, ZoneName};

/// The lists of sites; their filter is jurisdiction, setting and zone.
pub(super) const SITES: ListTable = list_table!(
    "site",
    concat!(
        "name, time_zone, jurisdiction, setting, capacity_min, capacity, \
         contact_minutes_per_week, contact_minutes_min, contact_minutes_max, agreement_from, \
         agreement_until, ",
        words_column!("site", "modality"),
        ", ",
        words_column!("site", "language")
    ),
    by key: calendar_columns!("site"),
    "name",
    "($5 = '' OR jurisdiction = $5) AND ($6 = '' OR setting = $6) \
     AND ($7 = '' OR time_zone = $7)"
);

statements! {
    SITE_WRITE = "INSERT INTO site (program_id, key, id, version, created_at, updated_at, name, \
        time_zone, jurisdiction, setting, capacity_min, capacity, contact_minutes_per_week, \
        contact_minutes_min, contact_minutes_max, agreement_from, agreement_until) \
        SELECT $1, value ->> 0, unhex(value ->> 1), 1, $3, $3, value ->> 2, value ->> 3, \
        value ->> 4, value ->> 5, CAST(value ->> 6 AS BIGINT), CAST(value ->> 7 AS BIGINT), \
        CAST(value ->> 8 AS BIGINT), CAST(value ->> 9 AS BIGINT), CAST(value ->> 10 AS BIGINT), \
        value ->> 11, value ->> 12 FROM json_each($2) WHERE TRUE \
        ON CONFLICT (program_id, key) DO UPDATE SET version = site.version + 1, \
        updated_at = excluded.updated_at, deleted_at = NULL, name = excluded.name, \
        time_zone = excluded.time_zone, jurisdiction = excluded.jurisdiction, \
        setting = excluded.setting, capacity_min = excluded.capacity_min, \
        capacity = excluded.capacity, \
        contact_minutes_per_week = excluded.contact_minutes_per_week, \
        contact_minutes_min = excluded.contact_minutes_min, \
        contact_minutes_max = excluded.contact_minutes_max, \
        agreement_from = excluded.agreement_from, agreement_until = excluded.agreement_until";
    SITE_DELETE = "UPDATE site SET deleted_at = $3, updated_at = $3, version = version + 1 \
        WHERE program_id = $1 AND key = $2 AND deleted_at IS NULL";
}

#[derive(FromRow)]
struct SiteRow<C> {
    #[sqlx(flatten)]
    record: RecordColumns,
    name: String,
    time_zone: String,
    jurisdiction: String,
    setting: String,
    capacity_min: i64,
    capacity: i64,
    contact_minutes_per_week: i64,
    contact_minutes_min: i64,
    contact_minutes_max: i64,
    agreement_from: String,
    agreement_until: String,
    modality_words: Option<String>,
    language_words: Option<String>,
    #[sqlx(flatten)]
    calendar: C,
}

impl<C: Calendar> SiteRow<C> {
    fn into_site(self) -> Result<Versioned<Site>, StoreError> {
        let place = Place {
            table: "site",
            key: &self.record.key,
        };
        let site = Site {
            key: place.parse(&self.record.key)?,
            name: self.name,
            time_zone: place.parse(&self.time_zone)?,
            jurisdiction: place.parse(&self.jurisdiction)?,
            setting: place.parse(&self.setting)?,
            capacity_min: place.count(self.capacity_min)?,
            capacity: place.count(self.capacity)?,
            contact_per_week: place.minutes(self.contact_minutes_per_week)?,
            contact: place.minutes_range(self.contact_minutes_min, self.contact_minutes_max)?,
            agreement: place.days(&self.agreement_from, &self.agreement_until)?,
            modalities: words::read(place.of("site_modality"), self.modality_words.as_deref())?,
            languages: words::read(place.of("site_language"), self.language_words.as_deref())?,
            opening: self.calendar.read(place)?,
        };
        Ok(self.record.with(site))
    }
}

impl SiteRow<NoCalendar> {
    fn into_listed(self) -> Result<Versioned<Listed<Site>>, StoreError> {
        let record = self.into_site()?;
        Ok(record.map(Listed::new))
    }
}

impl Tx {
    /// Returns the sites of some keys, by key.
    ///
    /// # Errors
    /// When the database fails, or holds what no site can be.
    pub async fn site_list(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Site>>, StoreError> {
        let rows: Vec<SiteRow<CalendarColumns>> =
            records_of(self, SITES.of_keys(keys), scope, keys).await?;
        rows.into_iter().map(SiteRow::into_site).collect()
    }

    /// Returns the sites of some keys, by key, without their windows and days
    /// away.
    ///
    /// # Errors
    /// As [`Tx::site_list`].
    pub async fn site_listed(
        &mut self,
        scope: ProgramScope,
        keys: &KeyRange,
    ) -> Result<Vec<Versioned<Listed<Site>>>, StoreError> {
        let statement = SITES.listed_of_keys(keys);
        let rows: Vec<SiteRow<NoCalendar>> = records_of(self, statement, scope, keys).await?;
        rows.into_iter().map(SiteRow::into_listed).collect()
    }

    /// Returns a page of sites through a filter, in its order, without their
    /// windows and days away.
    ///
    /// # Errors
    /// As [`Tx::site_list`].
    pub async fn site_page(
        &mut self,
        scope: ProgramScope,
        seek: &Seek,
        filter: &SiteFilter,
    ) -> Result<Vec<Versioned<Listed<Site>>>, StoreError> {
        let filter = [
            filter.jurisdiction.as_ref().map_or("", Tag::as_str),
            filter.setting.as_ref().map_or("", Tag::as_str),
            filter.time_zone.map_or("", ZoneName::as_str),
        ];
        let rows: Vec<SiteRow<NoCalendar>> = page_of(self, &SITES, scope, seek, &filter).await?;
        rows.into_iter().map(SiteRow::into_listed).collect()
    }
}

fn row(site: &Site) -> Value {
    json!([
        site.key.as_str(),
        new_id(),
        site.name,
        site.time_zone.as_str(),
        site.jurisdiction.as_str(),
        site.setting.as_str(),
        site.capacity_min,
        site.capacity,
        site.contact_per_week.get(),
        site.contact.min().get(),
        site.contact.max().get(),
        site.agreement.first().to_string(),
        site.agreement.last().to_string(),
    ])
}

impl WriteTx {
    /// Creates or replaces sites, each a new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site_write(&mut self, sites: &[&Site]) -> Result<(), StoreError> {
        self.site_write_over(None, sites).await
    }

    /// Replaces a site and returns its new version.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site_update(
        &mut self,
        before: &Versioned<Site>,
        site: Site,
    ) -> Result<Versioned<Site>, StoreError> {
        self.site_write_over(Some(&before.value), &[&site]).await?;
        Ok(self.next_version(before, site))
    }

    async fn site_write_over(
        &mut self,
        before: Option<&Site>,
        sites: &[&Site],
    ) -> Result<(), StoreError> {
        let (scope, now) = (self.scope, self.now.0);
        let tx = &mut self.tx;
        let rows: Vec<Value> = sites.iter().map(|one| row(one)).collect();
        write_rows(tx, SITE_WRITE, scope.program_id, now, &rows).await?;
        let modalities = changed(sites, before, |one| &one.modalities)
            .map(|(one, words)| (one.key.as_str(), words));
        words::SITE_MODALITY.replace(tx, scope, modalities).await?;
        let languages = changed(sites, before, |one| &one.languages)
            .map(|(one, words)| (one.key.as_str(), words));
        words::SITE_LANGUAGE.replace(tx, scope, languages).await?;
        let opening = changed(sites, before, |one| &one.opening)
            .map(|(one, calendar)| (one.key.as_str(), calendar));
        availability::replace(tx, scope, EntityKind::Site, opening).await
    }

    /// Marks a site as deleted; says whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site_delete(&mut self, key: &SiteKey) -> Result<bool, StoreError> {
        delete_record(self, SITE_DELETE, key.as_str()).await
    }
}
