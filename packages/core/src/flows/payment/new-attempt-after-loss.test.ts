import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeAttemptFree } from '../../testing/free-attempt.ts';
import { only } from '../../testing/only.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop();
});
afterAll(() => shop.close());

/** A PAID order whose authorization the gateway has released; its 2 units have left both stock numbers. */
async function createLostAttempt(shipped: boolean): Promise<Attempt> {
  const attempt = await shop.createPaidAttempt('AUTHORIZED');
  await shop.sendWebhook('CANCELED', attempt.payment);
  if (shipped) await shipOrder(attempt);
  return attempt;
}

async function shipOrder({ orderId }: Attempt): Promise<void> {
  const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
  await shop.commerce.dispatchShipment({ shipmentId, carrier: 'Post', trackingNumber: shipmentId });
}

const pay = async ({ orderId, productId }: Attempt): Promise<Attempt> => ({
  orderId,
  productId,
  payment: await shop.commerce.createPayment({ orderId, provider: 'mock' }),
});

/** The status of each attempt, the oldest first, then those of the order and its stock, and the attention. */
async function readOrder({ orderId, productId }: Attempt): Promise<unknown[]> {
  const { status, fulfillmentStatus, needsAttention } = await shop.commerce.getOrder({ orderId });
  const payments = await shop.commerce.listPayments({ orderId });
  const attempts = payments.toReversed().map((payment) => payment.status + (payment.surplus ? ' surplus' : ''));
  return [attempts.join(', '), status, fulfillmentStatus, needsAttention, await shop.readStock(productId)];
}

