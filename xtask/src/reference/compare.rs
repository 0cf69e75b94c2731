//! Compares what the references say with the contract.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::decisions::Decision;
use super::digests;
use super::field::Field;
use super::schema;
use super::text::{self, Place, Table};
use crate::spec;

/// Stands for a fact that is there and has no text of its own.
pub(super) const PRESENT: &str = "present";
/// Stands for a fact that isn't there.
pub(super) const NONE: &str = "nothing";
/// Stands for a fact that the converter lost.
pub(super) const LOST: &str = "lost";

/// What about a field was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Aspect {
    /// Whether it exists.
    Presence,
    /// Where a parameter stands.
    Location,
    /// Its type.
    Kind,
    /// Its required flag.
    Required,
    /// Its enumeration.
    Values,
    /// Its length.
    Length,
    /// Its least number of items.
    ItemsMin,
    /// The named form that it conforms to.
    Form,
    /// A parameter's example.
    Example,
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Presence => "presence",
            Self::Location => "place",
            Self::Kind => "type",
            Self::Required => "required",
            Self::Values => "values",
            Self::Length => "length",
            Self::ItemsMin => "least number of items",
            Self::Form => "form",
            Self::Example => "example",
        })
    }
}

/// What a comparison came to.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// How many payloads were compared.
    pub(super) payloads: usize,
    /// How many tables were compared.
    pub(super) tables: usize,
    /// How many rows of tables were compared.
    pub(super) fields: usize,
    /// The entries of the table of decisions that were needed, by index.
    pub(super) decided: BTreeSet<usize>,
    /// Everything that differs, in words.
    pub(super) differences: BTreeSet<String>,
}

/// Compares all operations of the references with the contract's documented part.
pub(super) fn compare(document: &Value, references: &[text::Operation], decisions: &[Decision]) -> Report {
    let mut comparison = Comparison {
        document,
        decisions,
        report: Report::default(),
    };
    let ours = spec::operations(document);
    for theirs in references {
        match ours
            .iter()
            .find(|o| (o.method, o.path) == (&*theirs.method, &*theirs.path))
        {
            Some(ours) => comparison.operation(theirs, *ours),
            None => comparison.differs(&format!("{} {}: not in the contract", theirs.method, theirs.path)),
        }
    }
    for ours in ours.iter().filter(|ours| !spec::is_companion(ours.value)) {
        if !references
            .iter()
            .any(|t| (&*t.method, &*t.path) == (ours.method, ours.path))
        {
            comparison.differs(&format!("{}: documented, but in no reference", ours.id()));
        }
    }
    comparison.undefined_names(references);
    comparison.idle_decisions();
    comparison.report
}

/// A comparison under way.
struct Comparison<'a> {
    document: &'a Value,
    decisions: &'a [Decision],
    report: Report,
}

/// A table's counterpart in the contract.
struct Counterpart<'a> {
    /// The place in words.
    place: String,
    /// What decisions call it: a schema's name, or `parameters`.
    schema: String,
    /// The fields: name, schema, whether required.
    fields: Vec<OurField<'a>>,
}

/// A field of the contract.
struct OurField<'a> {
    name: &'a str,
    location: Option<&'a str>,
    schema: &'a Value,
    required: bool,
    example: Option<&'a str>,
    /// Whether the original documents it at this place.
    documented: bool,
}

impl<'a> Comparison<'a> {
    fn differs(&mut self, difference: &str) {
        self.report.differences.insert(difference.to_owned());
    }

    fn operation(&mut self, theirs: &text::Operation, ours: spec::Operation<'a>) {
        if spec::is_companion(ours.value) {
            self.differs(&format!(
                "{}: a companion, but a reference documents it",
                ours.id()
            ));
            return;
        }
        self.statuses(theirs, ours);
        for (place, payload) in &theirs.payloads {
            self.payload(ours, place, payload);
        }
        for table in &theirs.tables {
            self.report.tables += 1;
            self.report.fields += table.fields.len();
            for counterpart in self.counterparts(ours, table) {
                self.table(table, &counterpart);
            }
        }
        let place = |place: &Place| place.to_string();
        for (_, ours_place, _) in digests::payloads(self.document)
            .iter()
            .filter(|p| p.0 == ours.id())
        {
            if !theirs
                .payloads
                .iter()
                .any(|(theirs, _)| place(theirs) == **ours_place)
            {
                self.differs(&format!(
                    "{} {ours_place}: the reference has no payload",
                    ours.id()
                ));
            }
        }
    }

