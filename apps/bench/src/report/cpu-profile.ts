import { readFileSync } from 'node:fs';

type ProfileNode = {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
};
type Profile = { nodes: ProfileNode[]; samples: number[]; timeDeltas: number[] };

/** Where a process spent its time, in shares of the time in which it did anything. */
export type CpuShares = {
  /** Share of the whole time in which it did something. */
  busy: number;
  byOwner: { owner: string; share: number }[];
  byFunction: { where: string; share: number }[];
};

/**
 * Reads a profile that Node wrote with --cpu-prof: self time by package, and by function the most expensive ones, from
 * `fromMs` to `toMs` after its begin.
 */
export function readCpuProfile(file: string, fromMs: number, toMs: number, functionsMax = 30): CpuShares {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const self = new Map<number, number>();
  let at = 0;
  samples.forEach((id, index) => {
    const us = timeDeltas[index] ?? 0;
    at += us;
    if (at >= fromMs * 1000 && at <= toMs * 1000) self.set(id, (self.get(id) ?? 0) + us);
  });
  const owners = new Map<string, number>();
  const functions = new Map<string, number>();
  let [all, busy] = [0, 0];
  for (const { id, callFrame } of nodes) {
    const us = self.get(id) ?? 0;
    all += us;
    if (callFrame.functionName === '(idle)') continue;
    busy += us;
    const owner = ownerOf(callFrame);
    owners.set(owner, (owners.get(owner) ?? 0) + us);
    const where = `${callFrame.functionName || '(anonymous)'} ${shortUrl(callFrame.url)}:${callFrame.lineNumber + 1}`;
    functions.set(where, (functions.get(where) ?? 0) + us);
  }
  const sorted = (of: Map<string, number>) =>
    [...of].toSorted(([, a], [, b]) => b - a).map(([name, us]) => [name, us / busy] as const);
  return {
    busy: busy / all,
    byOwner: sorted(owners).map(([owner, share]) => ({ owner, share })),
    byFunction: sorted(functions)
      .slice(0, functionsMax)
      .map(([where, share]) => ({ where, share })),
  };
}

/** Who owns the code: a package, a part of Node, the garbage collector, or V8 and system calls. */
function ownerOf({ functionName, url }: ProfileNode['callFrame']): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url === '') return 'native code and system calls';
  const inModules = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inModules) return inModules;
  if (url.startsWith('node:'))
    return `node:${
      url
        .slice(5)
        .replace(/^internal\//, '')
        .split('/')[0]
    }`;
  const ours = /\/(apps|packages)\/([^/]+)\/src\/([^/]+)/.exec(url);
  return ours ? `our ${ours[2]}/${ours[3]}` : 'else';
}

const shortUrl = (url: string): string => url.replace(/^file:.*\/(node_modules|apps|packages)\//, '');
