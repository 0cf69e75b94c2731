//! A server that implements little of the API.
//!
//! It reads no bodies: a checker sends incomplete ones and expects a response to them, which mocking
//! libraries don't send. It also closes connections, sends nothing, or sends a body without end.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The reaction of a faulty server to a request.
pub(crate) enum Fault {
    /// It answers 200 with a body that never ends.
    Endless,
    /// It closes the connection.
    Close,
    /// It keeps the connection open and sends nothing.
    Silence,
}

/// Serves until the test ends: empty lists, and 404 for everything else. It has no apps.
pub(crate) fn start() -> String {
    start_faulty(|_, _, _| None)
}

/// Serves like [`start`], except for the faults. `fault` receives the method, the path and the number of
/// earlier requests.
pub(crate) fn start_faulty(
    fault: impl Fn(&str, &str, usize) -> Option<Fault> + Send + Sync + 'static,
) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let (fault, count) = (Arc::new(fault), Arc::new(AtomicUsize::new(0)));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let (fault, count) = (Arc::clone(&fault), Arc::clone(&count));
            thread::spawn(move || {
                // The client closes the connection when it has read enough.
                let _ = serve(stream, |method, path| {
                    fault(method, path, count.fetch_add(1, Ordering::Relaxed))
                });
            });
        }
    });
    url
}

fn serve(mut stream: TcpStream, fault: impl Fn(&str, &str) -> Option<Fault>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = line.split(' ');
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    match fault(method, path) {
        Some(Fault::Close) => return Ok(()),
        Some(Fault::Silence) => {
            io::copy(&mut reader, &mut io::sink())?;
            return Ok(());
        }
        Some(Fault::Endless) => {
            let head =
                "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes())?;
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
            loop {
                stream.write_all(chunk.as_bytes())?;
            }
        }
        None => {}
    }
    let (status, media_type, body) = answer(method, path);
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    stream.shutdown(Shutdown::Write)?;
    // Closing the connection with unread data in it would discard the response.
    io::copy(&mut reader, &mut io::sink())?;
    Ok(())
}

fn answer(method: &str, path: &str) -> (u16, &'static str, &'static str) {
    let path = path.split('?').next().unwrap_or_default();
    if method == "GET" && (path.ends_with("/appBackups") || path.ends_with("/appSnaps")) {
        (
            200,
            "application/json",
            r#"{"items":[],"metadata":{"count":0,"labels":[]}}"#,
        )
    } else {
        (
            404,
            "application/problem+json",
            r#"{"type":"https://astra.netapp.io/problems/2","title":"t","detail":"d","status":"404"}"#,
        )
    }
}
