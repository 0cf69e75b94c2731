//! The binary from outside: what it prints, how it ends, and what survives it.

mod canned;
mod clock;
mod config;
mod demo;
mod diff;
mod explain;
mod faults;
mod forger;
mod help;
mod hooks;
mod job;
mod key;
mod killed;
mod logs;
mod memory;
mod operations;
mod place;
mod reload;
mod remote;
mod restore;
mod running;
mod serve;
mod terminal;
mod tls;
mod token;
mod verify;
