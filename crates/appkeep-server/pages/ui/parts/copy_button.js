// A button that copies a text to the clipboard.

import { el } from '../dom.js';
import { announce } from '../announce.js';

/** Creates a text with a button that copies it. `label` describes the text. */
export function copyable(text, label) {
  const code = el('code', { text });
  const button = el('button', { type: 'button', class: 'small', text: 'Copy', 'aria-label': `Copy ${label}`, on: { click: copy } });
  const result = el('small', {});

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      result.textContent = 'Copied';
      announce(`Copied ${label}`);
    } catch {
      // Browsers have no clipboard on pages from other machines without TLS. The selection can be copied with the keyboard.
      getSelection().selectAllChildren(code);
      result.textContent = 'Selected';
      announce(`Selected ${label}`);
    }
  }

  return el('span', { class: 'copyable' }, code, button, result);
}
