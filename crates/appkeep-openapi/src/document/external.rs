//! Files that the references of a document lead to.
//!
//! The parts that references lead to become members of the document, under [`EXTERNAL`], so that all later steps only
//! see local references. Nothing is fetched: only files below one directory are read.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::{Map, Value};

use super::error::DocumentError;
use super::limits::Limits;
use super::lines::Lines;
use super::reference::{each_reference, each_reference_of, escape, is_url, percent_decoded, percent_encoded};

/// The member of a document with the parts of other files, by their references: `parts/thing.yaml#/Thing`. OpenAPI
/// doesn't permit such a member, so documents don't contain it.
pub(crate) const EXTERNAL: &str = "(external)";

/// The line numbers of other files, by their paths relative to the document.
pub(super) type LinesByFile = BTreeMap<String, Lines>;

/// A document with the parts of other files, and the lines of all files.
pub(super) struct Loaded {
    pub(super) root: Value,
    pub(super) lines: Lines,
    pub(super) files: LinesByFile,
}

/// The reference to a place, relative to the document: `#/paths`, or `parts/thing.yaml#/Thing/items` for a place in
/// another file.
pub(crate) fn reference_to(pointer: &str) -> String {
    match in_file(pointer) {
        Some((file, pointer)) => format!("{file}#{pointer}"),
        None => format!("#{pointer}"),
    }
}

/// The path and the pointer of a place in another file.
pub(super) fn in_file(pointer: &str) -> Option<(String, String)> {
    let rest = pointer
        .strip_prefix('/')?
        .strip_prefix(EXTERNAL)?
        .strip_prefix('/')?;
    let (part, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let part = part.replace("~1", "/").replace("~0", "~");
    let (file, begin) = part.split_once('#')?;
    Some((file.to_owned(), format!("{begin}{below}")))
}

/// The path of a file that is given relative to the directory of another one.
pub(crate) fn beside(file: &str, relative: &str) -> String {
    let relative = percent_decoded(relative).unwrap_or_else(|| relative.to_owned());
    let mut path = Path::new(file).parent().unwrap_or(Path::new("")).to_owned();
    for part in Path::new(&relative).components() {
        let is_name = matches!(path.components().next_back(), Some(Component::Normal(_)));
        if part == Component::ParentDir && is_name {
            path.pop();
        } else {
            path.push(part);
        }
    }
    path.display().to_string()
}

/// Reads a document and all files below `directory` that its references lead to.
pub(super) fn load(
    limits: &Limits,
    name: &str,
    file: &Path,
    directory: &Path,
) -> Result<Loaded, DocumentError> {
    let real = |path: &Path, name: &str| {
        path.canonicalize().map_err(|error| DocumentError::Text {
            name: name.to_owned(),
            why: error.to_string(),
        })
    };
    let file = real(file, name)?;
    let mut loader = Loader {
        limits,
        name,
        directory: real(directory, &directory.display().to_string())?,
        base: file.parent().unwrap_or(Path::new("/")).to_owned(),
        files: Vec::new(),
        bytes: 0,
        values: 0,
        targets: BTreeSet::new(),
        found: BTreeMap::new(),
    };
    loader.open(file, name.to_owned())?;
    loader.follow()?;
    loader.finish()
}

/// A place in a file: the file's index and a JSON pointer.
type FilePlace = (usize, String);

struct File {
    path: PathBuf,
    /// The path relative to the document, as a URI reference.
    relative: String,
    /// The name in errors.
    name: String,
    value: Value,
    lines: Lines,
}

struct Loader<'l> {
    limits: &'l Limits,
    name: &'l str,
    directory: PathBuf,
    /// The directory of the document.
    base: PathBuf,
    /// The document, then the other files.
    files: Vec<File>,
    bytes: u64,
    values: u64,
    /// Places in other files that references lead to.
    targets: BTreeSet<FilePlace>,
    /// The place of each text that is a reference, with its target.
    found: BTreeMap<FilePlace, FilePlace>,
}

