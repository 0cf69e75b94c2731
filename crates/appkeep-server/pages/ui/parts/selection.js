// The selection of several items of a list, and an action on them.

import { el, setText } from '../dom.js';
import { count } from '../format.js';

/** Creates the bar above a list of `noun`s, with a button that calls `act` with the ids of the selected items. */
export function selection(noun, action, act) {
  const ids = new Set();
  let selectable = [];
  let onChange = () => {};
  const all = el('input', { type: 'checkbox' });
  const button = el('button', { type: 'button', class: 'small', text: action, on: { click: () => act([...ids]) } });
  const number = el('span', { class: 'detail' });
  const node = el('div', { class: 'selection', role: 'group', 'aria-label': `Selected ${noun}s` },
    el('label', {}, all, ' Select all shown'), number, button);
  all.addEventListener('change', () => {
    selectable.forEach((id) => (all.checked ? ids.add(id) : ids.delete(id)));
    update();
    onChange();
  });

  function update() {
    const selected = selectable.filter((id) => ids.has(id)).length;
    all.disabled = selectable.length === 0;
    all.checked = selected > 0 && selected === selectable.length;
    all.indeterminate = selected > 0 && selected < selectable.length;
    button.disabled = ids.size === 0;
    setText(number, `${count(ids.size, noun)} selected`);
  }

  return {
    node,
    has: (id) => ids.has(id),
    set(id, isSelected) {
      if (isSelected) {
        ids.add(id);
      } else {
        ids.delete(id);
      }
      update();
    },
    /** Sets the function that shows the selection in the list. */
    onChange(listener) {
      onChange = listener;
    },
    /** Replaces the items that can be selected, all of them and those that are shown. Others are no longer selected. */
    update(known, shown) {
      const possible = new Set(known);
      [...ids].filter((id) => !possible.has(id)).forEach((id) => ids.delete(id));
      selectable = shown;
      update();
    },
  };
}
