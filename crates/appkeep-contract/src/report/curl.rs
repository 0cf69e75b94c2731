//! `curl` commands that repeat an exchange.

use crate::live::Exchange;

/// A `curl` command that sends the same request again; tokens are replaced by shell variables.
#[must_use]
pub(super) fn curl(exchange: &Exchange) -> String {
    curl_with(exchange, &[])
}

/// The command with ids replaced by shell variables.
pub(super) fn curl_with(exchange: &Exchange, variables: &[(String, String)]) -> String {
    command("curl -isS", exchange, variables)
}

/// A command that sends a create again, and stores the id of the new resource in a shell variable.
pub(super) fn read_id(exchange: &Exchange, variables: &[(String, String)], variable: &str) -> String {
    format!(
        "{variable}=$({} | jq -r .id)",
        command("curl -sS", exchange, variables)
    )
}

fn command(program: &str, exchange: &Exchange, variables: &[(String, String)]) -> String {
    let quoted = |text: &str| quoted(text, variables);
    let mut parts = vec![program.to_owned()];
    if exchange.method == "HEAD" {
        // With `-X HEAD`, curl waits for a body.
        parts.push("-I".to_owned());
    } else if exchange.method != "GET" || exchange.request_body.is_some() {
        parts.push(format!("-X {}", exchange.method));
    }
    for (name, value) in &exchange.request_headers {
        if name == "Authorization" && value.contains('$') {
            // Double quotes let the shell insert the token.
            parts.push(format!("-H \"{name}: {value}\""));
        } else {
            parts.push(format!("-H {}", quoted(&format!("{name}: {value}"))));
        }
    }
    match &exchange.request_body {
        Some(body) if exchange.incomplete => {
            // An upload of unknown length, because the body never ends.
            parts.push("-T -".to_owned());
            parts.push(quoted(&exchange.url));
            return format!(
                "{{ printf %s {}; sleep 60; }} | {}",
                quoted(body),
                parts.join(" ")
            );
        }
        Some(body) if exchange.padding_bytes > 0 => {
            parts.push("--data-binary @-".to_owned());
            parts.push(quoted(&exchange.url));
            let padding = format!("head -c {} /dev/zero | tr '\\0' ' '", exchange.padding_bytes);
            return format!(
                "{{ {padding}; printf %s {}; }} | {}",
                quoted(body),
                parts.join(" ")
            );
        }
        Some(body) => parts.push(format!("--data-raw {}", quoted(body))),
        None => {}
    }
    parts.push(quoted(&exchange.url));
    parts.join(" ")
}

/// Text in single quotes, with ids replaced by shell variables in double quotes.
fn quoted(text: &str, variables: &[(String, String)]) -> String {
    let mut text = format!("'{}'", text.replace('\'', "'\\''"));
    for (id, variable) in variables {
        text = text.replace(id, &format!("'\"${variable}\"'"));
    }
    match text.strip_suffix("\"''") {
        Some(start) if !variables.is_empty() => format!("{start}\""),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::curl;
    use crate::live::Exchange;

    fn exchange() -> Exchange {
        Exchange {
            operation: "x".to_owned(),
            method: "POST".to_owned(),
            url: "http://h/a?b=c".to_owned(),
            request_headers: vec![
                ("Authorization".to_owned(), "Bearer $APPKEEP_TOKEN".to_owned()),
                ("Content-Type".to_owned(), "application/json".to_owned()),
            ],
            request_body: Some("{\"name\":\"it's\"}".to_owned()),
            padding_bytes: 0,
            incomplete: false,
            concurrent: 1,
            elapsed: std::time::Duration::ZERO,
            status: 400,
            response_headers: Vec::new(),
            response_body: String::new(),
            violations: Vec::new(),
            faulty: false,
        }
    }

    #[test]
    fn commands_are_quoted_and_read_the_token_from_the_environment() {
        insta::assert_snapshot!(curl(&exchange()), @r#"curl -isS -X POST -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' --data-raw '{"name":"it'\''s"}' 'http://h/a?b=c'"#);
    }

    #[test]
    fn long_bodies_are_generated_by_the_shell() {
        let long = Exchange {
            padding_bytes: 1_000_000,
            ..exchange()
        };
        insta::assert_snapshot!(curl(&long), @r#"{ head -c 1000000 /dev/zero | tr '\0' ' '; printf %s '{"name":"it'\''s"}'; } | curl -isS -X POST -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' --data-binary @- 'http://h/a?b=c'"#);
    }

    #[test]
    fn endless_bodies_are_uploads_that_wait() {
        let incomplete = Exchange {
            incomplete: true,
            ..exchange()
        };
        insta::assert_snapshot!(curl(&incomplete), @r#"{ printf %s '{"name":"it'\''s"}'; sleep 60; } | curl -isS -X POST -H "Authorization: Bearer $APPKEEP_TOKEN" -H 'Content-Type: application/json' -T - 'http://h/a?b=c'"#);
    }

    #[test]
    fn the_sent_method_is_recorded() {
        let curl_for = |method: &str, body: Option<&str>| {
            curl(&Exchange {
                method: method.to_owned(),
                request_body: body.map(str::to_owned),
                request_headers: Vec::new(),
                ..exchange()
            })
        };
        assert_eq!(curl_for("GET", None), "curl -isS 'http://h/a?b=c'");
        assert_eq!(curl_for("DELETE", None), "curl -isS -X DELETE 'http://h/a?b=c'");
        // With `-X HEAD`, curl waits for a body that never comes.
        assert_eq!(curl_for("HEAD", None), "curl -isS -I 'http://h/a?b=c'");
        // Without `-X`, curl would send a POST.
        assert_eq!(
            curl_for("GET", Some("{}")),
            "curl -isS -X GET --data-raw '{}' 'http://h/a?b=c'"
        );
    }

    #[test]
    fn the_shell_expands_only_the_token() {
        let curl_for = |name: &str, value: &str| {
            curl(&Exchange {
                method: "GET".to_owned(),
                request_body: None,
                request_headers: vec![(name.to_owned(), value.to_owned())],
                ..exchange()
            })
        };
        assert_eq!(
            curl_for("Accept", "application/$HOME"),
            "curl -isS -H 'Accept: application/$HOME' 'http://h/a?b=c'"
        );
        assert_eq!(
            curl_for("Authorization", "Basic c29t`id`"),
            "curl -isS -H 'Authorization: Basic c29t`id`' 'http://h/a?b=c'"
        );
    }
}
