import type { Loaded } from '../job.ts';
import { summary, type Window } from '../measure.ts';

/**
 * Computes the figures from the lines that the script prints, among those of wrk. Times are in µs, since the first
 * request:
 *
 * - `call END TOOK ID`, or `call END TOOK !FAILURE`
 * - `end TIME CPU`: the last response was received; the CPU time until then
 *
 * @throws Error when the script did not receive its last response in time
 */
export function loadedOf(lines: readonly string[], { warmMs, measureMs }: Window): Loaded {
  const latencies: number[] = [];
  const ids: string[] = [];
  const failed: Record<string, number> = {};
  let loadCores: number | undefined;
  for (const line of lines) {
    const [kind, first, second, ...rest] = line.split(' ');
    if (kind === 'call') {
      const result = rest.join(' ');
      if (result.startsWith('!')) {
        const failure = result.slice(1);
        failed[failure] = (failed[failure] ?? 0) + 1;
        continue;
      }
      ids.push(result);
      const endMs = Number(first) / 1000;
      if (endMs >= warmMs && endMs < warmMs + measureMs) latencies.push(Number(second) / 1000);
    } else if (kind === 'end') loadCores = Number(second) / Number(first);
  }
  if (loadCores === undefined) throw new Error(`calls got no response: ${JSON.stringify(failed)}`);
  return { ...summary(latencies, measureMs / 1000), succeeded: ids.length, failed, loadCores, ids };
}
