//! Restores that are stopped at each of their acts in turn, and what is compared when they are done.

mod comparing;
mod interrupted;
