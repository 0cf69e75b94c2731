// The files of a backup: they are browsed and downloaded.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

import { assertAccessible, assertFits, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { eventually, TestServer } from './server.js';

const MIB = 1024 * 1024;
const ODD_DIRECTORY = 'a b';
const ODD_NAME = '50% #1?&ü.txt';
const INVALID_NAME = Buffer.from('invalid-\xff.bin', 'latin1');
/** The directory with so many files that they are requested in parts, and their number. */
const MANY = 'many';
const MANY_FILES = 12_345;

let server;
let browser;
let member;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  member = await server.token('member');
  const volume = server.volume('shop');
  for (const directory of [ODD_DIRECTORY, MANY, 'empty-directory', 'nested/deeper']) {
    await mkdir(join(volume, directory), { recursive: true });
  }
  await writeFile(join(volume, ODD_DIRECTORY, ODD_NAME), 'odd');
  await writeFile(Buffer.concat([Buffer.from(`${volume}/`), INVALID_NAME]), 'invalid');
  await writeFile(join(volume, 'nested/deeper/file.txt'), 'deep');
  await symlink('nested/deeper', join(volume, 'newest'));
  // Without blocks, and larger than what is kept in memory.
  await writeFile(join(volume, 'huge.bin'), '');
  await truncate(join(volume, 'huge.bin'), 257 * MIB);
  for (let number = 1; number <= MANY_FILES; number += 1) {
    await writeFile(join(volume, MANY, `file-${String(number).padStart(5, '0')}`), '');
  }
  await server.backUp(member, 'shop', 'to-browse', ['completed']);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** Opens the files of the backup from its page. */
async function openFiles(page, token = member) {
  await signIn(page, token);
  await openApp(page, 'shop');
  await page.getByRole('link', { name: 'to-browse', exact: true }).click();
  await page.getByRole('link', { name: 'Browse files' }).click();
  await page.getByRole('heading', { level: 1, name: 'Files' }).waitFor();
  await page.getByRole('link', { name: 'data/', exact: true }).waitFor();
}

const row = (page, name) => page.getByRole('row').filter({ has: page.locator(`.file-name:text-is("${name}")`) });
const crumbs = async (page) => (await page.getByRole('navigation', { name: 'Path' }).getByRole('listitem').allInnerTexts());

/** Replaces the file picker, which no test can operate, by one that selects a file of the page's private file system. */
function selectPrivateFile(page) {
  return page.addInitScript(() => {
    window.showSaveFilePicker = async ({ suggestedName }) => {
      window.pickedFile = await (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
      return window.pickedFile;
    };
  });
}

const removePicker = (page) => page.addInitScript(() => {
  delete window.showSaveFilePicker;
});

test('directories are browsed, and Back and bookmarks lead to them again', async () => {
  const { page, done } = await openPage(browser, server.url);
  await openFiles(page);
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  await page.getByText(/^\d+ entries$/).waitFor();
  assert.deepEqual(await crumbs(page), ['to-browse', 'data']);
  const cells = await row(page, 'picture-0').getByRole('cell').allInnerTexts();
  assert.deepEqual([cells[0], cells[1], cells[3]], ['File', '1 MiB', '0644']);
  assert.match(cells[2], /^\d+ \w+ \d{4}, \d\d:\d\d:\d\d /);
  assert.match(await row(page, 'newest').innerText(), /^newest → nested\/deeper\s+Link\s+–/);
  await row(page, 'invalid-%FF.bin').waitFor();
  await picture(page, 'files-light');

  await page.getByRole('link', { name: `${ODD_DIRECTORY}/`, exact: true }).click();
  await row(page, ODD_NAME).waitFor();
  assert.deepEqual(await crumbs(page), ['to-browse', 'data', ODD_DIRECTORY]);
  const bookmark = page.url();
  await page.goBack();
  await page.getByRole('link', { name: 'nested/', exact: true }).click();
  await page.getByRole('link', { name: 'deeper/', exact: true }).click();
  await row(page, 'file.txt').waitFor();
  await page.getByRole('navigation', { name: 'Path' }).getByRole('link', { name: 'data' }).click();
  await page.getByRole('link', { name: 'empty-directory/', exact: true }).click();
  await page.getByText('This directory is empty.').waitFor();
  await page.goto(bookmark);
  await row(page, ODD_NAME).waitFor();
  await page.reload();
  await row(page, ODD_NAME).waitFor();
  await page.getByRole('link', { name: '← to-browse' }).click();
  await page.getByRole('heading', { level: 1, name: 'to-browse' }).waitFor();
  await done();
});

test('an address of a path that isn’t in the backup says so', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /status of 40[04]/ });
  await openFiles(page);
  await page.goto(`${page.url()}/data/no%20such%20file`);
  await page.getByRole('alert').filter({ hasText: '/data/no such file can’t be shown' }).filter({ hasText: 'the backup doesn\'t contain it' }).waitFor();
  await page.goto(page.url().replace('no%20such%20file', '100%'));
  await page.getByRole('alert').filter({ hasText: 'expected two hexadecimal digits' }).waitFor();
  await page.getByRole('navigation', { name: 'Path' }).getByRole('link', { name: 'data' }).click();
  await row(page, 'picture-0').waitFor();
  await done();
});

