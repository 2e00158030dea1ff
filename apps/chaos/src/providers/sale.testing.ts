import { randomUUID } from 'node:crypto';
import { createClient, type RouterInputs, type RouterOutputs } from '@commerce-core/api/client';
import type { BookEntry } from '@commerce-core/gateway-simulator';
import type { Provider } from './providers.testing.ts';
import type { World } from './world.testing.ts';

type Attempt = RouterOutputs['payment']['create'];
type Outcome = 'AUTHORIZED' | 'CAPTURED' | 'PENDING' | 'ATTEMPT_FAILED' | 'FAILED' | 'CANCELED';

/** What one unit costs, in won; an order has 2 of them. */
export const unitPrice = 1_000;
export const total = 2 * unitPrice;

// Ids begin with the time.
const byAge = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);

/** An order of 2 units, out of `stock`. */
export async function openSale(world: World, { stock = 5, currency = 'KRW', priceAmount = unitPrice } = {}) {
  const { api, operator, ask } = world;
  const productId = await api.createProduct({ quantity: stock, priceAmount, currency });
  // Each call is sent once: what a test has fail, fails.
  const customer = createClient({ url: api.url, token: await api.customerToken(randomUUID()), attemptsMax: 1 });
  const { id: orderId } = await customer.order.create.mutate({ lines: [{ productId, quantity: 2 }] });

  /** What the shopper does at the gateway's page. Answers the gateway's id of the payment. */
  async function agree(
    { id, provider, amount, currency }: Attempt,
    outcome: Outcome,
    more: object = {},
  ): Promise<string> {
    const opensThere = provider === 'mock' || provider === 'toss';
    const money = opensThere ? { amount, currency } : {};
    return (await ask('/pay', { provider, paymentId: id, outcome, ...money, ...more })).gatewayPaymentId as string;
  }

  return {
    productId,
    orderId,
    customer,
    begin: (provider: Provider, how: Partial<RouterInputs['payment']['create']> = {}) =>
      customer.payment.create.mutate({ orderId, provider, ...how }),
    agree,
    /** The shopper pays, and the shop confirms it where it has to; the gateway's messages come, and are asked after. */
    async pay(attempt: Attempt, outcome: Outcome = 'CAPTURED', more: object = {}): Promise<void> {
      const token = await agree(attempt, outcome, more);
      const confirms = attempt.provider === 'toss' && ['AUTHORIZED', 'CAPTURED', 'PENDING'].includes(outcome);
      const { items } = await customer.payment.list.query({ orderId });
      const isOpen = items.some(({ id, status }) => id === attempt.id && status === 'CREATED');
      if (confirms && isOpen) await customer.payment.confirm.mutate({ paymentId: attempt.id, token });
      await world.settle();
    },
    /** Another customer's order takes the rest of the stock. */
    async sellOut(): Promise<void> {
      const [available, reserved] = await api.readStock(productId);
      const other = await api.customerClient();
      await other.order.create.mutate({ lines: [{ productId, quantity: available - reserved }] });
    },
    /** Where everything is: at the shop, and in the gateway's book. */
    async state() {
      const [order, payments, refunds, stock] = await Promise.all([
        operator.order.get.query({ orderId }),
        operator.payment.list.query({ orderId }),
        operator.refund.list.query({ orderId, limit: 100 }),
        api.readStock(productId),
      ]);
      return {
        order: order.status,
        attention: order.needsAttention,
        payments: payments.items.toSorted(byAge).map(({ status, surplus }) => `${status}${surplus ? ' surplus' : ''}`),
        refunds: refunds.items
          .toSorted(byAge)
          .map(({ kind, amount, status, reason }) => `${kind} ${amount} ${status} ${reason}`),
        /** [on hand, reserved]. */
        stock,
      };
    },
    /** The gateway's account of an attempt. */
    book: async ({ id }: { id: string }): Promise<BookEntry> => ask(`/book/${id}`),
    payment: async ({ id }: { id: string }) =>
      (await operator.payment.list.query({ orderId })).items.find((one) => one.id === id)!,
  };
}

/** A paid order: what `state` says of it, where nothing else has happened. */
export const paidState = { order: 'PAID', attention: null, payments: ['CAPTURED'], refunds: [], stock: [3, 0] };

/** A paid order, and what an operator and somebody at the gateway may do with its money. */
export async function paidSale(world: World, provider: Provider, outcome: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED') {
  const { operator, ask } = world;
  const sale = await openSale(world);
  const attempt = await sale.begin(provider, outcome === 'AUTHORIZED' ? { capture: 'MANUAL' } : {});
  await sale.pay(attempt, outcome);
  const { orderId } = sale;
  const refund = (how: Omit<RouterInputs['refund']['create'], 'orderId'> = {}) =>
    operator.refund.create.mutate({ orderId, ...how });
  const dashboard = (path: string, more: object = {}) => ask(`/dashboard/${path}`, { paymentId: attempt.id, ...more });
  return { sale, attempt, refund, dashboard };
}
