// Dialogs that create, cancel, restore and delete, for users with write access.

import { el } from '../dom.js';
import { isActive } from '../states.js';
import { announce } from '../announce.js';
import { count } from '../format.js';
import { describeError, field, openDialog } from './dialog.js';

/** Names are DNS labels. */
const NAME = '[a-z0-9]([a-z0-9\\-]*[a-z0-9])?';

function nameField() {
  const name = el('input', {
    type: 'text', name: 'name', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
    maxlength: 63, pattern: NAME, title: 'Lowercase letters, digits and hyphens; the first and last characters must not be hyphens',
  });
  return { name, node: field('Name', name, 'Lowercase letters, digits and hyphens. If empty, the server generates a name.') };
}

/** Opens a dialog that creates a backup of an app. `onDone` receives the new backup. */
export async function openBackupDialog(account, app, onDone) {
  const buckets = await account.buckets();
  const { name, node } = nameField();
  const bucketSelect = el('select', { name: 'bucket' },
    el('option', { value: '', text: 'Default bucket' }),
    ...buckets.map((bucket) => el('option', { value: bucket.id, text: bucket.name })));
  const fields = [node];
  if (buckets.length > 1) {
    fields.push(field('Bucket', bucketSelect));
  }
  openDialog({
    title: `Back up ${app.name}`,
    fields,
    action: 'Back up',
    async submit() {
      const backup = await account.createBackup(app.id, { name: name.value, bucketID: bucketSelect.value });
      announce(`Backup ${backup.name} was created`);
      onDone(backup);
    },
  });
}

/** Opens a dialog that creates backups of several apps in the default bucket. `onDone` is called after each attempt. */
export function openBackupsDialog(account, apps, onDone) {
  let left = apps;
  openDialog({
    title: `Back up ${count(apps.length, 'app')}?`,
    text: `A backup of each is created in the default bucket: ${apps.map(({ name }) => name).join(', ')}.`,
    action: 'Back up',
    async submit() {
      const failed = [];
      for (const app of left) {
        try {
          await account.createBackup(app.id, {});
        } catch (error) {
          failed.push({ app, error });
        }
      }
      announce(`${count(left.length - failed.length, 'backup')} created`);
      // Only these are tried again.
      left = failed.map(({ app }) => app);
      onDone();
      if (failed.length > 0) {
        throw new Error(failed.map(({ app, error }) => `${app.name}: ${describeError(error)}`).join(' '));
      }
    },
  });
}

/** Opens a dialog that creates a snapshot of an app. `onDone` is called after the snapshot is created. */
export function openSnapshotDialog(account, app, onDone) {
  const { name, node } = nameField();
  openDialog({
    title: `Create a snapshot of ${app.name}`,
    text: 'A snapshot is stored next to the app. It doesn’t protect against the loss of the disk.',
    fields: [node],
    action: 'Create snapshot',
    async submit() {
      const snapshot = await account.createSnapshot(app.id, { name: name.value });
      announce(`Snapshot ${snapshot.name} was created`);
      onDone();
    },
  });
}

/** Opens a dialog that deletes or cancels a backup after confirmation. `onDone` is called after the deletion. */
export function openDeleteDialog(account, app, backup, onDone) {
  const isInProgress = isActive(backup);
  openDialog({
    title: isInProgress ? `Cancel ${backup.name}?` : `Delete ${backup.name}?`,
    text: isInProgress
      ? `The backup of ${app.name} is stopped, and the data copied so far is removed.`
      : `The backup of ${app.name} and its data in the bucket are removed. This can’t be undone.`,
    action: isInProgress ? 'Stop and remove' : 'Delete',
    dismiss: 'Keep it',
    isDangerous: true,
    async submit() {
      await account.deleteBackup(app.id, backup.id);
      announce(`Backup ${backup.name} was ${isInProgress ? 'cancelled' : 'deleted'}`);
      onDone();
    },
  });
}

/** Opens a dialog that deletes a snapshot after confirmation. `onDone` is called after the deletion. */
export function openDeleteSnapshotDialog(account, app, snapshot, onDone) {
  openDialog({
    title: `Delete ${snapshot.name}?`,
    text: `The snapshot of ${app.name} and its data are removed. Backups of it are kept. This can’t be undone.`,
    action: 'Delete',
    dismiss: 'Keep it',
    isDangerous: true,
    async submit() {
      await account.deleteSnapshot(app.id, snapshot.id);
      announce(`Snapshot ${snapshot.name} was deleted`);
      onDone();
    },
  });
}
