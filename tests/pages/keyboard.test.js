// Without a mouse: everything can be reached, and where one is can be seen.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, openPage } from './browser.js';
import { eventually, TestServer } from './server.js';

/** How often Tab is pressed before something counts as out of reach. */
const TABS_MAX = 40;

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What has the focus: its name, and whether that can be seen. */
const focused = (page) => page.evaluate(() => {
  const node = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(node);
  return {
    name: node.getAttribute('aria-label') ?? (node.labels?.[0] ?? node).textContent.trim(),
    isPage: node === document.body,
    isVisible: outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2,
  };
});

/** Presses Tab until something of that name has the focus; each thing on the way has to show that it has it. */
async function tabTo(page, name) {
  for (let pressed = 0; pressed < TABS_MAX; pressed += 1) {
    await page.keyboard.press('Tab');
    const at = await focused(page);
    if (!at.isPage) {
      assert.ok(at.isVisible, `the focus on ${JSON.stringify(at.name)} can't be seen`);
    }
    if (at.name === name) {
      return;
    }
  }
  assert.fail(`${name} can't be reached`);
}

test('a backup is made and deleted without a mouse', async () => {
  const { page, done } = await openPage(browser, server.url);
  await page.goto('/ui');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  // The first thing to do has the focus already.
  assert.equal((await focused(page)).name, 'Token');
  await page.keyboard.insertText(await server.token('member'));
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'empty', exact: true }).waitFor();

  await tabTo(page, 'empty');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'empty' }).waitFor();
  await tabTo(page, 'Back up now');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal((await focused(page)).name, 'Name');
  await page.keyboard.insertText('by-hand');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await focused(page)).name, 'Back up now');

  await page.getByRole('table', { name: 'Backups' }).getByRole('row', { name: /by-hand/ }).getByText('Completed').waitFor();
  // It polls, and the focus stays where it is.
  assert.equal((await focused(page)).name, 'Back up now');
  await tabTo(page, 'Delete by-hand');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Delete by-hand?' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  assert.equal((await focused(page)).name, 'Delete by-hand');
  await page.keyboard.press('Enter');
  await tabTo(page, 'Delete');
  await page.keyboard.press('Enter');
  await page.getByText('No backups yet.').waitFor();
  await done();
});

test('an app is restored without a mouse', async () => {
  const member = await server.token('member');
  await server.backUp(member, 'shop', 'by-key');
  const { page, done } = await openPage(browser, server.url);
  await page.goto('/ui');
  await page.getByLabel('Token').fill(member);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  await tabTo(page, 'shop');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'by-key', exact: true }).waitFor();
  await tabTo(page, 'by-key');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'by-key' }).waitFor();
  await eventually('the button to be enabled', () => page.getByRole('button', { name: 'Restore' }).isEnabled());
  await tabTo(page, 'Restore');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  assert.equal((await focused(page)).name, 'shop, in place');
  // The arrow keys select a radio button.
  await page.keyboard.press('ArrowUp');
  assert.equal((await focused(page)).name, 'A directory of the server');
  await tabTo(page, 'Directory');
  await page.keyboard.insertText(join(server.restoreDirectory, 'by-key'));
  await page.keyboard.press('Enter');
  await page.getByRole('row', { name: /by-key/ }).getByText(/by-key$/).last().waitFor();
  await done();
});

test('a file is found, selected and restored without a mouse', async () => {
  const { page, done } = await openPage(browser, server.url);
  const member = await server.token('member');
  const { id } = await server.backUp(member, 'shop', 'keyed');
  await page.goto(`/ui#/apps/${(await server.backupsOf(member, 'shop')).split('/')[6]}/backups/${id}`);
  await page.getByLabel('Token').fill(member);
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'Browse files' }).waitFor();
  await tabTo(page, 'Browse files');
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'data/' }).waitFor();
  await tabTo(page, 'data/');
  await page.keyboard.press('Enter');
  await page.getByText('picture-7', { exact: true }).waitFor();
  await tabTo(page, 'Select picture-0');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Restore 1 selected entry' }).waitFor();
  await page.keyboard.press('Tab');
  assert.equal((await focused(page)).name, 'Download picture-0');
  await page.locator('body').evaluate(() => document.activeElement.blur());
  await tabTo(page, 'Restore 1 selected entry');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Restore keyed' }).getByText('Only /data/picture-0 is restored.').waitFor();
  assert.equal((await focused(page)).name, 'Directory');
  await page.keyboard.press('Escape');
  await done();
});

test('the bar above can be skipped, and the view stays', async () => {
  const { page, done } = await openPage(browser, server.url);
  await page.goto('/ui');
  await page.getByLabel('Token').fill(await server.token('viewer'));
  await page.keyboard.press('Enter');
  await page.getByRole('link', { name: 'shop', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'shop' }).waitFor();
  await page.locator('body').evaluate(() => document.activeElement.blur());
  await tabTo(page, 'Skip to the content');
  await page.keyboard.press('Enter');
  await tabTo(page, '← All apps');
  assert.match(page.url(), /#\/apps\//);
  await done();
});
