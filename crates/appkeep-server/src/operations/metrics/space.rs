//! Metrics of the buckets, the disk and the certificate.

use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::Watched;
use super::backups::{number, unix_secs};
use super::declared::Declared;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BucketLabels {
    account: String,
    bucket: String,
}

/// Adds the metrics of declared buckets.
pub(super) fn register_buckets(registry: &mut Registry, declared: &Declared) {
    let available = Family::<BucketLabels, Gauge>::default();
    let stored = Family::<BucketLabels, Gauge<f64, AtomicU64>>::default();
    let free = Family::<BucketLabels, Gauge<f64, AtomicU64>>::default();
    let measured = Family::<BucketLabels, Gauge<f64, AtomicU64>>::default();
    for declared_bucket in &declared.buckets {
        let bucket = &declared_bucket.bucket;
        let labels = BucketLabels {
            account: declared.account(bucket.account_id),
            bucket: bucket.name.clone(),
        };
        let is_available = declared_bucket.is_available;
        available.get_or_create(&labels).set(i64::from(is_available));
        if let Some(measurement) = &declared_bucket.measurement {
            measured.get_or_create(&labels).set(unix_secs(measurement.time));
            // An old measurement would look like a current one.
            if !is_available {
                continue;
            }
            stored
                .get_or_create(&labels)
                .set(number(measurement.stored_bytes));
            if let Some(free_bytes) = measurement.free_bytes {
                free.get_or_create(&labels).set(number(free_bytes));
            }
        }
    }
    registry.register(
        "bucket_available",
        "1 if a server can use the bucket, 0 otherwise",
        available,
    );
    registry.register_with_unit(
        "bucket_stored",
        "Total size of the packs in the bucket, measured every 15 minutes",
        Unit::Bytes,
        stored,
    );
    registry.register_with_unit(
        "bucket_free",
        "Free space of the bucket's file system, measured every 15 minutes",
        Unit::Bytes,
        free,
    );
    registry.register_with_unit(
        "bucket_measurement_timestamp",
        "When the bucket was last measured",
        Unit::Seconds,
        measured,
    );
}

/// Adds the metrics of the data directory and the certificate.
pub(super) fn register_node(registry: &mut Registry, watched: &Watched) {
    if let Some(space) = watched.admission.space.measure() {
        for (name, help, bytes) in [
            (
                "data_free",
                "Free space of the data directory's file system, with the reserve",
                space.free_bytes,
            ),
            (
                "data_reserve",
                "Free space below which new backups, snapshots and restores are refused",
                space.reserve_bytes,
            ),
        ] {
            let value = Gauge::<f64, AtomicU64>::default();
            value.set(number(bytes));
            registry.register_with_unit(name, help, Unit::Bytes, value);
        }
    }
    if let Some(certificate) = &watched.certificate {
        let expiry = Gauge::<f64, AtomicU64>::default();
        expiry.set(unix_secs(certificate.ends_at()));
        registry.register_with_unit(
            "certificate_expiry_timestamp",
            "End of the validity of the certificate that clients see",
            Unit::Seconds,
            expiry,
        );
    }
}
