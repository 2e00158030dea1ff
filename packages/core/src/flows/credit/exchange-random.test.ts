import { afterAll, beforeAll, expect, test } from 'vitest';
import { CommerceError } from '../../errors.ts';
import { GatewayRefusal } from '../../gateways/gateway.ts';
import type { Payment } from '../../payment/payment.ts';
import { first } from '../../testing/only.ts';
import { seededRandom } from '../../testing/seeded-random.ts';
import { quoteLine } from '../refund/quoted-shop.testing.ts';
import { createExchangeShop, type ExchangeShop } from './exchange.testing.ts';

let shop: ExchangeShop;
beforeAll(async () => {
  shop = await createExchangeShop();
});
afterAll(() => shop.close());

/** The refusals that a random step may meet. Any other error is thrown. */
const allowed: readonly string[] = [
  'nothing_to_refund',
  'order_changed',
  'invalid_transition',
  'units_not_returnable',
  'units_not_in_return',
  'units_not_cancelable',
  'refund_exceeds_balance',
  'fees_exceed_refund',
  'payment_in_progress',
  'order_not_paid',
  'amount_not_supported',
  'capture_in_progress',
  'validation_failed',
];

/** Runs a step. Returns the code of its refusal; undefined when it was accepted. */
async function attempt(step: Promise<unknown>): Promise<string | undefined> {
  try {
    await step;
    return undefined;
  } catch (error) {
    if (error instanceof CommerceError && allowed.includes(error.code)) return error.code;
    throw error;
  }
}

/** A family of orders: a first one, and those in exchange for goods of the family. */
class Family {
  readonly #below: (bound: number) => number;
  readonly #priceMax: number;
  /**
   * Whether money goes back for units alone, by the shop's fault and without failures: then it is exact without an
   * operator.
   */
  readonly isExact: boolean;
  readonly orders: string[] = [];
  readonly returns: string[] = [];
  readonly attempts: Payment[] = [];

  constructor(seed: number, priceMax: number, isExact: boolean) {
    const random = seededRandom(seed);
    this.#below = (bound) => Math.floor(random() * bound);
    this.#priceMax = priceMax;
    this.isExact = isExact;
  }

  #some<T>(items: readonly T[]): T | undefined {
    return items[this.#below(items.length)];
  }

  #price = (): number => 1 + this.#below(this.#priceMax);

