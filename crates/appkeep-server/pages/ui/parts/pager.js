// Shows a long list in parts, so that the page stays responsive.

import { el, setText } from '../dom.js';
import { count, integer } from '../format.js';

/** The number of items shown at a time. */
const SHOWN_MAX = 100;

/** Creates the buttons below a list of `noun`s. `onChange` is called when another part was selected. */
export function pager(noun, onChange, plural = `${noun}s`) {
  let first = 0;
  const move = (distance) => () => {
    first += distance;
    onChange();
  };
  const previous = el('button', { type: 'button', class: 'small', text: 'Previous', on: { click: move(-SHOWN_MAX) } });
  const next = el('button', { type: 'button', class: 'small', text: 'Next', on: { click: move(SHOWN_MAX) } });
  const position = el('span', { class: 'detail' });
  const node = el('nav', { class: 'pager', 'aria-label': `Parts of the list of ${plural}`, hidden: true }, previous, position, next);
  return {
    node,
    /** Starts from the first item again. */
    reset() {
      first = 0;
    },
    /** Returns the items to show. */
    select(items) {
      const lastStart = Math.max(0, Math.ceil(items.length / SHOWN_MAX) - 1) * SHOWN_MAX;
      first = Math.min(Math.max(0, first), lastStart);
      const shown = items.slice(first, first + SHOWN_MAX);
      node.hidden = items.length <= SHOWN_MAX;
      previous.disabled = first === 0;
      next.disabled = first === lastStart;
      setText(position, `${integer(first + 1)}–${integer(first + shown.length)} of ${count(items.length, noun, plural)}`);
      return shown;
    },
  };
}
