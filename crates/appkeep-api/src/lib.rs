#![doc = include_str!("../README.md")]

pub mod account;
pub mod api;
pub mod app;
pub mod app_backup;
pub mod app_snap;
pub mod body;
pub mod bucket;
pub mod cloud;
pub mod fields;
pub mod headers;
pub mod metadata;
pub mod params;
pub mod problem;
pub mod reply;
pub mod schedule;
pub mod shape;
pub mod words;

/// The version of the contract that the API implements: `info.version` of `spec/openapi.yaml`.
pub const API_VERSION: &str = "0.2.0";

/// The OpenAPI document that the types and routes of this crate amount to, as dropshot writes it.
///
/// # Errors
/// When two routes contradict each other.
pub fn openapi() -> Result<serde_json::Value, String> {
    let description = api::appkeep_api_mod::stub_api_description().map_err(|error| error.to_string())?;
    let version = API_VERSION
        .parse()
        .map_err(|error| format!("{API_VERSION}: {error}"))?;
    description
        .openapi("appkeep", version)
        .json()
        .map_err(|error| error.to_string())
}
