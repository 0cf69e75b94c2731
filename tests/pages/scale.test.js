// Many apps and many backups: nothing is missing, every number agrees with the API, and pages stay responsive.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, assertFits, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { eventually, TestServer } from './server.js';

/** One backup is running, the others are queued. */
const BACKUPS = 5_000;
/** Each read takes so long that the backup runs until the end of the test. */
const READ_MILLIS = 60_000;
/** The apps of every test server. */
const USUAL_APPS = 5;

const integer = (n) => n.toLocaleString('en');

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

/** Runs `work` with a server, and stops it. */
async function withServer(options, work) {
  const server = await TestServer.start(options);
  try {
    await work(server, await server.token('member'));
  } finally {
    await server.stop();
  }
}

test('queued backups are counted, once and without bars, next to the running one', async () => {
  await withServer({ isQuiet: true }, async (server, member) => {
    await server.slowDown(READ_MILLIS);
    await server.backUp(member, 'shop', 'the-running-one', ['running']);
    await server.queue(member, 'shop', BACKUPS - 1);
    const path = await server.backupsOf(member, 'shop');
    const { items } = await server.ask(member, 'GET', `${path}?include=state`);
    const pending = items.filter(([state]) => state === 'pending').length;
    assert.deepEqual([items.length, pending], [BACKUPS, BACKUPS - 1]);

    const { page, done } = await openPage(browser, server.url, { viewport: PHONE });
    await signIn(page, member);
    await page.getByText(`never backed up · 1 running · ${integer(pending)} waiting`).waitFor();
    const card = page.getByRole('listitem').filter({ has: page.getByRole('link', { name: 'shop', exact: true }) });
    await card.getByText(`${integer(pending)} backups waiting to be started`).waitFor();
    await card.getByText('Never backed up').waitFor();
    await card.getByRole('progressbar', { name: 'Progress of the-running-one' }).waitFor();
    assert.equal(await page.getByRole('progressbar').count(), 1);
    await assertFits(page, 'all apps');
    await picture(page, 'queued-apps-phone');

    await openApp(page, 'shop');
    await page.getByText(`${integer(BACKUPS)} backups, 1 in progress, ${integer(pending)} waiting`).waitFor();
    await page.getByRole('progressbar', { name: 'Progress of the-running-one' }).waitFor();
    assert.equal(await page.getByRole('progressbar').count(), 1);
    assert.equal(await page.getByText('the-running-one', { exact: true }).count(), 1);
    await assertFits(page, 'the app');
    // A snapshot of the running backup is in a table, too.
    const rows = page.getByRole('table', { name: 'Backups' }).locator('tbody tr');
    assert.equal(await rows.count(), 100);
    await page.getByText(`1–100 of ${integer(pending)} backups`).waitFor();
    // The oldest one is on the last part.
    await page.getByLabel('Sort backups', { exact: true }).selectOption('Oldest first');
    await page.getByLabel('Search backups', { exact: true }).fill('queued-499');
    await page.getByRole('link', { name: 'queued-499', exact: true }).waitFor();
    assert.equal(await rows.count(), 11);
    await page.getByLabel('Search backups', { exact: true }).fill('');
    const next = page.getByRole('button', { name: 'Next' });
    for (let part = 1; part < pending / 100 - 1; part += 1) {
      await next.click();
    }
    await next.click();
    assert.ok(await next.isDisabled());
    await page.getByText(`4,901–4,999 of ${integer(pending)} backups`).waitFor();
    await assertFits(page, 'the last part');
    await done();
    // The process ends without waiting for the slow reads.
    await server.failPoints();
  });
});

