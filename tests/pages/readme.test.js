// The screenshot in the README. `cargo xtask pages --update-docs` copies it to `docs/`.

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

test('the screenshot shows an app with three completed backups', async () => {
  const member = await server.token('member');
  for (const number of [1, 2, 3]) {
    await server.backUp(member, 'shop', `before-upgrade-${number}`, ['completed']);
  }
  const { page, done } = await openPage(browser, server.url, { viewport: { width: 1100, height: 760 }, reducedMotion: 'reduce' });
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('img', { name: /^Size: 3 backups/ }).waitFor();
  await page.getByText('No snapshots.').waitFor();
  await picture(page, 'dashboard');
  await done();
});
