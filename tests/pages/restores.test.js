// Restores: in place, to a directory of the server, into another app, and of selected files.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { assertAccessible, assertFits, DESK, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { eventually, TestServer } from './server.js';

/** The start of a restore to a directory is delayed by so many milliseconds. */
const HOLD = 'restore.to_directory:1:slow=8000';

let server;
let browser;
let member;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start({ moreApps: 1 }), launch()]);
  member = await server.token('member');
  await server.backUp(member, 'shop', 'to-restore', ['completed']);
});
afterEach(() => server.failPoints());
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens the dialog on the page of the backup. */
async function openDialog(page) {
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('link', { name: 'to-restore', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'to-restore' }).waitFor();
  await page.getByRole('button', { name: 'Restore' }).click();
  return page.getByRole('dialog', { name: 'Restore to-restore' });
}

const restoreRow = (page, text) => page.getByRole('table', { name: 'Restores' }).getByRole('row').filter({ hasText: text });
const target = (name) => join(server.restoreDirectory, name);

test('an app is restored in place after its name was typed', async () => {
  const { page, done } = await openPage(browser, server.url);
  const dialog = await openDialog(page);
  await dialog.getByLabel('Name of the app').fill('shopp');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'Invalid name “shopp”: expected shop.' }).waitFor();
  await assertAccessible(page, 'the dialog');
  await picture(page, 'restore-light');
  await dialog.getByLabel('Name of the app').fill('shop');
  await server.failPoints('restore.swapping:1:slow=8000');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  const running = page.getByRole('region', { name: 'Restores in progress' });
  await running.getByRole('progressbar', { name: 'Progress of to-restore' }).waitFor();
  await running.getByText('In place').waitFor();
  // It can't be stopped while it replaces data.
  await running.getByText('Running').waitFor();
  await running.getByRole('button', { name: 'Cancel the restore of to-restore' }).waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: 'appkeep' }).click();
  await page.getByText('1 restore in progress').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'shop' }).getByText('Restoring').waitFor();
  await picture(page, 'restoring-light');
  await page.goBack();
  await restoreRow(page, 'In place').getByText('Completed').waitFor();
  await running.waitFor({ state: 'hidden' });
  await done();
});

test('a backup is restored to a directory, which the server permits', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /status of 409/ });
  const dialog = await openDialog(page);
  await dialog.getByLabel('A directory of the server').check();
  await dialog.getByLabel('Directory', { exact: true }).fill('/srv/elsewhere');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await dialog.getByRole('alert').filter({ hasText: `expected a directory below ${server.restoreDirectory}` }).waitFor();
  await assertAccessible(page, 'the dialog');
  await picture(page, 'restore-refused-light');
  await page.setViewportSize(PHONE);
  await assertFits(page, 'the dialog');
  await dialog.getByLabel('Directory', { exact: true }).fill(target('copy'));
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
  await restoreRow(page, target('copy')).getByText('Completed').waitFor();
  await assertFits(page, 'the app');
  assert.ok((await readFile(join(target('copy'), 'data/picture-5'))).equals(await readFile(join(server.volume('shop'), 'picture-5'))));
  assert.match(await page.getByRole('log').innerText(), /Restore to-restore: completed/);
  await done();
});

test('a restore in progress is shown, and cancelled', async () => {
  await server.failPoints(HOLD);
  const { page, done } = await openPage(browser, server.url);
  const dialog = await openDialog(page);
  await dialog.getByLabel('A directory of the server').check();
  await dialog.getByLabel('Directory', { exact: true }).fill(target('unwanted'));
  await dialog.getByRole('button', { name: 'Restore' }).click();
  const running = page.getByRole('region', { name: 'Restores in progress' });
  await running.getByText(`${target('unwanted')}`).waitFor();
  await running.getByText('0 B of 12 MiB').waitFor();
  await page.getByText('1 backup, 1 restore in progress').waitFor();
  await assertAccessible(page, 'a restore in progress');
  await picture(page, 'restore-running-light');
  await running.getByRole('button', { name: 'Cancel the restore of to-restore' }).click();
  await page.getByRole('dialog', { name: 'Cancel the restore of to-restore?' }).getByRole('button', { name: 'Cancel the restore' }).click();
  await running.waitFor({ state: 'hidden' });
  await server.failPoints();
  await eventually('the directory to be removed', async () => !(await readdir(server.restoreDirectory)).some((name) => name.includes('unwanted')));
  await done();
});

