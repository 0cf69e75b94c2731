//! Commands that contact a server, always through the generated client.

mod connection;
mod failure;
mod field;
mod find;
mod listing;
mod lists;
mod print;
mod progress;
mod session;
mod table;
mod wait;
mod when;
mod words;

pub(crate) use self::connection::{Args, Given, Known, Source};
pub(crate) use self::failure::{OR_DOCTOR, is_unknown_route, to_failure};
pub(crate) use self::field::{Exact, Field, Listed};
pub(crate) use self::find::{Found, How, Named, deletion_confirmed, deletion_of, described, find};
pub(crate) use self::listing::ListArgs;
pub(crate) use self::lists::Of;
pub(crate) use self::print::{
    Format, Messages, complain, confirmed, is_interactive, is_quiet, note, print_error, set_database_options,
    set_messages,
};
pub(crate) use self::progress::{End, Reporter, Step, name_bars};
pub(crate) use self::session::{Session, client, find_app, is_undeclared};
pub(crate) use self::table::{Align, Cell, Column, Details, Table, Tone};
pub(crate) use self::wait::{Wait, until};
pub(crate) use self::when::When;
pub(crate) use self::words::{NOTHING, age, brief, moment, reasons, short_ids, size, size_of, stalled};
