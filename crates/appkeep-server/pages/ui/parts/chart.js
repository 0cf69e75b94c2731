// A bar chart of the sizes or durations of backups, oldest first.

import { el, svg } from '../dom.js';
import { short } from '../format.js';

const HEIGHT = 132;
const TOP = 20;
const BOTTOM = 22;
/** The maximum width and minimum height of a bar, in pixels. */
const BAR_MAX = 28;
const BAR_HEIGHT_MIN = 2;

/**
 * Creates a chart of `{ id, at, value, title }`. A `null` value is a failed backup, shown as a cross. `format` formats a
 * value. The chart is redrawn when its width changes.
 */
export function chart(caption, format) {
  const canvas = svg('svg', { role: 'img', 'aria-label': caption, height: HEIGHT });
  const node = el('figure', { class: 'chart' }, el('figcaption', { text: caption }), canvas);
  let bars = [];
  let drawn = '';
  const draw = () => {
    const width = Math.floor(canvas.clientWidth);
    const content = JSON.stringify([width, bars]);
    if (width > 0 && content !== drawn) {
      drawn = content;
      canvas.setAttribute('viewBox', `0 0 ${width} ${HEIGHT}`);
      canvas.setAttribute('aria-label', `${caption}: ${summary(bars, format)}`);
      canvas.replaceChildren(...render(bars, format, width));
    }
  };
  new ResizeObserver(draw).observe(canvas);
  return {
    node,
    update(next) {
      bars = next;
      draw();
    },
  };
}

function summary(bars, format) {
  const values = bars.map(({ value }) => value).filter((value) => value !== null);
  if (values.length === 0) {
    return 'no values';
  }
  return `${values.length} backups, from ${format(Math.min(...values))} to ${format(Math.max(...values))}, `
    + `latest ${format(values.at(-1))}`;
}

function render(bars, format, width) {
  const base = HEIGHT - BOTTOM;
  const max = Math.max(...bars.map(({ value }) => value ?? 0), 0);
  const step = width / Math.max(bars.length, 1);
  const barWidth = Math.min(BAR_MAX, Math.max(2, step * 0.7));
  const shapes = bars.map((bar, index) => {
    const x = index * step + (step - barWidth) / 2;
    const title = svg('title', { text: bar.title });
    if (bar.value === null) {
      const r = Math.min(4, barWidth / 2);
      const [cx, cy] = [x + barWidth / 2, base - 7];
      const cross = `M${cx - r} ${cy - r}L${cx + r} ${cy + r}M${cx + r} ${cy - r}L${cx - r} ${cy + r}`;
      return svg('path', { class: 'failure', d: cross }, title);
    }
    const share = max > 0 ? bar.value / max : 0;
    const height = Math.max(BAR_HEIGHT_MIN, share * (base - TOP));
    const radius = Math.min(3, barWidth / 2);
    return svg('rect', { class: 'bar-shape', x, y: base - height, width: barWidth, height, rx: radius }, title);
  });
  const line = (y) => svg('line', { class: 'grid', x1: 0, x2: width, y1: y, y2: y });
  return [
    line(TOP - 0.5), line(base + 0.5), ...shapes,
    // There is no scale if all backups failed.
    svg('text', { class: 'axis', x: 0, y: TOP - 6, text: bars.some(({ value }) => value !== null) ? format(max) : '' }),
    ...timeLabels(bars, width),
  ];
}

/** Returns the times of the first and the last bar, as labels below them. */
function timeLabels(bars, width) {
  if (bars.length === 0) {
    return [];
  }
  const y = HEIGHT - 6;
  const first = svg('text', { class: 'axis', x: 0, y, text: short(new Date(bars[0].at)) });
  const last = svg('text', { class: 'axis', x: width, y, 'text-anchor': 'end', text: short(new Date(bars.at(-1).at)) });
  return bars.length === 1 ? [first] : [first, last];
}
