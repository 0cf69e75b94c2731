// A backup as a table row. On narrow screens, the style sheet shows it as a card, with column names from `data-label`.

import { el, setAttribute, setText } from '../dom.js';
import { bytes, duration } from '../format.js';
import { durationMillis, isActive, reasons, snapshotTime } from '../states.js';
import { badge } from './badge.js';
import { moment } from './moment.js';

export const COLUMNS = ['Name', 'State', 'Data from', 'Size', 'Duration', 'Created by'];

/** Creates a row. `hrefOf` returns the address of a backup's page. `remove` deletes the backup; `null` without write access. */
export function backupRow(hrefOf, remove) {
  const state = badge();
  const name = el('a', { class: 'name' });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const when = moment(true);
  const size = el('span', {});
  const elapsed = el('span', {});
  const creator = el('span', { class: 'long' });
  let current;
  const button = remove
    ? el('button', { type: 'button', class: 'quiet danger-text', text: 'Delete', on: { click: () => remove(current) } })
    : null;
  const cells = [[name, reasonLine], [state.node], [when.node], [size], [elapsed], [creator]];
  const node = el('tr', {},
    ...cells.map((content, column) => column === 0
      ? el('th', { scope: 'row' }, ...content)
      : el('td', { 'data-label': COLUMNS[column] }, ...content)),
    button ? el('td', { class: 'actions' }, button) : null);
  return {
    node,
    update({ backup, creator: creatorName }) {
      current = backup;
      setText(name, backup.name);
      setAttribute(name, 'href', hrefOf(backup));
      state.update(backup.state);
      when.update(snapshotTime(backup));
      setText(size, backup.totalBytes === undefined ? '–' : bytes(backup.totalBytes));
      setText(elapsed, durationText(backup));
      setText(creator, creatorName);
      const reason = reasons(backup);
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
      if (button) {
        setAttribute(button, 'aria-label', `Delete ${backup.name}`);
        button.hidden = isActive(backup);
      }
    },
  };
}

/** Returns the duration of a backup as a text. */
export function durationText(backup) {
  const millis = durationMillis(backup);
  return millis === null ? '–' : duration(millis);
}
