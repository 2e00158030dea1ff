export { startTestApi, type TestApi, type TestApiOptions } from './test-api.ts';
export { webhookSecret, type WebhookMessage } from './webhook.ts';