test('a file is written to the selected file, whatever its name', async () => {
  const { page, done } = await openPage(browser, server.url);
  await selectPrivateFile(page);
  await openFiles(page);
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  const content = async () => Buffer.from(await page.evaluate(async () => {
    const bytes = new Uint8Array(await (await window.pickedFile.getFile()).arrayBuffer());
    return btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), ''));
  }), 'base64');
  const downloads = page.getByRole('region', { name: 'Downloads' });
  for (const [name, path] of [['picture-3', 'picture-3'], ['invalid-%FF.bin', INVALID_NAME]]) {
    await page.getByRole('button', { name: `Download ${name}` }).click();
    await downloads.getByText('Complete, ').waitFor();
    const expected = await readFile(Buffer.concat([Buffer.from(`${server.volume('shop')}/`), Buffer.from(path)]));
    assert.ok((await content()).equals(expected), name);
    await downloads.getByRole('button', { name: `Close the download of ${name}` }).click();
    await downloads.waitFor({ state: 'hidden' });
  }
  await page.getByRole('link', { name: `${ODD_DIRECTORY}/`, exact: true }).click();
  await page.getByRole('button', { name: `Download ${ODD_NAME}` }).click();
  await downloads.getByText('Complete, 3 B').waitFor();
  assert.equal((await content()).toString(), 'odd');
  assert.equal(await page.evaluate(() => window.pickedFile.name), ODD_NAME);
  await done();
});

test('a download continues in other views, and ends without a trace when it is cancelled or the session ends', async () => {
  const { page, context, done } = await openPage(browser, server.url);
  await selectPrivateFile(page);
  await openFiles(page);
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  const network = await context.newCDPSession(page);
  await network.send('Network.emulateNetworkConditions', { offline: false, latency: 0, downloadThroughput: 4 * MIB, uploadThroughput: -1 });
  await page.getByRole('button', { name: 'Download huge.bin' }).click();
  const downloads = page.getByRole('region', { name: 'Downloads' });
  const bar = downloads.getByRole('progressbar', { name: 'Progress of huge.bin' });
  await eventually('progress', async () => Number(await bar.getAttribute('value')) > 0);
  await downloads.getByText(/^[\d.]+ MiB of 257 MiB · [\d.]+ MiB\/s · about .+ left$/).waitFor();
  await page.getByRole('link', { name: 'appkeep', exact: true }).click();
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
  await assertAccessible(page, 'a download');
  await picture(page, 'download-light');
  await downloads.getByRole('button', { name: 'Cancel the download of huge.bin' }).click();
  await downloads.waitFor({ state: 'hidden' });
  const remaining = () => page.evaluate(async () => {
    const names = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) {
      names.push(name);
    }
    return names.join();
  });
  await eventually('the file to be removed', async () => await remaining() === '');
  await page.goBack();
  await page.getByRole('button', { name: 'Download huge.bin' }).click();
  await eventually('progress', async () => Number(await bar.getAttribute('value')) > 0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await downloads.waitFor({ state: 'hidden' });
  await eventually('the file to be removed', async () => await remaining() === '');
  await done();
});

