import { randomUUID } from 'node:crypto';
import { currencies } from '@commerce-core/core/gateway';
import { expect, test } from 'vitest';
import { gatewaysAt } from './gateways.testing.ts';
import { providers } from './providers.testing.ts';
import { startWorld } from './world.testing.ts';

const world = await startWorld();
const rules = new Map(
  gatewaysAt('http://127.0.0.1:1', { timeoutMs: 1, triesMax: 1 }).map(({ provider, amountRule }) => [
    provider,
    amountRule,
  ]),
);

/** Orders `amount` and begins to pay. Returns the code of the refusal, or `begun`. */
async function tryToPay(provider: string, amount: number, currency: string): Promise<string> {
  const { commerce } = world;
  const { id: productId } = await commerce.createProduct({
    sku: randomUUID(),
    name: 'A thing',
    priceAmount: amount,
    currency,
  });
  await commerce.receiveStock({ productId, quantity: 1 });
  const { id: orderId } = await commerce.placeOrder({ customerId: 'ana', lines: [{ productId, quantity: 1 }] });
  try {
    await commerce.createPayment({ orderId, provider });
    return 'begun';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

test.each(providers)(
  '%s begins a payment of what its rule takes, and the shop refuses the rest before, in each currency',
  async (provider) => {
    const amountRule = rules.get(provider);
    for (const currency of currencies.keys()) {
      const rule = amountRule?.(currency);
      const cases: [number, boolean][] = rule
        ? [
            [rule.step * 137, true],
            [rule.step * 137 + 1, rule.step === 1],
          ]
        : [[1_370, false]];
      const tried = await Promise.all(cases.map(([amount]) => tryToPay(provider, amount, currency)));
      const expected = cases.map(([, isTaken]) => (isTaken ? 'begun' : 'amount_not_supported'));
      expect(tried, currency).toEqual(expected);
    }
  },
  120_000,
);
