//! Defects of semantics: who sees, uses and removes what is whose.

use http::header::AUTHORIZATION;

use super::plant::Plant::Act;
use super::plant::{Defect, Real, defect};
use super::wire::{Asked, Said};

#[rustfmt::skip]
pub(super) const DEFECTS: &[Defect] = &[
    defect("visible-through-other-account", "A backup can be fetched through another account's URL.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.status != 404 || !asked.is_fetch() {
                return Some(said);
            }
            let seen = real.send_as_operator(elsewhere(&asked, &real)).await;
            Some(if seen.is_success() { seen } else { said })
        })
    })),
    defect("deletable-through-other-account", "A backup can be deleted through another account's URL.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.status != 404 || !asked.is_delete() {
                return Some(said);
            }
            let gone = real.send_as_operator(elsewhere(&asked, &real)).await;
            Some(if gone.is_success() { gone } else { said })
        })
    })),
    defect("existence-leaked", "What another account has is forbidden instead of not found.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.status != 404 || !asked.is_fetch() {
                return Some(said);
            }
            let seen = real.send_as_operator(elsewhere(&asked, &real)).await;
            Some(if seen.is_success() { Said::problem(403, 11, "Operation not permitted") } else { said })
        })
    })),
    defect("listed-for-others", "An account's list shows what another account has.", Act(|asked, real| {
        Box::pin(async move {
            let mut said = real.send(asked.clone()).await;
            if asked.operation() == "app_backup_list_all" && said.is_success() && asked.query.is_empty() {
                let others = real.send_as_operator(elsewhere(&asked, &real)).await.json();
                said.items(|items| items.extend(others["items"].as_array().cloned().unwrap_or_default()));
                super::wire::recount(&mut said);
            }
            Some(said)
        })
    })).in_both_trees(),
    defect("app-of-others-listed", "Another account's app can be listed under one's own account.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            let app = real.other(asked.account()).app.clone();
            if said.status == 404 && asked.is_list() && asked.below("apps") == app {
                let mut there = asked.clone();
                there.replace(asked.account(), &real.other(asked.account()).account);
                return Some(real.send_as_operator(there).await);
            }
            Some(said)
        })
    })),
    defect("app-not-checked", "A backup can be fetched below an app that it doesn't belong to.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.number() == Some(2) && asked.operation() == "app_backup_fetch_for_app" {
                let mut across = asked.clone();
                across.path = format!("/accounts/{}/topology/v1/appBackups/{}", asked.account(), asked.id());
                let seen = real.send(across).await;
                return Some(if seen.is_success() { seen } else { said });
            }
            Some(said)
        })
    })),
    defect("token-good-everywhere", "A token of one account works in all others that exist.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            let exists = real.accounts.iter().any(|party| party.account == asked.account());
            if said.number() == Some(11) && exists && !is_viewers(&asked, &real) {
                return Some(real.send_as_operator(asked).await);
            }
            Some(said)
        })
    })),
    defect("unknown-token-good", "A token that nobody issued may do everything.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            if said.number() == Some(4) { Some(real.send_as_operator(asked).await) } else { Some(said) }
        })
    })),
    defect("viewer-writes", "Who may only read also creates and deletes.", Act(|mut asked, real| {
        Box::pin(async move {
            if is_viewers(&asked, &real) {
                asked.set_token(&real.operator);
            }
            Some(real.send(asked).await)
        })
    })),
    defect("viewer-refused", "Who may only read may not even read lists.", Act(|asked, real| {
        Box::pin(async move {
            if is_viewers(&asked, &real) && asked.is_list() {
                return Some(Said::problem(403, 11, "Operation not permitted"));
            }
            Some(real.send(asked).await)
        })
    })),
    defect("snapshot-of-others-used", "A backup may name a snapshot of another account.", Act(|asked, real| {
        Box::pin(async move {
            let said = real.send(asked.clone()).await;
            let snap = asked.json()["snapshotID"].as_str().unwrap_or_default().to_owned();
            if !matches!(said.number(), Some(46 | 47)) || !exists_elsewhere(&asked, &real, &snap).await {
                return Some(said);
            }
            let mut again = asked;
            again.change(|body| {
                body.shift_remove("snapshotID");
            });
            let mut said = real.send(again).await;
            said.change(|body| body["snapshotID"] = snap.into());
            Some(said)
        })
    })).everywhere(),
    defect("bucket-of-others-used", "A backup may name a bucket of another account.", Act(|asked, real| {
        Box::pin(async move {
            let bucket = asked.json()["bucketID"].as_str().unwrap_or_default().to_owned();
            if real.other(asked.account()).bucket != bucket {
                return Some(real.send(asked).await);
            }
            let mut again = asked;
            again.change(|body| {
                body.shift_remove("bucketID");
            });
            let mut said = real.send(again).await;
            said.change(|body| body["bucketID"] = bucket.into());
            Some(said)
        })
    })),
];

/// The same request, to the other account and its app.
fn elsewhere(asked: &Asked, real: &Real) -> Asked {
    let mut there = asked.clone();
    let other = real.other(asked.account());
    there.replace(asked.account(), &other.account);
    let app = asked.below("apps");
    if !app.is_empty() {
        there.replace(app, &other.app);
    }
    there
}

fn is_viewers(asked: &Asked, real: &Real) -> bool {
    asked.header(&AUTHORIZATION) == format!("Bearer {}", real.viewer)
}

/// Whether the other account has that snapshot.
async fn exists_elsewhere(asked: &Asked, real: &Real, snap: &str) -> bool {
    let other = real.other(asked.account());
    let mut fetch = asked.clone();
    fetch.method = http::Method::GET;
    fetch.path = format!(
        "/accounts/{}/k8s/v1/apps/{}/appSnaps/{snap}",
        other.account, other.app
    );
    fetch.body = bytes::Bytes::new();
    !snap.is_empty() && real.send_as_operator(fetch).await.is_success()
}
