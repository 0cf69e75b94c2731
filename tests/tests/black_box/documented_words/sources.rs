//! The sources of these tests, in which the named ones are looked up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Each test's text, by `module::…::name`.
pub(super) struct Sources(BTreeMap<String, String>);

impl Sources {
    /// Reads all modules of this binary.
    pub(super) fn read() -> Self {
        let mut tests = BTreeMap::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/black_box");
        collect(&root, "", &mut tests);
        Self(tests)
    }

    /// The cell for `test`.
    ///
    /// # Panics
    /// When there is no such test, or it doesn't name `spelling`.
    pub(super) fn check(&self, test: &str, spelling: &str) -> String {
        let found = self.0.get(test);
        let source = found.unwrap_or_else(|| panic!("there is no test {test}"));
        assert!(source.contains(spelling), "{test} doesn't name {spelling}");
        test.to_owned()
    }
}

fn collect(directory: &Path, prefix: &str, tests: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).expect("a readable directory") {
        let path = entry.expect("a readable entry").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        let module = format!("{prefix}{name}");
        if path.is_dir() {
            collect(&path, &format!("{module}::"), tests);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("readable source");
            tests.extend(tests_of(&module, &text));
        }
    }
}

/// The tests in a module, each with what all of them share: from the attribute to the brace in the first
/// column that closes the function.
fn tests_of(module: &str, text: &str) -> Vec<(String, String)> {
    let (mut tests, mut shared) = (Vec::new(), String::new());
    for (at, part) in text.split("\n#[").enumerate() {
        let is_test = at > 0 && (part.starts_with("test]") || part.starts_with("tokio::test"));
        let (own, rest) = match part.split_once("\n}\n") {
            Some(parts) if is_test => parts,
            _ => ("", part),
        };
        shared.push_str(rest);
        if let Some(name) = own.split("fn ").nth(1).and_then(|rest| rest.split('(').next()) {
            tests.push((format!("{module}::{name}"), own.to_owned()));
        }
    }
    for (_, text) in &mut tests {
        text.push_str(&shared);
    }
    tests
}
