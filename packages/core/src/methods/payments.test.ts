import { anyAmount } from '../gateways/amount-rule.ts';
import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { GatewayRefusal, type Gateway, type GatewayPayment } from '../gateways/gateway.ts';
import { gatewayFact } from '../gateway-inbox/gateway-event.ts';
import { errorCodeOf, createTestShop, type TestShop } from '../testing/test-shop.ts';

let shop: TestShop;
afterEach(() => shop.close());

const idle: Pick<Gateway, 'amountRule' | 'captures' | 'signs' | 'receive' | 'capture' | 'cancel' | 'refund'> = {
  captures: ['AUTOMATIC'],
  signs: true,
  receive: () => [],
  capture: async () => [],
  amountRule: anyAmount,
  cancel: async () => [],
  refund: async () => [],
};

declare module '../gateways/port.ts' {
  interface NextSteps {
    test: { clientSecret: string };
  }
}

/** A gateway where the server begins each payment. `answer` runs each time and may fail. */
function serverInitiatedGateway(answer: (payment: GatewayPayment, times: number) => Promise<void>) {
  const initiated: string[] = [];
  const gateway: Gateway = {
    ...idle,
    provider: 'server-initiated',
    initiation: {
      by: 'server',
      initiate: async (payment) => {
        initiated.push(payment.id);
        await answer(payment, initiated.length);
        return {
          gatewayPaymentId: `gp_${payment.id}`,
          next: { provider: 'test', clientSecret: `secret of ${payment.id}` },
        };
      },
    },
  };
  return { gateway, initiated };
}

