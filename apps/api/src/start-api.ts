import type { Commerce } from '@commerce-core/core';
import { createApp, type AppOptions } from './http/app.ts';
import { serve, type ServeOptions } from './http/serve.ts';

export type StartApiOptions = Omit<AppOptions, 'stopping'> &
  ServeOptions & {
    /** Whether this process runs the background jobs. Defaults to true. */
    runsJobs?: boolean;
  };

type JobReport = NonNullable<Parameters<Commerce['runJobs']>[1]>;

export type RunningApi = {
  /** Where it listens, like `http://127.0.0.1:3000`. */
  url: string;
  /**
   * Stops the API: takes no new request, waits up to `graceMs` for those that are running, closes the commerce and
   * waits for its jobs. The database stays open. Returns whether all requests finished in time.
   */
  stop: (graceMs: number) => Promise<boolean>;
};

/**
 * Serves a commerce over HTTP and runs its background jobs, unless `runsJobs` is false: what `createApp`, `serve` and
 * `commerce.runJobs` do, and the order in which they stop.
 * @throws Error the server's own, like EADDRINUSE, when it can't listen
 */
export async function startApi({
  host,
  port,
  keepAliveMs,
  requestMs,
  headerBytesMax,
  connectionLimits,
  runsJobs = true,
  ...options
}: StartApiOptions): Promise<RunningApi> {
  const { commerce, log } = options;
  const stopping = new AbortController();
  const serving = await serve(createApp({ ...options, stopping: stopping.signal }), {
    host,
    port,
    ...(keepAliveMs !== undefined && { keepAliveMs }),
    ...(requestMs !== undefined && { requestMs }),
    ...(headerBytesMax !== undefined && { headerBytesMax }),
    ...(connectionLimits && { connectionLimits }),
  });
  const report: JobReport = ({ error, ...facts }) => {
    if (error === undefined) log.info(facts, 'job');
    else log.error({ ...facts, err: error }, 'job');
  };
  const jobs = runsJobs ? commerce.runJobs(stopping.signal, report) : undefined;
  return {
    url: serving.url,
    async stop(graceMs) {
      stopping.abort();
      const finished = await serving.close(graceMs);
      await commerce.close();
      await jobs;
      return finished;
    },
  };
}
