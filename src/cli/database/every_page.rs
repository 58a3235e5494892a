//! Reads a list to its end, however many pages it has.

use super::failure;
use crate::app::AppError;
use crate::cli::Failure;
use crate::domain::{ListRequest, Page, PageRequest};

/// Returns all that a use case lists; it is asked for one page after another.
pub(in crate::cli) async fn every_page<T>(
    mut list: impl AsyncFnMut(PageRequest) -> Result<Page<T>, AppError>,
) -> Result<Vec<T>, Failure> {
    let mut page = PageRequest::largest();
    let mut all = Vec::new();
    loop {
        let found = list(page.clone()).await.map_err(failure)?;
        all.extend(found.items);
        page.after = found.next_after;
        if page.after.is_none() {
            return Ok(all);
        }
    }
}

/// Returns all records of a list that pass through a filter, by key.
pub(in crate::cli) async fn every_record<F: Default, T>(
    filter: F,
    mut list: impl AsyncFnMut(&ListRequest<F>) -> Result<Page<T>, AppError>,
) -> Result<Vec<T>, Failure> {
    let mut request = ListRequest {
        filter,
        ..ListRequest::default()
    };
    every_page(async |page| {
        request.page = page;
        list(&request).await
    })
    .await
}