    fn statuses(&mut self, theirs: &text::Operation, ours: spec::Operation<'a>) {
        let documented: Vec<_> = ours
            .responses(self.document)
            .into_iter()
            .filter(|(_, response)| !spec::is_companion(response))
            .map(|(status, _)| status)
            .collect();
        for status in &theirs.statuses {
            if !documented.contains(&status.as_str()) {
                self.differs(&format!("{} {status}: no documented response", ours.id()));
            }
        }
        for status in documented {
            if !theirs.statuses.iter().any(|theirs| theirs == status) {
                self.differs(&format!("{} {status}: the reference doesn't have it", ours.id()));
            }
        }
    }

    fn payload(&mut self, ours: spec::Operation<'a>, place: &Place, payload: &Value) {
        self.report.payloads += 1;
        let place = place.to_string();
        let examples: Vec<_> = digests::payloads(self.document)
            .into_iter()
            .filter(|example| (example.0, example.1) == (ours.id(), &*place))
            .collect();
        if examples.is_empty() {
            self.differs(&format!("{} {place}: the example payload is missing", ours.id()));
        }
        for (_, _, example) in examples.into_iter().filter(|example| example.2 != payload) {
            self.differs(&format!(
                "{} {place}: the reference's payload is {payload}, the contract's {example}",
                ours.id()
            ));
        }
    }

