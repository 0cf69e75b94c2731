//! Counts connections, in total and by address.

use std::collections::HashMap;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::ConnectionLimits;

/// The shortest interval between two log lines about the same event.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);

/// The slots for connections.
pub(super) struct Slots {
    connections_max: usize,
    per_address_max: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    total: usize,
    by_network: HashMap<IpAddr, usize>,
}

/// A connection's slot; released when dropped.
pub(super) struct Slot {
    slots: Arc<Slots>,
    network: IpAddr,
}

/// The reason why no slot is free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    Total(usize),
    Address(usize),
}

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Total(most) => write!(f, "all {most} connections are in use (connections_max)"),
            Self::Address(most) => write!(
                f,
                "all {most} connections of this address are in use (connections_per_address_max)"
            ),
        }
    }
}

impl Slots {
    pub(super) fn new(limits: &ConnectionLimits) -> Arc<Self> {
        Arc::new(Self {
            connections_max: limits.connections_max,
            per_address_max: limits.per_address_max,
            taken: Mutex::default(),
        })
    }

    /// Takes a slot for a connection from `address`.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Result<Slot, Full> {
        let network = network(address);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.total >= self.connections_max {
            return Err(Full::Total(self.connections_max));
        }
        let of_network = taken.by_network.get(&network).copied().unwrap_or_default();
        if of_network >= self.per_address_max {
            return Err(Full::Address(self.per_address_max));
        }
        taken.total += 1;
        taken.by_network.insert(network, of_network + 1);
        Ok(Slot {
            slots: self.clone(),
            network,
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.total -= 1;
        if let Some(count) = taken.by_network.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                taken.by_network.remove(&self.network);
            }
        }
    }
}

/// Returns the network that is counted as one address. An IPv6 client usually has 2^64 addresses.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// A limit on how often an event is logged that clients can cause at will.
#[derive(Default)]
pub(super) struct Throttle {
    last: Option<Instant>,
    unreported: u64,
}

impl Throttle {
    /// Returns the number of events suppressed since the last one that was logged, if this one is to be
    /// logged.
    pub(super) fn report(&mut self) -> Option<u64> {
        if self.last.is_some_and(|last| last.elapsed() < REPORT_INTERVAL) {
            self.unreported += 1;
            return None;
        }
        self.last = Some(Instant::now());
        Some(std::mem::take(&mut self.unreported))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slots(connections_max: usize, per_address_max: usize) -> Arc<Slots> {
        Slots::new(&ConnectionLimits {
            connections_max,
            per_address_max,
            idle_timeout: Duration::ZERO,
            write_timeout: Duration::ZERO,
        })
    }

    fn take(slots: &Arc<Slots>, address: &str) -> Result<Slot, Full> {
        slots.take(address.parse().unwrap())
    }

    #[test]
    fn closed_connections_free_slots() {
        let slots = slots(3, 2);
        let first = take(&slots, "192.0.2.1").ok().unwrap();
        let _second = take(&slots, "192.0.2.1").ok().unwrap();
        assert_eq!(take(&slots, "192.0.2.1").err(), Some(Full::Address(2)));
        let _third = take(&slots, "192.0.2.2").ok().unwrap();
        assert_eq!(take(&slots, "192.0.2.3").err(), Some(Full::Total(3)));
        drop(first);
        let _fourth = take(&slots, "192.0.2.1").ok().unwrap();
        assert_eq!(take(&slots, "192.0.2.3").err(), Some(Full::Total(3)));
    }

    #[test]
    fn ipv6_networks_and_mapped_ipv4_addresses_count_as_one() {
        let slots = slots(8, 1);
        let _taken = ["2001:db8::1", "2001:db8:0:1::1", "::ffff:192.0.2.1"]
            .map(|address| take(&slots, address).ok().unwrap());
        for address in ["2001:db8::2", "2001:db8:0:1:ffff::", "192.0.2.1"] {
            assert_eq!(take(&slots, address).err(), Some(Full::Address(1)), "{address}");
        }
    }
}
