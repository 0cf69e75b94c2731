//! The operations, each routed to the module of its resource with its own kinds of problem.

use dropshot::Body;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::Response;

use super::call::Call;
use super::problem::{
    BACKUP_NOT_CREATED, BACKUP_NOT_DELETED, BACKUP_NOT_RETRIEVED, BACKUPS_NOT_LISTED, COLLECTION_NOT_FOUND,
    INTERNAL, Kind, OwnKinds, RESOURCE_NOT_FOUND, SNAPSHOT_NOT_CREATED, SNAPSHOT_NOT_RETRIEVED,
    SNAPSHOTS_NOT_LISTED,
};
use super::request::ApiRequest;
use super::{
    accounts, app_backup_content, app_backup_files, app_backups, app_hooks, app_restores, app_schedules,
    app_snapshots, apps, buckets, users,
};

/// A function that handles requests to one operation.
pub(super) type Handler = fn(ApiRequest) -> BoxFuture<'static, Response<Body>>;

macro_rules! handlers {
    ($($operation:ident),* $(,)?) => {
        /// Every operation and its handler.
        pub(super) const HANDLERS: &[(&str, Handler)] =
            &[$((stringify!($operation), |request| $operation(request).boxed())),*];
    };
}

handlers! {
    app_backup_list_all,
    app_backup_fetch,
    app_backup_delete,
    app_backup_create_for_app,
    app_backup_list_for_app,
    app_backup_fetch_for_app,
    app_backup_delete_for_app,
    app_backup_file_list_for_app,
    app_backup_content_fetch_for_app,
    app_backup_change_list_for_app,
    app_snap_create_for_app,
    app_snap_list_for_app,
    app_snap_fetch_for_app,
    app_snap_delete_for_app,
    app_list,
    app_fetch,
    app_update,
    app_summary_list,
    app_restore_create_for_app,
    app_restore_list_for_app,
    app_restore_fetch_for_app,
    app_restore_delete_for_app,
    app_schedule_list_for_app,
    app_schedule_create_for_app,
    app_schedule_fetch_for_app,
    app_schedule_update_for_app,
    app_schedule_delete_for_app,
    app_hook_list_for_app,
    bucket_list,
    cloud_list,
    user_list,
    account_list,
}

/// The operations that also respond to HEAD, with the headers of their response to GET.
pub(super) const WITH_HEAD: &[&str] = &["app_backup_content_fetch_for_app"];

const fn own(not_found: Kind, failed: Kind) -> OwnKinds {
    OwnKinds { not_found, failed }
}

async fn app_backup_list_all(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUPS_NOT_LISTED));
    call.answer(async { app_backups::list_all(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_fetch(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
    call.answer(async { app_backups::fetch(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_delete(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(RESOURCE_NOT_FOUND, BACKUP_NOT_DELETED));
    call.answer(async { app_backups::delete(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_create_for_app(mut request: ApiRequest) -> Response<Body> {
    let body = request.body();
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUP_NOT_CREATED));
    call.answer(async { app_backups::create_for_app(&call, request.ids()?, request.query(), body).await })
        .await
}

async fn app_backup_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUPS_NOT_LISTED));
    call.answer(async { app_backups::list_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_fetch_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
    call.answer(async { app_backups::fetch_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_delete_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(RESOURCE_NOT_FOUND, BACKUP_NOT_DELETED));
    call.answer(async { app_backups::delete_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_file_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
    call.answer(async { app_backup_files::list_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_content_fetch_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
    call.answer(async { app_backup_content::fetch_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_backup_change_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, BACKUP_NOT_RETRIEVED));
    call.answer(async { app_backup_files::list_changes(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_snap_create_for_app(mut request: ApiRequest) -> Response<Body> {
    let body = request.body();
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, SNAPSHOT_NOT_CREATED));
    call.answer(async { app_snapshots::create_for_app(&call, request.ids()?, request.query(), body).await })
        .await
}

async fn app_snap_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, SNAPSHOTS_NOT_LISTED));
    call.answer(async { app_snapshots::list_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_snap_fetch_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, SNAPSHOT_NOT_RETRIEVED));
    call.answer(async { app_snapshots::fetch_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_snap_delete_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(RESOURCE_NOT_FOUND, INTERNAL));
    call.answer(async { app_snapshots::delete_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_list(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { apps::list(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_fetch(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { apps::fetch(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_update(mut request: ApiRequest) -> Response<Body> {
    let body = request.body();
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async {
        apps::update(
            &call,
            request.ids()?,
            request.query(),
            request.force_update(),
            body,
        )
        .await
    })
    .await
}

async fn app_summary_list(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { apps::list_summaries(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_restore_create_for_app(mut request: ApiRequest) -> Response<Body> {
    let body = request.body();
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_restores::create_for_app(&call, request.ids()?, request.query(), body).await })
        .await
}

async fn app_restore_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_restores::list_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_restore_fetch_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_restores::fetch_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_restore_delete_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(RESOURCE_NOT_FOUND, INTERNAL));
    call.answer(async { app_restores::delete_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_schedule_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_schedules::list_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_schedule_create_for_app(mut request: ApiRequest) -> Response<Body> {
    let body = request.body();
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_schedules::create_for_app(&call, request.ids()?, request.query(), body).await })
        .await
}

async fn app_schedule_fetch_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_schedules::fetch_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_schedule_update_for_app(mut request: ApiRequest) -> Response<Body> {
    let body = request.body();
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_schedules::update_for_app(&call, request.ids()?, request.query(), body).await })
        .await
}

async fn app_schedule_delete_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(RESOURCE_NOT_FOUND, INTERNAL));
    call.answer(async { app_schedules::delete_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn app_hook_list_for_app(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { app_hooks::list_for_app(&call, request.ids()?, request.query()).await })
        .await
}

async fn bucket_list(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { buckets::list(&call, request.ids()?, request.query()).await })
        .await
}

async fn cloud_list(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { buckets::list_clouds(&call, request.ids()?, request.query()).await })
        .await
}

async fn user_list(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(async { users::list(&call, request.ids()?, request.query()).await })
        .await
}

async fn account_list(request: ApiRequest) -> Response<Body> {
    let call = Call::begin(&request, own(COLLECTION_NOT_FOUND, INTERNAL));
    call.answer(accounts::list(&call, request.query())).await
}
