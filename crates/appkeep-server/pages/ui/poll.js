// Looking again and again, within bounds: one round at a time, none while nobody sees the page, and less often while
// the server is in trouble.

/** The longest pause after rounds that failed, in milliseconds. */
const PAUSE_MAX = 30_000;
/** The pause after the first that did. */
const PAUSE_AFTER_FAILURE = 2_000;

/** Runs `round` (given an abort signal) until it is stopped. A round answers how long to pause, in milliseconds. */
export class Poll {
  #pass;
  #onError;
  #controller = null;
  #timer = null;
  #failures = 0;

  /** `failed` is told of errors; an answer of `false` ends the polling. */
  constructor(pass, onError) {
    this.#pass = pass;
    this.#onError = onError;
  }

  start() {
    document.addEventListener('visibilitychange', this.#visibilityChanged);
    this.now();
  }

  stop() {
    document.removeEventListener('visibilitychange', this.#visibilityChanged);
    this.#cancel();
  }

  /** Begins a round now; one that is under way is dropped. */
  async now() {
    this.#cancel();
    const controller = new AbortController();
    this.#controller = controller;
    let pause;
    try {
      pause = await this.#pass(controller.signal);
      this.#failures = 0;
    } catch (error) {
      if (controller.signal.aborted) {
        return;
      }
      if (this.#onError(error) === false) {
        return;
      }
      pause = Math.min(PAUSE_MAX, PAUSE_AFTER_FAILURE * 2 ** this.#failures);
      this.#failures += 1;
    }
    if (!controller.signal.aborted && !document.hidden) {
      this.#timer = setTimeout(() => this.now(), pause);
    }
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#controller?.abort();
    this.#controller = null;
  }

  #visibilityChanged = () => {
    if (document.hidden) {
      clearTimeout(this.#timer);
    } else {
      this.now();
    }
  };
}
