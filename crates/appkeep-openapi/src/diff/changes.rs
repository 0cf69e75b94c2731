//! The changes found so far: each of them once, with all places that it affects.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::explained::{Places, hash_of};
use super::text::name;
use super::{Change, Code, Use};
use crate::document::{Direction, Document, Operation, SchemaPlace, reference_to, resolve};
use crate::schema::{Prover, Reason};

/// Two documents and the differences that are known so far.
pub(super) struct Changes<'a> {
    pub(super) old: &'a Document,
    pub(super) new: &'a Document,
    requests: Both<'a>,
    responses: Both<'a>,
    proven: HashMap<(Direction, String, String), Rc<Difference>>,
    /// Number of obstacles in `proven`.
    reasons: usize,
    noted: Vec<Change>,
    /// The position of each change in `noted`, by a hash of its code, text and places. Texts would take much more memory.
    positions: HashMap<u64, usize>,
    /// Hashes of the uses of all changes, each together with the position of its change.
    uses: HashSet<u64>,
    /// The places in OLD and in NEW that changes explain, without `#`.
    explained: (Places, Places),
}

/// Maximum number of obstacles that are kept for schemas with several uses.
const REASONS_MAX: usize = 20_000;

/// Maximum number of uses that are listed for a change.
const USES_MAX: usize = 100;

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
            positions: HashMap::new(),
            uses: HashSet::new(),
            reasons: 0,
            explained: (Places::default(), Places::default()),
        }
    }

    /// For webhooks: the server sends their requests, and clients send their responses.
    pub(super) fn of_webhooks(old: &'a Document, new: &'a Document) -> Self {
        let mut changes = Self::new(old, new);
        std::mem::swap(&mut changes.requests, &mut changes.responses);
        changes
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
        let pointer = |at: Option<&str>| at.map(reference_to);
        for (places, ends) in [
            (&mut self.explained.0, [at.0, from.0]),
            (&mut self.explained.1, [at.1, from.1]),
        ] {
            ends.into_iter().flatten().for_each(|place| places.insert(place));
        }
        let identity = hash_of(&(code, &what, at.0, at.1));
        let position = *self.positions.entry(identity).or_insert_with(|| {
            self.noted.push(Change {
                code,
                level: code.level(),
                clients: code.clients(),
                servers: code.servers(),
                what,
                uses: Vec::new(),
                uses_total: 0,
                old_at: pointer(at.0),
                new_at: pointer(at.1),
                old_line: at.0.and_then(|at| self.old.line(at)),
                new_line: at.1.or(at.0).and_then(|at| self.new.line(at)),
            });
            self.noted.len() - 1
        });
        let (Some(change), Some(used)) = (self.noted.get_mut(position), used) else {
            return;
        };
        if self.uses.insert(hash_of(&(position, &used))) {
            change.uses_total += 1;
            if change.uses.len() < USES_MAX {
                // Most changes have one use, and there may be many changes.
                if change.uses.is_empty() {
                    change.uses.reserve_exact(1);
                }
                change.uses.push(used);
            }
        }
    }

    /// Adds the changes of another comparison of the same documents, each with another code and effect.
    pub(super) fn absorb(&mut self, others: Self, convert: impl Fn(Change) -> Change) {
        self.explained.0.add(others.explained.0);
        self.explained.1.add(others.explained.1);
        self.noted.extend(others.noted.into_iter().map(convert));
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
            let what = match code {
                Code::RequestPropertyAdded => format!("the property {} is new", name(&reason.path)),
                _ => reason.what.to_string(),
            };
            self.note_from(code, Some(used), what, at, from);
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
        if self.reasons > REASONS_MAX {
            self.proven.clear();
            self.reasons = 0;
        }
        self.reasons += difference.narrower.len() + difference.wider.len();
        self.proven.insert(pair, Rc::clone(&difference));
        difference
    }

    /// Whether a recorded change explains a difference at these places, which are JSON pointers without `#`.
    pub(super) fn explain(&self, old: &[String], new: &[String]) -> bool {
        old.iter().any(|place| self.explained.0.is_related(place))
            || new.iter().any(|place| self.explained.1.is_related(place))
    }

    /// Whether a recorded change has one of these codes.
    pub(super) fn has_any(&self, codes: &[Code]) -> bool {
        self.noted.iter().any(|change| codes.contains(&change.code))
    }

    /// The changes, most severe first, otherwise in the order in which they were found.
    pub(super) fn sorted(self) -> Vec<Change> {
        let mut changes = self.noted;
        changes.sort_by_key(|change| std::cmp::Reverse(change.level));
        changes
    }
}

/// One reason for each place, with references followed to their end.
fn by_place(reasons: Vec<Reason>, small: (&Document, &str), large: (&Document, &str)) -> Vec<Reason> {
    let end = |(document, begin): (&Document, &str), at: Arc<str>| -> Arc<str> {
        if at.is_empty() {
            return begin.into();
        }
        match resolve(document.root(), &at) {
            Ok((_, end)) if end != *at => end.into(),
            _ => at,
        }
    };
    let mut places: Vec<Reason> = Vec::new();
    let mut positions = HashMap::new();
    for reason in reasons {
        let reason = Reason {
            small: end(small, reason.small),
            large: end(large, reason.large),
            ..reason
        };
        let place = (&reason.path, &reason.small, &reason.large);
        match positions.entry(hash_of(&(place, reason.certain, reason.undocumented))) {
            Entry::Occupied(position) => {
                let known: &mut Reason = &mut places[*position.get()];
                known.what = format!("{}; {}", known.what, reason.what).into();
            }
            Entry::Vacant(position) => {
                position.insert(places.len());
                places.push(reason);
            }
        }
    }
    places
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
            small: small.into(),
            large: large.into(),
            what: what.into(),
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
        assert_eq!((&*one.small, &*one.large), (name, name));
        assert_eq!(&*one.what, "too long; too short");
        let nowhere = by_place(vec![reason("", "", "all")], side, side);
        assert_eq!(&*nowhere[0].small, "/components/schemas");
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