test('a restore in progress is on the first page until it ends', async () => {
  // All data is written, and not yet moved to the target.
  await server.failPoints('restore.staged:1:slow=8000');
  const path = await server.backupsOf(member, 'shop');
  const { items } = await server.ask(member, 'GET', path);
  const restores = path.replace('appBackups', 'appRestores');
  const { id } = await server.ask(member, 'POST', restores, {
    type: 'application/astra-appRestore', version: '1.0', target: target('watched'),
    backupID: items.find(({ name }) => name === 'to-restore').id,
  });
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  const card = page.getByRole('listitem').filter({ hasText: 'shop' });
  const bar = card.getByRole('progressbar', { name: `Progress of Restore to ${target('watched')}` });
  await bar.waitFor();
  await page.getByText('1 restore in progress').waitFor();
  await card.getByText('99 %', { exact: true }).waitFor();
  await card.getByText('12 MiB written, comparing with the source').waitFor();
  assert.equal((await server.ask(member, 'GET', `${restores}/${id}`)).state, 'running');
  await assertAccessible(page, 'a restore in progress on the first page');
  await picture(page, 'overview-restore-light');
  await bar.waitFor({ state: 'detached' });
  await page.getByText('1 restore in progress').waitFor({ state: 'hidden' });
  assert.equal((await server.ask(member, 'GET', `${restores}/${id}`)).state, 'completed');
  await done();
});

test('selected files are restored to a directory', async () => {
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('link', { name: 'to-restore', exact: true }).click();
  await page.getByRole('link', { name: 'Browse files' }).click();
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  await page.getByLabel('Select picture-3').check();
  await page.getByLabel('Select picture-10').check();
  await page.getByRole('button', { name: 'Restore 2 selected entries' }).click();
  const dialog = page.getByRole('dialog', { name: 'Restore to-restore' });
  await dialog.getByText('Only /data/picture-3 and 1 other selected entry are restored.').waitFor();
  await dialog.getByLabel('Directory', { exact: true }).fill(target('selected'));
  await assertAccessible(page, 'the dialog');
  await picture(page, 'restore-selected-light');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await restoreRow(page, `${target('selected')}, only /data/picture-3 and 1 other`).getByText('Completed').waitFor();
  assert.deepEqual((await readdir(join(target('selected'), 'data'))).sort(), ['picture-10', 'picture-3']);
  await done();
});

test('an app becomes a clone of another one', async () => {
  const { page, done } = await openPage(browser, server.url);
  const dialog = await openDialog(page);
  await dialog.getByLabel('Another app').check();
  await dialog.getByLabel('App', { exact: true }).selectOption('app-0001');
  await dialog.getByText('it becomes a clone of shop').waitFor();
  await dialog.getByLabel('Name of the other app').fill('shop');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await dialog.getByRole('alert').filter({ hasText: 'Invalid name “shop”: expected app-0001.' }).waitFor();
  await assertAccessible(page, 'the dialog');
  await picture(page, 'restore-clone-light');
  await dialog.getByLabel('Name of the other app').fill('app-0001');
  await dialog.getByRole('button', { name: 'Restore' }).click();
  await page.getByRole('heading', { level: 1, name: 'app-0001' }).waitFor();
  await restoreRow(page, 'of another app').getByText('Completed').waitFor();
  assert.equal((await readdir(server.volume('app-0001'))).length, 12);
  await done();
});

test('the dialog and the list of restores in the dark, on a desk and a phone', async () => {
  const { page, done } = await openPage(browser, server.url, { colorScheme: 'dark', reducedMotion: 'reduce' });
  const dialog = await openDialog(page);
  for (const viewport of [DESK, PHONE]) {
    await page.setViewportSize(viewport);
    for (const destination of ['Another app', 'A directory of the server', 'shop, in place']) {
      await dialog.getByLabel(destination, { exact: true }).check();
      await assertAccessible(page, `${destination}, ${viewport.width} pixels`);
      await assertFits(page, `${destination}, ${viewport.width} pixels`);
    }
  }
  await picture(page, 'restore-phone-dark');
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: '← shop' }).click();
  for (const viewport of [PHONE, DESK]) {
    await page.setViewportSize(viewport);
    await restoreRow(page, target('copy')).waitFor();
    await assertAccessible(page, `the restores, ${viewport.width} pixels`);
    await assertFits(page, `the restores, ${viewport.width} pixels`);
  }
  await picture(page, 'restores-dark');
  await done();
});
