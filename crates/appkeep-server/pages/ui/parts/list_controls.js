// Search, filter, order and parts of a list.

import { el } from '../dom.js';
import { pager } from './pager.js';

/** Lists with more items than this have controls. */
export const UNCONTROLLED_MAX = 12;

/**
 * Creates the controls of a list of `noun`s. `filters` and `orders` are rows of label and function: a filter receives an
 * item, an order two. `nameOf` returns the searched text of an item. `onChange` is called after each change.
 */
export function listControls({ noun, plural = `${noun}s`, nameOf, filters, orders, onChange }) {
  const pages = pager(noun, onChange, plural);
  const search = el('input', { type: 'search', 'aria-label': `Search ${plural}`, placeholder: 'Search by name', autocomplete: 'off', spellcheck: 'false' });
  const filter = select(`Filter ${plural}`, filters);
  const order = select(`Sort ${plural}`, orders);
  const attributes = { class: 'controls', role: 'search', 'aria-label': `Search and sort ${plural}`, hidden: true };
  const node = el('div', attributes, search, filter, order);
  node.addEventListener('input', () => {
    pages.reset();
    onChange();
  });

  /** Returns the matching items in the selected order. Short lists have no controls. */
  function matching(items) {
    node.hidden = items.length <= UNCONTROLLED_MAX;
    const [compare] = orders.map(([, compare]) => compare);
    if (node.hidden) {
      return [...items].sort(compare);
    }
    const text = search.value.trim().toLowerCase();
    const [, matches] = filters[filter.selectedIndex];
    return items.filter((item) => nameOf(item).toLowerCase().includes(text) && matches(item))
      .sort(orders[order.selectedIndex][1]);
  }

  return {
    /** The controls above the list. */
    node,
    /** The buttons below the list. */
    pagerNode: pages.node,
    /** Returns the items to show. */
    select: (items) => pages.select(matching(items)),
  };
}

function select(label, rows) {
  return el('select', { 'aria-label': label }, ...rows.map(([text]) => el('option', { text })));
}
