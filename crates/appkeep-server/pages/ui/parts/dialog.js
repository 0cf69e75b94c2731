// Modal dialogs with a form, and form fields. A dialog takes the focus and returns it when it is closed.

import { el } from '../dom.js';
import { Problem } from '../api.js';

let idCount = 0;

/**
 * Opens a dialog. `submit` performs the action; if it throws, the error is shown and the dialog stays open. `fields` are
 * shown between the text and the buttons. Returns a function that says whether the action is dangerous.
 */
export function openDialog({ title, text, fields = [], action, dismiss = 'Cancel', isDangerous = false, submit }) {
  const errorLine = el('p', { class: 'error', role: 'alert', hidden: true });
  const confirm = el('button', { type: 'submit', text: action });
  const cancel = el('button', { type: 'button', text: dismiss, on: { click: () => dialog.close() } });
  const form = el('form', { on: { submit: submitted } },
    text ? el('p', { text }) : null, ...fields, errorLine, el('div', { class: 'buttons' }, cancel, confirm));
  const setDangerous = (value) => {
    confirm.className = value ? 'danger' : 'primary';
  };
  setDangerous(isDangerous);

  async function submitted(event) {
    event.preventDefault();
    confirm.disabled = true;
    errorLine.hidden = true;
    try {
      await submit();
      dialog.close();
    } catch (error) {
      errorLine.textContent = describeError(error);
      errorLine.hidden = false;
    } finally {
      confirm.disabled = false;
    }
  }

  const dialog = showModal(title, form);
  return setDangerous;
}

/** Opens a dialog that only shows something. */
export function openNoteDialog(title, ...content) {
  const close = el('button', { type: 'button', text: 'Close', on: { click: () => dialog.close() } });
  const dialog = showModal(title, ...content, el('div', { class: 'buttons' }, close));
}

function showModal(title, ...content) {
  idCount += 1;
  const heading = el('h2', { id: `dialog-${idCount}`, text: title });
  const dialog = el('dialog', { 'aria-labelledby': heading.id, on: { close: () => dialog.remove() } }, heading, ...content);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** Returns the text of an error, including the invalid fields that the server reported. */
export function describeError(error) {
  if (error instanceof Problem && error.invalidFields.length > 0) {
    return `${error.message} ${error.invalidFields.join('; ')}`;
  }
  return error.message;
}

/** Creates a labelled control with an optional hint below it. */
export function field(label, control, hint) {
  idCount += 1;
  control.id = `field-${idCount}`;
  const hintNode = hint ? el('small', { id: `hint-${idCount}`, text: hint }) : null;
  if (hintNode) {
    control.setAttribute('aria-describedby', hintNode.id);
  }
  return el('div', { class: 'field' }, el('label', { for: control.id, text: label }), control, hintNode);
}