impl Loader<'_> {
    /// Reads a file and returns its index.
    fn open(&mut self, path: PathBuf, name: String) -> Result<usize, DocumentError> {
        if let Some(known) = self.files.iter().position(|file| file.path == path) {
            return Ok(known);
        }
        let limit = |what: String, limit, value| DocumentError::Limit {
            name: self.name.to_owned(),
            what,
            limit,
            value,
        };
        if self.files.len() as u64 > self.limits.external_files {
            let most = self.limits.external_files;
            let what = format!("references to more than {most} files");
            return Err(limit(what, "external-files", most));
        }
        let unreadable = |why: String| DocumentError::Text {
            name: name.clone(),
            why,
        };
        let metadata = fs::metadata(&path).map_err(|error| unreadable(error.to_string()))?;
        if !metadata.is_file() {
            return Err(unreadable("it is not a file".to_owned()));
        }
        self.bytes = self.bytes.saturating_add(metadata.len());
        self.limits.check_bytes(self.name, self.bytes)?;
        let text = super::read(self.limits, &name, &path)?;
        let rest = Limits {
            yaml_values: self.limits.yaml_values.saturating_sub(self.values),
            ..*self.limits
        };
        let value = super::parse(&rest, &name, &text).map_err(|error| match error {
            DocumentError::Limit { limit: which, .. } if which == "yaml-values" => {
                let most = self.limits.yaml_values;
                limit(format!("more than {most} values"), which, most)
            }
            other => other,
        })?;
        self.values = self.values.saturating_add(count(&value));
        self.files.push(File {
            relative: relative(&self.base, &path),
            path,
            name,
            value,
            lines: Lines::of(&text),
        });
        Ok(self.files.len() - 1)
    }

    /// Reads all files that references lead to.
    fn follow(&mut self) -> Result<(), DocumentError> {
        let mut open = vec![(0, String::new())];
        while let Some((file, at)) = open.pop() {
            let Some(value) = self.files.get(file).and_then(|file| file.value.pointer(&at)) else {
                continue;
            };
            for (place, reference) in references(value, &at) {
                let is_local = file == 0 && reference.starts_with('#');
                if is_local || self.found.contains_key(&(file, place.clone())) {
                    continue;
                }
                let target = self.target(file, &place, &reference)?;
                if target.0 != 0 && self.targets.insert(target.clone()) {
                    open.push(target.clone());
                }
                self.found.insert((file, place), target);
            }
        }
        Ok(())
    }

    /// The place that a reference leads to.
    fn target(&mut self, from: usize, place: &str, reference: &str) -> Result<FilePlace, DocumentError> {
        let (base, name) = self.files.get(from).map_or_else(Default::default, |file| {
            (
                file.path.parent().map(Path::to_owned).unwrap_or_default(),
                file.name.clone(),
            )
        });
        let failed = |why: String| DocumentError::Reference {
            name: name.clone(),
            place: format!("#{}", place.strip_suffix("/$ref").unwrap_or(place)),
            reference: reference.to_owned(),
            why,
        };
        if is_url(reference) {
            return Err(failed("is a URL, and documents are never fetched".to_owned()));
        }
        let (path, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let decoded =
            |text| percent_decoded(text).ok_or_else(|| failed("has invalid percent-encoding".to_owned()));
        let (path, pointer) = (decoded(path)?, decoded(fragment)?);
        let file = if path.is_empty() {
            from
        } else {
            let real = base.join(&path).canonicalize();
            let real =
                real.map_err(|error| failed(format!("leads to a file that can't be read: {error}")))?;
            let is_document = self.files.first().is_some_and(|document| document.path == real);
            if !is_document && !real.starts_with(&self.directory) {
                let directory = self.directory.display();
                return Err(failed(format!("leads out of the directory {directory}")));
            }
            let name = beside(self.name, &relative(&self.base, &real));
            self.open(real, name)?
        };
        let found = self.files.get(file);
        if found.is_some_and(|file| file.value.pointer(&pointer).is_none()) {
            let name = found.map_or("", |file| file.name.as_str());
            return Err(failed(format!("has no target at `#{pointer}` of {name}")));
        }
        Ok((file, pointer))
    }

    /// Rewrites all references, and adds the parts that they lead to.
    fn finish(mut self) -> Result<Loaded, DocumentError> {
        if self
            .files
            .first()
            .is_some_and(|document| document.value.get(EXTERNAL).is_some())
        {
            return Err(DocumentError::Shape {
                name: self.name.to_owned(),
                place: format!("#/{EXTERNAL}"),
                expected: "a document without this member, which OpenAPI doesn't define".to_owned(),
            });
        }
        let found = std::mem::take(&mut self.found);
        for ((file, place), target) in &found {
            let local = format!("#{}", self.local(target).replace('%', "%25"));
            let text = self
                .files
                .get_mut(*file)
                .and_then(|file| file.value.pointer_mut(place));
            if let Some(text) = text {
                *text = local.into();
            }
        }
        let mut parts = Map::new();
        for target @ (file, at) in &self.targets {
            let part = self
                .files
                .get(*file)
                .and_then(|file| Some((file, file.value.pointer(at)?)));
            if let (true, Some((file, part))) = (self.outermost(target) == at, part) {
                parts.insert(format!("{}#{at}", file.relative), part.clone());
            }
        }
        let mut files = self.files.into_iter();
        let Some(mut document) = files.next() else {
            return Err(DocumentError::Text {
                name: self.name.to_owned(),
                why: "it was not read".to_owned(),
            });
        };
        if let (false, Value::Object(members)) = (parts.is_empty(), &mut document.value) {
            members.insert(EXTERNAL.to_owned(), parts.into());
        }
        Ok(Loaded {
            root: document.value,
            lines: document.lines,
            files: files.map(|file| (file.relative, file.lines)).collect(),
        })
    }

    /// The outermost target around a place, so that no part is added twice.
    fn outermost<'p>(&self, (file, at): &'p FilePlace) -> &'p str {
        let ends = at.match_indices('/').map(|(end, _)| &at[..end]);
        ends.chain([at.as_str()])
            .find(|outer| self.targets.contains(&(*file, (*outer).to_owned())))
            .unwrap_or(at)
    }

    /// The pointer of a place in the document with all parts.
    fn local(&self, target: &FilePlace) -> String {
        let (file, at) = target;
        let Some(other) = self.files.get(*file).filter(|_| *file != 0) else {
            return at.clone();
        };
        let outer = self.outermost(target);
        let part = escape(&format!("{}#{outer}", other.relative));
        format!("/{EXTERNAL}/{part}{}", &at[outer.len()..])
    }
}

