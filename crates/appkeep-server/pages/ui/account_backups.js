// The backups of an account, by app.
//
// Backups in the account-wide list don't name their app. This index learns it from the lists of the apps, once per backup,
// so that a refresh is one request, regardless of the number of apps. Further requests are only sent for new backups
// that neither this page nor a known schedule created.

/** The maximum number of concurrent requests. */
const CONCURRENCY_MAX = 6;

/** The backups of one account. Keep it while the account is selected. */
export class AccountBackups {
  #account;
  /** Ids of apps by id of backup; `null` for backups that were deleted before their app was known. */
  #appByBackup = new Map();
  #appBySchedule = new Map();

  constructor(account) {
    this.#account = account;
  }

  get accountId() {
    return this.#account.id;
  }

  /** Records the app of a new backup. */
  learn(backup, appId) {
    this.#appByBackup.set(backup.id, appId);
  }

  /**
   * Returns the account's apps, each with its backups, newest first, and whether the lists are complete. `onProgress`
   * receives the number of apps of which backups were requested, and the number of all apps.
   */
  async list(signal, onProgress) {
    const { items: backups, isComplete } = await this.#account.allBackups(signal);
    // After the backups, so that all of their apps are listed.
    const apps = await this.#account.apps(signal);
    await this.#learnAll(apps, backups, signal, onProgress);
    const lists = new Map(apps.map(({ id }) => [id, []]));
    const known = new Map();
    for (const backup of backups) {
      const appId = this.#appByBackup.get(backup.id);
      known.set(backup.id, appId);
      lists.get(appId)?.push(backup);
      if (backup.scheduleID && appId) {
        this.#appBySchedule.set(backup.scheduleID, appId);
      }
    }
    this.#appByBackup = known;
    return { items: apps.map((app) => ({ id: app.id, app, backups: lists.get(app.id) })), backups, isComplete };
  }

  async #learnAll(apps, backups, signal, onProgress) {
    const unknown = new Set();
    for (const { id, scheduleID } of backups) {
      if (!this.#appByBackup.has(id)) {
        const appId = this.#appBySchedule.get(scheduleID);
        if (appId) {
          this.#appByBackup.set(id, appId);
        } else {
          unknown.add(id);
        }
      }
    }
    let done = 0;
    await eachConcurrently(apps, async ({ id: appId }) => {
      if (unknown.size > 0) {
        for (const id of await this.#account.backupIds(appId, signal)) {
          this.#appByBackup.set(id, appId);
          unknown.delete(id);
        }
        done += 1;
        onProgress(done, apps.length);
      }
    });
    unknown.forEach((id) => this.#appByBackup.set(id, null));
  }
}

/** Calls `work` with all items, at most `CONCURRENCY_MAX` at a time. */
async function eachConcurrently(items, work) {
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      next += 1;
      await work(items[next - 1]);
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY_MAX, items.length) }, worker));
}
