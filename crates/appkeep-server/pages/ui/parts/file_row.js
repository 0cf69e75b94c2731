// An entry of a backup as a table row.

import { el } from '../dom.js';
import { bytes, exact } from '../format.js';
import { nameOf, readable } from '../file_path.js';

export const FILE_COLUMNS = ['Name', 'Type', 'Size', 'Modified', 'Mode'];

const TYPES = { file: 'File', directory: 'Directory', symlink: 'Link', other: 'Other' };

/**
 * Creates a row; entries of backups never change. `hrefOf` returns the address of a directory. `actions` has the functions
 * `download`, `select` and `isSelected`; it is `null` without write access.
 */
export function fileRow(file, hrefOf, actions) {
  const name = nameOf(file.path);
  const { type } = file;
  const label = type === 'directory'
    ? el('a', { class: 'file-name', href: hrefOf(file.path), text: `${name}/` })
    : el('span', { class: 'file-name', text: name });
  const target = file.target === undefined ? null : el('span', { class: 'detail file-name', text: ` → ${readable(file.target)}` });
  const box = actions
    ? el('input', { type: 'checkbox', 'aria-label': `Select ${name}`, on: { change: () => actions.select(file, box.checked) } })
    : null;
  const content = [
    TYPES[type] ?? type,
    type === 'file' ? bytes(file.size) : '–',
    file.modified ? exact(new Date(file.modified)) : '–',
    file.mode ?? '–',
  ];
  const hasContent = type === 'file' || type === 'directory';
  const node = el('tr', {},
    el('th', { scope: 'row' }, el('span', { class: 'pick' }, box, el('span', {}, label, target))),
    ...content.map((text, column) => el('td', { 'data-label': FILE_COLUMNS[column + 1], text })),
    actions ? el('td', { class: 'actions' }, hasContent ? el('button', {
      type: 'button', class: 'quiet', text: 'Download', 'aria-label': `Download ${name}`, on: { click: () => actions.download(file) },
    }) : null) : null);
  return {
    node,
    update() {
      if (box) {
        box.checked = actions.isSelected(file);
      }
    },
  };
}
