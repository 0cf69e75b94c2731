// The public API, as far as these pages need it. They use nothing else.

/** How long an answer may take, in milliseconds. */
const RESPONSE_TIMEOUT = 20_000;

/** An answer that is a problem (RFC 7807), or no answer of this API at all. */
export class Problem extends Error {
  constructor(status, body = {}) {
    super(body.detail || body.title || `The server answered ${status}.`);
    this.status = status;
    this.title = body.title || `Status ${status}`;
    this.correlation = body.correlationID;
    this.invalidFields = [...(body.invalidFields || []), ...(body.invalidParams || [])]
      .map(({ name, reason }) => `${name}: ${reason}`);
  }
}

/** No answer came. */
export class Unreachable extends Error {
  constructor(cause) {
    super('The server does not answer.', { cause });
  }
}

/** A server, seen with a token. */
export class Api {
  #token;

  constructor(token) {
    this.#token = token;
  }

  /** The accounts that the token is good for, each with the token's role. */
  async accounts(signal) {
    return (await this.#get('/accounts', signal)).items;
  }

  /** An account, as this token sees it. */
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

/** One account's part of the API. */
class AccountApi {
  #base;
  #request;

  constructor(id, request) {
    this.#base = `/accounts/${encodeURIComponent(id)}`;
    this.#request = request;
  }

  /** Its apps, newest first. */
  async apps(signal) {
    return (await this.#request('GET', `${this.#base}/k8s/v2/apps`, { signal })).items;
  }

  app(appId, signal) {
    return this.#request('GET', `${this.#base}/k8s/v2/apps/${encodeURIComponent(appId)}`, { signal });
  }

  async buckets(signal) {
    return (await this.#request('GET', `${this.#base}/topology/v1/buckets`, { signal })).items;
  }

  /** What backs an app up by itself. */
  async schedules(appId, signal) {
    return (await this.#request('GET', `${this.#base}/k8s/v1/apps/${encodeURIComponent(appId)}/schedules`, { signal })).items;
  }

  /** The newest backups of an app, and whether there are more. */
  async backups(appId, limit, signal) {
    const list = await this.#request('GET', `${this.#backupsPath(appId)}?limit=${limit}`, { signal });
    return { backups: list.items, hasMore: list.metadata.continue !== undefined };
  }

  /** Asks for a backup. What isn't given, the server chooses. */
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

  /** Deletes a backup with its data; one that is being made is cancelled. */
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
    // A proxy's page, say. The status tells what can be told.
    return undefined;
  }
}
