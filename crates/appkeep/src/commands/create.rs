//! Arguments and results shared by `backup create` and `snapshot create`.

use std::time::Duration;

use appkeep_client::types::{LabelCreate, MetadataCreate};
use serde::Serialize;

use crate::failure::{FAILED, Failure};
use crate::remote::{End, Format, Session, Wait};

/// The arguments of a new backup or snapshot.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Args {
    /// The name: lower-case letters, digits and hyphens. By default, the server generates one.
    #[arg(value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The app, by name or id. Optional if there is only one app.
    #[arg(long, value_name = "APP")]
    pub(super) app: Option<String>,
    /// A label to attach; may be repeated.
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    label: Vec<LabelCreate>,
    /// Wait until it is completed. Exit code 1 when it fails, or is completed and a hook failed.
    #[arg(long, short)]
    wait: bool,
    /// Stop waiting after this many seconds; the server continues.
    #[arg(long, value_name = "SECONDS", requires = "wait")]
    timeout: Option<u64>,
}

impl Args {
    /// Returns the labels, if there are any.
    pub(super) fn metadata(&self) -> Option<MetadataCreate> {
        (!self.label.is_empty()).then(|| MetadataCreate {
            labels: self.label.clone(),
            ..MetadataCreate::default()
        })
    }

    /// Returns how long to wait; `None` if not at all.
    pub(super) fn wait_limit(&self) -> Option<WaitLimit> {
        self.wait.then(|| WaitLimit::seconds(self.timeout))
    }
}

/// The maximum time to wait; unlimited by default.
#[derive(Debug, Clone, Copy)]
pub(super) struct WaitLimit(pub(super) Option<Duration>);

impl WaitLimit {
    pub(super) fn seconds(seconds: Option<u64>) -> Self {
        Self(seconds.map(Duration::from_secs))
    }
}

fn label(text: &str) -> Result<LabelCreate, String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok(LabelCreate {
        name: name.to_owned(),
        value: value.to_owned(),
        ..LabelCreate::default()
    })
}

/// Prints the result of a wait.
///
/// # Errors
/// When the operation failed.
pub(super) fn ended<T: Serialize>(
    session: &Session,
    wait: &Wait<'_>,
    thing: &T,
    end: End,
    more: &str,
) -> anyhow::Result<()> {
    let what = &wait.what;
    match end {
        End::Succeeded => session.output.done(thing, &format!("{what} is completed{more}")),
        End::Failed(reason) => {
            if session.output != Format::Table {
                session.output.exactly(thing)?;
            }
            let failure = Failure::new(FAILED, format!("{what} {reason}"));
            Err(failure
                .next(format!("{} and the server's log show details", wait.show_command))
                .into())
        }
    }
}
