import type { Gateway } from '../gateways/gateway.ts';
import { mockGateway } from '../gateways/mock.ts';
import type { GatewayCallKind } from '../gateway-outbox/gateway-call.ts';
import { gatewayFact, type GatewayFact } from '../gateway-inbox/gateway-event.ts';
import { createTestShop, webhookSecret, type TestShop } from './test-shop.ts';

/** What the gateway is asked for: a call of the outbox, or a shopper's confirmation. */
export type GatewayRequestKind = GatewayCallKind | 'CONFIRM';
export type GatewayRequest = { kind: GatewayRequestKind; paymentId: string; refundId?: string; amount?: number };
/** Facts, something to throw, or what to do meanwhile. Facts need not name their payment. */
export type ScriptedReply =
  | readonly Partial<GatewayFact>[]
  | Error
  | ((asked: GatewayRequest) => Promise<readonly Partial<GatewayFact>[]>);

/** A gateway whose answers a test writes beforehand. It stands in for the network alone: the database is a real one. */
export type ScriptedGateway = {
  gateway: Gateway;
  /** The replies to the next calls about a payment, by kind; without one it obeys, and knows nothing when it is asked. */
  scriptReplies: (paymentId: string, replies: Partial<Record<GatewayRequestKind, ScriptedReply[]>>) => void;
  /** What it was asked about a payment, in order. */
  readRequests: (paymentId: string, kind?: GatewayRequestKind) => GatewayRequest[];
};

export function scriptedGateway(provider = 'mock'): ScriptedGateway {
  const all: GatewayRequest[] = [];
  const scripts = new Map<string, ScriptedReply[]>();

  async function answer(asked: GatewayRequest, obey: Partial<GatewayFact>[]): Promise<GatewayFact[]> {
    all.push(asked);
    const reply = scripts.get(`${asked.paymentId} ${asked.kind}`)?.shift() ?? obey;
    if (reply instanceof Error) throw reply;
    const facts = typeof reply === 'function' ? await reply(asked) : reply;
    return facts.map((fact) => gatewayFact({ type: 'OTHER', paymentId: asked.paymentId, ...fact }));
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
      all.filter((one) => one.paymentId === paymentId && (kind === undefined || one.kind === kind)),
  };
}

export type ScriptedShop = TestShop &
  Omit<ScriptedGateway, 'gateway'> & {
    /** An order of 2 units at 1,000 KRW with a live payment; its product has `stock` units. */
    createAttempt: (stock?: number) => Promise<Attempt>;
    /** The same, after the gateway has approved it. */
    createPaidAttempt: (type?: 'AUTHORIZED' | 'CAPTURED') => Promise<Attempt>;
    /** Makes every call to the gateway that is open now, whenever it is due, once. */
    callGatewaysNow: () => Promise<void>;
    /** Tries every message that waits, whenever it is due, once. */
    retryGatewayEventsNow: () => Promise<void>;
    /** A refund of `amount` in the gateway's own dashboard, told by webhook. */
    sendDashboardRefund: (attempt: Attempt, amount: number, objectId: string) => ReturnType<TestShop['sendWebhook']>;
    /** What was sent back of an attempt's money, and what is still to be. */
    readRefundAmounts: (attempt: Attempt) => Promise<{ refunded: number; reserved: number }>;
    /** What an operator sees of an order, in one line a part. */
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

export async function createScriptedShop(options: Parameters<typeof createTestShop>[0] = {}): Promise<ScriptedShop> {
  const { gateway, ...scripted } = scriptedGateway();
  const shop = await createTestShop({ gateways: [gateway], ...options });
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
      const { refundedAmount, refundReservedAmount } = (await shop.commerce.listPayments({ orderId })).find(
        ({ id }) => id === payment.id,
      )!;
      return { refunded: refundedAmount, reserved: refundReservedAmount };
    },
    async readState({ orderId, payment: { id }, productId }) {
      const { status, needsAttention } = await shop.commerce.getOrder({ orderId });
      const payment = (await shop.commerce.listPayments({ orderId })).find((one) => one.id === id)!;
      const refunds = (await shop.commerce.listRefunds({ orderId })).items.toReversed();
      const [available, reserved] = await shop.readStock(productId);
      return {
        payment: payment.surplus ? `${payment.status} surplus` : payment.status,
        order: status,
        stock: `${available} ${reserved}`,
        refunds: refunds.map(({ kind, amount, status: is, reason }) => `${kind} ${amount} ${is} ${reason}`),
        attention: needsAttention,
      };
    },
  };
}
