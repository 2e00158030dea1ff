import type { ConnectOptions } from '../database/connect.ts';
import { createHmac, randomUUID } from 'node:crypto';
import { createCommerce, type Commerce, type CommerceOptions } from '../commerce.ts';
import { changeStock } from '../flows/inventory/change-stock.ts';
import { createProducts } from '../flows/catalog/create-products.ts';
import { mockGateway } from '../gateways/mock.ts';
import { mockTracking } from '../shipping/mock-tracking.ts';
import type { GatewayEventType } from '../gateway-inbox/gateway-event.ts';
import type { PlaceOrder } from '../order/order-input.ts';
import { readInvalidPayloads } from './invalid-payloads.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

const webhookKey = Buffer.alloc(24, 7);
/** The mock gateway's webhook secret in tests. */
export const webhookSecret = `whsec_${webhookKey.toString('base64')}`;

type PaymentFacts = { id: string; amount: number; currency: string };
type WebhookFacts = {
  eventId?: string;
  amount?: number;
  currency?: string;
  failureCode?: string;
  refundId?: string;
  objectId?: string;
  payableUntil?: Date;
};

/** What every test order has besides its customer and lines: nothing by default. */
export type OrderTexts = Omit<PlaceOrder, 'lines'>;

/** A shop on its own database, with functions for what tests do often. */
export type TestShop = {
  commerce: Commerce;
  database: TestDatabase;
  /** Drops the shop's database. @throws Error when an invariant does not hold */
  close: () => Promise<void>;
  /** Creates a product with stock: 10 units at 1,000 KRW by default. Returns its id. */
  createTestProduct: (options?: { quantity?: number; priceAmount?: number; currency?: string }) => Promise<string>;
  /** Creates many products with stock in one transaction. Returns their ids. */
  createTestProducts: (count: number, quantity: number) => Promise<string[]>;
  /** Places an order of `customer-1` for quantities by product id. */
  createTestOrder: (quantities: Record<string, number>) => ReturnType<Commerce['placeOrder']>;
  /** Places an order and creates its payment. */
  createPendingOrder: (
    quantities: Record<string, number>,
  ) => Promise<{ orderId: string; payment: Awaited<ReturnType<Commerce['createPayment']>> }>;
  /** Receives a signed webhook of the mock gateway about a payment. Returns the result of its one event. */
  sendWebhook: (
    type: GatewayEventType,
    payment: PaymentFacts,
    facts?: WebhookFacts,
  ) => Promise<Awaited<ReturnType<Commerce['receiveWebhook']>>[0]>;
  /** Returns a product's stock as [available, reserved]. */
  readStock: (productId: string) => Promise<[number, number]>;
  /** Lets an order's reservation end, and runs the expiry job once. */
  expireTestOrder: (orderId: string) => Promise<void>;
  /** Returns the event types of an order's history, the oldest first. */
  readEventTypes: (orderId: string) => Promise<string[]>;
};

/** Creates a shop on its own database, with the mock gateway unless `gateways` says otherwise. */
export async function createTestShop(
  options: Omit<CommerceOptions, 'database'> & { connect?: Partial<ConnectOptions>; orderTexts?: OrderTexts } = {},
): Promise<TestShop> {
  const { connect, orderTexts, ...rest } = options;
  const database = await openTestDatabase(connect);
  const commerce = createCommerce({
    database,
    gateways: [mockGateway([webhookSecret])],
    trackingProviders: [mockTracking([webhookSecret])],
    ...rest,
  });
  const close = async () => {
    try {
      const violations = [...(await commerce.doctor()), ...(await readInvalidPayloads(database))];
      if (violations.length > 0) throw new Error(`the doctor found: ${JSON.stringify(violations, null, 2)}`);
    } finally {
      await database.drop();
    }
  };
  return { database, ...testShopOf(commerce, database, orderTexts), close };
}

/** Returns the functions of a test shop for a core and a database that the caller has opened. */
export function testShopOf(
  commerce: Commerce,
  database: Pick<TestDatabase, 'pool'>,
  orderTexts: OrderTexts = {},
): Omit<TestShop, 'database' | 'close'> {
  return {
    commerce,
    ...productFunctions(commerce),
    ...orderFunctions(commerce, database, orderTexts),
    async sendWebhook(type, { id, amount, currency }, { eventId = randomUUID(), ...message } = {}) {
      const [result] = await commerce.receiveWebhook(
        'mock',
        signTestWebhook({ type, paymentId: id, amount, currency, ...message }, eventId),
      );
      if (!result) throw new Error('the webhook contained no event');
      return result;
    },
  };
}

const productFunctions = (
  commerce: Commerce,
): Pick<TestShop, 'createTestProduct' | 'createTestProducts' | 'readStock'> => ({
  async createTestProduct({ quantity = 10, priceAmount = 1000, currency = 'KRW' } = {}) {
    const { id } = await commerce.createProduct({ sku: randomUUID(), name: 'A thing', priceAmount, currency });
    if (quantity > 0) await commerce.receiveStock({ productId: id, quantity });
    return id;
  },
  async createTestProducts(count, quantity) {
    const ids = Array.from({ length: count }, () => randomUUID());
    await commerce.transaction(async (tx) => {
      await createProducts(
        tx,
        ids.map((id) => ({ id, sku: id, name: 'Bulk', priceAmount: 5, currency: 'KRW' })),
      );
      await changeStock(
        tx,
        ids.map((productId) => ({ change: 'receive', id: randomUUID(), productId, quantity })),
      );
    });
    return ids;
  },
  async readStock(productId) {
    const { availableQty, reservedQty } = await commerce.getStock({ productId });
    return [availableQty, reservedQty];
  },
});

function orderFunctions(
  commerce: Commerce,
  database: Pick<TestDatabase, 'pool'>,
  orderTexts: OrderTexts,
): Pick<TestShop, 'createTestOrder' | 'createPendingOrder' | 'expireTestOrder' | 'readEventTypes'> {
  const createTestOrder: TestShop['createTestOrder'] = (quantities) =>
    commerce.placeOrder({
      ...orderTexts,
      customerId: 'customer-1',
      lines: Object.entries(quantities).map(([productId, quantity]) => ({ productId, quantity })),
    });
  return {
    createTestOrder,
    async createPendingOrder(quantities) {
      const { id: orderId } = await createTestOrder(quantities);
      return { orderId, payment: await commerce.createPayment({ orderId, provider: 'mock' }) };
    },
    async expireTestOrder(orderId) {
      await database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
        orderId,
      ]);
      await commerce.expireOrders();
    },
    async readEventTypes(orderId) {
      return (await commerce.orderHistory({ orderId })).items.map(({ type }) => type);
    },
  };
}

/** Returns a webhook of the mock gateway, signed as the gateway signs it. */
export function signTestWebhook(body: object, eventId: string, secondsAgo = 0) {
  const rawBody = Buffer.from(JSON.stringify(body));
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  const signature = createHmac('sha256', webhookKey)
    .update(`${eventId}.${timestamp}.`)
    .update(rawBody)
    .digest('base64');
  const headers: Record<string, string> = {
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { rawBody, header: (name: string) => headers[name] };
}

/** Returns 'accepted', or the code of the CommerceError that a call rejects with. Any other error is thrown. */
export async function errorCodeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.name === 'CommerceError') return String(error.code);
    throw error;
  }
}
