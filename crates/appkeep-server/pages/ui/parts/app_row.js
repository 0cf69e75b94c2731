// An app as a table row, for accounts with many apps.

import { el, setAttribute, setText } from '../dom.js';
import { count, integer } from '../format.js';
import { reasons, snapshotTime } from '../states.js';
import { canBackUp } from './app_summary.js';
import { badge } from './badge.js';
import { moment } from './moment.js';

export const APP_COLUMNS = ['App', 'State', 'Last good backup', 'Latest backup', 'In progress'];

/** Creates a row. `backUp` opens the dialog that creates a backup; it and `selected` are `null` without write access. */
export function appRow(backUp, selected) {
  const box = selected
    ? el('input', { type: 'checkbox', on: { change: () => selected.set(app.id, box.checked) } })
    : null;
  const link = el('a', { class: 'name' });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const state = badge();
  const good = moment();
  const latest = badge();
  const active = el('span', {});
  let app;
  const button = backUp
    ? el('button', { type: 'button', class: 'quiet', text: 'Back up', on: { click: () => backUp(app) } })
    : null;
  const cells = [[el('div', { class: 'selectable' }, box, link), reasonLine], [state.node], [good.node], [latest.node], [active]];
  const node = el('tr', {},
    ...cells.map((content, column) => column === 0
      ? el('th', { scope: 'row' }, ...content)
      : el('td', { 'data-label': APP_COLUMNS[column] }, ...content)),
    button ? el('td', { class: 'actions' }, button) : null);
  return {
    node,
    update(item) {
      ({ app } = item);
      setText(link, app.name);
      setAttribute(link, 'href', `#/apps/${app.id}`);
      const texts = [app, item.latest ?? {}].map(reasons).filter(Boolean);
      const reason = [...new Set([...texts, item.stalled].filter(Boolean))].join(' · ');
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
      state.update(app.state);
      good.update(item.lastGood ? snapshotTime(item.lastGood) : null, 'Never');
      latest.node.hidden = item.latest === undefined;
      latest.update(item.latest?.state ?? 'unknown');
      setText(active, activeText(item));
      if (box) {
        setAttribute(box, 'aria-label', `Select ${app.name}`);
        box.disabled = !canBackUp(app);
        box.checked = selected.has(app.id);
      }
      if (button) {
        setAttribute(button, 'aria-label', `Back up ${app.name} now`);
        button.disabled = !canBackUp(app);
      }
    },
  };
}

function activeText({ started, startedCount, waiting, restores, startedRestores, waitingRestores }) {
  const percent = ([first]) => first?.percentDone === undefined ? '' : `, ${Math.floor(first.percentDone)} %`;
  const texts = [
    startedRestores > 0 ? `${count(startedRestores, 'restore')} running${percent(restores)}` : null,
    waitingRestores > 0 ? `${count(waitingRestores, 'restore')} waiting` : null,
    startedCount > 0 ? `${integer(startedCount)} running${percent(started)}` : null,
    waiting > 0 ? `${integer(waiting)} waiting` : null,
  ].filter(Boolean);
  return texts.join(', ') || '–';
}
