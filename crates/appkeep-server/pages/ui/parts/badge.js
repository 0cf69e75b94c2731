// A state: a word, with a mark whose shape differs, too, for those who don't see the colours.

import { el, setAttribute, setText } from '../dom.js';
import { describe } from '../states.js';

export function badge() {
  const node = el('span', { class: 'badge' });
  return {
    node,
    update(state) {
      const { word, mood, meaning } = describe(state);
      setText(node, word);
      setAttribute(node, 'data-mood', mood);
      setAttribute(node, 'title', meaning || null);
    },
  };
}
