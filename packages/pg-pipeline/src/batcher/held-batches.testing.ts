import { PipelineError } from '../pipeline-error.ts';
import { Batcher } from './batcher.ts';
import type { BatcherOptions } from './batcher-options.ts';

/** A batcher whose batches end when the test says so. */
export function held(options: Partial<BatcherOptions<number, number>> = {}) {
  const batches: { commands: number[]; end: (error?: unknown) => void }[] = [];
  const batcher = new Batcher<number, number>({
    name: 'test',
    lanes: 1,
    run: async (commands) => {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>();
      batches.push({
        commands,
        end: (error) => {
          if (error) reject(error as Error);
          else resolve(commands.map((command) => command * 10));
        },
      });
      return promise;
    },
    ...options,
  });
  const endAll = async () => {
    for (let index = 0; index < batches.length; index += 1) {
      batches[index]!.end();
      await new Promise(setImmediate);
    }
  };
  return { batcher, batches, endAll, sizes: () => batches.map(({ commands }) => commands.length) };
}

export const codeOf = async (answer: Promise<unknown>) =>
  answer.then(
    () => 'accepted',
    (error: unknown) => (error instanceof PipelineError ? error.code : String(error)),
  );
