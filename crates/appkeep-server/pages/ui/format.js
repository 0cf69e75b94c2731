// Formats sizes, times and counts.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const whole = new Intl.NumberFormat('en');
const moment = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short',
});
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });

/** Formats a number of bytes: `0 B`, `1.46 MiB`. */
export function bytes(count) {
  let value = count;
  let unit = 0;
  // From 999.5 on, three significant digits would show 1000.
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${number.format(value)} ${UNITS[unit]}`;
}

/** Formats a number of milliseconds with at most two units: `0.4 s`, `3 min 5 s`, `2 d 4 h`. */
export function duration(millis) {
  if (millis < 10 * SECOND) {
    return `${(Math.max(0, millis) / SECOND).toFixed(1)} s`;
  }
  const [large, small, largeUnit, smallUnit] =
    millis < MINUTE ? [SECOND, null, 's', '']
    : millis < HOUR ? [MINUTE, SECOND, 'min', 's']
    : millis < DAY ? [HOUR, MINUTE, 'h', 'min']
    : [DAY, HOUR, 'd', 'h'];
  const first = Math.floor(millis / large);
  const rest = small === null ? 0 : Math.floor((millis % large) / small);
  return rest === 0 ? `${first} ${largeUnit}` : `${first} ${largeUnit} ${rest} ${smallUnit}`;
}

/** Formats a date relative to `now`: `2 hours ago`, `in 3 days`. */
export function ago(date, now = Date.now()) {
  const elapsed = now - date.getTime();
  const distance = Math.abs(elapsed);
  if (distance < 10 * SECOND) {
    return 'just now';
  }
  const [unit, length] =
    distance < MINUTE ? ['second', SECOND]
    : distance < HOUR ? ['minute', MINUTE]
    : distance < DAY ? ['hour', HOUR]
    : ['day', DAY];
  return relative.format(-Math.round(elapsed / length), unit);
}

/** Formats a date to the second, in the browser's time zone, with the zone. */
export function exact(date) {
  return moment.format(date);
}

/** Formats a date to the minute, short enough for an axis label. */
export function short(date) {
  return day.format(date);
}

/** Formats a count: `1 app`, `1,212 apps`. */
export function count(n, noun, plural = `${noun}s`) {
  return `${integer(n)} ${n === 1 ? noun : plural}`;
}

/** Formats an integer: `1,212`. */
export function integer(n) {
  return whole.format(n);
}
