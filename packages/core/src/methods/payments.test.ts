import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { GatewayRefusal, type Gateway, type GatewayPayment } from '../gateways/gateway.ts';
import { gatewayFact } from '../gateway-inbox/gateway-event.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
afterEach(() => shop.close());

const idle: Pick<Gateway, 'captures' | 'signs' | 'receive' | 'capture' | 'cancel' | 'refund'> = {
  captures: ['AUTOMATIC'],
  signs: true,
  receive: () => [],
  capture: async () => [],
  cancel: async () => [],
  refund: async () => [],
};

declare module '../gateways/gateway.ts' {
  interface NextSteps {
    test: { clientSecret: string };
  }
}

/** A gateway that has to be told of an attempt; `answer` says how it takes each telling. */
function telling(answer: (payment: GatewayPayment, times: number) => Promise<void>) {
  const opened: string[] = [];
  const gateway: Gateway = {
    ...idle,
    provider: 'telling',
    initiation: {
      by: 'server',
      initiate: async (payment) => {
        opened.push(payment.id);
        await answer(payment, opened.length);
        return {
          gatewayPaymentId: `gp_${payment.id}`,
          next: { provider: 'test', clientSecret: `secret of ${payment.id}` },
        };
      },
    },
  };
  return { gateway, opened };
}

async function open(gateway: Gateway) {
  shop = await createTestShop({ gateways: [gateway] });
  const productId = await shop.createTestProduct({ quantity: 5 });
  const { id: orderId } = await shop.createTestOrder({ [productId]: 2 });
  const key = { idempotency: { scope: 'customer:customer-1', key: randomUUID() } };
  const create = async (more: object = {}, call = key) =>
    shop.commerce.createPayment({ orderId, provider: gateway.provider, customerId: 'customer-1', ...more }, call);
  return {
    productId,
    orderId,
    create,
    keys: async () => (await shop.database.pool.query('select * from commerce.idempotency_keys')).rows,
  };
}

/** Ends every lease, as time would. */
const endLeases = async () =>
  shop.database.pool.query(
    `update commerce.idempotency_keys set lease_until = now() - interval '1 second' where lease_until is not null`,
  );

