//! The faults. Each is injected under load, and repaired at its end.

use anyhow::{Result, bail};

use super::Cluster;
use super::environment::{APPS, node};
use super::network::{self, Link, SERVERS};
use super::restores::{POINTS, RESTORING};
use super::servers::{log_bytes, log_since};

/// The maximum number of connections that are terminated at once.
const TERMINATED_MAX: usize = 12;

/// The log message about a job that another worker may have taken over.
const LEASE_LOST: &str = "lease is lost: another worker";

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A server that runs a backup is killed.
    Kill,
    /// A server dies while it restores to a directory.
    RestoreKilled,
    /// A server that runs a backup is stopped for longer than its leases, and resumes.
    Pause,
    /// The database restarts.
    DatabaseRestart,
    /// The database terminates random connections.
    ConnectionsTerminated,
    /// A server can't reach the database for longer than its leases.
    DatabasePartition,
    /// A server can't reach the S3 server.
    StoragePartition,
    /// No server can reach the S3 server.
    StorageOutage,
    /// The servers are restarted one after another.
    RollingRestart,
}

impl Fault {
    /// All kinds.
    pub(super) const ALL: [Self; 9] = [
        Self::Kill,
        Self::RestoreKilled,
        Self::Pause,
        Self::DatabaseRestart,
        Self::ConnectionsTerminated,
        Self::DatabasePartition,
        Self::StoragePartition,
        Self::StorageOutage,
        Self::RollingRestart,
    ];

    /// Its name in the report.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Kill => "server killed",
            Self::RestoreKilled => "server killed during a restore",
            Self::Pause => "server stopped beyond its leases, and resumed",
            Self::DatabaseRestart => "database restarted",
            Self::ConnectionsTerminated => "database connections terminated",
            Self::DatabasePartition => "partition between a server and the database",
            Self::StoragePartition => "partition between a server and S3",
            Self::StorageOutage => "S3 can't be reached",
            Self::RollingRestart => "servers restarted one after another",
        }
    }

    /// Injects the fault, checks its effects, and repairs it.
    ///
    /// # Errors
    /// When the servers don't react as they should.
    pub(super) fn inject(self, cluster: &mut Cluster, rng: &mut fastrand::Rng) -> Result<()> {
        let server = cluster.busy_server()?;
        match self {
            Self::Kill => {
                cluster.servers.kill(server)?;
                if rng.bool() {
                    cluster.wait_taken_over(server)?;
                }
                cluster.servers.start(&cluster.environment, server)
            }
            Self::RestoreKilled => kill_during_restore(cluster, rng),
            Self::Pause => pause(cluster, server),
            Self::DatabaseRestart => {
                cluster.environment.database.stop();
                cluster.environment.database.start();
                Ok(())
            }
            Self::ConnectionsTerminated => {
                for _ in 0..rng.usize(1..=3) {
                    let count = rng.usize(1..=TERMINATED_MAX);
                    cluster.environment.query(&format!(
                        "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity \
                         WHERE application_name = 'appkeep' ORDER BY random() LIMIT {count}) AS chosen"
                    ))?;
                }
                Ok(())
            }
            Self::DatabasePartition => {
                network::set(server, Link::Database, false)?;
                let reacted = cluster
                    .wait_not_ready(server)
                    .and_then(|()| cluster.wait_taken_over(server))
                    .and_then(|()| cluster.wait_for_backup("a backup on another server"));
                network::set(server, Link::Database, true)?;
                reacted
            }
            Self::StoragePartition => {
                network::set(server, Link::Storage, false)?;
                let reacted = cluster
                    .wait_warning(server)
                    .and_then(|()| cluster.wait_for_backup("a backup on another server"));
                network::set(server, Link::Storage, true)?;
                reacted
            }
            Self::StorageOutage => {
                for server in 0..SERVERS {
                    network::set(server, Link::Storage, false)?;
                }
                let reacted = cluster.wait_bucket_alarm();
                for server in 0..SERVERS {
                    network::set(server, Link::Storage, true)?;
                }
                reacted
            }
            Self::RollingRestart => {
                for server in 0..SERVERS {
                    cluster.servers.stop(server)?;
                    cluster.servers.start(&cluster.environment, server)?;
                }
                Ok(())
            }
        }
    }
}

/// Kills a server at a fail point of a restore, and starts it again, perhaps after others have taken over its jobs.
fn kill_during_restore(cluster: &mut Cluster, rng: &mut fastrand::Rng) -> Result<()> {
    let server = RESTORING[rng.usize(..RESTORING.len())];
    let point = POINTS[rng.usize(..POINTS.len())];
    cluster.servers.die_at(server, point)?;
    if rng.bool() {
        cluster.wait_taken_over(server)?;
    }
    cluster.servers.start(&cluster.environment, server)
}

