//! Options of lists: filters, order and columns. They are applied to complete lists, because the API has no filters.

use std::cmp::Reverse;

use appkeep_client::types::Label;
use chrono::{DateTime, Utc};
use serde_json::Value;

use super::field::{Field, Listed};
use super::find::Named;
use super::print::{Format, is_quiet, note};
use super::session::Session;
use super::table::Table;
use super::when::When;
use super::words::short_ids;
use crate::failure::{COULD_NOT_RUN, Failure};
use crate::stdout::print_line;

/// The name of the field with the id, which tables abbreviate.
const ID: &str = "id";

/// Filters, order and columns of a list.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct ListArgs {
    /// List only those in this state; several are separated by commas.
    #[arg(long, value_name = "STATE", value_delimiter = ',', help_heading = "Selection")]
    state: Vec<String>,
    /// List only those created since then: an age such as 7d, a date, or a time.
    #[arg(long, value_name = "WHEN", help_heading = "Selection")]
    since: Option<When>,
    /// List only those created until then: an age such as 7d, a date, which is included, or a time.
    #[arg(long, value_name = "WHEN", help_heading = "Selection")]
    until: Option<When>,
    /// List only those with this label; may be repeated.
    #[arg(long, value_name = "NAME[=VALUE]", help_heading = "Selection")]
    label: Vec<String>,
    /// Sort by this field; with a minus in front, in descending order.
    #[arg(
        long,
        value_name = "[-]FIELD",
        allow_hyphen_values = true,
        help_heading = "Selection"
    )]
    sort: Option<String>,
    /// List at most so many, after sorting.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Selection")]
    limit: Option<u32>,
    /// The columns of a table or of CSV, separated by commas.
    #[arg(long, value_name = "FIELD", value_delimiter = ',', help_heading = "Output")]
    columns: Vec<String>,
}

impl ListArgs {
    /// Checks states and fields, before anything is requested.
    ///
    /// # Errors
    /// When one of them doesn't exist, or `--quiet` leaves no columns.
    pub(crate) fn check<T: Listed>(&self, output: Format) -> Result<(), Failure> {
        if is_quiet() && !self.columns.is_empty() {
            let problem = "--quiet prints only ids: it can't be used with --columns";
            return Err(Failure::new(COULD_NOT_RUN, problem));
        }
        if let Some(state) = self
            .state
            .iter()
            .find(|state| !T::STATES.contains(&state.as_str()))
        {
            return Err(unknown("state", state, T::STATES));
        }
        if let Some(sort) = &self.sort {
            field::<T>(sort.strip_prefix('-').unwrap_or(sort))?;
        }
        self.columns::<T>(output, &[]).map(drop)
    }

    /// Prints the selected resources in the session's format, and returns them. Tables lack the columns `implied`. If the
    /// list is empty, tables are replaced by the message `none`.
    ///
    /// # Errors
    /// When a field doesn't exist, or stdout can't be written to.
    pub(crate) fn show<T: Listed>(
        &self,
        session: &Session,
        things: Vec<T>,
        implied: &[&str],
        none: &str,
    ) -> anyhow::Result<Vec<T>> {
        let (output, now) = (session.output, session.now());
        let is_empty = things.is_empty();
        let things = self.select(things, now)?;
        let columns = self.columns::<T>(output, implied)?;
        if is_quiet() {
            for thing in &things {
                print_line(&thing.id().to_string())?;
            }
            return Ok(things);
        }
        match output {
            Format::Table if is_empty => note(none),
            Format::Table if things.is_empty() => note(&format!("no {}s match", T::KIND)),
            Format::Table => Format::table(&things, || table(&columns, &things, now))?,
            Format::Csv => Format::csv(
                columns.iter().map(|field| field.name),
                things
                    .iter()
                    .map(|thing| columns.iter().map(|field| (field.exact)(thing).to_string())),
            )?,
            Format::Json | Format::Yaml => {
                let data: Vec<Value> = things.iter().map(Listed::data).collect::<Result<_, _>>()?;
                output.exactly(&data)?;
            }
        }
        Ok(things)
    }

