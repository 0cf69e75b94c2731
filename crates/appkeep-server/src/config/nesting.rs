//! Directories that must not lie in one another: a volume, a bucket and the data directory would feed each
//! other for ever.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use appkeep_core::catalog::{Declaration, Volume};

use super::error::ConfigError;

/// The directories that a configuration names, and where it does.
#[derive(Debug, Default)]
pub(super) struct Places {
    volumes: Vec<Place>,
    buckets: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    what: String,
    path: PathBuf,
    span: Range<usize>,
}

impl Places {
    pub(super) fn add_volume(&mut self, app: &str, volume: &Volume, span: Range<usize>) {
        self.volumes.push(Place {
            what: volume_of(app, volume),
            path: volume.path.clone(),
            span,
        });
    }

    pub(super) fn add_bucket(&mut self, name: &str, path: &Path, span: Range<usize>) {
        self.buckets.push(Place {
            what: format!("bucket {name:?}"),
            path: path.to_owned(),
            span,
        });
    }

    /// The first bucket in a volume, or volume in a bucket: where it is declared, and what is wrong.
    pub(super) fn find_nested(&self) -> Option<(Range<usize>, String)> {
        let pairs = self
            .buckets
            .iter()
            .flat_map(|bucket| self.volumes.iter().map(move |volume| (bucket, volume)));
        for (bucket, volume) in pairs {
            let (inner, outer) = if is_within(&bucket.path, &volume.path) {
                (bucket, volume)
            } else if is_within(&volume.path, &bucket.path) {
                (volume, bucket)
            } else {
                continue;
            };
            let (is, outer, path) = (&inner.what, &outer.what, outer.path.display());
            let problem = format!("{is} lies in {outer} ({path}): a directory outside of it would be right");
            return Some((inner.span.clone(), problem));
        }
        None
    }
}

pub(super) fn check_data_dir(declaration: &Declaration, data_dir: &Path) -> Result<(), ConfigError> {
    for app in &declaration.apps {
        for volume in &app.volumes {
            if is_within(data_dir, &volume.path) {
                let (outer, path) = (volume_of(&app.name, volume), volume.path.display());
                let problem =
                    format!("the data directory lies in {outer} ({path}): one outside of it would be right");
                return Err(ConfigError::about(data_dir, problem));
            }
        }
    }
    Ok(())
}

fn volume_of(app: &str, volume: &Volume) -> String {
    format!("volume {:?} of app {app:?}", volume.name)
}

/// Whether `inner` is `outer` or lies in it, by their names or by where links lead.
fn is_within(inner: &Path, outer: &Path) -> bool {
    tidied(inner).starts_with(tidied(outer)) || resolved(inner).starts_with(resolved(outer))
}

/// Without `.` and `..`.
fn tidied(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

/// Where links lead, as far as the path exists.
fn resolved(path: &Path) -> PathBuf {
    let missing = path.ancestors().find_map(|existing| {
        let real = existing.canonicalize().ok()?;
        Some(real.join(path.strip_prefix(existing).ok()?))
    });
    tidied(&missing.unwrap_or_else(|| path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_directory_lies_in_itself_and_in_those_above_it() {
        for (inner, outer, is) in [
            ("/srv/shop", "/srv/shop", true),
            ("/srv/shop/backups", "/srv/shop", true),
            ("/srv/./shop/x/../backups", "/srv/shop/", true),
            ("/srv/shop", "/", true),
            ("/srv/shop", "/srv/shop/backups", false),
            ("/srv/shopping", "/srv/shop", false),
            ("/srv/shop/../bucket", "/srv/shop", false),
        ] {
            assert_eq!(
                is_within(Path::new(inner), Path::new(outer)),
                is,
                "{inner} in {outer}"
            );
        }
    }

    #[test]
    fn links_are_followed() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("volume")).unwrap();
        symlink("volume", dir.path().join("link")).unwrap();
        assert!(is_within(
            &dir.path().join("link/not yet/there"),
            &dir.path().join("volume")
        ));
        assert!(is_within(
            &dir.path().join("volume/below"),
            &dir.path().join("link")
        ));
        assert!(!is_within(
            &dir.path().join("elsewhere"),
            &dir.path().join("link")
        ));
    }
}
