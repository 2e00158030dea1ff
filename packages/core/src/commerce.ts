import type { Database } from '@commerce-core/pg-pipeline';
import { CommerceError } from './errors.ts';
import type { GatewayCallReport } from './flows/gateway-outbox/call-gateways.ts';
import type { TrackingCallReport, TrackingMessageReport } from './flows/tracking/tracking-reports.ts';
import { configuredGateways } from './flows/gateway-outbox/configured-gateways.ts';
import { traceGateway } from './flows/gateway-outbox/trace-gateway.ts';
import { configuredTracking } from './flows/tracking/configured-tracking.ts';
import { traceTracking } from './flows/tracking/trace-tracking.ts';
import { EventTail } from './events/event-tail.ts';
import type { Gateway } from './gateways/gateway.ts';
import { guestLimitsDefault, type GuestLimits } from './order/guest.ts';
import { apiKeyMethods } from './methods/api-keys.ts';
import { sessionMethods } from './methods/sessions.ts';
import { disputeMethods } from './methods/disputes.ts';
import { eventMethods } from './methods/events.ts';
import { guestOrderMethods } from './methods/guest-orders.ts';
import { exchangeMethods } from './methods/exchanges.ts';
import { gatewayCallMethods } from './methods/gateways/gateway-calls.ts';
import { gatewayEventMethods } from './methods/gateways/gateway-events.ts';
import { lookupMethods } from './methods/lookup.ts';
import { orderChangeMethods } from './methods/order-changes.ts';
import { orderMethods } from './methods/orders.ts';
import { parcelMethods } from './methods/parcels.ts';
import { paymentMethods } from './methods/payments.ts';
import { productMethods } from './methods/products.ts';
import { reconciliationMethods } from './methods/reconciliation.ts';
import { refundMethods } from './methods/refunds.ts';
import { reportMethods } from './methods/reports.ts';
import { returnMethods } from './methods/returns.ts';
import { shipmentMethods } from './methods/shipments.ts';
import { shippingOptionMethods } from './methods/shipping-options.ts';
import { stockMethods } from './methods/stock.ts';
import type { QuoteService } from './order/quote-service.ts';
import { statusMethods } from './methods/status.ts';
import { systemMethods } from './methods/system.ts';
import { openWebhookDelivery, webhookDeliveryMethods } from './methods/webhook-deliveries.ts';
import { webhookMethods } from './methods/webhooks.ts';
import { sinkMethods } from './methods/sinks.ts';
import { trackingMethods } from './methods/tracking.ts';
import type { Quote } from './order/quote.ts';
import { retentionOf, type Retention, type RetentionReport } from './retention/retention-rule.ts';
import type { BatchingOptions, Context, WebhookOptions } from './run/context.ts';
import { openInbox } from './run/open-inbox.ts';
import { openPlacing } from './run/open-placing.ts';
import { createBatcher } from './run/run-flow.ts';
import type { EventSink } from './sinks/port.ts';
import type { TrackingProvider } from './shipping/tracking-provider.ts';
import { configuredSinks } from './sinks/sink.ts';
import type { Tracing } from './tracing/tracing.ts';

export type CommerceOptions = {
  database: Database;
  /** The payment gateways of the shop. Calls with any other provider throw provider_not_configured. */
  gateways?: readonly Gateway[];
  /** How long an unpaid order keeps its stock; defaults to 30 minutes. */
  reservationMs?: number;
  /**
   * How long rows are kept that go after a time, in milliseconds, by the names of `retentionRules`. Without a name, the
   * rule's usual time counts.
   */
  keepMs?: Partial<Retention>;
  /**
   * How long a call may take at a gateway before another call with its idempotency key may continue it; defaults to 45
   * seconds. It must be longer than a gateway's own time-outs and retries.
   */
  leaseMs?: number;
  /**
   * Adds shipping, discounts and tax to an order, besides the shipping option that the shopper chose, and says which
   * lines share a discount or tax.
   */
  quote?: Quote;
  /**
   * Adds the same by a service outside this process, in place of `quote`. It is asked before the transaction, and its
   * lines are bound to the prices that it saw.
   */
  quoteService?: QuoteService | undefined;
  /** Refuses orders without a shipping option; defaults to false. */
  requireShippingOption?: boolean;
  /**
   * Bounds of the orders that guests place, of whom nothing is known; `guestLimitsDefault` has those that are left out.
   */
  guestLimits?: Partial<GuestLimits> | undefined;
  /** Up to how many units of a product everyone reads FEW_LEFT; defaults to 5. */
  fewLeftQty?: number;
  /**
   * For how many days after the delivery a customer may request a return; after the dispatch where no delivery is
   * known. Defaults to 30.
   */
  returnDays?: number;
  /** Refunds what a return brings back as soon as it is received; defaults to false: an operator decides. */
  refundsReturnsAtOnce?: boolean;
  /**
   * How long a gateway may send nothing about a payment before the payment is polled; defaults to 5 minutes. The event
   * lists of gateways are read at twice this interval.
   */
  pollAfterMs?: number;
  /** What tracks parcels: the first provider that tracks a parcel's carrier is told and asked about it. */
  trackingProviders?: readonly TrackingProvider[];
  /** How long a carrier may say nothing about a parcel before it is SILENT; defaults to 7 days. */
  trackingSilentMs?: number;
  /** How often parcels on their way are polled, four times as often when out for delivery; defaults to 4 hours. */
  trackingPollMs?: number;
  /** Called with errors that no caller receives, because the work is tried again. */
  onFault?: (error: unknown) => void;
  /** Called after each gateway call of a job, with the gateway's kind of answer. */
  onGatewayCall?: (report: GatewayCallReport) => void;
  /** Called after each call of a job to a tracking provider. */
  onTrackingCall?: (report: TrackingCallReport) => void;
  /** Called after each message of a tracking provider, with its outcome. */
  onTrackingMessage?: (report: TrackingMessageReport) => void;
  /** Called after each batch of retention that removed rows. */
  onRetention?: (report: RetentionReport) => void;
  /** What sends webhooks to merchants; without it there are none. */
  webhooks?: WebhookOptions;
  /** Brokers that get every event. Their jobs run with the others. */
  sinks?: readonly EventSink[];
  /** How calls share transactions; `Batcher` has the defaults. */
  batching?: BatchingOptions;
  /** Spans for OpenTelemetry, from `createTracing`; without it there are none, and nothing is loaded for them. */
  tracing?: Tracing | undefined;
};

