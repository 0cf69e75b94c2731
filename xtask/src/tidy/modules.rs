//! Checks that the first-level modules of a crate import each other in one direction only.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::{Finding, files_with_extension};

/// The imports of a crate: from one module to others, each with a file that has the import.
type Imports = BTreeMap<String, BTreeMap<String, String>>;

/// The findings in a package; `package` is its directory, relative to `root`.
///
/// # Errors
/// When a file can't be read.
pub(super) fn findings(root: &Path, package: &Path) -> Result<Vec<Finding>> {
    let name = package.to_string_lossy();
    let sources = root.join(package).join("src");
    if !sources.is_dir() {
        return Ok(Vec::new());
    }
    let files = files_with_extension(&sources, "rs")?;
    let modules: BTreeSet<String> = files.iter().filter_map(|file| module_of(file)).collect();
    let mut imports = Imports::new();
    for file in files.iter().filter(|file| !is_test(file)) {
        let Some(module) = module_of(file) else { continue };
        let path = sources.join(file);
        let text = fs::read_to_string(&path).with_context(|| format!("failed to read {}", path.display()))?;
        for imported in imported(&text) {
            if imported != module && modules.contains(imported) {
                let of_module = imports.entry(module.clone()).or_default();
                of_module
                    .entry(imported.to_owned())
                    .or_insert_with(|| file.display().to_string());
            }
        }
    }
    Ok(cycle(&imports).map_or_else(Vec::new, |cycle| {
        vec![format!(
            "{name}: its modules import each other in a cycle ({}): move the shared code into its own module",
            cycle.join(", ")
        )]
    }))
}

/// The first-level module of a file, relative to `src`; `None` for the crate's root.
fn module_of(file: &Path) -> Option<String> {
    let first = Path::new(file.components().next()?.as_os_str());
    let module = first.file_stem()?.to_str()?;
    (!["lib", "main"].contains(&module)).then(|| module.to_owned())
}

fn is_test(file: &Path) -> bool {
    file.with_extension("")
        .components()
        .any(|part| part.as_os_str() == "tests")
}

/// The names after `crate::` in code, outside of comments and test modules; for braces, all names in them.
fn imported(text: &str) -> Vec<&str> {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let uses = lines.flat_map(|line| line.split("crate::").skip(1));
    uses.flat_map(|rest| {
        let group = rest.strip_prefix('{').and_then(|rest| rest.split('}').next());
        group
            .unwrap_or(rest.split(',').next().unwrap_or_default())
            .split(',')
    })
    .map(|path| {
        let path = path.trim_start();
        let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
        &path[..end.unwrap_or(path.len())]
    })
    .collect()
}

/// A cycle, if there is one, as "FILE imports MODULE".
fn cycle(imports: &Imports) -> Option<Vec<String>> {
    // A module that imports none of the remaining ones isn't part of a cycle.
    let mut left: BTreeSet<&str> = imports.keys().map(String::as_str).collect();
    let next = |module: &str, left: &BTreeSet<&str>| {
        let mut imported = imports.get(module)?.iter();
        imported.find(|(to, _)| left.contains(to.as_str()))
    };
    while let Some(end) = left.iter().copied().find(|module| next(module, &left).is_none()) {
        left.remove(end);
    }
    let mut path: Vec<(&str, String)> = Vec::new();
    let mut module = *left.first()?;
    while !path.iter().any(|(seen, _)| *seen == module) {
        let (to, file) = next(module, &left)?;
        path.push((module, format!("{file} imports {to}")));
        module = to;
    }
    let begin = path.iter().position(|(seen, _)| *seen == module)?;
    Some(path.drain(begin..).map(|(_, edge)| edge).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imports(edges: &[(&str, &str)]) -> Imports {
        let mut imports = Imports::new();
        for (from, to) in edges {
            let of_module = imports.entry((*from).to_owned()).or_default();
            of_module.insert((*to).to_owned(), format!("{from}.rs"));
        }
        imports
    }

    #[test]
    fn a_cycle_is_found_and_named() {
        let one_way = [("a", "b"), ("a", "c"), ("b", "c")];
        assert_eq!(cycle(&imports(&one_way)), None);
        let cyclic = [("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("c", "e")];
        let edges = ["b.rs imports c", "c.rs imports d", "d.rs imports b"];
        assert_eq!(cycle(&imports(&cyclic)), Some(edges.map(str::to_owned).to_vec()));
    }

    #[test]
    fn comments_and_tests_import_nothing() {
        let text = "//! [`crate::a`]\nuse crate::b::C;\n    crate::d_e::f();\nuse crate::{h, i::J};\n#[cfg(test)]\nmod tests {\n    use crate::g;\n}\n";
        assert_eq!(imported(text), ["b", "d_e", "h", "i"]);
    }
}
