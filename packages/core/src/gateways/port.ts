// What an adapter of a payment gateway may import: the port itself, and what adapters share.
export { currencies } from '../currencies.ts';
export { gatewayCurrency, noCurrency } from '../currency.ts';
export { CommerceError } from '../errors.ts';
export {
  gatewayFact,
  type GatewayEventType,
  type GatewayFact,
  type SignedEvent,
} from '../gateway-inbox/gateway-event.ts';
export { id, newId } from '../ids.ts';
export { line } from '../text.ts';
export { anyAmount, type AmountRule } from './amount-rule.ts';
export { callGateway, callPolicy, type CallPolicy, type GatewayAnswer } from './call-gateway.ts';
export {
  type ClientInitiation,
  GatewayRefusal,
  type PollableGateway,
  type Gateway,
  type GatewayPayment,
  type GatewayRefund,
  type NextStep,
  type NextSteps,
  type PaymentInitiation,
  type ServerInitiation,
  type WebhookMessage,
} from './gateway.ts';
export { isEventId } from './event-id.ts';
export { parseBody } from './parse-body.ts';
export { refundIdIn, refundReason } from './refund-reason.ts';
export { parseSecret, signStandardWebhook, toleranceSeconds, verifyStandardWebhook } from './standard-webhooks.ts';
