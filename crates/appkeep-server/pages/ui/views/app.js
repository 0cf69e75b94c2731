// The view of one app: backups and restores in progress, history, all backups, snapshots, and restores.

import { el, setText } from '../dom.js';
import { count, integer } from '../format.js';
import { isActive, isStarted, reasons, temporarySnapshots } from '../states.js';
import { StateAnnouncer } from '../announce.js';
import { CachedList } from '../cached_list.js';
import { Creators } from '../creators.js';
import { pauseAfter } from '../poll.js';
import { openBackupDialog, openDeleteDialog, openDeleteSnapshotDialog, openSnapshotDialog } from '../parts/actions.js';
import { canBackUp } from '../parts/app_summary.js';
import { backupListSection } from '../parts/backup_list.js';
import { badge } from '../parts/badge.js';
import { historySection } from '../parts/history.js';
import { openRestoreDialog } from '../parts/restore_dialog.js';
import { named, openCancelRestoreDialog, restoreSection } from '../parts/restores.js';
import { runningSection } from '../parts/running.js';
import { scheduleList } from '../parts/schedules.js';
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
    restore: ({ id, name }) => openRestoreDialog(account, app, { snapshotID: id }, name, {
      onDone(target) {
        location.hash = `#/apps/${target}`;
        pollNow();
      },
    }).catch(handleError),
    remove: (snapshot) => openDeleteSnapshotDialog(account, app, snapshot, pollNow),
  } : null);
  const restoreList = restoreSection(canWrite ? (restore) => openCancelRestoreDialog(account, app, restore, pollNow) : null);
  const sections = el('div', { hidden: true }, running.node, restoreList.runningNode, history.node, list.node, snapshotList.node, restoreList.node);
  main.replaceChildren(
    el('nav', { 'aria-label': 'Up' }, el('a', { class: 'back', href: '#/', text: '← All apps' })),
    el('div', { class: 'head' },
      el('div', { class: 'head-line' }, title, state.node, canWrite ? create : null), summary, scheduleLines.node, reasonLine),
    sections);
  const announcer = new StateAnnouncer();
  const restoreAnnouncer = new StateAnnouncer('restore');
  const creators = new Creators(account);
  const scheduleCache = new CachedList((signal) => account.schedules(appId, signal));

  return async function pass(signal) {
    const start = performance.now();
    const [fetched, { items: backups, isComplete }, { items: snapshots }, listedRestores, schedules] = await Promise.all([
      account.app(appId, signal),
      account.backups(appId, signal),
      account.snapshots(appId, signal),
      account.restores(appId, signal),
      scheduleCache.list(signal),
    ]);
    app = fetched;
    const creatorOf = await creators.describe(schedules, signal);
    const names = new Map([...backups, ...snapshots].map(({ id, name }) => [id, name]));
    const restores = listedRestores.map((restore) => named(restore, names, appId));
    announcer.update(backups);
    restoreAnnouncer.update(restores);
    document.title = `${app.name} · appkeep`;
    setText(title, app.name);
    state.update(app.state);
    create.disabled = !canBackUp(app);
    const reason = reasons(app);
    reasonLine.hidden = reason === '';
    setText(reasonLine, reason);
    scheduleLines.update(schedules);
    setText(summary, summaryText(backups, isComplete, restores));
    sections.hidden = false;
    running.update(backups);
    history.update(backups);
    list.update(backups, creatorOf);
    snapshotList.update(snapshots, app, temporarySnapshots(backups, snapshots), creatorOf);
    restoreList.update(restores, creatorOf);
    const isBusy = [...backups, ...snapshots, ...restores].some(isActive) || app.state === 'restoring';
    return pauseAfter(start, isBusy ? PAUSE_ACTIVE : PAUSE_IDLE);
  };
}

function summaryText(backups, isComplete, restores) {
  const active = backups.filter(isActive);
  const running = active.filter(isStarted).length;
  const waiting = active.length - running;
  const restoring = restores.filter(isActive).length;
  return [
    count(backups.length, isComplete ? 'backup' : 'newest backup'),
    active.length + restoring === 0 ? 'nothing in progress' : null,
    running > 0 ? `${integer(running)} in progress` : null,
    waiting > 0 ? `${integer(waiting)} waiting` : null,
    restoring > 0 ? `${count(restoring, 'restore')} in progress` : null,
  ].filter(Boolean).join(', ');
}
