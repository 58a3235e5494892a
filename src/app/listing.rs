//! Pages of lists, in an order and through a filter.
//!
//! The place after a page is the key of its last record, and where the list is
//! not by key, a blank and what it is by: as keys hold no blank, the two come
//! apart again. A list that changes meanwhile neither repeats nor skips a
//! record that stays where it is.

use super::AppError;
use crate::domain::time::UtcSecond;
use crate::domain::{ListOrder, ListRequest, OrderBy, Page, PageRequest, Versioned, Violations};
use crate::store::{KeyRange, Seek};

/// Returns how many records a page reads: one more than it shows, to see
/// whether another page follows.
pub(super) fn limit(page: &PageRequest) -> Result<i64, AppError> {
    if page.size == 0 || page.size > PageRequest::SIZE_MAX {
        let message = format!("must be from 1 to {}", PageRequest::SIZE_MAX);
        return Err(AppError::Invalid(Violations::one(
            "page_size",
            "page_size",
            message,
        )));
    }
    Ok(i64::from(page.size) + 1)
}

/// Returns the range of a page of a list that is by key.
pub(super) fn page_range(page: &PageRequest) -> Result<KeyRange, AppError> {
    Ok(KeyRange::after(page.after.as_deref(), limit(page)?))
}

/// Returns where a page begins in its list.
pub(super) fn seek<F>(list: &ListRequest<F>) -> Result<Seek, AppError> {
    let limit = limit(&list.page)?;
    let Some(after) = &list.page.after else {
        return Ok(Seek::start(list.order, limit));
    };
    place(list.order, after, limit).ok_or_else(|| {
        let message = "is no place in this list";
        AppError::Invalid(Violations::one("page_token", "page_token", message))
    })
}

fn place(order: ListOrder, after: &str, limit: i64) -> Option<Seek> {
    let (key, value) = match order.by {
        OrderBy::Key => (after, ""),
        OrderBy::Name | OrderBy::UpdateTime => after.split_once(' ')?,
    };
    let at = match order.by {
        OrderBy::Key | OrderBy::Name => UtcSecond(0),
        OrderBy::UpdateTime => UtcSecond(value.parse().ok()?),
    };
    Some(Seek::after(order, key, value, at, limit))
}

/// Returns the page of records that were found; `next` gives the place after
/// one.
pub(super) fn page_of<T>(
    mut items: Vec<T>,
    page: &PageRequest,
    next: impl Fn(&T) -> String,
) -> Page<T> {
    let size = usize::try_from(page.size).unwrap_or(usize::MAX);
    let has_more = items.len() > size;
    items.truncate(size);
    let last = items.last().filter(|_| has_more);
    let next_after = last.map(next);
    Page { items, next_after }
}

/// Returns the page of a list that was found; `key_and_name` gives the key of
/// a record and what [`OrderBy::Name`] goes by.
pub(super) fn list_page<T, F>(
    items: Vec<Versioned<T>>,
    list: &ListRequest<F>,
    key_and_name: impl Fn(&T) -> (&str, &str),
) -> Page<Versioned<T>> {
    page_of(items, &list.page, |record| {
        let (key, name) = key_and_name(&record.value);
        match list.order.by {
            OrderBy::Key => key.to_owned(),
            OrderBy::Name => format!("{key} {name}"),
            OrderBy::UpdateTime => format!("{key} {}", record.updated_at.0),
        }
    })
}