describe.each([
  ['UNFULFILLED', false],
  ['SHIPPED', true],
])('a PAID order that has lost its authorization, and is %s,', (fulfillment, shipped) => {
  test('takes a new attempt for its total, whose approval sells nothing twice and ends the attention', async () => {
    const first = await createLostAttempt(shipped);
    const second = await pay(first);
    expect(second.payment).toMatchObject({ status: 'CREATED', amount: 2000, currency: 'KRW' });
    expect(await readOrder(first)).toEqual(['CANCELED, CREATED', 'PAID', fulfillment, 'authorization_lost', [8, 0]]);
    expect(await shop.sendWebhook('AUTHORIZED', second.payment)).toMatchObject({ effect: 'order_paid' });
    expect(await readOrder(first)).toEqual(['CANCELED, AUTHORIZED', 'PAID', fulfillment, null, [8, 0]]);
    const types = await shop.readEventTypes(first.orderId);
    expect(types.filter((type) => type === 'order.paid' || type === 'shipment.created')).toHaveLength(2);
    expect(types.filter((type) => type === 'payment.authorized')).toHaveLength(2);
    await shop.commerce.capturePayment({ paymentId: second.payment.id });
    await shop.callGatewaysNow();
    expect(await readOrder(first)).toEqual(['CANCELED, CAPTURED', 'PAID', fulfillment, null, [8, 0]]);
    expect(await errorCodeOf(pay(first))).toBe('invalid_transition');
  });

  test.each(['FAILED', 'CANCELED'] as const)(
    'stays so when the new attempt is %s, raises attention again, and takes another one',
    async (type) => {
      const first = await createLostAttempt(shipped);
      const second = await pay(first);
      await shop.commerce.clearAttention({ orderId: first.orderId });
      expect(await shop.sendWebhook(type, second.payment)).toMatchObject({ effect: 'payment_failed' });
      expect(await readOrder(first)).toEqual(['CANCELED, FAILED', 'PAID', fulfillment, 'authorization_lost', [8, 0]]);
      const third = await pay(first);
      await shop.sendWebhook('CAPTURED', third.payment);
      expect(await readOrder(first)).toEqual(['CANCELED, FAILED, CAPTURED', 'PAID', fulfillment, null, [8, 0]]);
      // After a CANCELED, the gateway is asked whether the approval is older.
      const effect = type === 'FAILED' ? 'surplus' : 'polls_gateway';
      expect(await shop.sendWebhook('AUTHORIZED', second.payment)).toMatchObject({ effect });
    },
  );

  test('takes one attempt at a time until its time is over, and is paid by the first that is approved', async () => {
    const first = await createLostAttempt(shipped);
    const second = await pay(first);
    expect(await errorCodeOf(pay(first))).toBe('payment_in_progress');
    await shop.expireTestOrder(first.orderId);
    expect((await shop.commerce.getOrder({ orderId: first.orderId })).status).toBe('PAID');
    const third = await pay(first);
    expect(await readOrder(first)).toMatchObject({ 0: 'CANCELED, CANCELED, CREATED', 1: 'PAID' });
    await shop.callGatewaysNow();
    expect(shop.readRequests(second.payment.id, 'CANCEL')).toHaveLength(1);
    await shop.sendWebhook('CAPTURED', second.payment);
    expect(await readOrder(first)).toEqual(['CANCELED, CAPTURED, CANCELED', 'PAID', fulfillment, null, [8, 0]]);
    expect(await shop.sendWebhook('CAPTURED', third.payment)).toMatchObject({ effect: 'surplus' });
  });

  test('is paid by a late approval of an attempt that had failed before', async () => {
    const failed = await shop.createAttempt();
    await shop.sendWebhook('FAILED', failed.payment);
    const lost = await pay(failed);
    await shop.sendWebhook('AUTHORIZED', lost.payment);
    await shop.sendWebhook('CANCELED', lost.payment);
    if (shipped) await shipOrder(failed);
    expect(await shop.sendWebhook('AUTHORIZED', failed.payment)).toMatchObject({ effect: 'order_paid' });
    expect(await readOrder(failed)).toEqual(['AUTHORIZED, CANCELED', 'PAID', fulfillment, null, [8, 0]]);
  });

  test('whose lost payment is captured all the same keeps it, or returns it once another has paid', async () => {
    const [kept, returned] = [await createLostAttempt(shipped), await createLostAttempt(shipped)];
    await pay(kept);
    await shop.sendWebhook('CAPTURED', kept.payment);
    expect(await readOrder(kept)).toEqual(['CAPTURED, CANCELED', 'PAID', fulfillment, null, [8, 0]]);
    await shop.sendWebhook('AUTHORIZED', (await pay(returned)).payment);
    await shop.sendWebhook('CAPTURED', returned.payment);
    expect(await readOrder(returned)).toEqual([
      'CAPTURED surplus, AUTHORIZED',
      'PAID',
      fulfillment,
      'refund_due',
      [8, 0],
    ]);
    await shop.callGatewaysNow();
    expect(await readOrder(returned)).toMatchObject({ 3: null });
    expect(only((await shop.commerce.listRefunds({ orderId: returned.orderId })).items)).toMatchObject({
      status: 'SUCCEEDED',
      reason: 'surplus',
      paymentId: returned.payment.id,
    });
  });

  test('has another amount of a new attempt reviewed, and is PAID whatever is decided', async () => {
    for (const decision of ['ACCEPT', 'REJECT'] as const) {
      const first = await createLostAttempt(shipped);
      const { payment } = await pay(first);
      await shop.sendWebhook('AUTHORIZED', payment, { amount: 1900 });
      await shop.expireTestOrder(first.orderId);
      expect(await errorCodeOf(pay(first))).toBe('payment_in_progress');
      await shop.commerce.decideReview({ paymentId: payment.id, decision });
      expect(await readOrder(first)).toMatchObject(
        decision === 'ACCEPT'
          ? ['CANCELED, AUTHORIZED', 'PAID', fulfillment, null, [8, 0]]
          : ['CANCELED, AUTHORIZED surplus', 'PAID', fulfillment, 'authorization_lost', [8, 0]],
      );
    }
  });

  test('can lose the authorization of a reviewed amount again', async () => {
    const first = await createLostAttempt(shipped);
    const { payment } = await pay(first);
    await shop.sendWebhook('AUTHORIZED', payment, { amount: 1900 });
    await shop.commerce.clearAttention({ orderId: first.orderId });
    await shop.sendWebhook('CANCELED', payment);
    expect(await readOrder(first)).toEqual(['CANCELED, CANCELED', 'PAID', fulfillment, 'authorization_lost', [8, 0]]);
    expect((await pay(first)).payment.status).toBe('CREATED');
  });
});

test('a cancel of an order with a new attempt cancels that attempt, and restocks once', async () => {
  const first = await createLostAttempt(false);
  const { payment } = await pay(first);
  await shop.commerce.cancelOrder({ orderId: first.orderId });
  expect(await readOrder(first)).toEqual(['CANCELED, CANCELED', 'CANCELED', 'UNFULFILLED', null, [10, 0]]);
  await shop.callGatewaysNow();
  expect(shop.readRequests(payment.id, 'CANCEL')).toHaveLength(1);
  expect(await errorCodeOf(pay(first))).toBe('invalid_transition');
});

