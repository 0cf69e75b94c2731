// Who is signed in. The token is in this page's memory and, if the person wants, in the tab's session storage, which
// ends with the tab. It is nowhere else: no cookie, no local storage, no address.

const KEY = 'appkeep.session';

let current = read();

/** The session: `token`, `accountId`, `isKept`; `null` when nobody is signed in. */
export function session() {
  return current;
}

/** Begins a session, or changes it. */
export function saveSession(next) {
  current = next;
  if (next.isKept) {
    sessionStorage.setItem(KEY, JSON.stringify(next));
  } else {
    sessionStorage.removeItem(KEY);
  }
}

/** Ends the session. */
export function clearSession() {
  current = null;
  sessionStorage.removeItem(KEY);
}

function read() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY));
    return typeof stored?.token === 'string' ? stored : null;
  } catch {
    return null;
  }
}
