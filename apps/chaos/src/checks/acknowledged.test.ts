import { expect, test } from 'vitest';
import type { RunningShop } from '../setup/shop.ts';
import type { World } from '../shop/world.ts';
import { checkAcknowledged } from './acknowledged.ts';
import type { PaymentRow, State } from './state.ts';

/** What is found of one call that was acknowledged, while its payment is as said. */
async function found(procedure: string, status = 'CAPTURED') {
  const payment = { id: 'payment-1', orderId: 'order-1', provider: 'toss', status } as PaymentRow;
  const state = {
    orders: new Map(),
    payments: new Map([[payment.id, payment]]),
    refundsOf: new Map(),
  } as Partial<State> as State;
  const entry = {
    procedure,
    key: 'key-1',
    input: { paymentId: payment.id },
    answer: { ok: true, value: { id: payment.id } },
  };
  const create = { procedure: 'payment.create', key: 'key-0', input: payment, answer: entry.answer };
  const ledger = new Map(Object.entries({ [create.key]: create, [entry.key]: entry }));
  const shop = { database: { query: async () => [] } } as unknown as RunningShop;
  return (await checkAcknowledged(shop, { ledger } as unknown as World, state)).map(({ check }) => check);
}

test('an acknowledged confirmation has brought the payment on', async () => {
  for (const status of ['PENDING', 'CAPTURED', 'CANCELED', 'REVIEW'])
    expect(await found('payment.confirm', status)).toEqual([]);
  for (const status of ['CREATED', 'FAILED']) expect(await found('payment.confirm', status)).toEqual(['acknowledged']);
});

test("a procedure that nothing is known of isn't taken for true", async () => {
  expect(await found('payment.poll')).toEqual([]);
  expect(await found('gatewayEvent.redrive')).toEqual([]);
  expect(await found('payment.unheardOf')).toEqual(['acknowledged']);
});
