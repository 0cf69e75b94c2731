// The directories that contain the current one, as links.

import { el } from '../dom.js';
import { ancestors, nameOf, ROOT } from '../file_path.js';

/** Creates the links. `rootName` is the name of the root, and `hrefOf` returns the address of a path. */
export function breadcrumb(path, rootName, hrefOf) {
  const paths = ancestors(path);
  const items = paths.map((ancestor) => {
    const text = ancestor === ROOT ? rootName : nameOf(ancestor);
    return el('li', {}, ancestor === path
      ? el('span', { 'aria-current': 'page', text })
      : el('a', { href: hrefOf(ancestor), text }));
  });
  return el('nav', { class: 'breadcrumb', 'aria-label': 'Path' }, el('ol', {}, ...items));
}
