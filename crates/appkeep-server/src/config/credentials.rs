//! Reads the credentials of a bucket from a file.

use std::path::Path;

use appkeep_engine::StaticCredentials;

/// The names of each value, in this project's configuration and in the AWS command's files.
const NAMES: [[&str; 2]; 3] = [
    ["access_key", "aws_access_key_id"],
    ["secret_key", "aws_secret_access_key"],
    ["session_token", "aws_session_token"],
];

/// Reads a file with lines such as `access_key = …`, or in the format of the AWS command, whose first profile is used.
///
/// # Errors
/// A description that contains no secret.
pub(super) fn read(path: &Path) -> Result<StaticCredentials, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("the credentials in {}: {error}", path.display()))?;
    parse(&text).ok_or_else(|| {
        format!(
            "{} contains no credentials: expected lines `access_key = …` and `secret_key = …`",
            path.display()
        )
    })
}

fn parse(text: &str) -> Option<StaticCredentials> {
    let mut found: [Option<String>; 3] = [None, None, None];
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.starts_with(['#', ';'])) {
        if line.starts_with('[') && found.iter().any(Option::is_some) {
            break;
        }
        let Some((name, value)) = line.split_once('=') else {
            continue;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        for (names, slot) in NAMES.iter().zip(&mut found) {
            if names.contains(&name.trim()) && !value.is_empty() {
                *slot = Some(value.to_owned());
            }
        }
    }
    let [access_key, secret_key, session_token] = found;
    Some(StaticCredentials {
        access_key: access_key?.into(),
        secret_key: secret_key?.into(),
        session_token: session_token.map(Into::into),
    })
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn both_formats_are_read_and_the_first_profile_counts() {
        for text in [
            "access_key = AK\nsecret_key = \"S/K=\"\n",
            "# of the backups\n[default]\naws_access_key_id=AK\naws_secret_access_key = S/K=\n[other]\n\
             aws_access_key_id = X\naws_secret_access_key = X\naws_session_token = X\n",
        ] {
            let found = parse(text).unwrap();
            assert_eq!(found.access_key.expose_secret(), "AK");
            assert_eq!(found.secret_key.expose_secret(), "S/K=");
            assert!(found.session_token.is_none());
        }
        assert!(parse("access_key = AK\n").is_none());
        assert!(parse("access_key =\nsecret_key = SK\n").is_none());
    }
}
