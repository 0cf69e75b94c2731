// The view of one backup: all of its properties, its files, restore, and deletion.

import { el, setText } from '../dom.js';
import { fileHref, ROOT } from '../file_path.js';
import { bytes, exact } from '../format.js';
import { describe, isActive, isFailure, isStarted, reasons, snapshotTime } from '../states.js';
import { StateAnnouncer } from '../announce.js';
import { Creators } from '../creators.js';
import { openDeleteDialog } from '../parts/actions.js';
import { durationText } from '../parts/backup_row.js';
import { badge } from '../parts/badge.js';
import { copyable } from '../parts/copy_button.js';
import { openRestoreDialog } from '../parts/restore_dialog.js';
import { runningPart } from '../parts/running.js';

/** Pauses between passes, in milliseconds: while the backup or a restore is in progress, and otherwise. */
const PAUSE_ACTIVE = 700;
const PAUSE_IDLE = 5_000;

/** Shows a backup, and returns the function that polls it. */
export function backupView(main, { account, appId, backupId, canWrite, pollNow, handleError }) {
  let app;
  let backup;
  let names = null;
  let creatorOf;
  const up = el('a', { class: 'back', href: `#/apps/${appId}`, text: '← App' });
  const title = el('h1', { text: '…' });
  const state = badge();
  const summary = el('p', { class: 'detail', text: 'Loading …' });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const remove = () => openDeleteDialog(account, app, backup, () => {
    location.hash = `#/apps/${appId}`;
  });
  const restoreButton = el('button', {
    type: 'button', class: 'primary', text: 'Restore', disabled: '',
    on: { click: restore },
  });
  const browseLink = el('a', { class: 'button', href: fileHref(appId, backupId, ROOT), text: 'Browse files', hidden: true });
  const deleteButton = el('button', { type: 'button', class: 'danger-text', text: 'Delete', disabled: '', on: { click: remove } });
  const running = el('div', { class: 'card running', hidden: true });
  let run = null;
  const facts = el('dl', { class: 'card facts', hidden: true });
  let shown = '';
  main.replaceChildren(
    el('nav', { 'aria-label': 'Up' }, up),
    el('div', { class: 'head' },
      el('div', { class: 'head-line' }, title, state.node,
        el('div', { class: 'buttons' }, browseLink, ...(canWrite ? [restoreButton, deleteButton] : []))),
      summary, reasonLine),
    running, facts);
  const announcer = new StateAnnouncer();

  function restore() {
    openRestoreDialog(account, app, { backupID: backup.id }, backup.name, {
      onDone(target) {
        // The page of the app shows the progress.
        location.hash = `#/apps/${target}`;
      },
    }).catch(handleError);
  }

  return async function pass(signal) {
    if (names === null) {
      const [buckets, schedules, { items: snapshots }] = await Promise.all([
        account.buckets(signal), account.schedules(appId, signal), account.snapshots(appId, signal),
      ]);
      creatorOf = await new Creators(account).describe(schedules, signal);
      names = new Map([...buckets, ...snapshots].map(({ id, name }) => [id, name]));
    }
    [app, backup] = await Promise.all([account.app(appId, signal), account.backup(appId, backupId, signal)]);
    announcer.update([backup]);
    document.title = `${backup.name} · ${app.name} · appkeep`;
    setText(up, `← ${app.name}`);
    setText(title, backup.name);
    state.update(backup.state);
    setText(summary, app.state === 'restoring' ? `${app.name} is being restored.` : describe(backup.state).description);
    const reason = [...new Set([reasons(backup), reasons(app)])].filter(Boolean).join(' · ');
    reasonLine.hidden = reason === '';
    setText(reasonLine, reason);
    browseLink.hidden = backup.state !== 'completed';
    restoreButton.disabled = backup.state !== 'completed' || app.state === 'restoring' || app.state === 'unavailable';
    deleteButton.disabled = isActive(backup);
    running.hidden = !isStarted(backup);
    if (isStarted(backup)) {
      if (run === null) {
        run = runningPart(backup, canWrite ? remove : null);
        running.append(run.node);
      }
      run.update(backup);
    }
    const rows = factsOf(backup, names, creatorOf(backup));
    // Unchanged facts are kept, which preserves the selection and the focus.
    if (JSON.stringify(rows) !== shown) {
      shown = JSON.stringify(rows);
      facts.replaceChildren(...rows.flatMap(([name, value]) => [el('dt', { text: name }), factValue(name, value)]));
      facts.hidden = false;
    }
    return isActive(backup) || app.state === 'restoring' ? PAUSE_ACTIVE : PAUSE_IDLE;
  };
}

/** The name of the row with the id, which can be copied. */
const ID = 'ID';

function factValue(name, value) {
  return el('dd', {}, ...(name === ID ? [copyable(value, 'the backup’s id')] : [value].flat().map((line) => el('span', { text: line }))));
}

/** Returns the result of the hooks, and the lines of the reports of those that succeeded. The others are shown as reasons. */
function hooksOf({ hookState, hookStateDetails }) {
  const succeeded = (hookStateDetails ?? []).filter((report) => !isFailure(report));
  const reports = succeeded.flatMap(({ title, detail }) => (detail || title).split('\n'));
  return [hookState ?? '–', ...reports];
}

/** Returns rows of name and value; a value is a text or several lines. */
function factsOf(backup, names, creator) {
  const { labels, creationTimestamp, modificationTimestamp } = backup.metadata;
  return [
    [ID, backup.id],
    ['Bucket', names.get(backup.bucketID) ?? backup.bucketID],
    ['Data from', backup.backupCreationTimestamp ? exact(snapshotTime(backup)) : '–'],
    ['Size', backup.totalBytes === undefined ? '–' : bytes(backup.totalBytes)],
    ['Duration', durationText(backup)],
    ['Requested', exact(new Date(creationTimestamp))],
    ['Last change', exact(new Date(modificationTimestamp))],
    ['Created by', creator],
    backup.snapshotID && names.has(backup.snapshotID) ? ['Snapshot', names.get(backup.snapshotID)] : null,
    ['Hooks', hooksOf(backup)],
    ['Labels', labels.length > 0 ? labels.map(({ name, value }) => `${name}=${value}`) : '–'],
  ].filter((row) => row !== null);
}
