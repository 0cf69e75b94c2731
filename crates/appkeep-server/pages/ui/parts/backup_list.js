// All backups of an app: a table with search, filter and order.

import { el, Parts } from '../dom.js';
import { isStarted, snapshotTime } from '../states.js';
import { backupRow, COLUMNS } from './backup_row.js';
import { listControls } from './list_controls.js';
import { section } from './section.js';
import { tableHead } from './table_head.js';

const stateIs = (state) => ({ backup }) => backup.state === state;
const FILTERS = [
  ['All states', () => true],
  ['Completed', stateIs('completed')],
  ['Failed', stateIs('failed')],
  ['Pending', stateIs('pending')],
  ['Removed', stateIs('removed')],
  ['Unknown', stateIs('unknown')],
];
const at = ({ backup }) => snapshotTime(backup).getTime();
const ORDERS = [
  ['Newest first', (a, b) => a.position - b.position],
  ['Oldest first', (a, b) => b.position - a.position],
  ['Newest data first', (a, b) => at(b) - at(a)],
  ['Largest first', (a, b) => (b.backup.totalBytes ?? 0) - (a.backup.totalBytes ?? 0)],
  ['Name', (a, b) => a.backup.name.localeCompare(b.backup.name)],
];

/** Creates the section. The parameters are those of `backupRow`. */
export function backupListSection(hrefOf, remove) {
  let items = [];
  const body = el('tbody', {});
  const table = el('table', { 'aria-labelledby': 'list-title' }, tableHead(COLUMNS, remove !== null), body);
  const rows = new Parts(body, () => backupRow(hrefOf, remove));
  const empty = el('p', { class: 'empty', text: 'No backups yet.', hidden: true });
  const none = el('p', { class: 'empty', text: 'No backup matches.', hidden: true });
  const controls = listControls({
    noun: 'backup', nameOf: ({ backup }) => backup.name, filters: FILTERS, orders: ORDERS, onChange: show,
  });

  function show() {
    const shown = controls.select(items);
    rows.update(shown);
    table.hidden = shown.length === 0;
    none.hidden = items.length === 0 || shown.length > 0;
  }

  const node = section('Backups', 'list', controls.node, el('div', { class: 'card flush' }, table, empty, none), controls.pagerNode);
  return {
    node,
    /** Shows the backups, newest first, without those whose progress is shown. `creatorOf` describes the creator of one. */
    update(backups, creatorOf) {
      items = backups.filter((backup) => !isStarted(backup))
        .map((backup, position) => ({ id: backup.id, backup, position, creator: creatorOf(backup) }));
      empty.hidden = backups.length > 0;
      show();
    },
  };
}
