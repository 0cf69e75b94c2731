//! The server's own certificate, and the authority that signs it: in `tls/` of the data directory.
//!
//! The authority is created once, so that clients have to trust it only once. The certificate is renewed
//! before it expires, and when the server's names change.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder, Permissions};
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::ServerName;
use tempfile::NamedTempFile;
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::parse_x509_certificate;
use zeroize::Zeroizing;

use super::error::TlsError;
use super::files::{Loaded, PemFiles};

/// The lifetime of an authority, in days: people have to trust each new one by hand.
const AUTHORITY_DAYS: i64 = 3650;
/// The lifetime of a certificate, in days: the longest that clients accept.
const CERTIFICATE_DAYS: i64 = 397;
/// The remaining validity of a certificate at which it is renewed.
const RENEW_BEFORE: TimeDelta = TimeDelta::days(30);
/// The delay before a failed renewal is retried.
const TRY_AGAIN_AFTER: TimeDelta = TimeDelta::hours(1);

/// The server's own certificate.
pub(super) struct OwnCertificate {
    dir: PathBuf,
    names: BTreeSet<String>,
    /// When the next check is due.
    due: DateTime<Utc>,
}

impl OwnCertificate {
    /// Creates the certificate's state for a data directory, a listening address and additional names.
    ///
    /// # Errors
    /// When a name is invalid.
    pub(super) fn new(data_dir: &Path, listen: SocketAddr, more: &[String]) -> Result<Self, TlsError> {
        Ok(Self {
            dir: data_dir.join("tls"),
            names: names(listen, more)?,
            due: DateTime::<Utc>::MIN_UTC,
        })
    }

    /// Returns the paths of the certificate and its key.
    pub(super) fn files(&self) -> PemFiles {
        PemFiles::new(self.dir.join("cert.pem"), self.dir.join("key.pem"))
    }

    /// Returns the path of the authority's certificate.
    pub(super) fn ca_file(&self) -> PathBuf {
        self.dir.join("ca.pem")
    }

    fn ca_files(&self) -> PemFiles {
        PemFiles::new(self.ca_file(), self.dir.join("ca-key.pem"))
    }

    /// Creates the certificate, unless there is one that is valid for long enough and has all names.
    ///
    /// # Errors
    /// When it can't be created. The next attempt is an hour later.
    pub(super) fn renew_if_due(&mut self, now: DateTime<Utc>) -> Result<(), TlsError> {
        if now < self.due {
            return Ok(());
        }
        self.due = now + TRY_AGAIN_AFTER;
        let authority = match self.authority()? {
            Some(authority) if authority.ends_at - now > TimeDelta::days(CERTIFICATE_DAYS) => authority,
            ended => {
                if ended.is_some() {
                    tracing::warn!(
                        "the certificate authority {} ends: clients have to trust another one, in the same file",
                        self.ca_file().display()
                    );
                }
                self.make_authority(now)
                    .map_err(|problem| self.not_made(&problem))?;
                let made = self.authority()?;
                made.ok_or_else(|| self.not_made(&"it was removed"))?
            }
        };
        let files = self.files();
        let there = files.read().and_then(|contents| contents.load(&files)).ok();
        let ends_at = match there {
            Some(there) if self.is_good(&there, &authority, now) => there.ends_at,
            _ => {
                self.make_certificate(&authority, now)
                    .map_err(|problem| self.not_made(&problem))?;
                tracing::info!(file = %files.cert.display(), names = ?self.names, "created a certificate");
                now + TimeDelta::days(CERTIFICATE_DAYS)
            }
        };
        self.due = ends_at - RENEW_BEFORE;
        Ok(())
    }

    fn not_made(&self, problem: &impl ToString) -> TlsError {
        TlsError::Make {
            dir: self.dir.clone(),
            problem: problem.to_string(),
        }
    }

    /// Returns the authority, if it exists.
    fn authority(&self) -> Result<Option<Authority>, TlsError> {
        let (files, key_file) = (self.ca_files(), self.dir.join("ca-key.pem"));
        if !files.cert.exists() && !key_file.exists() {
            return Ok(None);
        }
        let refused = |problem: String| TlsError::Authority {
            dir: self.dir.clone(),
            problem,
        };
        let loaded = files
            .read()
            .and_then(|contents| contents.load(&files))
            .map_err(|error| refused(error.to_string()))?;
        let key = fs::read_to_string(&key_file).map(Zeroizing::new);
        let key = key.map_err(|error| refused(error.to_string()))?;
        let key = KeyPair::from_pem(&key).map_err(|error| refused(error.to_string()))?;
        let cert = loaded.certified.end_entity_cert();
        let cert = cert.map_err(|error| refused(error.to_string()))?;
        let issuer = Issuer::from_ca_cert_der(cert, key).map_err(|error| refused(error.to_string()))?;
        let (_, parsed) = parse_x509_certificate(cert).map_err(|error| refused(error.to_string()))?;
        Ok(Some(Authority {
            key_id: subject_key_id(&parsed).map(<[u8]>::to_vec),
            ends_at: loaded.ends_at,
            issuer,
        }))
    }

