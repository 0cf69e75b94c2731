// Which view is shown to whom: signed in or not, and where the address points.

import { Api, Problem, Unreachable } from './api.js';
import { announce, notice } from './announce.js';
import { el } from './dom.js';
import { Poll } from './poll.js';
import { forget, remember, session } from './session.js';
import { describeError } from './parts/dialog.js';
import { appView } from './views/app.js';
import { overview } from './views/overview.js';
import { signIn } from './views/sign_in.js';

const main = document.getElementById('main');
const signOut = document.getElementById('sign-out');

/** The roles that create and delete. */
const CHANGING = new Set(['member', 'admin', 'owner']);

let poll = null;
let accounts = null;

/** Leaves the session; `why` tells the person, if it wasn't their wish. */
function leave(why = null) {
  forget();
  accounts = null;
  document.querySelectorAll('dialog').forEach((dialog) => dialog.close());
  show(why);
}

/** What became of a request that failed; `false` when there is no use in trying again. */
function failed(error) {
  if (error instanceof Problem && error.status === 401) {
    leave('You were signed out: the server doesn’t know your token any more.');
    return false;
  }
  if (error instanceof Problem && error.status === 404) {
    notice(null);
    main.replaceChildren(el('p', { class: 'empty' }, 'There is no such app. ', el('a', { href: '#/', text: 'All apps' })));
    return false;
  }
  if (error instanceof Problem && error.status === 403) {
    leave('Your token is no longer good for this account.');
    return false;
  }
  const trouble = error instanceof Unreachable ? error.message : describeError(error);
  notice(`${trouble} What you see may be old. Trying again …`);
  return true;
}

/** Shows what the address and the session ask for. */
function show(why = null) {
  poll?.stop();
  poll = null;
  notice(null);
  document.title = 'appkeep';
  const current = session();
  signOut.hidden = current === null;
  showAccounts();
  if (current === null) {
    signIn(main, {
      why,
      signedIn({ accounts: found, ...next }) {
        accounts = found;
        remember({ ...next, accountId: found[0].id });
        announce('Signed in');
        show();
        main.focus();
      },
    });
    return;
  }
  const api = new Api(current.token);
  poll = new Poll(rounds(api, current), failed);
  poll.start();
}

/** The rounds of a view. The first one finds out what the token is good for, where that isn't known. */
function rounds(api, current) {
  let round = null;
  return async (signal) => {
    if (accounts === null) {
      accounts = await api.accounts(signal);
      showAccounts();
    }
    round ??= begin(api, current);
    const pause = await round(signal);
    notice(null);
    return pause;
  };
}

function begin(api, current) {
  const chosen = accounts.find(({ id }) => id === current.accountId);
  if (!chosen) {
    throw new Problem(403);
  }
  const [, appId] = location.hash.match(/^#\/apps\/([^/]+)$/) || [];
  const context = {
    account: api.account(chosen.id),
    mayChange: CHANGING.has(chosen.role),
    again: () => poll?.now(),
    refused: failed,
  };
  return appId ? appView(main, { ...context, appId }) : overview(main, context);
}

/** The account that is looked at, and a choice where there are several. */
function showAccounts() {
  const place = document.getElementById('account');
  const current = session();
  if (!current || !accounts) {
    place.replaceChildren();
    return;
  }
  const chosen = accounts.find(({ id }) => id === current.accountId);
  const role = el('span', { class: 'role', text: chosen?.role ?? '' });
  if (accounts.length === 1) {
    place.replaceChildren(el('span', { class: 'account-name', text: chosen?.name ?? '' }), role);
    return;
  }
  const select = el('select', { 'aria-label': 'Account', on: { change: choose } },
    ...accounts.map(({ id, name }) => el('option', { value: id, text: name, selected: id === current.accountId && '' })));
  place.replaceChildren(select, role);

  function choose() {
    remember({ ...session(), accountId: select.value });
    if (location.hash === '' || location.hash === '#/') {
      show();
    } else {
      location.hash = '#/';
    }
    document.querySelector('#account select')?.focus();
  }
}

signOut.addEventListener('click', () => {
  leave();
});
document.querySelector('.skip').addEventListener('click', (event) => {
  // The address says which view it is, so it stays.
  event.preventDefault();
  main.focus();
});
window.addEventListener('hashchange', () => {
  show();
  main.focus();
});
show();
