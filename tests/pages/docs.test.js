// The API reference: all of the contract, from this server alone.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { assertFits, launch, openPage, PHONE, picture, signIn } from './browser.js';
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

/** The ids of all operations, as they stand in the contract; links name some again, deeper in. */
async function operationIds() {
  const text = await readFile(new URL('../../spec/openapi.yaml', import.meta.url), 'utf8');
  return [...text.matchAll(/^ {6}operationId: (\w+)$/gm)].map(([, id]) => id)
    .filter((id, index, all) => all.indexOf(id) === index);
}

test('every operation is there', async () => {
  const { page, done } = await openPage(browser, server.url);
  await page.goto('/docs');
  await page.locator('.opblock').first().waitFor();
  const shown = await page.locator('.opblock-summary-operation-id').allTextContents();
  const plain = shown.map((id) => id.replaceAll('\u200b', ''));
  const wanted = await operationIds();
  assert.ok(wanted.length >= 13);
  assert.deepEqual([...plain].sort(), [...wanted].sort());
  await picture(page, 'docs-light');
  await done();
});

test('an operation is tried out on this server', async () => {
  const { page, done } = await openPage(browser, server.url, { allow: /status of 401/ });
  await page.goto('/docs');
  const operation = page.locator('.opblock').filter({ hasText: /app_\u200b?list/ });
  await operation.locator('.opblock-summary-control').click();
  await operation.getByRole('button', { name: 'Try it out' }).click();
  await operation.getByPlaceholder('account_id').fill('00000000-0000-4000-8000-000000000000');
  await operation.getByRole('button', { name: 'Execute' }).click();
  const url = await operation.locator('.request-url pre').innerText();
  assert.ok(url.startsWith(`${server.url}/accounts/`), url);
  await operation.locator('.live-responses-table').getByText('401').first().waitFor();
  await picture(page, 'docs-operation-light');
  await done();
});

test('users of the dashboard try out operations with their token and real ids', async () => {
  const member = await server.token('member');
  const backup = await server.backUp(member, 'shop', 'real');
  await server.restore(member, 'shop', backup);
  const { page, done } = await openPage(browser, server.url);
  await signIn(page, member);
  await page.getByRole('link', { name: 'API reference' }).click();
  const execute = async (id) => {
    const operation = page.locator('.opblock').filter({ has: page.locator(`.opblock-summary-operation-id:text-is("${id}")`) });
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    const response = page.waitForResponse((found) => found.url().includes('/accounts/'));
    await operation.getByRole('button', { name: 'Execute' }).click();
    return (await response).json();
  };
  // Swagger UI shows operation ids with invisible spaces.
  const spaced = (id) => id.replaceAll('_', '_\u200b');
  assert.deepEqual((await execute(spaced('app_list'))).items.length, 5);
  const apps = await server.ask(member, 'GET', (await server.backupsOf(member, 'shop')).replace(/k8s.*/, 'k8s/v2/apps'));
  assert.ok(apps.items.length > 0);
  assert.deepEqual((await execute(spaced('app_backup_list_all'))).items.map(({ id }) => id), [backup.id]);
  assert.equal((await execute(spaced('app_schedule_fetch_for_app'))).name, 'yearly');
  assert.equal((await execute(spaced('app_restore_fetch_for_app'))).backupID, backup.id);
  await done();
});

test('the reference in the dark, and on a phone', async () => {
  const { page, done } = await openPage(browser, server.url, { colorScheme: 'dark', viewport: PHONE });
  await page.goto('/docs');
  await page.locator('.opblock').first().waitFor();
  await assertFits(page, 'the reference');
  await picture(page, 'docs-phone-dark');
  await done();
});
