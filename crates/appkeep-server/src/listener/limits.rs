//! How many connections there may be, and how long they may make no progress.

use std::time::Duration;

use rustix::process::{Resource, getrlimit};

use crate::config::Config;

/// The most connections unless the configuration says otherwise; fewer if half of the process' descriptors are fewer.
const CONNECTIONS_DEFAULT_MAX: u64 = 1024;
/// The descriptors that connections never get: they remain for the database, data, buckets and the operations
/// listener.
const DESCRIPTORS_RESERVED: u64 = 256;

/// The most connections of the operations listener: people and monitoring.
const OPERATIONS_CONNECTIONS_MAX: usize = 64;

/// The limits of a listener's connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectionLimits {
    /// The most connections in total.
    pub(crate) connections_max: usize,
    /// The most connections of one address (IPv4), or of one network with 64 bits (IPv6).
    pub(crate) per_address_max: usize,
    /// How long a connection may be without a request: during the TLS handshake, before and between requests, and
    /// while headers are incomplete. HTTP/2 connections that don't answer a ping are closed in the same time.
    pub(crate) idle_timeout: Duration,
    /// How long a response may wait for the client to take any of it.
    pub(crate) write_timeout: Duration,
}

impl ConnectionLimits {
    /// The limits of the API's listener.
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
            // By default no address can take all of them.
            per_address_max: per_address.map_or(most - most / 4, |most| most as usize),
            idle_timeout: config.idle_timeout,
            write_timeout: config.write_timeout,
        }
    }

    /// The limits of the operations listener. Its connections come out of the reserve.
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

/// At least a quarter and one, however few descriptors there are.
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
    fn connections_leave_descriptors_for_everything_else() {
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
