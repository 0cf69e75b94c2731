//! Expansion of schemas with combinators into lists of alternatives.

use super::contain::Proof;
use super::node::{Identity, Node};
use super::shape::{Shape, Types};

/// Maximum number of alternatives of one schema; beyond this, no proof is tried.
const SHAPES_MAX: usize = 512;

impl<'a> Proof<'a> {
    /// The alternatives of a conjunction of schemas on the smaller side, each of a single type or finite.
    ///
    /// Together they admit at least all values of the conjunction. An alternative that may admit more has an
    /// entry in `vague`.
    pub(super) fn expand(&self, conjunction: &[Node<'a>]) -> Result<Vec<Shape<'a>>, String> {
        let mut shapes = vec![Shape::anything(conjunction)];
        let mut trail = Vec::new();
        for node in conjunction {
            shapes = self.apply(node, shapes, &mut trail)?;
        }
        Ok(shapes.into_iter().flat_map(Shape::split).collect())
    }

    fn apply(
        &self,
        node: &Node<'a>,
        shapes: Vec<Shape<'a>>,
        trail: &mut Vec<Identity>,
    ) -> Result<Vec<Shape<'a>>, String> {
        let node = self.small.resolve(node)?;
        if node.value.as_bool() == Some(false) {
            return Ok(Vec::new());
        }
        let identity = node.identity();
        if trail.contains(&identity) {
            return Err("refers to itself without descending into a value".to_owned());
        }
        trail.push(identity);
        let nulls: Vec<_> = if node.is_nullable() {
            shapes.iter().filter_map(only_null).collect()
        } else {
            vec![]
        };
        let mut main = shapes;
        for shape in &mut main {
            shape.restrict(&node);
        }
        for branch in node.branches("allOf") {
            main = self.apply(&branch, main, trail)?;
        }
        main = self.alternatives(&node.branches("anyOf"), main, trail)?;
        let exclusive = node.branches("oneOf");
        if matches!(exclusive[..], [_, _, ..]) && !self.are_apart(&exclusive) {
            for shape in &mut main {
                shape.vague.push("`oneOf` read as `anyOf`".to_owned());
            }
        }
        main = self.alternatives(&exclusive, main, trail)?;
        if let Some(negated) = node.get("not") {
            let rejects_all = negated.as_object().is_some_and(serde_json::Map::is_empty);
            if rejects_all || negated.as_bool() == Some(true) {
                main.clear();
            }
            if negated.as_bool() != Some(false) {
                for shape in &mut main {
                    shape.vague.push("`not` left out".to_owned());
                }
            }
        }
        trail.pop();
        main.extend(nulls);
        if main.len() > SHAPES_MAX {
            return Err(format!("has more than {SHAPES_MAX} alternatives, a fixed limit"));
        }
        Ok(main)
    }

    fn alternatives(
        &self,
        branches: &[Node<'a>],
        shapes: Vec<Shape<'a>>,
        trail: &mut Vec<Identity>,
    ) -> Result<Vec<Shape<'a>>, String> {
        if branches.is_empty() {
            return Ok(shapes);
        }
        let mut all = Vec::new();
        for branch in branches {
            all.extend(self.apply(branch, shapes.clone(), trail)?);
            if all.len() > SHAPES_MAX {
                return Err(format!("has more than {SHAPES_MAX} alternatives, a fixed limit"));
            }
        }
        Ok(all)
    }

    /// Whether these schemas of the smaller side are pairwise disjoint.
    fn are_apart(&self, branches: &[Node<'a>]) -> bool {
        let Some(_step) = self.step() else {
            return false;
        };
        let own = self.on_the_small_side();
        branches.iter().enumerate().all(|(index, one)| {
            branches[index + 1..]
                .iter()
                .all(|other| own.are_disjoint(std::slice::from_ref(one), other))
        })
    }
}

fn only_null<'a>(shape: &Shape<'a>) -> Option<Shape<'a>> {
    let mut null = shape.clone();
    null.types = null.types.and(Types::NULL);
    (null.types != Types::NONE).then_some(null)
}
