// A question in a dialog that takes the focus, and gives it back.

import { el } from '../dom.js';
import { Problem } from '../api.js';

let made = 0;

/**
 * Asks. `submit` does what was asked for and may throw: what it threw is shown, and the dialog stays. `fields` stand
 * between the text and the buttons.
 */
export function ask({ title, text, fields = [], action, dismiss = 'Cancel', isDangerous = false, submit }) {
  made += 1;
  const heading = el('h2', { id: `dialog-${made}`, text: title });
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true });
  const confirm = el('button', { type: 'submit', class: isDangerous ? 'danger' : 'primary', text: action });
  const cancel = el('button', { type: 'button', text: dismiss, on: { click: () => dialog.close() } });
  const form = el('form', { on: { submit: submitted } },
    heading, text ? el('p', { text }) : null, ...fields, fault,
    el('div', { class: 'buttons' }, cancel, confirm));
  const dialog = el('dialog', { 'aria-labelledby': heading.id, on: { close: () => dialog.remove() } }, form);

  async function submitted(event) {
    event.preventDefault();
    confirm.disabled = true;
    fault.hidden = true;
    try {
      await submit();
      dialog.close();
    } catch (error) {
      fault.textContent = describeError(error);
      fault.hidden = false;
    } finally {
      confirm.disabled = false;
    }
  }

  document.body.append(dialog);
  dialog.showModal();
}

/** An error in a sentence or two, with all that the server named. */
export function describeError(error) {
  if (error instanceof Problem && error.faults.length > 0) {
    return `${error.message} ${error.faults.join('; ')}`;
  }
  return error.message;
}

/** A labelled control with a hint below it. */
export function field(label, control, hint) {
  made += 1;
  control.id = `field-${made}`;
  const words = hint ? el('small', { id: `hint-${made}`, text: hint }) : null;
  if (words) {
    control.setAttribute('aria-describedby', words.id);
  }
  return el('div', { class: 'field' }, el('label', { for: control.id, text: label }), control, words);
}
