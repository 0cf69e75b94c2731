//! The network: each server has a network namespace with separate links for requests, to the database and to S3.
//!
//! All of it is inside a network namespace of this command, in which PostgreSQL and the S3 server listen, too. The kernel
//! removes everything when the last process has ended.

use std::env;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Args;
use crate::process::succeeds;

/// The number of servers.
pub(super) const SERVERS: usize = 3;

/// A link of each server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// Requests to the server.
    Requests,
    /// The database.
    Database,
    /// The S3 server.
    Storage,
}

impl Link {
    const ALL: [Self; 3] = [Self::Requests, Self::Database, Self::Storage];

    /// The name of the interface in the server's namespace.
    const fn name(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Database => "database",
            Self::Storage => "storage",
        }
    }

    /// The second number of its addresses.
    const fn number(self) -> u8 {
        match self {
            Self::Requests => 0,
            Self::Database => 1,
            Self::Storage => 2,
        }
    }

    /// The address at which all servers reach the database or S3.
    pub(super) const fn address(self) -> Ipv4Addr {
        Ipv4Addr::new(10, self.number(), 0, 1)
    }

    /// The interface of this command's end.
    fn interface(self, server: usize) -> String {
        format!("{}{server}", self.name())
    }

    /// The addresses of this command's end and of the server's.
    fn ends(self, server: usize) -> [Ipv4Addr; 2] {
        // There are three servers.
        let server = u8::try_from(server + 1).unwrap_or(u8::MAX);
        [1, 2].map(|end| Ipv4Addr::new(10, self.number(), server, end))
    }
}

/// Runs this command again in namespaces of its own, and returns whether it succeeded.
///
/// # Errors
/// When they can't be created.
pub(super) fn isolated(args: &Args, binary: &Path) -> Result<bool> {
    let program = env::current_exe().context("failed to find this program")?;
    let mut again = Command::new("unshare");
    again.args(["--net", "--mount", "--"]).arg(program);
    again.args(["cluster", "--rounds", &args.rounds.to_string()]);
    again.args(["--seed", &args.seed.to_string()]);
    again.arg("--isolated").arg(binary);
    if let Some(dir) = &args.dir {
        again.arg("--dir").arg(dir);
    }
    succeeds(&mut again)
}

/// Creates the links in the namespaces of [`isolated`].
///
/// # Errors
/// When one can't be created.
pub(super) fn create() -> Result<()> {
    // The names of namespaces are files, which other processes don't see here.
    run("mkdir", "-p /run/netns")?;
    run("mount", "-t tmpfs tmpfs /run/netns")?;
    ip("link set lo up")?;
    for link in [Link::Database, Link::Storage] {
        ip(&format!("address add {}/32 dev lo", link.address()))?;
    }
    for server in 0..SERVERS {
        let namespace = namespace(server);
        ip(&format!("netns add {namespace}"))?;
        ip(&format!("-n {namespace} link set lo up"))?;
        for link in Link::ALL {
            let (name, interface) = (link.name(), link.interface(server));
            let [here, there] = link.ends(server);
            ip(&format!(
                "link add {interface} type veth peer name {name} netns {namespace}"
            ))?;
            ip(&format!("address add {here}/30 dev {interface}"))?;
            ip(&format!("link set {interface} up"))?;
            ip(&format!("-n {namespace} address add {there}/30 dev {name}"))?;
            ip(&format!("-n {namespace} link set {name} up"))?;
            if link != Link::Requests {
                let address = link.address();
                ip(&format!(
                    "-n {namespace} route add {address} via {here} src {there}"
                ))?;
            }
        }
    }
    Ok(())
}

/// Takes a link down, after which packets are lost silently, or up again.
///
/// # Errors
/// When it can't be changed.
pub(super) fn set(server: usize, link: Link, is_up: bool) -> Result<()> {
    let state = if is_up { "up" } else { "down" };
    ip(&format!("link set {} {state}", link.interface(server)))
}

/// The address at which a server receives requests.
pub(super) fn address(server: usize) -> Ipv4Addr {
    Link::Requests.ends(server)[1]
}

/// A call of a program in a server's namespace.
pub(super) fn command(server: usize, program: &Path) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", &namespace(server)]).arg(program);
    command
}

fn namespace(server: usize) -> String {
    format!("server{server}")
}

fn ip(arguments: &str) -> Result<()> {
    run("ip", arguments)
}

fn run(program: &str, arguments: &str) -> Result<()> {
    let mut command = Command::new(program);
    command.args(arguments.split(' ')).stdin(Stdio::null());
    let output = command
        .output()
        .with_context(|| format!("failed to start {program}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        bail!("{program} {arguments} failed: {}", reason.trim());
    }
    Ok(())
}
