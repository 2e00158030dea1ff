import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Returns a process's resident memory in MB. */
export async function rssMb(pid: number): Promise<number> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) / 1024;
}
