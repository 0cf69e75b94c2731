// The screenshots in the README and in `docs/`. `cargo xtask pages --update-docs` copies them there.

import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { launch, openApp, openPage, picture, signIn } from './browser.js';
import { eventually, TestServer } from './server.js';

const VIEW = { viewport: { width: 1100, height: 760 }, reducedMotion: 'reduce' };

let server;
let browser;
let member;

before(async () => {
  [server, browser] = await Promise.all([TestServer.start(), launch()]);
  member = await server.token('member');
  const volume = server.volume('shop');
  await mkdir(join(volume, 'invoices'));
  await writeFile(join(volume, 'invoices/2026-11.pdf'), 'invoice');
  await symlink('invoices/2026-11.pdf', join(volume, 'latest invoice.pdf'));
  for (const number of [1, 2, 3]) {
    await server.backUp(member, 'shop', `before-upgrade-${number}`, ['completed']);
  }
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

test('the screenshot shows an app with three completed backups', async () => {
  const { page, done } = await openPage(browser, server.url, VIEW);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('img', { name: /^Size: 3 backups/ }).waitFor();
  await page.getByText('No snapshots.').waitFor();
  await picture(page, 'dashboard');
  await done();
});

test('the screenshot shows the files of a backup', async () => {
  const { page, done } = await openPage(browser, server.url, VIEW);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('link', { name: 'before-upgrade-3', exact: true }).click();
  await page.getByRole('link', { name: 'Browse files' }).click();
  await page.getByRole('link', { name: 'data/', exact: true }).click();
  await page.getByLabel('Select picture-1', { exact: true }).check();
  await page.getByLabel('Select picture-10', { exact: true }).check();
  await page.getByRole('button', { name: 'Restore 2 selected entries' }).waitFor();
  await picture(page, 'dashboard-files');
  await done();
});

test('the screenshot shows a restore in progress', async () => {
  const [, , account, , , , app] = (await server.backupsOf(member, 'shop')).split('/');
  const { items: [{ id }] } = await server.ask(member, 'GET', await server.backupsOf(member, 'shop'));
  const restore = (request) => server.ask(member, 'POST', `/accounts/${account}/k8s/v1/apps/${app}/appRestores`, {
    type: 'application/astra-appRestore', version: '1.0', backupID: id, ...request,
  });
  await restore({ target: join(server.restoreDirectory, 'invoices'), include: ['/data/invoices'] });
  const { page, done } = await openPage(browser, server.url, VIEW);
  await signIn(page, member);
  await openApp(page, 'shop');
  await page.getByRole('table', { name: 'Restores' }).getByText('Completed').waitFor();
  await server.failPoints('restore.swapping:1:slow=5000');
  await restore({ inPlace: true });
  const bar = page.getByRole('region', { name: 'Restores in progress' }).getByRole('progressbar');
  await eventually('progress', async () => await bar.count() === 1 && Number(await bar.getAttribute('value')) > 0);
  await picture(page, 'dashboard-restore');
  await server.failPoints();
  await done();
});
