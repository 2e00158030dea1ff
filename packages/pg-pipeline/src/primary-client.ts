import { callbackify } from 'node:util';
import type pg from 'pg';
import type { HostOfUrl } from './database-url.ts';
import { NoPrimary, PrimarySearch, type Primary } from './primary-search.ts';
import { readRole, roleOf } from './server-role.ts';
import { SessionClient } from './session-client.ts';

/** The connections to the primary of a database with several hosts. */
export type PrimaryConnections = {
  /** A client for pools, which connects to the server that is the primary at that time. */
  Client: typeof SessionClient;
  /** Returns whether another server has become the primary since a connection was opened. */
  hasMovedSince: (client: pg.ClientBase) => boolean;
  close: () => void;
};

type Connected = (error: Error | null) => void;

/**
 * Returns a client whose connections go to the primary. Each new connection checks the server's role, because the
 * server may have changed since the search. When another server becomes the primary, all connections to the last one
 * are closed: their statements fail as on a lost connection.
 */
export function primaryConnections(
  hosts: readonly HostOfUrl[],
  applicationName: string,
  onPrimary: (primary: { host: string; timeline: number }) => void,
): PrimaryConnections {
  const open = new Map<SessionClient, Primary>();
  const timelines = new WeakMap<pg.ClientBase, number>();
  const search = new PrimarySearch(hosts, applicationName, (primary) => {
    for (const [client, used] of open) if (used.url !== primary.url || used.timeline !== primary.timeline) drop(client);
    onPrimary({ host: primary.name, timeline: primary.timeline });
  });

  class PrimaryClient extends SessionClient {
    // pg's pool passes a callback. One signature can't repeat the overloads of pg's `connect`.
    override connect(...args: any[]): any {
      const [callback] = args as [Connected];
      callbackify(async () => this.#open())(callback);
    }

    async #open(): Promise<void> {
      const primary = await search.find();
      Object.assign(this, addressOf(primary));
      // Until the pool has the client, nothing else listens for its errors.
      this.on('error', () => {});
      try {
        await super.connect();
      } catch (error) {
        search.forget(primary);
        throw error;
      }
      await this.#check(primary);
    }

    async #check(primary: Primary): Promise<void> {
      open.set(this, primary);
      timelines.set(this, primary.timeline);
      this.once('end', () => open.delete(this));
      const role = roleOf(await super.query(readRole));
      if (search.accepts(primary, role)) return;
      search.forget(primary);
      drop(this);
      throw new NoPrimary(`${primary.name} is no primary any more`);
    }
  }
  return {
    Client: PrimaryClient,
    hasMovedSince: (client) => search.latestTimeline > (timelines.get(client) ?? Infinity),
    close: () => search.close(),
  };
}

/** The properties of a client of pg that say where it connects to. */
function addressOf({ url }: Primary): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port) || 5432 };
}

/** Closes a connection without waiting for the server, which may not respond. */
function drop(client: pg.Client): void {
  // pg's types don't declare the connection.
  (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
}
