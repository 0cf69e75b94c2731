// The label of a state, with a mark. Marks differ in shape as well as colour, for users who can't distinguish colours.

import { el, setAttribute, setText } from '../dom.js';
import { describe } from '../states.js';

export function badge() {
  const node = el('span', { class: 'badge' });
  return {
    node,
    update(state) {
      const { label, tone, description } = describe(state);
      setText(node, label);
      setAttribute(node, 'data-tone', tone);
      setAttribute(node, 'title', description || null);
    },
  };
}
