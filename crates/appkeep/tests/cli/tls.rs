//! `appkeep serve` over TLS: its own certificates, provided certificates, and their replacement.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use appkeep_launcher::{Installation, RunningServer, backups, eventually};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};

use crate::program::{appkeep, installation, only_error_line, stdout};
use crate::remote::{error_line, last_error_line};
use crate::terminal::{Terminal, plain};

/// The exit code of curl for an untrusted certificate.
const UNTRUSTED: i32 = 60;

fn serve(installation: &Installation, arguments: &[&str]) -> Command {
    let mut command = installation.serve();
    command.args(arguments);
    command
}

/// Starts a server with its own certificate; also returns the file of its authority.
fn start_self_signed(installation: &Installation, more: &[&str]) -> (RunningServer, PathBuf) {
    let mut server =
        RunningServer::start(serve(installation, &[&["--tls", "self-signed"], more].concat())).unwrap();
    let line = server.next_line().unwrap();
    let ca = line.strip_prefix("clients must trust its certificate authority: ");
    let ca = PathBuf::from(ca.expect("where it is"));
    assert_eq!(
        ca,
        installation
            .data()
            .canonicalize()
            .expect("a directory")
            .join("tls/ca.pem")
    );
    (server, ca)
}

/// Requests a list with an invalid token, using that host name and trusting that certificate.
fn ask_as(server: &RunningServer, name: &str, trusted: Option<&Path>, more: &[&str]) -> Output {
    let address = server.url.strip_prefix("https://").expect("https");
    let (host, port) = address.rsplit_once(':').expect("a port");
    let mut curl = Command::new("curl");
    curl.args([
        "-sS",
        "--noproxy",
        "*",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code} %{http_version}",
    ])
    .args(["--resolve", &format!("{name}:{port}:{host}")])
    .args(["-H", "Authorization: Bearer unknown"])
    .args(more);
    match trusted {
        Some(file) => curl.arg("--cacert").arg(file),
        None => curl.args(["--capath", "/nonexistent"]),
    };
    curl.arg(format!("https://{name}:{port}{}", backups()));
    curl.output().expect("curl runs: apt-get install curl")
}

fn answered(output: &Output) -> String {
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{message}");
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn trusts(server: &RunningServer, file: &Path) -> bool {
    let output = ask_as(server, "localhost", Some(file), &[]);
    match output.status.code() {
        Some(0) => true,
        Some(UNTRUSTED) => false,
        _ => panic!("{}", String::from_utf8_lossy(&output.stderr)),
    }
}

/// Returns the files in a directory, with their contents.
fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).expect("a directory");
    let entries = entries.map(|entry| entry.expect("an entry"));
    let named = entries.map(|entry| (entry.file_name().into_string().expect("text"), entry.path()));
    named
        .map(|(name, path)| (name, fs::read(path).expect("a file")))
        .collect()
}

#[test]
fn clients_that_trust_the_authority_accept_the_certificate() {
    let installation = installation();
    let (server, ca) = start_self_signed(
        &installation,
        &["--tls-name", "Backup.Example", "--tls-name", "192.0.2.7"],
    );
    assert!(server.url.starts_with("https://127.0.0.1:"), "{}", server.url);
    for name in ["127.0.0.1", "localhost", "backup.example", "192.0.2.7"] {
        let output = ask_as(&server, name, Some(&ca), &[]);
        assert_eq!(answered(&output), "401 2", "{name}");
    }
    let old = ask_as(
        &server,
        "localhost",
        Some(&ca),
        &["--http1.1", "--tls-max", "1.2"],
    );
    assert_eq!(answered(&old), "401 1.1");
    let other = ask_as(&server, "other.example", Some(&ca), &[]);
    assert_eq!(other.status.code(), Some(UNTRUSTED), "another's name");
    let untrusting = ask_as(&server, "localhost", None, &[]);
    assert_ne!(
        untrusting.status.code(),
        Some(0),
        "the authority is not trusted by default"
    );

    let dir = installation.data().join("tls");
    assert_eq!(dir.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    for key in ["ca-key.pem", "key.pem"] {
        let mode = dir.join(key).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{key}");
    }
    let ended = server.stop("TERM").unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_str()), (Some(0), ""));
}

