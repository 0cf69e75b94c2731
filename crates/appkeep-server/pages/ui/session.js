// The session of the signed-in user. The token is in the page's memory and, if the user chooses, in the tab's session
// storage, which ends with the tab. It is never in a cookie, in local storage or in a URL.

const KEY = 'appkeep.session';

let current = read();
const endListeners = [];

/** Returns the session: `token`, `accountId`, `isKept`; `null` if no user is signed in. */
export function session() {
  return current;
}

/** Starts or changes the session. */
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
  endListeners.forEach((listener) => listener());
}

/** Calls `listener` whenever the session ends. */
export function onSessionEnd(listener) {
  endListeners.push(listener);
}

function read() {
  try {
    const stored = JSON.parse(sessionStorage.getItem(KEY));
    return typeof stored?.token === 'string' ? stored : null;
  } catch {
    return null;
  }
}
