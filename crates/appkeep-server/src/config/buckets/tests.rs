use std::path::Path;

use secrecy::ExposeSecret;

use super::*;
use crate::config::Config;

/// Parses a configuration with one bucket that has these settings.
fn parse(settings: &str) -> Result<Config, String> {
    let text =
        format!("[[accounts]]\nname = \"acme\"\n[[accounts.buckets]]\nname = \"offsite\"\n{settings}\n");
    Config::parse(Path::new("/etc/appkeep.toml"), &text).map_err(|error| error.to_string())
}

fn location(settings: &str) -> BucketLocation {
    parse(settings).unwrap().declaration.buckets[0].location.clone()
}

fn s3(settings: &str) -> S3Location {
    match location(settings) {
        BucketLocation::S3(location) => *location,
        BucketLocation::Directory(path) => panic!("{}", path.display()),
    }
}

#[test]
fn a_directory_is_a_path_or_a_file_url() {
    let expected = BucketLocation::Directory("/srv/back ups".into());
    assert_eq!(location("path = \"/srv/back ups\""), expected);
    assert_eq!(location("url = \"file:///srv/back%20ups\""), expected);
}

#[test]
fn an_s3_url_names_bucket_and_prefix() {
    let amazon = s3("url = \"s3://acme-backups/a/b/\"\nregion = \"eu-central-1\"");
    assert_eq!(
        (amazon.bucket.as_str(), amazon.prefix.as_str()),
        ("acme-backups", "a/b")
    );
    assert!(!amazon.path_style);
    assert_eq!(amazon.credentials, S3Credentials::Environment);
    assert_eq!(amazon.endpoint_url(), "https://s3.eu-central-1.amazonaws.com");
    let own = s3("url = \"s3://acme-backups\"\nendpoint = \"http://localhost:9000/\"\nprofile = \"backup\"");
    assert!(own.path_style);
    assert_eq!((own.region.as_str(), own.prefix.as_str()), ("us-east-1", ""));
    assert_eq!(own.credentials, S3Credentials::Profile("backup".to_owned()));
    assert_eq!(
        BucketLocation::S3(Box::new(own)).restic_repository("app"),
        "s3:http://localhost:9000/acme-backups/app"
    );
}

#[test]
fn every_setting_of_an_s3_bucket_is_used() {
    let location = s3(
        "url = \"s3://acme-backups\"\nregion = \"x\"\npath_style = true\nstorage_class = \"STANDARD_IA\"\n\
                       encryption = \"aws:kms\"\nencryption_key = \"key-1\"\nca_file = \"ca.pem\"\ntimeout_secs = 60\n\
                       retries_max = 0\nconnections_max = 4\nupload_limit = \"10 MiB/s\"\ndownload_limit = \"500 kB/s\"",
    );
    assert!(location.path_style);
    assert_eq!(location.storage_class.as_deref(), Some("STANDARD_IA"));
    assert_eq!(
        location.encryption,
        Some(S3Encryption::Kms(Some("key-1".to_owned())))
    );
    assert_eq!(location.ca_file.as_deref(), Some(Path::new("/etc/ca.pem")));
    let limits = TransferLimits {
        timeout_secs: 60,
        retries_max: 0,
        connections_max: 4,
        upload_limit: Some(10 << 20),
        download_limit: Some(500_000),
    };
    assert_eq!(location.limits, limits);
}

#[test]
fn configured_credentials_are_kept_outside_the_declaration_and_never_printed() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("credentials");
    std::fs::write(&file, "access_key = AK\nsecret_key = s3cr3t/\n").unwrap();
    for (url, settings) in [
        ("s3://AK:s3cr3t%2F@acme-backups", String::new()),
        (
            "s3://acme-backups",
            "access_key = \"AK\"\nsecret_key = \"s3cr3t/\"".to_owned(),
        ),
        (
            "s3://acme-backups",
            format!("credentials_file = {:?}", file.display().to_string()),
        ),
    ] {
        let config = parse(&format!("url = \"{url}\"\nregion = \"x\"\n{settings}")).unwrap();
        let bucket = &config.declaration.buckets[0];
        let keys = &config.bucket_credentials[&bucket.id];
        assert_eq!(keys.access_key.expose_secret(), "AK");
        assert_eq!(keys.secret_key.expose_secret(), "s3cr3t/");
        let stored = serde_json::to_string(&bucket.location).unwrap();
        for shown in [stored, format!("{config:?}")] {
            assert!(!shown.contains("s3cr3t"), "{shown}");
        }
    }
}

