//! A minimal HTTP client for measurements: one request after the other on one connection.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Maximum time for a response.
const PATIENCE: Duration = Duration::from_mins(1);

/// A persistent connection.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    authority: String,
    token: String,
}

impl Connection {
    /// Connects to `host:port`; each request has the token, if there is one.
    ///
    /// # Errors
    /// When there is no listener.
    pub(crate) fn open(authority: &str, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(authority).with_context(|| format!("failed to reach {authority}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
            authority: authority.to_owned(),
            token: token.to_owned(),
        })
    }

    /// Sends a GET and returns the body of the response.
    ///
    /// # Errors
    /// When the status isn't 200, or there is no response.
    pub(crate) fn get(&mut self, path: &str) -> Result<Vec<u8>> {
        self.request("GET", path, "", 200)
    }

    /// Sends a POST with a JSON body, and returns the body of the response.
    ///
    /// # Errors
    /// When the status isn't 201, or there is no response.
    pub(crate) fn post(&mut self, path: &str, json: &str) -> Result<Vec<u8>> {
        self.request("POST", path, json, 201)
    }

    fn request(&mut self, method: &str, path: &str, json: &str, expected: u16) -> Result<Vec<u8>> {
        let (authority, token) = (&self.authority, &self.token);
        let length = json.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {authority}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{json}"
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let (status, body) = read_response(&mut self.stream).with_context(|| format!("{method} {path}"))?;
        if status != expected {
            let text = String::from_utf8_lossy(&body);
            bail!("{method} {path} returned {status}, expected {expected}: {text}");
        }
        Ok(body)
    }
}

fn read_response(stream: &mut impl BufRead) -> Result<(u16, Vec<u8>)> {
    let status = line(stream)?;
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
    let status = status.context("not an HTTP response")?;
    let (mut length, mut is_chunked) = (0, false);
    loop {
        let header = line(stream)?.to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
        is_chunked |= header.starts_with("transfer-encoding:") && header.ends_with("chunked");
    }
    let mut body = Vec::new();
    if !is_chunked {
        body.resize(length, 0);
        stream.read_exact(&mut body)?;
        return Ok((status, body));
    }
    loop {
        let bytes = usize::from_str_radix(line(stream)?.trim(), 16)?;
        let begin = body.len();
        body.resize(begin + bytes, 0);
        stream.read_exact(&mut body[begin..])?;
        line(stream)?;
        if bytes == 0 {
            return Ok((status, body));
        }
    }
}

fn line(stream: &mut impl BufRead) -> Result<String> {
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        bail!("the connection was closed");
    }
    Ok(line.trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_kinds_of_bodies_are_read() {
        let known = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP";
        assert_eq!(
            read_response(&mut known.as_bytes()).unwrap(),
            (200, b"abc".to_vec())
        );
        let chunked =
            "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assert_eq!(
            read_response(&mut chunked.as_bytes()).unwrap(),
            (201, b"abc".to_vec())
        );
        assert!(read_response(&mut "HTTP/1.1 200 OK\r\n".as_bytes()).is_err());
    }
}
