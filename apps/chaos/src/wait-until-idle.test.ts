import { expect, test } from 'vitest';
import { createSale } from './providers/sale.testing.ts';
import { startWorld } from './providers/world.testing.ts';
import type { Ledger } from './shop/call.ts';
import type { Pending } from './checks/unfinished.ts';
import { waitUntilIdle } from './wait-until-idle.ts';

const world = await startWorld();

/**
 * Waits for the test's shop. No background jobs run, so work is done only by `look`, which is called at each look.
 */
async function wait({ look = async (_number: number) => {}, hangMs = 600_000, behind = (): Pending[] => [] }) {
  let looks = 0;
  const ledger: Ledger = new Map();
  const query = async (text: string, values?: unknown[]): Promise<any[]> =>
    (await world.api.database.pool.query(text, values)).rows.map((row) => ({
      ...row,
      // As in a run, amounts are numbers.
      ...Object.fromEntries(
        ['amount', 'authorizedAmount', 'capturedAmount', 'refundedAmount', 'reportedAmount'].flatMap((name) =>
          typeof row[name] === 'string' ? [[name, Number(row[name])]] : [],
        ),
      ),
    }));
  const gateway = {
    async flush() {
      looks += 1;
      await look(looks);
      return { counts: {}, underway: (await world.callSimulator('/flush', {})).underway as number };
    },
    book: async () => (await world.callSimulator('/book?limit=1000')).items,
  };
  const left = await waitUntilIdle(
    {
      shop: { database: { query }, gateway, subscribers: { readBehind: async () => behind() } } as never,
      world: { ledger, operator: world.operator, scans: [] },
      operators: { idleTurns: () => 2 },
      progress: { now: () => {} },
    },
    { hangMs, pauseMs: 1, redriveMs: 60_000 },
  );
  return { left, looks, calls: [...ledger.keys()] };
}

async function cancelAttempt() {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt('mock');
  await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
  return attempt;
}

test('the wait lasts until the last call is made, and ends with the second look that finds no work', async () => {
  await cancelAttempt();
  const makeCallsAtLook = 40;
  const { left, looks } = await wait({
    look: async (number) => {
      if (number === makeCallsAtLook) await world.runUntilIdle();
    },
  });
  expect(left).toEqual([]);
  expect(looks).toBe(makeCallsAtLook + 1);
});

test('a wait that hangs ends at its limit with what is still due', async () => {
  const { id } = await cancelAttempt();
  const { left } = await wait({ hangMs: 0 });
  expect(left).toMatchObject([
    { what: 'calls to gateways', count: 1, examples: [expect.stringContaining(`CANCEL mock payment ${id} CANCELED`)] },
  ]);
  await world.runUntilIdle();
});

test('the wait lasts until every subscriber has every event', async () => {
  let left = 30;
  const { looks } = await wait({
    behind: () => ((left -= 1) > 0 ? [{ what: 'events for the stream', count: left, examples: [] }] : []),
  });
  expect(looks).toBe(31);
});

test('a payment whose message was lost is polled once, and the wait lasts until the poll is made', async () => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt('portone');
  await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
  await world.runUntilIdle();
  await world.callSimulator('/hostile', { seed: 1, scale: 0, rates: { dropped: 1 } });
  await sale.actAtGateway(attempt, 'CAPTURED');
  await world.callSimulator('/hostile', { off: true });
  const { left, calls } = await wait({ look: () => world.runUntilIdle() });
  expect({ left, calls }).toEqual({ left: [], calls: [`ask ${attempt.id}`] });
  expect(await sale.readState()).toMatchObject({ payments: ['CAPTURED surplus'], order: 'CANCELED' });
});
