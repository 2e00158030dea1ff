export { startTestApi, type TestApi, type TestApiOptions } from './test-api.ts';
export { webhookSecret, type WebhookMessage } from './webhook.ts';
export { refusalFrom } from './refusal-from.ts';
export { until } from './until.ts';
export { present } from './present.ts';
export { errorBodies } from './error-bodies.ts';
export { mutationPaths, procedurePaths } from './procedure-paths.ts';
export { startWebhookReceiver, type WebhookReceiver } from '@commerce-core/core/testing';
