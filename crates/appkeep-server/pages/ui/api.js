// A client for the operations of the public API that the pages need. The pages send no other requests.

/** The timeout of a request, in milliseconds. */
const RESPONSE_TIMEOUT = 20_000;

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

  async #request(method, path, { body, signal } = {}) {
    const headers = { authorization: `Bearer ${this.#token}`, accept: 'application/json' };
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
    this.#base = `/accounts/${encodeURIComponent(id)}`;
    this.#request = request;
  }

  /** Returns the account's apps, newest first. */
  async apps(signal) {
    return (await this.#request('GET', `${this.#base}/k8s/v2/apps`, { signal })).items;
  }

  app(appId, signal) {
    return this.#request('GET', `${this.#base}/k8s/v2/apps/${encodeURIComponent(appId)}`, { signal });
  }

  async buckets(signal) {
    return (await this.#request('GET', `${this.#base}/topology/v1/buckets`, { signal })).items;
  }

  /** Returns the schedules of an app. */
  async schedules(appId, signal) {
    const path = `${this.#base}/k8s/v1/apps/${encodeURIComponent(appId)}/schedules`;
    return (await this.#request('GET', path, { signal })).items;
  }

  /** Returns the newest backups of an app, and whether there are older ones. */
  async backups(appId, limit, signal) {
    const list = await this.#request('GET', `${this.#backupsPath(appId)}?limit=${limit}`, { signal });
    return { backups: list.items, hasMore: list.metadata.continue !== undefined };
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
    return this.#request('POST', this.#backupsPath(appId), { body });
  }

  /** Deletes a backup and its data, or cancels a backup in progress. */
  deleteBackup(appId, backupId) {
    return this.#request('DELETE', `${this.#backupsPath(appId)}/${encodeURIComponent(backupId)}`);
  }

  #backupsPath(appId) {
    return `${this.#base}/k8s/v1/apps/${encodeURIComponent(appId)}/appBackups`;
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
