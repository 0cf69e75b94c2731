//! Lists, read a page at a time so that memory stays bounded whatever their length.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::AppView;
use crate::app_backup::AppBackup;
use crate::app_snap::AppSnap;
use crate::store::{ListFilter, ListPage, Page, Position, Store, StoreError};

/// How many resources are read from the store at once.
pub const PAGE_ROWS: u32 = 200;
/// How many bytes of stored values a page has at most, but for its last row: 128 KiB. Ordinary resources take less
/// than 500 bytes.
pub const PAGE_BYTES: usize = 131_072;

/// Which kind of resource a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ListKind {
    /// Backups.
    AppBackups,
    /// Snapshots.
    AppSnaps,
    /// Apps; their lists are those of accounts only.
    Apps,
}

/// A resource that can be listed.
#[async_trait]
pub trait Listed: Sized + Send {
    /// The kind of its lists.
    const KIND: ListKind;

    /// Its place in a list.
    fn position(&self) -> Position;

    /// One page of the list.
    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError>;
}

#[async_trait]
impl Listed for AppBackup {
    const KIND: ListKind = ListKind::AppBackups;

    fn position(&self) -> Position {
        Position::new(self.metadata.created_at, self.id.as_uuid())
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError> {
        store.list_app_backups(filter, page).await
    }
}

#[async_trait]
impl Listed for AppSnap {
    const KIND: ListKind = ListKind::AppSnaps;

    fn position(&self) -> Position {
        Position::new(self.metadata.created_at, self.id.as_uuid())
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError> {
        store.list_app_snaps(filter, page).await
    }
}

#[async_trait]
impl Listed for AppView {
    const KIND: ListKind = ListKind::Apps;

    fn position(&self) -> Position {
        Position::new(self.created_at, self.app.id.as_uuid())
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError> {
        store.list_app_views(filter.account_id, page).await
    }
}

/// What part of a list a client wants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
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
    options: ListOptions,
    version: Option<i64>,
    remaining: Option<u64>,
    after: Option<Position>,
    has_more: bool,
    of: std::marker::PhantomData<fn() -> T>,
}

impl<T: Listed> Listing<T> {
    /// Begins to read a list.
    pub(crate) async fn begin(
        store: Arc<dyn Store>,
        filter: ListFilter,
        options: ListOptions,
    ) -> Result<Self, StoreError> {
        let version = store.fetch_account_version(filter.account_id).await?;
        Ok(Self {
            store,
            filter,
            options,
            version,
            remaining: options.limit,
            after: options.after,
            has_more: true,
            of: std::marker::PhantomData,
        })
    }

    /// What the list holds.
    #[must_use]
    pub fn filter(&self) -> ListFilter {
        self.filter
    }

    /// Which part of it was asked for.
    #[must_use]
    pub fn options(&self) -> ListOptions {
        self.options
    }

    /// The account's version before anything was read.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.version
    }

    /// The next resources; empty at the end.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_page(&mut self) -> Result<Vec<T>, StoreError> {
        if self.is_at_end() {
            return Ok(Vec::new());
        }
        let wanted = self.remaining.map_or(PAGE_ROWS, |left| {
            u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS)
        });
        let page = Page {
            after: self.after,
            rows_max: wanted,
            bytes_max: PAGE_BYTES,
        };
        let found = T::page(self.store.as_ref(), &self.filter, &page).await?;
        self.has_more = found.has_more;
        if let Some(last) = found.rows.last() {
            self.after = Some(last.position());
        }
        if let Some(left) = &mut self.remaining {
            *left -= found.rows.len() as u64;
        }
        Ok(found.rows)
    }

    /// Once the list has ended: where it continues, if the limit cut it.
    #[must_use]
    pub fn goes_on_after(&self) -> Option<Position> {
        if self.has_more { self.after } else { None }
    }

    /// Whether [`Self::next_page`] has nothing more to give.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        !self.has_more || self.remaining == Some(0)
    }
}
