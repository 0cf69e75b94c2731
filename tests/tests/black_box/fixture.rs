//! A server on which every operation has a resource to work on, and tokens for it.

use appkeep_tests::{Api, Builder, TestRequest, TestServer, changed_config, id};
use serde_json::{Value, json};
use uuid::Uuid;

/// An id that no resource has.
pub(crate) const UNKNOWN: &str = "0b5c0f9e-7a51-4d9a-9f0a-3a1d4f0c6e77";

/// A schedule of the configuration.
const YEARLY: &str = "\n[[accounts.apps.schedules]]\nname = \"yearly\"\ncron = \"0 0 1 1 *\"\n";

/// A server without workers: pending resources stay pending.
pub(crate) struct Fixture {
    pub(crate) server: TestServer,
    /// The API for a member of `acme`.
    pub(crate) api: Api,
    /// A token of a member of `acme` that was revoked.
    pub(crate) revoked: String,
    /// Tokens: for a viewer of `acme`, for `other`, and for all accounts.
    pub(crate) viewer: String,
    pub(crate) foreigner: String,
    pub(crate) operator: String,
    /// Two apps of `acme`, and one of `other`.
    pub(crate) shop: Uuid,
    pub(crate) blog: Uuid,
    pub(crate) foreign_app: Uuid,
    /// A pending backup of `shop`, called `taken`, that reads from `snap`.
    pub(crate) backup: String,
    /// A completed snapshot of `shop`, called `taken`.
    pub(crate) snap: String,
    /// A snapshot of `shop` that is still pending.
    pub(crate) pending_snap: String,
    /// A completed snapshot of `blog`.
    pub(crate) blog_snap: String,
    /// A schedule of the configuration, called `yearly`.
    pub(crate) schedule: String,
    /// A pending backup and a pending snapshot of the app of `other`.
    pub(crate) foreign_backup: String,
    pub(crate) foreign_snap: String,
}

impl Fixture {
    pub(crate) async fn start() -> Self {
        // Long bodies must arrive on a busy machine, too.
        let config = changed_config("body_timeout_secs = 5\n", "body_timeout_secs = 3600\n");
        let shop = "volumes = { data = \"volumes/shop-data\", media = \"volumes/shop-media\" }\n";
        assert!(config.contains(shop), "{config}");
        let config = config.replace(shop, &format!("{shop}{YEARLY}"));
        let mut server = Builder::new().config(&config).start().await;
        let (shop, blog) = (server.app("acme", "shop"), server.app("acme", "blog"));
        let api = server.api().await;
        let snap = id(&api.create_snap(shop, &json!({"name": "taken"})).await);
        let blog_snap = id(&api.create_snap(blog, &json!({})).await);
        for (app, snap) in [(shop, &snap), (blog, &blog_snap)] {
            api.wait_for(&format!("{}/{snap}", api.app_snaps(app)), &["completed"])
                .await;
        }
        server.restart(0, None).await;
        let api = server.api().await;
        let from_snap = json!({"name": "taken", "snapshotID": snap});
        let backup = id(&api.create_backup(shop, &from_snap).await);
        let pending_snap = id(&api.create_snap(shop, &json!({})).await);
        let foreigner = server.token("member", &["other"]).await;
        let foreign_app = server.app("other", "shop");
        let others = Api::new(api.url().to_owned(), foreigner.clone(), server.account("other"));
        Self {
            revoked: server.revoked_token("member", &["acme"]).await,
            viewer: server.token("viewer", &["acme"]).await,
            operator: server.token("member", &["*"]).await,
            foreign_backup: id(&others.create_backup(foreign_app, &json!({})).await),
            schedule: server.schedule("yearly").to_string(),
            foreign_snap: id(&others.create_snap(foreign_app, &json!({})).await),
            server,
            api,
            foreigner,
            shop,
            blog,
            foreign_app,
            backup,
            snap,
            pending_snap,
            blog_snap,
        }
    }

    /// Returns a valid request to that operation, by a member of `acme`. A DELETE conflicts: the backup is
    /// pending, and it reads from the snapshot. So does a restore, whose source is that backup, and a change of a
    /// schedule, which is part of the configuration and has the name of the new one.
    pub(crate) fn request(&self, operation_id: &str) -> TestRequest {
        let mut request = TestRequest::new(operation_id, self.api.token());
        request.account = self.server.account("acme").to_string();
        request.app = self.shop.to_string();
        let resource = if request.has("appSnap_id") {
            &self.snap
        } else if request.has("schedule_id") {
            &self.schedule
        } else {
            &self.backup
        };
        request.resource.clone_from(resource);
        if matches!(operation_id, "app_update" | "app_restore_create_for_app") {
            request.member("backupID", json!(self.backup));
        }
        if operation_id == "app_backup_change_list_for_app" {
            request.parameter(&format!("base={}", self.backup));
        }
        request
    }

    /// Returns all resources of `acme`.
    pub(crate) async fn everything(&self) -> Vec<Value> {
        let paths = [
            self.api.backups(),
            self.api.app_snaps(self.shop),
            self.api.app_snaps(self.blog),
        ];
        let mut everything = Vec::new();
        for path in paths {
            everything.push(self.api.get(&path).await.json()["items"].clone());
        }
        everything
    }
}
