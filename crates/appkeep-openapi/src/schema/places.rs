//! Schemas at places in documents that may or may not have one.

use super::contain::{Prover, Reason, Schema};
use crate::document::{Direction, Document, SchemaPlace};

impl<'a> Prover<'a> {
    /// The provers for the requests and the responses of two documents.
    pub(crate) fn by_direction(one: &'a Document, other: &'a Document) -> (Self, Self) {
        let views = |direction| (one.view(direction), other.view(direction));
        let (requests, responses) = (views(Direction::Request), views(Direction::Response));
        let steps_max = one.limits().proof_steps.max(other.limits().proof_steps);
        let prover = Self::new(requests.0, requests.1).with_steps(steps_max);
        let is_same = std::ptr::eq(requests.0, responses.0) && std::ptr::eq(requests.1, responses.1);
        let other = if is_same {
            prover.clone()
        } else {
            Self::new(responses.0, responses.1).with_steps(steps_max)
        };
        (prover, other)
    }

    /// The obstacles to a schema of the first document being contained in one of the second.
    ///
    /// A place without a schema permits everything.
    pub(crate) fn obstacles(&self, small: Option<&SchemaPlace>, large: Option<&SchemaPlace>) -> Vec<Reason> {
        let pointer =
            |place: Option<&SchemaPlace>| place.map(|place| place.0.as_str().into()).unwrap_or_default();
        let obstacle = |what: &str, certain| {
            vec![Reason {
                path: String::new(),
                small: pointer(small),
                large: pointer(large),
                what: what.into(),
                certain,
                undocumented: false,
            }]
        };
        let Some(large_place) = large else {
            return Vec::new();
        };
        let Some(small_place) = small else {
            return obstacle("there is no schema, so it may be anything", true);
        };
        let small_schema: Option<Schema<'a>> = Schema::at(self.small.root(), &small_place.0);
        let large_schema: Option<Schema<'a>> = Schema::at(self.large.root(), &large_place.0);
        let (Some(small_schema), Some(large_schema)) = (small_schema, large_schema) else {
            return obstacle("a schema can't be parsed", false);
        };
        self.decide(&small_schema, &large_schema).into_reasons()
    }
}
