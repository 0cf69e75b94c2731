//! `cargo xtask tidy`: checks the workspace's own rules.
//!
//! They cover dependencies between packages and modules, generated files that name their command, the length
//! of hand-written files, the README and shared lints of each crate, and links between documents. Every
//! finding is one line that names the item and what to do. Style is left to rustfmt and clippy.

mod links;
mod modules;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use walkdir::{DirEntry, WalkDir};

use crate::{Outcome, codegen, files, workspace};

/// The workspace packages that a package may use, in code, tests and build scripts alike.
///
/// A package or an edge that isn't listed here is a finding. The reasons are in ARCHITECTURE.md.
const MAY_USE: &[(&str, &[&str])] = &[
    (
        "appkeep",
        &[
            "appkeep-client",
            "appkeep-contract",
            "appkeep-launcher",
            "appkeep-openapi",
            "appkeep-s3-server",
            "appkeep-server",
        ],
    ),
    ("appkeep-api", &[]),
    ("appkeep-client", &[]),
    ("appkeep-client-mock", &["appkeep-client"]),
    ("appkeep-contract", &["appkeep-client", "appkeep-openapi"]),
    ("appkeep-core", &[]),
    ("appkeep-engine", &["appkeep-core", "appkeep-s3-server"]),
    (
        "appkeep-fuzz",
        &[
            "appkeep-core",
            "appkeep-engine",
            "appkeep-openapi",
            "appkeep-server",
            "appkeep-tests",
        ],
    ),
    ("appkeep-launcher", &[]),
    ("appkeep-openapi", &[]),
    ("appkeep-s3-server", &[]),
    (
        "appkeep-server",
        &[
            "appkeep-api",
            "appkeep-core",
            "appkeep-engine",
            "appkeep-openapi",
            "appkeep-store",
        ],
    ),
    ("appkeep-store", &["appkeep-core", "appkeep-launcher"]),
    (
        "appkeep-tests",
        &[
            "appkeep",
            "appkeep-api",
            "appkeep-client",
            "appkeep-contract",
            "appkeep-core",
            "appkeep-engine",
            "appkeep-openapi",
            "appkeep-s3-server",
            "appkeep-server",
            "appkeep-store",
        ],
    ),
    ("dropshot-example", &["appkeep-openapi"]),
    ("xtask", &["appkeep-launcher"]),
];

/// The generated Rust files, and the command that the first line of each has to name.
const GENERATED: &[(&str, &str)] = &[
    (codegen::CLIENT, codegen::COMMAND),
    (codegen::MOCK, codegen::COMMAND),
];

/// The name of generated Rust files, in any directory.
const GENERATED_NAME: &str = "generated.rs";

/// Maximum number of lines of a hand-written Rust file.
const LINES_MAX: usize = 600;

/// Directories without this project's files, at any depth. Hidden ones are ignored, too.
const FOREIGN_DIRS: [&str; 2] = ["target", "node_modules"];

/// A violation of a rule: what it is and what to do about it.
type Finding = String;

/// The properties of a workspace package that the rules use.
#[derive(Debug)]
struct Package {
    name: String,
    /// The directory of its manifest, relative to the root.
    dir: PathBuf,
    /// The workspace packages that it uses, of any kind of dependency.
    uses: BTreeSet<String>,
}

/// Checks the rules and prints the violations.
///
/// # Errors
/// When cargo's metadata or a file can't be read.
pub(crate) fn run() -> Result<Outcome> {
    let root = files::root();
    let packages = packages(&root)?;
    let mut findings = edge_findings(&packages);
    for package in &packages {
        let dir = root.join(&package.dir);
        let manifest = fs::read_to_string(dir.join("Cargo.toml"))
            .with_context(|| format!("failed to read the manifest of {}", package.name))?;
        findings.extend(crate_findings(
            package,
            &manifest,
            dir.join("README.md").is_file(),
        ));
        findings.extend(modules::findings(&root, &package.dir)?);
    }
    findings.extend(generated_table_findings(&root));
    findings.extend(links::findings(&root)?);
    for path in files_with_extension(&root, "rs")? {
        let text = fs::read_to_string(root.join(&path))
            .with_context(|| format!("failed to read {}", path.display()))?;
        findings.extend(source_findings(&path.to_string_lossy(), &text));
    }
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} packages, no findings", packages.len());
        return Ok(Outcome::Fine);
    }
    Ok(Outcome::Findings)
}