describe('an attempt at a gateway that has to be told of it', () => {
  test('is committed before the gateway hears of it, and PENDING once it has', async () => {
    const { gateway } = telling(async ({ id }) => {
      const [payment] = (await shop.commerce.listPayments({ orderId: orderOf })).filter((each) => each.id === id);
      expect(payment).toMatchObject({ status: 'CREATED' });
    });
    const { orderId: orderOf, create } = await open(gateway);
    const payment = await create();
    expect(payment).toMatchObject({
      status: 'PENDING',
      gatewayPaymentId: `gp_${payment.id}`,
      next: { clientSecret: `secret of ${payment.id}` },
    });
  });

  test('an equal key while the first call is under way is refused for now; after it, it gets the same attempt', async () => {
    const waiting = Promise.withResolvers<void>();
    const { gateway, opened } = telling(async (_, times) => {
      if (times === 1) await waiting.promise;
    });
    const { create } = await open(gateway);
    const first = create();
    await expect.poll(() => opened.length).toBe(1);
    expect(await errorCodeOf(create())).toBe('idempotency_in_progress');
    waiting.resolve();
    const { id } = await first;
    const again = await create();
    expect(again).toMatchObject({ id, status: 'PENDING', next: { clientSecret: `secret of ${id}` } });
    expect(new Set(opened)).toEqual(new Set([id]));
  });

  test('a call whose process died is gone on with by the next one of its key, with the same id, when its lease is over', async () => {
    const { gateway, opened } = telling(async (_, times) => {
      if (times === 1) await new Promise(() => {});
    });
    const { create, keys } = await open(gateway);
    void create();
    await expect.poll(async () => (await keys()).length).toBe(1);
    await expect.poll(() => opened.length).toBe(1);
    await endLeases();
    const { id, status } = await create();
    expect([id, status]).toEqual([opened[0], 'PENDING']);
    expect(opened).toEqual([id, id]);
  });

  test('without an answer of the gateway nothing is stored for the key, and the same key goes on with the attempt at once', async () => {
    const { gateway, opened } = telling(async (_, times) => {
      if (times === 1) throw new Error('no answer');
    });
    const { create } = await open(gateway);
    expect(await errorCodeOf(create())).toBe('gateway_unavailable');
    const { id } = await create();
    expect(opened).toEqual([id, id]);
  });

  test('nothing is opened any more for a call that is gone on with after its order was canceled', async () => {
    const { gateway, opened } = telling(async () => {
      throw new Error('no answer');
    });
    const { create, orderId } = await open(gateway);
    expect(await errorCodeOf(create())).toBe('gateway_unavailable');
    await shop.commerce.cancelOrder({ orderId });
    expect(await create()).toMatchObject({ id: opened[0], status: 'CANCELED', next: null });
    expect(opened).toHaveLength(1);
  });

  test('what the gateway refuses is refused again for the same key, and the stock is free', async () => {
    const { gateway, opened } = telling(async () => {
      throw new GatewayRefusal('amount_too_small', 'no');
    });
    const { create, productId, orderId } = await open(gateway);
    for (let time = 0; time < 2; time += 1) {
      await expect(create()).rejects.toMatchObject({
        code: 'payment_refused',
        details: { failureCode: 'amount_too_small' },
      });
    }
    expect(opened).toHaveLength(1);
    expect(await shop.readStock(productId)).toEqual([5, 0]);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAYMENT_FAILED' });
  });

  test('what the front end needs is in no stored answer', async () => {
    const { gateway } = telling(async () => {});
    const { create, keys } = await open(gateway);
    await create();
    const stored = await keys();
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('secret of');
  });

  test('the same key for another call is refused, whether the first one is over or not', async () => {
    const { gateway } = telling(async () => {});
    const { create } = await open(gateway);
    await create();
    expect(await errorCodeOf(create({ method: 'card' }))).toBe('idempotency_key_reused');
  });

  test('a shopper who comes back gets the same attempt with what the page needs; another shopper gets nothing', async () => {
    const { gateway } = telling(async () => {});
    const { create } = await open(gateway);
    const { id: paymentId } = await create();
    expect(await shop.commerce.resumePayment({ paymentId, customerId: 'customer-1' })).toMatchObject({
      id: paymentId,
      next: { clientSecret: `secret of ${paymentId}` },
    });
    expect(await errorCodeOf(shop.commerce.resumePayment({ paymentId, customerId: 'another' }))).toBe(
      'payment_not_found',
    );
  });
});

describe('an attempt that the shop has to confirm', () => {
  const confirming = (confirm: NonNullable<Gateway['confirm']>): Gateway => ({
    ...idle,
    provider: 'confirming',
    initiation: { by: 'client', initiate: () => ({ provider: 'mock' }) },
    confirm,
  });

  test('is paid by what the gateway answers, once, however often it is confirmed', async () => {
    let asked = 0;
    const gateway = confirming(async ({ id, amount, currency }, token) => {
      asked += 1;
      return [gatewayFact({ type: 'CAPTURED', paymentId: id, gatewayPaymentId: token, amount, currency })];
    });
    const { create, orderId, productId } = await open(gateway);
    const { id: paymentId } = await create();
    const confirm = async () => shop.commerce.confirmPayment({ paymentId, token: 'tk_1', customerId: 'customer-1' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED', gatewayPaymentId: 'tk_1' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED' });
    expect(asked).toBe(1);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await shop.readStock(productId)).toEqual([3, 0]);
  });

  test('without an answer the gateway is asked about it later', async () => {
    const { create } = await open(
      confirming(async () => {
        throw new Error('no answer');
      }),
    );
    const { id: paymentId } = await create();
    expect(await errorCodeOf(shop.commerce.confirmPayment({ paymentId, token: 'tk_1' }))).toBe('gateway_unavailable');
    expect((await shop.commerce.listGatewayCalls()).items).toMatchObject([{ kind: 'POLL', paymentId, status: 'DUE' }]);
  });

  test('of an order that was canceled meanwhile is refused, and the gateway is not asked', async () => {
    const { create, orderId } = await open(
      confirming(async () => {
        throw new Error('it was asked');
      }),
    );
    const { id: paymentId } = await create();
    await shop.commerce.cancelOrder({ orderId });
    expect(await errorCodeOf(shop.commerce.confirmPayment({ paymentId, token: 'tk_1' }))).toBe('invalid_transition');
  });
});
