import { router } from '../trpc/trpc.ts';
import { apiKeyRouter } from './api-key.ts';
import { deliveryRouter } from './delivery.ts';
import { disputeRouter } from './dispute.ts';
import { eventRouter } from './event.ts';
import { eventSinkRouter } from './event-sink.ts';
import { gatewayCallRouter } from './gateway-call.ts';
import { gatewayEventRouter } from './gateway-event.ts';
import { orderRouter } from './order.ts';
import { parcelRouter } from './parcel.ts';
import { paymentRouter } from './payment.ts';
import { productRouter } from './product.ts';
import { refundRouter } from './refund.ts';
import { returnRouter } from './return.ts';
import { salesRouter } from './sales.ts';
import { sessionRouter } from './session.ts';
import { shipmentRouter } from './shipment.ts';
import { shippingOptionRouter } from './shipping-option.ts';
import { stockRouter } from './stock.ts';
import { systemRouter } from './system.ts';
import { trackingMessageRouter } from './tracking-message.ts';
import { webhookEndpointRouter } from './webhook-endpoint.ts';

/**
 * All procedures. `auth/access.ts` is the table of who may call which.
 *
 * Amounts are integers in minor units of their `currency` (ISO 4217), quantities are units, times are ISO 8601 strings.
 * A list takes `limit` (1 to 100, defaults to 50) and `cursor`, the `nextCursor` of the page before; it returns `{
 * items, nextCursor }`, where a null `nextCursor` marks the last page.
 *
 * A mutation that is sent again with the same Idempotency-Key and input returns the first answer and changes nothing.
 *
 * The comment of a procedure lists the codes that only it throws. Each procedure may also throw:
 * @throws validation_failed when the input does not fit; `details.issues` has the path of each problem
 * @throws invalid_encoding when the request is not in UTF-8
 * @throws payload_too_large when the body of a mutation has more than 512 KiB
 * @throws unsupported_encoding when the body of a mutation is compressed
 * @throws unauthenticated when a token is missing where one is needed, or is invalid
 * @throws forbidden when this caller may not call the procedure
 * @throws idempotency_key_reused when a mutation's key was used before with another input or for another procedure
 * @throws idempotency_in_progress when the first call with this key is still running
 * @throws rate_limited when the caller has sent too many calls; nothing was done; `details.retryAfterS`
 * @throws overloaded when too many calls wait, or rows stay locked; nothing was done
 * @throws database_unavailable when the database cannot be reached; nothing was done
 * @throws identity_unavailable when the key set for customers' tokens cannot be fetched; nothing was done
 * @throws outcome_unknown when the connection broke at COMMIT; the same key returns what became of the call
 * @throws client_closed when the caller closed the connection before the call began
 * @throws internal_error when the server has a fault; its log has the details
 */
export const appRouter = router({
  product: productRouter,
  stock: stockRouter,
  shippingOption: shippingOptionRouter,
  order: orderRouter,
  sales: salesRouter,
  payment: paymentRouter,
  refund: refundRouter,
  dispute: disputeRouter,
  return: returnRouter,
  shipment: shipmentRouter,
  parcel: parcelRouter,
  trackingMessage: trackingMessageRouter,
  event: eventRouter,
  gatewayEvent: gatewayEventRouter,
  gatewayCall: gatewayCallRouter,
  webhookEndpoint: webhookEndpointRouter,
  delivery: deliveryRouter,
  eventSink: eventSinkRouter,
  apiKey: apiKeyRouter,
  session: sessionRouter,
  system: systemRouter,
});

export type AppRouter = typeof appRouter;
