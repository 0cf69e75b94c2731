//! Checks that need no request: the login, the environment, the URL.

use std::net::{IpAddr, SocketAddr};

use super::Look;
use crate::login;
use crate::remote::{Args, Known};

/// Runs the checks, and returns the settings if they suffice for requests.
pub(super) fn look(args: &Args, looks: &mut Vec<Look>) -> Option<Known> {
    let known = match args.known() {
        Ok(known) => known,
        Err(error) => {
            let mend = "mend or remove the file; appkeep login writes a new one";
            looks.push(Look::wrong("login", format!("{error:#}"), mend));
            return None;
        }
    };
    looks.extend(stored(&known));
    let server = match (&known.url, known.url()) {
        (Some(url), Ok(_)) => Look::good("server", format!("{}, from {}", url.value, url.from)),
        (_, Err(failure)) => Look::failed("server", &failure),
        (None, Ok(_)) => return None,
    };
    looks.push(server);
    looks.extend(known.url.as_ref().and_then(|url| in_clear(&url.value)));
    looks.push(match (&known.token, known.token()) {
        (Some(token), Ok(_)) => Look::good("token", format!("there is one, from {}", token.from)),
        (_, Err(failure)) => Look::failed("token", &failure),
        (None, Ok(_)) => return None,
    });
    (known.url.is_some() && known.token.is_some()).then_some(known)
}

/// Warns when the token crosses a network unencrypted.
fn in_clear(url: &str) -> Option<Look> {
    let rest = url.strip_prefix("http://")?;
    let host = rest.split('/').next().unwrap_or_default();
    let with_port = host.parse().map(|address: SocketAddr| address.ip());
    let address = with_port.or_else(|_| host.trim_matches(['[', ']']).parse::<IpAddr>());
    let is_here = match address {
        Ok(address) => address.is_loopback(),
        Err(_) => host.split(':').next() == Some("localhost"),
    };
    (!is_here).then(|| {
        Look::doubtful(
            "server",
            "http:// encrypts nothing: the token can be read on its way",
            "start the server with --tls-cert or --tls self-signed, and use https://",
        )
    })
}

/// Checks the login file.
fn stored(known: &Known) -> Option<Look> {
    let path = login::path().ok().filter(|path| path.exists())?;
    let place = path.display();
    if login::is_open_to_others(&path) {
        return Some(Look::wrong(
            "login",
            format!("{place} holds a token, and others may read it"),
            format!("chmod 600 {place}, and make a new token"),
        ));
    }
    if let (Some(login), Some(url)) = (&known.login_elsewhere, &known.url) {
        return Some(Look::doubtful(
            "login",
            format!(
                "{place} is for {login}, and {} says {}: nothing of it is used",
                url.from, url.value
            ),
            format!("leave {} out, or run appkeep login again", url.from),
        ));
    }
    Some(Look::good("login", format!("{place}, readable for you alone")))
}

#[cfg(test)]
mod tests {
    use super::in_clear;

    #[test]
    fn only_what_leaves_this_machine_in_clear_is_doubtful() {
        for url in [
            "http://127.0.0.1:8480",
            "http://[::1]:1/",
            "http://[::1]",
            "http://localhost:1",
            "https://a.example",
        ] {
            assert!(in_clear(url).is_none(), "{url}");
        }
        for url in [
            "http://a.example",
            "http://10.0.0.1:8480/prefix",
            "http://localhost.example",
        ] {
            assert!(in_clear(url).is_some(), "{url}");
        }
    }
}