  /** Shipping, a discount and a tax for the next order, or fewer of them. */
  quote(): void {
    const lines = [quoteLine('SHIPPING', this.#price()), quoteLine('TAX', this.#below(9)), quoteLine('DISCOUNT', -1)];
    shop.quoteLines(lines.filter(() => this.#below(2) === 0));
  }

  async begin(): Promise<void> {
    this.quote();
    const productId = await shop.createTestProduct({ priceAmount: this.#price(), currency: 'KRW', quantity: 8 });
    const { orderId, payment } = await shop.createPendingOrder({ [productId]: 3 + this.#below(6) });
    await shop.sendWebhook('CAPTURED', payment);
    this.orders.push(orderId);
    await shop.send(orderId);
  }

  /** Takes one random step. Returns the code of its refusal; undefined when it was accepted. */
  async step(): Promise<string | undefined> {
    // The newest order half of the time, so that exchanges follow each other.
    const orderId = (this.#below(2) === 0 ? this.orders.at(-1) : this.#some(this.orders)) ?? '';
    const returnId = this.#below(2) === 0 ? this.returns.at(-1) : this.#some(this.returns);
    const exchange = async () => returnId && this.#exchange(returnId);
    const pay = async () => this.#pay(orderId);
    const takeBack = async () => this.takeBack(orderId, 1 + this.#below(3));
    const send = async () => shop.send(orderId);
    const rare = [
      async () => returnId && shop.refund(returnId, this.#fees()),
      async () => this.#resend(),
      async () => shop.commerce.cancelOrder({ orderId }),
      async () => shop.commerce.cancelLines({ orderId, lines: [{ lineNo: 1, quantity: 1 }] }),
      async () => !this.isExact && shop.commerce.createRefund({ orderId, amount: 1 + this.#below(3) }),
      async () => !this.isExact && shop.commerce.refundCredit({ orderId, amount: 1 + this.#below(3) }),
      async () => shop.expireTestOrder(orderId),
      async () => shop.commerce.settleCredits(),
      async () => this.#callGateways(),
    ];
    const steps = [
      ...rare,
      ...rare,
      takeBack,
      takeBack,
      takeBack,
      ...Array(6).fill(exchange),
      pay,
      pay,
      pay,
      pay,
      send,
      send,
      send,
    ];
    return attempt(Promise.resolve(this.#some<() => Promise<unknown>>(steps)?.()));
  }

  #fees = () => (!this.isExact && this.#below(4) === 0 ? [{ name: 'Label', amount: 1 + this.#below(3) }] : []);

  async takeBack(orderId: string, quantity: number): Promise<void> {
    const fault = this.isExact || this.#below(2) === 0 ? 'SHOP' : 'CUSTOMER';
    this.returns.push(await shop.takeBack(orderId, [quantity], fault));
  }

  async #exchange(returnId: string): Promise<void> {
    this.quote();
    const lines = this.#below(3) > 0 ? [{ lineNo: 1, quantity: 1 }] : undefined;
    const options = { quantity: 1 + this.#below(3), lines, fees: this.#fees() };
    this.orders.push((await shop.exchange(returnId, this.#price(), options)).id);
  }

  async #pay(orderId: string): Promise<void> {
    const payment = await shop.commerce.createPayment({ orderId, provider: 'mock' });
    this.attempts.push(payment);
    await this.#resend(payment);
  }

  /** Sends a webhook of an attempt, perhaps a late or contradicting one. */
  async #resend(payment = this.#some(this.attempts)): Promise<void> {
    const type = this.#some(['CAPTURED', 'CAPTURED', 'CAPTURED', 'CAPTURED', 'AUTHORIZED', 'FAILED'] as const);
    if (payment && type) await shop.sendWebhook(type, payment);
  }

  async #callGateways(): Promise<void> {
    const payment = this.#some(this.attempts);
    if (payment && !this.isExact && this.#below(3) === 0)
      shop.scriptReplies(payment.id, { REFUND: [new GatewayRefusal('declined', 'no')] });
    await shop.callGatewaysNow();
  }
}

const paymentsOf = async (orders: readonly string[]): Promise<Payment[]> =>
  (await Promise.all(orders.map(async (orderId) => shop.commerce.listPayments({ orderId })))).flat();

async function sumsOf(orders: readonly string[]) {
  const payments = await paymentsOf(orders);
  const sum = (amountOf: (payment: Payment) => number) => payments.reduce((total, one) => total + amountOf(one), 0);
  return {
    captured: sum(({ capturedAmount }) => capturedAmount),
    refunded: sum(({ refundedAmount }) => refundedAmount),
    credited: sum(({ creditedAmount }) => creditedAmount),
  };
}

/** Captures what is authorized for an order, if nothing of it went back. */
async function capture(orderId: string): Promise<void> {
  for (const payment of await shop.commerce.listPayments({ orderId })) {
    if (payment.status !== 'AUTHORIZED') continue;
    await attempt(shop.commerce.capturePayment({ paymentId: payment.id }));
  }
  await shop.callGatewaysNow();
}

/** Ends an order: it is canceled, or all of it comes back and is refunded. */
async function end(family: Family, orderId: string): Promise<void> {
  if ((await attempt(shop.commerce.cancelOrder({ orderId }))) === undefined) return;
  await capture(orderId);
  await shop.send(orderId);
  while ((await attempt(family.takeBack(orderId, 1))) === undefined);
  const { items } = await shop.commerce.listReturns({ orderId, limit: 100 });
  for (const { id: returnId } of items) await refundAll(returnId);
  if (family.isExact) return;
  // What was kept back by fees or for the customer's fault, and refunds that have failed.
  for (const { id: paymentId } of await shop.commerce.listPayments({ orderId }))
    await attempt(shop.commerce.createRefund({ orderId, paymentId }));
  await shop.callGatewaysNow();
  await attempt(shop.commerce.refundCredit({ orderId }));
}

/** Refunds a return; of one that is worth more than is left, because of earlier refunds by amount, what is left. */
async function refundAll(returnId: string): Promise<void> {
  try {
    await shop.refund(returnId);
  } catch (error) {
    if (!(error instanceof CommerceError)) throw error;
    if (error.code === 'nothing_to_refund') return;
    if (error.code !== 'refund_exceeds_balance') throw error;
    const { refundableAmount } = error.details as { refundableAmount: number };
    const { amount } = await shop.commerce.previewReturn({ returnId });
    await attempt(shop.refund(returnId, [{ name: 'Refunded before', amount: amount - refundableAmount }]));
  }
}

const runs = Array.from(
  { length: 8 },
  (_, index) => [index + 1, index % 3 === 0 ? 12 : 5_000, index % 2 === 0] as const,
);

test.each(runs)(
  'refunds, exchanges, payments and cancellations at random keep every cent, and give all of it back (seed %i)',
  async (seed, priceMax, isExact) => {
    const family = new Family(seed * 7_919, priceMax, isExact);
    await family.begin();
    for (let step = 0; step < 80; step += 1) {
      await family.step();
      const { captured, refunded, credited } = await sumsOf(family.orders);
      expect(refunded + credited).toBeLessThanOrEqual(captured);
    }
    expect(await shop.commerce.doctor()).toEqual([]);
    // The newest order first, because its credit is money of the orders before it.
    for (let round = 0; round < 4; round += 1) {
      for (const orderId of family.orders.toReversed()) {
        await end(family, orderId);
        while ((await shop.commerce.settleCredits()) > 0);
        await shop.callGatewaysNow();
      }
    }
    const { captured, refunded, credited } = await sumsOf(family.orders);
    expect({ refunded, credited }).toEqual({ refunded: captured, credited: 0 });
    expect(await shop.commerce.doctor()).toEqual([]);
  },
);

test('the random runs above have met credits of every kind', async () => {
  const { rows } = await shop.database.pool.query<Record<string, number>>(`
    select count(*) filter (where c.status = 'SPENT' and p.returned_amount > 0)::int as "goneBack",
      count(*) filter (where c.status = 'RELEASED')::int as released,
      count(*) filter (where p.passed_on_amount > 0)::int as "passedOn",
      count(*) filter (where p.amount < c.amount)::int as "ofTwoPayments"
    from commerce.return_credits c join commerce.return_credit_parts p on p.order_id = c.order_id`);
  for (const [kind, count] of Object.entries(first(rows))) expect(count, kind).toBeGreaterThan(0);
});