#[test]
fn a_new_certificate_is_created_only_for_another_name() {
    let installation = installation();
    let dir = installation.data().join("tls");
    let (server, ca) = start_self_signed(&installation, &[]);
    let before = contents(&dir);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    let (server, _) = start_self_signed(&installation, &[]);
    assert_eq!(contents(&dir), before);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));

    let (server, _) = start_self_signed(&installation, &["--tls-name", "*.backup.example"]);
    let after = contents(&dir);
    for (file, is_same) in [
        ("ca.pem", true),
        ("ca-key.pem", true),
        ("cert.pem", false),
        ("key.pem", false),
    ] {
        assert_eq!(after[file] == before[file], is_same, "{file}");
    }
    let output = ask_as(&server, "one.backup.example", Some(&ca), &[]);
    assert_eq!(answered(&output), "401 2");
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    // A name that is no longer configured doesn't require a new certificate.
    let (_server, _) = start_self_signed(&installation, &[]);
    assert_eq!(contents(&dir), after);
}

#[test]
fn a_broken_authority_is_reported_and_not_replaced() {
    let installation = installation();
    let (server, _) = start_self_signed(&installation, &[]);
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    let dir = installation.data().canonicalize().unwrap().join("tls");
    fs::remove_file(dir.join("ca-key.pem")).unwrap();
    let before = contents(&dir);
    let refused = only_error_line(&serve(&installation, &["--tls", "self-signed"]).output().unwrap());
    let expected = format!(
        "failed to use the server's own certificate authority: failed to use the private key {0}/ca-key.pem: No such \
         file or directory (os error 2); remove {0} to create a new one, which clients must then trust",
        dir.display()
    );
    assert_eq!(refused, expected);
    assert_eq!(contents(&dir), before);
}

/// A self-signed certificate and its key in two files.
struct Pair {
    cert: PathBuf,
    key: PathBuf,
}

impl Pair {
    fn make(installation: &Installation, name: &str) -> Self {
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        let pair = Self {
            cert: installation.path().join(format!("{name}.pem")),
            key: installation.path().join(format!("{name}-key.pem")),
        };
        fs::write(&pair.cert, cert.pem()).expect("a file");
        write_key(&pair.key, &signing_key);
        pair
    }

    /// Replaces another pair's files.
    fn replace(&self, other: &Self) {
        fs::copy(&self.key, &other.key).expect("a file");
        fs::copy(&self.cert, &other.cert).expect("a file");
    }

    fn serve(&self, installation: &Installation, arguments: &[&str]) -> Command {
        let mut command = serve(installation, arguments);
        command.arg("--tls-cert").arg(&self.cert);
        command.arg("--tls-key").arg(&self.key);
        command
    }
}

fn write_key(path: &Path, key: &KeyPair) {
    fs::write(path, key.serialize_pem()).expect("a file");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its owner's");
}

#[test]
fn a_replaced_certificate_is_used_without_a_restart() {
    let installation = installation();
    let [used, first, second, third] =
        ["used", "first", "second", "third"].map(|name| Pair::make(&installation, name));
    first.replace(&used);
    let server = RunningServer::start(used.serve(&installation, &["--log", "info"])).unwrap();
    assert!(trusts(&server, &first.cert));
    assert!(!trusts(&server, &second.cert));

    second.replace(&used);
    eventually("the second certificate", || {
        trusts(&server, &second.cert).then_some(())
    });
    assert!(!trusts(&server, &first.cert));
    third.replace(&used);
    server.signal("HUP").unwrap();
    eventually("the third certificate", || {
        trusts(&server, &third.cert).then_some(())
    });

    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    assert_eq!(
        ended.stderr.matches("the new certificate is in use").count(),
        2,
        "{}",
        ended.stderr
    );
}

