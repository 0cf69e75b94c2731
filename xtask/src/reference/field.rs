//! One row of a field table: what a reference says about one member or parameter.

use anyhow::{Context, Result, bail};

/// What a reference says about one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// The field's name.
    pub(super) name: String,
    /// Where a parameter stands: `path`, `query`.
    pub(super) location: Option<String>,
    /// The type as written, without markup; `None` when the converter lost the cell.
    pub(super) kind: Option<String>,
    /// Whether it is required.
    pub(super) required: bool,
    /// What its values may be.
    pub(super) values: Values,
}

/// The rules for a field's values that its description lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// A list was announced, but the converter lost it.
    pub(super) lost: bool,
    /// The values of an enumeration.
    pub(super) one_of: Vec<String>,
    /// The least and the greatest length.
    pub(super) length: (Option<String>, Option<String>),
    /// The least number of items.
    pub(super) items_min: Option<String>,
    /// The named form that values conform to.
    pub(super) form: Option<String>,
    /// An example.
    pub(super) example: Option<String>,
}

impl Values {
    /// The length as `least..greatest`, empty when the reference says nothing of it.
    pub(super) fn length_range(&self) -> String {
        match &self.length {
            (None, None) => String::new(),
            (least, greatest) => {
                format!(
                    "{}..{}",
                    least.as_deref().unwrap_or_default(),
                    greatest.as_deref().unwrap_or_default()
                )
            }
        }
    }
}

/// Which columns a table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Columns {
    /// Name, type, required, description.
    Member,
    /// Name, type, in, required, description.
    Parameter,
}

/// The cells of a table row, or `None` when the line is none. A mere separator has no cells.
pub(super) fn cells(line: &str) -> Option<Vec<&str>> {
    let trimmed = line.trim();
    if trimmed.starts_with('|') {
        let cells: Vec<_> = trimmed
            .split('|')
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect();
        let is_separator = cells.iter().all(|cell| cell.chars().all(|c| c == '-'));
        return (!is_separator).then_some(cells);
    }
    line.contains('\t')
        .then(|| line.split('\t').map(str::trim).collect())
}

impl Columns {
    /// The columns, if the row is a header.
    pub(super) fn of_header(cells: &[&str]) -> Option<Self> {
        match cells {
            ["Name", "Type", "Required", "Description"] => Some(Self::Member),
            ["Name", "Type", "In", "Required", "Description"] => Some(Self::Parameter),
            _ => None,
        }
    }

    /// Reads a row under these columns.
    ///
    /// # Errors
    /// When the row has too few cells or a required flag that is neither `True` nor `False`.
    pub(super) fn field(self, row: &[&str]) -> Result<Field> {
        let mut rest = row.iter().copied();
        let mut next = |what: &str| rest.next().with_context(|| format!("a table row has no {what}"));
        let name = next("name")?.to_owned();
        let second = next("type")?;
        // A linked type may be lost with its link; then the flag comes second.
        let early = flag(second);
        let kind = early.is_none().then(|| plain(second));
        let location = match self {
            Self::Parameter => Some(next("place")?.to_owned()),
            Self::Member => None,
        };
        let required = if let Some(required) = early {
            required
        } else {
            let cell = next("required flag")?;
            flag(cell).with_context(|| format!("{cell:?} is no required flag"))?
        };
        let values = values(rest.next().unwrap_or_default());
        if name.is_empty() {
            bail!("a table row names no field");
        }
        Ok(Field {
            name,
            location,
            kind,
            required,
            values,
        })
    }
}

fn flag(cell: &str) -> Option<bool> {
    match cell {
        "True" => Some(true),
        "False" => Some(false),
        _ => None,
    }
}

/// A cell without its markup and the blanks that markup leaves behind.
fn plain(cell: &str) -> String {
    let words = without_tags(cell, "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    words.replace("[ ", "[").replace(" ]", "]").replace(" ,", ",")
}

/// `text` with every tag replaced.
fn without_tags(text: &str, replacement: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        plain.push_str(replacement);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    plain + rest
}

/// Reads the list at the end of a description: one rule to an item.
fn values(description: &str) -> Values {
    let mut values = Values::default();
    let text = without_tags(description, "\n").replace('•', "\n");
    let mut entries = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .peekable();
    while let Some(entry) = entries.next() {
        if entry.ends_with("Defined values are:") {
            values.lost = entries.peek().is_none();
        } else if let Some((value, _)) = entry.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
            values.one_of.push(value.to_owned());
        } else if let Some(length) = entry.strip_prefix("Minimum length: ") {
            values.length.0 = Some(length.to_owned());
        } else if let Some(length) = entry.strip_prefix("Maximum length: ") {
            values.length.1 = Some(length.to_owned());
        } else if let Some(items) = entry.strip_prefix("Minimum items: ") {
            values.items_min = Some(items.to_owned());
        } else if let Some(example) = entry.strip_prefix("example: ") {
            values.example = Some(example.to_owned());
        } else if let Some((form, _)) = entry
            .strip_prefix("Conforms to the ")
            .and_then(|rest| rest.split_once(" Schema"))
        {
            values.form = Some(form.to_owned());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_type_is_noticed() {
        let field = Columns::Member
            .field(&["extra", "False", "Whatever. Defined values are:"])
            .unwrap();
        assert_eq!(field.kind, None);
        assert!(!field.required);
        assert!(field.values.lost);
    }

    #[test]
    fn markup_in_a_type_is_dropped() {
        let row = ["list", "array[ <a href=\"#\">thing</a>]", "True", ""];
        assert_eq!(
            Columns::Member.field(&row).unwrap().kind.as_deref(),
            Some("array[thing]")
        );
    }

    #[test]
    fn values_are_read_from_list_items() {
        let values = values(
            "<p>A \"quoted\" word. Defined values are:</p> <ul> <li>• \"one\" - the first</li> <li>\"two\"</li> \
             <li>• Minimum length: 2</li> <li>Maximum length: 9</li> <li>• Conforms to the Thing Schema. Or so</li></ul>",
        );
        assert_eq!(values.one_of, ["one", "two"]);
        assert_eq!(values.length, (Some("2".into()), Some("9".into())));
        assert_eq!(values.form.as_deref(), Some("Thing"));
        assert!(!values.lost);
    }

    #[test]
    fn a_parameter_has_a_place() {
        let field = Columns::Parameter
            .field(&["id", "string", "path", "True", "Which • example: 7"])
            .unwrap();
        assert_eq!(field.location.as_deref(), Some("path"));
        assert_eq!(field.values.example.as_deref(), Some("7"));
    }

    #[test]
    fn a_strange_flag_is_an_error() {
        assert!(Columns::Member.field(&["id", "string", "Maybe", ""]).is_err());
    }

    #[test]
    fn a_separator_is_no_row() {
        assert_eq!(cells("|---|---|"), None);
        assert_eq!(cells(" | "), None);
        assert_eq!(cells("plain words"), None);
    }
}
