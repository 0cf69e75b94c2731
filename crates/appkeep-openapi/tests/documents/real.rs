//! Documents of other projects, from npm packages in pinned versions: they are downloaded, so this test is ignored.

use std::path::{Path, PathBuf};
use std::process::Command;

use appkeep_openapi::{Document, Limits, diff, statics};
use serde_json::Value;

/// Packages with their digests, as the registry writes them.
const PACKAGES: [(&str, &str); 7] = [
    (
        "@octokit/openapi-webhooks@12.0.3",
        "sha512-nk9/IxBooXnPozKtkDIPD2IQPYlQPQilhDzdj4xfPH5euRoy/b4gQW2if7YAHaoYkumH6hYlG3YY+PgFoONaCw==",
    ),
    (
        "@octokit/openapi-webhooks@12.1.0",
        "sha512-Z5eDsLCUNbx1zHpZb1LNQirADqdMTvWJQ/deahi0ws+tWWnwHXB+Pr4jfmM9OrETS9Y5iW8ZRu1fdbudObhLrg==",
    ),
    (
        "@directus/specs@15.1.1",
        "sha512-5LVbGJ8laeLHOtxFF1kI8dG6prvEAu4nTv3DNRBbffc+zlIKYQVjBgs3iw16K6jTLDBtAcl229Xb2RnxzbpSOQ==",
    ),
    (
        "@directus/specs@15.2.0",
        "sha512-JauzDjbFbeoZ9AceWh/pbG/U2R2/5V8jP7Ldp/bpSPbsDu392uXEUQGTfWkowLqgRXtjmGHP5vIZoUJpjqaFPw==",
    ),
    (
        "@scalar/galaxy@0.6.11",
        "sha512-0waYL8mj3qKVTDRPTpln/q2ULIcHNzhlkkDmhP2O2M2StryJSHHAPXdRiW0FaI85dDjqVqvUtQiU79XLFYE0mw==",
    ),
    (
        "@scalar/galaxy@0.6.12",
        "sha512-406+1YbTRAj1nSSUPLzHOCjQ5mIZbCKUlK2ycgn5JqZJziYXoFrIdBIPdaVh9Sk/33rpdULs3uFaMWT7jBgR7g==",
    ),
    (
        "@readme/oas-examples@8.2.2",
        "sha512-uytlvlylq3zpemG0h1R7ijlMBCajqXU0VpMI1Iw+j92s77Y/oT6pBf3BZN0lYl0WIGTh7POM4Jdu7L14eCzwXQ==",
    ),
];

/// Documents in packages of different versions, with the level of the changes between them.
const VERSIONS: [(usize, usize, &str, &str); 3] = [
    (0, 1, "generated/api.github.com.json", "major"),
    (2, 3, "dist/openapi.json", "minor"),
    (4, 5, "dist/3.1.json", "none"),
];

/// Documents without versions in other packages.
const SINGLE: [&str; 8] = [
    "3.0/json/star-trek.json",
    "3.0/yaml/discriminators.yaml",
    "3.0/yaml/schema-circular.yaml",
    "3.1/json/readme.json",
    "3.1/json/train-travel.json",
    "3.1/yaml/parameters-style.yaml",
    "3.1/yaml/schema-types.yaml",
    "3.1/yaml/security.yaml",
];

/// Runs a program in a directory, and returns its output.
fn run(directory: &Path, program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    assert!(output.status.success(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Downloads and unpacks a package.
fn package(directory: &Path, (name, digest): (&str, &str)) -> PathBuf {
    let packed: Value = serde_json::from_str(&run(directory, "npm", &["pack", "--json", name])).unwrap();
    assert_eq!(packed[0]["integrity"], digest, "{name}");
    run(
        directory,
        "tar",
        &["-xzf", packed[0]["filename"].as_str().unwrap()],
    );
    let unpacked = directory.join(name.replace('/', "-"));
    std::fs::rename(directory.join("package"), &unpacked).unwrap();
    unpacked
}

fn read(file: &Path) -> Document {
    let name = file.display().to_string();
    Document::from_file(&Limits::default(), &name, file, None).unwrap()
}

/// The document, which has no changes to itself.
fn same(file: &Path) -> Document {
    let (one, other) = (read(file), read(file));
    let report = diff::compare(&one, &other);
    assert!(report.changes.is_empty(), "{}", report.text());
    let found = statics::verify(&one, &other, &[]).findings;
    assert!(found.is_empty(), "{found:#?}");
    one
}

#[test]
#[ignore = "downloads packages"]
fn documents_of_npm_packages_have_only_real_changes() {
    let directory = tempfile::tempdir().unwrap();
    let packages = PACKAGES.map(|one| package(directory.path(), one));
    for (old, new, file, level) in VERSIONS {
        let (old, new) = (same(&packages[old].join(file)), same(&packages[new].join(file)));
        let (report, back) = (diff::compare(&old, &new), diff::compare(&new, &old));
        assert_eq!(report.changes.is_empty(), back.changes.is_empty(), "{file}");
        assert_eq!(report.level.as_str(), level, "{file}");
    }
    for file in SINGLE {
        same(&packages[6].join(file));
    }
}
