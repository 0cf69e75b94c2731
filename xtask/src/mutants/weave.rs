//! All mutants of a file in one source, each behind a switch.
//!
//! `a == b` becomes `(match crate::mutants::at(7) { 41 => a != b, _ => a == b })`: one build then is every
//! mutant, and a process becomes one of them by its environment. A mutant is always alone, so the code of its
//! arm is the plain one.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;

use anyhow::{Context, Result};
use proc_macro2::Span;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::list::{Genre, Mutant};

/// A source with its mutants in it.
#[derive(Debug, Default)]
pub(crate) struct Woven {
    pub(crate) text: String,
    /// The place of each mutant that is in it.
    pub(crate) sites: BTreeMap<u32, usize>,
    /// What belongs to which mutants, in bytes of `text`: the outer before the inner.
    pub(crate) ranges: Vec<(Range<usize>, Vec<u32>)>,
}

/// Weaves a file's mutants in; those that have no place that we could find are left out.
///
/// # Errors
/// When the source can't be parsed.
pub(crate) fn weave(source: &str, mutants: &[&Mutant], first_site: usize) -> Result<Woven> {
    let parsed = syn::parse_file(source).context("failed to parse")?;
    let mut places = Places::default();
    places.visit_file(&parsed);
    // The outer before the inner, and what is only put in before what begins there.
    let mut edits = BTreeMap::new();
    for mutant in mutants {
        let span = offset(source, mutant.span.0)..offset(source, mutant.span.1);
        if let Some((range, kind)) = place(&places, mutant, &span) {
            let key = (range.start, !range.is_empty(), Reverse(range.end), kind);
            let edit = edits.entry(key).or_insert_with(|| Edit {
                range,
                kind,
                mutants: Vec::new(),
            });
            edit.mutants.push((mutant.id, span, mutant.replacement.clone()));
        }
    }
    let edits: Vec<Edit> = edits.into_values().collect();
    let mut weaver = Weaver {
        source,
        next_site: first_site,
        woven: Woven::default(),
    };
    weaver.emit(0..source.len(), &edits);
    Ok(weaver.woven)
}

/// How far from the begin of the text that is, in bytes.
fn offset(source: &str, (line, column): (usize, usize)) -> usize {
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let inside = source[before..].chars().take(column - 1).map(char::len_utf8);
    before + inside.sum::<usize>()
}

/// What becomes of a range of the source.
#[derive(Debug, Clone)]
struct Edit {
    range: Range<usize>,
    kind: Kind,
    /// The mutants: each with what it replaces by what.
    mutants: Vec<(u32, Range<usize>, String)>,
}

/// How a mutant gets in; of one range, the outer kind first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A body that returns something else at its begin.
    Enter,
    /// A body that yields something else, where the compiler is to find out of what type that is.
    Boxed,
    /// A guard that the arm doesn't have yet.
    NewGuard,
    /// A guard that is to hold besides. A chain of `let` permits no parentheses.
    OldGuard { is_chain: bool },
    /// An expression that is another one.
    Instead,
}

/// What the mutant changes and how; nothing when there is no such place.
fn place(places: &Places, mutant: &Mutant, span: &Range<usize>) -> Option<(Range<usize>, Kind)> {
    let begin = span.start;
    Some(match mutant.genre {
        Genre::FnValue if mutant.what.contains("-> impl Iterator<") => (span.clone(), Kind::Boxed),
        Genre::FnValue => (begin..begin, Kind::Enter),
        Genre::BinaryOperator | Genre::UnaryOperator => {
            (places.operators.get(&begin)?.clone(), Kind::Instead)
        }
        Genre::StructField => (places.fields.get(&begin)?.clone(), Kind::Instead),
        Genre::MatchArmGuard => (span.clone(), Kind::Instead),
        Genre::MatchArm => match places.arms.get(&begin)? {
            Arm {
                pattern_end,
                guard: None,
            } => (*pattern_end..*pattern_end, Kind::NewGuard),
            Arm {
                guard: Some((range, is_chain)),
                ..
            } => (range.clone(), Kind::OldGuard { is_chain: *is_chain }),
        },
    })
}

struct Weaver<'a> {
    source: &'a str,
    next_site: usize,
    woven: Woven,
}

