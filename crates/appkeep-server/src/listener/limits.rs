//! Limits on the number of connections, and on the time without progress.

use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use crate::config::{Config, IDLE_TIMEOUT_SECS_DEFAULT, WRITE_TIMEOUT_SECS_DEFAULT};

/// The default limit of connections; lower if half of the process's descriptors is less.
const CONNECTIONS_DEFAULT_MAX: u64 = 1024;
/// The number of descriptors reserved for the database, data, buckets and the operations listener.
const DESCRIPTORS_RESERVED: u64 = 256;

/// The connection limit of the operations listener, which serves people and monitoring.
const OPERATIONS_CONNECTIONS_MAX: usize = 64;

/// The connection limit of a listener for the commands of one process.
const PROCESS_CONNECTIONS_MAX: usize = 64;

/// The limits of a listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectionLimits {
    /// The largest number of connections in total.
    pub(crate) connections_max: usize,
    /// The largest number of connections from one address (IPv4) or one /64 network (IPv6).
    pub(crate) per_address_max: usize,
    /// The maximum time that a connection may be without a request: during the TLS handshake, before and between
    /// requests, and while headers are incomplete. HTTP/2 connections that don't answer a ping are closed in the same time.
    pub(crate) idle_timeout: Duration,
    /// The maximum time that a response may wait for the client to read any of it.
    pub(crate) write_timeout: Duration,
}

impl ConnectionLimits {
    /// Returns the limits of the API's listener.
    pub(crate) fn of_api(config: &Config) -> Self {
        let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = match config.connections_max {
            None => connections_default(descriptors),
            Some(configured) => {
                let most = connections_possible(descriptors);
                if u64::from(configured) > most {
                    tracing::warn!(
                        configured,
                        most,
                        descriptors,
                        "connections_max is lowered: raise the limit of open files (LimitNOFILE=)"
                    );
                }
                most.min(configured.into())
            }
        };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let per_address = config.connections_per_address_max;
        Self {
            connections_max: most,
            // By default no address can use all of them.
            per_address_max: per_address.map_or(most - most / 4, |most| most as usize),
            idle_timeout: config.idle_timeout,
            write_timeout: config.write_timeout,
        }
    }

    /// Returns the limits of a listener for the commands of one process.
    pub(crate) fn of_one_process() -> Self {
        Self {
            connections_max: PROCESS_CONNECTIONS_MAX,
            per_address_max: PROCESS_CONNECTIONS_MAX,
            idle_timeout: Duration::from_secs(IDLE_TIMEOUT_SECS_DEFAULT.into()),
            write_timeout: Duration::from_secs(WRITE_TIMEOUT_SECS_DEFAULT.into()),
        }
    }

    /// Returns the limits of the operations listener. Its connections use reserved descriptors.
    pub(crate) fn of_operations(config: &Config) -> Self {
        Self {
            connections_max: OPERATIONS_CONNECTIONS_MAX,
            per_address_max: OPERATIONS_CONNECTIONS_MAX,
            idle_timeout: config.idle_timeout,
            write_timeout: config.write_timeout,
        }
    }
}

fn connections_default(descriptors: u64) -> u64 {
    (descriptors / 2)
        .min(connections_possible(descriptors))
        .min(CONNECTIONS_DEFAULT_MAX)
}

/// Returns the possible number of connections: at least a quarter of the descriptors, and at least one.
fn connections_possible(descriptors: u64) -> u64 {
    descriptors
        .saturating_sub(DESCRIPTORS_RESERVED)
        .max(descriptors / 4)
        .max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_file_descriptors_for_other_uses() {
        for (descriptors, default, possible) in [
            (3, 1, 1),
            (64, 16, 16),
            (300, 75, 75),
            (1024, 512, 768),
            (65_536, 1024, 65_280),
            (u64::MAX, 1024, u64::MAX - 256),
        ] {
            assert_eq!(connections_default(descriptors), default, "{descriptors}");
            assert_eq!(connections_possible(descriptors), possible, "{descriptors}");
        }
    }
}
