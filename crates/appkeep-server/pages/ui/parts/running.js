// The backups of an app that are in progress or waiting.

import { el, Parts, setText } from '../dom.js';
import { isActive, isStarted, reasons } from '../states.js';
import { integer } from '../format.js';
import { progress, STARTED_SHOWN_MAX, waitingText } from './progress.js';
import { section } from './section.js';

/** Creates the section. `remove` cancels a backup; it is `null` without write access. */
export function runningSection(remove) {
  const list = el('div', { class: 'running' });
  const more = el('p', { class: 'detail' });
  const waitingLine = el('p', { class: 'detail' });
  const node = section('In progress', 'now', el('div', { class: 'card running' }, list, more, waitingLine));
  const runs = new Parts(list, (backup) => runningPart(backup, remove));
  return {
    node,
    /** Shows the backups, newest first. */
    update(backups) {
      const active = backups.filter(isActive);
      const started = active.filter(isStarted);
      const waiting = active.length - started.length;
      node.hidden = active.length === 0;
      list.hidden = started.length === 0;
      runs.update(started.slice(0, STARTED_SHOWN_MAX));
      more.hidden = started.length <= STARTED_SHOWN_MAX;
      setText(more, `${integer(started.length - STARTED_SHOWN_MAX)} more in progress`);
      waitingLine.hidden = waiting === 0;
      setText(waitingLine, waitingText(waiting, active.map(reasons).find(Boolean)));
    },
  };
}

/** Creates the progress of a backup, with a button that cancels it. */
export function runningPart(backup, remove) {
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
      part.update(now);
    },
  };
}
