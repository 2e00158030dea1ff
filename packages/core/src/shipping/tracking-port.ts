// What an adapter of a tracking provider may import: the port itself, and what adapters share.
export { CommerceError } from '../errors.ts';
export { callGateway, callPolicy, type CallPolicy, type GatewayAnswer } from '../gateways/call-gateway.ts';
export { isEventId } from '../gateways/event-id.ts';
export type { WebhookMessage } from '../gateways/gateway.ts';
export { parseBody } from '../gateways/parse-body.ts';
export {
  parseSecret,
  signStandardWebhook,
  toleranceSeconds,
  verifyStandardWebhook,
} from '../gateways/standard-webhooks.ts';
export { id } from '../ids.ts';
export { line } from '../text.ts';
export { comparable, type TrackingNumber } from './carrier.ts';
export { parcelTrackings, type ParcelTracking } from './parcel.ts';
export {
  TrackingRefusal,
  type Checkpoint,
  type Registration,
  type TrackedParcel,
  type TrackingMessage,
  type TrackingProvider,
  type TrackingReport,
} from './tracking-provider.ts';
