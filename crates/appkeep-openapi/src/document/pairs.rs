//! Corresponding parts of two documents.

use super::model::{MediaType, Operation, Parameter, ParameterLocation, Security};

impl Operation {
    /// Whether two documents refer to the same operation: equal method and path, independent of parameter
    /// names.
    pub(crate) fn is_same_route_as(&self, other: &Self) -> bool {
        self.method == other.method && self.route() == other.route()
    }

    /// The parameter of `other` that corresponds to `parameter`; path parameters correspond by position.
    pub(crate) fn counterpart<'a>(&self, parameter: &Parameter, other: &'a Self) -> Option<&'a Parameter> {
        if parameter.location != ParameterLocation::Path {
            return other.parameters.iter().find(|own| own.is_same_as(parameter));
        }
        let position = self.names_in_path().position(|name| name == parameter.name)?;
        let name = other.names_in_path().nth(position)?;
        other
            .parameters_in(ParameterLocation::Path)
            .find(|own| own.name == name)
    }

    fn names_in_path(&self) -> impl Iterator<Item = &str> {
        self.path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

impl MediaType {
    /// The entry of another `content` map that applies to this media type: itself, its range, or `*/*`.
    pub(crate) fn entry_in<'m>(&self, content: &'m [Self]) -> Option<&'m Self> {
        let named = |name: &str| content.iter().find(|other| other.name.eq_ignore_ascii_case(name));
        let same_text = content
            .iter()
            .find(|other| other.name.eq_ignore_ascii_case(&self.name) && other.parameters == self.parameters);
        let kind = self.name.split('/').next().unwrap_or_default();
        same_text
            .or_else(|| named(&self.name))
            .or_else(|| named(&format!("{kind}/*")))
            .or_else(|| named("*/*"))
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