/// All files below `root` that end in `.extension`, relative to it, sorted.
///
/// # Errors
/// When a directory can't be read.
pub(crate) fn files_with_extension(root: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let is_ours = |entry: &DirEntry| {
        let name = entry.file_name().to_string_lossy();
        let is_foreign = name.starts_with('.') || FOREIGN_DIRS.contains(&name.as_ref());
        entry.depth() == 0 || !entry.file_type().is_dir() || !is_foreign
    };
    let mut found = Vec::new();
    for entry in WalkDir::new(root)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(is_ours)
    {
        let path = entry.context("failed to list a directory")?.into_path();
        if path.extension().is_some_and(|found| found == extension) {
            found.push(path.strip_prefix(root)?.to_owned());
        }
    }
    Ok(found)
}

fn packages(root: &Path) -> Result<Vec<Package>> {
    let metadata = workspace::metadata()?;
    let ours: BTreeSet<&str> = metadata
        .packages
        .iter()
        .map(|package| package.name.as_str())
        .collect();
    let packages = metadata.packages.iter().map(|package| {
        let dir = package.manifest_path.as_std_path().parent().unwrap_or(root);
        let uses = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str());
        Package {
            name: package.name.to_string(),
            dir: dir.strip_prefix(root).unwrap_or(dir).to_path_buf(),
            uses: uses
                .filter(|name| ours.contains(name))
                .map(str::to_owned)
                .collect(),
        }
    });
    Ok(packages.collect())
}

fn edge_findings(packages: &[Package]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for Package { name, uses, .. } in packages {
        let Some((_, allowed)) = MAY_USE.iter().find(|(package, _)| package == name) else {
            findings.push(format!(
                "{name}: unknown package: add it to MAY_USE in xtask/src/tidy.rs"
            ));
            continue;
        };
        for used in uses.iter().filter(|used| !allowed.contains(&used.as_str())) {
            findings.push(format!(
                "{name}: must not depend on {used}: remove the dependency, or change MAY_USE in \
                 xtask/src/tidy.rs and ARCHITECTURE.md together"
            ));
        }
    }
    findings
}

fn crate_findings(package: &Package, manifest: &str, has_readme: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !has_readme {
        findings.push(format!(
            "{}: has no README.md: describe the crate, its limits, and one example",
            package.dir.display()
        ));
    }
    if !inherits_lints(manifest) {
        findings.push(format!(
            "{}/Cargo.toml: doesn't inherit the lints: add `[lints]` with `workspace = true`",
            package.dir.display()
        ));
    }
    findings
}

fn inherits_lints(manifest: &str) -> bool {
    let mut section = "";
    manifest.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        let bare: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        bare == "lints.workspace=true" || (section == "[lints]" && bare == "workspace=true")
    })
}

fn generated_table_findings(root: &Path) -> Vec<Finding> {
    let missing = GENERATED.iter().filter(|(path, _)| !root.join(path).is_file());
    missing
        .map(|(path, command)| format!("{path}: is missing: run `{command}`"))
        .collect()
}

