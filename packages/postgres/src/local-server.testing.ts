import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import pg from 'pg';

/** Runs one statement in a connection of its own. */
export const query = async (url: string, text: string): Promise<Record<string, unknown>[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
};

/** The process group of a process. A process with a session of its own leads its own group. */
export const groupOf = (pid: number): string =>
  existsSync('/proc/self/stat')
    ? (readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\)/s, '').trim().split(' ')[2] ?? '')
    : execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim();
