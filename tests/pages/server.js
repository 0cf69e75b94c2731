// A real server in a temporary directory, and what tests do to it beside the browser.

import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const BINARY = required('APPKEEP_BINARY');
const MIB = 1024 * 1024;

/** How much `shop` has. */
export const SHOP_MIB = 12;

/** The default duration of each read of a slow backup, in milliseconds. */
const READ_MILLIS = 25;
/** The number of concurrent requests that create backups. */
const CONCURRENCY = 8;

/** The name of every token. */
export const TOKEN_NAME = 'browser';

/** A name as long as they get. */
export const LONG_NAME = 'a-name-as-long-as-they-get-with-63-characters-and-not-one-more1';

/** Tables of `shop`, and more apps: `empty` has no bytes, the volume of `broken` doesn't exist, the first hook of `hooked` fails. */
const APPS = `[[accounts.apps.schedules]]
name = "yearly"
cron = "0 3 1 1 *"
zone = "Europe/Berlin"

[[accounts.apps]]
name = "empty"
volumes = { data = "empty" }

[[accounts.apps]]
name = "broken"
volumes = { data = "not-there" }

[[accounts.apps]]
name = "hooked"
volumes = { data = "empty" }

[[accounts.apps.hooks]]
name = "quiesce"
stage = "pre-snapshot"
command = ["false"]

[[accounts.apps.hooks]]
name = "release"
stage = "post-snapshot"
command = ["printf", "tables: 7\\nreleased"]

[[accounts.apps]]
name = "${LONG_NAME}"
volumes = { data = "empty" }
`;

const SECOND_BUCKET = `[[accounts.buckets]]
name = "spare"
path = "spare"
`;

/**
 * The configuration of all tests that start processes, with more for `acme`. The account `other` has no apps. The volume
 * of `shop` has a parent of its own, which can be hidden.
 */
const CONFIG = readFileSync(new URL('../launcher/src/appkeep.toml', import.meta.url), 'utf8')
  .replace('"volume"', '"volumes/shop"')
  .replace('[server]', '[server]\napp_jobs_max = 100000\nrestore_directories = ["restored"]')
  .replace('[[accounts.buckets]]', `${APPS}\n$&`)
  .replace('[[accounts]]\nname = "other"', `${SECOND_BUCKET}\n$&`);

const moreNames = (count) => Array.from({ length: count }, (_, index) => `app-${String(index + 1).padStart(4, '0')}`);

function appTables(names) {
  return names.map((name) => `[[accounts.apps]]\nname = "${name}"\nvolumes = { data = "volumes/${name}" }\n\n`).join('');
}

function required(variable) {
  const value = process.env[variable];
  if (!value) {
    throw new Error(`${variable} isn't set: run \`cargo xtask pages\``);
  }
  return value;
}

