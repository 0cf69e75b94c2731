// What the API's states mean, and how they are shown.

const STATES = {
  pending: ['Pending', 'active', 'It waits for its turn.'],
  discovering: ['Discovering', 'active', 'What has to be copied is being found out.'],
  running: ['Running', 'active', 'Data is being copied.'],
  completed: ['Completed', 'good', 'It is whole and can be restored.'],
  failed: ['Failed', 'bad', 'It will never be completed.'],
  removed: ['Removed', 'bad', 'Its data is gone from the bucket.'],
  unknown: ['Unknown', 'warning', 'The bucket can’t be asked for it at present.'],
  // Apps.
  ready: ['Ready', 'good', 'It has its data, and can be backed up.'],
  restoring: ['Restoring', 'active', 'Its data is being replaced.'],
  unavailable: ['Unavailable', 'warning', 'It is no longer part of the configuration. Its backups stay.'],
};

const ACTIVE = new Set(['pending', 'discovering', 'running']);

/** Whether a backup is still being made. */
export function isActive(backup) {
  return ACTIVE.has(backup.state);
}

/** A state's word, how it is (`good`, `bad`, `doubt`, `active`), and what it means. A new one shows as it is. */
export function describe(state) {
  const [label, tone, description] = STATES[state] || [state, 'warning', ''];
  return { label, tone, description };
}

/** Why something isn't as it should be, in one text; empty when there is nothing to say. */
export function reasons(resource) {
  const hooks = (resource.hookStateDetails || []).map(({ title, detail }) => [title, detail].filter(Boolean).join(': '));
  return [...(resource.stateUnready || []), ...hooks].join(' · ');
}

const RESTORE_NOTE = 'appkeep.io/read-only/restore-note-';

/** What an app's latest restore could not restore as it was, in one text; empty when there is nothing to say. */
export function restoreNotes(app) {
  const notes = app.metadata.labels.filter(({ name }) => name.startsWith(RESTORE_NOTE)).map(({ value }) => value);
  return notes.length === 0 ? '' : `Latest restore: ${notes.join(' · ')}`;
}

/** How long a backup took, in milliseconds: from when it was asked for to its latest change. */
export function durationMillis(backup) {
  return new Date(backup.metadata.modificationTimestamp) - new Date(backup.metadata.creationTimestamp);
}

/** The moment whose data a backup holds, or when it was asked for as long as there is none. */
export function snapshotTime(backup) {
  return new Date(backup.backupCreationTimestamp || backup.metadata.creationTimestamp);
}
