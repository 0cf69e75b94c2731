//! Defects in semantics: which tokens can see, use and delete which resources.

use crate::testing::exchange::{Request, Response};
use crate::testing::injection::DefectKind::Semantics;
use crate::testing::injection::Injection::Handler;
use crate::testing::injection::{Defect, ProxyContext, defect};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    defect(Semantics, "visible-through-other-account", "A backup can be fetched through another account's URL.", Handler(|request, server| {
        Box::pin(or_from_other_account(request, server, Request::is_fetch, |found| found))
    })),
    defect(Semantics, "deletable-through-other-account", "A backup can be deleted through another account's URL.", Handler(|request, server| {
        Box::pin(or_from_other_account(request, server, Request::is_delete, |deleted| deleted))
    })),
    defect(Semantics, "existence-disclosed", "A resource of another account is forbidden instead of not found.", Handler(|request, server| {
        Box::pin(or_from_other_account(request, server, Request::is_fetch, |_| Response::problem(403, 11, "Operation not permitted")))
    })),
    defect(Semantics, "listed-in-other-account", "A list of an account shows the backups of another account.", Handler(|request, server| {
        Box::pin(async move {
            let mut response = server.send(request.clone()).await;
            if request.operation() == "app_backup_list_all" && response.is_success() && request.query.is_empty() {
                let others = server.send_as_operator(to_other_account(&request, &server)).await.json();
                response.items(|items| items.extend(others["items"].as_array().cloned().unwrap_or_default()));
                crate::testing::exchange::recount(&mut response);
            }
            response
        })
    })).in_both_trees(),
    defect(Semantics, "foreign-app-listed", "The backups of another account's app can be listed in the caller's account.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            let app = server.other(request.account()).app.clone();
            if response.status == 404 && request.is_list() && request.segment_after("apps") == app {
                let mut other_request = request.clone();
                other_request.replace(request.account(), &server.other(request.account()).account);
                return server.send_as_operator(other_request).await;
            }
            response
        })
    })),
    defect(Semantics, "app-not-checked", "A backup can be fetched below an app that it doesn't belong to.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.number() == Some(2) && request.operation() == "app_backup_fetch_for_app" {
                let mut across = request.clone();
                across.path = format!("/accounts/{}/topology/v1/appBackups/{}", request.account(), request.id());
                let seen = server.send(across).await;
                return if seen.is_success() { seen } else { response };
            }
            response
        })
    })),
    defect(Semantics, "token-valid-in-every-account", "A token of one account works in every existing account.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            let exists = server.accounts.iter().any(|tenant| tenant.account == request.account());
            if response.number() == Some(11) && exists && !is_viewer_request(&request, &server) {
                return server.send_as_operator(request).await;
            }
            response
        })
    })),
    defect(Semantics, "unknown-token-accepted", "An unknown token has every permission.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            if response.number() == Some(4) { server.send_as_operator(request).await } else { response }
        })
    })),
    defect(Semantics, "viewer-writes", "A read-only token can create and delete.", Handler(|mut request, server| {
        Box::pin(async move {
            if is_viewer_request(&request, &server) {
                request.set_token(&server.operator);
            }
            server.send(request).await
        })
    })),
    defect(Semantics, "viewer-refused", "A read-only token can't read lists.", Handler(|request, server| {
        Box::pin(async move {
            if is_viewer_request(&request, &server) && request.is_list() {
                return Response::problem(403, 11, "Operation not permitted");
            }
            server.send(request).await
        })
    })),
    defect(Semantics, "foreign-snapshot-used", "A backup may name a snapshot of another account.", Handler(|request, server| {
        Box::pin(async move {
            let response = server.send(request.clone()).await;
            let snapshot = request.json()["snapshotID"].as_str().unwrap_or_default().to_owned();
            if !matches!(response.number(), Some(46 | 47)) || !exists_in_other_account(&request, &server, &snapshot).await {
                return response;
            }
            let mut response = server.send(request.without("snapshotID")).await;
            response.change(|body| body["snapshotID"] = snapshot.into());
            response
        })
    })).everywhere(),
    defect(Semantics, "foreign-bucket-used", "A backup may name a bucket of another account.", Handler(|request, server| {
        Box::pin(async move {
            let bucket = request.json()["bucketID"].as_str().unwrap_or_default().to_owned();
            if server.other(request.account()).bucket != bucket {
                return server.send(request).await;
            }
            let mut response = server.send(request.without("bucketID")).await;
            response.change(|body| body["bucketID"] = bucket.into());
            response
        })
    })),
];

/// The response of the server; if it is a 404 and the other account has the resource, `show` changes its response.
async fn or_from_other_account(
    request: Request,
    server: ProxyContext,
    applies_to: fn(&Request) -> bool,
    show: fn(Response) -> Response,
) -> Response {
    let response = server.send(request.clone()).await;
    if response.status != 404 || !applies_to(&request) {
        return response;
    }
    let other = server.send_as_operator(to_other_account(&request, &server)).await;
    if other.is_success() { show(other) } else { response }
}

/// The same request, to the other account and its app.
fn to_other_account(request: &Request, server: &ProxyContext) -> Request {
    let mut other_request = request.clone();
    let other = server.other(request.account());
    other_request.replace(request.account(), &other.account);
    let app = request.segment_after("apps");
    if !app.is_empty() {
        other_request.replace(app, &other.app);
    }
    other_request
}

fn is_viewer_request(request: &Request, server: &ProxyContext) -> bool {
    request.authorization() == format!("Bearer {}", server.viewer)
}

/// Whether the other account has that snapshot.
async fn exists_in_other_account(request: &Request, server: &ProxyContext, snapshot: &str) -> bool {
    let other = server.other(request.account());
    let mut fetch = request.as_get();
    fetch.path = format!(
        "/accounts/{}/k8s/v1/apps/{}/appSnaps/{snapshot}",
        other.account, other.app
    );
    !snapshot.is_empty() && server.send_as_operator(fetch).await.is_success()
}
