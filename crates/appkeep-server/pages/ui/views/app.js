// The view of one app: backups in progress, history, all backups, and snapshots.

import { el, setText } from '../dom.js';
import { count, integer } from '../format.js';
import { isActive, isStarted, reasons, restoreNotes } from '../states.js';
import { StateAnnouncer } from '../announce.js';
import { pauseAfter } from '../poll.js';
import {
  openBackupDialog, openDeleteDialog, openDeleteSnapshotDialog, openRestoreDialog, openSnapshotDialog,
} from '../parts/actions.js';
import { canBackUp } from '../parts/app_summary.js';
import { backupListSection } from '../parts/backup_list.js';
import { badge } from '../parts/badge.js';
import { historySection } from '../parts/history.js';
import { runningSection } from '../parts/running.js';
import { scheduleList, Schedules } from '../parts/schedules.js';
import { snapshotSection } from '../parts/snapshots.js';

/** Pauses between passes, in milliseconds: while a backup or restore is in progress, and otherwise. */
const PAUSE_ACTIVE = 700;
const PAUSE_IDLE = 5_000;

/** Shows an app, and returns the function that polls it. */
export function appView(main, { account, appId, canWrite, pollNow, handleError }) {
  let app;
  const title = el('h1', { text: '…' });
  const state = badge();
  const summary = el('p', { class: 'detail', text: 'Loading …' });
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const scheduleLines = scheduleList();
  const create = el('button', {
    type: 'button', class: 'primary', text: 'Back up now', disabled: '',
    on: { click: () => openBackupDialog(account, app, pollNow).catch(handleError) },
  });
  const remove = canWrite ? (backup) => openDeleteDialog(account, app, backup, pollNow) : null;
  const running = runningSection(remove);
  const history = historySection();
  const list = backupListSection((backup) => `#/apps/${appId}/backups/${backup.id}`, remove);
  const snapshotList = snapshotSection(canWrite ? {
    create: () => openSnapshotDialog(account, app, pollNow),
    restore: ({ id, name }) => openRestoreDialog(account, app, { snapshotID: id }, name, pollNow),
    remove: (snapshot) => openDeleteSnapshotDialog(account, app, snapshot, pollNow),
  } : null);
  const sections = el('div', { hidden: true }, running.node, history.node, list.node, snapshotList.node);
  main.replaceChildren(
    el('nav', { 'aria-label': 'Up' }, el('a', { class: 'back', href: '#/', text: '← All apps' })),
    el('div', { class: 'head' },
      el('div', { class: 'head-line' }, title, state.node, canWrite ? create : null), summary, scheduleLines.node, reasonLine),
    sections);
  const announcer = new StateAnnouncer();
  const scheduleCache = new Schedules((signal) => account.schedules(appId, signal));

  return async function pass(signal) {
    const start = performance.now();
    const [fetched, { items: backups, isComplete }, { items: snapshots }, schedules] = await Promise.all([
      account.app(appId, signal),
      account.backups(appId, signal),
      account.snapshots(appId, signal),
      scheduleCache.list(signal),
    ]);
    app = fetched;
    announcer.update(backups);
    document.title = `${app.name} · appkeep`;
    setText(title, app.name);
    state.update(app.state);
    create.disabled = !canBackUp(app);
    const reason = reasons(app) || restoreNotes(app);
    reasonLine.hidden = reason === '';
    setText(reasonLine, reason);
    scheduleLines.update(schedules);
    setText(summary, summaryText(backups, isComplete));
    sections.hidden = false;
    running.update(backups);
    history.update(backups);
    list.update(backups, schedules);
    snapshotList.update(snapshots, app);
    const isBusy = [...backups, ...snapshots].some(isActive) || app.state === 'restoring';
    return pauseAfter(start, isBusy ? PAUSE_ACTIVE : PAUSE_IDLE);
  };
}

function summaryText(backups, isComplete) {
  const active = backups.filter(isActive);
  const running = active.filter(isStarted).length;
  const waiting = active.length - running;
  return [
    count(backups.length, isComplete ? 'backup' : 'newest backup'),
    active.length === 0 ? 'nothing in progress' : null,
    running > 0 ? `${integer(running)} in progress` : null,
    waiting > 0 ? `${integer(waiting)} waiting` : null,
  ].filter(Boolean).join(', ');
}
