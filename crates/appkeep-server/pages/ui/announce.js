// Announcements for screen readers, and the notice at the top of the page.

import { el, setText } from './dom.js';
import { count } from './format.js';

/** The progress of a backup is announced in steps of this many percent. */
const STEP_PERCENT = 25;
/** The maximum number of changes that are announced one by one. */
const CHANGES_MAX = 5;
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

/** Announces changes of backups since the previous update. The first update announces nothing. */
export class StateAnnouncer {
  #previous = null;

  update(backups) {
    const previous = this.#previous;
    this.#previous = new Map();
    const changed = [];
    for (const backup of backups) {
      const step = Math.floor((backup.percentDone ?? 0) / STEP_PERCENT) * STEP_PERCENT;
      const last = previous?.get(backup.id);
      this.#previous.set(backup.id, { state: backup.state, step });
      if (previous !== null && (last?.state !== backup.state || last.step < step)) {
        changed.push(backup.state === 'running' ? `Backup ${backup.name}: running, ${step} percent` : `Backup ${backup.name}: ${backup.state}`);
      }
    }
    if (changed.length > CHANGES_MAX) {
      announce(`${count(changed.length, 'backup')} changed`);
    } else {
      changed.forEach(announce);
    }
  }
}
