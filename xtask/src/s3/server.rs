//! S3 servers from Python packages, as child processes.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use tempfile::TempDir;

use crate::python::{self, Package};

/// The credentials of the servers. rclone refuses keys that are too short.
pub(crate) const ACCESS_KEY: &str = "AKIAAPPKEEPTEST00000";
pub(crate) const SECRET_KEY: &str = "appkeep/test/secret/key/0123456789abcdef";

/// Maximum time until a server prints its URL.
const PATIENCE: Duration = Duration::from_mins(1);

/// Maximum number of lines of a server's output in an error.
const OUTPUT_LINES_MAX: usize = 20;

/// An S3 server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Program {
    /// `rclone serve s3`, which ignores conditions of writes.
    Rclone,
    /// `moto_server`, which keeps objects in memory and accepts all credentials.
    Moto,
}

impl Program {
    /// Its name in messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rclone => "rclone",
            Self::Moto => "moto",
        }
    }

    /// Its package. All are in one environment.
    pub(crate) const fn package(self) -> Package {
        Package {
            program: match self {
                Self::Rclone => "rclone",
                Self::Moto => "moto_server",
            },
            requirements: "xtask/s3/requirements.txt",
            venv: "target/s3/venv",
        }
    }

    /// The command that serves `directory` at a free port of the address.
    fn command(self, program: &Path, directory: &Path, address: Ipv4Addr) -> Command {
        let mut command = Command::new(program);
        match self {
            Self::Rclone => command
                .args([
                    "serve",
                    "s3",
                    "--config=",
                    &format!("--addr={address}:0"),
                    "--auth-key",
                ])
                .arg(format!("{ACCESS_KEY},{SECRET_KEY}"))
                .arg(directory),
            Self::Moto => command
                .args(["--host", &address.to_string(), "--port", "0"])
                .env("PYTHONUNBUFFERED", "1"),
        };
        command
    }
}

/// A running server with one bucket. It ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    url: String,
    /// rclone's directory, with a directory per bucket.
    directory: TempDir,
    bucket: String,
}

impl Server {
    /// Installs the server, and starts it at this address with an empty bucket. rclone stores the objects below `parent`.
    ///
    /// # Errors
    /// When it can't be installed or doesn't start.
    pub(crate) fn start(program: Program, bucket: &str, parent: &Path, address: Ipv4Addr) -> Result<Self> {
        let executable = python::installed(&program.package())?;
        let directory = tempfile::tempdir_in(parent).context("failed to create a temporary directory")?;
        let mut command = program.command(&executable, directory.path(), address);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let started = command.spawn();
        let child = started.with_context(|| format!("failed to start {}", executable.display()))?;
        // Dropped if the rest fails, which ends the process.
        let mut server = Self {
            child,
            url: String::new(),
            directory,
            bucket: bucket.to_owned(),
        };
        server.url = server.printed_url(address).with_context(|| program.name())?;
        match program {
            Program::Rclone => fs::create_dir(server.bucket_directory())?,
            Program::Moto => {
                let created = ureq::put(format!("{}/{bucket}", server.url)).send_empty();
                created.context("failed to create a bucket in moto")?;
            }
        }
        Ok(server)
    }

    /// Its URL, for example `http://127.0.0.1:40123`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The name of its bucket.
    pub(crate) fn bucket(&self) -> &str {
        &self.bucket
    }

    /// rclone's directory of the bucket, in which each object is the file of the same name.
    pub(crate) fn bucket_directory(&self) -> PathBuf {
        self.directory.path().join(&self.bucket)
    }

    /// Keeps rclone's directory when the server ends.
    pub(crate) fn keep(&mut self) {
        self.directory.disable_cleanup(true);
    }

    /// The variables with which programs find the credentials of an S3 server.
    pub(crate) fn aws_environment(&self) -> [(&'static str, &str); 3] {
        [
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY),
        ]
    }

    /// Waits until the server prints its URL. It listens by then.
    fn printed_url(&mut self, address: Ipv4Addr) -> Result<String> {
        let output = self.child.stderr.take().context("its output isn't readable")?;
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || read_output(output, &sender));
        let mut lines = Vec::new();
        loop {
            match receiver.recv_timeout(PATIENCE) {
                Ok(line) => {
                    if let Some(url) = url_in(&line, address) {
                        return Ok(url);
                    }
                    lines.push(line);
                }
                Err(error) => bail!("the server didn't start: {error}: {}", last_of(&lines)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only if it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads the output to its end, so that the server can always write, and sends its lines.
fn read_output(output: impl Read, lines: &Sender<String>) {
    for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
        // Nothing receives lines after the URL.
        let _ = lines.send(String::from_utf8_lossy(&line).into_owned());
    }
}

fn url_in(line: &str, address: Ipv4Addr) -> Option<String> {
    let prefix = format!("http://{address}:");
    let (_, rest) = line.split_once(&prefix)?;
    let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{prefix}{port}"))
}

fn last_of(lines: &[String]) -> String {
    lines[lines.len().saturating_sub(OUTPUT_LINES_MAX)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_found_in_the_output_of_both_servers() {
        let url = Some("http://127.0.0.1:46137".to_owned());
        let line = "NOTICE: Local file system at data: Starting s3 server on [http://127.0.0.1:46137/]";
        assert_eq!(url_in(line, Ipv4Addr::LOCALHOST), url);
        assert_eq!(
            url_in(" * Running on http://127.0.0.1:46137", Ipv4Addr::LOCALHOST),
            url
        );
        assert_eq!(url_in("Press CTRL+C to quit", Ipv4Addr::LOCALHOST), None);
    }
}
