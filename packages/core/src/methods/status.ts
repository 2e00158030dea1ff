import { readFileSync } from 'node:fs';
import { read } from '../database/transaction.ts';
import { readJobLags, type JobLag, type Parked } from '../flows/status/read-job-lags.ts';
import { settingsOf, type ShownSettings } from '../flows/status/shown-settings.ts';
import type { Context } from '../run/context.ts';

/** The versions that a shop runs on. */
export type Versions = { commerce: string; node: string; postgres: string };

/** A queue of batched calls in one process. */
export type QueueStatus = { name: string; waiting: number; blocked: number; running: number };

/** How the shop runs. `queues` and `settings` are those of the process that is asked. */
export type SystemStatus = {
  time: Date;
  versions: Versions;
  jobs: JobLag[];
  parked: Parked;
  queues: QueueStatus[];
  settings: ShownSettings;
};

/** The version of this package. It is read when it is asked for, and not at each start. */
function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** How the shop runs: its jobs, queues, versions and settings. */
export function statusMethods(context: Context) {
  const { database, batcher } = context;
  return {
    /**
     * Reads how the shop runs: how far each background job is behind (`jobs`), what waits for an operator or a gateway
     * (`parked`), the queues of batched calls and the settings of this process, and the versions. It costs some ten
     * short statements, however large the shop is.
     * @throws database_unavailable when the database can't be reached
     */
    systemStatus: async (): Promise<SystemStatus> =>
      read(async () => {
        const { rows } = await database.pool.query<{ time: Date; postgres: string }>(
          `select now() as "time", current_setting('server_version') as "postgres"`,
        );
        const lags = await readJobLags(context);
        return {
          // A SELECT without FROM always returns one row.
          time: rows[0]!.time,
          versions: { commerce: readVersion(), node: process.versions.node, postgres: rows[0]!.postgres },
          ...lags,
          queues: batcher.queues.map(({ name, waiting, blocked, running }) => ({ name, waiting, blocked, running })),
          settings: settingsOf(context),
        };
      }),
  };
}
