// Dialogs that create, cancel and delete backups, for users with write access.

import { el } from '../dom.js';
import { isActive } from '../states.js';
import { announce } from '../announce.js';
import { field, openDialog } from './dialog.js';

/** Names are DNS labels. */
const NAME = '[a-z0-9]([a-z0-9\\-]*[a-z0-9])?';

/** Opens a dialog that creates a backup of an app. `onDone` is called after the backup is created. */
export async function openBackupDialog(account, app, onDone) {
  const buckets = await account.buckets();
  const name = el('input', {
    type: 'text', name: 'name', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
    maxlength: 63, pattern: NAME, title: 'Lowercase letters, digits and hyphens; the first and last characters must not be hyphens',
  });
  const bucketSelect = el('select', { name: 'bucket' },
    el('option', { value: '', text: 'Default bucket' }),
    ...buckets.map((bucket) => el('option', { value: bucket.id, text: bucket.name })));
  const fields = [field('Name', name, 'Lowercase letters, digits and hyphens. If empty, the server generates a name.')];
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