/// The places of all texts below a value that are references, and the references.
fn references(value: &Value, at: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut add = |at: &str, reference: &str| -> Result<(), ()> {
        found.push((format!("{at}/$ref"), reference.to_owned()));
        Ok(())
    };
    let _: Result<(), ()> = if at.is_empty() {
        each_reference_of(value, &mut add)
    } else {
        each_reference(value, at, false, &mut add)
    };
    mappings(value, at, &mut found);
    found
}

/// Adds the references in the mappings of discriminators. Other values in mappings are names of schemas.
fn mappings(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
    let is_reference = |text: &&str| {
        let is_file = [".json", ".yaml", ".yml"].iter().any(|end| text.ends_with(end));
        (is_file || text.contains(['#', '/'])) && !is_url(text)
    };
    match value {
        Value::Object(members) => {
            let mapping = members.get("discriminator").and_then(|own| own.get("mapping"));
            for (key, text) in mapping.and_then(Value::as_object).into_iter().flatten() {
                if let Some(text) = text.as_str().filter(is_reference) {
                    let place = format!("{at}/discriminator/mapping/{}", escape(key));
                    found.push((place, text.to_owned()));
                }
            }
            for (key, member) in members {
                mappings(member, &format!("{at}/{}", escape(key)), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                mappings(item, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

/// Number of values in a value, including itself.
fn count(value: &Value) -> u64 {
    1 + match value {
        Value::Object(members) => members.values().map(count).sum::<u64>(),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// The URI reference of a file, relative to a directory. Both paths are absolute.
fn relative(base: &Path, file: &Path) -> String {
    let same = base
        .components()
        .zip(file.components())
        .take_while(|(one, other)| one == other);
    let same = same.count();
    let up = base.components().skip(same).map(|_| "..".to_owned());
    let down = file.components().skip(same);
    let down = down.map(|part| percent_encoded(&part.as_os_str().to_string_lossy()));
    up.chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{beside, in_file, reference_to, relative};

    #[test]
    fn places_in_other_files_are_shown_as_references() {
        for (pointer, expected) in [
            ("", "#"),
            ("/paths/~1a", "#/paths/~1a"),
            ("/(external)", "#/(external)"),
            ("/(external)/parts~1a.yaml#", "parts/a.yaml#"),
            (
                "/(external)/parts~1a.yaml#~1A~1b~01c/items",
                "parts/a.yaml#/A/b~1c/items",
            ),
        ] {
            assert_eq!(reference_to(pointer), expected);
        }
        assert_eq!(in_file("/(external)/no file"), None);
    }

    #[test]
    fn paths_are_relative_to_the_document() {
        for (base, file, expected) in [
            ("/a/b", "/a/b/c.yaml", "c.yaml"),
            ("/a/b", "/a/b/c/d e.yaml", "c/d%20e.yaml"),
            ("/a/b", "/a/c#.yaml", "../c%23.yaml"),
            ("/", "/c.yaml", "c.yaml"),
        ] {
            assert_eq!(relative(Path::new(base), Path::new(file)), expected);
        }
        for (file, relative, expected) in [
            ("openapi.yaml", "parts/a%20b.yaml", "parts/a b.yaml"),
            ("api/v1/openapi.yaml", "../a.yaml", "api/a.yaml"),
            ("openapi.yaml", "../a.yaml", "../a.yaml"),
            ("../openapi.yaml", "../a.yaml", "../../a.yaml"),
        ] {
            assert_eq!(beside(file, relative), expected);
        }
    }
}
