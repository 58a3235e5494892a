//! Lists of words that belong to a person or a site, each in a table of its
//! own: languages, modalities, kinds of session, sites. They are read with the
//! record's row, as one text: no word holds a semicolon.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use serde_json::{Value, json};

use super::dispatch::statements;
use super::rows::{Place, write_rows};
use super::{ProgramScope, StoreError, Tx};

/// The statements of one list.
#[derive(Clone, Copy)]
pub(super) struct WordTable {
    delete: &'static str,
    insert: &'static str,
}

macro_rules! word_tables {
    ($($name:ident $delete:ident $insert:ident = $table:literal, $owner:literal;)+) => {
        statements! {
            $(
                $delete = concat!("DELETE FROM ", $table, " WHERE program_id = $1 AND ", $owner,
                    " IN (SELECT value ->> 0 FROM json_each($2)) AND $3 = ''");
                $insert = concat!("INSERT INTO ", $table, " (program_id, ", $owner, ", word) ",
                    "SELECT $1, value ->> 0, value ->> 1 FROM json_each($2) WHERE $3 = ''");
            )+
        }
        $(pub(super) const $name: WordTable = WordTable {
            delete: $delete, insert: $insert,
        };)+
    };
}

word_tables! {
    SITE_MODALITY SITE_MODALITY_DELETE SITE_MODALITY_INSERT
        = "site_modality", "site_key";
    SITE_LANGUAGE SITE_LANGUAGE_DELETE SITE_LANGUAGE_INSERT
        = "site_language", "site_key";
    SUPERVISOR_SITE SUPERVISOR_SITE_DELETE SUPERVISOR_SITE_INSERT
        = "supervisor_site", "supervisor_key";
    SUPERVISOR_KIND SUPERVISOR_KIND_DELETE SUPERVISOR_KIND_INSERT
        = "supervisor_kind", "supervisor_key";
    SUPERVISOR_LANGUAGE SUPERVISOR_LANGUAGE_DELETE
        SUPERVISOR_LANGUAGE_INSERT = "supervisor_language", "supervisor_key";
    TRAINEE_MODALITY TRAINEE_MODALITY_DELETE TRAINEE_MODALITY_INSERT
        = "trainee_modality", "trainee_key";
    TRAINEE_LANGUAGE TRAINEE_LANGUAGE_DELETE TRAINEE_LANGUAGE_INSERT
        = "trainee_language", "trainee_key";
}

/// Writes the column of a record's words: `words_column!("trainee", "language")`
/// is `language_words`, NULL where there are none.
macro_rules! words_column {
    ($owner:literal, $list:literal) => {
        concat!(
            "(SELECT string_agg(word, ';') FROM ",
            $owner,
            "_",
            $list,
            " WHERE program_id = ",
            $owner,
            ".program_id AND ",
            $owner,
            "_key = ",
            $owner,
            ".key) AS ",
            $list,
            "_words"
        )
    };
}

pub(super) use words_column;

/// Reads the column of a record's words.
pub(super) fn read<T: Ord + FromStr>(
    place: Place<'_>,
    words: Option<&str>,
) -> Result<BTreeSet<T>, StoreError> {
    read_as(place, words, |word| word.parse().ok())
}

/// Reads the column of a record's words; `parse` reads one.
pub(super) fn read_as<T: Ord>(
    place: Place<'_>,
    words: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<BTreeSet<T>, StoreError> {
    let words = words.into_iter().flat_map(|words| words.split(';'));
    words.map(|word| place.some(parse(word))).collect()
}

impl WordTable {
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
