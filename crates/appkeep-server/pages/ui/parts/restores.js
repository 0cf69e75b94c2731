// The restores of an app: those in progress, and the latest that have ended.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { count } from '../format.js';
import { describeRestore, isActive, isStarted } from '../states.js';
import { announce } from '../announce.js';
import { badge } from './badge.js';
import { openDialog } from './dialog.js';
import { moment } from './moment.js';
import { pager } from './pager.js';
import { progress, RESTORE_TEXTS } from './progress.js';
import { section } from './section.js';
import { tableHead } from './table_head.js';

const COLUMNS = ['Source', 'State', 'Target', 'Requested', 'Ended', 'Created by'];

/** Opens a dialog that cancels a restore. `onDone` is called afterwards. */
export function openCancelRestoreDialog(account, app, restore, onDone) {
  openDialog({
    title: `Cancel the restore of ${restore.name}?`,
    text: restore.target ? `What was written to ${restore.target} is removed, unless all of it is already there.` : `The data of ${app.name} doesn’t change.`,
    action: 'Cancel the restore',
    dismiss: 'Continue',
    isDangerous: true,
    async submit() {
      await account.cancelRestore(app.id, restore.id);
      announce(`The restore of ${restore.name} was cancelled`);
      onDone();
    },
  });
}

/** Adds the name of its source to a restore. `names` has the names of backups and snapshots by id. */
export function named(restore, names, appId) {
  const id = restore.backupID ?? restore.snapshotID;
  const name = names.get(id) ?? (restore.sourceAppID === appId ? `deleted ${id.slice(0, 8)}` : `${id.slice(0, 8)} of another app`);
  return { ...restore, name };
}

/** Creates two sections. `cancel` cancels a restore; it is `null` without write access. */
export function restoreSection(cancel) {
  let items = [];
  const runningList = el('div', { class: 'running' });
  const runningNode = section('Restores in progress', 'restoring', el('div', { class: 'card' }, runningList));
  const runs = new Parts(runningList, (restore) => runningRestore(restore, cancel));
  const body = el('tbody', {});
  const table = el('table', { 'aria-labelledby': 'restores-title' }, tableHead(COLUMNS, false), body);
  const rows = new Parts(body, restoreRow);
  const pages = pager('restore', show);
  const node = section('Restores', 'restores', el('div', { class: 'card flush' }, table), pages.node);

  function show() {
    rows.update(pages.select(items));
  }

  return {
    node,
    runningNode,
    /** Shows restores with names, newest first. `creatorOf` describes the creator of one. */
    update(restores, creatorOf) {
      const active = restores.filter(isActive);
      items = restores.filter((restore) => !isActive(restore)).map((restore) => ({ ...restore, creator: creatorOf(restore) }));
      runningNode.hidden = active.length === 0;
      node.hidden = items.length === 0;
      runs.update(active);
      show();
    },
  };
}

/** Returns where a restore writes to, and the selected paths. */
function targetText({ target, include }) {
  const paths = include ? `, only ${include[0]}${include.length > 1 ? ` and ${count(include.length - 1, 'other')}` : ''}` : '';
  return `${target ?? 'In place'}${paths}`;
}

function runningRestore(restore, cancel) {
  let current = restore;
  const stop = cancel ? el('button', {
    type: 'button', class: 'small', text: 'Cancel', 'aria-label': `Cancel the restore of ${restore.name}`,
    on: { click: () => cancel(current) },
  }) : null;
  const part = progress(restore, stop, RESTORE_TEXTS);
  const line = el('p', { class: 'detail', text: targetText(restore) });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  part.node.append(line, reasonLine);
  return {
    node: part.node,
    update(now) {
      current = now;
      part.update(now);
      const reason = now.stateUnready.join(' · ');
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
      if (stop) {
        // Volumes could be left with old and new data.
        stop.hidden = isStarted(now) && now.target === undefined;
      }
    },
  };
}

function restoreRow() {
  const name = el('span', { class: 'name' });
  const reasonLine = el('p', { class: 'reason' });
  const notesLine = el('p', { class: 'detail' });
  const state = badge(describeRestore);
  const target = el('span', { class: 'long' });
  const requested = moment(true);
  const ended = moment();
  const creator = el('span', { class: 'long' });
  const node = el('tr', {},
    el('th', { scope: 'row' }, name, reasonLine, notesLine),
    ...[state.node, target, requested.node, ended.node, creator].map((content, column) => el('td', { 'data-label': COLUMNS[column + 1] }, content)));
  return {
    node,
    update(restore) {
      setText(name, restore.name);
      const reason = restore.stateUnready.join(' · ');
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
      notesLine.hidden = restore.notes.length === 0;
      setText(notesLine, restore.notes.join(' · '));
      state.update(restore.state);
      setText(target, targetText(restore));
      setAttribute(target, 'title', restore.include?.join('\n'));
      requested.update(new Date(restore.metadata.creationTimestamp));
      ended.update(new Date(restore.metadata.modificationTimestamp));
      setText(creator, restore.creator);
    },
  };
}
