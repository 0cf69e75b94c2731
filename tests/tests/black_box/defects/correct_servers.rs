//! A pair of correct servers: one with workers, and one whose jobs never start. Every run of the checker has two
//! accounts of its own on both servers, so that runs don't affect each other.

use std::fmt::Write as _;
use std::fs;
use std::sync::{Arc, Mutex};

use appkeep_contract::live::Target;
use appkeep_contract::testing::defects::VOLUME_BYTES;
use appkeep_contract::testing::{HttpUpstream, Injection, Listener, ProxyContext, Tenant, proxy};
use appkeep_tests::{Builder, TestServer};

use super::super::verify::{Switch, target};

/// The number of concurrent jobs, of all runs together.
const WORKERS: u32 = 3;

pub(super) struct CorrectServers {
    working: TestServer,
    idle: TestServer,
    http: reqwest::Client,
    /// The proxies live as long as the servers.
    proxies: Mutex<Vec<Listener>>,
}

impl CorrectServers {
    /// Starts both servers, with accounts for this number of runs.
    pub(super) async fn start(runs: usize) -> Self {
        Self {
            working: set_up(runs).workers(WORKERS).start().await,
            idle: set_up(runs).workers(0).start().await,
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .expect("an HTTP client"),
            proxies: Mutex::default(),
        }
    }

    /// Returns a target with everything that the checker can use, behind proxies with the given injection.
    pub(super) async fn target(&self, run: usize, injection: Injection) -> Target {
        let [own, other] = names(run);
        let mut target = target(&self.working, &self.idle, [&own, &other]).await;
        let viewer = target.viewer_token.as_deref().unwrap_or_default();
        target.url = self.proxy(&self.working, run, viewer, injection).await;
        if let Some(idle) = &mut target.idle {
            idle.url = self.proxy(&self.idle, run, "", injection).await;
        }
        target
    }

    /// Returns the target of the first run, with a switch that makes storage fail.
    pub(super) async fn target_with_failing_storage(&self, injection: Injection) -> Target {
        Target {
            fault_injector: Some(Arc::new(Switch(self.idle.server().storage_faults()))),
            ..self.target(0, injection).await
        }
    }

    /// Starts a proxy in front of a server, and returns its URL.
    async fn proxy(&self, server: &TestServer, run: usize, viewer: &str, injection: Injection) -> String {
        let tenant = |name: &str| Tenant {
            account: server.account(name).to_string(),
            app: server.app(name, "shop").to_string(),
            bucket: server.bucket(name, "local").to_string(),
        };
        let [own, other] = names(run);
        let upstream = HttpUpstream {
            http: self.http.clone(),
            url: format!("http://{}", server.address()),
        };
        let context = ProxyContext {
            upstream: Arc::new(upstream),
            operator: server.token("owner", &["*"]).await,
            viewer: viewer.to_owned(),
            accounts: [tenant(&own), tenant(&other)],
            state: Arc::default(),
        };
        let listener = proxy(context, injection).await;
        let url = listener.url();
        self.proxies.lock().expect("no other run panicked").push(listener);
        url
    }
}

/// Returns the names of the two accounts of a run.
fn names(run: usize) -> [String; 2] {
    [format!("own-{run}"), format!("other-{run}")]
}

/// Sets up a server with two accounts for each run, each with a bucket and three apps; the data of one of the
/// apps doesn't exist.
fn set_up(runs: usize) -> Builder {
    let mut config = "[server]\nengine_priority = \"low\"\nbody_timeout_secs = 5\n".to_owned();
    let builder = Builder::new();
    for name in (0..runs).flat_map(names) {
        let (volume, bucket) = (format!("volumes/{name}"), format!("buckets/{name}"));
        for app in ["shop", "blog"] {
            let dir = builder.path().join(&volume).join(app);
            fs::create_dir_all(&dir).expect("a directory");
            let greeting = format!("hello from {name}\n").into_bytes();
            let bytes = greeting.into_iter().cycle().zip(0..VOLUME_BYTES);
            let bytes: Vec<u8> = bytes.map(|(byte, _)| byte).collect();
            fs::write(dir.join("greeting.txt"), bytes).expect("a file");
        }
        fs::create_dir_all(builder.path().join(&bucket)).expect("a directory");
        write!(
            config,
            "[[accounts]]\nname = \"{name}\"\n\
             [[accounts.apps]]\nname = \"shop\"\nvolumes = {{ data = \"{volume}/shop\" }}\n\
             [[accounts.apps]]\nname = \"blog\"\nvolumes = {{ data = \"{volume}/blog\" }}\n\
             [[accounts.apps]]\nname = \"lost\"\nvolumes = {{ data = \"{volume}/nowhere\" }}\n\
             [[accounts.buckets]]\nname = \"local\"\npath = \"{bucket}\"\n"
        )
        .expect("text");
    }
    builder.config(&config)
}
