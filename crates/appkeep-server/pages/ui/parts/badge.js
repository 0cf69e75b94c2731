// The label of a state, with a mark. Marks differ in shape as well as colour, for users who can't distinguish colours.

import { el, setAttribute, setText } from '../dom.js';
import { describe } from '../states.js';

/** Creates a label. `describeState` returns the label, tone and description of a state. */
export function badge(describeState = describe) {
  const node = el('span', { class: 'badge' });
  return {
    node,
    update(state) {
      const { label, tone, description } = describeState(state);
      setText(node, label);
      setAttribute(node, 'data-tone', tone);
      setAttribute(node, 'title', description || null);
    },
  };
}
