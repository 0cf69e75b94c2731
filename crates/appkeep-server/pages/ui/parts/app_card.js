// An app as a card, for accounts with few apps.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { bytes } from '../format.js';
import { reasons, snapshotTime } from '../states.js';
import { canBackUp } from './app_summary.js';
import { badge } from './badge.js';
import { moment } from './moment.js';
import { named, progress, waitingText } from './progress.js';

/** Creates a card. `backUp` opens the dialog that creates a backup; it is `null` without write access. */
export function appCard(backUp) {
  const link = el('a', {});
  const state = badge();
  const latest = latestPart();
  const appReason = el('p', { class: 'reason', hidden: true });
  const running = el('div', { class: 'running' });
  // Backups and restores have different ids.
  const runs = new Parts(running, (work) => progress(work, null, work.texts));
  const waiting = el('p', { class: 'detail', hidden: true });
  let app;
  const button = backUp
    ? el('button', { type: 'button', text: 'Back up', on: { click: () => backUp(app) } })
    : null;
  const node = el('li', { class: 'card app' },
    el('div', { class: 'card-head' }, el('h2', {}, link), state.node),
    appReason, latest.node, running, waiting,
    button ? el('div', { class: 'buttons' }, button) : null);
  return {
    node,
    update(item) {
      ({ app } = item);
      setText(link, app.name);
      setAttribute(link, 'href', `#/apps/${app.id}`);
      state.update(app.state);
      // `ready` is the normal state and isn't shown.
      state.node.hidden = app.state === 'ready';
      const reason = reasons(app);
      appReason.hidden = reason === '';
      setText(appReason, reason);
      latest.update(item, reason);
      runs.update([...item.restores.map(named), ...item.started]);
      const lines = [
        item.waiting > 0 ? waitingText(item.waiting, item.stalled === reason ? '' : item.stalled) : null,
        item.waitingRestores > 0 ? waitingText(item.waitingRestores, '', 'restore') : null,
      ].filter(Boolean);
      waiting.hidden = lines.length === 0;
      setText(waiting, lines.join(' · '));
      if (button) {
        setAttribute(button, 'aria-label', `Back up ${app.name} now`);
        button.disabled = !canBackUp(app);
      }
    },
  };
}

/** Creates the part of a card that describes the latest finished backup and, if that failed, the last good one. */
function latestPart() {
  const state = badge();
  const when = moment();
  const facts = el('span', {});
  const goodWhen = moment();
  const goodLine = el('p', { class: 'detail' }, 'Last good backup ', goodWhen.node);
  const reasonLine = el('p', { class: 'reason' });
  const line = el('p', { class: 'latest-line' }, state.node, el('span', {}, 'Latest backup ', when.node), facts);
  const none = el('p', { class: 'detail', text: 'Never backed up' });
  const node = el('div', { class: 'latest' }, line, reasonLine, goodLine, none);
  return {
    node,
    update({ latest, lastGood }, appReason) {
      line.hidden = latest === undefined;
      none.hidden = lastGood !== undefined;
      goodLine.hidden = lastGood === undefined || lastGood.id === latest?.id;
      goodWhen.update(lastGood ? snapshotTime(lastGood) : null);
      const reason = latest ? reasons(latest) : '';
      reasonLine.hidden = reason === '' || reason === appReason;
      setText(reasonLine, reason);
      if (latest === undefined) {
        return;
      }
      state.update(latest.state);
      when.update(snapshotTime(latest), '');
      setText(facts, latest.state === 'completed' ? bytes(latest.totalBytes ?? 0) : latest.name);
    },
  };
}