#[test]
fn a_broken_certificate_is_reported_once_and_not_used() {
    let installation = installation();
    let [used, first, second] = ["used", "first", "second"].map(|name| Pair::make(&installation, name));
    first.replace(&used);
    let server = RunningServer::start(used.serve(&installation, &[])).unwrap();
    let is_logged = |what: &str| {
        server.signal("HUP").unwrap();
        server.log().contains(what).then_some(())
    };

    fs::copy(&second.cert, &used.cert).unwrap();
    let mismatch = format!(
        "the certificate {} is not that of the private key {}; the previous certificate stays in use",
        used.cert.display(),
        used.key.display()
    );
    eventually("the message about the mismatch", || is_logged(&mismatch));
    assert!(trusts(&server, &first.cert));
    fs::write(&used.cert, "").unwrap();
    eventually("the message about an empty file", || is_logged("it contains no "));
    assert!(trusts(&server, &first.cert));
    fs::remove_file(&used.cert).unwrap();
    eventually("the message about a missing file", || {
        is_logged("No such file or directory")
    });
    assert!(trusts(&server, &first.cert));

    second.replace(&used);
    eventually("the second certificate", || {
        trusts(&server, &second.cert).then_some(())
    });
    let log = server.stop_gracefully().unwrap().stderr;
    assert_eq!(log.matches(&mismatch).count(), 1, "{log}");
    assert!(!log.contains("PRIVATE KEY-----\n"), "{log}");
}

#[test]
fn an_unusable_certificate_prevents_the_start() {
    let installation = installation();
    let [good, other] = ["good", "other"].map(|name| Pair::make(&installation, name));
    let [cert, key, other_key] = [&good.cert, &good.key, &other.key].map(|path| path.display().to_string());
    let directory = installation.path().display().to_string();
    let missing = format!("{directory}/missing.pem");
    for (cert_file, key_file, expected) in [
        (
            &missing,
            &key,
            format!("failed to use the certificate {missing}: No such file or directory (os error 2)"),
        ),
        (
            &key,
            &key,
            format!(
                "failed to use the certificate {key}: it contains no certificate: expected -----BEGIN CERTIFICATE-----"
            ),
        ),
        (
            &cert,
            &cert,
            format!(
                "failed to use the private key {cert}: it contains no unencrypted private key: expected -----BEGIN PRIVATE \
                 KEY-----"
            ),
        ),
        (
            &cert,
            &other_key,
            format!("the certificate {cert} is not that of the private key {other_key}"),
        ),
        (
            &directory,
            &key,
            format!("failed to use the certificate {directory}: it is a directory"),
        ),
    ] {
        let mut serve = serve(&installation, &["--tls-cert", cert_file, "--tls-key", key_file]);
        assert_eq!(only_error_line(&serve.output().unwrap()), expected);
    }
    let refused = serve(&installation, &["--tls", "self-signed", "--tls-name", "no name"]).output();
    assert_eq!(
        only_error_line(&refused.unwrap()),
        "\"no name\" is not a valid name for a certificate: expected a host name or an IP address"
    );
}

