//! The API over HTTP: handlers that make one call into the service each, and the mapping of errors to
//! problems.

mod accounts;
mod app_backup_content;
mod app_backup_files;
mod app_backups;
mod app_hooks;
mod app_restores;
mod app_schedules;
mod app_snapshots;
mod apps;
mod buckets;
mod byte_range;
mod call;
mod columns;
mod disposition;
mod from_wire;
mod from_wire_schedule;
mod handlers;
mod item;
mod list;
mod media;
mod middleware;
mod page_cache;
pub(crate) mod problem;
mod request;
mod resources;
mod router;
mod service;
mod short_list;
mod to_wire;
mod to_wire_declared;
mod to_wire_summary;
mod users;

use std::sync::Arc;

use appkeep_api::body::BodyLimits;
use appkeep_core::clock::{Clock, IdSource};
use appkeep_core::service::Service;

use crate::auth::Tokens;
use crate::operations::RequestMetrics;

pub(crate) use self::media::accepts_gzip;
pub(crate) use self::middleware::{Middleware, Wrapped};
pub(crate) use self::page_cache::PageCache;
pub(crate) use self::service::Api;

/// The largest request body, in bytes: 1 MiB.
pub const BODY_BYTES_MAX: usize = 1_048_576;

/// The size of all request bodies that are being read together, beyond the first 64 KiB of each, in bytes: 16
/// MiB.
pub(crate) const SHARED_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The state that handlers share.
pub(crate) struct Http {
    pub(crate) service: Service,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) body_limits: BodyLimits,
    pub(crate) page_cache: PageCache,
    /// Counts responses, if metrics are enabled.
    pub(crate) metrics: Option<Arc<RequestMetrics>>,
}