/** Looks again and again until `look` finds something; how long it may take is in milliseconds. */
export async function eventually(what, look, patience = 30_000) {
  const begun = Date.now();
  for (;;) {
    const found = await look();
    if (found) {
      return found;
    }
    if (Date.now() - begun > patience) {
      throw new Error(`timed out after ${patience} ms waiting for ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A running server; `stop` it in the end. */
export class TestServer {
  #dir;
  #child;
  #lines;
  #log;

  /** Starts a server, with `moreApps` apps that have no bytes: `app-0001` and so on. `isQuiet` discards its log. */
  static async start({ moreApps = 0, isQuiet = false } = {}) {
    const names = moreNames(moreApps);
    const server = new TestServer();
    server.#dir = await mkdtemp(join(tmpdir(), 'appkeep-pages-'));
    server.#log = isQuiet ? 'ignore' : 'inherit';
    for (const dir of ['volumes/shop', 'empty', 'bucket', 'spare', 'restored', ...names.map((name) => `volumes/${name}`)]) {
      await mkdir(join(server.#dir, dir), { recursive: true });
    }
    await server.#changeShop();
    await writeFile(join(server.#dir, 'appkeep.toml'), CONFIG.replace('[[accounts.buckets]]', `${appTables(names)}$&`));
    await server.run('127.0.0.1:0');
    return server;
  }

  /** Starts the process, the first time or again. */
  async run(listen) {
    const { config, data } = this.#paths();
    this.#child = spawn(BINARY, ['serve', '--config', config, '--data', data, '--listen', listen], {
      stdio: ['pipe', 'pipe', this.#log],
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
    const line = await this.#line();
    this.url = line.replace(/^appkeep is ready on /, '');
    if (this.url === line) {
      throw new Error(`the server said ${line}`);
    }
  }

  /** The address that it listens on. */
  get address() {
    return new URL(this.url).host;
  }

  /** Makes a token for an account, or for all (`*`). */
  async token(role, account = 'acme') {
    const { data } = this.#paths();
    const { stdout } = await promisify(execFile)(BINARY,
      ['token', 'create', '--data', data, '--account', account, '--role', role, '--name', TOKEN_NAME]);
    return stdout.trim();
  }

  /** Sets what happens at the named places of the server; without rules, nothing does. */
  async failPoints(rules = '') {
    this.#child.stdin.write(`${rules}\n`);
    const answer = await this.#line();
    if (answer !== `fail points: ${rules}`) {
      throw new Error(answer);
    }
  }

  /** Backups of `shop` have much to read from now on, and read slowly until the fail points are reset. */
  async slowDown(readMillis = READ_MILLIS) {
    // What hasn't changed since the backup before isn't read again.
    await this.#changeShop();
    await this.failPoints(`backup.bytes_read:1:slow=${readMillis}`);
  }

  /** Requests backups of an app, which are named `queued-1` and so on. */
  async queue(token, appName, count) {
    const path = await this.backupsOf(token, appName);
    let next = 1;
    const worker = async () => {
      while (next <= count) {
        const name = `queued-${next}`;
        next += 1;
        await this.ask(token, 'POST', path, { type: 'application/astra-appBackup', version: '1.1', name });
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  }

  /** Asks the API. */
  async ask(token, method, path, body, headers) {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`${method} ${path}: ${response.status} ${text}`);
    }
    return text ? JSON.parse(text) : undefined;
  }

  /** The directory of an app's volume. */
  volume(name) {
    return join(this.#dir, 'volumes', name);
  }

  /** The directory below which data may be restored. */
  get restoreDirectory() {
    return join(this.#dir, 'restored');
  }

  /** Puts a file with an extended attribute into an app's volume. */
  async tagFile(volume) {
    const file = join(this.volume(volume), 'tagged');
    await writeFile(file, 'tagged');
    await promisify(execFile)('python3', ['-c', 'import os, sys; os.setxattr(sys.argv[1], "user.tag", b"value")', file]);
  }

  /** Mounts a file system that stores no extended attributes over the volumes, and gives what unmounts it. Needs root. */
  async hideVolumes() {
    const volumes = join(this.#dir, 'volumes');
    await promisify(execFile)('mount', ['-t', 'ramfs', 'ramfs', volumes]);
    return () => promisify(execFile)('umount', ['--lazy', volumes]);
  }

  /** Runs a schedule of `shop` now. */
  async runSchedule(name) {
    const { data } = this.#paths();
    await promisify(execFile)(BINARY, ['schedule', 'run', name, '--data', data]);
  }

  /** Restores an app from a backup, and waits until that has ended. */
  async restore(token, appName, backup) {
    const [, , account, , , , app] = (await this.backupsOf(token, appName)).split('/');
    const path = `/accounts/${account}/k8s/v2/apps/${app}`;
    await this.ask(token, 'PUT', path, { type: 'application/astra-app', version: '2.2', backupID: backup.id }, { ForceUpdate: 'true' });
    return eventually('the restore to end', async () => {
      const now = await this.ask(token, 'GET', path);
      return now.state === 'restoring' ? null : now;
    });
  }

  /** The path of an app's backups. */
  async backupsOf(token, appName) {
    const { items } = await this.ask(token, 'GET', '/accounts');
    const account = items.find(({ name }) => name === 'acme');
    const apps = await this.ask(token, 'GET', `/accounts/${account.id}/k8s/v2/apps`);
    const app = apps.items.find(({ name }) => name === appName);
    return `/accounts/${account.id}/k8s/v1/apps/${app.id}/appBackups`;
  }

  /** Has a backup made, and waits until it is in one of `states`. */
  async backUp(token, appName, name, states = ['completed', 'failed']) {
    const path = await this.backupsOf(token, appName);
    const backup = await this.ask(token, 'POST', path, { type: 'application/astra-appBackup', version: '1.1', name });
    return eventually(`${name} to be ${states}`, async () => {
      const now = await this.ask(token, 'GET', `${path}/${backup.id}`);
      return states.includes(now.state) ? now : null;
    });
  }

  /** Ends the process; what it remembers stays. */
  async halt() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGTERM');
    await ended;
  }

  /** Ends the process and removes everything. */
  async stop() {
    await this.halt();
    await rm(this.#dir, { recursive: true, force: true });
  }

  /** Revokes a token. */
  async revoke(token) {
    await promisify(execFile)(BINARY, ['token', 'revoke', '--data', this.#paths().data, token]);
  }

  async #changeShop() {
    for (let number = 0; number < SHOP_MIB; number += 1) {
      await writeFile(join(this.#dir, 'volumes/shop', `picture-${number}`), randomBytes(MIB));
    }
  }

  #paths() {
    return { config: join(this.#dir, 'appkeep.toml'), data: join(this.#dir, 'data') };
  }

  async #line() {
    const { value, done } = await this.#lines.next();
    if (done) {
      throw new Error('the server ended');
    }
    return value;
  }
}
