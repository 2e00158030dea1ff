import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { first, only, present } from '../../testing/only.ts';
import { createScriptedShop, type Attempt, type ScriptedShop } from '../../testing/scripted-gateway.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';

const dayMs = 24 * 60 * 60_000;

let shop: ScriptedShop;
beforeAll(async () => {
  shop = await createScriptedShop({
    terms: { captures: ['DISPATCH', 'MANUAL', 'AUTOMATIC'], authorizationMsOf: () => 7 * dayMs },
  });
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const readPayment = async ({ orderId, payment }: Attempt) =>
  present(
    (await shop.commerce.listPayments({ orderId })).find(({ id }) => id === payment.id),
    'payment',
  );
const readReasons = async ({ orderId }: Attempt) => (await shop.commerce.getOrder({ orderId })).attentionReasons;
const readCaptures = ({ payment }: Attempt) => shop.readRequests(payment.id, 'CAPTURE').map(({ amount }) => amount);

/** Hands the first READY shipment to a carrier, or one unit of it. */
async function dispatch({ orderId }: Attempt, units?: number): Promise<void> {
  const { commerce } = shop;
  const ready = first((await commerce.listShipments({ orderId })).filter(({ status }) => status === 'READY'));
  const { id: shipmentId } =
    units === undefined
      ? ready
      : await commerce.splitShipment({ shipmentId: ready.id, lines: [{ lineNo: 1, quantity: units }] });
  await commerce.dispatchShipment({ shipmentId, carrier: 'DHL', trackingNumber: randomUUID() });
}

/** Creates a paid order of two units in the mode MANUAL. */
async function createManual(): Promise<Attempt> {
  const productId = await shop.createTestProduct();
  const { id: orderId } = await shop.createTestOrder({ [productId]: 2 });
  const payment = await shop.commerce.createPayment({ orderId, provider: 'mock', capture: 'MANUAL' });
  await shop.sendWebhook('AUTHORIZED', payment);
  return { productId, orderId, payment };
}

/** Moves the times of an attempt's warnings, as if it had been authorized and dispatched `days` ago. */
async function letTimePass({ payment }: Attempt, days: number): Promise<void> {
  await shop.database.pool.query(
    `update commerce.payments set lapse_warning_at = lapse_warning_at - $2 * interval '1 day',
      capture_overdue_at = capture_overdue_at - $2 * interval '1 day' where id = $1`,
    [payment.id, days],
  );
}

describe('a payment in the mode DISPATCH', () => {
  test('is captured as a whole when the first shipment leaves, and only once', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    expect(await readPayment(attempt)).toMatchObject({ capture: 'DISPATCH', status: 'AUTHORIZED' });
    await shop.callGatewaysNow();
    expect(readCaptures(attempt)).toEqual([]);
    await dispatch(attempt, 1);
    await shop.callGatewaysNow();
    expect(await readPayment(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 2_000 });
    await dispatch(attempt);
    await shop.callGatewaysNow();
    expect(readCaptures(attempt)).toEqual([2_000]);
    expect(await shop.commerce.warnAboutCaptures()).toBe(0);
  });

  test('is authorized as MANUAL at the gateway, which knows no other mode', async () => {
    const modes: string[] = [];
    const { commerce, close, createTestOrder, createTestProduct } = await createScriptedShop({
      terms: {
        captures: ['AUTOMATIC', 'MANUAL'],
        initiation: {
          by: 'client',
          initiate: ({ capture }) => {
            modes.push(capture);
            return { provider: 'mock' };
          },
        },
      },
    });
    for (const capture of ['DISPATCH', 'AUTOMATIC'] as const) {
      const { id: orderId } = await createTestOrder({ [await createTestProduct()]: 1 });
      await commerce.createPayment({ orderId, provider: 'mock', capture });
    }
    expect(modes).toEqual(['MANUAL', 'AUTOMATIC']);
    await close();
  });

  test('is refused by a gateway that captures as it approves', async () => {
    const { commerce, close, createTestOrder, createTestProduct } = await createScriptedShop({
      terms: { captures: ['AUTOMATIC'] },
    });
    const { id: orderId } = await createTestOrder({ [await createTestProduct()]: 1 });
    const created = commerce.createPayment({ orderId, provider: 'mock', capture: 'DISPATCH' });
    expect(await errorCodeOf(created)).toBe('unsupported_by_provider');
    await close();
  });

  test('is captured without the units that were canceled before', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await shop.commerce.cancelLines({ orderId: attempt.orderId, lines: [{ lineNo: 1, quantity: 1 }] });
    await dispatch(attempt);
    await shop.callGatewaysNow();
    expect(readCaptures(attempt)).toEqual([1_000]);
    expect(await readPayment(attempt)).toMatchObject({ status: 'CAPTURED', capturedAmount: 1_000 });
  });

  test('raises attention when the gateway refuses the capture, and the next shipment tries again', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    shop.scriptReplies(attempt.payment.id, { CAPTURE: [new GatewayRefusal('card_declined', 'no')] });
    await dispatch(attempt, 1);
    await shop.callGatewaysNow();
    expect(await readReasons(attempt)).toEqual(['capture_failed']);
    await dispatch(attempt);
    await shop.callGatewaysNow();
    expect(await readPayment(attempt)).toMatchObject({ status: 'CAPTURED' });
    expect(await readReasons(attempt)).toBeNull();
  });

  test('is captured at once when it pays for goods that have left', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    await shop.sendWebhook('CANCELED', attempt.payment);
    await dispatch(attempt);
    const payment = await shop.commerce.createPayment({ orderId: attempt.orderId, provider: 'mock' });
    expect(payment.captureOverdueAt).not.toBeNull();
    await shop.sendWebhook('AUTHORIZED', payment);
    await shop.callGatewaysNow();
    expect(await readPayment({ ...attempt, payment })).toMatchObject({ status: 'CAPTURED' });
  });

  test('is captured once when two shipments leave at the same moment', async () => {
    const attempt = await shop.createPaidAttempt('AUTHORIZED');
    const { orderId } = attempt;
    const { id: shipmentId } = only(await shop.commerce.listShipments({ orderId }));
    const part = await shop.commerce.splitShipment({ shipmentId, lines: [{ lineNo: 1, quantity: 1 }] });
    await Promise.all(
      [shipmentId, part.id].map(async (id) =>
        shop.commerce.dispatchShipment({ shipmentId: id, carrier: 'DHL', trackingNumber: id }),
      ),
    );
    await shop.callGatewaysNow();
    await shop.callGatewaysNow();
    expect(readCaptures(attempt)).toEqual([2_000]);
  });
});

