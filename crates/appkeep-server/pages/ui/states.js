// Describes the states of the API, and derives texts and times from resources.

const STATES = {
  pending: ['Pending', 'active', 'Waiting to be started.'],
  discovering: ['Discovering', 'active', 'The data to copy is being determined.'],
  running: ['Running', 'active', 'Data is being copied.'],
  completed: ['Completed', 'good', 'Complete; can be restored.'],
  failed: ['Failed', 'bad', 'It will never be completed.'],
  interrupted: ['Interrupted', 'bad', ''],
  removed: ['Removed', 'bad', 'Its data is missing from the bucket.'],
  unknown: ['Unknown', 'warning', 'The bucket can’t be read at present.'],
  // Apps.
  ready: ['Ready', 'good', 'It can be backed up.'],
  restoring: ['Restoring', 'active', 'Its data is being replaced.'],
  unavailable: ['Unavailable', 'warning', 'It is no longer configured, or no server on its machines is running. Its backups are kept.'],
};

const RESTORE_STATES = {
  pending: 'Waiting to be started.',
  running: 'Data is being written.',
  completed: 'All data is in its target.',
  failed: 'It was not performed; the previous data is unchanged.',
  interrupted: 'It can’t be finished; the app’s data is partly old and partly new.',
};

const ACTIVE = new Set(['pending', 'discovering', 'running']);

/** Returns whether a backup, snapshot or restore is waiting or in progress. */
export function isActive(resource) {
  return ACTIVE.has(resource.state);
}

/** Returns whether a backup, snapshot or restore was started and isn't finished. */
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

/** Returns the same of a restore's state. */
export function describeRestore(state) {
  return { ...describe(state), description: RESTORE_STATES[state] ?? '' };
}

/** Returns whether the report of a hook says that the hook has failed. */
export function isFailure(report) {
  return !report.type.endsWith('/success');
}

/**
 * Returns the reasons of a resource's state as one text, each reason once; empty if there are none. The report of a failed
 * hook repeats a reason with more details, and with the hook's name in quotes.
 */
export function reasons(resource) {
  const hooks = (resource.hookStateDetails || []).filter(isFailure).map(({ title, detail }) => detail || title);
  const isRepeated = (reason) => hooks.some((hook) => hook.replaceAll('"', '').includes(reason));
  const others = (resource.stateUnready || []).filter((reason) => !isRepeated(reason));
  return [...new Set([...others, ...hooks])].join(' · ');
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

/**
 * Returns the backups in progress by the ids of their temporary snapshots, which are deleted when the backups end. A
 * snapshot that a user selected for a backup is older than the backup.
 */
export function temporarySnapshots(backups, snapshots) {
  const created = new Map(snapshots.map(({ id, metadata }) => [id, new Date(metadata.creationTimestamp)]));
  const owners = backups.filter((backup) => isActive(backup) && created.get(backup.snapshotID) >= new Date(backup.metadata.creationTimestamp));
  return new Map(owners.map((backup) => [backup.snapshotID, backup]));
}