async function openShopWithOrder(gateway: Gateway) {
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

/** Ends every lease at once. */
const endLeases = async () =>
  shop.database.pool.query(
    `update commerce.idempotency_keys set lease_until = now() - interval '1 second' where lease_until is not null`,
  );

describe('a payment that the server begins at its gateway', () => {
  test('is committed before the gateway is called, and PENDING afterwards', async () => {
    const { gateway } = serverInitiatedGateway(async ({ id }) => {
      const [payment] = (await shop.commerce.listPayments({ orderId: orderOf })).filter((each) => each.id === id);
      expect(payment).toMatchObject({ status: 'CREATED' });
    });
    const { orderId: orderOf, create } = await openShopWithOrder(gateway);
    const payment = await create();
    expect(payment).toMatchObject({
      status: 'PENDING',
      gatewayPaymentId: `gp_${payment.id}`,
      next: { clientSecret: `secret of ${payment.id}` },
    });
  });

  test('is returned to an equal key after the first call ended, which is refused while that call runs', async () => {
    const waiting = Promise.withResolvers<void>();
    const { gateway, initiated } = serverInitiatedGateway(async (_, times) => {
      if (times === 1) await waiting.promise;
    });
    const { create } = await openShopWithOrder(gateway);
    const first = create();
    await expect.poll(() => initiated.length).toBe(1);
    expect(await errorCodeOf(create())).toBe('idempotency_in_progress');
    waiting.resolve();
    const { id } = await first;
    const again = await create();
    expect(again).toMatchObject({ id, status: 'PENDING', next: { clientSecret: `secret of ${id}` } });
    expect(new Set(initiated)).toEqual(new Set([id]));
  });

  test('is continued with the same id by the next call of its key, once a dead process’s lease ended', async () => {
    const { gateway, initiated } = serverInitiatedGateway(async (_, times) => {
      if (times === 1) await new Promise(() => {});
    });
    const { create, keys } = await openShopWithOrder(gateway);
    create().catch(() => undefined);
    await expect.poll(async () => (await keys()).length).toBe(1);
    await expect.poll(() => initiated.length).toBe(1);
    await endLeases();
    const { id, status } = await create();
    expect([id, status]).toEqual([initiated[0], 'PENDING']);
    expect(initiated).toEqual([id, id]);
  });

  test('is continued at once by the same key after the gateway gave no answer', async () => {
    const { gateway, initiated } = serverInitiatedGateway(async (_, times) => {
      if (times === 1) throw new Error('no answer');
    });
    const { create } = await openShopWithOrder(gateway);
    expect(await errorCodeOf(create())).toBe('gateway_unavailable');
    const { id } = await create();
    expect(initiated).toEqual([id, id]);
  });

  test('is not begun again by its key after its order was canceled', async () => {
    const { gateway, initiated } = serverInitiatedGateway(async () => {
      throw new Error('no answer');
    });
    const { create, orderId } = await openShopWithOrder(gateway);
    expect(await errorCodeOf(create())).toBe('gateway_unavailable');
    await shop.commerce.cancelOrder({ orderId });
    expect(await create()).toMatchObject({ id: initiated[0], status: 'CANCELED', next: null });
    expect(initiated).toHaveLength(1);
  });

  test('that the gateway refuses is refused again for the same key, and its stock is released', async () => {
    const { gateway, initiated } = serverInitiatedGateway(async () => {
      throw new GatewayRefusal('amount_too_small', 'no');
    });
    const { create, productId, orderId } = await openShopWithOrder(gateway);
    for (let time = 0; time < 2; time += 1) {
      await expect(create()).rejects.toMatchObject({
        code: 'payment_refused',
        details: { failureCode: 'amount_too_small' },
      });
    }
    expect(initiated).toHaveLength(1);
    expect(await shop.readStock(productId)).toEqual([5, 0]);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAYMENT_FAILED' });
  });

  test('stores no answer that contains the secret for the front end', async () => {
    const { gateway } = serverInitiatedGateway(async () => {});
    const { create, keys } = await openShopWithOrder(gateway);
    await create();
    const stored = await keys();
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('secret of');
  });

  test('refuses its key for a call with another input', async () => {
    const { gateway } = serverInitiatedGateway(async () => {});
    const { create } = await openShopWithOrder(gateway);
    await create();
    expect(await errorCodeOf(create({ method: 'card' }))).toBe('idempotency_key_reused');
  });

  test('can be resumed with its secret by its own shopper, and by no other', async () => {
    const { gateway } = serverInitiatedGateway(async () => {});
    const { create } = await openShopWithOrder(gateway);
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

describe('a payment that the shop has to confirm', () => {
  const confirming = (confirm: NonNullable<Gateway['confirm']>): Gateway => ({
    ...idle,
    provider: 'confirming',
    initiation: { by: 'client', initiate: () => ({ provider: 'mock' }) },
    confirm,
  });

  test('is paid by the facts that the gateway returns, once, however often it is confirmed', async () => {
    let confirmations = 0;
    const gateway = confirming(async ({ id, amount, currency }, token) => {
      confirmations += 1;
      return [gatewayFact({ type: 'CAPTURED', paymentId: id, gatewayPaymentId: token, amount, currency })];
    });
    const { create, orderId, productId } = await openShopWithOrder(gateway);
    const { id: paymentId } = await create();
    const confirm = async () => shop.commerce.confirmPayment({ paymentId, token: 'tk_1', customerId: 'customer-1' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED', gatewayPaymentId: 'tk_1' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED' });
    expect(confirmations).toBe(1);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await shop.readStock(productId)).toEqual([3, 0]);
  });

  test('is polled later when the gateway gives no answer', async () => {
    const { create } = await openShopWithOrder(
      confirming(async () => {
        throw new Error('no answer');
      }),
    );
    const { id: paymentId } = await create();
    expect(await errorCodeOf(shop.commerce.confirmPayment({ paymentId, token: 'tk_1' }))).toBe('gateway_unavailable');
    expect((await shop.commerce.listGatewayCalls()).items).toMatchObject([{ kind: 'POLL', paymentId, status: 'DUE' }]);
  });

  test('is refused without a call to the gateway when its order was canceled', async () => {
    const { create, orderId } = await openShopWithOrder(
      confirming(async () => {
        throw new Error('the gateway was called');
      }),
    );
    const { id: paymentId } = await create();
    await shop.commerce.cancelOrder({ orderId });
    expect(await errorCodeOf(shop.commerce.confirmPayment({ paymentId, token: 'tk_1' }))).toBe('invalid_transition');
  });
});
