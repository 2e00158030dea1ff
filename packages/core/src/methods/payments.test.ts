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

/** Returns a gateway where the server initiates payments. `onInitiate` runs at each initiation; `times` counts from 1. */
function serverInitiatedGateway(onInitiate: (payment: GatewayPayment, times: number) => Promise<void>) {
  const initiatedIds: string[] = [];
  const gateway: Gateway = {
    ...idle,
    provider: 'server_initiated',
    initiation: {
      by: 'server',
      initiate: async (payment) => {
        initiatedIds.push(payment.id);
        await onInitiate(payment, initiatedIds.length);
        return {
          gatewayPaymentId: `gp_${payment.id}`,
          next: { provider: 'test', clientSecret: `secret of ${payment.id}` },
        };
      },
    },
  };
  return { gateway, initiatedIds };
}

async function openShopWithOrder(gateway: Gateway) {
  shop = await createTestShop({ gateways: [gateway] });
  const productId = await shop.createTestProduct({ quantity: 5 });
  const { id: orderId } = await shop.createTestOrder({ [productId]: 2 });
  const idempotencyOptions = { idempotency: { scope: 'customer:customer-1', key: randomUUID() } };
  const createPayment = async (more: object = {}, callOptions = idempotencyOptions) =>
    shop.commerce.createPayment(
      { orderId, provider: gateway.provider, customerId: 'customer-1', ...more },
      callOptions,
    );
  return {
    productId,
    orderId,
    createPayment,
    readStoredKeys: async () => (await shop.database.pool.query('select * from commerce.idempotency_keys')).rows,
  };
}

/** Sets the end of every lease to a moment ago. */
const expireLeases = async () =>
  shop.database.pool.query(
    `update commerce.idempotency_keys set lease_until = now() - interval '1 second' where lease_until is not null`,
  );

describe('createPayment at a server-initiated gateway', () => {
  test('commits the payment before it calls the gateway, and returns the payment as PENDING', async () => {
    const { gateway } = serverInitiatedGateway(async ({ id }) => {
      const [payment] = (await shop.commerce.listPayments({ orderId: createdOrderId })).filter(
        (each) => each.id === id,
      );
      expect(payment).toMatchObject({ status: 'CREATED' });
    });
    const { orderId: createdOrderId, createPayment } = await openShopWithOrder(gateway);
    const payment = await createPayment();
    expect(payment).toMatchObject({
      status: 'PENDING',
      gatewayPaymentId: `gp_${payment.id}`,
      next: { clientSecret: `secret of ${payment.id}` },
    });
  });

  test('rejects an equal key while the first call runs, and returns the same payment afterwards', async () => {
    const gatewayResponse = Promise.withResolvers<void>();
    const { gateway, initiatedIds } = serverInitiatedGateway(async (_, times) => {
      if (times === 1) await gatewayResponse.promise;
    });
    const { createPayment } = await openShopWithOrder(gateway);
    const first = createPayment();
    await expect.poll(() => initiatedIds.length).toBe(1);
    expect(await errorCodeOf(createPayment())).toBe('idempotency_in_progress');
    gatewayResponse.resolve();
    const { id } = await first;
    const again = await createPayment();
    expect(again).toMatchObject({ id, status: 'PENDING', next: { clientSecret: `secret of ${id}` } });
    expect(new Set(initiatedIds)).toEqual(new Set([id]));
  });

  test('continues a call whose process died with the same payment id, once its lease has expired', async () => {
    const { gateway, initiatedIds } = serverInitiatedGateway(async (_, times) => {
      if (times === 1) await new Promise(() => {});
    });
    const { createPayment, readStoredKeys } = await openShopWithOrder(gateway);
    void createPayment();
    await expect.poll(async () => (await readStoredKeys()).length).toBe(1);
    await expect.poll(() => initiatedIds.length).toBe(1);
    await expireLeases();
    const { id, status } = await createPayment();
    expect([id, status]).toEqual([initiatedIds[0], 'PENDING']);
    expect(initiatedIds).toEqual([id, id]);
  });

  test('stores no result when the gateway does not respond, and a retry continues the same payment', async () => {
    const { gateway, initiatedIds } = serverInitiatedGateway(async (_, times) => {
      if (times === 1) throw new Error('no response');
    });
    const { createPayment } = await openShopWithOrder(gateway);
    expect(await errorCodeOf(createPayment())).toBe('gateway_unavailable');
    const { id } = await createPayment();
    expect(initiatedIds).toEqual([id, id]);
  });

  test('does not call the gateway again for an order that was canceled before the retry', async () => {
    const { gateway, initiatedIds } = serverInitiatedGateway(async () => {
      throw new Error('no response');
    });
    const { createPayment, orderId } = await openShopWithOrder(gateway);
    expect(await errorCodeOf(createPayment())).toBe('gateway_unavailable');
    await shop.commerce.cancelOrder({ orderId });
    expect(await createPayment()).toMatchObject({ id: initiatedIds[0], status: 'CANCELED', next: null });
    expect(initiatedIds).toHaveLength(1);
  });

  test('repeats a refusal of the gateway for an equal key and releases the reserved stock', async () => {
    const { gateway, initiatedIds } = serverInitiatedGateway(async () => {
      throw new GatewayRefusal('amount_too_small', 'no');
    });
    const { createPayment, productId, orderId } = await openShopWithOrder(gateway);
    for (let time = 0; time < 2; time += 1) {
      await expect(createPayment()).rejects.toMatchObject({
        code: 'payment_refused',
        details: { failureCode: 'amount_too_small' },
      });
    }
    expect(initiatedIds).toHaveLength(1);
    expect(await shop.readStock(productId)).toEqual([5, 0]);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAYMENT_FAILED' });
  });

  test('stores no client secret with the key', async () => {
    const { gateway } = serverInitiatedGateway(async () => {});
    const { createPayment, readStoredKeys } = await openShopWithOrder(gateway);
    await createPayment();
    const stored = await readStoredKeys();
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain('secret of');
  });

  test('rejects a key that was used with another input', async () => {
    const { gateway } = serverInitiatedGateway(async () => {});
    const { createPayment } = await openShopWithOrder(gateway);
    await createPayment();
    expect(await errorCodeOf(createPayment({ method: 'card' }))).toBe('idempotency_key_reused');
  });

  test('is followed by resumePayment, which returns the client secret to the customer only', async () => {
    const { gateway } = serverInitiatedGateway(async () => {});
    const { createPayment } = await openShopWithOrder(gateway);
    const { id: paymentId } = await createPayment();
    expect(await shop.commerce.resumePayment({ paymentId, customerId: 'customer-1' })).toMatchObject({
      id: paymentId,
      next: { clientSecret: `secret of ${paymentId}` },
    });
    expect(await errorCodeOf(shop.commerce.resumePayment({ paymentId, customerId: 'another' }))).toBe(
      'payment_not_found',
    );
  });
});