impl Weaver<'_> {
    /// Writes a range of the source with the edits that are in it.
    fn emit(&mut self, range: Range<usize>, edits: &[Edit]) {
        let mut position = range.start;
        let mut rest = edits;
        while let Some((edit, after)) = rest.split_first() {
            let inside = after
                .iter()
                .take_while(|inner| inner.range.end <= edit.range.end && !edit.range.is_empty());
            let (inner, after) = after.split_at(inside.count());
            self.push(&self.source[position..edit.range.start]);
            let begin = self.woven.text.len();
            let index = self.woven.ranges.len();
            self.woven
                .ranges
                .push((0..0, edit.mutants.iter().map(|(id, ..)| *id).collect()));
            self.apply(edit, inner);
            self.woven.ranges[index].0 = begin..self.woven.text.len();
            position = edit.range.end;
            rest = after;
        }
        self.push(&self.source[position..range.end]);
    }

    fn apply(&mut self, edit: &Edit, inner: &[Edit]) {
        let site = self.next_site;
        self.next_site += 1;
        self.woven
            .sites
            .extend(edit.mutants.iter().map(|(id, ..)| (*id, site)));
        let whole = edit.range.clone();
        match edit.kind {
            Kind::Enter => {
                self.push(&format!("match crate::mutants::at({site}) {{ "));
                for (id, _, replacement) in &edit.mutants {
                    self.arm(*id, &format!("{id} => return {replacement}, "));
                }
                self.push("_ => {} }; ");
            }
            Kind::Boxed => {
                self.push("let boxed: Box<dyn Iterator<Item = _> + Send + '_> = ");
                self.push(&format!("match crate::mutants::at({site}) {{ "));
                for (id, _, replacement) in &edit.mutants {
                    self.arm(*id, &format!("{id} => Box::new({replacement}), "));
                }
                self.push("_ => Box::new({ ");
                self.emit(whole, inner);
                self.push(" }) }; boxed");
            }
            Kind::Instead => {
                self.push(&format!("(match crate::mutants::at({site}) {{ "));
                for (id, span, replacement) in &edit.mutants {
                    let before = &self.source[whole.start..span.start];
                    let behind = &self.source[span.end..whole.end];
                    self.arm(*id, &format!("{id} => {before}{replacement}{behind}, "));
                }
                self.push("_ => ");
                self.emit(whole, inner);
                self.push(" })");
            }
            Kind::NewGuard => {
                let gone = gone(edit, site);
                self.push(&format!(" if {gone}"));
            }
            Kind::OldGuard { is_chain } => {
                let gone = gone(edit, site);
                let (open, close) = if is_chain { ("", "") } else { ("(", ")") };
                self.push(&format!("{gone} && {open}"));
                self.emit(whole, inner);
                self.push(close);
            }
        }
    }

    /// Writes what belongs to one mutant only.
    fn arm(&mut self, id: u32, text: &str) {
        let begin = self.woven.text.len();
        self.push(text);
        self.woven.ranges.push((begin..self.woven.text.len(), vec![id]));
    }

    fn push(&mut self, text: &str) {
        self.woven.text.push_str(text);
    }
}

/// The condition under which an arm is still there.
fn gone(edit: &Edit, site: usize) -> String {
    let mut ids = edit.mutants.iter().map(|(id, ..)| id.to_string());
    format!("crate::mutants::at({site}) != {}", ids.next().unwrap_or_default())
}

/// What a file has at which bytes.
#[derive(Debug, Default)]
struct Places {
    /// The expression of an operator, by where the operator begins.
    operators: BTreeMap<usize, Range<usize>>,
    /// The struct expression of a field, by where the field begins.
    fields: BTreeMap<usize, Range<usize>>,
    /// The arms, by where they begin.
    arms: BTreeMap<usize, Arm>,
}

#[derive(Debug)]
struct Arm {
    pattern_end: usize,
    /// The guard, and whether it is a chain of `let`.
    guard: Option<(Range<usize>, bool)>,
}

fn bytes(span: Span) -> Range<usize> {
    span.byte_range()
}

