// The view of a directory of a backup: its entries, downloads, and restores of selected ones.

import { el, setText } from '../dom.js';
import { Problem } from '../api.js';
import { count, integer } from '../format.js';
import { fileHref, nameOf, quoted, readable, ROOT } from '../file_path.js';
import { download } from '../downloads.js';
import { breadcrumb } from '../parts/breadcrumb.js';
import { copyable } from '../parts/copy_button.js';
import { describeError } from '../parts/dialog.js';
import { fileList, listed } from '../parts/file_list.js';
import { openRestoreDialog } from '../parts/restore_dialog.js';

/** The pause between passes in milliseconds. The files of a backup never change, but the backup may be deleted. */
const PAUSE = 15_000;
/** The number of entries of the first request, which is shown at once, and of the others. */
const FIRST_ENTRIES = 1_000;
const MORE_ENTRIES = 10_000;
/** The maximum number of entries that are shown. */
const ENTRIES_MAX = 100_000;
/** The maximum number of selected entries: that of the API. */
const SELECTED_MAX = 256;

/** Shows a directory, or another entry, and returns the function that polls it. */
export function filesView(main, { account, appId, backupId, path, canWrite, handleError }) {
  let app;
  let backup;
  const listing = new Listing(account, appId, backupId, path);
  const selected = new Set();
  const hrefOf = (other) => fileHref(appId, backupId, other);
  const up = el('a', { class: 'back', href: `#/apps/${appId}/backups/${backupId}`, text: '← Backup' });
  const crumbs = el('div', {});
  const summary = el('p', { class: 'detail', text: 'Loading …' });
  const limitNote = el('div', { hidden: true });
  const errorLine = el('p', { class: 'reason', role: 'alert', hidden: true });
  const list = fileList(hrefOf, canWrite ? {
    isSelected: (file) => selected.has(file.path),
    select(file, isSelected) {
      selected[isSelected ? 'add' : 'delete'](file.path);
      showSelection();
    },
    download: (file) => start(file),
  } : null);
  const downloadButton = button('Download', () => start({ path, type: listing.isDirectory ? 'directory' : 'file', size: listing.size }));
  // Only all files can be restored to other places.
  const restoreText = path === ROOT ? 'Restore' : 'Restore to a directory';
  const restoreButton = button(restoreText, restore);
  const actions = canWrite
    ? el('div', { class: 'buttons' }, downloadButton, restoreButton)
    : el('p', { class: 'detail', text: 'Your role can list the files of backups. Downloads and restores require the role member.' });
  main.replaceChildren(
    el('nav', { 'aria-label': 'Up' }, up),
    el('div', { class: 'head' }, el('h1', { id: 'files-title', text: 'Files' }), crumbs, summary, limitNote, errorLine),
    actions, ...list.nodes);

  function start({ path: wanted, type, size }) {
    const isArchive = type === 'directory';
    const name = `${wanted === ROOT ? backup.name : nameOf(wanted)}${isArchive ? '.tar' : ''}`;
    const words = ['appkeep backup dump', quoted(backup.name), quoted(wanted), `--app ${quoted(app.name)}`,
      isArchive ? '--tar' : null, `--target ${quoted(name)}`];
    download({
      name,
      size: isArchive ? undefined : size,
      command: words.filter(Boolean).join(' '),
      open: (signal) => account.content(appId, backupId, { path: wanted, isArchive }, signal),
    }).catch(handleError);
  }

  function restore() {
    const include = selected.size > 0 ? [...selected] : path === ROOT ? [] : [path];
    openRestoreDialog(account, app, { backupID: backupId }, backup.name, {
      include,
      onDone(target) {
        location.hash = `#/apps/${target}`;
      },
    }).catch(handleError);
  }

  function showSelection() {
    const isTooMany = selected.size > SELECTED_MAX;
    setText(restoreButton, selected.size > 0 ? `Restore ${count(selected.size, 'selected entry', 'selected entries')}` : restoreText);
    restoreButton.disabled = !listing.isFound || isTooMany || app.state === 'unavailable';
    restoreButton.title = isTooMany ? `At most ${SELECTED_MAX} entries can be restored at a time. Select their directory instead.` : '';
  }

  function show() {
    setText(summary, summaryText(listing));
    setText(downloadButton, listing.isDirectory ? 'Download as .tar' : 'Download');
    downloadButton.disabled = false;
    limitNote.hidden = !listing.isCut;
    list.update(listing.files);
    showSelection();
  }

  return async function pass(signal) {
    [app, backup] = await Promise.all([account.app(appId, signal), account.backup(appId, backupId, signal)]);
    if (crumbs.childElementCount === 0) {
      crumbs.append(breadcrumb(path, backup.name, hrefOf));
      limitNote.append(el('p', { class: 'detail', text: 'For all of them:' }),
        copyable(`appkeep backup ls ${quoted(backup.name)} ${quoted(path)} --app ${quoted(app.name)}`, 'the command'));
    }
    document.title = `${readable(path)} · ${backup.name} · appkeep`;
    setText(up, `← ${backup.name}`);
    try {
      while (!listing.isComplete) {
        await listing.load(signal);
        show();
      }
    } catch (error) {
      // The address contains a path that doesn't exist or isn't valid.
      if (!(error instanceof Problem) || error.invalidFields.length === 0) {
        throw error;
      }
      setText(summary, '');
      setText(errorLine, `${readable(path)} can’t be shown: ${describeError(error)}`);
      errorLine.hidden = false;
      listing.isComplete = true;
    }
    return PAUSE;
  };
}

function button(text, click) {
  return el('button', { type: 'button', text, disabled: '', on: { click } });
}

function summaryText({ files, isComplete, isCut, isDirectory }) {
  const entries = count(files.length, 'entry', 'entries');
  if (isCut) {
    return `The first ${entries}`;
  }
  return isComplete ? isDirectory ? entries : '' : `Loading … ${integer(files.length)} entries`;
}

/** The entries of a directory, which are requested in parts. */
class Listing {
  files = [];
  isComplete = false;
  isFound = false;
  #next;
  #fetch;

  constructor(account, appId, backupId, path) {
    this.path = path;
    this.#fetch = (limit, from, signal) => account.files(appId, backupId, { path, limit, from }, signal);
  }

  /** A path that isn't a directory lists itself. */
  get isDirectory() {
    return !(this.files.length === 1 && this.files[0].path === this.path);
  }

  /** The size of a file in bytes. */
  get size() {
    return this.isDirectory ? undefined : this.files[0].size;
  }

  /** Whether there are more entries than are shown. */
  get isCut() {
    return this.isComplete && this.#next !== undefined;
  }

  async load(signal) {
    const limit = Math.min(this.isFound ? MORE_ENTRIES : FIRST_ENTRIES, ENTRIES_MAX - this.files.length);
    const { items, next } = await this.#fetch(limit, this.#next, signal);
    for (const file of items) {
      this.files.push(listed(file, this.files.length));
    }
    this.#next = next;
    this.isFound = true;
    this.isComplete = next === undefined || this.files.length >= ENTRIES_MAX;
  }
}
