export type { Resolve } from './checked-lookup.ts';
export {
  createWebhookSender,
  type WebhookAnswer,
  type WebhookFailure,
  type WebhookRequest,
  type WebhookSenderOptions,
} from './webhook-sender.ts';
