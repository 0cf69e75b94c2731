//! The receivers of notifications: commands and webhooks.

use std::collections::{BTreeMap, HashSet};

use appkeep_core::catalog::Declaration;
use appkeep_core::notification::{EventKind, RECEIVER_TIMEOUT_SECS_MAX, Receiver};
use http::{HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};
use toml::Spanned;
use url::Url;

use super::declare::Checker;
use super::error::ConfigError;
use super::file::NotificationTable;
use crate::notifications::{
    Command, Notification, SecretSource, TEMPLATE_BYTES_MAX, Template, Transport, Webhook,
};

/// The largest number of receivers.
const RECEIVERS_MAX: usize = 16;
/// The largest number of headers of a webhook.
const HEADERS_MAX: usize = 32;
/// The largest size of a header's value, in bytes.
const HEADER_BYTES_MAX: usize = 4096;
/// The default time that a receiver may take, in seconds.
pub(crate) const RECEIVER_TIMEOUT_SECS_DEFAULT: u32 = 10;
/// The headers that the server sets itself.
const OWN_HEADERS: [&str; 5] = [
    "content-length",
    "host",
    "webhook-id",
    "webhook-signature",
    "webhook-timestamp",
];

impl Checker<'_> {
    /// Returns the receivers. They refer to accounts and apps of the declaration.
    pub(super) fn notifications(
        &self,
        tables: &[NotificationTable],
        declaration: &Declaration,
    ) -> Result<Vec<Notification>, ConfigError> {
        if let Some(surplus) = tables.get(RECEIVERS_MAX) {
            let problem = format!("there are more than {RECEIVERS_MAX} receivers of notifications");
            return Err(self.error(&surplus.name.span(), problem));
        }
        let mut names = HashSet::new();
        let checked = tables.iter().map(|table| {
            let name = self.name(&table.name, &mut names)?;
            Ok(Notification {
                receiver: self.receiver(name, table, declaration)?,
                transport: self.transport(table)?,
            })
        });
        checked.collect()
    }

    fn receiver(
        &self,
        name: String,
        table: &NotificationTable,
        declaration: &Declaration,
    ) -> Result<Receiver, ConfigError> {
        let events = match &table.events {
            None => EventKind::SELECTABLE.to_vec(),
            Some(given) if given.get_ref().is_empty() => {
                let problem = "the list is empty: expected at least one of failure, recovery and overdue";
                return Err(self.error(&given.span(), problem.to_owned()));
            }
            Some(given) => {
                let events = given.get_ref().iter().map(|event| self.event(event));
                events.collect::<Result<_, _>>()?
            }
        };
        let account = table.account.as_ref().map(|given| {
            let found = declaration
                .accounts
                .iter()
                .find(|one| one.name == *given.get_ref());
            found.ok_or_else(|| {
                self.error(
                    &given.span(),
                    format!("there is no account {:?}", given.get_ref()),
                )
            })
        });
        let account_id = account.transpose()?.map(|account| account.id);
        let mut app_ids = Vec::new();
        for given in table.apps.iter().flatten() {
            let apps = declaration.apps.iter();
            let found = apps.filter(|app| app.name == *given.get_ref());
            let found = found.filter(|app| account_id.is_none_or(|id| app.account_id == id));
            let before = app_ids.len();
            app_ids.extend(found.map(|app| app.id));
            if app_ids.len() == before {
                let problem = format!("there is no app {:?}", given.get_ref());
                return Err(self.error(&given.span(), problem));
            }
        }
        Ok(Receiver {
            name,
            events,
            account_id,
            app_ids,
            timeout_secs: self.number(
                table.timeout_secs.as_ref(),
                RECEIVER_TIMEOUT_SECS_DEFAULT,
                1..=RECEIVER_TIMEOUT_SECS_MAX,
            )?,
        })
    }

    fn event(&self, given: &Spanned<String>) -> Result<EventKind, ConfigError> {
        let event = self.word("event", given, &EventKind::SELECTABLE)?;
        if EventKind::SELECTABLE.contains(&event) {
            return Ok(event);
        }
        let problem = format!(
            "invalid event {:?}: expected failure, recovery or overdue",
            given.get_ref()
        );
        Err(self.error(&given.span(), problem))
    }

    fn transport(&self, table: &NotificationTable) -> Result<Transport, ConfigError> {
        match (&table.command, &table.url) {
            (Some(command), None) => {
                if let Some((key, span)) = table.webhook_setting() {
                    let problem = format!("`{key}` requires `url`");
                    return Err(self.secret_error(&span, problem));
                }
                Ok(Transport::Command(Command {
                    command: self.command(command)?,
                    env: self.environment(&table.env)?,
                }))
            }
            (None, Some(url)) => {
                if let Some((name, _)) = table.env.first_key_value() {
                    let problem = "`env` requires `command`".to_owned();
                    return Err(self.secret_error(&name.span(), problem));
                }
                Ok(Transport::Webhook(Box::new(self.webhook(url, table)?)))
            }
            _ => {
                let problem = "expected either `command` or `url`".to_owned();
                Err(self.error(&table.name.span(), problem))
            }
        }
    }

    fn webhook(
        &self,
        given: &Spanned<SecretString>,
        table: &NotificationTable,
    ) -> Result<Webhook, ConfigError> {
        let refused = |problem: String| self.secret_error(&given.span(), problem);
        let url = Url::parse(given.get_ref().expose_secret());
        let url = url.map_err(|error| refused(format!("invalid URL: {error}")))?;
        if !["http", "https"].contains(&url.scheme()) {
            let problem = format!("invalid scheme {:?}: expected http or https", url.scheme());
            return Err(refused(problem));
        }
        let secret = match (&table.secret_file, &table.secret_env) {
            (None, None) => None,
            (Some(file), None) => {
                let path = self.path(file, "a file that contains the key of signatures")?;
                Some(SecretSource::File(path))
            }
            (None, Some(env)) => Some(SecretSource::Env(self.variable(env)?)),
            (Some(file), Some(_)) => {
                let problem = "expected either `secret_file` or `secret_env`".to_owned();
                return Err(self.error(&file.span(), problem));
            }
        };
        let headers = self.headers(&table.headers)?;
        let ca_file = table.ca_file.as_ref();
        let ca_file = ca_file.map(|given| self.path(given, "a file with certificates"));
        Ok(Webhook {
            url,
            secret,
            template: self.template(table, &headers)?,
            headers,
            ca_file: ca_file.transpose()?,
        })
    }

    fn headers(
        &self,
        given: &BTreeMap<Spanned<String>, Spanned<SecretString>>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, ConfigError> {
        if let Some(surplus) = given.keys().nth(HEADERS_MAX) {
            let problem = format!("there are more than {HEADERS_MAX} headers");
            return Err(self.secret_error(&surplus.span(), problem));
        }
        let mut headers = Vec::new();
        for (name, value) in given {
            let refused = |problem: String| self.secret_error(&name.span(), problem);
            let text = name.get_ref();
            let parsed = HeaderName::try_from(text.as_str());
            let parsed = parsed.map_err(|_| refused(format!("invalid name of a header: {text:?}")))?;
            if OWN_HEADERS.contains(&parsed.as_str()) {
                return Err(refused(format!(
                    "{text:?} can't be set: the server sets it itself"
                )));
            }
            let value = value.get_ref().expose_secret();
            if value.len() > HEADER_BYTES_MAX {
                let problem = format!("the value of {text} has more than {HEADER_BYTES_MAX} bytes");
                return Err(refused(problem));
            }
            let value = HeaderValue::try_from(value);
            let mut value = value.map_err(|_| refused(format!("invalid value of {text}")))?;
            value.set_sensitive(true);
            headers.push((parsed, value));
        }
        Ok(headers)
    }

    /// Reads the template and renders it with an example, so that errors are found when the file is checked.
    fn template(
        &self,
        table: &NotificationTable,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Option<Template>, ConfigError> {
        let (span, text) = match (&table.template, &table.template_file) {
            (None, None) => return Ok(None),
            (Some(text), None) => (text.span(), text.get_ref().clone()),
            (None, Some(file)) => {
                let path = self.path(file, "a file that contains the template")?;
                let text = std::fs::read_to_string(&path);
                let text = text.map_err(|error| {
                    let problem = format!("failed to read {}: {error}", path.display());
                    self.error(&file.span(), problem)
                })?;
                (file.span(), text)
            }
            (Some(text), Some(_)) => {
                let problem = "expected either `template` or `template_file`".to_owned();
                return Err(self.error(&text.span(), problem));
            }
        };
        if text.len() > TEMPLATE_BYTES_MAX {
            let problem = format!("the template has more than {TEMPLATE_BYTES_MAX} bytes");
            return Err(self.error(&span, problem));
        }
        let content_type = headers
            .iter()
            .find(|(name, _)| name == http::header::CONTENT_TYPE);
        let is_json =
            content_type.is_none_or(|(_, value)| value.to_str().is_ok_and(|value| value.contains("json")));
        let template = Template::new(text, is_json);
        template.check().map_err(|problem| self.error(&span, problem))?;
        Ok(Some(template))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    const GOOD: &str = r#"[[accounts]]
name = "acme"
[[accounts.apps]]
name = "shop"
volumes = { data = "/srv/shop" }
[[accounts.buckets]]
name = "local"
path = "/var/backups"
[[notifications]]
name = "ops"
url = "https://chat.example/hooks/s3cret"
account = "acme"
apps = ["shop"]
events = ["failure"]
secret_file = "webhook.key"
template = '{"text": {{ message }}}'
headers = { Authorization = "Bearer s3cret" }
[[notifications]]
name = "mail"
command = ["bin/notify", "--mail"]
timeout_secs = 60
"#;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(Path::new("/etc/appkeep.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn receivers_have_a_command_or_a_webhook() {
        let config = parse(GOOD).unwrap();
        let [ops, mail] = config.notifications.as_slice() else {
            panic!("{:?}", config.notifications)
        };
        assert_eq!(ops.receiver.events, [EventKind::Failure]);
        assert_eq!(ops.receiver.app_ids, [config.declaration.apps[0].id]);
        assert_eq!(ops.receiver.timeout_secs, RECEIVER_TIMEOUT_SECS_DEFAULT);
        assert_eq!(mail.receiver.events, EventKind::SELECTABLE);
        let Transport::Command(command) = &mail.transport else {
            panic!("{mail:?}")
        };
        assert_eq!(command.command, ["/etc/bin/notify", "--mail"]);
        assert!(!format!("{config:?}").contains("s3cret"));
    }

    #[test]
    fn errors_name_the_value_and_contain_no_secret() {
        for (from, to, expected) in [
            (
                "https://",
                "ftp://",
                "11: `url = …`: invalid scheme \"ftp\": expected http or https",
            ),
            (
                "[\"failure\"]",
                "[\"test\"]",
                "14: `events = [\"test\"]`: invalid event \"test\": expected failure, recovery or overdue",
            ),
            (
                "[\"shop\"]",
                "[\"shoe\"]",
                "13: `apps = [\"shoe\"]`: there is no app \"shoe\"",
            ),
            (
                "Authorization",
                "Host",
                "17: `headers = …`: \"Host\" can't be set: the server sets it itself",
            ),
            (
                "command =",
                "url = \"http://127.0.0.1\"\ncommand =",
                "19: `name = \"mail\"`: expected either `command` or `url`",
            ),
            (
                "timeout_secs = 60",
                "secret_env = \"KEY\"",
                "21: `secret_env = …`: `secret_env` requires `url`",
            ),
        ] {
            let refused = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert_eq!(refused, format!("/etc/appkeep.toml:{expected}"));
        }
        let wrong = parse(&GOOD.replacen("{{ message }}", "{{ massage }}", 1)).unwrap_err();
        assert!(wrong.contains("undefined value"), "{wrong}");
        let no_json = parse(&GOOD.replacen("{{ message }}", "message", 1)).unwrap_err();
        assert!(no_json.contains("the body isn't valid JSON"), "{no_json}");
    }
}
