// Describes the states of the API, and derives texts and times from resources.

const STATES = {
  pending: ['Pending', 'active', 'Waiting to be started.'],
  discovering: ['Discovering', 'active', 'The data to copy is being determined.'],
  running: ['Running', 'active', 'Data is being copied.'],
  completed: ['Completed', 'good', 'Complete; can be restored.'],
  failed: ['Failed', 'bad', 'It will never be completed.'],
  removed: ['Removed', 'bad', 'Its data is missing from the bucket.'],
  unknown: ['Unknown', 'warning', 'The bucket can’t be read at present.'],
  // Apps.
  ready: ['Ready', 'good', 'It can be backed up.'],
  restoring: ['Restoring', 'active', 'Its data is being replaced.'],
  unavailable: ['Unavailable', 'warning', 'It is no longer configured, or no server on its machines is running. Its backups are kept.'],
};

const ACTIVE = new Set(['pending', 'discovering', 'running']);

/** Returns whether a backup is in progress. */
export function isActive(backup) {
  return ACTIVE.has(backup.state);
}

/**
 * Returns a state's label, tone (`good`, `bad`, `warning`, `active`) and description. A state that isn't listed is its
 * own label.
 */
export function describe(state) {
  const [label, tone, description] = STATES[state] || [state, 'warning', ''];
  return { label, tone, description };
}

/** Returns the reasons of a resource's state as one text; empty if there are none. */
export function reasons(resource) {
  const hooks = (resource.hookStateDetails || []).map(({ title, detail }) => [title, detail].filter(Boolean).join(': '));
  return [...(resource.stateUnready || []), ...hooks].join(' · ');
}

const RESTORE_NOTE = 'appkeep.io/read-only/restore-note-';

/** Returns the notes on data that the app's latest restore could not restore unchanged; empty if there are none. */
export function restoreNotes(app) {
  const notes = app.metadata.labels.filter(({ name }) => name.startsWith(RESTORE_NOTE)).map(({ value }) => value);
  return notes.length === 0 ? '' : `Latest restore: ${notes.join(' · ')}`;
}

/** Returns the duration of a backup in milliseconds: from its creation to its latest change. */
export function durationMillis(backup) {
  return new Date(backup.metadata.modificationTimestamp) - new Date(backup.metadata.creationTimestamp);
}

/** Returns the snapshot time of a backup, or its creation time while it has no snapshot. */
export function snapshotTime(backup) {
  return new Date(backup.backupCreationTimestamp || backup.metadata.creationTimestamp);
}
