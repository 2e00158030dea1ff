export { startTestApi, type TestApi, type TestApiOptions } from './test-api.ts';
export { webhookSecret, type WebhookMessage } from './webhook.ts';
export { refused } from './refused.ts';
export { until } from './until.ts';