fn source_findings(path: &str, text: &str) -> Option<Finding> {
    let command = GENERATED.iter().find(|(generated, _)| *generated == path);
    if let Some((_, command)) = command {
        let first = text.lines().next().unwrap_or_default();
        return (!first.contains(command))
            .then(|| format!("{path}: its first line doesn't name its command: run `{command}`"));
    }
    if Path::new(path)
        .file_name()
        .is_some_and(|name| name == GENERATED_NAME)
    {
        return Some(format!(
            "{path}: unknown generated file: add it to GENERATED in xtask/src/tidy.rs"
        ));
    }
    let lines = text.lines().count();
    (lines > LINES_MAX)
        .then(|| format!("{path}: {lines} lines, the limit is {LINES_MAX}: split it by responsibility"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, uses: &[&str]) -> Package {
        Package {
            name: name.to_owned(),
            dir: PathBuf::from("crates").join(name),
            uses: uses.iter().map(|used| (*used).to_owned()).collect(),
        }
    }

    #[test]
    fn an_edge_in_the_table_is_permitted() {
        let packages = [
            package("appkeep-store", &["appkeep-core"]),
            package("appkeep-core", &[]),
        ];
        assert_eq!(edge_findings(&packages), Vec::<Finding>::new());
    }

    #[test]
    fn an_edge_outside_the_table_is_named_with_both_ends() {
        let findings = edge_findings(&[package("appkeep-core", &["appkeep-store"])]);
        assert_eq!(findings.len(), 1);
        assert!(
            findings[0].starts_with("appkeep-core: must not depend on appkeep-store: "),
            "{}",
            findings[0]
        );
    }

    #[test]
    fn xtask_uses_only_the_launcher() {
        assert_eq!(
            edge_findings(&[package("xtask", &["appkeep-client", "appkeep-contract"])]).len(),
            2
        );
    }

    #[test]
    fn a_package_outside_the_table_is_a_finding() {
        let findings = edge_findings(&[package("appkeep-extra", &[])]);
        assert!(
            findings[0].starts_with("appkeep-extra: unknown package"),
            "{}",
            findings[0]
        );
    }

    #[test]
    fn the_table_contains_only_its_own_packages() {
        let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
        let used = MAY_USE.iter().flat_map(|(_, uses)| uses.iter());
        assert!(used.into_iter().all(|name| known.contains(name)));
    }

    #[test]
    fn both_spellings_of_inherited_lints_count() {
        assert!(inherits_lints(
            "[package]\nname = \"a\"\n\n[lints]\nworkspace = true\n"
        ));
        assert!(inherits_lints("lints.workspace = true\n"));
        assert!(!inherits_lints("[dependencies]\nworkspace = true\n"));
    }

    #[test]
    fn a_crate_without_readme_or_lints_has_two_findings() {
        let findings = crate_findings(&package("appkeep-core", &[]), "[package]\n", false);
        assert_eq!(findings.len(), 2);
        assert!(
            findings[0].starts_with("crates/appkeep-core: has no README.md"),
            "{}",
            findings[0]
        );
    }

    #[test]
    fn a_generated_file_has_to_name_its_command() {
        let (path, command) = GENERATED[0];
        assert_eq!(source_findings(path, &format!("// Made by `{command}`.\n")), None);
        assert!(source_findings(path, "//! Mine.\n").is_some());
        assert!(source_findings("crates/x/src/generated.rs", "").is_some());
    }

    #[test]
    fn only_hand_written_files_have_a_length_limit() {
        let (path, command) = GENERATED[0];
        let at_limit = "\n".repeat(LINES_MAX);
        let over = "\n".repeat(LINES_MAX + 1);
        assert_eq!(source_findings("crates/x/src/a.rs", &at_limit), None);
        assert!(
            source_findings("crates/x/src/a.rs", &over).is_some_and(|finding| finding.contains("601 lines"))
        );
        assert_eq!(source_findings(path, &format!("// {command}\n{over}")), None);
    }

    #[test]
    fn foreign_and_hidden_directories_are_left_out() {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "src/a.rs",
            "target/b.rs",
            ".git/c.rs",
            "web/node_modules/d.rs",
            "src/e.txt",
        ] {
            let full = dir.path().join(path);
            fs::create_dir_all(full.parent().unwrap()).unwrap();
            fs::write(full, "").unwrap();
        }
        assert_eq!(
            files_with_extension(dir.path(), "rs").unwrap(),
            [PathBuf::from("src/a.rs")]
        );
    }
}
