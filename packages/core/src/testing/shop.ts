import type { ConnectOptions } from '../database/connect.ts';
import { createHmac, randomUUID } from 'node:crypto';
import { createCommerce, type Commerce, type CommerceOptions } from '../commerce.ts';
import { changeStock } from '../flows/inventory/change-stock.ts';
import { createProducts } from '../flows/catalog/create-products.ts';
import { mockGateway } from '../gateways/mock.ts';
import type { GatewayEventType } from '../gateway-inbox/gateway-event.ts';
import { openTestDatabase, type TestDatabase } from './test-database.ts';

const key = Buffer.alloc(24, 7);
export const webhookSecret = `whsec_${key.toString('base64')}`;

type Paid = { id: string; amount: number; currency: string };
type Message = {
  eventId?: string;
  amount?: number;
  currency?: string;
  failureCode?: string;
  refundId?: string;
  objectId?: string;
  payableUntil?: Date;
};

/** A shop on a database of its own, with the short cuts that tests share. */
export type Shop = {
  commerce: Commerce;
  database: TestDatabase;
  /** Closes the shop and removes its database. @throws Error when an invariant was broken along the way */
  close: () => Promise<void>;
  /** A product with stock; its id. */
  product: (options?: { quantity?: number; priceAmount?: number; currency?: string }) => Promise<string>;
  /** Many products with stock at once; their ids. */
  products: (count: number, quantity: number) => Promise<string[]>;
  /** An order of one customer for quantities by product id. */
  order: (quantities: Record<string, number>) => ReturnType<Commerce['placeOrder']>;
  /** An order with a live payment. */
  pending: (
    quantities: Record<string, number>,
  ) => Promise<{ orderId: string; payment: Awaited<ReturnType<Commerce['createPayment']>> }>;
  /** What the gateway says about a payment, as a signed webhook; its one answer. */
  tell: (
    type: GatewayEventType,
    payment: Paid,
    message?: Message,
  ) => Promise<Awaited<ReturnType<Commerce['receiveWebhook']>>[0]>;
  /** [available, reserved]. */
  stock: (productId: string) => Promise<[number, number]>;
  /** Lets an order's hold pass, and runs the expiry once. */
  expire: (orderId: string) => Promise<void>;
  types: (orderId: string) => Promise<string[]>;
};

export async function openShop(
  options: Omit<CommerceOptions, 'database'> & { connect?: Partial<ConnectOptions> } = {},
): Promise<Shop> {
  const { connect, ...rest } = options;
  const database = await openTestDatabase(connect);
  const commerce = createCommerce({ database, gateways: [mockGateway([webhookSecret])], ...rest });
  const close = async () => {
    const violations = await commerce.doctor().finally(database.drop);
    if (violations.length > 0) throw new Error(`the doctor found: ${JSON.stringify(violations, null, 2)}`);
  };
  return { database, ...shopOn(commerce, database), close };
}

export function shopOn(commerce: Commerce, database: Pick<TestDatabase, 'pool'>): Omit<Shop, 'database' | 'close'> {
  const order: Shop['order'] = (quantities) =>
    commerce.placeOrder({
      customerId: 'customer-1',
      lines: Object.entries(quantities).map(([productId, quantity]) => ({ productId, quantity })),
    });
  return {
    commerce,
    order,
    async product({ quantity = 10, priceAmount = 1000, currency = 'KRW' } = {}) {
      const { id } = await commerce.createProduct({ sku: randomUUID(), name: 'A thing', priceAmount, currency });
      if (quantity > 0) await commerce.receiveStock({ productId: id, quantity });
      return id;
    },
    async products(count, quantity) {
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
    async pending(quantities) {
      const { id: orderId } = await order(quantities);
      return { orderId, payment: await commerce.createPayment({ orderId, provider: 'mock' }) };
    },
    async tell(type, { id, amount, currency }, { eventId = randomUUID(), ...message } = {}) {
      const [answer] = await commerce.receiveWebhook(
        'mock',
        signed({ type, paymentId: id, amount, currency, ...message }, eventId),
      );
      return answer!;
    },
    async stock(productId) {
      const { availableQty, reservedQty } = await commerce.getStock({ productId });
      return [availableQty, reservedQty];
    },
    async expire(orderId) {
      await database.pool.query(`update commerce.orders set hold_until = now() - interval '1 second' where id = $1`, [
        orderId,
      ]);
      await commerce.expireOrders();
    },
    async types(orderId) {
      return (await commerce.orderHistory({ orderId })).items.map(({ type }) => type);
    },
  };
}

/** A webhook of the mock gateway, signed as the gateway would. */
export function signed(body: object, eventId: string, secondsAgo = 0) {
  const rawBody = Buffer.from(JSON.stringify(body));
  const timestamp = String(Math.floor(Date.now() / 1000) - secondsAgo);
  const signature = createHmac('sha256', key).update(`${eventId}.${timestamp}.`).update(rawBody).digest('base64');
  const headers: Record<string, string> = {
    'webhook-id': eventId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
  return { rawBody, header: (name: string) => headers[name] };
}

/** The refusal's code, or 'accepted'. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'accepted';
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.name === 'CommerceError') return String(error.code);
    throw error;
  }
}
