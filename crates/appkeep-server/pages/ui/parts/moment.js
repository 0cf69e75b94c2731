// A time: relative to now, and exact with the zone.

import { el, setAttribute, setText } from '../dom.js';
import { ago, exact } from '../format.js';

/** Creates a time. `isExact` shows the exact time below the relative one; otherwise it is the tooltip. */
export function moment(isExact = false) {
  const relative = el('span', {});
  const full = isExact ? el('small', {}) : null;
  const node = el('time', { class: isExact ? 'moment' : null }, relative, full);
  return {
    node,
    /** Shows a date, or `placeholder` if it is `null`. */
    update(date, placeholder = '–') {
      setText(relative, date ? ago(date) : placeholder);
      setAttribute(node, 'datetime', date ? date.toISOString() : null);
      if (full) {
        setText(full, date ? exact(date) : '');
      } else {
        setAttribute(node, 'title', date ? exact(date) : null);
      }
    },
  };
}
