//! Runs the target `requests` with libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| appkeep_fuzz::requests(bytes));
