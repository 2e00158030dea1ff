import pg from 'pg';

/** What a server is at the moment. */
export type ServerRole =
  | { is: 'primary'; timeline: number; system: string }
  | { is: 'standby' }
  /** A primary whose sessions can't write. */
  | { is: 'read-only' };

/**
 * The statement that `roleOf` reads. A standby has no timeline of its own. A promotion begins the next timeline, so of
 * two servers that claim to be the primary the one with the higher timeline is right. The timeline is read from the
 * WAL, because the control file has the new one only after the first checkpoint.
 */
export const readRole = `select pg_is_in_recovery() as "isStandby",
  current_setting('transaction_read_only')::boolean as "isReadOnly",
  case when not pg_is_in_recovery() then substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8) end as timeline,
  (select system_identifier::text from pg_control_system()) as system`;

type RoleRow = { isStandby: boolean; isReadOnly: boolean; timeline: string | null; system: string };

/** Returns the role in the result of `readRole`. */
export function roleOf({ rows }: pg.QueryResult<RoleRow>): ServerRole {
  const [row] = rows;
  if (!row || row.isStandby || row.timeline === null) return { is: 'standby' };
  if (row.isReadOnly) return { is: 'read-only' };
  return { is: 'primary', timeline: Number.parseInt(row.timeline, 16), system: row.system };
}

const answerMs = 1_000;

/** Reads a server's role again and again, on one connection of its own that it opens again when it was lost. */
export class RoleProbe {
  readonly #url: string;
  readonly #applicationName: string;
  #client: pg.Client | undefined;
  #reading: Promise<ServerRole> | undefined;

  constructor(url: string, applicationName: string) {
    this.#url = url;
    this.#applicationName = applicationName;
  }

  /**
   * Concurrent calls share one read.
   * @throws the connection's error when the server doesn't respond within a second
   */
  async read(): Promise<ServerRole> {
    this.#reading ??= this.#readOnce().finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #readOnce(): Promise<ServerRole> {
    const client = this.#client ?? (await this.#connect());
    try {
      return roleOf(await client.query<RoleRow>(readRole));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.end().catch(() => {});
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: answerMs,
      query_timeout: answerMs,
      application_name: this.#applicationName,
    });
    client.on('error', () => {
      if (this.#client === client) this.#client = undefined;
    });
    await client.connect();
    this.#client = client;
    return client;
  }
}
