//! Lists, read a page at a time so that memory stays bounded whatever their length.
//!
//! A page is made of versions. What a version looks like never changes, so whoever has seen one may answer
//! without reading the resource again; [`Listing::fetch`] reads the others.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use crate::app::AppView;
use crate::app_backup::AppBackup;
use crate::app_snap::AppSnap;
use crate::ids::AccountId;
use crate::store::{ListAsk, ListFilter, ListFound, ListKind, Page, Position, Store, StoreError, Version};

/// How many resources are read from the store at once.
pub const PAGE_ROWS: u32 = 200;

/// A resource that can be listed.
#[async_trait]
pub trait Listed: Sized + Send {
    /// Its id.
    fn id(&self) -> Uuid;

    /// How often it was changed.
    fn generation(&self) -> i64;

    /// What its lists are called.
    const KIND: ListKind;

    /// One page of the list.
    async fn versions(
        store: &dyn Store,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<Vec<Version>, StoreError>;

    /// Those of the resources with these ids that there are.
    async fn fetch(store: &dyn Store, account_id: AccountId, ids: &[Uuid]) -> Result<Vec<Self>, StoreError>;
}

#[async_trait]
impl Listed for AppBackup {
    const KIND: ListKind = ListKind::AppBackups;

    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn generation(&self) -> i64 {
        self.generation
    }

    async fn versions(
        store: &dyn Store,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<Vec<Version>, StoreError> {
        store.list_app_backup_versions(filter, page).await
    }

    async fn fetch(store: &dyn Store, account_id: AccountId, ids: &[Uuid]) -> Result<Vec<Self>, StoreError> {
        let ids: Vec<_> = ids.iter().copied().map(Into::into).collect();
        store.fetch_app_backups(account_id, &ids).await
    }
}

#[async_trait]
impl Listed for AppSnap {
    const KIND: ListKind = ListKind::AppSnaps;

    fn id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn generation(&self) -> i64 {
        self.generation
    }

    async fn versions(
        store: &dyn Store,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<Vec<Version>, StoreError> {
        store.list_app_snap_versions(filter, page).await
    }

    async fn fetch(store: &dyn Store, account_id: AccountId, ids: &[Uuid]) -> Result<Vec<Self>, StoreError> {
        let ids: Vec<_> = ids.iter().copied().map(Into::into).collect();
        store.fetch_app_snaps(account_id, &ids).await
    }
}

#[async_trait]
impl Listed for AppView {
    const KIND: ListKind = ListKind::Apps;

    fn id(&self) -> Uuid {
        self.app.id.as_uuid()
    }

    fn generation(&self) -> i64 {
        self.generation
    }

    async fn versions(
        store: &dyn Store,
        filter: &ListFilter,
        page: &Page,
    ) -> Result<Vec<Version>, StoreError> {
        store.list_app_versions(filter, page).await
    }

    async fn fetch(store: &dyn Store, account_id: AccountId, ids: &[Uuid]) -> Result<Vec<Self>, StoreError> {
        let ids: Vec<_> = ids.iter().copied().map(Into::into).collect();
        store.fetch_app_views(account_id, &ids).await
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

impl ListOptions {
    /// The list's first page.
    #[must_use]
    pub fn first_page(&self) -> Page {
        Page {
            after: self.after,
            // One more than wanted tells whether the list goes on.
            rows_max: wanted_rows(self.limit) + 1,
        }
    }
}

/// How many resources the next page may hold.
fn wanted_rows(remaining: Option<u64>) -> u32 {
    remaining.map_or(PAGE_ROWS, |left| {
        u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS)
    })
}

/// A list that is being read.
pub struct Listing<T> {
    store: Arc<dyn Store>,
    filter: ListFilter,
    remaining: Option<u64>,
    after: Option<Position>,
    /// The first page, read when the list was asked for, so that a failing store is noticed then.
    first: Option<Vec<Version>>,
    more: bool,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T: Listed> Listing<T> {
    /// Begins to read a list. What was `found` already isn't read again.
    pub(crate) async fn begin(
        store: Arc<dyn Store>,
        filter: ListFilter,
        options: ListOptions,
        found: Option<&ListFound>,
    ) -> Result<Self, StoreError> {
        let ask = ListAsk {
            kind: T::KIND,
            filter,
            page: options.first_page(),
        };
        let mut listing = Self {
            store,
            filter,
            remaining: options.limit,
            after: options.after,
            first: None,
            more: true,
            of: std::marker::PhantomData,
        };
        let first = match found.filter(|found| found.ask == ask) {
            Some(found) => listing.turn(found.versions.clone(), ask.page),
            None => listing.read().await?,
        };
        listing.first = Some(first);
        Ok(listing)
    }

    /// The next versions; empty at the end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_page(&mut self) -> Result<Vec<Version>, StoreError> {
        match self.first.take() {
            Some(page) => Ok(page),
            None => self.read().await,
        }
    }

    /// The resources with these ids as they are now, in any order; one that was deleted since is left out.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn fetch(&self, ids: &[Uuid]) -> Result<Vec<T>, StoreError> {
        T::fetch(self.store.as_ref(), self.filter.account_id, ids).await
    }

    /// Once the list has ended: where it goes on, if the limit cut it.
    #[must_use]
    pub fn goes_on_after(&self) -> Option<Position> {
        if self.more { self.after } else { None }
    }

    /// Whether [`Self::next_page`] has more to give.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        self.first.is_none() && (!self.more || self.remaining == Some(0))
    }

    async fn read(&mut self) -> Result<Vec<Version>, StoreError> {
        if !self.more || self.remaining == Some(0) {
            return Ok(Vec::new());
        }
        let options = ListOptions {
            limit: self.remaining,
            after: self.after,
        };
        let page = options.first_page();
        let rows = T::versions(self.store.as_ref(), &self.filter, &page).await?;
        Ok(self.turn(rows, page))
    }

    /// Takes `rows` as what the store had for `page`.
    fn turn(&mut self, mut rows: Vec<Version>, page: Page) -> Vec<Version> {
        let wanted_rows = page.rows_max as usize - 1;
        self.more = rows.len() > wanted_rows;
        rows.truncate(wanted_rows);
        if let Some(last) = rows.last() {
            self.after = Some(last.position);
        }
        if let Some(left) = &mut self.remaining {
            *left -= rows.len() as u64;
        }
        rows
    }
}
