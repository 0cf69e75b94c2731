// A client for the operations of the public API that the pages need. The pages send no other requests.

/** The timeout of a request, in milliseconds. */
const RESPONSE_TIMEOUT = 20_000;
/** The maximum number of items of a list. The pages say so if there are more. */
export const LIST_ITEMS_MAX = 20_000;

/** The fields of summaries that the overview shows. */
const SUMMARY_FIELDS = [
  'id', 'name', 'state', 'stateUnready', 'lastCompletedBackup', 'latestBackup', 'backupsInProgress', 'startedBackups',
  'pendingBackups', 'restoresInProgress', 'startedRestores', 'pendingRestores',
];

/** The fields of backups in lists. */
const BACKUP_FIELDS = [
  'id', 'name', 'state', 'stateUnready', 'hookStateDetails', 'scheduleID', 'backupCreationTimestamp', 'totalBytes',
  'bytesDone', 'percentDone', 'metadata',
];

/** An error response: a problem (RFC 7807), or a response that isn't from this API. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || `The server responded with status ${status}.`);
    this.status = status;
    this.title = body.title || `Status ${status}`;
    this.correlation = body.correlationID;
    this.invalidFields = [...(body.invalidFields || []), ...(body.invalidParams || [])]
      .map(({ name, reason }) => `${name}: ${reason}`);
  }
}

/** No response was received. */
export class Unreachable extends Error {
  constructor(cause) {
    super('The server is not responding.', { cause });
  }
}

/** A server, accessed with a token. */
export class Api {
  #token;

  constructor(token) {
    this.#token = token;
  }

  /** Returns the accounts that the token can access, each with the token's role. */
  async accounts(signal) {
    return (await this.#get('/accounts', signal)).items;
  }

  /** Returns the API of one account. */
  account(id) {
    return new AccountApi(id, (...args) => this.#request(...args));
  }

  #get(path, signal) {
    return this.#request('GET', path, { signal });
  }

  async #request(method, path, { body, signal, headers: more } = {}) {
    const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/json', ...more };
    if (body) {
      headers['content-type'] = 'application/json';
    }
    const timeout = AbortSignal.timeout(RESPONSE_TIMEOUT);
    let response;
    let text;
    try {
      response = await fetch(path, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
        cache: 'no-store',
        credentials: 'omit',
        redirect: 'error',
      });
      text = await response.text();
    } catch (error) {
      if (signal?.aborted) {
        throw error;
      }
      throw new Unreachable(error);
    }
    const json = parse(text);
    if (!response.ok) {
      throw new Problem(response.status, json);
    }
    return json;
  }
}

/** The operations on one account. */
class AccountApi {
  #base;
  #request;

  constructor(id, request) {
    this.id = id;
    this.#base = `/accounts/${encodeURIComponent(id)}`;
    this.#request = request;
  }

  /** Returns summaries of the account's apps, newest first, and whether the list is complete. */
  appSummaries(signal) {
    return this.#list(`${this.#base}/k8s/v1/appSummaries`, SUMMARY_FIELDS, signal);
  }

  app(appId, signal) {
    return this.#request('GET', this.#appPath(appId), { signal });
  }

  async buckets(signal) {
    return (await this.#request('GET', `${this.#base}/topology/v1/buckets`, { signal })).items;
  }

  /** Returns the schedules of an app. */
  async schedules(appId, signal) {
    return (await this.#request('GET', `${this.#collection(appId)}/schedules`, { signal })).items;
  }

  /** Returns the backups of an app, newest first, and whether the list is complete. */
  backups(appId, signal) {
    return this.#list(`${this.#collection(appId)}/appBackups`, BACKUP_FIELDS, signal);
  }

  backup(appId, backupId, signal) {
    return this.#request('GET', this.#backupPath(appId, backupId), { signal });
  }

  /** Creates a backup. The server chooses the name or bucket if it is empty. */
  createBackup(appId, { name, bucketID }) {
    const body = { type: 'application/astra-appBackup', version: '1.1' };
    if (name) {
      body.name = name;
    }
    if (bucketID) {
      body.bucketID = bucketID;
    }
    return this.#request('POST', `${this.#collection(appId)}/appBackups`, { body });
  }

  /** Deletes a backup and its data, or cancels a backup in progress. */
  deleteBackup(appId, backupId) {
    return this.#request('DELETE', this.#backupPath(appId, backupId));
  }

  /** Returns the snapshots of an app, newest first, and whether the list is complete. */
  snapshots(appId, signal) {
    const fields = ['id', 'name', 'state', 'stateUnready', 'hookStateDetails', 'scheduleID', 'metadata'];
    return this.#list(`${this.#collection(appId)}/appSnaps`, fields, signal);
  }

  /** Creates a snapshot. The server chooses the name if it is empty. */
  createSnapshot(appId, { name }) {
    const body = { type: 'application/astra-appSnap', version: '1.2' };
    if (name) {
      body.name = name;
    }
    return this.#request('POST', `${this.#collection(appId)}/appSnaps`, { body });
  }

  /** Deletes a snapshot and its data. */
  deleteSnapshot(appId, snapshotId) {
    return this.#request('DELETE', `${this.#collection(appId)}/appSnaps/${encodeURIComponent(snapshotId)}`);
  }

  /** Starts a restore in place. `source` has either a `backupID` or a `snapshotID`. */
  restore(appId, source) {
    const body = { type: 'application/astra-app', version: '2.2', ...source };
    return this.#request('PUT', this.#appPath(appId), { body, headers: { ForceUpdate: 'true' } });
  }

  /** Requests a list with the named fields only, which is a fraction of the size of complete items. */
  async #list(path, fields, signal) {
    const query = `include=${fields.join()}&limit=${LIST_ITEMS_MAX}`;
    const list = await this.#request('GET', `${path}?${query}`, { signal });
    const items = list.items.map((values) => Object.fromEntries(fields.map((name, column) => [name, values[column] ?? undefined])));
    return { items, isComplete: list.metadata.continue === undefined };
  }

  #appPath(appId) {
    return `${this.#base}/k8s/v2/apps/${encodeURIComponent(appId)}`;
  }

  #collection(appId) {
    return `${this.#base}/k8s/v1/apps/${encodeURIComponent(appId)}`;
  }

  #backupPath(appId, backupId) {
    return `${this.#collection(appId)}/appBackups/${encodeURIComponent(backupId)}`;
  }
}

function parse(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    // The body may be the error page of a proxy. The caller reports the status.
    return undefined;
  }
}
