// Signing in and out, and what a session leaves behind.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openPage, signIn } from './browser.js';
import { eventually, TestServer } from './server.js';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** What the browser keeps of this server. */
const kept = (page) => page.evaluate(() => ({
  session: Object.values(sessionStorage).join(),
  local: localStorage.length,
  cookies: document.cookie,
}));

test('the address without a path leads to the dashboard', async () => {
  const { page, done } = await openPage(browser, server.url);
  await page.goto('/');
  assert.equal(new URL(page.url()).pathname, '/ui');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await done();
});

test('a wrong token is refused in words, and kept nowhere', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /status of 401/ });
  await page.goto('/ui');
  await page.getByLabel('Token').fill('appkeep_unknown');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('alert').filter({ hasText: 'Invalid token.' }).waitFor();
  assert.deepEqual(await kept(page), { session: '', local: 0, cookies: '' });
  await done();
});

test('a session outlives a reload only if it is to be kept, and nothing outlives signing out', async () => {
  const token = await server.token('member');
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, token);
  assert.ok(!page.url().includes(token));
  await page.reload();
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
  assert.ok((await kept(page)).session.includes(token));
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  assert.deepEqual(await kept(page), { session: '', local: 0, cookies: '' });

  await page.getByLabel('Stay signed in until this tab is closed').uncheck();
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
  assert.deepEqual(await kept(page), { session: '', local: 0, cookies: '' });
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await done();
});

test('a token of one account shows its name, one of several a choice', async () => {
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, await server.token('viewer'));
  await page.locator('#account').getByText('acme').waitFor();
  await page.locator('#account').getByText('viewer').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await signIn(page, await server.token('owner', '*'));
  const choice = page.getByLabel('Account');
  await choice.selectOption('acme');
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  await choice.selectOption('other');
  await page.getByText('No apps yet.').waitFor();
  assert.equal(await page.getByRole('listitem').count(), 0);
  await done();
});

test('a hidden page sends no requests', async () => {
  const { page, done } = await openPage(browser, server.url);
  await page.clock.install();
  await signIn(page, await server.token('viewer'));
  let asked = 0;
  page.on('request', () => {
    asked += 1;
  });
  const look = async (isHidden) => {
    await page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, isHidden);
  };
  await page.clock.runFor(60_000);
  await eventually('another round', async () => asked > 0);
  await look(true);
  await page.waitForLoadState('networkidle');
  const before = asked;
  await page.clock.runFor(600_000);
  assert.equal(asked, before);
  await look(false);
  await eventually('a round at once', async () => asked > before);
  await done();
});
