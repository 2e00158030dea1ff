import { existsSync, readdirSync, readFileSync } from 'node:fs';

// Linux reports hundredths of a second (USER_HZ), independent of the kernel's own tick.
const ticksPerSecond = 100;

/**
 * Returns the CPU seconds that a process has used; undefined without /proc.
 *
 * @param options `family`: adds the process's children, those included that have ended
 */
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

// https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: state, parent and so on follow the name in brackets.
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
