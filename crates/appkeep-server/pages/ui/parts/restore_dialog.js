// The dialog that restores a backup or snapshot: in place, into another app, or to a directory of the server.

import { el, setText } from '../dom.js';
import { announce } from '../announce.js';
import { count } from '../format.js';
import { field, openDialog } from './dialog.js';

const TEXT_INPUT = { type: 'text', required: '', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false' };

/**
 * Opens the dialog. `source` has either a `backupID` or a `snapshotID`; `sourceName` is its name. `include` selects paths,
 * which can only be restored to a directory. `onDone` receives the id of the app that has the new restore.
 */
export async function openRestoreDialog(account, app, source, sourceName, { include = [], onDone }) {
  const isPartial = include.length > 0;
  const others = isPartial ? [] : (await account.apps()).filter(({ id, state }) => id !== app.id && state !== 'unavailable');
  const destinations = [
    isPartial ? null : inPlace(app, sourceName),
    others.length > 0 ? intoApp(others.sort((a, b) => a.name.localeCompare(b.name)), app) : null,
    toDirectory(app),
  ].filter(Boolean);
  const radios = destinations.map(({ label }, index) => ({
    label,
    input: el('input', { type: 'radio', name: 'destination', id: `destination-${index}`, checked: index === 0 && '', on: { change: select } }),
  }));
  const choice = el('fieldset', { class: 'choice', hidden: destinations.length === 1 }, el('legend', { text: 'Restore to' }),
    ...radios.map(({ input, label }) => el('div', { class: 'check' }, input, el('label', { for: input.id, text: label }))));
  const selected = () => destinations[radios.findIndex(({ input }) => input.checked)];
  const setDangerous = openDialog({
    title: `Restore ${sourceName}`,
    text: isPartial ? pathsText(include) : null,
    fields: [choice, ...destinations.map(({ node }) => node)],
    action: 'Restore',
    async submit() {
      const { target, request, text } = selected().read();
      await account.createRestore(target.id, { ...source, ...request, ...(isPartial && { include }) });
      announce(`The restore of ${text} was started`);
      onDone(target.id);
    },
  });

  function select() {
    for (const destination of destinations) {
      // Disabled controls aren't required.
      destination.node.hidden = destination !== selected();
      destination.node.disabled = destination !== selected();
    }
    setDangerous(selected().isDangerous);
  }
  select();
}

function pathsText([first, ...others]) {
  return others.length === 0 ? `Only ${first} is restored.` : `Only ${first} and ${count(others.length, 'other selected entry', 'other selected entries')} are restored.`;
}

/** Creates the controls of a destination. */
function controls(...children) {
  return el('fieldset', {}, ...children);
}

/** Throws if the user typed another name than the app's. */
function checkTyped(input, app) {
  if (input.value !== app.name) {
    throw new Error(`Invalid name “${input.value}”: expected ${app.name}.`);
  }
}

function inPlace(app, sourceName) {
  const typed = el('input', { ...TEXT_INPUT, name: 'app' });
  return {
    label: `${app.name}, in place`,
    isDangerous: true,
    node: controls(
      el('p', { text: `The current data of ${app.name} is replaced. Changes since the data of ${sourceName} are lost.` }),
      field('Name of the app', typed, `Type ${app.name} to confirm.`)),
    read() {
      checkTyped(typed, app);
      return { target: app, request: { inPlace: true }, text: app.name };
    },
  };
}

function intoApp(apps, source) {
  const select = el('select', { name: 'other', on: { change: update } }, ...apps.map(({ name }) => el('option', { text: name })));
  const typed = el('input', { ...TEXT_INPUT, name: 'other-name' });
  const text = el('p', {});
  const confirm = field('Name of the other app', typed, '…');
  const chosen = () => apps[select.selectedIndex];
  function update() {
    setText(text, `The current data of ${chosen().name} is replaced: it becomes a clone of ${source.name}. Both apps must have volumes of the same names.`);
    setText(confirm.querySelector('small'), `Type ${chosen().name} to confirm.`);
  }
  update();
  return {
    label: 'Another app',
    isDangerous: true,
    node: controls(field('App', select), text, confirm),
    read() {
      checkTyped(typed, chosen());
      return { target: chosen(), request: { inPlace: true }, text: chosen().name };
    },
  };
}

function toDirectory(app) {
  const path = el('input', { ...TEXT_INPUT, name: 'target', maxlength: 4096, placeholder: `/srv/restored/${app.name}` });
  return {
    label: 'A directory of the server',
    isDangerous: false,
    node: controls(field('Directory', path, 'An empty or new directory below one of the server’s restore_directories. The app doesn’t change.')),
    read: () => ({ target: app, request: { target: path.value }, text: path.value }),
  };
}
