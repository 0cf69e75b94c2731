//! A data directory on a full disk: which requests are refused, and recovery without a restart.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use appkeep_tests::{Builder, backup_body, eventually, snap_body, until, usual_config};
use rustix::fs::statvfs;
use serde_json::{Value, json};

use crate::Fixture;
use crate::disk::Disk;

const MIB: u64 = 1 << 20;

/// Writes a file that leaves `leave` bytes of the disk with `directory` free.
fn fill(directory: &Path, leave: u64) {
    let found = statvfs(directory).unwrap();
    let free = (found.f_bavail * found.f_frsize).saturating_sub(leave);
    let mut file = File::create(directory.join("filler")).unwrap();
    let piece = [1; 4096];
    for _ in 0..free.div_ceil(4096) {
        // The disk may be full slightly earlier.
        if file.write_all(&piece).is_err() {
            break;
        }
    }
}

impl Fixture {
    async fn readiness(&self) -> (u16, Value) {
        let address = self.server.server().operations_addr().unwrap();
        let response = reqwest::get(format!("http://{address}/readyz")).await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn is_whole(&self) {
        assert_eq!(self.readiness().await, (200, json!({"status": "ready"})));
        self.completes().await;
    }
}

#[tokio::test]
async fn creates_fail_but_deletes_work_without_free_space_as_root() {
    let builder = Builder::new().with_operations();
    let data = builder.path().join("data");
    let _disk = Disk::in_memory(&data, 64);
    let fixture = Fixture::new(builder.start().await).await;
    fixture.is_whole().await;
    let api = &fixture.api;
    let (backup, snap) = (backup_body(), snap_body());
    let earlier = fixture.completes().await;
    let earlier = api.backup_path(&earlier);

    // The reserve is 5 % of 64 MiB.
    fill(&data, 2 * MIB);
    for (path, body) in [
        (api.app_backups(fixture.app), &backup),
        (api.app_snaps(fixture.app), &snap),
    ] {
        let refused = api.post(&path, body).await;
        assert_eq!(refused.problem(), "503/-", "{refused:?}");
        assert_eq!(refused.json()["title"], "Service Unavailable");
        let detail = refused.json()["detail"].to_string();
        assert!(detail.contains("too little free space"), "{detail}");
    }
    let (status, body) = fixture.readiness().await;
    assert_eq!(status, 503);
    let reason = body["reasons"][0].as_str().unwrap();
    assert!(
        reason.contains("free space is below the reserve of 4 MiB"),
        "{body}"
    );
    assert_eq!(api.delete(&earlier).await.status, 204);
    assert_eq!(api.get(&earlier).await.status, 404);

    fs::remove_file(data.join("filler")).unwrap();
    fixture.is_whole().await;
}

#[tokio::test]
async fn writes_recover_after_a_full_disk_as_root() {
    let config = usual_config().replacen("[server]", "[server]\nreserve_mib = 0", 1);
    let builder = Builder::new().with_operations().config(&config);
    let data = builder.path().join("data");
    let _disk = Disk::in_memory(&data, 32);
    let fixture = Fixture::new(builder.start().await).await;
    fixture.is_whole().await;
    let shop = fixture.server.app("acme", "shop");
    let path = fixture.api.app_snaps(shop);
    let body = snap_body();

    fill(&data, 0);
    until("a create to fail", async || {
        let status = fixture.api.post(&path, &body).await.status.as_u16();
        assert!([201, 500, 503].contains(&status), "{status}");
        status != 201
    })
    .await;
    let reason = eventually("a trial write to fail", async || {
        let (status, body) = fixture.readiness().await;
        (status == 503).then(|| body["reasons"][0].to_string())
    })
    .await;
    assert!(reason.contains("full"), "{reason}");

    fs::remove_file(data.join("filler")).unwrap();
    assert_eq!(fixture.api.post(&path, &body).await.status, 201);
    fixture.is_whole().await;
}
