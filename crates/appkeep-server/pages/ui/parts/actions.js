// What those who may can do to an app and its backups.

import { el } from '../dom.js';
import { isActive } from '../states.js';
import { announce } from '../announce.js';
import { field, openDialog } from './dialog.js';

/** A DNS label, as the API wants names. */
const NAME = '[a-z0-9]([a-z0-9\\-]*[a-z0-9])?';

/** Asks how an app is to be backed up, and has it done. `done` is called afterwards. */
export async function openBackupDialog(account, app, onDone) {
  const buckets = await account.buckets();
  const name = el('input', {
    type: 'text', name: 'name', autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false',
    maxlength: 63, pattern: NAME, title: 'Lower-case letters, digits and hyphens, not at the ends',
  });
  const bucketSelect = el('select', { name: 'bucket' },
    el('option', { value: '', text: 'The default bucket' }),
    ...buckets.map((bucket) => el('option', { value: bucket.id, text: bucket.name })));
  const fields = [field('Name', name, 'Lower-case letters, digits and hyphens. If you leave it empty, the server makes one up.')];
  if (buckets.length > 1) {
    fields.push(field('Bucket', bucketSelect));
  }
  openDialog({
    title: `Back up ${app.name}`,
    fields,
    action: 'Back up',
    async submit() {
      const backup = await account.createBackup(app.id, { name: name.value, bucketID: bucketSelect.value });
      announce(`Backup ${backup.name} was asked for`);
      onDone();
    },
  });
}

/** Asks whether a backup is to be deleted, and has it done. `done` is called afterwards. */
export function openDeleteDialog(account, app, backup, onDone) {
  const isInProgress = isActive(backup);
  openDialog({
    title: isInProgress ? `Cancel ${backup.name}?` : `Delete ${backup.name}?`,
    text: isInProgress
      ? `The backup of ${app.name} is stopped, and what was copied is removed.`
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
