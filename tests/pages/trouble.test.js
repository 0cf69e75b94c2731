// When things go wrong: the server is gone, or the token is good no more.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { launch, openApp, openPage, picture, signIn } from './browser.js';
import { TestServer } from './server.js';

let server;
let browser;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('a server that is gone is told, what was known stays, and all is well when it is back', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET/ });
  await signIn(page, await server.token('member'));
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  const { address } = server;
  await server.halt();
  const notice = page.getByRole('status').filter({ hasText: 'The server is not responding.' });
  await notice.waitFor();
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  await picture(page, 'gone-light');
  await server.run(address);
  await notice.waitFor({ state: 'hidden', timeout: 40_000 });
  await openApp(page, 'shop');
  await done();
});

test('a token that is revoked ends the session', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /status of 401/ });
  const token = await server.token('viewer');
  await signIn(page, token);
  await server.revoke(token);
  await page.getByRole('alert').filter({ hasText: 'You were signed out' }).waitFor();
  assert.equal(await page.evaluate(() => sessionStorage.length), 0);
  await done();
});

test('an app that isn’t there leads back to those that are', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /status of 404/ });
  await signIn(page, await server.token('viewer'));
  await page.goto('/ui#/apps/00000000-0000-4000-8000-000000000000');
  await page.getByText('App not found.').waitFor();
  await page.locator('main').getByRole('link', { name: 'All apps' }).click();
  await page.getByRole('link', { name: 'shop', exact: true }).waitFor();
  await done();
});

test('details that a restore could not give back are shown', { skip: process.getuid() !== 0 && 'mounting needs root' }, async () => {
  const member = await server.token('member');
  await server.tagFile('shop');
  const backup = await server.backUp(member, 'shop', 'tagged');
  const unmount = await server.hideVolumes();
  try {
    assert.equal((await server.restore(member, 'shop', backup)).state, 'ready');
    const { page, done } = await openPage(browser, server.url);
    await signIn(page, member);
    await openApp(page, 'shop');
    await page.getByRole('table', { name: 'Restores' }).getByText(/^extended attributes of 1 entry not restored .*user\.tag/).waitFor();
    await done();
  } finally {
    await unmount();
  }
});
