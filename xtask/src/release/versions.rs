//! The versions of the workspace's packages, and the versions that they require of each other.

use anyhow::{Context, Result, bail};
use cargo_metadata::Package;
use cargo_metadata::semver::{Version, VersionReq};

use crate::workspace;

/// The package whose version is that of the release.
const MAIN: &str = "appkeep";

/// A package of the workspace.
#[derive(Debug)]
pub(super) struct Member {
    name: String,
    version: Version,
    /// Whether only our own packages should use it.
    is_internal: bool,
    is_published: bool,
    /// The names of its dependencies, each with the required version; `*` if the manifest has none.
    requirements: Vec<(String, VersionReq)>,
}

impl From<&Package> for Member {
    fn from(package: &Package) -> Self {
        let dependencies = package.dependencies.iter();
        Self {
            name: package.name.to_string(),
            version: package.version.clone(),
            is_internal: workspace::is_internal(package),
            is_published: workspace::is_published(package),
            requirements: dependencies
                .map(|dependency| (dependency.name.clone(), dependency.req.clone()))
                .collect(),
        }
    }
}

impl Member {
    /// Whether its package requires another one. Cargo omits a development dependency without a version from packages.
    fn requires(&self, name: &str) -> bool {
        let mut requirements = self.requirements.iter();
        requirements.any(|(used, requirement)| used == name && *requirement != VersionReq::STAR)
    }
}

/// The version of the release.
///
/// # Errors
/// When the main package is missing.
pub(super) fn of_release(members: &[Member]) -> Result<Version> {
    let main = members.iter().find(|member| member.name == MAIN);
    let main = main.with_context(|| format!("the workspace has no package {MAIN}"))?;
    Ok(main.version.clone())
}

/// Packages with another version, and requirements of another version of a package.
///
/// Internal packages are required exactly, because every release may change them.
pub(super) fn findings(members: &[Member], version: &Version) -> Vec<String> {
    let mut findings = Vec::new();
    for member in members {
        let name = &member.name;
        if member.version != *version {
            let found = &member.version;
            findings.push(format!("{name} has the version {found}, expected {version}"));
        }
        for (used, requirement) in &member.requirements {
            let Some(used) = members.iter().find(|member| member.name == *used) else {
                continue;
            };
            let expected = if used.is_internal {
                format!("={version}")
            } else {
                format!("^{version}")
            };
            if member.requires(&used.name) && requirement.to_string() != expected {
                let used = &used.name;
                findings.push(format!(
                    "{name} requires {used} {requirement}, expected {expected}"
                ));
            }
        }
    }
    findings
}

/// The names of the packages to publish, each after those that it depends on. Internal packages are only published for
/// the others.
///
/// # Errors
/// When packages depend on each other in a circle.
pub(super) fn publish_order(members: &[Member]) -> Result<Vec<&str>> {
    let published: Vec<_> = members.iter().filter(|member| member.is_published).collect();
    let is_required = |name: &str| published.iter().any(|member| member.requires(name));
    let mut left = published.clone();
    left.retain(|member| !member.is_internal || is_required(&member.name));
    let mut order = Vec::new();
    while !left.is_empty() {
        let (later, next): (Vec<&Member>, Vec<&Member>) = left
            .iter()
            .partition(|member| left.iter().any(|other| member.requires(&other.name)));
        if next.is_empty() {
            let names: Vec<_> = later.iter().map(|member| member.name.as_str()).collect();
            bail!("packages depend on each other in a circle: {}", names.join(", "));
        }
        order.extend(next.iter().map(|member| member.name.as_str()));
        left = later;
    }
    Ok(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str, version: &str, requirements: &[(&str, &str)]) -> Member {
        let requirements = requirements.iter();
        Member {
            name: name.to_owned(),
            version: Version::parse(version).unwrap(),
            is_internal: name.ends_with("core"),
            is_published: !name.ends_with("tests"),
            requirements: requirements
                .map(|(name, requirement)| ((*name).to_owned(), VersionReq::parse(requirement).unwrap()))
                .collect(),
        }
    }

    #[test]
    fn the_versions_of_this_workspace_match() {
        let metadata = workspace::metadata().unwrap();
        let members: Vec<_> = metadata.packages.iter().map(Member::from).collect();
        let version = of_release(&members).unwrap();
        assert_eq!(findings(&members, &version), Vec::<String>::new());
        let order = publish_order(&members).unwrap();
        assert_eq!(order.last(), Some(&MAIN));
        assert!(!order.contains(&"appkeep-launcher"), "{order:?}");
    }

    #[test]
    fn a_package_with_another_version_is_a_finding() {
        let members = [
            member("appkeep", "0.2.0", &[]),
            member("appkeep-core", "0.1.0", &[]),
        ];
        assert_eq!(
            findings(&members, &of_release(&members).unwrap()),
            ["appkeep-core has the version 0.1.0, expected 0.2.0"]
        );
    }

    #[test]
    fn a_requirement_of_another_version_is_a_finding() {
        let members = [
            member(
                "appkeep",
                "0.1.1",
                &[("a-core", "^0.1.1"), ("a-client", "0.1.0"), ("serde", "1")],
            ),
            member("a-core", "0.1.1", &[]),
            member("a-client", "0.1.1", &[("a-core", "=0.1.0")]),
            member("a-tests", "0.1.1", &[("a-core", "*"), ("a-client", "0.1.1")]),
        ];
        assert_eq!(
            findings(&members, &Version::new(0, 1, 1)),
            [
                "appkeep requires a-core ^0.1.1, expected =0.1.1",
                "appkeep requires a-client ^0.1.0, expected ^0.1.1",
                "a-client requires a-core =0.1.0, expected =0.1.1"
            ]
        );
    }

    #[test]
    fn a_workspace_without_the_main_package_is_an_error() {
        let error = of_release(&[]).unwrap_err().to_string();
        assert_eq!(error, "the workspace has no package appkeep");
    }

    #[test]
    fn packages_are_published_after_their_dependencies() {
        let members = [
            member("appkeep", "0.1.0", &[("a-client", "0.1.0"), ("a-core", "=0.1.0")]),
            member("a-tests", "0.1.0", &[("unused-core", "=0.1.0")]),
            member("unused-core", "0.1.0", &[]),
            member("a-client", "0.1.0", &[("a-core", "=0.1.0"), ("appkeep", "*")]),
            member("a-core", "0.1.0", &[]),
        ];
        assert_eq!(
            publish_order(&members).unwrap(),
            ["a-core", "a-client", "appkeep"]
        );
    }

    #[test]
    fn packages_that_depend_on_each_other_are_an_error() {
        let members = [
            member("a-client", "0.1.0", &[("a-core", "=0.1.0")]),
            member("a-core", "0.1.0", &[("a-client", "0.1.0")]),
        ];
        let error = publish_order(&members).unwrap_err().to_string();
        assert_eq!(
            error,
            "packages depend on each other in a circle: a-client, a-core"
        );
    }
}
