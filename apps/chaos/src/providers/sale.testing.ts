import { randomUUID } from 'node:crypto';
import { present } from '@commerce-core/api/testing';
import { createClient, type Client, type RouterInputs, type RouterOutputs } from '@commerce-core/client';
import type { BookEntry } from '@commerce-core/gateway-simulator';
import type { Provider } from './providers.testing.ts';
import type { World } from './world.testing.ts';

type Attempt = RouterOutputs['payment']['create'];
type Outcome = 'AUTHORIZED' | 'CAPTURED' | 'PENDING' | 'ATTEMPT_FAILED' | 'FAILED' | 'CANCELED';

/** The price of a unit in won; an order has 2 units. */
export const unitPrice = 1_000;
export const total = 2 * unitPrice;

// Ids begin with their time (UUID version 7).
const byAge = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);

/** Creates an order of 2 out of `stock` units, with what its shopper may do. */
export async function createSale(world: World, { stock = 5, currency = 'KRW', priceAmount = unitPrice } = {}) {
  const { api } = world;
  const productId = await api.createProduct({ quantity: stock, priceAmount, currency });
  // Each call is sent once, so that an injected fault is not hidden by a retry.
  const customer = createClient({ url: api.url, token: await api.customerToken(randomUUID()), attemptsMax: 1 });
  const { id: orderId } = await customer.order.create.mutate({ lines: [{ productId, quantity: 2 }] });
  const ids = { productId, orderId };
  return { ...ids, customer, ...shopperActions(world, customer, ids), ...saleReads(world, ids) };
}

type SaleIds = { productId: string; orderId: string };

function shopperActions(world: World, customer: Client, { productId, orderId }: SaleIds) {
  const { api, callSimulator } = world;

  /** Acts on the gateway's page as the shopper. Returns the gateway's id of the payment. */
  async function actAtGateway(
    { id, provider, amount, currency }: Attempt,
    outcome: Outcome,
    more: object = {},
  ): Promise<string> {
    // These gateways learn the amount from the shopper's page, because the shop does not initiate the attempt there.
    const needsMoney = provider === 'mock' || provider === 'toss';
    const money = needsMoney ? { amount, currency } : {};
    return (await callSimulator('/pay', { provider, paymentId: id, outcome, ...money, ...more }))
      .gatewayPaymentId as string;
  }

  return {
    beginAttempt: (provider: Provider, how: Partial<RouterInputs['payment']['create']> = {}) =>
      customer.payment.create.mutate({ orderId, provider, ...how }),
    actAtGateway,
    /** Acts as the shopper, confirms the payment at Toss, and runs the world until it is idle. */
    async payAttempt(attempt: Attempt, outcome: Outcome = 'CAPTURED', more: object = {}): Promise<void> {
      const token = await actAtGateway(attempt, outcome, more);
      const confirms = attempt.provider === 'toss' && ['AUTHORIZED', 'CAPTURED', 'PENDING'].includes(outcome);
      const { items } = await customer.payment.list.query({ orderId });
      const isOpen = items.some(({ id, status }) => id === attempt.id && status === 'CREATED');
      if (confirms && isOpen) await customer.payment.confirm.mutate({ paymentId: attempt.id, token });
      await world.runUntilIdle();
    },
    /** Places another customer's order of all units that are left. */
    async sellOut(): Promise<void> {
      const [available, reserved] = await api.readStock(productId);
      const other = await api.customerClient();
      await other.order.create.mutate({ lines: [{ productId, quantity: available - reserved }] });
    },
  };
}

function saleReads({ api, operator, callSimulator }: World, { productId, orderId }: SaleIds) {
  return {
    /** Reads the state of order, payments, refunds and stock. */
    async readState() {
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
        /** [available, reserved]. */
        stock,
      };
    },
    /** Reads the attempt's entry in the gateway's book. */
    readBookEntry: async ({ id }: { id: string }): Promise<BookEntry> => callSimulator(`/book/${id}`),
    readPayment: async ({ id }: { id: string }) =>
      present(
        (await operator.payment.list.query({ orderId })).items.find((one) => one.id === id),
        'payment',
      ),
  };
}

/** The state of a sale that was paid and to which nothing else has happened. */
export const paidState = { order: 'PAID', attention: null, payments: ['CAPTURED'], refunds: [], stock: [3, 0] };

/** Creates a paid order, with what an operator and the gateway's dashboard may do with its money. */
export async function createPaidSale(
  world: World,
  provider: Provider,
  outcome: 'AUTHORIZED' | 'CAPTURED' = 'CAPTURED',
) {
  const { operator, callSimulator } = world;
  const sale = await createSale(world);
  const attempt = await sale.beginAttempt(provider, outcome === 'AUTHORIZED' ? { capture: 'MANUAL' } : {});
  await sale.payAttempt(attempt, outcome);
  const { orderId } = sale;
  const refund = (how: Omit<RouterInputs['refund']['create'], 'orderId'> = {}) =>
    operator.refund.create.mutate({ orderId, ...how });
  const dashboard = (path: string, more: object = {}) =>
    callSimulator(`/dashboard/${path}`, { paymentId: attempt.id, ...more });
  return { sale, attempt, refund, dashboard };
}
