import { expect, test } from 'vitest';
import type { RunningShop } from '../setup/shop.ts';
import type { World } from '../shop/world.ts';
import { checkAcknowledged } from './acknowledged.ts';
import type { PaymentRow, State } from './state.ts';

/** Checks one acknowledged call whose payment has `status`; returns the names of the findings' checks. */
async function findingsOf(procedure: string, status = 'CAPTURED') {
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

test('an acknowledged confirmation is a finding if the payment is still CREATED or FAILED', async () => {
  for (const status of ['PENDING', 'CAPTURED', 'CANCELED', 'REVIEW'])
    expect(await findingsOf('payment.confirm', status)).toEqual([]);
  for (const status of ['CREATED', 'FAILED'])
    expect(await findingsOf('payment.confirm', status)).toEqual(['acknowledged']);
});

test('a call of a procedure that the check does not know is a finding', async () => {
  expect(await findingsOf('payment.poll')).toEqual([]);
  expect(await findingsOf('gatewayEvent.redrive')).toEqual([]);
  expect(await findingsOf('payment.unheardOf')).toEqual(['acknowledged']);
});
