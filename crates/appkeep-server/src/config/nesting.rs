//! Rules on which directories may be inside each other: volumes, buckets and the data directory.
//!
//! Paths are compared as written, with links resolved, and by their position in the file system behind
//! mounts. A bind mount therefore can't hide that two paths overlap.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::{Path, PathBuf};

use appkeep_core::catalog::{Declaration, Volume};
use appkeep_core::ids::{AccountId, AppId};

use super::error::ConfigError;
use super::mounts::Mounts;

/// The directories that a configuration names, and where it names them.
#[derive(Debug, Default)]
pub(super) struct Places {
    places: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    owner: Owner,
    what: String,
    path: PathBuf,
    span: Range<usize>,
}

/// The purpose of a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Volume(AppId),
    Bucket(AccountId),
    /// A directory below which clients may restore data.
    Restores,
}

/// A volume inside a volume of another app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SharedVolume {
    /// The app with the outer volume.
    pub(super) outer: AppId,
    /// A description of the inner volume.
    pub(super) inner: String,
    /// The warning for operators.
    pub(super) warning: String,
}

impl Places {
    pub(super) fn add_volume(&mut self, app: &str, app_id: AppId, volume: &Volume, span: Range<usize>) {
        self.places.push(Place {
            owner: Owner::Volume(app_id),
            what: volume_of(app, volume),
            path: volume.path.clone(),
            span,
        });
    }

    pub(super) fn add_bucket(&mut self, name: &str, account_id: AccountId, path: &Path, span: Range<usize>) {
        self.places.push(Place {
            owner: Owner::Bucket(account_id),
            what: format!("bucket {name:?}"),
            path: path.to_owned(),
            span,
        });
    }

    pub(super) fn add_restore_directory(&mut self, path: &Path, span: Range<usize>) {
        self.places.push(Place {
            owner: Owner::Restores,
            what: format!("the restore directory {}", path.display()),
            path: path.to_owned(),
            span,
        });
    }

    /// Checks each directory that is inside another one, or the same.
    ///
    /// # Errors
    /// The first pair that isn't allowed: where the inner one is declared, and the problem.
    pub(super) fn check(&self) -> Result<Vec<SharedVolume>, (Range<usize>, String)> {
        let index = Index::of(self.places.iter().map(|place| place.path.as_path()));
        let mut shared = Vec::new();
        for (number, inner) in self.places.iter().enumerate() {
            for found in index.around(number) {
                let Some(outer) = self.places.get(found.place) else {
                    continue;
                };
                let (is, what, path) = (&inner.what, &outer.what, outer.path.display());
                let relation = if found.is_same {
                    "is the same directory as"
                } else {
                    "is inside"
                };
                match (inner.owner, outer.owner) {
                    (Owner::Volume(app), Owner::Volume(other)) if app != other => {
                        shared.push(SharedVolume {
                            outer: other,
                            inner: is.clone(),
                            warning: format!(
                                "{is} {relation} {what} ({path}): an in-place restore of the outer app replaces it, \
                                 and is refused without --force"
                            ),
                        });
                    }
                    // Accounts may share a bucket's directory: each app has its own repository in it.
                    (Owner::Bucket(one), Owner::Bucket(other)) if found.is_same && one != other => {}
                    // Each target is checked again, so that it isn't in a volume or a bucket.
                    (_, Owner::Restores) if !found.is_same => {}
                    // Of two equal directories, the later one is reported.
                    _ if found.is_same && number < found.place => {}
                    _ => {
                        let problem =
                            format!("{is} {relation} {what} ({path}): expected a directory outside of it");
                        return Err((inner.span.clone(), problem));
                    }
                }
            }
        }
        Ok(shared)
    }
}

pub(super) fn check_data_dir(declaration: &Declaration, data_dir: &Path) -> Result<(), ConfigError> {
    let volumes = declaration.apps.iter().flat_map(|app| {
        let of_app = |volume: &Volume| (volume_of(&app.name, volume), volume.path.clone());
        app.volumes.iter().map(of_app)
    });
    let buckets = declaration.buckets.iter().filter_map(|bucket| {
        let path = bucket.location.directory()?;
        Some((format!("bucket {:?}", bucket.name), path.to_path_buf()))
    });
    let others: Vec<_> = volumes.chain(buckets).collect();
    let paths = std::iter::once(data_dir).chain(others.iter().map(|(_, path)| path.as_path()));
    let index = Index::of(paths);
    let other = |place: usize| place.checked_sub(1).and_then(|number| others.get(number));
    for found in index.around(0) {
        if let Some((outer, path)) = other(found.place) {
            let path = path.display();
            let problem =
                format!("the data directory is inside {outer} ({path}): expected a directory outside of it");
            return Err(ConfigError::about(data_dir, problem));
        }
    }
    for (number, (inner, path)) in others.iter().enumerate() {
        if index.around(number + 1).any(|found| found.place == 0) {
            let problem = format!(
                "{inner} is inside the data directory ({}): expected a directory outside of it",
                data_dir.display()
            );
            return Err(ConfigError::about(path, problem));
        }
    }
    Ok(())
}

