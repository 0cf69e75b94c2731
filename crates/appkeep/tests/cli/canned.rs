//! A server that says what a test wants it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// An answer: status, media type, body.
pub(crate) type Said = (u16, &'static str, String);

/// Serves until the test ends. `answer` gets the method and the path with its query.
pub(crate) fn start(answer: impl Fn(&str, &str) -> Said + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("its address"));
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let answer = Arc::clone(&answer);
            thread::spawn(move || serve(stream, answer.as_ref()));
        }
    });
    url
}

fn serve(mut stream: TcpStream, answer: &(dyn Fn(&str, &str) -> Said + Send + Sync)) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut header = String::new();
    while reader.read_line(&mut header).ok()? > 2 {
        header.clear();
    }
    let mut words = line.split(' ');
    let (status, kind, body) = answer(words.next()?, words.next()?);
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
