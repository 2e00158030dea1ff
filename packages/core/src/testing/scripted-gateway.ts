import type { Gateway } from '../gateways/gateway.ts';
import { mockGateway } from '../gateways/mock.ts';
import type { GatewayCallKind } from '../gateway-outbox/gateway-call.ts';
import { gatewayFact, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { present } from './only.ts';
import { createTestShop, webhookSecret, type TestShop } from './test-shop.ts';

/** A request to the gateway: a gateway call, or the confirmation of a payment. */
export type GatewayRequestKind = GatewayCallKind | 'CONFIRM';
export type GatewayRequest = { kind: GatewayRequestKind; paymentId: string; refundId?: string; amount?: number };
/** Facts to return, an error to throw, or a function that does either. Facts default to the request's payment. */
export type ScriptedReply =
  | readonly Partial<GatewayFact>[]
  | Error
  | ((request: GatewayRequest) => Promise<readonly Partial<GatewayFact>[]>);

/** A gateway whose replies a test sets beforehand. Only the network is fake: the database is real. */
export type ScriptedGateway = {
  gateway: Gateway;
  /**
   * Sets the replies to the next requests about a payment, by kind. Without a reply a request succeeds, and a poll
   * returns no fact.
   */
  scriptReplies: (paymentId: string, replies: Partial<Record<GatewayRequestKind, ScriptedReply[]>>) => void;
  /** Returns the requests about a payment, in order. */
  readRequests: (paymentId: string, kind?: GatewayRequestKind) => GatewayRequest[];
};

/** Creates a scripted gateway with the mock gateway's webhooks. */
export function scriptedGateway(provider = 'mock'): ScriptedGateway {
  const requests: GatewayRequest[] = [];
  const scripts = new Map<string, ScriptedReply[]>();

  async function answer(request: GatewayRequest, obey: Partial<GatewayFact>[]): Promise<GatewayFact[]> {
    requests.push(request);
    const reply = scripts.get(`${request.paymentId} ${request.kind}`)?.shift() ?? obey;
    if (reply instanceof Error) throw reply;
    const facts = typeof reply === 'function' ? await reply(request) : reply;
    return facts.map((fact) => gatewayFact({ type: 'OTHER', paymentId: request.paymentId, ...fact }));
  }

  const gateway: Gateway = {
    ...mockGateway([webhookSecret]),
    provider,
    confirm: ({ id, amount, currency }) =>
      answer({ kind: 'CONFIRM', paymentId: id }, [{ type: 'CAPTURED', amount, currency }]),
    retrieve: ({ id }) => answer({ kind: 'POLL', paymentId: id }, []),
    capture: ({ id, currency }, amount) =>
      answer({ kind: 'CAPTURE', paymentId: id, amount }, [{ type: 'CAPTURED', amount, currency }]),
    cancel: ({ id, currency }) => answer({ kind: 'CANCEL', paymentId: id }, [{ type: 'CANCELED', currency }]),
    refund: ({ id: refundId, amount, currency }, payment) =>
      answer({ kind: 'REFUND', paymentId: payment.id, refundId, amount }, [
        { type: 'REFUNDED', amount, currency, refundId, gatewayObjectId: `re_${refundId}` },
      ]),
  };
  return {
    gateway,
    scriptReplies(paymentId, replies) {
      for (const [kind, list] of Object.entries(replies)) scripts.set(`${paymentId} ${kind}`, [...list]);
    },
    readRequests: (paymentId, kind) =>
      requests.filter((one) => one.paymentId === paymentId && (kind === undefined || one.kind === kind)),
  };
}

export type ScriptedShop = TestShop &
  Omit<ScriptedGateway, 'gateway'> & {
    /** Places an order of 2 units at 1,000 KRW and creates its payment; the product has `stock` units. */
    createAttempt: (stock?: number) => Promise<Attempt>;
    /** As `createAttempt`, and the gateway approves the payment. */
    createPaidAttempt: (type?: 'AUTHORIZED' | 'CAPTURED') => Promise<Attempt>;
    /** Makes every open gateway call once, whenever it is due. */
    callGatewaysNow: () => Promise<void>;
    /** Retries every gateway event that waits once, whenever it is due. */
    retryGatewayEventsNow: () => Promise<void>;
    /** Sends the webhook of a refund of `amount` that was made in the gateway's dashboard. */
    sendDashboardRefund: (attempt: Attempt, amount: number, objectId: string) => ReturnType<TestShop['sendWebhook']>;
    /** Returns the refunded and the refund-reserved amount of an attempt's payment. */
    readRefundAmounts: (attempt: Attempt) => Promise<{ refunded: number; reserved: number }>;
    /** Returns an attempt's payment, order, stock, refunds and attention, each as a short text. */
    readState: (attempt: Attempt) => Promise<OrderState>;
  };
export type Attempt = {
  productId: string;
  orderId: string;
  payment: Awaited<ReturnType<TestShop['createPendingOrder']>>['payment'];
};
export type OrderState = {
  payment: string;
  order: string;
  stock: string;
  refunds: string[];
  attention: string | null;
};

/** Creates a test shop whose gateway is scripted. `terms` replace what the gateway says of itself. */
export async function createScriptedShop({
  terms,
  ...options
}: Parameters<typeof createTestShop>[0] & { terms?: Partial<Gateway> } = {}): Promise<ScriptedShop> {
  const { gateway, ...scripted } = scriptedGateway();
  const shop = await createTestShop({ gateways: [{ ...gateway, ...terms }], ...options });
  const createAttempt: ScriptedShop['createAttempt'] = async (stock = 10) => {
    const productId = await shop.createTestProduct({ quantity: stock });
    return { productId, ...(await shop.createPendingOrder({ [productId]: 2 })) };
  };
  return {
    ...shop,
    ...scripted,
    createAttempt,
    async createPaidAttempt(type = 'CAPTURED') {
      const paid = await createAttempt();
      await shop.sendWebhook(type, paid.payment);
      return paid;
    },
    async callGatewaysNow() {
      await shop.database.pool.query(
        `update commerce.gateway_calls set due_at = now() - interval '1 second' where status = 'DUE'`,
      );
      await shop.commerce.callGateways(1_000);
    },
    async retryGatewayEventsNow() {
      await shop.database.pool.query(
        `update commerce.gateway_events set due_at = now() - interval '1 second' where due_at is not null`,
      );
      await shop.commerce.retryGatewayEvents();
    },
    sendDashboardRefund: async ({ payment }, amount, objectId) =>
      shop.sendWebhook('REFUNDED', { ...payment, amount }, { objectId }),
    async readRefundAmounts({ orderId, payment }) {
      const { refundedAmount, refundReservedAmount } = await readPayment(shop, orderId, payment.id);
      return { refunded: refundedAmount, reserved: refundReservedAmount };
    },
    readState: async (attempt) => readOrderState(shop, attempt),
  };
}

async function readOrderState(shop: TestShop, { orderId, payment: { id }, productId }: Attempt): Promise<OrderState> {
  const { status, needsAttention } = await shop.commerce.getOrder({ orderId });
  const payment = await readPayment(shop, orderId, id);
  const refunds = (await shop.commerce.listRefunds({ orderId })).items.toReversed();
  const [available, reserved] = await shop.readStock(productId);
  return {
    payment: payment.surplus ? `${payment.status} surplus` : payment.status,
    order: status,
    stock: `${available} ${reserved}`,
    refunds: refunds.map(({ kind, amount, status: is, reason }) => `${kind} ${amount} ${is} ${reason}`),
    attention: needsAttention,
  };
}

async function readPayment(shop: TestShop, orderId: string, id: string) {
  const payments = await shop.commerce.listPayments({ orderId });
  return present(
    payments.find((payment) => payment.id === id),
    'payment',
  );
}
