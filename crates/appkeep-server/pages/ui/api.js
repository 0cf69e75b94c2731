// A client for the operations of the public API that the pages need. The pages send no other requests.

/** The timeout of a request, in milliseconds. */
const RESPONSE_TIMEOUT = 20_000;
/** The timeout until a list of files or a download begins, in milliseconds: the bucket may be slow. */
const FILES_TIMEOUT = 60_000;
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
  'bytesDone', 'percentDone', 'snapshotID', 'metadata',
];

const RESTORE_FIELDS = [
  'id', 'sourceAppID', 'backupID', 'snapshotID', 'target', 'include', 'state', 'stateUnready', 'notes', 'totalBytes',
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
    return new AccountApi(id, (...args) => this.#request(...args), (...args) => this.#send(...args));
  }

  #get(path, signal) {
    return this.#request('GET', path, { signal });
  }

  /** Returns the JSON of a successful response. */
  async #request(method, path, { timeout = RESPONSE_TIMEOUT, signal, ...options } = {}) {
    const timeoutSignal = AbortSignal.timeout(timeout);
    const either = signal ? AbortSignal.any([signal, timeoutSignal]) : timeoutSignal;
    try {
      const response = await this.#send(method, path, { ...options, signal: either });
      return parse(await response.text());
    } catch (error) {
      throw error instanceof Problem || signal?.aborted ? error : new Unreachable(error);
    }
  }

  /** Returns a successful response, whose body may not be complete yet. */
  async #send(method, path, { body, signal, headers: more }) {
    const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/json', ...more };
    if (body) {
      headers['content-type'] = 'application/json';
    }
    const response = await fetch(path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
    if (!response.ok) {
      throw new Problem(response.status, parse(await response.text()));
    }
    return response;
  }
}

/** The operations on one account. */
class AccountApi {
  #base;
  #request;
  #send;

  constructor(id, request, send) {
    this.id = id;
    this.#base = `/accounts/${encodeURIComponent(id)}`;
    this.#request = request;
    this.#send = send;
  }

  /** Returns the account's apps, newest first. */
  async apps(signal) {
    return (await this.#list(`${this.#base}/k8s/v2/apps`, ['id', 'name', 'state'], signal)).items;
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

  /** Returns the users of the account: its tokens, and the server itself. */
  async users(signal) {
    return (await this.#list(`${this.#base}/core/v1/users`, ['id', 'firstName', 'metadata'], signal)).items;
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

  /**
   * Returns a page of a directory's entries in the order of their paths, and the position of the next page, if there is one.
   * A path that isn't a directory lists itself.
   */
  async files(appId, backupId, { path, limit, from }, signal) {
    const query = new URLSearchParams({ path, limit, ...(from && { continue: from }) });
    const address = `${this.#backupPath(appId, backupId)}/files?${query}`;
    const { items, metadata } = await this.#request('GET', address, { signal, timeout: FILES_TIMEOUT });
    return { items, next: metadata.continue };
  }

  /**
   * Requests the content of a file, or an archive of a directory. Returns the stream, and the size in bytes if it is known.
   * `signal` also aborts the stream.
   */
  async content(appId, backupId, { path, isArchive }, signal) {
    const query = new URLSearchParams({ path });
    const headers = { accept: isArchive ? 'application/x-tar' : 'application/octet-stream' };
    const start = new AbortController();
    const timer = setTimeout(() => start.abort(), FILES_TIMEOUT);
    try {
      const address = `${this.#backupPath(appId, backupId)}/content?${query}`;
      const response = await this.#send('GET', address, { headers, signal: AbortSignal.any([signal, start.signal]) });
      const length = response.headers.get('content-length');
      return { stream: response.body, size: length === null ? undefined : Number(length) };
    } catch (error) {
      throw error instanceof Problem || signal.aborted ? error : new Unreachable(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the restores of an app that are in progress, and the latest others, newest first. */
  async restores(appId, signal) {
    return (await this.#list(`${this.#collection(appId)}/appRestores`, RESTORE_FIELDS, signal)).items;
  }

  /**
   * Starts a restore of an app. `request` has either a `backupID` or a `snapshotID`, and either `inPlace` or a `target`; with
   * a target, `include` selects paths.
   */
  createRestore(appId, request) {
    const body = { type: 'application/astra-appRestore', version: '1.0', ...request };
    return this.#request('POST', `${this.#collection(appId)}/appRestores`, { body });
  }

  /** Cancels a pending restore, or a running one to a directory. */
  cancelRestore(appId, restoreId) {
    return this.#request('DELETE', `${this.#collection(appId)}/appRestores/${encodeURIComponent(restoreId)}`);
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
