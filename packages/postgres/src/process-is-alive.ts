import { readFileSync } from 'node:fs';

/** Whether the process still runs. A zombie, which only waits for its parent to notice, doesn't count. */
export const processIsAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // Without /proc (macOS) the signal's answer stands; on Linux the process has just gone.
    return process.platform !== 'linux';
  }
};
