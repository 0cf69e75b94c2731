// The snapshots of an app.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { isActive, reasons } from '../states.js';
import { badge } from './badge.js';
import { moment } from './moment.js';
import { pager } from './pager.js';
import { section } from './section.js';
import { tableHead } from './table_head.js';

const COLUMNS = ['Name', 'State', 'Created', 'Created by'];

/** Creates the section. `actions` has the functions `create`, `restore` and `remove`; it is `null` without write access. */
export function snapshotSection(actions) {
  let items = [];
  const create = actions ? el('button', { type: 'button', text: 'Create snapshot', on: { click: actions.create } }) : null;
  const body = el('tbody', {});
  const table = el('table', { 'aria-labelledby': 'snapshots-title' }, tableHead(COLUMNS, actions !== null), body);
  const rows = new Parts(body, () => snapshotRow(actions));
  const empty = el('p', { class: 'empty', text: 'No snapshots.', hidden: true });
  const pages = pager('snapshot', show);

  function show() {
    rows.update(pages.select(items));
  }

  return {
    node: section('Snapshots', 'snapshots', el('div', { class: 'card flush' }, table, empty), pages.node, create),
    /**
     * Shows the snapshots, newest first. `temporary` has the backups of temporary ones by the ids of the snapshots.
     * `creatorOf` describes the creator of one.
     */
    update(snapshots, app, temporary, creatorOf) {
      items = snapshots.map((snapshot) => ({ ...snapshot, owner: temporary.get(snapshot.id), creator: creatorOf(snapshot) }));
      table.hidden = items.length === 0;
      empty.hidden = items.length > 0;
      if (create) {
        create.disabled = app.state === 'restoring' || app.state === 'unavailable';
      }
      show();
    },
  };
}

function snapshotRow(actions) {
  const name = el('span', { class: 'name' });
  const ownerLine = el('p', { class: 'detail', hidden: true });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const state = badge();
  const when = moment(true);
  const creator = el('span', { class: 'long' });
  let current;
  const button = (text, kind, action) => el('button', { type: 'button', class: kind, text, on: { click: () => action(current) } });
  const restore = actions ? button('Restore', 'quiet', actions.restore) : null;
  const remove = actions ? button('Delete', 'quiet danger-text', actions.remove) : null;
  const node = el('tr', {},
    el('th', { scope: 'row' }, name, ownerLine, reasonLine),
    el('td', { 'data-label': COLUMNS[1] }, state.node),
    el('td', { 'data-label': COLUMNS[2] }, when.node),
    el('td', { 'data-label': COLUMNS[3] }, creator),
    actions ? el('td', { class: 'actions' }, restore, remove) : null);
  return {
    node,
    update(snapshot) {
      current = snapshot;
      const { owner } = snapshot;
      setText(name, snapshot.name);
      ownerLine.hidden = owner === undefined;
      setText(ownerLine, owner ? `Temporary, for the backup ${owner.name}` : '');
      const reason = reasons(snapshot);
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
      state.update(snapshot.state);
      when.update(new Date(snapshot.metadata.creationTimestamp));
      setText(creator, snapshot.creator);
      if (actions) {
        setAttribute(restore, 'aria-label', `Restore from ${snapshot.name}`);
        restore.hidden = snapshot.state !== 'completed' || owner !== undefined;
        setAttribute(remove, 'aria-label', `Delete snapshot ${snapshot.name}`);
        remove.hidden = isActive(snapshot) || owner !== undefined;
      }
    },
  };
}
