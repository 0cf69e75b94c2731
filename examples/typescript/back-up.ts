// Creates a backup, waits until it is completed, lists the app's backups, and deletes it.

import { setTimeout } from "node:timers/promises";

import createClient, { type Client } from "openapi-fetch";

import type { components, paths } from "./api.js";
import { type Demo, withDemo } from "./demo.js";

type AppBackup = components["schemas"]["AppBackup"];
type Problem = components["schemas"]["DetailedProblem"];

const IN_PROGRESS = ["pending", "discovering", "running"];
const POLL_MS = 500;
const WAIT_MAX_MS = 120_000;

/** A response that isn't a success. */
class ApiError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`);
  }
}

/** Returns the body of a success; throws an `ApiError` for any other response. */
function expect<T>(result: { data?: T; error?: unknown; response: Response }): T {
  if (result.data !== undefined) {
    return result.data;
  }
  // A proxy in front of the server may respond with something else than a problem.
  const problem: Problem = {
    type: "about:blank",
    title: result.response.statusText,
    status: String(result.response.status),
    detail: "no details",
    ...(typeof result.error === "object" ? result.error : {}),
  };
  throw new ApiError(problem);
}

/** The backups of one app. */
class Backups {
  private readonly client: Client<paths>;
  private readonly path: { account_id: string; app_id: string };

  constructor(demo: Demo) {
    this.client = createClient<paths>({
      baseUrl: demo.url,
      headers: { Authorization: `Bearer ${demo.token}` },
    });
    const app = demo.apps[0];
    if (app === undefined) {
      throw new Error("the demo has no app");
    }
    this.path = { account_id: demo.accountID, app_id: app.id };
  }

  /** Creates a backup. It is `pending` at first. */
  async create(name: string): Promise<AppBackup> {
    const created = await this.client.POST("/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups", {
      params: { path: this.path },
      body: { type: "application/astra-appBackup", version: "1.1", name },
    });
    return expect(created);
  }

  /** Polls a backup until it is completed. */
  async wait(backup: AppBackup): Promise<AppBackup> {
    const deadline = performance.now() + WAIT_MAX_MS;
    while (IN_PROGRESS.includes(backup.state) && performance.now() < deadline) {
      await setTimeout(POLL_MS);
      const fetched = await this.client.GET(
        "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}",
        { params: { path: { ...this.path, appBackup_id: backup.id } } },
      );
      backup = expect(fetched);
    }
    if (backup.state !== "completed") {
      throw new Error(`the backup is ${backup.state}: ${backup.stateUnready.join(", ")}`);
    }
    return backup;
  }

  /** Lists the names of the app's backups. */
  async names(): Promise<string[]> {
    const listed = await this.client.GET("/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups", {
      params: { path: this.path },
    });
    // Items are arrays of values if the request has `include`.
    return expect(listed).items.flatMap((backup) => (Array.isArray(backup) ? [] : [backup.name]));
  }

  /** Deletes a backup and its data. */
  async delete(backup: AppBackup): Promise<void> {
    const deleted = await this.client.DELETE(
      "/accounts/{account_id}/k8s/v1/apps/{app_id}/appBackups/{appBackup_id}",
      { params: { path: { ...this.path, appBackup_id: backup.id } } },
    );
    if (deleted.response.status !== 204) {
      expect(deleted);
    }
  }
}

await withDemo(async (demo) => {
  const backups = new Backups(demo);
  const backup = await backups.wait(await backups.create("from-typescript"));
  console.log(`${backup.name} is ${backup.state}, ${backup.totalBytes} bytes`);
  console.log("backups:", await backups.names());
  await backups.delete(backup);
  console.log("backups:", await backups.names());
});
