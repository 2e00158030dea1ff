import { PipelineError } from '../pipeline-error.ts';
import { Batcher } from './batcher.ts';
import type { BatcherOptions, QueueOptions } from './batcher-options.ts';

export type TestOptions = Partial<BatcherOptions<number, number> & QueueOptions<number>>;

/**
 * Creates a batcher with one queue, whose batches run until the test ends them. A command's result is ten times the
 * command.
 */
export function createControlledBatcher(options: TestOptions = {}) {
  const batches: { commands: number[]; end: (error?: Error) => void }[] = [];
  const batcher = new Batcher<number, number>({
    lanes: 1,
    run: async (commands) => {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>();
      batches.push({
        commands,
        end: (error) => {
          if (error) reject(error);
          else resolve(commands.map((command) => command * 10));
        },
      });
      return promise;
    },
    ...options,
  });
  const queue = batcher.addQueue({ name: 'test', ...options });
  /** Ends the batch of this number, counted from 0, and lets the batcher go on. */
  const endBatch = async (index: number, error?: Error) => {
    const batch = batches[index];
    if (!batch) throw new Error(`batch ${index} has not started`);
    batch.end(error);
    await new Promise(setImmediate);
  };
  /** Ends every batch, those that start meanwhile included. */
  const endAllBatches = async () => {
    for (let index = 0; index < batches.length; index += 1) await endBatch(index);
  };
  return {
    batcher,
    queue,
    endBatch,
    endAllBatches,
    /** The commands of each batch that started. */
    batchCommands: () => batches.map(({ commands }) => commands),
    batchSizes: () => batches.map(({ commands }) => commands.length),
  };
}

/** Returns 'accepted' for a command that succeeded, the code of a PipelineError, or the text of any other error. */
export const errorCodeOf = async (result: Promise<unknown>) =>
  result.then(
    () => 'accepted',
    (error: unknown) => (error instanceof PipelineError ? error.code : String(error)),
  );
