//! The API: one method per operation, named as in the contract.

use dropshot::{
    HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, HttpResponseUpdatedNoContent, Path,
    RequestContext, ServerContext,
};

use crate::account::AccountList;
use crate::app::{App, AppList, AppUpdate};
use crate::app_backup::{AppBackup, AppBackupCreate, AppBackupList};
use crate::app_backup_file::{
    AppBackupChangeList, AppBackupFileList, ChangeListQuery, ContentQuery, FileListQuery,
};
use crate::app_restore::{AppRestore, AppRestoreCreate, AppRestoreList};
use crate::app_snap::{AppSnap, AppSnapCreate, AppSnapList};
use crate::app_summary::AppSummaryList;
use crate::body::JsonBody;
use crate::bucket::BucketList;
use crate::cloud::CloudList;
use crate::headers::ForceUpdate;
use crate::hook::HookList;
use crate::params::{
    AccountBackupPath, AccountListQuery, AccountPath, AppBackupListQuery, AppBackupPath, AppListQuery,
    AppPath, AppRestoreListQuery, AppRestorePath, AppSnapListQuery, AppSnapPath, AppSummaryListQuery,
    BucketListQuery, CloudListQuery, HookListQuery, NoQuery, QueryParams, ScheduleListQuery, SchedulePath,
    UserListQuery,
};
use crate::problem::Problem;
use crate::reply::{Content, Reply};
use crate::schedule::{Schedule, ScheduleCreate, ScheduleList, ScheduleUpdate};
use crate::user::UserList;

/// The result of an operation: a typed response or a problem. Only dropshot uses the error.
pub type Answer<R> = Result<Reply<R>, Problem>;

/// The operations of `spec/openapi.yaml`.
#[dropshot::api_description]
pub trait AppkeepApi {
    /// The context of the handlers.
    type Context: ServerContext;

