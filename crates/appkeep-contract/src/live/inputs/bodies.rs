//! Request bodies: a valid body with all members, changed in one place.

use serde_json::{Value, json};

use super::node::{Node, Source};
use super::values::{of_another_type, valid};
use super::{ExpectedResult, Input, InputCase};
use appkeep_openapi::Operation;

/// The problem for a body that violates its schema.
const SCHEMA_PROBLEM: u32 = 8;

/// A member that isn't in any schema.
const UNKNOWN_MEMBER: &str = "surprise";

/// All cases of an operation's body.
pub(super) fn cases<'d>(source: &'d Source<'d>, operation: &Operation) -> Vec<InputCase> {
    let mut media = operation.body.iter().flat_map(|body| &body.content);
    let Some(place) = media.find_map(|media| media.schema.as_ref()) else {
        return Vec::new();
    };
    let root = Node::at(source, &place.0);
    let Some(whole) = valid(&root) else {
        return Vec::new();
    };
    let mut walk = Walk {
        operation: &operation.id,
        whole,
        cases: Vec::new(),
    };
    walk.accept("with every member", walk.whole.clone());
    if let Value::Object(members) = &walk.whole {
        let mut least = members.clone();
        least.retain(|name, _| root.required().contains(&name.as_str()));
        walk.accept("with only the required members", Value::Object(least));
    }
    walk.visit(&root, &mut Vec::new());
    walk.cases
}

struct Walk<'o> {
    operation: &'o str,
    whole: Value,
    cases: Vec<InputCase>,
}

