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

/** Announces changes of backups or restores since the previous update. The first update announces nothing. */
export class StateAnnouncer {
  #noun;
  #previous = null;

  constructor(noun = 'backup') {
    this.#noun = noun;
  }

  update(items) {
    const noun = this.#noun;
    const previous = this.#previous;
    this.#previous = new Map();
    const changed = [];
    for (const { id, name, state, percentDone } of items) {
      const step = Math.floor((percentDone ?? 0) / STEP_PERCENT) * STEP_PERCENT;
      const last = previous?.get(id);
      this.#previous.set(id, { state, step });
      if (previous !== null && (last?.state !== state || last.step < step)) {
        const text = `${noun} ${name}: ${state}${state === 'running' ? `, ${step} percent` : ''}`;
        changed.push(text[0].toUpperCase() + text.slice(1));
      }
    }
    if (changed.length > CHANGES_MAX) {
      announce(`${count(changed.length, noun)} changed`);
    } else {
      changed.forEach(announce);
    }
  }
}
