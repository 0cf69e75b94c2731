//! Templates of the bodies of webhooks, in the syntax of Jinja.
//!
//! In a template of JSON, `{{ message }}` is a JSON string with its quotation marks, so that the body stays valid.

use appkeep_core::notification::Message;
use chrono::DateTime;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::de::IgnoredAny;
use uuid::Uuid;

/// The largest size of a template, in bytes.
pub(crate) const TEMPLATE_BYTES_MAX: usize = 64 * 1024;

/// The largest size of a body, in bytes.
const BODY_BYTES_MAX: usize = 1024 * 1024;

/// The largest number of instructions that rendering may take.
const INSTRUCTIONS_MAX: u64 = 100_000;

/// A template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    text: String,
    is_json: bool,
}

impl Template {
    pub(crate) fn new(text: String, is_json: bool) -> Self {
        Self { text, is_json }
    }

    /// Renders an example.
    ///
    /// # Errors
    /// Those of [`Self::render`].
    pub(crate) fn check(&self) -> Result<(), String> {
        let example = Message::test(Uuid::nil(), DateTime::UNIX_EPOCH);
        self.render(&example).map(drop)
    }

    /// Renders a message.
    ///
    /// # Errors
    /// If the template is invalid, uses an unknown variable, or doesn't produce JSON although it should.
    pub(crate) fn render(&self, message: &Message) -> Result<String, String> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_fuel(Some(INSTRUCTIONS_MAX));
        let escape = if self.is_json {
            AutoEscape::Json
        } else {
            AutoEscape::None
        };
        environment.set_auto_escape_callback(move |_| escape);
        let rendered = environment.render_named_str("template", &self.text, message);
        let body = rendered.map_err(|error| format!("the template can't be rendered: {error}"))?;
        if body.len() > BODY_BYTES_MAX {
            return Err(format!("the body has more than {BODY_BYTES_MAX} bytes"));
        }
        if self.is_json {
            serde_json::from_str::<IgnoredAny>(&body).map_err(|error| {
                format!("the body isn't valid JSON: {error}; for other formats, set the header Content-Type")
            })?;
        }
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message() -> Message {
        Message {
            title: "backup of \"shop\"\nfailed".to_owned(),
            reasons: vec!["a".to_owned(), "b".to_owned()],
            ..Message::test(Uuid::nil(), DateTime::UNIX_EPOCH)
        }
    }

    #[test]
    fn json_stays_valid_with_any_text() {
        let template = Template::new(
            r#"{"text": {{ title }}, "all": {{ reasons }}{% if app %}, "app": {{ app }}{% endif %}}"#
                .to_owned(),
            true,
        );
        assert_eq!(
            template.render(&message()).unwrap(),
            r#"{"text": "backup of \"shop\"\nfailed", "all": ["a","b"]}"#
        );
    }

    #[test]
    fn other_formats_are_not_escaped() {
        let template = Template::new("{{ event | upper }} {{ title }}".to_owned(), false);
        assert_eq!(
            template.render(&message()).unwrap(),
            "TEST backup of \"shop\"\nfailed"
        );
    }

    #[test]
    fn endless_templates_are_refused() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}";
        let refused = Template::new(endless.to_owned(), false).check().unwrap_err();
        assert!(refused.contains("fuel"), "{refused}");
    }
}
