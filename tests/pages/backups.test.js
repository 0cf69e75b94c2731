// What people come for: backups that are made, watched, and deleted.

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { assertFits, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { eventually, LONG_NAME, TestServer } from './server.js';

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

/** The card of an app among all apps. */
const card = (page, name) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) });

/** The row of a backup. */
const row = (page, name) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) });

test('a backup is asked for, watched while it moves, and found completed', async () => {
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByText('No backups yet.').waitFor();
  await server.slowDown();
  await page.getByRole('button', { name: 'Back up now' }).click();
  const dialog = page.getByRole('dialog', { name: 'Back up shop' });
  await dialog.getByLabel('Name').fill('watched');
  await dialog.getByLabel('Bucket').selectOption({ label: 'spare' });
  await dialog.getByRole('button', { name: 'Back up' }).click();
  await dialog.waitFor({ state: 'detached' });

  const bar = page.getByRole('progressbar', { name: 'Progress of watched' });
  const seen = new Set();
  await eventually('three values between the ends', async () => {
    // The bar is gone when the backup ended before three were seen.
    const value = Number(await bar.getAttribute('value'));
    if (value > 0 && value < 100) {
      seen.add(value);
    }
    return seen.size >= 3;
  });
  const values = [...seen];
  assert.deepEqual(values, [...values].sort((a, b) => a - b));
  await page.getByText(/MiB of 12 MiB · .+\/s · about .+ left/).waitFor();
  await picture(page, 'running-light');
  await server.failPoints();

  await row(page, 'watched').getByText('Completed').waitFor();
  await bar.waitFor({ state: 'detached' });
  assert.match(await row(page, 'watched').innerText(), /12 MiB/);
  const told = await page.getByRole('log').innerText();
  assert.match(told, /Backup watched: running, \d+ percent/);
  assert.match(told, /Backup watched: completed/);
  await page.getByRole('img', { name: /^Size: 1 backups?, .*latest 12 MiB/ }).waitFor();

  await page.getByRole('link', { name: 'All apps' }).click();
  await card(page, 'shop').getByText(/^12 MiB$/).waitFor();
  await done();
});