fn volume_of(app: &str, volume: &Volume) -> String {
    format!("volume {:?} of app {app:?}", volume.name)
}

/// An index that finds which of many directories contain a given one.
struct Index {
    /// Each directory's names; a directory may have several.
    names: Vec<Vec<PathBuf>>,
    by_name: HashMap<PathBuf, Vec<usize>>,
}

/// A directory that contains another one, or is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Around {
    place: usize,
    /// Whether both are the same directory.
    is_same: bool,
}

impl Index {
    fn of<'a>(paths: impl Iterator<Item = &'a Path>) -> Self {
        let mounts = Mounts::read();
        let names: Vec<_> = paths.map(|path| mounts.names_of(path)).collect();
        let mut by_name: HashMap<PathBuf, Vec<usize>> = HashMap::new();
        for (number, names) in names.iter().enumerate() {
            for name in names {
                by_name.entry(name.clone()).or_default().push(number);
            }
        }
        Self { names, by_name }
    }

    /// Returns the other directories that contain this one, or are the same; each once.
    fn around(&self, number: usize) -> impl Iterator<Item = Around> {
        let mut found: HashMap<usize, bool> = HashMap::new();
        for name in self.names.get(number).into_iter().flatten() {
            for (depth, above) in name.ancestors().enumerate() {
                for place in self.by_name.get(above).into_iter().flatten() {
                    *found.entry(*place).or_default() |= depth == 0;
                }
            }
        }
        let found: BTreeSet<_> = found
            .into_iter()
            .filter(|(place, _)| *place != number)
            .map(|(place, is_same)| Around { place, is_same })
            .collect();
        found.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn is_within(inner: &Path, outer: &Path) -> bool {
        let index = Index::of([inner, outer].into_iter());
        index.around(0).next().is_some()
    }

    #[test]
    fn directories_contain_themselves_and_their_descendants() {
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

    fn places(declared: &[(Owner, &str)]) -> Places {
        let place = |(number, (owner, path)): (usize, &(Owner, &str))| Place {
            owner: *owner,
            what: format!("place {number}"),
            path: (*path).into(),
            span: number..number,
        };
        Places {
            places: declared.iter().enumerate().map(place).collect(),
        }
    }

    #[test]
    fn nested_directories_are_rejected_or_warned_about() {
        let id = uuid::Uuid::from_u128;
        let (shop, blog) = (Owner::Volume(id(1).into()), Owner::Volume(id(2).into()));
        let (acme, other) = (Owner::Bucket(id(3).into()), Owner::Bucket(id(4).into()));
        let problem = |one, two| places(&[one, two]).check().err().map(|(span, _)| span.start);
        for (one, two, wrong) in [
            ((shop, "/a"), (shop, "/a/b"), Some(1)),
            ((shop, "/a/b"), (shop, "/a"), Some(0)),
            ((shop, "/a"), (shop, "/a"), Some(1)),
            ((shop, "/a"), (blog, "/a/b"), None),
            ((shop, "/a"), (blog, "/a"), None),
            ((shop, "/a"), (acme, "/a/b"), Some(1)),
            ((shop, "/a/b"), (acme, "/a"), Some(0)),
            ((shop, "/a"), (acme, "/a"), Some(1)),
            ((acme, "/a"), (acme, "/a/b"), Some(1)),
            ((acme, "/a"), (acme, "/a"), Some(1)),
            ((acme, "/a/b"), (other, "/a"), Some(0)),
            ((acme, "/a"), (other, "/a"), None),
            ((shop, "/a"), (blog, "/ab"), None),
        ] {
            assert_eq!(problem(one, two), wrong, "{one:?} {two:?}");
        }
        let shared = places(&[(shop, "/a"), (blog, "/a/b")]).check().unwrap();
        assert_eq!((shared.len(), shared[0].outer), (1, id(1).into()));
        let both = places(&[(shop, "/a"), (blog, "/a")]).check().unwrap();
        assert_eq!(both.len(), 2, "each replaces the other's data");
    }
}
