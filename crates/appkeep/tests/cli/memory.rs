//! The memory use of a server while clients put as much load on it as they can.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use appkeep_launcher::{RunningServer, app_snapshots, eventually};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::program::installation;

/// The memory limit of a server without jobs, in bytes. `deploy/README.md` documents it.
const MEMORY_BYTES_MAX: u64 = 256 << 20;

/// The number of connections that send half a request, that send most of a body, and that request lists
/// without reading them. Together fewer than the limit for one address when a process may have 1024 files
/// open.
const SILENT: usize = 60;
const HALF_BODIES: usize = 60;
const UNREAD: usize = 100;
/// The number of snapshots with as many labels as a client may attach: a list of all of them has more than
/// 1.5 MiB.
const SNAPSHOTS: usize = 100;

/// A control group with a memory limit, if this process may create one; it is removed when the test ends.
struct MemoryGroup(PathBuf);

impl MemoryGroup {
    /// Tries version 2 of control groups, and then version 1.
    fn new() -> Option<Self> {
        let name = format!("appkeep-test-{}", std::process::id());
        for (root, limit) in [
            ("/sys/fs/cgroup", "memory.max"),
            ("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
        ] {
            let group = Path::new(root).join(&name);
            if fs::create_dir(&group).is_err() {
                continue;
            }
            let group = Self(group);
            // The kernel creates the file. Without it, this is an ordinary directory.
            let file = group.0.join(limit);
            if file.exists() && fs::write(file, MEMORY_BYTES_MAX.to_string()).is_ok() {
                return Some(group);
            }
        }
        None
    }

    /// Returns the command, run within the group.
    fn command(&self, command: &Command) -> Command {
        let mut within = Command::new("sh");
        within
            .args(["-c", "echo $$ >\"$0\" && exec \"$@\""])
            .arg(self.0.join("cgroup.procs"))
            .arg(command.get_program())
            .args(command.get_args());
        within
    }
}

impl Drop for MemoryGroup {
    fn drop(&mut self) {
        // A killed process leaves its group a moment later.
        eventually("the control group to be empty", || fs::remove_dir(&self.0).ok());
    }
}

struct Client {
    address: SocketAddr,
    token: String,
}

impl Client {
    /// Requests a list on a connection with a small receive buffer.
    async fn send_unread(&self, path: &str) -> TcpStream {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4096).expect("a small buffer");
        let mut stream = socket.connect(self.address).await.expect("a connection");
        self.write(&mut stream, "GET", path, "").await;
        stream
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        self.write(&mut stream, method, path, body).await;
        stream
    }

    async fn write(&self, stream: &mut TcpStream, method: &str, path: &str, body: &str) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: appkeep\r\nConnection: close\r\nAuthorization: Bearer {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            self.token,
            body.len()
        );
        // Fails if the server has refused the request before all of it was sent.
        let _ = stream.write_all(request.as_bytes()).await;
    }

    /// Sends a create whose body lacks its last byte, or as much of it as the server accepts at once.
    async fn send_half(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: appkeep\r\nAuthorization: Bearer {}\r\nContent-Length: 1048576\r\n\r\n",
            self.token
        );
        stream.write_all(head.as_bytes()).await.expect("the server reads");
        let body = vec![b' '; (1 << 20) - 1];
        // The server accepts all of it, unless other bodies use up the shared limit.
        let _ = timeout(Duration::from_millis(100), stream.write_all(&body)).await;
        stream
    }

    async fn status(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = self.send(method, path, body).await;
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.expect("an answer");
        let _ = stream.read_to_end(&mut Vec::new()).await;
        String::from_utf8_lossy(&status).into_owned()
    }
}

/// Returns the body of a create with `labels` labels, whose values have `value_chars` characters.
fn create(labels: usize, value_chars: usize) -> String {
    let label = |index: usize| json!({"name": format!("{index:05}"), "value": "x".repeat(value_chars)});
    let labels: Value = (0..labels).map(label).collect();
    json!({"type": "application/astra-appSnap", "version": "1.2", "metadata": {"labels": labels}}).to_string()
}

#[tokio::test]
async fn memory_stays_below_256_mib_under_attack() {
    let installation = installation();
    let limits = "workers = 0\nidle_timeout_secs = 3600\nwrite_timeout_secs = 3600";
    installation.configure("workers = 2", limits).unwrap();
    // Without permission to limit it, only the peak is checked.
    let group = MemoryGroup::new();
    let serve = installation.serve();
    let server = RunningServer::start(match &group {
        Some(group) => group.command(&serve),
        None => serve,
    })
    .unwrap();
    let address = server.url.strip_prefix("http://").expect("plain HTTP");
    let client = Client {
        address: address.parse().expect("an address"),
        token: installation.token("acme").unwrap(),
    };
    for _ in 0..SNAPSHOTS {
        let created = client.status("POST", &app_snapshots(), &create(64, 251)).await;
        assert_eq!(created, "HTTP/1.1 201");
    }
    for body in [create(25_000, 0), create(64, 10_000), " ".repeat(1 << 20)] {
        for _ in 0..2 {
            assert_eq!(
                client.status("POST", &app_snapshots(), &body).await,
                "HTTP/1.1 400"
            );
        }
    }
    let mut open = Vec::new();
    for _ in 0..SILENT {
        let mut stream = TcpStream::connect(client.address).await.expect("a connection");
        stream.write_all(b"GET / HT").await.expect("the server reads");
        open.push(stream);
    }
    for _ in 0..HALF_BODIES {
        open.push(client.send_half(&app_snapshots()).await);
    }
    for _ in 0..UNREAD {
        let mut stream = client.send_unread(&app_snapshots()).await;
        // The list has begun; the rest stays unread.
        stream.read_exact(&mut [0; 12]).await.expect("an answer");
        open.push(stream);
    }
    // Meanwhile other clients create snapshots and read lists.
    assert_eq!(
        client.status("POST", &app_snapshots(), &create(64, 251)).await,
        "HTTP/1.1 201"
    );
    let mut lists = JoinSet::new();
    for _ in 0..8 {
        let stream = client.send("GET", &app_snapshots(), "").await;
        lists.spawn(async move {
            let (mut stream, mut read) = (stream, Vec::new());
            stream.read_to_end(&mut read).await.expect("a list");
            read.len()
        });
    }
    for bytes in lists.join_all().await {
        assert!(bytes > SNAPSHOTS * 16_000, "{bytes} bytes came");
    }
    let peak = server.peak_bytes().unwrap();
    println!(
        "peak: {} MiB; limited by a control group: {}",
        peak >> 20,
        group.is_some()
    );
    assert!(peak < MEMORY_BYTES_MAX, "the server took {} MiB", peak >> 20);
    drop(open);
    assert_eq!(client.status("GET", &app_snapshots(), "").await, "HTTP/1.1 200");
    drop(server);
}
