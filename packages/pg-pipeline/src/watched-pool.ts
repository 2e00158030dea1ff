import pg, { type PoolClient } from 'pg';

type Callback = (error: Error | undefined, client: PoolClient | undefined, done: (release?: any) => void) => void;

/** All connections of a pool were in use for as long as a caller waits. Its cause is the error of the pool. */
export class PoolUsedUp extends Error {
  override readonly name = 'PoolUsedUp';
}

/**
 * A pool that says why a caller got no connection. pg's pool gives the same error when all connections are in use and
 * when all of them are still being opened to a server that doesn't respond.
 */
export class WatchedPool extends pg.Pool {
  readonly #open = new Set<PoolClient>();

  constructor(options: pg.PoolConfig) {
    super(options);
    this.on('connect', (client) => this.#open.add(client));
    this.on('remove', (client) => this.#open.delete(client));
  }

  // One signature can't repeat the overloads of pg's `connect`.
  override connect(callback?: Callback): any {
    if (!callback) return super.connect().catch((error: unknown) => Promise.reject(this.#explain(error)));
    return super.connect((error, client, done) => {
      callback(error && this.#explain(error), client, done);
    });
  }

  #explain<E>(error: E): E | PoolUsedUp {
    const { max, connectionTimeoutMillis } = this.options;
    const waited = error instanceof Error && error.message === 'timeout exceeded when trying to connect';
    if (!waited || this.#open.size < max) return error;
    const seconds = (connectionTimeoutMillis ?? 0) / 1_000;
    return new PoolUsedUp(`all ${max} connections of this process were in use for ${seconds} s`, { cause: error });
  }
}
