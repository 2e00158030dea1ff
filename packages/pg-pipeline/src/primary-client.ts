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
  close: () => void;
};

type Connected = (error: Error | null) => void;

/**
 * Returns a client whose connections go to the primary. Each new connection checks the server's role, because the server
 * may have changed since the search. When another server becomes the primary, all connections to the last one are
 * closed: their statements fail as on a lost connection.
 */
export function primaryConnections(
  hosts: readonly HostOfUrl[],
  applicationName: string,
  onPrimary: (primary: { host: string; timeline: number }) => void,
): PrimaryConnections {
  const open = new Map<SessionClient, Primary>();
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
      const { hostname, port } = new URL(primary.url);
      this.host = hostname.replace(/^\[(.*)\]$/, '$1');
      this.port = Number(port) || 5432;
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
      this.once('end', () => open.delete(this));
      const role = roleOf(await super.query(readRole));
      if (search.accepts(primary, role)) return;
      search.forget(primary);
      drop(this);
      throw new NoPrimary(`${primary.name} is no primary any more`);
    }
  }
  return { Client: PrimaryClient, close: () => search.close() };
}

/** Closes a connection without waiting for the server, which may not respond. */
function drop(client: pg.Client): void {
  // pg's types don't declare the connection.
  (client as unknown as { connection: { stream: { destroy: () => void } } }).connection.stream.destroy();
}
