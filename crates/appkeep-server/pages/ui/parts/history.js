// Charts of the sizes and durations of an app's newest backups.

import { el } from '../dom.js';
import { bytes, duration, exact } from '../format.js';
import { durationMillis, isActive, snapshotTime } from '../states.js';
import { chart } from './chart.js';
import { section } from './section.js';

/** The maximum number of backups in a chart. */
const CHARTED_MAX = 40;

/** Creates the section. */
export function historySection() {
  const sizes = chart('Size', bytes);
  const times = chart('Duration', duration);
  const node = section('History', 'history', el('div', { class: 'card charts' }, sizes.node, times.node,
    el('p', { class: 'detail', text: 'Oldest first; a cross is a failed backup. The duration is the time from the capture of the data to completion, without the time in the queue.' })));
  return {
    node,
    /** Shows the backups, newest first. */
    update(backups) {
      const charted = backups.filter((backup) => !isActive(backup)).slice(0, CHARTED_MAX).reverse();
      node.hidden = charted.length === 0;
      sizes.update(charted.map((backup) => bar(backup, backup.totalBytes ?? 0, bytes)));
      const timed = charted.filter((backup) => backup.state === 'failed' || durationMillis(backup) !== null);
      times.update(timed.map((backup) => bar(backup, durationMillis(backup), duration)));
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
