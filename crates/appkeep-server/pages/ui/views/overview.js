// The view of all apps of an account: states, latest backups, and backups in progress.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { ago, bytes, count, duration, exact } from '../format.js';
import { durationMillis, isActive, reasons, snapshotTime } from '../states.js';
import { StateAnnouncer } from '../announce.js';
import { openBackupDialog } from '../parts/actions.js';
import { badge } from '../parts/badge.js';
import { progress } from '../parts/progress.js';

/** The number of backups requested per app. */
const BACKUPS_PER_APP = 8;
/** The maximum number of concurrent requests. */
const CONCURRENCY_MAX = 4;
/** Pauses between passes, in milliseconds: while a backup or restore is in progress, and otherwise. */
const PAUSE_ACTIVE = 1_500;
const PAUSE_IDLE = 8_000;

/** Shows the overview, and returns the function that polls it. */
export function overview(main, { account, canWrite, pollNow, handleError }) {
  const title = el('h1', { text: 'Apps' });
  const summary = el('p', { class: 'detail', text: 'Loading …' });
  const list = el('ul', { class: 'cards', 'aria-labelledby': 'apps-title' });
  title.id = 'apps-title';
  const bucketProblems = el('p', { class: 'reason', role: 'status', hidden: true });
  main.replaceChildren(el('div', { class: 'head' }, title, summary), bucketProblems, list);
  const announcer = new StateAnnouncer();
  const backUp = (app) => openBackupDialog(account, app, pollNow).catch(handleError);
  const cards = new Parts(list, () => card(canWrite ? backUp : null));

  return async function pass(signal) {
    const [apps, buckets] = await Promise.all([account.apps(signal), account.buckets(signal)]);
    const items = await mapConcurrently(apps, async (app) => {
      const { backups } = await account.backups(app.id, BACKUPS_PER_APP, signal);
      announcer.update(app.id, backups);
      return { id: app.id, app, backups };
    });
    // Failed apps first, unavailable apps last, then by name.
    items.sort((a, b) => rank(a) - rank(b) || a.app.name.localeCompare(b.app.name));
    cards.update(items);
    const running = items.flatMap(({ backups }) => backups.filter(isActive)).length;
    setText(summary, summaryText(items, running));
    const failed = buckets.filter((bucket) => bucket.state === 'failed');
    setText(bucketProblems, failed.map((bucket) => `Bucket ${bucket.name}: ${reasons(bucket)}`).join(' · '));
    bucketProblems.hidden = failed.length === 0;
    list.hidden = items.length === 0;
    return running > 0 || apps.some((app) => app.state === 'restoring') ? PAUSE_ACTIVE : PAUSE_IDLE;
  };
}

/** Runs `work` on all items, at most `CONCURRENCY_MAX` at a time. */
async function mapConcurrently(items, work) {
  const results = new Array(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const index = next;
      next += 1;
      results[index] = await work(items[index]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY_MAX, items.length) }, worker));
  return results;
}

/** Returns the newest backup that is not in progress. */
function latestFinished(backups) {
  return backups.find((backup) => !isActive(backup));
}

function rank({ app, backups }) {
  const isFailed = app.state === 'failed' || latestFinished(backups)?.state === 'failed';
  return app.state === 'unavailable' ? 2 : isFailed ? 0 : 1;
}

function summaryText(items, running) {
  if (items.length === 0) {
    return 'No apps yet. Apps are declared in the server’s configuration: [[accounts.apps]].';
  }
  const failed = items.filter(({ backups }) => latestFinished(backups)?.state === 'failed').length;
  return [
    count(items.length, 'app'),
    running > 0 ? `${running} in progress` : 'nothing in progress',
    failed > 0 ? `${count(failed, 'latest backup')} failed` : null,
  ].filter(Boolean).join(' · ');
}

function card(backUp) {
  const link = el('a', {});
  const state = badge();
  const latest = el('div', { class: 'latest' });
  const appReason = el('p', { class: 'reason', hidden: true });
  const running = el('div', { class: 'running' });
  const runs = new Parts(running, (backup) => progress(backup));
  const row = latestRow(latest);
  let app;
  const button = backUp
    ? el('button', { type: 'button', text: 'Back up now', on: { click: () => backUp(app) } })
    : null;
  const node = el('li', { class: 'card app' },
    el('div', { class: 'card-head' }, el('h2', {}, link), state.node),
    appReason, latest, running,
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
      row.update(latestFinished(item.backups), item.backups.length > 0);
      runs.update(item.backups.filter(isActive));
      if (button) {
        setAttribute(button, 'aria-label', `Back up ${app.name} now`);
        button.disabled = app.state === 'restoring' || app.state === 'unavailable';
      }
    },
  };
}

/** Creates the part of a card that describes the latest backup. */
function latestRow(container) {
  const state = badge();
  const when = el('time', {});
  const facts = el('span', {});
  const reasonLine = el('p', { class: 'reason', hidden: true });
  const line = el('p', { class: 'latest-line' }, state.node, el('span', {}, 'Latest backup ', when), facts);
  const placeholder = el('p', { class: 'detail', text: 'No backups yet' });
  container.append(line, reasonLine, placeholder);
  return {
    update(backup, hasAny) {
      line.hidden = backup === undefined;
      placeholder.hidden = backup !== undefined;
      reasonLine.hidden = true;
      if (backup === undefined) {
        setText(placeholder, hasAny ? 'The first backup is in progress' : 'No backups yet');
        return;
      }
      const at = snapshotTime(backup);
      state.update(backup.state);
      setText(when, ago(at));
      setAttribute(when, 'datetime', at.toISOString());
      setAttribute(when, 'title', exact(at));
      setText(facts, backup.state === 'completed'
        ? `${bytes(backup.totalBytes ?? 0)} in ${duration(durationMillis(backup))}`
        : backup.name);
      const reason = reasons(backup);
      reasonLine.hidden = reason === '';
      setText(reasonLine, reason);
    },
  };
}
