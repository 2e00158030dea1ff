import { randomUUID } from 'node:crypto';
import { connect, createCommerce } from '@commerce-core/core';
import type { Job } from './job.ts';
import type { Meter } from './measure.ts';
import type { Calls } from './over-http.ts';
import { pickCustomer, pickLines } from './pick.ts';

/** Creates calls of `placeOrder` in this process: the core without HTTP, tokens and logs. */
export async function coreCalls({ databaseUrl, clients, shape }: Job & { kind: 'core' }, meter: Meter): Promise<Calls> {
  const database = connect({ url: databaseUrl });
  const commerce = createCommerce({ database });
  const ids: string[] = [];
  const call = async (since: number) => {
    const customerId = pickCustomer();
    const idempotency = { scope: `customer:${customerId}`, key: randomUUID() };
    try {
      ids.push((await commerce.placeOrder({ customerId, lines: pickLines(shape) }, { idempotency })).id);
      meter.success(since);
    } catch (error) {
      meter.failure(error instanceof Error ? error.message : String(error));
    }
    return true;
  };
  return {
    ids,
    calls: Array.from({ length: clients }, () => call),
    close: async () => commerce.close().then(async () => database.close()),
  };
}
