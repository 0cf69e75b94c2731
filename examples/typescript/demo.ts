// A server for tests: starts `appkeep serve --demo`, and stops it at the end.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** The line of JSON that the server prints. */
export interface Demo {
  url: string;
  token: string;
  accountID: string;
  apps: { id: string; name: string; volumes: Record<string, string> }[];
  buckets: { id: string; name: string; path: string }[];
  data: string;
}

/** Runs `test` with a new server. The server also ends, and removes its data, when this process is killed. */
export async function withDemo(test: (demo: Demo) => Promise<void>): Promise<void> {
  const options = ["--demo", "--format", "json", "--log", "warn,audit=off"];
  const server = spawn("appkeep", ["serve", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(server, "close");
  try {
    await test(JSON.parse(await firstLine(server.stdout)) as Demo);
  } finally {
    server.kill();
    await ended;
  }
}

async function firstLine(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface({ input: output })) {
    return line;
  }
  throw new Error("the server didn't start: its stderr has the reason");
}
