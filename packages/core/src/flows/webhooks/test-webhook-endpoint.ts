import { cloudEventType } from '../../events/cloud-event.ts';
import { newId } from '../../ids.ts';
import { isDelivered } from '../../webhooks/delivery.ts';
import { decryptSecrets, signerOf } from '../../webhooks/secrets.ts';
import type { WebhookSender } from '../../webhooks/sender.ts';
import type { StoredEndpoint } from '../../webhooks/webhook-endpoint-repository.ts';
import { signedRequest } from './webhook-message.ts';

/** The result of a test request. */
export type TestResult = {
  delivered: boolean;
  statusCode: number | null;
  failure: string | null;
  durationMs: number;
  answer: string;
};

/** Sends an event of the type `endpoint.test` to an endpoint, whatever its status is. The event is not in the log. */
export async function testWebhookEndpoint(
  sender: WebhookSender,
  endpoint: StoredEndpoint,
  { secretsKey, source }: { secretsKey: Buffer; source: string },
): Promise<TestResult> {
  const id = newId();
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    source,
    type: 'endpoint.test',
    subject: `endpoint/${endpoint.id}`,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { endpointId: endpoint.id },
  });
  const sign = signerOf(decryptSecrets(endpoint.secrets, endpoint.id, secretsKey), Date.now);
  const answer = await sender.send(
    signedRequest({ url: endpoint.url, id, body, contentType: cloudEventType, sign, now: Date.now() }),
  );
  const { statusCode, failure, durationMs } = answer;
  return { delivered: isDelivered(answer), statusCode, failure, durationMs, answer: answer.answer };
}
