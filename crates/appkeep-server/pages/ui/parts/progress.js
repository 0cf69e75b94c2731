// A backup that is being made: its bar, its bytes, its rate, the time left.

import { el, setAttribute, setText } from '../dom.js';
import { bytes, duration } from '../format.js';
import { badge } from './badge.js';

/** How far back the rate looks, in milliseconds. */
const WINDOW = 10_000;

/** `actions` are put beside its name, if there are any. */
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
      // Without a value the bar shows that nobody knows yet.
      setAttribute(bar, 'value', isRunning ? now.percentDone : null);
      setText(percent, isRunning ? `${Math.floor(now.percentDone)} %` : '');
      setText(detailLine, detailText(now, isRunning, samples));
    },
  };
}

function detailText(backup, isRunning, samples) {
  if (!isRunning) {
    return backup.state === 'pending' ? 'Waits for its turn' : 'Reads what there is to copy';
  }
  const { bytesDone = 0, totalBytes = 0 } = backup;
  if (bytesDone >= totalBytes) {
    return `${bytes(totalBytes)} copied, checking what was written`;
  }
  const rate = rateOf(samples, bytesDone);
  const done = `${bytes(bytesDone)} of ${bytes(totalBytes)}`;
  return rate > 0
    ? `${done} · ${bytes(rate)}/s · about ${duration(((totalBytes - bytesDone) / rate) * 1000)} left`
    : done;
}

/** Bytes a second over the latest samples; 0 while nobody can tell. */
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
