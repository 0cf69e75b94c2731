//! Commands that contact a server, always through the generated client.

mod connection;
mod failure;
mod find;
mod lists;
mod print;
mod session;
mod table;
mod wait;
mod words;

pub(crate) use self::connection::{Args, Given, Known};
pub(crate) use self::find::{Found, How, find};
pub(crate) use self::lists::Of;
pub(crate) use self::print::{Format, confirmed, note};
pub(crate) use self::session::{Session, is_undeclared};
pub(crate) use self::table::{Align, Cell, Column, Details, Table, Tone};
pub(crate) use self::wait::{End, Step, Wait, until};
pub(crate) use self::words::{age, brief, moment, reasons, short_ids, size, size_of};
