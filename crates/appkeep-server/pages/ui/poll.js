// Polls the server: one pass at a time, no pass while the page is hidden, and longer pauses after failures.

/** The longest pause, in milliseconds. */
const PAUSE_MAX = 30_000;
/** The pause after the first failed pass, in milliseconds. It doubles with each further failure. */
const PAUSE_AFTER_FAILURE = 2_000;

/** The pause after a pass is at least this many times its duration. */
const PAUSE_SHARE = 8;

/**
 * Returns the pause after a pass that began at `start`, in milliseconds: `pause`, or longer for lists that take long to
 * fetch and show.
 */
export function pauseAfter(start, pause) {
  return Math.min(PAUSE_MAX, Math.max(pause, PAUSE_SHARE * (performance.now() - start)));
}

/** Runs `pass` repeatedly until stopped. `pass` receives an abort signal and returns the next pause in milliseconds. */
export class Poll {
  #pass;
  #onError;
  #controller = null;
  #timer = null;
  #failures = 0;

  /** `onError` receives errors; polling ends if it returns `false`. */
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

  /** Starts a pass immediately and aborts the current one. */
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
