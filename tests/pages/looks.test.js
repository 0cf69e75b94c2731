// Light and dark, desk and phone: pictures for people, and what can be told without them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertFits, DESK, launch, openApp, openPage, PHONE, picture, signIn } from './browser.js';
import { eventually, TestServer } from './server.js';

let server;
let browser;
let member;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  member = await server.token('member');
  await server.backUp(member, 'broken', 'before-the-disk-was-mounted');
  for (const night of ['monday', 'tuesday', 'wednesday', 'thursday']) {
    await server.backUp(member, 'shop', night);
  }
  await server.backUp(member, 'empty', 'nothing-in-it');
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

/** How bright a colour is, from 0 to 1. */
function brightness(colour) {
  const [red, green, blue] = colour.match(/[\d.]+/g).map(Number);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

/** How bright page and text are. */
async function tones(page) {
  const [back, text] = await page.evaluate(() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, style.color];
  });
  return { back: brightness(back), text: brightness(text) };
}

for (const colorScheme of ['light', 'dark']) {
  for (const [screen, viewport] of [['desk', DESK], ['phone', PHONE]]) {
    test(`the pages on a ${screen}, ${colorScheme}`, async () => {
      const { page, done } = await openPage(browser, server.url, { colorScheme, viewport, reducedMotion: 'reduce' });
      const look = async (what) => {
        await assertFits(page, what);
        await picture(page, `${what}-${screen}-${colorScheme}`);
      };
      await page.goto('/ui');
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      const { back, text } = await tones(page);
      assert.ok(colorScheme === 'light' ? back > 0.9 && text < 0.2 : back < 0.1 && text > 0.8, `${back}, ${text}`);
      await look('sign-in');
      await signIn(page, member);
      await page.getByText('1 latest backup failed').waitFor();
      await look('apps');
      await server.slowDown();
      const name = `run-${screen}-${colorScheme}`;
      await server.backUp(member, 'shop', name, ['running']);
      await openApp(page, 'shop');
      const bar = page.getByRole('progressbar', { name: `Progress of ${name}` });
      await eventually('a value between the ends', async () => Number(await bar.getAttribute('value')) > 20);
      await look('running');
      await server.failPoints();
      await bar.waitFor({ state: 'detached' });
      await look('app');
      await page.getByRole('button', { name: 'Back up now' }).click();
      await look('create');
      await page.keyboard.press('Escape');
      await page.getByRole('link', { name: 'All apps' }).click();
      await openApp(page, 'broken');
      await page.getByRole('rowheader', { name: 'before-the-disk-was-mounted' }).waitFor();
      await look('failed');
      await done();
    });
  }
}

test('nothing moves for those who mind', async () => {
  const { page, done } = await openPage(browser, server.url, { reducedMotion: 'reduce' });
  await signIn(page, member);
  const moving = await page.evaluate(() => document.getAnimations().length);
  assert.equal(moving, 0);
  await done();
});
