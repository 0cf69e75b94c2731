// The creators of backups, snapshots and restores, by name.

import { CachedList } from './cached_list.js';

/** The names of an account's users, which are tokens and the server itself. */
export class Creators {
  #users;

  constructor(account) {
    this.#users = new CachedList((signal) => account.users(signal));
  }

  /** Returns a function that describes the creator of a resource. `schedules` are those of its app. */
  async describe(schedules, signal) {
    const users = await this.#users.list(signal);
    const names = new Map([
      ...schedules.map(({ id, name }) => [id, `schedule ${name}`]),
      // Only the server has created itself.
      ...users.map(({ id, firstName, metadata }) => [id, metadata.createdBy === id ? firstName : `token ${firstName}`]),
    ]);
    return ({ scheduleID, metadata }) => scheduleID
      ? names.get(scheduleID) ?? 'a deleted schedule'
      : names.get(metadata.createdBy) ?? metadata.createdBy;
  }
}
