// The entries of a directory of a backup: a table with search, filter and order.

import { el, Parts } from '../dom.js';
import { nameOf } from '../file_path.js';
import { FILE_COLUMNS, fileRow } from './file_row.js';
import { listControls } from './list_controls.js';
import { tableHead } from './table_head.js';

const typeIs = (type) => (file) => file.type === type;
const FILTERS = [
  ['All types', () => true],
  ['Directories', typeIs('directory')],
  ['Files', typeIs('file')],
  ['Links', typeIs('symlink')],
];
const byPosition = (a, b) => a.position - b.position;
const rank = ({ type }) => type === 'directory' ? 0 : 1;
const ORDERS = [
  ['Name', byPosition],
  ['Directories first', (a, b) => rank(a) - rank(b) || byPosition(a, b)],
  ['Largest first', (a, b) => b.size - a.size || byPosition(a, b)],
  ['Newest first', (a, b) => b.at - a.at || byPosition(a, b)],
];

/** Prepares an entry of the API for the list, once, because lists may be long. */
export function listed(file, position) {
  return { ...file, id: file.path, position, at: file.modified ? Date.parse(file.modified) : 0 };
}

/** Creates the list. The parameters are those of `fileRow`. */
export function fileList(hrefOf, actions) {
  let items = [];
  const body = el('tbody', {});
  const table = el('table', { 'aria-labelledby': 'files-title', hidden: true }, tableHead(FILE_COLUMNS, actions !== null), body);
  const rows = new Parts(body, (file) => fileRow(file, hrefOf, actions));
  const empty = el('p', { class: 'empty', hidden: true });
  const controls = listControls({
    noun: 'entry', plural: 'entries', nameOf: ({ path }) => nameOf(path), filters: FILTERS, orders: ORDERS, onChange: show,
  });

  function show() {
    const shown = controls.select(items);
    rows.update(shown);
    table.hidden = shown.length === 0;
    empty.textContent = items.length === 0 ? 'This directory is empty.' : 'No entry matches.';
    empty.hidden = shown.length > 0;
  }

  return {
    nodes: [controls.node, el('div', { class: 'card flush' }, table, empty), controls.pagerNode],
    /** Shows entries that `listed` returned, in the order of the API. */
    update(files) {
      items = files;
      show();
    },
  };
}