test('without a file picker, the browser saves a directory as an archive', async () => {
  const { page, done } = await openPage(browser, server.url);
  await removePicker(page);
  await openFiles(page);
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download nested' }).click();
  const archive = await saved;
  assert.equal(archive.suggestedFilename(), 'nested.tar');
  const { stdout } = await promisify(execFile)('tar', ['--extract', '--to-stdout', '--file', await archive.path(), 'data/nested/deeper/file.txt']);
  assert.equal(stdout, 'deep');
  await done();
});

test('without a file picker, a file that is too large for the memory isn’t requested', async () => {
  const { page, done } = await openPage(browser, server.url);
  await removePicker(page);
  await openFiles(page);
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.getByRole('button', { name: 'Download huge.bin' }).click();
  const dialog = page.getByRole('dialog', { name: 'huge.bin is too large' });
  await dialog.getByText('appkeep backup dump to-browse /data/huge.bin --app shop --target huge.bin', { exact: true }).waitFor();
  await assertAccessible(page, 'the dialog');
  await picture(page, 'download-too-large-light');
  assert.ok(!asked.some((path) => path.endsWith('/content')));
  await dialog.getByRole('button', { name: 'Close' }).click();
  // The size of an archive is only known when it was received.
  await page.getByRole('button', { name: 'Download as .tar' }).click();
  await page.getByRole('dialog', { name: 'data.tar is too large' }).getByText('backup dump to-browse /data --app shop --tar --target data.tar').waitFor({ timeout: 120_000 });
  await done();
});

test('a viewer browses, and learns why nothing can be downloaded', async () => {
  const { page, done } = await openPage(browser, server.url);
  await openFiles(page, await server.token('viewer'));
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  await row(page, 'picture-0').waitFor();
  await page.getByText('Downloads and restores require the role member.').waitFor();
  assert.deepEqual(await page.locator('main').getByRole('button', { disabled: false }).count(), 0);
  assert.equal(await page.getByRole('checkbox').count(), 0);
  await done();
});

test('a directory with many entries is complete, and responsive', async () => {
  const { page, done } = await openPage(browser, server.url);
  await openFiles(page);
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  await page.getByRole('link', { name: `${MANY}/`, exact: true }).click();
  await row(page, 'file-00001').waitFor();
  await page.getByText('12,345 entries', { exact: true }).waitFor();
  await page.getByText('1–100 of 12,345 entries').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 100);
  await page.getByRole('button', { name: 'Next' }).click();
  await row(page, 'file-00101').waitFor();
  await page.getByLabel('Search entries', { exact: true }).fill('12345');
  await row(page, 'file-12345').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1);
  await done();
});

for (const colorScheme of ['light', 'dark']) {
  test(`the files on a desk and a phone, ${colorScheme}`, async () => {
    const { page, done } = await openPage(browser, server.url, { colorScheme, reducedMotion: 'reduce' });
    await openFiles(page);
    await page.getByRole('link', { name: 'data/', exact: true }).click();
    await row(page, 'picture-0').waitFor();
    await assertAccessible(page, 'the files');
    await page.setViewportSize(PHONE);
    await assertAccessible(page, 'the files on a phone');
    await assertFits(page, 'the files on a phone');
    await picture(page, `files-phone-${colorScheme}`);
    await done();
  });
}
