//! Lists, read one page at a time so that memory use doesn't depend on their length.

use std::sync::Arc;

use async_trait::async_trait;

use crate::app::AppView;
use crate::app_summary::{self, AppSummary};
use crate::resource::Resource;
use crate::store::{ListFilter, ListPage, Page, Position, Store, StoreError, StoredKind};

/// The number of resources that are read from the store at once.
pub const PAGE_ROWS: u32 = 200;
/// The largest size of the stored values of a page, without its last row: 128 KiB. Typical resources take less than
/// 500 bytes.
pub const PAGE_BYTES: usize = 131_072;

/// A resource that can be listed.
#[async_trait]
pub trait Listed: Sized + Send {
    /// The name of its kind.
    const KIND: &'static str;

    /// Its position in a list.
    fn position(&self) -> Position;

    /// One page of the list.
    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError>;
}

#[async_trait]
impl<K: StoredKind> Listed for Resource<K> {
    const KIND: &'static str = K::NAME;

    fn position(&self) -> Position {
        Position::new(self.metadata.created_at, self.id.as_uuid())
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError> {
        K::of(store).list_resources(filter, page).await
    }
}

#[async_trait]
impl Listed for AppView {
    const KIND: &'static str = "app";

    fn position(&self) -> Position {
        Position::new(self.created_at, self.app.id.as_uuid())
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError> {
        store.list_app_views(filter.account_id, page).await
    }
}

#[async_trait]
impl Listed for AppSummary {
    const KIND: &'static str = "summary";

    fn position(&self) -> Position {
        self.view.position()
    }

    async fn page(store: &dyn Store, filter: &ListFilter, page: &Page) -> Result<ListPage<Self>, StoreError> {
        let page = Page {
            rows_max: page.rows_max.min(app_summary::PAGE_ROWS),
            ..*page
        };
        store.list_app_summaries(filter.account_id, &page).await
    }
}

/// The part of a list that a client requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ListOptions {
    /// The maximum number of items; `None` means all.
    pub limit: Option<u64>,
    /// Only items after this position.
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
    /// Starts to read a list.
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

    /// The filter that selects the list.
    #[must_use]
    pub fn filter(&self) -> ListFilter {
        self.filter
    }

    /// The requested part.
    #[must_use]
    pub fn options(&self) -> ListOptions {
        self.options
    }

    /// The account's version, read before the first page.
    #[must_use]
    pub fn version(&self) -> Option<i64> {
        self.version
    }

    /// The next resources; empty at the end of the list.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next_page(&mut self) -> Result<Vec<T>, StoreError> {
        if self.is_at_end() {
            return Ok(Vec::new());
        }
        let rows_max = self.remaining.map_or(PAGE_ROWS, |left| {
            u32::try_from(left).unwrap_or(u32::MAX).min(PAGE_ROWS)
        });
        let page = Page {
            after: self.after,
            rows_max,
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

    /// The position after which the list continues, if the limit cut it; valid once the list has ended.
    #[must_use]
    pub fn continue_after(&self) -> Option<Position> {
        if self.has_more { self.after } else { None }
    }

    /// Whether [`Self::next_page`] has no more resources.
    #[must_use]
    pub fn is_at_end(&self) -> bool {
        !self.has_more || self.remaining == Some(0)
    }
}
