// Downloads of files of backups. They continue while the view changes, and end with the session.
//
// The token is only sent in a header, so the browser can't download by itself. Browsers with a file picker write to the
// file while they receive it. Others, and pages from other machines without TLS, keep the content in memory until it is
// complete.

import { el, setAttribute, setText } from './dom.js';
import { announce } from './announce.js';
import { bytes } from './format.js';
import { describeError, openNoteDialog } from './parts/dialog.js';
import { copyable } from './parts/copy_button.js';
import { Rate, transferText } from './parts/progress.js';
import { onSessionEnd } from './session.js';

/** The maximum size of a download that is kept in memory, in bytes: 256 MiB. */
export const MEMORY_BYTES_MAX = 256 * 1024 * 1024;
/** The pause between updates of the progress, in milliseconds. */
const UPDATE_PAUSE = 500;

const list = el('ul', {});
const panel = el('section', { class: 'card downloads', 'aria-label': 'Downloads', hidden: true }, el('h2', { text: 'Downloads' }), list);
document.body.append(panel);

/** The downloads in progress, as functions that cancel them. */
const running = new Set();

onSessionEnd(() => {
  running.forEach((cancel) => cancel());
  list.replaceChildren();
  panel.hidden = true;
});
window.addEventListener('beforeunload', (event) => {
  if (running.size > 0) {
    event.preventDefault();
  }
});

/** The content is larger than what is kept in memory. */
class TooLarge extends Error {}

/**
 * Downloads to a file that the user selects. Call it from the listener of a click. `name` is the suggested name, `size` the
 * number of bytes if known, `command` downloads the same on the command line. `open` receives an abort signal, and returns
 * the stream and the size.
 */
export async function download({ name, size, command, open }) {
  let file = null;
  if (typeof window.showSaveFilePicker === 'function') {
    try {
      file = await window.showSaveFilePicker({ suggestedName: name });
    } catch (error) {
      if (error.name === 'AbortError') {
        return;
      }
      throw error;
    }
  } else if (size > MEMORY_BYTES_MAX) {
    refuse(name, command);
    return;
  }
  const controller = new AbortController();
  const row = downloadRow(name, () => controller.abort());
  running.add(row.cancel);
  list.append(row.node);
  panel.hidden = false;
  try {
    const content = await open(controller.signal);
    row.start(content.size ?? size);
    const counted = content.stream.pipeThrough(counter(row.count));
    const blob = await (file ? write(counted, file, controller.signal) : read(counted));
    row.complete(blob);
  } catch (error) {
    // Ends the request after errors of the file.
    const isCancelled = controller.signal.aborted;
    controller.abort();
    if (isCancelled) {
      row.remove();
    } else if (error instanceof TooLarge) {
      row.remove();
      refuse(name, command);
    } else {
      row.fail(error);
    }
  } finally {
    running.delete(row.cancel);
  }
}

function refuse(name, command) {
  openNoteDialog(`${name} is too large`,
    el('p', { text: `Here, the browser keeps downloads in memory until they are complete, at most ${bytes(MEMORY_BYTES_MAX)}. Use the command line, or a browser based on Chromium over TLS:` }),
    copyable(command, 'the command'));
}

function counter(count) {
  return new TransformStream({
    transform(chunk, controller) {
      count(chunk.byteLength);
      controller.enqueue(chunk);
    },
  });
}

/** Writes to the file. The browser replaces it only when everything was written. */
async function write(stream, file, signal) {
  try {
    await stream.pipeTo(await file.createWritable(), { signal });
  } catch (error) {
    // The file picker has created an empty file.
    if ((await file.getFile()).size === 0) {
      await file.remove?.();
    }
    throw error;
  }
  return null;
}

async function read(stream) {
  const chunks = [];
  let length = 0;
  const reader = stream.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      break;
    }
    length += value.byteLength;
    if (length > MEMORY_BYTES_MAX) {
      throw new TooLarge();
    }
    chunks.push(value);
  }
  return new Blob(chunks, { type: 'application/octet-stream' });
}

/** Creates a line with progress, and a button that cancels the download, and removes the line afterwards. */
function downloadRow(name, cancel) {
  const bar = el('progress', { max: 1, 'aria-label': `Progress of ${name}` });
  const detailLine = el('p', { class: 'detail', text: 'Requested' });
  const button = el('button', { type: 'button', class: 'small', text: 'Cancel', 'aria-label': `Cancel the download of ${name}`, on: { click: cancel } });
  const head = el('div', { class: 'progress-head' }, el('span', { class: 'name file-name', text: name }), button);
  const line = el('div', { class: 'progress-line' }, bar);
  const node = el('li', { class: 'progress' }, head, line, detailLine);
  const rate = new Rate();
  let done = 0;
  let total;
  let timer = null;

  const show = () => {
    setAttribute(bar, 'value', total === undefined ? null : total === 0 ? 1 : done / total);
    setText(detailLine, transferText(done, total, rate.of(done)));
  };
  const remove = () => {
    clearInterval(timer);
    node.remove();
    panel.hidden = list.childElementCount === 0;
  };
  const end = (text, removed) => {
    clearInterval(timer);
    line.remove();
    setText(detailLine, text);
    const close = el('button', { type: 'button', class: 'small', text: 'Close', 'aria-label': `Close the download of ${name}`, on: { click: removed } });
    const hasFocus = document.activeElement === button;
    button.replaceWith(close);
    if (hasFocus) {
      close.focus();
    }
    announce(`Download of ${name}: ${text}`);
  };
  return {
    node,
    cancel,
    remove,
    start(size) {
      total = size;
      show();
      timer = setInterval(show, UPDATE_PAUSE);
    },
    count(length) {
      done += length;
    },
    /** Shows the end of the download. The browser saves `blob`, unless it is already in a file. */
    complete(blob) {
      const address = blob && URL.createObjectURL(blob);
      end(`Complete, ${bytes(done)}`, () => {
        if (address) {
          URL.revokeObjectURL(address);
        }
        remove();
      });
      if (address) {
        const link = el('a', { href: address, download: name, text: 'Save again' });
        head.append(link);
        link.click();
      }
    },
    fail(error) {
      detailLine.className = 'reason';
      // Streams end with a `TypeError` if the connection does.
      const reason = error instanceof TypeError ? 'The connection ended before the download was complete.' : describeError(error);
      end(`Failed after ${bytes(done)}: ${reason}`, remove);
    },
  };
}
