//! Requests that a check can send.

use serde_json::json;

use super::super::fake::FakeServer;
use super::super::serve;
use super::{Setup, WITHOUT_WAITING};
use crate::live::context::{ResourceKind, Stop};
use crate::live::resource_kind::APP_TYPE;
use crate::testing::Response;

const RESTORE: &str = "app_update";

#[tokio::test]
async fn only_restores_send_the_confirmation() {
    let fake = FakeServer::default();
    let server = serve(move |request| fake.respond(request)).await;
    let ctx = WITHOUT_WAITING.ctx(&server);
    assert_eq!(ctx.call(RESTORE).force_update.as_deref(), Some("true"));
    assert_eq!(ctx.call(ResourceKind::Backup.create()).force_update, None);
}

#[tokio::test]
async fn restores_without_permission_run_only_on_an_idle_server() {
    let fake = FakeServer::default();
    let server = serve(move |request| fake.respond(request)).await;
    let careful = Setup {
        record_delete: |target| target.may_restore = false,
        ..WITHOUT_WAITING
    };
    let mut ctx = careful.ctx(&server);
    for is_idle in [false, true] {
        let call = |operation| {
            if is_idle {
                ctx.idle_call(operation).unwrap()
            } else {
                ctx.call(operation)
            }
        };
        let (create, restore) = (call(ResourceKind::Backup.create()), call(RESTORE));
        let body = ctx.valid_body(ResourceKind::Backup);
        let created = ctx.send(&create.json(body)).await.unwrap();
        let id = ctx.created_id(&created).unwrap();
        let restore = restore.json(json!({"type": APP_TYPE, "version": "2.2", "backupID": id}));
        match ctx.send(&restore).await {
            Ok(respond) => assert!(is_idle && respond.status == 204, "{}", respond.status),
            Err(Stop::Skipped(why)) => assert!(!is_idle, "{why}"),
            Err(Stop::Recorded) => panic!("no response"),
        }
    }
}

#[tokio::test]
async fn undocumented_methods_are_only_checked_for_refusals() {
    for (status, is_checking) in [(405, true), (200, false)] {
        let server = serve(move |_| Response::of_json(status, &json!("nonsense"))).await;
        let mut ctx = WITHOUT_WAITING.ctx(&server);
        let mut call = ctx.call("app_backup_list_for_app");
        call.method = Some("TRACE".to_owned());
        let respond = ctx.http.send_unchecked(&ctx.target, &call).await.unwrap();
        let violations = &ctx.http.log[respond.exchange].violations;
        assert_eq!(!violations.is_empty(), is_checking, "{status}");
    }
}
