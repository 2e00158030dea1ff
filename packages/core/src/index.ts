export { connect, type ConnectOptions } from './database/connect.ts';
export { createCommerce, type Commerce, type CommerceOptions } from './commerce.ts';
export { hostsOfUrl, NoPrimary, type BatchReport, type Database, type Transaction } from '@commerce-core/pg-pipeline';
export type { GatewayCallReport } from './flows/gateway-outbox/call-gateways.ts';
export type { TrackingCallReport, TrackingMessageReport } from './flows/tracking/tracking-reports.ts';
export type { Call, WebhookOptions } from './run/context.ts';
export type { PlaceOrderInput } from './methods/orders.ts';
export type { PlaceGuestOrderInput } from './methods/guest-orders.ts';
export type { PlacedOrder } from './flows/order/place-orders.ts';
export {
  keepMsOf,
  retentionRuleNames,
  retentionRules,
  type Retention,
  type RetentionReport,
  type RetentionRuleName,
} from './retention/retention-rule.ts';
export { canWrite } from './database/can-write.ts';
export { preparedStatementsProblem } from './database/prepared-statements-problem.ts';
export { databaseProblem } from './database/database-problem.ts';
export { migrate, migrationPlan, MigrationsDiverged, pendingMigrations } from './database/migrate.ts';
export type { Page } from './database/page.ts';
export type { Numbered } from './run/list-page.ts';
export {
  CommerceError,
  errorKinds,
  type DetailsOf,
  type ErrorBody,
  type ErrorCode,
  type ErrorKind,
  type Outcome,
} from './errors.ts';
export type { ErrorDetails, Shortage } from './error-details.ts';
export { errorHints, hintOf, transitionHints } from './error-hints.ts';
export {
  GatewayRefusal,
  type PollableGateway,
  type Gateway,
  type NextStep,
  type WebhookMessage,
} from './gateways/gateway.ts';
export { anyAmount, type AmountRule } from './gateways/amount-rule.ts';
export type { EventSink } from './sinks/port.ts';
export type { SinkStatus } from './sinks/sink.ts';
export { republishEventsInput } from './sinks/sink-input.ts';
export { mockGateway } from './gateways/mock.ts';
export { mockTracking, type MockTrackingOptions } from './shipping/mock-tracking.ts';
export { TrackingRefusal, type TrackingProvider } from './shipping/tracking-provider.ts';
export {
  listTrackingMessagesInput,
  parcelHistoryInput,
  trackingMessageIdInput,
} from './shipping/tracking-message-input.ts';
export { alreadyChecked, validationError } from './validation.ts';
export { jsonShapeOf, type JsonShape } from './json-shape.ts';
export { lookupInput, type LookupKind } from './lookup/lookup-input.ts';
export { looksLikeApiKey, scopes, type ApiKey, type KeyHolder, type Scope } from './access/api-key.ts';
export { actingAs, customerActor, type Actor } from './events/actor.ts';
export {
  listSessionsInput,
  sessionIdInput,
  signInInput,
  type Session,
  type SessionRecord,
  type SignedIn,
} from './access/session.ts';
export { apiKeyIdInput, createApiKeyInput } from './access/api-key-input.ts';
export {
  createProductInput,
  productIdInput,
  renameProductInput,
  repriceProductInput,
  updateProductInput,
} from './catalog/product-input.ts';
export { countStockInput, receiveStockInput } from './inventory/stock-input.ts';
export {
  createShippingOptionInput,
  listShippingOptionsInput,
  shippingOptionIdInput,
} from './pricing/shipping-option-input.ts';
export type { QuoteService } from './order/quote-service.ts';
export { parseQuote } from './order/quote-input.ts';
export type { ShippingOption } from './pricing/shipping-option.ts';
export type { OfferedOption, OrderQuote } from './flows/pricing/quote-order.ts';
export {
  cancelLinesInput,
  cancelOrderInput,
  customerId,
  findGuestOrdersInput,
  newCustomerId,
  noteOrderInput,
  placeOrderInput,
  quoteOrderInput,
  updateOrderInput,
} from './order/order-input.ts';
export { guestIdOf, guestLimitsDefault, isGuestId, type GuestLimits } from './order/guest.ts';
export { attentionHints } from './order/attention-hints.ts';
export { followEventsInput, listEventsInput } from './events/event-input.ts';
export type { EventView } from './events/event-view.ts';
export type { EventPage } from './methods/events.ts';
export type { OrderChange } from './flows/order/watch-order.ts';
export type { AttentionReason } from './order/order.ts';
export type { Quote, QuotedOrder, QuoteLine } from './order/quote.ts';
export { gatewayFact, type GatewayFact, type SignedEvent } from './gateway-inbox/gateway-event.ts';
export { gatewayEventIdInput } from './gateway-inbox/gateway-event-input.ts';
export {
  capturePaymentInput,
  confirmPaymentInput,
  createPaymentInput,
  decideReviewInput,
  paymentIdInput,
  reconcilePaymentsInput,
} from './payment/payment-input.ts';
export type { ReconciledPayment } from './flows/reconciliation/reconcile-payments.ts';
export type { RefundPreview } from './flows/refund/create-refunds.ts';
export { createRefundInput } from './refund/refund-input.ts';
export {
  correctParcelInput,
  dispatchShipmentInput,
  findShipmentsInput,
  listAllShipmentsInput,
  mergeShipmentsInput,
  packingSlipsInput,
  parcelIdInput,
  shipmentIdInput,
  splitShipmentInput,
} from './shipping/shipment-input.ts';
export {
  approveReturnInput,
  cancelReplacementInput,
  changeReturnInput,
  declineReturnInput,
  exchangeReturnInput,
  listReturnsInput,
  previewExchangeInput,
  previewReturnInput,
  receiveReturnInput,
  refundReturnInput,
  replaceReturnInput,
  requestReturnInput,
  returnIdInput,
} from './returns/return-input.ts';
export { listRefundsInput } from './refund/refund-input.ts';
export { dailySalesInput } from './reporting/report-input.ts';
export type { DailySales, OrderStats } from './reporting/report-repository.ts';
export type { ShopTotals } from './reporting/totals-repository.ts';
export { listDisputesInput } from './dispute/dispute-input.ts';
export { listGatewayCallsInput } from './gateway-outbox/gateway-call-input.ts';
export { listGatewayEventsInput } from './gateway-inbox/gateway-event-input.ts';
export type { CaptureMode } from './payment/payment.ts';
export { listAllPaymentsInput } from './payment/payment-input.ts';
export {
  exportOrdersInput,
  listOrdersInput,
  operatorOrderFilters,
  orderSorts,
  type OrderSort,
} from './order-list/order-list-input.ts';
export { orderHistoryInput, orderIdInput, watchOrderInput } from './order/order-input.ts';
export { listProductsInput } from './catalog/product-input.ts';
export type { ProductDetails } from './catalog/product.ts';
export type { Stock } from './inventory/stock.ts';
export { exportStockInput, listStockInput, listStockMovementsInput } from './inventory/stock-input.ts';
export { listApiKeysInput } from './access/api-key-input.ts';
export {
  cloudEvent,
  cloudEventBatchType,
  cloudEventType,
  defaultEventSource,
  schemaUri,
  type CloudEvent,
  type NumberedEvent,
} from './events/cloud-event.ts';
export type { EventPayloads, EventType } from './events/payloads.ts';
export type { WebhookSender } from './webhooks/sender.ts';
export { createTracing, type OpenTelemetryApi, type SpanOptions, type Tracing } from './tracing/tracing.ts';
export { parseSecretsKey } from './webhooks/secrets.ts';
export {
  createWebhookEndpointInput,
  listDeliveriesInput,
  listWebhookEndpointsInput,
  redriveDeliveriesInput,
  rewindWebhookEndpointInput,
  updateWebhookEndpointInput,
  webhookEndpointIdInput,
} from './webhooks/webhook-endpoint-input.ts';
// What the methods return.
export type { Product } from './catalog/product.ts';
export type { ProductView } from './flows/catalog/read-products.ts';
export type { StockMovement } from './inventory/stock-repository.ts';
export type { StockView } from './flows/inventory/read-stock.ts';
export type { JsonValue } from './metadata.ts';
export type { Order, OrderLineView } from './order/order.ts';
export type { HistoryItem, NumberedShipment } from './flows/order/read-orders.ts';
export type { FoundShipments } from './flows/shipping/find-shipments.ts';
export type { PackingSlip } from './flows/shipping/read-packing-slips.ts';
export type { Payment } from './payment/payment.ts';
export type { InitiatedPayment } from './flows/payment/initiate-payment.ts';
export type { Refund } from './refund/refund.ts';
export type { Dispute } from './dispute/dispute.ts';
export type { ShipmentView } from './shipping/shipment-view.ts';
export type { GatewayEventWithBody } from './flows/gateway-inbox/read-gateway-event.ts';
export type { InboxRow } from './gateway-inbox/gateway-event-repository.ts';
export type { GatewayCall } from './gateway-outbox/gateway-call.ts';
export type { WebhookEndpoint } from './webhooks/webhook-endpoint.ts';
export type { ShownKeys, WebhookEndpointView } from './methods/webhooks.ts';
export type { TestResult } from './flows/webhooks/test-webhook-endpoint.ts';
export type { AttemptView } from './methods/webhook-deliveries.ts';
export type { Match } from './lookup/lookup-repository.ts';
export type { DoctorRun } from './doctor/run/doctor-run-repository.ts';
export type { Violation } from './doctor/run/run-doctor.ts';
export type { QueueStatus, SystemStatus, Versions } from './methods/status.ts';
export type { ShownSettings } from './flows/status/shown-settings.ts';
export type { JobLag, Parked } from './flows/status/read-job-lags.ts';
export type { ReturnView } from './returns/return-view.ts';
export type { ReturnRefund } from './flows/returns/refund-returns.ts';
export { listCreditsInput, refundCreditInput } from './credit/credit-input.ts';
export { creditStatuses, type CreditLine, type CreditStatus } from './credit/credit.ts';
export type { ExchangeOrder } from './flows/credit/exchange-returns.ts';
export type { ExchangeQuote } from './flows/credit/preview-exchange.ts';
export type { CreditView } from './flows/credit/credit-view.ts';
export type { ParcelDetails } from './flows/tracking/read-parcel.ts';
export type { TrackingEvent } from './shipping/checkpoint.ts';
export type { TrackingMessageRow } from './shipping/tracking-message.ts';
export type { TrackingMessageWithBody } from './flows/tracking/read-tracking-message.ts';