test('selected apps are backed up', async () => {
  await withServer({ moreApps: 35, isQuiet: true }, async (server, member) => {
    const { page, done } = await openPage(browser, server.url);
    await signIn(page, member);
    await page.getByLabel('Search apps', { exact: true }).fill('app-000');
    const rows = page.locator('tbody tr');
    await eventually('nine rows', async () => await rows.count() === 9);
    const backUp = page.getByRole('button', { name: 'Back up selected' });
    assert.ok(await backUp.isDisabled());
    await page.getByLabel('Select all shown').check();
    await page.getByText('9 apps selected').waitFor();
    await page.getByLabel('Select app-0003', { exact: true }).uncheck();
    await page.getByText('8 apps selected').waitFor();
    // A refresh keeps the selection.
    await page.getByLabel('Search apps', { exact: true }).fill('app-0003');
    await eventually('one row', async () => await rows.count() === 1);
    await page.getByText('8 apps selected').waitFor();
    await assertAccessible(page, 'a selection');
    await backUp.click();
    const dialog = page.getByRole('dialog', { name: 'Back up 8 apps?' });
    await dialog.getByRole('button', { name: 'Back up' }).click();
    await dialog.waitFor({ state: 'detached' });
    const path = await server.backupsOf(member, 'app-0009');
    await eventually('the last backup to be completed', async () =>
      (await server.ask(member, 'GET', path)).items[0]?.state === 'completed', 120_000);
    await page.getByText('40 apps · 8 with a good backup · 32 never backed up · nothing in progress').waitFor();
    for (const [app, count] of [['app-0001', 1], ['app-0003', 0]]) {
      const { items } = await server.ask(member, 'GET', await server.backupsOf(member, app));
      assert.equal(items.length, count, app);
    }
    await done();
  });
});

test('viewers select nothing', async () => {
  await withServer({ moreApps: 35, isQuiet: true }, async (server) => {
    const { page, done } = await openPage(browser, server.url);
    await signIn(page, await server.token('viewer'));
    await page.locator('tbody tr').first().waitFor();
    assert.equal(await page.getByRole('checkbox').count(), 0);
    await done();
  });
});

for (const moreApps of [35, 995]) {
  const all = moreApps + USUAL_APPS;
  test(`${all} apps are a table with search, filter and order, and one request per refresh`, async () => {
    await withServer({ moreApps, isQuiet: true }, async (server, member) => {
      await server.backUp(member, 'app-0007', 'seventh');
      await server.backUp(member, 'broken', 'hopeless');
      const { page, done } = await openPage(browser, server.url);
      await signIn(page, member);
      await page.getByText(`${integer(all)} apps · 1 with a good backup · ${integer(all - 1)} never backed up`
        + ' · nothing in progress · 1 latest backup failed').waitFor();
      const rows = page.locator('tbody tr');
      assert.equal(await rows.count(), Math.min(all, 100));
      assert.match(await rows.first().innerText(), /^broken/);
      await assertAccessible(page, 'the table');
      await picture(page, `apps-${all}-light`);

      await page.getByLabel('Filter apps', { exact: true }).selectOption('Never backed up');
      await page.getByLabel('Search apps', { exact: true }).fill('APP-000');
      await eventually('eight rows', async () => await rows.count() === 8);
      await page.getByLabel('Filter apps', { exact: true }).selectOption('All apps');
      await eventually('nine rows', async () => await rows.count() === 9);
      await page.getByLabel('Sort apps', { exact: true }).selectOption('Newest good backup first');
      assert.match(await rows.first().innerText(), /^app-0007/);
      await page.getByLabel('Search apps', { exact: true }).fill('no-such-app');
      await page.getByText('No app matches.').waitFor();

      const asked = [];
      page.on('request', (request) => asked.push(new URL(request.url()).pathname));
      await eventually('two refreshes', () => asked.filter((path) => path.endsWith('/appSummaries')).length >= 2);
      // Buckets are requested less often.
      const refreshes = asked.map((path) => path.replace(/^\/accounts\/[^/]+/, '')).filter((path) => path !== '/topology/v1/buckets');
      assert.deepEqual([...new Set(refreshes)], ['/k8s/v1/appSummaries']);
      await page.setViewportSize(PHONE);
      await page.getByLabel('Search apps', { exact: true }).fill('app-00');
      await assertFits(page, 'the table on a phone');
      await picture(page, `apps-${all}-phone`);
      await done();
    });
  });
}
