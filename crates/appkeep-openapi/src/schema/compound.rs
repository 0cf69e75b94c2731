//! Arrays, objects and choices between schemas.

use serde_json::Value;

use super::contain::{Proof, Reason, Spot, doubt, sure, unsure};
use super::node::Node;
use super::shape::{Arrays, Shape, Types};

/// Maximum number of values of one member for which a choice is split into cases.
const CASES_MAX: usize = 16;

/// Maximum number of nested members for which a choice is split into cases.
const SPLITS_MAX: u32 = 2;

/// The order of obstacles, nearest first: those that only undocumented members meet, then the fewest.
fn weight(reasons: &[Reason]) -> (usize, usize) {
    let documented = reasons.iter().filter(|reason| !reason.undocumented);
    (documented.count(), reasons.len())
}

impl<'a> Proof<'a> {
    /// Obstacles in the keywords of arrays.
    pub(super) fn array_within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let own = &shape.arrays;
        let mut reasons = Vec::new();
        if let Some(min) = large.count("minItems").filter(|min| own.min < *min) {
            let what = format!("at least {min} items are required, but it may have fewer");
            reasons.push(sure(&shape.whole, large, spot, what));
        }
        if let Some(max) = large
            .count("maxItems")
            .filter(|max| own.max.is_none_or(|own| own > *max))
        {
            let what = format!("at most {max} items are allowed, but it may have more");
            let certain = !own.unique && self.may_have_items(own, max.saturating_add(1));
            reasons.push(Reason {
                certain,
                ..sure(&shape.whole, large, spot, what)
            });
        }
        if large.get("uniqueItems") == Some(&Value::Bool(true))
            && !own.unique
            && own.max.is_none_or(|max| max > 1)
        {
            let what = "unique items are required, but not guaranteed".to_owned();
            reasons.push(unsure(&shape.whole, large, spot, what));
        }
        let prefix = own.prefix_len().max(large.prefix_len());
        for index in 0..=prefix {
            let has_room = own.max.is_none_or(|max| max > index as u64);
            let Some(items) = large.item(index).filter(|_| has_room) else {
                continue;
            };
            let place = if index == prefix {
                "*".to_owned()
            } else {
                index.to_string()
            };
            let mut found = self.contains(&own.item(index), &items, &spot.into(&place));
            if prefix > 0 && !found.is_empty() && (own.unique || !self.may_have_items(own, index as u64)) {
                doubt(&mut found, "unless there is no such item");
            }
            reasons.extend(found);
        }
        reasons
    }

    /// Whether some array has this number of items, if it permits equal ones.
    fn may_have_items(&self, arrays: &Arrays<'a>, count: u64) -> bool {
        let distinct = usize::try_from(count).map_or(usize::MAX, |count| count.min(arrays.prefix_len() + 1));
        (0..distinct).all(|index| self.sample(&arrays.item(index)).is_some())
    }

    /// Obstacles in the keywords of objects.
    pub(super) fn object_within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>) -> Vec<Reason> {
        let own = &shape.objects;
        let mut reasons = Vec::new();
        let asked = large
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten();
        for name in asked
            .filter_map(Value::as_str)
            .filter(|name| !own.required.contains(*name))
        {
            let what = format!("the property `{name}` is required, but may be absent");
            // A minimum number of members may still force it to be present.
            reasons.push(Reason {
                certain: own.min == 0,
                ..sure(&shape.whole, large, spot, what)
            });
        }
        for (name, needed) in large.dependencies() {
            if own
                .property(name)
                .is_none_or(|schemas| self.admits_nothing(&schemas))
            {
                continue;
            }
            let dependent = own.dependent.get(name);
            let is_present = |other: &str| {
                own.required.contains(other) || dependent.is_some_and(|names| names.contains(other))
            };
            for other in needed.filter(|other| !is_present(other)) {
                let what = format!(
                    "with `{name}`, the property `{other}` is required, but may be absent (`dependentRequired`)"
                );
                reasons.push(unsure(&shape.whole, large, spot, what));
            }
        }
        self.members_within(shape, large, spot, &mut reasons);
        let least = own.min.max(own.required.len() as u64);
        if let Some(min) = large.count("minProperties").filter(|min| least < *min) {
            let what = format!("at least {min} properties are required, but it may have fewer");
            reasons.push(unsure(&shape.whole, large, spot, what));
        }
        let named = own
            .names()
            .iter()
            .filter(|name| own.property(name).is_some())
            .count() as u64;
        let most = if own.others().is_none() {
            Some(own.max.map_or(named, |max| max.min(named)))
        } else {
            own.max
        };
        if let Some(max) = large
            .count("maxProperties")
            .filter(|max| most.is_none_or(|most| most > *max))
        {
            let what = format!("at most {max} properties are allowed, but it may have more");
            reasons.push(unsure(&shape.whole, large, spot, what));
        }
        reasons
    }

    /// Obstacles in the members that may be present, whether or not a side names them.
    fn members_within(
        &self,
        shape: &Shape<'a>,
        large: &Node<'a>,
        spot: &Spot<'_>,
        reasons: &mut Vec<Reason>,
    ) {
        let own = &shape.objects;
        let mut names = own.names();
        let properties = large.get("properties").and_then(Value::as_object);
        names.extend(properties.into_iter().flat_map(|members| members.keys().cloned()));
        for name in names {
            let Some(schemas) = own.property(&name) else {
                continue;
            };
            let spot = spot.into(&name);
            // A maximum number of members may leave no room for an optional one.
            let has_room = own.required.contains(&name) || own.max.is_none();
            match large.received(&name) {
                Some(asked) => {
                    let mut found: Vec<Reason> = asked
                        .iter()
                        .flat_map(|asked| self.contains(&schemas, asked, &spot))
                        .collect();
                    for reason in &mut found {
                        reason.undocumented |= own.is_undocumented(&name);
                    }
                    if !has_room {
                        doubt(&mut found, "unless there is no room for it");
                    }
                    reasons.extend(found);
                }
                None if self.admits_nothing(&schemas) => {}
                None => {
                    let what = format!("the property `{name}` isn't allowed, but may be present");
                    let certain = has_room && self.sample(&schemas).is_some();
                    reasons.push(Reason {
                        certain,
                        ..sure(&shape.whole, large, &spot, what)
                    });
                }
            }
        }
        self.others_within(shape, large, spot, reasons);
    }

    /// Obstacles in the members that no side names.
    fn others_within(&self, shape: &Shape<'a>, large: &Node<'a>, spot: &Spot<'_>, reasons: &mut Vec<Reason>) {
        let own = &shape.objects;
        let patterns = large.patterns();
        for (pattern, asked) in &patterns {
            let mut found = match own.others_matching(pattern) {
                Some(others) => self.contains(&others, asked, &spot.into(pattern)),
                None => Vec::new(),
            };
            doubt(&mut found, "unless no name matches");
            reasons.extend(found);
        }
        let names = patterns.into_iter().map(|(pattern, _)| pattern).collect();
        let Some(others) = own.others_outside(&names) else {
            return;
        };
        let mut found = match large.additional() {
            Some(Some(asked)) => self.contains(&others, &asked, &spot.into("…")),
            Some(None) => return,
            None if self.admits_nothing(&others) => return,
            None => {
                let what = "additional properties aren't allowed, but may be present".to_owned();
                let certain = own.max.is_none() && self.sample(&others).is_some();
                vec![Reason {
                    certain,
                    ..sure(&shape.whole, large, spot, what)
                }]
            }
        };
        if !names.is_empty() {
            doubt(&mut found, "unless all names match a pattern");
        }
        reasons.extend(found);
    }

    /// Obstacles in a choice: one branch has to admit the whole shape and, if `exclusive`, no other branch
    /// any part of it.
    pub(super) fn choice(
        &self,
        shape: &Shape<'a>,
        large: &Node<'a>,
        branches: &[Node<'a>],
        exclusive: bool,
        spot: &Spot<'_>,
    ) -> Vec<Reason> {
        if branches.is_empty() {
            return Vec::new();
        }
        self.choice_in_cases(shape, large, branches, exclusive, SPLITS_MAX, spot)
    }

    fn choice_in_cases(
        &self,
        shape: &Shape<'a>,
        large: &Node<'a>,
        branches: &[Node<'a>],
        exclusive: bool,
        splits: u32,
        spot: &Spot<'_>,
    ) -> Vec<Reason> {
        let live: Vec<Node<'a>> = branches
            .iter()
            .filter(|branch| !self.is_apart(shape, branch))
            .cloned()
            .collect();
        let mut nearest: Option<Vec<Reason>> = None;
        for branch in &live {
            let reasons = self.within(shape, branch, spot);
            if reasons.is_empty() {
                if !exclusive || live.len() == 1 {
                    return Vec::new();
                }
                let what = "more than one branch of `oneOf` may accept it".to_owned();
                nearest = Some(vec![unsure(&shape.whole, large, spot, what)]);
                break;
            }
            if nearest
                .as_ref()
                .is_none_or(|nearest| weight(&reasons) < weight(nearest))
            {
                nearest = Some(reasons);
            }
        }
        let Some(nearest) = nearest else {
            let what = "no branch accepts such a value".to_owned();
            return vec![sure(&shape.whole, large, spot, what)];
        };
        if live.len() == 1 {
            return nearest;
        }
        if let Some(cases) = (splits > 0).then(|| self.cases(shape)).flatten() {
            let mut failed = Vec::new();
            for case in cases.iter().filter(|case| !self.is_empty(case)) {
                let reasons = self.choice_in_cases(case, large, &live, exclusive, splits - 1, spot);
                if reasons.iter().any(|reason| !reason.undocumented) {
                    return reasons;
                }
                if failed.is_empty() {
                    failed = reasons;
                }
            }
            return failed;
        }
        // Each branch rejects something, but together they may still admit everything.
        nearest
            .into_iter()
            .map(|reason| Reason {
                certain: false,
                ..reason
            })
            .collect()
    }

    /// An object shape split by the values of a member with few values.
    fn cases(&self, shape: &Shape<'a>) -> Option<Vec<Shape<'a>>> {
        if shape.types != Types::OBJECT {
            return None;
        }
        let own = &shape.objects;
        let mut names: Vec<String> = own.names().into_iter().collect();
        names.sort_by_key(|name| !own.required.contains(name));
        names.iter().find_map(|name| {
            let schemas = own.property(name)?;
            let optional = !own.required.contains(name);
            let values = self.few_values(&schemas)?;
            let count = values.len() + usize::from(optional);
            if !(2..=CASES_MAX).contains(&count) {
                return None;
            }
            let mut cases: Vec<_> = values.iter().map(|value| shape.with_fixed(name, value)).collect();
            cases.extend(optional.then(|| shape.with_absent(name)));
            Some(cases)
        })
    }

    /// All values of a conjunction, if there are few.
    fn few_values(&self, schemas: &[Node<'a>]) -> Option<Vec<Value>> {
        let mut values: Vec<Value> = Vec::new();
        for shape in self.expand(schemas).ok()? {
            for value in shape.values? {
                if self.small.all_admit(schemas, &value)? && !values.contains(&value) {
                    values.push(value);
                }
            }
        }
        (values.len() <= CASES_MAX).then_some(values)
    }
}
