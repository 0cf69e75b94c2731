// A section of a page, with its title.

import { el } from '../dom.js';

/** Creates a section. `name` is unique on the page. */
export function section(title, name, ...children) {
  return el('section', { 'aria-labelledby': `${name}-title` },
    el('h2', { id: `${name}-title`, text: title }), ...children);
}
