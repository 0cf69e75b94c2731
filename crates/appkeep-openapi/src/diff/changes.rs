//! The changes found so far: each of them once, with all places that it affects.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Change, Code, Use};
use crate::document::{Direction, Document, Operation, SchemaPlace, resolve};
use crate::schema::{Prover, Reason};

/// Two documents and the differences that are known so far.
pub(super) struct Changes<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
    requests: Both<'a>,
    responses: Both<'a>,
    proven: HashMap<(Direction, String, String), Rc<Difference>>,
    noted: Vec<Noted>,
}

/// The provers of OLD ⊆ NEW and of NEW ⊆ OLD.
struct Both<'a> {
    narrower: Prover<'a>,
    wider: Prover<'a>,
}

impl<'a> Both<'a> {
    fn of(narrower: Prover<'a>) -> Self {
        Self {
            wider: narrower.reversed(),
            narrower,
        }
    }
}

/// The obstacles to two schemas admitting the same values.
struct Difference {
    /// Obstacles to OLD ⊆ NEW.
    narrower: Vec<Reason>,
    /// Obstacles to NEW ⊆ OLD.
    wider: Vec<Reason>,
}

/// A change with further places that it explains.
struct Noted {
    change: Change,
    old_from: Option<String>,
    new_from: Option<String>,
}

/// One kind of schema.
#[derive(Clone, Copy)]
pub(super) struct SchemaKind {
    direction: Direction,
    /// NEW narrower, perhaps narrower, wider, perhaps wider.
    codes: [Code; 4],
    /// NEW narrower for members that OLD doesn't describe, if that has a code of its own.
    undocumented: Option<Code>,
}

pub(super) const PARAMETER: SchemaKind = SchemaKind {
    direction: Direction::Request,
    codes: [
        Code::ParameterNarrower,
        Code::ParameterNarrowerUnproven,
        Code::ParameterWider,
        Code::ParameterWiderUnproven,
    ],
    undocumented: None,
};
pub(super) const REQUEST: SchemaKind = SchemaKind {
    direction: Direction::Request,
    codes: [
        Code::RequestNarrower,
        Code::RequestNarrowerUnproven,
        Code::RequestWider,
        Code::RequestWiderUnproven,
    ],
    undocumented: Some(Code::RequestPropertyAdded),
};
pub(super) const RESPONSE: SchemaKind = SchemaKind {
    direction: Direction::Response,
    codes: [
        Code::ResponseNarrower,
        Code::ResponseNarrowerUnproven,
        Code::ResponseWider,
        Code::ResponseWiderUnproven,
    ],
    undocumented: None,
};
pub(super) const HEADER: SchemaKind = SchemaKind {
    direction: Direction::Response,
    codes: [
        Code::HeaderNarrower,
        Code::HeaderNarrowerUnproven,
        Code::HeaderWider,
        Code::HeaderWiderUnproven,
    ],
    undocumented: None,
};

impl<'a> Changes<'a> {
    pub(super) fn new(old: &'a Document, new: &'a Document) -> Self {
        let (requests, responses) = Prover::by_direction(old, new);
        Self {
            old,
            new,
            requests: Both::of(requests),
            responses: Both::of(responses),
            proven: HashMap::new(),
            noted: Vec::new(),
        }
    }

    /// Records a change. A change that is known already gets one more place.
    pub(super) fn note(
        &mut self,
        code: Code,
        used: Option<Use>,
        what: String,
        old_at: Option<&str>,
        new_at: Option<&str>,
    ) {
        self.note_from(code, used, what, (old_at, new_at), (None, None));
    }

    fn note_from(
        &mut self,
        code: Code,
        used: Option<Use>,
        what: String,
        at: (Option<&str>, Option<&str>),
        from: (Option<&str>, Option<&str>),
    ) {
        let pointer = |at: Option<&str>| at.map(|at| format!("#{at}"));
        let change = Change {
            code,
            level: code.level(),
            clients: code.clients(),
            servers: code.servers(),
            what,
            uses: used.into_iter().collect(),
            old_at: pointer(at.0),
            new_at: pointer(at.1),
            old_line: at.0.and_then(|at| self.old.line(at)),
            new_line: at.1.or(at.0).and_then(|at| self.new.line(at)),
        };
        let known = self.noted.iter_mut().find(|noted| {
            let known = &noted.change;
            known.code == change.code
                && known.what == change.what
                && known.old_at == change.old_at
                && known.new_at == change.new_at
        });
        match known {
            Some(known) => {
                for one in change.uses {
                    if !known.change.uses.contains(&one) {
                        known.change.uses.push(one);
                    }
                }
            }
            None => self.noted.push(Noted {
                change,
                old_from: pointer(from.0),
                new_from: pointer(from.1),
            }),
        }
    }

