// Nobody is signed in: asks for a token.

import { el } from '../dom.js';
import { Api, Problem } from '../api.js';
import { describeError, field } from '../parts/dialog.js';

/** `signedIn` is given the token, its accounts, and whether to keep it. `why` tells why somebody is asked again. */
export function signIn(main, { reason = null, onSignedIn }) {
  const token = el('input', {
    type: 'password', name: 'token', required: '', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none',
  });
  const keep = el('input', { type: 'checkbox', id: 'keep', name: 'keep', checked: '' });
  const errorLine = el('p', { class: 'error', role: 'alert', hidden: reason === null, text: reason ?? '' });
  const submit = el('button', { type: 'submit', class: 'primary', text: 'Sign in' });
  const form = el('form', { on: { submit: submitted } },
    field('Token', token, 'Begins with appkeep_'),
    el('div', { class: 'check' }, keep, el('label', { for: 'keep', text: 'Keep it until this tab is closed' })),
    errorLine,
    el('div', { class: 'buttons' }, submit));

  async function submitted(event) {
    event.preventDefault();
    submit.disabled = true;
    errorLine.hidden = true;
    const value = token.value.trim();
    try {
      const accounts = await new Api(value).accounts();
      if (accounts.length === 0) {
        throw new Error('This token is good for no account.');
      }
      onSignedIn({ token: value, accounts, isKept: keep.checked });
    } catch (error) {
      errorLine.textContent = error instanceof Problem && error.status === 401
        ? 'The server doesn’t know this token. It may have been mistyped, revoked, or have expired.'
        : describeError(error);
      errorLine.hidden = false;
      token.select();
    } finally {
      submit.disabled = false;
    }
  }

  main.replaceChildren(el('section', { class: 'card sign-in', 'aria-labelledby': 'sign-in-title' },
    el('h1', { id: 'sign-in-title', text: 'Sign in' }),
    el('p', { class: 'detail', text: 'See your apps and their backups, as far as your token may.' }),
    form,
    el('details', {},
      el('summary', { text: 'Where do I get a token?' }),
      el('p', {}, 'On the server’s machine, ask for one:'),
      el('pre', { tabindex: 0, text: 'appkeep token create --data DIR --account NAME --role member --name browser' }),
      el('p', { text: 'A token with the role viewer reads; a member also creates and deletes.' }))));
  token.focus();
}