// Nothing is sent without a sender and a key, so it is only asked about URLs.
const noWebhooks: WebhookOptions = {
  loadSender: async () => Promise.reject(new CommerceError('webhooks_not_configured', 'this shop sends no webhooks')),
};

/** What the options configure, with the defaults of those that are left out, and the state that methods share. */
function contextOf(options: CommerceOptions): Context {
  const { tracing } = options;
  const gateways = options.gateways ?? [];
  const trackers = options.trackingProviders ?? [];
  const configured = {
    database: tracing ? { ...options.database, tracing } : options.database,
    gateways: configuredGateways(tracing ? gateways.map((gateway) => traceGateway(gateway, tracing)) : gateways),
    quote: options.quote,
    quoteService: options.quoteService,
    requireShippingOption: options.requireShippingOption ?? false,
    fewLeftQty: options.fewLeftQty ?? 5,
    returnDays: options.returnDays ?? 30,
    refundsReturnsAtOnce: options.refundsReturnsAtOnce ?? false,
    guestLimits: { ...guestLimitsDefault, ...options.guestLimits },
    reservationMs: options.reservationMs ?? 30 * 60_000,
    keepMs: retentionOf(options.keepMs),
    leaseMs: options.leaseMs ?? 45_000,
    pollAfterMs: options.pollAfterMs ?? 5 * 60_000,
    batching: options.batching ?? {},
    sinks: configuredSinks(options.sinks ?? []),
    tracking: configuredTracking(tracing ? trackers.map((one) => traceTracking(one, tracing)) : trackers, {
      silentMs: options.trackingSilentMs,
      pollEveryMs: options.trackingPollMs,
    }),
    onFault: options.onFault,
    onGatewayCall: options.onGatewayCall,
    onTrackingCall: options.onTrackingCall,
    onTrackingMessage: options.onTrackingMessage,
    onRetention: options.onRetention,
    webhooks: options.webhooks ?? noWebhooks,
    tracing,
  };
  return {
    ...configured,
    batcher: createBatcher(configured),
    tail: new EventTail(configured.database, options.onFault),
  };
}

/**
 * The order → payment → shipping core. Each method is one use case, and checks its input for every caller. Amounts
 * are integer minor units, quantities are units, times are milliseconds. Refusals are thrown as CommerceError;
 * errors.ts lists the codes. A mutation with an idempotency key runs once for that key.
 * @throws RangeError when a time in `keepMs` is out of its bounds
 * @throws Error when both `quote` and `quoteService` are given, or two tracking providers have one name
 */
export function createCommerce(options: CommerceOptions) {
  if (options.quote && options.quoteService) throw new Error('an order has one quote: give quote or quoteService');
  const context = contextOf(options);
  const placing = openPlacing(context);
  const inbox = openInbox(context);
  const delivery = openWebhookDelivery(context);
  return {
    ...productMethods(context),
    ...stockMethods(context),
    ...orderMethods(context, placing),
    ...guestOrderMethods(context, placing),
    ...orderChangeMethods(context),
    ...paymentMethods(context, inbox),
    ...reconciliationMethods(context),
    ...refundMethods(context),
    ...returnMethods(context),
    ...exchangeMethods(context),
    ...disputeMethods(context),
    ...shipmentMethods(context),
    ...parcelMethods(context),
    ...trackingMethods(context),
    ...shippingOptionMethods(context),
    ...gatewayEventMethods(context, inbox),
    ...gatewayCallMethods(context, inbox),
    ...eventMethods(context),
    ...sinkMethods(context),
    ...apiKeyMethods(context),
    ...sessionMethods(context),
    ...webhookMethods(context, delivery),
    ...webhookDeliveryMethods(context, delivery),
    ...reportMethods(context),
    ...lookupMethods(context),
    ...statusMethods(context),
    ...systemMethods(context),
  };
}

export type Commerce = ReturnType<typeof createCommerce>;
