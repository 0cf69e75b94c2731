//! Lists as streams that fetch page after page.

use std::collections::HashSet;
use std::num::NonZeroU64;

use futures_util::{Stream, TryStreamExt, stream};
use uuid::Uuid;

use crate::error::{Error, ErrorKind};
use crate::generated::{Client, types};
use crate::list_item::ListItem;

/// The default number of items in a page.
pub const PAGE_SIZE: NonZeroU64 = NonZeroU64::new(500).unwrap();

/// The most empty pages in a row. A server may filter a page after reading it, but not forever.
const EMPTY_PAGES_MAX: usize = 100;

/// A request for a list: [`backups`](Client::backups), [`snapshots`](Client::snapshots),
/// [`apps`](Client::apps), [`buckets`](Client::buckets), [`schedules`](Client::schedules),
/// [`restores`](Client::restores), [`hooks`](Client::hooks) or [`accounts`](Client::accounts).
#[derive(Debug, Clone)]
pub struct Listing<L> {
    client: Client,
    list: L,
    page_size: NonZeroU64,
}

impl<L: List> Listing<L> {
    fn new(client: &Client, list: L) -> Self {
        Self {
            client: client.clone(),
            list,
            page_size: PAGE_SIZE,
        }
    }

    /// Sets the number of items to request at a time; the server may return fewer.
    #[must_use]
    pub fn page_size(mut self, items: NonZeroU64) -> Self {
        self.page_size = items;
        self
    }

    /// Reads the list. The stream ends after the last item or the first error.
    pub fn stream(self) -> impl Stream<Item = Result<L::Item, Error>> + Send + 'static {
        pages(self)
    }
}

/// One page: its items and its metadata, which contains the token of the next page.
type Page<T> = (Option<Vec<ListItem<T>>>, types::ListMetadata);

/// A list of the API.
pub trait List: Send + Sync + 'static {
    /// The resource that the list contains.
    type Item: Send + 'static;

    /// The id of the operation, for errors.
    fn operation(&self) -> &'static str;

    /// Fetches the page that begins at `token`.
    fn page(
        &self,
        client: &Client,
        token: Option<&str>,
        limit: NonZeroU64,
    ) -> impl Future<Output = Result<Page<Self::Item>, Error>> + Send;
}