describe('confirmPayment', () => {
  const confirmingGateway = (confirm: NonNullable<Gateway['confirm']>): Gateway => ({
    ...idle,
    provider: 'confirming',
    initiation: { by: 'client', initiate: () => ({ provider: 'mock' }) },
    confirm,
  });

  test('applies the response of the gateway once, however often it is called', async () => {
    let confirmations = 0;
    const gateway = confirmingGateway(async ({ id, amount, currency }, token) => {
      confirmations += 1;
      return [gatewayFact({ type: 'CAPTURED', paymentId: id, gatewayPaymentId: token, amount, currency })];
    });
    const { createPayment, orderId, productId } = await openShopWithOrder(gateway);
    const { id: paymentId } = await createPayment();
    const confirm = async () => shop.commerce.confirmPayment({ paymentId, token: 'tk_1', customerId: 'customer-1' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED', gatewayPaymentId: 'tk_1' });
    expect(await confirm()).toMatchObject({ status: 'CAPTURED' });
    expect(confirmations).toBe(1);
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID' });
    expect(await shop.readStock(productId)).toEqual([3, 0]);
  });

  test('has the payment polled later when the gateway does not respond', async () => {
    const { createPayment } = await openShopWithOrder(
      confirmingGateway(async () => {
        throw new Error('no response');
      }),
    );
    const { id: paymentId } = await createPayment();
    expect(await errorCodeOf(shop.commerce.confirmPayment({ paymentId, token: 'tk_1' }))).toBe('gateway_unavailable');
    expect((await shop.commerce.listGatewayCalls()).items).toMatchObject([{ kind: 'POLL', paymentId, status: 'DUE' }]);
  });

  test('rejects the payment of a canceled order and does not call the gateway', async () => {
    const { createPayment, orderId } = await openShopWithOrder(
      confirmingGateway(async () => {
        throw new Error('the gateway was called');
      }),
    );
    const { id: paymentId } = await createPayment();
    await shop.commerce.cancelOrder({ orderId });
    expect(await errorCodeOf(shop.commerce.confirmPayment({ paymentId, token: 'tk_1' }))).toBe('invalid_transition');
  });
});
