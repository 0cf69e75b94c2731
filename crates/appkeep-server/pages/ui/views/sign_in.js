// The sign-in form.

import { el } from '../dom.js';
import { Api, Problem } from '../api.js';
import { describeError, field } from '../parts/dialog.js';

/** Shows the form. `onSignedIn` receives `token`, `accounts` and `isKept`. `reason` says why the last session ended. */
export function signIn(main, { reason = null, onSignedIn }) {
  const token = el('input', {
    type: 'password', name: 'token', required: '', autocomplete: 'off', spellcheck: 'false', autocapitalize: 'none',
  });
  const keep = el('input', { type: 'checkbox', id: 'keep', name: 'keep', checked: '' });
  const errorLine = el('p', { class: 'error', role: 'alert', hidden: reason === null, text: reason ?? '' });
  const submit = el('button', { type: 'submit', class: 'primary', text: 'Sign in' });
  const form = el('form', { on: { submit: submitted } },
    field('Token', token, 'Starts with appkeep_'),
    el('div', { class: 'check' }, keep, el('label', { for: 'keep', text: 'Stay signed in until this tab is closed' })),
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
        throw new Error('This token has no access to any account.');
      }
      onSignedIn({ token: value, accounts, isKept: keep.checked });
    } catch (error) {
      errorLine.textContent = error instanceof Problem && error.status === 401
        ? 'Invalid token. It may be mistyped, revoked or expired.'
        : describeError(error);
      errorLine.hidden = false;
      token.select();
    } finally {
      submit.disabled = false;
    }
  }

  main.replaceChildren(el('section', { class: 'card sign-in', 'aria-labelledby': 'sign-in-title' },
    el('h1', { id: 'sign-in-title', text: 'Sign in' }),
    el('p', { class: 'detail', text: 'See the apps and backups that your token can access.' }),
    form,
    el('details', {},
      el('summary', { text: 'Where do I get a token?' }),
      el('p', {}, 'Create one on the server’s machine:'),
      el('pre', { tabindex: 0, text: 'appkeep token create --data DIR --account NAME --role member --name browser' }),
      el('p', { text: 'The role viewer can read; the role member can also create and delete backups.' }))));
  token.focus();
}
