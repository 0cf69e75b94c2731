// A backup as a table row. On narrow screens, the style sheet shows it as a card, with column names from `data-label`.

import { el, setAttribute, setText } from '../dom.js';
import { ago, bytes, duration, exact } from '../format.js';
import { durationMillis, isActive, reasons, snapshotTime } from '../states.js';
import { badge } from './badge.js';

export const COLUMNS = ['Name', 'State', 'Data from', 'Size', 'Duration', 'Created by'];

/** Creates a row. `remove` deletes the backup; it is `null` without write access. */
export function backupRow(remove) {
  const state = badge();
  const name = el('span', { class: 'name' });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const when = el('time', {});
  const size = el('span', {});
  const elapsed = el('span', {});
  const creator = el('span', {});
  let current;
  const button = remove
    ? el('button', { type: 'button', class: 'quiet danger-text', text: 'Delete', on: { click: () => remove(current) } })
    : null;
  const cells = [[name, reasonLine], [state.node], [when], [size], [elapsed], [creator]];
  const node = el('tr', {},
    ...cells.map((content, column) => column === 0
      ? el('th', { scope: 'row' }, ...content)
      : el('td', { 'data-label': COLUMNS[column] }, ...content)),
    button ? el('td', { class: 'actions' }, button) : null);
  return {
    node,
    update({ backup, schedule }) {
      current = backup;
      const at = snapshotTime(backup);
      const active = isActive(backup);
      setText(name, backup.name);
      state.update(backup.state);
      setText(when, ago(at));
      setAttribute(when, 'datetime', at.toISOString());
      setAttribute(when, 'title', exact(at));
      setText(size, backup.totalBytes === undefined ? '–' : bytes(backup.totalBytes));
      setText(elapsed, active ? '–' : duration(durationMillis(backup)));
      setText(creator, backup.scheduleID ? schedule ?? 'a schedule' : 'a request');
      const reason = reasons(backup);
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
      if (button) {
        setAttribute(button, 'aria-label', `Delete ${backup.name}`);
        button.hidden = active;
      }
    },
  };
}
