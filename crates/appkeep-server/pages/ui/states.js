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

/** Returns whether a backup or snapshot is waiting or in progress. */
export function isActive(resource) {
  return ACTIVE.has(resource.state);
}

/** Returns whether a backup or snapshot was started and isn't finished. */
export function isStarted(resource) {
  return isActive(resource) && resource.state !== 'pending';
}

/**
 * Returns a state's label, tone (`good`, `bad`, `warning`, `active`) and description. A state that isn't listed is its
 * own label.
 */
export function describe(state) {
  const [label, tone, description] = STATES[state] || [state, 'warning', ''];
  return { label, tone, description };
}

/**
 * Returns the reasons of a resource's state as one text, each reason once; empty if there are none. The report of a failed
 * hook repeats a reason with more details, and with the hook's name in quotes.
 */
export function reasons(resource) {
  const hooks = (resource.hookStateDetails || []).map(({ title, detail }) => detail || title);
  const isRepeated = (reason) => hooks.some((hook) => hook.replaceAll('"', '').includes(reason));
  const others = (resource.stateUnready || []).filter((reason) => !isRepeated(reason));
  return [...new Set([...others, ...hooks])].join(' · ');
}

const RESTORE_NOTE = 'appkeep.io/read-only/restore-note-';

/** Returns the notes on data that the app's latest restore could not restore unchanged; empty if there are none. */
export function restoreNotes(app) {
  const notes = app.metadata.labels.filter(({ name }) => name.startsWith(RESTORE_NOTE)).map(({ value }) => value);
  return notes.length === 0 ? '' : `Latest restore: ${notes.join(' · ')}`;
}

/**
 * Returns the duration of a completed backup in milliseconds, without its time in the queue: from the time of its data to
 * its completion. `null` if it is unknown: the API has no start time, and data from an earlier snapshot says nothing
 * about the start.
 */
export function durationMillis(backup) {
  const { creationTimestamp, modificationTimestamp } = backup.metadata;
  const captured = new Date(backup.backupCreationTimestamp ?? NaN);
  const isOwn = backup.state === 'completed' && captured >= new Date(creationTimestamp);
  return isOwn ? new Date(modificationTimestamp) - captured : null;
}

/** Returns the snapshot time of a backup, or its creation time while it has no snapshot. */
export function snapshotTime(backup) {
  return new Date(backup.backupCreationTimestamp || backup.metadata.creationTimestamp);
}
