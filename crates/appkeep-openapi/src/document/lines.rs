//! Line numbers of JSON pointers in a document's text.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use granit_parser::{Event, Parser};

use super::reference::escape;

/// The line of every member and every item of a document.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// By the hashes of pointers, which take less memory than pointers. A collision would only show another line.
    by_pointer: HashMap<u64, u32>,
}

/// The hash of a pointer.
fn key(pointer: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    pointer.hash(&mut hasher);
    hasher.finish()
}

impl Lines {
    /// Reads the line numbers from YAML text, of which JSON is a subset. For any other text, no lines are
    /// known.
    pub(super) fn of(text: &str) -> Self {
        let mut reader = Reader::default();
        for next in Parser::new_from_str(text) {
            let Ok((event, span)) = next else {
                return Self::default();
            };
            reader.take(event, span.start.line());
        }
        Self {
            by_pointer: reader.by_pointer,
        }
    }

    /// The line, counted from 1, of the value at a pointer, or of the nearest enclosing value.
    ///
    /// The line of a member is the line of its name. A value that comes from an alias or a merge has no line
    /// of its own, so it has the line of the alias or merge.
    pub(super) fn line(&self, pointer: &str) -> Option<usize> {
        let mut at = pointer;
        loop {
            if let Some(line) = self.exact(at) {
                return Some(line);
            }
            at = at.rsplit_once('/')?.0;
        }
    }

    /// The line of a member's name or of an item.
    fn exact(&self, pointer: &str) -> Option<usize> {
        let line = self.by_pointer.get(&key(pointer))?;
        usize::try_from(*line).ok()
    }
}

/// A collection that is being read.
enum Open {
    Mapping {
        at: String,
        /// The name of the next value.
        name: Option<String>,
    },
    Sequence {
        at: String,
        next: usize,
    },
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    by_pointer: HashMap<u64, u32>,
}

impl Reader {
    fn put(&mut self, pointer: &str, line: usize) {
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        self.by_pointer.insert(key(pointer), line);
    }

    fn take(&mut self, event: Event<'_>, line: usize) {
        match event {
            Event::Scalar(text, ..) => {
                if let Some(Open::Mapping { at, name }) = self.open.last_mut()
                    && name.is_none()
                {
                    let pointer = format!("{at}/{}", escape(&text));
                    *name = Some(text.into_owned());
                    self.put(&pointer, line);
                } else {
                    self.begin(line);
                }
            }
            Event::Alias(_) => drop(self.begin(line)),
            Event::MappingStart(..) => {
                let at = self.begin(line);
                self.open.push(Open::Mapping { at, name: None });
            }
            Event::SequenceStart(..) => {
                let at = self.begin(line);
                self.open.push(Open::Sequence { at, next: 0 });
            }
            Event::MappingEnd | Event::SequenceEnd => drop(self.open.pop()),
            _ => {}
        }
    }

    /// The pointer of the value that starts here.
    fn begin(&mut self, line: usize) -> String {
        match self.open.last_mut() {
            None => {
                self.put("", line);
                String::new()
            }
            Some(Open::Mapping { at, name }) => {
                format!("{at}/{}", escape(&name.take().unwrap_or_default()))
            }
            Some(Open::Sequence { at, next }) => {
                let place = format!("{at}/{next}");
                *next += 1;
                self.put(&place, line);
                place
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::escape;
    use super::Lines;
    use crate::fixture;

    /// Every member below a value, as pointer and name.
    fn members(value: &Value, at: &str, found: &mut Vec<(String, String)>) {
        match value {
            Value::Object(map) => {
                for (name, member) in map {
                    let place = format!("{at}/{}", escape(name));
                    found.push((place.clone(), name.clone()));
                    members(member, &place, found);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    members(item, &format!("{at}/{index}"), found);
                }
            }
            _ => {}
        }
    }

    #[test]
    fn every_property_of_the_authored_document_has_a_line() {
        let document = fixture::document();
        let lines = Lines::of(fixture::TEXT);
        let text: Vec<&str> = fixture::TEXT.lines().collect();
        let mut found = Vec::new();
        members(document.root(), "", &mut found);
        assert!(found.len() > 1000, "{}", found.len());
        for (place, name) in found {
            let line = lines
                .exact(&place)
                .unwrap_or_else(|| panic!("no line for {place}"));
            assert!(
                text[line - 1].contains(&name),
                "{place}: line {line} is {:?}",
                text[line - 1]
            );
        }
    }

    #[test]
    fn every_location_of_an_operation_has_a_line() {
        let document = fixture::document();
        let text: Vec<&str> = fixture::TEXT.lines().collect();
        for operation in document.operations() {
            let responses = operation.responses.iter().map(|response| &response.at);
            let parameters = operation.parameters.iter().map(|parameter| &parameter.at);
            for place in responses.chain(parameters).chain([&operation.at]) {
                let line = document.line(place).unwrap();
                let name = place.rsplit('/').next().unwrap();
                // Items of a list have no name.
                let is_named = name.parse::<usize>().is_ok() || text[line - 1].contains(name);
                assert!(is_named, "{place}: line {line} is {:?}", text[line - 1]);
            }
        }
    }

    #[test]
    fn json_documents_have_lines() {
        let lines = Lines::of("{\n  \"a\": [\n    1,\n    {\"b/c\": true}\n  ]\n}\n");
        let found = ["", "/a", "/a/0", "/a/1/b~1c"].map(|pointer| lines.line(pointer));
        assert_eq!(found, [Some(1), Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn items_without_a_line_use_that_of_their_parent() {
        let lines = Lines::of("a: &a\n  b: 1\nc: *a\nd: [*a]\n");
        let found = ["/c/b", "/d/0/b", "/d/7", "/nowhere"].map(|pointer| lines.line(pointer));
        assert_eq!(found, [Some(3), Some(4), Some(4), Some(1)]);
    }

    #[test]
    fn unparsable_text_has_no_lines() {
        assert_eq!(Lines::of("a: [").line("/a"), None);
    }
}
