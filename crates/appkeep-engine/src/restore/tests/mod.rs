//! Restores that are stopped at each of their acts in turn.

mod interrupted;
