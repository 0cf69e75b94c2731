//! Reads one reference text: operations with their payloads and field tables.
//!
//! The texts are what a converter made of pages. Tables are cut by page breaks and go on under a
//! repeated header, a heading or a table may be glued to the line before it, and a string inside a
//! payload may be wrapped. Two table forms occur, cells between tabs (with scraps of HTML) and cells
//! between bars. This module only reads; nothing here knows the contract.

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::field::{self, Field};

/// Where in an operation's reference something stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// The table of parameters.
    Parameters,
    /// The request body.
    Request,
    /// The response of this status.
    Response(String),
    /// The definition of this name.
    Definition(String),
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parameters => f.write_str("parameters"),
            Self::Request => f.write_str("request"),
            Self::Response(status) => f.write_str(status),
            Self::Definition(name) => write!(f, "definition {name}"),
        }
    }
}

/// A table of fields, its pieces put together again.
#[derive(Debug)]
pub(super) struct Table {
    /// What the table describes.
    pub(super) place: Place,
    /// Its rows.
    pub(super) fields: Vec<Field>,
}

/// What a reference says about one operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// The method in lower case.
    pub(super) method: String,
    /// The path template.
    pub(super) path: String,
    /// The statuses it answers with.
    pub(super) statuses: Vec<String>,
    /// Its example payloads.
    pub(super) payloads: Vec<(Place, Value)>,
    /// Its tables.
    pub(super) tables: Vec<Table>,
}

/// Reads all operations of a text; none when the text is something else.
///
/// # Errors
/// When a payload isn't JSON or a table row can't be read.
pub(super) fn read(text: &str) -> Result<Vec<Operation>> {
    let text = text.replace("\\_", "_").replace("\r\n", "\n");
    let mut reader = Reader::default();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        if rest.starts_with('{') && reader.place.is_some() {
            let (payload, length) = payload(rest)?;
            reader.payload(payload)?;
            rest = &rest[length..];
            continue;
        }
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let end = glued_table(&rest[..end]).unwrap_or(end);
        reader
            .line(&rest[..end])
            .with_context(|| format!("failed to read {:?}", &rest[..end]))?;
        rest = &rest[end..];
    }
    Ok(reader.operations)
}

/// Where a table's header begins that is glued to the end of a line of text.
fn glued_table(line: &str) -> Option<usize> {
    line.find("| Name |").filter(|at| *at > 0)
}