    /// List the backups of all apps
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/topology/v1/appBackups",
        tags = ["Application backups"],
    }]
    async fn app_backup_list_all(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountPath>,
        query: QueryParams<AppBackupListQuery>,
    ) -> Answer<HttpResponseOk<AppBackupList>>;

    /// Fetch a backup
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}",
        tags = ["Application backups"],
    }]
    async fn app_backup_fetch(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppBackup>>;

    /// Delete a backup
    #[endpoint {
        method = DELETE,
        path = "/accounts/{account_id}/topology/v1/appBackups/{appBackup_id}",
        tags = ["Application backups"],
    }]
    async fn app_backup_delete(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted>;

    /// Create a backup of an app
    #[endpoint {
        method = POST,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups",
        tags = ["Application backups"],
    }]
    async fn app_backup_create_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<AppBackupCreate>,
    ) -> Answer<HttpResponseCreated<AppBackup>>;

    /// List the backups of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups",
        tags = ["Application backups"],
    }]
    async fn app_backup_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<AppBackupListQuery>,
    ) -> Answer<HttpResponseOk<AppBackupList>>;

    /// Fetch a backup of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}",
        tags = ["Application backups"],
    }]
    async fn app_backup_fetch_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppBackup>>;

    /// Delete a backup of an app
    #[endpoint {
        method = DELETE,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}",
        tags = ["Application backups"],
    }]
    async fn app_backup_delete_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted>;

    /// List files of a backup
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/files",
        tags = ["Application backups"],
    }]
    async fn app_backup_file_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppBackupPath>,
        query: QueryParams<FileListQuery>,
    ) -> Answer<HttpResponseOk<AppBackupFileList>>;

    /// Read a file of a backup
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/content",
        tags = ["Application backups"],
    }]
    async fn app_backup_content_fetch_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppBackupPath>,
        query: QueryParams<ContentQuery>,
    ) -> Answer<Content>;

    /// List the differences between two backups
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}/changes",
        tags = ["Application backups"],
    }]
    async fn app_backup_change_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppBackupPath>,
        query: QueryParams<ChangeListQuery>,
    ) -> Answer<HttpResponseOk<AppBackupChangeList>>;

    /// Create a snapshot of an app
    #[endpoint {
        method = POST,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps",
        tags = ["Application snapshots"],
    }]
    async fn app_snap_create_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<AppSnapCreate>,
    ) -> Answer<HttpResponseCreated<AppSnap>>;

    /// List the snapshots of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps",
        tags = ["Application snapshots"],
    }]
    async fn app_snap_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<AppSnapListQuery>,
    ) -> Answer<HttpResponseOk<AppSnapList>>;

    /// Fetch a snapshot of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}",
        tags = ["Application snapshots"],
    }]
    async fn app_snap_fetch_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppSnapPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppSnap>>;

    /// Delete a snapshot of an app
    #[endpoint {
        method = DELETE,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appSnaps/{appSnap_id}",
        tags = ["Application snapshots"],
    }]
    async fn app_snap_delete_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppSnapPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted>;

    /// List apps
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v2/apps",
        tags = ["Applications"],
    }]
    async fn app_list(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountPath>,
        query: QueryParams<AppListQuery>,
    ) -> Answer<HttpResponseOk<AppList>>;

    /// Fetch an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v2/apps/{app_id}",
        tags = ["Applications"],
    }]
    async fn app_fetch(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<App>>;

    /// Restore an app in place
    #[endpoint {
        method = PUT,
        path = "/accounts/{account_id}/k8s/v2/apps/{app_id}",
        tags = ["Applications"],
    }]
    async fn app_update(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        force: ForceUpdate,
        body: JsonBody<AppUpdate>,
    ) -> Answer<HttpResponseUpdatedNoContent>;

    /// List the summaries of all apps
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/appSummaries",
        tags = ["Applications"],
    }]
    async fn app_summary_list(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountPath>,
        query: QueryParams<AppSummaryListQuery>,
    ) -> Answer<HttpResponseOk<AppSummaryList>>;

    /// Restore data of an app
    #[endpoint {
        method = POST,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores",
        tags = ["Restores"],
    }]
    async fn app_restore_create_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<AppRestoreCreate>,
    ) -> Answer<HttpResponseCreated<AppRestore>>;

    /// List the restores of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores",
        tags = ["Restores"],
    }]
    async fn app_restore_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<AppRestoreListQuery>,
    ) -> Answer<HttpResponseOk<AppRestoreList>>;

    /// Fetch a restore of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores/{appRestore_id}",
        tags = ["Restores"],
    }]
    async fn app_restore_fetch_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppRestorePath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppRestore>>;

    /// Cancel a restore of an app
    #[endpoint {
        method = DELETE,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/appRestores/{appRestore_id}",
        tags = ["Restores"],
    }]
    async fn app_restore_delete_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppRestorePath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted>;

    /// List the schedules of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules",
        tags = ["Schedules"],
    }]
    async fn app_schedule_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<ScheduleListQuery>,
    ) -> Answer<HttpResponseOk<ScheduleList>>;

    /// Create a schedule of an app
    #[endpoint {
        method = POST,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules",
        tags = ["Schedules"],
    }]
    async fn app_schedule_create_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<ScheduleCreate>,
    ) -> Answer<HttpResponseCreated<Schedule>>;

    /// Fetch a schedule of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id}",
        tags = ["Schedules"],
    }]
    async fn app_schedule_fetch_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<SchedulePath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<Schedule>>;

    /// Change a schedule of an app
    #[endpoint {
        method = PUT,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id}",
        tags = ["Schedules"],
    }]
    async fn app_schedule_update_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<SchedulePath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<ScheduleUpdate>,
    ) -> Answer<HttpResponseOk<Schedule>>;

    /// Delete a schedule of an app
    #[endpoint {
        method = DELETE,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/schedules/{schedule_id}",
        tags = ["Schedules"],
    }]
    async fn app_schedule_delete_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<SchedulePath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted>;

    /// List the hooks of an app
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/k8s/v1/apps/{app_id}/executionHooks",
        tags = ["Applications"],
    }]
    async fn app_hook_list_for_app(
        rqctx: RequestContext<Self::Context>,
        path: Path<AppPath>,
        query: QueryParams<HookListQuery>,
    ) -> Answer<HttpResponseOk<HookList>>;

    /// List buckets
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/topology/v1/buckets",
        tags = ["Topology"],
    }]
    async fn bucket_list(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountPath>,
        query: QueryParams<BucketListQuery>,
    ) -> Answer<HttpResponseOk<BucketList>>;

    /// List clouds
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/topology/v1/clouds",
        tags = ["Topology"],
    }]
    async fn cloud_list(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountPath>,
        query: QueryParams<CloudListQuery>,
    ) -> Answer<HttpResponseOk<CloudList>>;

    /// List the users of an account
    #[endpoint {
        method = GET,
        path = "/accounts/{account_id}/core/v1/users",
        tags = ["Accounts"],
    }]
    async fn user_list(
        rqctx: RequestContext<Self::Context>,
        path: Path<AccountPath>,
        query: QueryParams<UserListQuery>,
    ) -> Answer<HttpResponseOk<UserList>>;

    /// List accounts
    #[endpoint {
        method = GET,
        path = "/accounts",
        tags = ["Accounts"],
    }]
    async fn account_list(
        rqctx: RequestContext<Self::Context>,
        query: QueryParams<AccountListQuery>,
    ) -> Answer<HttpResponseOk<AccountList>>;
}
