import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, Loaded, Reply } from './job.ts';

/** A process that makes load. It runs many jobs, so its code is compiled after the first ones. */
export type LoadProcess = { pid: number; run: (job: Job) => Promise<Loaded>; stop: () => void };

/** Starts a load process. It ends with this process. */
export function startLoadProcess(): LoadProcess {
  const child: ChildProcess = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    serialization: 'advanced',
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the load process did not start');
  return {
    pid,
    async run(job) {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>();
      const ended = (code: number | null) => reject(new Error(`the load process ended (${code})`));
      child.once('message', resolve).once('exit', ended);
      child.send(job);
      const reply = await promise.finally(() => child.off('exit', ended));
      if ('error' in reply) throw new Error(`the load process failed: ${reply.error}`);
      return reply.loaded;
    },
    stop: () => child.disconnect(),
  };
}
