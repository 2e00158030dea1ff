import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { summary, type Measured, type Window } from '../load/measure.ts';
import { scratchFolder } from '../setup/scratch.ts';

export type Pgbench = { path: string; version: string };

/** Returns the machine's pgbench: from the PATH, else the newest one of Debian's packages; undefined without one. */
export function findPgbench(): Pgbench | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...versions.map((v) => join(debian, v, 'bin'))];
  for (const path of folders.map((folder) => join(folder, 'pgbench'))) {
    if (!existsSync(path)) continue;
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
    if (status === 0) return { path, version: stdout.trim().replace(/^pgbench \(PostgreSQL\) (\S+).*$/s, '$1') };
  }
  return undefined;
}

export type PgbenchJob = Window & { databaseUrl: string; script: string; clients: number; rate?: number | undefined };

const warmMsMax = 30_000;
const runsMax = 4;

/** The times that were long enough, by script and number of clients. */
type Times = { warmMs: number; connectMs: number };
const learned = new Map<string, Times>();

/**
 * Runs a script and computes the figures from the log of its transactions. Runs it again, up to 4 times,
 * - with twice the warm-up, while a client was still at its first transactions when the measured time began: there it
 *   plans its statements;
 * - with more time for connecting, while the run ended in the first half of the measured time: pgbench's --time
 * contains
 *   it.
 *
 * @returns the figures of the last run; `succeeded` counts the transactions of all runs
 * @throws Error with pgbench's errors
 */
export async function runPgbench(pgbench: Pgbench, job: PgbenchJob): Promise<Measured> {
  const { clients, measureMs } = job;
  const key = `${clients} ${job.script}`;
  const known = learned.get(key);
  const times: Times = { warmMs: Math.max(job.warmMs, known?.warmMs ?? 0), connectMs: known?.connectMs ?? 0 };
  let succeeded = 0;
  for (let run = 1; ; run += 1) {
    const window = { warmMs: times.warmMs, measureMs };
    const calls = readLog(await runOnce(pgbench, { ...job, ...window, connectMs: times.connectMs }));
    const figures = measured(calls, window);
    succeeded += figures.succeeded;
    const missing = missingMs(calls, window);
    const isReady = job.warmMs === 0 || times.warmMs >= warmMsMax || isWarm(calls, times.warmMs, clients);
    if (run === runsMax || (isReady && missing <= measureMs / 2)) return { ...figures, succeeded };
    if (missing > 0) times.connectMs += 1.5 * missing + 500;
    if (!isReady) times.warmMs = Math.min(2 * times.warmMs, warmMsMax);
    learned.set(key, times);
  }
}

/** Runs a script for whole seconds and returns the lines of its log. @throws Error with pgbench's errors */
async function runOnce({ path }: Pgbench, job: PgbenchJob & { connectMs: number }): Promise<string[]> {
  const { databaseUrl, script, clients, rate, warmMs, measureMs, connectMs } = job;
  const url = new URL(databaseUrl);
  const folder = scratchFolder('pgbench');
  try {
    writeFileSync(join(folder, 'script.sql'), `${script}\n`);
    const args = [
      '--no-vacuum',
      '--protocol=prepared',
      `--client=${clients}`,
      `--jobs=${Math.min(clients, cpus().length)}`,
      `--time=${Math.ceil((connectMs + warmMs + measureMs) / 1000)}`,
      '--file=script.sql',
      '--log',
      '--log-prefix=times',
      ...(rate === undefined ? [] : [`--rate=${rate}`]),
      `--host=${url.hostname}`,
      `--port=${url.port}`,
      `--username=${url.username}`,
      url.pathname.slice(1),
    ];
    await promisify(execFile)(path, args, {
      cwd: folder,
      env: { PATH: process.env['PATH'], LC_ALL: 'C', PGPASSWORD: decodeURIComponent(url.password) },
    });
    const logs = readdirSync(folder).filter((name) => name.startsWith('times.'));
    return logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'));
  } catch (error) {
    // execFile rejects with an error that has the output as properties.
    const output = (error as { stderr?: string }).stderr?.split('\n') ?? [];
    const errors = output.filter((line) => /ERROR|FATAL|error:/.test(line)).slice(0, 3);
    throw new Error(`pgbench failed: ${errors.join('\n') || String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type LoggedCall = { client: string; tookMs: number; endMs: number };

/**
 * Reads pgbench's log. A line has: client, transaction, duration in µs (with --rate: since the due time), script, end
 * in s and µs, … https://www.postgresql.org/docs/18/pgbench.html
 */
export const readLog = (lines: readonly string[]): LoggedCall[] =>
  lines
    .filter((line) => line !== '')
    .map((line) => {
      const [client = '', , tookUs, , seconds, us] = line.split(' ');
      return { client, tookMs: Number(tookUs) / 1000, endMs: Number(seconds) * 1000 + Number(us) / 1000 };
    });

/** pgbench connects before the first transaction begins, so the run starts with the earliest begin. */
const startOf = (calls: readonly LoggedCall[]): number =>
  calls.reduce((least, { endMs, tookMs }) => Math.min(least, endMs - tookMs), Infinity);

/** Whether each client had finished two calls when the warm-up ended. */
export function isWarm(calls: readonly LoggedCall[], warmMs: number, clients: number): boolean {
  const from = startOf(calls) + warmMs;
  const finished = new Map<string, number>();
  for (const { client, endMs } of calls) if (endMs < from) finished.set(client, (finished.get(client) ?? 0) + 1);
  return [...finished.values()].filter((count) => count >= 2).length === clients;
}

/** Returns by how many ms the run ended before the end of the measured time, within the precision of 100 ms. */
export function missingMs(calls: readonly LoggedCall[], { warmMs, measureMs }: Window): number {
  const lasted = calls.reduce((most, { endMs }) => Math.max(most, endMs), 0) - startOf(calls);
  const missing = warmMs + measureMs - lasted;
  return missing > 100 ? missing : 0;
}

/** Computes the figures of the measured time, which follows the warm-up, or of the part of it that the run reached. */
export function measured(calls: readonly LoggedCall[], window: Window): Measured {
  const from = startOf(calls) + window.warmMs;
  const measureMs = Math.max(0, window.measureMs - missingMs(calls, window));
  const counted = calls.filter(({ endMs }) => endMs >= from && endMs < from + measureMs);
  return {
    ...summary(
      counted.map(({ tookMs }) => tookMs),
      measureMs / 1000,
    ),
    succeeded: calls.length,
    failed: {},
  };
}
