// The progress of a backup: bar, bytes, rate and remaining time.

import { el, setAttribute, setText } from '../dom.js';
import { bytes, count, duration } from '../format.js';
import { badge } from './badge.js';

/** The period over which the rate is averaged, in milliseconds. */
const WINDOW = 10_000;

/** The maximum number of backups whose progress is shown at a time. */
export const STARTED_SHOWN_MAX = 10;

/** Returns a sentence about backups, or other `noun`s, that wait; `reason` says what for, if known. */
export function waitingText(n, reason, noun = 'backup') {
  return `${count(n, noun)} waiting to be started${reason ? `: ${reason}` : ''}`;
}

/** Adds a name to a restore, so that its progress can be shown. */
export function named(restore) {
  return { ...restore, name: restore.target ? `Restore to ${restore.target}` : 'Restore in place' };
}

/** Creates a progress display of a started backup. `actions` is an optional element next to the name. */
export function progress(backup, actions = null) {
  const state = badge();
  const name = el('span', { class: 'name', text: backup.name });
  const bar = el('progress', { max: 100, 'aria-label': `Progress of ${backup.name}` });
  const percent = el('span', { class: 'percent' });
  const detailLine = el('p', { class: 'detail' });
  const node = el('div', { class: 'progress' },
    el('div', { class: 'progress-head' }, name, state.node, actions),
    el('div', { class: 'progress-line' }, bar, percent),
    detailLine);
  const samples = [];
  return {
    node,
    update(now) {
      state.update(now.state);
      const isRunning = now.state === 'running' && now.percentDone !== undefined;
      // Without a value, the bar is indeterminate.
      setAttribute(bar, 'value', isRunning ? now.percentDone : null);
      setText(percent, isRunning ? `${Math.floor(now.percentDone)} %` : '');
      setText(detailLine, detailText(now, isRunning, samples));
    },
  };
}

function detailText(backup, isRunning, samples) {
  if (!isRunning) {
    return 'Determining the data to copy';
  }
  const { bytesDone = 0, totalBytes = 0 } = backup;
  if (bytesDone >= totalBytes) {
    return `${bytes(totalBytes)} copied, verifying the written data`;
  }
  const rate = rateOf(samples, bytesDone);
  const done = `${bytes(bytesDone)} of ${bytes(totalBytes)}`;
  return rate > 0
    ? `${done} · ${bytes(rate)}/s · about ${duration(((totalBytes - bytesDone) / rate) * 1000)} left`
    : done;
}

/** Returns the bytes per second over the latest samples; 0 while unknown. */
function rateOf(samples, bytesDone) {
  const now = performance.now();
  if (samples.at(-1)?.bytesDone !== bytesDone) {
    samples.push({ now, bytesDone });
  }
  while (samples.length > 2 && now - samples[0].now > WINDOW) {
    samples.shift();
  }
  const [first] = samples;
  return now > first.now ? ((bytesDone - first.bytesDone) / (now - first.now)) * 1000 : 0;
}
