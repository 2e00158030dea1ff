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

/**
 * Runs a script for whole seconds and computes the figures from the log of its transactions.
 * @throws Error with pgbench's errors
 */
export async function runPgbench({ path }: Pgbench, job: PgbenchJob): Promise<Measured> {
  const { databaseUrl, script, clients, rate, warmMs, measureMs } = job;
  const url = new URL(databaseUrl);
  const folder = scratchFolder('pgbench');
  try {
    writeFileSync(join(folder, 'script.sql'), `${script}\n`);
    const args = [
      '--no-vacuum',
      '--protocol=prepared',
      `--client=${clients}`,
      `--jobs=${Math.min(clients, cpus().length)}`,
      `--time=${Math.ceil((warmMs + measureMs) / 1000)}`,
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
    return measured(
      logs.flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n')),
      job,
    );
  } catch (error) {
    // execFile rejects with an error that has the output as properties.
    const output = (error as { stderr?: string }).stderr?.split('\n') ?? [];
    const errors = output.filter((line) => /ERROR|FATAL|error:/.test(line)).slice(0, 3);
    throw new Error(`pgbench failed: ${errors.join('\n') || String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Computes the figures from pgbench's log. A line has: client, transaction, duration in µs (with --rate: since the due
 * time), script, end in s and µs, … https://www.postgresql.org/docs/18/pgbench.html
 */
export function measured(lines: readonly string[], { warmMs, measureMs }: Window): Measured {
  const calls = lines
    .filter((line) => line !== '')
    .map((line) => {
      const [, , tookUs, , seconds, us] = line.split(' ');
      return { tookMs: Number(tookUs) / 1000, endMs: Number(seconds) * 1000 + Number(us) / 1000 };
    });
  // pgbench connects before the first transaction begins, so the run starts with the earliest begin.
  const start = calls.reduce((least, { endMs, tookMs }) => Math.min(least, endMs - tookMs), Infinity);
  const from = start + warmMs;
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
