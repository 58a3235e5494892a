//! Reads the lists of a message: each broken item is noted with its place.

use std::fmt::Display;
use std::str::FromStr;

use super::fields::{Fields, MOST_ITEMS};

impl Fields<'_> {
    /// Reads the messages of a list.
    pub(in super::super) fn items<M, T>(
        &mut self,
        field: &str,
        messages: &[M],
        read: impl Fn(&M, &mut Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.items_up_to(field, messages, MOST_ITEMS, read)
    }

    /// Reads the messages of a list that may be longer or shorter than most.
    pub(in super::super) fn items_up_to<M, T>(
        &mut self,
        field: &str,
        messages: &[M],
        most: usize,
        read: impl Fn(&M, &mut Fields<'_>) -> Option<T>,
    ) -> Option<Vec<T>> {
        self.count_up_to(field, messages.len(), most)?;
        let values: Vec<Option<T>> = messages
            .iter()
            .enumerate()
            .map(|(index, message)| read(message, &mut self.item(field, index)))
            .collect();
        values.into_iter().collect()
    }

    /// Reads a list of keys, in their order.
    pub(in super::super) fn keys<K: FromStr<Err: Display>, T>(
        &mut self,
        field: &str,
        texts: &[String],
        most: usize,
        value: impl Fn(K) -> T,
    ) -> Option<Vec<T>> {
        self.items_up_to(field, texts, most, |text, fields| {
            fields.parse("", text).map(&value)
        })
    }

    /// Refuses a list that is longer than `most`.
    pub(super) fn count_up_to(&mut self, field: &str, count: usize, most: usize) -> Option<()> {
        if count <= most {
            return Some(());
        }
        let message = format_args!("holds {count} items; at most {most} are allowed");
        self.refuse(field, "count", message);
        None
    }
}