    /// Returns whether the list has the field in this format, so that a server has to be asked for it.
    pub(crate) fn needs(&self, output: Format, field: &str) -> bool {
        !is_quiet()
            && (output != Format::Table || self.columns.iter().any(|column| normalized(column) == field))
    }

    /// Applies filters, order and limit.
    fn select<T: Listed>(&self, mut things: Vec<T>, now: DateTime<Utc>) -> Result<Vec<T>, Failure> {
        let (since, until) = (
            self.since.map(|when| when.begin(now)),
            self.until.map(|when| when.end(now)),
        );
        things.retain(|thing| {
            let metadata = thing.metadata();
            let created = metadata.creation_timestamp.to_utc().ok();
            let labels = metadata.labels.as_deref().unwrap_or_default();
            (self.state.is_empty() || self.state.contains(&thing.state()))
                && since.is_none_or(|since| created.is_some_and(|created| created >= since))
                && until.is_none_or(|until| created.is_some_and(|created| created < until))
                && self.label.iter().all(|wanted| has_label(labels, wanted))
        });
        if let Some(sort) = &self.sort {
            match sort.strip_prefix('-') {
                Some(name) => {
                    let exact = field::<T>(name)?.exact;
                    things.sort_by_key(|thing| Reverse(exact(thing)));
                }
                None => things.sort_by_key(field::<T>(sort)?.exact),
            }
        }
        things.truncate(self.limit.map_or(usize::MAX, |limit| limit as usize));
        Ok(things)
    }

    /// Returns the selected columns, or those of the format.
    fn columns<T: Listed>(
        &self,
        output: Format,
        implied: &[&str],
    ) -> Result<Vec<&'static Field<T>>, Failure> {
        if self.columns.is_empty() {
            let is_shown = |field: &&Field<T>| {
                output != Format::Table || field.is_in_tables && !implied.contains(&field.name)
            };
            return Ok(T::FIELDS.iter().filter(is_shown).collect());
        }
        if matches!(output, Format::Json | Format::Yaml) {
            let problem = "--columns is for tables and CSV, not for JSON and YAML";
            return Err(Failure::new(COULD_NOT_RUN, problem).next("specify --output csv"));
        }
        self.columns.iter().map(|name| field(name)).collect()
    }
}

/// Finds a field by its name.
fn field<T: Listed>(name: &str) -> Result<&'static Field<T>, Failure> {
    let wanted = normalized(name);
    let is_meant = |field: &&Field<T>| field.name == wanted || normalized(field.column.title) == wanted;
    let found = T::FIELDS.iter().find(is_meant);
    found.ok_or_else(|| {
        let names: Vec<_> = T::FIELDS.iter().map(|field| field.name).collect();
        unknown("field", name, &names)
    })
}

/// Returns the name of a field for its name or its column's title, such as `APP ID`.
fn normalized(name: &str) -> String {
    name.trim().to_ascii_lowercase().replace(' ', "-")
}

fn unknown(what: &str, value: &str, known: &[&str]) -> Failure {
    Failure::new(
        COULD_NOT_RUN,
        format!("invalid {what} {value:?}: expected {}", known.join(", ")),
    )
}

/// Returns whether there is a label with this name, and this value if one is given.
fn has_label(labels: &[Label], wanted: &str) -> bool {
    labels.iter().any(|label| match wanted.split_once('=') {
        Some((name, value)) => label.name == name && label.value == value,
        None => label.name == wanted,
    })
}

fn table<T: Listed>(columns: &[&Field<T>], things: &[T], now: DateTime<Utc>) -> Table {
    let mut table = Table::new(columns.iter().map(|field| field.column).collect::<Vec<_>>());
    let ids: Vec<_> = things.iter().map(Named::id).collect();
    for (thing, id) in things.iter().zip(short_ids(&ids)) {
        let cell = |field: &&Field<T>| match field.name {
            ID => id.as_str().into(),
            _ => field.cell(thing, now),
        };
        table.row(columns.iter().map(cell).collect::<Vec<_>>());
    }
    table
}
