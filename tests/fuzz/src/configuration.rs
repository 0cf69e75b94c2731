//! Parsing of `appkeep.toml`.

use std::path::Path;

use appkeep_server::Config;

/// The path of the file in messages. Its directory doesn't exist.
const PATH: &str = "/appkeep-fuzz/appkeep.toml";

/// The settings whose values no message may contain.
const SECRETS: [&str; 3] = ["access_key", "secret_key", "session_token"];

/// The shortest secret that is looked for in messages, in bytes; shorter ones may occur in them by chance.
const SECRET_BYTES_MIN: usize = 12;

/// Reads the bytes as a configuration, and checks it against this machine. A valid one must have the same meaning when
/// only its data is written again, without comments and format.
///
/// # Panics
/// When an error doesn't name the file on one line, a message contains a secret, or the meaning differs.
pub fn configuration(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else {
        return;
    };
    let table = text.parse::<toml::Table>();
    let mut secrets = Vec::new();
    if let Ok(table) = &table {
        collect_secrets(&toml::Value::Table(table.clone()), &mut secrets);
    }
    match Config::parse(Path::new(PATH), text) {
        Ok(config) => {
            for message in config.warnings.iter().chain(&config.missing_on_this_machine()) {
                check_message(message, &secrets);
            }
            let table = table.expect("a configuration is a TOML document");
            assert_same_meaning(config, &table.to_string());
        }
        Err(error) => {
            let message = error.to_string();
            assert!(message.starts_with(PATH), "{message:?}");
            check_message(&message, &secrets);
        }
    }
}

fn assert_same_meaning(mut config: Config, written: &str) {
    let mut again = Config::parse(Path::new(PATH), written).expect("the same data is valid, too");
    // They name lines.
    config.warnings.clear();
    again.warnings.clear();
    assert_eq!(config, again, "{written}");
}

fn check_message(message: &str, secrets: &[String]) {
    assert!(!message.contains(['\n', '\r']), "{message:?}");
    for secret in secrets {
        assert!(
            !message.contains(secret.as_str()),
            "{message:?} contains {secret:?}"
        );
    }
}

/// Collects the values of secret settings, at any depth.
fn collect_secrets(value: &toml::Value, into: &mut Vec<String>) {
    match value {
        toml::Value::Table(members) => {
            for (name, value) in members {
                if let Some(text) = value.as_str()
                    && SECRETS.contains(&name.as_str())
                    && text.len() >= SECRET_BYTES_MIN
                {
                    into.push(text.to_owned());
                }
                collect_secrets(value, into);
            }
        }
        toml::Value::Array(items) => items.iter().for_each(|item| collect_secrets(item, into)),
        _ => {}
    }
}