    /// Returns whether a certificate can be kept.
    fn is_good(&self, there: &Loaded, authority: &Authority, now: DateTime<Utc>) -> bool {
        let Ok(cert) = there.certified.end_entity_cert() else {
            return false;
        };
        let Ok((_, parsed)) = parse_x509_certificate(cert) else {
            return false;
        };
        let has = names_of(&parsed);
        there.ends_at - now > RENEW_BEFORE
            // Earlier versions didn't include the authority.
            && there.certified.cert.len() > 1
            && parsed.validity().not_before.timestamp() <= now.timestamp()
            && self.names.iter().all(|name| has.contains(name))
            && authority_key_id(&parsed) == authority.key_id.as_deref()
    }

    fn make_authority(&self, now: DateTime<Utc>) -> Result<(), Box<dyn std::error::Error>> {
        DirBuilder::new().recursive(true).mode(0o700).create(&self.dir)?;
        let mut params = CertificateParams::default();
        params.distinguished_name = named(&format!("appkeep on {} (authority)", host_name()));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        limit(&mut params, now, AUTHORITY_DAYS);
        let key = KeyPair::generate()?;
        let cert = params.self_signed(&key)?;
        self.write(
            "ca-key.pem",
            Zeroizing::new(key.serialize_pem()).as_bytes(),
            0o600,
        )?;
        self.write("ca.pem", cert.pem().as_bytes(), 0o644)?;
        Ok(())
    }

    fn make_certificate(
        &self,
        authority: &Authority,
        now: DateTime<Utc>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let mut params = CertificateParams::new(self.names.iter().cloned().collect::<Vec<_>>())?;
        params.distinguished_name = named(&format!("appkeep on {}", host_name()));
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        limit(&mut params, now, CERTIFICATE_DAYS);
        let key = KeyPair::generate()?;
        let cert = params.signed_by(&key, &authority.issuer)?;
        // A crash in between leaves a mismatched pair, which is created anew.
        self.write("key.pem", Zeroizing::new(key.serialize_pem()).as_bytes(), 0o600)?;
        // The authority is included, so that `appkeep ca` can read it from a connection.
        let authority = fs::read_to_string(self.ca_file())?;
        self.write("cert.pem", (cert.pem() + &authority).as_bytes(), 0o644)?;
        Ok(())
    }

    /// Writes a file atomically.
    fn write(&self, name: &str, content: &[u8], mode: u32) -> io::Result<()> {
        let mut file = NamedTempFile::new_in(&self.dir)?;
        file.as_file().set_permissions(Permissions::from_mode(mode))?;
        file.write_all(content)?;
        file.as_file().sync_all()?;
        file.persist(self.dir.join(name))?;
        Ok(())
    }
}

/// The authority that signs the server's certificate.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    key_id: Option<Vec<u8>>,
    ends_at: DateTime<Utc>,
}

/// Sets the validity: from yesterday, for clients whose clock is behind, until `days` days from now.
fn limit(params: &mut CertificateParams, now: DateTime<Utc>, days: i64) {
    let day = |time: DateTime<Utc>| {
        let [month, day] = [time.month(), time.day()].map(|part| u8::try_from(part).unwrap_or(1));
        date_time_ymd(time.year(), month, day)
    };
    params.not_before = day(now - TimeDelta::days(1));
    params.not_after = day(now + TimeDelta::days(days));
}

fn named(name: &str) -> rcgen::DistinguishedName {
    let mut distinguished = rcgen::DistinguishedName::new();
    // X.509 allows 64 characters.
    distinguished.push(DnType::CommonName, name.chars().take(64).collect::<String>());
    distinguished
}

