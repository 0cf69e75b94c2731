//! Lists of declared resources, as streams.

use std::num::NonZeroU64;

use futures::Stream;
use uuid::Uuid;

use crate::error::Error;
use crate::generated::{Client, types};
use crate::listing::{Listing, Page, pages};

/// The accounts that a token can access.
#[derive(Debug, Clone, Copy)]
pub struct Accounts;

/// The apps of an account.
#[derive(Debug, Clone, Copy)]
pub struct Apps {
    account_id: Uuid,
}

/// The buckets of an account.
#[derive(Debug, Clone, Copy)]
pub struct Buckets {
    account_id: Uuid,
}

/// The schedules of an app.
#[derive(Debug, Clone, Copy)]
pub struct Schedules {
    account_id: Uuid,
    app_id: Uuid,
}

impl Client {
    /// Lists the accounts that the token can access, with its role in each.
    #[must_use]
    pub fn accounts(&self) -> Listing<'_, Accounts> {
        Listing::new(self, Accounts)
    }

    /// Lists the apps that an account has or once had, newest first.
    #[must_use]
    pub fn apps(&self, account_id: Uuid) -> Listing<'_, Apps> {
        Listing::new(self, Apps { account_id })
    }

    /// Lists the buckets that an account has or once had, newest first.
    #[must_use]
    pub fn buckets(&self, account_id: Uuid) -> Listing<'_, Buckets> {
        Listing::new(self, Buckets { account_id })
    }

    /// Lists the schedules that an app has or once had, newest first.
    #[must_use]
    pub fn schedules(&self, account_id: Uuid, app_id: Uuid) -> Listing<'_, Schedules> {
        Listing::new(self, Schedules { account_id, app_id })
    }
}

/// Generates a stream over the pages that one operation returns.
macro_rules! stream {
    ($scope:ty, $item:ty, $fetch:ident) => {
        impl<'c> Listing<'c, $scope> {
            /// Reads the list. The stream ends after the last item or the first error.
            pub fn stream(self) -> impl Stream<Item = Result<$item, Error>> + Send + 'c {
                let (client, scope, page_size) = self.into_parts();
                pages(move |token| $fetch(client, scope, page_size, token))
            }
        }
    };
}

stream!(Accounts, types::Account, fetch_accounts);
stream!(Apps, types::App, fetch_apps);
stream!(Buckets, types::Bucket, fetch_buckets);
stream!(Schedules, types::Schedule, fetch_schedules);

async fn fetch_accounts(
    client: &Client,
    _: Accounts,
    limit: NonZeroU64,
    token: Option<String>,
) -> Result<Page<types::Account>, Error> {
    let mut request = client.account_list();
    if let Some(token) = token {
        request = request.continue_(token);
    }
    let list = request.limit(limit).send().await?.into_inner();
    Ok(Page {
        operation: "account_list",
        items: list.items.unwrap_or_default(),
        next: list.metadata.continue_,
    })
}

async fn fetch_apps(
    client: &Client,
    scope: Apps,
    limit: NonZeroU64,
    token: Option<String>,
) -> Result<Page<types::App>, Error> {
    let mut request = client.app_list().account_id(scope.account_id);
    if let Some(token) = token {
        request = request.continue_(token);
    }
    let list = request.limit(limit).send().await?.into_inner();
    Ok(Page {
        operation: "app_list",
        items: list.items.unwrap_or_default(),
        next: list.metadata.continue_,
    })
}

async fn fetch_buckets(
    client: &Client,
    scope: Buckets,
    limit: NonZeroU64,
    token: Option<String>,
) -> Result<Page<types::Bucket>, Error> {
    let mut request = client.bucket_list().account_id(scope.account_id);
    if let Some(token) = token {
        request = request.continue_(token);
    }
    let list = request.limit(limit).send().await?.into_inner();
    Ok(Page {
        operation: "bucket_list",
        items: list.items.unwrap_or_default(),
        next: list.metadata.continue_,
    })
}

async fn fetch_schedules(
    client: &Client,
    scope: Schedules,
    limit: NonZeroU64,
    token: Option<String>,
) -> Result<Page<types::Schedule>, Error> {
    let mut request = client
        .app_schedule_list_for_app()
        .account_id(scope.account_id)
        .app_id(scope.app_id);
    if let Some(token) = token {
        request = request.continue_(token);
    }
    let list = request.limit(limit).send().await?.into_inner();
    Ok(Page {
        operation: "app_schedule_list_for_app",
        items: list.items.unwrap_or_default(),
        next: list.metadata.continue_,
    })
}
