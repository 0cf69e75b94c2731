// The progress of a backup or another transfer: bar, bytes, rate and remaining time.

import { el, setAttribute, setText } from '../dom.js';
import { bytes, count, duration } from '../format.js';
import { describeRestore } from '../states.js';
import { badge } from './badge.js';

/** The period over which the rate is averaged, in milliseconds. */
const WINDOW = 10_000;

/** The maximum number of backups whose progress is shown at a time. */
export const STARTED_SHOWN_MAX = 10;

/** Returns a sentence about backups, or other `noun`s, that wait; `reason` says what for, if known. */
export function waitingText(n, reason, noun = 'backup') {
  return `${count(n, noun)} waiting to be started${reason ? `: ${reason}` : ''}`;
}

/** Adds a name and texts to a restore, so that its progress can be shown. */
export function named(restore) {
  return { ...restore, texts: RESTORE_TEXTS, name: restore.target ? `Restore to ${restore.target}` : 'Restore in place' };
}

/** The texts of a backup's progress: while the size is unknown, and after all bytes were copied. */
const BACKUP_TEXTS = { starting: 'Determining the data to copy', ending: 'copied, verifying the written data' };

/** The same texts of a restore's progress. */
export const RESTORE_TEXTS = {
  starting: 'Reading the source', ending: 'written, comparing with the source', describe: describeRestore,
};

/**
 * Creates a progress display of something that was started, with `name`, `state`, `totalBytes`, `bytesDone` and
 * `percentDone`. `actions` is an optional element next to the name.
 */
export function progress({ name }, actions = null, texts = BACKUP_TEXTS) {
  const state = badge(texts.describe);
  const bar = el('progress', { max: 100, 'aria-label': `Progress of ${name}` });
  const percent = el('span', { class: 'percent' });
  const detailLine = el('p', { class: 'detail' });
  const node = el('div', { class: 'progress' },
    el('div', { class: 'progress-head' }, el('span', { class: 'name', text: name }), state.node, actions),
    el('div', { class: 'progress-line' }, bar, percent),
    detailLine);
  const rate = new Rate();
  return {
    node,
    update(now) {
      state.update(now.state);
      const isRunning = now.state === 'running' && now.percentDone !== undefined;
      // Without a value, the bar is indeterminate.
      setAttribute(bar, 'value', isRunning ? now.percentDone : null);
      setText(percent, isRunning ? `${Math.floor(now.percentDone)} %` : '');
      setText(detailLine, isRunning ? detailText(now, rate, texts) : now.state === 'pending' ? 'Waiting to be started' : texts.starting);
    },
  };
}

function detailText({ bytesDone = 0, totalBytes = 0 }, rate, texts) {
  if (bytesDone >= totalBytes) {
    return `${bytes(totalBytes)} ${texts.ending}`;
  }
  return transferText(bytesDone, totalBytes, rate.of(bytesDone));
}

/** Describes a transfer of `total` bytes, which may be unknown, at `rate` bytes per second, which is 0 while unknown. */
export function transferText(done, total, rate) {
  return [
    total === undefined ? bytes(done) : `${bytes(done)} of ${bytes(total)}`,
    rate > 0 ? `${bytes(rate)}/s` : null,
    rate > 0 && total !== undefined ? `about ${duration(((total - done) / rate) * 1000)} left` : null,
  ].filter(Boolean).join(' · ');
}

/** The rate of a transfer, averaged over the latest samples. */
export class Rate {
  #samples = [];

  /** Adds a sample, and returns the bytes per second; 0 while unknown. */
  of(bytesDone) {
    const samples = this.#samples;
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
}