impl Walk<'_> {
    fn accept(&mut self, what: &str, body: Value) {
        self.cases.push(InputCase {
            code: "input-accepted",
            rule: "A body that matches its schema is accepted, including its bounds.",
            operation: self.operation.to_owned(),
            what: what.to_owned(),
            input: Input::Body(body),
            expected: ExpectedResult::Accepted,
        });
    }

    fn reject(
        &mut self,
        (code, rule): (&'static str, &'static str),
        path: &[String],
        what: String,
        body: Value,
    ) {
        let invalid_name = (!path.is_empty()).then(|| path.join("."));
        self.cases.push(InputCase {
            code,
            rule,
            operation: self.operation.to_owned(),
            what,
            input: Input::Body(body),
            expected: ExpectedResult::Rejected {
                problem: SCHEMA_PROBLEM,
                invalid_name,
            },
        });
    }

    /// The valid body with another value in one place.
    fn with(&self, path: &[String], value: Value) -> Value {
        let mut body = self.whole.clone();
        if let Some(place) = body.pointer_mut(&pointer(path)) {
            *place = value;
        }
        body
    }

    fn visit(&mut self, node: &Node<'_>, path: &mut Vec<String>) {
        let location = name(path);
        let other = of_another_type(node);
        let what = format!("{location} is {other}");
        let rule = ("input-type", "A value of another type is rejected.");
        self.reject(rule, path, what, self.with(path, other));
        if !node.is_nullable() {
            let what = format!("{location} is null");
            let rule = ("input-null", "A null is rejected, even for an optional member.");
            self.reject(rule, path, what, self.with(path, Value::Null));
        }
        match node.schema_type() {
            "object" => self.visit_object(node, path),
            "array" => self.visit_array(node, path),
            "string" => self.visit_string(node, path),
            "integer" => self.visit_integer(node, path),
            _ => {}
        }
    }

    fn visit_object(&mut self, node: &Node<'_>, path: &mut Vec<String>) {
        let location = name(path);
        let whole = self.whole.pointer(&pointer(path)).cloned().unwrap_or_default();
        let required = node.required();
        for (member, property) in node.properties() {
            let mut without = whole.clone();
            if let Value::Object(members) = &mut without {
                members.shift_remove(member);
            }
            let body = self.with(path, without);
            path.push(member.to_owned());
            let what = format!("{} is absent", name(path));
            if required.contains(&member) {
                let rule = ("input-required", "A missing required member is rejected.");
                self.reject(rule, path, what, body);
            } else {
                self.accept(&what, body);
            }
            self.visit(&property, path);
            path.pop();
        }
        if node.is_closed() {
            let mut with = whole;
            with[UNKNOWN_MEMBER] = json!(1);
            let body = self.with(path, with);
            path.push(UNKNOWN_MEMBER.to_owned());
            let what = format!("{location} has an unknown member");
            let rule = (
                "input-unknown-member",
                "An undocumented member is rejected, and the response names it.",
            );
            self.reject(rule, path, what, body);
            path.pop();
        }
    }

    fn visit_array(&mut self, node: &Node<'_>, path: &mut Vec<String>) {
        let location = name(path);
        if node.number("minItems").unwrap_or(0) == 0 {
            self.accept(&format!("{location} is empty"), self.with(path, json!([])));
        }
        let whole = self.whole.pointer(&pointer(path));
        let first = whole.and_then(|array| array.get(0)).cloned();
        let items_max = node.number("maxItems").and_then(|max| usize::try_from(max).ok());
        if let (Some(first), Some(max)) = (first, items_max) {
            let what = format!("{location} has {} items", max + 1);
            let body = self.with(path, vec![first; max + 1].into());
            let rule = ("input-max-items", "An array with too many items is rejected.");
            self.reject(rule, path, what, body);
        }
        if let Some(items) = node.items() {
            path.push("0".to_owned());
            self.visit(&items, path);
            path.pop();
        }
    }

    fn visit_integer(&mut self, node: &Node<'_>, path: &[String]) {
        let location = name(path);
        let bounds = [
            (
                "minimum",
                ("input-minimum", "A number is at least its minimum."),
                -1,
            ),
            (
                "maximum",
                ("input-maximum", "A number is at most its maximum."),
                1,
            ),
        ];
        for (keyword, rule, beyond) in bounds {
            let Some(bound) = node.number(keyword).and_then(|bound| i64::try_from(bound).ok()) else {
                continue;
            };
            self.accept(&format!("{location} is {bound}"), self.with(path, json!(bound)));
            let outside = bound + beyond;
            let what = format!("{location} is {outside}, which violates its {keyword}");
            self.reject(rule, path, what, self.with(path, json!(outside)));
        }
    }

    fn visit_string(&mut self, node: &Node<'_>, path: &[String]) {
        let location = name(path);
        if let Some(values) = node.keyword("enum").and_then(Value::as_array) {
            let rule = ("input-enum", "A value outside the `enum` is rejected.");
            let what = format!("{location} is outside its `enum`");
            self.reject(rule, path, what, self.with(path, json!(UNKNOWN_MEMBER)));
            for value in values {
                self.accept(&format!("{location} is {value}"), self.with(path, value.clone()));
            }
            return;
        }
        let texts = node.texts();
        for (keyword, code, rule) in super::CONSTRAINTS {
            if let Some(text) = texts.violating(keyword) {
                let what = format!("{location} is {text:?}, which violates its {keyword}");
                self.reject((code, rule), path, what, self.with(path, json!(text)));
            }
        }
        for bound in ["minLength", "maxLength"]
            .into_iter()
            .filter_map(|name| node.number(name))
        {
            let mut valid = texts.valid.iter();
            if let Some(text) = valid.find(|text| text.chars().count() as u64 == bound) {
                let what = format!("{location} has {bound} characters");
                self.accept(&what, self.with(path, json!(text)));
            }
        }
        for text in texts.valid.iter().take(super::VALID_MAX) {
            self.accept(&format!("{location} is {text:?}"), self.with(path, json!(text)));
        }
    }
}

fn pointer(path: &[String]) -> String {
    path.iter().fold(String::new(), |pointer, token| {
        pointer + "/" + &appkeep_openapi::escape(token)
    })
}

fn name(path: &[String]) -> String {
    if path.is_empty() {
        "the body".to_owned()
    } else {
        format!("`{}`", path.join("."))
    }
}
