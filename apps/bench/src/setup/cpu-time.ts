import { existsSync, readdirSync, readFileSync } from 'node:fs';

// Linux counts in hundredths of a second (USER_HZ), whatever the kernel's own tick is.
const ticksPerSecond = 100;

/** CPU seconds that a process has used, and with `family` its children too, ended ones counted; undefined without /proc. */
export function cpuSeconds(pid: number, { family = false } = {}): number | undefined {
  if (!existsSync('/proc/self/stat')) return undefined;
  const own = read(pid);
  if (!own) return undefined;
  if (!family) return (own.user + own.system) / ticksPerSecond;
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => read(Number(name)) ?? [])
    .filter(({ parent }) => parent === pid);
  const ticks = children.reduce((sum, { user, system }) => sum + user + system, own.user + own.system + own.ofEnded);
  return ticks / ticksPerSecond;
}

// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: after the name in brackets come state, parent, …
function read(pid: number): { parent: number; user: number; system: number; ofEnded: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (number: number) => fields[number - 3] ?? 0;
    return { parent: at(4), user: at(14), system: at(15), ofEnded: at(16) + at(17) };
  } catch {
    return undefined;
  }
}
