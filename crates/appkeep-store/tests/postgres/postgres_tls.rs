//! TLS to the database.

use std::fs;
use std::path::PathBuf;

use appkeep_core::store::{Store, StoreError};
use appkeep_launcher::PostgresCluster;
use appkeep_store::PostgresStore;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tempfile::TempDir;

/// Only connections with TLS are accepted.
const HBA: &str = "hostssl all all 127.0.0.1/32 trust\n";

/// A certificate authority.
fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A cluster with a certificate for this name, and a directory for the certificates of authorities.
struct Tls {
    cluster: PostgresCluster,
    dir: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Tls {
    fn start(name: &str) -> Self {
        let (authority, key) = (authority(), KeyPair::generate().unwrap());
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &authority).unwrap();
        let files = [
            ("server.crt", certificate.pem()),
            ("server.key", key.serialize_pem()),
            ("pg_hba.conf", HBA.to_owned()),
        ];
        let files: Vec<_> = files
            .iter()
            .map(|(name, content)| (*name, content.as_str()))
            .collect();
        Self {
            cluster: PostgresCluster::start_new(&files, &["ssl=on"]),
            dir: tempfile::tempdir().unwrap(),
            authority,
        }
    }

    fn write(&self, name: &str, certificate: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        fs::write(&path, certificate).unwrap();
        path
    }

    async fn connect(&self, parameters: &str) -> Result<PostgresStore, StoreError> {
        PostgresStore::connect(&format!("{}?{parameters}", self.cluster.url()).into()).await
    }

    async fn verified_with(&self, certificate: &str) -> Result<PostgresStore, StoreError> {
        let root = self.write("root.crt", certificate);
        self.connect(&format!("sslmode=verify-full&sslrootcert={}", root.display()))
            .await
    }
}

#[tokio::test]
async fn certificates_are_verified() {
    let tls = Tls::start("127.0.0.1");
    let store = tls.verified_with(&tls.authority.pem()).await.unwrap();
    store.probe_write().await.unwrap();
    store.close().await;

    let refused = tls
        .verified_with(&authority().pem())
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("invalid peer certificate"), "{refused}");
    let refused = tls.connect("sslmode=disable").await.unwrap_err().to_string();
    assert!(refused.contains("no encryption"), "{refused}");
    let missing = tls.dir.path().join("missing.crt");
    let refused = tls
        .connect(&format!("sslmode=verify-full&sslrootcert={}", missing.display()))
        .await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn certificates_for_another_host_are_refused() {
    let tls = Tls::start("db.example");
    let refused = tls
        .verified_with(&tls.authority.pem())
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("certificate not valid for name"), "{refused}");
}
