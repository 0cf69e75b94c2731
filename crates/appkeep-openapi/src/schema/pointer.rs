//! The places of schemas, which become texts only when a report needs them.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use crate::document::escape;

/// A JSON pointer that shares its beginning with the pointers around it.
#[derive(Debug, Clone, Default)]
pub(super) struct Pointer<'a>(Option<Rc<Step<'a>>>);

#[derive(Debug)]
struct Step<'a> {
    outer: Pointer<'a>,
    token: Token<'a>,
}

#[derive(Debug)]
enum Token<'a> {
    /// A pointer, or the end of one, as it is written.
    Text(String),
    /// A name, not escaped.
    Member(Cow<'a, str>),
    Item(usize),
}

impl<'a> Pointer<'a> {
    /// A pointer from a text.
    pub(super) fn from_text(text: String) -> Self {
        Self::default().with(Token::Text(text))
    }

    /// The pointer with a text at its end.
    pub(super) fn and_text(&self, text: String) -> Self {
        self.with(Token::Text(text))
    }

    pub(super) fn member(&self, name: Cow<'a, str>) -> Self {
        self.with(Token::Member(name))
    }

    pub(super) fn item(&self, index: usize) -> Self {
        self.with(Token::Item(index))
    }

    fn with(&self, token: Token<'a>) -> Self {
        let outer = self.clone();
        Self(Some(Rc::new(Step { outer, token })))
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(step) = &self.0 else { return Ok(()) };
        step.outer.fmt(f)?;
        match &step.token {
            Token::Text(text) => f.write_str(text),
            Token::Member(name) => write!(f, "/{}", escape(name)),
            Token::Item(index) => write!(f, "/{index}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::Pointer;

    #[test]
    fn pointers_are_written_from_the_outside_in() {
        let begin = Pointer::from_text("/paths/~1a".to_owned());
        let member = begin.member(Cow::Borrowed("b/c")).item(0);
        assert_eq!(member.to_string(), "/paths/~1a/b~1c/0");
        assert_eq!(
            member.and_text("/=1".to_owned()).to_string(),
            "/paths/~1a/b~1c/0/=1"
        );
        assert_eq!(Pointer::default().to_string(), "");
    }
}
