//! Lists, read a page at a time so that memory stays bounded whatever their length.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app_backup::AppBackup;
use crate::app_snap::AppSnap;
use crate::store::{ListFilter, Page, Position, Store, StoreError};

/// How many resources are read from the store at once.
pub const PAGE_ROWS: u32 = 200;

/// A resource that can be listed.
#[async_trait]
pub trait Listed: Sized + Send {
    /// Its place in a list.
    fn position(&self) -> Position;

    /// One page of the list.
    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<Vec<Self>, StoreError>;
}

#[async_trait]
impl Listed for AppBackup {
    fn position(&self) -> Position {
        Position {
            created_micros: self.metadata.created_at.timestamp_micros(),
            id: self.id.as_uuid(),
        }
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<Vec<Self>, StoreError> {
        store.list_app_backups(filter, page).await
    }
}

#[async_trait]
impl Listed for AppSnap {
    fn position(&self) -> Position {
        Position {
            created_micros: self.metadata.created_at.timestamp_micros(),
            id: self.id.as_uuid(),
        }
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<Vec<Self>, StoreError> {
        store.list_app_snaps(filter, page).await
    }
}

/// What part of a list a client wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListOptions {
    /// At most this many; without it everything.
    pub limit: Option<u64>,
    /// What comes after this place.
    pub after: Option<Position>,
}

/// A list that is being read.
pub struct Listing<T> {
    store: Arc<dyn Store>,
    filter: ListFilter,
    remaining: Option<u64>,
    after: Option<Position>,
    /// The first page, read when the list was asked for, so that a failing store is noticed then.
    first: Option<Vec<T>>,
    more: bool,
}

impl<T: Listed> Listing<T> {
    /// Begins to read a list.
    pub(crate) async fn begin(
        store: Arc<dyn Store>,
        filter: ListFilter,
        options: ListOptions,
    ) -> Result<Self, StoreError> {
        let mut listing = Self {
            store,
            filter,
            remaining: options.limit,
            after: options.after,
            first: None,
            more: true,
        };
        listing.first = Some(listing.read().await?);
        Ok(listing)
    }

    /// The next resources; empty at the end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_page(&mut self) -> Result<Vec<T>, StoreError> {
        match self.first.take() {
            Some(page) => Ok(page),
            None => self.read().await,
        }
    }

    /// Once the list has ended: where it goes on, if the limit cut it.
    #[must_use]
    pub fn goes_on_after(&self) -> Option<Position> {
        if self.more { self.after } else { None }
    }

    async fn read(&mut self) -> Result<Vec<T>, StoreError> {
        if !self.more || self.remaining == Some(0) {
            return Ok(Vec::new());
        }
        let wanted = self.remaining.map_or(PAGE_ROWS, |left| {
            u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS)
        });
        // One more than wanted tells whether the list goes on.
        let page = Page {
            after: self.after,
            rows_max: wanted + 1,
        };
        let mut rows = T::page(self.store.as_ref(), &self.filter, &page).await?;
        let wanted_rows = wanted as usize;
        self.more = rows.len() > wanted_rows;
        rows.truncate(wanted_rows);
        if let Some(last) = rows.last() {
            self.after = Some(last.position());
        }
        if let Some(left) = &mut self.remaining {
            *left -= rows.len() as u64;
        }
        Ok(rows)
    }
}