describe('an authorization that is not captured', () => {
  test('needs attention a day after goods left, once, until it is captured', async () => {
    const attempt = await createManual();
    await dispatch(attempt);
    await shop.callGatewaysNow();
    expect(readCaptures(attempt)).toEqual([]);
    expect(await shop.commerce.warnAboutCaptures()).toBe(0);
    await letTimePass(attempt, 1);
    expect(await shop.commerce.warnAboutCaptures()).toBe(1);
    expect(await readReasons(attempt)).toEqual(['capture_overdue']);
    await shop.commerce.clearAttention({ orderId: attempt.orderId });
    expect(await shop.commerce.warnAboutCaptures()).toBe(0);
    expect(await readReasons(attempt)).toBeNull();
  });

  test('needs attention a day before it lapses, and no more when it was captured', async () => {
    const attempt = await createManual();
    await letTimePass(attempt, 5.9);
    expect(await shop.commerce.warnAboutCaptures()).toBe(0);
    await letTimePass(attempt, 0.2);
    expect(await shop.commerce.warnAboutCaptures()).toBe(1);
    expect(await readReasons(attempt)).toEqual(['authorization_lapsing']);
    await shop.commerce.capturePayment({ paymentId: attempt.payment.id });
    await shop.callGatewaysNow();
    expect(await readReasons(attempt)).toBeNull();
  });

  test('gets both warnings, which end when the authorization is lost', async () => {
    const attempt = await createManual();
    await dispatch(attempt);
    await letTimePass(attempt, 6.5);
    expect(await shop.commerce.warnAboutCaptures()).toBe(1);
    expect(await readReasons(attempt)).toEqual(['authorization_lapsing', 'capture_overdue']);
    await shop.sendWebhook('CANCELED', attempt.payment);
    expect(await readReasons(attempt)).toEqual(['authorization_lost']);
  });

  test('is not warned about in an order that is canceled, or after its capture', async () => {
    const canceled = await createManual();
    await shop.commerce.cancelOrder({ orderId: canceled.orderId });
    const captured = await createManual();
    await shop.commerce.capturePayment({ paymentId: captured.payment.id });
    await letTimePass(canceled, 7);
    expect(await shop.commerce.warnAboutCaptures()).toBe(1);
    expect(await readReasons(canceled)).toEqual(['refund_due']);
    await shop.callGatewaysNow();
    await letTimePass(captured, 7);
    expect(await shop.commerce.warnAboutCaptures()).toBe(0);
  });

  test('whose time is not known, or that captures by itself, has no warning', async () => {
    const { id: orderId } = await shop.createTestOrder({ [await shop.createTestProduct()]: 1 });
    const automatic = await shop.commerce.createPayment({ orderId, provider: 'mock', capture: 'AUTOMATIC' });
    expect(automatic).toMatchObject({ lapseWarningAt: null, captureOverdueAt: null });
    expect((await createManual()).payment.lapseWarningAt?.getTime()).toBeGreaterThan(Date.now() + 5.9 * dayMs);
  });
});
