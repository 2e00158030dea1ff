import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type Wrk = { path: string; version: string };

/** The folder of wrk's scripts. wrk finds them when it runs there. */
export const scripts = fileURLToPath(new URL('.', import.meta.url));

/**
 * Returns the wrk of the PATH; undefined without one. A wrk that can't load the scripts counts as none: they need the
 * libcrypto that wrk links.
 */
export function findWrk(): Wrk | undefined {
  const paths = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'wrk'));
  const path = paths.find((candidate) => existsSync(candidate));
  if (path === undefined) return undefined;
  const run = (args: string[]) => spawnSync(path, args, { cwd: scripts, encoding: 'utf8', timeout: 10_000 }).stdout;
  const version = /^wrk (?:\S+\/)?([\d.]+)/.exec(run(['-v']))?.[1];
  const loads = run(['--script', 'probe.lua', 'http://127.0.0.1']).includes('loaded');
  return version !== undefined && loads ? { path, version } : undefined;
}
