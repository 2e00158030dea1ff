import { readFileSync } from 'node:fs';

/**
 * Returns whether the process runs. A zombie, which has ended and waits for its parent to read that, does not count.
 */
export const processIsAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // macOS has no /proc, so the signal's result decides; on Linux the process has just ended.
    return process.platform !== 'linux';
  }
};
