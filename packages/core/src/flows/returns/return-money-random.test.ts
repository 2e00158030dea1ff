import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommerceError } from '../../errors.ts';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import { firstUnitsAmount } from '../../order/paid-amounts.ts';
import type { QuoteLine } from '../../order/quote.ts';
import { only, present } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { quoteLine } from '../refund/quoted-shop.testing.ts';
import { createReturnShop, type ReturnShop } from './returns.testing.ts';

let shop: ReturnShop;
beforeAll(async () => {
  shop = await createReturnShop();
});
afterAll(() => shop.close());

/** A random order: products, perhaps shipping, discounts and taxes that leave each line something. */
function randomOrder(random: () => number, priceMax: number) {
  const upTo = (max: number) => Math.floor(random() * (max + 1));
  const products = Array.from({ length: 1 + upTo(2) }, () => [1 + upTo(priceMax), 1 + upTo(4)] as const);
  const shipping = Array.from({ length: upTo(1) }, () => quoteLine('SHIPPING', 1 + upTo(priceMax)));
  const amounts = [...products.map(([price, quantity]) => price * quantity), ...shipping.map((one) => one.unitAmount)];
  const others = Array.from({ length: 1 + upTo(3) }, (): QuoteLine => {
    const named = amounts.flatMap((_, index) => (random() < 0.5 ? [index + 1] : []));
    const appliesTo = named.length > 0 ? named : amounts.map((_, index) => index + 1);
    const price = appliesTo.reduce((sum, no) => sum + (amounts[no - 1] ?? 0), 0);
    const isTax = random() < 0.5;
    return quoteLine(isTax ? 'TAX' : 'DISCOUNT', (isTax ? 1 : -1) * upTo(Math.floor(price / 5)), appliesTo);
  });
  return { products, quote: [...shipping, ...others] };
}

/** The codes of refusals that a random step may meet. Any other error is thrown. */
const allowed = ['nothing_to_refund', 'order_changed'];
const attempt = async (call: Promise<unknown>): Promise<void> => {
  await call.catch((error: unknown) => {
    if (!(error instanceof CommerceError) || !allowed.includes(error.code)) throw error;
  });
};

async function refundedLines(orderId: string) {
  const { rows } = await shop.database.pool.query<{ lineNo: number; units: number; amount: number }>(
    `select line_no as "lineNo", sum(l.quantity)::int as units, sum(l.amount)::float8 as amount
     from commerce.refund_lines l join commerce.refunds r on r.id = l.refund_id
     where l.order_id = $1 and r.status <> 'FAILED' group by line_no`,
    [orderId],
  );
  return new Map(rows.map((row) => [row.lineNo, row]));
}

// Currencies of 0, 2 and 3 decimals, with prices from one minor unit on.
const runs = [
  ['KRW', 30],
  ['USD', 9_999],
  ['KWD', 1_000_000_000],
].flatMap(([currency, priceMax]) => [1, 2, 3, 4].map((seed) => [currency, priceMax, seed] as [string, number, number]));

test.each(runs)(
  'all units, returned and refunded at random and with failures, give what was paid (%s, %i, seed %i)',
  async (currency, priceMax, seed) => {
    const random = seededRandom(seed * 7_919 + priceMax);
    const below = (bound: number) => Math.floor(random() * bound);
    const { products, quote } = randomOrder(random, priceMax);
    const { orderId, payment } = await shop.createCapturedOrder(products, quote, currency);
    await shop.send(orderId);
    const { lines, totalAmount } = await shop.commerce.getOrder({ orderId });
    const charged = lines.filter(({ paidAmount }) => paidAmount > 0);
    const left = products.map(([, quantity]) => quantity);
    // The fault of the shop in the first one, so that the cost of shipping goes back, too.
    const opened: string[] = [];
    let failures = 0;

    /** Requests and approves a return of one to all units of a line that are left. */
    async function open(): Promise<void> {
      const index = below(left.length);
      const quantity = Math.min(left[index] ?? 0, 1 + below(3));
      if (quantity === 0) return;
      left[index] = (left[index] ?? 0) - quantity;
      const returned = left.map((_, at) => (at === index ? quantity : 0));
      opened.push(await shop.takeBack(orderId, returned, opened.length === 0 ? 'SHOP' : 'CUSTOMER'));
    }

    async function isEverythingBack(): Promise<boolean> {
      const refunded = await refundedLines(orderId);
      for (const { lineNo, quantity, paidAmount } of charged) {
        const { units = 0, amount = 0 } = refunded.get(lineNo) ?? {};
        expect(amount).toBeLessThanOrEqual(paidAmount);
        // A refund that fails after a later one leaves a difference of rounding, which the next refund of the line
        // ends.
        expect(Math.abs(amount - firstUnitsAmount(paidAmount, quantity, units))).toBeLessThanOrEqual(failures);
      }
      return charged.every(({ lineNo, quantity }) => refunded.get(lineNo)?.units === quantity);
    }

    for (let step = 0; !(await isEverythingBack()); step += 1) {
      if (step > 300) throw new Error('the order does not come back');
      if (left.some((quantity) => quantity > 0)) await open();
      const some = () => present(opened[below(opened.length)], 'a return');
      await Promise.all([attempt(shop.refund(some())), attempt(shop.refund(some()))]);
      if (random() < 0.3) {
        failures += 1;
        shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
      }
      await shop.callGatewaysNow();
    }
    expect(only(await shop.commerce.listPayments({ orderId }))).toMatchObject({ refundedAmount: totalAmount });
    expect(await shop.fulfillmentOf(orderId)).toBe('RETURNED');
    expect(await shop.commerce.doctor()).toEqual([]);
  },
);
