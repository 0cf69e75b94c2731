//! Lists of what a server's configuration declares, as streams.

use std::num::NonZeroU64;

use futures::Stream;
use uuid::Uuid;

use crate::error::Error;
use crate::generated::{Client, types};
use crate::listing::{Listing, Page, pages};

/// Apps of an account.
#[derive(Debug, Clone, Copy)]
pub struct Apps {
    account_id: Uuid,
}

impl Client {
    /// The apps that an account has or once had, newest first.
    #[must_use]
    pub fn apps(&self, account_id: Uuid) -> Listing<'_, Apps> {
        Listing::new(self, Apps { account_id })
    }
}

impl<'c> Listing<'c, Apps> {
    /// Reads the list. The stream ends after the last item or the first error.
    pub fn stream(self) -> impl Stream<Item = Result<types::App, Error>> + Send + 'c {
        let (client, scope, page_size) = self.into_parts();
        pages(move |token| fetch_apps(client, scope, page_size, token))
    }
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
