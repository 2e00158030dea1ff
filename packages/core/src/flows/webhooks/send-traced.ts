import type { PositionedEvent } from '../../events/feed-repository.ts';
import { causesOf } from '../../tracing/traceparent.ts';
import type { Tracing } from '../../tracing/tracing.ts';
import { isDelivered } from '../../webhooks/delivery.ts';
import type { WebhookAnswer, WebhookRequest, WebhookSender } from '../../webhooks/sender.ts';

/**
 * Sends a delivery in a span of the trace of its event, and with the header `traceparent`. The span has no URL, because
 * merchants' URLs may hold secrets.
 */
export async function sendTraced(
  { sender, tracing }: { sender: WebhookSender; tracing: Tracing },
  request: WebhookRequest,
  { endpointId, events }: { endpointId: string; events: readonly PositionedEvent[] },
  signal: AbortSignal,
): Promise<WebhookAnswer> {
  const options = {
    name: 'deliver webhook',
    kind: 'PRODUCER',
    attributes: {
      'commerce.endpoint.id': endpointId,
      'commerce.events.count': events.length,
      'commerce.events.types': [...new Set(events.map(({ type }) => type))],
    },
    causes: causesOf(events),
  } as const;
  return tracing.inSpan(options, async (span) => {
    const traceparent = tracing.traceparent();
    const headers = { ...request.headers, ...(traceparent !== null && { traceparent }) };
    const answer = await sender.send({ ...request, headers }, signal);
    if (answer.statusCode !== null) span.setAttribute('http.response.status_code', answer.statusCode);
    if (!isDelivered(answer)) tracing.fail(span, answer.failure ?? String(answer.statusCode));
    return answer;
  });
}
