//! Metrics for Prometheus, in the OpenMetrics text format.
//!
//! Requests are counted as they complete. All other values are read from the store when metrics are
//! requested. The store is the only source, so the values survive a restart and are the same on every server.

mod backups;
mod declared;
mod space;

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use appkeep_core::job::JobPayload;
use appkeep_core::state::ResourceState;
use appkeep_core::statistics::{StateCount, Statistics};
use appkeep_core::store::StoreError;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use self::declared::Declared;
use super::Watched;
use crate::notifications::DeliveryCounters;

/// The media type of the text that [`encode`] returns.
pub(super) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

const PREFIX: &str = "appkeep";

/// The time that the store may take to respond.
const STORE_TIMEOUT: Duration = Duration::from_secs(2);

/// The bounds of the latency histogram's buckets, in seconds.
const LATENCY_SECS: [f64; 12] = [
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];

/// The states of jobs, as they are stored.
const JOB_STATES: [&str; 6] = ["queued", "running", "done", "failed", "cancelled", "parked"];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    operation: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct JobLabels {
    kind: String,
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct TaskLabels {
    task: &'static str,
}

/// Counters of the responses since the server started.
pub(crate) struct RequestMetrics {
    requests: Family<RequestLabels, Counter>,
    latencies: Family<OperationLabels, Histogram>,
    /// Notifications that were delivered or given up.
    pub(crate) deliveries: DeliveryCounters,
    registry: Registry,
}

impl RequestMetrics {
    /// Creates counters that are zero.
    pub(crate) fn new() -> Self {
        let requests = Family::default();
        let latencies = Family::new_with_constructor((|| Histogram::new(LATENCY_SECS)) as fn() -> Histogram);
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register(
            "http_requests",
            "Requests by operation and status",
            requests.clone(),
        );
        registry.register_with_unit(
            "http_request_duration",
            "Time from the head of a request to the head of its response",
            Unit::Seconds,
            latencies.clone(),
        );
        let deliveries = DeliveryCounters::default();
        registry.register(
            "notifications",
            "Notifications by receiver and result: delivered, or failed after 24 hours",
            deliveries.clone(),
        );
        registry.register(
            "build",
            "What runs",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        Self {
            requests,
            latencies,
            deliveries,
            registry,
        }
    }

    /// Counts a response.
    pub(crate) fn count(&self, operation: &str, status: u16, took: Duration) {
        let operation = operation.to_owned();
        self.latencies
            .get_or_create(&OperationLabels {
                operation: operation.clone(),
            })
            .observe(took.as_secs_f64());
        self.requests
            .get_or_create(&RequestLabels { operation, status })
            .inc();
    }
}

/// What the store contains: counts, and the declared items.
pub(super) struct Stored {
    statistics: Statistics,
    declared: Declared,
}

/// Reads the store.
///
/// # Errors
/// The reason, when the store doesn't respond.
pub(super) async fn read_store(watched: &Watched) -> Result<Stored, String> {
    let store = watched.store.as_ref();
    let read = async {
        Ok::<_, StoreError>(Stored {
            statistics: store.fetch_statistics().await?,
            declared: Declared::read(store).await?,
        })
    };
    match tokio::time::timeout(STORE_TIMEOUT, read).await {
        Ok(Ok(stored)) => Ok(stored),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!(
            "the store did not respond within {} s",
            STORE_TIMEOUT.as_secs()
        )),
    }
}

/// Returns all metrics as text. Without `stored`, those that come from the store are missing.
///
/// # Errors
/// When a value can't be written, which doesn't happen with a string.
pub(super) fn encode(watched: &Watched, stored: Option<&Stored>) -> Result<String, fmt::Error> {
    let mut text = String::new();
    encode_registry(&mut text, &watched.requests.registry)?;
    encode_registry(&mut text, &of_process(watched))?;
    if let Some(stored) = stored {
        encode_registry(&mut text, &of_store(watched, &stored.statistics))?;
        encode_registry(&mut text, &of_declared(watched, &stored.declared))?;
    }
    encode_eof(&mut text)?;
    Ok(text)
}

fn of_process(watched: &Watched) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let tasks = Family::<TaskLabels, Gauge>::default();
    for task in ["worker", "scheduler", "reconciler"] {
        let running = watched
            .running
            .get()
            .map_or(0, |running| running.liveness.running(task));
        let running = i64::try_from(running).unwrap_or(i64::MAX);
        tasks.get_or_create(&TaskLabels { task }).set(running);
    }
    registry.register("tasks", "Tasks that run in the background", tasks);
    space::register_node(&mut registry, watched);
    registry
}

fn of_declared(watched: &Watched, declared: &Declared) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    backups::register(&mut registry, declared, watched.clock.now());
    space::register_buckets(&mut registry, declared);
    registry
}

fn of_store(watched: &Watched, statistics: &Statistics) -> Registry {
    let mut registry = Registry::with_prefix(PREFIX);
    let jobs = Family::<JobLabels, Gauge>::default();
    let of_job = |kind: &str, state: &str| JobLabels {
        kind: kind.to_owned(),
        state: state.to_owned(),
    };
    // A time series that is absent at times can't be monitored, so zeros are written, too.
    for (kind, _) in JobPayload::KINDS {
        for state in JOB_STATES {
            jobs.get_or_create(&of_job(kind, state)).set(0);
        }
    }
    for job in &statistics.jobs {
        jobs.get_or_create(&of_job(&job.kind, &job.state)).set(job.count);
    }
    registry.register(
        "jobs",
        "Jobs by kind and state; of those that ended the last 1,000",
        jobs,
    );
    let age = Gauge::<f64, AtomicU64>::default();
    if let Some(due) = statistics.oldest_due {
        let waited = (watched.clock.now() - due).to_std().unwrap_or_default();
        age.set(waited.as_secs_f64());
    }
    registry.register_with_unit(
        "queue_age",
        "For how long the job that waits longest has been due",
        Unit::Seconds,
        age,
    );
    let counts = by_state(&statistics.app_backups, |of_state| of_state.count);
    registry.register("backups", "Backups by state", counts);
    let bytes = by_state(&statistics.app_backups, |of_state| of_state.bytes);
    registry.register_with_unit(
        "backup_size",
        "What backups have read, by state",
        Unit::Bytes,
        bytes,
    );
    let counts = by_state(&statistics.app_snapshots, |of_state| of_state.count);
    registry.register("snapshots", "Snapshots by state", counts);
    registry
}

fn by_state(counts: &[StateCount], number: impl Fn(&StateCount) -> i64) -> Family<StateLabels, Gauge> {
    let family = Family::<StateLabels, Gauge>::default();
    for &state in ResourceState::ALL {
        let found = counts.iter().find(|of_state| of_state.state == state);
        let state = state.as_str();
        family
            .get_or_create(&StateLabels { state })
            .set(found.map_or(0, &number));
    }
    family
}
