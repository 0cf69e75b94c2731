// Builds and updates elements. Text from the server is never parsed as markup.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * Creates an element. `props` are attributes, except `text`, the text, and `on`, the listeners by event.
 * Attributes that are `null`, `undefined` or `false` are left out.
 */
export function el(tag, props = {}, ...children) {
  return build(document.createElement(tag), props, children);
}

/** Creates an SVG element, with the same parameters as `el`. */
export function svg(tag, props = {}, ...children) {
  return build(document.createElementNS(SVG, tag), props, children);
}

function build(node, { text, on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    setAttribute(node, name, value);
  }
  for (const [event, listener] of Object.entries(on)) {
    node.addEventListener(event, listener);
  }
  if (text !== undefined) {
    node.textContent = text;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Sets an attribute, or removes it if `value` is `null`, `undefined` or `false`. An equal value isn't set again. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, String(value));
  }
}

/** Sets a text only if it differs, which preserves the selection and prevents repeated announcements. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}

/**
 * Keeps one part per item, in the order of the items. A part has a `node`, and an `update` method that receives the
 * item. Items are matched by `id`: a part is reused while its item exists, so that it keeps the focus.
 */
export class Parts {
  #container;
  #create;
  #parts = new Map();

  constructor(container, create) {
    this.#container = container;
    this.#create = create;
  }

  update(items) {
    const ids = new Set(items.map((item) => item.id));
    for (const [id, part] of this.#parts) {
      if (!ids.has(id)) {
        part.node.remove();
        this.#parts.delete(id);
      }
    }
    let next = this.#container.firstElementChild;
    for (const item of items) {
      let part = this.#parts.get(item.id);
      if (!part) {
        part = this.#create(item);
        this.#parts.set(item.id, part);
      }
      part.update(item);
      if (part.node === next) {
        next = next.nextElementSibling;
      } else {
        this.#container.insertBefore(part.node, next);
      }
    }
  }
}
