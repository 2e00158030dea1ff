// What a program needs that sends events signed like the shop's webhooks.
export { signedRequest } from './flows/webhooks/webhook-message.ts';
export { cloudEvent, cloudEventType, type NumberedEvent } from './events/cloud-event.ts';
export { newSigningKeys, publicKeysOf, signerOf } from './webhooks/secrets.ts';
