import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { processIsAlive } from './process-is-alive.ts';

export type RunningPostmaster = { pid: number; port: number };

const programName = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() ?? '';
  }
};

/**
 * Returns the server that runs on this data folder, according to `postmaster.pid`. PostgreSQL ignores the file of a
 * dead process, but not when another program has that process id now, as after a reboot; then the file is removed here.
 * The port is 0 until the server has written it.
 */
export const runningPostmaster = (data: string): RunningPostmaster | undefined => {
  const file = join(data, 'postmaster.pid');
  let lines: string[];
  try {
    lines = readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !processIsAlive(pid)) return undefined;
  if (!programName(pid).endsWith('postgres')) {
    rmSync(file, { force: true });
    return undefined;
  }
  return { pid, port: Number(lines[3] ?? 0) };
};
