//! All files of the pages, and their paths.

use super::asset::{Asset, Content};
use super::headers::Page;

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";

/// A file of the dashboard.
macro_rules! ui {
    ($name:literal, $media_type:expr) => {
        Asset::new(
            concat!("/ui/", $name),
            $media_type,
            Page::Dashboard,
            Content::Plain(include_str!(concat!("../../pages/ui/", $name))),
        )
    };
}

/// A file of the API reference that belongs to this project.
macro_rules! docs {
    ($name:literal, $media_type:expr) => {
        Asset::new(
            concat!("/docs/", $name),
            $media_type,
            Page::Reference,
            Content::Plain(include_str!(concat!("../../pages/docs/", $name))),
        )
    };
}

/// A file with the copyright and licence of the renderer.
macro_rules! terms {
    ($name:literal) => {
        Asset::new(
            concat!("/docs/", $name),
            TEXT,
            Page::Reference,
            Content::Plain(include_str!(concat!("../../pages/docs/swagger-ui/", $name))),
        )
    };
}

/// A file of the renderer, as `cargo xtask vendor` wrote it.
macro_rules! renderer {
    ($name:literal, $media_type:expr) => {
        Asset::new(
            concat!("/docs/", $name),
            $media_type,
            Page::Reference,
            Content::Gzip(include_bytes!(concat!(
                "../../pages/docs/swagger-ui/",
                $name,
                ".gz"
            ))),
        )
    };
}

pub(super) static ASSETS: [Asset; 56] = [
    Asset::new(
        "/ui",
        HTML,
        Page::Dashboard,
        Content::Plain(include_str!("../../pages/ui/index.html")),
    ),
    ui!("style.css", CSS),
    ui!("icon.svg", SVG),
    ui!("announce.js", JS),
    ui!("api.js", JS),
    ui!("cached_list.js", JS),
    ui!("creators.js", JS),
    ui!("dom.js", JS),
    ui!("downloads.js", JS),
    ui!("file_path.js", JS),
    ui!("format.js", JS),
    ui!("main.js", JS),
    ui!("parts/actions.js", JS),
    ui!("parts/app_card.js", JS),
    ui!("parts/app_row.js", JS),
    ui!("parts/app_summary.js", JS),
    ui!("parts/backup_list.js", JS),
    ui!("parts/backup_row.js", JS),
    ui!("parts/badge.js", JS),
    ui!("parts/breadcrumb.js", JS),
    ui!("parts/chart.js", JS),
    ui!("parts/copy_button.js", JS),
    ui!("parts/dialog.js", JS),
    ui!("parts/file_list.js", JS),
    ui!("parts/file_row.js", JS),
    ui!("parts/history.js", JS),
    ui!("parts/list_controls.js", JS),
    ui!("parts/moment.js", JS),
    ui!("parts/pager.js", JS),
    ui!("parts/progress.js", JS),
    ui!("parts/restore_dialog.js", JS),
    ui!("parts/restores.js", JS),
    ui!("parts/running.js", JS),
    ui!("parts/schedules.js", JS),
    ui!("parts/section.js", JS),
    ui!("parts/selection.js", JS),
    ui!("parts/snapshots.js", JS),
    ui!("parts/table_head.js", JS),
    ui!("poll.js", JS),
    ui!("session.js", JS),
    ui!("states.js", JS),
    ui!("views/app.js", JS),
    ui!("views/backup.js", JS),
    ui!("views/files.js", JS),
    ui!("views/overview.js", JS),
    ui!("views/sign_in.js", JS),
    Asset::new(
        "/docs",
        HTML,
        Page::Reference,
        Content::Plain(include_str!("../../pages/docs/index.html")),
    ),
    docs!("docs.css", CSS),
    docs!("docs.js", JS),
    docs!("real_ids.js", JS),
    renderer!("swagger-ui-bundle.js", JS),
    renderer!("swagger-ui.css", CSS),
    terms!("LICENSE"),
    terms!("NOTICE"),
    terms!("swagger-ui-bundle.js.LICENSE.txt"),
    Asset::new(
        "/docs/openapi.yaml",
        "application/yaml",
        Page::Reference,
        Content::Plain(include_str!("../../openapi.yaml")),
    ),
];
