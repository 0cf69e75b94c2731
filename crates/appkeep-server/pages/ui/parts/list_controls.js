// Search, filter and order of a list.

import { el } from '../dom.js';

/** Lists with more items than this have controls. */
export const UNCONTROLLED_MAX = 12;

/**
 * Creates the controls of a list. `filters` and `orders` are rows of label and function: a filter receives an item, an order
 * two. `nameOf` returns the searched text of an item. `onChange` is called after each change.
 */
export function listControls({ label, nameOf, filters, orders, onChange }) {
  const search = el('input', { type: 'search', 'aria-label': `Search ${label}`, placeholder: 'Search by name', autocomplete: 'off', spellcheck: 'false' });
  const filter = select(`Filter ${label}`, filters);
  const order = select(`Sort ${label}`, orders);
  const node = el('div', { class: 'controls', role: 'search', 'aria-label': `Search and sort ${label}` }, search, filter, order);
  node.addEventListener('input', onChange);
  return {
    node,
    /** Returns the matching items in the selected order. Short lists have no controls. */
    select(items) {
      node.hidden = items.length <= UNCONTROLLED_MAX;
      const [compare] = orders.map(([, compare]) => compare);
      if (node.hidden) {
        return [...items].sort(compare);
      }
      const text = search.value.trim().toLowerCase();
      const [, matches] = filters[filter.selectedIndex];
      return items.filter((item) => nameOf(item).toLowerCase().includes(text) && matches(item))
        .sort(orders[order.selectedIndex][1]);
    },
  };
}

function select(label, rows) {
  return el('select', { 'aria-label': label }, ...rows.map(([text]) => el('option', { text })));
}