    /// Compares two schemas in both directions.
    fn schemas(
        &mut self,
        kind: SchemaKind,
        used: &Use,
        old: Option<&SchemaPlace>,
        new: Option<&SchemaPlace>,
    ) {
        let difference = self.difference(kind.direction, old, new);
        let from = (
            old.map(|place| place.0.as_str()),
            new.map(|place| place.0.as_str()),
        );
        let mut put_down = |reason: &Reason, codes: (Code, Code), at: (&str, &str)| {
            let code = if reason.certain { codes.0 } else { codes.1 };
            let used = Use {
                path: reason.path.clone(),
                ..used.clone()
            };
            let at = (Some(at.0), Some(at.1));
            self.note_from(code, Some(used), reason.what.clone(), at, from);
        };
        let codes = kind.codes;
        for reason in &difference.narrower {
            let own = kind.undocumented.filter(|_| reason.undocumented);
            let pair = own.map_or((codes[0], codes[1]), |code| (code, code));
            put_down(reason, pair, (&reason.small, &reason.large));
        }
        for reason in &difference.wider {
            put_down(reason, (codes[2], codes[3]), (&reason.large, &reason.small));
        }
    }

    /// The difference between two schemas. Many operations use the same schema, so each pair is compared
    /// once.
    fn difference(
        &mut self,
        direction: Direction,
        old: Option<&SchemaPlace>,
        new: Option<&SchemaPlace>,
    ) -> Rc<Difference> {
        let end = |document: &Document, place: Option<&SchemaPlace>| {
            let place = place.map(|place| place.0.as_str()).unwrap_or_default();
            resolve(document.root(), place).map_or_else(|_| place.to_owned(), |(_, at)| at)
        };
        let pair = (direction, end(self.old, old), end(self.new, new));
        if let Some(known) = self.proven.get(&pair) {
            return Rc::clone(known);
        }
        let (was, now) = ((self.old, pair.1.as_str()), (self.new, pair.2.as_str()));
        let provers = match direction {
            Direction::Request => &self.requests,
            Direction::Response => &self.responses,
        };
        let difference = Rc::new(Difference {
            narrower: by_place(provers.narrower.obstacles(old, new), was, now),
            wider: by_place(provers.wider.obstacles(new, old), now, was),
        });
        self.proven.insert(pair, Rc::clone(&difference));
        difference
    }

    /// Whether a recorded change explains a difference at these places, which are JSON pointers without `#`.
    pub(super) fn explain(&self, old: &[String], new: &[String]) -> bool {
        let is_related = |places: &[String], known: &Option<String>| {
            known.as_deref().is_some_and(|known| {
                let known = known.trim_start_matches('#');
                places
                    .iter()
                    .any(|place| is_within(place, known) || is_within(known, place))
            })
        };
        self.noted.iter().any(|noted| {
            is_related(old, &noted.change.old_at)
                || is_related(new, &noted.change.new_at)
                || is_related(old, &noted.old_from)
                || is_related(new, &noted.new_from)
        })
    }

    /// Whether a recorded change has one of these codes.
    pub(super) fn has_any(&self, codes: &[Code]) -> bool {
        self.noted.iter().any(|noted| codes.contains(&noted.change.code))
    }

    /// The changes, most severe first, otherwise in the order in which they were found.
    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes: Vec<Change> = self.noted.into_iter().map(|noted| noted.change).collect();
        changes.sort_by_key(|change| std::cmp::Reverse(change.level));
        changes
    }
}

