import type { Reader } from '../../database/page.ts';
import { CommerceError } from '../../errors.ts';
import { readGatewayEvent, type InboxRow } from '../../gateway-inbox/gateway-event-repository.ts';
import { bodyText, type BodyText } from '../../text.ts';

/**
 * An event with its raw body as it arrived; null for a fact that a gateway returned to a call, and when retention has
 * removed it.
 */
export type GatewayEventWithBody = InboxRow & { rawBody: BodyText | null };

/** @throws gateway_event_not_found when there is no such event */
export async function readGatewayEventWithBody(
  reader: Reader,
  { gatewayEventId }: { gatewayEventId: string },
): Promise<GatewayEventWithBody> {
  const row = await readGatewayEvent(reader, gatewayEventId);
  if (!row) throw new CommerceError('gateway_event_not_found', 'there is no such gateway event');
  const { rawBody, ...event } = row;
  return { ...event, rawBody: rawBody && bodyText(rawBody) };
}
