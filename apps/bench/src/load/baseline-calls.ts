import pg from 'pg';
import { orderCall, webhookCall, type BaselineCall } from '../baseline/baseline-call.ts';
import type { Job } from './job.ts';
import type { Meter } from './measure.ts';
import type { Calls } from './over-http.ts';

/** Opens plain pg connections that call the baseline's function, for machines without pgbench. */
export async function baselineCalls(
  job: Job & { kind: 'baseline-orders' | 'baseline-webhooks' },
  meter: Meter,
): Promise<Calls> {
  const { statement, values, idOf }: BaselineCall = job.kind === 'baseline-orders' ? orderCall(job.shape) : webhookCall;
  const clients = await Promise.all(
    Array.from({ length: job.clients }, async () => {
      const client = new pg.Client({ connectionString: job.databaseUrl });
      client.on('error', () => {});
      await client.connect();
      return client;
    }),
  );
  const ids: string[] = [];
  const callOn = (client: pg.Client) => async (since: number) => {
    try {
      const { rows } = await client.query<{ answer: unknown }>({ name: 'baseline', text: statement, values: values() });
      ids.push(idOf(rows[0]?.answer));
      meter.success(since);
    } catch (error) {
      meter.failure(error instanceof Error ? error.message : String(error));
    }
    return true;
  };
  return {
    ids,
    calls: clients.map(callOn),
    close: async () => Promise.all(clients.map(async (client) => client.end())),
  };
}
