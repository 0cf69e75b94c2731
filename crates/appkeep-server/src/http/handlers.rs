//! The operations, each handed to the file of its resource with its own kinds of problem.

use std::sync::Arc;

use appkeep_api::account::AccountList;
use appkeep_api::api::{Answer, AppkeepApi, appkeep_api_mod};
use appkeep_api::app::{App, AppList, AppUpdate};
use appkeep_api::app_backup::{AppBackup, AppBackupCreate, AppBackupList};
use appkeep_api::app_snap::{AppSnap, AppSnapCreate, AppSnapList};
use appkeep_api::body::JsonBody;
use appkeep_api::bucket::BucketList;
use appkeep_api::cloud::CloudList;
use appkeep_api::headers::ForceUpdate;
use appkeep_api::params::{
    AccountBackupPath, AccountListQuery, AccountPath, AppBackupListQuery, AppBackupPath, AppListQuery,
    AppPath, AppSnapListQuery, AppSnapPath, BucketListQuery, CloudListQuery, NoQuery, QueryParams,
    ScheduleListQuery,
};
use appkeep_api::schedule::ScheduleList;
use dropshot::{
    ApiDescription, HttpResponseCreated, HttpResponseDeleted, HttpResponseOk, HttpResponseUpdatedNoContent,
    Path, RequestContext,
};

use super::call::Call;
use super::problem::{
    BACKUP_NOT_CREATED, BACKUP_NOT_DELETED, BACKUP_NOT_RETRIEVED, BACKUPS_NOT_LISTED, COLLECTION_NOT_FOUND,
    INTERNAL, Kind, OwnKinds, RESOURCE_NOT_FOUND, SNAPSHOT_NOT_CREATED, SNAPSHOT_NOT_RETRIEVED,
    SNAPSHOTS_NOT_LISTED,
};
use super::{Http, accounts, app_backups, app_schedules, app_snaps, apps, buckets, methods};

type Ctx = RequestContext<Arc<Http>>;

/// All operations, and an answer for every other method on their paths.
pub(crate) fn description() -> Result<ApiDescription<Arc<Http>>, String> {
    let mut description =
        appkeep_api_mod::api_description::<Handlers>().map_err(|error| error.to_string())?;
    methods::refuse_others(&mut description)?;
    Ok(description)
}

const fn own(not_found: Kind, failed: Kind) -> OwnKinds {
    OwnKinds { not_found, failed }
}

enum Handlers {}

impl AppkeepApi for Handlers {
    type Context = Arc<Http>;

    async fn app_backup_list_all(
        rqctx: Ctx,
        path: Path<AccountPath>,
        query: QueryParams<AppBackupListQuery>,
    ) -> Answer<HttpResponseOk<AppBackupList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, BACKUPS_NOT_LISTED));
        call.answer(app_backups::list_all(&call, path.into_inner(), query))
            .await
    }

    async fn app_backup_fetch(
        rqctx: Ctx,
        path: Path<AccountBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppBackup>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
        call.answer(app_backups::fetch(&call, path.into_inner(), query))
            .await
    }

    async fn app_backup_delete(
        rqctx: Ctx,
        path: Path<AccountBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted> {
        let call = Call::begin(&rqctx, own(RESOURCE_NOT_FOUND, BACKUP_NOT_DELETED));
        call.answer(app_backups::delete(&call, path.into_inner(), query))
            .await
    }

    async fn app_backup_create_for_app(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<AppBackupCreate>,
    ) -> Answer<HttpResponseCreated<AppBackup>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, BACKUP_NOT_CREATED));
        call.answer(app_backups::create_for_app(&call, path.into_inner(), query, body))
            .await
    }

    async fn app_backup_list_for_app(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<AppBackupListQuery>,
    ) -> Answer<HttpResponseOk<AppBackupList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, BACKUPS_NOT_LISTED));
        call.answer(app_backups::list_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn app_backup_fetch_for_app(
        rqctx: Ctx,
        path: Path<AppBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppBackup>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
        call.answer(app_backups::fetch_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn app_backup_delete_for_app(
        rqctx: Ctx,
        path: Path<AppBackupPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted> {
        let call = Call::begin(&rqctx, own(RESOURCE_NOT_FOUND, BACKUP_NOT_DELETED));
        call.answer(app_backups::delete_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn app_snap_create_for_app(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        body: JsonBody<AppSnapCreate>,
    ) -> Answer<HttpResponseCreated<AppSnap>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, SNAPSHOT_NOT_CREATED));
        call.answer(app_snaps::create_for_app(&call, path.into_inner(), query, body))
            .await
    }

    async fn app_snap_list_for_app(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<AppSnapListQuery>,
    ) -> Answer<HttpResponseOk<AppSnapList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, SNAPSHOTS_NOT_LISTED));
        call.answer(app_snaps::list_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn app_snap_fetch_for_app(
        rqctx: Ctx,
        path: Path<AppSnapPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<AppSnap>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, SNAPSHOT_NOT_RETRIEVED));
        call.answer(app_snaps::fetch_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn app_snap_delete_for_app(
        rqctx: Ctx,
        path: Path<AppSnapPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseDeleted> {
        let call = Call::begin(&rqctx, own(RESOURCE_NOT_FOUND, INTERNAL));
        call.answer(app_snaps::delete_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn app_list(
        rqctx: Ctx,
        path: Path<AccountPath>,
        query: QueryParams<AppListQuery>,
    ) -> Answer<HttpResponseOk<AppList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(apps::list(&call, path.into_inner(), query)).await
    }

    async fn app_fetch(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
    ) -> Answer<HttpResponseOk<App>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(apps::fetch(&call, path.into_inner(), query)).await
    }

    async fn app_update(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<NoQuery>,
        force: ForceUpdate,
        body: JsonBody<AppUpdate>,
    ) -> Answer<HttpResponseUpdatedNoContent> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(apps::update(&call, path.into_inner(), query, force, body))
            .await
    }

    async fn app_schedule_list_for_app(
        rqctx: Ctx,
        path: Path<AppPath>,
        query: QueryParams<ScheduleListQuery>,
    ) -> Answer<HttpResponseOk<ScheduleList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(app_schedules::list_for_app(&call, path.into_inner(), query))
            .await
    }

    async fn bucket_list(
        rqctx: Ctx,
        path: Path<AccountPath>,
        query: QueryParams<BucketListQuery>,
    ) -> Answer<HttpResponseOk<BucketList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(buckets::list(&call, path.into_inner(), query)).await
    }

    async fn cloud_list(
        rqctx: Ctx,
        path: Path<AccountPath>,
        query: QueryParams<CloudListQuery>,
    ) -> Answer<HttpResponseOk<CloudList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(buckets::list_clouds(&call, path.into_inner(), query))
            .await
    }

    async fn account_list(
        rqctx: Ctx,
        query: QueryParams<AccountListQuery>,
    ) -> Answer<HttpResponseOk<AccountList>> {
        let call = Call::begin(&rqctx, own(COLLECTION_NOT_FOUND, INTERNAL));
        call.answer(accounts::list(&call, query)).await
    }
}
