import { UsageError, type LoadChoice } from '../options.ts';
import type { LoadProcess } from './load-process.ts';
import { findWrk } from './wrk/find-wrk.ts';
import { runWrk } from './wrk/run-wrk.ts';
import { isWrkJob } from './wrk/wrk-job.ts';

/** A load process, and the name of the program that sends the load over HTTP. */
export type LoadProgram = LoadProcess & { name: string };

const install = 'wrk is not installed: apt-get install wrk';

/**
 * Returns a load process that sends by wrk, a C program as pgbench is, and by `node` what wrk can't send. `node` sends
 * everything if `choice` is 'node', or if it is undefined and wrk is not installed.
 *
 * @throws UsageError when `choice` is 'wrk' and wrk is not installed
 */
export function chooseLoadProgram(node: LoadProcess, choice: LoadChoice | undefined): LoadProgram {
  const byNode: LoadProcess['run'] = async (job) => ({ ...(await node.run(job)), sentBy: 'Node' });
  const wrk = choice === 'node' ? undefined : findWrk();
  if (wrk) {
    const run: LoadProcess['run'] = async (job) => (isWrkJob(job) ? runWrk(wrk, job) : byNode(job));
    return { ...node, name: `wrk ${wrk.version}`, run };
  }
  if (choice === 'wrk') throw new UsageError(install);
  return { ...node, name: choice === 'node' ? 'Node' : `Node (${install})`, run: byNode };
}