/// Defines a list that one operation returns: its type, and the method of [`Client`].
macro_rules! list {
    ($(#[$docs:meta])+ $method:ident($($id:ident),*) -> $list:ident of $item:ident by $operation:ident, $about:literal) => {
        #[doc = $about]
        #[derive(Debug, Clone, Copy)]
        pub struct $list {
            $($id: Uuid),*
        }

        impl List for $list {
            type Item = types::$item;

            fn operation(&self) -> &'static str {
                stringify!($operation)
            }

            async fn page(
                &self,
                client: &Client,
                token: Option<&str>,
                limit: NonZeroU64,
            ) -> Result<Page<Self::Item>, Error> {
                let list = client.$operation($(self.$id,)* token, None, Some(limit)).await?.into_inner();
                Ok((list.items, list.metadata))
            }
        }

        impl Client {
            $(#[$docs])+
            #[must_use]
            pub fn $method(&self, $($id: Uuid),*) -> Listing<$list> {
                Listing::new(self, $list { $($id),* })
            }
        }
    };
}

list! {
    /// Lists the accounts that the token can access, with its role in each.
    accounts() -> Accounts of Account by account_list, "The accounts that a token can access."
}
list! {
    /// Lists the apps that an account has or once had, newest first.
    apps(account_id) -> Apps of App by app_list, "The apps of an account."
}
list! {
    /// Lists summaries of the apps that an account has or once had, newest first.
    app_summaries(account_id) -> AppSummaries of AppSummary by app_summary_list, "The summaries of the apps of an account."
}
list! {
    /// Lists the users that can access an account or once could, newest first.
    users(account_id) -> Users of User by user_list, "The users of an account."
}
list! {
    /// Lists the hooks that an app has.
    hooks(account_id, app_id) -> Hooks of Hook by app_hook_list_for_app, "The hooks of an app."
}
list! {
    /// Lists the buckets that an account has or once had, newest first.
    buckets(account_id) -> Buckets of Bucket by bucket_list, "The buckets of an account."
}
list! {
    /// Lists the snapshots of an app, newest first.
    snapshots(account_id, app_id) -> Snapshots of AppSnap by app_snap_list_for_app, "The snapshots of an app."
}
list! {
    /// Lists the restores of an app, in place and to directories, newest first.
    restores(account_id, app_id) -> Restores of AppRestore by app_restore_list_for_app, "The restores of an app."
}
list! {
    /// Lists the schedules that an app has or once had, newest first.
    schedules(account_id, app_id) -> Schedules of Schedule by app_schedule_list_for_app, "The schedules of an app."
}

/// The backups of an account, or of one of its apps.
#[derive(Debug, Clone, Copy)]
pub struct Backups {
    account_id: Uuid,
    app_id: Option<Uuid>,
}

impl List for Backups {
    type Item = types::AppBackup;

    fn operation(&self) -> &'static str {
        match self.app_id {
            Some(_) => "app_backup_list_for_app",
            None => "app_backup_list_all",
        }
    }

    async fn page(
        &self,
        client: &Client,
        token: Option<&str>,
        limit: NonZeroU64,
    ) -> Result<Page<Self::Item>, Error> {
        let (account_id, limit) = (self.account_id, Some(limit));
        let list = match self.app_id {
            Some(app_id) => {
                client
                    .app_backup_list_for_app(account_id, app_id, token, None, limit)
                    .await?
            }
            None => client.app_backup_list_all(account_id, token, None, limit).await?,
        };
        let list = list.into_inner();
        Ok((list.items, list.metadata))
    }
}

impl Client {
    /// Lists the backups of an account, or only those of one app, newest first.
    #[must_use]
    pub fn backups(&self, account_id: Uuid, app_id: Option<Uuid>) -> Listing<Backups> {
        Listing::new(self, Backups { account_id, app_id })
    }
}

/// The position in a list.
struct Position<L> {
    listing: Listing<L>,
    /// The token of the next page; none before the first page.
    next: Option<String>,
    /// The tokens of earlier pages.
    seen: HashSet<String>,
    /// The number of empty pages since the last item.
    empty_pages: usize,
}

/// Reads page after page. Dropping the stream sends no further request.
fn pages<L: List>(listing: Listing<L>) -> impl Stream<Item = Result<L::Item, Error>> + Send + 'static {
    let operation = listing.list.operation();
    let first = Position {
        listing,
        next: None,
        seen: HashSet::new(),
        empty_pages: 0,
    };
    let pages = stream::try_unfold(Some(first), move |position| async move {
        let Some(mut position) = position else {
            return Ok(None);
        };
        let Listing {
            client,
            list,
            page_size,
        } = &position.listing;
        let (items, metadata) = list.page(client, position.next.as_deref(), *page_size).await?;
        let items = items.unwrap_or_default();
        // Some servers use an empty token to indicate that there is no next page.
        position.next = metadata.continue_.filter(|next| !next.is_empty());
        position.empty_pages = if items.is_empty() {
            position.empty_pages + 1
        } else {
            0
        };
        if let Some(token) = &position.next
            && !position.seen.insert(token.clone())
        {
            let token = token.clone();
            return Err(Error::new(operation, ErrorKind::RepeatedContinue { token }));
        }
        if position.empty_pages > EMPTY_PAGES_MAX {
            let pages = position.empty_pages;
            return Err(Error::new(operation, ErrorKind::EmptyPages { pages }));
        }
        let resources = items.into_iter().map(move |item| {
            item.into_resource()
                .ok_or_else(|| Error::new(operation, ErrorKind::UnexpectedColumns))
        });
        let following = position.next.is_some().then_some(position);
        Ok(Some((stream::iter(resources), following)))
    });
    pages.try_flatten()
}
