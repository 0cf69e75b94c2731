// Facts about an app, for cards and table rows.

import { isStarted, reasons } from '../states.js';

/** Adds the facts that the overview shows to a summary. */
export function summarize(summary) {
  const { latestBackup, backupsInProgress, restoresInProgress, startedRestores, pendingRestores } = summary;
  return {
    id: summary.id,
    app: summary,
    latest: latestBackup,
    lastGood: summary.lastCompletedBackup,
    /** The newest started backups and restores, and the numbers of all. */
    started: backupsInProgress.filter(isStarted),
    startedCount: summary.startedBackups,
    waiting: summary.pendingBackups,
    restores: restoresInProgress.filter(isStarted),
    startedRestores,
    waitingRestores: pendingRestores,
    stalled: backupsInProgress.map(reasons).find(Boolean) ?? '',
    isFailed: summary.state === 'failed' || latestBackup?.state === 'failed',
  };
}

/** Returns whether a backup or restore of the app waits or is in progress. */
export function isBusy({ app, startedCount, waiting, startedRestores, waitingRestores }) {
  return app.state === 'restoring' || startedCount + waiting + startedRestores + waitingRestores > 0;
}

/** Returns whether new backups of an app can be created. */
export function canBackUp(app) {
  return app.state !== 'restoring' && app.state !== 'unavailable';
}