/// Stops a server for longer than its leases. When it resumes, it must notice that others took over its jobs.
fn pause(cluster: &mut Cluster, server: usize) -> Result<()> {
    let begin = log_bytes(&cluster.environment, server);
    cluster.servers.signal(server, "STOP")?;
    let leases = cluster
        .environment
        .query(&running_jobs("jobs.id, jobs.fence", server));
    let reacted = cluster.wait_taken_over(server);
    cluster.servers.signal(server, "CONT")?;
    reacted?;
    let mut lost = 0;
    for lease in leases?.lines() {
        let (id, fence) = lease.split_once('|').unwrap_or_default();
        let sql = format!("SELECT 1 FROM jobs WHERE id = '{id}' AND fence > {fence}");
        lost += cluster.environment.query(&sql)?.lines().count();
    }
    if lost == 0 {
        // It had just finished them.
        return Ok(());
    }
    cluster
        .servers
        .eventually("the resumed server to notice that it lost its leases", || {
            let log = log_since(&cluster.environment, server, begin)?;
            Ok((log.matches(LEASE_LOST).count() < lost).then(|| format!("{lost} leases are lost")))
        })?;
    let checks = &mut cluster.report.checks;
    checks.add("a resumed server logged that it lost its leases");
    Ok(())
}

/// The statement that selects the jobs of a server that others can take over.
fn running_jobs(columns: &str, server: usize) -> String {
    format!(
        "SELECT {columns} {} AND servers.node = '{}'",
        shared_jobs(),
        node(server)
    )
}

/// The part of a statement that finds running jobs that any server can run.
fn shared_jobs() -> String {
    let shared = APPS.iter().filter(|app| app.servers.len() == SERVERS);
    let shared: Vec<_> = shared.map(|app| format!("'{}'", app.id)).collect();
    format!(
        "FROM jobs JOIN servers ON servers.id = jobs.lease_owner \
         WHERE state = 'running' AND jobs.node IS NULL AND app_id IN ({})",
        shared.join(", ")
    )
}

impl Cluster {
    /// Waits until a server runs a backup that others could take over.
    fn busy_server(&mut self) -> Result<usize> {
        let sql = format!(
            "SELECT servers.node {} AND kind = 'take_backup' LIMIT 1",
            shared_jobs()
        );
        let mut busy = 0;
        self.servers.eventually("a backup to run", || {
            let found = self.environment.query(&sql)?;
            match (0..SERVERS).find(|server| node(*server) == found) {
                None => Ok(Some("no server runs a backup".to_owned())),
                Some(server) => {
                    busy = server;
                    Ok(None)
                }
            }
        })?;
        Ok(busy)
    }

    /// Waits until others have taken over the jobs of a server.
    fn wait_taken_over(&mut self, server: usize) -> Result<()> {
        let sql = running_jobs("count(*)", server);
        self.servers
            .eventually("other servers to take over the jobs", || {
                let jobs = self.environment.query(&sql)?;
                Ok((jobs != "0").then(|| format!("{} still has {jobs} jobs", node(server))))
            })?;
        self.report
            .checks
            .add("other servers took over all jobs that they can run");
        Ok(())
    }

    /// Waits until one more backup is completed.
    fn wait_for_backup(&mut self, what: &str) -> Result<()> {
        let sql =
            "SELECT COALESCE(max(ended_order), 0) FROM jobs WHERE kind = 'take_backup' AND state = 'done'";
        let before = self.environment.query(sql)?;
        self.servers.eventually(what, || {
            let now = self.environment.query(sql)?;
            Ok((now == before).then(|| "no backup was completed".to_owned()))
        })?;
        self.report
            .checks
            .add("backups were completed during a partition");
        Ok(())
    }

    /// Waits until a server that can't reach S3 says so.
    fn wait_warning(&mut self, server: usize) -> Result<()> {
        self.servers.eventually("a warning about the bucket", || {
            let readiness = self.api.readiness(server);
            let is_warning =
                |text: &str| text.contains("warnings") && text.contains("bucket offsite is unavailable");
            match readiness {
                Some((200, text)) if is_warning(&text) => Ok(None),
                other => Ok(Some(format!("/readyz returned {other:?}"))),
            }
        })?;
        self.report
            .checks
            .add("/readyz warned that the bucket can't be reached");
        Ok(())
    }

    /// Waits until a server that can't reach the database isn't ready, and says why.
    fn wait_not_ready(&mut self, server: usize) -> Result<()> {
        let mut reasons = String::new();
        self.servers
            .eventually("the partitioned server to be not ready", || {
                let readiness = self.api.readiness(server);
                match readiness {
                    Some((503, text)) => {
                        reasons = text;
                        Ok(None)
                    }
                    other => Ok(Some(format!("/readyz returned {other:?}"))),
                }
            })?;
        if !reasons.contains("database") && !reasons.contains("trial write") {
            bail!("/readyz of a server without the database returned {reasons}");
        }
        self.report
            .checks
            .add("/readyz says that the database can't be reached");
        Ok(())
    }
}
