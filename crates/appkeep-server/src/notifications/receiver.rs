//! The declared receivers of notifications.

use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::path::PathBuf;

use appkeep_core::notification::Receiver;
use http::{HeaderName, HeaderValue};
use url::Url;

use super::Template;

/// A declared receiver of notifications.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notification {
    /// Its name and the events that it receives.
    pub(crate) receiver: Receiver,
    /// How messages are sent to it.
    pub(crate) transport: Transport,
}

/// How messages are sent to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Transport {
    /// A command runs with the message as its input.
    Command(Command),
    /// An HTTP server receives the message.
    Webhook(Box<Webhook>),
}

/// A command that runs for each message.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Command {
    /// The program and its arguments.
    pub(crate) command: Vec<String>,
    /// Additional environment variables.
    pub(crate) env: BTreeMap<String, String>,
}

/// Omits the values of environment variables, which may be secret.
impl Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Command")
            .field("command", &self.command)
            .field("env", &self.env.keys())
            .finish()
    }
}

/// A webhook. Its URL and its headers may contain secrets.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Webhook {
    pub(crate) url: Url,
    /// The source of the key of signatures.
    pub(crate) secret: Option<SecretSource>,
    /// The template of the body; without one, the body is the message as JSON.
    pub(crate) template: Option<Template>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// An additional certificate authority.
    pub(crate) ca_file: Option<PathBuf>,
}

impl Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("origin", &self.url.origin().ascii_serialization())
            .field("secret", &self.secret)
            .field("ca_file", &self.ca_file)
            .finish_non_exhaustive()
    }
}

/// The source of the key of signatures, which is read for each message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SecretSource {
    /// This file contains the key.
    File(PathBuf),
    /// This environment variable contains the key.
    Env(String),
}
