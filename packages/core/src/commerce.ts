import { withTransaction, read } from './database/transaction.ts';
import { type Database, type Transaction } from '@commerce-core/pg-pipeline';
import { runDoctor } from './doctor/run-doctor.ts';
import type { GatewayCallReport } from './flows/gateway-outbox/call-gateways.ts';
import { expireOrders } from './flows/order/expire-orders.ts';
import { retryGatewayEvents } from './flows/gateway-inbox/retry-gateway-events.ts';
import type { Gateway } from './gateways/gateway.ts';
import { keepKeysMs as keepKeysMsDefault } from './idempotency/idempotency-key.ts';
import { deleteExpiredIdempotencyKeys } from './idempotency/idempotency-repository.ts';
import { runJobs, type JobReport } from './due-work/run-jobs.ts';
import type { Quote } from './order/order.ts';
import { accessUseCases } from './methods/api-keys.ts';
import { catalogUseCases } from './methods/catalog.ts';
import type { BatchingOptions, Context } from './run/context.ts';
import { gatewayUseCases } from './methods/gateways.ts';
import { orderUseCases } from './methods/orders.ts';
import { paymentUseCases } from './methods/payments.ts';
import { refundUseCases } from './methods/refunds.ts';
import { shippingUseCases } from './methods/shipments.ts';

export type CommerceOptions = {
  database: Database;
  /** The payment gateways that are configured; a provider that isn't answers provider_not_configured. */
  gateways?: readonly Gateway[];
  /** How long an order keeps its stock without being paid; 30 minutes unless said. */
  reservationMs?: number;
  /** How long an idempotency key is kept; 24 hours unless said. */
  keepKeysMs?: number;
  /**
   * How long a call may be on its way to a gateway before another one with its idempotency key may go on with it; 45
   * seconds unless said. Longer than a gateway's own time-outs and retries take.
   */
  leaseMs?: number;
  /** Adds shipping, discounts and tax to an order. */
  quote?: Quote;
  /**
   * How long a gateway may say nothing about a payment before it is asked; 5 minutes unless said. Gateways that list their
   * events are asked for those that got lost each time that twice as long has passed, from where they were listed last.
   */
  pollAfterMs?: number;
  /** Told of faults that no caller sees, because what failed is tried again by itself. */
  onFault?: (error: unknown) => void;
  /** Told of each call to a gateway that no caller waits for, and how the gateway took it. */
  onGatewayCall?: (report: GatewayCallReport) => void;
  /** How calls share transactions; see Batcher for the defaults. */
  batching?: BatchingOptions;
};

/**
 * The order → payment → shipping core, one method per use case (see use-cases/). Inputs are checked here, whoever calls;
 * amounts are integer minor units, quantities units. Refusals are thrown as CommerceError; see errors.ts for the codes.
 * A mutation that is given an idempotency key runs once for that key.
 */
export function createCommerce(options: CommerceOptions) {
  const {
    database,
    gateways: configured = [],
    reservationMs = 30 * 60_000,
    keepKeysMs = keepKeysMsDefault,
    pollAfterMs = 5 * 60_000,
    leaseMs = 45_000,
    quote,
    batching = {},
    onFault,
    onGatewayCall,
  } = options;
  const context: Context = {
    database,
    reservationMs,
    keepKeysMs,
    leaseMs,
    pollAfterMs,
    batching,
    onFault,
    onGatewayCall,
  };
  const orders = orderUseCases(context, quote);
  const { gateways, pollable, ...inbox } = gatewayUseCases(context, configured);
  const payments = paymentUseCases(context, gateways);
  const batchers = [...orders.batchers, ...payments.batchers, ...inbox.batchers];

  return {
    ...catalogUseCases(context),
    ...orders.methods,
    ...payments.methods,
    ...inbox.methods,
    ...refundUseCases(context),
    ...shippingUseCases(context),
    ...accessUseCases(context),

    /** Runs `work` in a transaction with retries; what is written through `tx.db` commits together with the flows' `…In`. */
    transaction: async <T>(work: (tx: Transaction) => Promise<T>) =>
      withTransaction(
        database,
        async (tx) => {
          await tx.began;
          return work(tx);
        },
        { mode: 'caller' },
      ),
    /** Every invariant that doesn't hold, with examples; an empty list is a healthy shop. */
    doctor: async () => read(async () => runDoctor(database)),
    /** Expires overdue holds, up to `limit`. Answers how many were due. */
    expireOrders: async (limit = 200) =>
      withTransaction(database, async (tx) => expireOrders(tx, limit, { reservationMs, pollable })),
    /** Tries due gateway events again, up to `limit`. Answers how many were due. */
    retryGatewayEvents: async (limit = 200) => retryGatewayEvents(database, limit),
    /** Deletes idempotency keys that have expired, up to `limit`. Answers how many. */
    deleteExpiredKeys: async (limit = 1_000) =>
      withTransaction(database, async (tx) => deleteExpiredIdempotencyKeys(tx, limit)),
    /** Runs the loops over due rows until `signal` aborts. */
    async runJobs(signal: AbortSignal, report: JobReport = () => {}): Promise<void> {
      return runJobs(
        [
          { name: 'expire_orders', pauseMs: 1_000, batchMax: 200, run: async (limit) => this.expireOrders(limit) },
          {
            name: 'retry_gateway_events',
            pauseMs: 1_000,
            batchMax: 200,
            run: async (limit) => this.retryGatewayEvents(limit),
          },
          {
            name: 'poll_stale_payments',
            pauseMs: Math.min(pollAfterMs, 30_000),
            batchMax: 200,
            run: async (limit) => this.pollStalePayments(limit),
          },
          {
            name: 'poll_event_lists',
            pauseMs: Math.min(pollAfterMs, 30_000),
            batchMax: Infinity,
            run: async () => this.pollEventLists(),
          },
          ...this.providers().map((provider) => ({
            name: `call_gateway_${provider}`,
            pauseMs: 500,
            batchMax: 32,
            run: async (limit: number) => this.callGateways(limit, provider),
          })),
          {
            name: 'delete_expired_keys',
            pauseMs: 60_000,
            batchMax: 1_000,
            run: async (limit) => this.deleteExpiredKeys(limit),
          },
        ],
        signal,
        report,
      );
    },
    /** What waits, how much of that for rows that somebody holds, and what runs in each queue now. */
    queues: () => batchers.map(({ name, waiting, blocked, running }) => ({ name, waiting, blocked, running })),
    /** Takes no more orders, payments and events, and resolves when all that were taken are answered. */
    close: async () => {
      await Promise.all(batchers.map(async (batcher) => batcher.close()));
    },
  };
}

export type Commerce = ReturnType<typeof createCommerce>;
