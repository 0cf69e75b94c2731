//! What can be told without asking the server: the login, the environment, the address.

use super::Look;
use crate::login;
use crate::remote::{Args, Known};

/// Looks, and answers what is known if that is enough to ask the server.
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
    looks.push(match (&known.token, known.token()) {
        (Some(token), Ok(_)) => Look::good("token", format!("there is one, from {}", token.from)),
        (_, Err(failure)) => Look::failed("token", &failure),
        (None, Ok(_)) => return None,
    });
    (known.url.is_some() && known.token.is_some()).then_some(known)
}

/// The login's file.
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
