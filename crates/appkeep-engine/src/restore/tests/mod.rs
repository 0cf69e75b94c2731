//! Tests of restores that are stopped at each step, and of the final comparison.

mod comparing;
mod interrupted;
