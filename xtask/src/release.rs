//! `cargo xtask release --dry-run`: checks that a release is ready, and builds its files.
//!
//! It neither tags nor uploads: the last lines of its output are the steps for a person. The conditions that need no
//! build are checked first and reported together.

mod archive;
mod changelog;
mod git;
mod sbom;
mod static_binary;
mod versions;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::Metadata;
use cargo_metadata::semver::Version;

use self::git::Repository;
use self::versions::Member;
use crate::debian::Build;
use crate::process::succeeds;
use crate::tools::SEMVER_CHECKS;
use crate::{Outcome, appkeep, debian, diff, files, package, spec, workspace};

/// The changelog, relative to the workspace's root.
const CHANGELOG: &str = "CHANGELOG.md";

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Required: there is no other mode, because a person tags and uploads.
    #[arg(long, required = true)]
    dry_run: bool,
}

/// The files of a release.
#[derive(Debug)]
struct Dist {
    dir: PathBuf,
    names: Vec<String>,
}

/// Checks that the version of the workspace can be released, builds the files of the release, and prints the
/// remaining steps.
///
/// # Errors
/// When a check or a build can't run.
pub(crate) fn run(_: &Args) -> Result<Outcome> {
    let root = files::root();
    let metadata = workspace::metadata()?;
    let members: Vec<_> = metadata.packages.iter().map(Member::from).collect();
    let version = versions::of_release(&members)?;
    let repository = Repository::read(&root)?;
    let changelog = read(&root, CHANGELOG)?;
    let last = changelog::last_release(&changelog);
    let mut findings = repository.findings(&version, last.as_ref());
    findings.extend(versions::findings(&members, &version));
    findings.extend(changelog::findings(&changelog, &version, &repository.date));
    findings.extend(contract_finding(&root)?);
    findings.extend(static_binary::findings()?);
    for finding in &findings {
        println!("{finding}");
    }
    if !findings.is_empty() {
        return Ok(Outcome::Findings);
    }
    let compared = compare_with_last_release(&metadata, last.as_ref())?;
    if compared != Outcome::Fine {
        return Ok(compared);
    }
    let packaged = package::run()?;
    if packaged != Outcome::Fine {
        return Ok(packaged);
    }
    let dist = build(&metadata, &version, &repository)?;
    let order = versions::publish_order(&members)?;
    print!("{}", next_steps(&dist, &version, &repository.commit, &order)?);
    Ok(Outcome::Fine)
}

fn read(root: &Path, path: &str) -> Result<String> {
    fs::read_to_string(root.join(path)).with_context(|| format!("failed to read {path}"))
}

/// A released contract that isn't the current one.
fn contract_finding(root: &Path) -> Result<Option<String>> {
    let (released, current) = (diff::RELEASED, spec::PATH);
    let is_equal = read(root, released)? == read(root, current)?;
    Ok((!is_equal).then(|| format!("{released} must equal {current}: copy the contract to be released")))
}

/// Compares the contract and the public items of the libraries with the last release. Breaking changes require a
/// version that announces them.
fn compare_with_last_release(metadata: &Metadata, last: Option<&Version>) -> Result<Outcome> {
    let Some(last) = last else {
        println!("{CHANGELOG} has no earlier release to compare with");
        return Ok(Outcome::Fine);
    };
    let tag = format!("v{last}");
    let compared = diff::run(&diff::Args::since(&tag))?;
    if compared != Outcome::Fine {
        return Ok(compared);
    }
    let mut checks = SEMVER_CHECKS.command(&["--baseline-rev", &tag])?;
    Ok(Outcome::of(succeeds(
        checks.args(workspace::public_libraries(metadata)),
    )?))
}

/// Builds the files of the release in `target/dist`.
fn build(metadata: &Metadata, version: &Version, repository: &Repository) -> Result<Dist> {
    let dir = metadata.target_directory.join("dist").into_std_path_buf();
    if dir.exists() {
        fs::remove_dir_all(&dir).context("failed to remove the files of the last run")?;
    }
    let target = static_binary::target()?;
    let name = format!("appkeep-{version}-{target}");
    archive::stage(&static_binary::build(&target)?, &dir.join(&name))?;
    let packaged = appkeep::build(&["--release", "--locked"])?;
    let Repository {
        commit, time_secs, ..
    } = repository;
    let mut names = vec![
        sbom::write(&dir, &name, &target, commit, time_secs)?,
        archive::pack(&dir, &name, time_secs)?,
        debian::build(&packaged, Build::Release(time_secs), &dir)?,
    ];
    archive::write_checksums(&dir, &names)?;
    names.push(archive::CHECKSUMS.to_owned());
    Ok(Dist { dir, names })
}

/// The files of the release, and the steps that are left to a person.
fn next_steps(dist: &Dist, version: &Version, commit: &str, order: &[&str]) -> Result<String> {
    let mut text = format!(
        "\nappkeep {version} can be released. Files in {}:\n",
        dist.dir.display()
    );
    for name in &dist.names {
        let size = fs::metadata(dist.dir.join(name)).with_context(|| format!("failed to find {name}"))?;
        writeln!(text, "  {name} ({} KiB)", size.len().div_ceil(1024))?;
    }
    writeln!(text, "\nNothing was tagged or uploaded. The next steps:")?;
    writeln!(
        text,
        "  git tag --annotate v{version} --message \"appkeep {version}\" {commit}"
    )?;
    writeln!(text, "  git push origin v{version}")?;
    for package in order {
        writeln!(text, "  cargo publish --locked --package {package}")?;
    }
    writeln!(
        text,
        "  Upload the files to the page of the release. Its text is the section {version} of CHANGELOG.md."
    )?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn the_flag_is_required() {
        assert!(Cli::try_parse_from(["release"]).is_err());
        assert!(
            Cli::try_parse_from(["release", "--dry-run"])
                .unwrap()
                .args
                .dry_run
        );
    }

    #[test]
    fn a_released_contract_that_differs_is_a_finding() {
        let root = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(spec::PATH, "new");
        write(diff::RELEASED, "old");
        assert_eq!(
            contract_finding(root.path()).unwrap().as_deref(),
            Some("spec/released/openapi.yaml must equal spec/openapi.yaml: copy the contract to be released")
        );

        write(diff::RELEASED, "new");
        assert_eq!(contract_finding(root.path()).unwrap(), None);
    }

    #[test]
    fn the_steps_have_the_files_the_tag_and_the_packages() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("a.tar.gz"), [0; 1025]).unwrap();
        let dist = Dist {
            dir: dir.path().to_owned(),
            names: vec!["a.tar.gz".to_owned()],
        };
        let text = next_steps(&dist, &Version::new(0, 1, 0), "abc", &["a", "b"]).unwrap();
        assert_eq!(
            text,
            format!(
                "
appkeep 0.1.0 can be released. Files in {}:
  a.tar.gz (2 KiB)

Nothing was tagged or uploaded. The next steps:
  git tag --annotate v0.1.0 --message \"appkeep 0.1.0\" abc
  git push origin v0.1.0
  cargo publish --locked --package a
  cargo publish --locked --package b
  Upload the files to the page of the release. Its text is the section 0.1.0 of CHANGELOG.md.
",
                dir.path().display()
            )
        );
    }
}
