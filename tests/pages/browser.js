// Chromium, and pages that are watched: every complaint of the browser fails the test.

import assert from 'node:assert/strict';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

import { chromium } from 'playwright-core';

/** How wide a phone is, and a desk's screen; in pixels. */
export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 860 };

/** The source of axe-core, which is evaluated in pages. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const RESULTS = process.env.APPKEEP_RESULTS ?? '.';

/** Starts the browser that is installed. */
export function launch() {
  return chromium.launch({ executablePath: installed(process.env.APPKEEP_BROWSER ?? 'chromium') });
}

function installed(name) {
  for (const dir of process.env.PATH.split(delimiter)) {
    const path = join(dir, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not there.
    }
  }
  throw new Error(`${name} isn't installed`);
}

/**
 * A new page of a person of its own, on a server. `done` closes it, and fails when the browser complained: of an error,
 * of something forbidden by the policy, or because another origin was asked. `allow` is what may be complained of.
 */
export async function openPage(browser, url, { allow = null, ...options } = {}) {
  const context = await browser.newContext({ baseURL: url, viewport: DESK, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  const complain = (text) => {
    if (!allow?.test(text)) {
      complaints.push(text);
    }
  };
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complain(`console: ${message.text()}`);
    }
  });
  page.on('pageerror', (error) => complain(`error: ${error.message}`));
  const origin = new URL(url).origin;
  page.on('request', (request) => {
    const asked = request.url();
    if (!asked.startsWith(`${origin}/`) && !asked.startsWith('data:')) {
      complain(`another origin was asked: ${asked}`);
    }
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  const done = async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  };
  return { page, context, done };
}

/** Signs in, and waits until the apps are there. */
export async function signIn(page, token) {
  await page.goto('/ui');
  await page.getByLabel('Token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Apps' }).waitFor();
}

/** Goes from all apps to one. */
export async function openApp(page, name) {
  await page.getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

/** Fails if axe-core reports a violation. */
export async function assertAccessible(page, what) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(document, { resultTypes: ['violations'] });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.slice(0, 3).map(({ target }) => target).join(' ')}`);
  });
  assert.deepEqual(violations, [], what);
}

/** Leaves a picture of the whole page for people to look at. */
export async function picture(page, name) {
  await page.screenshot({ path: join(RESULTS, `${name}.png`), fullPage: true });
}

/** Fails when the page is wider than the screen. */
export async function assertFits(page, what) {
  const { content, screen, wide } = await page.evaluate(() => {
    const screen = document.documentElement.clientWidth;
    const wide = [...document.querySelectorAll('body *')].filter((node) => {
      const { right, width } = node.getBoundingClientRect();
      return width > 0 && right > screen + 0.5 && !node.closest('.visually-hidden, pre, svg');
    });
    return {
      content: document.documentElement.scrollWidth,
      screen,
      wide: wide.slice(0, 5).map((node) => `${node.tagName}.${node.className}`),
    };
  });
  assert.ok(content <= screen, `${what}: ${content} pixels on a screen of ${screen}: ${wide}`);
}
