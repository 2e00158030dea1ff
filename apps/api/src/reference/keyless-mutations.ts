/**
 * The mutations that take no Idempotency-Key: their answer has a secret that is not stored, or a second call changes
 * nothing or repeats what may be repeated.
 */
export const keylessMutations: readonly string[] = [
  'apiKey.create',
  'apiKey.revoke',
  'eventSink.republish',
  'delivery.redrive',
  'gatewayEvent.fetchMissed',
  'order.clearAttention',
  'order.renewAccess',
  'payment.poll',
  'payment.resume',
  'session.createLink',
  'session.end',
  'webhookEndpoint.create',
  'webhookEndpoint.delete',
  'webhookEndpoint.pause',
  'webhookEndpoint.resume',
  'webhookEndpoint.rewind',
  'webhookEndpoint.rotateSecret',
  'webhookEndpoint.test',
  'webhookEndpoint.update',
];
