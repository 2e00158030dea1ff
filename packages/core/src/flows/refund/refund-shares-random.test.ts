import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommerceError } from '../../errors.ts';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { firstUnitsAmount } from '../../order/paid-amounts.ts';
import { only } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { createQuotedShop, type QuotedShop } from './quoted-shop.testing.ts';
import { randomOrder, randomRuns } from './random-order.testing.ts';

let shop: QuotedShop;
beforeAll(async () => {
  shop = await createQuotedShop();
});
afterAll(() => shop.close());

/** Units and amounts of the refunds of each line that haven't failed. */
async function refundedLines(orderId: string) {
  const { rows } = await shop.database.pool.query<{ lineNo: number; units: number; amount: number }>(
    `select line_no as "lineNo", sum(l.quantity)::int as units, sum(l.amount)::float8 as amount
     from commerce.refund_lines l join commerce.refunds r on r.id = l.refund_id
     where l.order_id = $1 and r.status <> 'FAILED' group by line_no`,
    [orderId],
  );
  return new Map(rows.map((row) => [row.lineNo, row]));
}

test.each(randomRuns)(
  'all units of a random order, refunded in any order and with failures, give what was paid (%s, %i, seed %i)',
  async (currency, priceMax, seed) => {
    const random = seededRandom(seed * 1_000 + priceMax);
    const { products, quote } = randomOrder(random, priceMax);
    const { orderId, payment } = await shop.createCapturedOrder(products, quote, currency);
    // Every fourth order has no stored shares.
    if (seed % 4 === 0) await shop.removeShares(orderId);
    const { lines, totalAmount } = await shop.commerce.getOrder({ orderId });
    expect(lines.reduce((sum, { paidAmount }) => sum + paidAmount, 0)).toBe(totalAmount);
    const charged = lines.filter(({ paidAmount }) => paidAmount > 0);
    let failures = 0;
    let isDone = false;
    while (!isDone) {
      const before = await refundedLines(orderId);
      const openQty = ({ lineNo, quantity }: { lineNo: number; quantity: number }) =>
        quantity - (before.get(lineNo)?.units ?? 0);
      const open = charged.filter((line) => openQty(line) > 0);
      // Two at once: of different lines, or of the same one.
      await Promise.all(
        [1, 2].map(async () => {
          const line = open[Math.floor(random() * open.length)] ?? only(charged);
          const refusal = await errorOf(shop.refundUnits(orderId, line.lineNo, 1));
          // The share of one unit can be less than a minor unit: then it is refunded with others.
          if (refusal?.message.includes('cost nothing'))
            await errorOf(shop.refundUnits(orderId, line.lineNo, openQty(line)));
        }),
      );
      if (random() < 0.3) {
        failures += 1;
        shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
      }
      await shop.callGatewaysNow();
      const after = await refundedLines(orderId);
      for (const { lineNo, quantity, paidAmount } of charged) {
        const { units = 0, amount = 0 } = after.get(lineNo) ?? {};
        expect(amount).toBeLessThanOrEqual(paidAmount);
        // A refund that fails after a later one leaves a difference of rounding, which the next refund of the line
        // ends.
        expect(Math.abs(amount - firstUnitsAmount(paidAmount, quantity, units))).toBeLessThanOrEqual(failures);
      }
      isDone = charged.every(({ lineNo, quantity }) => after.get(lineNo)?.units === quantity);
    }
    const refunded = await refundedLines(orderId);
    for (const { lineNo, paidAmount } of charged) expect(refunded.get(lineNo)?.amount).toBe(paidAmount);
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: totalAmount });
    expect(await shop.commerce.doctor()).toEqual([]);
  },
);

/** The refusal of a refund, if it was refused. Any other error is thrown. */
const errorOf = async (refund: Promise<number>): Promise<CommerceError | undefined> =>
  refund.then(
    () => undefined,
    (error: unknown) => {
      if (error instanceof CommerceError) return error;
      throw error;
    },
  );
