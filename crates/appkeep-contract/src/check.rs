//! A check of a server with as little information as possible, for tests.

use std::pin::Pin;

use uuid::Uuid;

use crate::live::{self, ForeignAccount, LiveError, Options, Target};
use crate::report::Report;

/// Checks the server at this URL, with a token of one account that may create and delete.
///
/// Await it for the report:
///
/// ```no_run
/// # async fn example(url: &str, token: &str) -> Result<(), Box<dyn std::error::Error>> {
/// appkeep_contract::check(url, token).await?.assert_holds();
/// # Ok(())
/// # }
/// ```
pub fn check(url: impl Into<String>, token: impl Into<String>) -> Check {
    Check {
        url: url.into(),
        token: token.into(),
        account: None,
        app: None,
        viewer_token: None,
        other_token: None,
        may_restore: false,
        ca: None,
        options: None,
    }
}

/// A check of a server, which runs when it is awaited.
///
/// Every token or permission that is set enables more checks. [`live::run`] has further ones: it takes the result of
/// [`Check::target`], with more members set.
///
/// # Errors
///
/// When the server can't be checked: it doesn't respond, or it lists no account or app that can be used.
///
/// # Cancel safety
///
/// Not cancel safe, as [`live::run`].
// Contains secrets, so it doesn't implement `Debug`.
#[derive(Clone)]
#[must_use = "a check runs when it is awaited"]
pub struct Check {
    url: String,
    token: String,
    account: Option<Uuid>,
    app: Option<Uuid>,
    viewer_token: Option<String>,
    other_token: Option<String>,
    may_restore: bool,
    ca: Option<Vec<u8>>,
    options: Option<Options>,
}

impl Check {
    /// Sets the token's account. By default, it is the only one in the server's list of accounts.
    pub fn account(mut self, account: impl Into<Option<Uuid>>) -> Self {
        self.account = account.into();
        self
    }

    /// Sets the app to back up. By default, it is the first one in the account's list of apps that is ready.
    pub fn app(mut self, app: impl Into<Option<Uuid>>) -> Self {
        self.app = app.into();
        self
    }

    /// Sets a read-only token of the same account.
    pub fn viewer_token(mut self, token: impl Into<String>) -> Self {
        self.viewer_token = Some(token.into());
        self
    }

    /// Sets a token of another account, to check that accounts are isolated.
    pub fn other_token(mut self, token: impl Into<String>) -> Self {
        self.other_token = Some(token.into());
        self
    }

    /// Sets whether a restore may replace the apps' data with that of a backup: only if the data isn't needed.
    pub fn may_restore(mut self, may_restore: bool) -> Self {
        self.may_restore = may_restore;
        self
    }

    /// Sets an additional certificate authority to trust, as PEM.
    pub fn ca(mut self, pem: impl Into<Option<Vec<u8>>>) -> Self {
        self.ca = pem.into();
        self
    }

    /// Sets all options. By default, they are [`Options::new`] with a random seed.
    pub fn options(mut self, options: Options) -> Self {
        self.options = Some(options);
        self
    }

    /// Finds the accounts and apps that aren't set in the server's lists.
    ///
    /// # Errors
    ///
    /// When the server can't be reached, or its lists don't contain exactly one account, or no app that is ready.
    pub async fn target(&self) -> Result<Target, LiveError> {
        let (account, app) = self.find(&self.token, self.account, self.app).await?;
        let foreign = match &self.other_token {
            Some(token) => {
                let (account, app) = self.find(token, None, None).await?;
                let token = token.clone();
                Some(ForeignAccount { account, token, app })
            }
            None => None,
        };
        Ok(Target {
            viewer_token: self.viewer_token.clone(),
            foreign,
            may_restore: self.may_restore,
            ca: self.ca.clone(),
            ..Target::new(self.url.clone(), self.token.clone(), account, app)
        })
    }

    async fn find(
        &self,
        token: &str,
        account: Option<Uuid>,
        app: Option<Uuid>,
    ) -> Result<(Uuid, Uuid), LiveError> {
        let ca = self.ca.as_deref();
        let account = match account {
            Some(account) => account,
            None => live::find_account(&self.url, token, ca).await?,
        };
        let app = match app {
            Some(app) => app,
            None => live::find_app(&self.url, token, account, ca).await?,
        };
        Ok((account, app))
    }
}

impl IntoFuture for Check {
    type Output = Result<Report, LiveError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(mut self) -> Self::IntoFuture {
        Box::pin(async move {
            let target = self.target().await?;
            let options = self.options.take().unwrap_or_else(|| Options::new(random_seed()));
            Ok(Report {
                statics: None,
                live: Some(live::run(&target, &options).await?),
            })
        })
    }
}

fn random_seed() -> Uuid {
    uuid::Builder::from_random_bytes(fastrand::u128(..).to_be_bytes()).into_uuid()
}
