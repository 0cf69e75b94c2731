//! Checks the files of an unpacked package.

use std::fs;
use std::path::Path;

use super::Published;
use crate::spec;

/// The files that every package contains.
const REQUIRED: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// The copies of the contract: a package, and the file in it.
const CONTRACTS: [(&str, &str); 5] = [
    ("appkeep-client", "tests/openapi.yaml"),
    ("appkeep-client-mock", "tests/openapi.yaml"),
    ("appkeep-contract", "openapi.yaml"),
    ("appkeep-openapi", "tests/openapi.yaml"),
    ("appkeep-server", "openapi.yaml"),
];

/// Missing files, copies that differ from the contract, and faults of the README of a package unpacked in `dir`.
pub(super) fn findings(package: &Published, dir: &Path, contract: &[u8]) -> Vec<String> {
    let name = &package.name;
    let read = |file: &str| fs::read(dir.join(&package.dir).join(file)).ok();
    let mut findings = Vec::new();
    for file in REQUIRED.iter().filter(|file| read(file).is_none()) {
        findings.push(format!("{name}: the package doesn't contain {file}"));
    }
    for (_, file) in CONTRACTS.iter().filter(|(of, _)| of == name) {
        if read(file).as_deref() != Some(contract) {
            findings.push(format!("{name}: {file} must equal {}", spec::PATH));
        }
    }
    let readme = read("README.md").unwrap_or_default();
    let readme = String::from_utf8_lossy(&readme);
    if readme.contains("](../") {
        findings.push(format!("{name}: README.md links to a file outside the package"));
    }
    if let Some(rust) = package
        .stated_rust
        .as_ref()
        .filter(|rust| !readme.contains(rust.as_str()))
    {
        findings.push(format!(
            "{name}: README.md must state the oldest compiler, {rust}"
        ));
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_missing_or_different_file_is_a_finding() {
        let dir = tempfile::tempdir().unwrap();
        let package = Published {
            name: "appkeep-contract".to_owned(),
            dir: "unpacked".to_owned(),
            stated_rust: Some("Rust 1.95".to_owned()),
        };
        let unpacked = dir.path().join("unpacked");
        fs::create_dir(&unpacked).unwrap();
        let write = |file: &str, text: &str| fs::write(unpacked.join(file), text).unwrap();
        let found = |contract: &str| findings(&package, dir.path(), contract.as_bytes());
        assert_eq!(found("contract").len(), 5);

        write("LICENSE-MIT", "");
        write("LICENSE-APACHE", "");
        write("README.md", "Requires Rust 1.95.");
        write("openapi.yaml", "contract");
        assert_eq!(found("contract"), Vec::<String>::new());
        assert_eq!(
            found("another"),
            ["appkeep-contract: openapi.yaml must equal spec/openapi.yaml"]
        );

        write(
            "README.md",
            "Requires Rust 1.95. See [a guide](../../docs/guide.md).",
        );
        assert_eq!(
            found("contract"),
            ["appkeep-contract: README.md links to a file outside the package"]
        );
    }
}