/// One reason for each place, with references followed to their end.
fn by_place(reasons: Vec<Reason>, small: (&Document, &str), large: (&Document, &str)) -> Vec<Reason> {
    let end = |(document, begin): (&Document, &str), at: String| {
        if at.is_empty() {
            return begin.to_owned();
        }
        resolve(document.root(), &at).map_or(at, |(_, end)| end)
    };
    let mut places: Vec<Reason> = Vec::new();
    for reason in reasons {
        let reason = Reason {
            small: end(small, reason.small),
            large: end(large, reason.large),
            ..reason
        };
        let known = places.iter_mut().find(|known| {
            (
                &known.path,
                &known.small,
                &known.large,
                known.certain,
                known.undocumented,
            ) == (
                &reason.path,
                &reason.small,
                &reason.large,
                reason.certain,
                reason.undocumented,
            )
        });
        match known {
            Some(known) => known.what = format!("{}; {}", known.what, reason.what),
            None => places.push(reason),
        }
    }
    places
}

/// Whether a pointer refers to a place or to something below it.
fn is_within(place: &str, outer: &str) -> bool {
    place
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The same operation in both documents.
pub(super) struct Pair<'c, 'a> {
    pub(super) changes: &'c mut Changes<'a>,
    pub(super) old: &'a Operation,
    pub(super) new: &'a Operation,
}

impl Pair<'_, '_> {
    /// Records a change.
    pub(super) fn note(
        &mut self,
        code: Code,
        subject: &str,
        what: impl Into<String>,
        old_at: Option<&str>,
        new_at: Option<&str>,
    ) {
        let used = self.used(subject);
        self.changes.note(code, Some(used), what.into(), old_at, new_at);
    }

    /// Compares two schemas in both directions.
    pub(super) fn schemas(
        &mut self,
        kind: SchemaKind,
        subject: &str,
        old: Option<&SchemaPlace>,
        new: Option<&SchemaPlace>,
    ) {
        let used = self.used(subject);
        self.changes.schemas(kind, &used, old, new);
    }

    fn used(&self, subject: &str) -> Use {
        Use {
            operation: self.old.id.clone(),
            subject: subject.to_owned(),
            path: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reason(small: &str, large: &str, what: &str) -> Reason {
        Reason {
            path: "value".to_owned(),
            small: small.to_owned(),
            large: large.to_owned(),
            what: what.to_owned(),
            certain: true,
            undocumented: false,
        }
    }

    /// A document with one schema, which another one refers to.
    fn document() -> Document {
        let root = json!({
            "openapi": "3.0.3",
            "info": {"title": "t", "version": "1.0.0"},
            "paths": {},
            "components": {"schemas": {
                "Name": {"type": "string"},
                "Alias": {"$ref": "#/components/schemas/Name"},
            }},
        });
        Document::from_value("a document", root).unwrap()
    }

    #[test]
    fn equal_targets_of_references_give_one_reason() {
        let document = document();
        let (alias, name) = ("/components/schemas/Alias", "/components/schemas/Name");
        let reasons = vec![reason(alias, alias, "too long"), reason(name, name, "too short")];
        let side = (&document, "/components/schemas");
        let places = by_place(reasons, side, side);
        let [one] = &places[..] else {
            panic!("{places:?}");
        };
        assert_eq!((one.small.as_str(), one.large.as_str()), (name, name));
        assert_eq!(one.what, "too long; too short");
        let nowhere = by_place(vec![reason("", "", "all")], side, side);
        assert_eq!(nowhere[0].small, "/components/schemas");
    }

    #[test]
    fn changes_explain_differences_at_all_their_locations() {
        let document = document();
        let at = ["/a/old", "/a/new", "/b/old", "/b/new"];
        for (index, place) in at.iter().enumerate() {
            let mut changes = Changes::new(&document, &document);
            let one = |own: usize| (own == index).then_some(*place);
            let what = "changed".to_owned();
            changes.note_from(Code::ALL[0], None, what, (one(0), one(1)), (one(2), one(3)));
            let below = vec![format!("{place}/schema")];
            let (old, new) = if index % 2 == 0 {
                (below, Vec::new())
            } else {
                (Vec::new(), below)
            };
            assert!(changes.explain(&old, &new), "{place}");
            assert!(
                !changes.explain(&new, &old),
                "{place} is a place of the other document"
            );
            let elsewhere = vec!["/a/older".to_owned()];
            assert!(!changes.explain(&elsewhere, &elsewhere), "{place}");
        }
    }
}
