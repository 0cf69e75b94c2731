// Replaces the invented ids of the API's document with ids of this server, for "Try it out".

/** The key of the dashboard's session in this tab, which `/ui/session.js` writes. */
const SESSION_KEY = 'appkeep.session';
/** The maximum number of apps of which backups are requested. */
const APPS_MAX = 10;

/** Returns the dashboard's session in this tab; `null` if there is none. */
export function readSession() {
  try {
    const session = JSON.parse(sessionStorage.getItem(SESSION_KEY));
    return typeof session?.token === 'string' ? session : null;
  } catch {
    return null;
  }
}

/**
 * Returns ids of the session's account by the names of the document's path parameters: the account, an app, and that app's
 * first backup, snapshot, restore and schedule in the order of the API's lists. The app is the first one with a backup, if
 * one of the first `APPS_MAX` has any. Names without an item are absent. Empty without a valid session.
 */
export async function fetchIds(session) {
  if (!session) {
    return {};
  }
  const list = async (path, limit = 1) => {
    const address = `${path}?include=id&limit=${limit}`;
    const response = await fetch(address, { headers: { authorization: `Bearer ${session.token}` }, cache: 'no-store', credentials: 'omit' });
    return response.ok ? (await response.json()).items.map(([id]) => id) : [];
  };
  const base = `/accounts/${encodeURIComponent(session.accountId)}`;
  try {
    const [apps, [BucketId]] = await Promise.all([list(`${base}/k8s/v2/apps`, APPS_MAX), list(`${base}/topology/v1/buckets`)]);
    const backups = await Promise.all(apps.map((id) => list(`${base}/k8s/v1/apps/${id}/appBackups`)));
    const chosen = Math.max(0, backups.findIndex((ids) => ids.length > 0));
    const AppId = apps[chosen];
    const [AppBackupId] = backups[chosen] ?? [];
    const ofApp = (name) => AppId ? list(`${base}/k8s/v1/apps/${AppId}/${name}`) : [];
    const [[AppSnapId], [AppRestoreId], [ScheduleId]] = await Promise.all(['appSnaps', 'appRestores', 'schedules'].map(ofApp));
    return { AccountId: session.accountId, AppId, BucketId, AppBackupId, AppSnapId, AppRestoreId, ScheduleId };
  } catch {
    // The server isn't responding. The document is shown without ids.
    return {};
  }
}

/**
 * Returns the document for "Try it out": path parameters and bodies contain the real ids. Fields without a real id are empty,
 * and so are optional parameters, as an invented position or field list would hide results.
 */
export function withRealIds(document, ids) {
  const { parameters, examples } = document.components;
  const replacements = new Map();
  for (const [name, parameter] of Object.entries(parameters)) {
    if (ids[name] && parameter.example) {
      replacements.set(parameter.example, ids[name]);
    }
  }
  const bucket = Object.values(examples).map(({ value }) => value?.bucketID).find(Boolean);
  if (ids.BucketId && bucket) {
    replacements.set(bucket, ids.BucketId);
  }
  let text = JSON.stringify(document);
  for (const [invented, real] of replacements) {
    text = text.replaceAll(invented, real);
  }
  const result = JSON.parse(text);
  for (const [name, parameter] of Object.entries(result.components.parameters)) {
    const isReal = ids[name] !== undefined;
    if ((parameter.in === 'path' && !isReal) || parameter.in === 'query') {
      delete parameter.example;
    }
  }
  return result;
}
