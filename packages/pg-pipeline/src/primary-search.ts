import { setTimeout as sleep } from 'node:timers/promises';
import type { HostOfUrl } from './database-url.ts';
import { RoleProbe, type ServerRole } from './server-role.ts';

/** The server that takes writes. */
export type Primary = { url: string; name: string; timeline: number };

/** No server of the database is a primary now. `message` is safe for callers, `details` names the servers. */
export class NoPrimary extends Error {
  override readonly name = 'NoPrimary';
  readonly details: string;

  constructor(details: string) {
    super('no server of the database takes writes at the moment');
    this.details = details;
  }
}

// How long the search waits for the other servers when it has found a primary: one of them may be on a later timeline.
const othersMs = 300;
// A program notices within this time that another server has become the primary, although the old one still responds.
const watchEveryMs = 250;

type Probed = { host: HostOfUrl; role?: ServerRole; error?: unknown };

/**
 * Searches the hosts of a database for the primary, and watches them. A server on an earlier timeline than one that was
 * seen before, or of another cluster, is never the primary: it is an old primary that was started again.
 */
export class PrimarySearch {
  readonly #probes: { host: HostOfUrl; probe: RoleProbe }[];
  readonly #onMove: (primary: Primary) => void;
  #primary: Primary | undefined;
  #latest = 0;
  #system: string | undefined;
  #search: Promise<Primary> | undefined;
  #accepted = Promise.withResolvers<void>();
  #watch: NodeJS.Timeout | undefined;
  #isClosed = false;

  /** @param onMove called when the primary is found, and each time another server has become the primary */
  constructor(hosts: readonly HostOfUrl[], applicationName: string, onMove: (primary: Primary) => void) {
    this.#probes = hosts.map((host) => ({ host, probe: new RoleProbe(host.url, applicationName) }));
    this.#onMove = onMove;
  }

  /** The latest timeline that was seen; 0 before the first search. */
  get latestTimeline(): number {
    return this.#latest;
  }

  /**
   * Returns the primary. Concurrent calls share one search.
   * @throws NoPrimary when none of the servers is a primary
   * @throws the first server's error when none of them responds
   */
  async find(): Promise<Primary> {
    if (this.#primary) return this.#primary;
    this.#search ??= this.#searchOnce().finally(() => (this.#search = undefined));
    return this.#search;
  }

  /** Returns whether a server with this role may be used. A later timeline makes it the primary. */
  accepts({ url, name }: HostOfUrl, role: ServerRole): boolean {
    if (role.is !== 'primary' || role.timeline < this.#latest) return false;
    this.#system ??= role.system;
    if (role.system !== this.#system) return false;
    this.#latest = role.timeline;
    this.#accepted.resolve();
    if (this.#primary?.url !== url || this.#primary.timeline !== role.timeline) {
      this.#primary = { url, name, timeline: role.timeline };
      this.#onMove(this.#primary);
    }
    return true;
  }

  /** Has the next `find` search again, unless another server has become the primary meanwhile. */
  forget(primary: Primary): void {
    if (this.#primary === primary) this.#primary = undefined;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#watch);
    for (const { probe } of this.#probes) probe.close();
  }

  async #searchOnce(): Promise<Primary> {
    this.#startWatch();
    this.#accepted = Promise.withResolvers<void>();
    const probed = await this.#probeAll();
    const candidates = probed.flatMap(({ host, role }) => (role?.is === 'primary' ? [{ host, role }] : []));
    const systems = new Set([this.#system, ...candidates.map(({ role }) => role.system)]);
    systems.delete(undefined);
    // Nothing tells which one is the right one, before the program has used one of them.
    if (!this.#system && systems.size > 1)
      throw new NoPrimary(`${candidates.map(({ host }) => host.name).join(' and ')} belong to different clusters`);
    // The highest timeline first, so that the others are refused.
    candidates.sort((a, b) => b.role.timeline - a.role.timeline);
    for (const { host, role } of candidates) if (this.accepts(host, role)) break;
    if (this.#primary) return this.#primary;
    if (probed.every(({ error }) => error !== undefined)) throw probed[0]?.error;
    throw new NoPrimary(probed.map((each) => this.#describe(each)).join('; '));
  }

  async #probeAll(): Promise<Probed[]> {
    const found = Promise.withResolvers<void>();
    const probed: Probed[] = this.#probes.map(({ host }) => ({ host }));
    const all = Promise.all(
      this.#probes.map(async ({ host, probe }, index) => {
        try {
          const role = await probe.read();
          probed[index] = { host, role };
          if (role.is === 'primary') found.resolve();
        } catch (error) {
          probed[index] = { host, error };
        }
      }),
    );
    // The watch may accept a primary while another server doesn't respond.
    await Promise.race([all, this.#accepted.promise, found.promise.then(async () => sleep(othersMs))]);
    if (this.#isClosed) this.close();
    return probed;
  }

  #describe({ host, role, error }: Probed): string {
    if (role?.is === 'standby') return `${host.name} is a standby`;
    if (role?.is === 'read-only') return `${host.name} is read-only`;
    if (role?.is !== 'primary')
      return `${host.name} does not respond (${(error as { code?: string } | undefined)?.code ?? 'no response'})`;
    return role.system === this.#system
      ? `${host.name} is an old primary on timeline ${role.timeline}, and timeline ${this.#latest} was seen`
      : `${host.name} belongs to another cluster`;
  }

  #startWatch(): void {
    if (this.#watch || this.#isClosed) return;
    this.#watch = setInterval(() => {
      for (const { host, probe } of this.#probes)
        probe.read().then(
          (role) => {
            if (!this.accepts(host, role) && this.#primary?.url === host.url) this.#primary = undefined;
          },
          // A server that doesn't respond to the watch may still serve its connections. New ones will fail, and search.
          () => {},
        );
    }, watchEveryMs);
    this.#watch.unref();
  }
}
