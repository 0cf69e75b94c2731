//! What is particular to the store on SQLite: its file, its schema, several processes, and rows that this
//! program would not have written.

mod opening;
mod rows;
mod sole_server;
