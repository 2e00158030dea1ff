import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '@commerce-core/core/testing';

/** Where Chromium is installed; undefined if it isn't. */
export const chromium: string | undefined = findProgram('chromium');

/** A browser without a window that shows one page. */
export type OpenPage = { close: () => Promise<void> };

/** Opens a page in a Chromium of its own, with an empty profile. The page tells what it did by requests. */
export function openPage(url: string): OpenPage {
  if (chromium === undefined) throw new Error('chromium is not installed');
  const profile = mkdtempSync(join(tmpdir(), 'commerce-chromium-'));
  const flags = [
    '--headless',
    '--disable-gpu',
    '--disable-quic',
    '--disable-dev-shm-usage',
    '--no-first-run',
    // Chromium refuses to run as root with its sandbox. The page is our own.
    '--no-sandbox',
    // Requests to its vendor would fail where there is no network, and hold back the page's own.
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    `--user-data-dir=${profile}`,
  ];
  const child = spawn(chromium, [...flags, url], { stdio: 'ignore', detached: true });
  const ended = once(child, 'exit');
  return {
    async close() {
      // The whole process group: each page has processes of its own.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, 'SIGKILL');
      await ended;
      rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
    },
  };
}
