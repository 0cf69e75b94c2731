// Announcements for screen readers, and the notice at the top of the page.

import { el, setText } from './dom.js';

/** The progress of a backup is announced in steps of this many percent. */
const STEP_PERCENT = 25;
/** The maximum number of lines in the log. */
const LINES_MAX = 10;

/** Announces a line to screen readers without interrupting them. */
export function announce(text) {
  const log = document.getElementById('announcer');
  log.append(el('p', { text }));
  while (log.childElementCount > LINES_MAX) {
    log.firstElementChild.remove();
  }
}

/** Shows a notice; `null` hides it. */
export function notice(text) {
  const bar = document.getElementById('notice');
  bar.hidden = text === null;
  setText(bar, text ?? '');
}

/** Announces changes of backups since the previous update. The first update of an app announces nothing. */
export class StateAnnouncer {
  #previous = new Map();
  #apps = new Set();

  update(appId, backups) {
    const isFirst = !this.#apps.has(appId);
    this.#apps.add(appId);
    for (const backup of backups) {
      const previous = this.#previous.get(backup.id);
      const step = Math.floor((backup.percentDone ?? 0) / STEP_PERCENT) * STEP_PERCENT;
      this.#previous.set(backup.id, { state: backup.state, step });
      if (isFirst || (previous?.state === backup.state && previous.step >= step)) {
        continue;
      }
      const progress = backup.state === 'running' ? `, ${step} percent` : '';
      announce(`Backup ${backup.name}: ${backup.state}${progress}`);
    }
  }
}
