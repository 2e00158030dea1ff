import { cloudEventBatchType, cloudEventType } from '@commerce-core/core';
import { schemaRef, type JsonSchema } from './json-schema.ts';
import { answer, refusal } from './plain-response.ts';
import { object } from './refusals.ts';

const isDuplicate: JsonSchema = { type: 'boolean', description: 'Whether the message had come before.' };

const nullableText = (description?: string): JsonSchema => ({
  ...(description !== undefined && { description }),
  type: ['string', 'null'],
});

function receiver(operationId: string, summary: string, answers: object) {
  return {
    post: {
      operationId,
      tags: ['webhook'],
      summary,
      description:
        'For a provider, not for clients: the message is signed as the provider signs its messages, ' +
        'and has at most 256 KiB. ' +
        'After a 503 the provider sends it again.',
      security: [{}],
      parameters: [
        {
          name: 'provider',
          in: 'path',
          required: true,
          schema: { type: 'string' },
          description: 'Its name, like `stripe`.',
        },
      ],
      requestBody: { required: true, content: { 'application/json': { schema: {} } } },
      responses: {
        ...answers,
        400: refusal('The signature or the message is not valid.', ['invalid_signature', 'malformed_event']),
        404: refusal('The server has no such provider.', ['provider_not_configured']),
        413: refusal('The body is too large.', ['payload_too_large']),
        415: refusal('The body is compressed.', ['unsupported_encoding']),
        429: refusal('Too many messages of a provider that does not sign.', ['rate_limited']),
        503: refusal('The message was not stored.', [
          'database_unavailable',
          'overloaded',
          'outcome_unknown',
          'internal_error',
        ]),
      },
    },
  };
}

/** The routes on which providers send their messages. */
export const webhookPaths = {
  '/api/v1/payments/webhooks/{provider}': receiver('receivePaymentWebhook', 'Receives a message of a payment gateway', {
    200: answer(
      'The message is stored, and applied or to be tried again.',
      object({
        eventId: nullableText("The message's id in the shop; null when it was dropped."),
        outcome: { type: 'string' },
        effect: nullableText(),
        duplicate: isDuplicate,
      }),
    ),
  }),
  '/api/v1/shipments/webhooks/{provider}': receiver(
    'receiveTrackingWebhook',
    'Receives a message of a carrier, or of a service that asks carriers',
    {
      200: answer('The message is stored.', trackingAnswer()),
      202: answer('The message says that parcels have changed, which are polled soon.', trackingAnswer()),
    },
  ),
};

function trackingAnswer(): JsonSchema {
  return object({ messageId: nullableText(), outcome: { type: 'string' }, duplicate: isDuplicate });
}

const header = (name: string, description: string) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** What the shop sends to the URLs of `webhookEndpoint.create`. */
export const sentWebhooks = {
  event: {
    post: {
      operationId: 'receiveEvent',
      tags: ['webhook'],
      summary: 'An event, or a list of events where `batchMax` is above 1',
      description: 'Signed by [Standard Webhooks](https://www.standardwebhooks.com). An event may come more than once.',
      security: [{}],
      parameters: [
        header('webhook-id', 'The id of the event, or of the list.'),
        header('webhook-timestamp', 'Seconds since 1970.'),
        header('webhook-signature', '`v1,` and the signature in base64; several are separated by spaces.'),
      ],
      requestBody: {
        required: true,
        content: {
          [cloudEventType]: { schema: schemaRef('CloudEvent') },
          [cloudEventBatchType]: { schema: { type: 'array', items: schemaRef('CloudEvent') } },
        },
      },
      responses: {
        '2XX': { description: 'Within 15 seconds: the event is acknowledged.' },
        default: { description: 'A failure: the shop sends the event again.' },
      },
    },
  },
};
