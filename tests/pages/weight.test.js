// The first page: its weight, and its accessibility.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertAccessible, assertFits, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { TestServer } from './server.js';

/** The maximum number of bytes that are transferred until the first page is shown. */
const BYTES_MAX = 100_000;

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the first page weighs less than 100 KB', async () => {
  const { page, done } = await openPage(browser, server.url);
  const sizes = [];
  page.on('requestfinished', (request) => sizes.push(request.sizes()));
  await signIn(page, await server.token('member'));
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  const bytes = (await Promise.all(sizes)).reduce((sum, { responseBodySize, responseHeadersSize }) => sum + responseBodySize + responseHeadersSize, 0);
  assert.ok(sizes.length > 20, `${sizes.length} requests`);
  assert.ok(bytes < BYTES_MAX, `${bytes} bytes`);
  await done();
});

test('the sign-in card fits a phone with its help open', async () => {
  const { page, done } = await openPage(browser, server.url, { viewport: PHONE });
  await page.goto('/ui');
  await page.getByText('Where do I get a token?').click();
  await assertFits(page, 'the sign-in card');
  await picture(page, 'sign-in-help-phone');
  await done();
});

for (const colorScheme of ['light', 'dark']) {
  test(`axe-core reports nothing, ${colorScheme}`, async () => {
    const member = await server.token('member');
    await server.backUp(member, 'shop', `completed-${colorScheme}`);
    await server.backUp(member, 'broken', `failed-${colorScheme}`);
    const { page, done } = await openPage(browser, server.url, { colorScheme, reducedMotion: 'reduce' });
    await page.goto('/ui');
    await page.getByText('Where do I get a token?').click();
    await assertAccessible(page, 'sign in');
    await signIn(page, member);
    await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
    await assertAccessible(page, 'all apps');
    await openApp(page, 'shop');
    await page.getByRole('link', { name: `completed-${colorScheme}` }).waitFor();
    await assertAccessible(page, 'an app');
    await page.getByRole('button', { name: 'Back up now' }).click();
    await page.getByRole('dialog').waitFor();
    await assertAccessible(page, 'a dialog');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: `completed-${colorScheme}` }).click();
    await page.getByRole('button', { name: 'Restore' }).waitFor();
    await assertAccessible(page, 'a backup');
    await page.setViewportSize(PHONE);
    await assertAccessible(page, 'a backup on a phone');
    await page.getByRole('link', { name: '← shop' }).click();
    await page.getByRole('link', { name: `completed-${colorScheme}` }).waitFor();
    await assertAccessible(page, 'an app on a phone');
    await done();
  });
}