    /// The parts of the contract that a table describes; more than one for a shared definition.
    fn counterparts(&mut self, ours: spec::Operation<'a>, table: &Table) -> Vec<Counterpart<'a>> {
        let place = format!("{} {}", ours.id(), table.place);
        let schemas: Vec<_> = match &table.place {
            Place::Parameters => return vec![self.parameters(ours, place)],
            Place::Request => ours
                .request_body(self.document)
                .map(media_schemas)
                .unwrap_or_default(),
            Place::Response(status) => ours
                .responses(self.document)
                .into_iter()
                .find(|response| response.0 == status)
                .map(|response| media_schemas(response.1))
                .unwrap_or_default(),
            Place::Definition(name) => {
                let all = schema::definitions(self.document).into_iter();
                let of_name = all.filter(|(_, names, _)| names.contains(&name.as_str()));
                return of_name
                    .map(|(component, _, schema)| self.counterpart(&place, component, schema, ours, None))
                    .collect();
            }
        };
        if schemas.is_empty() {
            self.differs(&format!("{place}: the contract has no schema"));
        }
        let status = match &table.place {
            Place::Response(status) => Some(status.as_str()),
            _ => None,
        };
        schemas
            .into_iter()
            .map(|schema| {
                let name = schema::named(self.document, schema).name.unwrap_or_default();
                self.counterpart(&place, name, schema, ours, status)
            })
            .collect()
    }

    fn parameters(&self, ours: spec::Operation<'a>, place: String) -> Counterpart<'a> {
        let text = |value: &'a Value, key| value.get(key).and_then(Value::as_str);
        let fields = ours
            .parameters(self.document)
            .into_iter()
            .map(|parameter| OurField {
                name: text(parameter, "name").unwrap_or_default(),
                location: text(parameter, "in"),
                schema: parameter.get("schema").unwrap_or(&Value::Null),
                required: parameter.get("required") == Some(&Value::Bool(true)),
                example: text(parameter, "example"),
                documented: !spec::is_companion(parameter),
            });
        Counterpart {
            place,
            schema: "parameters".to_owned(),
            fields: fields.collect(),
        }
    }

    fn counterpart(
        &self,
        place: &str,
        name: &str,
        schema: &'a Value,
        ours: spec::Operation<'a>,
        status: Option<&str>,
    ) -> Counterpart<'a> {
        let (properties, required) = schema::properties(self.document, schema);
        let fields = properties.into_iter().map(|(name, schema)| OurField {
            name,
            location: None,
            schema,
            required: required.contains(&name),
            example: None,
            documented: !spec::is_companion(schema) && documented_on(schema, ours.method, status),
        });
        Counterpart {
            place: format!("{place} ({name})"),
            schema: name.to_owned(),
            fields: fields.collect(),
        }
    }

    fn table(&mut self, table: &Table, ours: &Counterpart<'a>) {
        for theirs in &table.fields {
            match ours.fields.iter().find(|field| field.name == theirs.name) {
                Some(field) => self.field(ours, theirs, field),
                None => self.aspect(ours, &theirs.name, Aspect::Presence, PRESENT, NONE),
            }
        }
        for field in ours.fields.iter().filter(|field| field.documented) {
            if !table.fields.iter().any(|theirs| theirs.name == field.name) {
                self.aspect(ours, field.name, Aspect::Presence, NONE, PRESENT);
            }
        }
    }

    fn field(&mut self, counterpart: &Counterpart<'a>, theirs: &Field, ours: &OurField<'a>) {
        let document = self.document;
        let mut aspect = |aspect, theirs_say: &str, ours_say: &str| {
            self.aspect(counterpart, &theirs.name, aspect, theirs_say, ours_say);
        };
        if !ours.documented {
            aspect(Aspect::Presence, PRESENT, "a companion");
        }
        let flag = |required| if required { "True" } else { "False" };
        aspect(Aspect::Required, flag(theirs.required), flag(ours.required));
        if let Some(location) = &theirs.location {
            aspect(Aspect::Location, location, ours.location.unwrap_or(NONE));
        }
        let kind = theirs
            .kind
            .as_ref()
            .map(|kind| schema::canonical_kind(document, kind));
        aspect(
            Aspect::Kind,
            kind.as_deref().unwrap_or(LOST),
            &schema::kind(document, ours.schema),
        );

        // What a lost list said is unknown. What an existing list doesn't say must not be said by us,
        // except for a form, which only makes a plain string more precise.
        let values = &theirs.values;
        let form = values
            .form
            .as_deref()
            .map(schema::form_by_their_name)
            .unwrap_or_default();
        let items_min = values.items_min.clone().unwrap_or_default();
        let facts = [
            (
                Aspect::Values,
                values.one_of.join("|"),
                schema::values(document, ours.schema),
            ),
            (
                Aspect::Length,
                values.length_range(),
                schema::length(document, ours.schema),
            ),
            (
                Aspect::ItemsMin,
                items_min,
                schema::items_min(document, ours.schema),
            ),
            (Aspect::Form, form, schema::form(document, ours.schema)),
        ];
        for (what, said, ours_say) in facts {
            match said {
                _ if values.lost && ours_say.is_empty() => {}
                _ if values.lost => aspect(what, LOST, &ours_say),
                said if said.is_empty() && what == Aspect::Form => {}
                said => aspect(what, &said, &ours_say),
            }
        }
        if let Some(example) = &values.example {
            aspect(Aspect::Example, example, ours.example.unwrap_or(NONE));
        }
    }

    /// Notes a difference in one aspect of a field, unless it was decided.
    fn aspect(
        &mut self,
        ours: &Counterpart<'_>,
        field: &str,
        aspect: Aspect,
        theirs_say: &str,
        ours_say: &str,
    ) {
        if theirs_say == ours_say {
            return;
        }
        let decided = self.decisions.iter().position(|decision| {
            (decision.schema, decision.field, decision.aspect) == (&*ours.schema, field, aspect)
                && (decision.theirs, decision.ours) == (theirs_say, ours_say)
        });
        if let Some(index) = decided {
            self.report.decided.insert(index);
            return;
        }
        let quoted = |text: &str| {
            if text.is_empty() {
                NONE.to_owned()
            } else {
                text.to_owned()
            }
        };
        self.differs(&format!(
            "{}: {field}: {aspect}: the reference says {}, the contract {}",
            ours.place,
            quoted(theirs_say),
            quoted(ours_say)
        ));
    }

    /// Names of definitions that only one side knows.
    fn undefined_names(&mut self, references: &[text::Operation]) {
        let theirs: BTreeSet<_> = references
            .iter()
            .flat_map(|operation| &operation.tables)
            .filter_map(|table| match &table.place {
                Place::Definition(name) => Some(name.as_str()),
                _ => None,
            })
            .collect();
        let ours: BTreeSet<_> = schema::definitions(self.document)
            .into_iter()
            .flat_map(|(_, names, _)| names)
            .collect();
        for name in theirs.difference(&ours) {
            self.differs(&format!("definition {name}: no schema is `x-documented-as` this"));
        }
        for name in ours.difference(&theirs) {
            self.differs(&format!("definition {name}: in no reference"));
        }
    }

    fn idle_decisions(&mut self) {
        for (index, decision) in self.decisions.iter().enumerate() {
            if !self.report.decided.contains(&index) {
                self.differs(&format!(
                    "decision {} {}: {}: covers nothing (it says: {})",
                    decision.schema, decision.field, decision.aspect, decision.reason
                ));
            }
        }
    }
}

/// Whether the original documents a member here; `x-documented-on` limits it to a status and methods.
fn documented_on(schema: &Value, method: &str, status: Option<&str>) -> bool {
    let Some(marker) = schema.get("x-documented-on") else {
        return true;
    };
    marker.get("status").and_then(Value::as_str) == status
        && spec::items(marker.get("methods")).any(|allowed| allowed == method)
}

/// The schemas of a body's media types.
fn media_schemas(body: &Value) -> Vec<&Value> {
    spec::members(body.get("content"))
        .filter_map(|(_, media_type)| media_type.get("schema"))
        .collect()
}
