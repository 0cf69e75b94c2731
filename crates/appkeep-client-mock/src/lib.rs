#![doc = include_str!("../README.md")]

#[rustfmt::skip]
#[expect(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "no human author: `cargo xtask codegen` writes it and the contract decides what it says"
)]
mod generated;

pub use appkeep_client;
pub use generated::{MockServerExt, examples, operations};
pub use httpmock::{self, MockServer};

/// The documented examples of an operation: the name of each, and the function that responds with it.
pub type Examples<Then> = &'static [(&'static str, fn(Then) -> Then)];

/// Sets the status, the headers and the JSON body of a response.
fn respond<T: serde::Serialize>(
    then: httpmock::Then,
    status: u16,
    headers: &[(&str, &str)],
    body: &T,
) -> httpmock::Then {
    with_headers(then.status(status).json_body_obj(body), headers)
}

/// Sets the status, the headers and the body of a response that isn't JSON.
fn respond_with_bytes(
    then: httpmock::Then,
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
) -> httpmock::Then {
    with_headers(then.status(status).body(body), headers)
}

fn with_headers(then: httpmock::Then, headers: &[(&str, &str)]) -> httpmock::Then {
    headers
        .iter()
        .fold(then, |then, (name, value)| then.header(*name, *value))
}
