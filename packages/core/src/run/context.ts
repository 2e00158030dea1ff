import type { Batcher, BatcherOptions, Database, QueueOptions } from '@commerce-core/pg-pipeline';
import type { ConfiguredGateways } from '../flows/gateway-outbox/configured-gateways.ts';
import type { GatewayCallReport } from '../flows/gateway-outbox/call-gateways.ts';
import type { ConfiguredTracking } from '../flows/tracking/configured-tracking.ts';
import type { TrackingCallReport, TrackingMessageReport } from '../flows/tracking/tracking-reports.ts';
import type { EventTail } from '../events/event-tail.ts';
import type { Retention, RetentionReport } from '../retention/retention-rule.ts';
import type { EventSink } from '../sinks/port.ts';
import type { GuestLimits } from '../order/guest.ts';
import type { Quote } from '../order/quote.ts';
import type { QuoteService } from '../order/quote-service.ts';
import type { Tracing } from '../tracing/tracing.ts';
import type { WebhookSender } from '../webhooks/sender.ts';
import type { SharedCall } from './shared-transaction.ts';

/** Options of a call. */
export type Call = {
  /** A second call with the same scope, key and input returns what the first one returned, and changes nothing. */
  idempotency?: { scope: string; key: string } | undefined;
  /** A call that waits for its batch isn't run when its signal aborts; it throws client_closed. */
  signal?: AbortSignal | undefined;
};

/** The customer whose orders a call may read and change; undefined for an operator, who may access all. */
export type Owner = { customerId?: string | undefined };

export type BatchingOptions = Pick<BatcherOptions<never, never>, 'lanes' | 'waitMaxMs' | 'onBatch'> &
  Pick<QueueOptions<never>, 'commandsMax' | 'weightMax' | 'queueMax'>;

/** How webhooks to merchants are sent. */
export type WebhookOptions = {
  /** Loads what posts them: a program that sends none needn't load it. */
  loadSender: () => Promise<WebhookSender>;
  /**
   * 32 bytes that encrypt the endpoints' secrets. Without them this process creates no endpoint and delivers nothing.
   */
  secretsKey?: Buffer | undefined;
  /** The `source` of events, a URI reference that names the shop; defaults to `/commerce-core`. */
  source?: string | undefined;
  /**
   * The pause after each failed attempt of a delivery, in milliseconds, ± 20 %. After the attempt that follows the last
   * pause, the delivery is PARKED. Defaults to 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h.
   */
  retryPausesMs?: readonly number[] | undefined;
};

/** Configuration and state that methods share. */
export type Context = {
  database: Database;
  gateways: ConfiguredGateways;
  quote: Quote | undefined;
  quoteService: QuoteService | undefined;
  /** Whether an order without a shipping option is refused. */
  requireShippingOption: boolean;
  /** The most units of a product that are few. */
  fewLeftQty: number;
  /** For how many days after the delivery a customer may request a return. */
  returnDays: number;
  /** Whether a receipt refunds what came back at once. */
  refundsReturnsAtOnce: boolean;
  guestLimits: GuestLimits;
  /** How long an unpaid order keeps its stock. */
  reservationMs: number;
  /** How long rows are kept that go after a time. */
  keepMs: Retention;
  /** How long a call with a key may take at a gateway before another call with the same key may continue it. */
  leaseMs: number;
  /** How long a gateway may send nothing about a payment before the payment is polled. */
  pollAfterMs: number;
  batching: BatchingOptions;
  batcher: Batcher<SharedCall, unknown>;
  tail: EventTail;
  webhooks: WebhookOptions;
  sinks: ReadonlyMap<string, EventSink>;
  tracking: ConfiguredTracking;
  /** Undefined in a shop without traces. */
  tracing: Tracing | undefined;
  onFault: ((error: unknown) => void) | undefined;
  onGatewayCall: ((report: GatewayCallReport) => void) | undefined;
  onTrackingCall: ((report: TrackingCallReport) => void) | undefined;
  onTrackingMessage: ((report: TrackingMessageReport) => void) | undefined;
  onRetention: ((report: RetentionReport) => void) | undefined;
};
