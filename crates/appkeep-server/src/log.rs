//! dropshot logs through slog; everything else through tracing. This drain joins the two.

use std::fmt::{self, Write as _};

use slog::{Drain, KV, Level, Logger, OwnedKVList, Record, Serializer, o};

/// A slog logger whose records become tracing events.
pub(crate) fn dropshot_logger() -> Logger {
    Logger::root(TracingDrain.fuse(), o!())
}

struct TracingDrain;

/// The fields of a record that are worth keeping. The request's headers are never among them.
struct Fields(String);

const KEPT: [&str; 5] = ["req_id", "method", "uri", "response_code", "latency_us"];

impl Serializer for Fields {
    fn emit_arguments(&mut self, key: slog::Key, value: &fmt::Arguments<'_>) -> slog::Result {
        if KEPT.iter().any(|kept| key == *kept) {
            write!(self.0, " {key}={value}")?;
        }
        Ok(())
    }
}

impl Drain for TracingDrain {
    type Ok = ();
    type Err = slog::Never;

    fn log(&self, record: &Record<'_>, values: &OwnedKVList) -> Result<(), slog::Never> {
        let mut fields = Fields(String::new());
        let complete = values
            .serialize(record, &mut fields)
            .and_then(|()| record.kv().serialize(record, &mut fields));
        if complete.is_err() {
            fields.0.push_str(" (fields lost)");
        }
        let (message, fields) = (record.msg().to_string(), fields.0.trim_start());
        if let Some(reason) = message.strip_prefix("tls accept err: ") {
            // Whoever can reach the port can have this said as often as they like.
            tracing::info!(target: "appkeep::http", reason, "a TLS handshake failed");
            return Ok(());
        }
        match record.level() {
            Level::Critical | Level::Error => tracing::error!(target: "appkeep::http", fields, "{message}"),
            Level::Warning => tracing::warn!(target: "appkeep::http", fields, "{message}"),
            Level::Info => tracing::debug!(target: "appkeep::http", fields, "{message}"),
            Level::Debug | Level::Trace => tracing::trace!(target: "appkeep::http", fields, "{message}"),
        }
        Ok(())
    }
}