impl<'ast> Visit<'ast> for Places {
    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        // A chain of `let` has no value that could be another one.
        if !has_let(&node.left) && !has_let(&node.right) {
            self.operators
                .insert(bytes(node.op.span()).start, bytes(node.span()));
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        self.operators
            .insert(bytes(node.op.span()).start, bytes(node.span()));
        visit::visit_expr_unary(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        for field in &node.fields {
            self.fields.insert(bytes(field.span()).start, bytes(node.span()));
        }
        visit::visit_expr_struct(self, node);
    }

    fn visit_expr_match(&mut self, node: &'ast syn::ExprMatch) {
        // Without an arm for all the rest, none may go.
        let is_for_all = |arm: &syn::Arm| matches!(arm.pat, syn::Pat::Wild(_) | syn::Pat::Ident(_));
        for arm in node.arms.iter().filter(|_| node.arms.iter().any(is_for_all)) {
            let guard = match &arm.pat {
                syn::Pat::Guard(pattern) => Some((bytes(pattern.guard.span()), has_let(&pattern.guard))),
                _ => None,
            };
            let pattern_end = bytes(arm.pat.span()).end;
            self.arms
                .insert(bytes(arm.span()).start, Arm { pattern_end, guard });
        }
        visit::visit_expr_match(self, node);
    }
}

/// Whether an expression binds something in a condition.
fn has_let(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A mutant of the first place at which `source` has `old`.
    fn mutant(id: u32, genre: Genre, source: &str, old: &str, replacement: &str) -> Mutant {
        let begin = source.find(old).unwrap();
        let position = |at: usize| {
            let before = &source[..at];
            let line_begin = before.rfind('\n').map_or(0, |end| end + 1);
            (
                before.matches('\n').count() + 1,
                source[line_begin..at].chars().count() + 1,
            )
        };
        Mutant {
            id,
            file: "a.rs".to_owned(),
            source: String::new(),
            function: "f".to_owned(),
            what: format!("replace {old} with {replacement} -> bool"),
            genre,
            span: (position(begin), position(begin + old.len())),
            replacement: replacement.to_owned(),
        }
    }

    fn woven(source: &str, mutants: &[Mutant]) -> String {
        weave(source, &mutants.iter().collect::<Vec<_>>(), 0)
            .unwrap()
            .text
    }

    #[test]
    fn each_mutant_stands_behind_its_switch_and_the_inner_ones_in_what_stays() {
        let source = "fn f(a: u8) -> bool { a == 1 && !g(a) }";
        let mutants = [
            mutant(1, Genre::FnValue, source, "a == 1 && !g(a)", "true"),
            mutant(2, Genre::BinaryOperator, source, "&&", "||"),
            mutant(3, Genre::BinaryOperator, source, "==", "!="),
            mutant(4, Genre::UnaryOperator, source, "!", ""),
        ];
        let expected = "fn f(a: u8) -> bool { \
                        match crate::mutants::at(0) { 1 => return true, _ => {} }; \
                        (match crate::mutants::at(1) { 2 => a == 1 || !g(a), _ => \
                        (match crate::mutants::at(2) { 3 => a != 1, _ => a == 1 }) && \
                        (match crate::mutants::at(3) { 4 => g(a), _ => !g(a) }) }) }";
        assert_eq!(woven(source, &mutants), expected);
    }

    #[test]
    fn an_arm_goes_by_a_guard() {
        let source = "fn f(a: u8) -> u8 { match a { 1 => 2, b if b > 7 || b == 3 => 4, _ => 5 } }";
        let mutants = [
            mutant(1, Genre::MatchArm, source, "1 => 2,", ""),
            mutant(2, Genre::MatchArm, source, "b if b > 7 || b == 3 => 4,", ""),
            mutant(3, Genre::MatchArmGuard, source, "b > 7 || b == 3", "true"),
        ];
        let text = woven(source, &mutants);
        assert!(text.contains("1 if crate::mutants::at(0) != 1 => 2"), "{text}");
        let guard = "b if crate::mutants::at(1) != 2 && ((match crate::mutants::at(2) { \
                     3 => true, _ => b > 7 || b == 3 })) => 4";
        assert!(text.contains(guard), "{text}");
    }

    #[test]
    fn an_arm_of_a_match_that_needs_them_all_stays() {
        let source = "fn f(a: bool) -> u8 { match a { true => 1, false => 2 } }";
        let mutants = [mutant(1, Genre::MatchArm, source, "true => 1,", "")];
        assert_eq!(woven(source, &mutants), source);
    }

    #[test]
    fn places_are_in_characters_and_what_is_not_there_is_left_out() {
        let source = "fn f(a: &str) -> bool {\n    \"ä→\" == a\n}";
        let mutants = [mutant(1, Genre::BinaryOperator, source, "==", "!=")];
        assert!(woven(source, &mutants).contains("1 => \"ä→\" != a, _"));
        let let_chain = "fn f(a: Option<u8>) -> bool { if let Some(b) = a && b > 1 { true } else { false } }";
        let mutants = [mutant(1, Genre::BinaryOperator, let_chain, "&&", "||")];
        assert_eq!(woven(let_chain, &mutants), let_chain);
    }

    #[test]
    fn what_the_compiler_says_finds_its_mutants() {
        let source = "fn f(a: u8) -> u8 { a + 1 }";
        let mutants = [
            mutant(7, Genre::BinaryOperator, source, "+", "-"),
            mutant(8, Genre::BinaryOperator, source, "+", "*"),
        ];
        let woven = weave(source, &mutants.iter().collect::<Vec<_>>(), 5).unwrap();
        let of = |part: &str| {
            let begin = woven.text.find(part).unwrap();
            let around = woven
                .ranges
                .iter()
                .filter(|(range, _)| range.start <= begin && begin < range.end);
            around.min_by_key(|(range, _)| range.len()).unwrap().1.clone()
        };
        assert_eq!(of("a - 1"), [7]);
        assert_eq!(of("a * 1"), [8]);
        assert_eq!(of("a + 1"), [7, 8]);
        assert_eq!(woven.sites, BTreeMap::from([(7, 5), (8, 5)]));
    }
}
