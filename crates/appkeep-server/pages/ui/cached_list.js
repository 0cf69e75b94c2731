// A list that is requested again only after a time.

/** The maximum age of the items, in milliseconds. */
const AGE_MAX = 30_000;

export class CachedList {
  #fetch;
  #items = [];
  #fetchedAt = -Infinity;

  /** `fetch` requests the items; it receives an abort signal. */
  constructor(fetch) {
    this.#fetch = fetch;
  }

  async list(signal) {
    if (performance.now() - this.#fetchedAt > AGE_MAX) {
      this.#items = await this.#fetch(signal);
      this.#fetchedAt = performance.now();
    }
    return this.#items;
  }
}
