// What is read out to those who can't see it happen, and the one notice above everything.

import { el, setText } from './dom.js';

/** The share of a backup, in percent, after which its progress is read out again. */
const STEP_PERCENT = 25;
/** How many lines are kept. */
const LINES_MAX = 10;

/** Reads out a line, politely. */
export function announce(text) {
  const log = document.getElementById('announcer');
  log.append(el('p', { text }));
  while (log.childElementCount > LINES_MAX) {
    log.firstElementChild.remove();
  }
}

/** Shows a notice; `null` takes it away. */
export function notice(text) {
  const bar = document.getElementById('notice');
  bar.hidden = text === null;
  setText(bar, text ?? '');
}

/** Tells what has become of backups since it looked last. The first look at an app tells nothing. */
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
