//! Temporary servers for the checker, with their data in a temporary directory, on free ports, removed at the
//! end.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
#[cfg(feature = "failpoints")]
use std::sync::Arc;

use anyhow::Context;
use appkeep_contract::live::{CHECKS, CHECKS_OF_STORAGE, ForeignAccount, IdleServer, Target};
#[cfg(feature = "failpoints")]
use appkeep_contract::live::{FaultInjector, StorageFault};
use appkeep_server::Config;
use appkeep_server::admin::catalog::{Account, Declaration};
use appkeep_server::admin::tokens::{self, AccountScope, ExposeSecret, NewToken, Role};
use appkeep_server::{Options, Server};
use appkeep_server::{RandomIds, SystemClock};
use tempfile::TempDir;
use uuid::Uuid;

/// Two accounts, so that requests can refer to another account's resources.
const CONFIG: &str = r#"
[server]
workers = 2
body_timeout_secs = 2

[[accounts]]
name = "own"

[[accounts.apps]]
name = "shop"
volumes = { data = "shop" }

[[accounts.apps]]
name = "blog"
volumes = { data = "blog" }

[[accounts.apps]]
name = "lost"
volumes = { data = "nowhere" }

[[accounts.buckets]]
name = "local"
path = "bucket"

[[accounts]]
name = "foreign"

[[accounts.apps]]
name = "shop"
volumes = { data = "foreign" }

[[accounts.buckets]]
name = "local"
path = "bucket"
"#;

/// A working server, and one without workers, on which pending resources stay pending.
pub(crate) struct TemporaryServers {
    /// The servers and credentials for the checker.
    pub(crate) target: Target,
    working: Server,
    idle: Server,
    _dir: TempDir,
}

impl TemporaryServers {
    /// Starts both servers.
    ///
    /// # Errors
    /// When the directory can't be created or a server can't be started.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let dir = tempfile::Builder::new().prefix("appkeep-verify-").tempdir()?;
        for volume in ["shop", "blog", "foreign"] {
            write_app(&dir.path().join(volume))?;
        }
        fs::create_dir(dir.path().join("bucket"))?;
        let mut config = Config::parse(&dir.path().join("appkeep.toml"), CONFIG)?;
        let declaration = config.declaration.clone();
        let own = account(&declaration, "own")?;
        let foreign = account(&declaration, "foreign")?;
        let working = start(config.clone(), &dir.path().join("data")).await?;
        config.workers = 0;
        let idle = start(config, &dir.path().join("idle")).await?;
        let url = format!("http://{}", working.local_addr());
        let member = token(&working, Role::Member, only(own)).await?;
        let target = Target {
            other_app: Some(app(&declaration, own, "blog")?),
            failing_app: Some(app(&declaration, own, "lost")?),
            viewer_token: Some(token(&working, Role::Viewer, only(own)).await?),
            foreign: Some(ForeignAccount {
                account: foreign.id.as_uuid(),
                token: token(&working, Role::Member, only(foreign)).await?,
                app: app(&declaration, foreign, "shop")?,
            }),
            revoked_token: Some(revoked_token(&working, only(own)).await?),
            operator_token: Some(token(&working, Role::Owner, AccountScope::All).await?),
            idle: Some(Box::new(IdleServer {
                url: format!("http://{}", idle.local_addr()),
                token: token(&idle, Role::Member, only(own)).await?,
                account: own.id.as_uuid(),
                app: app(&declaration, own, "shop")?,
            })),
            may_restore: true,
            #[cfg(feature = "failpoints")]
            fault_injector: Some(Arc::new(Switch(idle.storage_faults()))),
            ..Target::new(url, member, own.id.as_uuid(), app(&declaration, own, "shop")?)
        };
        Ok(Self {
            target,
            working,
            idle,
            _dir: dir,
        })
    }

    /// Returns the smallest number of checks in a complete run.
    pub(crate) fn min_checks(&self) -> usize {
        if self.target.fault_injector.is_some() {
            CHECKS
        } else {
            CHECKS - CHECKS_OF_STORAGE
        }
    }

    /// Stops both servers and removes their directory.
    pub(crate) async fn stop(self) {
        self.working.stop().await;
        self.idle.stop().await;
    }
}

/// A switch that makes the storage of a server fail.
#[cfg(feature = "failpoints")]
struct Switch(appkeep_server::failpoints::StorageFaults);

#[cfg(feature = "failpoints")]
impl FaultInjector for Switch {
    fn set(&self, fault: Option<StorageFault>) {
        self.0.set(fault.map(|fault| match fault {
            StorageFault::Broken => appkeep_server::failpoints::StorageFault::Broken,
            StorageFault::NotDurable => appkeep_server::failpoints::StorageFault::NotDurable,
            StorageFault::Unavailable => appkeep_server::failpoints::StorageFault::Unavailable,
        }));
    }

    fn reason(&self) -> &str {
        appkeep_server::failpoints::FAULT_REASON
    }
}

async fn start(config: Config, data: &Path) -> anyhow::Result<Server> {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    Ok(Server::start(Options::new(config, data.to_owned(), listen)).await?)
}

fn account<'a>(declaration: &'a Declaration, name: &str) -> anyhow::Result<&'a Account> {
    declaration
        .accounts
        .iter()
        .find(|account| account.name == name)
        .with_context(|| format!("no account {name} is declared"))
}

fn app(declaration: &Declaration, account: &Account, name: &str) -> anyhow::Result<Uuid> {
    let mut apps = declaration.apps.iter();
    let found = apps.find(|app| app.account_id == account.id && app.name == name);
    Ok(found
        .with_context(|| format!("the account has no app {name}"))?
        .id
        .as_uuid())
}

fn only(account: &Account) -> AccountScope {
    AccountScope::These(vec![account.id])
}

async fn token(server: &Server, role: Role, scope: AccountScope) -> anyhow::Result<String> {
    let new = NewToken {
        name: "verify".to_owned(),
        role,
        scope,
        expires_at: None,
    };
    let secret = tokens::create(server.store().as_ref(), &SystemClock, &RandomIds, new).await?;
    Ok(secret.expose_secret().to_owned())
}

/// Creates a token, and revokes it.
async fn revoked_token(server: &Server, scope: AccountScope) -> anyhow::Result<String> {
    let secret = token(server, Role::Member, scope).await?;
    let store = server.store();
    let token = tokens::find(store.as_ref(), &secret).await?;
    tokens::revoke(store.as_ref(), &SystemClock, &token).await?;
    Ok(secret)
}

/// Writes the files of an app: text, a larger file, a subdirectory.
fn write_app(dir: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(dir.join("below"))?;
    fs::write(dir.join("greeting.txt"), "hello\n")?;
    let numbers: Vec<String> = (0..200_000).map(|number: u32| number.to_string()).collect();
    fs::write(dir.join("below/numbers.txt"), numbers.join("\n"))?;
    Ok(())
}