#[test]
fn invalid_buckets_are_refused_without_their_secrets() {
    let valid = "url = \"s3://acme-backups\"\nregion = \"x\"\n";
    for (settings, expected) in [
        ("", "has no location: expected `path = "),
        ("path = \"/a\"\nurl = \"file:///a\"", "has two locations"),
        (
            "url = \"gs://bucket\"",
            "unknown scheme \"gs\": expected s3://bucket/prefix or file:///a/directory",
        ),
        ("url = \"bucket\"", "invalid URL: "),
        (
            "url = \"s3://a\"\nregion = \"x\"",
            "invalid S3 bucket \"a\": expected 3 to 63",
        ),
        (
            "url = \"s3://acme-backups:9000\"",
            "set the address of the server as `endpoint`",
        ),
        (
            "url = \"s3://acme-backups/a//b\"\nregion = \"x\"",
            "invalid prefix",
        ),
        ("url = \"s3://acme-backups\"", "the region is missing"),
        (
            "url = \"s3://AK@acme-backups\"\nregion = \"x\"",
            "only half of the credentials",
        ),
        (
            "path = \"/a\"\nregion = \"x\"",
            "`region` applies only to buckets with an s3:// URL",
        ),
        (
            &format!("{valid}endpoint = \"localhost\""),
            "invalid endpoint: expected the URL of an S3 server",
        ),
        (
            &format!("{valid}endpoint = \"http://AK:s3cr3t@localhost\""),
            "invalid endpoint",
        ),
        (
            &format!("{valid}encryption = \"x\""),
            "invalid encryption \"x\": expected AES256 or aws:kms",
        ),
        (
            &format!("{valid}encryption_key = \"k\""),
            "requires `encryption = \"aws:kms\"`",
        ),
        (
            &format!("{valid}secret_key = \"s3cr3t\""),
            "expected both `access_key` and `secret_key`",
        ),
        (&format!("{valid}secret_key = 's3cr3t"), "invalid"),
        (&format!("{valid}secret_key = [\"s3cr3t\"]"), "invalid type"),
        (
            &format!("{valid}profile = \"p\"\naccess_key = \"AK\"\nsecret_key = \"s3cr3t\""),
            "configured twice",
        ),
        (
            &format!("{valid}credentials_file = \"/missing\""),
            "the credentials in /missing: ",
        ),
        (
            &format!("{valid}upload_limit = \"10 MiB\""),
            "expected a size per second, for example \"10 MiB/s\"",
        ),
        (
            &format!("{valid}timeout_secs = 0"),
            "0 is out of range: expected 1 to 3600",
        ),
        (
            "url = \"s3://AK:s3cr3t@a\"\nregion = \"x\"",
            "invalid S3 bucket \"a\"",
        ),
    ] {
        let problem = parse(settings).unwrap_err();
        assert!(problem.contains(expected), "{settings}: {problem}");
        assert!(!problem.contains("s3cr3t"), "{problem}");
    }
}

#[test]
fn buckets_must_not_overlap_on_one_server() {
    let with = |settings: &str| {
        parse(&format!(
            "url = \"s3://acme-backups/a\"\nregion = \"x\"\n[[accounts.buckets]]\nname = \"second\"\n{settings}"
        ))
    };
    with("url = \"s3://acme-backups/ab\"\nregion = \"x\"").unwrap();
    with("url = \"s3://acme-backups/a\"\nregion = \"y\"").unwrap();
    let same = with("url = \"s3://acme-backups/a\"\nregion = \"x\"").unwrap_err();
    assert!(
        same.contains("bucket \"second\" has the same location as bucket \"offsite\""),
        "{same}"
    );
    for prefix in ["", "/a/b"] {
        let inside = with(&format!("url = \"s3://acme-backups{prefix}\"\nregion = \"x\"")).unwrap_err();
        assert!(inside.contains("is inside bucket"), "{inside}");
    }
}
