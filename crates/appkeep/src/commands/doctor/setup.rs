//! Checks that need no request: the login, the environment, the URL.

use std::net::{IpAddr, SocketAddr};

use super::Check;
use crate::login;
use crate::remote::{Args, Known};

/// Runs the checks, and returns the settings if they suffice for requests. If the server is optional, a missing address
/// isn't a problem.
pub(super) fn check(args: &Args, is_optional: bool, checks: &mut Vec<Check>) -> Option<Known> {
    if let Err(error) = args.given() {
        let fix = "correct the argument or the variable, or the file that it names";
        checks.push(Check::wrong("settings", format!("{error:#}"), fix));
        return None;
    }
    let known = match args.known() {
        Ok(known) => known,
        Err(error) => {
            let fix = "correct or remove the file; appkeep login writes a new one";
            checks.push(Check::wrong("login", format!("{error:#}"), fix));
            return None;
        }
    };
    if is_optional && known.url.is_none() {
        return None;
    }
    checks.extend(stored(&known));
    let server = match (&known.url, known.url()) {
        (Some(url), Ok(_)) => Check::good("server", format!("{}, from {}", url.value, url.from)),
        (_, Err(failure)) => Check::failed("server", &failure),
        (None, Ok(_)) => return None,
    };
    checks.push(server);
    checks.extend(known.url.as_ref().and_then(|url| unencrypted(&url.value)));
    checks.push(match (&known.token, known.token()) {
        (Some(token), Ok(_)) => Check::good("token", format!("set, from {}", token.from)),
        (_, Err(failure)) => Check::failed("token", &failure),
        (None, Ok(_)) => return None,
    });
    (known.url.is_some() && known.token.is_some()).then_some(known)
}

/// Warns when the token crosses a network unencrypted.
fn unencrypted(url: &str) -> Option<Check> {
    let rest = url.strip_prefix("http://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let with_port = host.parse().map(|address: SocketAddr| address.ip());
    let address = with_port.or_else(|_| host.trim_matches(['[', ']']).parse::<IpAddr>());
    let is_here = match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host.split(':').next() == Some("localhost"),
    };
    (!is_here).then(|| {
        Check::doubtful(
            "server",
            "http:// is not encrypted: others can read the token on the network",
            "start the server with --tls-cert or --tls self-signed, and use https://",
        )
    })
}

/// Checks the login file.
fn stored(known: &Known) -> Option<Check> {
    let path = login::path().ok().filter(|path| path.exists())?;
    let place = path.display();
    if login::is_open_to_others(&path) {
        return Some(Check::wrong(
            "login",
            format!("{place} contains a token, and other users can read it"),
            format!("chmod 600 {place}, and create a new token"),
        ));
    }
    if let (Some(login), Some(url)) = (&known.login_elsewhere, &known.url) {
        return Some(Check::doubtful(
            "login",
            format!(
                "{place} is for {login}, but {} is {}: the login is ignored",
                url.from, url.value
            ),
            format!("omit {}, or run appkeep login again", url.from),
        ));
    }
    Some(Check::good("login", format!("{place}, readable only by you")))
}

#[cfg(test)]
mod tests {
    use super::unencrypted;

    #[test]
    fn unencrypted_connections_to_other_machines_are_doubtful() {
        for url in [
            "http://127.0.0.1:8480",
            "http://[::1]:1/",
            "http://[::1]",
            "http://localhost:1",
            "https://a.example",
        ] {
            assert!(unencrypted(url).is_none(), "{url}");
        }
        for url in [
            "http://a.example",
            "http://10.0.0.1:8480/prefix",
            "http://localhost.example",
        ] {
            assert!(unencrypted(url).is_some(), "{url}");
        }
    }
}
