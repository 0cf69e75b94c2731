// Replaces the invented ids of the API's document with ids of this server, for "Try it out".

/** The key of the dashboard's session in this tab, which `/ui/session.js` writes. */
const SESSION_KEY = 'appkeep.session';

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
 * Returns ids of the session's account by the names of the document's path parameters: the account, its first app, and that
 * app's newest backup and snapshot. Names without an item are absent. Empty without a valid session.
 */
export async function fetchIds(session) {
  if (!session) {
    return {};
  }
  const first = async (path) => {
    const response = await fetch(path, { headers: { authorization: `Bearer ${session.token}` }, cache: 'no-store', credentials: 'omit' });
    return response.ok ? (await response.json()).items[0]?.[0] : undefined;
  };
  const base = `/accounts/${encodeURIComponent(session.accountId)}`;
  try {
    const [AppId, BucketId] = await Promise.all([
      first(`${base}/k8s/v2/apps?include=id&limit=1`), first(`${base}/topology/v1/buckets?include=id&limit=1`),
    ]);
    const [AppBackupId, AppSnapId] = AppId
      ? await Promise.all(['appBackups', 'appSnaps'].map((name) => first(`${base}/k8s/v1/apps/${AppId}/${name}?include=id&limit=1`)))
      : [];
    return { AccountId: session.accountId, AppId, BucketId, AppBackupId, AppSnapId };
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
