// Facts about an app and its backups, for cards and table rows.

import { isActive, isStarted, reasons } from '../states.js';

/** Adds the facts that the overview shows to an app with its backups, newest first. */
export function summarize(item) {
  const { app, backups } = item;
  const latest = backups.find((backup) => !isActive(backup));
  const lastGood = backups.find(({ state }) => state === 'completed');
  const active = backups.filter(isActive);
  const started = active.filter(isStarted);
  const stalled = active.map(reasons).find(Boolean) ?? '';
  const isFailed = app.state === 'failed' || latest?.state === 'failed';
  return { ...item, latest, lastGood, started, waiting: active.length - started.length, stalled, isFailed };
}

/** Returns whether new backups of an app can be created. */
export function canBackUp(app) {
  return app.state !== 'restoring' && app.state !== 'unavailable';
}
