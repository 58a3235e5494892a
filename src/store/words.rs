//! Lists of words that belong to a person or a site, each in a table of its
//! own: languages, modalities, kinds of session, sites.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Value, json};

use super::dispatch::{on, statements};
use super::rows::{Place, write_rows};
use super::{KeyRange, ProgramScope, StoreError, Tx};

/// The statements of one list.
#[derive(Clone, Copy)]
pub(super) struct WordTable {
    table: &'static str,
    list: &'static str,
    list_of: &'static str,
    delete: &'static str,
    insert: &'static str,
}

macro_rules! word_tables {
    ($($name:ident $list:ident $list_of:ident $delete:ident $insert:ident = $table:literal, $owner:literal;)+) => {
        statements! {
            $(
                $list = concat!("SELECT ", $owner, ", word FROM ", $table,
                    " WHERE program_id = $1 AND ", $owner, " >= $2 AND ", $owner, " <= $3");
                $list_of = concat!("SELECT ", $owner, ", word FROM ", $table,
                    " WHERE program_id = $1 AND ", $owner,
                    " IN (SELECT value ->> 0 FROM json_each($2)) AND $3 = ''");
                $delete = concat!("DELETE FROM ", $table, " WHERE program_id = $1 AND ", $owner,
                    " IN (SELECT value ->> 0 FROM json_each($2)) AND $3 = ''");
                $insert = concat!("INSERT INTO ", $table, " (program_id, ", $owner, ", word) ",
                    "SELECT $1, value ->> 0, value ->> 1 FROM json_each($2) WHERE $3 = ''");
            )+
        }
        $(pub(super) const $name: WordTable = WordTable {
            table: $table, list: $list, list_of: $list_of, delete: $delete, insert: $insert,
        };)+
    };
}

word_tables! {
    SITE_MODALITY SITE_MODALITY_LIST SITE_MODALITY_LIST_OF SITE_MODALITY_DELETE SITE_MODALITY_INSERT
        = "site_modality", "site_key";
    SITE_LANGUAGE SITE_LANGUAGE_LIST SITE_LANGUAGE_LIST_OF SITE_LANGUAGE_DELETE SITE_LANGUAGE_INSERT
        = "site_language", "site_key";
    SUPERVISOR_SITE SUPERVISOR_SITE_LIST SUPERVISOR_SITE_LIST_OF SUPERVISOR_SITE_DELETE SUPERVISOR_SITE_INSERT
        = "supervisor_site", "supervisor_key";
    SUPERVISOR_KIND SUPERVISOR_KIND_LIST SUPERVISOR_KIND_LIST_OF SUPERVISOR_KIND_DELETE SUPERVISOR_KIND_INSERT
        = "supervisor_kind", "supervisor_key";
    SUPERVISOR_LANGUAGE SUPERVISOR_LANGUAGE_LIST SUPERVISOR_LANGUAGE_LIST_OF SUPERVISOR_LANGUAGE_DELETE
        SUPERVISOR_LANGUAGE_INSERT = "supervisor_language", "supervisor_key";
    TRAINEE_MODALITY TRAINEE_MODALITY_LIST TRAINEE_MODALITY_LIST_OF TRAINEE_MODALITY_DELETE TRAINEE_MODALITY_INSERT
        = "trainee_modality", "trainee_key";
    TRAINEE_LANGUAGE TRAINEE_LANGUAGE_LIST TRAINEE_LANGUAGE_LIST_OF TRAINEE_LANGUAGE_DELETE TRAINEE_LANGUAGE_INSERT
        = "trainee_language", "trainee_key";
}

/// Words by owner.
pub(super) struct Words<T> {
    by_owner: HashMap<String, BTreeSet<T>>,
}

impl<T> Words<T> {
    /// Takes out the words of an owner.
    pub(super) fn take(&mut self, owner: &str) -> BTreeSet<T> {
        self.by_owner.remove(owner).unwrap_or_default()
    }
}

impl WordTable {
    /// Returns the words of some owners; `parse` reads one.
    pub(super) async fn list_as<T: Ord>(
        self,
        tx: &mut Tx,
        scope: ProgramScope,
        owners: &KeyRange,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Words<T>, StoreError> {
        let rows: Vec<(String, String)> = on!(tx, |connection| {
            sqlx::query_as(owners.pick(self.list, self.list_of))
                .bind(scope.program_id)
                .bind(owners.from.as_str())
                .bind(owners.until.as_str())
                .fetch_all(connection)
                .await
        })?;
        let mut by_owner: HashMap<String, BTreeSet<T>> = HashMap::new();
        for (owner, word) in rows {
            let place = Place {
                table: self.table,
                key: &owner,
            };
            let word = place.some(parse(&word))?;
            by_owner.entry(owner).or_default().insert(word);
        }
        Ok(Words { by_owner })
    }

    /// Returns the words of some owners.
    pub(super) async fn list<T: Ord + FromStr>(
        self,
        tx: &mut Tx,
        scope: ProgramScope,
        owners: &KeyRange,
    ) -> Result<Words<T>, StoreError> {
        self.list_as(tx, scope, owners, |word| word.parse().ok())
            .await
    }

    /// Replaces the words of some owners.
    pub(super) async fn replace<'a, W, O>(
        self,
        tx: &mut Tx,
        scope: ProgramScope,
        owners: O,
    ) -> Result<(), StoreError>
    where
        W: IntoIterator<Item: Display>,
        O: Iterator<Item = (&'a str, W)>,
    {
        let mut keys = Vec::new();
        let mut rows: Vec<Value> = Vec::new();
        for (owner, words) in owners {
            keys.push(json!([owner]));
            rows.extend(
                words
                    .into_iter()
                    .map(|word| json!([owner, word.to_string()])),
            );
        }
        write_rows(tx, self.delete, scope.program_id, "", &keys).await?;
        write_rows(tx, self.insert, scope.program_id, "", &rows).await
    }
}
