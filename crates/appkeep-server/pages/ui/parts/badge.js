// A state: a word, with a mark whose shape differs, too, for those who don't see the colours.

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
