import { afterAll, beforeAll, expect, test } from 'vitest';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { firstUnitsAmount } from '../../order/paid-amounts.ts';
import { only, present } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { errorCodeOf } from '../../testing/test-shop.ts';
import { createQuotedShop, type QuotedShop } from '../refund/quoted-shop.testing.ts';
import { randomOrder, randomRuns } from '../refund/random-order.testing.ts';

let shop: QuotedShop;
beforeAll(async () => {
  shop = await createQuotedShop();
});
// Closing the shop runs the doctor.
afterAll(() => shop.close());

const expectedCodes = ['accepted', 'capture_in_progress', 'units_not_cancelable', 'invalid_transition'];

/** Units of each line that are still to be shipped. */
async function readWaiting(orderId: string): Promise<Map<number, number>> {
  const waiting = new Map<number, number>();
  for (const { status, lines } of await shop.commerce.listShipments({ orderId }))
    if (status === 'READY')
      for (const { lineNo, quantity } of lines) waiting.set(lineNo, (waiting.get(lineNo) ?? 0) + quantity);
  return waiting;
}

/** Sends one unit of a random line. */
async function sendOneUnit(orderId: string, below: (bound: number) => number): Promise<void> {
  const { id: shipmentId, lines } = only(await shop.commerce.listShipments({ orderId }));
  const { lineNo } = present(lines[below(lines.length)], 'a line');
  const isAlone = lines.length === 1 && lines[0]?.quantity === 1;
  const sent = isAlone
    ? shipmentId
    : (await shop.commerce.splitShipment({ shipmentId, lines: [{ lineNo, quantity: 1 }] })).id;
  await shop.commerce.dispatchShipment({ shipmentId: sent, carrier: 'DHL', trackingNumber: sent });
}

/** Requests failed refunds of lines again, as an operator does. */
async function repeatFailedRefunds(orderId: string): Promise<void> {
  const { rows } = await shop.database.pool.query<{ lineNo: number; quantity: number }>(
    `select o.line_no as "lineNo", o.canceled_qty - o.released_qty - coalesce((select sum(l.quantity)
      from commerce.refund_lines l join commerce.refunds r on r.id = l.refund_id
      where l.order_id = o.order_id and l.line_no = o.line_no and r.status <> 'FAILED'), 0)::int as quantity
    from commerce.order_lines o where o.order_id = $1`,
    [orderId],
  );
  for (const { lineNo, quantity } of rows) if (quantity > 0) await shop.refundUnits(orderId, lineNo, quantity);
}

test.each(randomRuns)(
  'units of a random order, canceled in any order and with failures, give exactly what was paid (%s, %i, seed %i)',
  async (currency, priceMax, seed) => {
    const random = seededRandom(seed * 7_919 + priceMax);
    const below = (bound: number) => Math.floor(random() * bound);
    const { products, quote } = randomOrder(random, priceMax);
    const type = seed % 2 === 0 ? ('CAPTURED' as const) : ('AUTHORIZED' as const);
    const { orderId, payment } = await shop.createPaidOrder(type, products, quote, currency);
    // Of three orders in four, a unit leaves before the others are canceled.
    const hasLeft = seed % 4 !== 1;
    if (hasLeft) await sendOneUnit(orderId, below);
    let failures = 0;
    for (;;) {
      const waiting = [...(await readWaiting(orderId))];
      if (waiting.length === 0) break;
      if (random() < 0.1) await errorCodeOf(shop.commerce.capturePayment({ paymentId: payment.id }));
      // Two at once: of different lines, or of the same one.
      const codes = await Promise.all(
        [1, 2].map(async () => {
          const [lineNo, units] = present(waiting[below(waiting.length)], 'a line');
          return errorCodeOf(shop.commerce.cancelLines({ orderId, lines: [{ lineNo, quantity: 1 + below(units) }] }));
        }),
      );
      expect(expectedCodes).toEqual(expect.arrayContaining(codes));
      // After a third failure only an operator would return the money of a canceled order.
      if (failures < 2 && random() < 0.3) {
        failures += 1;
        shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
      }
      await shop.callGatewaysNow();
    }
    shop.scriptReplies(payment.id, { REFUND: [] });
    const { lines, status } = await shop.commerce.getOrder({ orderId });
    if (status === 'PAID') await repeatFailedRefunds(orderId);
    else if ((await shop.commerce.getOrder({ orderId })).attentionReasons?.includes('refund_failed'))
      await errorCodeOf(shop.commerce.createRefund({ orderId }));
    if (status === 'PAID') await errorCodeOf(shop.commerce.capturePayment({ paymentId: payment.id }));
    await shop.callGatewaysNow();
    // What the order kept costs what it costs without the first units that were canceled.
    const kept = lines.reduce(
      (sum, { kind, paidAmount, quantity, canceledQty }) =>
        kind === 'PRODUCT' || kind === 'SHIPPING'
          ? sum + paidAmount - firstUnitsAmount(paidAmount, quantity, canceledQty)
          : sum,
      0,
    );
    const { capturedAmount, refundedAmount } = only(await shop.commerce.listPayments({ orderId }));
    expect(capturedAmount - refundedAmount).toBe(status === 'PAID' ? kept : 0);
    expect(status).toBe(hasLeft ? 'PAID' : 'CANCELED');
    expect(await shop.commerce.doctor()).toEqual([]);
  },
);