#[test]
fn a_certificate_without_its_key_is_refused() {
    let installation = installation();
    for (arguments, wants) in [
        (&["--tls-cert", "a"][..], "--tls-key <FILE>"),
        (&["--tls-key", "a"], "--tls-cert <FILE>"),
        (&["--tls-name", "a"], "--tls <HOW>"),
        (&["--tls", "off"], "[possible values: self-signed]"),
        (
            &["--tls", "self-signed", "--tls-cert", "a", "--tls-key", "b"],
            "cannot be used with",
        ),
    ] {
        let output = serve(&installation, arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let message = String::from_utf8(output.stderr).unwrap();
        assert!(message.contains(wants), "{arguments:?}: {message}");
    }
    assert!(!installation.data().exists());
}

#[test]
fn plain_http_gets_no_response_and_affects_no_client() {
    let installation = installation();
    let (server, ca) = start_self_signed(&installation, &[]);
    let address = server.url.strip_prefix("https://").unwrap();
    let mut plain = TcpStream::connect(address).unwrap();
    // In one piece: the server may close the connection after the first bytes that aren't a handshake.
    let request = format!("GET {} HTTP/1.1\r\nHost: appkeep\r\n\r\n", backups());
    plain.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    // The connection may be reset, or closed after an alert.
    let _ = plain.read_to_end(&mut answer);
    assert!(answer.len() < 20, "{answer:?}");
    // A handshake that never ends doesn't block other connections.
    let silent = TcpStream::connect(address).unwrap();
    assert!(trusts(&server, &ca));
    let ended = server.stop("TERM").unwrap();
    assert_eq!(ended.status.code(), Some(0), "{}", ended.stderr);
    drop(silent);
}

/// Returns a call of `appkeep ca`.
fn ca(arguments: &[&str]) -> Command {
    let mut command = appkeep();
    command.arg("ca").args(arguments);
    command
}

#[test]
fn authorities_are_printed_once_their_fingerprint_is_known() {
    let installation = installation();
    let (server, file) = start_self_signed(&installation, &[]);
    let pem = fs::read_to_string(&file).unwrap();
    let data = installation.data().display().to_string();
    let local = ca(&["--data", &data]).output().unwrap();
    assert_eq!(stdout(&local).trim_end(), pem.trim_end());
    let shown = String::from_utf8(local.stderr.clone()).unwrap();
    let fingerprint = shown
        .trim_end()
        .strip_prefix("SHA-256 fingerprint: ")
        .unwrap()
        .to_owned();
    let openssl = Command::new("openssl")
        .args(["x509", "-noout", "-fingerprint", "-sha256", "-in"])
        .arg(&file)
        .output()
        .expect("openssl runs: apt-get install openssl");
    assert_eq!(
        stdout(&openssl).trim_end(),
        format!("sha256 Fingerprint={fingerprint}")
    );

    let url = ["--url", &server.url[..]];
    let refused = ca(&url).output().unwrap();
    assert_eq!(stdout(&refused), "");
    assert!(
        last_error_line(&refused, 2).starts_with("an authority from the network isn't printed before "),
        "{refused:?}"
    );
    let wrong = "00".repeat(32);
    let refused = ca(&[&url[..], &["--fingerprint", &wrong]].concat())
        .output()
        .unwrap();
    assert_eq!(stdout(&refused), "");
    assert!(error_line(&refused, 1).starts_with(&format!("the fingerprint is {fingerprint}, not 00:00:")));
    let printed = ca(&[&url[..], &["--fingerprint", &fingerprint]].concat())
        .output()
        .unwrap();
    assert_eq!(stdout(&printed), stdout(&local), "{printed:?}");
    let copy = installation.path().join("copy.pem");
    fs::write(&copy, printed.stdout).unwrap();
    assert!(trusts(&server, &copy));

    // Certificates of earlier versions lacked the authority. They are replaced, and the authority stays.
    assert_eq!(server.stop("TERM").unwrap().status.code(), Some(0));
    let certificate = installation.data().join("tls/cert.pem");
    let chain = fs::read_to_string(&certificate).unwrap();
    let end = "-----END CERTIFICATE-----\n";
    let (first, _) = chain.split_once(end).unwrap();
    fs::write(&certificate, format!("{first}{end}")).unwrap();
    let (server, _) = start_self_signed(&installation, &[]);
    let url = ["--url", &server.url[..]];
    let mut terminal = Terminal::start(200, &ca(&url));
    assert!(plain(&terminal.expect("Is this the fingerprint")).contains(&fingerprint));
    terminal.type_line("y");
    let (code, text) = terminal.end();
    assert_eq!(code, 0, "{text}");
    assert!(plain(&text).contains("-----BEGIN CERTIFICATE-----"), "{text}");
}

#[test]
fn servers_without_an_authority_of_their_own_are_named() {
    let installation = installation();
    let server = installation.start().unwrap();
    let refused = ca(&["--url", &server.url]).output().unwrap();
    assert_eq!(
        error_line(&refused, 2),
        format!(
            "{} has no certificate authority: only https:// has one",
            server.url
        )
    );
    let https = server.url.replace("http:", "https:");
    let refused = error_line(&ca(&["--url", &https]).output().unwrap(), 2);
    assert!(
        refused.starts_with(&format!("the TLS handshake with {https} failed: ")),
        "{refused}"
    );
}
