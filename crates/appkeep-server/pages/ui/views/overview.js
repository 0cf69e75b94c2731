// All apps of an account: how each is, its latest backup, and what is being made.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { ago, bytes, count, duration, exact } from '../format.js';
import { isActive, momentOf, reasons, tookMillis } from '../states.js';
import { Listener } from '../announce.js';
import { askForBackup } from '../parts/actions.js';
import { badge } from '../parts/badge.js';
import { progress } from '../parts/progress.js';

/** How many backups of each app are looked at. */
const BACKUPS_OF_EACH = 8;
/** How many apps are asked for at once. */
const AT_ONCE = 4;
/** Pauses between rounds, in milliseconds: while something is being made, and else. */
const PAUSE_ACTIVE = 1_500;
const PAUSE_IDLE = 8_000;

/** Shows the overview, and answers what a round of polling does. */
export function overview(main, { account, mayChange, again, refused }) {
  const title = el('h1', { text: 'Apps' });
  const summary = el('p', { class: 'detail', text: 'Loading …' });
  const list = el('ul', { class: 'cards', 'aria-labelledby': 'apps-title' });
  title.id = 'apps-title';
  main.replaceChildren(el('div', { class: 'head' }, title, summary), list);
  const listener = new Listener();
  const backUp = (app) => askForBackup(account, app, again).catch(refused);
  const cards = new Parts(list, () => card(mayChange ? backUp : null));

  return async function round(signal) {
    const apps = await account.apps(signal);
    const items = await inTurns(apps, async (app) => {
      const { backups } = await account.backups(app.id, BACKUPS_OF_EACH, signal);
      listener.look(app.id, backups);
      return { id: app.id, app, backups };
    });
    // What needs a look comes first, then by name.
    items.sort((a, b) => rank(a) - rank(b) || a.app.name.localeCompare(b.app.name));
    cards.update(items);
    const running = items.flatMap(({ backups }) => backups.filter(isActive)).length;
    setText(summary, words(items, running));
    list.hidden = items.length === 0;
    return running > 0 || apps.some((app) => app.state === 'restoring') ? PAUSE_ACTIVE : PAUSE_IDLE;
  };
}

/** Runs `work` on all items, a few at a time. */
async function inTurns(items, work) {
  const results = new Array(items.length);
  let next = 0;
  const turn = async () => {
    while (next < items.length) {
      const mine = next;
      next += 1;
      results[mine] = await work(items[mine]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, turn));
  return results;
}

/** The newest backup that isn't being made any more. */
function latestOf(backups) {
  return backups.find((backup) => !isActive(backup));
}

function rank({ app, backups }) {
  const isBad = app.state === 'failed' || latestOf(backups)?.state === 'failed';
  return app.state === 'unavailable' ? 2 : isBad ? 0 : 1;
}

function words(items, running) {
  if (items.length === 0) {
    return 'No apps yet. Apps are declared in the server’s configuration: [[accounts.apps]].';
  }
  const failed = items.filter(({ backups }) => latestOf(backups)?.state === 'failed').length;
  return [
    count(items.length, 'app'),
    running > 0 ? `${running} being backed up` : 'nothing running',
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
      // That is how apps should be, and says nothing.
      state.node.hidden = app.state === 'ready';
      const why = reasons(app);
      appReason.hidden = why === '';
      setText(appReason, why);
      row.update(latestOf(item.backups), item.backups.length > 0);
      runs.update(item.backups.filter(isActive));
      if (button) {
        setAttribute(button, 'aria-label', `Back up ${app.name} now`);
        button.disabled = app.state === 'restoring' || app.state === 'unavailable';
      }
    },
  };
}

/** What a card says of the latest backup. */
function latestRow(container) {
  const state = badge();
  const when = el('time', {});
  const facts = el('span', {});
  const why = el('p', { class: 'reason', hidden: true });
  const line = el('p', { class: 'latest-line' }, state.node, el('span', {}, 'Latest backup ', when), facts);
  const none = el('p', { class: 'detail', text: 'No backup yet' });
  container.append(line, why, none);
  return {
    update(backup, hasAny) {
      line.hidden = backup === undefined;
      none.hidden = backup !== undefined;
      why.hidden = true;
      if (backup === undefined) {
        setText(none, hasAny ? 'The first backup is being made' : 'No backup yet');
        return;
      }
      const at = momentOf(backup);
      state.update(backup.state);
      setText(when, ago(at));
      setAttribute(when, 'datetime', at.toISOString());
      setAttribute(when, 'title', exact(at));
      setText(facts, backup.state === 'completed'
        ? `${bytes(backup.totalBytes ?? 0)} in ${duration(tookMillis(backup))}`
        : backup.name);
      const reason = reasons(backup);
      why.hidden = reason === '';
      setText(why, reason);
    },
  };
}
