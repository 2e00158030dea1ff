import { readFileSync } from 'node:fs';

type Frame = { functionName: string; url: string; lineNumber: number };
type ProfileNode = { id: number; callFrame: Frame; children?: number[] };
type Profile = { nodes: ProfileNode[]; samples: number[]; timeDeltas: number[] };

// Stands for a sample of a node that the profile doesn't list.
const unknownFrame: Frame = { functionName: '(unknown)', url: '', lineNumber: 0 };

type Share = readonly [what: string, share: number];

/** Where a process spent its CPU time, in shares of its busy time, the largest first. */
export type CpuShares = {
  /** The busy share of the whole time. */
  busy: number;
  /** Self time by package, part of Node, or kind of work. */
  byOwner: Share[];
  /** Self time by function. */
  byFunction: Share[];
  /** Time in our functions, with the library functions that they call, up to the next function of ours. */
  byCause: Share[];
};

/** Reads a profile that Node wrote with --cpu-prof, from `fromMs` to `toMs` after its start. */
export function readCpuProfile(file: string, fromMs: number, toMs: number): CpuShares {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, 'utf8')) as Profile;
  const self = new Map<number, number>();
  let at = 0;
  samples.forEach((id, index) => {
    const us = timeDeltas[index] ?? 0;
    at += us;
    if (at >= fromMs * 1000 && at <= toMs * 1000) self.set(id, (self.get(id) ?? 0) + us);
  });
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const frameOf = (id: number): Frame => frames.get(id) ?? unknownFrame;
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const causeOf = (id: number): string => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const frame = frameOf(at);
      if (isOurs(frame.url)) return named(frame);
    }
    return isOutside(frameOf(id)) ? ownerOf(frameOf(id)) : `no function of ours: ${topOf(id)}`;
  };
  const topOf = (id: number): string => {
    let top = id;
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const { url } = frameOf(at);
      if (url !== '' && !url.includes('/process/task_queues')) top = at;
    }
    return named(frameOf(top));
  };

  const [owners, functions, causes] = [new Map<string, number>(), new Map<string, number>(), new Map<string, number>()];
  const add = (to: Map<string, number>, what: string, us: number) => to.set(what, (to.get(what) ?? 0) + us);
  let [all, busy] = [0, 0];
  for (const [id, us] of self) {
    const frame = frameOf(id);
    all += us;
    if (frame.functionName === '(idle)') continue;
    busy += us;
    add(owners, ownerOf(frame), us);
    add(functions, named(frame), us);
    add(causes, causeOf(id), us);
  }
  const shares = (of: Map<string, number>): Share[] =>
    [...of].map(([what, us]) => [what, us / busy] as const).toSorted(([, a], [, b]) => b - a);
  return { busy: busy / all, byOwner: shares(owners), byFunction: shares(functions), byCause: shares(causes) };
}

const isOurs = (url: string): boolean => /\/(apps|packages)\/[^/]+\/src\//.test(url);
const isOutside = ({ functionName }: Frame): boolean => /^\((garbage collector|program)\)$/.test(functionName);

/** Returns the code's owner: a package, a part of Node, the garbage collector, or V8 and system calls. */
function ownerOf({ functionName, url }: Frame): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (url === '') return 'native code and system calls';
  const inModules = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (inModules) return inModules;
  if (url.startsWith('node:')) {
    return url
      .replace('node:internal/', 'node:')
      .replace(/^(node:deps\/[^/]+).*/, '$1')
      .replace(/^(node:(?!deps)[^/]+)\/.*/, '$1');
  }
  const ours = /\/(apps|packages)\/([^/]+)\/src\/([^/]+)/.exec(url);
  return ours ? `our ${ours[2]}/${ours[3]}` : 'other code';
}

function named({ functionName, url, lineNumber }: Frame): string {
  if (url === '') return functionName;
  return (
    `${functionName || '(anonymous)'} ` +
    `${url.replace(/^file:.*\/(node_modules|apps|packages)\//, '')}:${lineNumber + 1}`
  );
}
