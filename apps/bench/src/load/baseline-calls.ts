import pg from 'pg';
import { orderCall, webhookCall } from '../baseline/baseline-call.ts';
import { flowCall, type Run } from '../baseline/flow-call.ts';
import type { Job } from './job.ts';
import type { Meter } from './measure.ts';
import type { Calls } from './over-http.ts';

/** Opens plain pg connections that call the baseline's function, for machines without pgbench. */
export async function baselineCalls(
  job: Job & { kind: 'baseline-orders' | 'baseline-webhooks' },
  meter: Meter,
): Promise<Calls> {
  const { statement, values, idOf } = job.kind === 'baseline-orders' ? orderCall(job.shape) : webhookCall;
  return callsOverPg(job, meter, async (run) => idOf(await run('baseline', statement, values())));
}

/** Opens plain pg connections that call the baseline's three functions of a whole flow, one after another. */
export async function baselineFlowCalls(job: Job & { kind: 'baseline-flow' }, meter: Meter): Promise<Calls> {
  return callsOverPg(job, meter, flowCall(job.shape).runFlow);
}

async function callsOverPg(
  { databaseUrl, clients: count }: { databaseUrl: string; clients: number },
  meter: Meter,
  work: (run: Run) => Promise<string>,
): Promise<Calls> {
  const clients = await Promise.all(
    Array.from({ length: count }, async () => {
      const client = new pg.Client({ connectionString: databaseUrl });
      client.on('error', () => {});
      await client.connect();
      return client;
    }),
  );
  const ids: string[] = [];
  const callOn = (client: pg.Client) => {
    const run: Run = async (name, text, values) =>
      (await client.query<{ answer: unknown }>({ name, text, values })).rows[0]?.answer;
    return async (since: number) => {
      try {
        ids.push(await work(run));
        meter.success(since);
      } catch (error) {
        meter.failure(error instanceof Error ? error.message : String(error));
      }
      return true;
    };
  };
  return {
    ids,
    calls: clients.map(callOn),
    close: async () => Promise.all(clients.map(async (client) => client.end())),
  };
}
