// The head of a table.

import { el } from '../dom.js';

/** Creates the head of a table. `hasActions` adds a column for buttons, with a title for screen readers only. */
export function tableHead(columns, hasActions) {
  return el('thead', {}, el('tr', {}, ...columns.map((text) => el('th', { scope: 'col', text })),
    hasActions ? el('th', { scope: 'col' }, el('span', { class: 'visually-hidden', text: 'Actions' })) : null));
}
