//! Conversion between items of the domain and rows, which all databases share.

pub(crate) mod app_restores;
pub(crate) mod app_summaries;
pub(crate) mod bucket_problem;
pub(crate) mod catalog;
pub(crate) mod declarations;
pub(crate) mod jobs;
pub(crate) mod notifications;
pub(crate) mod resources;
pub(crate) mod schedules;
pub(crate) mod servers;
pub(crate) mod statistics;
pub(crate) mod tokens;
