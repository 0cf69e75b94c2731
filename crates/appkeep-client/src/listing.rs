//! Lists as streams that fetch page after page.

use std::num::NonZeroU64;

use futures::{Stream, TryStreamExt, stream};
use uuid::Uuid;

use crate::error::{Error, ErrorKind};
use crate::generated::{Client, types};
use crate::list_item::ListItem;

/// The default number of items in a page.
pub const PAGE_SIZE: NonZeroU64 = NonZeroU64::new(500).unwrap();

/// A request for a list: [`backups`](Client::backups), [`snapshots`](Client::snapshots),
/// [`apps`](Client::apps), [`buckets`](Client::buckets), [`schedules`](Client::schedules) or
/// [`accounts`](Client::accounts).
#[derive(Debug, Clone)]
pub struct Listing<'c, S> {
    client: &'c Client,
    scope: S,
    page_size: NonZeroU64,
}

/// The backups of an account, or of one of its apps.
#[derive(Debug, Clone, Copy)]
pub struct Backups {
    account_id: Uuid,
    app_id: Option<Uuid>,
}

/// The snapshots of an app.
#[derive(Debug, Clone, Copy)]
pub struct Snapshots {
    account_id: Uuid,
    app_id: Uuid,
}

/// One page: its items and the token of the next page.
pub(crate) struct Page<T> {
    pub(crate) operation: &'static str,
    pub(crate) items: Vec<ListItem<T>>,
    pub(crate) next: Option<String>,
}

impl Client {
    /// Lists the backups of an account, or only those of one app, newest first.
    #[must_use]
    pub fn backups(&self, account_id: Uuid, app_id: Option<Uuid>) -> Listing<'_, Backups> {
        Listing::new(self, Backups { account_id, app_id })
    }

    /// Lists the snapshots of an app, newest first.
    #[must_use]
    pub fn snapshots(&self, account_id: Uuid, app_id: Uuid) -> Listing<'_, Snapshots> {
        Listing::new(self, Snapshots { account_id, app_id })
    }
}

impl<'c, S> Listing<'c, S> {
    pub(crate) fn new(client: &'c Client, scope: S) -> Self {
        Self {
            client,
            scope,
            page_size: PAGE_SIZE,
        }
    }

    pub(crate) fn into_parts(self) -> (&'c Client, S, NonZeroU64) {
        (self.client, self.scope, self.page_size)
    }

    /// Sets the number of items to request at a time; the server may return fewer.
    #[must_use]
    pub fn page_size(mut self, items: NonZeroU64) -> Self {
        self.page_size = items;
        self
    }
}

impl<'c> Listing<'c, Backups> {
    /// Reads the list. The stream ends after the last item or the first error.
    pub fn stream(self) -> impl Stream<Item = Result<types::AppBackup, Error>> + Send + 'c {
        let (client, scope, page_size) = self.into_parts();
        pages(move |token| fetch_backups(client, scope, page_size, token))
    }
}

impl<'c> Listing<'c, Snapshots> {
    /// Reads the list. The stream ends after the last item or the first error.
    pub fn stream(self) -> impl Stream<Item = Result<types::AppSnap, Error>> + Send + 'c {
        let (client, scope, page_size) = self.into_parts();
        pages(move |token| fetch_snapshots(client, scope, page_size, token))
    }
}

async fn fetch_backups(
    client: &Client,
    scope: Backups,
    limit: NonZeroU64,
    token: Option<String>,
) -> Result<Page<types::AppBackup>, Error> {
    let (operation, list) = if let Some(app_id) = scope.app_id {
        let mut request = client
            .app_backup_list_for_app()
            .account_id(scope.account_id)
            .app_id(app_id);
        if let Some(token) = token {
            request = request.continue_(token);
        }
        ("app_backup_list_for_app", request.limit(limit).send().await?)
    } else {
        let mut request = client.app_backup_list_all().account_id(scope.account_id);
        if let Some(token) = token {
            request = request.continue_(token);
        }
        ("app_backup_list_all", request.limit(limit).send().await?)
    };
    let list = list.into_inner();
    Ok(Page {
        operation,
        items: list.items.unwrap_or_default(),
        next: list.metadata.continue_,
    })
}

async fn fetch_snapshots(
    client: &Client,
    scope: Snapshots,
    limit: NonZeroU64,
    token: Option<String>,
) -> Result<Page<types::AppSnap>, Error> {
    let mut request = client
        .app_snap_list_for_app()
        .account_id(scope.account_id)
        .app_id(scope.app_id);
    if let Some(token) = token {
        request = request.continue_(token);
    }
    let list = request.limit(limit).send().await?.into_inner();
    let operation = "app_snap_list_for_app";
    Ok(Page {
        operation,
        items: list.items.unwrap_or_default(),
        next: list.metadata.continue_,
    })
}

/// The position of the next request.
enum Position {
    First,
    Token(String),
    End,
}

pub(crate) fn pages<T, F>(
    fetch: impl Fn(Option<String>) -> F + Send,
) -> impl Stream<Item = Result<T, Error>> + Send
where
    T: Send,
    F: Future<Output = Result<Page<T>, Error>> + Send,
{
    let pages = stream::try_unfold((Position::First, fetch), |(position, fetch)| async move {
        let token = match position {
            Position::First => None,
            Position::Token(token) => Some(token),
            Position::End => return Ok(None),
        };
        let page = fetch(token.clone()).await?;
        // Some servers use an empty token to indicate that there is no next page.
        let next = page.next.filter(|next| !next.is_empty());
        if next.is_some() && next == token {
            let token = token.unwrap_or_default();
            return Err(Error::new(page.operation, ErrorKind::RepeatedContinue { token }));
        }
        let resources = page.items.into_iter().map(move |item| {
            item.into_resource()
                .ok_or_else(|| Error::new(page.operation, ErrorKind::UnexpectedColumns))
        });
        Ok(Some((
            stream::iter(resources),
            (next.map_or(Position::End, Position::Token), fetch),
        )))
    });
    pages.try_flatten()
}