/// Takes the JSON object at the start of `text` and says how long it was.
fn payload(text: &str) -> Result<(Value, usize)> {
    let mut repaired = String::new();
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for (at, character) in text.char_indices() {
        // A raw line break inside a string is the converter's wrapping of a long line.
        repaired.push(if in_string && character == '\n' {
            ' '
        } else {
            character
        });
        if in_string {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match character {
            '"' => in_string = true,
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            let value = serde_json::from_str(&repaired).context("failed to parse a payload")?;
            return Ok((value, at + character.len_utf8()));
        }
    }
    bail!(
        "a payload has no end: {:?}",
        text.lines().next().unwrap_or_default()
    )
}

/// The state of reading: which operation, which part of it, and which columns the open table has.
#[derive(Debug, Default)]
struct Reader {
    operations: Vec<Operation>,
    place: Option<Place>,
    in_definitions: bool,
    columns: Option<field::Columns>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<()> {
        if let Some(cells) = field::cells(line) {
            return self.row(&cells);
        }
        let line = line.trim().trim_start_matches('#').trim();
        if let Some((method, path)) = operation(line) {
            self.operations.push(Operation {
                method: method.to_lowercase(),
                path: path.to_owned(),
                statuses: Vec::new(),
                payloads: Vec::new(),
                tables: Vec::new(),
            });
            self.enter(None);
            self.in_definitions = false;
        } else if self.operations.is_empty() {
            // A title page, not yet an operation.
        } else if line == "Parameters" {
            self.enter(Some(Place::Parameters));
        } else if line == "Request Body" {
            self.enter(Some(Place::Request));
        } else if let Some(status) = line.strip_prefix("Status: ").and_then(|rest| rest.get(..3)) {
            self.enter(Some(Place::Response(status.to_owned())));
            self.current()?.statuses.push(status.to_owned());
        } else if line == "Definitions" {
            self.enter(None);
            self.in_definitions = true;
        } else if self.in_definitions && is_name(line) {
            self.enter(Some(Place::Definition(line.to_owned())));
        }
        Ok(())
    }

    fn enter(&mut self, place: Option<Place>) {
        self.place = place;
        self.columns = None;
    }

    fn current(&mut self) -> Result<&mut Operation> {
        self.operations.last_mut().context("nothing is open")
    }

    fn row(&mut self, cells: &[&str]) -> Result<()> {
        if let Some(columns) = field::Columns::of_header(cells) {
            self.columns = Some(columns);
            return Ok(());
        }
        if self.operations.is_empty() {
            // A table of contents.
            return Ok(());
        }
        let (Some(columns), Some(place)) = (self.columns, self.place.clone()) else {
            bail!("a table row stands outside of any table");
        };
        let field = columns.field(cells)?;
        let tables = &mut self.current()?.tables;
        match tables.last_mut().filter(|table| table.place == place) {
            Some(table) => table.fields.push(field),
            None => tables.push(Table {
                place,
                fields: vec![field],
            }),
        }
        Ok(())
    }

    fn payload(&mut self, payload: Value) -> Result<()> {
        let place = self.place.clone().context("a payload belongs to nothing")?;
        self.current()?.payloads.push((place, payload));
        Ok(())
    }
}

/// Method and path, if the line announces an operation.
fn operation(line: &str) -> Option<(&str, &str)> {
    let (method, path) = line.split_once(' ')?;
    let known = ["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method);
    (known && path.starts_with('/') && !path.contains(' ')).then_some((method, path))
}

/// Whether a line is nothing but the name of a definition.
fn is_name(line: &str) -> bool {
    line.starts_with(|first: char| first.is_ascii_lowercase())
        && line
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_table_goes_on_under_a_repeated_header() {
        let text = "GET /things/{id}\n## Response\nStatus: 200, Fine\n\nName\tType\tRequired\tDescription\n\
                    id\tstring\tTrue\t\n\n\nName\tType\tRequired\tDescription\nsize\tnumber\tFalse\t\n";
        let operations = read(text).unwrap();
        let names: Vec<_> = operations[0].tables[0]
            .fields
            .iter()
            .map(|f| f.name.as_str())
            .collect();
        assert_eq!(names, ["id", "size"]);
        assert_eq!(operations[0].tables.len(), 1);
        assert_eq!(operations[0].statuses, ["200"]);
    }

    #[test]
    fn glued_headings_and_tables_come_apart() {
        let text = "POST /things\nRequest Body\n| Name | Type | Required | Description | \n|---|---|---|---|\n\
                    | id | string | True | What it is\n | \nExample request\n{\n  \"id\": \"x\"\n}Response\n\
                    Status: 201, Made.| Name | Type | Required | Description | \n|---|---|---|---|\n\
                    | id | string | True | \nExample response\n{\"id\": \"y\"}Response\nStatus: 401, No\n";
        let operations = read(text).unwrap();
        assert_eq!(operations[0].statuses, ["201", "401"]);
        assert_eq!(
            operations[0].payloads,
            [
                (Place::Request, json!({"id": "x"})),
                (Place::Response("201".into()), json!({"id": "y"})),
            ]
        );
        assert_eq!(operations[0].tables.len(), 2);
    }

    #[test]
    fn a_wrapped_string_is_one_string() {
        let (value, _) = payload("{\"a\": \"two\nwords\"} and more").unwrap();
        assert_eq!(value, json!({"a": "two words"}));
    }

    #[test]
    fn definitions_are_told_apart_by_their_names() {
        let text = "GET /t\nDefinitions\n## See Definitions\n### first\\_one\n\nName\tType\tRequired\tDescription\n\
                    a\tstring\tTrue\t\n\nsecond\n\nName\tType\tRequired\tDescription\nb\tstring\tTrue\t\n";
        let operations = read(text).unwrap();
        let places: Vec<_> = operations[0].tables.iter().map(|t| t.place.to_string()).collect();
        assert_eq!(places, ["definition first_one", "definition second"]);
    }

    #[test]
    fn a_payload_without_an_end_is_an_error() {
        assert!(read("GET /t\nStatus: 200, x\n{ \"a\": 1\n").is_err());
    }
}
