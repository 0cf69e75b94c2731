// Shows the view that belongs to the session and the URL's fragment.

import { Api, Problem, Unreachable } from './api.js';
import { announce, notice } from './announce.js';
import { el } from './dom.js';
import { pathOfAddress } from './file_path.js';
import { Poll } from './poll.js';
import { clearSession, saveSession, session } from './session.js';
import { describeError } from './parts/dialog.js';
import { appView } from './views/app.js';
import { backupView } from './views/backup.js';
import { overview } from './views/overview.js';
import { signIn } from './views/sign_in.js';

const main = document.getElementById('main');
const signOutButton = document.getElementById('sign-out');

/** The roles with write access. */
const WRITE_ROLES = new Set(['member', 'admin', 'owner']);

let poll = null;
let accounts = null;

/** Ends the session. `reason` is shown if the user didn't sign out. */
function endSession(reason = null) {
  clearSession();
  accounts = null;
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  show(reason);
}

/** Shows the error of a failed request. Returns `false` if it must not be retried. */
function handleError(error) {
  if (error instanceof Problem && error.status === 401) {
    endSession('You were signed out: your token is no longer valid.');
    return false;
  }
  if (error instanceof Problem && error.status === 404) {
    notice(null);
    main.replaceChildren(el('p', { class: 'empty' }, `${location.hash.includes('/backups/') ? 'Backup' : 'App'} not found. `, el('a', { href: '#/', text: 'All apps' })));
    return false;
  }
  if (error instanceof Problem && error.status === 403) {
    endSession('Your token no longer has access to this account.');
    return false;
  }
  const text = error instanceof Unreachable ? error.message : describeError(error);
  notice(`${text} The data shown may be outdated. Retrying …`);
  return true;
}

/** Shows the current view, or the sign-in form with an optional `reason`. */
function show(reason = null) {
  poll?.stop();
  poll = null;
  notice(null);
  document.title = 'appkeep';
  const current = session();
  signOutButton.hidden = current === null;
  showAccounts();
  if (current === null) {
    signIn(main, {
      reason,
      onSignedIn({ accounts: found, ...next }) {
        accounts = found;
        saveSession({ ...next, accountId: found[0].id });
        announce('Signed in');
        show();
        main.focus();
      },
    });
    return;
  }
  const api = new Api(current.token);
  poll = new Poll(createPass(api, current), handleError);
  poll.start();
}

/** Returns the function that polls. It fetches the token's accounts first, unless they are known. */
function createPass(api, current) {
  let viewPass = null;
  return async (signal) => {
    if (accounts === null) {
      accounts = await api.accounts(signal);
      showAccounts();
    }
    viewPass ??= await createView(api, current, signal);
    const pause = await viewPass(signal);
    notice(null);
    return pause;
  };
}

async function createView(api, current, signal) {
  const chosen = accounts.find(({ id }) => id === current.accountId);
  if (!chosen) {
    throw new Problem(403);
  }
  const [, appId, backupId, files] = location.hash.match(/^#\/apps\/([^/]+)(?:\/backups\/([^/]+)(\/files(?:\/.*)?)?)?$/) || [];
  const account = api.account(chosen.id);
  const context = {
    account,
    canWrite: WRITE_ROLES.has(chosen.role),
    pollNow: () => poll?.now(),
    handleError,
  };
  if (files) {
    const { filesView } = await import('./views/files.js');
    // The user may have left while the module was loaded.
    signal.throwIfAborted();
    return filesView(main, { ...context, appId, backupId, path: pathOfAddress(files.slice('/files'.length)) });
  }
  if (backupId) {
    return backupView(main, { ...context, appId, backupId });
  }
  return appId ? appView(main, { ...context, appId }) : overview(main, context);
}

/** Shows the selected account, with a list to select from if there are several. */
function showAccounts() {
  const container = document.getElementById('account');
  const current = session();
  if (!current || !accounts) {
    container.replaceChildren();
    return;
  }
  const chosen = accounts.find(({ id }) => id === current.accountId);
  const role = el('span', { class: 'role', text: chosen?.role ?? '' });
  if (accounts.length === 1) {
    container.replaceChildren(el('span', { class: 'account-name', text: chosen?.name ?? '' }), role);
    return;
  }
  const select = el('select', { 'aria-label': 'Account', on: { change: selectAccount } },
    ...accounts.map(({ id, name }) => el('option', { value: id, text: name, selected: id === current.accountId && '' })));
  container.replaceChildren(select, role);

  function selectAccount() {
    saveSession({ ...session(), accountId: select.value });
    if (location.hash === '' || location.hash === '#/') {
      show();
    } else {
      location.hash = '#/';
    }
    document.querySelector('#account select')?.focus();
  }
}

signOutButton.addEventListener('click', () => {
  endSession();
});
document.querySelector('.skip').addEventListener('click', (event) => {
  // The fragment selects the view and must not change.
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', () => {
  show();
  main.focus();
});
show();
