//! Strings and numbers.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::contain::{Proof, Reason, Spot, sure, unsure};
use super::formats;
use super::node::Node;
use super::number::Num;
use super::sample::{PROBES, text_of_length};
use super::shape::{Shape, Types, range_of};

/// The lengths of examples for a rule that isn't about lengths, in characters.
const ANY_LENGTH: RangeInclusive<u64> = 0..=u64::MAX;

impl<'a> Proof<'a> {
    /// Obstacles in the keywords of strings. A rule that can't be proven is a difference if a sample string
    /// violates it.
    pub(super) fn string_within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let own = &shape.strings;
        let mut doubts = Vec::new();
        if let Some(min) = large.count("minLength").filter(|min| own.min < *min) {
            let what = format!("at least {min} characters are required, but it may be shorter");
            doubts.push((what, 0..=min.saturating_sub(1)));
        }
        if let Some(max) = large
            .count("maxLength")
            .filter(|max| own.max.is_none_or(|own| own > *max))
        {
            let what = format!("at most {max} characters are allowed, but it may be longer");
            doubts.push((what, max.saturating_add(1)..=u64::MAX));
        }
        if let Some(pattern) = large
            .word("pattern")
            .filter(|asked| !own.patterns.iter().any(|own| own == asked))
        {
            let what = format!("it must match `{pattern}`, but that isn't guaranteed");
            doubts.push((what, ANY_LENGTH));
        }
        if let Some(format) = large.word("format")
            && !formats::is_annotation(format)
            && formats::integer_bounds(format).is_none()
            && !own.formats.iter().any(|own| own == format)
        {
            if formats::is_checked(format) {
                let what = format!("it must have the format `{format}`, but that isn't guaranteed");
                doubts.push((what, ANY_LENGTH));
            } else {
                let what = format!("the format `{format}` isn't supported");
                return vec![unsure(&shape.whole, large, spot, what)];
            }
        }
        if large.get("enum").is_some() {
            let what = "only listed strings are allowed, but it may be another".to_owned();
            doubts.push((what, ANY_LENGTH));
        }
        if doubts.is_empty() {
            return Vec::new();
        }
        let witnesses = self.string_witnesses(shape, large);
        let reason = |(what, lengths): (String, RangeInclusive<u64>)| {
            let is_example = |text: &&Value| lengths.contains(&length_of(text));
            match witnesses.iter().find(is_example).or(witnesses.first()) {
                Some(text) => sure(
                    &shape.whole,
                    large,
                    spot,
                    format!("{what} (for example {})", shortened(text)),
                ),
                None => unsure(&shape.whole, large, spot, what),
            }
        };
        doubts.into_iter().map(reason).collect()
    }

    /// Strings that the smaller side admits and the larger doesn't.
    fn string_witnesses(&self, shape: &Shape<'a>, large: &Node<'a>) -> Vec<Value> {
        let lengths = [
            Some(shape.strings.min),
            shape.strings.max,
            large.count("minLength").map(|min| min.saturating_sub(1)),
            large.count("maxLength").map(|max| max.saturating_add(1)),
        ];
        let made = lengths.into_iter().flatten().filter_map(text_of_length);
        let candidates = PROBES.iter().map(|probe| json!(probe)).chain(made);
        candidates
            .filter(|text| self.is_witness(shape, large, text))
            .collect()
    }

    /// Obstacles in the keywords of numbers, including integers.
    pub(super) fn number_within(shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let own = &shape.numbers;
        let mut asked = range_of(large);
        if shape.types == Types::INTEGER {
            asked = asked.for_integers();
        }
        let mut reasons = Vec::new();
        // Multiples may leave a gap at the end of a range, so that the difference is empty.
        let certain = own.multiples.is_empty();
        if let Some(min) = asked.min.filter(|min| !own.range.starts_within(*min)) {
            let what = format!(
                "the minimum is {}{}, but it may be less",
                above(min.exclusive),
                min.at
            );
            reasons.push(Reason {
                certain,
                ..sure(&shape.whole, large, spot, what)
            });
        }
        if let Some(max) = asked.max.filter(|max| !own.range.ends_within(*max)) {
            let what = format!(
                "the maximum is {}{}, but it may be more",
                below(max.exclusive),
                max.at
            );
            reasons.push(Reason {
                certain,
                ..sure(&shape.whole, large, spot, what)
            });
        }
        if let Some(step) = large.get("multipleOf").and_then(Num::read)
            && !own.multiples.iter().any(|own| is_multiple(*own, step))
            && !(shape.types == Types::INTEGER && is_multiple(Num::Int(1), step))
        {
            let what = format!("it must be a multiple of {step}, but that isn't guaranteed");
            reasons.push(unsure(&shape.whole, large, spot, what));
        }
        if let Some(format) = large.word("format")
            && formats::integer_bounds(format).is_none()
            && !formats::is_annotation(format)
            && !shape.strings.formats.iter().any(|own| own == format)
        {
            reasons.push(unsure(
                &shape.whole,
                large,
                spot,
                format!("the format `{format}` isn't supported"),
            ));
        }
        reasons
    }
}

/// The length of a string, in characters.
fn length_of(text: &Value) -> u64 {
    text.as_str().map_or(0, |text| text.chars().count() as u64)
}

fn is_multiple(number: Num, step: Num) -> bool {
    match (number, step) {
        (Num::Int(number), Num::Int(step)) => step != 0 && number % step == 0,
        _ => number.compare(step) == Some(std::cmp::Ordering::Equal),
    }
}

fn above(exclusive: bool) -> &'static str {
    if exclusive { "above " } else { "" }
}

fn below(exclusive: bool) -> &'static str {
    if exclusive { "below " } else { "" }
}

fn shortened(text: &Value) -> String {
    let text = text.to_string();
    if text.chars().count() <= 60 {
        return text;
    }
    let head: String = text.chars().take(57).collect();
    format!("{head}… ({} characters)", text.chars().count() - 2)
}
