export { createCommerce, type Commerce, type CommerceOptions } from './commerce.ts';
export type { BatchReport } from './batching/batcher-options.ts';
export type { GatewayCallReport } from './flows/call-gateways.ts';
export type { Call } from './use-cases/context.ts';
export type { PlaceOrderInput } from './use-cases/orders.ts';
export { connect, type ConnectOptions, type Database } from './database/connect.ts';
export { migrate, MigrationsDiverged, pendingMigrations } from './database/migrate.ts';
export type { Page } from './database/page.ts';
export type { Transaction } from './database/transaction.ts';
export {
  CommerceError,
  errorKinds,
  type DetailsOf,
  type ErrorBody,
  type ErrorCode,
  type ErrorDetails,
  type ErrorKind,
  type Outcome,
} from './errors.ts';
export {
  GatewayRefusal,
  type AskableGateway,
  type Gateway,
  type NextStep,
  type WebhookMessage,
} from './gateways/gateway.ts';
export { mockGateway } from './gateways/mock.ts';
export { stripeGateway, type StripeOptions } from './gateways/stripe/stripe.ts';
export { portoneGateway, type PortoneOptions } from './gateways/portone/portone.ts';
export { tossGateway, type TossOptions } from './gateways/toss/toss.ts';
export { alreadyChecked, validationError } from './validation.ts';
export { looksLikeApiKey, scopes, type ApiKey, type Scope } from './access/api-key.ts';
export { apiKeyIdInput, createApiKeyInput } from './access/api-key-input.ts';
export { listApiKeysInput } from './access/api-key-list-input.ts';
export {
  createProductInput,
  productIdInput,
  renameProductInput,
  repriceProductInput,
} from './catalog/product-input.ts';
export { listProductsInput } from './catalog/product-list-input.ts';
export { receiveStockInput, setStockInput } from './inventory/stock-input.ts';
export { listStockMovementsInput } from './inventory/stock-list-input.ts';
export { customerId, placeOrderInput } from './order/order-input.ts';
export { listOrdersInput, orderHistoryInput, orderIdInput } from './order/order-list-input.ts';
export type { Quote, QuotedOrder, QuoteLine } from './order/order.ts';
export { gatewayFact, type GatewayFact, type SignedEvent } from './payment/gateway-event.ts';
export { gatewayEventIdInput } from './payment/gateway-event-input.ts';
export {
  capturePaymentInput,
  confirmPaymentInput,
  createPaymentInput,
  decideReviewInput,
  paymentIdInput,
} from './payment/payment-input.ts';
export {
  listAllPaymentsInput,
  listDisputesInput,
  listGatewayCallsInput,
  listGatewayEventsInput,
  listRefundsInput,
} from './payment/payment-list-input.ts';
export { createRefundInput } from './payment/refund-input.ts';
export { dispatchShipmentInput, shipmentIdInput } from './shipping/shipment-input.ts';
