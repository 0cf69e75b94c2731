//! Corresponding parts of two documents.

use std::collections::HashMap;

use super::model::{Header, MediaType, Operation, Parameter, ParameterLocation, Security, names_in};

/// The operations by method and path, independent of the names of parameters. Documents have no two of the same.
pub(crate) fn by_route(operations: &[Operation]) -> HashMap<(&str, String), &Operation> {
    operations
        .iter()
        .map(|operation| ((operation.method.as_str(), operation.route()), operation))
        .collect()
}

impl Operation {
    /// The parameter of `other` that corresponds to `parameter`; path parameters correspond by position.
    pub(crate) fn counterpart<'a>(&self, parameter: &Parameter, other: &'a Self) -> Option<&'a Parameter> {
        let all = || other.parameters_in(parameter.location);
        let names = names_in(&self.path);
        let position = names.iter().position(|name| *name == parameter.name);
        if let Some(position) = position.filter(|_| parameter.location == ParameterLocation::Path) {
            let name = *names_in(&other.path).get(position)?;
            return all().find(|own| own.name == name);
        }
        // The names of headers ignore case, but one list may have several spellings.
        all()
            .find(|own| own.name == parameter.name)
            .or_else(|| all().find(|own| own.is_same_as(parameter)))
    }
}

impl Header {
    /// The header with this name in another response. Names ignore case, but an equal spelling takes precedence.
    pub(crate) fn counterpart<'h>(&self, headers: &'h [Self]) -> Option<&'h Self> {
        let equal = headers.iter().find(|other| other.name == self.name);
        equal.or_else(|| {
            headers
                .iter()
                .find(|other| other.name.eq_ignore_ascii_case(&self.name))
        })
    }
}

impl MediaType {
    /// The entry of another `content` map that applies to this media type: the most specific one that covers it.
    pub(crate) fn entry_in<'m>(&self, content: &'m [Self]) -> Option<&'m Self> {
        content
            .iter()
            .filter(|other| other.covers(self))
            .max_by_key(|other| {
                let is_equal_text = other.parameters == self.parameters;
                let is_equal_name = other.name == self.name;
                (
                    other.name.matches('*').count() == 0,
                    other.name != "*/*",
                    other.distinguishing().len(),
                    is_equal_text,
                    is_equal_name,
                )
            })
    }

    /// Whether this media type or range includes another: the same type, `image/*` or `*/*`, without parameters that
    /// the other doesn't have.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let part = |one: &str, other: &str| one == "*" || one.eq_ignore_ascii_case(other);
        let split = |name: &str| {
            let (kind, subtype) = name.split_once('/').unwrap_or((name, ""));
            (kind.to_owned(), subtype.to_owned())
        };
        let (own, others) = (split(&self.name), split(&other.name));
        part(&own.0, &others.0)
            && part(&own.1, &others.1)
            && self.distinguishing().is_subset(&other.distinguishing())
    }
}

impl Security {
    /// Whether all credentials that satisfy `other` satisfy this, too.
    pub(crate) fn asks_no_more_than(&self, other: &Self) -> bool {
        if self.is_open() {
            return true;
        }
        !other.is_open()
            && other
                .0
                .iter()
                .all(|asked| self.0.iter().any(|enough| enough.is_subset(asked)))
    }
}
