import { createApp, type AppOptions } from './http/app.ts';
import { serve, type ServeOptions } from './http/serve.ts';

export type StartApiOptions = Omit<AppOptions, 'stopping'> & ServeOptions;

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
 * Serves a commerce over HTTP and runs its background jobs: what `createApp`, `serve` and `commerce.runJobs` do, and
 * the order in which they stop.
 * @throws Error the server's own, like EADDRINUSE, when it can't listen
 */
export async function startApi({
  host,
  port,
  keepAliveMs,
  connectionLimits,
  ...options
}: StartApiOptions): Promise<RunningApi> {
  const { commerce, log } = options;
  const stopping = new AbortController();
  const serving = await serve(createApp({ ...options, stopping: stopping.signal }), {
    host,
    port,
    ...(keepAliveMs !== undefined && { keepAliveMs }),
    ...(connectionLimits && { connectionLimits }),
  });
  const jobs = commerce.runJobs(stopping.signal, ({ error, ...facts }) => {
    if (error === undefined) log.info(facts, 'job');
    else log.error({ ...facts, err: error }, 'job');
  });
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