test('a PAID order that has its money takes no further attempt', async () => {
  for (const type of ['AUTHORIZED', 'CAPTURED'] as const)
    expect(await errorCodeOf(pay(await shop.createPaidAttempt(type)))).toBe('invalid_transition');
});

describe('an attempt under review whose gateway says CANCELED', () => {
  const review = async (type: 'AUTHORIZED' | 'CAPTURED') => {
    const attempt = await shop.createAttempt();
    await shop.sendWebhook(type, attempt.payment, { amount: 1900 });
    return attempt;
  };

  test('is CANCELED, its order can be paid again, and an operator has nothing to decide', async () => {
    const attempt = await review('AUTHORIZED');
    expect(await shop.sendWebhook('CANCELED', attempt.payment)).toMatchObject({ effect: 'authorization_lost' });
    expect(await readOrder(attempt)).toEqual(['CANCELED', 'PAYMENT_FAILED', 'UNFULFILLED', null, [10, 0]]);
    const decision = { paymentId: attempt.payment.id, decision: 'ACCEPT' } as const;
    expect(await errorCodeOf(shop.commerce.decideReview(decision))).toBe('invalid_transition');
    await shop.sendWebhook('AUTHORIZED', (await pay(attempt)).payment);
    expect(await readOrder(attempt)).toEqual(['CANCELED, AUTHORIZED', 'PAID', 'UNFULFILLED', null, [8, 0]]);
  });

  test('pays for its order when its amount comes after all, and a repeated approval changes nothing', async () => {
    const attempt = await review('AUTHORIZED');
    await shop.sendWebhook('CANCELED', attempt.payment);
    expect(await shop.sendWebhook('AUTHORIZED', attempt.payment)).toMatchObject({ effect: 'polls_gateway' });
    const approval = { type: 'AUTHORIZED', amount: 2000, currency: 'KRW' } as const;
    shop.scriptReplies(attempt.payment.id, { POLL: [[approval]] });
    await shop.callGatewaysNow();
    expect(await shop.sendWebhook('AUTHORIZED', attempt.payment)).toMatchObject({ effect: 'already_approved' });
    expect(await readOrder(attempt)).toEqual(['AUTHORIZED', 'PAID', 'UNFULFILLED', null, [8, 0]]);
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('becomes surplus when other money comes after all', async () => {
    const attempt = await review('AUTHORIZED');
    await shop.sendWebhook('CANCELED', attempt.payment);
    const other = { amount: 2100, currency: 'USD' };
    expect(await shop.sendWebhook('CAPTURED', attempt.payment, other)).toMatchObject({ effect: 'surplus' });
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('stays under review when its money was captured, and raises a cleared attention again', async () => {
    const attempt = await review('CAPTURED');
    await shop.commerce.clearAttention({ orderId: attempt.orderId });
    expect(await shop.sendWebhook('CANCELED', attempt.payment)).toMatchObject({ effect: 'under_review' });
    expect(await readOrder(attempt)).toMatchObject({ 0: 'REVIEW', 1: 'PAYMENT_PENDING', 3: 'amount_mismatch' });
  });
});

describe('a payment of nothing, whose authorization the gateway has released,', () => {
  async function createFreeAttempt(): Promise<Attempt> {
    const { orderId, productId, payment } = await shop.createAttempt();
    await makeAttemptFree(shop, orderId);
    return { orderId, productId, payment: { ...payment, amount: 0 } };
  }

  test('is surplus once when its order is canceled, and later approvals change nothing', async () => {
    const { orderId, payment } = await createFreeAttempt();
    await shop.commerce.cancelOrder({ orderId });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'surplus' });
    expect(await shop.sendWebhook('CANCELED', payment)).toMatchObject({ effect: 'authorization_lost' });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'canceled_before' });
    expect(await shop.commerce.doctor()).toEqual([]);
  });

  test('has paid its order once, and pays it again when it is captured', async () => {
    const { orderId, payment } = await createFreeAttempt();
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'order_paid' });
    expect(await shop.sendWebhook('CANCELED', payment)).toMatchObject({ effect: 'authorization_lost' });
    expect(await shop.sendWebhook('AUTHORIZED', payment)).toMatchObject({ effect: 'canceled_before' });
    expect(await shop.sendWebhook('CAPTURED', payment)).toMatchObject({ effect: 'payment_captured' });
    expect(await shop.commerce.getOrder({ orderId })).toMatchObject({ status: 'PAID', needsAttention: null });
    expect(await shop.commerce.doctor()).toEqual([]);
  });
});
