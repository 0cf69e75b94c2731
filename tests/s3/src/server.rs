//! Starts and stops the server.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::{fs, io};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpSocket};
use tokio::runtime;
use tokio::sync::oneshot;

use crate::fault::{Fault, Injection, Matching};
use crate::handler::{State, handle};
use crate::{RecordedRequest, lock, storage};

/// Maximum number of connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// An S3 server in this process, on a port of 127.0.0.1. It ends when it is dropped.
///
/// It has its own thread and async runtime, so that synchronous and asynchronous tests can use it. Objects are files in
/// a temporary directory. Writes are visible to all later reads and lists, and conditional writes are atomic, as with
/// AWS, unless a fault is injected.
#[derive(Debug)]
pub struct S3Server {
    address: SocketAddr,
    state: Arc<State>,
    running: Mutex<Option<Running>>,
    /// Reserves the port while the server is stopped.
    _reserved: TcpSocket,
}

#[derive(Debug)]
struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl S3Server {
    /// Starts a server without buckets.
    ///
    /// # Panics
    /// When there is no port, directory or thread for it.
    #[must_use]
    pub fn start() -> Self {
        let directory = tempfile::tempdir().expect("failed to create a temporary directory");
        let (reserved, address) = reserve().expect("failed to reserve a port");
        let server = Self {
            address,
            state: Arc::new(State::new(directory)),
            running: Mutex::new(None),
            _reserved: reserved,
        };
        server.start_again();
        server
    }

    /// The URL of the server, for example `http://127.0.0.1:40123`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The directory with a directory per bucket, in which each object is the file of the same name.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.state.directory.path()
    }

    /// Creates an empty bucket.
    ///
    /// # Panics
    /// When it exists or can't be created.
    pub fn create_bucket(&self, name: &str) {
        fs::create_dir(self.state.bucket(name)).expect("failed to create the bucket");
    }

    /// Deletes a bucket with all its objects.
    ///
    /// # Panics
    /// When it doesn't exist or can't be deleted.
    pub fn delete_bucket(&self, name: &str) {
        fs::remove_dir_all(self.state.bucket(name)).expect("failed to delete the bucket");
    }

    /// The sorted keys of the objects in a bucket, as stored.
    #[must_use]
    pub fn keys(&self, bucket: &str) -> Vec<String> {
        storage::keys(&self.state.bucket(bucket))
    }

    /// Injects a fault. If several affect a request, it gets the one that was injected first.
    pub fn inject(&self, fault: Fault, matching: Matching) -> Injection {
        self.state.faults.inject(fault, matching)
    }

    /// Removes all faults.
    pub fn remove_faults(&self) {
        self.state.faults.clear();
    }

    /// The requests that were received completely, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        lock(&self.state.requests).clone()
    }

    /// Stops the server and ends all connections. New connections are refused.
    ///
    /// # Panics
    /// When the server has panicked.
    pub fn stop(&self) {
        if let Some(running) = lock(&self.running).take() {
            // The receiver is gone if the thread has panicked, which `join` reports.
            let _ = running.stop.send(());
            let ended = running.thread.join();
            if !thread::panicking() {
                ended.expect("the server panicked");
            }
        }
    }

    /// Starts a stopped server again, on the same port and with the same objects and faults.
    ///
    /// # Panics
    /// When it is running, or can't be started.
    pub fn start_again(&self) {
        let mut running = lock(&self.running);
        assert!(running.is_none(), "the server is running");
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("failed to start an async runtime");
        let listener = {
            let _context = runtime.enter();
            listen(self.address).expect("failed to listen on the port")
        };
        let (stop, stopped) = oneshot::channel();
        let state = Arc::clone(&self.state);
        // Returns when all tasks have ended, including those that access files.
        let run = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = serve(listener, state) => {}
                    _ = stopped => {}
                }
            });
        };
        let thread = thread::Builder::new()
            .name("s3-server".to_owned())
            .spawn(run)
            .expect("failed to start a thread");
        *running = Some(Running { stop, thread });
    }
}

impl Drop for S3Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn reserve() -> io::Result<(TcpSocket, SocketAddr)> {
    let socket = bind((Ipv4Addr::LOCALHOST, 0).into())?;
    let address = socket.local_addr()?;
    Ok((socket, address))
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    bind(address)?.listen(BACKLOG)
}

/// A socket with an address that others may have, too, unless one of them listens.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn serve(listener: TcpListener, state: Arc<State>) {
    loop {
        let accepted = listener.accept().await.and_then(|(stream, _)| {
            stream.set_nodelay(true)?;
            let stream = stream.into_std()?;
            let socket = stream.try_clone()?;
            Ok((tokio::net::TcpStream::from_std(stream)?, socket))
        });
        match accepted {
            Ok((stream, socket)) => {
                tokio::spawn(connection(stream, Arc::new(socket), Arc::clone(&state)));
            }
            Err(error) => eprintln!("S3 server: failed to accept a connection: {error}"),
        }
    }
}

async fn connection(stream: tokio::net::TcpStream, socket: Arc<TcpStream>, state: Arc<State>) {
    let service = service_fn(|request| handle(Arc::clone(&state), Arc::clone(&socket), request));
    // Faults and clients end connections.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}
