import type { Database } from './database/connect.ts';
import { read } from './database/reachable.ts';
import { withTransaction, type Transaction } from './database/transaction.ts';
import { runDoctor } from './doctor/run-doctor.ts';
import { retryGatewayEvents } from './flows/apply-gateway-events.ts';
import { expireOrders } from './flows/expire-orders.ts';
import type { Gateway } from './gateways/gateway.ts';
import { keepKeysMs as keepKeysMsDefault } from './idempotency/idempotency-key.ts';
import { deleteExpiredIdempotencyKeys } from './idempotency/idempotency-repository.ts';
import { runLoops, type LoopReport } from './loops/run-loops.ts';
import type { Quote } from './order/order.ts';
import { accessUseCases } from './use-cases/access.ts';
import { catalogUseCases } from './use-cases/catalog.ts';
import type { BatchingOptions, Context } from './use-cases/context.ts';
import { orderUseCases } from './use-cases/orders.ts';
import { paymentUseCases } from './use-cases/payments.ts';
import { shippingUseCases } from './use-cases/shipping.ts';

export type CommerceOptions = {
  database: Database;
  /** The payment gateways that are configured; a provider that isn't answers provider_not_configured. */
  gateways?: readonly Gateway[];
  /** How long an order keeps its stock without being paid; 30 minutes unless said. */
  holdMs?: number;
  /** How long an idempotency key is kept; 24 hours unless said. */
  keepKeysMs?: number;
  /** Adds shipping, discounts and tax to an order. */
  quote?: Quote;
  /** How calls share transactions; see Batcher for the defaults. */
  batching?: BatchingOptions;
};

/**
 * The order → payment → shipping core, one method per use case (see use-cases/). Inputs are checked here, whoever calls;
 * amounts are integer minor units, quantities units. Refusals are thrown as CommerceError; see errors.ts for the codes.
 * A mutation that is given an idempotency key runs once for that key.
 */
export function createCommerce(options: CommerceOptions) {
  const { database, gateways = [], holdMs = 30 * 60_000, keepKeysMs = keepKeysMsDefault, quote, batching = {} } = options;
  const context: Context = { database, holdMs, keepKeysMs, batching };
  const orders = orderUseCases(context, quote);
  const payments = paymentUseCases(context, gateways);
  const batchers = [...orders.batchers, ...payments.batchers];

  return {
    ...catalogUseCases(context),
    ...orders.methods,
    ...payments.methods,
    ...shippingUseCases(context),
    ...accessUseCases(context),

    /** Runs `work` in a transaction with retries; what is written through `tx.db` commits together with the flows' `…In`. */
    transaction: async <T>(work: (tx: Transaction) => Promise<T>) =>
      withTransaction(database, async (tx) => {
        await tx.began;
        return work(tx);
      }, { forCaller: true }),
    /** Every invariant that doesn't hold, with examples; an empty list is a healthy shop. */
    doctor: async () => read(async () => runDoctor(database)),
    /** Expires overdue holds, up to `limit`. Answers how many were due. */
    expireOrders: async (limit = 200) => withTransaction(database, async (tx) => expireOrders(tx, limit, { holdMs })),
    /** Tries due gateway events again, up to `limit`. Answers how many were due. */
    retryGatewayEvents: async (limit = 200) => withTransaction(database, async (tx) => retryGatewayEvents(tx, limit)),
    /** Deletes idempotency keys that have expired, up to `limit`. Answers how many. */
    deleteExpiredKeys: async (limit = 1_000) =>
      withTransaction(database, async (tx) => deleteExpiredIdempotencyKeys(tx, limit)),
    /** Runs the loops over due rows until `signal` aborts. */
    async runLoops(signal: AbortSignal, report: LoopReport = () => {}): Promise<void> {
      return runLoops([
        { name: 'expire_orders', pauseMs: 1_000, batchMax: 200, run: async (limit) => this.expireOrders(limit) },
        { name: 'retry_gateway_events', pauseMs: 1_000, batchMax: 200, run: async (limit) => this.retryGatewayEvents(limit) },
        { name: 'delete_expired_keys', pauseMs: 60_000, batchMax: 1_000, run: async (limit) => this.deleteExpiredKeys(limit) },
      ], signal, report);
    },
    /** What waits and what runs in each queue now. */
    queues: () => batchers.map(({ name, waiting, running }) => ({ name, waiting, running })),
    /** Takes no more orders, payments and events, and resolves when all that were taken are answered. */
    close: async () => {
      await Promise.all(batchers.map(async (batcher) => batcher.close()));
    },
  };
}

export type Commerce = ReturnType<typeof createCommerce>;