fn host_name() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// Returns all names of the server.
fn names(listen: SocketAddr, more: &[String]) -> Result<BTreeSet<String>, TlsError> {
    let mut names = BTreeSet::from(["localhost".to_owned()]);
    names.extend([IpAddr::from(Ipv4Addr::LOCALHOST), Ipv6Addr::LOCALHOST.into()].map(|ip| ip.to_string()));
    if !listen.ip().is_unspecified() {
        names.insert(listen.ip().to_string());
    }
    // A host name may not be a valid DNS name; it is then left out.
    names.extend(name(&host_name()));
    for wanted in more {
        names.insert(name(wanted).ok_or_else(|| TlsError::Name { name: wanted.clone() })?);
    }
    Ok(names)
}

/// Normalises a name or an address for comparison. A name may begin with `*.`.
fn name(given: &str) -> Option<String> {
    if let Ok(ip) = given.parse::<IpAddr>() {
        return Some(ip.to_string());
    }
    let below = given.strip_prefix("*.").unwrap_or(given);
    match ServerName::try_from(below) {
        Ok(ServerName::DnsName(_)) => Some(given.to_ascii_lowercase()),
        _ => None,
    }
}

fn names_of(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    let Ok(Some(names)) = certificate.subject_alternative_name() else {
        return BTreeSet::new();
    };
    let name = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let ip = v4.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from));
            ip.ok().map(|ip| ip.to_string())
        }
        _ => None,
    };
    names.value.general_names.iter().filter_map(name).collect()
}

fn subject_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::SubjectKeyIdentifier(id) => Some(id.0),
            _ => None,
        })
}

fn authority_key_id<'a>(certificate: &'a X509Certificate<'_>) -> Option<&'a [u8]> {
    certificate
        .iter_extensions()
        .find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(id) => id.key_identifier.as_ref().map(|id| id.0),
            _ => None,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(day)
    }

    fn own(data_dir: &Path) -> OwnCertificate {
        OwnCertificate::new(data_dir, SocketAddr::from(([0, 0, 0, 0], 8480)), &[]).unwrap()
    }

    /// Renews if due on that day, and returns the authority and the certificate.
    fn renewed(own: &mut OwnCertificate, day: i64) -> [String; 2] {
        own.renew_if_due(at(day)).unwrap();
        let files = own.files();
        let loaded = files.read().unwrap().load(&files).unwrap();
        assert!(loaded.ends_at - at(day) > TimeDelta::days(29), "day {day}");
        [own.ca_file(), files.cert].map(|file| fs::read_to_string(file).unwrap())
    }

    #[test]
    fn certificates_are_renewed_before_they_expire_and_authorities_earlier() {
        let temp = tempfile::tempdir().unwrap();
        let mut running = own(temp.path());
        let first = renewed(&mut running, 0);
        assert_eq!(renewed(&mut running, 366), first);
        let second = renewed(&mut running, 368);
        assert_eq!(second[0], first[0]);
        assert_ne!(second[1], first[1]);
        // Neither a restart changes it, nor a clock that is set back slightly.
        assert_eq!(renewed(&mut own(temp.path()), 369), second);
        assert_eq!(renewed(&mut own(temp.path()), 367), second);
        let last = renewed(&mut own(temp.path()), 3300);
        assert_ne!(last[0], first[0]);
    }

    #[test]
    fn incomplete_key_pairs_are_regenerated() {
        let temp = tempfile::tempdir().unwrap();
        let first = renewed(&mut own(temp.path()), 0);
        for name in ["key.pem", "cert.pem"] {
            fs::write(temp.path().join("tls").join(name), "").unwrap();
            let next = renewed(&mut own(temp.path()), 0);
            assert_eq!(next[0], first[0]);
            assert_ne!(next[1], first[1]);
        }
    }

    #[test]
    fn certificate_names_are_hosts_and_addresses() {
        for (given, read) in [
            ("Backup.Example", Some("backup.example")),
            ("*.example", Some("*.example")),
            ("backup", Some("backup")),
            ("2001:DB8::1", Some("2001:db8::1")),
            ("192.0.2.1", Some("192.0.2.1")),
            ("", None),
            ("a b", None),
            ("https://backup.example", None),
            ("backup.example:8480", None),
            ("*", None),
        ] {
            assert_eq!(name(given).as_deref(), read, "{given}");
        }
        let everywhere = names(SocketAddr::from(([0, 0, 0, 0], 1)), &[]).unwrap();
        assert!(!everywhere.contains("0.0.0.0"));
        let one = names(SocketAddr::from(([192, 0, 2, 1], 1)), &[]).unwrap();
        assert!(one.is_superset(&BTreeSet::from(
            ["localhost", "127.0.0.1", "::1", "192.0.2.1"].map(String::from)
        )));
    }
}
