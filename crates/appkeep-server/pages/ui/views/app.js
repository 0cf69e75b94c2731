// The view of one app: backups in progress, history, and all backups.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { bytes, count, duration, exact } from '../format.js';
import { durationMillis, isActive, reasons, restoreNotes, snapshotTime } from '../states.js';
import { StateAnnouncer } from '../announce.js';
import { openBackupDialog, openDeleteDialog } from '../parts/actions.js';
import { badge } from '../parts/badge.js';
import { backupRow, COLUMNS } from '../parts/backup_row.js';
import { chart } from '../parts/chart.js';
import { progress } from '../parts/progress.js';
import { scheduleList, Schedules } from '../parts/schedules.js';

/** The number of backups shown at first, added by each click, and shown at most. */
const SHOWN_FIRST = 50;
const SHOWN_MORE = 50;
const SHOWN_MAX = 500;
/** The maximum number of backups in a chart. */
const CHARTED_MAX = 40;
/** Pauses between passes, in milliseconds: while a backup or restore is in progress, and otherwise. */
const PAUSE_ACTIVE = 700;
const PAUSE_IDLE = 5_000;

/** Shows an app, and returns the function that polls it. */
export function appView(main, { account, appId, canWrite, pollNow, handleError }) {
  let limit = SHOWN_FIRST;
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
  const remove = (backup) => openDeleteDialog(account, app, backup, pollNow);
  const content = sections(canWrite ? remove : null, () => {
    limit = Math.min(SHOWN_MAX, limit + SHOWN_MORE);
    pollNow();
  });
  main.replaceChildren(
    el('nav', { 'aria-label': 'Up' }, el('a', { class: 'back', href: '#/', text: '← All apps' })),
    el('div', { class: 'head' },
      el('div', { class: 'head-line' }, title, state.node, canWrite ? create : null), summary, scheduleLines.node, reasonLine),
    ...content.nodes);
  const announcer = new StateAnnouncer();
  const scheduleCache = new Schedules((signal) => account.schedules(appId, signal));

  return async function pass(signal) {
    const [fetched, { backups, hasMore }, schedules] = await Promise.all([
      account.app(appId, signal),
      account.backups(appId, limit, signal),
      scheduleCache.list(signal),
    ]);
    app = fetched;
    announcer.update(appId, backups);
    document.title = `${app.name} · appkeep`;
    setText(title, app.name);
    state.update(app.state);
    create.disabled = app.state === 'restoring' || app.state === 'unavailable';
    const reason = reasons(app) || restoreNotes(app);
    reasonLine.hidden = reason === '';
    setText(reasonLine, reason);
    scheduleLines.update(schedules);
    const active = backups.filter(isActive);
    setText(summary, `${count(backups.length, hasMore ? 'newest backup' : 'backup')}, ${active.length || 'nothing'} in progress`);
    content.update(backups, active, schedules, hasMore && limit < SHOWN_MAX);
    return active.length > 0 || app.state === 'restoring' ? PAUSE_ACTIVE : PAUSE_IDLE;
  };
}

/** Creates the sections below the title. `remove` deletes a backup; it is `null` without write access. */
function sections(remove, showMore) {
  const running = el('div', { class: 'card running' });
  const nowSection = section('In progress', 'now', running);
  const runs = new Parts(running, (backup) => runningPart(backup, remove));
  const sizes = chart('Size', bytes);
  const times = chart('Duration', (seconds) => duration(seconds * 1000));
  const history = section('History', 'history', el('div', { class: 'card charts' }, sizes.node, times.node,
    el('p', { class: 'detail', text: 'Oldest first; a cross is a failed backup. The duration is the time from the request to the latest change. The table below shows the exact values.' })));
  const body = el('tbody', {});
  const table = el('table', { 'aria-labelledby': 'list-title' },
    el('thead', {}, el('tr', {}, ...COLUMNS.map((text) => el('th', { scope: 'col', text })),
      remove ? el('th', { scope: 'col' }, el('span', { class: 'visually-hidden', text: 'Actions' })) : null)),
    body);
  const rows = new Parts(body, () => backupRow(remove));
  const moreButton = el('button', { type: 'button', text: 'Show older backups', hidden: true, on: { click: showMore } });
  const empty = el('p', { class: 'empty', text: 'No backups yet.', hidden: true });
  const list = section('Backups', 'list', el('div', { class: 'card flush' }, table, empty), moreButton);
  return {
    nodes: [nowSection, history, list],
    update(backups, active, schedules, hasMore) {
      nowSection.hidden = active.length === 0;
      runs.update(active);
      const finished = backups.filter((backup) => !isActive(backup));
      history.hidden = finished.length === 0;
      const charted = finished.slice(0, CHARTED_MAX).reverse();
      sizes.update(charted.map((backup) => bar(backup, backup.totalBytes ?? 0, bytes)));
      times.update(charted.map((backup) => bar(backup, durationMillis(backup) / 1000, (secs) => duration(secs * 1000))));
      const names = new Map(schedules.map(({ id, name }) => [id, name]));
      rows.update(backups.map((backup) => ({ id: backup.id, backup, schedule: names.get(backup.scheduleID) })));
      table.hidden = backups.length === 0;
      empty.hidden = backups.length > 0;
      moreButton.hidden = !hasMore;
    },
  };
}

function section(title, name, ...children) {
  return el('section', { 'aria-labelledby': `${name}-title` },
    el('h2', { id: `${name}-title`, text: title }), ...children);
}

function runningPart(backup, remove) {
  if (!remove) {
    return progress(backup);
  }
  let current = backup;
  const stop = el('button', {
    type: 'button', class: 'small', text: 'Cancel', 'aria-label': `Cancel ${backup.name}`,
    on: { click: () => remove(current) },
  });
  const part = progress(backup, stop);
  return {
    node: part.node,
    update(now) {
      current = now;
      // Pending backups can't be cancelled.
      setAttribute(stop, 'disabled', now.state === 'pending' ? '' : null);
      part.update(now);
    },
  };
}

/** Returns the bar of a backup in a chart. Failed backups have no value. */
function bar(backup, value, format) {
  const at = snapshotTime(backup);
  const isFailed = backup.state === 'failed';
  return {
    id: backup.id,
    at: at.toISOString(),
    value: isFailed ? null : value,
    title: `${backup.name}, ${exact(at)}: ${isFailed ? 'failed' : format(value)}`,
  };
}
