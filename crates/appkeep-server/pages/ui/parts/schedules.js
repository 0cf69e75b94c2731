// The schedules of an app, with their next runs.

import { el, Parts, setAttribute, setText } from '../dom.js';
import { ago, exact } from '../format.js';

/** The label that contains the held deletions of a schedule's retention. */
const HELD_LABEL = 'appkeep.io/read-only/retention-held';

/** Creates a list of schedules, one line each. */
export function scheduleList() {
  const node = el('ul', { class: 'schedules detail', 'aria-label': 'Schedules' });
  const lines = new Parts(node, scheduleLine);
  return {
    node,
    update(schedules) {
      node.hidden = schedules.length === 0;
      lines.update(schedules);
    },
  };
}

function scheduleLine() {
  const name = el('strong', {});
  const when = el('code', {});
  const zone = el('span', {});
  const next = el('time', {});
  const held = el('p', { class: 'reason' });
  const node = el('li', {}, name, ' runs at ', when, ' ', zone, next, held);
  return {
    node,
    update(schedule) {
      const holdLabel = schedule.metadata.labels.find((label) => label.name === HELD_LABEL);
      held.hidden = !holdLabel;
      setText(held, holdLabel ? `Retention is held: ${holdLabel.value}. Check the server's clock.` : '');
      setText(name, schedule.name);
      setText(when, schedule.cron);
      setText(zone, `${schedule.timeZone} (${schedule.makes.join(', ')})`);
      const due = schedule.nextRunTimestamp && new Date(schedule.nextRunTimestamp);
      setText(next, due ? `, next ${ago(due)} (${exact(due)})` : ', no further runs');
      setAttribute(next, 'datetime', due ? due.toISOString() : null);
    },
  };
}
