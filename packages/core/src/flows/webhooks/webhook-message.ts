import { cloudEventBatchType, cloudEventType } from '../../events/cloud-event.ts';
import { cloudEventOf } from '../../events/event-view.ts';
import type { PositionedEvent } from '../../events/feed-repository.ts';
import type { Signer } from '../../webhooks/secrets.ts';
import type { WebhookRequest } from '../../webhooks/sender.ts';

/** One event or more, the first one first. */
export type SomeEvents = readonly [PositionedEvent, ...PositionedEvent[]];

/** How an endpoint wants its requests. */
export type MessageFormat = { url: string; source: string | undefined; isBatch: boolean; sign: Signer };

/**
 * The request for some events. Its body and its id are the same on each try; the timestamp, and so the signature, are
 * those of the try. `gap` has the ids of earlier events of the same aggregates that were given up.
 * @param now ms since 1970
 */
export function webhookMessage(
  { url, source, isBatch, sign }: MessageFormat,
  events: SomeEvents,
  gap: readonly string[],
  now: number,
): WebhookRequest {
  const [first] = events;
  const all = events.map((event) => cloudEventOf(event, source));
  const id = events.length === 1 ? first.id : `${first.id}_${events.length}`;
  return signedRequest({
    url,
    id,
    body: JSON.stringify(isBatch ? all : all[0]),
    contentType: isBatch ? cloudEventBatchType : cloudEventType,
    headers: gap.length > 0 ? { 'commerce-gap': gap.slice(0, gapIdsMax).join(',') } : {},
    sign,
    now,
  });
}

// 20 ids take 740 characters of the headers.
const gapIdsMax = 20;

/** A request with the three headers of Standard Webhooks. */
export function signedRequest({
  url,
  id,
  body,
  contentType,
  headers = {},
  sign,
  now,
}: {
  url: string;
  id: string;
  body: string;
  contentType: string;
  headers?: Record<string, string>;
  sign: Signer;
  now: number;
}): WebhookRequest {
  const timestamp = Math.floor(now / 1_000);
  return {
    url,
    body,
    headers: {
      'content-type': contentType,
      'user-agent': 'commerce-core',
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': sign({ id, timestamp, body }),
      ...headers,
    },
  };
}