test('the overview shows what is running as it happens', async () => {
  const { page, done } = await openPage(browser, server.url);
  await server.slowDown();
  await signIn(page, member);
  await page.getByRole('button', { name: 'Back up shop now' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('from-the-card');
  await page.getByRole('dialog').getByRole('button', { name: 'Back up' }).click();
  const bar = card(page, 'shop').getByRole('progressbar');
  await eventually('a value between the ends', async () => {
    const value = Number(await bar.getAttribute('value'));
    return value > 0 && value < 100;
  });
  await server.failPoints();
  await bar.waitFor({ state: 'detached' });
  await card(page, 'shop').getByText('Completed').waitFor();
  await done();
});

test('a backup that is being made is cancelled, and gone', async () => {
  const { page, done } = await openPage(browser, server.url);
  await server.slowDown();
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('button', { name: 'Back up now' }).click();
  await page.getByRole('dialog').getByLabel('Name').fill('unwanted');
  await page.getByRole('dialog').getByRole('button', { name: 'Back up' }).click();
  await page.getByRole('button', { name: 'Cancel unwanted' }).click();
  await page.getByRole('dialog', { name: 'Cancel unwanted?' }).getByRole('button', { name: 'Stop and remove' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await server.failPoints();
  await row(page, 'unwanted').waitFor({ state: 'detached' });
  await done();
});

test('a backup is deleted only after it was asked whether it should be', async () => {
  await server.backUp(member, 'empty', 'to-be-deleted');
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'empty');
  const remove = page.getByRole('button', { name: 'Delete to-be-deleted' });
  await remove.click();
  const dialog = page.getByRole('dialog', { name: 'Delete to-be-deleted?' });
  await dialog.getByRole('button', { name: 'Keep it' }).click();
  await dialog.waitFor({ state: 'detached' });
  await row(page, 'to-be-deleted').waitFor();
  await remove.click();
  await picture(page, 'delete-light');
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await row(page, 'to-be-deleted').waitFor({ state: 'detached' });
  const { items } = await server.ask(member, 'GET', await server.backupsOf(member, 'empty'));
  assert.deepEqual(items.map(({ name }) => name), []);
  await done();
});

test('a backup without a single byte is as good as any', async () => {
  await server.backUp(member, 'empty', 'nothing-in-it');
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await card(page, 'empty').getByText(/^0 B$/).waitFor();
  await openApp(page, 'empty');
  await row(page, 'nothing-in-it').getByText('Completed').waitFor();
  await row(page, 'nothing-in-it').getByText('0 B', { exact: true }).waitFor();
  await page.getByRole('img', { name: /^Size: .*latest 0 B/ }).waitFor();
  await done();
});

test('a failure is shown with its reason, wherever the app is', async () => {
  const backup = await server.backUp(member, 'broken', 'hopeless');
  assert.equal(backup.state, 'failed');
  const [reason] = backup.stateUnready;
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await card(page, 'broken').getByText(reason).waitFor();
  await page.getByText(/1 latest backup failed/).waitFor();
  await openApp(page, 'broken');
  await row(page, 'hopeless').getByText(reason).waitFor();
  await picture(page, 'failed-light');
  await done();
});

test('what the server refuses stands in the dialog, with its reason', async () => {
  await server.backUp(member, LONG_NAME, 'taken');
  const { page, done } = await openPage(browser, server.url, { allow: /status of 409/ });
  await signIn(page, member);
  await page.getByRole('button', { name: `Back up ${LONG_NAME} now` }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('taken');
  await dialog.getByRole('button', { name: 'Back up' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'conflicts' }).waitFor();
  await done();
});

test('schedules are told, with their next run', async () => {
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  const line = page.getByRole('list', { name: 'Schedules' }).getByRole('listitem');
  assert.match(await line.innerText(), /^yearly runs at 0 3 1 1 \* Europe\/Berlin \(backup\), next in \d+ (days|hours|minutes) \(1 Jan \d{4}, \d\d:00:00 .+\)$/);
  await page.getByRole('link', { name: 'All apps' }).click();
  await openApp(page, 'empty');
  await page.getByRole('list', { name: 'Schedules' }).waitFor({ state: 'hidden' });
  await done();
});

test('a viewer sees everything and can change nothing', async () => {
  await server.backUp(member, 'empty', 'for-all-to-see');
  await server.slowDown();
  await server.backUp(member, 'shop', 'still-running', ['running']);
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, await server.token('viewer'));
  const buttons = async () => {
    const names = await page.locator('main').getByRole('button').allInnerTexts();
    return names.filter((name) => name !== 'Show older backups');
  };
  await card(page, 'shop').getByRole('progressbar').waitFor();
  assert.deepEqual(await buttons(), []);
  await openApp(page, 'shop');
  await page.getByRole('progressbar', { name: 'Progress of still-running' }).waitFor();
  assert.deepEqual(await buttons(), []);
  await page.getByRole('link', { name: 'All apps' }).click();
  await openApp(page, 'empty');
  await row(page, 'for-all-to-see').getByText('Completed').waitFor();
  assert.deepEqual(await buttons(), []);
  await done();
});

test('everything fits a phone, long names too', async () => {
  const { page, done } = await openPage(browser, server.url, { viewport: PHONE });
  await signIn(page, member);
  await assertFits(page, 'all apps');
  await picture(page, 'apps-phone');
  await openApp(page, LONG_NAME);
  await row(page, 'taken').waitFor();
  await assertFits(page, 'an app');
  await page.getByRole('button', { name: 'Delete taken' }).click();
  await assertFits(page, 'a dialog');
  await picture(page, 'long-name-phone');
  await done();
});
