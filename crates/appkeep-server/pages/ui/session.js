// Who is signed in. The token is in this page's memory and, if the person wants, in the tab's session storage, which
// ends with the tab. It is nowhere else: no cookie, no local storage, no address.

const KEY = 'appkeep.session';

let current = read();

/** The session: `token`, `accountId`, `isKept`; `null` when nobody is signed in. */
export function session() {
  return current;
}

/** Begins a session, or changes it. */
export function remember(next) {
  current = next;
  if (next.isKept) {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } else {
    sessionStorage.removeItem(KEY);
  }
}

/** Ends the session. */
export function forget() {
  current = null;
  sessionStorage.removeItem(KEY);
}

function read() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEY));
    return typeof kept?.token === 'string' ? kept : null;
  } catch {
    return null;
  }
}
