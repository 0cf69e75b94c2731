// The view of all apps of an account: cards for few apps, a table for many.

import { el, Parts, setText } from '../dom.js';
import { count, integer } from '../format.js';
import { isStarted, reasons, snapshotTime } from '../states.js';
import { StateAnnouncer } from '../announce.js';
import { pauseAfter } from '../poll.js';
import { openBackupDialog, openBackupsDialog } from '../parts/actions.js';
import { appCard } from '../parts/app_card.js';
import { APP_COLUMNS, appRow } from '../parts/app_row.js';
import { canBackUp, isBusy, summarize } from '../parts/app_summary.js';
import { listControls, UNCONTROLLED_MAX } from '../parts/list_controls.js';
import { selection } from '../parts/selection.js';
import { tableHead } from '../parts/table_head.js';

/** Pauses between passes, in milliseconds: while a backup or restore is in progress, and otherwise. */
const PAUSE_ACTIVE = 1_500;
const PAUSE_IDLE = 8_000;
/** The maximum age of the buckets' states, in milliseconds. */
const BUCKETS_AGE_MAX = 30_000;

const FILTERS = [
  ['All apps', () => true],
  ['Failed', ({ isFailed }) => isFailed],
  ['Never backed up', ({ lastGood }) => lastGood === undefined],
  ['Backup waiting or running', ({ startedCount, waiting }) => startedCount + waiting > 0],
  ['Ready', ({ app }) => app.state === 'ready'],
  ['Restore waiting or running', ({ app, startedRestores, waitingRestores }) =>
    app.state === 'restoring' || startedRestores + waitingRestores > 0],
  ['Unavailable', ({ app }) => app.state === 'unavailable'],
];

const byName = (a, b) => a.app.name.localeCompare(b.app.name);
const goodAt = ({ lastGood }) => lastGood ? snapshotTime(lastGood).getTime() : 0;
const ORDERS = [
  // Failed apps first, unavailable apps last, then by name.
  ['Failed first', (a, b) => rank(a) - rank(b) || byName(a, b)],
  ['Name', byName],
  ['Oldest good backup first', (a, b) => goodAt(a) - goodAt(b) || byName(a, b)],
  ['Newest good backup first', (a, b) => goodAt(b) - goodAt(a) || byName(a, b)],
];

/** Shows the overview, and returns the function that polls it. */
export function overview(main, { account, canWrite, pollNow, handleError }) {
  const title = el('h1', { id: 'apps-title', text: 'Apps' });
  const summary = el('p', { class: 'detail', text: 'Loading …' });
  const bucketProblems = el('p', { class: 'reason', role: 'status', hidden: true });
  const backUp = (app) => openBackupDialog(account, app, pollNow).catch(handleError);
  const list = appList(canWrite ? backUp : null, (apps) => openBackupsDialog(account, apps, pollNow));
  main.replaceChildren(el('div', { class: 'head' }, title, summary), bucketProblems, ...list.nodes);
  const announcer = new StateAnnouncer();
  let buckets = [];
  let bucketsAt = -Infinity;

  return async function pass(signal) {
    const start = performance.now();
    if (start - bucketsAt > BUCKETS_AGE_MAX) {
      buckets = await account.buckets(signal);
      bucketsAt = start;
    }
    const { items, isComplete } = await account.appSummaries(signal);
    announcer.update(items.flatMap(announced));
    const summaries = items.map(summarize);
    list.update(summaries);
    setText(summary, summaryText(summaries, isComplete));
    const failed = buckets.filter((bucket) => bucket.state === 'failed');
    setText(bucketProblems, failed.map((bucket) => `Bucket ${bucket.name}: ${reasons(bucket)}`).join(' · '));
    bucketProblems.hidden = failed.length === 0;
    return pauseAfter(start, summaries.some(isBusy) ? PAUSE_ACTIVE : PAUSE_IDLE);
  };
}

/** Returns the backups of an app whose changes are announced. Of those that wait, the summary may not contain all. */
function announced({ latestBackup, backupsInProgress }) {
  return [...backupsInProgress.filter(isStarted), ...(latestBackup ? [latestBackup] : [])];
}

/**
 * Creates the list of apps with its controls. In a table, several apps can be selected: `backUpAll` opens the dialog that
 * creates backups of them.
 */
function appList(backUp, backUpAll) {
  let items = [];
  const selected = backUp === null ? null : selection('app', 'Back up selected', (ids) => {
    const apps = items.map(({ app }) => app);
    backUpAll(apps.filter((app) => ids.includes(app.id)));
  });
  selected?.onChange(show);
  const cardList = el('ul', { class: 'cards', 'aria-labelledby': 'apps-title', hidden: true });
  const cards = new Parts(cardList, () => appCard(backUp));
  const body = el('tbody', {});
  const rows = new Parts(body, () => appRow(backUp, selected));
  const table = el('div', { class: 'card flush', hidden: true }, selected?.node,
    el('table', { 'aria-labelledby': 'apps-title' }, tableHead(APP_COLUMNS, backUp !== null), body));
  const none = el('p', { class: 'empty', text: 'No app matches.', hidden: true });
  const controls = listControls({
    noun: 'app', nameOf: ({ app }) => app.name, filters: FILTERS, orders: ORDERS, onChange: show,
  });

  function show() {
    const shown = controls.select(items);
    const isTable = items.length > UNCONTROLLED_MAX;
    cards.update(isTable ? [] : shown);
    const possible = (list) => list.filter(({ app }) => canBackUp(app)).map(({ id }) => id);
    selected?.update(isTable ? possible(items) : [], possible(shown));
    rows.update(isTable ? shown : []);
    cardList.hidden = isTable || shown.length === 0;
    table.hidden = !isTable || shown.length === 0;
    none.hidden = items.length === 0 || shown.length > 0;
  }

  return {
    nodes: [controls.node, cardList, table, none, controls.pagerNode],
    update(next) {
      items = next;
      show();
    },
  };
}

function rank({ app, isFailed }) {
  return app.state === 'unavailable' ? 2 : isFailed ? 0 : 1;
}

function summaryText(items, isComplete) {
  if (items.length === 0) {
    return 'No apps yet. Apps are declared in the server’s configuration: [[accounts.apps]].';
  }
  const countIf = (matches) => items.filter(matches).length;
  const total = (value) => items.reduce((sum, item) => sum + value(item), 0);
  const good = countIf(({ lastGood }) => lastGood !== undefined);
  const running = total(({ startedCount }) => startedCount);
  const waiting = total(({ waiting }) => waiting);
  const restoring = total(({ startedRestores, waitingRestores }) => startedRestores + waitingRestores);
  const failed = countIf(({ latest }) => latest?.state === 'failed');
  const part = (n, text) => n > 0 ? `${integer(n)} ${text}` : null;
  return [
    count(items.length, isComplete ? 'app' : 'newest app'),
    `${integer(good)} with a good backup`,
    part(items.length - good, 'never backed up'),
    running + waiting + restoring === 0 ? 'nothing in progress' : null,
    part(running, 'running'),
    part(waiting, 'waiting'),
    restoring > 0 ? `${count(restoring, 'restore')} in progress` : null,
    failed > 0 ? `${count(failed, 'latest backup')} failed` : null,
  ].filter(Boolean).join(' · ');
}
