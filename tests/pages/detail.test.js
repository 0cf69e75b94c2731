// The page of a backup, and snapshots.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { assertAccessible, assertFits, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { eventually, TestServer, TOKEN_NAME } from './server.js';

let server;
let browser;
let member;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  member = await server.token('member');
});
afterEach(() => server.failPoints());
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** The value of a property on a backup's page. */
const fact = (page, name) => page.locator(`dt:text-is("${name}") + dd`);

test('a backup has a page with its id, bucket, labels and hooks', async () => {
  const path = await server.backupsOf(member, 'shop');
  const request = {
    type: 'application/astra-appBackup', version: '1.1', name: 'labelled',
    metadata: { labels: [{ name: 'ticket', value: '4711' }] },
  };
  const { id } = await server.ask(member, 'POST', path, request);
  const backup = await eventually('the backup to complete', async () => {
    const now = await server.ask(member, 'GET', `${path}/${id}`);
    return now.state === 'completed' ? now : null;
  });
  const { page, context, done } = await openPage(browser, server.url);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('link', { name: 'labelled', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'labelled' }).waitFor();
  await fact(page, 'ID').getByText(id).waitFor();
  await page.getByRole('button', { name: 'Copy the backup’s id' }).click();
  await page.getByText('Copied', { exact: true }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), id);
  assert.equal(await fact(page, 'Bucket').innerText(), 'local');
  assert.equal(await fact(page, 'Size').innerText(), '12 MiB');
  assert.equal(await fact(page, 'Hooks').innerText(), backup.hookState);
  assert.equal(await fact(page, 'Created by').innerText(), `token ${TOKEN_NAME}`);
  assert.match(await fact(page, 'Labels').innerText(), /^ticket=4711/);
  assert.match(await fact(page, 'Data from').innerText(), /^\d+ \w+ \d{4}, \d\d:\d\d:\d\d (UTC|GMT|[A-Z])/);
  await assertAccessible(page, 'a backup');
  await picture(page, 'backup-light');
  await page.setViewportSize(PHONE);
  await assertFits(page, 'a backup');
  await picture(page, 'backup-phone');
  await page.getByRole('link', { name: '← shop' }).click();
  await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
  await done();
});

test('backups, snapshots and restores name their creators', async () => {
  const byToken = await server.backUp(member, 'shop', 'by-token', ['completed']);
  await server.restore(member, 'shop', byToken);
  await server.runSchedule('yearly');
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  const backups = page.getByRole('table', { name: 'Backups' }).getByRole('row');
  await backups.filter({ hasText: 'by-token' }).getByText(`token ${TOKEN_NAME}`, { exact: true }).waitFor();
  await backups.getByText('schedule yearly', { exact: true }).waitFor();
  await page.getByRole('table', { name: 'Restores' }).getByText(`token ${TOKEN_NAME}`, { exact: true }).waitFor();
  await backups.filter({ hasText: 'schedule yearly' }).getByText('Completed').waitFor();
  await backups.filter({ hasText: 'schedule yearly' }).getByRole('link').click();
  assert.equal(await fact(page, 'Created by').innerText(), 'schedule yearly');
  await done();
});

test('the duration of a backup excludes its time in the queue', async () => {
  await server.slowDown();
  await server.backUp(member, 'shop', 'in-front', ['running']);
  const path = await server.backupsOf(member, 'shop');
  const { id } = await server.ask(member, 'POST', path, { type: 'application/astra-appBackup', version: '1.1', name: 'behind' });
  const requested = Date.now();
  await eventually('two seconds in the queue', () => Date.now() - requested > 2_000);
  await server.failPoints();
  const backup = await eventually('the backup to complete', async () => {
    const now = await server.ask(member, 'GET', `${path}/${id}`);
    return now.state === 'completed' ? now : null;
  });
  const { creationTimestamp, modificationTimestamp } = backup.metadata;
  const total = (new Date(modificationTimestamp) - new Date(creationTimestamp)) / 1000;
  const working = (new Date(modificationTimestamp) - new Date(backup.backupCreationTimestamp)) / 1000;
  assert.ok(total > 1.2 * working, `${total} s, of which it worked ${working} s`);
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  const cell = page.getByRole('row').filter({ has: page.getByText('behind', { exact: true }) }).locator('[data-label="Duration"]');
  await cell.waitFor();
  const shown = parseFloat(await cell.innerText());
  assert.ok(Math.abs(shown - working) < 1, `${shown} s instead of ${working} s`);
  await done();
});

test('snapshots are created, restored and deleted', async () => {
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByText('No snapshots.').waitFor();
  await page.getByRole('button', { name: 'Create snapshot' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('before-upgrade');
  await page.getByRole('dialog').getByRole('button', { name: 'Create snapshot' }).click();
  const row = page.getByRole('row').filter({ has: page.getByText('before-upgrade', { exact: true }) });
  await row.getByText('Completed').waitFor();
  await row.getByText(`token ${TOKEN_NAME}`, { exact: true }).waitFor();
  await picture(page, 'snapshots-light');
  await page.getByRole('button', { name: 'Restore from before-upgrade' }).click();
  await page.getByRole('dialog').getByLabel('Name of the app').fill('shop');
  await page.getByRole('dialog').getByRole('button', { name: 'Restore' }).click();
  const restores = page.getByRole('table', { name: 'Restores' });
  await restores.getByRole('row', { name: /before-upgrade/ }).getByText('Completed').waitFor();
  await page.getByRole('button', { name: 'Delete snapshot before-upgrade' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('No snapshots.').waitFor();
  await done();
});

test('the temporary snapshot of a running backup is marked, and can’t be changed', async () => {
  await server.slowDown();
  await server.backUp(member, 'shop', 'with-temporary', ['running']);
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  const row = page.getByRole('table', { name: 'Snapshots' }).getByRole('row').filter({ hasText: 'Temporary, for the backup with-temporary' });
  await row.waitFor();
  assert.equal(await row.getByRole('button').count(), 0);
  await server.failPoints();
  await row.waitFor({ state: 'detached' });
  await done();
});

test('each reason is shown once', async () => {
  await server.backUp(member, 'hooked', 'unhooked');
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  const reason = page.getByText('exited with status 1');
  const assertOnce = async (what) => {
    await reason.first().waitFor();
    const text = await page.locator('main').innerText();
    assert.equal(text.split('exited with status 1').length, 2, `${what}: ${text}`);
  };
  await assertOnce('all apps');
  await openApp(page, 'hooked');
  await page.getByText('unhooked', { exact: true }).waitFor();
  await assertOnce('the app');
  await page.getByText('unhooked', { exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'unhooked' }).waitFor();
  await assertOnce('the backup');
  const [state, report, ...output] = (await fact(page, 'Hooks').innerText()).split('\n').filter(Boolean);
  assert.equal(state, 'failed');
  assert.match(report, /^post-snapshot hook "release" exited with status 0 after \d+\.\d\d s; stdout: tables: 7$/);
  assert.deepEqual(output, ['released']);
  await done();
});
