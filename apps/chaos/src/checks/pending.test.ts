import { expect, test } from 'vitest';
import { createSale } from '../providers/sale.testing.ts';
import { startWorld } from '../providers/world.testing.ts';
import { readPending, type PollScope } from './pending.ts';

const world = await startWorld();
const shop = { database: { query: async (text: string, values?: unknown[]) => readRows(text, values) } };
// The row's type is the caller's claim, as it is in a run.
const readRows = async (text: string, values?: unknown[]): Promise<any[]> =>
  (await world.api.database.pool.query(text, values)).rows;
const namesOf = async (scope: PollScope) => (await readPending(shop as never, scope)).map(({ what }) => what);
const sending: PollScope = { quietSince: undefined, polledIds: [] };

test('a call that waits is named with its payment, its attempts, its last failure, and when it is due', async () => {
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt('mock');
  await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
  await world.api.database.pool.query(
    `update commerce.gateway_calls set attempts = 3, failure_code = 'no_answer', due_at = '2030-01-02T03:04:05Z'
      where payment_id = $1`,
    [attempt.id],
  );
  expect(await readPending(shop as never, sending)).toEqual([
    {
      what: 'calls to gateways',
      count: 1,
      examples: [
        `CANCEL mock payment ${attempt.id} CANCELED after 3 attempts, the last: no_answer, ` +
          `due 2030-01-02T03:04:05.000Z`,
      ],
    },
  ]);
  await world.repeatCalls();
  await world.runUntilIdle();
  expect(await namesOf(sending)).toEqual([]);
});

test('a poll of a canceled attempt waits until the attempt was polled once since the gateways are quiet', async () => {
  const sale = await createSale(world);
  const { id: paymentId } = await sale.beginAttempt('portone');
  await sale.customer.order.cancel.mutate({ orderId: sale.orderId });
  await world.runUntilIdle();
  const quiet: PollScope = { quietSince: new Date(), polledIds: [] };
  const pollOnce = () => world.operator.payment.poll.mutate({ paymentId });

  await pollOnce();
  expect(await namesOf(quiet)).toEqual(['calls to gateways']);
  await world.runUntilIdle();
  await pollOnce();
  expect(await namesOf(quiet)).toEqual([]);
  expect(await namesOf({ ...quiet, polledIds: [paymentId] })).toEqual(['calls to gateways']);
  expect(await namesOf({ ...quiet, quietSince: new Date() })).toEqual(['calls to gateways']);
  expect(await namesOf(sending)).toEqual(['calls to gateways']);
  await world.runUntilIdle();
});

test('a poll of an attempt that is live, and the attempt itself, always wait', async () => {
  const sale = await createSale(world);
  const { id: paymentId } = await sale.beginAttempt('portone');
  const quietSince = new Date();
  for (let polls = 0; polls < 2; polls += 1) {
    await world.operator.payment.poll.mutate({ paymentId });
    expect(await namesOf({ quietSince, polledIds: [] })).toEqual([
      'unpaid orders',
      'live attempts',
      'calls to gateways',
    ]);
    await world.runUntilIdle();
  }
});
