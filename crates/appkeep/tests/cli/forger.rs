//! A server that claims the API and keeps little of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Serves until the test ends: empty lists, and 404 for everything else. It knows no apps.
pub(crate) fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || answer(stream));
        }
    });
    url
}

fn answer(mut stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let path = line.split(' ').nth(1)?.split('?').next()?;
    let is_list = line.starts_with("GET ") && (path.ends_with("/appBackups") || path.ends_with("/appSnaps"));
    let (status, kind, body) = if is_list {
        let body = r#"{"items":[],"metadata":{"count":0,"labels":[]}}"#;
        (200, "application/json", body)
    } else {
        let body = r#"{"type":"https://astra.netapp.io/problems/2","title":"t","detail":"d","status":"404"}"#;
        (404, "application/problem+json", body)
    };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .ok()?;
    stream.shutdown(std::net::Shutdown::Write).ok()?;
    // What is still on its way is read, or hanging up would tear the answer down with it.
    let mut rest = [0; 4096];
    while reader.read(&mut rest).ok()? > 0 {}
    Some(())
}
